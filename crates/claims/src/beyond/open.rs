//! What is often noted beside the three segments: the states between them, what a SYN carries and takes up, and RST.

use steps::{
    Event, Past, Side, Text,
    tcp::{Step, field},
};

use crate::{
    Claim::{self, X1, X2, X3, X4, X5, X6, X7},
    ClaimCard, Finding, Heading,
};

/// The cards of `x1` to `x7`.
pub(crate) const fn card(claim: Claim) -> ClaimCard {
    let (rfc, says, rule) = match claim {
        X1 => (
            "RFC 9293 §3.3.2",
            Text {
                en: "Having sent its SYN, the client is in SYN_SENT.",
                zh: "客户端发出 SYN 后处于 SYN_SENT 状态。",
            },
            Text {
                en: "As noted when the client's kernel names the state.",
                zh: "客户端内核报告该状态，即与笔记一致。",
            },
        ),
        X2 => (
            "RFC 9293 §3.3.2",
            Text {
                en: "Having answered with SYN+ACK, the server is in SYN_RECEIVED (SYN_RCVD).",
                zh: "服务端回复 SYN+ACK 后处于 SYN_RCVD 状态。",
            },
            Text {
                en: "As noted when the server's kernel names the state.",
                zh: "服务端内核报告该状态，即与笔记一致。",
            },
        ),
        X3 => (
            "RFC 9293 §3.4",
            Text {
                en: "A SYN takes up one sequence number although it carries no data.",
                zh: "SYN 不携带数据，但消耗一个序列号。",
            },
            Text {
                en: "As noted when a SYN without payload is acknowledged by its number + 1.",
                zh: "没有数据的 SYN 得到的确认号是其序列号 + 1，即与笔记一致。",
            },
        ),
        X4 => (
            "RFC 9293 §3.4",
            Text {
                en: "The third segment of the handshake may already carry data.",
                zh: "第三次握手可以携带数据。",
            },
            Text {
                en: "As noted when the first segment that acknowledges the server's SYN brings payload.",
                zh: "首个确认服务端 SYN 的报文段带有数据，即与笔记一致。",
            },
        ),
        X5 => (
            "RFC 9293 §3.2, RFC 7323",
            Text {
                en: "The SYN carries options such as MSS and window scale, which are offered only there.",
                zh: "SYN 携带 MSS、窗口扩大等选项，这些选项只能在这时提出。",
            },
            Text {
                en: "As noted when the SYN has both; their values are printed.",
                zh: "SYN 中有这两个选项，即与笔记一致；数值会打印出来。",
            },
        ),
        X6 => (
            "RFC 9293 §3.4",
            Text {
                en: "An ACK of data names the sequence number of the data plus its length: the next byte expected.",
                zh: "对数据的确认号等于数据的序列号加上数据长度，即期望收到的下一个字节。",
            },
            Text {
                en: "As noted when the sum fits the other side's first data.",
                zh: "与对方第一段数据之和相符，即与笔记一致。",
            },
        ),
        _ => (
            "RFC 9293 §3.5.2",
            Text {
                en: "A SYN to a port where nobody listens is answered with RST.",
                zh: "发往没有监听的端口的 SYN 得到的回应是 RST。",
            },
            Text {
                en: "As noted when a RST that acknowledges the SYN comes instead of a SYN+ACK.",
                zh: "没有 SYN+ACK，来的是确认该 SYN 的 RST，即与笔记一致。",
            },
        ),
    };
    ClaimCard { heading: Heading::TcpOpen, blocks: (0, 0), rfc, says, rule }
}

pub(super) fn judge(step: Step, event: &Event, past: &Past) -> Option<Finding> {
    match step {
        Step::Syn => options(event),
        Step::SynSent => state(event, (Side::Client, "SYN_SENT"), X1),
        Step::SynReceived => state(event, (Side::Server, "SYN_RECEIVED"), X2),
        Step::SynAck => takes_a_number(event, past),
        Step::Data => third_with_data(event, past),
        Step::DataAck => adds_up(event, past),
        Step::Rst => nobody_listens(event, past),
        _ => None,
    }
}

/// The kernel of `side` names a state.
pub(super) fn state(event: &Event, (side, wanted): (Side, &str), claim: Claim) -> Option<Finding> {
    let (name, asked) = (event.get(field::STATE)?, event.get(field::ASKED)?);
    (event.side == side && name == wanted).then(|| {
        Finding::as_noted_because(claim, format!("{asked} says {name}"), format!("{asked} 报告 {name}"))
    })
}

fn options(event: &Event) -> Option<Finding> {
    let (mss, scale) = (event.get(field::MSS)?, event.get(field::WINDOW_SCALE)?);
    let first = event.get(field::SEQ_RELATIVE)? == 0 && event.sender() == Some(Side::Client);
    (first && !event.fields.holds(field::RETRANSMISSION)).then(|| {
        Finding::as_noted_because(
            X5,
            format!("this SYN offers MSS {mss} and window scale {scale}"),
            format!("这个 SYN 提出 MSS {mss}、窗口扩大 {scale}"),
        )
    })
}

fn takes_a_number(event: &Event, past: &Past) -> Option<Finding> {
    let ack = event.get(field::ACK)?;
    let syn = past.tcp().of(Side::Client, Step::Syn).next_back()?;
    let (isn, length) = (syn.get(field::SEQ)?, syn.get(field::PAYLOAD_LENGTH)?);
    let fits = length == 0 && super::next(isn, 1) == ack && event.sender() == Some(Side::Server);
    (fits && !event.fields.holds(field::RETRANSMISSION)).then(|| {
        Finding::as_noted_because(
            X3,
            format!("the SYN (seq {isn}) brought no byte, and ack {ack} is one more"),
            format!("SYN（seq {isn}）没有带数据，而 ack {ack} 比它大 1"),
        )
    })
}

fn third_with_data(event: &Event, past: &Past) -> Option<Finding> {
    let (ack, length) = (event.get(field::ACK)?, event.get(field::PAYLOAD_LENGTH)?);
    let third = event.sender() == Some(Side::Client) && event.fields.holds(field::ACKS_SYN);
    let gone = past.tcp().all().any(|one| one.step == Step::HalfOpenGone);
    (third && !gone && length > 0).then(|| {
        Finding::as_noted_because(
            X4,
            format!(
                "the first segment here that acknowledges the server's SYN (ack {ack}) brings {length} bytes"
            ),
            format!("在这一端，首个确认服务端 SYN 的报文段（ack {ack}）带来 {length} 字节数据"),
        )
    })
}

fn adds_up(event: &Event, past: &Past) -> Option<Finding> {
    let (sender, ack) = (event.sender()?, event.get(field::ACK)?);
    let data = past.first_from(sender.peer(), Step::Data)?;
    let (seq, length) = (data.get(field::SEQ)?, data.get(field::PAYLOAD_LENGTH)?);
    (super::next(seq, length) == ack).then(|| {
        Finding::as_noted_because(
            X6,
            format!("ack {ack} = seq {seq} + {length} bytes"),
            format!("ack {ack} = seq {seq} + {length} 字节"),
        )
    })
}

fn nobody_listens(event: &Event, past: &Past) -> Option<Finding> {
    let ack = event.get(field::ACK)?;
    let syn = past.tcp().of(Side::Client, Step::Syn).next_back()?.get(field::SEQ)?;
    let answered = past.first_from(Side::Server, Step::SynAck).is_some() || !past.is_whole();
    let fits = super::next(syn, 1) == ack && event.sender() == Some(Side::Server);
    (fits && !answered).then(|| {
        Finding::as_noted_because(
            X7,
            format!("no SYN+ACK but RST (ack {ack} = the SYN's {syn} + 1)"),
            format!("来的不是 SYN+ACK 而是 RST（ack {ack} = SYN 的序列号 {syn} + 1）"),
        )
    })
}
