//! One connection: frames in, answers out, in two tasks.

use std::rc::Rc;

use super::answer::Close;
use super::arrivals::{Arrivals, STALL_MAX};
use super::context::{Context, Session};
use super::{dispatch, notices, pipeline};
use crate::io::{Stream, clock, mesh, task};

/// Serves a connection until either side ends it.
pub async fn serve(context: Rc<Context>, stream: Stream, listener: Rc<str>) {
    let session = Rc::new(Session::new(&stream, listener));
    let (reader, writer) = match stream.split() {
        Ok(halves) => halves,
        Err(error) => {
            notices::say(&context.notices, || {
                tracing::warn!(peer = %session.peer, %error, "a connection could not be set up");
            });
            return;
        }
    };
    let (promises, arriving) = mesh::mailbox(pipeline::REQUESTS_MAX);
    let answers = {
        let context = context.clone();
        task::spawn(async move { pipeline::write_answers(&context, writer, arriving).await })
    };
    let mut arrivals = Arrivals::new(&context, reader);
    let reading = read_requests(&context, &session, &mut arrivals, promises);
    let why = race(reading, answers).await;
    if why.is_notable() {
        notices::say(&context.notices, || {
            let client = session.client.borrow().clone();
            tracing::warn!(peer = %session.peer, client, reason = %why, "connection closed");
        });
    } else {
        tracing::debug!(peer = %session.peer, reason = %why, "connection closed");
    }
}

/// Runs both halves. The reader's end lets the answers under way leave: all of them when the
/// client has no more to ask, those of the next moment when it is closed. The writer's end is the
/// connection's.
async fn race(
    reading: impl Future<Output = Close>,
    answers: task::Task<Result<(), Close>>,
) -> Close {
    use futures_util::future::{Either, select};
    match select(std::pin::pin!(reading), answers).await {
        Either::Left((why @ (Close::PeerDone | Close::Cut { .. }), answers)) => {
            answers.await.err().unwrap_or(why)
        }
        Either::Left((why @ (Close::Socket(_) | Close::Stopping), answers)) => {
            answers.cancel().await;
            why
        }
        Either::Left((why, mut answers)) => {
            if clock::timeout(STALL_MAX, &mut answers).await.is_err() {
                answers.cancel().await;
            }
            why
        }
        Either::Right((Ok(()), _)) => Close::PeerDone,
        Either::Right((Err(why), _)) => why,
    }
}

/// Reads requests and starts them, one after the other; each runs on beside the next.
async fn read_requests(
    context: &Rc<Context>,
    session: &Rc<Session>,
    arrivals: &mut Arrivals,
    promises: mesh::Sender<pipeline::Promise>,
) -> Close {
    loop {
        let arrived = match arrivals.next().await {
            Ok(arrived) => arrived,
            Err(why) => return why,
        };
        context.shard.metrics.on_request(arrived.frame.len());
        match dispatch::begin(context, session, arrived).await {
            Ok(promise) => {
                if promises.send(promise).await.is_err() {
                    return Close::PeerDone;
                }
            }
            Err(why) => return why,
        }
    }
}
