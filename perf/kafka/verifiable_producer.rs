use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::pin::pin;
use std::rc::Rc;

use clap::Args;
use futures_util::future::{Either, select};

use super::event::Event;
use super::property::{self, check_plain};
use crate::client::{
    Acks, ClientFault, Entry, Outcome, ProduceSettings, Producer, partition_of_key,
};
use crate::io::signal::{self, Stop};
use crate::io::{clock, mesh::Receiver, uring};
use crate::model::{Instant, Timestamp};
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
    /// Records carry times from this one on, in milliseconds since 1970; -1: the time at which
    /// each is sent
    #[arg(long, value_name = "CREATE-TIME", default_value_t = -1)]
    #[arg(allow_negative_numbers = true)]
    message_create_time: i64,
    /// File with properties of the producer
    #[arg(long, value_name = "CONFIG-FILE", visible_alias = "producer.config")]
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
        check_plain(&property::file(self.command_config.as_deref())?)?;
        let unheard = |error| Complaint(format!("cannot listen to signals: {error}"));
        let stops = signal::stop_signals().map_err(unheard)?;
        let options = self.clone();
        uring::run_alone(async move { options.produce(stops).await })?
    }

    async fn produce(&self, stops: Receiver<Stop>) -> Result<(), Complaint> {
        let address = Address::single(&self.bootstrap_server, &self.topic);
        let cluster = Rc::new(address.connect().await?);
        Event::StartupComplete.say();
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
        Event::ShutdownComplete.say();
        let book = book.borrow();
        let seconds = clock::now().since(start).as_secs_f64();
        Event::ToolData {
            sent: book.sent,
            acked: book.acked,
            target_throughput: self.throughput,
            avg_throughput: book.acked as f64 / seconds.max(f64::MIN_POSITIVE),
        }
        .say();
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
        let (start, mut create_time) = (clock::now(), self.message_create_time);
        let mut pace = Pace::new(start, &times, Dice::new(1));
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
                timestamp: (create_time >= 0).then_some(Timestamp(create_time)),
                ..Entry::default()
            };
            producer.send_to(partition, &entry).await?;
            if create_time >= 0 {
                // As Kafka's tool: it adds all the time since its start, after each record.
                let since = clock::now().since(start).as_millis();
                create_time += i64::try_from(since).unwrap_or(0);
            }
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
            let (key, value) = (key.as_deref(), value.as_str());
            let event = match &outcome.result {
                Ok(base) => {
                    self.acked += 1;
                    Event::ProducerSendSuccess {
                        key,
                        value,
                        offset: base.0 + at,
                        topic,
                        partition,
                    }
                }
                Err(fault) => Event::ProducerSendError {
                    topic,
                    key,
                    value,
                    exception: kind_of(fault),
                    message: fault.to_string(),
                },
            };
            event.say();
        }
    }
}

/// Kafka's name of the error where the broker gave one, else the kind of fault.
fn kind_of(fault: &ClientFault) -> String {
    let kind = || format!("{fault:?}");
    let kind = || kind().split([' ', '(', '{']).next().map(str::to_owned);
    let name = fault.code().map(|code| code.name().to_owned());
    name.or_else(kind).unwrap_or_default()
}
