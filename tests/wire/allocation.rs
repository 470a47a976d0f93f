//! Counts what each thread allocates, so that a test can hold a decoder to its promise.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static ALLOCATED: Cell<usize> = const { Cell::new(0) };
}

pub struct Counting;

// SAFETY: every call goes to the system allocator unchanged; counting touches a thread-local
// number that needs no allocation and no destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        unsafe { System.realloc(memory, layout, size) }
    }
}

fn count(bytes: usize) {
    // A thread that is ending has no counter any more, and no test to report to.
    let _ = ALLOCATED.try_with(|allocated| allocated.set(allocated.get() + bytes));
}

/// Bytes that this thread allocates while `work` runs, freed again or not.
pub fn during<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = ALLOCATED.get();
    let result = work();
    (result, ALLOCATED.get() - before)
}

/// The most that decoding `len` bytes may allocate. Arrays are bounded by the bytes that are
/// left, so memory grows with the input by at most the widest struct over its shortest encoding.
pub fn allowance(len: usize) -> usize {
    256 + 64 * len
}

#[test]
fn the_counter_counts() {
    let (held, allocated) = during(|| vec![0u8; 1000]);
    assert_eq!(held.len(), 1000);
    assert_eq!(allocated, 1000);
}
