//! How much memory is held: an allocator that counts what Rust code asks for (not what C libraries do).
//!
//! Two bounds are kept: what an input costs at its height is at most a multiple of its length, and what a decoder
//! keeps of a conversation that never ends is at most a constant.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static HEAP: Counting = Counting;

fn grows(by: usize) {
    let live = LIVE.fetch_add(by, Relaxed) + by;
    PEAK.fetch_max(live, Relaxed);
}

#[allow(unsafe_code)] // an allocator is an unsafe trait
// SAFETY: every call is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grows(layout.size());
        // SAFETY: the caller keeps the promises of this call, which are the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller keeps the promises of this call, which are the same.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        grows(size);
        LIVE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller keeps the promises of this call, which are the same.
        unsafe { System.realloc(at, layout, size) }
    }
}

/// How many bytes are held now.
pub fn live() -> usize {
    LIVE.load(Relaxed)
}

/// Does something that was made of `input` bytes.
///
/// # Panics
///
/// When more than `base` and `each` bytes for every one of the input were held at once.
pub fn bounded<T>(input: usize, base: usize, each: usize, work: impl FnOnce() -> T) -> T {
    let before = live();
    PEAK.store(before, Relaxed);
    let done = work();
    let held = PEAK.load(Relaxed) - before;
    let most = base + each * input;
    assert!(held <= most, "{input} bytes of input took {held} bytes of memory; at most {most} are allowed");
    done
}
