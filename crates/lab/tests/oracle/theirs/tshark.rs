//! tshark's account of a capture, message by message.

use std::{collections::BTreeMap, net::SocketAddr, path::Path, process::Command};

use steps::Side;

use super::{Fields, Message, OPAQUE, SEGMENT, Told};
use pdml::Node;

mod pdml;
mod ssh;
mod tcp;
mod tls;
mod ws;

/// What tshark tells of `file`. `decode`: which ports carry what, for those that it would not know; `keys`: a key log, where
/// the secrets are not in the file.
pub(crate) fn tell(file: &Path, decode: &[(u16, &str)], keys: Option<&Path>) -> Vec<Told> {
    let mut command = Command::new("tshark");
    command.arg("-r").arg(file).args(["-T", "pdml"]);
    if let Some(keys) = keys {
        command.args(["-o", &format!("tls.keylog_file:{}", keys.display())]);
    }
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
        let place = |(step, fields): Message| Told::new(&conn, Some(from), step, fields);
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
