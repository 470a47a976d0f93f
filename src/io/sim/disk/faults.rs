use std::time::Duration;

use crate::io::sim::Site;

/// What goes wrong on one node's disk, and when. All off by default; may be changed at any time.
/// Countdowns count down from here: 1 means the next one; they fire once.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// The N-th sync (of a file or directory) from now fails with EIO, and what it covered will
    /// never become durable.
    pub fail_sync_in: Option<u64>,
    /// The N-th write from now fails with EIO; some of its sectors may have been written.
    pub fail_write_in: Option<u64>,
    /// The N-th read from now fails with EIO.
    pub fail_read_in: Option<u64>,
    /// The power goes while the N-th disk operation from now is under way; forgotten when it goes
    /// for another reason.
    pub cut_power_in: Option<u64>,
    /// Bytes that fit on the disk; writes behind that fail with ENOSPC.
    pub capacity: Option<u64>,
    /// Nothing can be done any more with this directory and what is in it: EIO.
    pub broken: Option<&'static str>,
    pub slow_sync: Option<SlowSync>,
    /// The lie: syncs succeed and make nothing durable.
    pub syncs_disabled: bool,
    /// The same lie, told to one place in the code.
    pub lie_to: Option<Site>,
    /// The next sync that this place in the code asks for fails.
    pub fail_at: Option<Site>,
    /// Once a place was lied to, the power goes in so many disk operations.
    pub cut_after_lie: Option<u64>,
}

/// Now and then a sync that takes long.
#[derive(Clone, Copy, Debug)]
pub struct SlowSync {
    pub percent: u8,
    pub delay: Duration,
}

/// Counts an event; true when it is the one the countdown meant.
pub(super) fn strikes(countdown: &mut Option<u64>) -> bool {
    match countdown {
        None => false,
        Some(left) if *left > 1 => {
            *left -= 1;
            false
        }
        Some(_) => {
            *countdown = None;
            true
        }
    }
}
