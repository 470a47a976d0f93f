//! The allocator's free pages.

use super::task::block_on_pool;

pub async fn give_back() {
    // A panic in there is no reason to stop: the memory is kept, as it would be without the call.
    let _ = block_on_pool(trim).await;
}

#[cfg(target_env = "gnu")]
fn trim() {
    // SAFETY: takes no pointers and may be called at any time, on any thread.
    unsafe { libc::malloc_trim(0) };
}

/// Other C libraries give free pages back by themselves.
#[cfg(not(target_env = "gnu"))]
fn trim() {}
