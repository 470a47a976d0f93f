//! Page-aligned memory that is filled once, frozen, and shared by counted slices.
//!
//! Page faults, not copies, are the cost of fresh buffers (measured: half the throughput of a
//! shard), so memory goes back to its [`Pool`] when the last slice drops, on whatever thread
//! that happens, and comes out again without being zeroed or faulted in.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;
use std::slice;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

/// Direct I/O moves whole blocks: addresses, positions and lengths are multiples of this.
pub const BLOCK_BYTES: usize = 4096;

/// What the kernel maps at once where it is asked to: memory of this size and more begins on such
/// a boundary. One fault instead of 512, and a drive is told of one stretch instead of 512 pages.
const HUGE_PAGE_BYTES: usize = 2 << 20;

/// Buffers of up to `BLOCK_BYTES << CLASS_MAX` (4 MiB) are kept; larger ones go back to the
/// system.
const CLASS_MAX: usize = 10;

/// Memory that waits to be used again. Clones share it; each shard has one.
#[derive(Clone, Debug)]
pub struct Pool {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    cached_bytes_max: usize,
    cache: Mutex<Cache>,
}

#[derive(Debug, Default)]
struct Cache {
    bytes: usize,
    /// Free blocks by class: class `n` holds blocks of `BLOCK_BYTES << n`.
    free: [Vec<Memory>; CLASS_MAX + 1],
    /// The fewest free blocks there were of each class since the last [`Pool::trim`].
    idle: [usize; CLASS_MAX + 1],
}

impl Pool {
    /// Keeps at most `cached_bytes_max` bytes of unused memory; what exceeds it is freed.
    pub fn new(cached_bytes_max: usize) -> Pool {
        let cache = Mutex::new(Cache::default());
        Pool {
            shared: Arc::new(Shared {
                cached_bytes_max,
                cache,
            }),
        }
    }

    /// Unused memory at hand, in bytes.
    pub fn cached_bytes(&self) -> usize {
        self.cache().bytes
    }

    /// Frees the memory that was never needed since the call before.
    pub fn trim(&self) {
        let mut cache = self.cache();
        for class in 0..=CLASS_MAX {
            let keep = cache.free[class].len() - cache.idle[class];
            cache.free[class].truncate(keep);
            cache.free[class].shrink_to_fit();
            cache.bytes -= cache.idle[class] * (BLOCK_BYTES << class);
            cache.idle[class] = keep;
        }
    }

    fn take(&self, bytes: usize) -> Memory {
        let Some(class) = class_of(bytes) else {
            return Memory::allocate(bytes.next_multiple_of(BLOCK_BYTES));
        };
        let mut cache = self.cache();
        if let Some(memory) = cache.free[class].pop() {
            cache.bytes -= memory.len;
            cache.idle[class] = cache.idle[class].min(cache.free[class].len());
            return memory;
        }
        drop(cache);
        Memory::allocate(BLOCK_BYTES << class)
    }

    fn give_back(&self, memory: Memory) {
        let Some(class) = class_of(memory.len) else {
            return;
        };
        let mut cache = self.cache();
        if cache.bytes + memory.len <= self.shared.cached_bytes_max {
            cache.bytes += memory.len;
            cache.free[class].push(memory);
        }
    }

    /// A thread that panicked while it held the lock left the lists whole: they change by single
    /// pushes and pops.
    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.shared
            .cache
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The class whose blocks hold `bytes`; `None` for sizes that are not kept.
fn class_of(bytes: usize) -> Option<usize> {
    let blocks = bytes.div_ceil(BLOCK_BYTES).max(1).next_power_of_two();
    let class = blocks.trailing_zeros() as usize;
    (class <= CLASS_MAX).then_some(class)
}

/// Owned, block-aligned, initialised memory.
#[derive(Debug)]
struct Memory {
    start: NonNull<u8>,
    len: usize,
}

// SAFETY: a `Memory` is the only owner of its bytes, as a `Box<[u8]>` is.
unsafe impl Send for Memory {}
// SAFETY: shared references to a `Memory` only read.
unsafe impl Sync for Memory {}

impl Memory {
    /// Zeroed once, so that every byte ever handed out is initialised; later users see what
    /// earlier ones left.
    fn allocate(len: usize) -> Memory {
        let layout = Memory::layout(len);
        // SAFETY: `len` is at least one block, so the layout is not of size zero.
        let start = unsafe { alloc(layout) };
        let start = NonNull::new(start).unwrap_or_else(|| handle_alloc_error(layout));
        if layout.align() == HUGE_PAGE_BYTES {
            // SAFETY: the range is the memory just allocated, and the advice changes none of its
            // bytes. Refused, it leaves small pages.
            unsafe { libc::madvise(start.as_ptr().cast(), len, libc::MADV_HUGEPAGE) };
        }
        // SAFETY: all `len` bytes belong to the allocation.
        unsafe { start.write_bytes(0, len) };
        Memory { start, len }
    }

    fn layout(len: usize) -> Layout {
        assert!(len > 0, "memory comes in whole blocks");
        let align = match len >= HUGE_PAGE_BYTES {
            true => HUGE_PAGE_BYTES,
            false => BLOCK_BYTES,
        };
        Layout::from_size_align(len, align).expect("a buffer fits the address space")
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: `start` came from `alloc` with this very layout and is freed only here.
        unsafe { dealloc(self.start.as_ptr(), Memory::layout(self.len)) };
    }
}

impl Deref for Memory {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: `start` points to `len` initialised bytes that `self` owns.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl DerefMut for Memory {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above, and `self` is borrowed exclusively.
        unsafe { slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

/// Exclusive, block-aligned memory being filled. It reads as the bytes filled so far.
#[derive(Debug)]
pub struct Buffer {
    /// Empty only while the buffer is being dropped.
    memory: Option<Memory>,
    len: usize,
    pool: Pool,
}

impl Buffer {
    /// An empty buffer with room for at least `bytes`.
    pub fn with_capacity(pool: &Pool, bytes: usize) -> Buffer {
        Buffer {
            memory: Some(pool.take(bytes)),
            len: 0,
            pool: pool.clone(),
        }
    }

    /// Bytes of room in all, a multiple of [`BLOCK_BYTES`].
    pub fn capacity(&self) -> usize {
        self.memory().len
    }

    /// Bytes of room left.
    pub fn remaining(&self) -> usize {
        self.capacity() - self.len
    }

    /// Appends `bytes`; that there is room is the caller's duty (asserted).
    pub fn extend_from_slice(&mut self, bytes: &[u8]) {
        assert!(bytes.len() <= self.remaining(), "a buffer does not grow");
        self.spare_mut()[..bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    /// The room left. It holds bytes of earlier users, never uninitialised memory.
    pub fn spare_mut(&mut self) -> &mut [u8] {
        let len = self.len;
        &mut self.memory_mut()[len..]
    }

    /// Counts the first `bytes` of [`Buffer::spare_mut`] as filled.
    pub fn advance(&mut self, bytes: usize) {
        assert!(bytes <= self.remaining(), "a buffer does not grow");
        self.len += bytes;
    }

    /// Forgets what lies behind the first `len` bytes.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// Appends zeros until the length is a multiple of `block`, which divides the capacity.
    pub fn pad_to(&mut self, block: usize) {
        let target = self.len.next_multiple_of(block);
        assert!(
            target <= self.capacity(),
            "the block does not divide the capacity"
        );
        let padding = target - self.len;
        self.spare_mut()[..padding].fill(0);
        self.len = target;
    }

    /// The filled bytes, to be shared and sliced. The memory goes back to its pool when the last
    /// slice drops, on any thread.
    pub fn freeze(self) -> Bytes {
        Bytes::from_owner(self)
    }

    fn memory(&self) -> &Memory {
        self.memory.as_ref().expect("a live buffer has memory")
    }

    fn memory_mut(&mut self) -> &mut Memory {
        self.memory.as_mut().expect("a live buffer has memory")
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Some(memory) = self.memory.take() {
            self.pool.give_back(memory);
        }
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.memory()[..self.len]
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        let len = self.len;
        &mut self.memory_mut()[..len]
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_comes_back_from_other_threads_and_is_used_again() {
        let pool = Pool::new(1 << 20);
        let mut buffer = Buffer::with_capacity(&pool, 5000);
        assert_eq!(buffer.capacity(), 2 * BLOCK_BYTES);
        buffer.extend_from_slice(&[7; 5000]);
        buffer.pad_to(BLOCK_BYTES);
        let address = buffer.as_ptr().addr();
        assert!(address.is_multiple_of(BLOCK_BYTES));
        let frozen = buffer.freeze();
        assert_eq!((frozen.len(), frozen[4999], frozen[5000]), (8192, 7, 0));
        let slice = frozen.slice(100..200);
        drop(frozen);
        assert_eq!(pool.cached_bytes(), 0, "a slice still holds it");
        std::thread::spawn(move || drop(slice)).join().unwrap();
        assert_eq!(pool.cached_bytes(), 2 * BLOCK_BYTES);
        let again = Buffer::with_capacity(&pool, 8000);
        assert_eq!((again.as_ptr().addr(), again.len()), (address, 0));
        assert_eq!(pool.cached_bytes(), 0);
    }

    #[test]
    fn a_pool_keeps_no_more_than_its_limit_and_nothing_huge() {
        let pool = Pool::new(3 * BLOCK_BYTES);
        let buffers: Vec<_> = (0..10).map(|_| Buffer::with_capacity(&pool, 1)).collect();
        drop(buffers);
        assert_eq!(pool.cached_bytes(), 3 * BLOCK_BYTES);
        let huge = Buffer::with_capacity(&pool, (4 << 20) + 1);
        assert_eq!(huge.capacity(), (4 << 20) + BLOCK_BYTES);
        drop(huge);
        assert_eq!(pool.cached_bytes(), 3 * BLOCK_BYTES);
    }

    #[test]
    fn trimming_frees_what_was_idle_since_the_last_time() {
        let pool = Pool::new(1 << 20);
        let take = |count| (0..count).map(|_| Buffer::with_capacity(&pool, 1));
        take(4).collect::<Vec<_>>().clear();
        pool.trim();
        assert_eq!(pool.cached_bytes(), 4 * BLOCK_BYTES, "it was just in use");
        take(1).collect::<Vec<_>>().clear();
        pool.trim();
        assert_eq!(pool.cached_bytes(), BLOCK_BYTES);
        pool.trim();
        assert_eq!(pool.cached_bytes(), 0);
    }
}
