//! The transport ended, broke or fell silent before the end that both sides agreed on.

use super::{End, Facts, Program, Recognises, Step, facts::Variant, rule, say};
use crate::{
    Reason, Rule, Said, Side,
    tls::field::{KEY_SHARE, SERVER_NAME},
};

pub(super) const NOTHING_CAME: &[(Rule, Recognises)] = &[
    rule("tls.stopped", "the program was told to stop", "程序被要求停止", stopped),
    rule(
        "tls.nothing_came",
        "a client that connects and leaves without a byte",
        "客户端连上后一个字节都没发就离开",
        nothing_came,
    ),
];

pub(super) const RULES: &[(Rule, Recognises)] = &[
    rule(
        "tls.reset_at_hello",
        "the connection is reset in answer to the ClientHello",
        "对 ClientHello 的回应是连接被重置",
        reset_at_hello,
    ),
    rule("tls.silent_at_hello", "no answer to the ClientHello", "ClientHello 没有得到回应", silent_at_hello),
    rule(
        "tls.silent_client",
        "a client that sends no ClientHello",
        "客户端没有发来 ClientHello",
        silent_client,
    ),
    rule("tls.silent", "the peer falls silent in the handshake", "对方在握手中沉默", silent),
    rule(
        "tls.closed",
        "the peer, or something between, ends TCP without an alert",
        "对方或途中的设备没有发 Alert 就结束了 TCP",
        closed,
    ),
    rule(
        "tls.reset",
        "the peer, or something between, resets the connection",
        "对方或途中的设备重置了连接",
        reset,
    ),
    rule(
        "tls.unacknowledged",
        "what was sent is not acknowledged, or the path breaks",
        "发出的内容没有得到确认，或路径中断",
        unacknowledged,
    ),
];

fn stopped(facts: &Facts<'_>) -> Option<Reason> {
    let reason = Reason::new(Said::new("the server was stopped.", "服务端已停止。"));
    (facts.end == End::Stopped).then(|| reason.by(Side::Server))
}

fn nothing_came(facts: &Facts<'_>) -> Option<Reason> {
    let left = matches!(facts.end, End::Cut | End::Reset);
    let nothing = !facts.heard() && facts.theirs(Step::Undecodable).is_none() && !facts.began;
    let reason = Reason::new(Said::new(
        "the client connected and left without a byte: port scans and health checks do that. Nothing is wrong with TLS.",
        "客户端连上后一个字节都没发就离开：端口扫描和健康检查会这样做。TLS 没有问题。",
    ));
    (facts.side == Side::Server && left && nothing).then(|| reason.by(Side::Client))
}

/// Whether nothing of TLS has come from the server, and the ClientHello has gone.
fn at_hello(facts: &Facts<'_>) -> bool {
    facts.side == Side::Client && !facts.heard() && facts.hello().is_some()
}

fn reset_at_hello(facts: &Facts<'_>) -> Option<Reason> {
    if facts.end != End::Reset || !at_hello(facts) {
        return None;
    }
    let name = facts.hello().and_then(|hello| hello.get(SERVER_NAME));
    let mut may_en = vec!["it does not speak TLS on this port".to_owned()];
    let mut may_zh = vec!["这个端口说的不是 TLS".to_owned()];
    if let Some(name) = name {
        may_en.push(format!("something between does not let the name `{name}` pass (SNI)"));
        may_zh.push(format!("途中的设备不放行名称 `{name}`（SNI）"));
    }
    let long = facts.offered(KEY_SHARE).iter().any(|group| group.contains("MLKEM"));
    if long {
        may_en.push("a ClientHello in two segments, as the long key share makes it, confuses it".to_owned());
        may_zh.push("密钥份额较长，ClientHello 分成了两段，让它出错".to_owned());
    }
    if facts.offered_versions().contains(&"TLS 1.3") {
        may_en.push("it stumbles over TLS 1.3".to_owned());
        may_zh.push("它遇到 TLS 1.3 就出错".to_owned());
    }
    let (en, zh) = (may_en.join(", or "), may_zh.join("，或"));
    let reason = Reason::new(say!(
        "the server, or something between, reset the TCP connection before its first message, in answer to our \
         ClientHello. The reset does not say why: {en}.",
        "服务端（或途中的某个设备）在它的第一条消息之前重置了 TCP 连接，即对我们的 ClientHello 的回应。重置不说明原因：{zh}。"
    ));
    let reason = reason.at(Step::ClientHello);
    Some(match (facts.given.program, long, facts.given.variant) {
        (Program::Client, true, _) => reason.advising(Said::new(
            "`--group x25519` makes the ClientHello short, `--variant ecdhe` leaves out TLS 1.3.",
            "`--group x25519` 可缩短 ClientHello，`--variant ecdhe` 则不提供 TLS 1.3。",
        )),
        (Program::Client, false, None) => reason.advising(Said::new(
            "`--variant ecdhe` leaves out TLS 1.3, `--server-name` asks for another name.",
            "`--variant ecdhe` 不提供 TLS 1.3，`--server-name` 可换一个名称。",
        )),
        (Program::Client, false, Some(Variant::Rsa | Variant::Tls12 | Variant::Tls13)) => reason
            .advising(Said::new("`--server-name` asks for another name.", "`--server-name` 可换一个名称。")),
        (Program::WsClient | Program::Server | Program::WsServer, _, _) => reason,
    })
}

/// How long the peer was silent.
fn seconds(facts: &Facts<'_>) -> Option<f64> {
    let End::Silent(patience) = facts.end else { return None };
    Some(patience.as_secs_f64())
}

fn silent_at_hello(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = seconds(facts).filter(|_| at_hello(facts))?;
    Some(
        Reason::new(say!(
            "the server did not answer our ClientHello within {seconds} s, before its first message: it hangs or is \
             overloaded, it speaks another protocol and waits for more, or something between drops what we send.",
            "服务端 {seconds} 秒内没有回应我们的 ClientHello（还没有第一条消息）：它卡住或过载，或说的是另一种协议、\
             在等更多内容，或途中的设备丢弃了我们发出的内容。"
        ))
        .at(Step::ClientHello)
        .advising(Said::new("Is this the TLS port?", "这是 TLS 端口吗？")),
    )
}

fn silent_client(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = seconds(facts).filter(|_| facts.side == Side::Server && !facts.heard())?;
    let reason = if facts.began {
        Reason::new(say!(
            "the client began a message and did not end it within {seconds} s, before its first message was whole.",
            "客户端开始了一条消息，{seconds} 秒内没有发完，第一条消息还不完整。"
        ))
    } else {
        Reason::new(say!(
            "the client sent nothing within {seconds} s, before its first message: it waits for us to speak first, as \
             clients of SSH and mail servers may, or keeps the connection in reserve, as browsers do.",
            "客户端 {seconds} 秒内什么也没发，没有第一条消息：它在等我们先开口（SSH 和邮件的客户端可能如此），\
             或像浏览器那样预留连接。"
        ))
    };
    Some(reason.by(Side::Client))
}

fn silent(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = seconds(facts).filter(|_| !facts.complete())?;
    let (peer, place) = (facts.them(), facts.after());
    Some(
        Reason::new(Said::new(
            format!(
                "the {} did not go on within {seconds} s, {}: the handshake is not complete.",
                peer.en, place.en
            ),
            format!("{}{} {seconds} 秒内没有继续：握手没有完成。", peer.zh, place.zh),
        ))
        .by(facts.peer()),
    )
}

fn closed(facts: &Facts<'_>) -> Option<Reason> {
    if facts.end != End::Cut {
        return None;
    }
    let (peer, place) = (facts.them(), facts.after());
    let said = facts.memory().alerts(facts.peer()).last();
    let (en, zh) = match said {
        None => ("without an alert".to_owned(), "没有发送 Alert".to_owned()),
        Some(said) => {
            (format!("its last alert was {}", said.alert), format!("它最后的 Alert 是 {}", said.alert))
        }
    };
    Some(Reason::new(Said::new(
        format!("the {}, or something between, closed the TCP connection {} ({en}).", peer.en, place.en),
        format!("{}（或途中的某个设备）{}关闭了 TCP 连接（{zh}）。", peer.zh, place.zh),
    )))
}

fn reset(facts: &Facts<'_>) -> Option<Reason> {
    if facts.end != End::Reset {
        return None;
    }
    let (peer, place) = (facts.them(), facts.after());
    Some(Reason::new(Said::new(
        format!("the {}, or something between, reset the TCP connection {}.", peer.en, place.en),
        format!("{}（或途中的某个设备）{}重置了 TCP 连接。", peer.zh, place.zh),
    )))
}

fn unacknowledged(facts: &Facts<'_>) -> Option<Reason> {
    let place = facts.after();
    match facts.end {
        End::TimedOut => Some(Reason::new(Said::new(
            format!(
                "what we sent {} was never acknowledged, and the kernel gave the connection up.",
                place.en
            ),
            format!("我们{}发出的内容一直没有得到确认，内核放弃了连接。", place.zh),
        ))),
        End::Unreachable => Some(Reason::new(Said::new(
            format!("the path broke {}: the kernel says that the other side is unreachable.", place.en),
            format!("路径{}中断：内核说对方不可达。", place.zh),
        ))),
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
        | End::Silent(_)
        | End::NoHttp
        | End::Unfinished
        | End::HeadTooLong(_)
        | End::Stopped
        | End::Ours => None,
    }
}

/// What no rule recognises: a trouble of this side's own.
pub(super) fn unrecognised(facts: &Facts<'_>) -> Reason {
    let place = facts.after();
    Reason::new(Said::new(
        format!("our own library or system could not go on {}.", place.en),
        format!("{}，我们自己的库或系统无法继续。", place.zh),
    ))
    .by(facts.side)
}
