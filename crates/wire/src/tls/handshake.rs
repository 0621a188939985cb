//! Handshake messages. Every Finished is computed a second time.

use steps::{
    Fields, Side, common,
    tls::{Step, field},
};

use super::{
    Crossed, Decoder, Phase,
    cipher::{Cipher, of_suite},
    fingerprint,
    hash::Hash,
    hello::{self, ClientHello, Identity, ServerHello},
    keys, message, names,
    reader::Reader,
    record::{self, Record},
    schedule::Schedule,
    transcript::Transcript,
};
use crate::{Seen, fields};

/// The longest handshake message that is gathered: room for a chain of large certificates.
const MOST_MESSAGE: usize = 128 * 1024;

/// The type of a HelloRequest, which TLS 1.3 has no more (RFC 5246 §7.4).
const HELLO_REQUEST: u8 = 0;

const TLS_1_3: u16 = 0x0304;
const TLS_1_2: u16 = 0x0303;

/// What is known of the handshake.
#[derive(Debug, Default)]
pub(super) struct Handshake {
    pub(super) client_random: Vec<u8>,
    pub(super) server_random: Vec<u8>,
    session_id: Vec<u8>,
    /// The tickets, sessions or keys that the client showed.
    shown: Vec<Identity>,
    /// The version that the server chose.
    pub(super) version: Option<u16>,
    /// The name of the suite that the server chose.
    pub(super) suite: Option<String>,
    /// The client wants to send data before the server has answered.
    pub(super) early_data: bool,
    pub(super) extended_master_secret: Option<bool>,
    /// With a block cipher the MAC covers what is encrypted (RFC 7366).
    pub(super) encrypt_then_mac: bool,
    pub(super) retried: bool,
    /// The thread has holes.
    pub(super) lacks_bytes: bool,
    pub(super) schedule: Schedule,
    transcript: Transcript,
    finished: (bool, bool),
    complete: bool,
}

impl Handshake {
    /// Whether `record` is application data that came before the server answered (RFC 8446 §2.3).
    pub(super) fn is_early(&self, from: Side, record: &Record) -> bool {
        from == Side::Client
            && self.early_data
            && self.suite.is_none()
            && record.header[0] == record::APPLICATION_DATA
    }

    pub(super) fn is_tls13(&self) -> bool {
        self.version == Some(TLS_1_3)
    }

    /// A signature does not say its kind.
    fn is_before_12(&self) -> bool {
        self.version.is_some_and(|version| version < TLS_1_2)
    }

    /// The cipher and hash on which the two agreed; none where this decoder cannot open it.
    pub(super) fn suite_keys(&self) -> Option<(Cipher, Hash)> {
        of_suite(self.suite.as_deref()?, self.version?)
    }

    pub(super) fn hash(&self) -> Option<Hash> {
        Some(self.suite_keys()?.1)
    }

    /// The hash of all messages so far.
    pub(super) fn hash_so_far(&self) -> Option<Vec<u8>> {
        self.transcript.digest()
    }

    fn remember(&mut self, whole: &[u8]) {
        if !self.complete {
            self.transcript.add(whole);
        }
    }
}

impl Decoder {
    /// Gathers handshake messages, which may share a record or fill several.
    pub(super) fn handshake_bytes(&mut self, from: Side, moment: u64, bytes: &[u8], opened: bool) {
        let mut gathered = std::mem::take(&mut self.lane(from).message);
        gathered.extend_from_slice(bytes);
        let mut rest = gathered.as_slice();
        while !self.lane(from).silent {
            let mut r = Reader(rest);
            let (Some(kind), Some(length)) = (r.u8(), r.u24()) else { break };
            if length > MOST_MESSAGE {
                self.lost(from, moment, "a handshake message of at most 128 KiB", rest);
                break;
            }
            let Some(body) = r.take(length) else { break };
            let whole = &rest[..4 + length];
            // Where a packet is missing, what is sealed is taken for clear: a nonce of zeros, as of a first record, would be two
            // of these, which have nothing to say and no reason to be said with anything else (RFC 5246 §7.4.1.1).
            let sealed = kind == HELLO_REQUEST && !opened && gathered.len() > whole.len();
            if sealed || self.message(from, moment, (kind, body, whole), opened).is_none() {
                let expected = format!("a well-formed {}", names::handshake_type(kind));
                self.lost(from, moment, &expected, whole);
            }
            rest = r.0;
        }
        // Most records end a message; a long one in many records is not copied with each of them.
        let used = gathered.len() - rest.len();
        if used < gathered.len() {
            gathered.drain(..used);
            self.lane(from).message = gathered;
        }
    }

    fn message(
        &mut self,
        from: Side,
        moment: u64,
        (kind, body, whole): (u8, &[u8], &[u8]),
        opened: bool,
    ) -> Option<()> {
        let tls13 = self.handshake.is_tls13();
        let suite = self.handshake.suite.clone().unwrap_or_default();
        let (step, mut fields) = match (kind, from) {
            (1, Side::Client) => return self.client_hello(moment, body, whole),
            (2, Side::Server) => return self.server_hello(moment, body, whole),
            (4, Side::Server) => (Step::NewSessionTicket, message::new_session_ticket(body, tls13)?),
            (8, Side::Server) => (Step::EncryptedExtensions, hello::encrypted_extensions(body)?),
            (11, Side::Server) => (Step::Certificate, message::certificate(body, tls13)?),
            (11, Side::Client) => (Step::ClientCertificate, message::certificate(body, tls13)?),
            (12, Side::Server) => (
                Step::ServerKeyExchange,
                message::server_key_exchange(body, &suite, self.handshake.is_before_12())?,
            ),
            (13, Side::Server) => (
                Step::CertificateRequest,
                message::certificate_request(body, tls13, self.handshake.is_before_12())?,
            ),
            (14, Side::Server) => (Step::ServerHelloDone, Fields::new()),
            (15, Side::Client | Side::Server) => (Step::CertificateVerify, self.certificate_verify(body)?),
            (16, Side::Client) => (Step::ClientKeyExchange, message::client_key_exchange(body, &suite)?),
            (20, Side::Client | Side::Server) => (Step::Finished, self.finished(from, body)?),
            (24, Side::Client | Side::Server) => (Step::KeyUpdate, message::key_update(body)?),
            (_, Side::Client | Side::Server) => {
                let name = names::handshake_type(kind);
                (
                    Step::OtherMessage,
                    fields! { field::TYPE => kind, field::NAME => name, common::LENGTH => body.len() },
                )
            }
        };
        fields.put(common::ENCRYPTED, opened);
        self.say(from, moment, step, fields, whole);
        // In TLS 1.2 the ticket is part of the handshake. In TLS 1.3 it is not, although some servers (Go's) send it
        // before the client's Finished; nor is KeyUpdate. HelloRequest is in neither hash.
        if kind != HELLO_REQUEST && !(tls13 && matches!(kind, 4 | 24)) {
            self.handshake.remember(whole);
        }
        if step == Step::ClientKeyExchange {
            self.open_pre_master_secret(moment, body);
        } else if step == Step::Finished {
            self.after_finished(from);
        } else if step == Step::KeyUpdate {
            self.after_key_update(from);
        }
        Some(())
    }

    fn client_hello(&mut self, moment: u64, body: &[u8], whole: &[u8]) -> Option<()> {
        let ClientHello { random, session_id, early_data, shown, mut fields } = hello::client_hello(body)?;
        if self.handshake.retried {
            fields.put(field::AFTER_HELLO_RETRY_REQUEST, true);
        }
        if self.handshake.suite.is_some() {
            // TLS 1.2's renegotiation, which our libraries refuse: said, and not followed.
            self.say(Side::Client, moment, Step::ClientHello, fields, whole);
            return Some(());
        }
        self.handshake.client_random = random.to_vec();
        self.handshake.session_id = session_id;
        self.handshake.shown = shown;
        self.handshake.early_data = early_data && !self.handshake.retried;
        self.say(Side::Client, moment, Step::ClientHello, fields, whole);
        self.handshake.remember(whole);
        Some(())
    }

    fn server_hello(&mut self, moment: u64, body: &[u8], whole: &[u8]) -> Option<()> {
        let ServerHello { random, version, suite, session_id, retry, psk, ems, etm, mut fields } =
            hello::server_hello(body)?;
        if self.handshake.suite.is_some() {
            self.say(Side::Server, moment, Step::ServerHello, fields, whole);
            return Some(());
        }
        self.handshake.version = Some(version);
        let tls13 = version == TLS_1_3;
        if retry {
            if let Some((_, hash)) = of_suite(&suite, version) {
                self.handshake.transcript.restart(hash);
            }
            self.handshake.retried = true;
            self.say(Side::Server, moment, Step::HelloRetryRequest, fields, whole);
            self.handshake.remember(whole);
            return Some(());
        }
        // TLS 1.2 resumes when it returns the client's session id; TLS 1.3 returns it always, for middleboxes.
        let echoed = !session_id.is_empty() && session_id == self.handshake.session_id;
        let taken = psk.and_then(|chosen| self.handshake.shown.get(usize::from(chosen)));
        let from_outside = taken.is_some_and(|identity| identity.from_outside);
        // Of a capture the client's question may be missing, and with it what the answer means.
        let asked = !self.handshake.client_random.is_empty();
        let resumed = asked && if tls13 { psk.is_some() && !from_outside } else { echoed };
        if asked || (tls13 && psk.is_none()) {
            fields.put(field::RESUMED, resumed);
        }
        if asked && tls13 && psk.is_some() {
            let origin = if from_outside { "from outside" } else { "of an earlier session" };
            fields.put(field::PRE_SHARED_KEY, origin);
        }
        self.handshake.server_random = random.to_vec();
        if let Some((_, hash)) = of_suite(&suite, version) {
            self.handshake.transcript.hash_with(hash);
        }
        self.handshake.suite = Some(suite);
        self.handshake.extended_master_secret = Some(ems);
        self.handshake.encrypt_then_mac = etm;
        self.say(Side::Server, moment, Step::ServerHello, fields, whole);
        self.handshake.remember(whole);
        if resumed {
            let fields = self.resumed(psk);
            self.out.push(Crossed { moment, seen: Seen::local(Step::SessionResumed, fields) });
        }
        if tls13 {
            self.handshake.schedule.psk = psk.is_some();
            self.handshake.schedule.hello_hash = self.handshake.transcript.digest().unwrap_or_default();
            self.turn(Side::Client, Phase::Handshake);
            self.turn(Side::Server, Phase::Handshake);
        }
        Some(())
    }

    /// By what the session is found again. In TLS 1.2 a client that shows a ticket makes up a session ID, so that the
    /// echo of it tells whether the ticket was taken (RFC 5077 §3.4).
    fn resumed(&self, psk: Option<u16>) -> Fields {
        let (by, shown) = match (psk, self.handshake.shown.as_slice()) {
            (Some(chosen), shown) => {
                let taken = shown.get(usize::from(chosen));
                ("pre-shared key", taken.map(|identity| identity.fingerprint.clone()))
            }
            (None, [ticket]) => ("session ticket", Some(ticket.fingerprint.clone())),
            (None, _) => ("session ID", Some(fingerprint(&self.handshake.session_id))),
        };
        let mut fields = fields! { field::BY => by };
        fields.put_some(field::IDENTITY_FINGERPRINT, shown);
        fields
    }

    fn certificate_verify(&self, body: &[u8]) -> Option<Fields> {
        let mut fields = {
            let (tls13, before_12) = (self.handshake.is_tls13(), self.handshake.is_before_12());
            message::certificate_verify(body, tls13, before_12)?
        };
        if let Some(digest) = self.handshake.transcript.digest() {
            fields.put(field::HANDSHAKE_HASH, hex::encode(digest));
        }
        Some(fields)
    }

    /// Computes verify_data from what truly crossed and compares.
    fn finished(&mut self, from: Side, body: &[u8]) -> Option<Fields> {
        let mut fields = fields! { field::VERIFY_DATA => hex::encode(body) };
        let whole = !self.client.silent && !self.server.silent && !self.handshake.lacks_bytes;
        let (true, Some(hash), Some(secret), Some(transcript_hash)) =
            (whole, self.handshake.hash(), self.secret_of(from), self.handshake.transcript.digest())
        else {
            return Some(fields);
        };
        let recomputed = if self.handshake.is_tls13() {
            keys::verify_data_13(hash, secret, &transcript_hash)
        } else {
            let label = match from {
                Side::Client => "client finished",
                Side::Server => "server finished",
            };
            keys::verify_data_12(hash, secret, label, &transcript_hash)
        };
        fields.put(field::VERIFY_DATA_RECOMPUTED, hex::encode(&recomputed));
        fields.put(common::EQUAL, recomputed == body);
        fields.put(field::HANDSHAKE_HASH, hex::encode(&transcript_hash));
        if self.handshake.is_tls13() {
            self.key_schedule(from, &mut fields);
        }
        Some(fields)
    }

    fn after_finished(&mut self, from: Side) {
        match from {
            Side::Client => self.handshake.finished.0 = true,
            Side::Server => {
                self.handshake.finished.1 = true;
                let digest = self.handshake.transcript.digest();
                self.handshake.schedule.server_finished_hash = digest.unwrap_or_default();
            }
        }
        if self.handshake.is_tls13() {
            self.turn(from, Phase::Application);
        }
        if self.handshake.finished == (true, true) {
            self.handshake.complete = true;
            self.handshake.transcript = Transcript::default();
            self.handshake.schedule = Schedule::default();
            (self.handshake.session_id, self.handshake.shown) = (Vec::new(), Vec::new());
        }
    }

    fn after_key_update(&mut self, from: Side) {
        let Some(hash) = self.handshake.hash() else { return };
        let Some(secret) = self.secret_of(from) else { return };
        let next = keys::next_secret(hash, secret);
        let lane = self.lane(from);
        (lane.opener, lane.updated) = (None, Some(next));
    }
}
