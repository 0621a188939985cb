//! Records and handshake messages (RFC 5246, RFC 8446), opened with the secrets in the capture.

use serde_json::Value;
use steps::Side;

use super::{Fields, Message, Node, OPAQUE};

pub(super) fn messages(tls: &Node, from: Side) -> Vec<Message> {
    let records = tls.children.iter().filter(|node| node.name == "tls.record");
    records.flat_map(|node| record(node, from)).collect()
}

fn record(record: &Node, from: Side) -> Vec<Message> {
    let opaque = || vec![Fields::default().of(OPAQUE)];
    let Some(kind) = record.number("tls.record.content_type") else { return opaque() };
    match kind {
        20 => vec![Fields::default().of("tls.change_cipher_spec")],
        21 => {
            let Some(level) = record.find("tls.alert_message.level") else { return opaque() };
            let mut fields = Fields::default();
            fields.put("level", Some(level.named().to_lowercase()));
            // Description: Unknown CA (48), which is a name.
            let description = record.find("tls.alert_message.desc").and_then(|node| {
                let (name, _) = node.showname.split_once(": ")?.1.rsplit_once(" (")?;
                Some(name.to_lowercase().replace([' ', '-'], "_"))
            });
            fields.put("description", description);
            vec![fields.of("tls.alert")]
        }
        22 => {
            let messages = record.children.iter().filter(|node| node.name == "tls.handshake");
            messages.map(|node| handshake(node, from)).collect()
        }
        23 => {
            let mut fields = Fields::default();
            fields.put("ciphertext_length", record.number("tls.record.length"));
            vec![fields.of("tls.application_data")]
        }
        _other => opaque(),
    }
}

fn handshake(message: &Node, from: Side) -> Message {
    let mut fields = Fields::default();
    let Some(kind) = message.number("tls.handshake.type") else { return fields.of(OPAQUE) };
    let hex = |name: &str| message.find(name).map(|node| node.value.clone());
    let named = |name: &str| message.find(name).map(Node::named);
    let list = |name: &'static str| -> Option<Vec<Value>> {
        let values: Vec<_> = message.every(name).map(|node| node.named().into()).collect();
        (!values.is_empty()).then_some(values)
    };
    let step = match kind {
        1 => {
            hello(message, &mut fields);
            fields.put("cipher_suites", list("tls.handshake.ciphersuite"));
            fields.put("supported_versions", list("tls.handshake.extensions.supported_version"));
            fields.put("supported_groups", list("tls.handshake.extensions_supported_group"));
            fields.put("signature_algorithms", list("tls.handshake.sig_hash_alg"));
            fields.put("key_share", list("tls.handshake.extensions_key_share_group"));
            fields.put("server_name", message.show("tls.handshake.extensions_server_name"));
            "tls.client_hello"
        }
        2 => {
            hello(message, &mut fields);
            fields.put("cipher_suite", named("tls.handshake.ciphersuite"));
            let again = message.showname.contains("Hello Retry Request");
            if !again {
                fields.put("key_share", named("tls.handshake.extensions_key_share_group"));
            }
            if again { "tls.hello_retry_request" } else { "tls.server_hello" }
        }
        4 => {
            fields.put("ticket_lifetime", message.number("tls.handshake.session_ticket_lifetime_hint"));
            fields.put("ticket_length", message.number("tls.handshake.session_ticket_length"));
            "tls.new_session_ticket"
        }
        8 => {
            fields.put("extensions", list("tls.handshake.extension.type"));
            fields.put("alpn", message.show("tls.handshake.extensions_alpn_str"));
            "tls.encrypted_extensions"
        }
        11 => {
            certificate(message, &mut fields);
            match from {
                Side::Client => "tls.client_certificate",
                Side::Server => "tls.certificate",
            }
        }
        12 => {
            fields.put("named_curve", named("tls.handshake.server_named_curve"));
            fields.put("public_key", hex("tls.handshake.server_point"));
            fields.put("signature_scheme", named("tls.handshake.sig_hash_alg"));
            fields.put("signature_length", message.number("tls.handshake.sig_len"));
            "tls.server_key_exchange"
        }
        13 => "tls.certificate_request",
        14 => "tls.server_hello_done",
        15 => {
            fields.put("signature_scheme", named("tls.handshake.sig_hash_alg"));
            fields.put("signature_length", message.number("tls.handshake.client_cert_vrfy.sig_len"));
            "tls.certificate_verify"
        }
        16 => {
            fields.put("public_key", hex("tls.handshake.client_point"));
            fields.put("public_key_length", message.number("tls.handshake.client_point_len"));
            fields.put("encrypted_pre_master_secret_length", message.number("tls.handshake.epms_len"));
            fields.put("encrypted_pre_master_secret", hex("tls.handshake.epms"));
            "tls.client_key_exchange"
        }
        20 => "tls.finished",
        _other => return fields.of(OPAQUE),
    };
    fields.of(step)
}

fn hello(message: &Node, fields: &mut Fields) {
    fields.put("legacy_version", message.find("tls.handshake.version").map(Node::named));
    fields.put("random", message.find("tls.handshake.random").map(|node| node.value.clone()));
    fields.put("session_id_length", message.number("tls.handshake.session_id_length"));
    let extensions: Vec<Value> =
        message.every("tls.handshake.extension.type").map(|node| node.named().into()).collect();
    fields.put("extensions", (!extensions.is_empty()).then_some(extensions));
    let alpn: Vec<_> = message.every("tls.handshake.extensions_alpn_str").collect();
    if let [only] = alpn[..] {
        fields.put("alpn", Some(only.show.as_str()));
    }
}

/// The chain, and of it the first certificate.
fn certificate(message: &Node, fields: &mut Fields) {
    let chain: Vec<_> = message.every("tls.handshake.certificate").collect();
    fields.put("certificates", Some(chain.len()));
    let Some(first) = chain.first() else { return };
    fields.put("serial", first.show("x509af.serialNumber"));
    let mut times = first.every("x509af.utcTime").map(|time| {
        // 2026-11-24 22:29:21 (UTC)
        time.show.replace(" (UTC)", "Z").replacen(' ', "T", 1)
    });
    fields.put("not_before", times.next());
    fields.put("not_after", times.next());
}
