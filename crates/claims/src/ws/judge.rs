//! What WebSocket's steps show of the notes: w1 to w6.

use steps::{
    Event, Past, Said, Side, common, tcp, tls,
    ws::{Step, field},
};

use crate::{
    Claim::{W1, W2, W3, W4, W5, W6},
    Finding,
};

/// What `event` shows of the notes, given what came before it.
pub(crate) fn judge(step: Step, event: &Event, past: &Past) -> Vec<Finding> {
    let finding = match step {
        Step::UpgradeRequest => asks(event, past),
        Step::SwitchingProtocols => {
            return [returns(event, past), switches(event)].into_iter().flatten().collect();
        }
        Step::AcceptCheck => compares(event, past),
        Step::Established => counts(event, past),
        Step::Text | Step::Binary | Step::Continuation | Step::Ping | Step::Pong | Step::Close => {
            frames(event, past)
        }
        // Who asked for nothing was refused nothing.
        Step::Refused if past.has(Step::PlainRequest) => None,
        Step::Refused => refuses(event),
        Step::RequestChecked
        | Step::AcceptKey
        | Step::AnswerChecked
        | Step::PlainRequest
        | Step::PlainResponse
        | Step::Body
        | Step::Undecodable
        | Step::Summary => None,
    };
    finding.into_iter().collect()
}

/// Whether a head has none of the headers called `name`, by the list of all its headers.
fn lacks(headers: Option<Vec<&str>>, name: &str) -> Option<bool> {
    let is = |header: &str| header.split(':').next().is_some_and(|it| it.trim().eq_ignore_ascii_case(name));
    Some(!headers?.into_iter().any(is))
}

/// w1: special headers and a random key, after the handshake of whatever lies below.
fn asks(event: &Event, past: &Past) -> Option<Finding> {
    let Some(key) = event.get(field::SEC_WEBSOCKET_KEY) else {
        return lacks(event.get(field::HEADERS), "Sec-WebSocket-Key")?.then(|| {
            Finding::differs(
                W1,
                "The request has no Sec-WebSocket-Key, and 16 bytes in base64 are asked for.",
                "请求没有 Sec-WebSocket-Key，而要求是 base64 的 16 字节。",
            )
        });
    };
    let random = match (event.get(field::KEY_BYTES), event.get(field::KEY_IS_BASE64)) {
        (Some(bytes), _) => bytes.len() / 2,
        (None, Some(false)) => {
            return Some(Finding::differs(
                W1,
                format!(
                    "Sec-WebSocket-Key is `{key}`, which is no base64, and 16 bytes in it are asked for."
                ),
                format!("Sec-WebSocket-Key 是 `{key}`，不是 base64，而要求是 base64 的 16 字节。"),
            ));
        }
        (None, Some(true) | None) => return None,
    };
    if random != 16 {
        return Some(Finding::differs(
            W1,
            format!("Sec-WebSocket-Key is `{key}`: {random} bytes behind the base64, and 16 are asked for."),
            format!("Sec-WebSocket-Key 是 `{key}`：base64 之下有 {random} 字节，而要求是 16 字节。"),
        ));
    }
    if !past.is_whole() {
        return None; // What came before is not known.
    }
    let state = match past.first(tcp::Step::Established) {
        None => None,
        Some(tcp) => Some(tcp.get(tcp::field::STATE)?),
    };
    let tls = match past.first(tls::Step::HandshakeComplete) {
        None => None,
        Some(tls) => Some(tls.get(tls::field::PROTOCOL_VERSION)?),
    };
    let (en, zh) = match (state, tls) {
        (None, None) => (
            "No HTTP message crossed before this request: HTTP has no handshake, the one below it is TCP's."
                .into(),
            "这个请求之前没有任何 HTTP 消息：HTTP 没有握手，下面的握手是 TCP 的。".into(),
        ),
        (Some(state), None) => (
            format!("The three-way handshake before this request was TCP's ({state}); HTTP has none."),
            format!("这个请求之前的三次握手是 TCP 的（{state}），HTTP 没有握手。"),
        ),
        (None, Some(tls)) => (
            format!(
                "Before this request came the three-way handshake of TCP and the one of TLS ({tls}); HTTP has none."
            ),
            format!("这个请求之前有 TCP 的三次握手和 TLS 的握手（{tls}），HTTP 没有握手。"),
        ),
        (Some(state), Some(tls)) => (
            format!(
                "Before this request came the three-way handshake of TCP ({state}) and the one of TLS ({tls}); HTTP has \
                 none."
            ),
            format!("这个请求之前有 TCP 的三次握手（{state}）和 TLS 的握手（{tls}），HTTP 没有握手。"),
        ),
    };
    Some(Finding::depends(
        W1,
        format!("{en} The key {key} came with it."),
        format!("{zh}密钥 {key} 随请求送出。"),
    ))
}

/// w2: the string that came back is the one that the key gives.
fn returns(event: &Event, past: &Past) -> Option<Finding> {
    let returned = returned(event.get(field::SEC_WEBSOCKET_ACCEPT), event.get(field::HEADERS))?;
    let Some(computed) = past.first(Step::AcceptKey) else {
        return past.is_whole().then(|| {
            Finding::depends(
                W2,
                format!("The server returned {}, but no key was seen from which to compute it.", returned.en),
                format!("服务端{}，但没有看到可用来计算的密钥。", returned.zh),
            )
        });
    };
    let (key, sha1) = (computed.get(field::SEC_WEBSOCKET_KEY)?, computed.get(field::SHA1)?);
    let own = computed.get(field::SEC_WEBSOCKET_ACCEPT)?;
    Some(if event.get(field::SEC_WEBSOCKET_ACCEPT) == Some(own) {
        Finding::as_noted_because(
            W2,
            format!("SHA-1 of {key} and the GUID is {sha1}, in base64 {own}: the string returned."),
            format!("{key} 加 GUID 的 SHA-1 是 {sha1}，base64 为 {own}：正是返回的字符串。"),
        )
    } else {
        Finding::differs(
            W2,
            format!("The key {key} gives {own}, but the server returned {}.", returned.en),
            format!("密钥 {key} 应得到 {own}，服务端却{}。", returned.zh),
        )
    })
}

/// The string that came back, or that there was none, by the list of the headers.
fn returned(accept: Option<&str>, headers: Option<Vec<&str>>) -> Option<Said> {
    match accept {
        Some(accept) => Some(Said::new(format!("`{accept}`"), format!("返回 `{accept}`"))),
        None => lacks(headers, "Sec-WebSocket-Accept")?.then(|| Said::new("none", "没有返回")),
    }
}

/// w3: status 101.
fn switches(event: &Event) -> Option<Finding> {
    Some(match event.get(field::STATUS)? {
        101 => Finding::as_noted(W3),
        other => Finding::differs(
            W3,
            format!("The status was {other}, not 101."),
            format!("状态码是 {other}，不是 101。"),
        ),
    })
}

/// w2, where the server does not support the upgrade or does not like the request.
fn refuses(event: &Event) -> Option<Finding> {
    let (status, phrase) = (event.get(field::STATUS)?, event.get(field::REASON_PHRASE)?);
    Some(Finding::depends(
        W2,
        format!("Only if the server agrees: this one answered {status} {phrase} and returned no string."),
        format!("前提是服务端同意：这次它应答 {status} {phrase}，没有返回字符串。"),
    ))
}

/// w4: the client's own string beside the one that came back.
fn compares(event: &Event, past: &Past) -> Option<Finding> {
    let (computed, accepted) = (event.get(field::COMPUTED)?, event.get(common::ACCEPTED)?);
    let came = event.get(field::RETURNED);
    let headers = past.first(Step::SwitchingProtocols).and_then(|answer| answer.get(field::HEADERS));
    let returned = returned(came, headers)?;
    Some(match (came == Some(computed), accepted) {
        (true, true) => Finding::as_noted_because(
            W4,
            format!("The client computed {computed}, the server returned the same."),
            format!("客户端算出 {computed}，服务端返回的相同。"),
        ),
        (false, false) => Finding::as_noted_because(
            W4,
            format!("The client computed {computed}, the server returned {}: refused.", returned.en),
            format!("客户端算出 {computed}，服务端{}：拒绝。", returned.zh),
        ),
        (true, false) => Finding::differs(
            W4,
            format!("Both strings are {computed}, and yet the client refused."),
            format!("两个字符串都是 {computed}，客户端却拒绝了。"),
        ),
        (false, true) => Finding::differs(
            W4,
            format!(
                "The client computed {computed}, the server returned {}, and yet it was accepted.",
                returned.en
            ),
            format!("客户端算出 {computed}，服务端{}，却仍被接受。", returned.zh),
        ),
    })
}

/// w5: frames, masked on the way to the server only. Said in words once for each sender.
fn frames(event: &Event, past: &Past) -> Option<Finding> {
    let (sender, masked) = (event.sender()?, event.get(field::MASK)?);
    let (opcode, length) = (event.get(field::OPCODE)?, event.get(common::PAYLOAD_LENGTH)?);
    let form = event.get(field::LENGTH_FORM)?;
    let (en, zh) = match sender {
        Side::Client => ("client", "客户端"),
        Side::Server => ("server", "服务端"),
    };
    if masked != (sender == Side::Client) {
        return Some(match sender {
            Side::Client => Finding::differs(
                W5,
                format!(
                    "The client's frame (opcode {opcode}, {length} bytes) is not masked, but every client frame must be."
                ),
                format!(
                    "客户端的帧（操作码 {opcode}，{length} 字节）没有掩码，而客户端的每一帧都必须带掩码。"
                ),
            ),
            Side::Server => Finding::differs(
                W5,
                format!(
                    "The server's frame (opcode {opcode}, {length} bytes) is masked, but no server frame may be."
                ),
                format!("服务端的帧（操作码 {opcode}，{length} 字节）带有掩码，而服务端的帧不允许带掩码。"),
            ),
        });
    }
    if !is_shortest(form, length) {
        return Some(Finding::differs(
            W5,
            format!(
                "The {en}'s frame (opcode {opcode}) writes its length, {length}, in {form}, but the shortest form must be \
                 used (RFC 6455 §5.2)."
            ),
            format!(
                "{zh}的帧（操作码 {opcode}）把长度 {length} 写成 {form}，而必须使用最短的形式（RFC 6455 §5.2）。"
            ),
        ));
    }
    let (mask_en, mask_zh) = match masked {
        false => ("not masked".into(), "没有掩码".into()),
        true => {
            let key = event.get(field::MASKING_KEY)?;
            (format!("masked with {key}"), format!("掩码为 {key}"))
        }
    };
    let framed = |step: Step| past.first_from(sender, step).is_some();
    let frames = [Step::Text, Step::Binary, Step::Continuation, Step::Ping, Step::Pong, Step::Close];
    if frames.into_iter().any(framed) || !past.is_whole() {
        return Some(Finding::as_noted(W5));
    }
    Some(Finding::as_noted_because(
        W5,
        format!("The {en}'s first frame: opcode {opcode}, {length} bytes, {mask_en}."),
        format!("{zh}的第一帧：操作码 {opcode}，{length} 字节，{mask_zh}。"),
    ))
}

/// Whether a length is written in as few bits as it may be.
fn is_shortest(form: &str, length: u64) -> bool {
    match form {
        "7+16 bits" => length > 125,
        "7+64 bits" => length > 0xffff,
        _ => true,
    }
}

/// w6: one message each way.
fn counts(event: &Event, past: &Past) -> Option<Finding> {
    let (requests, responses) = (event.get(field::REQUESTS)?, event.get(field::RESPONSES)?);
    let (out, back) = (event.get(field::REQUEST_BYTES)?, event.get(field::RESPONSE_BYTES)?);
    if (requests, responses) != (1, 1) {
        return Some(Finding::differs(
            W6,
            format!("{requests} requests and {responses} answers crossed before it was established."),
            format!("建立之前有 {requests} 个请求和 {responses} 个应答。"),
        ));
    }
    let tcp = counted(event.get(field::TCP_ROUND_TRIPS), past.has(tcp::Step::Established))?;
    let tls = counted(event.get(field::TLS_ROUND_TRIPS), past.has(tls::Step::HandshakeComplete))?;
    let (below_en, below_zh) = match (tcp, tls) {
        (Some(tcp), Some(tls)) => (
            format!("after TCP's {tcp} and TLS's {tls}"),
            format!("在 TCP 的 {tcp} 次和 TLS 的 {tls} 次之后"),
        ),
        (Some(tcp), None) => (format!("after TCP's {tcp}"), format!("在 TCP 的 {tcp} 次之后")),
        (None, Some(tls)) => {
            (format!("after TCP's and TLS's {tls}"), format!("在 TCP 的和 TLS 的 {tls} 次之后"))
        }
        (None, None) => ("above what lies below".into(), "在下层之上".into()),
    };
    Some(Finding::as_noted_because(
        W6,
        format!("1 request ({out} bytes) and 1 answer ({back} bytes): one round trip, {below_en}."),
        format!("1 个请求（{out} 字节）和 1 个应答（{back} 字节）：{below_zh}，只需一次往返。"),
    ))
}

/// A count where there is one; none where what it counts was seen and yet the count is missing.
#[allow(clippy::option_option)] // the outer one: whether anything can be said
fn counted(count: Option<u64>, seen: bool) -> Option<Option<u64>> {
    match (count, seen) {
        (None, true) => None,
        (count, _) => Some(count),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{Judge, Verdict};
    use steps::{Direction, Evidence, Protocol, Step as Any};

    fn event(step: impl Into<Any>, direction: Direction, fields: Value) -> Event {
        let step = step.into();
        Event {
            protocol: Protocol::Ws,
            ..Event::by_hand((Side::Client, direction), step, Evidence::Wire, fields)
        }
    }

    /// The only finding of the last of `events`, judged in order.
    fn check(events: &[Event], verdict: Verdict, quotes: &str) {
        let mut past = Judge::default();
        let findings = events.iter().fold(Vec::new(), |_, event| past.noted(event));
        let [finding] = findings.as_slice() else { panic!("one finding, not {findings:?}") };
        assert_eq!(finding.verdict, verdict);
        let because = finding.because.as_ref().expect("it says why");
        for sentence in [&because.en, &because.zh] {
            assert!(sentence.contains(quotes), "{sentence}");
        }
    }

    #[test]
    fn w1_quotes_the_tcp_handshake_when_it_was_seen() {
        let key = json!({"sec_websocket_key": "dGhlIHNhbXBsZSBub25jZQ==", "key_bytes": "00".repeat(16)});
        let tcp = event(tcp::Step::Established, Direction::Local, json!({"state": "ESTABLISHED"}));
        let request = event(Step::UpgradeRequest, Direction::Sent, key);
        check(&[tcp, request.clone()], Verdict::Depends, "ESTABLISHED");
        check(std::slice::from_ref(&request), Verdict::Depends, "dGhlIHNhbXBsZSBub25jZQ==");
        let version = json!({"protocol_version": "TLS 1.3"});
        let tls = event(tls::Step::HandshakeComplete, Direction::Local, version);
        check(&[tls, request.clone()], Verdict::Depends, "TLS 1.3");
        let short = json!({"sec_websocket_key": "AAAA", "key_bytes": "000000"});
        check(&[event(Step::UpgradeRequest, Direction::Sent, short)], Verdict::Differs, "AAAA");
    }

    #[test]
    fn w4_compares_what_was_computed_with_what_came_back() {
        let compared = |returned: &str, accepted: bool| {
            let fields = json!({"computed": "abc=", "returned": returned, "accepted": accepted});
            [event(Step::AcceptCheck, Direction::Local, fields)]
        };
        check(&compared("abc=", true), Verdict::AsNoted, "abc=");
        check(&compared("xyz=", false), Verdict::AsNoted, "xyz=");
        check(&compared("xyz=", true), Verdict::Differs, "xyz=");
        check(&compared("abc=", false), Verdict::Differs, "abc=");
    }

    #[test]
    fn w5_wants_a_mask_from_the_client_and_none_from_the_server() {
        let frame = |direction, mask: bool| {
            let key = if mask { "37fa213d" } else { "" };
            let fields = json!({
                "opcode": "0x1", "payload_length": 5, "length_form": "7 bits", "mask": mask, "masking_key": key,
            });
            [event(Step::Text, direction, fields)]
        };
        check(&frame(Direction::Sent, true), Verdict::AsNoted, "37fa213d");
        check(&frame(Direction::Received, false), Verdict::AsNoted, "0x1");
        check(&frame(Direction::Sent, false), Verdict::Differs, "0x1");
        check(&frame(Direction::Received, true), Verdict::Differs, "0x1");
    }

    #[test]
    fn w5_wants_the_shortest_form_of_a_length() {
        let frame = |form: &str, length: u32| {
            let fields = json!({
                "opcode": "0x1", "payload_length": length, "length_form": form, "mask": true,
                "masking_key": "37fa213d",
            });
            [event(Step::Text, Direction::Sent, fields)]
        };
        check(&frame("7 bits", 125), Verdict::AsNoted, "125");
        check(&frame("7+16 bits", 125), Verdict::Differs, "7+16 bits");
        check(&frame("7+16 bits", 126), Verdict::AsNoted, "126");
        check(&frame("7+64 bits", 0xffff), Verdict::Differs, "7+64 bits");
        check(&frame("7+64 bits", 0x1_0000), Verdict::AsNoted, "65536");
    }

    #[test]
    fn w6_counts_the_messages_instead_of_assuming_two() {
        let counted = |requests: u8, responses: u8| {
            let fields = json!({"requests": requests, "responses": responses, "request_bytes": 158, "response_bytes": 129});
            [event(Step::Established, Direction::Local, fields)]
        };
        check(&counted(1, 1), Verdict::AsNoted, "158");
        let over_tls = json!({
            "requests": 1, "responses": 1, "request_bytes": 158, "response_bytes": 129, "tcp_round_trips": 1,
            "tls_round_trips": 2,
        });
        check(&[event(Step::Established, Direction::Local, over_tls)], Verdict::AsNoted, "2");
        check(&counted(2, 1), Verdict::Differs, "2");
        assert_eq!(Judge::default().noted(&event(Step::Established, Direction::Local, json!({}))), []);
    }
}
