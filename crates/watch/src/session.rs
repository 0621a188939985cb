//! A session: what the connections of one run share, and nobody else. The program makes it, each witness holds it; two in
//! one process know nothing of each other.

use std::sync::{
    Arc, Mutex, MutexGuard, OnceLock, PoisonError,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use tracing::dispatcher::{self, Dispatch};

use crate::{packet::PacketSocket, recording::Recording, secrets::Secrets, ssh::Told};

/// What the connections of one run share. Clones are the same session; [`Keep::begin`](crate::Keep::begin) makes one that
/// keeps something, `default()` one that keeps nothing.
#[derive(Clone, Debug, Default)]
pub struct Session(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    secrets: Secrets,
    recording: OnceLock<Arc<Recording>>,
    /// The socket that [`Session::settle`] opened, until a capture takes it.
    opened: Mutex<Option<PacketSocket>>,
    /// That segments cannot be captured was said.
    said_no_capture: AtomicBool,
    /// What the session's SSH clients were told.
    told: Told,
}

impl Session {
    /// Where its secrets go.
    pub(crate) fn secrets(&self) -> &Secrets {
        &self.0.secrets
    }

    /// The recording of `--capture`.
    pub(crate) fn recording(&self) -> Option<&Arc<Recording>> {
        self.0.recording.get()
    }

    /// Whether its packets are recorded.
    pub(crate) fn records(&self) -> bool {
        self.0.recording.get().is_some()
    }

    /// From now on its packets are recorded.
    pub(crate) fn record(&self, recording: Option<Arc<Recording>>) {
        if let Some(recording) = recording {
            self.0.recording.get_or_init(|| recording);
        }
    }

    /// The socket that waits for a capture.
    pub(crate) fn opened(&self) -> MutexGuard<'_, Option<PacketSocket>> {
        self.0.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it was said before that segments cannot be captured; now it is.
    pub(crate) fn said_no_capture(&self) -> bool {
        self.0.said_no_capture.swap(true, Relaxed)
    }

    /// What the session's SSH clients were told.
    pub(crate) fn told(&self) -> &Told {
        &self.0.told
    }
}

/// The same to be done in another thread, with the subscriber of this one: that is where its messages go.
pub(crate) fn as_here<T>(what: impl FnOnce() -> T) -> impl FnOnce() -> T {
    let here = dispatcher::get_default(Dispatch::clone);
    move || dispatcher::with_default(&here, what)
}
