//! Recognises SSH in bytes up to the moment when it turns dark: the identification lines, the packets in the clear,
//! and the first bytes under the new keys (RFC 4253 §4.2 to §8; the notes' heading "SSH 连接建立过程", blocks 2 to 4).
//!
//! ```
//! use steps::Side;
//! let mut decoder = wire::ssh::Decoder::default();
//! let seen = decoder.feed(Side::Server, b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
//! assert_eq!(seen[0].fields["softwareversion"], "OpenSSH_9.2p1");
//! ```
//!
//! `Decoder::feed` hands each direction to a `Half`, which cuts it into lines and packets; what a packet says is
//! read in `kexinit.rs`, `exchange.rs` and `message.rs`.

use steps::{Side, ssh::Step};

use crate::{Seen, fields};

mod exchange;
mod foreign;
mod half;
mod kexinit;
mod message;
mod reader;
mod signed;
#[cfg(test)]
mod tests;

use half::{Half, Lost, Packet, Piece};
use kexinit::{Agreed, Kexinit};

pub use signed::SignedRequest;

/// Recognises one SSH connection. It holds at most one unfinished line or packet a direction.
#[derive(Debug, Default)]
pub struct Decoder {
    client: Half,
    server: Half,
    client_kexinit: Option<Kexinit>,
    server_kexinit: Option<Kexinit>,
    agreed: Option<Agreed>,
    lost: bool,
}

impl Decoder {
    /// The steps that are complete once `from` has sent `bytes` too.
    pub fn feed(&mut self, from: Side, bytes: &[u8]) -> Vec<Seen> {
        let mut seen = Vec::new();
        if !self.lost {
            self.half(from).push(bytes);
            self.read(from, &mut seen);
        }
        seen
    }

    /// `from` will send no more: what it left unfinished may still say that it never spoke SSH.
    pub fn end(&mut self, from: Side) -> Vec<Seen> {
        let mut seen = Vec::new();
        if !self.lost
            && let Some(lost) = self.half(from).end()
        {
            seen.push(self.lose(from, lost));
        }
        seen
    }

    /// Reads what `from` has sent, and then what had to wait for it in the other direction.
    fn read(&mut self, from: Side, seen: &mut Vec<Seen>) {
        self.read_one(from, seen);
        if self.agreed.is_some() && self.half(from.peer()).is_waiting() {
            self.half(from.peer()).go_on();
            self.read_one(from.peer(), seen);
        }
    }

    fn read_one(&mut self, from: Side, seen: &mut Vec<Seen>) {
        while !self.lost {
            let agreed = self.agreed.is_some();
            match self.half(from).next(from, agreed) {
                Ok(None) => break,
                Ok(Some(Piece::Identification { fields, bytes })) => {
                    seen.push(Seen::new(Step::Identification, from, fields, bytes));
                }
                Ok(Some(Piece::Packet(packet))) => match self.packet(from, &packet, seen) {
                    Ok(()) => {}
                    Err(lost) => seen.push(self.lose(from, lost)),
                },
                Ok(Some(Piece::Dark(first_bytes))) => {
                    let mut fields = fields! { "first_bytes" => hex::encode(first_bytes) };
                    if let Some(agreed) = &self.agreed {
                        agreed.describe_encryption(from, &first_bytes, &mut fields);
                    }
                    seen.push(Seen::new(Step::Encrypted, from, fields, first_bytes));
                }
                Err(lost) => seen.push(self.lose(from, lost)),
            }
        }
    }

    /// One packet in the clear.
    fn packet(&mut self, from: Side, packet: &Packet, seen: &mut Vec<Seen>) -> Result<(), Lost> {
        let number = packet.payload().first().copied().unwrap_or_default();
        if number == message::KEXINIT {
            let kexinit = Kexinit::read(packet.payload())
                .ok_or_else(|| packet.lost("a KEXINIT with ten name-lists (RFC 4253 §7.1)"))?;
            seen.push(Seen::new(Step::Kexinit, from, packet.describe(kexinit.fields()), packet.bytes()));
            self.keep(from, kexinit, seen);
            return Ok(());
        }
        if self.half(from).is_wrong_guess() {
            self.half(from).guess_is_spent();
            let name = "guessed key exchange packet, to be ignored (RFC 4253 §7)";
            let fields = packet.describe(fields! { "message" => name, "message_number" => number });
            seen.push(Seen::new(Step::OtherMessage, from, fields, packet.bytes()));
            return Ok(());
        }
        let kex = self.agreed.as_ref().and_then(Agreed::kex_algorithm).unwrap_or_default();
        let (step, fields) = match exchange::read(from, kex, packet.payload()) {
            Some(read) => read.map_err(|expected| packet.lost(expected))?,
            None => message::read(packet.payload()),
        };
        if step == Step::Newkeys {
            self.half(from).turn_dark();
        }
        seen.push(Seen::new(step, from, packet.describe(fields), packet.bytes()));
        Ok(())
    }

    /// Keeps a side's first KEXINIT; with both, the result is known.
    fn keep(&mut self, from: Side, kexinit: Kexinit, seen: &mut Vec<Seen>) {
        match from {
            Side::Client => _ = self.client_kexinit.get_or_insert(kexinit),
            Side::Server => _ = self.server_kexinit.get_or_insert(kexinit),
        }
        if self.agreed.is_none()
            && let (Some(client), Some(server)) = (&self.client_kexinit, &self.server_kexinit)
        {
            let agreed = Agreed::from_lists(client, server);
            if client.first_kex_packet_follows {
                self.client.expect_guess(agreed.guess_was_right);
            }
            if server.first_kex_packet_follows {
                self.server.expect_guess(agreed.guess_was_right);
            }
            seen.push(Seen::local(Step::Negotiated, agreed.fields()));
            self.agreed = Some(agreed);
        }
    }

    fn lose(&mut self, from: Side, lost: Lost) -> Seen {
        self.lost = true;
        let fields = fields! {
            "expected" => lost.expected,
            "looks_like" => foreign::looks_like(&lost.bytes),
            "first_bytes" => hex::encode(&lost.bytes),
        };
        Seen::new(Step::Undecodable, from, fields, lost.bytes)
    }

    fn half(&mut self, side: Side) -> &mut Half {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }
}
