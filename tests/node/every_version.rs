//! Every API at every version that a running broker advertises: asked in the least words, and
//! the answer read to its last byte.

use std::ops::RangeInclusive;

use corelane::model::Uuid;
use corelane::wire::api::{AnyRequest, AnyResponse, api_versions, fetch, list_offsets};
use corelane::wire::{ApiKey, Cursor, RequestHeader, ResponseHeader, Text, Writer, versions};

use crate::broker::{Broker, Home};
use crate::caller::Caller;
use crate::desk::{batch, produce_to};
use crate::hostile::versions_request;

const TOPIC: &str = "lane";

/// What the broker says of itself.
fn advertised(broker: &Broker) -> Vec<(ApiKey, RangeInclusive<i16>)> {
    let answer = broker.call().ask(&versions_request(), 3);
    let body: api_versions::Response<'_> = answer.body();
    let row = |row: &api_versions::ApiVersion<'_>| {
        let key = ApiKey::from_number(row.api_key).expect("an API of ours");
        (key, row.min_version..=row.max_version)
    };
    body.api_keys.iter().map(row).collect()
}

/// The least that is a legal request of this API, about partition 0 of the topic where it has to
/// be about something.
fn minimal<'a>(key: ApiKey, version: i16, id: Uuid, batch: &'a [u8]) -> AnyRequest<'a> {
    let mut request = AnyRequest::default_of(key);
    match &mut request {
        AnyRequest::ApiVersions(body) if version >= 3 => *body = versions_request(),
        AnyRequest::Produce(body) => {
            (body.acks, body.timeout_ms) = (-1, 10_000);
            let mut topic = produce_to((TOPIC, 0), batch);
            if version >= 13 {
                (topic.name, topic.topic_id) = (Text::default(), id);
            }
            body.topic_data = vec![topic];
        }
        AnyRequest::Fetch(body) => {
            let partition = fetch::FetchPartition {
                partition_max_bytes: 1 << 20,
                ..Default::default()
            };
            let mut topic = fetch::FetchTopic {
                partitions: vec![partition],
                ..Default::default()
            };
            match version {
                13.. => topic.topic_id = id,
                _ => topic.topic = Text::from(TOPIC),
            }
            body.topics = vec![topic];
        }
        AnyRequest::ListOffsets(body) => {
            body.replica_id = -1;
            let partition = list_offsets::ListOffsetsPartition {
                timestamp: -1,
                ..Default::default()
            };
            body.topics = vec![list_offsets::ListOffsetsTopic {
                name: Text::from(TOPIC),
                partitions: vec![partition],
                ..Default::default()
            }];
        }
        _ => {}
    }
    request
}

/// A whole frame: its length, a header, and the body.
fn framed(key: ApiKey, version: i16, write: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let header = RequestHeader {
        request_api_key: key.number(),
        request_api_version: version,
        correlation_id: 7,
        ..RequestHeader::default()
    };
    let mut writer = Writer::default();
    let encoded = header.encode(&mut writer, key.request_header_version(version));
    encoded.expect("a header");
    write(&mut writer);
    let bytes = writer.into_bytes();
    [&(bytes.len() as i32).to_be_bytes()[..], &bytes].concat()
}

/// The error codes that an answer must not have where the request was in order.
fn assert_in_order(answer: &AnyResponse<'_>, what: &str) {
    match answer {
        AnyResponse::Produce(body) => {
            let partition = &body.responses[0].partition_responses[0];
            assert_eq!(partition.error_code, 0, "{what}");
        }
        AnyResponse::Fetch(body) => {
            let partition = &body.responses[0].partitions[0];
            assert_eq!((body.error_code, partition.error_code), (0, 0), "{what}");
            assert!(
                partition.records.is_some_and(|records| !records.is_empty()),
                "{what}"
            );
        }
        AnyResponse::ListOffsets(body) => {
            let partition = &body.topics[0].partitions[0];
            assert_eq!(partition.error_code, 0, "{what}");
        }
        AnyResponse::ApiVersions(body) => assert_eq!(body.error_code, 0, "{what}"),
        AnyResponse::Metadata(body) => assert_eq!(body.brokers.len(), 1, "{what}"),
        _ => {}
    }
}

#[test]
fn every_advertised_version_of_every_api_is_answered_in_its_own_form() {
    let home = Home::new();
    let broker = home.start(&[]);
    let id = broker.call().create(TOPIC, 1, &[]);
    broker.call().produce((TOPIC, 0), &["first"]);
    let batch = batch(&["more"]);
    let mut asked = 0;
    for (key, range) in advertised(&broker) {
        let mut caller = broker.call();
        for version in range {
            let what = format!("{} {version}", key.name());
            if !key.known().contains(&version) {
                // Advertised for old librdkafka's sake, served to nobody.
                assert_eq!(key, ApiKey::Produce, "{what}");
                let mut old = broker.call();
                old.send_bytes(&framed(key, version, |_| {}));
                assert!(old.is_hung_up(), "{what}");
                continue;
            }
            let request = minimal(key, version, id, &batch);
            let frame = framed(key, version, |writer| {
                request
                    .encode(writer, version)
                    .unwrap_or_else(|why| panic!("{what}: {why}"));
            });
            caller.send_bytes(&frame);
            let bytes = caller
                .try_receive_frame()
                .unwrap_or_else(|why| panic!("{what}: {why}"));
            let mut cursor = Cursor::new(&bytes);
            let header = key.response_header_version(version);
            let header = ResponseHeader::decode(&mut cursor, header).expect("a header");
            assert_eq!(header.correlation_id, 7, "{what}");
            let answer = AnyResponse::decode(key, &mut cursor, version);
            let answer = answer.unwrap_or_else(|why| panic!("{what}: {why}"));
            assert_eq!(cursor.remaining(), 0, "{what}: bytes behind the answer");
            assert_in_order(&answer, &what);
            asked += 1;
        }
    }
    println!("{asked} versions are answered");
    assert!(asked > 50);
}

#[test]
fn the_version_after_the_last_is_refused() {
    let home = Home::new();
    let broker = home.start(&[]);
    for (key, range) in advertised(&broker) {
        let mut caller = broker.call();
        let next = range.end() + 1;
        caller.send_bytes(&framed(key, next, |_| {}));
        if key == ApiKey::ApiVersions {
            let answer = caller.receive_oldest(Caller::ticket(key, next, 7));
            assert_eq!(answer.body::<api_versions::Response<'_>>().error_code, 35);
        } else {
            assert!(caller.is_hung_up(), "{} {next}", key.name());
        }
    }
}

#[test]
fn the_broker_advertises_what_the_table_says() {
    let home = Home::new();
    let broker = home.start(&[]);
    let table = versions::served_keys().map(|key| (key, versions::advertised(key).unwrap()));
    assert_eq!(advertised(&broker), table.collect::<Vec<_>>());
}
