//! Recognises SSH in bytes: the identification lines, the packets in the clear, and, once a secret is told, every packet
//! under the keys that are derived from it (RFC 4253, 4252, 4254; the notes' heading "SSH 连接建立过程").
//!
//! ```
//! use steps::Side;
//! let mut decoder = asnoted_wire::ssh::Decoder::default();
//! let seen = decoder.feed(Side::Server, b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
//! assert_eq!(seen[0].fields["softwareversion"], "OpenSSH_9.2p1");
//! ```
//!
//! [`Decoder::push`] hands each direction to a `Half`, which cuts it into lines and packets and opens them (`opener.rs`).
//! What a packet says is read in `kexinit.rs`, `exchange.rs`, `message.rs`, `login.rs` and `connection.rs`; what H and
//! the keys are, in `keys.rs`. Packets that crossed before their secret was known wait, and come out with the moment at
//! which they crossed.

use std::collections::VecDeque;

use steps::{
    Fields, Said, Side, say,
    ssh::{Step, field},
};

use crate::{Crossed, Seen, fields};

mod certificate;
mod connection;
mod derive;
mod exchange;
mod foreign;
mod half;
mod kexinit;
mod keys;
mod layout;
mod login;
mod message;
mod opener;
mod packet;
mod reader;
#[cfg(any(test, feature = "fuzz"))]
#[doc(hidden)]
pub mod sealed;
mod signed;
#[cfg(test)]
mod tests;
mod transport;
mod verify;

use half::{Half, Piece};
use kexinit::{Agreed, Kexinit};
use keys::Values;
use login::Login;
use message::Message;
use packet::{Lost, Packet, When};

pub use certificate::{Certificate, Role, fingerprint, moment};
pub use connection::beginning;
pub(crate) use layout::layout;
pub use signed::SignedRequest;
pub use verify::{Signature, Verifier, verify};

/// Takes a line of a key log apart, as Wireshark reads it from version 4.2 on: the cookie of the client's KEXINIT, the word
/// `SHARED_SECRET`, the secret. What it gives is for [`Decoder::secret`]; none: another kind of line.
pub fn key_log_line(line: &str) -> Option<([u8; 16], Vec<u8>)> {
    let mut words = line.split_whitespace();
    let cookie = hex::decode(words.next()?).ok()?;
    if words.next()? != "SHARED_SECRET" {
        return None;
    }
    let secret = hex::decode(words.next()?).ok()?;
    words.next().is_none().then_some(())?;
    Some((cookie.try_into().ok()?, secret))
}

/// Recognises one SSH connection. It holds at most one unfinished line or packet a direction, and what waits for its
/// secret.
#[derive(Debug, Default)]
pub struct Decoder {
    client: Half,
    server: Half,
    /// The key exchange that goes on, or the last one.
    exchange: Exchange,
    /// Keys were exchanged before: this one replaces them.
    rekeys: bool,
    /// Both sides asked for strict key exchange at the beginning: every NEWKEYS sets the sequence number to zero.
    strict: bool,
    login: Login,
    secrets: VecDeque<derive::Told>,
    /// How many slices have crossed.
    order: u64,
    /// That the keys will not be known was said.
    not_opened: bool,
    lost: bool,
    out: Vec<Crossed>,
}

/// One key exchange.
#[derive(Debug, Default)]
struct Exchange {
    client: Option<Kexinit>,
    server: Option<Kexinit>,
    agreed: Option<Agreed>,
    values: Values,
    /// Whose NEWKEYS has crossed.
    turned: [bool; 2],
    derived: bool,
}

impl Exchange {
    /// Forgets what the keys rest on, once they are made and both sides use them: a connection may last.
    fn settle(&mut self) {
        if self.derived && self.turned == [true; 2] {
            [&mut self.client, &mut self.server].into_iter().flatten().for_each(Kexinit::forget);
            self.values = Values::default();
        }
    }
}

impl Decoder {
    /// A decoder that verifies signatures with `verifier`.
    pub fn with_verifier(verifier: Verifier) -> Self {
        let mut decoder = Decoder::default();
        decoder.login.verifier = verifier;
        decoder
    }

    /// [`Decoder::push`] for a caller without a clock: the steps that are complete once `from` has sent `bytes` too.
    pub fn feed(&mut self, from: Side, bytes: &[u8]) -> Vec<Seen> {
        self.push(from, 0, bytes).into_iter().map(|crossed| crossed.seen).collect()
    }

    /// Takes the next `bytes` of the lines and packets that `from` sent, cut anywhere (RFC 4253 §4.2, §6), and gives the
    /// steps that they complete, in the order in which they crossed. `moment`, in a unit of the caller's, is handed back with
    /// them. It cannot fail: what is no SSH is a step of its own.
    pub fn push(&mut self, from: Side, moment: u64, bytes: &[u8]) -> Vec<Crossed> {
        if self.lost {
            return Vec::new();
        }
        self.order += 1;
        let when = When { order: self.order, moment, end: 0 };
        self.half(from).push(bytes, when);
        self.read();
        std::mem::take(&mut self.out)
    }

    /// Takes the shared secret K, told at `moment`, of the key exchange with this cookie of the client's (the 16 bytes of
    /// its KEXINIT, RFC 4253 §7.1): an `mpint` without its length, or a hybrid's hash. Gives the steps that waited for it.
    /// Secrets of other connections are no harm.
    pub fn secret(&mut self, moment: u64, client_cookie: &[u8], secret: &[u8]) -> Vec<Crossed> {
        self.remember(client_cookie, secret);
        self.derive(moment);
        self.read();
        std::mem::take(&mut self.out)
    }

    /// To be called when no secret will come, with the reason: encrypted packets stay unread, and one step says so.
    pub fn give_up(&mut self, moment: u64, why: &Said) -> Vec<Crossed> {
        self.stop_opening(moment, why);
        self.read();
        std::mem::take(&mut self.out)
    }

    /// To be called when `from` will send no more: a line that it left unfinished may show that it never spoke SSH.
    pub fn end(&mut self, from: Side) -> Vec<Seen> {
        if !self.lost
            && let Some(piece) = self.half(from).end(from)
        {
            self.piece(from, piece);
        }
        std::mem::take(&mut self.out).into_iter().map(|crossed| crossed.seen).collect()
    }

    /// The cookie of the client's KEXINIT in the key exchange whose secret is missing, once packets wait for that
    /// secret.
    pub fn wants_secret_of(&self) -> Option<[u8; 16]> {
        let waits = !self.lost && (self.client.is_locked() || self.server.is_locked());
        self.client_cookie().filter(|_| waits && !self.exchange.derived && !self.not_opened)
    }

    /// The cookie of the client's KEXINIT in the key exchange that goes on, or in the last one.
    pub fn client_cookie(&self) -> Option<[u8; 16]> {
        self.exchange.client.as_ref().map(|kexinit| kexinit.cookie)
    }

    /// The hash of the first key exchange, once its secret was told.
    pub fn session_identifier(&self) -> Option<&[u8]> {
        Some(self.login.session_identifier.as_slice()).filter(|known| !known.is_empty())
    }

    /// Whether encrypted packets are opened.
    pub fn is_opened(&self) -> bool {
        !self.lost && (self.client.is_opened() || self.server.is_opened())
    }

    /// Reads what has crossed, in the order in which it did.
    fn read(&mut self) {
        while !self.lost {
            let agreed = self.exchange.agreed.is_some();
            let client = self.client.peek(Side::Client, agreed);
            let server = self.server.peek(Side::Server, agreed);
            let from = match (client, server) {
                (None, None) => break,
                (Some(client), Some(server)) if server < client => Side::Server,
                (Some(_), _) => Side::Client,
                (None, Some(_)) => Side::Server,
            };
            if let Some(piece) = self.half(from).take() {
                self.piece(from, piece);
            }
        }
    }

    fn piece(&mut self, from: Side, piece: Piece) {
        match piece {
            Piece::LineBefore { fields, bytes, when } => {
                self.saw(when, Seen::new(Step::LineBefore, from, fields, bytes));
            }
            Piece::Identification { fields, bytes, when } => {
                self.saw(when, Seen::new(Step::Identification, from, fields, bytes));
            }
            Piece::Packet(packet) => {
                if let Err(lost) = self.packet(from, &packet) {
                    self.lose(from, lost, packet.when().moment);
                }
            }
            Piece::Dark(first_bytes, when) => {
                let mut fields = fields! { field::FIRST_BYTES => hex::encode(first_bytes) };
                if let Some(agreed) = &self.exchange.agreed {
                    agreed.describe_encryption(from, &first_bytes, &mut fields);
                }
                self.saw(when, Seen::new(Step::Encrypted, from, fields, first_bytes));
            }
            Piece::Overflow(when) => {
                self.stop_opening(when.moment, &say!(ssh::too_much_before_the_secret()));
            }
            Piece::Lost(lost, when) => self.lose(from, lost, when.moment),
        }
    }

    /// One packet, in the clear or opened.
    fn packet(&mut self, from: Side, packet: &Packet) -> Result<(), Lost> {
        let when = packet.when();
        let number = packet.payload().first().copied().unwrap_or_default();
        if number == message::KEXINIT {
            let kexinit = Kexinit::read(packet.payload())
                .ok_or_else(|| packet.lost("a KEXINIT with ten name-lists (RFC 4253 §7.1)"))?;
            if self.exchange.turned[from as usize] {
                (self.exchange, self.rekeys) = (Exchange::default(), true);
            }
            let fields = packet.describe(self.marked(kexinit.fields()));
            self.saw(when, Seen::new(Step::Kexinit, from, fields, packet.bytes()));
            self.keep(from, kexinit, when.moment);
            return Ok(());
        }
        if self.half(from).is_wrong_guess() {
            self.half(from).guess_is_spent();
            let name = "guessed key exchange packet, to be ignored (RFC 4253 §7)";
            let fields = packet.describe(fields! { field::MESSAGE => name, field::MESSAGE_NUMBER => number });
            self.saw(when, Seen::new(Step::OtherMessage, from, fields, packet.bytes()));
            return Ok(());
        }
        let kex = self.exchange.agreed.as_ref().and_then(Agreed::kex_algorithm).unwrap_or_default();
        let Message { step, fields, called: _, withheld_from } =
            match exchange::read(from, kex, packet.payload()) {
                Some(read) => {
                    let (step, fields) = read.map_err(|expected| packet.lost(expected))?;
                    self.exchange.values.note(step, packet.payload());
                    Message::new(step, self.marked(fields))
                }
                None => transport::read(packet.payload(), &mut self.login),
            };
        let shown = withheld_from.map_or(packet.bytes(), |at| packet.bytes_to(at));
        let fields = packet.describe(if step == Step::Newkeys { self.marked(fields) } else { fields });
        self.saw(when, Seen::new(step, from, fields, shown));
        if step == Step::KeyExchangeReply {
            self.derive(when.moment);
        }
        if step == Step::Newkeys {
            self.turn(from);
        }
        Ok(())
    }

    /// Keeps a side's first KEXINIT of an exchange; with both, the result is known.
    fn keep(&mut self, from: Side, kexinit: Kexinit, moment: u64) {
        match from {
            Side::Client => _ = self.exchange.client.get_or_insert(kexinit),
            Side::Server => _ = self.exchange.server.get_or_insert(kexinit),
        }
        if self.exchange.agreed.is_none()
            && let (Some(client), Some(server)) = (&self.exchange.client, &self.exchange.server)
        {
            let agreed = Agreed::from_lists(client, server);
            if client.first_kex_packet_follows {
                self.client.expect_guess(agreed.guess_was_right);
            }
            if server.first_kex_packet_follows {
                self.server.expect_guess(agreed.guess_was_right);
            }
            if !self.rekeys {
                self.strict = agreed.strict_kex;
            }
            let fields = self.marked(agreed.fields());
            self.exchange.agreed = Some(agreed);
            let all = fields.get(field::NO_COMMON).is_none();
            let step = if all { Step::Negotiated } else { Step::NothingInCommon };
            self.say(moment, Seen::local(step, fields));
        }
    }

    /// NEWKEYS crossed: what `from` sends from here on is under the new keys.
    fn turn(&mut self, from: Side) {
        self.exchange.turned[from as usize] = self.exchange.agreed.is_some();
        self.exchange.settle();
        let (first, restart) = (!self.rekeys, self.strict);
        self.half(from).turn(first, restart);
        if self.not_opened {
            self.half(from).give_up();
        }
    }

    fn stop_opening(&mut self, moment: u64, why: &Said) {
        if !self.lost && !self.not_opened {
            self.not_opened = true;
            self.client.give_up();
            self.server.give_up();
            self.say(moment, Seen::local(Step::Unopened, fields! { field::REASON => why }));
        }
    }

    /// `fields` of a message of the key exchange, marked if it replaces keys.
    fn marked(&self, mut fields: Fields) -> Fields {
        if self.rekeys {
            fields.put(field::REKEY, true);
        }
        fields
    }

    fn lose(&mut self, from: Side, lost: Lost, moment: u64) {
        self.lost = true;
        if let Some(sequence_number) = lost.unopened {
            let fields = fields! {
                field::DUE => lost.expected,
                field::SEQUENCE_NUMBER => sequence_number,
                field::FIRST_BYTES => hex::encode(&lost.bytes),
            };
            self.say(moment, Seen::new(Step::WrongTag, from, fields, lost.bytes));
            return;
        }
        let mut fields = fields! {
            field::DUE => lost.expected,
            field::LOOKS_LIKE => foreign::looks_like(&lost.bytes),
            field::FIRST_BYTES => hex::encode(&lost.bytes),
        };
        fields.put_some(field::FIRST_LINE, lost.line);
        self.say(moment, Seen::new(Step::Undecodable, from, fields, lost.bytes));
    }

    fn saw(&mut self, when: When, seen: Seen) {
        self.say(when.moment, seen.ending(when.end));
    }

    fn say(&mut self, moment: u64, seen: Seen) {
        self.out.push(Crossed { moment, seen });
    }

    fn half(&mut self, side: Side) -> &mut Half {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }
}
