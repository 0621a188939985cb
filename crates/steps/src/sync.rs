//! Locks that still work after a thread has panicked while it held one: what it had noted until then is true, and the
//! log has to go on.

use std::sync::{LockResult, Mutex, MutexGuard, PoisonError};

/// Locks `mutex`.
pub fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    unpoisoned(mutex.lock())
}

/// The value of a `LockResult` (of a lock, of a wait on a `Condvar`, of `Mutex::into_inner`), poisoned or not.
pub fn unpoisoned<T>(given: LockResult<T>) -> T {
    given.unwrap_or_else(PoisonError::into_inner)
}
