//! Locks, also after a panic of whoever held one: what was noted until then is still true, and a log must not fall silent.

use std::sync::{LockResult, Mutex, MutexGuard, PoisonError};

/// Locks `mutex`.
pub fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    unpoisoned(mutex.lock())
}

/// What a lock, a wait or a mutex taken apart gives.
pub fn unpoisoned<T>(given: LockResult<T>) -> T {
    given.unwrap_or_else(PoisonError::into_inner)
}
