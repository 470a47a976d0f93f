use std::cell::{Cell, Ref, RefCell, RefMut};
use std::rc::Rc;
use std::sync::Arc;

use futures_util::lock::Mutex;

use super::appender::Appender;
use super::cleaning::Cleaning;
use super::commit::{Commit, Kept, fresh_bytes};
use super::fault::Fault;
use super::files::SegmentFiles;
use super::policy::Policy;
use super::rest::Pace;
use super::rot::Rot;
use super::tail::Tail;
use super::unclosed::Unclosed;
use super::unsettled::{Settled, Unsettled};
use super::unsynced::Unsynced;
use crate::io::mesh;
use crate::log::{Log, Rolled};
use crate::model::{Instant, LeaderEpoch, Offset, PartitionId, TopicPartition, Watermarks};
use crate::replica::Leader;
use crate::shard::budget::Budget;
use crate::shard::checkpoint::Marks;
use crate::shard::loaded_indexes::LoadedIndexes;
use crate::shard::log_dirs::LogDir;
use crate::shard::waiters::{AckQueue, ProgressWaiters};

/// A partition that this shard serves. All of it stays on the shard's core.
pub struct Partition {
    pub id: PartitionId,
    pub name: TopicPartition,
    /// The log directory in which it lies.
    pub dir: Arc<LogDir>,
    pub(super) files: SegmentFiles,
    pub(super) indexes: Rc<LoadedIndexes>,
    policy: RefCell<Rc<Policy>>,
    state: RefCell<State>,
    disk_full: Cell<bool>,
    /// Its directory was looked at because of it.
    pub(super) suspected: Cell<bool>,
    /// One turn at a time: batches whose check takes long are staged in the order of requests.
    pub(in crate::shard) turns: Budget,
    pub(super) pace: Cell<Pace>,
    /// Works of the background on segments that close, and on the one to come.
    pub(super) closing: Cell<usize>,
    pub(super) cleaning: Cleaning,
    pub(super) rot: Rot,
    /// A task was started that will settle this partition.
    pub(super) settle_due: Cell<bool>,
    /// One task at a time writes to the segment files.
    pub(super) settling: Mutex<()>,
}

/// What changes with every batch.
pub(super) struct State {
    pub log: Log,
    pub leader: Leader,
    pub appender: Appender,
    pub tail: Tail,
    pub acks: AckQueue,
    pub progress: ProgressWaiters,
    /// Segments that closed and whose last bytes may still be on their way to the file.
    pub rolled: Vec<Rolled>,
    /// Those whose files are being closed.
    pub unclosed: Unclosed,
    pub unsynced: Unsynced,
    /// What the journal holds and the segment files do not.
    pub unsettled: Unsettled,
    /// How far the segment files hold what is durable.
    pub settled: Settled,
    committing: bool,
    fault: Option<Fault>,
    /// Everything below is in closed, complete files: recovery need not look at it.
    pub recovery_point: Offset,
    /// Something changed that the next clean stop must write down.
    pub dirty: bool,
}

/// What a partition starts from: made empty, or by recovery.
pub struct Start {
    pub dir: Arc<LogDir>,
    pub log: Log,
    pub leader: Leader,
    /// Bytes of the last, open block of the active segment.
    pub open_block: Vec<u8>,
    pub recovery_point: Offset,
    pub dirty: bool,
    /// Up to where it was compacted.
    pub cleaned: Option<Offset>,
    pub indexes: Rc<LoadedIndexes>,
}

impl Partition {
    pub(super) fn new(
        id: PartitionId,
        name: TopicPartition,
        files: SegmentFiles,
        policy: Rc<Policy>,
        start: Start,
    ) -> Partition {
        let active = start.log.active();
        let position = u64::from(active.bytes());
        let appender = Appender::new(active.base(), position, &start.open_block);
        let settled = Settled {
            end: active.end(),
            segment: active.base(),
            position,
        };
        let state = State {
            log: start.log,
            leader: start.leader,
            appender,
            tail: Tail::default(),
            acks: AckQueue::default(),
            progress: ProgressWaiters::default(),
            rolled: Vec::new(),
            unclosed: Unclosed::default(),
            unsynced: Unsynced::default(),
            unsettled: Unsettled::default(),
            settled,
            committing: false,
            fault: None,
            recovery_point: start.recovery_point,
            dirty: start.dirty,
        };
        Partition {
            id,
            name,
            dir: start.dir,
            files,
            indexes: start.indexes,
            policy: RefCell::new(policy),
            state: RefCell::new(state),
            disk_full: Cell::new(false),
            suspected: Cell::new(false),
            turns: Budget::new(1),
            pace: Cell::new(Pace::Idle),
            closing: Cell::new(0),
            cleaning: Cleaning::new(start.cleaned),
            rot: Rot::default(),
            settle_due: Cell::new(false),
            settling: Mutex::new(()),
        }
    }

    pub(super) fn state(&self) -> Ref<'_, State> {
        self.state.borrow()
    }

    pub(super) fn state_mut(&self) -> RefMut<'_, State> {
        self.state.borrow_mut()
    }

    pub fn policy(&self) -> Rc<Policy> {
        self.policy.borrow().clone()
    }

    /// New settings hold from the next batch on.
    pub fn set_policy(&self, policy: Rc<Policy>) {
        self.state_mut().log.set_policy(policy.log);
        *self.policy.borrow_mut() = policy;
    }

    /// Reads may go up to here; the partition's log starts there.
    pub fn watermarks(&self) -> Watermarks {
        let state = self.state();
        state.log.watermarks(state.leader.high())
    }

    /// The latched fault, if there is one.
    pub fn fault(&self) -> Option<Fault> {
        self.state().fault.clone()
    }

    pub fn is_disk_full(&self) -> bool {
        self.disk_full.get()
    }

    pub(super) fn set_disk_full(&self, full: bool) {
        if self.disk_full.replace(full) != full {
            if full {
                tracing::error!(
                    partition = %self.name,
                    "no space left on the device: produce is refused until there is some"
                );
            } else {
                tracing::info!(partition = %self.name, "the device has space again");
            }
        }
    }

    /// Ends service for good: whoever waits is told, and every later request is refused. Nothing is
    /// settled any more: the journal holds it for the next start.
    pub(in crate::shard) fn fence(&self, fault: Fault) {
        let mut state = self.state_mut();
        state.unsettled = Unsettled::default();
        state.fault.get_or_insert(fault);
        state.acks.cancel();
        state.progress.release_all();
    }

    /// Sends `token` once something beyond `seen` may be read, or the partition changed state.
    pub fn watch(&self, seen: Offset, token: u32, changed: mesh::Sender<u32>) {
        let mut state = self.state_mut();
        state.progress.watch(seen, token, changed);
        if state.fault.is_some() {
            state.progress.release_all();
        } else {
            let high = state.leader.high();
            state.progress.release(high);
        }
    }

    /// Lets every waiting reader look again.
    pub(in crate::shard) fn wake_readers(&self) {
        self.state_mut().progress.release_all();
    }

    /// Claims the right to commit, if something is staged and nobody has it.
    pub(super) fn begin_committing(&self) -> bool {
        let mut state = self.state_mut();
        let begins = !state.committing && state.has_work() && state.fault.is_none();
        state.committing |= begins;
        begins
    }

    /// Takes all that is staged; gives the right to commit back when that is nothing.
    pub(super) fn take_commit(&self) -> Option<Commit> {
        let policy = self.policy();
        let mut state = self.state_mut();
        if !state.has_work() {
            state.committing = false;
            return None;
        }
        let (start, end) = (state.log.written_end(), state.log.staged_end());
        let records = end.minus(start);
        // A segment that closes is synced before the next one: what survives has no gaps.
        let sync = state.unsynced.count(records, &policy) || !state.rolled.is_empty();
        Some(Commit {
            writes: state.appender.seal(),
            start,
            end,
            sync,
            unsynced: match sync {
                true => state.unsynced.take_segments(),
                false => Vec::new(),
            },
        })
    }

    /// What a commit holds is on the disk: moves the watermark and lets everybody know. Returns the
    /// memory that each piece handed to the tail pins.
    pub(super) fn finish_commit(&self, commit: Commit, kept: Kept, now: Instant) -> Vec<usize> {
        self.pace.set(Pace::Busy);
        let mut state = self.state_mut();
        state.dirty = true;
        if commit.sync {
            state.unsynced.clear();
            state.log.on_durable(commit.end);
        } else {
            let segments = commit.writes.iter().map(|write| write.segment);
            state.unsynced.add(segments, now);
            state.log.on_written(commit.end);
        }
        let mut pinned = Vec::with_capacity(commit.writes.len());
        for write in &commit.writes {
            let (fresh, held) = write.fresh_bytes();
            let position = write.fresh_position();
            if let Kept::InJournal(..) = kept {
                state.unsettled.push(write, fresh.clone());
            }
            state.tail.push(write.segment, position, fresh);
            pinned.push(held);
        }
        match (kept, commit.writes.last()) {
            (Kept::InJournal(..), _) if state.fault.is_some() => {
                state.unsettled = Unsettled::default();
            }
            (Kept::InJournal(permit, _hold), _) => {
                state.unsettled.keep(permit, commit.end, now);
            }
            (Kept::InFile, Some(last)) => {
                assert!(
                    state.unsettled.is_empty(),
                    "what was before it is in the file"
                );
                state.settled = Settled::behind(last, commit.end);
            }
            (Kept::InFile, None) => {}
        }
        self.publish(&mut state, commit.end);
        pinned
    }

    /// Moves the high watermark to `end`.
    fn publish(&self, state: &mut State, end: Offset) {
        if state.leader.on_durable(end).is_some() {
            let high = state.leader.high();
            state.log.on_committed(high);
            state.acks.release(high);
            state.progress.release(high);
        }
    }

    /// Lets the oldest piece of the tail go, if the files hold it. Says whether they do.
    pub(in crate::shard) fn evict_tail(&self) -> bool {
        let mut state = self.state_mut();
        let settled = (state.settled.segment, state.settled.position);
        let may_go = state.tail.front_end().is_none_or(|end| end <= settled);
        if may_go {
            state.tail.evict();
        }
        may_go
    }

    /// Whether nothing is staged or under way to the disk.
    pub fn is_quiet(&self) -> bool {
        self.is_durable()
            && self.state().unsettled.is_empty()
            && self.settling.try_lock().is_some()
            && self.closing.get() == 0
    }

    /// Whether nothing is staged that is not durable.
    pub fn is_durable(&self) -> bool {
        let state = self.state();
        !state.committing && state.appender.is_empty()
    }

    /// Ends a commit that failed: nothing of what is staged will be written any more. Gives the
    /// bytes of it.
    pub(super) fn abandon_staged(&self) -> usize {
        let mut state = self.state_mut();
        state.committing = false;
        fresh_bytes(&state.appender.seal())
    }

    /// Leads on under a later epoch.
    pub(in crate::shard) fn lead_on(&self, epoch: LeaderEpoch) {
        let mut state = self.state_mut();
        let end = state.log.staged_end();
        state.leader.on_epoch(epoch, end);
        state.log.assign_epoch(epoch);
        state.dirty = true;
        // Readers learn that the epoch they believe in is over.
        state.progress.release_all();
    }

    /// Leads under the epoch after the last one that the log has seen.
    pub(in crate::shard) fn lead_next_epoch(&self) {
        let latest = self.state().log.epochs().latest();
        self.lead_on(LeaderEpoch(latest.map_or(0, |epoch| epoch.0 + 1)));
    }

    /// What the checkpoint files say of this partition.
    pub fn marks(&self) -> Marks {
        let state = self.state();
        Marks {
            recovery_point: state.recovery_point,
            high: state.durable_high(),
            log_start: state.log.log_start(),
            cleaned: self.cleaned(),
        }
    }

    /// Bytes of all segments, those still on their way to the files included.
    pub fn size(&self) -> u64 {
        self.state().log.size()
    }
}

impl State {
    /// Whether there is something for a commit to do.
    fn has_work(&self) -> bool {
        !self.appender.is_empty() || self.unsynced.is_due()
    }

    /// The high watermark, as far as a power cut cannot take it back.
    fn durable_high(&self) -> Offset {
        match self.dirty {
            true => self.leader.high().min(self.log.durable_end()),
            // A clean stop synced all.
            false => self.leader.high(),
        }
    }

    /// Gives back what only a busy partition needs. Nothing may be staged or waiting for an ack.
    pub(super) fn shrink(&mut self) {
        self.tail = Tail::default();
        self.appender.shrink();
        self.acks.shrink();
        self.progress.shrink();
        self.rolled.shrink_to_fit();
        self.log.shrink();
    }
}
