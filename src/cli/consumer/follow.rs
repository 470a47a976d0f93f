use std::io::Write;
use std::rc::Rc;
use std::time::Duration;

use super::Options;
use super::choice::Choice;
use super::options::Start;
use super::output::{self, Output};
use super::start::{positions, start};
use crate::cli::complaint::Complaint;
use crate::cli::tuning::{self, Tuning};
use crate::cli::{input, print};
use crate::client::{Cluster, Consumer, Position, Reset};
use crate::io::clock;
use crate::io::mesh::Receiver;
use crate::io::signal::Stop;
use crate::model::Instant;

/// How long one poll waits; then limits and new partitions are looked at.
const POLL: Duration = Duration::from_millis(200);
/// How often the cluster is asked for new topics and partitions.
const REFRESH: Duration = Duration::from_secs(30);
/// A topic that the broker makes on the first request is there by then, and nothing is said.
const MAKING: Duration = Duration::from_secs(1);

/// Prints records until a limit of the options is reached or the process is asked to stop. Then
/// says on stderr how many.
pub async fn follow(options: &Options, out: &mut dyn Write) -> Result<(), Complaint> {
    let file = match &options.formatter_config {
        Some(path) => Some(input::text(path).await?),
        None => None,
    };
    let output = Output::new(options, &output::pairs(options, file.as_deref()))?;
    let choice = Choice::of(options)?;
    let tuning = tuning(options).await?;
    let start = start(options, tuning.reset)?;
    let cluster = Rc::new(tuning.connect(&options.bootstrap).await?);
    let mut session = Session {
        options,
        choice,
        start,
        output,
        stops: print::stop_signals()?,
        stopped: false,
        troubled: false,
        heard: clock::now(),
    };
    let done = session.run(cluster, tuning, out).await;
    let flushed = out.flush();
    let count = session.output.count();
    print::complain(&format!("Processed a total of {count} messages"));
    if options.enable_systest_events {
        writeln!(out, "shutdown_complete")?;
        out.flush()?;
    }
    done?;
    Ok(flushed?)
}

async fn tuning(options: &Options) -> Result<Tuning, Complaint> {
    let pairs = &options.command_property;
    let mut tuning = Tuning::read(&options.bootstrap, "console-consumer", pairs).await?;
    if let Some(level) = &options.isolation_level {
        tuning.consume.isolation = tuning::isolation("--isolation-level", level)?;
    }
    if let Some(group) = options.group.as_ref().or(tuning.group.as_ref()) {
        print::complain(&format!(
            "group {group}: groups are not served yet, so this consumer reads all partitions and \
             commits no offsets"
        ));
    }
    Ok(tuning)
}

struct Session<'a> {
    options: &'a Options,
    choice: Choice,
    start: Start,
    output: Output,
    stops: Receiver<Stop>,
    stopped: bool,
    /// Told that nothing comes.
    troubled: bool,
    /// When the last record came.
    heard: Instant,
}

impl Session<'_> {
    async fn run(
        &mut self,
        cluster: Rc<Cluster>,
        tuning: Tuning,
        out: &mut dyn Write,
    ) -> Result<(), Complaint> {
        let found = self.await_topics(&cluster).await?;
        let reset = match self.start {
            Start::Earliest => Reset::Earliest,
            _ => tuning.reset.unwrap_or(Reset::Latest),
        };
        let mut consumer = Consumer::assign(cluster.clone(), found, tuning.consume, reset);
        let mut refreshed = clock::now();
        while !self.is_done() {
            let fetched = consumer.poll(POLL).await;
            let failed = |fault| Complaint::new(format!("cannot read {}: {fault}", self.choice));
            let fetched = fetched.map_err(failed)?;
            for fetched in &fetched {
                self.output.print(fetched, out)?;
            }
            out.flush()?;
            self.tell_trouble(&consumer);
            let now = clock::now();
            if !fetched.is_empty() {
                self.heard = now;
            }
            if now.since(refreshed) > REFRESH && self.options.partition.is_none() {
                refreshed = now;
                self.add_partitions(&cluster, &mut consumer).await;
            }
        }
        Ok(())
    }

    fn tell_waiting(&self, why: &str) {
        print::complain(&format!("waiting for {}: {why}", self.choice));
    }

    /// Says once why nothing comes, and once that it comes again.
    fn tell_trouble(&mut self, consumer: &Consumer) {
        match (consumer.trouble(), self.troubled) {
            (Some(fault), false) => self.tell_waiting(&self.choice.why(fault)),
            (None, true) => print::complain(&format!("reading {} again", self.choice)),
            _ => {}
        }
        self.troubled = consumer.trouble().is_some();
    }

    /// Where to start in the topics that are there; nothing when the time allowed runs out before
    /// one is.
    async fn await_topics(&mut self, cluster: &Cluster) -> Result<Vec<Position>, Complaint> {
        let (begun, mut told) = (clock::now(), false);
        while !self.is_done() {
            let why = match self.choice.find(cluster, true).await {
                Ok(topics) if !topics.is_empty() => {
                    let mut found = Vec::new();
                    for topic in &topics {
                        let partition = self.options.partition;
                        found.extend(positions(cluster, topic, partition, self.start).await?);
                    }
                    return Ok(found);
                }
                Ok(_) => "there are none".to_owned(),
                Err(fault) if fault.is_retriable() => self.choice.why(&fault),
                Err(fault) => {
                    let (choice, why) = (&self.choice, self.choice.why(&fault));
                    return Err(Complaint::new(format!("cannot read {choice}: {why}")));
                }
            };
            if !told && clock::now().since(begun) >= MAKING {
                self.tell_waiting(&why);
                told = true;
            }
            clock::sleep(POLL).await;
        }
        Ok(Vec::new())
    }

    /// What was added meanwhile, topics and partitions, is read from its start. When nobody can
    /// be asked now, the next time will do.
    async fn add_partitions(&self, cluster: &Cluster, consumer: &mut Consumer) {
        let Ok(topics) = self.choice.find(cluster, false).await else {
            return;
        };
        for topic in &topics {
            let name: Rc<str> = topic.name.as_str().into();
            for partition in &topic.partitions {
                consumer.add(Position {
                    topic: name.clone(),
                    partition: partition.index,
                    offset: 0,
                });
            }
        }
    }

    fn is_done(&mut self) -> bool {
        self.stopped |= self.stops.try_recv().is_some();
        let silent = clock::now().since(self.heard);
        let patience = self
            .options
            .timeout_ms
            .and_then(|ms| u64::try_from(ms).ok());
        let patience = patience.map(Duration::from_millis);
        self.stopped || self.output.is_full() || patience.is_some_and(|patience| silent >= patience)
    }
}
