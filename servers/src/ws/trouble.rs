//! Why a connection of the WebSocket server failed, and what to do.

use steps::{
    Fields, Lang, Said, common,
    ws::{Check, field},
};
use tokio_tungstenite::tungstenite::{
    Error,
    error::{CapacityError, ProtocolError},
};
use watch::ws::Watch;

use crate::Limits;

/// How [`Watch::looks_like`] calls a request that is malformed, but still HTTP.
pub(super) const HTTP: &str = "HTTP request";

pub(super) fn stopped() -> Said {
    Said::new("The server stopped before the connection had ended.", "连接尚未结束，服务端就停止了。")
}

pub(super) fn idle(limits: Limits) -> Said {
    let seconds = limits.idle_timeout.as_secs_f64();
    Said::new(
        format!("The peer was silent for {seconds} s; `--idle-timeout` allows more."),
        format!("对端沉默了 {seconds} 秒；可用 `--idle-timeout` 放宽。"),
    )
}

pub(super) fn silent(watch: &Watch, limits: Limits) -> Said {
    let (seconds, bytes) = (limits.handshake_timeout.as_secs_f64(), watch.received());
    Said::new(
        format!(
            "No complete upgrade request within {seconds} s, only {bytes} bytes: does the peer wait for the server to speak first? `--handshake-timeout` allows more."
        ),
        format!(
            "{seconds} 秒内没有完整的升级请求，只有 {bytes} 字节：对端是否在等服务端先说话？可用 `--handshake-timeout` 放宽。"
        ),
    )
}

pub(super) fn not_upgraded(error: &Error, watch: &Watch) -> Said {
    if let Some(looks) = watch.looks_like().filter(|looks| looks != HTTP) {
        let (en, zh) = match looks.as_str() {
            looks if looks.starts_with("TLS") => {
                ("Use ws:// here, not wss:// or https://.", "这里请用 ws://，而不是 wss:// 或 https://。")
            }
            looks if looks.starts_with("SSH") => ("Is this the right port?", "端口对吗？"),
            _ => {
                ("A WebSocket client begins with an HTTP/1.1 GET.", "WebSocket 客户端以 HTTP/1.1 GET 开头。")
            }
        };
        return Said::new(
            format!("The peer's first bytes are no HTTP request but look like this: {looks}. {en}"),
            format!("对端最初的字节不是 HTTP 请求，看起来是：{looks}。{zh}"),
        );
    }
    let failed = watch.failed();
    if !failed.is_empty() {
        return unmet(&failed);
    }
    match watch.request() {
        None => {}
        Some(request) if !request.contains_key("upgrade") => {
            return Said::new(
                "This is a plain HTTP request without Upgrade. Use a WebSocket client, such as `client ws`, or a browser.",
                "这是一个没有 Upgrade 的普通 HTTP 请求。请用 WebSocket 客户端（例如 `client ws`）或浏览器。",
            );
        }
        Some(_) => {
            return Said::new(
                format!("The request meets RFC 6455 §4.2.1, and yet the library refuses it: {error}."),
                format!("请求符合 RFC 6455 §4.2.1，但库仍然拒绝：{error}。"),
            );
        }
    }
    match error {
        Error::Protocol(ProtocolError::HandshakeIncomplete) => match watch.received() {
            0 => Said::new(
                "The peer connected and left without a word: a port scan or a health check?",
                "对端连接后一言不发就离开了：端口扫描或健康检查？",
            ),
            bytes => Said::new(
                format!("The peer vanished after {bytes} bytes of its upgrade request; let it try again."),
                format!("对端在升级请求的 {bytes} 字节之后消失了；请让它重试。"),
            ),
        },
        Error::Io(error) => Said::new(
            format!("The connection broke during the upgrade: {error}; let the peer try again."),
            format!("连接在升级过程中断开：{error}；请让对端重试。"),
        ),
        Error::Capacity(_) | Error::AttackAttempt => too_large(),
        Error::Http(_) => too_large(), // our own answer to a head that the watcher could not follow
        other => Said::new(
            format!(
                "The upgrade request is not valid HTTP: {other}. RFC 6455 §4.2.1 says what belongs in it."
            ),
            format!("升级请求不是有效的 HTTP：{other}。应有的内容见 RFC 6455 §4.2.1。"),
        ),
    }
}

/// The requirements that the request does not meet, each with what was there instead.
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
    Said::new(
        format!("The request is no valid upgrade by RFC 6455 §4.2.1: {}.", list(Lang::En).join(", ")),
        format!("按 RFC 6455 §4.2.1，这个请求不是有效的升级请求：{}。", list(Lang::Zh).join("，")),
    )
}

fn too_large() -> Said {
    let most = wire::ws::MOST_HEAD / 1024;
    Said::new(
        format!("The request's head is longer than {most} KiB: leave out headers, cookies perhaps."),
        format!("请求头超过 {most} KiB：请减少头部，例如 cookie。"),
    )
}

/// Why the peer's Close is no good end: its code must not be sent, or says that something went wrong.
pub(super) fn unhappy(close: &Fields) -> Option<Said> {
    let code = close.get(field::CODE)?;
    let [meaning, reason] = [field::MEANING, common::WHY].map(|field| close.get(field).unwrap_or_default());
    match code {
        _ if meaning == "not to be sent" => Some(Said::new(
            format!(
                "The peer closed with code {code}, which RFC 6455 §7.4 does not let anybody send: answered with 1002."
            ),
            format!("对端以状态码 {code} 关闭，而 RFC 6455 §7.4 不允许发送它：已用 1002 应答。"),
        )),
        1002 | 1003 | 1007..=1011 => Some(Said::new(
            format!(
                "The peer closed with {code}, {meaning}: `{reason}`. What it did not like came just before."
            ),
            format!("对端以 {code}（{meaning}）关闭：`{reason}`。它不满意的内容就在前面。"),
        )),
        _ => None,
    }
}

pub(super) fn broken(error: &Error, watch: &Watch) -> Said {
    match error {
        Error::Capacity(CapacityError::MessageTooLong { size, max_size }) => Said::new(
            format!(
                "A message of {size} bytes came, {max_size} are allowed: closed with 1009. Send it in smaller messages."
            ),
            format!("收到 {size} 字节的消息，最多允许 {max_size} 字节：以 1009 关闭。请分成较小的消息发送。"),
        ),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) if watch.midst().is_some() => {
            let bytes = watch.midst().unwrap_or_default();
            Said::new(
                format!(
                    "The peer ended the connection {bytes} bytes into a frame: was it cut, or did the peer crash?"
                ),
                format!("对端在一帧的第 {bytes} 个字节之后结束了连接：是被切断，还是对端崩溃了？"),
            )
        }
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Said::new(
            "The peer ended the connection without a Close frame: was it cut, or did the peer crash?",
            "对端没有发送 Close 帧就结束了连接：是被切断，还是对端崩溃了？",
        ),
        Error::Io(error) => Said::new(
            format!("The connection broke after the upgrade: {error}; let the peer try again."),
            format!("连接在升级之后断开：{error}；请让对端重试。"),
        ),
        other => Said::new(
            format!("The peer broke the rules of the frames: {other}. RFC 6455 §5 says what they are."),
            format!("对端违反了帧的规则：{other}。规则见 RFC 6455 §5。"),
        ),
    }
}
