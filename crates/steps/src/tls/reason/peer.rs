//! What the peer sent is no TLS, does not read, or breaks a rule.

use super::{End, Facts, Misbehaved, Recognises, Step, Unreadable, alert::compare, facts::few, rule, say};
use crate::{
    Reason, Rule, Said, Side, Text,
    common::{DUE, LOOKS_LIKE, TEXT, VERSION},
    in_chinese,
    tls::field::{ALPN, CIPHER_SUITE, CIPHER_SUITES},
};

pub(super) const RULES: &[(Rule, Recognises)] = &[
    rule("tls.old_hello", "a hello in the format of SSL 2.0", "SSL 2.0 格式的 Hello", old_hello),
    rule(
        "tls.another_protocol",
        "the peer's first bytes are those of another protocol",
        "对方最初的字节属于另一个协议",
        another_protocol,
    ),
    rule(
        "tls.too_long",
        "a record or message is longer than TLS allows",
        "记录或消息超过 TLS 允许的长度",
        too_long,
    ),
    rule("tls.unreadable", "a message of TLS does not read", "TLS 消息无法解析", unreadable),
    rule(
        "tls.out_of_place",
        "a message came where another was due",
        "在该出现别的消息的位置收到了一条消息",
        out_of_place,
    ),
    rule(
        "tls.downgraded",
        "the version was lowered although both sides have a higher one",
        "双方都支持更高版本，版本却被降低",
        downgraded,
    ),
    rule(
        "tls.does_not_open",
        "an encrypted record of the peer does not open",
        "对方的加密记录解不开",
        does_not_open,
    ),
    rule(
        "tls.finished_differs",
        "the peer's Finished opens, and its digest is not that of our handshake",
        "对方的 Finished 能解开，但摘要与我们的握手不符",
        finished_differs,
    ),
    rule("tls.broke_a_rule", "the peer broke another rule of TLS", "对方违反了 TLS 的其他规则", broke_a_rule),
];

/// What the decoder says of bytes where a record was due: within one they are TLS, and malformed.
fn foreign<'a>(facts: &Facts<'a>) -> Option<(&'a str, &'a str)> {
    let lost = facts.theirs(Step::Undecodable)?;
    let due = lost.get(DUE).unwrap_or("a TLS record");
    lost.get(LOOKS_LIKE).filter(|_| due.starts_with("a TLS record")).map(|words| (words, due))
}

fn is_unreadable(facts: &Facts<'_>) -> bool {
    matches!(facts.end, End::Unreadable(_))
}

fn old_hello(facts: &Facts<'_>) -> Option<Reason> {
    let (words, _) = foreign(facts).filter(|_| is_unreadable(facts) && !facts.heard())?;
    let reason = Reason::new(Said::new(
        "the client sent a hello in the format of SSL 2.0, as very old clients and scanners do, also to offer TLS 1.0 \
         (RFC 5246 §E.2): RFC 6176 forbids it, and it cannot lead to TLS 1.2 or 1.3 here.",
        "客户端发来的是 SSL 2.0 格式的 Hello，很老的客户端和扫描器会这样做，也可能借此提供 TLS 1.0（RFC 5246 §E.2）：\
         RFC 6176 已禁用这种格式，在这里无法由此谈成 TLS 1.2 或 1.3。",
    ));
    (words == "SSL 2.0 hello").then(|| reason.by(Side::Client).at(Step::Undecodable))
}

fn another_protocol(facts: &Facts<'_>) -> Option<Reason> {
    // Silence does not hide it either: a server that greets first waits for an answer to its greeting.
    let ended = is_unreadable(facts)
        || matches!(facts.end, End::Silent(_) | End::Cut | End::Reset | End::OutOfPlace { .. });
    let (words, expected) = foreign(facts).filter(|_| ended && !facts.heard() && !facts.complete())?;
    let (cause, advice) = match (facts.side, words) {
        (_, "TLS record") => return None,
        (Side::Server, "HTTP request" | "HTTP/2 preface") => (
            Said::new("the client spoke plain HTTP to the TLS port.", "客户端向 TLS 端口发送了明文 HTTP。"),
            Said::new("Use https:// there, or another port here.", "请在客户端使用 https://，或换一个端口。"),
        ),
        (Side::Server, "SSH identification") => (
            Said::new("the client spoke SSH to the TLS port.", "客户端向 TLS 端口发送了 SSH。"),
            Said::new("The SSH server has another port (7022).", "SSH 服务端在另一个端口（7022）。"),
        ),
        (Side::Client, "HTTP response") => (
            Said::new("the server answered in plain HTTP.", "服务端以明文 HTTP 作答。"),
            Said::new("This is not its TLS port (often 443).", "这不是它的 TLS 端口（通常是 443）。"),
        ),
        (Side::Client, "SSH identification") => (
            Said::new(
                "an SSH server answered: this is not a TLS port.",
                "应答的是 SSH 服务端：这不是 TLS 端口。",
            ),
            Said::new("`client ssh` speaks to it.", "可用 `client ssh` 与它通信。"),
        ),
        (Side::Client, greeting) => match starts_in_the_clear(greeting) {
            Some((Text { en, zh }, port)) => (
                say!(
                    "the server speaks {en} and greets first, in the clear: it wants STARTTLS before TLS, which this \
                     client does not do.",
                    "服务端说的是 {zh}，先以明文问候：它要求先 STARTTLS 再 TLS，而本客户端不支持。"
                ),
                say!(
                    "{en} over TLS from the first byte has a port of its own ({port}).",
                    "一开始就用 TLS 的 {zh} 另有端口（{port}）。"
                ),
            ),
            None => not_tls(facts, greeting, expected),
        },
        (Side::Server, words) => not_tls(facts, words, expected),
    };
    let line = facts.theirs(Step::Undecodable).and_then(|lost| lost.get(TEXT));
    let cause = match line {
        None => cause,
        Some(line) => Said::new(
            format!("{} Its first line: “{line}”.", cause.en),
            format!("{}它的第一行：“{line}”。", cause.zh),
        ),
    };
    Some(Reason::new(cause).by(facts.peer()).at(Step::Undecodable).advising(advice))
}

/// A protocol that begins in the clear and greets first, by how its greeting looks, and its port for TLS at once.
fn starts_in_the_clear(looks_like: &str) -> Option<(Text, &'static str)> {
    match looks_like {
        "SMTP or FTP greeting" => Some((Text { en: "SMTP or FTP", zh: "SMTP 或 FTP" }, "465, 990")),
        "POP3 greeting" => Some((Text { en: "POP3", zh: "POP3" }, "995")),
        "IMAP greeting" => Some((Text { en: "IMAP", zh: "IMAP" }, "993")),
        _another => None,
    }
}

fn not_tls(facts: &Facts<'_>, words: &str, expected: &str) -> (Said, Said) {
    let peer = facts.them();
    let zh = in_chinese(words);
    let due = in_chinese(expected);
    (
        Said::new(
            format!(
                "the {} did not speak TLS: {expected} was due, and its first bytes look like this: {words}.",
                peer.en
            ),
            format!("{}说的不是 TLS：应为{due}，而它最初的字节看起来是：{zh}。", peer.zh),
        ),
        Said::new("Is this the right port?", "端口对吗？"),
    )
}

fn too_long(facts: &Facts<'_>) -> Option<Reason> {
    let claims = facts.theirs(Step::Undecodable).and_then(|lost| lost.get(LOOKS_LIKE)) == Some("TLS record");
    let long = facts.end == End::Unreadable(Unreadable::TooLong) || (is_unreadable(facts) && claims);
    let peer = facts.them();
    let place = facts.after();
    long.then(|| {
        Reason::new(Said::new(
            format!(
                "the {} sent, {}, a record or message that is longer than TLS allows: a record has at most 2^14 bytes and \
                 2048 more where it is encrypted (RFC 5246 §6.2.3; 256 in TLS 1.3, RFC 8446 §5.2).",
                peer.en, place.en
            ),
            format!(
                "{}{}发来的记录或消息超过了 TLS 允许的长度：一条记录最多 2^14 字节，加密时再加 2048 字节（RFC 5246 \
                 §6.2.3；TLS 1.3 为 256，RFC 8446 §5.2）。",
                peer.zh, place.zh
            ),
        ))
        .by(facts.peer())
    })
}

fn unreadable(facts: &Facts<'_>) -> Option<Reason> {
    let End::Unreadable(how) = facts.end else { return None };
    let (peer, place) = (facts.them(), facts.after());
    let (en, zh) = match how {
        Unreadable::NoRecord => (
            "bytes with which no record of TLS begins (RFC 8446 §5.1)",
            "的字节不是任何 TLS 记录的开头（RFC 8446 §5.1）",
        ),
        Unreadable::TooLong => ("a message that is too long", "的消息过长"),
        Unreadable::Empty => (
            "an empty record where TLS allows none (RFC 8446 §5.1)",
            "的是空记录，而 TLS 在此不允许空记录（RFC 8446 §5.1）",
        ),
        Unreadable::Malformed => (
            "a message that does not read: its lengths or values contradict the RFC's format (RFC 8446 §6.2, \
             decode_error)",
            "的消息无法解析：其中的长度或取值与 RFC 的格式矛盾（RFC 8446 §6.2，decode_error）",
        ),
    };
    Some(
        Reason::new(Said::new(
            format!("the {} sent, {}, {en}.", peer.en, place.en),
            format!("{}{}发来{zh}。", peer.zh, place.zh),
        ))
        .by(facts.peer()),
    )
}

fn out_of_place(facts: &Facts<'_>) -> Option<Reason> {
    let End::OutOfPlace { expected, got } = &facts.end else { return None };
    let peer = facts.them();
    let place = facts.after();
    let due = few(expected);
    Some(
        Reason::new(Said::new(
            format!(
                "the {} sent {got} {}, where {} was due (RFC 8446 §4, RFC 5246 §7.3).",
                peer.en, place.en, due.en
            ),
            format!(
                "{}{}发来 {got}，而此处应为 {}（RFC 8446 §4、RFC 5246 §7.3）。",
                peer.zh, place.zh, due.zh
            ),
        ))
        .by(facts.peer())
        .instead(due, Said::new(*got, *got)),
    )
}

fn downgraded(facts: &Facts<'_>) -> Option<Reason> {
    if facts.end != End::Misbehaved(Misbehaved::Downgrade) {
        return None;
    }
    let version = facts.theirs(Step::ServerHello).and_then(|hello| hello.get(VERSION)).unwrap_or("?");
    Some(
        Reason::new(say!(
            "the server chose {version} and says in its random that it has TLS 1.3, which we offered: somebody on the way \
             has lowered the version (RFC 8446 §4.1.3).",
            "服务端选了 {version}，却在随机数里表明自己支持我们也提供了的 TLS 1.3：途中有人降低了版本（RFC 8446 §4.1.3）。"
        ))
        .at(Step::ServerHello),
    )
}

fn does_not_open(facts: &Facts<'_>) -> Option<Reason> {
    let sealed = facts.theirs(Step::DoesNotOpen).is_some();
    if facts.end != End::DoesNotOpen && !(sealed && matches!(facts.end, End::Unreadable(_) | End::Ours)) {
        return None;
    }
    let peer = facts.them();
    let reason = if facts.theirs(Step::Finished).is_some() {
        Reason::new(Said::new(
            format!("a record of the {} does not open: it was changed on the way.", peer.en),
            format!("{}的一条记录解不开：它在途中被改过。", peer.zh),
        ))
    } else {
        Reason::new(Said::new(
            format!(
                "the {}'s first encrypted record does not open: it was changed on the way, or the hellos were, for the \
                 keys come from them.",
                peer.en
            ),
            format!(
                "{}的第一条加密记录解不开：要么它在途中被改过，要么两个 Hello 被改过，因为密钥由它们导出。",
                peer.zh
            ),
        ))
        .advising(compare())
    };
    Some(reason.at(Step::DoesNotOpen))
}

fn finished_differs(facts: &Facts<'_>) -> Option<Reason> {
    if facts.end != End::WrongDigest {
        return None;
    }
    let peer = facts.them();
    Some(
        Reason::new(Said::new(
            format!(
                "the {}'s Finished opens, but its digest is not that of the handshake we saw: something on the way \
                 changed a message.",
                peer.en
            ),
            format!("{}的 Finished 能解开，但其中的摘要与我们看到的握手不符：途中有消息被改动。", peer.zh),
        ))
        .at(Step::Finished)
        .advising(compare()),
    )
}

fn broke_a_rule(facts: &Facts<'_>) -> Option<Reason> {
    let End::Misbehaved(how) = facts.end else { return None };
    let (peer, place) = (facts.them(), facts.after());
    let (en, zh) = match how {
        Misbehaved::Renegotiates => (
            "it wants to renegotiate again and again, which this side refuses (RFC 5246 §7.4.1.1)."
                .to_owned(),
            "它一再要求重新协商，而本端拒绝（RFC 5246 §7.4.1.1）。".to_owned(),
        ),
        Misbehaved::ApplicationProtocol => protocol_not_offered(facts),
        Misbehaved::ServerName => (
            "its server_name extension does not hold exactly one host name (RFC 6066 §3).".to_owned(),
            "它的 server_name 扩展里不是恰好一个主机名（RFC 6066 §3）。".to_owned(),
        ),
        Misbehaved::NotOffered => not_offered(facts),
        Misbehaved::Downgrade | Misbehaved::Scheme | Misbehaved::Other => (
            "it broke a rule of the handshake; the log shows what it sent last.".to_owned(),
            "它违反了握手的某条规则；日志里有它最后发来的内容。".to_owned(),
        ),
        Misbehaved::Retry => (
            "its HelloRetryRequest, or what followed one, contradicts the hello before it (RFC 8446 §4.1.4)."
                .to_owned(),
            "它的 HelloRetryRequest 或其后的消息与之前的 Hello 矛盾（RFC 8446 §4.1.4）。".to_owned(),
        ),
        Misbehaved::Extension => (
            "it sent an extension twice, unasked or in the wrong message (RFC 8446 §4.2).".to_owned(),
            "它发来的扩展重复、未经请求或放错了消息（RFC 8446 §4.2）。".to_owned(),
        ),
        Misbehaved::Resumption => (
            "its resumption or early data does not fit the session (RFC 8446 §4.2.10, §4.2.11).".to_owned(),
            "它的会话恢复或早期数据与会话不符（RFC 8446 §4.2.10、§4.2.11）。".to_owned(),
        ),
        Misbehaved::TooMany => (
            "it sends too many warnings, empty records, KeyUpdates or ChangeCipherSpecs, one after another."
                .to_owned(),
            "它接连发来过多的警告、空记录、KeyUpdate 或 ChangeCipherSpec。".to_owned(),
        ),
        Misbehaved::Interleaved => (
            "a message that changes the keys, or a part of one, shares a record with others (RFC 8446 §5.1)."
                .to_owned(),
            "更换密钥的消息或消息片段与其他内容共用了一条记录（RFC 8446 §5.1）。".to_owned(),
        ),
    };
    Some(
        Reason::new(Said::new(
            format!("the {} broke a rule of TLS {}: {en}", peer.en, place.en),
            format!("{}{}违反了 TLS 的规则：{zh}", peer.zh, place.zh),
        ))
        .by(facts.peer()),
    )
}

fn protocol_not_offered(facts: &Facts<'_>) -> (String, String) {
    let chosen = [Step::ServerHello, Step::EncryptedExtensions]
        .into_iter()
        .find_map(|step| facts.theirs(step)?.get(ALPN)?.first().copied());
    let offered = few(&facts.offered(ALPN));
    let chosen = chosen.unwrap_or("?");
    (
        format!(
            "it chose the application protocol `{chosen}`, and we offered {} (RFC 7301 §3.1).",
            offered.en
        ),
        format!("它选了应用层协议 `{chosen}`，而我们提供的是 {}（RFC 7301 §3.1）。", offered.zh),
    )
}

fn not_offered(facts: &Facts<'_>) -> (String, String) {
    let suite = facts.theirs(Step::ServerHello).and_then(|hello| hello.get(CIPHER_SUITE));
    let offered = facts.offered(CIPHER_SUITES);
    match suite.filter(|suite| !offered.contains(suite)) {
        Some(suite) => (
            format!("it chose the cipher suite {suite}, which we did not offer (RFC 5246 §7.4.1.3)."),
            format!("它选了我们没有提供的密码套件 {suite}（RFC 5246 §7.4.1.3）。"),
        ),
        None => (
            "it chose a group, version, compression or key share that we did not offer (RFC 8446 §4.1.3, §4.2.8)."
                .to_owned(),
            "它选了我们没有提供的曲线、版本、压缩方式或密钥份额（RFC 8446 §4.1.3、§4.2.8）。".to_owned(),
        ),
    }
}
