//! Memory of the process as a whole.

use super::{World, uring};

/// Gives pages that the allocator holds free back to the system. It keeps them otherwise: what
/// was freed lies scattered between what is in use. Walks the whole heap, on the blocking pool.
pub async fn give_back() {
    if World::current() == World::Uring {
        uring::memory::give_back().await;
    }
}
