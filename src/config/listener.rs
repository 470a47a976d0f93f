use std::fmt;

/// One address of the broker: `PLAINTEXT://127.0.0.1:9092`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listener {
    /// The listener's name, in upper case as Kafka keeps it.
    pub name: String,
    /// A name or an address, IPv6 without its brackets; empty means all interfaces.
    pub host: String,
    /// 0 lets the kernel choose.
    pub port: u16,
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a listener is NAME://host:port with a port up to 65535, this is not: {0:?}")]
pub struct InvalidListener(pub String);

impl Listener {
    pub fn parse(text: &str) -> Result<Listener, InvalidListener> {
        let invalid = || InvalidListener(text.to_owned());
        let (name, address) = text.trim().split_once("://").ok_or_else(invalid)?;
        let (host, port) = address.rsplit_once(':').ok_or_else(invalid)?;
        let host = match host.strip_prefix('[') {
            Some(rest) => rest.strip_suffix(']').ok_or_else(invalid)?,
            None if host.contains(':') => return Err(invalid()),
            None => host,
        };
        let legal_name = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if name.is_empty() || !name.bytes().all(legal_name) || !host.bytes().all(is_host_byte) {
            return Err(invalid());
        }
        let port = port.parse().map_err(|_| invalid())?;
        Ok(Listener {
            name: name.to_ascii_uppercase(),
            host: host.to_owned(),
            port,
        })
    }

    /// Whether this address means every interface, so that no client can be told to use it.
    pub fn is_wildcard(&self) -> bool {
        matches!(self.host.as_str(), "" | "0.0.0.0" | "::")
    }
}

fn is_host_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':' | b'%')
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "{}://[{}]:{}", self.name, self.host, self.port),
            false => write!(f, "{}://{}:{}", self.name, self.host, self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listeners_read_and_show_the_same() {
        for text in [
            "PLAINTEXT://127.0.0.1:9092",
            "PLAINTEXT://:0",
            "IN-1_a://[::1]:65535",
        ] {
            let listener = Listener::parse(text).unwrap();
            assert_eq!(listener.to_string(), text.to_ascii_uppercase());
        }
        assert!(Listener::parse("PLAINTEXT://:9092").unwrap().is_wildcard());
    }

    #[test]
    fn what_is_no_listener_is_refused() {
        for text in [
            "",
            "9092",
            "://h:1",
            "P://h",
            "P://h:",
            "P://h:65536",
            "P://h:-1",
            "P://::1:9",
            "P:/h:1",
            "P://[::1:9",
            "P P://h:1",
            "P://h h:1",
            "P://h/x:1",
        ] {
            assert_eq!(
                Listener::parse(text),
                Err(InvalidListener(text.to_owned())),
                "{text}"
            );
        }
    }
}
