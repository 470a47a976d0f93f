//! A broker in a page, for tests of the client: one topic in memory, answers at the newest
//! versions, idempotent appends judged as a broker judges them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use bytes::{Bytes, BytesMut};
use corelane::io::sim::Node;
use corelane::io::{ListenOptions, Listener, Stream, task};
use corelane::model::{ErrorCode, LeaderEpoch, Offset, ProducerId};
use corelane::records::{BatchView, Batches, stamp};
use corelane::wire::api::{api_versions, fetch, init_producer_id, list_offsets, metadata, produce};
use corelane::wire::{ApiKey, Deframer, Incoming, Message, Records, answer};

pub const PORT: u16 = 9092;
pub const TOPIC: &str = "web";
const KEYS: [ApiKey; 6] = [
    ApiKey::Produce,
    ApiKey::Fetch,
    ApiKey::ListOffsets,
    ApiKey::Metadata,
    ApiKey::ApiVersions,
    ApiKey::InitProducerId,
];

/// What the stub has stored, to be looked at by the test.
#[derive(Default)]
pub struct Store {
    pub partitions: Vec<Log>,
    next_producer: i64,
    host: String,
    /// Appends that were answered as duplicates.
    pub duplicates: u32,
    /// Refuse so many appends with this code before taking them again.
    pub refuse: (u32, Option<ErrorCode>),
}

#[derive(Default)]
pub struct Log {
    pub bytes: BytesMut,
    pub end: i64,
    /// Of each producer: base sequence, next sequence and base offset of its newest batch.
    newest: BTreeMap<ProducerId, (i32, i32, i64)>,
}

pub fn start(node: &Node, partitions: usize) -> Rc<RefCell<Store>> {
    let store = Rc::new(RefCell::new(Store {
        host: node.address(PORT).ip().to_string(),
        ..Store::default()
    }));
    store
        .borrow_mut()
        .partitions
        .resize_with(partitions, Log::default);
    let shared = store.clone();
    let serve = async move {
        let any_ip = ([0, 0, 0, 0], PORT).into();
        let listener = Listener::bind(any_ip, ListenOptions::default()).unwrap();
        loop {
            let stream = listener.accept().await.unwrap();
            task::spawn(talk(stream, shared.clone())).detach();
        }
    };
    node.spawn(serve).detach();
    store
}

async fn talk(stream: Stream, store: Rc<RefCell<Store>>) -> std::io::Result<()> {
    let (mut read, mut write) = stream.split()?;
    let deframer = Deframer::of_requests(1 << 20);
    let mut arrived = BytesMut::new();
    loop {
        while let Some(frame) = deframer.next(&mut arrived).unwrap() {
            let answer = store.borrow_mut().answer(&frame);
            if let Some(answer) = answer {
                write.write_all(&answer).await?;
            }
        }
        arrived.reserve(1 << 14);
        if read.read(&mut arrived).await? == 0 {
            return Ok(());
        }
    }
}

impl Store {
    fn answer(&mut self, frame: &[u8]) -> Option<Bytes> {
        let mut incoming = Incoming::parse(frame).unwrap();
        Some(match incoming.key {
            ApiKey::ApiVersions => encode(&incoming, &versions()),
            ApiKey::Metadata => encode(&incoming, &self.metadata()),
            ApiKey::InitProducerId => {
                self.next_producer += 1;
                let response = init_producer_id::Response {
                    producer_id: self.next_producer,
                    ..Default::default()
                };
                encode(&incoming, &response)
            }
            ApiKey::ListOffsets => {
                let request = incoming.decode().unwrap();
                encode(&incoming, &self.list_offsets(&request))
            }
            ApiKey::Produce => {
                let request: produce::Request<'_> = incoming.decode().unwrap();
                let response = self.produce(&request);
                if request.acks == 0 {
                    return None;
                }
                encode(&incoming, &response)
            }
            ApiKey::Fetch => {
                let request = incoming.decode().unwrap();
                encode(&incoming, &self.fetch(&request))
            }
            other => panic!("the stub does not know {}", other.name()),
        })
    }

    fn metadata(&self) -> metadata::Response<'_> {
        let partition = |index| metadata::MetadataResponsePartition {
            partition_index: index,
            leader_id: 7,
            leader_epoch: 0,
            replica_nodes: vec![7],
            isr_nodes: vec![7],
            ..Default::default()
        };
        let topic = metadata::MetadataResponseTopic {
            name: Some(TOPIC.into()),
            partitions: (0..self.partitions.len() as i32).map(partition).collect(),
            ..Default::default()
        };
        let broker = metadata::MetadataResponseBroker {
            node_id: 7,
            host: self.host.as_str().into(),
            port: i32::from(PORT),
            ..Default::default()
        };
        metadata::Response {
            brokers: vec![broker],
            controller_id: 7,
            topics: vec![topic],
            ..Default::default()
        }
    }

    fn list_offsets<'a>(&self, request: &list_offsets::Request<'a>) -> list_offsets::Response<'a> {
        let topic = request.topics[0].clone();
        let partition = |row: &list_offsets::ListOffsetsPartition<'_>| {
            let end = self.partitions[row.partition_index as usize].end;
            list_offsets::ListOffsetsPartitionResponse {
                partition_index: row.partition_index,
                offset: if row.timestamp == -2 { 0 } else { end },
                ..Default::default()
            }
        };
        let topic = list_offsets::ListOffsetsTopicResponse {
            partitions: topic.partitions.iter().map(partition).collect(),
            name: topic.name,
            ..Default::default()
        };
        list_offsets::Response {
            topics: vec![topic],
            ..Default::default()
        }
    }

    fn produce(&mut self, request: &produce::Request<'_>) -> produce::Response<'static> {
        let mut rows = Vec::new();
        for partition in &request.topic_data[0].partition_data {
            let batch = partition.records.unwrap_or_default();
            let result = self.append(partition.index, batch.slice());
            rows.push(produce::PartitionProduceResponse {
                index: partition.index,
                error_code: result.err().map_or(0, ErrorCode::code),
                base_offset: result.unwrap_or(-1),
                ..Default::default()
            });
        }
        let topic = produce::TopicProduceResponse {
            partition_responses: rows,
            ..Default::default()
        };
        produce::Response {
            responses: vec![topic],
            ..Default::default()
        }
    }

    fn append(&mut self, index: i32, bytes: &[u8]) -> Result<i64, ErrorCode> {
        if let (left @ 1.., Some(code)) = self.refuse {
            self.refuse.0 = left - 1;
            return Err(code);
        }
        let batch = BatchView::parse(bytes).unwrap();
        assert!(batch.crc_is_valid());
        let log = &mut self.partitions[index as usize];
        let (producer, first) = (batch.producer_id(), batch.base_sequence().0);
        let newest = log
            .newest
            .get(&producer)
            .copied()
            .filter(|_| producer.is_some());
        if let Some((_, _, offset)) = newest.filter(|newest| newest.0 == first) {
            self.duplicates += 1;
            return Ok(offset);
        }
        if producer.is_some() && first != newest.map_or(0, |newest| newest.1) {
            return Err(ErrorCode::OutOfOrderSequenceNumber);
        }
        let base = log.end;
        let next = batch.last_sequence().plus(1).0;
        log.newest.insert(producer, (first, next, base));
        let from = log.bytes.len();
        log.bytes.extend_from_slice(bytes);
        stamp(&mut log.bytes[from..], Offset(base), LeaderEpoch(0));
        log.end += i64::from(batch.count());
        Ok(base)
    }

    /// Everything from the batch on that holds the offset; never waits.
    fn fetch<'a>(&'a self, request: &fetch::Request<'a>) -> fetch::Response<'a> {
        let partition = |row: &fetch::FetchPartition<'a>| {
            let log = &self.partitions[row.partition as usize];
            let batches = Batches::new(&log.bytes).map(Result::unwrap);
            let before = batches.take_while(|batch| batch.last_offset().0 < row.fetch_offset);
            let skipped: usize = before.map(|batch| batch.size()).sum();
            let end = log.bytes.len().min(skipped + 3000);
            fetch::PartitionData {
                partition_index: row.partition,
                high_watermark: log.end,
                records: Some(Records::Slice(&log.bytes[skipped..end])),
                ..Default::default()
            }
        };
        let topic = |topic: &fetch::FetchTopic<'a>| fetch::FetchableTopicResponse {
            topic: topic.topic.clone(),
            topic_id: topic.topic_id,
            partitions: topic.partitions.iter().map(partition).collect(),
            ..Default::default()
        };
        fetch::Response {
            responses: request.topics.iter().map(topic).collect(),
            ..Default::default()
        }
    }
}

fn versions() -> api_versions::Response<'static> {
    let row = |key: &ApiKey| api_versions::ApiVersion {
        api_key: key.number(),
        min_version: *key.known().start(),
        max_version: *key.known().end(),
        ..Default::default()
    };
    api_versions::Response {
        api_keys: KEYS.iter().map(row).collect(),
        ..Default::default()
    }
}

fn encode<'a, M: Message<'a>>(incoming: &Incoming<'_>, body: &M) -> Bytes {
    let id = incoming.header.correlation_id;
    answer(id, body, incoming.version()).unwrap().head.freeze()
}
