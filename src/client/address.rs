use std::fmt;

use super::ClientFault;

/// Where a broker listens.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct HostPort {
    pub host: String,
    pub port: u16,
}

impl HostPort {
    /// `HOST:PORT`, with `[...]` around an IPv6 address, and perhaps a `PROTOCOL://` before it.
    pub fn parse(text: &str) -> Result<HostPort, ClientFault> {
        let wrong = || ClientFault::Address(text.to_owned());
        let address = text
            .trim()
            .rsplit_once("://")
            .map_or(text.trim(), |(_, rest)| rest);
        let (host, port) = address.rsplit_once(':').ok_or_else(wrong)?;
        let host = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        if host.is_empty() {
            return Err(wrong());
        }
        let port = port.parse().map_err(|_| wrong())?;
        Ok(HostPort {
            host: host.to_owned(),
            port,
        })
    }

    /// A list as in `bootstrap.servers`; at least one.
    pub fn parse_list(text: &str) -> Result<Vec<HostPort>, ClientFault> {
        let parts = text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        let list: Vec<HostPort> = parts.map(HostPort::parse).collect::<Result<_, _>>()?;
        match list.is_empty() {
            true => Err(ClientFault::Address(text.to_owned())),
            false => Ok(list),
        }
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::HostPort;

    #[test]
    fn addresses_are_read_in_all_their_forms() {
        let shown = |text| {
            HostPort::parse(text)
                .map(|address| address.to_string())
                .ok()
        };
        assert_eq!(shown("localhost:9092").as_deref(), Some("localhost:9092"));
        assert_eq!(shown(" PLAINTEXT://a.b:1 ").as_deref(), Some("a.b:1"));
        assert_eq!(shown("[::1]:9092").as_deref(), Some("[::1]:9092"));
        for wrong in ["localhost", ":1", "a:b", "a:70000", ""] {
            assert_eq!(shown(wrong), None, "{wrong}");
        }
        assert_eq!(
            HostPort::parse_list("a:1, b:2").map(|list| list.len()).ok(),
            Some(2)
        );
    }
}
