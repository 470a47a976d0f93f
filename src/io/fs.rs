//! Directories and small whole files. Nothing here blocks an executor: the real world runs each
//! call on the blocking pool. Durability is stated per verb; a directory entry (made, renamed or
//! removed) is durable only after [`sync_dir`] on its directory.

use std::io;
use std::panic::Location;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::{World, sim, uring};

/// One directory entry, as [`list`] found it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Entry {
    /// File name without its directory. Names that are not UTF-8 are not listed.
    pub name: String,
    /// Length in bytes; 0 for directories.
    pub len: u64,
    pub is_dir: bool,
}

macro_rules! doors {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $kind:ty),*) -> $result:ty;)*) => {
        $($(#[$doc])*
        pub async fn $name($($arg: $kind),*) -> io::Result<$result> {
            match World::current() {
                World::Uring => uring::fs::$name($($arg),*).await,
                World::Sim => sim::fs::$name($($arg),*).await,
            }
        })*
    };
}

/// Doors that make something durable. The simulated disk is told who asks, so that it can be made
/// to lie to one place in the code ([`sim::Site`]).
macro_rules! durable_doors {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $kind:ty),*);)*) => {
        $($(#[$doc])*
        #[track_caller]
        pub fn $name($($arg: $kind),*) -> impl Future<Output = io::Result<()>> {
            let asker = Location::caller();
            async move {
                match World::current() {
                    World::Uring => uring::fs::$name($($arg),*).await,
                    World::Sim => sim::fs::$name($($arg),*, asker).await,
                }
            }
        })*
    };
}

durable_doors! {
    /// Makes the directory's entries durable.
    sync_dir(path: &Path);
    /// Replaces the file durably, all or nothing: `<path>.tmp` is written, synced and renamed
    /// over it, and the directory synced.
    write_atomic(path: &Path, bytes: Vec<u8>);
    /// Makes the content of a file written with [`write`] durable.
    sync_file(path: &Path);
    /// Makes the content of every file on the volume of `path` durable that was written before
    /// this call, at about the price of one [`sync_file`].
    sync_volume(path: &Path);
}

doors! {
    /// Makes the directory in a parent that must be there; an existing directory is an error.
    create_dir(path: &Path) -> ();
    /// Makes the directory and its missing parents; an existing directory is no error.
    create_dir_all(path: &Path) -> ();
    /// The whole file.
    read(path: &Path) -> Vec<u8>;
    /// The first bytes of the file, at most so many.
    read_start(path: &Path, bytes_max: usize) -> Vec<u8>;
    /// Writes the whole file, cutting an old one; durable only if [`sync_file`] follows.
    write(path: &Path, bytes: Vec<u8>) -> ();
    /// Writes runs of bytes, each at its position, into a file that exists.
    patch(path: &Path, runs: Vec<(u64, Bytes)>) -> ();
    /// Renames a file or directory over what is there.
    rename(from: &Path, to: &Path) -> ();
    /// Removes a file; `NotFound` is an error.
    remove_file(path: &Path) -> ();
    /// Removes a directory and all in it; `NotFound` is an error.
    remove_dir_all(path: &Path) -> ();
    /// The directory's entries in order of name.
    list(path: &Path) -> Vec<Entry>;
    /// Whether anything has this name.
    exists(path: &Path) -> bool;
    /// Bytes that this process may still write on the file system of `path`.
    free_space(path: &Path) -> u64;
    /// Bytes that the file system of `path` has in all.
    total_space(path: &Path) -> u64;
}

/// The name under which [`write_atomic`] prepares the new content of `path`.
pub(in crate::io) fn temporary_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".tmp");
    PathBuf::from(name)
}
