//! A disk that keeps only what it has promised to keep.
//!
//! Every file has two images. Programs read and write the *live* one; the *durable* one is what
//! a power cut leaves. A directory has two lists of names in the same way.
//!
//! ```text
//!  write ----> flying ----> landed ----------> durable
//!          submitted    live changes      fsync of the file returned
//!
//!  create, rename, remove --> pending names --> durable names
//!                                           fsync of the directory returned
//! ```
//!
//! At a power cut every flying or landed change meets the dice: it is kept, lost, or torn sector
//! by sector; a grown length and the bytes that grew it are two changes. Names are kept or lost
//! one by one, in any combination that a strict reading of POSIX allows: a synced file whose
//! name was never synced may be gone. A failed sync loses the changes it covered for good while
//! reads still show them, as Linux does.
//!
//! A sync that is told to lie promises and does nothing. Half of the cuts after it are cruel: they
//! take only what was promised, all or some of it.
//!
//! Deliberately absent: time. Latency and fault injection stand one level up, in `sim::file`.

mod directory;
mod failing;
mod faults;
mod image;
mod inode;
mod names;
mod power;
mod volume;

pub use faults::{Faults, SlowSync};
pub(super) use image::{PAGE_BYTES, SECTOR_BYTES};
pub(super) use volume::{InodeId, Volume};
