//! Which two logs tell of the same connection, and which two events of the same message.

use std::collections::HashMap;

use claims::Event;
use steps::{Direction, Protocol, Side, Step, ssh, tcp, tls, ws};

use super::{
    Connection, Same,
    content::{content, written},
    link::LinkActions,
    micros,
};

/// By what two ends were found to belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetBy {
    /// A number that one of them made for this connection alone: an initial sequence number, a client random, a
    /// Sec-WebSocket-Key, a cookie.
    Nonce,
    /// Both name the same two addresses.
    Addresses,
    /// They were open at the same time, and no other was: something between them changed the rest.
    Time,
}

/// A client's end, a server's end, and by what they met.
pub(super) type Met = (Option<Connection>, Option<Connection>, Option<MetBy>);

/// Brings ends together, in the order in which they began.
pub(super) fn meet(connections: Vec<Connection>) -> Vec<Met> {
    let (clients, servers): (Vec<_>, Vec<_>) =
        connections.into_iter().partition(|one| one.side == Side::Client);
    let mut clients: Vec<Option<Connection>> = clients.into_iter().map(Some).collect();
    let mut servers: Vec<Option<Connection>> = servers.into_iter().map(Some).collect();
    let mut met: Vec<Met> = Vec::new();
    for by in [MetBy::Nonce, MetBy::Addresses, MetBy::Time] {
        for place in &mut clients {
            let Some(client) = place else { continue };
            let fits = |server: &Option<Connection>| {
                server.as_ref().is_some_and(|server| belong(client, server, by))
            };
            // Two that fit as well as each other are no proof of anything.
            let unique = by != MetBy::Time || servers.iter().filter(|one| fits(one)).count() == 1;
            if let (true, Some(at)) = (unique, servers.iter().position(fits)) {
                met.push((place.take(), servers[at].take(), Some(by)));
            }
        }
    }
    met.extend(clients.into_iter().flatten().map(|one| (Some(one), None, None)));
    met.extend(servers.into_iter().flatten().map(|one| (None, Some(one), None)));
    met.sort_by_key(|(client, server, _)| {
        let began = |end: &Option<Connection>| end.as_ref().and_then(|end| end.events.first().map(micros));
        began(client).or(began(server))
    });
    met
}

fn belong(client: &Connection, server: &Connection, by: MetBy) -> bool {
    client.protocol == server.protocol
        && match by {
            MetBy::Nonce => nonce(client).is_some_and(|nonce| nonce_of(server, &nonce)),
            // What has no addresses is named by each program for itself.
            MetBy::Addresses => {
                client.conn.contains('>') && client.conn == server.conn && overlap(client, server)
            }
            MetBy::Time => overlap(client, server),
        }
}

/// The number that the client made for this connection.
fn nonce(one: &Connection) -> Option<String> {
    one.events.iter().find_map(nonce_in)
}

fn nonce_of(one: &Connection, nonce: &str) -> bool {
    one.events.iter().filter_map(nonce_in).any(|mine| mine == nonce)
}

fn nonce_in(event: &Event) -> Option<String> {
    let of_the_client = event.sender() == Some(Side::Client);
    match event.step {
        Step::Tcp(step) => {
            let opens = step == tcp::Step::Syn && event.protocol == Protocol::Tcp;
            opens.then(|| written(event, tcp::field::SEQ))?
        }
        Step::Tls(step) => (step == tls::Step::ClientHello).then(|| written(event, tls::field::RANDOM))?,
        Step::Ws(step) => {
            (step == ws::Step::UpgradeRequest).then(|| written(event, ws::field::SEC_WEBSOCKET_KEY))?
        }
        Step::Ssh(step) => {
            (step == ssh::Step::Kexinit && of_the_client).then(|| written(event, ssh::field::COOKIE))?
        }
    }
}

/// Whether both were open at some moment, give or take what a server takes to accept.
fn overlap(a: &Connection, b: &Connection) -> bool {
    const SLACK_US: i64 = 2_000_000;
    let span = |one: &Connection| {
        let times = one.events.iter().map(micros);
        (times.clone().min().unwrap_or_default(), times.max().unwrap_or_default())
    };
    let ((a0, a1), (b0, b1)) = (span(a), span(b));
    a0 <= b1 + SLACK_US && b0 <= a1 + SLACK_US
}

/// The messages that stand in both logs.
pub(super) fn same(client: &Connection, server: &Connection, actions: &LinkActions) -> Vec<Same> {
    let mut found = Vec::new();
    for from in [Side::Client, Side::Server] {
        let (sender, receiver) = match from {
            Side::Client => (client, server),
            Side::Server => (server, client),
        };
        let mut left = sender.crossed(Direction::Sent);
        left.retain(|(at, _)| !actions.lost(from, *at));
        let sent = by_content(&left);
        for (content, received) in by_content(&receiver.crossed(Direction::Received)) {
            let Some(sent) = sent.get(&content) else { continue };
            // Of a segment that was sent again and arrived less often, the last ones arrived.
            let lost = sent.len().saturating_sub(received.len());
            for (&sent, &received) in sent[if by_segment(sender) { lost } else { 0 }..].iter().zip(&received)
            {
                let bytes = (&sender.events[sent].bytes.0, &receiver.events[received].bytes.0);
                let changed =
                    !by_segment(sender) && !bytes.0.is_empty() && !bytes.1.is_empty() && bytes.0 != bytes.1;
                let (client, server) = match from {
                    Side::Client => (sent, received),
                    Side::Server => (received, sent),
                };
                found.push(Same { from, client, server, changed });
            }
        }
    }
    found
}

/// TCP repeats segments; a stream repeats nothing.
fn by_segment(one: &Connection) -> bool {
    one.protocol == Protocol::Tcp
}

/// The places of the messages of each content: of segments what the header says, of messages the step.
fn by_content(crossed: &[(usize, &Event)]) -> HashMap<String, Vec<usize>> {
    let mut places: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, event) in crossed {
        places.entry(content(event)).or_default().push(*at);
    }
    places
}
