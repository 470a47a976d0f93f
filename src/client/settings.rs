use std::time::Duration;

use crate::records::Compression;

/// What every connection of a cluster keeps to. Defaults are those of Kafka's clients.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `client.id`: who we are in the broker's logs and quotas.
    pub client_id: String,
    /// `request.timeout.ms`: a connection that stays silent this long on a request is over.
    pub request_timeout: Duration,
    /// `default.api.timeout.ms`: how long a call is tried again in all.
    pub call_timeout: Duration,
    /// `retry.backoff.ms`, doubled at each attempt.
    pub backoff_first: Duration,
    /// `retry.backoff.max.ms`.
    pub backoff_max: Duration,
    /// The largest answer taken, in bytes.
    pub answer_bytes_max: usize,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            client_id: "corelane".to_owned(),
            request_timeout: Duration::from_secs(30),
            call_timeout: Duration::from_secs(60),
            backoff_first: Duration::from_millis(100),
            backoff_max: Duration::from_secs(1),
            answer_bytes_max: 256 << 20,
        }
    }
}

/// Who must have a record before it is acknowledged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Acks {
    /// Nobody: there is no answer.
    None,
    Leader,
    All,
}

impl Acks {
    pub fn number(self) -> i16 {
        match self {
            Acks::None => 0,
            Acks::Leader => 1,
            Acks::All => -1,
        }
    }

    /// `0`, `1`, `-1` or `all`.
    pub fn parse(text: &str) -> Option<Acks> {
        match text {
            "0" => Some(Acks::None),
            "1" => Some(Acks::Leader),
            "-1" | "all" => Some(Acks::All),
            _ => None,
        }
    }
}

/// How records are gathered and sent. Defaults are those of Kafka's producer.
#[derive(Clone, Debug)]
pub struct ProduceSettings {
    pub acks: Acks,
    pub compression: Compression,
    /// `linger.ms`: how long a batch that is not full waits for more.
    pub linger: Duration,
    /// `batch.size`: bytes of records in a batch before it is sent. A larger record goes alone.
    pub batch_bytes: usize,
    /// `max.request.size`: the largest record and the largest request.
    pub request_bytes_max: usize,
    /// `buffer.memory`: `send` waits while so many bytes wait for acknowledgement.
    pub buffer_bytes_max: usize,
    /// `delivery.timeout.ms`: how long a batch is tried before it counts as failed.
    pub delivery_timeout: Duration,
    /// `retries`: how often a batch that has reached a broker goes again.
    pub retries_max: u32,
    /// `enable.idempotence`: a retried batch is stored once. Needs `acks=all`.
    pub idempotence: bool,
}

impl Default for ProduceSettings {
    fn default() -> ProduceSettings {
        ProduceSettings {
            acks: Acks::All,
            compression: Compression::NONE,
            linger: Duration::from_millis(5),
            batch_bytes: 16 << 10,
            request_bytes_max: 1 << 20,
            buffer_bytes_max: 32 << 20,
            delivery_timeout: Duration::from_secs(120),
            retries_max: u32::MAX,
            idempotence: true,
        }
    }
}

/// Whether records of open and aborted transactions are seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Isolation {
    #[default]
    ReadUncommitted,
    ReadCommitted,
}

impl Isolation {
    pub fn number(self) -> i8 {
        match self {
            Isolation::ReadUncommitted => 0,
            Isolation::ReadCommitted => 1,
        }
    }

    pub fn parse(text: &str) -> Option<Isolation> {
        match text {
            "read_uncommitted" => Some(Isolation::ReadUncommitted),
            "read_committed" => Some(Isolation::ReadCommitted),
            _ => None,
        }
    }
}

/// How records are fetched. Defaults are those of Kafka's consumer.
#[derive(Clone, Debug)]
pub struct ConsumeSettings {
    pub isolation: Isolation,
    /// `fetch.max.wait.ms`: how long a broker holds a fetch that finds too little.
    pub max_wait: Duration,
    /// `fetch.min.bytes`.
    pub bytes_min: i32,
    /// `fetch.max.bytes`, of one answer.
    pub bytes_max: i32,
    /// `max.partition.fetch.bytes`.
    pub partition_bytes_max: i32,
}

impl Default for ConsumeSettings {
    fn default() -> ConsumeSettings {
        ConsumeSettings {
            isolation: Isolation::ReadUncommitted,
            max_wait: Duration::from_millis(500),
            bytes_min: 1,
            bytes_max: 50 << 20,
            partition_bytes_max: 1 << 20,
        }
    }
}
