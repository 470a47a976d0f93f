//! The leaving half of a connection: requests run side by side, answers leave in request order.

use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use futures_util::stream::{FuturesOrdered, StreamExt, unfold};

use super::answer::{Answer, Close};
use super::context::Context;
use crate::io::{Part, WriteHalf, mesh};
use crate::shard::LocalFuture;

/// Requests of one connection that may be under way at once; further ones stay in the socket.
pub const REQUESTS_PER_CONNECTION_MAX: usize = 128;

/// Answers gathered into one write at most.
const ANSWERS_PER_WRITE_MAX: usize = 32;

/// What a handler promises for one request. `Ok(None)` is the silence of `acks=0`.
pub type Promise = LocalFuture<Result<Option<Answer>, Close>>;

/// Writes the answers of `promises` in their order until the reader is done and all are
/// written, or a promise or the socket says to close.
pub async fn write_answers(
    context: &Rc<Context>,
    mut socket: WriteHalf,
    promises: mesh::Receiver<Promise>,
) -> Result<(), Close> {
    let mut running = FuturesOrdered::new();
    let arriving = unfold(promises, |promises| async move {
        let promise = promises.recv().await?;
        Some((promise, promises))
    });
    let mut arriving: Arriving = Box::pin(arriving.fuse());
    let mut parts: Vec<Part> = Vec::new();
    let mut held = Vec::new();
    while let Some(first) = next_answer(&mut arriving, &mut running).await {
        let mut next = Some(first);
        let mut failed = None;
        while let Some(answer) = next {
            match answer {
                Ok(Some(answer)) => held.push(answer.into_parts(&mut parts)),
                Ok(None) => {}
                // What was answered before it still leaves: only then the connection closes.
                Err(why) => {
                    failed = Some(why);
                    break;
                }
            }
            next = if held.len() < ANSWERS_PER_WRITE_MAX {
                ready_answer(&mut running).await
            } else {
                None
            };
        }
        let bytes: usize = parts.iter().map(Part::len).sum();
        if bytes > 0 {
            socket
                .write_gather(&mut parts)
                .await
                .map_err(Close::Socket)?;
            context.shard.metrics.on_answer(bytes);
        }
        held.clear();
        if let Some(why) = failed {
            return Err(why);
        }
    }
    socket.shutdown().await.map_err(Close::Socket)
}

type Running = FuturesOrdered<Promise>;
type Arriving = Pin<Box<dyn futures_util::Stream<Item = Promise>>>;

/// The next answer in order, while taking in new promises so that all of them make progress.
async fn next_answer(
    arriving: &mut Arriving,
    running: &mut Running,
) -> Option<Result<Option<Answer>, Close>> {
    std::future::poll_fn(|cx| {
        let mut more = true;
        while running.len() < REQUESTS_PER_CONNECTION_MAX {
            match arriving.as_mut().poll_next(cx) {
                Poll::Ready(Some(promise)) => running.push_back(promise),
                Poll::Ready(None) => {
                    more = false;
                    break;
                }
                Poll::Pending => break,
            }
        }
        match running.poll_next_unpin(cx) {
            Poll::Ready(None) if more => Poll::Pending,
            outcome => outcome,
        }
    })
    .await
}

/// The next answer if it is there already.
async fn ready_answer(running: &mut Running) -> Option<Result<Option<Answer>, Close>> {
    std::future::poll_fn(|cx| match running.poll_next_unpin(cx) {
        Poll::Ready(answer) => Poll::Ready(answer),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}
