//! Limits of the process.

use std::io;

/// What every system allows, for one that does not tell.
const DESCRIPTORS_LEAST: u64 = 256;

pub fn descriptors_max() -> u64 {
    limit(libc::RLIMIT_NOFILE).map_or(DESCRIPTORS_LEAST, |limit| limit.rlim_cur)
}

pub fn is_out_of_descriptors(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE))
}

/// Lifts the soft limits to what the hard ones allow: all descriptors there are, and at least
/// `memory_lock` bytes of locked memory. What is refused shows where it is needed.
pub(super) fn raise_limits(memory_lock: u64) {
    raise(libc::RLIMIT_NOFILE, u64::MAX);
    raise(libc::RLIMIT_MEMLOCK, memory_lock);
}

fn raise(resource: libc::__rlimit_resource_t, wanted: u64) {
    let Some(mut limit) = limit(resource) else {
        return;
    };
    if limit.rlim_cur < wanted.min(limit.rlim_max) {
        limit.rlim_cur = wanted.min(limit.rlim_max);
        // SAFETY: `limit` is a live structure that the call only reads.
        unsafe { libc::setrlimit(resource, &limit) };
    }
}

fn limit(resource: libc::__rlimit_resource_t) -> Option<libc::rlimit> {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: `limit` is a live structure that the call fills.
    let read = unsafe { libc::getrlimit(resource, &mut limit) } == 0;
    read.then_some(limit)
}
