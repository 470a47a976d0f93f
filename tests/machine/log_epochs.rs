//! Leader epochs: which leader wrote what, and what a diverging reader is told.

use corelane::log::{EpochStart, Epochs};
use corelane::model::{LeaderEpoch, Offset};

fn epochs(entries: &[(i32, i64)]) -> Epochs {
    let entries = entries.iter().map(|&(epoch, start)| EpochStart {
        epoch: LeaderEpoch(epoch),
        start: Offset(start),
    });
    Epochs::from_entries(entries.collect()).expect("both columns grow")
}

fn pairs(epochs: &Epochs) -> Vec<(i32, i64)> {
    epochs
        .entries()
        .iter()
        .map(|e| (e.epoch.0, e.start.0))
        .collect()
}

#[test]
fn later_epochs_are_added_and_repeats_change_nothing() {
    let mut cache = Epochs::default();
    assert!(cache.assign(LeaderEpoch(0), Offset(0)));
    assert!(!cache.assign(LeaderEpoch(0), Offset(5)));
    assert!(cache.assign(LeaderEpoch(2), Offset(10)));
    assert!(!cache.assign(LeaderEpoch::NONE, Offset(20)));
    assert_eq!(pairs(&cache), [(0, 0), (2, 10)]);
    assert_eq!(cache.latest(), Some(LeaderEpoch(2)));
}

#[test]
fn epoch_without_records_is_replaced_by_the_next_at_the_same_offset() {
    let mut cache = epochs(&[(0, 0), (2, 10)]);
    assert!(cache.assign(LeaderEpoch(3), Offset(10)));
    assert_eq!(pairs(&cache), [(0, 0), (3, 10)]);
}

#[test]
fn earlier_start_drops_what_it_contradicts() {
    let mut cache = epochs(&[(0, 0), (2, 10), (4, 20)]);
    assert!(cache.assign(LeaderEpoch(4), Offset(7)));
    assert_eq!(pairs(&cache), [(0, 0), (4, 7)]);
    assert!(cache.assign(LeaderEpoch(1), Offset(5)));
    assert_eq!(pairs(&cache), [(0, 0), (1, 5)]);
}

#[test]
fn end_of_an_epoch_is_the_start_of_the_next() {
    let cache = epochs(&[(1, 5), (2, 10), (5, 30)]);
    let end = Offset(40);
    let ask = |epoch| {
        cache
            .end_offset_for(LeaderEpoch(epoch), end)
            .map(|(e, o)| (e.0, o.0))
    };
    assert_eq!(ask(1), Some((1, 10)));
    assert_eq!(ask(2), Some((2, 30)));
    assert_eq!(ask(4), Some((2, 30)), "the largest known epoch at or below");
    assert_eq!(ask(5), Some((5, 40)), "the current one ends at the log end");
    assert_eq!(
        ask(0),
        Some((0, 5)),
        "before all known: ends where they begin"
    );
    assert_eq!(ask(6), None);
    assert_eq!(ask(-1), None);
    assert_eq!(Epochs::default().end_offset_for(LeaderEpoch(0), end), None);
}

#[test]
fn epoch_of_an_offset() {
    let cache = epochs(&[(1, 5), (2, 10)]);
    let at = |offset| cache.epoch_at(Offset(offset)).map(|epoch| epoch.0);
    assert_eq!(
        [at(4), at(5), at(9), at(10), at(99)],
        [None, Some(1), Some(1), Some(2), Some(2)]
    );
}

#[test]
fn truncation_forgets_leaders_on_either_side() {
    let mut cache = epochs(&[(1, 5), (2, 10), (5, 30)]);
    assert!(!cache.truncate_end(Offset(31)));
    assert!(cache.truncate_end(Offset(30)));
    assert_eq!(pairs(&cache), [(1, 5), (2, 10)]);
    assert!(!cache.truncate_start(Offset(3)));
    assert!(!cache.truncate_start(Offset(5)));
    assert!(cache.truncate_start(Offset(7)));
    assert_eq!(pairs(&cache), [(1, 7), (2, 10)]);
    assert!(cache.truncate_start(Offset(99)));
    assert_eq!(pairs(&cache), [(2, 99)]);
}

#[test]
fn entries_that_do_not_grow_are_refused() {
    let entry = |epoch, start| EpochStart {
        epoch: LeaderEpoch(epoch),
        start: Offset(start),
    };
    for wrong in [
        vec![entry(1, 5), entry(1, 6)],
        vec![entry(1, 5), entry(2, 5)],
        vec![entry(2, 5), entry(1, 6)],
        vec![entry(-1, 5)],
        vec![entry(1, -5)],
    ] {
        assert_eq!(Epochs::from_entries(wrong), None);
    }
}
