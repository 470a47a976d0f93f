//! Space on the file system of a log directory that is kept free ahead of time, so that a full disk
//! breaks nothing.
//!
//! ```text
//! free:   0 ........ reserve ........ 2 x reserve ........ all
//!           scarce             tight               ample
//! ```
//!
//! *Scarce*: clients' batches are refused with a retriable error. What is acknowledged already,
//! the metadata log, checkpoints, deletions and a clean stop go on in the reserve, and nothing has
//! to be told when there is space again. *Tight*: nothing is allocated ahead of need any more, and
//! every file has its blocks before the journal takes what belongs there. *Ample*: as fast as can
//! be.
//!
//! The reserve is a measure and not a file that is let go of when the disk is full: it needs
//! nothing made at the start, nothing put back afterwards, and holds against other programs too.
//! Those may still fill the disk to its last block. Then writes wait for space (`commit::insist`).

use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::Shard;
use super::log_dirs::LogDir;
use crate::io::{clock, fs};
use crate::model::Instant;

/// Kept free, bytes, at most.
const RESERVE_BYTES_MAX: u64 = 64 << 20;

/// Of a small file system one part in so many is kept free.
const RESERVE_PART: u64 = 20;

/// No drive takes more, bytes per second. It says how long a measure holds.
const WRITTEN_PER_SECOND_MAX: u64 = 8 << 30;

/// Between two measures, at least and at most: with plenty of space an idle broker is to sleep.
const PAUSES: (Duration, Duration) = (Duration::from_millis(5), Duration::from_secs(1));

/// The same while batches are refused: whoever makes space is not to wait for it.
const SCARCE_PAUSE: Duration = Duration::from_millis(200);

/// A disk whose space comes and goes is spoken of this often.
const SAY_EVERY: Duration = Duration::from_secs(10);

/// What was measured last. All shards read it.
#[derive(Debug)]
pub struct Space {
    /// Bytes that appends may take.
    left: AtomicU64,
    reserve: AtomicU64,
    scarce: AtomicBool,
}

impl Space {
    /// Of which nothing is known yet.
    pub fn unknown() -> Space {
        Space {
            left: AtomicU64::new(u64::MAX),
            reserve: AtomicU64::new(0),
            scarce: AtomicBool::new(false),
        }
    }

    /// Whether batches are refused.
    pub fn is_scarce(&self) -> bool {
        self.scarce.load(Ordering::Relaxed)
    }

    /// Whether files must have their blocks before anything is written to them.
    pub fn is_tight(&self) -> bool {
        self.left.load(Ordering::Relaxed) < self.reserve()
    }

    fn reserve(&self) -> u64 {
        self.reserve.load(Ordering::Relaxed)
    }

    /// Takes space for what is only made ahead of need; says whether there is so much.
    pub fn claim(&self, bytes: u64) -> bool {
        let reserve = self.reserve();
        let take = |left: u64| (bytes <= left / 4 && left >= reserve).then(|| left - bytes);
        let (to, from) = (Ordering::Relaxed, Ordering::Relaxed);
        self.left.fetch_update(to, from, take).is_ok()
    }

    /// So much is free of so much in all.
    fn measured(&self, free: u64, total: u64) {
        let reserve = (total / RESERVE_PART).min(RESERVE_BYTES_MAX);
        let left = free.saturating_sub(reserve);
        self.reserve.store(reserve, Ordering::Relaxed);
        self.left.store(left, Ordering::Relaxed);
        let was = self.is_scarce();
        // A little more is needed to go on than to stop, so that not every batch changes it.
        let is = if was { left < reserve / 4 } else { left == 0 };
        self.scarce.store(is, Ordering::Relaxed);
    }

    /// As long as this the last measure holds: what is left cannot be written meanwhile.
    fn pause(&self) -> Duration {
        if self.is_scarce() {
            return SCARCE_PAUSE;
        }
        let left = self.left.load(Ordering::Relaxed);
        let holds = Duration::from_millis(left.saturating_mul(1_000) / WRITTEN_PER_SECOND_MAX);
        holds.clamp(PAUSES.0, PAUSES.1)
    }
}

/// Measures the space of all log directories until the task is cancelled; on one shard.
pub async fn watch(shard: Rc<Shard>) {
    let dirs = shard.dirs.all();
    let mut said = vec![Said::default(); dirs.len()];
    loop {
        for (dir, said) in dirs.iter().zip(&mut said) {
            measure(dir, said).await;
        }
        let pauses = dirs.iter().map(|dir| dir.space.pause());
        clock::sleep(pauses.min().unwrap_or(PAUSES.1)).await;
    }
}

/// What an operator was told of one directory.
#[derive(Clone, Copy, Default)]
struct Said {
    at: Option<Instant>,
    scarce: bool,
}

async fn measure(dir: &LogDir, said: &mut Said) {
    if !dir.is_online() {
        return;
    }
    // A directory that does not answer is found out by those who use it.
    let (Ok(free), Ok(total)) = (
        fs::free_space(&dir.path).await,
        fs::total_space(&dir.path).await,
    ) else {
        return;
    };
    dir.space.measured(free, total);
    let (scarce, now) = (dir.space.is_scarce(), clock::now());
    let is_due = said.at.is_none_or(|at| now.since(at) >= SAY_EVERY);
    if said.scarce == scarce || !is_due {
        return;
    }
    *said = Said {
        at: Some(now),
        scarce,
    };
    let directory = dir.path.display();
    if scarce {
        tracing::error!(
            %directory, free_bytes = free, reserve_bytes = dir.space.reserve(),
            "the disk is full: produce is refused until there is space; delete topics or records, \
             lower retention.ms or retention.bytes, or enlarge the disk"
        );
    } else {
        tracing::info!(%directory, free_bytes = free, "the disk has space again");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn batches_are_refused_within_the_reserve_and_taken_again_a_little_above_it() {
        let space = Space::unknown();
        space.measured(65 * MIB, 4_000 * MIB);
        assert!(!space.is_scarce() && space.is_tight());
        space.measured(64 * MIB, 4_000 * MIB);
        assert!(space.is_scarce());
        space.measured(79 * MIB, 4_000 * MIB);
        assert!(space.is_scarce(), "not yet");
        space.measured(80 * MIB, 4_000 * MIB);
        assert!(!space.is_scarce());
    }

    #[test]
    fn a_small_disk_keeps_a_twentieth() {
        let space = Space::unknown();
        space.measured(5 * MIB, 100 * MIB);
        assert!(space.is_scarce());
        space.measured(10 * MIB, 100 * MIB);
        assert!(!space.is_scarce() && !space.is_tight());
    }

    #[test]
    fn what_is_made_ahead_of_need_takes_a_quarter_at_most_and_nothing_where_space_is_tight() {
        let space = Space::unknown();
        space.measured(464 * MIB, 4_000 * MIB);
        assert!(!space.claim(101 * MIB));
        assert!(space.claim(100 * MIB) && !space.claim(100 * MIB));
        space.measured(127 * MIB, 4_000 * MIB);
        assert!(!space.claim(1));
    }

    #[test]
    fn near_the_end_the_space_is_measured_more_often() {
        let space = Space::unknown();
        space.measured(1 << 40, 1 << 41);
        assert_eq!(space.pause(), PAUSES.1);
        space.measured(65 * MIB, 4_000 * MIB);
        assert_eq!(space.pause(), PAUSES.0);
    }
}
