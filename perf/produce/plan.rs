use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use regex::bytes::Regex;

use super::options::{Options, Sending};
use crate::client::Acks;
use crate::io::fs;
use crate::perf::amount::Rate;
use crate::perf::budget;
use crate::perf::complaint::Complaint;
use crate::perf::load::{Content, KeyStyle, Load, Partitioner, Shape};
use crate::perf::pace::Arrivals;
use crate::perf::target::Target;
use crate::records::Compression;

/// Java's producer refuses more with idempotence: the broker remembers five batches.
const IDEMPOTENT_IN_FLIGHT_MAX: u32 = 5;
/// A record and a batch may be as large as this: both are made ahead.
const BATCH_BYTES_MAX: usize = 32 << 20;
/// What a record takes beside its key and value, at most.
const RECORD_OVERHEAD: usize = 64;
const _: () = assert!(BATCH_BYTES_MAX + RECORD_OVERHEAD < budget::TEMPLATES);

/// A run of producers as decided: what every executor needs to know.
#[derive(Debug)]
pub struct Plan {
    pub target: Target,
    pub load: Arc<Load>,
    pub producers: usize,
    pub in_flight: usize,
    pub request_bytes: usize,
    pub linger: Duration,
    pub acks: Acks,
    pub idempotence: bool,
    /// Records a second over all producers; `None` for a closed loop.
    pub rate: Option<f64>,
    pub arrivals: Arrivals,
    /// Records of all producers; `u64::MAX` when the run ends otherwise.
    pub records: u64,
    /// Records of all producers before those of the steady state.
    pub warmup_records: u64,
    /// From the start to the end, warm-up included.
    pub span: Option<Duration>,
}

impl Plan {
    /// Finds the topic and prepares all records.
    pub async fn new(options: &Options) -> Result<Plan, Complaint> {
        check(options)?;
        let idempotence = idempotence(options)?;
        let content = content(options).await?;
        let mean_bytes = content.mean_bytes();
        let target = options.address().find().await?;
        let partitions = target.partitions;
        let partitioner = partitioner(options, partitions)?;
        let sending = &options.sending;
        let shape = Shape {
            content,
            keys: options.records.keys,
            partitioner,
            compression: Compression::of(options.records.codec),
            batch_bytes: sending.batch_bytes,
            seed: options.records.seed,
        };
        check_room(&shape, partitions, sending)?;
        let load = Load::prepare(shape, u32::try_from(partitions).unwrap_or(u32::MAX));
        let rate = sending.rate.map(|rate| match rate {
            Rate::Records(records) => records,
            Rate::Bytes(bytes) => bytes / mean_bytes.max(1.0),
        });
        Ok(Plan {
            target,
            load: Arc::new(load),
            producers: sending.producers as usize,
            in_flight: sending.in_flight as usize,
            request_bytes: sending.request_bytes,
            linger: sending.linger,
            acks: sending.acks,
            idempotence,
            rate,
            arrivals: sending.arrivals,
            records: options.limits.records(mean_bytes),
            warmup_records: options.kafka.warmup_records,
            span: options.limits.span(),
        })
    }

    /// Of the records of the whole run, those of one producer.
    pub fn records_of(&self, producer: usize) -> u64 {
        if self.records == u64::MAX {
            return u64::MAX;
        }
        let producers = self.producers as u64;
        self.records / producers + u64::from((producer as u64) < self.records % producers)
    }
}

fn check(options: &Options) -> Result<(), Complaint> {
    let records = &options.records;
    if !(0.0..=1.0).contains(&records.entropy) {
        return Err(Complaint::new("--entropy is a share between 0 and 1"));
    }
    for (word, bytes) in [
        ("--record-size", records.record_size.1),
        ("--batch-bytes", options.sending.batch_bytes),
    ] {
        if bytes > BATCH_BYTES_MAX {
            let most = BATCH_BYTES_MAX >> 20;
            return Err(Complaint(format!("{word}: at most {most} MiB")));
        }
    }
    if records.partitioner == Some(Partitioner::Hash) && records.keys == KeyStyle::None {
        return Err(Complaint::new(
            "--partitioner hash needs keys: add --keys sequence, uniform:KEYS or zipf:KEYS",
        ));
    }
    if records.keys == KeyStyle::FirstWord && records.payload_file.is_none() {
        return Err(Complaint::new(
            "--keys first-word needs lines that begin with a word: add --payload-file FILE",
        ));
    }
    Ok(())
}

/// Whether the load and its queues fit into memory that does not grow with the rate.
fn check_room(shape: &Shape, partitions: usize, sending: &Sending) -> Result<(), Complaint> {
    let longest = shape.content.longest() + RECORD_OVERHEAD;
    if shape.is_by_key() && partitions * longest > budget::TEMPLATES {
        return Err(Complaint(format!(
            "records of {longest} bytes for each of {partitions} partitions take more than the \
             {} MiB that are for records: make the records smaller, say --partitions with a \
             smaller number, or --partitioner round-robin",
            budget::TEMPLATES >> 20
        )));
    }
    let queues = partitions * sending.producers as usize;
    if sending.rate.is_some() && queues > budget::QUEUES {
        return Err(Complaint(format!(
            "at a rate each producer has a queue for each partition: {queues} are more than {}; \
             say --producers or --partitions with a smaller number",
            budget::QUEUES
        )));
    }
    Ok(())
}

async fn content(options: &Options) -> Result<Content, Complaint> {
    if options.kafka.counts {
        return Ok(Content::Counted);
    }
    let Some(path) = &options.records.payload_file else {
        let (min, max) = options.records.record_size;
        return Ok(Content::Made {
            min,
            max,
            entropy: options.records.entropy,
        });
    };
    let read = fs::read_start(path, budget::PAYLOAD).await;
    let mut bytes =
        read.map_err(|error| Complaint(format!("cannot read {}: {error}", path.display())))?;
    if bytes.len() == budget::PAYLOAD {
        // The file goes on, and its last line here may be cut.
        let whole = bytes.iter().rposition(|byte| *byte == b'\n');
        bytes.truncate(whole.unwrap_or(bytes.len()));
    }
    let delimiter = options.kafka.delimiter.as_deref().unwrap_or("\r?\n");
    let delimiter = Regex::new(delimiter)
        .map_err(|error| Complaint(format!("cannot cut by {delimiter:?}: {error}")))?;
    let content = Content::of_file(&Bytes::from(bytes), &delimiter);
    match content.longest() {
        0 => Err(Complaint(format!(
            "{} has no lines to send",
            path.display()
        ))),
        _ => Ok(content),
    }
}

fn partitioner(options: &Options, partitions: usize) -> Result<Partitioner, Complaint> {
    let default = match options.records.keys {
        KeyStyle::None => Partitioner::Sticky,
        _ => Partitioner::Hash,
    };
    let chosen = options.records.partitioner.unwrap_or(default);
    match chosen {
        Partitioner::Explicit(index)
            if usize::try_from(index).map_or(true, |at| at >= partitions) =>
        {
            Err(Complaint(format!(
                "--partitioner {index}: the topic has partitions 0 to {}",
                partitions.saturating_sub(1)
            )))
        }
        chosen => Ok(chosen),
    }
}

fn idempotence(options: &Options) -> Result<bool, Complaint> {
    let sending = &options.sending;
    let possible = sending.acks == Acks::All && sending.in_flight <= IDEMPOTENT_IN_FLIGHT_MAX;
    match sending.idempotence {
        Some(true) if !possible => Err(Complaint::new(
            "--idempotence true needs --acks all and --in-flight 5 or less",
        )),
        Some(wanted) => Ok(wanted),
        None => Ok(possible),
    }
}
