//! From one secret to the next: what the decoder can compute of the key schedule with what crossed. TLS 1.2: RFC 5246
//! §8.1 and §6.3. TLS 1.3: the column of extracts and derivations in RFC 8446 §7.1.

use std::sync::OnceLock;

use steps::{
    Fields, Side, common,
    tls::{Step, field},
};

use super::{
    Crossed, Decoder, MOST_KEY_EXCHANGES, Secret, fingerprint, hash::Hash, keys, names, reader::Reader,
};
use crate::{Seen, fields};

/// What TLS 1.3's key schedule starts from.
#[derive(Default)]
pub(super) struct Schedule {
    /// What the key exchange gave, where the library told.
    shared_secret: Option<Vec<u8>>,
    /// What follows from it, once that was computed.
    handshake_secret: Option<Vec<u8>>,
    /// A pre-shared key goes in first, which nobody tells us.
    pub(super) psk: bool,
    /// The hash from ClientHello to ServerHello.
    pub(super) hello_hash: Vec<u8>,
    /// The hash from ClientHello to the server's Finished.
    pub(super) server_finished_hash: Vec<u8>,
}

impl std::fmt::Debug for Schedule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The secret stays out of every log.
        f.debug_struct("Schedule").field("psk", &self.psk).finish_non_exhaustive()
    }
}

impl Decoder {
    /// TLS 1.2's master secret as it follows from `pre_master_secret` and the two randoms that crossed. None before
    /// both hellos have crossed, and where the session's hash is in it too (RFC 7627).
    pub fn master_secret(&self, pre_master_secret: &[u8]) -> Option<Vec<u8>> {
        if self.extended_master_secret() != Some(false) {
            return None;
        }
        let hash = self.handshake.hash()?;
        Some(keys::master_secret(hash, pre_master_secret, self.randoms()))
    }

    /// With the server's RSA key at hand: opens the pre-master secret of static RSA from the ClientKeyExchange that
    /// crossed, and computes the master secret, in which with RFC 7627 the hash of the messages up to here stands.
    pub(super) fn open_pre_master_secret(&mut self, moment: u64, body: &[u8]) {
        let is_static_rsa = self.cipher_suite().is_some_and(|suite| {
            suite.starts_with("TLS_RSA_WITH_") // TLS_RSA_PSK has a secret more
        });
        let (true, Some(key), Some(hash)) = (is_static_rsa, self.private_key.clone(), self.handshake.hash())
        else {
            return;
        };
        if self.key_exchanges >= MOST_KEY_EXCHANGES {
            return;
        }
        self.key_exchanges += 1;
        // `struct { ProtocolVersion client_version; opaque random[46]; } PreMasterSecret`, RFC 5246 §7.4.7.1.
        const LENGTH: usize = 48;
        let opened = Reader(body).vec16().and_then(|encrypted| key.open(encrypted));
        let opened = opened.filter(|secret| secret.len() == LENGTH);
        self.private_key_fits = Some(opened.is_some());
        let Some(secret) = opened else { return };
        let fields = fields! {
            common::LENGTH => secret.len(),
            common::FINGERPRINT => fingerprint(&secret),
            field::CLIENT_VERSION => names::version(u16::from_be_bytes([secret[0], secret[1]])),
            common::OPENED_WITH => format!("RSA {} bit private key", key.bits()),
        };
        self.out.push(Crossed { moment, seen: Seen::local(Step::PreMasterSecret, fields) });
        let master = match self.extended_master_secret() {
            Some(true) => {
                let Some(session_hash) = self.handshake.hash_so_far() else { return };
                keys::extended_master_secret(hash, &secret, &session_hash)
            }
            Some(false) | None => keys::master_secret(hash, &secret, self.randoms()),
        };
        let client_random = self.handshake.client_random.clone();
        self.secrets.push(Secret { label: "CLIENT_RANDOM".into(), client_random, secret: master });
    }

    /// The keys that follow from TLS 1.2's master secret, each by its name in the RFC and its fingerprint. None before
    /// both hellos have crossed, and for a suite without AEAD, which has other keys.
    pub fn key_block(&self, master_secret: &[u8]) -> Option<[(&'static str, String); 4]> {
        let suite = self.handshake.suite_keys().filter(|(cipher, _)| cipher.is_aead())?;
        let block = keys::key_block(suite, master_secret, self.randoms());
        Some([
            ("client_write_key", fingerprint(&block.client_write_key)),
            ("server_write_key", fingerprint(&block.server_write_key)),
            ("client_write_IV", fingerprint(&block.client_write_iv)),
            ("server_write_IV", fingerprint(&block.server_write_iv)),
        ])
    }

    /// Takes what the key exchange gave. With it, TLS 1.3's traffic secrets are computed again and compared with those
    /// of the key log: the fields of both Finished messages say so.
    pub fn shared_secret(&mut self, secret: &[u8]) {
        self.handshake.schedule.shared_secret = Some(secret.to_vec());
        self.handshake.schedule.handshake_secret = None;
    }

    /// The way from the shared secret to the secrets that TLS 1.3 uses around `from`'s Finished.
    pub(super) fn key_schedule(&mut self, from: Side, fields: &mut Fields) {
        let Some((_, hash)) = self.handshake.suite_keys() else { return };
        let schedule = &mut self.handshake.schedule;
        let (false, Some(shared_secret)) = (schedule.psk, &schedule.shared_secret) else { return };
        let without_psk = WithoutPsk::of(hash);
        let extract = || keys::extract(hash, &without_psk.derived, shared_secret);
        let handshake = schedule.handshake_secret.get_or_insert_with(extract).clone();
        let Schedule { hello_hash, server_finished_hash, .. } = &self.handshake.schedule;
        let mut way =
            vec![("Early Secret", without_psk.early.clone()), ("Handshake Secret", handshake.clone())];
        let mut equal = true;
        let mut derive = |name, label, secret: &[u8], transcript_hash: &[u8], logged| {
            let traffic = keys::derive_secret(hash, secret, label, transcript_hash);
            equal &= self.logged(logged) == Some(&traffic);
            way.push((name, traffic));
        };
        match from {
            Side::Server => derive(
                "server_handshake_traffic_secret",
                "s hs traffic",
                &handshake,
                hello_hash,
                "SERVER_HANDSHAKE_TRAFFIC_SECRET",
            ),
            Side::Client => {
                let client = "client_handshake_traffic_secret";
                derive(client, "c hs traffic", &handshake, hello_hash, "CLIENT_HANDSHAKE_TRAFFIC_SECRET");
                let derived = keys::derive_secret(hash, &handshake, "derived", &without_psk.empty);
                let master = keys::extract(hash, &derived, &vec![0; hash.len()]);
                let (client, server) =
                    ("client_application_traffic_secret_0", "server_application_traffic_secret_0");
                derive(client, "c ap traffic", &master, server_finished_hash, "CLIENT_TRAFFIC_SECRET_0");
                derive(server, "s ap traffic", &master, server_finished_hash, "SERVER_TRAFFIC_SECRET_0");
                way.insert(3, ("Master Secret", master));
            }
        }
        let way: Vec<_> =
            way.iter().map(|(name, secret)| format!("{name} {}", fingerprint(secret))).collect();
        fields.put(field::KEY_SCHEDULE, way);
        fields.put(field::KEY_SCHEDULE_EQUAL, equal);
    }

    /// The secret of that label in the key log.
    fn logged(&self, label: &str) -> Option<&Vec<u8>> {
        let ours = |known: &&super::Secret| {
            known.label == label && known.client_random == self.handshake.client_random
        };
        self.secrets.iter().find(ours).map(|known| &known.secret)
    }

    fn randoms(&self) -> (&[u8], &[u8]) {
        (&self.handshake.client_random, &self.handshake.server_random)
    }
}

/// Where every key schedule without a pre-shared key begins: the same for all connections.
struct WithoutPsk {
    /// The hash of no message.
    empty: Vec<u8>,
    early: Vec<u8>,
    /// What follows from it, the salt of the next extract.
    derived: Vec<u8>,
}

impl WithoutPsk {
    fn of(hash: Hash) -> &'static Self {
        // Constants of each hash, computed when they are first needed.
        static ALL: [OnceLock<WithoutPsk>; 3] = [const { OnceLock::new() }; 3];
        ALL[hash as usize].get_or_init(|| {
            let (zeros, empty) = (vec![0; hash.len()], hash.digest(&[]));
            let early = keys::extract(hash, &zeros, &zeros);
            let derived = keys::derive_secret(hash, &early, "derived", &empty);
            WithoutPsk { empty, early, derived }
        })
    }
}
