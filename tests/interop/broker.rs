//! The broker under test, and the clients that every module starts from.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use rdkafka::ClientContext;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Message, OwnedHeaders, OwnedMessage};
use rdkafka::producer::{BaseProducer, BaseRecord, DeliveryResult, Producer, ProducerContext};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

pub const PATIENCE: Duration = Duration::from_secs(30);

pub fn bootstrap() -> String {
    std::env::var("CORELANE_BOOTSTRAP").expect("CORELANE_BOOTSTRAP names the broker: HOST:PORT")
}

pub fn settings() -> ClientConfig {
    let mut settings = ClientConfig::new();
    settings.set("bootstrap.servers", bootstrap());
    settings
}

/// A name nobody used before on this broker.
pub fn fresh_name(stem: &str) -> String {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    let made = MADE.fetch_add(1, Ordering::Relaxed);
    let now = std::time::SystemTime::UNIX_EPOCH
        .elapsed()
        .unwrap()
        .as_micros();
    format!("{stem}-{now}-{made}")
}

pub fn admin() -> AdminClient<DefaultClientContext> {
    settings().create().unwrap()
}

/// Waits as long as the broker may work on an administrative request.
pub fn options() -> AdminOptions {
    AdminOptions::new()
        .operation_timeout(Some(PATIENCE))
        .request_timeout(Some(PATIENCE))
}

/// Creates a topic and returns its name once a client sees all partitions led.
pub fn topic(stem: &str, partitions: i32, overrides: &[(&str, &str)]) -> String {
    let name = fresh_name(stem);
    let mut new = NewTopic::new(&name, partitions, TopicReplication::Fixed(1));
    for (key, value) in overrides {
        new = new.set(key, value);
    }
    let results = wait(admin().create_topics([&new], &options())).unwrap();
    assert_eq!(results, [Ok(name.clone())]);
    until("all partitions have a leader", || {
        leaders(&name) == partitions as usize
    });
    name
}

/// How many partitions of `topic` have a leader.
pub fn leaders(topic: &str) -> usize {
    let client: BaseConsumer = settings()
        .set("allow.auto.create.topics", "false")
        .create()
        .unwrap();
    let Ok(metadata) = client.fetch_metadata(Some(topic), PATIENCE) else {
        return 0;
    };
    let partitions = metadata.topics()[0].partitions();
    partitions
        .iter()
        .filter(|partition| partition.leader() >= 0)
        .count()
}

pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "not in {PATIENCE:?}: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// What the broker said about one record.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    pub partition: i32,
    pub offset: i64,
    pub error: Option<RDKafkaErrorCode>,
}

/// Keeps every delivery report, in the order in which records were sent.
#[derive(Clone, Default)]
pub struct Reports(Arc<Mutex<Vec<Option<Delivery>>>>);

impl ClientContext for Reports {}

impl ProducerContext for Reports {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, sent: usize) {
        let (message, error) = match result {
            Ok(message) => (message, None),
            Err((error, message)) => (message, error.rdkafka_error_code()),
        };
        let delivery = Delivery {
            partition: message.partition(),
            offset: message.offset(),
            error,
        };
        let mut reports = self.0.lock().unwrap();
        let again = reports[sent].replace(delivery);
        assert!(again.is_none(), "two reports of one record");
    }
}

pub struct Sender {
    producer: BaseProducer<Reports>,
    reports: Reports,
}

/// One record to send; `Default` is a null key and a null value to a partition of the client's
/// choice.
#[derive(Clone, Default)]
pub struct Record {
    pub partition: Option<i32>,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub timestamp: Option<i64>,
    pub headers: Option<OwnedHeaders>,
}

impl Record {
    pub fn of(value: impl Into<Vec<u8>>) -> Record {
        Record {
            value: Some(value.into()),
            ..Record::default()
        }
    }

    pub fn to(self, partition: i32) -> Record {
        Record {
            partition: Some(partition),
            ..self
        }
    }
}

impl Sender {
    pub fn new(overrides: &[(&str, &str)]) -> Sender {
        let mut settings = settings();
        settings
            .set("message.timeout.ms", "30000")
            .set("linger.ms", "5");
        overrides.iter().for_each(|(key, value)| {
            settings.set(*key, *value);
        });
        let reports = Reports::default();
        let producer = settings.create_with_context(reports.clone()).unwrap();
        Sender { producer, reports }
    }

    pub fn send(&self, topic: &str, record: &Record) {
        let sent = {
            let mut reports = self.reports.0.lock().unwrap();
            reports.push(None);
            reports.len() - 1
        };
        let mut base: BaseRecord<'_, [u8], [u8], usize> = BaseRecord::with_opaque_to(topic, sent);
        base.partition = record.partition;
        base.key = record.key.as_deref();
        base.payload = record.value.as_deref();
        base.timestamp = record.timestamp;
        base.headers = record.headers.clone();
        while let Err((error, back)) = self.producer.send(base) {
            let full = KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull);
            assert_eq!(error, full, "librdkafka refused the record");
            self.producer.poll(Duration::from_millis(10));
            base = back;
        }
        self.producer.poll(Duration::ZERO);
    }

    /// Waits for all reports; they come in the order in which records were sent.
    pub fn finish(self) -> Vec<Delivery> {
        self.producer.flush(PATIENCE).unwrap();
        let reports = self.reports.0.lock().unwrap();
        reports
            .iter()
            .map(|report| report.clone().expect("a report for every record"))
            .collect()
    }
}

/// Sends all records and demands that each is acknowledged.
pub fn send_all(topic: &str, records: &[Record], overrides: &[(&str, &str)]) -> Vec<Delivery> {
    let sender = Sender::new(overrides);
    records.iter().for_each(|record| sender.send(topic, record));
    let deliveries = sender.finish();
    let refused = deliveries.iter().find(|delivery| delivery.error.is_some());
    assert!(refused.is_none(), "refused: {refused:?}");
    deliveries
}

/// A consumer of one partition from an offset on, without a group.
pub fn reader(
    topic: &str,
    partition: i32,
    from: Offset,
    overrides: &[(&str, &str)],
) -> BaseConsumer {
    let mut settings = settings();
    settings
        .set("group.id", "none")
        .set("enable.auto.commit", "false");
    settings
        .set("allow.auto.create.topics", "false")
        .set("check.crcs", "true");
    overrides.iter().for_each(|(key, value)| {
        settings.set(*key, *value);
    });
    let consumer: BaseConsumer = settings.create().unwrap();
    let mut assignment = TopicPartitionList::new();
    assignment
        .add_partition_offset(topic, partition, from)
        .unwrap();
    consumer.assign(&assignment).unwrap();
    consumer
}

/// Polls until `count` records came.
pub fn take(consumer: &BaseConsumer, count: usize) -> Vec<OwnedMessage> {
    let start = Instant::now();
    let mut taken = Vec::new();
    while taken.len() < count {
        assert!(
            start.elapsed() < PATIENCE,
            "{} of {count} records in {PATIENCE:?}",
            taken.len()
        );
        match consumer.poll(Duration::from_millis(100)) {
            Some(Ok(message)) => taken.push(message.detach()),
            Some(Err(error)) if is_lasting(&error) => panic!("consume: {error}"),
            _ => {}
        }
    }
    taken
}

/// librdkafka also reports what it will try again by itself.
fn is_lasting(error: &KafkaError) -> bool {
    use RDKafkaErrorCode::*;
    let code = error.rdkafka_error_code();
    !matches!(
        code,
        Some(BrokerTransportFailure | AllBrokersDown | CoordinatorNotAvailable)
    )
}

/// Every record of a partition from its start; demands that nothing follows them.
pub fn read(topic: &str, partition: i32, count: usize) -> Vec<OwnedMessage> {
    let consumer = reader(topic, partition, Offset::Beginning, &[]);
    let taken = take(&consumer, count);
    let (_, high) = consumer
        .fetch_watermarks(topic, partition, PATIENCE)
        .unwrap();
    assert_eq!(high, count as i64, "records in {topic}-{partition}");
    taken
}

/// Runs one future to its end on this thread.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return value;
        }
        thread::park();
    }
}
