use core::net::SocketAddr;
use std::cell::Cell;
use std::io;
use std::time::Duration;

use bytes::Bytes;

use super::Options;
use super::serve::advertised;
use crate::io::{Part, clock};
use crate::model::{Instant, Uuid};
use crate::perf::load::{Body, Content, KeyStyle, Load, Partitioner, Shape, Shelf};
use crate::records::{Compression, HEADER_BYTES, Stamp};
use crate::wire::api::{api_versions, fetch, init_producer_id, list_offsets, metadata, produce};
use crate::wire::{self, ApiKey, Incoming, Message, Piece, Records, Text, Unanswerable};

/// What a sink answers, at all versions known here.
const SERVED: [ApiKey; 6] = [
    ApiKey::Produce,
    ApiKey::Fetch,
    ApiKey::ListOffsets,
    ApiKey::Metadata,
    ApiKey::ApiVersions,
    ApiKey::InitProducerId,
];
/// The id of the only broker.
const NODE: i32 = 1;
/// Where every partition ends: further than any consumer reads.
const END: i64 = 1 << 60;

/// Answers requests out of nothing.
#[derive(Debug)]
pub struct Desk {
    host: String,
    port: u16,
    partitions: i32,
    /// What consumers are fed.
    body: Body,
    header: [u8; HEADER_BYTES],
    next_producer: Cell<i64>,
    service_time: Duration,
    /// When the last request taken in is done.
    busy_until: Cell<Instant>,
}

impl Desk {
    pub fn new(options: &Options, address: SocketAddr) -> Desk {
        let (min, max) = options.record_size;
        let shape = Shape {
            content: Content::Made {
                min,
                max,
                entropy: 1.0,
            },
            keys: KeyStyle::None,
            partitioner: Partitioner::Sticky,
            compression: Compression::NONE,
            batch_bytes: options.batch_bytes,
            seed: 1,
        };
        let load = Load::prepare(shape, 1);
        let full = load.full(0);
        let body = Shelf::new(load.into(), 1).body(0, 0, full);
        Desk {
            host: advertised(address),
            port: address.port(),
            partitions: i32::try_from(options.partitions).unwrap_or(i32::MAX),
            header: body.prepared.header(&Stamp::anonymous(clock::wall())),
            body,
            next_producer: Cell::new(1000),
            service_time: options.service_time,
            busy_until: Cell::default(),
        }
    }

    /// Takes a request in, behind those of all connections that were taken in before; gives when
    /// it is done. `None` where requests take no time.
    pub fn take_in(&self) -> Option<Instant> {
        if self.service_time.is_zero() {
            return None;
        }
        let done = self
            .busy_until
            .get()
            .max(clock::now())
            .plus(self.service_time);
        self.busy_until.set(done);
        Some(done)
    }

    /// Puts the answer to a request behind `parts`; none to Produce with acks 0.
    pub fn answer(&self, frame: &[u8], parts: &mut Vec<Part>) -> io::Result<()> {
        let mut incoming = Incoming::parse(frame).map_err(|fault: Unanswerable| refuse(fault))?;
        match incoming.key {
            ApiKey::Produce => {
                let request = incoming.decode::<produce::Request<'_>>().map_err(refuse)?;
                match request.acks {
                    0 => Ok(()),
                    _ => self.put(&incoming, &stored(request), &[], parts),
                }
            }
            ApiKey::Fetch => {
                let request = incoming.decode::<fetch::Request<'_>>().map_err(refuse)?;
                let mut fed = Vec::new();
                let response = self.fetched(request, &mut fed);
                self.put(&incoming, &response, &fed, parts)
            }
            ApiKey::ListOffsets => {
                let request = incoming.decode().map_err(refuse)?;
                self.put(&incoming, &listed(request), &[], parts)
            }
            ApiKey::Metadata => {
                let request = incoming.decode().map_err(refuse)?;
                self.put(&incoming, &self.described(request), &[], parts)
            }
            ApiKey::InitProducerId => {
                let producer_id = self.next_producer.get();
                self.next_producer.set(producer_id + 1);
                let response = init_producer_id::Response {
                    producer_id,
                    ..init_producer_id::Response::default()
                };
                self.put(&incoming, &response, &[], parts)
            }
            ApiKey::ApiVersions => self.put(&incoming, &versions(), &[], parts),
            key => Err(refuse(format!("a sink does not answer {}", key.name()))),
        }
    }

    fn put<'m, M: Message<'m>>(
        &self,
        incoming: &Incoming<'_>,
        message: &M,
        payloads: &[Vec<Bytes>],
        parts: &mut Vec<Part>,
    ) -> io::Result<()> {
        let (id, version) = (incoming.header.correlation_id, incoming.version());
        let output = wire::answer(id, message, version).map_err(refuse)?;
        for piece in output.into_pieces() {
            match piece {
                Piece::Bytes(bytes) => parts.push(Part::Bytes(bytes)),
                Piece::Payload(index) => {
                    let pieces = payloads.get(index).into_iter().flatten();
                    parts.extend(pieces.map(|piece| Part::Bytes(piece.clone())));
                }
            }
        }
        Ok(())
    }

    fn described<'a>(&self, request: metadata::Request<'a>) -> metadata::Response<'a> {
        let partition = |partition_index| metadata::MetadataResponsePartition {
            partition_index,
            leader_id: NODE,
            leader_epoch: 0,
            replica_nodes: vec![NODE],
            isr_nodes: vec![NODE],
            ..metadata::MetadataResponsePartition::default()
        };
        let topic = |asked: metadata::MetadataRequestTopic<'a>| metadata::MetadataResponseTopic {
            topic_id: id_of(asked.name.as_deref().unwrap_or_default()),
            name: asked.name,
            partitions: (0..self.partitions).map(partition).collect(),
            ..metadata::MetadataResponseTopic::default()
        };
        let broker = metadata::MetadataResponseBroker {
            node_id: NODE,
            host: Text::Owned(self.host.clone()),
            port: i32::from(self.port),
            ..metadata::MetadataResponseBroker::default()
        };
        metadata::Response {
            brokers: vec![broker],
            cluster_id: Some("sink".into()),
            controller_id: NODE,
            topics: request
                .topics
                .unwrap_or_default()
                .into_iter()
                .map(topic)
                .collect(),
            ..metadata::Response::default()
        }
    }

    /// As many batches as were asked for; `fed` are their bytes, one element for each partition.
    fn fetched<'a>(
        &self,
        request: fetch::Request<'a>,
        fed: &mut Vec<Vec<Bytes>>,
    ) -> fetch::Response<'a> {
        let mut left = usize::try_from(request.max_bytes).unwrap_or(0);
        let mut partition = |asked: fetch::FetchPartition<'a>| {
            let wanted = usize::try_from(asked.partition_max_bytes).unwrap_or(0);
            let (pieces, len) = self.batches(asked.fetch_offset, wanted.min(left));
            left = left.saturating_sub(len);
            let index = fed.len();
            fed.push(pieces);
            fetch::PartitionData {
                partition_index: asked.partition,
                high_watermark: END,
                last_stable_offset: END,
                log_start_offset: 0,
                records: Some(Records::Spliced { index, len }),
                ..fetch::PartitionData::default()
            }
        };
        let mut topic = |asked: fetch::FetchTopic<'a>| fetch::FetchableTopicResponse {
            topic: asked.topic,
            topic_id: asked.topic_id,
            partitions: asked.partitions.into_iter().map(&mut partition).collect(),
            ..fetch::FetchableTopicResponse::default()
        };
        fetch::Response {
            responses: request.topics.into_iter().map(&mut topic).collect(),
            ..fetch::Response::default()
        }
    }

    /// Batches from `offset` on that fit into `room`, and their length; none when none fits.
    fn batches(&self, offset: i64, room: usize) -> (Vec<Bytes>, usize) {
        let size = self.body.prepared.batch_bytes();
        let count = room / size;
        let mut headers = Vec::with_capacity(count * HEADER_BYTES);
        let mut base = offset;
        for _ in 0..count {
            headers.extend_from_slice(&base.to_be_bytes());
            headers.extend_from_slice(&self.header[8..]);
            base += i64::from(self.body.prepared.count);
        }
        let headers = Bytes::from(headers);
        let header = |at: usize| headers.slice(at * HEADER_BYTES..(at + 1) * HEADER_BYTES);
        let pieces = (0..count).flat_map(|at| [header(at), self.body.records.clone()]);
        (pieces.collect(), count * size)
    }
}

fn refuse(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// The same id for the same name, so that it means the same to every connection.
fn id_of(name: &str) -> Uuid {
    let mut bytes = [0x5a_u8; 16];
    for (at, byte) in name.bytes().enumerate() {
        let place = &mut bytes[at % 16];
        *place = place.rotate_left(3) ^ byte;
    }
    Uuid::from_bytes(bytes)
}

fn versions() -> api_versions::Response<'static> {
    let row = |key: ApiKey| api_versions::ApiVersion {
        api_key: key.number(),
        min_version: *key.known().start(),
        max_version: *key.known().end(),
        ..api_versions::ApiVersion::default()
    };
    api_versions::Response {
        api_keys: SERVED.into_iter().map(row).collect(),
        ..api_versions::Response::default()
    }
}

fn stored<'a>(request: produce::Request<'a>) -> produce::Response<'a> {
    let partition = |sent: produce::PartitionProduceData<'a>| produce::PartitionProduceResponse {
        index: sent.index,
        log_start_offset: 0,
        ..produce::PartitionProduceResponse::default()
    };
    let topic = |sent: produce::TopicProduceData<'a>| produce::TopicProduceResponse {
        name: sent.name,
        topic_id: sent.topic_id,
        partition_responses: sent.partition_data.into_iter().map(partition).collect(),
        ..produce::TopicProduceResponse::default()
    };
    produce::Response {
        responses: request.topic_data.into_iter().map(topic).collect(),
        ..produce::Response::default()
    }
}

fn listed<'a>(request: list_offsets::Request<'a>) -> list_offsets::Response<'a> {
    let partition = |asked: list_offsets::ListOffsetsPartition<'a>| {
        list_offsets::ListOffsetsPartitionResponse {
            partition_index: asked.partition_index,
            offset: match asked.timestamp {
                crate::client::offsets::LATEST => END,
                _ => 0,
            },
            ..list_offsets::ListOffsetsPartitionResponse::default()
        }
    };
    let topic =
        |asked: list_offsets::ListOffsetsTopic<'a>| list_offsets::ListOffsetsTopicResponse {
            name: asked.name,
            partitions: asked.partitions.into_iter().map(partition).collect(),
            ..list_offsets::ListOffsetsTopicResponse::default()
        };
    list_offsets::Response {
        topics: request.topics.into_iter().map(topic).collect(),
        ..list_offsets::Response::default()
    }
}
