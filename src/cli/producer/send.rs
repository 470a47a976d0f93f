use std::cell::RefCell;
use std::io::{IsTerminal, Read, Write, stdin, stdout};
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::{Either, select};

use super::Options;
use super::line::{Grammar, Lines};
use crate::cli::complaint::Complaint;
use crate::cli::tuning::Tuning;
use crate::cli::{absent, input, print, property};
use crate::client::{ClientFault, Cluster, Entry, Outcome, Producer};
use crate::io::mesh::Receiver;
use crate::io::signal::Stop;
use crate::io::{clock, task};

/// Bytes read from standard input at once.
const READ_BYTES: usize = 64 << 10;
/// `linger.ms` of Kafka's tool, where it is not that of its producer.
const LINGER_MS: &str = "1000";
/// A topic that the broker makes on the first request is there by then, and nothing is said.
const MAKING: Duration = Duration::from_secs(1);

/// Sends standard input, line by line, until it ends or the process is asked to stop. What was
/// read is sent, also when a line that makes no sense ends it.
pub async fn send(options: &Options) -> Result<(), Complaint> {
    let grammar = grammar(options).await?;
    let tuning = tuning(options).await?;
    let cluster = Rc::new(tuning.connect(&options.bootstrap).await?);
    let failures = Rc::new(RefCell::new(Failures::default()));
    let noted = failures.clone();
    let topic = options.topic.clone();
    let on_done = move |outcome: Outcome| noted.borrow_mut().note(&topic, &outcome);
    let starting = Producer::start(cluster.clone(), &options.topic, tuning.produce, on_done);
    let producer = patiently(&cluster, &options.topic, starting).await?;
    let session = Session {
        grammar,
        producer: Rc::new(producer),
        stops: print::stop_signals()?,
        sync: options.sync.then(|| failures.clone()),
    };
    let watch = task::spawn(watch(session.producer.clone(), options.topic.clone()));
    let read = session.read_all().await;
    session.producer.close().await;
    drop(watch);
    read?;
    match failures.borrow().records {
        0 => Ok(()),
        failed => Err(Complaint::new(format!("{failed} records were not sent."))),
    }
}

async fn grammar(options: &Options) -> Result<Grammar, Complaint> {
    if let Some(class) = &options.line_reader
        && class.rsplit('.').next() != Some("LineMessageReader")
    {
        return Err(Complaint::new(format!(
            "--line-reader {class}: classes cannot be loaded here. Expected LineMessageReader."
        )));
    }
    let mut pairs = match &options.reader_config {
        Some(path) => property::of_file(&input::text(path).await?),
        None => Vec::new(),
    };
    pairs.extend(options.reader_property.iter().cloned());
    Grammar::new(&pairs)
}

async fn tuning(options: &Options) -> Result<Tuning, Complaint> {
    let pairs = &options.command_property;
    let linger = ("linger.ms".to_owned(), LINGER_MS.to_owned());
    let pairs: Vec<_> = [linger].into_iter().chain(pairs.iter().cloned()).collect();
    let mut tuning = Tuning::read(&options.bootstrap, "console-producer", &pairs).await?;
    for (key, value) in options.settings() {
        tuning.set(key, value)?;
    }
    Ok(tuning)
}

/// Waits for the topic, and says so when that takes longer than making one does.
async fn patiently(
    cluster: &Cluster,
    topic: &str,
    starting: impl Future<Output = Result<Producer, ClientFault>>,
) -> Result<Producer, Complaint> {
    let failed = |fault: ClientFault| {
        let why = absent::why(topic, &fault);
        Complaint::new(format!("cannot send to topic {topic}: {why}"))
    };
    let mut starting = pin!(starting);
    match select(starting.as_mut(), pin!(clock::sleep(MAKING))).await {
        Either::Left((started, _)) => started.map_err(failed),
        Either::Right(_) => {
            if let Err(fault) = cluster.refresh(topic, false).await {
                let why = absent::why(topic, &fault);
                print::complain(&format!("waiting for topic {topic}: {why}"));
            }
            starting.await.map_err(failed)
        }
    }
}

/// Says once that nothing can be sent, and once that it can again.
async fn watch(producer: Rc<Producer>, topic: String) {
    let mut troubled = false;
    loop {
        clock::sleep(MAKING).await;
        let trouble = producer.trouble();
        match (&trouble, troubled) {
            (Some(fault), false) => {
                print::complain(&format!("waiting to send to topic {topic}: {fault}"));
            }
            (None, true) => print::complain(&format!("sending to topic {topic} again")),
            _ => {}
        }
        troubled = trouble.is_some();
    }
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
    producer: Rc<Producer>,
    stops: Receiver<Stop>,
    /// Where to look after each line, when each is waited for.
    sync: Option<Rc<RefCell<Failures>>>,
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
            ..Entry::default()
        };
        let sent = self.producer.send(&entry).await;
        sent.map_err(|fault| Complaint::new(format!("line {number} was not sent: {fault}")))?;
        if let Some(failures) = &self.sync {
            self.producer.flush().await;
            if failures.borrow().records > 0 {
                return Err(Complaint::new(format!("line {number} was not sent.")));
            }
        }
        Ok(())
    }
}

/// Where a person types, an invitation to; nothing where a program writes.
fn prompt() -> Result<(), Complaint> {
    if stdin().is_terminal() && stdout().is_terminal() {
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
