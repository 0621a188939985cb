//! What the SSH clients of a session were told: where both ends live in one session, the client's secret opens the
//! server's packets too.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard},
};

use steps::sync::lock;
use zeroize::Zeroizing;

use crate::Session;

/// The cookie of a client's KEXINIT, by which the key exchange is known.
type Cookie = [u8; 16];

/// The shared secrets that clients were told, by the cookies of their key exchanges.
#[derive(Default)]
pub(crate) struct Told(Mutex<HashMap<Cookie, Zeroizing<Vec<u8>>>>);

impl std::fmt::Debug for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The secrets stay out of every log.
        f.debug_struct("Told").finish_non_exhaustive()
    }
}

impl Told {
    /// The secret of a key exchange, if one of our clients was told it and its connection is there.
    pub(super) fn get(&self, cookie: Cookie) -> Option<Zeroizing<Vec<u8>>> {
        self.lock().get(&cookie).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Cookie, Zeroizing<Vec<u8>>>> {
        lock(&self.0)
    }
}

/// What one client was told. Its secrets are overwritten when its connection is forgotten.
#[derive(Debug)]
pub(super) struct Own {
    session: Session,
    /// Oldest first.
    cookies: VecDeque<Cookie>,
}

/// How many key exchanges of one connection are remembered: the server may be read a little later than its client.
const MOST: usize = 4;

impl Own {
    pub(super) fn new(session: &Session) -> Self {
        Own { session: session.clone(), cookies: VecDeque::new() }
    }

    pub(super) fn tell(&mut self, cookie: Cookie, secret: &[u8]) {
        let mut all = self.session.told().lock();
        if self.cookies.len() == MOST
            && let Some(oldest) = self.cookies.pop_front()
        {
            all.remove(&oldest);
        }
        all.insert(cookie, Zeroizing::new(secret.to_vec()));
        self.cookies.push_back(cookie);
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let mut all = self.session.told().lock();
        for cookie in &self.cookies {
            all.remove(cookie);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_with_their_connection_and_stay_in_their_session() {
        let (session, other) = (Session::default(), Session::default());
        let mut own = Own::new(&session);
        let cookie = |n| [n; 16];
        (0..=MOST as u8).for_each(|n| own.tell(cookie(n), &[n; 32]));
        let known =
            |session: &Session| (0..=MOST as u8).filter_map(|n| session.told().get(cookie(n))).count();
        assert_eq!((known(&session), known(&other)), (MOST, 0));
        assert_eq!(session.told().get(cookie(1)).unwrap().as_slice(), [1; 32]);
        drop(own);
        assert_eq!(known(&session), 0);
    }
}
