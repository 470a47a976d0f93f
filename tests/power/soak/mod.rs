//! Time as a harm: a broker under load for long, on a disk that stays more than four fifths full
//! because retention takes away what comes.
//!
//! ```text
//! fill      as fast as possible, until retention holds the fill where it shall be     (story)
//! limit     the highest rate at which requests do not pile up, with all of this going on:
//! windows   six of equal length, at 80 % of that rate; each has its own percentiles
//! beside    a topic that is compacted, one that is verified, readers of the end (beside)
//! watched   memory of the process and fill of the disk, each second                    (gauge)
//! judged    the last window by the first, the last third of memory by the middle one   (verdict)
//! ```
//!
//! Deliberately absent: cuts, kills and full disks, which have stories of their own.

mod beside;
mod gauge;
mod story;
mod verdict;

pub use story::tell;
