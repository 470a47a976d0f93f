use crate::model::{LeaderEpoch, Offset};

/// Which leader wrote which part of the log (KIP-101, `LeaderEpochFileCache`). Both columns grow
/// from entry to entry; an entry ends where the next begins, the last at the log end.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Epochs {
    entries: Vec<EpochStart>,
}

/// The first offset of one leader's part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EpochStart {
    pub epoch: LeaderEpoch,
    pub start: Offset,
}

impl Epochs {
    /// Entries as a checkpoint holds them; `None` unless both columns grow.
    pub fn from_entries(entries: Vec<EpochStart>) -> Option<Epochs> {
        let grows =
            |pair: &[EpochStart]| pair[0].epoch < pair[1].epoch && pair[0].start < pair[1].start;
        let legal = entries.windows(2).all(grows)
            && entries
                .iter()
                .all(|e| e.epoch >= LeaderEpoch::ZERO && e.start >= Offset::ZERO);
        legal.then_some(Epochs { entries })
    }

    pub fn entries(&self) -> &[EpochStart] {
        &self.entries
    }

    pub fn latest(&self) -> Option<LeaderEpoch> {
        self.entries.last().map(|entry| entry.epoch)
    }

    /// Notes that `epoch` begins at `start`, and drops entries that this contradicts: those of the
    /// same or a later epoch, and those that begin at or after `start`. Says whether anything
    /// changed, so that the checkpoint is to be written.
    pub fn assign(&mut self, epoch: LeaderEpoch, start: Offset) -> bool {
        if epoch < LeaderEpoch::ZERO {
            return false;
        }
        let needed = self
            .entries
            .last()
            .is_none_or(|last| epoch > last.epoch || start < last.start);
        if needed {
            self.entries
                .retain(|entry| entry.epoch < epoch && entry.start < start);
            self.entries.push(EpochStart { epoch, start });
        }
        needed
    }

    /// OffsetForLeaderEpoch: the largest known epoch at or below `asked`, and where it ends. `end`
    /// is the log end. `None` when the asked epoch is later than any known.
    pub fn end_offset_for(&self, asked: LeaderEpoch, end: Offset) -> Option<(LeaderEpoch, Offset)> {
        if asked < LeaderEpoch::ZERO {
            return None;
        }
        if self.latest() == Some(asked) {
            return Some((asked, end));
        }
        let higher = self.entries.partition_point(|entry| entry.epoch <= asked);
        let next = self.entries.get(higher)?;
        let floor = higher.checked_sub(1).map(|below| self.entries[below].epoch);
        Some((floor.unwrap_or(asked), next.start))
    }

    /// The epoch that wrote `offset`; `None` when it lies before every known start.
    pub fn epoch_at(&self, offset: Offset) -> Option<LeaderEpoch> {
        let after = self.entries.partition_point(|entry| entry.start <= offset);
        after.checked_sub(1).map(|at| self.entries[at].epoch)
    }

    /// The log was cut at `end`: forgets leaders that began at or after it.
    pub fn truncate_end(&mut self, end: Offset) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.start < end);
        self.entries.len() != before
    }

    /// The log now begins at `start`: forgets leaders that ended there, and moves the one that
    /// wrote `start` up to it.
    pub fn truncate_start(&mut self, start: Offset) -> bool {
        let after = self.entries.partition_point(|entry| entry.start <= start);
        let Some(last) = after.checked_sub(1) else {
            return false;
        };
        if last == 0 && self.entries[0].start == start {
            return false;
        }
        self.entries.drain(..last);
        self.entries[0].start = start;
        true
    }
}
