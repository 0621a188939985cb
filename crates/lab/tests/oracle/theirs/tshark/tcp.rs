//! The segment (RFC 9293 §3.1).

use super::{Fields, Message, Node, SEGMENT};

pub(super) fn segment(tcp: &Node) -> Message {
    let mut fields = Fields::default();
    let set = |bit: &str| tcp.number(&format!("tcp.flags.{bit}")) == Some(1);
    let bits = [
        ("syn", "SYN"),
        ("fin", "FIN"),
        ("reset", "RST"),
        ("push", "PSH"),
        ("ack", "ACK"),
        ("urg", "URG"),
        ("ece", "ECE"),
        ("cwr", "CWR"),
    ];
    let flags: Vec<_> = bits.iter().filter(|(bit, _)| set(bit)).map(|(_, name)| *name).collect();
    fields.put("flags", Some(flags.join("+")));
    fields.put("seq", tcp.number("tcp.seq_raw"));
    fields.put("seq_relative", tcp.number("tcp.seq"));
    if set("ack") {
        fields.put("ack", tcp.number("tcp.ack_raw"));
        fields.put("ack_relative", tcp.number("tcp.ack"));
    }
    fields.put("payload_length", tcp.number("tcp.len"));
    fields.put("window", tcp.number("tcp.window_size"));
    fields.put("mss", tcp.number("tcp.options.mss_val"));
    fields.put("window_scale", tcp.number("tcp.options.wscale.shift"));
    if set("syn") {
        fields.put("sack_permitted", Some(tcp.find("tcp.options.sack_perm").is_some()));
        fields.put("timestamps", Some(tcp.find("tcp.options.timestamp").is_some()));
    }
    fields.of(SEGMENT)
}
