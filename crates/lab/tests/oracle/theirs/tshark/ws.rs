//! The two heads of the upgrade (RFC 9112) and the frames (RFC 6455 §5.2).

use serde_json::Value;

use super::{Fields, Message, Node};

pub(super) fn messages(http: &Node) -> Vec<Message> {
    head(http).into_iter().chain(body(http)).collect()
}

/// What an answer that is no upgrade says to people.
fn body(http: &Node) -> Option<Message> {
    http.find("http.response.code")?;
    // File Data: 138 bytes
    let data = &http.find("http.file_data")?.showname;
    let mut fields = Fields::default();
    fields.put("length", data.split(' ').find_map(|word| word.parse::<u64>().ok()));
    Some(fields.of("ws.body"))
}

fn head(http: &Node) -> Option<Message> {
    let mut fields = Fields::default();
    let lines =
        |name: &str| -> Vec<Value> { http.every(name).map(|line| line.show.trim_end().into()).collect() };
    for name in ["host", "upgrade", "connection", "sec_websocket_key", "sec_websocket_version"] {
        fields.put(name, http.show(&format!("http.{name}")));
    }
    if let Some(method) = http.show("http.request.method") {
        fields.put("method", Some(method));
        fields.put("path", http.show("http.request.uri"));
        fields.put("version", http.show("http.request.version"));
        fields.put("headers", Some(lines("http.request.line")));
        let upgrade = http.show("http.upgrade").is_some_and(|to| to.eq_ignore_ascii_case("websocket"));
        return Some(fields.of(if upgrade { "ws.upgrade_request" } else { "ws.plain_request" }));
    }
    let status = http.number("http.response.code")?;
    fields.put("sec_websocket_accept", http.show("http.sec_websocket_accept"));
    fields.put("version", http.show("http.response.version"));
    fields.put("status", Some(status));
    fields.put("reason_phrase", http.show("http.response.phrase"));
    fields.put("headers", Some(lines("http.response.line")));
    Some(fields.of(if status == 101 { "ws.switching_protocols" } else { "ws.refused" }))
}

pub(super) fn frame(frame: &Node, packet: &Node) -> Option<Message> {
    let mut fields = Fields::default();
    let opcode = frame.number("websocket.opcode")?;
    fields.put("fin", frame.number("websocket.fin").map(|bit| bit == 1));
    fields.put("rsv", frame.number("websocket.rsv").map(|bits| format!("{bits:03b}")));
    fields.put("opcode", Some(format!("0x{opcode:X}")));
    fields.put("mask", frame.number("websocket.mask").map(|bit| bit == 1));
    let long =
        ["websocket.payload_length_ext_16", "websocket.payload_length_ext_64", "websocket.payload_length"];
    fields.put("payload_length", long.iter().find_map(|name| frame.number(name)));
    fields.put("masking_key", frame.find("websocket.masking_key").map(|node| node.value.clone()));
    let text = ["websocket.payload.text", "websocket.payload.ping", "websocket.payload.pong"];
    // With the last fragment tshark shows the whole message (RFC 6455 §5.4).
    let inside = text.iter().filter(|_| opcode != 0).find_map(|name| frame.find(name));
    // Binary data has a layer of its own, which belongs to the frame only where there is one of each.
    let alone = packet.children.iter().filter(|layer| layer.name == "websocket").count() == 1;
    let beside = packet.find("data.data").filter(|_| opcode == 2 && alone);
    fields.put("payload", inside.or(beside).map(|node| node.value.clone()));
    fields.put("text", frame.show("websocket.payload.text").filter(|_| opcode == 1));
    fields.put("code", frame.number("websocket.payload.close.status_code"));
    fields.put("reason", frame.show("websocket.payload.close.reason"));
    let step = match opcode {
        0x0 => "ws.continuation",
        0x1 => "ws.text",
        0x2 => "ws.binary",
        0x8 => "ws.close",
        0x9 => "ws.ping",
        0xA => "ws.pong",
        _other => return None,
    };
    Some(fields.of(step))
}
