//! Why a connection of the WebSocket client failed, and what to do.

use steps::{
    Fields, Lang, Said, common,
    ws::{Check, field},
};
use tokio_tungstenite::tungstenite::{
    Error,
    error::{CapacityError, ProtocolError},
    protocol::CloseFrame,
};
use watch::ws::Watch;

use crate::PATIENCE;

pub(super) fn unanswered(what: &Said) -> Said {
    let seconds = PATIENCE.as_secs();
    Said::new(
        format!("No {} within {seconds} s: does this server echo? Ours does: `server ws`.", what.en),
        format!("{seconds} 秒内没有等到{}：这个服务端会回显吗？我们的会：`server ws`。", what.zh),
    )
}

pub(super) fn silent(watch: &Watch) -> Said {
    let (seconds, bytes) = (PATIENCE.as_secs(), watch.received());
    Said::new(
        format!(
            "No complete answer to the upgrade request within {seconds} s, only {bytes} bytes: is this a WebSocket server?"
        ),
        format!("{seconds} 秒内没有等到对升级请求的完整应答，只有 {bytes} 字节：这是 WebSocket 服务端吗？"),
    )
}

pub(super) fn not_upgraded(error: &Error, watch: &Watch) -> Said {
    if let Some(looks) = watch.looks_like() {
        return Said::new(
            format!(
                "The server's first bytes look like this: {looks}. That is no HTTP answer; is the port right?"
            ),
            format!("服务端最初的字节看起来是：{looks}，不是 HTTP 应答；端口对吗？"),
        );
    }
    if let Some((answer, body)) = watch.refused() {
        return refused(&answer, &body);
    }
    let failed = watch.failed();
    if !failed.is_empty() {
        return unmet(&failed);
    }
    match error {
        Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(error)) => Said::new(
            format!(
                "The answer meets RFC 6455 §4.1, but the library wants the subprotocol that it asked for: {error}. Leave out `--protocol`."
            ),
            format!("应答符合 RFC 6455 §4.1，但库坚持要用它请求的子协议：{error}。请去掉 `--protocol`。"),
        ),
        Error::Protocol(ProtocolError::HandshakeIncomplete) => match watch.received() {
            0 => Said::new(
                "The server ended the connection without an answer to the upgrade request: is this a WebSocket server?",
                "服务端没有应答升级请求就结束了连接：这是 WebSocket 服务端吗？",
            ),
            bytes => Said::new(
                format!(
                    "The server vanished after {bytes} bytes of its answer to the upgrade request; try again."
                ),
                format!("服务端在应答的 {bytes} 字节之后消失了；请重试。"),
            ),
        },
        Error::Io(error) => Said::new(
            format!("The connection broke during the upgrade: {error}; is this a WebSocket server?"),
            format!("连接在升级过程中断开：{error}；这是 WebSocket 服务端吗？"),
        ),
        other => Said::new(
            format!("The library refuses the answer, although no check of RFC 6455 §4.1 failed: {other}."),
            format!("RFC 6455 §4.1 的检查没有一项不符，但库拒绝了应答：{other}。"),
        ),
    }
}

/// An answer that is not 101: what it says of itself.
fn refused(answer: &Fields, body: &str) -> Said {
    let text = |field| answer.get(field).unwrap_or_default();
    let status = answer.get(field::STATUS).unwrap_or_default();
    let line = format!("{} {status} {}", text(common::VERSION), text(field::REASON_PHRASE));
    let line = line.trim_end();
    // What the server speaks matters only where it is not what we speak.
    let versions = text(field::SEC_WEBSOCKET_VERSION);
    let versions = if versions.split(',').any(|version| version.trim() == "13") { "" } else { versions };
    let (why_en, why_zh) = match (text(field::LOCATION), versions) {
        ("", "") => (
            "is it a WebSocket server, and is the path right?".into(),
            "它是 WebSocket 服务端吗？路径对吗？".into(),
        ),
        ("", versions) => (
            format!("it speaks Sec-WebSocket-Version {versions}."),
            format!("它支持的 Sec-WebSocket-Version 是 {versions}。"),
        ),
        (location, _) => (
            format!("it points to {location}, and this client does not follow."),
            format!("它指向 {location}，本客户端不跟随。"),
        ),
    };
    let (mut says_en, mut says_zh) = (String::new(), String::new());
    // A page is for a browser; one line is for us.
    if let Some(line) = body.lines().next().filter(|line| !line.starts_with('<') && !line.is_empty()) {
        let line: String = line.chars().take(200).collect();
        says_en = format!(" Its body begins: `{line}`");
        says_zh = format!("正文开头：`{line}`");
    }
    Said::new(
        format!("The server answered `{line}` instead of 101: {why_en}{says_en}"),
        format!("服务端应答 `{line}`，而不是 101：{why_zh}{says_zh}"),
    )
}

/// The requirements that the answer does not meet, each with what was there instead.
fn unmet(failed: &[(Check, Option<String>)]) -> Said {
    let list = |lang: Lang| {
        let one = |(check, found): &(Check, Option<String>)| {
            let (card, found) = (check.card(), found.as_deref());
            let wants = card.wants.in_lang(lang);
            match (lang, found) {
                (Lang::En, None) => format!("{} is missing (wanted: {wants})", card.name),
                (Lang::En, Some(found)) => format!("{} is `{found}` (wanted: {wants})", card.name),
                (Lang::Zh, None) => format!("缺少 {}（要求：{wants}）", card.name),
                (Lang::Zh, Some(found)) => format!("{} 是 `{found}`（要求：{wants}）", card.name),
            }
        };
        failed.iter().map(one).collect::<Vec<_>>()
    };
    let (mut en, mut zh) = (list(Lang::En).join(", "), list(Lang::Zh).join("，"));
    if failed.iter().any(|(check, _)| *check == Check::AnswerAccept) {
        en.push_str("; something in between has answered, or the server is broken");
        zh.push_str("；是中间的某个设备应答了，或者服务端有错");
    }
    Said::new(
        format!("The answer is no valid upgrade by RFC 6455 §4.1: {en}."),
        format!("按 RFC 6455 §4.1，这个应答不是有效的升级：{zh}。"),
    )
}

/// Why the server's Close is no good end: its code must not be sent, or says that something went wrong.
pub(super) fn unhappy(close: &Fields) -> Option<Said> {
    let code = close.get(field::CODE)?;
    let [meaning, reason] = [field::MEANING, common::WHY].map(|field| close.get(field).unwrap_or_default());
    match code {
        _ if meaning == "not to be sent" => Some(Said::new(
            format!("The server closed with code {code}, which RFC 6455 §7.4 does not let anybody send."),
            format!("服务端以状态码 {code} 关闭，而 RFC 6455 §7.4 不允许发送它。"),
        )),
        1002 | 1003 | 1007..=1011 => Some(Said::new(
            format!(
                "The server closed with {code}, {meaning}: `{reason}`. What it did not like came just before."
            ),
            format!("服务端以 {code}（{meaning}）关闭：`{reason}`。它不满意的内容就在前面。"),
        )),
        _ => None,
    }
}

pub(super) fn closed_early(frame: Option<&CloseFrame>, what: &Said) -> Said {
    let with = frame.map(|frame| format!(" ({} {})", frame.code, frame.reason)).unwrap_or_default();
    Said::new(
        format!("The server closed{with} before the {}: does it echo? Ours does: `server ws`.", what.en),
        format!("服务端在{}之前就关闭了{with}：它会回显吗？我们的会：`server ws`。", what.zh),
    )
}

pub(super) fn broken(error: &Error, watch: &Watch) -> Said {
    match error {
        Error::Capacity(CapacityError::MessageTooLong { size, max_size }) => Said::new(
            format!(
                "The server sent a message of {size} bytes, and this client takes {max_size}: is it the right server?"
            ),
            format!("服务端发来 {size} 字节的消息，而本客户端最多接受 {max_size} 字节：服务端对吗？"),
        ),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) if watch.midst().is_some() => {
            let bytes = watch.midst().unwrap_or_default();
            Said::new(
                format!(
                    "The server ended the connection {bytes} bytes into a frame: was it cut, or did the server crash?"
                ),
                format!("服务端在一帧的第 {bytes} 个字节之后结束了连接：是被切断，还是服务端崩溃了？"),
            )
        }
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Said::new(
            "The server ended the connection without a Close frame: was it cut, or did the server crash?",
            "服务端没有发送 Close 帧就结束了连接：是被切断，还是服务端崩溃了？",
        ),
        Error::Io(error) => Said::new(
            format!("The connection broke after the upgrade: {error}; try again."),
            format!("连接在升级之后断开：{error}；请重试。"),
        ),
        other => Said::new(
            format!("The server broke the rules of the frames: {other}. RFC 6455 §5 says what they are."),
            format!("服务端违反了帧的规则：{other}。规则见 RFC 6455 §5。"),
        ),
    }
}
