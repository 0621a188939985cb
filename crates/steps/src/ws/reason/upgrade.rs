//! The upgrade that did not come about (RFC 6455 §4), on either side.

use super::{Ended, Facts, Recognise, quoted, rule};
use crate::{
    Lang, Reason, Rule, Said, Side, common, in_chinese,
    ws::{Check, Checked, Step, checked_in, field},
};

pub(super) const FIRST: &[(Rule, Recognise)] = &[
    rule("ws.stopped", "this program was stopped", "本程序被停止", stopped),
    rule(
        "ws.tls_at_the_ws_port",
        "the client speaks TLS where ws is spoken",
        "客户端在 ws 端口使用了 TLS",
        tls_at_ws,
    ),
    rule("ws.ws_at_the_tls_port", "the server speaks TLS on this port", "服务端在此端口使用 TLS", ws_at_tls),
    rule(
        "ws.another_protocol",
        "the peer's first bytes are another protocol's",
        "对端最初的字节属于另一种协议",
        another,
    ),
];

pub(super) const RULES: &[(Rule, Recognise)] = &[
    rule("ws.head_too_long", "the head is longer than is taken", "头部过长", head_too_long),
    rule("ws.plain_request", "a plain HTTP request came", "来的是普通 HTTP 请求", plain_request),
    rule("ws.unmet", "request or answer does not meet RFC 6455 §4", "请求或应答不符合 RFC 6455 §4", unmet),
    rule(
        "ws.sent_before_the_answer",
        "the client sent more behind its request, before the answer",
        "客户端在收到应答之前，就在请求之后继续发送",
        sent_early,
    ),
    rule("ws.not_http", "the head cannot be read as HTTP", "头部无法按 HTTP 解读", not_http),
    rule(
        "ws.spare_connection",
        "a browser opened a connection to have one at hand, and did not need it",
        "浏览器预先打开了连接，却没有用到",
        spare,
    ),
    rule("ws.said_nothing", "the peer left without a word", "对端一言不发就离开", said_nothing),
    rule(
        "ws.gone_in_the_head",
        "the connection ended within the head",
        "连接在头部中途结束",
        gone_in_the_head,
    ),
    rule(
        "ws.silent_in_the_head",
        "the head was not complete in time",
        "头部没有及时收完",
        silent_in_the_head,
    ),
];

fn stopped(facts: &Facts<'_>) -> Option<Reason> {
    (*facts.ended == Ended::Stopped).then(|| {
        Reason::new(say!(
            "The server stopped before the connection had ended.",
            "连接尚未结束，服务端就停止了。"
        ))
        .by(facts.side)
    })
}

/// What the peer's bytes look like that are no WebSocket, before the 101.
fn looks<'a>(facts: &Facts<'a>) -> Option<&'a str> {
    let looks = facts.peer_sent(Step::Undecodable).filter(|_| !facts.is_open())?.get(common::LOOKS_LIKE)?;
    if facts.side == Side::Server && facts.past.has(Step::UpgradeRequest) {
        return None; // it began as it should
    }
    // HTTP that cannot be read is no other protocol.
    (!looks.starts_with("HTTP re")).then_some(looks)
}

fn tls_at_ws(facts: &Facts<'_>) -> Option<Reason> {
    let looks = looks(facts).filter(|looks| looks.starts_with("TLS") && facts.side == Side::Server)?;
    let zh = in_chinese(looks);
    let reason = Reason::new(say!(
        "The client's first bytes are no HTTP request but look like this: {looks}.",
        "客户端最初的字节不是 HTTP 请求，看起来是：{zh}。"
    ));
    let reason = reason.by(Side::Client).at(Step::Undecodable);
    Some(reason.advising(say!(
        "Use ws:// here, not wss:// or https://.",
        "这里请用 ws://，而不是 wss:// 或 https://。"
    )))
}

fn ws_at_tls(facts: &Facts<'_>) -> Option<Reason> {
    let looks = looks(facts).filter(|looks| looks.starts_with("TLS") && !facts.given.secure)?;
    let zh = in_chinese(looks);
    let reason = Reason::new(say!(
        "The server's first bytes are no HTTP answer but look like this: {looks}. It speaks TLS on this port.",
        "服务端最初的字节不是 HTTP 应答，看起来是：{zh}。它在此端口使用 TLS。"
    ));
    let reason = reason.at(Step::Undecodable);
    Some(reason.advising(say!("Use wss:// here.", "这里请用 wss://。")))
}

fn another(facts: &Facts<'_>) -> Option<Reason> {
    let (looks, who) = (looks(facts)?, facts.who());
    let zh = in_chinese(looks);
    let reason = Reason::new(say!(
        "{}'s first bytes are no HTTP but look like this: {looks}.",
        "{}最初的字节不是 HTTP，看起来是：{zh}。",
        (who.en),
        (who.zh)
    ));
    let reason = reason.by(facts.side.peer()).at(Step::Undecodable);
    Some(reason.advising(match facts.side {
        Side::Client => say!("Is the port right?", "端口对吗？"),
        Side::Server => say!(
            "A WebSocket client begins with an HTTP/1.1 GET: is this the right port?",
            "WebSocket 客户端以 HTTP/1.1 GET 开头：端口对吗？"
        ),
    }))
}

/// What the peer's head is called.
fn head(facts: &Facts<'_>) -> (&'static str, &'static str) {
    match facts.side {
        Side::Client => ("answer", "应答"),
        Side::Server => ("request", "请求"),
    }
}

fn head_too_long(facts: &Facts<'_>) -> Option<Reason> {
    let Ended::HeadTooLong { most } = facts.ended else { return None };
    let ((en, zh), most) = (head(facts), most / 1024);
    let reason = Reason::new(say!("The {en}'s head is longer than {most} KiB.", "{zh}头超过 {most} KiB。"));
    let reason = reason.by(facts.side.peer());
    Some(reason.advising(say!("Leave out headers, cookies perhaps.", "请减少头部，例如 cookie。")))
}

fn plain_request(facts: &Facts<'_>) -> Option<Reason> {
    let request = facts.past.first(Step::PlainRequest).filter(|_| facts.side == Side::Server)?;
    if request.get(field::UPGRADE).is_some() || facts.past.has(Step::RequestChecked) {
        return None;
    }
    let (method, path) =
        (request.get(field::METHOD).unwrap_or_default(), request.get(field::PATH).unwrap_or_default());
    let asked = quoted(&format!("{method} {path}"));
    let is_browser = request
        .get(field::HEADERS)
        .into_iter()
        .flatten()
        .filter_map(|header| header.split_once(": "))
        .any(|(name, value)| name.eq_ignore_ascii_case("accept") && value.contains("text/html"));
    let reason = Reason::new(say!(
        "This is a plain HTTP request without Upgrade: {asked}.",
        "这是一个没有 Upgrade 的普通 HTTP 请求：{asked}。"
    ));
    let reason = reason.by(Side::Client).at(Step::PlainRequest);
    Some(reason.advising(if is_browser {
        // Whoever visits by a browser need not be told to use one.
        say!("The one page for a browser is at `/`.", "给浏览器看的页面只有一个，在 `/`。")
    } else {
        say!(
            "Use a WebSocket client, such as `client ws`, or a browser at `/`.",
            "请用 WebSocket 客户端（例如 `client ws`），或用浏览器打开 `/`。"
        )
    }))
}

/// The requirements that the peer's head does not meet.
fn failed(facts: &Facts<'_>) -> Vec<Checked> {
    let step = match facts.side {
        Side::Client => Step::AnswerChecked,
        Side::Server => Step::RequestChecked,
    };
    let all = facts.past.first(step).map(|record| checked_in(&record.fields)).unwrap_or_default();
    all.into_iter().filter(|checked| !checked.met).collect()
}

fn unmet(facts: &Facts<'_>) -> Option<Reason> {
    let failed = failed(facts);
    if failed.is_empty() {
        return None;
    }
    let list = |lang: Lang| {
        let one = |checked: &Checked| {
            let (card, found) = (checked.check.card(), checked.found.as_deref());
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
    let (en, zh) = (list(Lang::En).join(", "), list(Lang::Zh).join("，"));
    let reason = match facts.side {
        Side::Client => Reason::new(say!(
            "The answer is no valid upgrade by RFC 6455 §4.1: {en}.",
            "按 RFC 6455 §4.1，这个应答不是有效的升级：{zh}。"
        ))
        .at(Step::AnswerChecked),
        Side::Server => Reason::new(say!(
            "The request is no valid upgrade by RFC 6455 §4.2.1: {en}.",
            "按 RFC 6455 §4.2.1，这个请求不是有效的升级请求：{zh}。"
        ))
        .at(Step::RequestChecked),
    };
    let first = failed[0].check.card();
    let said = |found: &Option<String>| found.clone().unwrap_or_else(|| "-".into());
    let got = said(&failed[0].found);
    let reason = reason
        .by(facts.side.peer())
        .instead(Said::new(first.wants.en, first.wants.zh), Said::new(got.clone(), got));
    let wrong_accept = failed.iter().any(|checked| checked.check == Check::AnswerAccept);
    Some(if wrong_accept {
        reason.advising(say!(
            "Something in between has answered, or the server is broken.",
            "是中间的某个设备应答了，或者服务端有错。"
        ))
    } else {
        reason
    })
}

fn sent_early(facts: &Facts<'_>) -> Option<Reason> {
    let asked = facts.past.has(Step::UpgradeRequest) && !facts.is_open();
    if *facts.ended != Ended::NotUpgraded || facts.side == Side::Client || !asked {
        return None;
    }
    let reason = Reason::new(say!(
        "The client sent more behind its upgrade request, and it has to wait for the answer first (RFC 6455 §4.1).",
        "客户端在升级请求之后继续发送内容，而它必须先等待应答（RFC 6455 §4.1）。"
    ));
    Some(reason.by(Side::Client).at(Step::RequestChecked))
}

fn not_http(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::NotHttp {
        return None;
    }
    let (en, zh) = head(facts);
    let reason = Reason::new(say!(
        "The {en}'s head cannot be read as HTTP/1.1: a line of it is malformed (RFC 9112 §3, §5).",
        "{zh}头无法按 HTTP/1.1 解读：其中有一行格式不对（RFC 9112 §3、§5）。"
    ));
    Some(reason.by(facts.side.peer()).at(Step::Undecodable))
}

fn spare(facts: &Facts<'_>) -> Option<Reason> {
    facts.gone().filter(|_| facts.received == 0 && facts.side == Side::Server && facts.given.secure)?;
    let reason = Reason::new(say!(
        "The client made the TLS handshake and left without a request: browsers open a spare connection like this, and health \
         checks do so too. Nothing is wrong.",
        "客户端完成 TLS 握手后没有发请求就离开了：浏览器会这样预先打开备用连接，健康检查也会如此。没有问题。"
    ));
    Some(reason.by(Side::Client))
}

fn said_nothing(facts: &Facts<'_>) -> Option<Reason> {
    let how = facts.gone().filter(|_| facts.received == 0)?.done();
    Some(match facts.side {
        Side::Client => Reason::new(say!(
            "The server {} without an answer to the upgrade request.",
            "服务端没有应答升级请求就{}。",
            (how.en),
            (how.zh)
        ))
        .by(Side::Server)
        .at(Step::UpgradeRequest)
        .advising(say!("Is this a WebSocket server?", "这是 WebSocket 服务端吗？")),
        Side::Server => Reason::new(say!(
            "The client connected and left without a word: a port scan, a health check, or a browser's spare connection.",
            "客户端连接后一言不发就离开了：端口扫描、健康检查，或浏览器的备用连接。"
        ))
        .by(Side::Client),
    })
}

fn gone_in_the_head(facts: &Facts<'_>) -> Option<Reason> {
    let how = facts.gone().filter(|_| !facts.is_open())?.done();
    let (bytes, who, (en, zh)) = (facts.received, facts.who(), head(facts));
    let reason = Reason::new(say!(
        "{} vanished after {bytes} bytes of its {en}: it {}.",
        "{}在{zh}的 {bytes} 字节之后消失了：{}。",
        (who.en, how.en),
        (who.zh, how.zh)
    ));
    Some(reason.by(facts.side.peer()))
}

fn silent_in_the_head(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = facts.silent().filter(|_| !facts.is_open())?;
    let bytes = facts.received;
    Some(match facts.side {
        Side::Client => Reason::new(say!(
            "No complete answer to the upgrade request within {seconds} s, only {bytes} bytes.",
            "{seconds} 秒内没有等到对升级请求的完整应答，只有 {bytes} 字节。"
        ))
        .by(Side::Server)
        .at(Step::UpgradeRequest)
        .advising(say!("Is this a WebSocket server?", "这是 WebSocket 服务端吗？")),
        Side::Server => Reason::new(say!(
            "No complete upgrade request within {seconds} s, only {bytes} bytes: does the client wait for the server to speak \
             first?",
            "{seconds} 秒内没有完整的升级请求，只有 {bytes} 字节：客户端是否在等服务端先说话？"
        ))
        .by(Side::Client)
        .advising(say!("`--handshake-timeout` allows more.", "可用 `--handshake-timeout` 放宽。")),
    })
}
