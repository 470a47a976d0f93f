//! One connection: frames in, answers out, in two tasks.

use std::rc::Rc;
use std::time::Duration;

use bytes::BytesMut;

use super::answer::Close;
use super::context::{Context, Session};
use super::dispatch;
use super::pipeline::{self, REQUESTS_PER_CONNECTION_MAX};
use crate::io::{ReadHalf, Stream, clock, mesh, task};
use crate::wire::Deframer;

/// Bytes asked of the socket at first: what an idle connection costs.
const READ_BYTES_MIN: usize = 4 * 1024;

/// Bytes asked of a socket that keeps filling its buffer.
const READ_BYTES_MAX: usize = 256 * 1024;

/// What stands for no limit on idle time.
const IDLE_FOREVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Serves a connection until either side ends it.
pub async fn serve(context: Rc<Context>, stream: Stream, listener: Rc<str>) {
    let session = Rc::new(Session::new(&stream, listener));
    let (reader, writer) = match stream.split() {
        Ok(halves) => halves,
        Err(error) => {
            tracing::warn!(peer = %session.peer, %error, "a connection could not be set up");
            return;
        }
    };
    let (promises, arriving) = mesh::mailbox(REQUESTS_PER_CONNECTION_MAX);
    let answers = {
        let context = context.clone();
        task::spawn(async move { pipeline::write_answers(&context, writer, arriving).await })
    };
    let mut arrivals = Arrivals::new(&context, reader);
    let reading = read_requests(&context, &session, &mut arrivals, promises);
    let why = race(reading, answers).await;
    if why.is_notable() {
        let client = session.client.borrow().clone();
        tracing::warn!(peer = %session.peer, client, reason = %why, "connection closed");
    } else {
        tracing::debug!(peer = %session.peer, reason = %why, "connection closed");
    }
}

/// Runs both halves. The reader's end lets the answers under way leave; the writer's end is the
/// connection's.
async fn race(
    reading: impl Future<Output = Close>,
    answers: task::Task<Result<(), Close>>,
) -> Close {
    use futures_util::future::{Either, select};
    match select(std::pin::pin!(reading), answers).await {
        Either::Left((Close::PeerDone, answers)) => match answers.await {
            Ok(()) => Close::PeerDone,
            Err(why) => why,
        },
        Either::Left((why, answers)) => {
            answers.cancel().await;
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
        let frame = match arrivals.next_frame().await {
            Ok(frame) => frame,
            Err(why) => return why,
        };
        context.shard.metrics.on_request(frame.len());
        let permit = context.shard.requests.take(frame.len()).await;
        match dispatch::begin(context, session, frame, permit).await {
            Ok(promise) => {
                if promises.send(promise).await.is_err() {
                    return Close::PeerDone;
                }
            }
            Err(why) => return why,
        }
    }
}

/// The arriving bytes of a connection, cut into frames.
struct Arrivals {
    reader: ReadHalf,
    buffer: BytesMut,
    deframer: Deframer,
    read_bytes: usize,
    idle_max: Duration,
}

impl Arrivals {
    fn new(context: &Context, reader: ReadHalf) -> Arrivals {
        let settings = context.settings();
        let max = settings.network.request_bytes_max;
        Arrivals {
            reader,
            buffer: BytesMut::new(),
            idle_max: settings.network.idle_max.unwrap_or(IDLE_FOREVER),
            deframer: Deframer::of_requests(max),
            read_bytes: READ_BYTES_MIN,
        }
    }

    async fn next_frame(&mut self) -> Result<bytes::Bytes, Close> {
        loop {
            match self.deframer.next(&mut self.buffer) {
                Ok(Some(frame)) => return Ok(frame),
                Ok(None) => self.read_more().await?,
                Err(fault) => return Err(Close::Malformed(fault.to_string())),
            }
        }
    }

    async fn read_more(&mut self) -> Result<(), Close> {
        // Doubling with what has arrived keeps a promise of 100 MiB from costing more than
        // twice what was really sent.
        let spare = self.buffer.capacity() - self.buffer.len();
        if spare < self.read_bytes / 4 {
            self.buffer.reserve(self.read_bytes.max(self.buffer.len()));
        }
        let room = self.buffer.capacity() - self.buffer.len();
        match clock::timeout(self.idle_max, self.reader.read(&mut self.buffer)).await {
            Ok(Ok(0)) => Err(Close::PeerDone),
            Ok(Ok(bytes)) => {
                if bytes == room {
                    self.read_bytes = (self.read_bytes * 2).min(READ_BYTES_MAX);
                }
                Ok(())
            }
            Ok(Err(error)) => Err(Close::Socket(error)),
            Err(_) => Err(Close::Idle(self.idle_max.as_millis())),
        }
    }
}
