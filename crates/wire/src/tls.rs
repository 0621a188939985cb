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
mod distinguished;
mod foreign;
mod handshake;
mod hash;
mod hello;
pub mod hybrid;
mod keys;
mod layout;
mod message;
pub mod names;
mod opener;
mod private_key;
mod read;
mod record;
mod schedule;
mod transcript;

#[cfg(test)]
mod rfc8448;
#[cfg(test)]
mod tests;

use std::{collections::VecDeque, sync::Arc};

use aws_lc_rs::digest;
use steps::{
    Side, common,
    tls::{Step, field},
};

pub use crate::Crossed;
pub use certificate::{certificate_fields, key_of_issuer};
pub(crate) use layout::layout;
pub use private_key::PrivateKey;

use self::{handshake::Handshake, opener::Opener, record::Record};
use crate::{Seen, fields};

/// The most that waits for its secret; a connection whose secrets never come must not fill the memory.
const MOST_WAITING: usize = 256 * 1024;

/// The most secrets that are kept; a connection has five, and two more for early data.
const MOST_SECRETS: usize = 16;

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
    /// The thread was lost, which was said.
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

    /// Takes bytes that `from` sent and that crossed at `moment`.
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

    /// Takes a secret by its key log label (RFC 9850). Secrets of other connections are no harm.
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

    /// Bytes crossed that were not captured: what a Finished covers is not known from here on.
    pub fn lacks_bytes(&mut self) {
        self.handshake.lacks_bytes = true;
    }

    /// From now on keeps what application data holds, or does not.
    pub fn keep_plain(&mut self, keep: bool) {
        self.plain = keep.then(VecDeque::new);
    }

    /// What the next application data that was opened held, in the order in which it was told; none: it is not kept.
    pub fn plain(&mut self) -> Option<Vec<u8>> {
        self.plain.as_mut()?.pop_front()
    }

    /// Nothing more will come: says what was left over.
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

    fn is_protected(&self, from: Side, record: &Record) -> bool {
        match self.lane_of(from).phase {
            Phase::Clear => false,
            Phase::Session => true,
            // TLS 1.3 protects records of this type only; the ChangeCipherSpec and early alerts are in the clear.
            Phase::Handshake | Phase::Application => record.header[0] == record::APPLICATION_DATA,
        }
    }

    fn open_waiting(&mut self) {
        while let Some(from) = self.oldest() {
            if !self.find_key(from) {
                return;
            }
            let waiting = &mut self.lane(from).waiting;
            let Some(Waiting { moment, record, .. }) = waiting.pop_front() else { return };
            if waiting.is_empty() {
                *waiting = VecDeque::new(); // most of the time nothing waits
            }
            self.waiting_bytes -= record.weight();
            self.open(from, moment, &record);
        }
    }

    /// Who sent the record that has waited longest.
    fn oldest(&self) -> Option<Side> {
        let place = |lane: &Lane| lane.waiting.front().map(|waiting| waiting.place);
        match (place(&self.client), place(&self.server)) {
            (None, None) => None,
            (Some(_), None) => Some(Side::Client),
            (None, Some(_)) => Some(Side::Server),
            (Some(client), Some(server)) if client < server => Some(Side::Client),
            (Some(_), Some(_)) => Some(Side::Server),
        }
    }

    fn open(&mut self, from: Side, moment: u64, record: &Record) {
        self.end = record.end;
        let lane = self.lane(from);
        let phase = lane.phase;
        let Some(opener) = lane.opener.as_mut() else { return };
        let mut opened = unlock(opener, phase, record);
        if opened.is_none() && !lane.proven {
            opened = self.unlock_otherwise(from, record);
        }
        self.lane(from).proven |= opened.is_some();
        match opened {
            Some((kind, body)) => {
                let nonce = self.lane(from).opener.as_ref().map_or(0, Opener::nonce_in_record);
                self.sealed = Some(record.sealed(nonce));
                self.content(from, moment, kind, body, Some(&record.body));
                self.sealed = None;
            }
            // Early data that the server refused is not under this key, and nobody else opens it either.
            None if phase == Phase::Handshake && self.handshake.early_data && from == Side::Client => {
                self.unopened(from, moment, record);
            }
            None => self.does_not_open(from, moment, record),
        }
    }

    /// Derives the key of the phase in which `from` is, if its secret is known.
    fn find_key(&mut self, from: Side) -> bool {
        if self.lane(from).opener.is_none() {
            let opener = self.secrets_of(from).find_map(|secret| self.opener(from, secret));
            self.lane(from).opener = opener;
        }
        self.lane(from).opener.is_some()
    }

    /// Whoever changes what crosses makes the two ends derive different secrets, and a key log may have both. Under which
    /// of them `from` sends shows with the first record.
    fn unlock_otherwise(&mut self, from: Side, record: &Record) -> Option<(u8, Vec<u8>)> {
        let phase = self.lane(from).phase;
        let found = self.secrets_of(from).skip(1).find_map(|secret| {
            let mut opener = self.opener(from, secret)?;
            unlock(&mut opener, phase, record).map(|opened| (opener, opened, secret.to_vec()))
        });
        let (opener, opened, secret) = found?;
        let lane = self.lane(from);
        (lane.opener, lane.updated) = (Some(opener), Some(secret));
        Some(opened)
    }

    /// What opens the records that `from` sends now, under that secret.
    fn opener(&self, from: Side, secret: &[u8]) -> Option<Opener> {
        let (cipher, hash) = self.handshake.suite_keys()?;
        let randoms = (&self.handshake.client_random[..], &self.handshake.server_random[..]);
        match self.lane_of(from).phase {
            Phase::Clear => None,
            Phase::Session => {
                let how = (from == Side::Client, self.handshake.encrypt_then_mac);
                Opener::tls12((cipher, hash), secret, randoms, how)
            }
            Phase::Handshake | Phase::Application => Opener::tls13(cipher, hash, secret),
        }
    }

    /// The secret under which `from` sends now.
    fn secret_of(&self, from: Side) -> Option<&[u8]> {
        self.secrets_of(from).next()
    }

    fn secrets_of(&self, from: Side) -> impl Iterator<Item = &[u8]> {
        let lane = self.lane_of(from);
        let label = match (lane.phase, from) {
            (Phase::Clear, _) => "",
            (Phase::Session, _) => "CLIENT_RANDOM",
            (Phase::Handshake, Side::Client) => "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
            (Phase::Handshake, Side::Server) => "SERVER_HANDSHAKE_TRAFFIC_SECRET",
            (Phase::Application, Side::Client) => "CLIENT_TRAFFIC_SECRET_0",
            (Phase::Application, Side::Server) => "SERVER_TRAFFIC_SECRET_0",
        };
        let ours = move |known: &&Secret| {
            known.label == label && known.client_random == self.handshake.client_random
        };
        let logged = self.secrets.iter().filter(ours).map(|known| known.secret.as_slice());
        let updated = lane.updated.as_deref();
        updated.into_iter().chain(logged.filter(move |_| updated.is_none()))
    }

    /// From here on `from` sends under other keys.
    fn turn(&mut self, from: Side, phase: Phase) {
        let lane = self.lane(from);
        (lane.phase, lane.opener, lane.updated, lane.proven) = (phase, None, None, false);
    }

    /// The key of what waits of `from` will not come in time. The other direction goes on by itself.
    fn give_up(&mut self, from: Side) {
        if let Some(Waiting { moment, record, .. }) = self.lane(from).waiting.front() {
            let (moment, whole) = (*moment, record.whole());
            self.lost(from, moment, "a record whose key is known", &whole);
        }
        self.open_waiting();
    }

    fn fall_silent(&mut self, from: Side) {
        let lane = self.lane(from);
        lane.silent = true;
        let waited = std::mem::take(&mut lane.waiting);
        self.waiting_bytes -= waited.iter().map(|waiting| waiting.record.weight()).sum::<usize>();
    }

    /// These bytes stand where a record was due: another protocol, perhaps. What a server says first is meant to be read; a
    /// client may have put anything there.
    fn another(&mut self, from: Side, moment: u64, bytes: &[u8]) {
        let line = record::line(bytes).filter(|_| from == Side::Server);
        self.lost_with(from, moment, self.expected(from), bytes, line);
    }

    /// Says once that the thread was lost, and is silent about `from` from then on.
    fn lost(&mut self, from: Side, moment: u64, expected: &str, bytes: &[u8]) {
        self.lost_with(from, moment, expected, bytes, None);
    }

    fn lost_with(&mut self, from: Side, moment: u64, expected: &str, bytes: &[u8], line: Option<String>) {
        if self.lane(from).silent {
            return;
        }
        self.fall_silent(from);
        let first = &bytes[..bytes.len().min(record::ENOUGH)];
        let mut fields = fields! {
            field::SENDER => who(from),
            common::DUE => expected,
            common::LOOKS_LIKE => foreign::looks_like(first),
        };
        let shown = if line.is_some() { bytes } else { first };
        fields.put_some(common::TEXT, line);
        fields.put(common::FIRST_BYTES, hex::encode(first));
        self.say(from, moment, Step::Undecodable, fields, shown);
    }

    /// A record that fails its authentication: what follows in this direction cannot be read either.
    fn does_not_open(&mut self, from: Side, moment: u64, record: &Record) {
        self.fall_silent(from);
        let bytes = record.whole();
        let fields = fields! {
            field::SENDER => who(from),
            common::LENGTH => record.body.len(),
            common::FIRST_BYTES => hex::encode(&bytes[..bytes.len().min(record::ENOUGH)]),
        };
        self.say(from, moment, Step::DoesNotOpen, fields, &bytes);
    }

    fn expected(&self, from: Side) -> &'static str {
        match from {
            Side::Client if self.handshake.client_random.is_empty() => "a TLS record with a ClientHello",
            Side::Server if self.handshake.suite.is_none() => "a TLS record with a ServerHello",
            Side::Client | Side::Server => "a TLS record",
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

    fn unopened(&mut self, from: Side, moment: u64, record: &Record) {
        let fields = fields! {
            field::EARLY_DATA => true,
            field::OPENED => false,
            field::CIPHERTEXT_LENGTH => record.body.len(),
            field::CIPHERTEXT => hex::encode(&record.body[..record.body.len().min(16)]),
        };
        self.say(from, moment, Step::ApplicationData, fields, &record.body);
    }
}

/// The type and the content of a protected record.
fn unlock(opener: &mut Opener, phase: Phase, record: &Record) -> Option<(u8, Vec<u8>)> {
    match phase {
        Phase::Clear => None,
        Phase::Session => opener.open_12(record.header, &record.body).map(|body| (record.header[0], body)),
        Phase::Handshake | Phase::Application => opener.open_13(record.header, &record.body),
    }
}

fn who(side: Side) -> &'static str {
    match side {
        Side::Client => "client",
        Side::Server => "server",
    }
}

/// The first eight hex digits of a secret's SHA-256: enough to see that two are equal, of no use to open anything.
pub fn fingerprint(secret: &[u8]) -> String {
    hex::encode(&digest::digest(&digest::SHA256, secret).as_ref()[..4])
}
