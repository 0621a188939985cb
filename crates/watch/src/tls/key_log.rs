//! The key log: the library tells its secrets (RFC 9850). They go to the decoder and to the session; the log gets their
//! names and fingerprints.

use std::{sync::Arc, time::Duration};

use rustls::KeyLog;
use steps::{
    Evidence,
    tls::{Step, field},
};
use wire::{
    Seen, fields,
    tls::{Decoder, fingerprint},
};

use zeroize::Zeroizing;

use super::{Shared, Watch, current, of_witness};
use crate::Session;

/// A key log that reports each secret to the connection whose handshake calls it ([`Watch::during`]).
pub fn key_log() -> Arc<dyn KeyLog> {
    Arc::new(Log(None))
}

/// The same beside a program's own key log, which gets each secret first and decides itself which of them it writes.
pub fn key_log_with(own: Arc<dyn KeyLog>) -> Arc<dyn KeyLog> {
    Arc::new(Log(Some(own)))
}

#[derive(Debug)]
struct Log(Option<Arc<dyn KeyLog>>);

impl KeyLog for Log {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        if let Some(own) = self.0.as_ref().filter(|own| own.will_log(label)) {
            own.log(label, client_random, secret);
        }
        of_witness(|witness| witness.session().tls_secret(witness.ends(), label, client_random, secret));
        current(|watch| told(watch, label, client_random, secret));
    }
}

/// A secret of the connection that `watch` watches.
pub(super) fn told(watch: &Watch, label: &str, client_random: &[u8], secret: &[u8]) {
    let (noted, elapsed) = (watch.clone(), watch.witness.elapsed());
    let (label, client_random) = (label.to_owned(), client_random.to_vec());
    let secret = Zeroizing::new(secret.to_vec());
    watch.witness.note(256, move |_| read(&noted, elapsed, &label, &client_random, &secret));
}

fn read(watch: &Watch, elapsed: Duration, label: &str, client_random: &[u8], secret: &[u8]) {
    let mut shared = watch.lock();
    let Shared { decoder, logged, .. } = &mut *shared;
    let session = watch.witness.session();
    let mut keys = logged.add(label, secret, decoder, session);
    let opened = decoder.secret(label, client_random, secret);
    if let (Some(keys), Some(account)) = (&mut keys, &shared.openssl) {
        account.compare(secret, &shared.decoder, &mut keys.fields);
    }
    if let Some(keys) = keys {
        shared.order.add(elapsed, &watch.witness, Evidence::Callback, keys);
    }
    shared.report(&watch.witness, opened);
}

/// The secrets of a stage of TLS 1.3 come one by one and are reported together.
#[derive(Default)]
pub(super) struct Logged(Vec<(String, Zeroizing<Vec<u8>>)>);

impl std::fmt::Debug for Logged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The secrets stay out of every log.
        f.debug_list().entries(self.0.iter().map(|(label, _)| label)).finish()
    }
}

impl Logged {
    /// Takes note of a secret; gives the event once its stage is whole.
    fn add(&mut self, label: &str, secret: &[u8], decoder: &Decoder, session: &Session) -> Option<Seen> {
        let stage = match label {
            "CLIENT_RANDOM" => return Some(tls12(secret, decoder, session)),
            "CLIENT_HANDSHAKE_TRAFFIC_SECRET" | "SERVER_HANDSHAKE_TRAFFIC_SECRET" => "handshake",
            "CLIENT_TRAFFIC_SECRET_0" | "SERVER_TRAFFIC_SECRET_0" => "application",
            // Early data and exporters: no part of the handshake that the notes tell.
            _ => return None,
        };
        self.0.push((label.to_owned(), Zeroizing::new(secret.to_vec())));
        let [_, _] = self.0.as_slice() else { return None };
        let (labels, known): (Vec<_>, Vec<_>) = std::mem::take(&mut self.0).into_iter().unzip();
        let hash = if secret.len() == 48 { "SHA-384" } else { "SHA-256" };
        let mut fields = fields! {
            field::STAGE => stage,
            field::DERIVATION => format!("HKDF with {hash}"),
            field::LABELS => labels,
            field::FINGERPRINTS => known.iter().map(|secret| fingerprint(secret)).collect::<Vec<_>>(),
        };
        session.reveal(&mut fields, &known.iter().map(|secret| secret.as_slice()).collect::<Vec<_>>());
        Some(Seen::local(Step::SessionKeys, fields))
    }
}

fn tls12(master: &[u8], decoder: &Decoder, session: &Session) -> Seen {
    let hash = match decoder.cipher_suite() {
        Some(suite) if suite.ends_with("SHA384") => "SHA-384",
        Some(_) => "SHA-256",
        // A server that resumes has the secret of an earlier session before it says which suite goes with it.
        None => {
            let mut fields = fields! {
                field::STAGE => "session",
                field::DERIVATION => "PRF",
                field::BEFORE_SERVER_HELLO => true,
                field::LABELS => ["CLIENT_RANDOM"],
                field::FINGERPRINTS => [fingerprint(master)],
            };
            session.reveal(&mut fields, &[master]);
            return Seen::local(Step::SessionKeys, fields);
        }
    };
    let label = match decoder.extended_master_secret() {
        Some(true) => "extended master secret",
        Some(false) | None => "master secret",
    };
    let mut fields = fields! {
        field::STAGE => "session",
        field::DERIVATION => format!("PRF with {hash}"),
        field::PRF_LABEL => label,
        field::LABELS => ["CLIENT_RANDOM"],
        field::FINGERPRINTS => [fingerprint(master)],
    };
    if let Some(keys) = decoder.key_block(master) {
        let keys = keys.into_iter().map(|(name, print)| format!("{name} {print}"));
        fields.put(field::KEY_BLOCK, keys.collect::<Vec<_>>());
    }
    session.reveal(&mut fields, &[master]);
    Seen::local(Step::SessionKeys, fields)
}
