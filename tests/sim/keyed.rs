//! A keyed log as one idempotent producer writes it, and what compaction may make of it.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use corelane::io::clock;
use corelane::io::sim::Dice;
use corelane::model::{ErrorCode, ProducerEpoch, ProducerId, Sequence};
use corelane::records::{BatchBuilder, Batches, Codec, Compression, NewRecord, Records};
use corelane::wire::api::init_producer_id;

use crate::consumer::{content, fetch_batches};
use crate::peer::Peer;
use crate::topic;

const INIT_PRODUCER_ID_VERSION: i16 = 4;

/// A key and its value; none deletes the key.
pub type Pair = (String, Option<String>);

/// A batch on its way, and the sequence of its first record.
struct Batch {
    sequence: i32,
    pairs: Vec<Pair>,
    codec: Codec,
}

/// Writes to partition 0 of a topic, one batch at a time, each until it is acknowledged.
pub struct Writer {
    broker: SocketAddr,
    topic: &'static str,
    producer: i64,
    next: i32,
    /// Sent, and perhaps written, but not acknowledged.
    waiting: Option<Batch>,
    /// What was acknowledged, at its offset.
    pub acked: BTreeMap<i64, Pair>,
}

impl Writer {
    pub async fn begin(broker: SocketAddr, topic: &'static str) -> Writer {
        loop {
            match new_producer(broker).await {
                Ok(producer) => {
                    return Writer {
                        broker,
                        topic,
                        producer,
                        next: 0,
                        waiting: None,
                        acked: BTreeMap::new(),
                    };
                }
                Err(_) => clock::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    /// One past the last acknowledged offset.
    pub fn end(&self) -> i64 {
        self.acked.last_key_value().map_or(0, |(last, _)| last + 1)
    }

    /// Writes the batch that waits, or a new one; errors are those of a broker that is down.
    pub async fn write(&mut self, dice: &Dice) -> io::Result<()> {
        let batch = self.waiting.take().unwrap_or_else(|| self.sketch(dice));
        let bytes = self.encode(&batch);
        let answer = topic::produce_bytes(self.broker, (self.topic, 0), &bytes, 30_000).await;
        let (code, base) = match answer {
            Ok(answer) => answer,
            Err(error) => {
                self.waiting = Some(batch);
                return Err(error);
            }
        };
        match ErrorCode::from_code(code) {
            Some(ErrorCode::None) => {
                self.next += batch.pairs.len() as i32;
                self.acked.extend((base..).zip(batch.pairs));
                Ok(())
            }
            Some(code) if code.is_retriable() => {
                self.waiting = Some(batch);
                Err(io::Error::other(format!("{code:?}")))
            }
            code => panic!("sequence {} is refused: {code:?}", batch.sequence),
        }
    }

    fn sketch(&self, dice: &Dice) -> Batch {
        let pair = |_| {
            let key = format!("key-{}", dice.below(12));
            let value = format!("{}:{}", self.next, "v".repeat(dice.below(700) as usize));
            (key, dice.percent(75).then_some(value))
        };
        Batch {
            sequence: self.next,
            pairs: (0..dice.between(1, 6)).map(pair).collect(),
            codec: Codec::ALL[dice.below(Codec::ALL.len() as u64) as usize],
        }
    }

    fn encode(&self, batch: &Batch) -> Vec<u8> {
        let mut builder = BatchBuilder::new()
            .producer(
                ProducerId(self.producer),
                ProducerEpoch(0),
                Sequence(batch.sequence),
            )
            .compression(Compression::of(batch.codec));
        for (key, value) in &batch.pairs {
            let record = NewRecord {
                key: Some(key.as_bytes()),
                value: value.as_ref().map(|value| value.as_bytes()),
                ..NewRecord::default()
            };
            builder.push(clock::wall(), &record);
        }
        builder.finish()
    }

    /// What is wrong with what the broker shows; nothing, if all is well.
    pub fn audit(&self, shown: &Shown) -> Vec<String> {
        let mut wrong = Vec::new();
        if shown.end != self.end() {
            wrong.push(format!(
                "the log ends at {}, not at {}",
                shown.end,
                self.end()
            ));
        }
        for (offset, pair) in &shown.pairs {
            if self.acked.get(offset) != Some(pair) {
                wrong.push(format!(
                    "offset {offset} holds {pair:?}, which nobody wrote there"
                ));
            }
        }
        let (last, found) = (last_of_keys(&self.acked), last_of_keys(&shown.pairs));
        for (key, (offset, value)) in last {
            let seen = found.get(&key);
            let is_there = seen == Some(&(offset, value.clone()));
            let may_be_gone = value.is_none() && seen.is_none();
            if !is_there && !may_be_gone {
                wrong.push(format!(
                    "{key} should be {offset}: {value:?}, and is {seen:?}"
                ));
            }
        }
        wrong
    }
}

/// All that a reader sees.
pub struct Shown {
    pub pairs: BTreeMap<i64, Pair>,
    pub end: i64,
}

fn last_of_keys(pairs: &BTreeMap<i64, Pair>) -> BTreeMap<String, (i64, Option<String>)> {
    let pairs = pairs.iter();
    pairs
        .map(|(at, (key, value))| (key.clone(), (*at, value.clone())))
        .collect()
}

async fn new_producer(broker: SocketAddr) -> io::Result<i64> {
    let request = init_producer_id::Request {
        transactional_id: None,
        transaction_timeout_ms: i32::MAX,
        ..Default::default()
    };
    let mut peer = Peer::connect(broker).await?;
    let answer = peer.ask(&request, INIT_PRODUCER_ID_VERSION).await?;
    let answer: init_producer_id::Response<'_> = answer.read(INIT_PRODUCER_ID_VERSION);
    match answer.error_code {
        0 => Ok(answer.producer_id),
        code => Err(io::Error::other(format!("no producer id: {code}"))),
    }
}

/// Reads partition 0 from an offset to its end.
pub async fn read(broker: SocketAddr, topic: &str, from: i64) -> io::Result<Shown> {
    let mut peer = Peer::connect(broker).await?;
    let (mut pairs, mut position) = (BTreeMap::new(), from);
    loop {
        let fetched = fetch_batches(&mut peer, topic, 0, position).await?;
        let end = fetched.high_watermark;
        if position >= end {
            return Ok(Shown { pairs, end });
        }
        let next = take(&fetched.batches, position, &mut pairs)?;
        if next == position {
            return Err(io::Error::other(format!("nothing at {position} of {end}")));
        }
        position = next;
    }
}

/// Takes in whole batches; gives the offset after them.
fn take(bytes: &[u8], mut position: i64, pairs: &mut BTreeMap<i64, Pair>) -> io::Result<i64> {
    for batch in Batches::new(bytes).map_while(Result::ok) {
        if !batch.crc_is_valid() {
            return Err(io::Error::other("a batch with a wrong checksum"));
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        for record in Records::new(&content(&batch)?, batch.count()) {
            let record = record.map_err(io::Error::other)?;
            let key = text(record.key.unwrap_or_default());
            let offset = batch.offset_of(record.offset_delta).0;
            pairs.insert(offset, (key, record.value.map(text)));
        }
        position = position.max(batch.last_offset().0 + 1);
    }
    Ok(position)
}
