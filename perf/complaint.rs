use crate::client::ClientFault;
use crate::io::uring::StartError;

/// Why a run did not do what was asked: one or two lines for people, saying what was wrong, what
/// was expected and what to do next.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Complaint(pub String);

impl Complaint {
    pub fn new(text: impl Into<String>) -> Complaint {
        Complaint(text.into())
    }
}

impl From<ClientFault> for Complaint {
    fn from(fault: ClientFault) -> Complaint {
        match fault {
            ClientFault::Unreachable { .. } => Complaint(format!(
                "{fault}; is a broker running there? Another one is named with \
                 --bootstrap-server HOST:PORT"
            )),
            fault => Complaint(fault.to_string()),
        }
    }
}

impl From<StartError> for Complaint {
    fn from(error: StartError) -> Complaint {
        Complaint(format!("cannot start: {error}"))
    }
}
