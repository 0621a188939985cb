//! The answer that is not 101 (RFC 9110 §15): what the server says of itself, by status, header and body.

use super::{Facts, Recognise, quoted, rule};
use crate::{Field, Reason, Record, Rule, Said, Side, common, ws::Step, ws::field};

const WWW_AUTHENTICATE: Field<str> = field::WWW_AUTHENTICATE;

pub(super) const RULES: &[(Rule, Recognise)] = &[
    rule("ws.redirected", "the server points elsewhere", "服务端指向别处", redirected),
    rule("ws.credentials_wanted", "401: the server wants credentials", "401：服务端要求凭据", credentials),
    rule("ws.proxy_credentials_wanted", "407: a proxy wants credentials", "407：代理要求凭据", proxy),
    rule("ws.forbidden", "403: the server does not let this client in", "403：服务端不允许", forbidden),
    rule(
        "ws.another_version",
        "the server speaks another version of WebSocket",
        "服务端支持的 WebSocket 版本不同",
        version,
    ),
    rule("ws.plain_http_to_https", "the server wants TLS on this port", "服务端在此端口要求 TLS", wants_tls),
    rule("ws.not_now", "429 or 503: the server has too much to do", "429 或 503：服务端过载", not_now),
    rule(
        "ws.bad_gateway",
        "502 or 504: what stands behind the server does not answer",
        "502 或 504：后端没有应答",
        gateway,
    ),
    rule(
        "ws.upgrade_required",
        "426: the server saw no upgrade in the request",
        "426：服务端没有看到升级请求",
        upgrade_required,
    ),
    rule("ws.not_found", "404: nothing is there", "404：那里什么也没有", not_found),
    rule(
        "ws.a_web_page",
        "200: a web server answers without an upgrade",
        "200：Web 服务器未升级就应答",
        page,
    ),
    rule("ws.refused", "the server refuses for a reason of its own", "服务端因其自身原因拒绝", other),
];

/// The answer, where this client was refused.
fn answer<'a>(facts: &Facts<'a>, statuses: &[u64]) -> Option<&'a Record> {
    if facts.side == Side::Server {
        return None;
    }
    let answer = facts.past.first(Step::Refused)?;
    let status = answer.get(field::STATUS)?;
    (statuses.is_empty() || statuses.contains(&status)).then_some(answer)
}

/// What the body says for people: the title of a page, else its first line.
fn words(facts: &Facts<'_>) -> Option<String> {
    let body = facts.past.first(Step::Body)?.get(common::TEXT)?;
    let lower = body.to_ascii_lowercase();
    if let Some(from) = lower.find("<title>").map(|at| at + "<title>".len()) {
        // Both have the same length: only ASCII was lowered.
        let to = lower[from..].find("</title>").map_or(lower.len(), |at| from + at);
        return Some(body[from..to].trim().to_owned()).filter(|title| !title.is_empty());
    }
    let line = body.lines().map(str::trim).find(|line| !line.is_empty())?;
    (!line.starts_with('<')).then(|| line.to_owned())
}

/// "The server answered `...` instead of 101", then why, then its own words.
fn because(facts: &Facts<'_>, answer: &Record, en: &str, zh: &str) -> Reason {
    let line = answer.get(field::STATUS_LINE).unwrap_or_default().trim_end();
    let (words_en, words_zh) = words(facts).map_or(Default::default(), |words| {
        let words = quoted(&words);
        (format!(" Its body begins: {words}."), format!("正文开头：{words}。"))
    });
    let cause = say!(
        "The server answered `{line}` instead of 101: {en}{words_en}",
        "服务端应答 `{line}`，而不是 101：{zh}{words_zh}"
    );
    let status = answer.get(field::STATUS).unwrap_or_default().to_string();
    Reason::new(cause)
        .by(Side::Server)
        .at(Step::Refused)
        .instead(Said::new("101", "101"), Said::new(&status, &status))
}

fn redirected(facts: &Facts<'_>) -> Option<Reason> {
    let answer = answer(facts, &[301, 302, 303, 307, 308])?;
    let to = answer.get(field::LOCATION)?;
    let en = format!("it points to {to}, and this client does not follow.");
    Some(because(facts, answer, &en, &format!("它指向 {to}，本客户端不跟随。")))
}

fn credentials(facts: &Facts<'_>) -> Option<Reason> {
    let answer = answer(facts, &[401])?;
    let (en, zh) = answer.get(WWW_AUTHENTICATE).map_or(Default::default(), |how| {
        let how = quoted(how);
        (format!(" ({how})"), format!("（{how}）"))
    });
    let reason = because(
        facts,
        answer,
        &format!("it wants credentials{en}, and this client has none to send."),
        &format!("它要求凭据{zh}，而本客户端无法提供。"),
    );
    Some(reason.advising(say!(
        "Log in by other means, or let the server open this path to everyone.",
        "请用其他方式登录，或让服务端开放此路径。"
    )))
}

fn proxy(facts: &Facts<'_>) -> Option<Reason> {
    let answer = answer(facts, &[407])?;
    let (en, zh) = answer.get(field::PROXY_AUTHENTICATE).map_or(Default::default(), |how| {
        let how = quoted(how);
        (format!(" ({how})"), format!("（{how}）"))
    });
    Some(because(
        facts,
        answer,
        &format!("it is a proxy, which wants credentials{en} before it passes anything on."),
        &format!("这是一个代理，转发之前要求凭据{zh}。"),
    ))
}

fn forbidden(facts: &Facts<'_>) -> Option<Reason> {
    let answer = answer(facts, &[403])?;
    let reason = because(facts, answer, "it does not let this client in.", "它不允许本客户端连接。");
    Some(reason.advising(say!(
        "Several causes fit: it lets in only pages of an Origin that it knows, and this client sends no Origin, or it wants \
         rights that nobody showed.",
        "可能的原因：它只接受特定 Origin 的页面（本客户端不发送 Origin），或要求未出示的权限。"
    )))
}

fn version(facts: &Facts<'_>) -> Option<Reason> {
    let answer = answer(facts, &[])?;
    let versions = answer.get(field::SEC_WEBSOCKET_VERSION)?;
    if versions.split(',').any(|version| version.trim() == "13") {
        return None;
    }
    let en = format!("it speaks Sec-WebSocket-Version {versions}, and RFC 6455 is version 13.");
    Some(because(
        facts,
        answer,
        &en,
        &format!("它支持的 Sec-WebSocket-Version 是 {versions}，而 RFC 6455 是 13。"),
    ))
}

fn wants_tls(facts: &Facts<'_>) -> Option<Reason> {
    let answer = answer(facts, &[400, 497])?;
    let said = words(facts)?.to_lowercase();
    if facts.given.secure
        || !(said.contains("https port") || said.contains("http request to an https server"))
    {
        return None;
    }
    let reason = because(facts, answer, "it wants TLS on this port.", "它在此端口要求 TLS。");
    Some(reason.advising(say!("Use wss:// here.", "这里请用 wss://。")))
}

fn not_now(facts: &Facts<'_>) -> Option<Reason> {
    let answer = answer(facts, &[429, 503])?;
    let (en, zh) = match answer.get(field::RETRY_AFTER) {
        None => ("later", "稍后".to_owned()),
        Some(_) => ("then", "届时".to_owned()),
    };
    let when = answer.get(field::RETRY_AFTER).map_or(Default::default(), |after| {
        let seconds = after.bytes().all(|byte| byte.is_ascii_digit());
        let (unit_en, unit_zh) = if seconds { (" s", " 秒") } else { ("", "") };
        (format!(" (Retry-After: {after}{unit_en})"), format!("（Retry-After：{after}{unit_zh}）"))
    });
    let reason = because(
        facts,
        answer,
        &format!("it is overloaded, or not available for now{}.", when.0),
        &format!("它已过载，或暂不可用{}。", when.1),
    );
    Some(reason.advising(say!("Try again {en}.", "请{zh}重试。")))
}

fn gateway(facts: &Facts<'_>) -> Option<Reason> {
    let answer = answer(facts, &[502, 504])?;
    let reason = because(
        facts,
        answer,
        "it is a gateway, and the server behind it gives it no valid answer.",
        "这是一个网关，它后面的服务端没有给出有效应答。",
    );
    Some(reason.advising(say!("Is the server behind it running?", "后端服务在运行吗？")))
}

fn upgrade_required(facts: &Facts<'_>) -> Option<Reason> {
    let answer = answer(facts, &[426])?;
    let reason = because(
        facts,
        answer,
        "it wants an upgrade, and saw none in the request, although this client asked for one.",
        "它要求升级，却没有在请求中看到升级，而本客户端确实请求了升级。",
    );
    Some(reason.advising(say!(
        "A proxy in between may have taken Upgrade and Connection out: both end at each hop (RFC 9110 §7.6.1).",
        "途中的代理可能去掉了 Upgrade 和 Connection：它们只对一跳有效（RFC 9110 §7.6.1）。"
    )))
}

fn not_found(facts: &Facts<'_>) -> Option<Reason> {
    let answer = answer(facts, &[404])?;
    let path = facts.past.first(Step::UpgradeRequest).and_then(|it| it.get(field::PATH)).map(quoted);
    let path = path.unwrap_or_default();
    let en = format!("it has nothing at {path}.");
    let reason = because(facts, answer, &en, &format!("{path} 处什么也没有。"));
    Some(reason.advising(say!("Is the path right?", "路径对吗？")))
}

fn page(facts: &Facts<'_>) -> Option<Reason> {
    let answer = answer(facts, &[200])?;
    let reason = because(
        facts,
        answer,
        "an HTTP server that does not upgrade here.",
        "这是一个 HTTP 服务端，在此处不升级。",
    );
    Some(reason.advising(say!(
        "Is it a WebSocket server, and is the path right?",
        "它是 WebSocket 服务端吗？路径对吗？"
    )))
}

fn other(facts: &Facts<'_>) -> Option<Reason> {
    let answer = answer(facts, &[])?;
    let reason = because(facts, answer, "it gives its reason itself.", "原因由它自己说明。");
    Some(if words(facts).is_some() {
        reason
    } else {
        reason.advising(say!(
            "Is it a WebSocket server, and is the path right?",
            "它是 WebSocket 服务端吗？路径对吗？"
        ))
    })
}
