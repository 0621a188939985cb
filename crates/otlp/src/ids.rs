//! Ids from what was seen. Two ends that never spoke of it give a connection the same trace id, because both compute it
//! from what crossed between them; and whoever reads a recorded log gives its spans the same ids that they had.
//!
//! A peer has chosen half of what goes in, so a trace id proves nothing about who it is. It cannot aim at another trace
//! either: for that it would have to find an input to SHA-256 with a given result.

use aws_lc_rs::digest::{Context, SHA256};
use steps::{Event, Protocol, Side, Step, ssh, tcp, tls, ws};

/// The id of a trace.
pub type TraceId = [u8; 16];

/// The id of a span.
pub type SpanId = [u8; 8];

/// A span of somebody else's, by the ids of its trace and of itself.
pub type Linked = (TraceId, SpanId);

/// What a trace id was computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum By {
    /// The random of the ClientHello.
    ClientRandom,
    /// Sec-WebSocket-Key, of a connection without TLS.
    SecWebSocketKey,
    /// The cookies of both first KEXINITs.
    KexinitCookies,
    /// Both initial sequence numbers, where the segments were seen.
    InitialSequenceNumbers,
    /// Nothing that the other end is known to have seen: its account stands in a trace of its own.
    ThisEndAlone,
}

impl By {
    /// The value of `asnoted.trace.by`.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            By::ClientRandom => "client_random",
            By::SecWebSocketKey => "sec_websocket_key",
            By::KexinitCookies => "kexinit_cookies",
            By::InitialSequenceNumbers => "initial_sequence_numbers",
            By::ThisEndAlone => "this_end_alone",
        }
    }
}

/// What was seen so far of that which both ends see.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    client: Option<String>,
    server: Option<String>,
}

impl Seen {
    /// Takes what `event` tells, and gives the trace id once there is enough for it.
    pub(crate) fn take(&mut self, event: &Event) -> Option<(TraceId, By)> {
        match (event.protocol, event.step) {
            (Protocol::Tls | Protocol::Ws, Step::Tls(tls::Step::ClientHello)) => {
                Some(trace(By::ClientRandom, &[event.get(tls::field::RANDOM)?]))
            }
            // Over TLS the ClientHello came first.
            (Protocol::Ws, Step::Ws(ws::Step::UpgradeRequest)) => {
                Some(trace(By::SecWebSocketKey, &[event.get(ws::field::SEC_WEBSOCKET_KEY)?]))
            }
            (Protocol::Ssh, Step::Ssh(ssh::Step::Kexinit)) => {
                self.from(event.sender()?, event.get(ssh::field::COOKIE)?.to_owned());
                self.both(By::KexinitCookies)
            }
            (Protocol::Tcp, Step::Tcp(tcp::Step::Syn | tcp::Step::SynAck)) => {
                self.from(event.sender()?, event.get(tcp::field::SEQ)?.to_string());
                self.both(By::InitialSequenceNumbers)
            }
            (Protocol::Tcp | Protocol::Tls | Protocol::Ws | Protocol::Ssh, _) => None,
        }
    }

    /// The first of each side counts: a rekeying has new cookies.
    fn from(&mut self, side: Side, value: String) {
        let mine = match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        };
        mine.get_or_insert(value);
    }

    fn both(&self, by: By) -> Option<(TraceId, By)> {
        Some(trace(by, &[self.client.as_ref()?, self.server.as_ref()?]))
    }
}

/// The trace id of a connection of which nothing is known that the other end saw.
pub(crate) fn alone(account: &str) -> (TraceId, By) {
    trace(By::ThisEndAlone, &[account])
}

fn trace(by: By, parts: &[&str]) -> (TraceId, By) {
    (digest(&["asnoted trace", by.id()], parts), by)
}

/// The id of the span number `n` of an account; 0 is the connection itself.
pub(crate) fn span(account: &str, n: usize) -> SpanId {
    digest(&["asnoted span", &n.to_string()], &[account])
}

/// The beginning of SHA-256 over the parts, each followed by a line break: no part has one of its own, for they are
/// numbers, hex, base64 and addresses; a peer's key that has one is another text, and no more.
fn digest<const N: usize>(domain: &[&str], parts: &[&str]) -> [u8; N] {
    let mut hash = Context::new(&SHA256);
    for part in domain.iter().chain(parts) {
        hash.update(part.as_bytes());
        hash.update(b"\n");
    }
    let mut id = [0; N];
    id.copy_from_slice(&hash.finish().as_ref()[..N]);
    if id == [0; N] {
        id[N - 1] = 1; // all zeros mean that there is no id
    }
    id
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use steps::{Direction, Evidence};

    use super::*;

    fn seen(protocol: Protocol, events: &[(Side, Direction, Step, Value)]) -> Option<(TraceId, By)> {
        let mut seen = Seen::default();
        events.iter().find_map(|(side, direction, step, fields)| {
            let event = Event::by_hand((*side, *direction), *step, Evidence::Wire, fields.clone());
            seen.take(&Event { protocol, ..event })
        })
    }

    #[test]
    fn both_ends_compute_one_id_from_what_crossed() {
        let at = |side: Side| {
            let (c, s) = match side {
                Side::Client => (Direction::Sent, Direction::Received),
                Side::Server => (Direction::Received, Direction::Sent),
            };
            let hello = (side, c, tls::Step::ClientHello.into(), json!({"random": "5f3a"}));
            let key = (side, c, ws::Step::UpgradeRequest.into(), json!({"sec_websocket_key": "a2V5"}));
            let kexinits = [("aa", c), ("bb", s)]
                .map(|(cookie, way)| (side, way, ssh::Step::Kexinit.into(), json!({ "cookie": cookie })));
            let syn = (side, c, tcp::Step::Syn.into(), json!({"seq": 7}));
            let syn_ack = (side, s, tcp::Step::SynAck.into(), json!({"seq": 9}));
            [
                seen(Protocol::Tls, std::slice::from_ref(&hello)),
                seen(Protocol::Ws, &[hello, key.clone()]),
                seen(Protocol::Ws, &[key]),
                seen(Protocol::Ssh, &kexinits),
                seen(Protocol::Tcp, &[syn, syn_ack]),
            ]
        };
        let (client, mut server) = (at(Side::Client), at(Side::Server));
        assert_eq!(client, server);
        let by = client.map(|id| id.expect("there is enough").1);
        let (random, key) = (By::ClientRandom, By::SecWebSocketKey);
        assert_eq!(by, [random, random, key, By::KexinitCookies, By::InitialSequenceNumbers]);
        // wss is known by its ClientHello, as TLS is; the others differ.
        server.sort();
        assert_eq!(server.windows(2).filter(|two| two[0] == two[1]).count(), 1);
    }

    #[test]
    fn half_of_what_both_see_is_not_enough() {
        let cookie = (Side::Client, Direction::Sent, ssh::Step::Kexinit.into(), json!({"cookie": "aa"}));
        assert_eq!(seen(Protocol::Ssh, &[cookie.clone(), cookie]), None);
        let syn = (Side::Client, Direction::Sent, tcp::Step::Syn.into(), json!({"seq": 7}));
        assert_eq!(seen(Protocol::Tcp, &[syn]), None);
        let hello = (Side::Client, Direction::Sent, tls::Step::ClientHello.into(), json!({}));
        assert_eq!(seen(Protocol::Tls, &[hello]), None);
    }
}
