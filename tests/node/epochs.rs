//! Leader epochs: a client that knows an older leader is fenced, one that knows a newer waits.

use corelane::wire::Text;
use corelane::wire::api::{list_offsets, offset_for_leader_epoch};

use crate::broker::Home;
use crate::caller::Caller;
use crate::desk::{BY_NAME, fetched, fetching};

const TOPIC: &str = "epochs";
const FENCED: i16 = 74;
const UNKNOWN: i16 = 75;

fn fetch_error(caller: &mut Caller, epoch: i32) -> i16 {
    let mut request = fetching((TOPIC, 0), 0);
    request.topics[0].partitions[0].current_leader_epoch = epoch;
    fetched(&caller.ask(&request, BY_NAME)).error
}

fn list_error(caller: &mut Caller, epoch: i32) -> i16 {
    let partition = list_offsets::ListOffsetsPartition {
        current_leader_epoch: epoch,
        timestamp: -1,
        ..Default::default()
    };
    let topic = list_offsets::ListOffsetsTopic {
        name: Text::from(TOPIC),
        partitions: vec![partition],
        ..Default::default()
    };
    let request = list_offsets::Request {
        replica_id: -1,
        topics: vec![topic],
        ..Default::default()
    };
    let answer = caller.ask(&request, 5);
    let body: list_offsets::Response<'_> = answer.body();
    body.topics[0].partitions[0].error_code
}

/// Error, and the end of epoch 0.
fn epoch_end(caller: &mut Caller, epoch: i32) -> (i16, i64) {
    let partition = offset_for_leader_epoch::OffsetForLeaderPartition {
        current_leader_epoch: epoch,
        leader_epoch: 0,
        ..Default::default()
    };
    let topic = offset_for_leader_epoch::OffsetForLeaderTopic {
        topic: Text::from(TOPIC),
        partitions: vec![partition],
        ..Default::default()
    };
    let request = offset_for_leader_epoch::Request {
        replica_id: -1,
        topics: vec![topic],
        ..Default::default()
    };
    let answer = caller.ask(&request, 4);
    let body: offset_for_leader_epoch::Response<'_> = answer.body();
    let partition = &body.topics[0].partitions[0];
    (partition.error_code, partition.end_offset)
}

/// A kill makes the node lead under the next epoch when it comes back.
#[test]
fn clients_of_an_older_or_newer_epoch_are_told_so() {
    let home = Home::new();
    let broker = home.start(&[]);
    let mut caller = broker.call();
    caller.create(TOPIC, 1, &[]);
    caller.produce((TOPIC, 0), &["of epoch 0", "the last of it"]);
    assert_eq!(fetch_error(&mut caller, 0), 0);
    assert_eq!(fetch_error(&mut caller, 1), UNKNOWN);
    broker.kill();

    let broker = home.start(&[]);
    let mut caller = broker.call();
    caller.produce((TOPIC, 0), &["of epoch 1"]);
    let expected = [(-1, 0), (0, FENCED), (1, 0), (2, UNKNOWN)];
    for (epoch, error) in expected {
        assert_eq!(
            fetch_error(&mut caller, epoch),
            error,
            "fetch under {epoch}"
        );
        assert_eq!(list_error(&mut caller, epoch), error, "list under {epoch}");
        assert_eq!(epoch_end(&mut caller, epoch).0, error, "end under {epoch}");
    }
    assert_eq!(epoch_end(&mut caller, 1), (0, 2), "where epoch 0 ended");
}
