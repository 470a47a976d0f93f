use crate::model::{LeaderEpoch, Offset};

/// What the leader of a partition knows: under which epoch it leads, how far its own log is safe,
/// and how far the partition is committed.
///
/// With one replica the watermark is the end of what this replica counts as safe. The issue that
/// brings followers adds their positions here; the watermark then waits for the in-sync set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Leader {
    epoch: LeaderEpoch,
    /// Log end when this leader began.
    epoch_start: Offset,
    safe_end: Offset,
    high: Offset,
}

/// Why a request is not for this leader. Both are retriable: the client refreshes its metadata.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// FENCED_LEADER_EPOCH: the client knows only an older leader.
    #[error("leader epoch {asked} is older than the current epoch {current}")]
    FencedEpoch {
        asked: LeaderEpoch,
        current: LeaderEpoch,
    },
    /// UNKNOWN_LEADER_EPOCH: the client has heard of a leader that this broker has not.
    #[error("leader epoch {asked} is newer than the current epoch {current}")]
    UnknownEpoch {
        asked: LeaderEpoch,
        current: LeaderEpoch,
    },
}

impl Leader {
    /// Leads under `epoch` a log whose synced end is `durable_end`, committed up to `high`: the
    /// checkpointed watermark, at most the log end.
    pub fn new(epoch: LeaderEpoch, durable_end: Offset, high: Offset) -> Leader {
        let mut leader = Leader {
            epoch,
            epoch_start: durable_end,
            safe_end: durable_end,
            high: high.min(durable_end),
        };
        leader.advance();
        leader
    }

    pub fn epoch(&self) -> LeaderEpoch {
        self.epoch
    }

    /// The offset from which on this leader writes.
    pub fn epoch_start(&self) -> Offset {
        self.epoch_start
    }

    /// The high watermark: everything below it is committed.
    pub fn high(&self) -> Offset {
        self.high
    }

    /// The leader's own log is safe up to `end`: synced where acks wait for syncs
    /// (`flush.messages` = 1), written where they do not. Gives the watermark if it moved.
    pub fn on_durable(&mut self, end: Offset) -> Option<Offset> {
        self.safe_end = self.safe_end.max(end);
        self.advance()
    }

    /// Leads on under a later epoch, from `log_end` on.
    pub fn on_epoch(&mut self, epoch: LeaderEpoch, log_end: Offset) {
        assert!(
            epoch >= self.epoch,
            "leader epoch {epoch} after {}",
            self.epoch
        );
        if epoch > self.epoch {
            self.epoch = epoch;
            self.epoch_start = log_end;
        }
    }

    /// Judges the leader epoch that a request carries; [`LeaderEpoch::NONE`] is not judged
    /// (`Partition.checkCurrentLeaderEpoch`, KIP-320).
    pub fn check_epoch(&self, asked: LeaderEpoch) -> Result<(), Refusal> {
        let current = self.epoch;
        if asked < LeaderEpoch::ZERO || asked == current {
            Ok(())
        } else if asked < current {
            Err(Refusal::FencedEpoch { asked, current })
        } else {
            Err(Refusal::UnknownEpoch { asked, current })
        }
    }

    fn advance(&mut self) -> Option<Offset> {
        let moved = self.safe_end > self.high;
        self.high = self.high.max(self.safe_end);
        moved.then_some(self.high)
    }
}
