//! What is often noted beside the upgrade to WebSocket: the frames, ping and pong, the close, TLS below.

use steps::{
    Event, Past, Side, Text, common, tls,
    ws::{Step, field},
};

use crate::{
    Claim::{self, X26, X27, X28, X29, X30, X31},
    ClaimCard, Finding, Heading,
};

/// The cards of `x26` to `x31`.
pub(crate) const fn card(claim: Claim) -> ClaimCard {
    let (rfc, says, rule) = match claim {
        X26 => (
            "RFC 6455 §1.1",
            Text {
                en: "WebSocket is full duplex: both sides send on one connection.",
                zh: "WebSocket 是全双工的：双方在同一条连接上都能发送。",
            },
            Text {
                en: "As noted when messages went both ways over one connection.",
                zh: "同一条连接上两个方向都有消息，即与笔记一致。",
            },
        ),
        X27 => (
            "RFC 6455 §5.2",
            Text {
                en: "A frame begins with FIN, opcode, mask bit and length; only the client masks its payload.",
                zh: "帧头包含 FIN、操作码（opcode）、掩码位和长度；只有客户端的载荷带掩码。",
            },
            Text {
                en: "As noted when a frame has these and its mask fits its sender.",
                zh: "帧中有这些字段，且掩码与发送方相符，即与笔记一致。",
            },
        ),
        X28 => (
            "RFC 6455 §5.5.2, §5.5.3",
            Text {
                en: "A heartbeat is Ping and Pong: the Pong brings back what the Ping brought.",
                zh: "心跳使用 Ping 和 Pong：Pong 带回 Ping 的内容。",
            },
            Text {
                en: "As noted when the payloads are equal.", zh: "两者载荷相同，即与笔记一致。"
            },
        ),
        X29 => (
            "RFC 6455 §5.5.1, §7.1.1",
            Text {
                en: "A WebSocket is closed by a Close frame, which the other side answers with one.",
                zh: "关闭 WebSocket 时发送关闭帧（Close），对方也回一个关闭帧。",
            },
            Text {
                en: "As noted when a Close of each side was seen.",
                zh: "双方的关闭帧都被看到，即与笔记一致。",
            },
        ),
        X30 => (
            "RFC 6455 §3",
            Text { en: "wss is WebSocket over TLS.", zh: "wss 就是建立在 TLS 之上的 WebSocket。" },
            Text {
                en: "As noted when the upgrade came after a handshake of TLS.",
                zh: "升级请求在 TLS 握手完成之后发出，即与笔记一致。",
            },
        ),
        _ => (
            "RFC 6455 §1.3",
            Text {
                en: "The GUID that is put behind the key is 258EAFA5-E914-47DA-95CA-C5AB0DC85B11.",
                zh: "拼接在 key 之后的 GUID 是固定的 258EAFA5-E914-47DA-95CA-C5AB0DC85B11。",
            },
            Text {
                en: "As noted when the string that the server returns is computed with it.",
                zh: "用它算得出服务端返回的字符串，即与笔记一致。",
            },
        ),
    };
    ClaimCard { heading: Heading::WebSocket, blocks: (0, 0), rfc, says, rule }
}

pub(super) fn judge(step: Step, event: &Event, past: &Past) -> Vec<Finding> {
    let found: [Option<Finding>; 2] = match step {
        Step::UpgradeRequest => [over_tls(event, past), None],
        Step::SwitchingProtocols => [guid(event, past), None],
        Step::Text | Step::Binary => [frame(event, past), both_ways(step, event, past)],
        Step::Continuation | Step::Ping => [frame(event, past), None],
        Step::Pong => [frame(event, past), pong(event, past)],
        Step::Close => [frame(event, past), close(event, past)],
        _ => [None, None],
    };
    found.into_iter().flatten().collect()
}

const FRAMES: [Step; 6] = [Step::Text, Step::Binary, Step::Continuation, Step::Ping, Step::Pong, Step::Close];

/// Said once for each sender.
fn frame(event: &Event, past: &Past) -> Option<Finding> {
    let sender = event.sender()?;
    let (fin, opcode) = (event.get(field::FIN)?, event.get(field::OPCODE)?);
    let (mask, form) = (event.get(field::MASK)?, event.get(field::LENGTH_FORM)?);
    let length = event.get(common::PAYLOAD_LENGTH)?;
    if FRAMES.into_iter().any(|step| past.first_from(sender, step).is_some()) {
        return None;
    }
    let fin = u8::from(fin);
    let (who, who_zh) = match sender {
        Side::Client => ("client", "客户端"),
        Side::Server => ("server", "服务端"),
    };
    if mask != (sender == Side::Client) {
        let mask = u8::from(mask);
        return Some(Finding::differs(
            X27,
            format!(
                "the {who}'s frame has FIN {fin}, opcode {opcode}, length {length} in {form}, but mask bit {mask}"
            ),
            format!("{who_zh}的帧：FIN {fin}，操作码 {opcode}，长度 {length}（{form}），但掩码位为 {mask}"),
        ));
    }
    let mask = u8::from(mask);
    Some(Finding::as_noted_because(
        X27,
        format!("the {who}'s frame: FIN {fin}, opcode {opcode}, mask bit {mask}, length {length} in {form}"),
        format!("{who_zh}的帧：FIN {fin}，操作码 {opcode}，掩码位 {mask}，长度 {length}（{form}）"),
    ))
}

fn both_ways(step: Step, event: &Event, past: &Past) -> Option<Finding> {
    let sender = event.sender()?;
    let (opcode, length) = (event.get(field::OPCODE)?, event.get(common::PAYLOAD_LENGTH)?);
    let other = past.first_from(sender.peer(), step)?.get(common::PAYLOAD_LENGTH)?;
    past.first_from(sender, step).is_none().then(|| {
        Finding::as_noted_because(
            X26,
            format!("a message of {other} bytes one way and one of {length} (opcode {opcode}) the other, on one connection"),
            format!("同一条连接上，一个方向有 {other} 字节的消息，另一个方向有 {length} 字节（操作码 {opcode}）"),
        )
    })
}

fn pong(event: &Event, past: &Past) -> Option<Finding> {
    let payload = event.get(field::PAYLOAD)?;
    let ping = past.first_from(event.sender()?.peer(), Step::Ping)?.get(field::PAYLOAD)?;
    (payload == ping).then(|| {
        Finding::as_noted_because(
            X28,
            format!("the Pong brought back the payload of the Ping: {payload}"),
            format!("Pong 带回了 Ping 的载荷：{payload}"),
        )
    })
}

fn close(event: &Event, past: &Past) -> Option<Finding> {
    let code = event.get(field::CODE)?;
    let asked = past.first_from(event.sender()?.peer(), Step::Close)?.get(field::CODE)?;
    Some(Finding::as_noted_because(
        X29,
        format!("Close {asked} was answered with Close {code}"),
        format!("Close {asked} 得到的回应是 Close {code}"),
    ))
}

fn over_tls(event: &Event, past: &Past) -> Option<Finding> {
    let key = event.get(field::SEC_WEBSOCKET_KEY)?;
    let version = past.first(tls::Step::HandshakeComplete)?.get(tls::field::PROTOCOL_VERSION)?;
    Some(Finding::as_noted_because(
        X30,
        format!("the handshake of {version} was complete before this request (key {key})"),
        format!("这个请求（密钥 {key}）之前，{version} 的握手已经完成"),
    ))
}

fn guid(event: &Event, past: &Past) -> Option<Finding> {
    let computed = past.first(Step::AcceptKey)?;
    let (guid, accept) = (computed.get(field::GUID)?, computed.get(field::SEC_WEBSOCKET_ACCEPT)?);
    (event.get(field::SEC_WEBSOCKET_ACCEPT)? == accept).then(|| {
        Finding::as_noted_because(
            X31,
            format!("the key and {guid} give {accept}, which is what came back"),
            format!("key 与 {guid} 拼接后得到 {accept}，返回的正是它"),
        )
    })
}
