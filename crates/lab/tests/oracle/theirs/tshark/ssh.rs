//! The identification and the packets in the clear (RFC 4253). tshark 4.0 cannot open what follows NEWKEYS.

use serde_json::Value;

use super::{Fields, Message, Node};

const LISTS: [&str; 10] = [
    "kex_algorithms",
    "server_host_key_algorithms",
    "encryption_algorithms_client_to_server",
    "encryption_algorithms_server_to_client",
    "mac_algorithms_client_to_server",
    "mac_algorithms_server_to_client",
    "compression_algorithms_client_to_server",
    "compression_algorithms_server_to_client",
    "languages_client_to_server",
    "languages_server_to_client",
];

pub(super) fn messages(ssh: &Node) -> Vec<Message> {
    let mut found = Vec::new();
    for node in ssh.all() {
        if node.name == "ssh.protocol" {
            found.extend(identification(&node.show));
        } else if node.children.iter().any(|child| child.name == "ssh.packet_length") {
            found.extend(packet(node));
        }
    }
    found
}

fn identification(line: &str) -> Option<Message> {
    let (version, rest) = line.trim_end().strip_prefix("SSH-")?.split_once('-')?;
    let mut fields = Fields::default();
    fields.put("protoversion", Some(version));
    fields.put("softwareversion", rest.split(' ').next());
    fields.put("comments", rest.split_once(' ').map(|(_, comments)| comments));
    Some(fields.of("ssh.identification"))
}

fn packet(node: &Node) -> Option<Message> {
    let mut fields = Fields::default();
    fields.put("packet_length", node.number("ssh.packet_length"));
    fields.put("padding_length", node.number("ssh.padding_length"));
    fields.put("sequence_number", node.number("ssh.seq_num"));
    let hex = |name: &str| node.find(name).map(|node| node.value.clone());
    let step = match node.number("ssh.message_code")? {
        20 => {
            fields.put("cookie", hex("ssh.cookie"));
            for list in LISTS {
                // The bytes: what is shown of a long list is cut.
                let names =
                    hex(&format!("ssh.{list}")).and_then(|hex| hex::decode(hex).ok()).unwrap_or_default();
                let names = String::from_utf8_lossy(&names).into_owned();
                let names: Vec<_> =
                    names.split(',').filter(|name| !name.is_empty()).map(Value::from).collect();
                fields.put(list, Some(names));
            }
            fields.put(
                "first_kex_packet_follows",
                node.number("ssh.first_kex_packet_follows").map(|bit| bit == 1),
            );
            "ssh.kexinit"
        }
        21 => "ssh.newkeys",
        30 => {
            fields.put("public_value", hex("ssh.ecdh.q_c"));
            fields.put("public_value_length", node.number("ssh.ecdh.q_c_length"));
            "ssh.key_exchange_init"
        }
        31 => {
            fields.put("public_value", hex("ssh.ecdh.q_s"));
            fields.put("public_value_length", node.number("ssh.ecdh.q_s_length"));
            fields.put("host_key_type", node.show("ssh.host_key.type"));
            "ssh.key_exchange_reply"
        }
        1 => "ssh.disconnect",
        number @ (2..=4) => {
            fields.put("message_number", Some(number));
            "ssh.other_message"
        }
        _other => return None,
    };
    Some(fields.of(step))
}
