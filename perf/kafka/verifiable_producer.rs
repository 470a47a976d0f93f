use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::io::{Write, stdout};
use std::path::PathBuf;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use clap::Args;
use futures_util::future::{Either, select};
use serde_json::{Value, json};

use crate::client::{Acks, Entry, Outcome, ProduceSettings, Producer, partition_of_key};
use crate::io::signal::{self, Stop};
use crate::io::{clock, mesh::Receiver, uring};
use crate::model::Instant;
use crate::perf::complaint::Complaint;
use crate::perf::load::Dice;
use crate::perf::pace::{Arrivals, Pace, Plan as Times};
use crate::perf::produce::acks;
use crate::perf::target::Address;

/// Records a second where no limit is set: more than anybody prints.
const RATE_MAX: f64 = 1e9;

/// Kafka's kafka-verifiable-producer.sh: increasing integers, one JSON line for each.
#[derive(Args, Debug, Clone)]
pub struct VerifiableProducer {
    /// The servers to connect to
    #[arg(long, value_name = "SERVERS", visible_alias = "broker-list")]
    bootstrap_server: String,
    /// Produce messages to this topic
    #[arg(long, value_name = "TOPIC")]
    topic: String,
    /// Produce this many messages; -1: until it is ended
    #[arg(long, value_name = "COUNT", default_value_t = -1, allow_negative_numbers = true)]
    max_messages: i64,
    /// Messages a second; -1: no limit
    #[arg(long, value_name = "RATE", default_value_t = -1, allow_negative_numbers = true)]
    throughput: i64,
    /// Acknowledgements required on each message
    #[arg(long, value_name = "ACKS", default_value = "-1", value_parser = acks)]
    #[arg(allow_hyphen_values = true)]
    acks: Acks,
    /// Every value has this prefix and a dot before its number
    #[arg(long, value_name = "PREFIX")]
    value_prefix: Option<String>,
    /// Keys go from 0 up to this number and begin again
    #[arg(long, value_name = "COUNT")]
    repeating_keys: Option<u64>,
    /// Properties for the client; not used
    #[arg(long, value_name = "FILE", visible_alias = "producer.config")]
    command_config: Option<PathBuf>,
}

/// A record whose outcome is not known.
type Waiting = (Option<String>, String);

/// What was sent and what became of it.
#[derive(Debug, Default)]
struct Book {
    waiting: BTreeMap<i32, VecDeque<Waiting>>,
    sent: u64,
    acked: u64,
}

impl VerifiableProducer {
    pub fn run(&self) -> Result<(), Complaint> {
        let unheard = |error| Complaint(format!("cannot listen to signals: {error}"));
        let stops = signal::stop_signals().map_err(unheard)?;
        let options = self.clone();
        uring::run_alone(async move { options.produce(stops).await })?
    }

    async fn produce(&self, stops: Receiver<Stop>) -> Result<(), Complaint> {
        let address = Address {
            bootstrap: self.bootstrap_server.clone(),
            topic: self.topic.clone(),
            partitions: None,
            request_timeout: Duration::from_secs(30),
        };
        let cluster = Rc::new(address.connect().await?);
        say(json!({ "name": "startup_complete" }));
        let book: Rc<RefCell<Book>> = Rc::default();
        let (noted, topic) = (book.clone(), self.topic.clone());
        let on_done = move |outcome: Outcome| noted.borrow_mut().note(&topic, &outcome);
        let settings = ProduceSettings {
            acks: self.acks,
            ..ProduceSettings::default()
        };
        let producer = Producer::start(cluster, &self.topic, settings, on_done).await?;
        let start = clock::now();
        match select(pin!(self.send_all(&producer, &book)), pin!(stops.recv())).await {
            Either::Left((sent, _)) => sent?,
            Either::Right(_) => {}
        }
        producer.close().await;
        say(json!({ "name": "shutdown_complete" }));
        let book = book.borrow();
        let seconds = clock::now().since(start).as_secs_f64();
        say(json!({
            "name": "tool_data",
            "sent": book.sent,
            "acked": book.acked,
            "target_throughput": self.throughput,
            "avg_throughput": book.acked as f64 / seconds.max(f64::MIN_POSITIVE),
        }));
        Ok(())
    }

    async fn send_all(&self, producer: &Producer, book: &RefCell<Book>) -> Result<(), Complaint> {
        let times = Times {
            rate: match self.throughput {
                rate if rate > 0 => rate as f64,
                _ => RATE_MAX,
            },
            arrivals: Arrivals::Constant,
            phase: 0.0,
            records: u64::try_from(self.max_messages).unwrap_or(u64::MAX),
            until: Instant(u64::MAX),
        };
        let mut pace = Pace::new(clock::now(), &times, Dice::new(1));
        for number in 0u64.. {
            let Some(due) = pace.next_due() else {
                break;
            };
            clock::sleep_until(due).await;
            pace.take(due);
            let key = self
                .repeating_keys
                .map(|keys| (number % keys.max(1)).to_string());
            let value = match &self.value_prefix {
                Some(prefix) => format!("{prefix}.{number}"),
                None => number.to_string(),
            };
            let partition = match &key {
                Some(key) => partition_of_key(key.as_bytes(), producer.partitions()),
                None => i32::try_from(number % u64::from(producer.partitions())).unwrap_or(0),
            };
            {
                let mut book = book.borrow_mut();
                book.sent += 1;
                let waiting = book.waiting.entry(partition).or_default();
                waiting.push_back((key.clone(), value.clone()));
            }
            let entry = Entry {
                key: key.as_deref().map(str::as_bytes),
                value: Some(value.as_bytes()),
                ..Entry::default()
            };
            producer.send_to(partition, &entry).await?;
        }
        Ok(())
    }
}

impl Book {
    /// One line for each record of a batch.
    fn note(&mut self, topic: &str, outcome: &Outcome) {
        let partition = outcome.partition;
        let waiting = self.waiting.entry(partition).or_default();
        let count = usize::try_from(outcome.count)
            .unwrap_or(0)
            .min(waiting.len());
        for (at, (key, value)) in (0i64..).zip(waiting.drain(..count)) {
            match &outcome.result {
                Ok(base) => {
                    self.acked += 1;
                    say(json!({
                        "name": "producer_send_success",
                        "key": key,
                        "value": value,
                        "offset": base.0 + at,
                        "topic": topic,
                        "partition": partition,
                    }));
                }
                Err(fault) => say(json!({
                    "name": "producer_send_error",
                    "key": key,
                    "value": value,
                    "topic": topic,
                    "message": fault.to_string(),
                    "exception": fault.code().map(|code| code.name()),
                })),
            }
        }
    }
}

/// One JSON line, the time before all else. There is no one left to tell when that fails.
fn say(event: Value) {
    let event = event.to_string();
    let rest = event.strip_prefix('{').unwrap_or_default();
    let _ = writeln!(stdout(), "{{\"timestamp\":{},{rest}", clock::wall());
}
