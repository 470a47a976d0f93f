//! What clients do most: create topics, produce, fetch, ask for offsets.

use corelane::model::{Timestamp, Uuid};
use corelane::records::{self, BatchBuilder, Batches, Codec, NewRecord};
use corelane::wire::api::{
    create_topics, delete_records, delete_topics, fetch, list_offsets, produce,
};
use corelane::wire::{Records, Text};

use crate::caller::{Answer, Caller, Ticket};

pub const LATEST: i64 = -1;
pub const EARLIEST: i64 = -2;

/// Version 12: the last that names topics.
pub const BY_NAME: i16 = 12;

/// A topic by name, and one of its partitions.
pub type Place<'a> = (&'a str, i32);

/// What the broker said to a produce request of one batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Produced {
    pub error: i16,
    pub offset: i64,
    pub append_time: i64,
    pub message: String,
}

/// A record as a consumer sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub offset: i64,
    pub timestamp: i64,
    pub value: String,
}

/// One partition of a fetch answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    pub error: i16,
    pub high: i64,
    pub stable: i64,
    pub start: i64,
    pub records: Vec<Seen>,
    pub bytes: usize,
}

/// A batch of these values as a producer makes it.
pub fn batch<T: AsRef<[u8]>>(values: &[T]) -> Vec<u8> {
    let mut builder = BatchBuilder::new();
    for value in values {
        push(&mut builder, value.as_ref(), now());
    }
    builder.finish()
}

pub fn push(builder: &mut BatchBuilder, value: &[u8], timestamp: i64) {
    let record = NewRecord {
        key: Some(b"key"),
        value: Some(value),
        ..NewRecord::default()
    };
    builder.push(Timestamp(timestamp), &record);
}

pub fn now() -> i64 {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    since.as_millis() as i64
}

/// A fetch of one partition that does not wait.
pub fn fetching<'a>((topic, partition): Place<'a>, offset: i64) -> fetch::Request<'a> {
    fetch::Request {
        max_bytes: 8 << 20,
        topics: vec![fetch::FetchTopic {
            topic: Text::from(topic),
            partitions: vec![fetch::FetchPartition {
                partition,
                fetch_offset: offset,
                partition_max_bytes: 1 << 20,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    }
}

/// One batch for one partition, as a produce request names it.
pub fn produce_to<'a>(
    (topic, partition): Place<'a>,
    batch: &'a [u8],
) -> produce::TopicProduceData<'a> {
    produce::TopicProduceData {
        name: Text::from(topic),
        partition_data: vec![produce::PartitionProduceData {
            index: partition,
            records: Some(Records::Slice(batch)),
            ..Default::default()
        }],
        ..Default::default()
    }
}

/// The one partition of a produce answer.
pub fn produced(answer: &Answer) -> Produced {
    let body: produce::Response<'_> = answer.body();
    let partition = &body.responses[0].partition_responses[0];
    Produced {
        error: partition.error_code,
        offset: partition.base_offset,
        append_time: partition.log_append_time_ms,
        message: partition.error_message.as_deref().unwrap_or("").to_owned(),
    }
}

/// The first partition of a fetch answer.
pub fn fetched(answer: &Answer) -> Fetched {
    let body: fetch::Response<'_> = answer.body();
    assert_eq!(body.error_code, 0, "the fetch as a whole");
    partition_of(&body.responses[0].partitions[0])
}

pub fn partition_of(partition: &fetch::PartitionData<'_>) -> Fetched {
    let bytes = partition.records.map_or(&[][..], |records| records.slice());
    Fetched {
        error: partition.error_code,
        high: partition.high_watermark,
        stable: partition.last_stable_offset,
        start: partition.log_start_offset,
        records: read(bytes),
        bytes: bytes.len(),
    }
}

/// All records of whole batches; a batch that is cut off at the end is left out.
pub fn read(bytes: &[u8]) -> Vec<Seen> {
    let mut seen = Vec::new();
    for batch in Batches::new(bytes).map_while(Result::ok) {
        assert!(batch.crc_is_valid(), "the checksum of a batch");
        let mut payload = batch.payload().to_vec();
        let codec = batch.codec().expect("a codec");
        if codec != Codec::None {
            payload = records::decompress(codec, batch.payload(), 64 << 20).expect("content");
        }
        for record in records::Records::new(&payload, batch.count()) {
            let record = record.expect("a whole record");
            seen.push(Seen {
                offset: batch.offset_of(record.offset_delta).0,
                timestamp: batch.timestamp_of(record.timestamp_delta).0,
                value: String::from_utf8_lossy(record.value.unwrap_or_default()).into_owned(),
            });
        }
    }
    seen
}

fn creating<'a>(
    topic: &'a str,
    partitions: i32,
    configs: &[(&'a str, &'a str)],
) -> create_topics::Request<'a> {
    let config = |(name, value): &(&'a str, &'a str)| create_topics::CreatableTopicConfig {
        name: Text::from(*name),
        value: Some(Text::from(*value)),
        ..Default::default()
    };
    create_topics::Request {
        topics: vec![create_topics::CreatableTopic {
            name: Text::from(topic),
            num_partitions: partitions,
            replication_factor: 1,
            configs: configs.iter().map(config).collect(),
            ..Default::default()
        }],
        ..Default::default()
    }
}

impl Caller {
    pub fn create(&mut self, topic: &str, partitions: i32, configs: &[(&str, &str)]) -> Uuid {
        let answer = self.ask(&creating(topic, partitions, configs), 7);
        let body: create_topics::Response<'_> = answer.body();
        let made = &body.topics[0];
        assert_eq!(made.error_code, 0, "{topic}: {:?}", made.error_message);
        made.topic_id
    }

    /// The error code of creating a topic.
    pub fn try_create(&mut self, topic: &str, partitions: i32) -> i16 {
        let answer = self.ask(&creating(topic, partitions, &[]), 7);
        let body: create_topics::Response<'_> = answer.body();
        body.topics[0].error_code
    }

    /// Asks for a topic and does not wait for the answer.
    pub fn ask_to_create(&mut self, topic: &str, partitions: i32) {
        let _ = self.send(&creating(topic, partitions, &[]), 7);
    }

    pub fn delete(&mut self, topic: &str) {
        let request = delete_topics::Request {
            topics: vec![delete_topics::DeleteTopicState {
                name: Some(Text::from(topic)),
                ..Default::default()
            }],
            timeout_ms: 30_000,
            ..Default::default()
        };
        let answer = self.ask(&request, 6);
        let body: delete_topics::Response<'_> = answer.body();
        assert_eq!(body.responses[0].error_code, 0, "{topic} is deleted");
    }

    /// DeleteRecords of one partition: error, and where its log starts then.
    pub fn delete_records(&mut self, (topic, partition): Place, offset: i64) -> (i16, i64) {
        let request = delete_records::Request {
            topics: vec![delete_records::DeleteRecordsTopic {
                name: Text::from(topic),
                partitions: vec![delete_records::DeleteRecordsPartition {
                    partition_index: partition,
                    offset,
                    ..Default::default()
                }],
                ..Default::default()
            }],
            timeout_ms: 30_000,
            ..Default::default()
        };
        let answer = self.ask(&request, 2);
        let body: delete_records::Response<'_> = answer.body();
        let result = &body.topics[0].partitions[0];
        (result.error_code, result.low_watermark)
    }

    pub fn send_batch(&mut self, place: Place, batch: &[u8], acks: i16) -> Ticket {
        let request = produce::Request {
            acks,
            timeout_ms: 30_000,
            topic_data: vec![produce_to(place, batch)],
            ..Default::default()
        };
        self.send(&request, BY_NAME)
    }

    pub fn try_produce(&mut self, place: Place, batch: &[u8]) -> Produced {
        let ticket = self.send_batch(place, batch, -1);
        produced(&self.receive(ticket))
    }

    /// Produces with acks=all and returns the first offset.
    pub fn produce<T: AsRef<[u8]>>(&mut self, place: Place, values: &[T]) -> i64 {
        let produced = self.try_produce(place, &batch(values));
        assert_eq!(produced.error, 0, "{place:?}: {produced:?}");
        produced.offset
    }

    pub fn fetch(&mut self, place: Place, offset: i64) -> Fetched {
        fetched(&self.ask(&fetching(place, offset), BY_NAME))
    }

    /// Every record of a partition from `offset` to its end, by as many fetches as it takes.
    pub fn read_all(&mut self, place: Place, mut offset: i64) -> Vec<Seen> {
        let mut all = Vec::new();
        loop {
            let fetched = self.fetch(place, offset);
            assert_eq!(fetched.error, 0, "{place:?} from {offset}");
            let fresh = fetched.records.into_iter().filter(|r| r.offset >= offset);
            let before = all.len();
            all.extend(fresh);
            match all.last() {
                Some(last) if all.len() > before => offset = last.offset + 1,
                _ => {
                    assert_eq!(offset, fetched.high, "{place:?} is readable to its end");
                    return all;
                }
            }
        }
    }

    /// ListOffsets of one partition: error and offset.
    pub fn offset_at(&mut self, (topic, partition): Place, timestamp: i64) -> (i16, i64) {
        let request = list_offsets::Request {
            replica_id: -1,
            topics: vec![list_offsets::ListOffsetsTopic {
                name: Text::from(topic),
                partitions: vec![list_offsets::ListOffsetsPartition {
                    partition_index: partition,
                    timestamp,
                    ..Default::default()
                }],
                ..Default::default()
            }],
            ..Default::default()
        };
        let answer = self.ask(&request, 6);
        let body: list_offsets::Response<'_> = answer.body();
        let found = &body.topics[0].partitions[0];
        (found.error_code, found.offset)
    }
}
