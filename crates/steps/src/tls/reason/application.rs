//! The handshake was complete: whatever happened after it, TLS itself is fine. What the peer said under the session's
//! keys stands in the log.

use super::{Alert, End, Facts, Program, Recognises, Step, facts::few, rule, say};
use crate::{
    Reason, Record, Rule, Said, Side,
    tls::field::{ALPN, PLAINTEXT},
};

pub(super) const RENEGOTIATION: &[(Rule, Recognises)] = &[rule(
    "tls.renegotiation_refused",
    "the peer wanted to renegotiate after the handshake, and ended the connection when we did not",
    "握手之后对方要求重新协商，我们拒绝后它结束了连接",
    renegotiation,
)];

pub(super) const RULES: &[(Rule, Recognises)] = &[
    rule(
        "tls.speaks_http2",
        "`--alpn` agreed on another protocol than HTTP/1, and nothing is asked",
        "`--alpn` 谈定的不是 HTTP/1，因此不提问",
        http2,
    ),
    rule(
        "tls.answer_not_whole",
        "an answer that ends without its length reached and without close_notify",
        "应答没有达到其长度，也没有 close_notify 就结束",
        answer_not_whole,
    ),
    rule(
        "tls.not_http",
        "the peer answers under the session's keys, and it is not HTTP/1",
        "对方用会话密钥作答，但不是 HTTP/1",
        not_http,
    ),
    rule(
        "tls.no_answer",
        "the server ends with close_notify and has answered nothing",
        "服务端没有作答就以 close_notify 结束",
        no_answer,
    ),
    rule("tls.no_request", "the client's request is not whole", "客户端的请求不完整", no_request),
    rule(
        "tls.silent_after_handshake",
        "no answer within the time, though the handshake was complete",
        "握手已完成，却在时限内没有应答",
        silent,
    ),
];

fn renegotiation(facts: &Facts<'_>) -> Option<Reason> {
    let began = facts.memory().renegotiates().filter(|began| *began == facts.peer())?;
    let ended = Ended::of(facts)?;
    let Said { en, zh } = ended.said();
    let reason = match began {
        Side::Server => Reason::new(say!(
            "the handshake was complete; then the server wanted to renegotiate (HelloRequest), mostly to ask for a client \
             certificate after all. We answered no_renegotiation, for this client has none (nor has TLS 1.3), and the \
             server {en}.",
            "握手已经完成；随后服务端要求重新协商（HelloRequest），多半是事后索要客户端证书。本客户端不做重新协商\
             （TLS 1.3 也没有），答以 no_renegotiation，服务端随即{zh}。"
        ))
        .advising(Said::new(
            "A server that asks for the certificate in its first handshake needs no renegotiation.",
            "服务端若在第一次握手里就索要证书，便不需要重新协商。",
        )),
        Side::Client => Reason::new(say!(
            "the handshake was complete; then the client wanted to renegotiate (a second ClientHello). We answered \
             no_renegotiation, for this server has none (nor has TLS 1.3), and the client {en}.",
            "握手已经完成；随后客户端要求重新协商（第二个 ClientHello）。本服务端不做重新协商（TLS 1.3 也没有），\
             答以 no_renegotiation，客户端随即{zh}。"
        )),
    };
    Some(reason.by(began))
}

/// How a peer ended that did not get what it wanted.
enum Ended {
    Alert(Alert),
    Closed,
    Reset,
    Silent(f64),
}

impl Ended {
    fn of(facts: &Facts<'_>) -> Option<Ended> {
        if let Some(alert) = facts.their_alert() {
            return Some(Ended::Alert(alert));
        }
        match facts.end {
            End::Cut | End::Unfinished | End::NoHttp => Some(Ended::Closed),
            End::Reset => Some(Ended::Reset),
            End::Silent(patience) => Some(Ended::Silent(patience.as_secs_f64())),
            End::Alert(_)
            | End::Unreadable(_)
            | End::OutOfPlace { .. }
            | End::Incompatible(_)
            | End::Misbehaved(_)
            | End::Certificate(_)
            | End::NoCertificate
            | End::DoesNotOpen
            | End::WrongDigest
            | End::NoApplicationProtocol
            | End::TimedOut
            | End::Unreachable
            | End::HeadTooLong(_)
            | End::Stopped
            | End::Ours => None,
        }
    }

    fn said(&self) -> Said {
        match self {
            Ended::Alert(alert) => say!("ended with the alert {alert}", "以 Alert {alert} 结束了连接"),
            Ended::Closed => Said::new("closed the connection", "关闭了连接"),
            Ended::Reset => Said::new("reset the connection", "重置了连接"),
            Ended::Silent(seconds) => say!("said nothing more for {seconds} s", " {seconds} 秒没有再说什么"),
        }
    }
}

/// The application protocol that was agreed.
fn agreed<'a>(facts: &Facts<'a>) -> Option<&'a str> {
    facts.past.first(Step::HandshakeComplete)?.get(ALPN)?.first().copied()
}

/// What the peer said first under the session's keys.
fn answer<'a>(facts: &Facts<'a>) -> Option<&'a Record> {
    facts.theirs(Step::ApplicationData).filter(|_| facts.complete())
}

fn http2(facts: &Facts<'_>) -> Option<Reason> {
    let after = matches!(facts.end, End::NoHttp | End::Cut | End::Reset | End::Silent(_) | End::Unfinished);
    let agreed = agreed(facts).filter(|agreed| *agreed != "http/1.1" && *agreed != "http/1.0")?;
    if facts.side != Side::Client || !after {
        return None;
    }
    let reason = Reason::new(say!(
        "TLS is fine, and both sides agreed on `{agreed}` (ALPN), as `--alpn` asked; this client speaks HTTP/1.1 alone, and \
         asked nothing.",
        "TLS 没有问题，双方按 `--alpn` 谈定了 `{agreed}`（ALPN）；但本客户端只会 HTTP/1.1，因此没有提问。"
    ));
    Some(
        reason.by(Side::Client).advising(Said::new(
            "Leave out `--alpn` to agree on HTTP/1.1.",
            "去掉 `--alpn` 即可谈定 HTTP/1.1。",
        )),
    )
}

fn is_http(answer: &Record) -> bool {
    answer.get(PLAINTEXT).is_some_and(|line| line.starts_with("HTTP/1."))
}

fn answer_not_whole(facts: &Facts<'_>) -> Option<Reason> {
    let how = match facts.end {
        End::Cut => say!("ended TCP without close_notify", "没有 close_notify 就结束了 TCP"),
        End::Reset => say!("reset the connection", "重置了连接"),
        End::Unfinished => say!("ended with close_notify", "以 close_notify 结束"),
        End::Silent(patience) => {
            let seconds = patience.as_secs_f64();
            say!("sent nothing more for {seconds} s", " {seconds} 秒没有再发内容")
        }
        End::Alert(_)
        | End::Unreadable(_)
        | End::OutOfPlace { .. }
        | End::Incompatible(_)
        | End::Misbehaved(_)
        | End::Certificate(_)
        | End::NoCertificate
        | End::DoesNotOpen
        | End::WrongDigest
        | End::NoApplicationProtocol
        | End::TimedOut
        | End::Unreachable
        | End::NoHttp
        | End::HeadTooLong(_)
        | End::Stopped
        | End::Ours => return None,
    };
    if facts.side != Side::Client || !is_http(answer(facts)?) {
        return None;
    }
    let Said { en, zh } = how;
    let reason = Reason::new(say!(
        "TLS is fine, but the server's answer is not whole, or cannot be known to be: it {en} before the length was \
         reached that its head names, or its head names none. Whoever cuts TCP could have cut the answer, too (RFC 8446 \
         §6.1).",
        "TLS 没有问题，但服务端的应答不完整，或无从得知是否完整：它{zh}，而应答头所说的长度还没有达到，或应答头没有说明长度。\
         能切断 TCP 的人也能截断应答（RFC 8446 §6.1）。"
    ));
    Some(reason.at(Step::ApplicationData))
}

fn not_http(facts: &Facts<'_>) -> Option<Reason> {
    let ended = matches!(facts.end, End::NoHttp | End::Silent(_) | End::Cut | End::Reset | End::Unfinished);
    let answer = answer(facts).filter(|answer| !is_http(answer))?;
    if facts.side != Side::Client || !ended {
        return None;
    }
    let reason = match answer.get(PLAINTEXT) {
        Some(line) => {
            let Said { en, zh } = service(line);
            Reason::new(say!(
                "TLS is fine, but the server does not speak HTTP: it said `{line}`{en}.",
                "TLS 没有问题，但服务端说的不是 HTTP：它说的是 `{line}`{zh}。"
            ))
        }
        None => Reason::new(Said::new(
            "TLS is fine, but what came back is no HTTP/1 answer: it is binary.",
            "TLS 没有问题，但返回的不是 HTTP/1 应答，而是二进制内容。",
        )),
    };
    Some(reason.at(Step::ApplicationData))
}

/// Whose greeting a line is.
fn service(line: &str) -> Said {
    let named = |service: &str| {
        let zh = service.replace(" or ", " 或 ");
        Said::new(format!(", as {service} does"), format!("，这是 {zh} 的话"))
    };
    if line.starts_with("* OK") || line.starts_with("* PREAUTH") || line.starts_with("* BYE") {
        named("IMAP")
    } else if line.starts_with("+OK") || line.starts_with("-ERR") {
        named("POP3")
    } else if line.starts_with("220") || line.starts_with("421") {
        named("SMTP or FTP")
    } else if line.starts_with("SSH-") {
        named("SSH")
    } else if line.starts_with("RTSP/") {
        named("RTSP")
    } else if line.starts_with("SIP/") {
        named("SIP")
    } else {
        Said::new("", "")
    }
}

fn no_answer(facts: &Facts<'_>) -> Option<Reason> {
    let asked = facts.side == Side::Client && facts.complete() && answer(facts).is_none();
    let politely = matches!(facts.end, End::Unfinished | End::NoHttp);
    let cut = matches!(facts.end, End::Cut | End::Reset);
    if !asked || !(politely || cut) {
        return None;
    }
    let said = facts.memory().alerts(Side::Server).any(|one| one.alert == Alert::CLOSE_NOTIFY);
    let Said { en: after, zh: after_zh } = facts.after();
    let requested = facts.past.first_from(Side::Server, Step::CertificateRequest).is_some();
    let reason = match (said, &facts.end) {
        (true, _) => Reason::new(say!(
            "TLS is fine for us, but the server ended with close_notify {after}, and has answered our request by nothing.",
            "对我们来说 TLS 没有问题，但服务端{after_zh}以 close_notify 结束，没有回答我们的请求。"
        ))
        .by(Side::Server),
        (false, End::Reset) => Reason::new(say!(
            "the server, or something between, reset the TCP connection {after}; for us the handshake was complete, and \
             our request has no answer.",
            "服务端（或途中的某个设备）{after_zh}重置了 TCP 连接；对我们来说握手已经完成，而请求没有得到应答。"
        )),
        (false, _) => Reason::new(say!(
            "the server, or something between, closed the TCP connection {after} (without an alert); for us the handshake \
             was complete, and our request has no answer.",
            "服务端（或途中的某个设备）{after_zh}关闭了 TCP 连接（没有发送 Alert）；对我们来说握手已经完成，而请求没有得到应答。"
        )),
    };
    Some(match facts.given.program {
        // A TLS 1.3 server may judge the client's certificate only now, and some leave without an alert.
        Program::Client if requested && facts.own_certificate().is_none() => reason.advising(Said::new(
            "It had asked for a client certificate, and we showed none: `--client-cert` gives one.",
            "它曾索要客户端证书，而我们没有出示：可用 `--client-cert` 提供。",
        )),
        Program::Client if said => {
            reason.advising(Said::new("Perhaps it does not speak HTTP.", "它说的也许不是 HTTP。"))
        }
        Program::Client | Program::WsClient | Program::Server | Program::WsServer => reason,
    })
}

fn no_request(facts: &Facts<'_>) -> Option<Reason> {
    if facts.side != Side::Server || !facts.complete() {
        return None;
    }
    let (en, zh) = match facts.end {
        End::Unfinished => {
            ("closed in the middle of its request".to_owned(), "在请求发到一半时关闭了连接".to_owned())
        }
        End::HeadTooLong(kib) => {
            (format!("sent a request head longer than {kib} KiB"), format!("发来的请求头超过 {kib} KiB"))
        }
        End::Silent(patience) => {
            let seconds = patience.as_secs_f64();
            let began = answer(facts).is_some();
            match began {
                true => (
                    format!("did not end its request within {seconds} s"),
                    format!(" {seconds} 秒内没有发完请求"),
                ),
                false => (
                    format!("sent no request within {seconds} s, as browsers do with connections in reserve"),
                    format!(" {seconds} 秒内没有发来请求，浏览器的预留连接就是这样"),
                ),
            }
        }
        End::Alert(_)
        | End::Unreadable(_)
        | End::OutOfPlace { .. }
        | End::Incompatible(_)
        | End::Misbehaved(_)
        | End::Certificate(_)
        | End::NoCertificate
        | End::DoesNotOpen
        | End::WrongDigest
        | End::NoApplicationProtocol
        | End::Cut
        | End::Reset
        | End::TimedOut
        | End::Unreachable
        | End::NoHttp
        | End::Stopped
        | End::Ours => return None,
    };
    Some(
        Reason::new(say!("TLS is fine, but the client {en}.", "TLS 没有问题，但客户端{zh}。"))
            .by(Side::Client),
    )
}

fn silent(facts: &Facts<'_>) -> Option<Reason> {
    let End::Silent(patience) = facts.end else { return None };
    if !facts.complete() {
        return None;
    }
    let (seconds, place) = (patience.as_secs_f64(), facts.after());
    let (after_en, after_zh) = (place.en, place.zh);
    let agreed = few(&agreed(facts).into_iter().collect::<Vec<_>>());
    let (alpn_en, alpn_zh) = (agreed.en, agreed.zh);
    let peer = facts.them();
    let (who_en, who_zh) = (peer.en, peer.zh);
    Some(
        Reason::new(say!(
            "TLS is fine, the handshake is complete, but the {who_en} said nothing within {seconds} s, {after_en} \
             (application protocol agreed: {alpn_en}): it is slow, or it does not speak HTTP (LDAP, MQTT and others wait \
             for words of their own).",
            "TLS 没有问题，握手已完成，但{who_zh}{after_zh} {seconds} 秒内没有说话（谈定的应用层协议：{alpn_zh}）：\
             它很慢，或说的不是 HTTP（LDAP、MQTT 等都在等自己的请求）。"
        ))
        .by(facts.peer()),
    )
}
