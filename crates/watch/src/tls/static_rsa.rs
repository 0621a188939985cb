//! The hooks on OpenSSL, the one library at hand that still speaks static RSA (RFC 5246 §7.4.7.1).
//!
//! The steps come from the tap and the decoder, as with rustls. What OpenSSL's callbacks add: the key log with the
//! pre-master secret, the certificate check, and OpenSSL's own account of the handshake messages, which is compared
//! byte for byte with what crossed.

mod end;
mod message_callback;
mod verify;

use openssl::{
    pkey::Private,
    rsa::{Padding, Rsa},
    ssl::{SslCipherRef, SslContextBuilder, SslRef},
};
use steps::{
    Fields, Lone, Side, common,
    tls::{Step, field},
};
use wire::{
    Seen, fields,
    tls::{Decoder, fingerprint, names},
};

use zeroize::Zeroizing;

use super::{Watch, current, key_log};
use crate::{Session, Witness};

pub use end::into_io;
pub(super) use end::{is_openssl, of as ended};
pub use verify::verifier;

/// Whether this program has OpenSSL, which alone speaks static RSA.
pub const IS_BUILT_IN: bool = true;

/// Makes the connections of `context` report to the watch whose handshake is running ([`Watch::during`]).
pub fn watch(context: &mut SslContextBuilder) {
    context.set_keylog_callback(|_, line| current(|watch| watch.openssl_logged(line)));
    message_callback::set(context);
}

/// What OpenSSL told of one connection, and what this side can do with it.
#[derive(Default)]
pub(super) struct Account {
    /// The key that opens the client's pre-master secret; only the server has it.
    private_key: Option<Rsa<Private>>,
    pre_master_secret: Option<Zeroizing<Vec<u8>>>,
    /// The handshake messages by OpenSSL's account.
    told: Vec<(Side, Vec<u8>)>,
    /// The handshake messages by ours.
    crossed: Vec<(Side, Vec<u8>)>,
    complete: bool,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Keys and secrets stay out of every log.
        f.debug_struct("Account").field("complete", &self.complete).finish_non_exhaustive()
    }
}

impl Watch {
    /// A watch over a connection of OpenSSL's. A server gives its private key: with it the watch opens the pre-master
    /// secret a second time, from the bytes that crossed. The context is one that [`watch()`] was given.
    pub fn of_openssl(witness: Witness, private_key: Option<Rsa<Private>>) -> Self {
        let watch = Watch::new(witness);
        watch.lock().openssl = Some(Account { private_key, ..Account::default() });
        watch
    }

    /// Reports what OpenSSL says once SSL_connect() or SSL_accept() has returned: version, suite, protocol. `server_name` is
    /// what a client asked for.
    pub fn openssl_complete(&self, ssl: &SslRef, server_name: Option<&str>) {
        let mut fields = fields! {
            field::PROTOCOL_VERSION => ssl.version_str().replace("TLSv", "TLS "),
        };
        fields.put_some(field::CIPHER_SUITE, ssl.current_cipher().and_then(SslCipherRef::standard_name));
        fields.put(field::HANDSHAKE_KIND, if ssl.session_reused() { "resumed" } else { "full" });
        if let Some(alpn) = ssl.selected_alpn_protocol() {
            fields.put(field::ALPN, Lone(String::from_utf8_lossy(alpn)));
        }
        fields.put_some(field::SERVER_NAME, server_name);
        fields.put(field::LIBRARY, openssl::version::version());
        self.call(0, |watch| {
            if let Some(account) = &mut watch.lock().openssl {
                account.complete(&mut fields);
            }
            Some(Seen::local(Step::HandshakeComplete, fields))
        });
    }

    /// OpenSSL logs the master secret once Finished is right. Where it was not, the server's is made of the pre-master
    /// secret that was opened here: it tells whether the record opens at all.
    pub(super) fn derive_master_secret(&self) {
        if self.enabled {
            let watch = self.clone();
            self.witness().note(0, move |_| watch.read_master_secret());
        }
    }

    fn read_master_secret(&self) {
        let mut shared = self.lock();
        let pre_master_secret = shared.openssl.as_ref().and_then(|account| account.pre_master_secret.clone());
        let Some(pre_master_secret) = pre_master_secret else { return };
        let decoder = &mut shared.decoder;
        let Some(client_random) = decoder.client_random().map(<[u8]>::to_vec) else { return };
        let Some(master_secret) = decoder.master_secret(&pre_master_secret) else { return };
        let opened = decoder.secret("CLIENT_RANDOM", &client_random, &master_secret);
        shared.report(&self.witness, opened);
    }

    /// A handshake message by OpenSSL's account.
    fn openssl_told(&self, sent: bool, message: &[u8]) {
        let side = self.witness().side();
        let (watch, from) = (self.clone(), if sent { side } else { side.peer() });
        self.witness().note_bytes(message, move |_, message| {
            if let Some(account) = watch.lock().openssl.as_mut().filter(|account| !account.complete) {
                account.told.push((from, message.to_vec()));
            }
        });
    }

    /// A line of the key log: label, what identifies the connection, secret (RFC 9850).
    fn openssl_logged(&self, line: &str) {
        let mut words = line.split(' ');
        let (Some(label), Some(Ok(id)), Some(Ok(secret))) =
            (words.next(), words.next().map(hex::decode), words.next().map(hex::decode))
        else {
            return;
        };
        let session = self.witness.session();
        session.tls_secret(self.witness.ends(), label, &id, &secret);
        if label != "RSA" {
            return key_log::told(self, label, &id, &secret);
        }
        // The client's line: it made the secret and has encrypted it a moment ago.
        let secret = Zeroizing::new(secret);
        self.call(secret.len(), move |watch| {
            let mut fields = pre_master_secret(&secret, watch.witness().session());
            fields.put(field::ENCRYPTED_STARTS_WITH, hex::encode(&id));
            if let Some(account) = &mut watch.lock().openssl {
                account.pre_master_secret = Some(secret);
            }
            Some(Seen::local(Step::PreMasterSecret, fields))
        });
    }
}

impl Account {
    /// Compares what OpenSSL told with what crossed.
    fn complete(&mut self, fields: &mut Fields) {
        let Account { told, crossed, .. } = self;
        fields.put(field::HANDSHAKE_MESSAGES, told.len());
        let of = |all: &[(Side, Vec<u8>)], side| -> Vec<Vec<u8>> {
            all.iter().filter(|(from, _)| *from == side).map(|(_, message)| message.clone()).collect()
        };
        let same = [Side::Client, Side::Server].iter().all(|side| of(told, *side) == of(crossed, *side));
        fields.put(field::EQUAL_TO_WHAT_CROSSED, same);
        (self.told, self.crossed) = Default::default();
        self.complete = true;
    }

    /// Takes note of a handshake message that crossed. With the private key at hand, the client's is opened.
    pub(super) fn crossed(&mut self, seen: &Seen, witness: &Witness) -> Option<Seen> {
        /// The message's type and length, and the length of what is encrypted.
        const HEAD: usize = 4 + 2;
        // ChangeCipherSpec and alerts are shorter than any handshake message.
        if let (Some(from), false, 4..) = (seen.from, self.complete, seen.bytes.len()) {
            self.crossed.push((from, seen.bytes.clone()));
        }
        if seen.step != steps::Step::Tls(Step::ClientKeyExchange) {
            return None;
        }
        let (key, encrypted) = (self.private_key.as_ref()?, seen.bytes.get(HEAD..)?);
        let mut opened = vec![0; key.size() as usize];
        let length = key.private_decrypt(encrypted, &mut opened, Padding::PKCS1).ok()?;
        opened.truncate(length);
        let mut fields = pre_master_secret(&opened, witness.session());
        fields.put(common::OPENED_WITH, format!("RSA {} bit private key", key.size() * 8));
        fields.put(field::ENCRYPTED_STARTS_WITH, hex::encode(encrypted.get(..8)?));
        witness.session().tls_secret(witness.ends(), "RSA", encrypted.get(..8)?, &opened);
        self.pre_master_secret = Some(Zeroizing::new(opened));
        Some(Seen::local(Step::PreMasterSecret, fields))
    }

    /// Computes the master secret from the pre-master secret and says whether it is the session's.
    pub(super) fn compare(&self, master_secret: &[u8], decoder: &Decoder, fields: &mut Fields) {
        let Some(pre_master_secret) = &self.pre_master_secret else { return };
        let Some(recomputed) = decoder.master_secret(pre_master_secret) else { return };
        fields.put(field::PRE_MASTER_SECRET, fingerprint(pre_master_secret));
        fields.put(field::MASTER_SECRET_RECOMPUTED, fingerprint(&recomputed));
        fields.put(common::EQUAL, recomputed == master_secret);
    }
}

/// `struct { ProtocolVersion client_version; opaque random[46]; } PreMasterSecret`, RFC 5246 §7.4.7.1.
fn pre_master_secret(secret: &[u8], session: &Session) -> Fields {
    let mut fields = fields! { common::LENGTH => secret.len(), common::FINGERPRINT => fingerprint(secret) };
    if let [major, minor, ..] = *secret {
        let version = u16::from_be_bytes([major, minor]);
        fields.put(field::CLIENT_VERSION, names::version(version));
    }
    session.reveal(&mut fields, &[secret]);
    fields
}
