//! Long polls, limits, sessions, epochs.

use std::thread;
use std::time::{Duration, Instant};

use corelane::model::Uuid;
use corelane::wire::Text;
use corelane::wire::api::{fetch, offset_for_leader_epoch};

use crate::broker::{Home, until};
use crate::caller::Caller;
use crate::desk::{BY_NAME, fetched, fetching, partition_of};

const TOPIC: &str = "polled";

/// A wait that no test sits out.
const LONG_MS: i32 = 50_000;

#[test]
fn a_long_poll_is_woken_by_a_produce_of_another_connection() {
    let home = Home::new();
    let broker = home.start(&[]);
    broker.call().create(TOPIC, 4, &[]);
    let started = Instant::now();
    // Four partitions and several connections: some of them meet on different shards.
    for round in 0..8 {
        let partition = round % 4;
        let offset = i64::from(round / 4);
        let mut reader = broker.call();
        let mut request = fetching((TOPIC, partition), offset);
        (request.max_wait_ms, request.min_bytes) = (LONG_MS, 1);
        let ticket = reader.send(&request, BY_NAME);
        thread::sleep(Duration::from_millis(30));
        assert_eq!(broker.call().produce((TOPIC, partition), &["news"]), offset);
        let fetched = fetched(&reader.receive(ticket));
        assert_eq!((fetched.records.len(), fetched.high), (1, offset + 1));
    }
    assert!(started.elapsed() < Duration::from_millis(LONG_MS as u64));
}

#[test]
fn a_long_poll_waits_for_as_many_bytes_as_it_asked_for() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut writer = broker.call();
    writer.create(TOPIC, 2, &[]);
    let mut request = fetching((TOPIC, 0), 0);
    (request.max_wait_ms, request.min_bytes) = (LONG_MS, 2_500);
    let mut second = request.topics[0].partitions[0].clone();
    second.partition = 1;
    request.topics[0].partitions.push(second);
    let mut reader = broker.call();
    let ticket = reader.send(&request, BY_NAME);
    for n in 0..3 {
        writer.produce((TOPIC, n % 2), &["z".repeat(1_000)]);
    }
    let answer = reader.receive(ticket);
    let body: fetch::Response<'_> = answer.body();
    let partitions = &body.responses[0].partitions;
    let counts: Vec<usize> = partitions
        .iter()
        .map(|p| partition_of(p).records.len())
        .collect();
    assert_eq!(counts, [2, 1]);
}

#[test]
fn a_poll_without_news_ends_with_its_time() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    caller.create(TOPIC, 1, &[]);
    let mut request = fetching((TOPIC, 0), 0);
    (request.max_wait_ms, request.min_bytes) = (100, 1);
    let fetched = fetched(&caller.ask(&request, BY_NAME));
    assert_eq!(
        (fetched.error, fetched.high, fetched.records.len()),
        (0, 0, 0)
    );
}

#[test]
fn sizes_are_soft_limits_the_first_batch_is_always_whole() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    caller.create(TOPIC, 2, &[]);
    for _ in 0..3 {
        caller.produce((TOPIC, 0), &["w".repeat(5_000)]);
        caller.produce((TOPIC, 1), &["w".repeat(5_000)]);
    }
    let mut request = fetching((TOPIC, 0), 0);
    request.topics[0].partitions[0].partition_max_bytes = 1;
    assert_eq!(fetched(&caller.ask(&request, BY_NAME)).records.len(), 1);
    request.topics[0].partitions[0].partition_max_bytes = 11_000;
    let two = fetched(&caller.ask(&request, BY_NAME));
    assert!(
        two.records.len() >= 2 && two.bytes <= 11_000,
        "{} bytes",
        two.bytes
    );
    let mut second = request.topics[0].partitions[0].clone();
    second.partition = 1;
    request.topics[0].partitions.push(second);
    request.max_bytes = 1;
    let answer = caller.ask(&request, BY_NAME);
    let body: fetch::Response<'_> = answer.body();
    let partitions = &body.responses[0].partitions;
    let counts: Vec<usize> = partitions
        .iter()
        .map(|p| partition_of(p).records.len())
        .collect();
    assert_eq!(
        counts,
        [1, 0],
        "only the first of all partitions exceeds the limit"
    );
}

/// A step of a fetch session: the partitions in the answer, with their number of records.
fn step(caller: &mut Caller, request: &fetch::Request<'_>) -> (i32, Vec<(i32, usize)>) {
    let answer = caller.ask(request, 17);
    let body: fetch::Response<'_> = answer.body();
    assert_eq!(body.error_code, 0);
    let partitions = body.responses.iter().flat_map(|topic| &topic.partitions);
    let shown = partitions.map(|p| {
        assert_eq!(p.error_code, 0);
        (p.partition_index, partition_of(p).records.len())
    });
    (body.session_id, shown.collect())
}

fn want(id: Uuid, partitions: &[(i32, i64)]) -> Vec<fetch::FetchTopic<'static>> {
    let partitions = partitions
        .iter()
        .map(|(partition, offset)| fetch::FetchPartition {
            partition: *partition,
            fetch_offset: *offset,
            partition_max_bytes: 1 << 20,
            ..Default::default()
        });
    vec![fetch::FetchTopic {
        topic_id: id,
        partitions: partitions.collect(),
        ..Default::default()
    }]
}

#[test]
fn a_session_shows_only_partitions_with_news() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    let id = caller.create(TOPIC, 3, &[]);
    caller.produce((TOPIC, 0), &["a"]);
    let mut request = fetch::Request {
        max_bytes: 1 << 20,
        session_epoch: 0,
        topics: want(id, &[(0, 0), (1, 0), (2, 0)]),
        ..Default::default()
    };
    let (session, shown) = step(&mut caller, &request);
    assert!(session > 0);
    assert_eq!(
        shown,
        [(0, 1), (1, 0), (2, 0)],
        "the first answer shows all"
    );
    (request.session_id, request.session_epoch) = (session, 1);
    request.topics = want(id, &[(0, 1)]);
    assert_eq!(step(&mut caller, &request), (session, vec![]), "no news");
    caller.produce((TOPIC, 2), &["b", "c"]);
    request.session_epoch = 2;
    request.topics.clear();
    assert_eq!(step(&mut caller, &request), (session, vec![(2, 2)]));
    request.session_epoch = 3;
    request.forgotten_topics_data = vec![fetch::ForgottenTopic {
        topic_id: id,
        partitions: vec![2],
        ..Default::default()
    }];
    assert_eq!(step(&mut caller, &request), (session, vec![]), "forgotten");
    request.forgotten_topics_data.clear();
    request.session_epoch = 3;
    let code = |caller: &mut Caller, request: &fetch::Request<'_>| {
        let answer = caller.ask(request, 17);
        answer.body::<fetch::Response<'_>>().error_code
    };
    assert_eq!(code(&mut caller, &request), 71, "an epoch is used once");
    request.session_id = session ^ 1;
    assert_eq!(code(&mut caller, &request), 70, "a session nobody opened");
}

#[test]
fn a_session_hears_of_every_kind_of_change() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut writer = broker.call();
    let id = writer.create(TOPIC, 40, &[]);
    let mut caller = broker.call();
    let all: Vec<(i32, i64)> = (0..40).map(|partition| (partition, 0)).collect();
    let mut request = fetch::Request {
        max_bytes: 1 << 20,
        session_epoch: 0,
        topics: want(id, &all),
        ..Default::default()
    };
    let (session, shown) = step(&mut caller, &request);
    assert_eq!(shown.len(), 40);
    request.session_id = session;
    request.topics.clear();
    // Data: what was acknowledged before the fetch is in its answer, on whatever shard it lies.
    for round in 0..40 {
        let partition = round * 7 % 40;
        writer.produce((TOPIC, partition), &["d"]);
        request.session_epoch += 1;
        assert_eq!(step(&mut caller, &request).1, [(partition, 1)]);
        request.session_epoch += 1;
        request.topics = want(id, &[(partition, 1)]);
        assert_eq!(step(&mut caller, &request).1, []);
        request.topics.clear();
    }
    // A log that starts elsewhere, while nothing is there to read.
    assert_eq!(writer.delete_records((TOPIC, 5), 1), (0, 1));
    request.session_epoch += 1;
    assert_eq!(step(&mut caller, &request).1, [(5, 0)]);
    // A fetch that waits is woken by a partition that it did not name.
    request.session_epoch += 1;
    (request.max_wait_ms, request.min_bytes) = (LONG_MS, 1);
    let ticket = caller.send(&request, 17);
    thread::sleep(Duration::from_millis(30));
    writer.produce((TOPIC, 39), &["woken"]);
    let answer = caller.receive(ticket);
    let body: fetch::Response<'_> = answer.body();
    let woken = &body.responses[0].partitions;
    assert_eq!((woken.len(), woken[0].partition_index), (1, 39));
    // A topic that is gone, as soon as every shard knows.
    writer.delete(TOPIC);
    until("all partitions are gone", || {
        request.session_epoch += 1;
        let answer = caller.ask(&request, 17);
        let body: fetch::Response<'_> = answer.body();
        let shown = body.responses.iter().flat_map(|topic| &topic.partitions);
        shown.filter(|p| p.error_code == 100).count() == 40
    });
}

#[test]
fn topics_are_found_by_name_and_by_id() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    let id = caller.create(TOPIC, 1, &[]);
    caller.produce((TOPIC, 0), &["found"]);
    for version in 4..=18 {
        let mut request = fetching((TOPIC, 0), 0);
        if version >= 13 {
            request.topics[0].topic = Text::default();
            request.topics[0].topic_id = id;
        }
        let found = fetched(&caller.ask(&request, version));
        assert_eq!(
            (found.error, found.records.len()),
            (0, 1),
            "version {version}"
        );
        match version {
            13.. => request.topics[0].topic_id = Uuid::from_random([7; 16]),
            _ => request.topics[0].topic = Text::from("nobody"),
        }
        let expected = if version >= 13 { 100 } else { 3 };
        assert_eq!(fetched(&caller.ask(&request, version)).error, expected);
    }
}

#[test]
fn offsets_beyond_the_log_and_wrong_epochs_are_refused() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    caller.create(TOPIC, 1, &[]);
    caller.produce((TOPIC, 0), &["one", "two"]);
    let end = caller.fetch((TOPIC, 0), 2);
    assert_eq!((end.error, end.high, end.stable, end.start), (0, 2, 2, 0));
    assert_eq!(caller.fetch((TOPIC, 0), 3).error, 1);
    assert_eq!(caller.fetch((TOPIC, 0), -1).error, 1);
    assert_eq!(caller.fetch((TOPIC, 7), 0).error, 3);
    let mut request = fetching((TOPIC, 0), 0);
    request.topics[0].partitions[0].current_leader_epoch = 5;
    assert_eq!(
        fetched(&caller.ask(&request, BY_NAME)).error,
        75,
        "an unknown epoch"
    );
    request.topics[0].partitions[0].current_leader_epoch = 0;
    request.isolation_level = 1;
    let committed = fetched(&caller.ask(&request, BY_NAME));
    assert_eq!(
        (committed.error, committed.stable, committed.records.len()),
        (0, 2, 2)
    );
    let request = offset_for_leader_epoch::Request {
        topics: vec![offset_for_leader_epoch::OffsetForLeaderTopic {
            topic: Text::from(TOPIC),
            partitions: vec![offset_for_leader_epoch::OffsetForLeaderPartition::default()],
            ..Default::default()
        }],
        ..Default::default()
    };
    let answer = caller.ask(&request, 4);
    let body: offset_for_leader_epoch::Response<'_> = answer.body();
    let found = &body.topics[0].partitions[0];
    assert_eq!(
        (found.error_code, found.leader_epoch, found.end_offset),
        (0, 0, 2)
    );
}
