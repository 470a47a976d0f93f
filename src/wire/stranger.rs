use std::fmt;

/// A protocol that is not Kafka's, known by the first bytes that its clients send. All of them
/// read as the length of a frame above any limit, so they are looked for once one is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stranger {
    Tls,
    Http,
    Ssh,
}

/// The first four bytes of HTTP methods, and of HTTP/2.
const HTTP: [&[u8; 4]; 10] = [
    b"GET ", b"POST", b"PUT ", b"HEAD", b"DELE", b"OPTI", b"PATC", b"CONN", b"TRAC", b"PRI ",
];

impl Stranger {
    /// Who begins to speak like this; `None` for bytes that tell nothing.
    pub fn of(first: &[u8]) -> Option<Stranger> {
        let first: &[u8; 4] = first.first_chunk()?;
        match first {
            // A handshake record of SSL 3.0 up to TLS 1.3.
            [0x16, 0x03, 0..=4, _] => Some(Stranger::Tls),
            b"SSH-" => Some(Stranger::Ssh),
            _ if HTTP.contains(&first) => Some(Stranger::Http),
            _ => None,
        }
    }
}

impl fmt::Display for Stranger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stranger::Tls => {
                "this looks like a TLS handshake, and the listener is PLAINTEXT: \
                 set security.protocol=PLAINTEXT in the client"
            }
            Stranger::Http => {
                "this looks like an HTTP request, and the port speaks the Kafka protocol: \
                 use a Kafka client"
            }
            Stranger::Ssh => {
                "this looks like an SSH client, and the port speaks the Kafka protocol: \
                 check the port it is to connect to"
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Stranger;

    #[test]
    fn strangers_are_known_by_their_first_four_bytes() {
        let hello = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01];
        assert_eq!(Stranger::of(&hello), Some(Stranger::Tls));
        assert_eq!(Stranger::of(b"GET / HTTP/1.1"), Some(Stranger::Http));
        assert_eq!(Stranger::of(b"SSH-2.0-OpenSSH_9"), Some(Stranger::Ssh));
        assert_eq!(Stranger::of(b"GET"), None);
        assert_eq!(Stranger::of(&[0, 0, 0, 20]), None);
    }
}
