use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};
use std::io::{Write, stderr};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use futures_util::future::{Either, select};

use super::event::{Committed, Event, Place, Taken};
use super::property::{self, check_plain};
use crate::client::{
    ClientFault, Cluster, ConsumeSettings, Consumer, Fetched, GroupOffsets, Position, Reset,
    offsets,
};
use crate::io::mesh::Receiver;
use crate::io::signal::{self, Stop};
use crate::io::{clock, uring};
use crate::perf::complaint::Complaint;
use crate::perf::target::{Address, Target};

/// Records of one poll, as many as a Java consumer takes where nothing else is said.
const POLL_RECORDS_MAX: usize = 500;
/// How often offsets are committed where that is left to the consumer.
const COMMIT_EVERY: Duration = Duration::from_secs(5);
/// How long a poll waits before it looks whether to commit.
const PATIENCE: Duration = Duration::from_millis(500);
/// Bytes of an answer: each is held as records.
const ANSWER_BYTES: i32 = 4 << 20;

const ABOUT: &str = "\
As Kafka's kafka-verifiable-consumer.sh: reads a topic and prints events as JSON lines.

The group is not joined: this process is assigned all partitions at once, whoever else reads them.
It begins where the group has committed, and commits from outside the group. A broker without
groups answers neither: reading begins as --reset-policy says, and commits are printed with
success false. Flags that concern membership are taken and do nothing.";

/// Where reading begins without a committed offset.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Policy {
    Earliest,
    Latest,
    None,
}

#[derive(Args, Debug, Clone)]
#[command(about = "As Kafka's kafka-verifiable-consumer.sh", long_about = ABOUT)]
pub struct VerifiableConsumer {
    /// The servers to connect to
    #[arg(
        long,
        value_name = "HOST1:PORT1[,HOST2:PORT2[...]]",
        visible_alias = "broker-list"
    )]
    bootstrap_server: String,
    /// Consumes messages from this topic
    #[arg(long, value_name = "TOPIC")]
    topic: String,
    /// The group whose offsets are read and committed
    #[arg(long, value_name = "GROUP-ID")]
    group_id: String,
    /// Consume this many messages; -1: until it is ended
    #[arg(long, value_name = "MAX-MESSAGES", default_value_t = -1)]
    #[arg(allow_negative_numbers = true)]
    max_messages: i64,
    /// Print every record
    #[arg(long)]
    verbose: bool,
    /// Commit every five seconds and at the end, and print nothing about it
    #[arg(long)]
    enable_autocommit: bool,
    /// Where to begin without a committed offset
    #[arg(long, value_enum, value_name = "RESET-POLICY", default_value_t = Policy::Earliest)]
    reset_policy: Policy,
    /// Membership: does nothing
    #[arg(
        long,
        value_name = "GROUP-PROTOCOL",
        default_value = "classic",
        ignore_case = true
    )]
    #[arg(value_parser = ["classic", "consumer"])]
    group_protocol: String,
    /// Membership: does nothing
    #[arg(long, value_name = "ASSIGNOR")]
    group_remote_assignor: Option<String>,
    /// Membership: does nothing
    #[arg(long, value_name = "ID")]
    group_instance_id: Option<String>,
    /// Membership: does nothing
    #[arg(long, value_name = "TIMEOUT-MS")]
    session_timeout: Option<u64>,
    /// Membership: does nothing
    #[arg(long, value_name = "CLASS")]
    assignment_strategy: Option<String>,
    /// File with properties of the consumer
    #[arg(long, value_name = "CONFIG-FILE", visible_alias = "consumer.config")]
    command_config: Option<PathBuf>,
}

/// A record as it is told.
struct Row {
    partition: i32,
    offset: i64,
    key: Option<String>,
    value: Option<String>,
}

impl VerifiableConsumer {
    pub fn run(&self) -> Result<(), Complaint> {
        check_plain(&property::file(self.command_config.as_deref())?)?;
        let unheard = |error| Complaint(format!("cannot listen to signals: {error}"));
        let stops = signal::stop_signals().map_err(unheard)?;
        let options = self.clone();
        uring::run_alone(async move { options.consume(stops).await })?
    }

    async fn consume(&self, stops: Receiver<Stop>) -> Result<(), Complaint> {
        let address = Address::single(&self.bootstrap_server, &self.topic);
        let cluster = Rc::new(address.connect().await?);
        Event::StartupComplete.say();
        let target = address.find().await?;
        let partitions: Vec<i32> = (0..).take(target.leaders.len()).collect();
        let places = || {
            let place = |partition: &i32| Place {
                topic: &self.topic,
                partition: *partition,
            };
            partitions.iter().map(place).collect()
        };
        Event::PartitionsAssigned {
            partitions: places(),
        }
        .say();
        let has_stopped = Cell::new(false);
        // Brokers answer a connection in turn: commits would wait behind a fetch that waits.
        let committing = address.connect().await?;
        let reading = pin!(self.read(cluster, &committing, &target));
        let ended = match select(reading, pin!(stops.recv())).await {
            Either::Left((read, _)) => read,
            Either::Right(_) => {
                has_stopped.set(true);
                Event::ShutdownRequested.say();
                Ok(())
            }
        };
        Event::PartitionsRevoked {
            partitions: places(),
        }
        .say();
        Event::ShutdownComplete.say();
        if !has_stopped.get() {
            // Kafka's tool says it from a hook that runs as the process ends.
            Event::ShutdownRequested.say();
        }
        ended
    }

    async fn read(
        &self,
        cluster: Rc<Cluster>,
        committing: &Cluster,
        target: &Target,
    ) -> Result<(), Complaint> {
        let group = GroupOffsets {
            group: self.group_id.clone(),
            topic: self.topic.clone(),
            topic_id: target.topic().id,
        };
        let partitions: Vec<i32> = (0..).take(target.leaders.len()).collect();
        let mut consumer = self.consumer(&cluster, &group, &partitions).await?;
        let mut left = u64::try_from(self.max_messages).unwrap_or(u64::MAX);
        let (mut waiting, mut kept) = (VecDeque::new(), BTreeMap::new());
        let mut committed = clock::now();
        while left > 0 {
            if waiting.is_empty() {
                for fetched in consumer.poll(PATIENCE).await? {
                    waiting.extend(rows(&fetched)?);
                }
            }
            let polled: Vec<Row> = waiting
                .drain(..waiting.len().min(POLL_RECORDS_MAX))
                .collect();
            let offsets = self.tell(&polled, &mut left);
            if !self.enable_autocommit {
                self.commit(committing, &group, offsets).await;
                continue;
            }
            kept.extend(offsets);
            if left == 0 || clock::now().since(committed) >= COMMIT_EVERY {
                committed = clock::now();
                commit_quietly(committing, &group, std::mem::take(&mut kept)).await;
            }
        }
        Ok(())
    }

    async fn consumer(
        &self,
        cluster: &Rc<Cluster>,
        group: &GroupOffsets,
        partitions: &[i32],
    ) -> Result<Consumer, Complaint> {
        let committed = match group.committed(cluster, partitions).await {
            // A broker without groups has committed nothing.
            Err(ClientFault::Unsupported(_)) => BTreeMap::new(),
            committed => committed?,
        };
        let missing = |partition: &&i32| !committed.contains_key(*partition);
        if self.reset_policy == Policy::None && partitions.iter().any(|at| missing(&at)) {
            let missing = partitions.iter().filter(missing);
            let named: Vec<_> = missing.map(|at| format!("{}-{at}", self.topic)).collect();
            return Err(Complaint(format!(
                "Undefined offset with no reset policy for partitions: [{}]",
                named.join(", ")
            )));
        }
        let (bound, reset) = match self.reset_policy {
            Policy::Latest => (offsets::LATEST, Reset::Latest),
            _ => (offsets::EARLIEST, Reset::Earliest),
        };
        let mut positions = Vec::with_capacity(partitions.len());
        for listed in offsets::list(cluster, &self.topic, partitions, bound).await? {
            let start = listed.result?.unwrap_or(0);
            positions.push(Position {
                topic: self.topic.as_str().into(),
                partition: listed.partition,
                offset: committed.get(&listed.partition).copied().unwrap_or(start),
            });
        }
        let settings = ConsumeSettings {
            bytes_max: ANSWER_BYTES,
            ..ConsumeSettings::default()
        };
        Ok(Consumer::assign(
            cluster.clone(),
            positions,
            settings,
            reset,
        ))
    }

    /// Prints what one poll brought, no more than is `left`; gives the offsets to commit.
    fn tell(&self, polled: &[Row], left: &mut u64) -> BTreeMap<i32, i64> {
        let mut taken: Vec<Taken<'_>> = Vec::new();
        for row in polled {
            if *left == 0 {
                break;
            }
            *left -= 1;
            if self.verbose {
                Event::RecordData {
                    key: row.key.clone(),
                    value: row.value.clone(),
                    topic: &self.topic,
                    partition: row.partition,
                    offset: row.offset,
                }
                .say();
            }
            match taken
                .last_mut()
                .filter(|last| last.partition == row.partition)
            {
                Some(last) => {
                    last.count += 1;
                    last.max_offset = row.offset;
                }
                None => taken.push(Taken {
                    topic: &self.topic,
                    partition: row.partition,
                    count: 1,
                    min_offset: row.offset,
                    max_offset: row.offset,
                }),
            }
        }
        let offsets = taken
            .iter()
            .map(|taken| (taken.partition, taken.max_offset + 1));
        let offsets = offsets.collect();
        if !polled.is_empty() {
            Event::RecordsConsumed {
                count: polled.len(),
                partitions: taken,
            }
            .say();
        }
        offsets
    }

    async fn commit(&self, cluster: &Cluster, group: &GroupOffsets, offsets: BTreeMap<i32, i64>) {
        if offsets.is_empty() {
            return;
        }
        let result = group.commit(cluster, &offsets).await;
        let committed = |(partition, offset): (&i32, &i64)| Committed {
            topic: &self.topic,
            partition: *partition,
            offset: *offset,
        };
        Event::OffsetsCommitted {
            offsets: offsets.iter().map(committed).collect(),
            success: result.is_ok(),
            error: result.err().map(|fault| fault.to_string()),
        }
        .say();
    }
}

async fn commit_quietly(cluster: &Cluster, group: &GroupOffsets, offsets: BTreeMap<i32, i64>) {
    if offsets.is_empty() {
        return;
    }
    if let Err(fault) = group.commit(cluster, &offsets).await {
        // Reading goes on; nobody is left to tell when this cannot be written.
        let _ = writeln!(stderr(), "offsets were not committed: {fault}");
    }
}

fn rows(fetched: &Fetched) -> Result<Vec<Row>, Complaint> {
    let text = |bytes: Option<&[u8]>| bytes.map(|bytes| String::from_utf8_lossy(bytes).into());
    let mut rows = Vec::new();
    fetched.visit(|batch, record| {
        rows.push(Row {
            partition: fetched.partition,
            offset: batch.offset_of(record.offset_delta).0,
            key: text(record.key),
            value: text(record.value),
        });
        ControlFlow::Continue(())
    })?;
    Ok(rows)
}
