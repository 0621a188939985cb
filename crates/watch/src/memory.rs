//! What a crowd leaves behind when it goes.

#![allow(unsafe_code)] // malloc_trim(): std's allocator interface has nothing like it

/// Gives the system back what the allocator keeps of freed memory; glibc does so by itself only at the end of a heap,
/// where something always lives. It walks every heap, and who allocates there meanwhile waits: for a quiet moment. With
/// another C library it does nothing.
pub fn give_back_freed_memory() {
    #[cfg(target_env = "gnu")]
    // SAFETY: it takes no pointer, locks each heap while it works there, and touches none of what is in use.
    unsafe {
        libc::malloc_trim(0);
    }
}
