//! WebSocket on the wire: one HTTP/1.1 head each way (RFC 6455 §4), then frames (§5).
//!
//! Feed the [`Decoder`] what crossed, in order, from either side; it hands out each step once its last byte is
//! there. Read beside it: the heading "Websocket建立过程" of the notes.

mod accept;
mod frame;
mod head;
mod looks;

#[cfg(test)]
mod tests;

use std::mem;

use steps::{Fields, Side, ws::Step};

pub use accept::{GUID, accept, accept_key};
pub use looks::looks_like;

use crate::{Seen, fields};
use head::{Head, Kind};

/// The longest head that is kept until its end comes.
pub const MOST_HEAD: usize = 16 * 1024;

/// How many bytes are looked at before a head that cannot be parsed is named: enough to say what it is instead.
const ENOUGH: usize = 16;

/// Follows one connection in both directions. Holds at most [`MOST_HEAD`] bytes for each.
#[derive(Debug, Default)]
pub struct Decoder {
    client: Way,
    server: Way,
    upgraded: Option<Fields>,
}

/// What one side has said so far.
#[derive(Debug, Default)]
struct Way {
    stage: Stage,
    heads: u64,
    bytes: u64,
}

/// What is due next from one side.
#[derive(Debug)]
enum Stage {
    /// An HTTP head; here is its beginning.
    Head(Vec<u8>),
    /// Frames.
    Frames(Box<frame::Reader>),
    /// Something that this decoder does not follow.
    Ignored,
}

impl Default for Stage {
    fn default() -> Self {
        Stage::Head(Vec::new())
    }
}

impl Decoder {
    /// A decoder for a connection on which nothing has crossed yet.
    pub fn new() -> Self {
        Decoder::default()
    }

    /// Takes the next bytes of one side and hands each step that they complete to `saw`.
    pub fn feed(&mut self, from: Side, mut bytes: &[u8], mut saw: impl FnMut(Seen)) {
        while !bytes.is_empty() {
            let way = self.way(from);
            let before = bytes.len();
            match &mut way.stage {
                Stage::Head(kept) => {
                    let part = &bytes[..bytes.len().min(MOST_HEAD - kept.len())];
                    kept.extend_from_slice(part);
                    match head::read(from, kept) {
                        head::Read::Complete(head) => {
                            // What came with the head and is not part of it belongs to the next stage.
                            let behind = kept.len() - head.length;
                            bytes = &bytes[part.len() - behind..];
                            way.heads += 1;
                            way.bytes += (before - bytes.len()) as u64;
                            self.after_head(from, head, &mut saw);
                            continue;
                        }
                        head::Read::Partial if kept.len() < MOST_HEAD => bytes = &[],
                        head::Read::Partial => {
                            let first = kept[..ENOUGH].to_vec();
                            saw(self.lose(from, "the end of the HTTP head within 16384 bytes", &first));
                            return;
                        }
                        head::Read::Malformed if kept.len() < ENOUGH => bytes = &[],
                        head::Read::Malformed => {
                            let first = kept[..ENOUGH].to_vec();
                            saw(self.lose(from, head::expected(from), &first));
                            return;
                        }
                    }
                }
                Stage::Frames(reader) => match reader.read(from, &mut bytes) {
                    frame::Read::Partial => {}
                    frame::Read::Complete(seen) => saw(seen),
                    frame::Read::Malformed { expected, first } => {
                        saw(self.lose(from, expected, &first));
                        return;
                    }
                },
                Stage::Ignored => return,
            }
            let way = self.way(from);
            way.bytes += (before - bytes.len()) as u64;
        }
    }

    /// One side will send no more: what is malformed but was too short to be named is named now.
    pub fn end(&mut self, from: Side, mut saw: impl FnMut(Seen)) {
        if let Stage::Head(kept) = &self.way(from).stage
            && matches!(head::read(from, kept), head::Read::Malformed)
        {
            let first = kept.clone();
            saw(self.lose(from, head::expected(from), &first));
        }
    }

    /// What crossed up to the end of the 101: the heads and bytes of each side. None before it.
    pub fn upgraded(&self) -> Option<&Fields> {
        self.upgraded.as_ref()
    }

    /// How many bytes `from` has sent; not counted further once its bytes are ignored.
    pub fn bytes(&self, from: Side) -> u64 {
        match from {
            Side::Client => self.client.bytes,
            Side::Server => self.server.bytes,
        }
    }

    fn way(&mut self, from: Side) -> &mut Way {
        match from {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }

    /// Reports a head and decides what follows it.
    fn after_head(&mut self, from: Side, head: Head, saw: &mut impl FnMut(Seen)) {
        let Head { kind, fields, bytes, .. } = head;
        let key = fields.get("sec_websocket_key").and_then(|key| key.as_str()).map(str::to_owned);
        saw(Seen::new(kind.step(), from, fields, bytes));
        self.way(from).stage = match kind {
            Kind::UpgradeRequest | Kind::SwitchingProtocols => Stage::Frames(Box::default()),
            Kind::PlainRequest | Kind::Refused => Stage::Ignored,
        };
        match kind {
            Kind::UpgradeRequest => {
                if let Some(key) = key {
                    saw(Seen::local(Step::AcceptKey, accept_key(&key)));
                }
            }
            Kind::SwitchingProtocols => {
                self.upgraded = Some(fields! {
                    "requests" => self.client.heads,
                    "responses" => self.server.heads,
                    "request_bytes" => self.client.bytes,
                    "response_bytes" => self.server.bytes,
                });
            }
            // The connection stays HTTP: what the client says next is no frame.
            Kind::Refused => self.client.stage = Stage::Ignored,
            Kind::PlainRequest => {}
        }
    }

    /// Says that the thread of `from` is lost, and follows it no further.
    fn lose(&mut self, from: Side, expected: &str, first: &[u8]) -> Seen {
        let way = self.way(from);
        drop(mem::replace(&mut way.stage, Stage::Ignored));
        let fields = fields! {
            "expected" => expected,
            "looks_like" => looks_like(first),
            "first_bytes" => hex::encode(first),
        };
        Seen::new(Step::Undecodable, from, fields, first)
    }
}
