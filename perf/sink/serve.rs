use core::net::SocketAddr;
use std::io::{self, Write, stdout};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use futures_util::future::{Either, select};

use super::Options;
use super::answer::Desk;
use crate::io::mesh::Receiver;
use crate::io::signal::{self, Stop};
use crate::io::{ListenOptions, Listener, Stream, clock, task, uring};
use crate::perf::complaint::Complaint;
use crate::perf::seat::Control;
use crate::wire::{Deframer, FrameFault};

/// The largest request taken, in bytes; that of Kafka's brokers.
const REQUEST_BYTES_MAX: usize = 100 << 20;
/// What a read asks for at once: large, since the work of a sink is reading.
const READ_BYTES: usize = 256 << 10;
/// How often an executor looks whether it is to end.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Pause after a connection could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

/// Listens until Ctrl-C.
pub fn run(options: &Options) -> Result<(), Complaint> {
    let cores = match &options.cores {
        Some(cores) => cores.0.clone(),
        None => uring::allowed_cores()?.into_iter().take(1).collect(),
    };
    if options.listen.port() == 0 && cores.len() > 1 {
        return Err(Complaint::new("--listen with port 0 needs a single core"));
    }
    let unheard = |error| Complaint(format!("cannot listen to signals: {error}"));
    let stops = signal::stop_signals().map_err(unheard)?;
    let control = Arc::new(Control::default());
    let options = options.clone();
    let is_shared = cores.len() > 1;
    let ended = uring::run_shards(&cores, move |shard| {
        let (options, control) = (options.clone(), control.clone());
        let stops = (shard.0 == 0).then(|| stops.clone());
        Box::pin(async move {
            let serving = task::spawn(serve(options, is_shared, shard.0 == 0));
            let told = pin!(until_told(stops, &control));
            let ended = select(serving, told).await;
            control.stop();
            match ended {
                Either::Left((Err(error), _)) => Err(error),
                _ => Ok(()),
            }
        })
    })?;
    ended.into_iter().collect()
}

async fn until_told(stops: Option<Receiver<Stop>>, control: &Control) {
    match stops {
        Some(stops) => drop(stops.recv().await),
        None => {
            while !control.is_stopping() {
                clock::sleep(LOOK_EVERY).await;
            }
        }
    }
}

async fn serve(options: Options, is_shared: bool, is_first: bool) -> Result<(), Complaint> {
    let listen = ListenOptions {
        reuse_port: is_shared,
    };
    let bound = Listener::bind(options.listen, listen);
    let listener = bound
        .map_err(|error| Complaint(format!("cannot listen on {}: {error}", options.listen)))?;
    let address = listener.local_addr();
    if is_first {
        let unwritable = |error| Complaint(format!("cannot write to standard output: {error}"));
        writeln!(stdout(), "The sink listens on {address}; Ctrl-C ends it.").map_err(unwritable)?;
    }
    let desk = Rc::new(Desk::new(&options, address));
    loop {
        match listener.accept().await {
            Ok(stream) => task::spawn(converse(stream, desk.clone())).detach(),
            Err(_) => clock::sleep(ACCEPT_PAUSE).await,
        }
    }
}

/// Answers one client until it leaves, or sends what is no request.
async fn converse(stream: Stream, desk: Rc<Desk>) {
    // The client sees its connection closed; there is nobody else to tell.
    let _ = answer_all(stream, &desk).await;
}

async fn answer_all(stream: Stream, desk: &Desk) -> io::Result<()> {
    let (mut read, mut write) = stream.split()?;
    let deframer = Deframer::of_requests(REQUEST_BYTES_MAX);
    let (mut arrived, mut parts) = (BytesMut::new(), Vec::new());
    loop {
        while let Some(frame) = deframer.next(&mut arrived).map_err(broken)? {
            if let Some(done) = desk.take_in() {
                clock::sleep_until(done).await;
            }
            desk.answer(&frame, &mut parts)?;
        }
        if !parts.is_empty() {
            write.write_gather(&mut parts).await?;
        }
        let missing = deframer.missing(&arrived).map_err(broken)?;
        arrived.reserve(missing.clamp(READ_BYTES, 4 * READ_BYTES));
        if read.read(&mut arrived).await? == 0 {
            return Ok(());
        }
        task::yield_if_needed().await;
    }
}

fn broken(fault: FrameFault) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, fault)
}

/// Addresses that clients can connect to: the one listened on, or this host for all of them.
pub fn advertised(address: SocketAddr) -> String {
    match address.ip().is_unspecified() {
        true => "127.0.0.1".to_owned(),
        false => address.ip().to_string(),
    }
}
