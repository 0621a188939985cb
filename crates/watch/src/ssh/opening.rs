//! Decodes one connection, and opens what is encrypted with a secret of the run.
//!
//! A client is told the secret by russh (`kex_done`). A server is not: in a session of its own it says so and goes on by
//! callbacks. Where both ends live in one session, as in the lab, the client's secret opens the server's packets too
//! ([`told`](super::told)).

use std::{
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use steps::{
    Evidence, Said, Side, say,
    ssh::{Step, field},
    sync::lock,
};
use tokio::sync::Notify;
use wire::{Crossed, Seen, ssh::Decoder};
use zeroize::Zeroizing;

use super::told::Own;
use crate::Witness;

/// What decodes one connection. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Opening {
    witness: Witness,
    known: Known,
}

/// The same without the witness, which holds what is not read yet.
#[derive(Clone, Debug)]
struct Known {
    /// There was a subscriber when the connection began; otherwise nothing is decoded beyond what the program asks for.
    enabled: bool,
    shared: Arc<Mutex<Shared>>,
    key_exchange_began: Arc<AtomicBool>,
    /// There is no subscriber, and the program has no more to ask: the key exchange is complete.
    done: Arc<AtomicBool>,
    /// The server has answered a password with the wish for a new one, which russh does not hand on.
    new_password: Arc<Notify>,
}

impl Known {
    fn with(self, witness: &Witness) -> Opening {
        Opening { witness: witness.clone(), known: self }
    }
}

#[derive(Debug, Default)]
struct Shared {
    decoder: Decoder,
    opened_with: Option<&'static str>,
    /// What this side's library told, for the other side.
    own: Option<Own>,
}

impl Shared {
    fn of(witness: &Witness) -> Shared {
        let decoder = Decoder::with_verifier(witness.session().verifier().clone());
        Shared { decoder, ..Shared::default() }
    }
}

impl Opening {
    pub(super) fn new(witness: &Witness) -> Self {
        let known = Known {
            enabled: witness.is_enabled(),
            shared: Arc::new(Mutex::new(Shared::of(witness))),
            key_exchange_began: Arc::default(),
            done: Arc::default(),
            new_password: Arc::default(),
        };
        known.with(witness)
    }

    /// `from` sent `bytes`.
    pub(super) fn crossed(&self, from: Side, bytes: &[u8]) {
        if !self.known.enabled && self.known.done.load(Ordering::Relaxed) {
            return;
        }
        let (known, moment) = (self.known.clone(), self.moment());
        self.witness.note_bytes(bytes, move |witness, bytes| known.with(witness).read(moment, from, bytes));
    }

    /// Recognises what crossed, and reports it.
    fn read(&self, moment: u64, from: Side, bytes: &[u8]) {
        // Reported under the lock: two halves of a stream must not swap what they saw.
        let mut shared = self.lock();
        let began = self.known.key_exchange_began.load(Ordering::Relaxed);
        if !self.known.enabled && began && shared.decoder.client_cookie().is_some() {
            self.known.done.store(true, Ordering::Relaxed);
            return;
        }
        let seen = shared.decoder.push(from, moment, bytes);
        let client_is_dark = seen.iter().any(|crossed| {
            crossed.seen.step == Step::Encrypted.into() && crossed.seen.from == Some(Side::Client)
        });
        self.report(&shared, seen);
        if self.witness.side() == Side::Server {
            self.look_for_the_clients_secret(&mut shared, moment, client_is_dark);
        }
    }

    /// Looks for the secret that a client of this session was told. It hands it over before it sends anything under its
    /// keys: once it has sent, the secret is there or will never be.
    fn look_for_the_clients_secret(&self, shared: &mut Shared, moment: u64, client_is_dark: bool) {
        let Some(cookie) = shared.decoder.wants_secret_of() else { return };
        let seen = match self.witness.session().told().get(cookie) {
            Some(secret) => {
                shared.opened_with = Some("the client's secret");
                shared.decoder.secret(moment, &cookie, &secret)
            }
            None if client_is_dark => shared.decoder.give_up(moment, &nobody_tells()),
            None => return,
        };
        self.report(shared, seen);
    }

    /// `from` will send no more.
    pub(super) fn ended(&self, from: Side) {
        let (known, elapsed) = (self.known.clone(), self.witness.elapsed());
        self.witness.note(0, move |witness| {
            for seen in known.with(witness).lock().decoder.end(from) {
                witness.saw_after(elapsed, Evidence::Wire, seen);
            }
        });
    }

    /// russh tells this side the secret of the key exchange that goes on.
    pub(super) fn secret(&self, secret: &[u8]) {
        let (known, moment, secret) = (self.known.clone(), self.moment(), Zeroizing::new(secret.to_vec()));
        self.witness.note(secret.len(), move |witness| known.with(witness).read_secret(moment, &secret));
        if !self.known.enabled && self.witness.session().wants_secrets() {
            self.witness.read();
        }
        self.exchanged();
    }

    /// The key exchange is complete: with no subscriber nobody asks for its bytes any more. What fails later is explained
    /// by what the library says.
    fn exchanged(&self) {
        if !self.known.enabled && !self.known.done.swap(true, Ordering::Relaxed) {
            self.witness.forget_deferred();
        }
    }

    fn read_secret(&self, moment: u64, secret: &[u8]) {
        let mut shared = self.lock();
        let Some(cookie) = shared.decoder.client_cookie() else { return };
        let session = self.witness.session();
        shared.own.get_or_insert_with(|| Own::new(session)).tell(cookie, secret);
        session.ssh_secret(self.witness.ends(), &cookie, secret);
        if !self.known.enabled {
            return;
        }
        shared.opened_with = Some("this side's secret");
        let seen = shared.decoder.secret(moment, &cookie, secret);
        self.report(&shared, seen);
    }

    /// The secret will not be told.
    pub(super) fn give_up(&self, why: Said) {
        if !self.known.enabled {
            return self.exchanged();
        }
        let (known, moment) = (self.known.clone(), self.moment());
        self.witness.note(256, move |witness| {
            let opening = known.with(witness);
            let mut shared = opening.lock();
            let seen = shared.decoder.give_up(moment, &why);
            opening.report(&shared, seen);
        });
    }

    /// Notes that the library called, which is reported where the packets are not opened: those that are tell what the
    /// call would only repeat.
    pub(super) fn called(&self, seen: Seen) {
        self.called_after(self.witness.elapsed(), seen);
    }

    /// The same of a call `elapsed` after the start.
    pub(super) fn called_after(&self, elapsed: Duration, seen: Seen) {
        if self.witness.side() == Side::Server {
            self.exchanged(); // russh calls a server's handler only then
        }
        if self.witness.is_enabled() {
            let opening = self.clone();
            self.witness.note(size_of::<Seen>() + seen.bytes.len(), move |witness| {
                if !opening.lock().decoder.is_opened() {
                    witness.saw_after(elapsed, Evidence::Callback, seen);
                }
            });
        }
    }

    /// Whether the signed session identifier is the exchange hash that was recomputed; none: it was not.
    pub(super) fn is_session_identifier(&self, signed: &[u8]) -> Option<bool> {
        self.lock().decoder.session_identifier().map(|known| known == signed)
    }

    /// Whether the client's public value has crossed.
    pub(super) fn key_exchange_began(&self) -> bool {
        self.witness.read();
        self.known.key_exchange_began.load(Ordering::Relaxed)
    }

    /// Completes once the server wants a new password.
    pub(super) async fn new_password_wanted(&self) {
        self.known.new_password.notified().await;
    }

    fn report(&self, shared: &Shared, seen: Vec<Crossed>) {
        for Crossed { moment, mut seen } in seen {
            if seen.step == Step::KeyExchangeInit.into() {
                self.known.key_exchange_began.store(true, Ordering::Relaxed);
            }
            if wants_a_new_password(&seen) {
                self.known.new_password.notify_one();
            }
            let derived = seen.step == Step::ExchangeHash.into() || seen.step == Step::DerivedKeys.into();
            if let Some(with) = shared.opened_with
                && (derived || seen.fields.get(field::ENCRYPTED).is_some())
            {
                seen.fields.put(field::OPENED_WITH, with);
            }
            self.witness.saw_after(Duration::from_micros(moment), evidence(&seen), seen);
        }
    }

    fn moment(&self) -> u64 {
        u64::try_from(self.witness.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        // A panic elsewhere must not silence the log: what was decoded is still true.
        lock(&self.known.shared)
    }
}

/// RFC 4252 §8: SSH_MSG_USERAUTH_PASSWD_CHANGEREQ.
fn wants_a_new_password(seen: &Seen) -> bool {
    seen.from == Some(Side::Server)
        && seen.step == Step::OtherMessage.into()
        && (seen.fields.get(field::MESSAGE_NUMBER), seen.fields.get(field::METHOD_NAME))
            == (Some(60), Some("password"))
}

/// What follows from packets without being in one is inferred: the result of the negotiation, the keys, and that nothing
/// will be opened. The exchange hash is checked by a signature that crossed.
fn evidence(seen: &Seen) -> Evidence {
    let inferred = [Step::Negotiated, Step::NothingInCommon, Step::DerivedKeys, Step::Unopened];
    let inferred = inferred.map(steps::Step::from);
    if inferred.contains(&seen.step) { Evidence::Inferred } else { Evidence::Wire }
}

fn nobody_tells() -> Said {
    say!(ssh::a_server_is_told_no_secret())
}
