//! What a told secret leads to: the exchange hash, recomputed from what crossed and checked by the host key's signature
//! over it; the session identifier; the six keys; and with them the packets that waited.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use steps::{
    Fields, Said, say,
    ssh::{Step, field},
};

use super::{
    Decoder, Signature,
    certificate::fingerprint as key_fingerprint,
    keys::{self, Secret, Six},
    opener::Lengths,
};
use crate::{Seen, fields};

/// The most secrets that are kept; a connection has one for each key exchange.
const MOST_SECRETS: usize = 16;

/// A secret that was told.
pub(super) struct Told {
    cookie: Vec<u8>,
    secret: Vec<u8>,
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The secret stays out of every log.
        write!(f, "{} {}", hex::encode(&self.cookie), fingerprint(&self.secret))
    }
}

/// The first eight hex digits of a secret's SHA-256: enough to see that two are equal, of no use to open anything.
pub(super) fn fingerprint(secret: &[u8]) -> String {
    hex::encode(&digest(&SHA256, secret).as_ref()[..4])
}

impl Decoder {
    pub(super) fn remember(&mut self, cookie: &[u8], secret: &[u8]) {
        if self.secrets.len() == MOST_SECRETS {
            self.secrets.pop_front();
        }
        self.secrets.push_back(Told { cookie: cookie.to_vec(), secret: secret.to_vec() });
    }

    /// Derives the keys of the key exchange that goes on, once all that they rest on is known.
    pub(super) fn derive(&mut self, moment: u64) {
        if self.lost || self.not_opened || self.exchange.derived {
            return;
        }
        let known = match &self.exchange.client {
            Some(kexinit) => self.secrets.iter().find(|told| told.cookie == kexinit.cookie),
            None => None,
        };
        let Some(told) = known else { return };
        match self.derived(told) {
            None => {}
            Some(Err(why)) => self.stop_opening(moment, &why),
            Some(Ok(derived)) => {
                self.exchange.derived = true;
                self.exchange.settle();
                let Derived { mut hash, keys, exchange_hash, signature, openers } = *derived;
                hash.put(field::RECOMPUTED, true);
                if self.login.session_identifier.is_empty() {
                    self.login.session_identifier = exchange_hash;
                }
                self.say(moment, Seen::local(Step::ExchangeHash, hash));
                if signature == Signature::Wrong {
                    self.stop_opening(moment, &wrong_secret());
                    return;
                }
                self.say(moment, Seen::local(Step::DerivedKeys, keys));
                let [client, server] = openers;
                self.client.unlock(client);
                self.server.unlock(server);
            }
        }
    }

    /// None: the messages of the exchange have not all crossed. An error says why the packets cannot be opened.
    fn derived(&self, told: &Told) -> Option<Result<Box<Derived>, Said>> {
        let exchange = &self.exchange;
        let (client, server) = (exchange.client.as_ref()?, exchange.server.as_ref()?);
        let agreed = exchange.agreed.as_ref()?;
        let kex = agreed.kex_algorithm()?;
        let reply = exchange.values.reply()?;
        let Some((hash, hash_name)) = keys::hash_of(kex) else { return Some(Err(unknown(kex))) };
        let secret = Secret::new(kex, &told.secret);
        let before = [
            self.client.identification_line(),
            self.server.identification_line(),
            &client.payload,
            &server.payload,
        ];
        let hashed = exchange.values.hashed(before, &secret)?;
        let exchange_hash = digest(hash, &hashed).as_ref().to_vec();
        let signature = self.login.verifier.verify(&reply.host_key, &reply.signature, &exchange_hash);
        let first = self.login.session_identifier.is_empty();
        let session = if first { &exchange_hash } else { &self.login.session_identifier };
        let in_hash = self.marked(fields! {
            field::EXCHANGE_HASH => hex::encode(&exchange_hash),
            field::SIGNATURE => signature.name(),
            field::SESSION_IDENTIFIER => hex::encode(session),
            field::IS_SESSION_IDENTIFIER => *session == exchange_hash,
            field::HASH => hash_name,
            field::HASHED => "V_C, V_S, I_C, I_S, K_S, the public values, K",
            field::HASHED_LENGTH => hashed.len(),
            field::HOST_KEY_FINGERPRINT => key_fingerprint(&reply.host_key),
            field::KEX_ALGORITHM => kex,
        });

        let protection = [agreed.protection(0), agreed.protection(1)];
        let mut lengths = [Lengths::default(); 2];
        for ([cipher, mac, compression], lengths) in protection.iter().zip(&mut lengths) {
            if *compression != "none" {
                return Some(Err(unknown(compression)));
            }
            match Lengths::of(cipher, mac) {
                Some(known) => *lengths = known,
                None => return Some(Err(unknown(&format!("{cipher} / {mac}")))),
            }
        }
        let six = Six::derive(hash, &secret, &exchange_hash, session, lengths);
        let opener = |direction: usize| {
            let [cipher, mac, _] = protection[direction];
            six.opener(direction, cipher, mac)
        };
        let openers = [opener(0)?, opener(1)?];
        let keys = self.marked(describe(&six, hash_name));
        Some(Ok(Box::new(Derived { hash: in_hash, keys, exchange_hash, signature, openers })))
    }
}

/// What one secret led to.
struct Derived {
    hash: Fields,
    keys: Fields,
    exchange_hash: Vec<u8>,
    signature: Signature,
    openers: [super::opener::Opener; 2],
}

/// Each key by its name in RFC 4253 §7.2, and no more of it than a fingerprint.
fn describe(six: &Six, hash_name: &str) -> Fields {
    let mut fields = fields! { field::HASH => hash_name };
    for (field, key) in field::KEYS.into_iter().zip(&six.0) {
        let shown = match key.len() {
            0 => "not used".to_owned(),
            length => format!("{} ({length} bytes)", fingerprint(key)),
        };
        fields.put(field, shown);
    }
    fields
}

fn unknown(algorithm: &str) -> Said {
    say!(ssh::does_not_open_this(algorithm))
}

fn wrong_secret() -> Said {
    say!(ssh::wrong_secret())
}
