use crate::io::process;
use crate::perf::complaint::Complaint;

/// A broker to measure, as named on a command line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Broker {
    pub name: String,
    /// Bootstrap servers.
    pub address: String,
    /// Its process, where it runs on this host.
    pub pid: Option<u32>,
}

impl Broker {
    /// `NAME=HOST:PORT` or `NAME=HOST:PORT,pid=N`.
    pub fn parse(text: &str) -> Result<Broker, String> {
        let wrong = || format!("{text:?} is not NAME=HOST:PORT or NAME=HOST:PORT,pid=N");
        let (name, rest) = text.split_once('=').ok_or_else(wrong)?;
        let (address, pid) = match rest.split_once(",pid=") {
            Some((address, pid)) => (address, Some(pid.parse().map_err(|_| wrong())?)),
            None => (rest, None),
        };
        let is_address = |part: &str| part.contains(':') && !part.contains('=');
        match !name.is_empty() && address.split(',').all(is_address) {
            true => Ok(Broker {
                name: name.to_owned(),
                address: address.to_owned(),
                pid,
            }),
            false => Err(wrong()),
        }
    }

    /// Finds the process that listens at its port, if it is on this host and nobody named it;
    /// one that was named must be there.
    pub fn locate(&mut self) -> Result<(), Complaint> {
        let Broker { name, pid, .. } = &*self;
        match pid {
            Some(pid) if !process::exists(*pid) => Err(Complaint(format!(
                "broker {name}: no process {pid} is running on this host: correct the pid, or \
                 leave it out"
            ))),
            Some(_) => Ok(()),
            None => {
                self.pid = self.local_port().and_then(process::listener);
                Ok(())
            }
        }
    }

    /// The port, where the first address is a loopback one.
    fn local_port(&self) -> Option<u16> {
        let first = self.address.split(',').next()?;
        let (host, port) = first.rsplit_once(':')?;
        let is_local = host == "localhost" || host.starts_with("127.") || host == "[::1]";
        is_local.then_some(port.parse().ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::Broker;

    #[test]
    fn a_broker_is_a_name_an_address_and_perhaps_a_process() {
        let broker = Broker::parse("ours=127.0.0.1:9092,pid=77").expect("it is well formed");
        assert_eq!((broker.name.as_str(), broker.pid), ("ours", Some(77)));
        assert_eq!(broker.address, "127.0.0.1:9092");
        assert_eq!(broker.local_port(), Some(9092));
        let far = Broker::parse("far=h1:9092,h2:9092").expect("it is well formed");
        assert_eq!((far.pid, far.local_port()), (None, None));
        assert_eq!(far.address, "h1:9092,h2:9092");
        for wrong in ["127.0.0.1:9092", "=h:1", "a=h", "a=h:1,pid=x", "a=h:1,id=7"] {
            assert!(Broker::parse(wrong).is_err(), "{wrong}");
        }
    }
}
