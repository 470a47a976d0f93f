//! What was written and is not synced yet, where acknowledgements do not wait for the sync.

use std::rc::Rc;
use std::time::Duration;

use super::{Partition, Policy};
use crate::io::{clock, task};
use crate::model::{Instant, Offset};
use crate::shard::Shard;

/// Longer waits than this are none: nobody sees their end.
const FLUSH_MS_MAX: i64 = 1 << 52;

/// Bytes that a power cut would take, and for how long they have been there.
#[derive(Debug, Default)]
pub struct Unsynced {
    records: i64,
    /// Segments that hold some of them, oldest first.
    segments: Vec<Offset>,
    /// When the oldest of them was written.
    since: Option<Instant>,
    /// `flush.ms` is over: the next commit syncs, even with nothing to write.
    due: bool,
    /// A task waits for `flush.ms`.
    timed: bool,
}

impl Unsynced {
    /// Whether a sync is due although nothing may be staged.
    pub fn is_due(&self) -> bool {
        self.due
    }

    /// Counts the records of a commit; says whether it must sync (`flush.messages`).
    pub fn count(&mut self, records: i64, policy: &Policy) -> bool {
        self.records = self.records.saturating_add(records);
        self.due || self.records >= policy.flush_messages
    }

    /// Hands out the segments that are to be synced before those that the commit writes.
    pub fn take_segments(&mut self) -> Vec<Offset> {
        std::mem::take(&mut self.segments)
    }

    /// Everything is synced.
    pub fn clear(&mut self) {
        let timed = self.timed;
        *self = Unsynced::default();
        self.timed = timed;
    }

    /// A commit wrote to these segments without a sync.
    pub fn add(&mut self, segments: impl Iterator<Item = Offset>, now: Instant) {
        self.segments.extend(segments);
        self.segments.dedup();
        self.since.get_or_insert(now);
    }
}

/// Sees to it that what the partition has written is synced within `flush.ms`.
pub(super) fn watch(shard: &Rc<Shard>, partition: &Rc<Partition>) {
    let waits = {
        let mut state = partition.state_mut();
        let begins = state.unsynced.since.is_some() && !state.unsynced.timed;
        let bounded = partition.flush_after().is_some();
        state.unsynced.timed |= begins && bounded;
        begins && bounded
    };
    if waits {
        let (shard, partition) = (shard.clone(), partition.clone());
        task::spawn(async move { wait(&shard, &partition).await }).detach();
    }
}

/// Waits for as long as anything is unsynced; a sync that came by itself starts the wait anew.
async fn wait(shard: &Rc<Shard>, partition: &Rc<Partition>) {
    loop {
        let (since, after) = (partition.state().unsynced.since, partition.flush_after());
        let (Some(since), Some(after)) = (since, after) else {
            partition.state_mut().unsynced.timed = false;
            return;
        };
        let deadline = since.plus(after);
        if clock::now() < deadline {
            clock::sleep_until(deadline).await;
            continue;
        }
        {
            let mut state = partition.state_mut();
            state.unsynced.timed = false;
            state.unsynced.due = true;
        }
        return super::commit::start(shard, partition);
    }
}

impl Partition {
    /// `flush.ms`; `None` when records may stay unsynced for ever.
    fn flush_after(&self) -> Option<Duration> {
        let ms = self.policy().flush_ms;
        (0..=FLUSH_MS_MAX)
            .contains(&ms)
            .then(|| Duration::from_millis(ms.unsigned_abs()))
    }
}
