//! Whether bytes of a file are in the page cache.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::io::BLOCK_BYTES;

/// The call's number, the same on every architecture that Linux added it to in 6.5.
const SYS_CACHESTAT: libc::c_long = 451;

/// Set when the kernel, or a filter before it, refuses cachestat(2).
static IS_REFUSED: AtomicBool = AtomicBool::new(false);

/// As the kernel defines them (include/uapi/linux/mman.h).
#[repr(C)]
struct CachestatRange {
    off: u64,
    len: u64,
}

#[repr(C)]
#[derive(Default)]
struct Cachestat {
    nr_cache: u64,
    nr_dirty: u64,
    nr_writeback: u64,
    nr_evicted: u64,
    nr_recently_evicted: u64,
}

/// Whether reading `len` bytes at `position` would not wait for the disk. A wrong answer costs
/// time, never bytes.
pub(super) fn is_cached(file: &File, position: u64, len: usize) -> bool {
    let last = position + len.max(1) as u64 - 1;
    if let Some(pages) = cached_pages(file, position, len as u64) {
        let block = BLOCK_BYTES as u64;
        if pages <= last / block - position / block {
            return false;
        }
    }
    // Pages that are read ahead count from the moment when they are asked of the disk, and before
    // Linux 6.5 nothing is counted. First, middle and last byte stand for the whole.
    [position, position + (last - position) / 2, last]
        .iter()
        .all(|at| is_byte_cached(file, *at))
}

/// Whether the kernel tells what is cached; otherwise it is guessed from three bytes.
pub(super) fn is_told(file: &File) -> bool {
    cached_pages(file, 0, 1).is_some()
}

fn cached_pages(file: &File, position: u64, len: u64) -> Option<u64> {
    if IS_REFUSED.load(Ordering::Relaxed) {
        return None;
    }
    let range = CachestatRange { off: position, len };
    let mut stat = Cachestat::default();
    // SAFETY: both structures live through the call and have the kernel's layout; the
    // descriptor is open.
    let result = unsafe { libc::syscall(SYS_CACHESTAT, file.as_raw_fd(), &range, &mut stat, 0u32) };
    if result != 0 {
        let refused = matches!(
            io::Error::last_os_error().raw_os_error(),
            Some(libc::ENOSYS | libc::EPERM)
        );
        IS_REFUSED.store(refused, Ordering::Relaxed);
        return None;
    }
    Some(stat.nr_cache)
}

fn is_byte_cached(file: &File, position: u64) -> bool {
    read(file, position, &mut [0])
}

/// Fills `into` from the page cache, or says that this would wait for the disk.
pub(super) fn read(file: &File, position: u64, into: &mut [u8]) -> bool {
    let slice = libc::iovec {
        iov_base: into.as_mut_ptr().cast(),
        iov_len: into.len(),
    };
    let Ok(position) = i64::try_from(position) else {
        return false;
    };
    // SAFETY: the one slice covers `into`, which is borrowed exclusively and lives through the
    // call; the descriptor is open.
    let result = unsafe { libc::preadv2(file.as_raw_fd(), &slice, 1, position, libc::RWF_NOWAIT) };
    usize::try_from(result) == Ok(into.len())
}
