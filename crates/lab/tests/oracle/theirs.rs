//! tshark's account of a capture, message by message, in the words of our log: the ids of our steps and the names of
//! our fields, with tshark's values. Nothing here calls our decoders.

use std::{collections::BTreeMap, net::SocketAddr, path::Path, process::Command};

use serde_json::Value;
use steps::Side;

use crate::pdml::{self, Node};

mod ssh;
mod tcp;
mod tls;
mod ws;

/// One message, as somebody tells it.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    /// The client's address and the server's, as events write them.
    pub(crate) conn: String,
    pub(crate) from: Side,
    /// The step; [`OPAQUE`] where it could not be opened.
    pub(crate) step: String,
    pub(crate) fields: BTreeMap<String, Value>,
}

/// The step of a message that is there and stays closed.
pub(crate) const OPAQUE: &str = "opaque";

/// The step of every segment: what it is to its connection tshark does not say in our words.
pub(crate) const SEGMENT: &str = "tcp.segment";

/// A message without its place.
pub(crate) type Message = (String, BTreeMap<String, Value>);

/// What tshark tells of `file`. `decode`: which ports carry what, for those that it would not know.
pub(crate) fn tell(file: &Path, decode: &[(u16, &str)]) -> Vec<Told> {
    let mut command = Command::new("tshark");
    command.arg("-r").arg(file).args(["-T", "pdml"]);
    for (port, protocol) in decode {
        command.args(["-d", &format!("tcp.port=={port},{protocol}")]);
    }
    let output = command.output().expect("tshark runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut clients = BTreeMap::new();
    let mut told = Vec::new();
    for packet in pdml::packets(&String::from_utf8_lossy(&output.stdout)) {
        let Some(tcp) = packet.children.iter().find(|node| node.name == "tcp") else { continue };
        let (source, destination) = addresses(&packet, tcp);
        let stream = tcp.show("tcp.stream").expect("each segment has a stream").to_owned();
        let client = *clients.entry(stream).or_insert(source);
        let (from, server) =
            if source == client { (Side::Client, destination) } else { (Side::Server, source) };
        let conn = format!("{client}>{server}");
        let mut messages = vec![tcp::segment(tcp)];
        for layer in &packet.children {
            match layer.name.as_str() {
                "tls" => messages.extend(tls::messages(layer, from)),
                "http" => messages.extend(ws::messages(layer)),
                "websocket" => messages.extend(ws::frame(layer, &packet)),
                "ssh" => messages.extend(ssh::messages(layer)),
                _other => {}
            }
        }
        let place = |(step, fields): Message| Told { conn: conn.clone(), from, step, fields };
        told.extend(messages.into_iter().map(place));
    }
    told
}

fn addresses(packet: &Node, tcp: &Node) -> (SocketAddr, SocketAddr) {
    let address = |way: &str| -> SocketAddr {
        let ip = packet.show(&format!("ip.{way}")).or_else(|| packet.show(&format!("ipv6.{way}")));
        let port = tcp.number(&format!("tcp.{way}port")).expect("each segment has ports");
        let ip = ip.expect("each segment is in an IP packet").parse().expect("an address");
        SocketAddr::new(ip, u16::try_from(port).expect("a port"))
    };
    (address("src"), address("dst"))
}

/// Collects fields of which tshark need not know each.
#[derive(Default)]
struct Fields(BTreeMap<String, Value>);

impl Fields {
    fn put(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
    }

    fn of(self, step: &str) -> Message {
        (step.to_owned(), self.0)
    }
}
