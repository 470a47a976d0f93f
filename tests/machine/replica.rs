//! A single leader: its watermark, and which epochs it refuses.

use corelane::model::{LeaderEpoch, Offset};
use corelane::replica::{Leader, Refusal};

#[test]
fn watermark_follows_the_durable_end_and_never_goes_back() {
    let mut leader = Leader::new(LeaderEpoch(3), Offset(10), Offset(4));
    assert_eq!(leader.high(), Offset(10));
    assert_eq!(leader.on_durable(Offset(12)), Some(Offset(12)));
    assert_eq!(leader.on_durable(Offset(12)), None);
    assert_eq!(leader.on_durable(Offset(11)), None);
    assert_eq!(leader.high(), Offset(12));
}

#[test]
fn checkpointed_watermark_past_the_log_is_not_believed() {
    let leader = Leader::new(LeaderEpoch(0), Offset(10), Offset(99));
    assert_eq!(leader.high(), Offset(10));
}

#[test]
fn older_epoch_is_fenced_and_newer_is_unknown() {
    let mut leader = Leader::new(LeaderEpoch(3), Offset(0), Offset(0));
    let current = LeaderEpoch(3);
    assert_eq!(leader.check_epoch(LeaderEpoch::NONE), Ok(()));
    assert_eq!(leader.check_epoch(current), Ok(()));
    let asked = LeaderEpoch(2);
    let fenced = Refusal::FencedEpoch { asked, current };
    assert_eq!(leader.check_epoch(asked), Err(fenced));
    let asked = LeaderEpoch(4);
    let unknown = Refusal::UnknownEpoch { asked, current };
    assert_eq!(leader.check_epoch(asked), Err(unknown));
    leader.on_epoch(LeaderEpoch(4), Offset(7));
    assert_eq!(leader.check_epoch(asked), Ok(()));
    assert_eq!(leader.epoch_start(), Offset(7));
}
