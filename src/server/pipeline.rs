//! The leaving half of a connection: requests run side by side, answers leave in request order.
//!
//! A client that does not read its answers fills its socket; then answers are no longer made,
//! then requests no longer begun, then bytes no longer read: the rest stays on its machine.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context as Wake, Poll};
use std::time::Duration;

use futures_util::stream::{FuturesOrdered, StreamExt, unfold};

use super::answer::{Answer, Close};
use super::arrivals::{IDLE_FOREVER, STALL_MAX};
use super::context::Context;
use super::unsent::Held;
use crate::io::{Part, WriteHalf, mesh};
use crate::shard::LocalFuture;

/// Bytes that the answers of one connection may come to while they are made and until they are
/// sent; an answer that is larger is made alone.
const ANSWER_BYTES_PER_CONNECTION_MAX: usize = 8 << 20;

/// What a small answer comes to, and what each of its entries adds, bytes.
const ANSWER_BYTES_SMALL: usize = 1 << 10;
const ENTRY_BYTES_SMALL: usize = 128;

/// Answers gathered into one write at most.
const ANSWERS_PER_WRITE_MAX: usize = 32;

/// What a handler promises for one request. `Ok(None)` is the silence of `acks=0`.
pub struct Promise {
    answer: LocalFuture<Result<Option<Answer>, Close>>,
    bytes_max: usize,
}

impl Promise {
    /// An answer of about `bytes_max` bytes at most. Nothing of it is done before it is polled.
    pub fn new(
        bytes_max: usize,
        answer: impl Future<Output = Result<Option<Answer>, Close>> + 'static,
    ) -> Promise {
        Promise {
            answer: Box::pin(answer),
            bytes_max,
        }
    }

    /// An answer of a few numbers, and of `entries` times a few more.
    pub fn small(
        entries: usize,
        answer: impl Future<Output = Result<Option<Answer>, Close>> + 'static,
    ) -> Promise {
        Promise::new(ANSWER_BYTES_SMALL + entries * ENTRY_BYTES_SMALL, answer)
    }
}

/// Writes the answers of `promises` in their order until the reader is done and all are
/// written, or a promise or the socket says to close.
pub async fn write_answers(
    context: &Rc<Context>,
    mut socket: WriteHalf,
    promises: mesh::Receiver<Promise>,
) -> Result<(), Close> {
    let mut answers = Answers::new(context, promises);
    let mut parts: Vec<Part> = Vec::new();
    let mut held = Vec::new();
    while let Some(first) = answers.next().await {
        let mut next = Some(first);
        let mut failed = None;
        while let Some(made) = next {
            match made {
                Ok(made) => held.push(made.into_parts(&mut parts)),
                // What was answered before it still leaves: only then the connection closes.
                Err(why) => {
                    failed = Some(why);
                    break;
                }
            }
            next = if held.len() < ANSWERS_PER_WRITE_MAX {
                answers.ready().await
            } else {
                None
            };
        }
        let bytes: usize = parts.iter().map(Part::len).sum();
        if bytes > 0 {
            let copied = send(context, &mut socket, &mut parts).await?;
            let payload = held.iter().map(|sent: &Sending| sent.payload_bytes).sum();
            context.shard.metrics.on_answer(bytes);
            context.shard.metrics.on_fetched(payload, copied);
        }
        held.drain(..)
            .for_each(|sent| answers.reserved -= sent.bytes_max);
        if let Some(why) = failed {
            return Err(why);
        }
    }
    socket.shutdown().await.map_err(Close::Socket)
}

/// Sends, for as long as the client goes on reading: until it is idle, or until others wait for
/// the memory that its requests hold. Gives the bytes of payload that were copied.
async fn send(
    context: &Context,
    socket: &mut WriteHalf,
    parts: &mut Vec<Part>,
) -> Result<usize, Close> {
    let idle_max = context.settings().network.idle_max.unwrap_or(IDLE_FOREVER);
    let may_wait = |waited: Duration| {
        let contended = waited >= STALL_MAX && context.shard.requests.is_contended();
        waited < idle_max && !contended
    };
    let sent = socket.write_gather_while(parts, &may_wait).await;
    sent.map_err(|error| match error.kind() {
        std::io::ErrorKind::TimedOut if context.shard.requests.is_contended() => {
            Close::Stalled(STALL_MAX)
        }
        std::io::ErrorKind::TimedOut => Close::Unread(idle_max),
        _ => Close::Socket(error),
    })
}

/// An answer with what it counts for until it is sent.
struct Made {
    answer: Option<Answer>,
    bytes_max: usize,
    held: Option<Held>,
}

/// What must outlive the write of an answer.
struct Sending {
    bytes_max: usize,
    payload_bytes: usize,
    _held: Option<Held>,
    _permit: Option<crate::shard::Permit>,
}

impl Made {
    fn into_parts(self, parts: &mut Vec<Part>) -> Sending {
        Sending {
            bytes_max: self.bytes_max,
            payload_bytes: self.answer.as_ref().map_or(0, Answer::payload_bytes),
            _held: self.held,
            _permit: self.answer.and_then(|answer| answer.into_parts(parts)),
        }
    }
}

/// Requests of one connection in work at one time; further ones stay in the socket.
pub const REQUESTS_MAX: usize = 128;

/// The promises of a connection on their way to be answers.
struct Answers {
    context: Rc<Context>,
    arriving: Pin<Box<dyn futures_util::Stream<Item = Promise>>>,
    /// Not begun: its answer may be too large beside those that are under way.
    waiting: Option<Promise>,
    running: FuturesOrdered<LocalFuture<Result<Made, Close>>>,
    /// What the answers that are under way or made may come to, bytes.
    reserved: usize,
}

impl Answers {
    fn new(context: &Rc<Context>, promises: mesh::Receiver<Promise>) -> Answers {
        let arriving = unfold(promises, |promises| async move {
            let promise = promises.recv().await?;
            Some((promise, promises))
        });
        Answers {
            context: context.clone(),
            arriving: Box::pin(arriving.fuse()),
            waiting: None,
            running: FuturesOrdered::new(),
            reserved: 0,
        }
    }

    /// The next answer in order, while beginning others so that all of them make progress.
    async fn next(&mut self) -> Option<Result<Made, Close>> {
        std::future::poll_fn(|wake| {
            let more = self.begin(wake);
            match self.running.poll_next_unpin(wake) {
                Poll::Ready(None) if more => Poll::Pending,
                outcome => outcome,
            }
        })
        .await
    }

    /// The next answer if it is there already.
    async fn ready(&mut self) -> Option<Result<Made, Close>> {
        std::future::poll_fn(|wake| match self.running.poll_next_unpin(wake) {
            Poll::Ready(answer) => Poll::Ready(answer),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }

    /// Begins promises while there is room for their answers; false when no more will come.
    fn begin(&mut self, wake: &mut Wake<'_>) -> bool {
        while self.running.len() < REQUESTS_MAX {
            let promise = match self.waiting.take() {
                Some(promise) => promise,
                None => match self.arriving.as_mut().poll_next(wake) {
                    Poll::Ready(Some(promise)) => promise,
                    Poll::Ready(None) => return false,
                    Poll::Pending => return true,
                },
            };
            let beside = self.reserved.saturating_add(promise.bytes_max);
            if self.reserved > 0 && beside > ANSWER_BYTES_PER_CONNECTION_MAX {
                self.waiting = Some(promise);
                return true;
            }
            self.reserved = beside;
            self.running.push_back(self.made(promise));
        }
        true
    }

    fn made(&self, promise: Promise) -> LocalFuture<Result<Made, Close>> {
        let unsent = self.context.unsent.clone();
        Box::pin(async move {
            let answer = promise.answer.await?;
            let held = answer.as_ref().map(|answer| unsent.hold(answer.memory()));
            Ok(Made {
                answer,
                bytes_max: promise.bytes_max,
                held,
            })
        })
    }
}
