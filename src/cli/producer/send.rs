use std::cell::RefCell;
use std::io::{IsTerminal, Read, Write, stdin, stdout};
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::{Either, select};

use super::Options;
use super::line::{Grammar, Lines};
use crate::cli::complaint::Complaint;
use crate::cli::tuning::{self, Tuning};
use crate::cli::{print, property};
use crate::client::{Entry, Outcome, Producer};
use crate::io::mesh::Receiver;
use crate::io::signal::Stop;
use crate::io::task;
use crate::records::Compression;

/// Bytes read from standard input at once.
const READ_BYTES: usize = 64 << 10;
/// The defaults of Kafka's tool where they are not those of its producer.
const LINGER: Duration = Duration::from_millis(1000);

/// Sends standard input, line by line, until it ends or the process is asked to stop. What was
/// read is sent, also when a line that makes no sense ends it.
pub async fn send(options: &Options) -> Result<(), Complaint> {
    let grammar = Grammar::new(&options.reader_property)?;
    let tuning = tuning(options).await?;
    let cluster = Rc::new(tuning.connect(&options.bootstrap).await?);
    let failures = Rc::new(RefCell::new(Failures::default()));
    let noted = failures.clone();
    let topic = options.topic.clone();
    let on_done = move |outcome: Outcome| noted.borrow_mut().note(&topic, &outcome);
    let started = Producer::start(cluster, &options.topic, tuning.produce, on_done).await;
    let producer = started.map_err(|fault| {
        Complaint::new(format!("cannot send to topic {}: {fault}", options.topic))
    })?;
    let session = Session {
        grammar,
        producer,
        stops: print::stop_signals()?,
        sync: options.sync,
    };
    let read = session.read_all().await;
    session.producer.close().await;
    read?;
    let failed = failures.borrow().records;
    match failed {
        0 => Ok(()),
        _ => Err(Complaint::new(format!("{failed} records were not sent."))),
    }
}

async fn tuning(options: &Options) -> Result<Tuning, Complaint> {
    let pairs = &options.command_property;
    let mut tuning = Tuning::read(&options.bootstrap, "console-producer", pairs).await?;
    let produce = &mut tuning.produce;
    if let Some(acks) = &options.request_required_acks {
        produce.acks = tuning::acks("--request-required-acks", acks)?;
    }
    if let Some(codec) = &options.compression_codec {
        produce.compression = Compression::of(tuning::codec("--compression-codec", codec)?);
    }
    if let Some(bytes) = options.batch_size {
        produce.batch_bytes = bytes;
    }
    if let Some(millis) = options.timeout {
        produce.linger = Duration::from_millis(millis);
    } else if property::last(pairs, "linger.ms").is_none() {
        produce.linger = LINGER;
    }
    if let Some(millis) = options.request_timeout_ms {
        tuning.client.request_timeout = Duration::from_millis(millis);
    }
    Ok(tuning)
}

/// What could not be sent.
#[derive(Default)]
struct Failures {
    records: i64,
}

impl Failures {
    fn note(&mut self, topic: &str, outcome: &Outcome) {
        if let Err(fault) = &outcome.result {
            self.records += i64::from(outcome.count);
            let Outcome {
                partition, count, ..
            } = outcome;
            print::complain(&format!(
                "Error when sending {count} records to {topic}-{partition}: {fault}"
            ));
        }
    }
}

struct Session {
    grammar: Grammar,
    producer: Producer,
    stops: Receiver<Stop>,
    sync: bool,
}

impl Session {
    async fn read_all(&self) -> Result<(), Complaint> {
        let mut lines = Lines::default();
        let mut number = 0;
        loop {
            prompt()?;
            let bytes = match select(pin!(read_some()), pin!(self.stops.recv())).await {
                Either::Left((read, _)) => read?,
                Either::Right(_) => Vec::new(),
            };
            let is_end = bytes.is_empty();
            for line in lines.push(&bytes) {
                number += 1;
                self.send(&line, number).await?;
            }
            if is_end {
                break;
            }
        }
        match lines.finish() {
            Some(line) => self.send(&line, number + 1).await,
            None => Ok(()),
        }
    }

    async fn send(&self, line: &[u8], number: u64) -> Result<(), Complaint> {
        let line = self.grammar.parse(line, number)?;
        let entry = Entry {
            key: line.key,
            value: line.value,
            headers: &line.headers,
        };
        let sent = self.producer.send(&entry).await;
        sent.map_err(|fault| Complaint::new(format!("line {number} was not sent: {fault}")))?;
        if self.sync {
            self.producer.flush().await;
        }
        Ok(())
    }
}

/// Where a person types, an invitation to; nothing where a program writes.
fn prompt() -> Result<(), Complaint> {
    if stdin().is_terminal() {
        let mut out = stdout();
        out.write_all(b">")?;
        out.flush()?;
    }
    Ok(())
}

/// Waits for input, on the pool; nothing means its end.
async fn read_some() -> Result<Vec<u8>, Complaint> {
    let read = task::block_on_pool(|| {
        let mut bytes = vec![0; READ_BYTES];
        let count = stdin().read(&mut bytes)?;
        bytes.truncate(count);
        Ok(bytes)
    });
    let unreadable = |error: &dyn std::fmt::Display| {
        Complaint::new(format!("cannot read standard input: {error}"))
    };
    let read: Result<Vec<u8>, std::io::Error> = read.await.map_err(|error| unreadable(&error))?;
    read.map_err(|error| unreadable(&error))
}
