//! The TLS watcher: a tap that feeds the decoder, and hooks on rustls (and, for static RSA, on OpenSSL).
//!
//! The hooks are put into a configuration once; [`Watch::during`] says whose handshake runs while a task polls it, so
//! that a hook knows its connection. (A verifier of its own for each connection would forbid resumption: rustls
//! resumes only under the very same one.)
//!
//! The order of the log: bytes are reported as they cross the tap, calls as they happen. A library runs the hooks
//! of a whole flight before it writes one byte of it, and reads encrypted messages before the tap can know their key:
//! what came after such a message is reported after it, once the key is known (`order.rs`).

mod checks;
mod client_auth;
mod end;
mod key_log;
mod order;
mod prompt;
mod provider;
mod signer;
#[cfg_attr(not(feature = "rsa-kx"), path = "tls/without_static_rsa.rs")]
pub mod static_rsa;
mod verify;

use std::{
    future::Future,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use rustls::{CommonState, HandshakeKind};
use steps::{
    Evidence, Lone, Reason, Side,
    sync::lock,
    tls::{
        Alert, Step, field,
        reason::{self, End, Facts, Given, Program},
    },
};
use wire::{
    Seen, fields,
    tls::{Crossed, Decoder, names},
};

use crate::{Crossing, Outcome, Tap, Witness};

pub use client_auth::{client_resolver, client_verifier};
pub use key_log::{key_log, key_log_with};
pub use prompt::Prompt;
pub use provider::{provider, provider_from};
pub use signer::resolver;
pub use verify::{insecure_verifier, verifier};

tokio::task_local! {
    /// The connection whose handshake the current task drives.
    static CURRENT: Watch;
}

/// What watches one TLS connection. Clones share it.
#[derive(Clone, Debug)]
pub struct Watch {
    witness: Witness,
    given: Arc<Given>,
    /// There was a subscriber when the connection began; otherwise no hook reports, and the handshake's bytes wait to be
    /// decoded should it fail.
    enabled: bool,
    /// There is no subscriber, and the handshake is complete: what fails later is explained by what the library says.
    done: Arc<AtomicBool>,
    /// Bytes have come from the peer.
    began: Arc<AtomicBool>,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug, Default)]
struct Shared {
    decoder: Decoder,
    order: order::Order,
    logged: key_log::Logged,
    openssl: Option<static_rsa::Account>,
}

impl Shared {
    /// Reports what was recognised in what crossed, each with its moment.
    fn report(&mut self, witness: &Witness, seen: Vec<Crossed>) {
        for Crossed { moment, seen } in seen {
            let moment = Duration::from_micros(moment);
            let opened = self.openssl.as_mut().and_then(|account| account.crossed(&seen, witness));
            self.order.add(moment, witness, Evidence::Wire, seen);
            if let Some(opened) = opened {
                self.order.add(moment, witness, Evidence::Wire, opened);
            }
        }
        self.order.tell(&self.decoder);
    }

    /// Reports what the library called at `moment`.
    fn called(&mut self, witness: &Witness, moment: Duration, seen: Seen) {
        self.order.add(moment, witness, Evidence::Callback, seen);
        self.order.tell(&self.decoder);
    }
}

impl Watch {
    /// A watch that reports to `witness`.
    pub fn new(witness: impl Into<Witness>) -> Self {
        let witness = witness.into();
        let enabled = witness.is_enabled();
        let given = Arc::new(Given::nothing(Program::Other));
        let (done, began, shared) = Default::default();
        Watch { witness, given, enabled, done, began, shared }
    }

    /// The witness it reports to.
    pub fn witness(&self) -> &Witness {
        &self.witness
    }

    /// Puts a tap in front of `stream`, which carries the records.
    pub fn tap<S>(&self, stream: S) -> Tap<S, impl FnMut(Crossing<'_>) + Send + Unpin + use<S>> {
        let watch = self.clone();
        let side = self.witness.side();
        self.witness.carries_tls();
        Tap::new(stream, move |crossing: Crossing<'_>| match crossing {
            Crossing::Wrote(bytes) => watch.crossed(side, bytes),
            Crossing::Read(bytes) => watch.crossed(side.peer(), bytes),
            Crossing::Eof => {}
        })
    }

    /// Runs `handshake`; the hooks that are called while it is polled report to this watch.
    pub fn during<F: Future>(&self, handshake: F) -> impl Future<Output = F::Output> {
        // As an async function it would hold the handshake twice.
        CURRENT.scope(self.clone(), handshake)
    }

    /// Reports what the library says of a handshake that is complete: version, suite, groups, protocol. To be called once
    /// connect() or accept() has returned; `server_name` is what a client asked for, where the server knows it.
    pub fn complete(&self, connection: &CommonState, server_name: Option<&str>) {
        if !self.enabled {
            return self.forget();
        }
        let mut fields = fields! {};
        if let Some(version) = connection.protocol_version() {
            fields.put(field::PROTOCOL_VERSION, names::version(version.into()));
        }
        if let Some(suite) = connection.negotiated_cipher_suite() {
            fields.put(field::CIPHER_SUITE, names::cipher_suite(suite.suite().into()));
        }
        if let Some(group) = connection.negotiated_key_exchange_group() {
            fields.put(field::GROUP, names::group(group.name().into()));
        }
        if let Some(kind) = connection.handshake_kind() {
            let kind = match kind {
                HandshakeKind::Full => "full",
                HandshakeKind::FullWithHelloRetryRequest => "full with HelloRetryRequest",
                HandshakeKind::Resumed => "resumed",
            };
            fields.put(field::HANDSHAKE_KIND, kind);
        }
        if let Some(alpn) = connection.alpn_protocol() {
            fields.put(field::ALPN, Lone(String::from_utf8_lossy(alpn)));
        }
        fields.put_some(field::SERVER_NAME, server_name);
        self.call(0, |_| Some(Seen::local(Step::HandshakeComplete, fields)));
    }

    /// The handshake is complete, and there is no subscriber.
    fn forget(&self) {
        if !self.done.swap(true, Relaxed) {
            self.witness.forget_deferred();
            *self.lock() = Shared::default();
        }
    }

    /// To be called when nothing more will cross: reports what the decoder has left. For a protocol above TLS, which
    /// has a summary of its own.
    pub fn end(&self) {
        if self.done.load(Relaxed) {
            return;
        }
        let shared = Arc::clone(&self.shared);
        self.witness.note(0, move |witness| {
            let mut shared = lock(&shared);
            let left = shared.decoder.end();
            shared.report(witness, left);
        });
    }

    /// Why the connection failed, by an error of the handshake or of the stream after it.
    pub fn explain(&self, error: &std::io::Error) -> Reason {
        self.why(self.ended(error))
    }

    /// Whether the peer has said close_notify; `None` where there was no subscriber and nothing was decoded.
    pub fn peer_said_close_notify(&self) -> Option<bool> {
        let peer = self.witness.side().peer();
        self.enabled.then(|| self.witness.past(|past| past.alerted(peer, Alert::CLOSE_NOTIFY)))
    }

    /// Reports what the decoder has left, then the summary of the connection, with how it ended. Only the first call
    /// counts.
    pub fn finish(&self, outcome: &Outcome) {
        self.end();
        self.witness.finish(outcome);
    }
}

/// What a program asks whose facts and ends are those of `steps`, as ours are, which other programs do not get: for them
/// [`explain`](Watch::explain) says why.
impl Watch {
    /// The same watch, told what this side's user asked for: advice names an option only where that helps.
    #[doc(hidden)]
    #[must_use]
    pub fn told(self, given: Given) -> Self {
        Watch { given: Arc::new(given), ..self }
    }

    /// How the connection ended, concluded from an error of the handshake or of the stream after it, without the
    /// library's words.
    #[doc(hidden)]
    pub fn ended(&self, error: &std::io::Error) -> End {
        if static_rsa::is_openssl(error) {
            // OpenSSL gives up on a stranger after five bytes, before the decoder has seen enough to say what it is.
            self.derive_master_secret();
            self.end();
            let side = self.witness.side();
            return self.witness.past(|past| static_rsa::ended(side, past, error)).unwrap_or(End::Ours);
        }
        end::of(error)
    }

    /// Why the connection failed that ended like this.
    #[doc(hidden)]
    pub fn why(&self, end: End) -> Reason {
        // What the decoder still holds back is a fact, too: a greeting that is shorter than a record's head.
        self.end();
        let began = self.began.load(Relaxed);
        let (side, given, now) = (self.witness.side(), &*self.given, jiff::Timestamp::now());
        self.witness.past(|past| reason::reason(&Facts { side, past, end, given, now, began }))
    }

    /// The record with the alert that the peer is owed (a header of five bytes, level, description: RFC 5246 §7.2, RFC 8446
    /// §6), where the handshake ended in the clear and the library sent none.
    #[doc(hidden)]
    pub fn owed_alert(&self, end: &End) -> Option<[u8; 7]> {
        const FATAL_ALERT: [u8; 6] = [21, 3, 3, 0, 2, 2];
        self.end(); // what waits for a key that will not come has been seen, too
        let alert = reason::closing_alert(end)?;
        let side = self.witness.side();
        if self.done.load(Relaxed) {
            return None;
        }
        let (clear, told) = self.witness.past(|past| {
            (past.first_from(Side::Server, Step::ServerHello).is_none(), past.ended_by_alert(side))
        });
        let mut record = [0; 7];
        record[..6].copy_from_slice(&FATAL_ALERT);
        record[6] = alert.number();
        (clear && !told).then_some(record)
    }
}

impl Watch {
    fn crossed(&self, from: Side, bytes: &[u8]) {
        if self.done.load(Relaxed) {
            return;
        }
        if from != self.witness.side() && !bytes.is_empty() {
            self.began.store(true, Relaxed);
        }
        let (shared, moment) = (Arc::clone(&self.shared), moment(&self.witness));
        self.witness.note_bytes(bytes, move |witness, bytes| {
            // Reported under the lock: two halves of a stream must not swap what they saw.
            let mut shared = lock(&shared);
            let seen = shared.decoder.push(from, moment, bytes);
            shared.report(witness, seen);
        });
    }

    /// Notes that the library called, with values of so many bytes; `read` makes a step of them.
    fn call(&self, weight: usize, read: impl FnOnce(&Watch) -> Option<Seen> + Send + 'static) {
        if !self.enabled {
            return;
        }
        let (watch, elapsed) = (self.clone(), self.witness.elapsed());
        self.witness.note(weight, move |witness| {
            if let Some(seen) = read(&watch) {
                watch.lock().called(witness, elapsed, seen);
            }
        });
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        // A panic elsewhere must not silence the log: what was decoded is still true.
        lock(&self.shared)
    }

    /// What a signature covers, read from the bytes that are signed.
    fn signed(&self, message: &[u8]) -> String {
        if let Some(rest) = message.strip_prefix(&SPACES) {
            let context = rest.split(|byte| *byte == 0).next().unwrap_or_default();
            return format!("\"{}\" + handshake hash", String::from_utf8_lossy(context));
        }
        match self.lock().decoder.client_random() {
            Some(random) if message.starts_with(random) => "both randoms + ServerECDHParams".into(),
            Some(_) | None => "all handshake messages so far".into(),
        }
    }
}

/// The moment of now, as the decoder takes it.
fn moment(witness: &Witness) -> u64 {
    u64::try_from(witness.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// What TLS 1.3 signs begins so (RFC 8446 §4.4.3).
const SPACES: [u8; 64] = [b' '; 64];

/// The name of the scheme by which `message` is signed, in the version whose message it is.
fn scheme(scheme: rustls::SignatureScheme, message: &[u8]) -> String {
    let name = if message.starts_with(&SPACES) { names::signature_scheme } else { names::hash_and_signature };
    name(scheme.into())
}

/// Hands the current connection's watch to `report`, if there is a subscriber; outside of [`Watch::during`]
/// there is no current connection.
fn current(report: impl FnOnce(&Watch)) {
    let _ = CURRENT.try_with(|watch| {
        if watch.enabled {
            report(watch);
        }
    });
}

/// Hands the witness of the current connection to `tell`, whether or not there is a subscriber.
fn of_witness(tell: impl FnOnce(&Witness)) {
    let _ = CURRENT.try_with(|watch| tell(&watch.witness));
}

/// Whether [`current`] would report.
fn listens() -> bool {
    CURRENT.try_with(|watch| watch.enabled).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use rustls::{
        KeyLog, NamedGroup,
        crypto::{CryptoProvider, aws_lc_rs, aws_lc_rs::kx_group},
    };
    use steps::Protocol;

    use super::*;
    use crate::{Session, Started};

    fn watch(side: Side) -> Watch {
        let (session, address) = (Session::default(), ([127, 0, 0, 1], 1).into());
        Watch::new(Witness::new(&session, side, Protocol::Tls, None, (address, address), Started::now()))
    }

    /// What is told of what `handshake` does inside of `during`.
    fn told(handshake: impl FnOnce()) -> Vec<&'static str> {
        let watch = watch(Side::Client);
        watch.witness.keep();
        let watch = Watch::new(watch.witness);
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(watch.during(async { handshake() }));
        watch.witness.kept().iter().map(|event| event.step.id()).collect()
    }

    #[test]
    fn a_programs_own_key_log_gets_what_it_wants_and_the_watch_gets_it_too() {
        #[derive(Debug, Default)]
        struct Own(Mutex<Vec<String>>);

        impl KeyLog for Own {
            fn log(&self, label: &str, _: &[u8], _: &[u8]) {
                self.0.lock().unwrap().push(label.to_owned());
            }

            fn will_log(&self, label: &str) -> bool {
                label.starts_with("CLIENT_")
            }
        }

        let own = Arc::new(Own::default());
        let log = key_log_with(Arc::clone(&own) as Arc<dyn KeyLog>);
        let labels = ["CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET"];
        let told = told(|| labels.iter().for_each(|label| log.log(label, &[1; 32], &[2; 48])));
        assert_eq!(told, ["tls.session_keys"]);
        assert_eq!(*own.0.lock().unwrap(), labels[..1]);
    }

    #[test]
    fn a_provider_of_ones_own_keeps_its_groups_which_are_reported() {
        let own = CryptoProvider { kx_groups: vec![kx_group::SECP256R1], ..aws_lc_rs::default_provider() };
        let provider = provider_from(own);
        let told = told(|| {
            for group in &provider.kx_groups {
                assert_eq!(group.name(), NamedGroup::secp256r1);
                group.start().expect("a key");
            }
        });
        assert_eq!(told, ["tls.ephemeral_key"]);
    }

    #[test]
    fn what_is_spawned_inside_a_handshake_has_to_have_its_own_during() {
        let log = key_log();
        let secrets = move || log.log("CLIENT_RANDOM", &[1; 32], &[2; 48]);
        assert_eq!(told(secrets.clone()), ["tls.session_keys"]);
        assert!(told(|| std::thread::spawn(secrets).join().expect("no panic")).is_empty());
    }

    /// What rustls says of what is no record.
    fn no_record() -> Error {
        let error = rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType);
        Error::new(ErrorKind::InvalidData, error)
    }

    #[test]
    fn without_a_subscriber_a_handshake_is_decoded_when_it_failed_and_somebody_asks_why() {
        let server = watch(Side::Server);
        let shared = Arc::clone(&server.shared);
        server.crossed(Side::Client, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assert!(server.lock().decoder.client_random().is_none());
        let why = server.explain(&no_record());
        assert!(why.cause.en.contains("HTTP"), "{why:?}");
        drop(server);
        assert_eq!(Arc::strong_count(&shared), 1, "what waits holds nobody");
    }

    #[test]
    fn without_a_subscriber_nothing_is_left_of_a_handshake_that_is_complete() {
        let server = watch(Side::Server);
        server.crossed(Side::Client, &[22, 3, 1, 0, 4, 1, 0, 0, 0]);
        server.forget();
        server.crossed(Side::Client, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assert_eq!(server.witness.past(steps::Past::count), 0);
        let why = server.explain(&no_record());
        assert!(!why.cause.en.contains("HTTP"), "what came later is application data: {why:?}");
        assert_eq!(server.owed_alert(&server.ended(&no_record())), None, "not into what is encrypted");
    }
}
