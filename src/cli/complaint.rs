use std::io;

use crate::client::ClientFault;

/// Why a command ends before its work is done.
#[derive(Debug)]
pub enum Complaint {
    /// One or two lines for stderr: what was wrong, what was expected, what to do next.
    Said(String),
    /// It has been said on stdout, in Kafka's words and where Kafka's tool says it.
    Told,
    /// Whoever read stdout has gone. Nobody is told, and it is no failure.
    OutputClosed,
}

impl Complaint {
    pub fn new(text: impl Into<String>) -> Complaint {
        Complaint::Said(text.into())
    }
}

/// For writing to stdout; errors of other files are told with their names instead.
impl From<io::Error> for Complaint {
    fn from(error: io::Error) -> Complaint {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Complaint::OutputClosed,
            _ => Complaint::Said(format!("cannot write to standard output: {error}")),
        }
    }
}

/// In the words of the broker, or of our own client.
impl From<ClientFault> for Complaint {
    fn from(fault: ClientFault) -> Complaint {
        Complaint::Said(fault.to_string())
    }
}
