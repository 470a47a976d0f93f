use std::io;
use std::time::Duration;

use crate::io::clock::Elapsed;
use crate::model::ErrorCode;
use crate::wire::{ApiKey, EncodeFault, FrameFault, Malformed};

/// Why a call to a cluster came to nothing.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ClientFault {
    /// No broker of the list could be reached; `cause` is that of the last one tried.
    #[error("no broker answers at {servers}: {cause}")]
    Unreachable { servers: String, cause: String },
    #[error("{0:?} is no address: expected HOST:PORT")]
    Address(String),
    #[error("the connection failed: {0}")]
    Broken(String),
    #[error("the broker closed the connection")]
    Closed,
    #[error("no answer to {} within {} ms", .key.name(), .after.as_millis())]
    TimedOut { key: ApiKey, after: Duration },
    #[error("the answer to {} cannot be read: {fault}", .key.name())]
    Malformed { key: ApiKey, fault: Malformed },
    #[error("the broker answers out of order: expected request {expected}, found {found}")]
    Disorder { expected: i32, found: i32 },
    #[error("the broker does not speak {} in any version known here", .0.name())]
    Unsupported(ApiKey),
    #[error(
        "the broker is too old for this: it speaks {} up to version {has}, and version {needs} is \
         needed", .key.name()
    )]
    TooOld { key: ApiKey, has: i16, needs: i16 },
    #[error("the request {} cannot be written: {fault}", .key.name())]
    Unwritable { key: ApiKey, fault: EncodeFault },
    /// The broker's own words, or Kafka's name of the error where it said none.
    #[error("{message}")]
    Refused { code: ErrorCode, message: String },
    /// The answer lacks what was asked for.
    #[error("the broker's answer says nothing about {0}")]
    Missing(String),
    #[error("partition {topic}-{partition} has no leader")]
    NoLeader { topic: String, partition: i32 },
    #[error("a record of {size} bytes is larger than the {max} bytes of max.request.size")]
    RecordTooLarge { size: usize, max: usize },
    #[error("a batch in {topic}-{partition} is broken: {fault}")]
    Corrupt {
        topic: String,
        partition: i32,
        fault: String,
    },
    #[error("the producer has been closed")]
    ProducerClosed,
}

impl ClientFault {
    /// `Ok` for code 0. A code that nobody knows is told by its number.
    pub fn check(code: i16, message: Option<&str>) -> Result<(), ClientFault> {
        if code == ErrorCode::None.code() {
            return Ok(());
        }
        let known = ErrorCode::from_code(code);
        let name = known.map_or_else(|| format!("error {code}"), |code| code.name().to_owned());
        Err(ClientFault::Refused {
            code: known.unwrap_or(ErrorCode::UnknownServerError),
            message: message.map_or(name, str::to_owned),
        })
    }

    /// The broker's error code, if it was the broker who refused.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            ClientFault::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// Whether the same call may succeed later, perhaps at another broker.
    pub fn is_retriable(&self) -> bool {
        match self {
            ClientFault::Refused { code, .. } => code.is_retriable(),
            ClientFault::Unreachable { .. }
            | ClientFault::Broken(_)
            | ClientFault::Closed
            | ClientFault::TimedOut { .. }
            | ClientFault::NoLeader { .. }
            | ClientFault::Missing(_) => true,
            _ => false,
        }
    }

    pub(super) fn timed_out(key: ApiKey, after: Duration) -> impl FnOnce(Elapsed) -> ClientFault {
        move |_| ClientFault::TimedOut { key, after }
    }
}

impl From<io::Error> for ClientFault {
    fn from(error: io::Error) -> ClientFault {
        ClientFault::Broken(error.to_string())
    }
}

impl From<FrameFault> for ClientFault {
    fn from(fault: FrameFault) -> ClientFault {
        ClientFault::Broken(format!("what answers speaks no Kafka: {fault}"))
    }
}
