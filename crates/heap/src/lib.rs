//! The allocator of our programs, and how it gives memory back. The libraries do not depend on it: who builds a program
//! chooses.
//!
//! What is seen of a connection is noted on one thread, recognised on a second and written on a third, each of which frees
//! what another has taken. glibc's malloc pays for that with locks, and keeps the heap of each thread: jemalloc takes a
//! sixth to a quarter off what a handshake with a log costs (`cargo bench --workspace --bench table`). It is built for one size of
//! a page, which only x86-64 promises: elsewhere the system's allocator stays.
//!
//! `asnoted`, which is what is installed and what the image has, takes it by default, and with it whatever is built or tested
//! with `--workspace`. `cargo run` does without: its first build would take a third longer.

#![allow(unsafe_code)] // mallctl() and malloc_trim(): std's allocator interface has nothing like them

/// Whether the program's allocator is jemalloc.
pub const IS_JEMALLOC: bool = cfg!(all(target_os = "linux", target_arch = "x86_64", feature = "jemalloc"));

#[cfg(all(target_os = "linux", target_arch = "x86_64", feature = "jemalloc"))]
#[global_allocator]
static HEAP: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Gives the system back what is kept of freed memory. Who allocates meanwhile may wait: for a quiet moment.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_arch = "x86_64", feature = "jemalloc"))]
    {
        // This thread's own, then of all arenas (MALLCTL_ARENAS_ALL in jemalloc's manual).
        for order in [c"thread.tcache.flush", c"arena.4096.purge"] {
            let nothing = std::ptr::null_mut();
            // SAFETY: both orders are made by their name alone, take no value and give none; none has an effect on what is
            // in use. One that is unknown is refused.
            unsafe {
                tikv_jemalloc_sys::mallctl(order.as_ptr(), nothing, nothing.cast(), nothing, 0);
            }
        }
    }
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // OpenSSL and the C library itself take theirs from glibc.
    // SAFETY: it takes no pointer, locks each heap while it works there, and touches none of what is in use.
    unsafe {
        libc::malloc_trim(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pages of this process that are in memory.
    fn resident() -> u64 {
        let pages = std::fs::read_to_string("/proc/self/statm").expect("it is there on Linux");
        pages.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("a number")
    }

    #[test]
    fn what_another_thread_took_and_this_one_freed_goes_back() {
        const MIB: u64 = 1 << 20;
        let pieces = std::thread::spawn(|| (0..64 * 1024).map(|_| vec![7_u8; 1024]).collect::<Vec<_>>());
        let pieces = pieces.join().expect("it only allocates");
        let before = resident();
        drop(pieces);
        give_back();
        let given_back = before.saturating_sub(resident()) * 4096;
        assert!(given_back > 48 * MIB, "{given_back}");
    }
}
