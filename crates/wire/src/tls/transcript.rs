//! The transcript hash (RFC 8446 §4.4.1, RFC 5246 §7.4.9): all handshake messages in the order in which they crossed,
//! each hashed once. Which hash it is, the server's choice of a suite tells; until then the messages wait.

use super::hash::{Hash, Running};

/// The most that waits for the hash to be known: hellos, or a handshake whose suite we do not know.
const MOST_WAITING: usize = 512 * 1024;

/// All handshake messages so far.
#[derive(Default)]
pub(super) struct Transcript {
    waiting: Vec<u8>,
    running: Option<Running>,
    /// Not all of it fitted, so that no hash of it is right.
    cut: bool,
}

impl std::fmt::Debug for Transcript {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transcript").field("waiting", &self.waiting.len()).finish_non_exhaustive()
    }
}

impl Transcript {
    /// Adds a whole message, its header included.
    pub(super) fn add(&mut self, message: &[u8]) {
        if let Some(running) = &mut self.running {
            running.update(message);
        } else if self.waiting.len() + message.len() <= MOST_WAITING {
            self.waiting.extend_from_slice(message);
        } else {
            self.cut = true;
        }
    }

    /// The hash is known from here on.
    pub(super) fn hash_with(&mut self, hash: Hash) {
        let mut context = hash.running();
        context.update(&std::mem::take(&mut self.waiting));
        self.running = Some(context);
    }

    /// A HelloRetryRequest: the first ClientHello is replaced by a message that holds its hash.
    pub(super) fn restart(&mut self, hash: Hash) {
        let digest = hash.digest(&self.waiting);
        self.waiting = vec![254, 0, 0, u8::try_from(digest.len()).unwrap_or(0)];
        self.waiting.extend(digest);
    }

    /// The hash of all messages so far; none where it is not known, or where not all of them fitted.
    pub(super) fn digest(&self) -> Option<Vec<u8>> {
        let running = self.running.clone().filter(|_| !self.cut)?;
        Some(running.finish())
    }
}
