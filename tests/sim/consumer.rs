//! Reads partitions as a consumer does, and remembers what it was shown.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use corelane::io::{clock, random};
use corelane::model::ErrorCode;
use corelane::records::{BatchView, Batches, Codec, Records, decoded_bytes_max, decompress};
use corelane::wire::api::{fetch, list_offsets};

use crate::ledger::{Ledger, Mark};
use crate::peer::Peer;

const FETCH_VERSION: i16 = 12;
const LIST_OFFSETS_VERSION: i16 = 7;

/// The timestamp that asks for the offset behind the last record.
const LATEST: i64 = -1;

/// The timestamp that asks for the first offset that can be read.
const EARLIEST: i64 = -2;

/// All that a partition holds: records from `start` on, with their offsets.
pub struct Held {
    pub start: i64,
    pub records: Vec<(i64, Mark)>,
}

/// What one fetch has shown: records with their offsets, and the high watermark.
pub struct Shown {
    pub records: Vec<(i64, Mark)>,
    pub high_watermark: i64,
}

/// Reads a partition whole, however long it takes until somebody serves it.
pub async fn read_patiently(broker: SocketAddr, topic: &str, partition: i32) -> Held {
    loop {
        match read_whole(broker, topic, partition).await {
            Ok(held) => return held,
            Err(_) => clock::sleep(Duration::from_millis(20)).await,
        }
    }
}

/// Follows all partitions until it is cancelled. What it is shown is as good as a promise.
pub async fn follow(broker: SocketAddr, topic: Rc<str>, partitions: i32, ledger: Rc<Ledger>) {
    let mut positions: BTreeMap<i32, i64> = (0..partitions).map(|index| (index, 0)).collect();
    loop {
        clock::sleep(Duration::from_millis(1 + random::u64() % 30)).await;
        let _broken = read_on(broker, &topic, &mut positions, &ledger).await;
    }
}

async fn read_on(
    broker: SocketAddr,
    topic: &str,
    positions: &mut BTreeMap<i32, i64>,
    ledger: &Ledger,
) -> io::Result<()> {
    let mut peer = Peer::connect(broker).await?;
    loop {
        let partition = (random::u64() % positions.len() as u64) as i32;
        let position = positions
            .get_mut(&partition)
            .expect("a position per partition");
        let shown = match fetch(&mut peer, topic, partition, *position).await {
            Ok(shown) => shown,
            Err(error) => {
                // Perhaps the log starts behind the position by now.
                let start = offset_at(&mut peer, topic, partition, EARLIEST).await?;
                *position = start.max(*position);
                return Err(error);
            }
        };
        for (offset, mark) in &shown.records {
            ledger.promise(*offset, *mark);
            *position = offset + 1;
        }
        let pause_ms = if shown.records.is_empty() { 50 } else { 8 };
        clock::sleep(Duration::from_millis(random::u64() % pause_ms)).await;
    }
}

/// Reads a partition from the start to the end that the broker names.
pub async fn read_whole(broker: SocketAddr, topic: &str, partition: i32) -> io::Result<Held> {
    let mut peer = Peer::connect(broker).await?;
    let start = offset_at(&mut peer, topic, partition, EARLIEST).await?;
    let end = offset_at(&mut peer, topic, partition, LATEST).await?;
    let mut records: Vec<(i64, Mark)> = Vec::new();
    loop {
        let position = records.last().map_or(start, |(offset, _)| offset + 1);
        if position >= end {
            return Ok(Held { start, records });
        }
        let shown = fetch(&mut peer, topic, partition, position).await?;
        if shown.high_watermark != end {
            return Err(io::Error::other(
                "high watermark and latest offset differ at rest",
            ));
        }
        if shown.records.is_empty() {
            return Err(io::Error::other(format!("nothing at {position} of {end}")));
        }
        records.extend(shown.records);
    }
}

/// What one fetch of one partition brings.
pub struct Fetched {
    pub batches: Vec<u8>,
    pub high_watermark: i64,
}

/// One fetch of one partition; errors of the broker are errors.
pub async fn fetch_batches(
    peer: &mut Peer,
    topic: &str,
    partition: i32,
    position: i64,
) -> io::Result<Fetched> {
    let wanted = fetch::FetchPartition {
        partition,
        fetch_offset: position,
        partition_max_bytes: 1 + (random::u64() % 60_000) as i32,
        ..Default::default()
    };
    let topic = fetch::FetchTopic {
        topic: topic.into(),
        partitions: vec![wanted],
        ..Default::default()
    };
    let request = fetch::Request {
        max_wait_ms: (random::u64() % 40) as i32,
        min_bytes: 1,
        topics: vec![topic],
        ..Default::default()
    };
    let answer = peer.ask(&request, FETCH_VERSION).await?;
    let answer: fetch::Response<'_> = answer.read(FETCH_VERSION);
    let data = &answer.responses[0].partitions[0];
    if answer.error_code != 0 || data.error_code != 0 {
        let code = ErrorCode::from_code(data.error_code);
        return Err(io::Error::other(format!("fetch answers {code:?}")));
    }
    let batches = data.records.map_or(&[][..], |records| records.slice());
    Ok(Fetched {
        batches: batches.to_vec(),
        high_watermark: data.high_watermark,
    })
}

async fn fetch(peer: &mut Peer, topic: &str, partition: i32, position: i64) -> io::Result<Shown> {
    let fetched = fetch_batches(peer, topic, partition, position).await?;
    Ok(Shown {
        records: marks(&fetched.batches, position)?,
        high_watermark: fetched.high_watermark,
    })
}

/// The records of whole batches from `position` on.
fn marks(bytes: &[u8], position: i64) -> io::Result<Vec<(i64, Mark)>> {
    let mut marks = Vec::new();
    for batch in Batches::new(bytes) {
        let Ok(batch) = batch else {
            break;
        };
        if !batch.crc_is_valid() {
            return Err(io::Error::other("a batch with a wrong checksum"));
        }
        let content = content(&batch)?;
        for record in Records::new(&content, batch.count()) {
            let record = record.map_err(io::Error::other)?;
            let offset = batch.offset_of(record.offset_delta).0;
            let mark = record.value.and_then(Mark::of_value);
            let mark = mark.ok_or_else(|| io::Error::other("a record nobody sent"))?;
            if offset >= position {
                marks.push((offset, mark));
            }
        }
    }
    Ok(marks)
}

/// The records of a batch as its producer wrote them.
pub fn content<'a>(batch: &BatchView<'a>) -> io::Result<Cow<'a, [u8]>> {
    match batch.codec().map_err(io::Error::other)? {
        Codec::None => Ok(batch.payload().into()),
        codec => {
            let limit = decoded_bytes_max(batch.payload().len());
            let content = decompress(codec, batch.payload(), limit);
            Ok(content.map_err(io::Error::other)?.into())
        }
    }
}

async fn offset_at(
    peer: &mut Peer,
    topic: &str,
    partition: i32,
    timestamp: i64,
) -> io::Result<i64> {
    let wanted = list_offsets::ListOffsetsPartition {
        partition_index: partition,
        timestamp,
        ..Default::default()
    };
    let topic = list_offsets::ListOffsetsTopic {
        name: topic.into(),
        partitions: vec![wanted],
        ..Default::default()
    };
    let request = list_offsets::Request {
        replica_id: -1,
        topics: vec![topic],
        ..Default::default()
    };
    let answer = peer.ask(&request, LIST_OFFSETS_VERSION).await?;
    let answer: list_offsets::Response<'_> = answer.read(LIST_OFFSETS_VERSION);
    let found = &answer.topics[0].partitions[0];
    if found.error_code != 0 {
        return Err(io::Error::other(format!(
            "list offsets answers {}",
            found.error_code
        )));
    }
    Ok(found.offset)
}
