use std::cell::RefCell;
use std::io::{Write, stdout};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use clap::Args;

use super::property::{self, check_plain};
use crate::client::{
    Acks, ClientFault, Cluster, ConsumeSettings, Consumer, Entry, Position, ProduceSettings,
    Producer, Reset, offsets,
};
use crate::io::{clock, random, uring};
use crate::perf::complaint::Complaint;
use crate::perf::latency::Latencies;
use crate::perf::load::Dice;
use crate::perf::produce::acks;
use crate::perf::target::Address;
use crate::records::RecordHeader;

/// How long a record may take, as in Kafka's tool.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Every so many records a line is printed.
const LINE_EVERY: u64 = 1000;

/// Kafka's kafka-e2e-latency.sh: one record at a time, from its producer to its consumer.
#[derive(Args, Debug, Clone)]
pub struct E2eLatency {
    /// The servers to connect to
    #[arg(long, value_name = "SERVERS", required_unless_present = "old")]
    bootstrap_server: Option<String>,
    /// The topic
    #[arg(long, value_name = "TOPIC", required_unless_present = "old")]
    topic: Option<String>,
    /// The number of records
    #[arg(long, value_name = "COUNT", required_unless_present = "old")]
    num_records: Option<u64>,
    /// 1 or all
    #[arg(long, value_name = "ACKS", default_value = "1", value_parser = acks)]
    producer_acks: Acks,
    /// Bytes of a record
    #[arg(long, value_name = "BYTES", required_unless_present = "old")]
    record_size: Option<usize>,
    /// File with properties of the clients
    #[arg(long, value_name = "FILE")]
    command_config: Option<PathBuf>,
    #[command(flatten)]
    extras: Extras,
    /// The old way: servers, topic, number of records, acks, bytes of a record
    #[arg(value_name = "SERVERS TOPIC COUNT ACKS BYTES", num_args = 5..=6)]
    old: Vec<String>,
}

/// What records carry beside their values.
#[derive(Args, Debug, Clone, Copy)]
struct Extras {
    /// Bytes of a key; 0: none
    #[arg(long, value_name = "BYTES", default_value_t = 0)]
    record_key_size: usize,
    /// Headers of a record
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    num_headers: usize,
    /// Bytes of the key of a header
    #[arg(long, value_name = "BYTES", default_value_t = 0)]
    record_header_key_size: usize,
    /// Bytes of the value of a header; -1: null
    #[arg(
        long,
        value_name = "BYTES",
        default_value_t = 0,
        allow_negative_numbers = true
    )]
    record_header_size: i64,
}

/// What was asked for, in whichever way.
struct Asked {
    address: Address,
    records: u64,
    acks: Acks,
    bytes: usize,
    extras: Extras,
}

impl E2eLatency {
    pub fn run(&self) -> Result<(), Complaint> {
        let asked = self.asked()?;
        if !self.old.is_empty() {
            print(
                "WARNING: Positional argument usage is deprecated and will be removed in Apache \
                 Kafka 5.0. Please use named arguments instead: --bootstrap-server, --topic, \
                 --num-records, --producer-acks, --record-size, --command-config",
            )?;
        }
        let config = self.old.get(5).map(PathBuf::from);
        let config = self.command_config.clone().or(config);
        check_plain(&property::file(config.as_deref())?)?;
        if asked.acks == Acks::None {
            return Err(Complaint::new(
                "Invalid value for --producer-acks. Latency testing requires synchronous \
                 acknowledgement. Please use '1' or 'all'.",
            ));
        }
        uring::run_alone(measure(asked))?
    }

    fn asked(&self) -> Result<Asked, Complaint> {
        let old = |at: usize| self.old.get(at).cloned();
        let number = |text: String| {
            let wrong = |_| Complaint(format!("{text:?} is no number"));
            text.parse::<u64>().map_err(wrong)
        };
        let required = |value: Option<String>| value.unwrap_or_default();
        let bytes = match self.record_size {
            Some(bytes) => bytes,
            None => usize::try_from(number(required(old(4)))?).unwrap_or(usize::MAX),
        };
        let bootstrap = required(self.bootstrap_server.clone().or(old(0)));
        let topic = required(self.topic.clone().or(old(1)));
        Ok(Asked {
            address: Address {
                request_timeout: TIMEOUT,
                ..Address::single(&bootstrap, &topic)
            },
            records: match self.num_records {
                Some(records) => records,
                None => number(required(old(2)))?,
            },
            acks: match old(3) {
                Some(text) => acks(&text).map_err(Complaint)?,
                None => self.producer_acks,
            },
            bytes,
            extras: self.extras,
        })
    }
}

async fn measure(asked: Asked) -> Result<(), Complaint> {
    let mut address = asked.address.clone();
    let topic = asked.address.topic.clone();
    if !address.exists().await? {
        print(&format!(
            "Topic \"{topic}\" does not exist. Will create topic with 1 partition(s) and \
             replication factor = 1"
        ))?;
        address.partitions = Some(1);
    }
    let target = address.find().await?;
    let cluster = Rc::new(Cluster::connect(&target.bootstrap, target.settings.clone()).await?);
    let settings = ProduceSettings {
        acks: asked.acks,
        linger: Duration::ZERO,
        ..ProduceSettings::default()
    };
    let fault: Rc<RefCell<Option<ClientFault>>> = Rc::default();
    let noted = fault.clone();
    let on_done = move |outcome: crate::client::Outcome| {
        *noted.borrow_mut() = outcome.result.err();
    };
    let producer = Producer::start(cluster, &topic, settings, on_done).await?;
    // Connections of its own: a broker answers those of one in turn, and a fetch that waits for
    // a record would hold up the record.
    let cluster = Rc::new(Cluster::connect(&target.bootstrap, target.settings.clone()).await?);
    let mut consumer = consumer(cluster, &topic, target.leaders.len()).await?;
    let (mut dice, mut latencies) = (Dice::new(random::u64()), Latencies::default());
    let (mut value, mut total) = (vec![0; asked.bytes], 0.0);
    for number in 0..asked.records {
        value.fill_with(|| letter(&mut dice));
        let extras = Beside::draw(asked.extras, &mut dice);
        let headers = extras.headers();
        let begun = clock::now();
        let entry = Entry {
            key: extras.key.as_deref().map(str::as_bytes),
            value: Some(&value),
            headers: &headers,
            ..Entry::default()
        };
        producer.send(&entry).await?;
        producer.flush().await;
        if let Some(fault) = fault.take() {
            return Err(fault.into());
        }
        see(&mut consumer, &value).await?;
        let nanos = u64::try_from(clock::now().since(begun).as_nanos()).unwrap_or(u64::MAX);
        if number % LINE_EVERY == 0 {
            print(&format!("{number}\t{}", nanos as f64 / 1e6))?;
        }
        total += nanos as f64 / 1e6;
        latencies.record(nanos, 1);
    }
    producer.close().await;
    print(&result(total / asked.records.max(1) as f64, &latencies))
}

/// Letters, as in Kafka's tool.
fn letter(dice: &mut Dice) -> u8 {
    b'A' + dice.below(26) as u8
}

/// The key and the headers of one record.
struct Beside {
    key: Option<String>,
    headers: Vec<(String, Option<String>)>,
}

impl Beside {
    fn draw(extras: Extras, dice: &mut Dice) -> Beside {
        let mut text =
            |bytes: usize| -> String { (0..bytes).map(|_| char::from(letter(dice))).collect() };
        let key = (extras.record_key_size > 0).then(|| text(extras.record_key_size));
        let header = |_| {
            let key = text(extras.record_header_key_size);
            let size = usize::try_from(extras.record_header_size);
            (key, size.ok().map(&mut text))
        };
        let headers = (0..extras.num_headers).map(header).collect();
        Beside { key, headers }
    }

    fn headers(&self) -> Vec<RecordHeader<'_>> {
        let mut headers = Vec::with_capacity(self.headers.len());
        for (key, value) in &self.headers {
            headers.push(RecordHeader {
                key: key.as_bytes(),
                value: value.as_deref().map(str::as_bytes),
            });
        }
        headers
    }
}

/// The last two lines of `EndToEndLatency`.
fn result(mean_ms: f64, latencies: &Latencies) -> String {
    let millis = |percent| latencies.percentile(percent) / 1_000_000;
    format!(
        "Avg latency: {mean_ms:.4} ms\nPercentiles: 50th = {}, 99th = {}, 99.9th = {}",
        millis(50.0),
        millis(99.0),
        millis(99.9)
    )
}

async fn consumer(
    cluster: Rc<Cluster>,
    topic: &str,
    partitions: usize,
) -> Result<Consumer, Complaint> {
    let partitions: Vec<i32> = (0..).take(partitions).collect();
    let ends = offsets::list(&cluster, topic, &partitions, offsets::LATEST).await?;
    let mut positions = Vec::new();
    for end in ends {
        positions.push(Position {
            topic: topic.into(),
            partition: end.partition,
            offset: end.result?.unwrap_or(0),
        });
    }
    let settings = ConsumeSettings::default();
    Ok(Consumer::assign(
        cluster,
        positions,
        settings,
        Reset::Latest,
    ))
}

/// Waits for the one record that was sent.
async fn see(consumer: &mut Consumer, sent: &[u8]) -> Result<(), Complaint> {
    let deadline = clock::now().plus(TIMEOUT);
    while clock::now() < deadline {
        let mut seen = None;
        for fetched in consumer.poll(deadline.since(clock::now())).await? {
            fetched.visit(|_, record| {
                seen = Some(record.value == Some(sent));
                ControlFlow::Continue(())
            })?;
        }
        match seen {
            Some(true) => return Ok(()),
            Some(false) => {
                return Err(Complaint::new(
                    "The message read did not match the message sent: somebody else writes to \
                     this topic.",
                ));
            }
            None => {}
        }
    }
    Err(Complaint(format!(
        "poll() timed out before finding a result (timeout:[{}ms])",
        TIMEOUT.as_millis()
    )))
}

fn print(line: &str) -> Result<(), Complaint> {
    let unwritable = |error| Complaint(format!("cannot write to standard output: {error}"));
    writeln!(stdout(), "{line}").map_err(unwritable)
}

#[cfg(test)]
mod tests {
    use super::{Latencies, result};

    #[test]
    fn the_result_is_kafkas_lines() {
        let mut latencies = Latencies::default();
        for millis in 1..=1000 {
            latencies.record(millis * 1_000_000, 1);
        }
        let expected =
            "Avg latency: 28.2525 ms\nPercentiles: 50th = 500, 99th = 990, 99.9th = 1000";
        assert_eq!(result(28.2525, &latencies), expected);
    }
}
