use std::io::Write;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::time::Duration;

use super::format::Format;
use super::{Options, options::Start};
use crate::cli::complaint::Complaint;
use crate::cli::print;
use crate::cli::tuning::{self, Tuning};
use crate::client::{ClientFault, Cluster, Consumer, Fetched, Position, Reset, Topic, offsets};
use crate::io::clock;
use crate::io::mesh::Receiver;
use crate::io::signal::Stop;
use crate::model::{ErrorCode, Instant};

/// How long one poll waits; then limits and new partitions are looked at.
const POLL: Duration = Duration::from_millis(200);
/// How often the topic is looked at for new partitions.
const REFRESH: Duration = Duration::from_secs(30);

/// Prints records until a limit of the options is reached or the process is asked to stop. Then
/// says on stderr how many.
pub async fn follow(options: &Options, out: &mut dyn Write) -> Result<(), Complaint> {
    let format = Format::new(&options.formatter_property)?;
    let pairs = &options.command_property;
    let mut tuning = Tuning::read(&options.bootstrap, "console-consumer", pairs).await?;
    if let Some(level) = &options.isolation_level {
        tuning.consume.isolation = tuning::isolation("--isolation-level", level)?;
    }
    let cluster = Rc::new(tuning.connect(&options.bootstrap).await?);
    let mut session = Session {
        options,
        format,
        stops: print::stop_signals()?,
        stopped: false,
        troubled: false,
        printed: 0,
        heard: clock::now(),
    };
    let done = session.run(cluster, tuning, out).await;
    let flushed = out.flush();
    print::complain(&format!(
        "Processed a total of {} messages",
        session.printed
    ));
    done?;
    Ok(flushed?)
}

struct Session<'a> {
    options: &'a Options,
    format: Format,
    stops: Receiver<Stop>,
    stopped: bool,
    /// Told that nothing comes.
    troubled: bool,
    printed: u64,
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
        let Some(topic) = self.await_topic(&cluster).await? else {
            return Ok(());
        };
        let start = self.start();
        let reset = match start {
            Start::Earliest => Reset::Earliest,
            _ => Reset::Latest,
        };
        let positions = self.positions(&cluster, &topic, start).await?;
        let mut consumer = Consumer::assign(cluster.clone(), positions, tuning.consume, reset);
        let mut refreshed = clock::now();
        while !self.is_done() {
            let fetched = consumer
                .poll(POLL)
                .await
                .map_err(|fault| self.failed(&fault))?;
            for fetched in &fetched {
                self.print(fetched, out)?;
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

    /// Says once why nothing comes, and once that it comes again.
    fn tell_trouble(&mut self, consumer: &Consumer) {
        let name = &self.options.topic;
        match (consumer.trouble(), self.troubled) {
            (Some(fault), false) => {
                print::complain(&format!("waiting for topic {name}: {fault}"));
                self.troubled = true;
            }
            (None, true) => {
                print::complain(&format!("reading topic {name} again"));
                self.troubled = false;
            }
            _ => {}
        }
    }

    /// The topic; `None` when the time allowed runs out before it exists.
    async fn await_topic(&mut self, cluster: &Cluster) -> Result<Option<Topic>, Complaint> {
        let name = self.options.topic.as_str();
        let mut told = false;
        while !self.is_done() {
            match cluster.refresh(name, true).await {
                Ok(topic) => return Ok(Some(topic)),
                Err(fault) if !fault.is_retriable() => return Err(self.failed(&fault)),
                Err(fault) if !told => {
                    told = true;
                    let is_unknown = fault.code() == Some(ErrorCode::UnknownTopicOrPartition);
                    let why = match is_unknown {
                        true => "it does not exist".to_owned(),
                        false => fault.to_string(),
                    };
                    print::complain(&format!("waiting for topic {name}: {why}"));
                }
                Err(_) => {}
            }
            clock::sleep(POLL).await;
        }
        Ok(None)
    }

    fn start(&self) -> Start {
        match self.options.offset {
            Some(start) => start,
            None if self.options.from_beginning => Start::Earliest,
            None => Start::Latest,
        }
    }

    async fn positions(
        &self,
        cluster: &Cluster,
        topic: &Topic,
        start: Start,
    ) -> Result<Vec<Position>, Complaint> {
        let all = topic.partitions.iter().map(|partition| partition.index);
        let chosen: Vec<i32> = match self.options.partition {
            Some(partition) => vec![partition],
            None => all.collect(),
        };
        if let Some(missing) = chosen
            .iter()
            .find(|index| topic.partition(**index).is_none())
        {
            let count = topic.partitions.len();
            return Err(Complaint::new(format!(
                "topic {} has no partition {missing}: it has {count}, counted from 0",
                topic.name
            )));
        }
        let name: Rc<str> = topic.name.as_str().into();
        let position = |partition: i32, offset: i64| {
            let topic = name.clone();
            Position {
                topic,
                partition,
                offset,
            }
        };
        let end = match start {
            Start::At(offset) => {
                return Ok(chosen
                    .into_iter()
                    .map(|index| position(index, offset))
                    .collect());
            }
            Start::Earliest => offsets::EARLIEST,
            Start::Latest => offsets::LATEST,
        };
        let listed = offsets::list(cluster, &topic.name, &chosen, end).await;
        let mut positions = Vec::new();
        for listed in listed.map_err(|fault| self.failed(&fault))? {
            let offset = listed.result.map_err(|fault| self.failed(&fault))?;
            positions.push(position(listed.partition, offset.unwrap_or(0)));
        }
        Ok(positions)
    }

    /// Partitions that the topic was given meanwhile are read from their start. When nobody can
    /// be asked now, the next time will do.
    async fn add_partitions(&self, cluster: &Cluster, consumer: &mut Consumer) {
        let Ok(topic) = cluster.refresh(&self.options.topic, false).await else {
            return;
        };
        let name: Rc<str> = topic.name.as_str().into();
        for partition in &topic.partitions {
            consumer.add(Position {
                topic: name.clone(),
                partition: partition.index,
                offset: 0,
            });
        }
    }

    fn print(&mut self, fetched: &Fetched, out: &mut dyn Write) -> Result<(), Complaint> {
        let mut wrote = Ok(());
        let visited = fetched.visit(|batch, record| {
            if self.is_full() {
                return ControlFlow::Break(());
            }
            wrote = self.format.print(batch, record, fetched.partition, out);
            match wrote {
                Ok(()) => self.printed += 1,
                Err(_) => return ControlFlow::Break(()),
            }
            ControlFlow::Continue(())
        });
        wrote?;
        visited.map_err(|fault| self.failed(&fault))
    }

    fn is_full(&self) -> bool {
        self.options
            .max_messages
            .is_some_and(|max| self.printed >= max)
    }

    fn is_done(&mut self) -> bool {
        self.stopped |= self.stops.try_recv().is_some();
        let silent = clock::now().since(self.heard);
        let patience = self.options.timeout_ms.map(Duration::from_millis);
        self.stopped || self.is_full() || patience.is_some_and(|patience| silent >= patience)
    }

    fn failed(&self, fault: &ClientFault) -> Complaint {
        Complaint::new(format!("cannot read topic {}: {fault}", self.options.topic))
    }
}
