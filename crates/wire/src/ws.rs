//! WebSocket on the wire: one HTTP/1.1 head each way (RFC 6455 §4), then frames (§5).
//!
//! Feed the [`Decoder`] what crossed, in order, from either side; it hands out each step once its last byte is
//! there. Read beside it: the heading "Websocket建立过程" of the notes.

mod accept;
mod body;
mod check;
mod foreign;
mod frame;
mod head;
mod header;
mod layout;

#[cfg(test)]
mod tests;

use std::mem;

use steps::{
    Fields, Said, Side, common, say,
    ws::{Step, check_fields, field},
};

pub use accept::{GUID, accept, accept_key};
pub use foreign::looks_like;
pub(crate) use layout::layout;

use crate::{Seen, fields};
use body::Body;
use check::Asked;
pub use check::is_token;
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
    /// What the upgrade request asked for; none before it, and none when the request was a plain one.
    asked: Option<Asked>,
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
    /// The body of an answer that is not 101.
    Body(Body),
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
        let asked = self.asked.clone();
        while !bytes.is_empty() {
            let way = self.way(from);
            let before = bytes.len();
            match &mut way.stage {
                Stage::Head(kept) => {
                    let part = &bytes[..bytes.len().min(MOST_HEAD - kept.len())];
                    kept.extend_from_slice(part);
                    match head::read(from, kept, asked.as_ref()) {
                        head::Read::Complete(head) => {
                            // What came with the head and is not part of it belongs to the next stage.
                            let behind = kept.len() - head.length;
                            bytes = &bytes[part.len() - behind..];
                            way.heads += 1;
                            way.bytes += (before - bytes.len()) as u64;
                            self.after_head(from, *head, &mut saw);
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
                Stage::Body(body) => {
                    if body.read(&mut bytes) {
                        let seen = body.seen(from);
                        way.stage = Stage::Ignored;
                        seen.into_iter().for_each(&mut saw);
                    }
                }
                Stage::Ignored => return,
            }
            let way = self.way(from);
            way.bytes += (before - bytes.len()) as u64;
        }
    }

    /// To be called when `from` will send no more: bytes that cannot be read and were too few to be named are named
    /// now, and a body without a length is complete.
    pub fn end(&mut self, from: Side, mut saw: impl FnMut(Seen)) {
        match &mut self.way(from).stage {
            Stage::Head(kept) if matches!(head::read(from, kept, None), head::Read::Malformed) => {
                let first = kept.clone();
                saw(self.lose(from, head::expected(from), &first));
            }
            Stage::Body(body) => {
                let seen = body.seen(from);
                self.way(from).stage = Stage::Ignored;
                seen.into_iter().for_each(saw);
            }
            Stage::Head(_) | Stage::Frames(_) | Stage::Ignored => {}
        }
    }

    /// Whether the bytes of `from` are still followed.
    pub fn follows(&self, from: Side) -> bool {
        let way = match from {
            Side::Client => &self.client,
            Side::Server => &self.server,
        };
        !matches!(way.stage, Stage::Ignored)
    }

    /// How many bytes have crossed of a frame that `from` began and has not ended; none between two frames.
    pub fn midst(&self, from: Side) -> Option<u64> {
        let way = match from {
            Side::Client => &self.client,
            Side::Server => &self.server,
        };
        match &way.stage {
            Stage::Frames(reader) => reader.midst(),
            Stage::Head(_) | Stage::Body(_) | Stage::Ignored => None,
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
        let Head { kind, fields, bytes, checks, asked, content_length, chunked, .. } = head;
        let text = |field| fields.get(field).map(str::to_owned);
        let key = text(field::SEC_WEBSOCKET_KEY);
        let agreed = [field::SEC_WEBSOCKET_PROTOCOL, field::SEC_WEBSOCKET_EXTENSIONS]
            .map(|field| (field, text(field)));
        saw(Seen::new(kind.step(), from, fields, bytes));
        let checked = |step: Step| (!checks.is_empty()).then(|| Seen::local(step, check_fields(&checks)));
        match kind {
            Kind::UpgradeRequest => {
                saw_each(saw, checked(Step::RequestChecked));
                saw_each(saw, key.map(|key| Seen::local(Step::AcceptKey, accept_key(&key))));
                self.asked = Some(asked);
                self.client.stage = Stage::Frames(Box::default());
            }
            Kind::PlainRequest => {
                saw_each(saw, checked(Step::RequestChecked));
                self.client.stage = Stage::Ignored;
            }
            Kind::SwitchingProtocols => {
                saw_each(saw, checked(Step::AnswerChecked));
                let mut counted = fields! {
                    field::REQUESTS => self.client.heads,
                    field::RESPONSES => self.server.heads,
                    field::REQUEST_BYTES => self.client.bytes,
                    field::RESPONSE_BYTES => self.server.bytes,
                };
                for (field, value) in agreed {
                    counted.put_some(field, value);
                }
                let offered = self.asked.as_ref().map_or(&[][..], |asked| &asked.extensions);
                if counted.get(field::SEC_WEBSOCKET_EXTENSIONS).is_none() && !offered.is_empty() {
                    counted.put(field::EXTENSIONS_NOT_AGREED, not_agreed(offered));
                }
                self.upgraded = Some(counted);
                self.server.stage = Stage::Frames(Box::default());
            }
            Kind::PlainResponse | Kind::Refused => {
                saw_each(saw, checked(Step::AnswerChecked));
                // The connection stays HTTP: what the client says next is no frame.
                self.client.stage = Stage::Ignored;
                self.server.stage = match content_length {
                    Some(0) => Stage::Ignored,
                    length => Stage::Body(Body::new(length, chunked)),
                };
            }
        }
    }

    /// Reports that `from` cannot be read any further, and follows it no more.
    fn lose(&mut self, from: Side, expected: &str, first: &[u8]) -> Seen {
        let way = self.way(from);
        drop(mem::replace(&mut way.stage, Stage::Ignored));
        let fields = fields! {
            common::DUE => expected,
            common::LOOKS_LIKE => looks_like(first),
            common::FIRST_BYTES => hex::encode(first),
        };
        Seen::new(Step::Undecodable, from, fields, first)
    }
}

/// RFC 6455 §9.1: what the server does not name in its answer is not used.
fn not_agreed(offered: &[String]) -> Said {
    const MOST: usize = 8;
    let names = offered.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(", ");
    say!(ws::not_agreed(names))
}

fn saw_each(saw: &mut impl FnMut(Seen), seen: Option<Seen>) {
    seen.into_iter().for_each(saw);
}
