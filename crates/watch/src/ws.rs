//! Watches one WebSocket connection: the bytes by a tap, tungstenite by its handshake callback and by what its
//! two handshake functions return.
//!
//! What is wire and what is callback: the request, the answer and every frame are read from the bytes that
//! crossed. That the server computed the accept string is known from the callback, which gets it from the
//! library; that the client compared is known from `client_async`, which returns only after it did. What the
//! string has to be follows from the key that crossed: the client's own account of it is marked as inferred.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use steps::{
    Evidence::{Callback, Inferred, Wire},
    Side,
    ws::Step,
};
use tokio_tungstenite::tungstenite::{
    Error,
    error::ProtocolError,
    handshake::{
        client,
        server::{ErrorResponse, Request, Response},
    },
    http::{HeaderMap, HeaderName, header},
};
use wire::{Seen, fields, ws::Decoder};

use crate::{Crossing, Tap, Witness, recording};

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
    computed: String,
    /// What the answer held.
    returned: String,
    /// The answer that was not 101.
    refused: Option<String>,
    /// What the peer's bytes look like that are not WebSocket.
    looks_like: Option<String>,
}

impl Watch {
    /// Watches the connection of `witness`.
    pub fn new(witness: &Witness) -> Self {
        Watch { witness: witness.clone(), known: Arc::default() }
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

    /// tungstenite's handshake callback on the server: the request is good, and here is the answer that the
    /// library made. It goes back as it came.
    ///
    /// # Errors
    ///
    /// Never: the watcher refuses nobody.
    #[allow(clippy::result_large_err)] // the callback's type is the library's
    pub fn on_request(&self, request: &Request, response: Response) -> Result<Response, ErrorResponse> {
        let key = value(request.headers(), &header::SEC_WEBSOCKET_KEY);
        let mut fields = wire::ws::accept_key(&key);
        let library = value(response.headers(), &header::SEC_WEBSOCKET_ACCEPT);
        fields.insert("library_accept".into(), library.into());
        self.witness.saw(Callback, Seen::local(Step::AcceptKey, fields));
        Ok(response)
    }

    /// `accept_hdr_async` returned on the server.
    pub fn accepted<T>(&self, returned: &Result<T, Error>) {
        match returned {
            Ok(_) => self.established(),
            Err(_) => self.ended(self.witness.side().peer()),
        }
    }

    /// `client_async` returned on the client.
    pub fn connected<T>(&self, returned: &Result<(T, client::Response), Error>) {
        match returned {
            Ok(_) => {
                self.compared(true);
                self.established();
            }
            Err(Error::Protocol(ProtocolError::SecWebSocketAcceptKeyMismatch)) => self.compared(false),
            Err(_) => self.ended(self.witness.side().peer()),
        }
    }

    /// The answer that was not 101: version, status and reason phrase.
    pub fn refused(&self) -> Option<String> {
        self.known().refused.clone()
    }

    /// What the peer's bytes look like, once they were not what was due.
    pub fn looks_like(&self) -> Option<String> {
        self.known().looks_like.clone()
    }

    /// How many bytes the peer has sent.
    pub fn received(&self) -> u64 {
        self.known().decoder.bytes(self.witness.side().peer())
    }

    fn crossed(&self, from: Side, bytes: &[u8]) {
        let Known { decoder, count, computed, returned, refused, looks_like } = &mut *self.known();
        let mut all = Vec::new();
        let seen = count.each(from, bytes, |part| {
            decoder.feed(from, part, |seen| all.push(seen));
            std::mem::take(&mut all)
        });
        for seen in seen {
            let text =
                |field: &str| seen.fields.get(field).and_then(|value| value.as_str()).map(str::to_owned);
            if seen.step == Step::AcceptKey.into() {
                *computed = text("sec_websocket_accept").unwrap_or_default();
                match self.witness.side() {
                    Side::Client => self.witness.saw(Inferred, seen),
                    // The callback will say that the server did compute it.
                    Side::Server => {}
                }
                continue;
            }
            if seen.step == Step::SwitchingProtocols.into() {
                *returned = text("sec_websocket_accept").unwrap_or_default();
            } else if seen.step == Step::Refused.into() {
                let status =
                    seen.fields.get("status").and_then(serde_json::Value::as_u64).unwrap_or_default();
                let [version, phrase] =
                    ["version", "reason_phrase"].map(|name| text(name).unwrap_or_default());
                *refused = Some(format!("{version} {status} {phrase}").trim_end().to_owned());
            } else if seen.step == Step::Undecodable.into() {
                *looks_like = text("looks_like");
            }
            self.witness.saw(Wire, seen);
        }
    }

    fn ended(&self, from: Side) {
        let Known { decoder, looks_like, .. } = &mut *self.known();
        decoder.end(from, |seen| {
            *looks_like = seen.fields.get("looks_like").and_then(|value| value.as_str()).map(str::to_owned);
            self.witness.saw(Wire, seen);
        });
    }

    fn compared(&self, accepted: bool) {
        let (computed, returned) = {
            let known = self.known();
            (known.computed.clone(), known.returned.clone())
        };
        let fields = fields! {
            "computed" => computed,
            "returned" => returned,
            "equal" => computed == returned,
            "accepted" => accepted,
        };
        self.witness.saw(Callback, Seen::local(Step::AcceptCheck, fields));
    }

    fn established(&self) {
        let upgraded = self.known().decoder.upgraded().cloned();
        self.witness.saw(Callback, Seen::local(Step::Established, upgraded.unwrap_or_default()));
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // What was read before a panic elsewhere is still true.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn value(headers: &HeaderMap, name: &HeaderName) -> String {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use steps::Protocol;
    use tokio_tungstenite::{accept_hdr_async, client_async};

    use super::*;
    use crate::Started;

    fn watch(side: Side) -> Watch {
        let address = SocketAddr::from(([127, 0, 0, 1], 1));
        Watch::new(&Witness::new(side, Protocol::Ws, None, (address, address), Started::now()))
    }

    #[tokio::test]
    #[allow(clippy::result_large_err)] // the callback's type is the library's
    async fn both_ends_count_the_same_upgrade_and_compute_the_same_string() {
        let (near, far) = tokio::io::duplex(1024);
        let (client, server) = (watch(Side::Client), watch(Side::Server));
        let accept = accept_hdr_async(server.tap(far), |request: &Request, response| {
            server.on_request(request, response)
        });
        let connect = client_async("ws://localhost/", client.tap(near));
        let (accepted, connected) = tokio::join!(accept, connect);
        server.accepted(&accepted);
        client.connected(&connected);
        let (client, server) = (client.known(), server.known());
        assert!(client.decoder.upgraded().is_some());
        assert_eq!(client.decoder.upgraded(), server.decoder.upgraded());
        assert_eq!(client.computed, client.returned);
        assert_eq!(client.computed, server.computed);
        assert_eq!(client.computed.len(), 28);
    }
}
