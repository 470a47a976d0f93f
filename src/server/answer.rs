//! What a handler hands back: encoded bytes with payloads spliced in, or a reason to hang up.

use std::io;
use std::time::Duration;

use crate::io::Part;
use crate::shard::Permit;
use crate::wire::{
    self, EncodeFault, FrameFault, Incoming, Malformed, Message, Output, Piece, Stranger,
};

/// One answer, ready for the socket.
pub struct Answer {
    output: Output,
    /// Payloads by the index that the output's splices name.
    payloads: Vec<Vec<Part>>,
    /// The share of the request budget that this request holds until its answer is written.
    permit: Option<Permit>,
}

impl Answer {
    /// Answers a request at its own version.
    pub fn to<'a>(request: &Incoming<'_>, body: &impl Message<'a>) -> Result<Answer, Close> {
        Answer::encode(request.header.correlation_id, body, request.version())
    }

    /// Encodes a response body behind its header.
    pub fn encode<'a>(
        correlation_id: i32,
        body: &impl Message<'a>,
        version: i16,
    ) -> Result<Answer, Close> {
        let output = wire::answer(correlation_id, body, version)?;
        Ok(Answer {
            output,
            payloads: Vec::new(),
            permit: None,
        })
    }

    /// Adds the payloads that the body left out, by their splice index.
    pub fn with_payloads(mut self, payloads: Vec<Vec<Part>>) -> Answer {
        self.payloads = payloads;
        self
    }

    pub fn holding(mut self, permit: Permit) -> Answer {
        self.permit = Some(permit);
        self
    }

    /// Bytes that the answer holds in memory. Ranges of files lie elsewhere.
    pub fn memory(&self) -> usize {
        let payloads = self.payloads.iter().flatten().map(|part| match part {
            Part::Bytes(bytes) => bytes.len(),
            Part::File(_) => 0,
        });
        self.output.head.len() + payloads.sum::<usize>()
    }

    /// Bytes of the payloads, wherever they lie.
    pub fn payload_bytes(&self) -> usize {
        self.payloads.iter().flatten().map(Part::len).sum()
    }

    /// Appends the answer to `parts`; what must outlive the write is returned.
    pub fn into_parts(mut self, parts: &mut Vec<Part>) -> Option<Permit> {
        for piece in self.output.into_pieces() {
            match piece {
                Piece::Bytes(bytes) => parts.push(Part::Bytes(bytes)),
                Piece::Payload(index) => parts.append(&mut self.payloads[index]),
            }
        }
        self.permit
    }
}

/// Why a connection ends.
#[derive(Debug, thiserror::Error)]
pub enum Close {
    #[error("the peer closed the connection")]
    PeerDone,
    #[error("the connection broke: {0}")]
    Socket(io::Error),
    #[error("no request came for {0} ms (connections.max.idle.ms)")]
    Idle(u128),
    #[error(
        "{arrived} bytes of a request came and {missing} did not for {idle_ms} ms \
         (connections.max.idle.ms)"
    )]
    Unfinished {
        arrived: usize,
        missing: usize,
        idle_ms: u128,
    },
    #[error("the peer closed the connection within a request: {arrived} bytes came, {missing} not")]
    Cut { arrived: usize, missing: usize },
    #[error("nothing moved for {0:?}, and other connections wait for the memory it holds")]
    Stalled(Duration),
    #[error("the client has read nothing for {0:?} (connections.max.idle.ms)")]
    Unread(Duration),
    #[error("{fault}{}", .stranger.map_or(String::new(), |stranger| format!("; {stranger}")))]
    Frame {
        fault: FrameFault,
        stranger: Option<Stranger>,
    },
    #[error("the request cannot be read: {0}")]
    Malformed(String),
    /// A mistake of ours: the answer does not fit the version that was asked for.
    #[error("the answer cannot be written: {0}")]
    Encode(#[from] EncodeFault),
    #[error("api key {key} version {version} is not served here")]
    Unsupported { key: i16, version: i16 },
    /// An `acks=0` produce failed: hanging up is the only answer it can get.
    #[error("a produce request with acks=0 failed: {0}")]
    Unanswerable(String),
    #[error("the broker is shutting down")]
    Stopping,
}

impl Close {
    pub fn malformed(why: Malformed) -> Close {
        Close::Malformed(why.to_string())
    }

    /// Whether the log should mention it: broken or hostile peers, not the daily coming and going.
    pub fn is_notable(&self) -> bool {
        !matches!(
            self,
            Close::PeerDone | Close::Socket(_) | Close::Idle(_) | Close::Stopping
        )
    }
}
