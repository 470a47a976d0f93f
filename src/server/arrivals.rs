//! The arriving bytes of a connection, cut into requests that this shard has memory for.
//!
//! | Bytes | Limit |
//! |---|---|
//! | of an unfinished request, per connection | [`Arrivals::free`], then a permit |
//! | of unfinished requests beyond those, per shard | `Shard::arriving` |
//! | of whole requests not yet answered, per shard | `Shard::requests` |
//!
//! A request beyond the free bytes waits, unread, for a permit of its whole size. Who holds one
//! and does not go on sending while others wait for theirs is closed after [`STALL_MAX`].

use std::rc::Rc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};

use super::answer::Close;
use super::context::Context;
use crate::io::{ReadHalf, clock};
use crate::model::Instant;
use crate::shard::Permit;
use crate::wire::{ApiKey, Deframer, Stranger};

/// Bytes of an unfinished request that a connection may have in memory at the most, where it needs
/// no permit; also the most that is asked of a socket at once for such a request.
pub const UNFINISHED_FREE_BYTES: usize = 64 * 1024;

/// Bytes asked of the socket at first: what an idle connection costs.
const READ_BYTES_MIN: usize = 4 * 1024;

/// All connections of a shard together need no permit for one part in so many of
/// `Shard::arriving`, or [`READ_BYTES_MIN`] each where that is more.
const FREE_PART: usize = 4;

/// Bytes asked of the socket at once for a request that has its permit: most requests whole, so
/// that what has arrived is not copied to a larger place.
const READ_BYTES_MAX: usize = 1024 * 1024;

const _: () = assert!(READ_BYTES_MIN <= UNFINISHED_FREE_BYTES);
const _: () = assert!(UNFINISHED_FREE_BYTES <= READ_BYTES_MAX);

/// So many bytes more of a request count as a sign of life: a client slower than this in
/// `connections.max.idle.ms` counts as idle.
const PROGRESS_BYTES: usize = 64 * 1024;

/// How long memory that others wait for may be held without progress.
pub const STALL_MAX: Duration = Duration::from_secs(5);

/// Bytes that a byte of a request may come to when it is decoded: a topic of two bytes becomes a
/// struct. The records of a produce request stay as they are.
const DECODED_BYTES_PER_BYTE: usize = 32;

/// What is left of [`STALL_MAX`] to a request that was silent before it got its permit.
const GRACE: Duration = Duration::from_millis(100);

/// What stands for no limit on idle time.
pub const IDLE_FOREVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A whole request, and the memory that it was admitted to.
pub struct Arrived {
    pub frame: Bytes,
    pub permit: Permit,
}

/// The reading end of a connection.
pub struct Arrivals {
    context: Rc<Context>,
    reader: ReadHalf,
    buffer: BytesMut,
    deframer: Deframer,
    read_bytes: usize,
    idle_max: Duration,
    /// The last sign of life, and how much of a request was there then.
    alive_at: Instant,
    alive_bytes: usize,
    /// Memory for the unfinished request, once it is larger than what is free.
    permit: Option<Permit>,
}

impl Arrivals {
    pub fn new(context: &Rc<Context>, reader: ReadHalf) -> Arrivals {
        let network = &context.settings().network;
        context.arrivals.set(context.arrivals.get() + 1);
        Arrivals {
            context: context.clone(),
            reader,
            buffer: BytesMut::new(),
            deframer: Deframer::of_requests(network.request_bytes_max),
            read_bytes: READ_BYTES_MIN,
            idle_max: network.idle_max.unwrap_or(IDLE_FOREVER),
            alive_at: Instant::ZERO,
            alive_bytes: 0,
            permit: None,
        }
    }

    /// The next request, or why there will be none.
    pub async fn next(&mut self) -> Result<Arrived, Close> {
        // What this side took its time for is not the client's silence.
        self.is_alive();
        loop {
            match self.deframer.next(&mut self.buffer) {
                Ok(Some(frame)) => {
                    let memory = memory_of(&frame);
                    if self.permit.is_some() {
                        self.let_go();
                    }
                    let permit = self.context.shard.requests.take(memory).await;
                    self.permit = None;
                    return Ok(Arrived { frame, permit });
                }
                Ok(None) => self.read_more().await?,
                Err(fault) => {
                    let stranger = Stranger::of(&self.buffer);
                    return Err(Close::Frame { fault, stranger });
                }
            }
        }
    }

    /// Takes what is left behind a large request elsewhere: it would keep the memory of that
    /// request until the next one comes.
    fn let_go(&mut self) {
        if self.buffer.len() <= READ_BYTES_MIN {
            self.buffer = BytesMut::from(&self.buffer[..]);
        }
    }

    async fn read_more(&mut self) -> Result<(), Close> {
        let missing = self.missing();
        if self.permit.is_none() && self.buffer.len() >= self.free() {
            let whole = self.buffer.len() + missing;
            self.permit = Some(self.context.shard.arriving.take(whole).await);
            // While it waited the client could go on sending; what it sent is there at once.
            let earliest = clock::now()
                .since(Instant::ZERO)
                .saturating_sub(STALL_MAX - GRACE);
            self.alive_at = self.alive_at.max(Instant::ZERO.plus(earliest));
        }
        self.reserve(missing);
        let patience = self.patience()?;
        let room = self.buffer.capacity() - self.buffer.len();
        match clock::timeout(patience, self.reader.read(&mut self.buffer)).await {
            Ok(Ok(0)) => Err(self.ended()),
            Ok(Ok(bytes)) => {
                if bytes == room {
                    self.read_bytes = (self.read_bytes * 2).min(self.free());
                }
                if self.buffer.len() >= self.alive_bytes + PROGRESS_BYTES {
                    self.is_alive();
                }
                Ok(())
            }
            Ok(Err(error)) => Err(Close::Socket(error)),
            // The next look at the patience says whether that was all of it.
            Err(_) => Ok(()),
        }
    }

    /// Bytes of an unfinished request that need no permit: the fewer, the more connections.
    fn free(&self) -> usize {
        let all = self.context.shard.arriving.total() / FREE_PART;
        let each = all / self.context.arrivals.get();
        each.clamp(READ_BYTES_MIN, UNFINISHED_FREE_BYTES)
    }

    /// Bytes that the unfinished request lacks; its size was judged before.
    fn missing(&self) -> usize {
        self.deframer.missing(&self.buffer).unwrap_or(0)
    }

    /// Room for the next read. Doubling with what has arrived keeps a promise of 100 MiB from
    /// costing more than twice what was really sent.
    fn reserve(&mut self, missing: usize) {
        let wanted = match self.permit {
            Some(_) => missing.clamp(READ_BYTES_MIN, READ_BYTES_MAX.max(self.buffer.len())),
            None => self.read_bytes.max(self.buffer.len()).min(self.free()),
        };
        if self.buffer.capacity() - self.buffer.len() < wanted.div_ceil(4) {
            self.buffer.reserve(wanted);
        }
    }

    fn is_alive(&mut self) {
        self.alive_at = clock::now();
        self.alive_bytes = self.buffer.len();
    }

    /// How long the next read may take before somebody looks again, if any time is left.
    fn patience(&self) -> Result<Duration, Close> {
        let silent = clock::now().since(self.alive_at);
        if silent >= self.idle_max {
            return Err(self.idle());
        }
        let left = self.idle_max - silent;
        if self.permit.is_none() {
            return Ok(left);
        }
        if silent >= STALL_MAX && self.context.shard.arriving.is_contended() {
            return Err(Close::Stalled(STALL_MAX));
        }
        Ok(left.min(STALL_MAX))
    }

    fn idle(&self) -> Close {
        match self.buffer.len() {
            0 => Close::Idle(self.idle_max.as_millis()),
            arrived => Close::Unfinished {
                arrived,
                missing: self.missing(),
                idle_ms: self.idle_max.as_millis(),
            },
        }
    }

    fn ended(&self) -> Close {
        match self.buffer.len() {
            0 => Close::PeerDone,
            arrived => Close::Cut {
                arrived,
                missing: self.missing(),
            },
        }
    }
}

impl Drop for Arrivals {
    fn drop(&mut self) {
        self.context.arrivals.set(self.context.arrivals.get() - 1);
    }
}

/// Bytes that a request is admitted to.
fn memory_of(frame: &[u8]) -> usize {
    match ApiKey::of_frame(frame) {
        Some(ApiKey::Produce) => frame.len(),
        _ => frame.len().saturating_mul(DECODED_BYTES_PER_BYTE),
    }
}
