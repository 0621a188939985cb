//! The attributes of a connection that its first event tells: who spoke what to whom, seen from where.

use std::net::SocketAddr;

use opentelemetry_proto::tonic::common::v1::KeyValue;
use steps::{Protocol, Side};

use crate::attributes::{int, text};

/// What is known of a connection from its first event on.
pub(super) fn about(first: &steps::Event, observer: &str) -> Vec<KeyValue> {
    let mut about = vec![
        text("asnoted.protocol", first.protocol.id()),
        text("asnoted.side", first.side.id()),
        text("asnoted.conn", first.conn.as_str()),
        text("asnoted.observer", observer),
    ];
    about.extend(first.variant.as_deref().map(|variant| text("asnoted.variant", variant)));
    let application = match first.protocol {
        Protocol::Tcp | Protocol::Tls => None,
        Protocol::Ws => Some("websocket"),
        Protocol::Ssh => Some("ssh"),
    };
    about.extend(application.map(|name| text("network.protocol.name", name)));
    let ends = first.conn.split_once('>');
    let ends = ends.and_then(|(client, server)| Some((client.parse().ok()?, server.parse().ok()?)));
    let Some((client, server)): Option<(SocketAddr, SocketAddr)> = ends else { return about };
    about.push(text("network.transport", "tcp"));
    about.push(text("network.type", if server.is_ipv4() { "ipv4" } else { "ipv6" }));
    let mut end = |name: &str, end: SocketAddr| {
        about.push(text(format!("{name}.address"), end.ip().to_string()));
        about.push(int(format!("{name}.port"), end.port().into()));
    };
    end("client", client);
    end("server", server);
    // Whoever stands between the two is neither.
    if first.observer.is_none() {
        let (local, peer) = match first.side {
            Side::Client => (client, server),
            Side::Server => (server, client),
        };
        end("network.local", local);
        end("network.peer", peer);
    }
    about
}
