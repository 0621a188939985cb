//! TLS records and handshake messages, 1.2 and 1.3, decrypted with the run's own secrets.
//!
//! Read beside it: the notes' heading "HTTPS TLS", RFC 5246 §6 and §7 (TLS 1.2), RFC 8446 §4 and §5 (TLS 1.3).
//!
//! [`Decoder::push`] takes the bytes of either side in any slicing, [`Decoder::secret`] takes what a key log has
//! (RFC 9850). Records that crossed before their secret was known wait, and come out with the moment at which they
//! crossed.

mod cbc;
mod certificate;
mod cipher;
mod content;
mod distinguished;
mod foreign;
mod handshake;
mod hash;
mod hello;
pub mod hybrid;
mod keys;
mod layout;
mod lost;
mod message;
pub mod names;
mod opener;
mod private_key;
mod protected;
mod reader;
mod record;
mod schedule;
mod transcript;

#[cfg(test)]
mod tests;

use std::{collections::VecDeque, sync::Arc};

use aws_lc_rs::digest;
use steps::{Side, common, tls::Step};

pub use crate::Crossed;
pub use certificate::{certificate_fields, key_of_issuer};
pub(crate) use layout::layout;
pub use private_key::PrivateKey;

use self::{handshake::Handshake, opener::Opener, record::Record};
use crate::Seen;

/// The most that waits for its secret; a connection whose secrets never come must not fill the memory.
const MOST_WAITING: usize = 256 * 1024;

/// The most secrets that are kept; a connection has five, and two more for early data.
const MOST_SECRETS: usize = 16;

/// The most key exchanges that are opened with the server's private key, which takes long; a connection has one, and
/// one more with each renegotiation.
const MOST_KEY_EXCHANGES: usize = 16;

/// Recognises what crosses one TLS connection. It holds no clock and does no I/O.
#[derive(Debug, Default)]
pub struct Decoder {
    client: Lane,
    server: Lane,
    handshake: Handshake,
    secrets: Vec<Secret>,
    /// The server's, where somebody has it; and whether a secret was encrypted for it.
    private_key: Option<Arc<PrivateKey>>,
    private_key_fits: Option<bool>,
    /// How many key exchanges it was tried on.
    key_exchanges: usize,
    /// How many protected records have crossed, and how much of them waits.
    protected: u64,
    waiting_bytes: usize,
    /// Where the record that is being read ends in what its sender has sent.
    end: u64,
    /// The protected record whose content is told at the moment.
    sealed: Option<record::Sealed>,
    /// What application data held, where somebody wants to read on.
    plain: Option<VecDeque<Vec<u8>>>,
    out: Vec<Crossed>,
}

/// One direction.
#[derive(Debug, Default)]
struct Lane {
    /// The beginning of a record.
    partial: Vec<u8>,
    /// The beginning of a handshake message.
    message: Vec<u8>,
    phase: Phase,
    opener: Option<Opener>,
    /// It has opened a record.
    proven: bool,
    /// Protected records whose key is not known yet.
    waiting: VecDeque<Waiting>,
    /// The secret in place of the key log's first: it followed a KeyUpdate, or was found by trial.
    updated: Option<Vec<u8>>,
    /// This direction cannot be read, which was said; nothing more of it is.
    silent: bool,
    /// The last moment at which something crossed.
    moment: u64,
    /// How many bytes have crossed.
    sent: u64,
}

/// Which keys protect a direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Clear,
    /// TLS 1.2 after ChangeCipherSpec.
    Session,
    /// TLS 1.3 up to Finished.
    Handshake,
    /// TLS 1.3 after Finished.
    Application,
}

/// A record that waits for its key.
#[derive(Debug)]
struct Waiting {
    /// Its place among the protected records of both directions: the hash of the handshake needs that order.
    place: u64,
    moment: u64,
    record: Record,
}

struct Secret {
    label: String,
    client_random: Vec<u8>,
    secret: Vec<u8>,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The secret stays out of every log.
        write!(f, "{} {}", self.label, fingerprint(&self.secret))
    }
}

impl Decoder {
    /// A decoder for a connection that begins.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next `bytes` of the records that `from` sent, cut anywhere (RFC 5246 §6.2, RFC 8446 §5.1), and gives the
    /// steps that they complete, in the order in which they crossed. `moment`, in a unit of the caller's, is handed back
    /// with them. It cannot fail: what is no TLS is a step of its own.
    pub fn push(&mut self, from: Side, moment: u64, bytes: &[u8]) -> Vec<Crossed> {
        let lane = self.lane(from);
        lane.moment = moment;
        lane.sent += bytes.len() as u64;
        if lane.silent {
            return Vec::new();
        }
        // What came before is there only where a record was cut: most of the time nothing is copied, and nothing kept.
        let mut begun = std::mem::take(&mut lane.partial);
        let whole = if begun.is_empty() {
            bytes
        } else {
            begun.extend_from_slice(bytes);
            begun.as_slice()
        };
        let mut rest = whole;
        while !self.lane(from).silent {
            match record::next(rest) {
                record::Next::Record(record, tail) => {
                    rest = tail;
                    let end = self.lane(from).sent - rest.len() as u64;
                    self.record(from, moment, Record { end, ..record });
                }
                record::Next::Partial => break,
                record::Next::Foreign(first) => self.another(from, moment, first),
            }
        }
        if !self.lane(from).silent {
            let used = whole.len() - rest.len();
            self.lane(from).partial = if begun.is_empty() || rest.is_empty() {
                rest.to_vec()
            } else {
                begun.drain(..used);
                begun
            };
        }
        std::mem::take(&mut self.out)
    }

    /// Takes a secret by its key log label (RFC 9850 §2), such as `CLIENT_RANDOM` or `CLIENT_HANDSHAKE_TRAFFIC_SECRET`, and gives
    /// the steps that waited for it. `client_random` is the 32 bytes of the ClientHello, `secret` the bytes themselves. Secrets
    /// of other connections, and labels that are not known, are no harm.
    pub fn secret(&mut self, label: &str, client_random: &[u8], secret: &[u8]) -> Vec<Crossed> {
        if self.secrets.len() < MOST_SECRETS {
            let (label, client_random) = (label.to_owned(), client_random.to_vec());
            self.secrets.push(Secret { label, client_random, secret: secret.to_vec() });
        }
        self.open_waiting();
        std::mem::take(&mut self.out)
    }

    /// Takes the server's RSA key: static RSA is opened with it.
    pub fn private_key(&mut self, key: Arc<PrivateKey>) {
        self.private_key = Some(key);
    }

    /// Whether what the client encrypted was for that key; none: nothing was encrypted so, or there is no key.
    pub fn private_key_fits(&self) -> Option<bool> {
        self.private_key_fits
    }

    /// To be called when bytes crossed that were not captured: what a Finished covers is then not known any more.
    pub fn lacks_bytes(&mut self) {
        self.handshake.lacks_bytes = true;
    }

    /// Whether the plaintext of application data is kept from now on, for [`Decoder::plain`]; at first it is not.
    pub fn keep_plain(&mut self, keep: bool) {
        self.plain = keep.then(VecDeque::new);
    }

    /// The plaintext of the oldest step of application data that was not asked for yet; none: no more is kept, or none was
    /// to be ([`Decoder::keep_plain`]).
    pub fn plain(&mut self) -> Option<Vec<u8>> {
        self.plain.as_mut()?.pop_front()
    }

    /// Whether something has crossed that gives no step yet: its key is not known, or it is no TLS and may go on.
    pub fn is_waiting(&self) -> bool {
        [&self.client, &self.server].into_iter().any(|lane| {
            let is_foreign = !lane.silent && !lane.partial.is_empty() && !record::may_begin(&lane.partial);
            !lane.waiting.is_empty() || is_foreign
        })
    }

    /// To be called when nothing more will come from either side: gives the steps of encrypted records that waited for
    /// a key, unopened, and names a beginning that is no TLS.
    pub fn end(&mut self) -> Vec<Crossed> {
        while let Some(from) = self.oldest() {
            self.give_up(from);
        }
        for from in [Side::Client, Side::Server] {
            let lane = self.lane(from);
            // A record that was cut is no step; a stream that never became TLS is worth a word.
            if !lane.silent && !lane.partial.is_empty() && !record::may_begin(&lane.partial) {
                let (first, moment) = (std::mem::take(&mut lane.partial), lane.moment);
                self.another(from, moment, &first);
            }
        }
        std::mem::take(&mut self.out)
    }

    /// The cipher suite that the server chose, once it crossed.
    pub fn cipher_suite(&self) -> Option<&str> {
        self.handshake.suite.as_deref()
    }

    /// The client's random, once it crossed.
    pub fn client_random(&self) -> Option<&[u8]> {
        Some(self.handshake.client_random.as_slice()).filter(|random| !random.is_empty())
    }

    /// Whether TLS 1.2's master secret covers the hash of the handshake (RFC 7627), once the server's answer crossed.
    pub fn extended_master_secret(&self) -> Option<bool> {
        self.handshake.extended_master_secret
    }

    fn record(&mut self, from: Side, moment: u64, record: Record) {
        self.end = record.end;
        if self.handshake.is_early(from, &record) {
            self.unopened(from, moment, &record);
        } else if self.is_protected(from, &record) {
            self.waiting_bytes += record.weight();
            let place = self.protected;
            self.protected += 1;
            self.lane(from).waiting.push_back(Waiting { place, moment, record });
            self.open_waiting();
            while self.waiting_bytes > MOST_WAITING {
                let Some(oldest) = self.oldest() else { break };
                self.give_up(oldest);
            }
        } else {
            let Record { header, body, .. } = record;
            self.content(from, moment, header[0], body, None);
        }
    }

    fn say(&mut self, from: Side, moment: u64, step: Step, mut fields: steps::Fields, bytes: &[u8]) {
        if let Some(sealed) = self.sealed.as_ref().filter(|_| fields.holds(common::ENCRYPTED)) {
            sealed.tell(&mut fields);
        }
        let seen = Seen::new(step, from, fields, bytes);
        self.out.push(Crossed {
            moment,
            seen: Seen { end: (step != Step::Undecodable).then_some(self.end), ..seen },
        });
    }

    fn lane_of(&self, from: Side) -> &Lane {
        match from {
            Side::Client => &self.client,
            Side::Server => &self.server,
        }
    }

    fn lane(&mut self, from: Side) -> &mut Lane {
        match from {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }
}

/// The first eight hex digits of a secret's SHA-256: enough to see that two are equal, of no use to open anything.
pub fn fingerprint(secret: &[u8]) -> String {
    hex::encode(&digest::digest(&digest::SHA256, secret).as_ref()[..4])
}
