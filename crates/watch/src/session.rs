//! A session: what the connections of one run share, and no others. The program makes it, each witness holds it; two
//! sessions in one process share nothing.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
};

use steps::sync::lock;

use crate::{
    emit::as_here,
    flight::Flight,
    journal::Journal,
    packet::{PacketSocket, confine},
    recording::Recording,
    secrets::Secrets,
};

mod secrets;

/// What the connections of one run share. Clones are the same session; [`Keep::begin`](crate::Keep::begin)
/// says what is kept of it.
#[derive(Clone, Debug, Default)]
pub struct Session(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    secrets: Secrets,
    recording: OnceLock<Arc<Recording>>,
    flight: OnceLock<Arc<Flight>>,
    /// The socket that [`Session::settle`] opened, until a capture takes it.
    opened: Mutex<Option<PacketSocket>>,
    /// That segments cannot be captured was said.
    said_no_capture: AtomicBool,
    /// What the session's SSH clients were told.
    #[cfg(feature = "ssh")]
    told: crate::ssh::Told,
    /// What became of the signatures that its SSH connections met.
    #[cfg(feature = "ssh")]
    verifier: wire::ssh::Verifier,
    journal: Journal,
    /// One of its connections has or had a subscriber.
    subscribed: AtomicBool,
    /// Reads the journal.
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Session {
    /// Starts the thread that recognises and reports what was seen; without it, that is done at once by the task that
    /// sees something. To be called when what needs a process of one thread is done; the thread gives up all
    /// capabilities.
    ///
    /// # Errors
    ///
    /// When the system has no thread left.
    pub fn begin(&self) -> io::Result<()> {
        let mut thread = self.thread();
        if thread.is_none() {
            let session = self.clone();
            let read = as_here(move || {
                confine(false);
                session.0.journal.run();
            });
            self.0.journal.begin();
            *thread = Some(thread::Builder::new().name("reader".into()).spawn(read).inspect_err(|_| {
                self.0.journal.end();
            })?);
        }
        Ok(())
    }

    /// Returns when all that was seen so far is reported.
    pub fn read(&self) {
        self.0.journal.read();
    }

    /// What was seen is reported, and the thread ends; what is seen from now on is reported at once.
    pub(crate) fn end(&self) {
        self.0.journal.end();
        if let Some(thread) = self.thread().take() {
            drop(thread.join());
        }
    }

    fn thread(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        lock(&self.0.thread)
    }

    /// One of its connections has a subscriber.
    pub(crate) fn has_subscriber(&self) {
        self.0.subscribed.store(true, Relaxed);
    }

    /// Whether the secrets of its connections are needed: for a file, for a capture, or for the other end.
    pub(crate) fn wants_secrets(&self) -> bool {
        self.0.subscribed.load(Relaxed)
            || self.0.secrets.are_kept()
            || self.records()
            || self.flight().is_some()
    }

    /// What was seen and is not read yet.
    pub(crate) fn journal(&self) -> &Journal {
        &self.0.journal
    }

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

    /// The flight recorder of a run of which nothing is printed.
    pub(crate) fn flight(&self) -> Option<&Arc<Flight>> {
        self.0.flight.get()
    }

    /// From now on its packets and secrets are recorded, and nothing else.
    pub(crate) fn record_flight(&self, flight: Option<Arc<Flight>>) {
        if let Some(flight) = flight {
            self.0.flight.get_or_init(|| flight);
        }
    }

    /// To be called when a server of this program listens on `address`: a capture then takes what crosses that port.
    pub fn listens(&self, address: SocketAddr) {
        if let Some(recording) = self.recording() {
            recording.listens(address.port());
        }
        if let Some(flight) = self.flight() {
            flight.listens(address.port());
        }
    }

    /// To be called before a client of this program connects to `address`: a capture then takes what crosses that port.
    pub fn visits(&self, address: SocketAddr) {
        if let Some(recording) = self.recording() {
            recording.record_port(address.port());
        }
        if let Some(flight) = self.flight() {
            flight.record_port(address.port());
        }
    }

    /// The socket that waits for a capture.
    pub(crate) fn opened(&self) -> MutexGuard<'_, Option<PacketSocket>> {
        lock(&self.0.opened)
    }

    /// Whether it was said before that segments cannot be captured; now it is.
    pub(crate) fn said_no_capture(&self) -> bool {
        self.0.said_no_capture.swap(true, Relaxed)
    }

    /// What the session's SSH clients were told.
    #[cfg(feature = "ssh")]
    pub(crate) fn told(&self) -> &crate::ssh::Told {
        &self.0.told
    }

    /// What verifies the signatures of its SSH connections.
    #[cfg(feature = "ssh")]
    pub(crate) fn verifier(&self) -> &wire::ssh::Verifier {
        &self.0.verifier
    }
}
