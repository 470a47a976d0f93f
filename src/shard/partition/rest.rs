//! What a partition gives back when nobody writes to it any more.

use super::Partition;

/// How long ago a partition was written to, in rounds of the janitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Since the last round.
    Busy,
    /// In the round before.
    Idle,
    /// It has given back what only a busy partition needs.
    Resting,
}

impl Partition {
    /// One round of the janitor has passed. A partition that was not written to for a whole round
    /// lets go of its newest bytes, which readers find in the files, and of spare memory and open
    /// files. Says whether that happened now.
    pub(in crate::shard) fn rest(&self) -> bool {
        match self.pace.get() {
            Pace::Busy => self.pace.set(Pace::Idle),
            Pace::Idle if self.is_quiet() => {
                self.pace.set(Pace::Resting);
                self.state_mut().shrink();
                self.files.close_all();
                return true;
            }
            Pace::Idle | Pace::Resting => {}
        }
        false
    }

    /// Removes the file that was made ahead for a roll which is far now.
    pub(in crate::shard) async fn discard_next_file(&self) {
        if let Err(error) = self.files.discard_prepared().await {
            // Recovery and the next attempt both find it.
            tracing::debug!(partition = %self.name, %error, "a prepared file stays");
        }
    }

    /// Whether memory holds the newest bytes of the log.
    pub(in crate::shard) fn has_tail(&self) -> bool {
        self.state().tail.begin().is_some()
    }
}
