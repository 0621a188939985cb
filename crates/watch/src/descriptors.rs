//! How many files and sockets this process may have open.

#![allow(unsafe_code)] // getrlimit() and setrlimit(): std has neither

/// Raises the limit as far as the system lets us without privilege. What is already allowed stays where that fails.
pub fn raise_descriptor_limit() {
    #[cfg(unix)]
    raise();
}

#[cfg(unix)]
fn raise() {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: both calls take a pointer to a struct of ours that outlives them, and keep none.
    unsafe {
        if libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) == 0 {
            limit.rlim_cur = limit.rlim_max;
            libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit);
        }
    }
}
