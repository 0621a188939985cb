//! Watches one WebSocket connection: the bytes by a tap, and each side's upgrade, which our programs make themselves; a
//! server that leaves it to tungstenite by its handshake callback and by what it returns.
//!
//! What is wire and what is callback: the request, the answer and every frame are read from the bytes that
//! crossed; the checks of RFC 6455 are made on these bytes by us and not by the library, so they are inferred. That the server computed the accept string is known from the callback, which gets it from the
//! library; that the client compared, from the client itself, which makes the upgrade and calls this watcher. What the
//! string has to be follows from the key that crossed: the client's own account of it is marked as inferred.

pub mod end;
#[cfg(test)]
mod tests;

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use steps::{
    Evidence::{Callback, Inferred, Wire},
    Fields, Reason, Side, common,
    sync::lock,
    ws::{
        Check, Step, field,
        reason::{Ended, Facts, Given, reason},
        round_trips,
    },
};
use tokio_tungstenite::tungstenite::{
    Error,
    handshake::server::{ErrorResponse, Request, Response},
    http::{HeaderMap, HeaderName, header},
};
use wire::{Seen, fields, ws::Decoder};

use crate::{Crossing, Outcome, Tap, Witness, recording};

/// Watches one connection on behalf of a [`Witness`]. Clones share what they know.
#[derive(Clone, Debug)]
pub struct Watch {
    witness: Witness,
    known: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    decoder: Decoder,
    count: recording::Count,
    /// What the answer must hold, given the key that crossed.
    computed: Option<String>,
    /// What the answer held.
    returned: Option<String>,
    /// The request as it crossed.
    request: Option<Fields>,
    /// The answer that was not 101, and how its body begins.
    refused: Option<(Fields, String)>,
    /// What failed of the checks that are this side's to make, and what was found.
    failed: Vec<(Check, Option<String>)>,
    /// The peer's Close.
    closed: Option<Fields>,
    /// This side has said Close.
    said_close: bool,
    /// What the peer's bytes look like that are not WebSocket.
    looks_like: Option<String>,
}

impl Watch {
    /// Watches the connection of `witness`.
    pub fn new(witness: impl Into<Witness>) -> Self {
        Watch { witness: witness.into(), known: Arc::default() }
    }

    /// Gives `upgrade` back as it is: tungstenite has no hooks that would have to find their connection. The watches of
    /// all protocols have this method.
    pub fn during<F: Future>(&self, upgrade: F) -> impl Future<Output = F::Output> {
        upgrade
    }

    /// Reports the summary of the connection: what was seen of it, and how it ended. Only the first call counts.
    pub fn finish(&self, outcome: &Outcome) {
        self.witness.finish(outcome);
    }

    /// A tap in front of `stream`, which carries HTTP and frames in the clear: TCP, or the inside of TLS.
    pub fn tap<S>(&self, stream: S) -> Tap<S, impl FnMut(Crossing<'_>) + Send + Unpin + use<S>> {
        let watch = self.clone();
        let (near, far) = (self.witness.side(), self.witness.side().peer());
        Tap::new(stream, move |crossing| match crossing {
            Crossing::Read(bytes) => watch.crossed(far, bytes),
            Crossing::Wrote(bytes) => watch.crossed(near, bytes),
            Crossing::Eof => watch.ended(far),
        })
    }

    /// To be called from tungstenite's handshake callback on the server: the request is good, and `response` is the
    /// answer that the library made, which is returned as it is.
    ///
    /// # Errors
    ///
    /// None: the watcher refuses no request.
    #[allow(clippy::result_large_err)] // the callback's type is the library's
    pub fn on_request(&self, request: &Request, response: Response) -> Result<Response, ErrorResponse> {
        let key = value(request.headers(), &header::SEC_WEBSOCKET_KEY);
        let library = value(response.headers(), &header::SEC_WEBSOCKET_ACCEPT);
        self.call(move |_| {
            let mut fields = key.map(|key| wire::ws::accept_key(&key)).unwrap_or_default();
            fields.put_some(field::LIBRARY_ACCEPT, library);
            Seen::local(Step::AcceptKey, fields)
        });
        Ok(response)
    }

    /// To be called when `accept_hdr_async` has returned on the server.
    pub fn accepted<T>(&self, returned: &Result<T, Error>) {
        match returned {
            Ok(_) => self.established(),
            Err(_) => self.ended(self.witness.side().peer()),
        }
    }

    /// To be called when the client has the 101 and has compared the string that came back with its own.
    pub fn compared(&self, accepted: bool) {
        self.call(move |watch| {
            let (computed, returned) = {
                let known = watch.known();
                (known.computed.clone(), known.returned.clone())
            };
            let equal = computed.is_some() && computed == returned;
            let mut fields = fields! {};
            fields.put_some(field::COMPUTED, computed);
            fields.put_some(field::RETURNED, returned);
            fields.put(common::EQUAL, equal);
            fields.put(common::ACCEPTED, accepted);
            Seen::local(Step::AcceptCheck, fields)
        });
    }

    /// To be called when this side holds an open WebSocket.
    pub fn opened(&self) {
        self.established();
    }
}

/// What a program asks that makes the upgrade itself, as ours do: no part of what other programs get.
impl Watch {
    /// Computes the value of Sec-WebSocket-Accept that answers the key of the request (RFC 6455 §4.2.2, in base64), reports
    /// that the server did, and gives it.
    #[doc(hidden)]
    pub fn computes(&self) -> String {
        let key = self.request().and_then(|it| it.get(field::SEC_WEBSOCKET_KEY).map(str::to_owned));
        let fields = key.map(|key| wire::ws::accept_key(&key)).unwrap_or_default();
        let accept = fields.get(field::SEC_WEBSOCKET_ACCEPT).unwrap_or_default().to_owned();
        self.witness.saw(Callback, Seen::local(Step::AcceptKey, fields));
        accept
    }

    /// Whether what came cannot begin what is due, however little it is: it is named then.
    #[doc(hidden)]
    pub fn names_what_came(&self) -> bool {
        self.ended(self.witness.side().peer());
        self.looks_like().is_some()
    }

    /// How many bytes the head of the 101 has, once it came.
    #[doc(hidden)]
    pub fn answer_length(&self) -> Option<u64> {
        self.known().decoder.upgraded()?.get(field::RESPONSE_BYTES)
    }

    /// Whether both sides have said Close: what comes then is the end of the transport, however it comes (RFC 6455
    /// §7.1.4).
    #[doc(hidden)]
    pub fn both_closed(&self) -> bool {
        let known = self.known();
        known.said_close && known.closed.is_some()
    }

    /// Why the connection failed, from what the log holds.
    #[doc(hidden)]
    pub fn why(&self, ended: &Ended, given: &Given) -> Reason {
        let secure = self.witness.past(|past| past.has(steps::tls::Step::HandshakeComplete));
        let given = Given { secure: given.secure || secure, ..given.clone() };
        let (received, midst) = (self.received(), self.midst());
        self.witness.past(|past| {
            reason(&Facts { side: self.witness.side(), past, ended, received, midst, given: &given })
        })
    }

    /// The request as it crossed, whatever it asked for.
    #[doc(hidden)]
    pub fn request(&self) -> Option<Fields> {
        self.known().request.clone()
    }

    /// The answer that was not 101, and how its body begins.
    #[doc(hidden)]
    pub fn refused(&self) -> Option<(Fields, String)> {
        self.known().refused.clone()
    }

    /// The requirements of RFC 6455 that the request (on the server) or the answer (on the client) does not meet,
    /// each with what was there instead.
    #[doc(hidden)]
    pub fn failed(&self) -> Vec<(Check, Option<String>)> {
        self.known().failed.clone()
    }

    /// The peer's Close as it crossed; the library replaces a code that nobody may send.
    #[doc(hidden)]
    pub fn closed(&self) -> Option<Fields> {
        self.known().closed.clone()
    }

    /// Whether the peer's bytes are still followed: not once its HTTP answer is whole, or its bytes cannot be read.
    #[doc(hidden)]
    pub fn follows(&self) -> bool {
        self.known().decoder.follows(self.witness.side().peer())
    }

    /// What the peer's bytes look like, once they were not what was due.
    #[doc(hidden)]
    pub fn looks_like(&self) -> Option<String> {
        self.known().looks_like.clone()
    }
}

impl Watch {
    /// How many bytes came of a frame that the peer has not ended; none between two frames.
    fn midst(&self) -> Option<u64> {
        self.known().decoder.midst(self.witness.side().peer())
    }

    /// How many bytes the peer has sent.
    fn received(&self) -> u64 {
        self.known().decoder.bytes(self.witness.side().peer())
    }

    fn crossed(&self, from: Side, bytes: &[u8]) {
        let (known, elapsed) = (Arc::clone(&self.known), self.witness.elapsed());
        self.witness.note_bytes(bytes, move |witness, bytes| {
            Watch { witness: witness.clone(), known }.read(elapsed, from, bytes);
        });
    }

    /// Recognises what crossed, and reports it.
    fn read(&self, elapsed: Duration, from: Side, bytes: &[u8]) {
        let known = &mut *self.known();
        let mut decoder = std::mem::take(&mut known.decoder);
        let mut all = Vec::new();
        let mut feed = |part: &[u8]| {
            decoder.feed(from, part, |seen| all.push(seen));
            std::mem::take(&mut all)
        };
        // Inside TLS these are not the bytes that TCP counts.
        let inside = self.witness.past(|past| past.has(steps::tls::Step::HandshakeComplete));
        let seen = if inside {
            feed(bytes)
        } else {
            known.count.each(from, bytes, self.witness.session().records(), feed)
        };
        known.decoder = decoder;
        for seen in seen {
            self.saw(known, elapsed, seen);
        }
    }

    /// Remembers what the program may ask for later, and reports.
    fn saw(&self, known: &mut Known, elapsed: Duration, mut seen: Seen) {
        seen.fields.share(); // some are kept here, too
        let side = self.witness.side();
        let text = |field| seen.fields.get(field).map(str::to_owned);
        let steps::Step::Ws(step) = seen.step else { return };
        let evidence = match step {
            Step::AcceptKey => {
                known.computed = text(field::SEC_WEBSOCKET_ACCEPT);
                match side {
                    Side::Client => Inferred,
                    // The callback will say that the server did compute it.
                    Side::Server => return,
                }
            }
            // The other side's checks are its own affair.
            Step::RequestChecked if side == Side::Client => return,
            Step::AnswerChecked if side == Side::Server => return,
            Step::RequestChecked | Step::AnswerChecked => {
                let all = steps::ws::checked_in(&seen.fields).into_iter().filter(|checked| !checked.met);
                known.failed = all.map(|checked| (checked.check, checked.found)).collect();
                Inferred
            }
            Step::UpgradeRequest | Step::PlainRequest => {
                known.request = Some(seen.fields.clone());
                Wire
            }
            Step::SwitchingProtocols => {
                known.returned = text(field::SEC_WEBSOCKET_ACCEPT);
                Wire
            }
            Step::Refused => {
                known.refused = Some((seen.fields.clone(), String::new()));
                Wire
            }
            Step::Body => {
                if let Some((_, body)) = &mut known.refused {
                    *body = text(common::TEXT).unwrap_or_default();
                }
                Wire
            }
            Step::Close => {
                known.said_close |= seen.from == Some(side);
                if seen.from == Some(side.peer()) {
                    known.closed = Some(seen.fields.clone());
                }
                Wire
            }
            Step::Undecodable => {
                known.looks_like = text(common::LOOKS_LIKE);
                Wire
            }
            Step::PlainResponse
            | Step::AcceptCheck
            | Step::Established
            | Step::Text
            | Step::Binary
            | Step::Continuation
            | Step::Ping
            | Step::Pong
            | Step::Summary => Wire,
        };
        self.witness.saw_after(elapsed, evidence, seen);
    }

    fn ended(&self, from: Side) {
        let (known, elapsed) = (Arc::clone(&self.known), self.witness.elapsed());
        self.witness.note(0, move |witness| {
            let watch = Watch { witness: witness.clone(), known };
            let known = &mut *watch.known();
            let mut decoder = std::mem::take(&mut known.decoder);
            decoder.end(from, |seen| watch.saw(known, elapsed, seen));
            known.decoder = decoder;
        });
    }

    fn established(&self) {
        self.call(|watch| {
            let mut fields = watch.known().decoder.upgraded().cloned().unwrap_or_default();
            let below = watch.witness.past(round_trips);
            fields.put_some(field::TCP_ROUND_TRIPS, below.tcp);
            fields.put_some(field::TLS_ROUND_TRIPS, below.tls);
            Seen::local(Step::Established, fields)
        });
    }

    /// Notes that the library or the program called; `read` makes a step of it.
    fn call(&self, read: impl FnOnce(&Watch) -> Seen + Send + 'static) {
        let (known, elapsed) = (Arc::clone(&self.known), self.witness.elapsed());
        self.witness.note(256, move |witness| {
            let watch = Watch { witness: witness.clone(), known };
            witness.saw_after(elapsed, Callback, read(&watch));
        });
    }

    /// What is known of what was seen so far.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.witness.read();
        // What was read before a panic elsewhere is still true.
        lock(&self.known)
    }
}

fn value(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}
