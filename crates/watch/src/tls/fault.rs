//! Why a TLS connection failed, where, and what to do: in words for either side.

mod alert;
pub(super) mod certificate;

use std::{io, time::Duration};

use rustls::{AlertDescription, Error, PeerIncompatible};
use steps::{Past, Record, Said, Side, tls::Step};
use wire::tls::names;

use crate::Witness;

/// The sentence for an error of the handshake or of the stream after it.
pub(super) fn explain(witness: &Witness, error: &io::Error) -> Said {
    let side = witness.side();
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    #[cfg(feature = "rsa-kx")]
    if let Some(said) = witness
        .past(|past| super::static_rsa::explain(side, past, error).map(|why| with_our_alert(side, past, why)))
    {
        return said;
    }
    witness.past(|past| {
        let why = match inner {
            Some(Error::InvalidMessage(_)) => not_tls(side, past, error),
            Some(Error::AlertReceived(alert)) => return refused(side, *alert, past),
            Some(Error::InvalidCertificate(fault)) => {
                signature(side, past).unwrap_or_else(|| certificate::refused(side, fault, past))
            }
            Some(Error::DecryptError) => does_not_open(side, past),
            Some(Error::NoCertificatesPresented) => Said::new(
                "the client was asked for a certificate and showed none: it needs one (`client tls --client-cert`), or \
                 the server asks without insisting (`--client-auth request`)",
                "向客户端索要证书，它没有出示：需要给它一张（`client tls --client-cert`），或让服务端只索要而不强求\
                 （`--client-auth request`）",
            ),
            Some(Error::PeerIncompatible(fault)) => incompatible(side, fault, past),
            Some(Error::NoApplicationProtocol) => Said::new(
                "client and server have no application protocol (ALPN) in common: see `--alpn`",
                "双方没有共同的应用层协议（ALPN）：见 `--alpn`",
            ),
            Some(other) => Said::new(
                format!("TLS failed {}: {other}", after(side, past).en),
                format!("TLS {}失败：{other}", after(side, past).zh),
            ),
            None => return vanished(side, past, error),
        };
        with_our_alert(side, past, why)
    })
}

/// `why`, and by which alert we told the peer: the other log names it too.
fn with_our_alert(side: Side, past: &Past, why: Said) -> Said {
    let alert = past.first_from(side, Step::Alert).filter(|alert| alert.text("level") == "fatal");
    let Some(name) = alert.map(|alert| alert.text("description")) else { return why };
    let peer = who(side.peer());
    Said::new(
        format!("{} [the {} was told: alert {name}]", why.en, peer.en),
        format!("{}［已用 Alert {name} 告知{}］", why.zh, peer.zh),
    )
}

/// An encrypted record failed its authentication.
pub(super) fn does_not_open(side: Side, past: &Past) -> Said {
    let peer = who(side.peer());
    if past.first_from(side.peer(), Step::Finished).is_some() {
        return Said::new(
            format!("a record of the {} does not open: it was changed on the way", peer.en),
            format!("{}的一条记录解不开：它在途中被改过", peer.zh),
        );
    }
    Said::new(
        format!(
            "the {}'s first encrypted record does not open: it was changed on the way, or the hellos were, for the keys \
             come from them (compare the randoms and suites in both logs)",
            peer.en
        ),
        format!(
            "{}的第一条加密记录解不开：要么它在途中被改过，要么两个 Hello 被改过，因为密钥由它们导出\
             （对照两边日志里的随机数和套件）",
            peer.zh
        ),
    )
}

/// The sentence for a peer that said nothing for `patience`.
pub fn hung(witness: &Witness, patience: Duration) -> Said {
    let side = witness.side();
    let (peer, place) = (who(side.peer()), witness.past(|past| after(side, past)));
    let seconds = patience.as_secs_f64();
    Said::new(
        format!("the {} did not go on within {seconds} s, {} (hung, or not a TLS peer?)", peer.en, place.en),
        format!("{}{} {seconds} 秒内没有继续（卡住了，还是对方不是 TLS？）", peer.zh, place.zh),
    )
}

pub(super) fn who(side: Side) -> Said {
    match side {
        Side::Client => Said::new("client", "客户端"),
        Side::Server => Said::new("server", "服务端"),
    }
}

/// Where the handshake was: the last thing the peer sent.
pub(super) fn after(side: Side, past: &Past) -> Said {
    let peer = side.peer();
    match past.records().iter().rev().find(|record| record.from == Some(peer)) {
        Some(record) => {
            let title = record.step.card().title;
            Said::new(format!("after its {}", title.en), format!("在它的 {} 之后", title.zh))
        }
        None => Said::new("before its first message", "在它的第一条消息之前"),
    }
}

pub(super) fn not_tls(side: Side, past: &Past, error: &io::Error) -> Said {
    let peer = side.peer();
    let lost = past.first_from(peer, Step::Undecodable);
    let [words, expected] = ["looks_like", "expected"].map(|name| lost.map_or("", |lost| lost.text(name)));
    match (side, words) {
        (Side::Server, "HTTP request" | "HTTP/2 preface") => Said::new(
            "the client spoke plain HTTP to the TLS port: use https:// there, or another port here",
            "客户端向 TLS 端口发送了明文 HTTP：请在客户端使用 https://，或换一个端口",
        ),
        (Side::Server, "SSH identification") => Said::new(
            "the client spoke SSH to the TLS port: the SSH server has another port (7022)",
            "客户端向 TLS 端口发送了 SSH：SSH 服务端在另一个端口（7022）",
        ),
        (Side::Client, "HTTP response") => Said::new(
            "the server answered in plain HTTP: this is not its TLS port (often 443)",
            "服务端以明文 HTTP 作答：这不是它的 TLS 端口（通常是 443）",
        ),
        (Side::Client, "SSH identification") => Said::new(
            "an SSH server answered: this is not a TLS port (try `client ssh`)",
            "应答的是 SSH 服务端：这不是 TLS 端口（可试试 `client ssh`）",
        ),
        (_, "") => Said::new(
            format!("the {} sent a TLS message that does not read: {error}", who(peer).en),
            format!("{}发来的 TLS 消息无法解析：{error}", who(peer).zh),
        ),
        (_, words) => Said::new(
            format!(
                "the {} did not speak TLS (expected {expected}; it looks like: {words}): is this the right port?",
                who(peer).en
            ),
            format!("{}说的不是 TLS（应为：{expected}；看起来是：{words}）：端口对吗？", who(peer).zh),
        ),
    }
}

/// The peer sent a fatal alert.
pub(super) fn refused(side: Side, alert: AlertDescription, past: &Past) -> Said {
    let name = names::alert(alert.into());
    let meaning = alert::meaning(side, alert, past);
    let peer = who(side.peer());
    let place = after_ours(side, past);
    Said::new(
        format!("the {} sent the alert {name}{}: {}", peer.en, place.en, meaning.en),
        format!("{}{}发来 Alert {name}：{}", peer.zh, place.zh, meaning.zh),
    )
}

/// What of ours came before the alert. Which message it answers, an alert does not say.
fn after_ours(side: Side, past: &Past) -> Said {
    let alert = |record: &Record| {
        record.step == steps::Step::Tls(Step::Alert)
            && record.from == Some(side.peer())
            && record.text("level") == "fatal"
    };
    // The library may have answered with more before it read the alert.
    let before = past.records().iter().take_while(|record| !alert(record));
    match before.filter(|record| record.from == Some(side)).last() {
        Some(record) => {
            let title = record.step.card().title;
            Said::new(format!(" after our {}", title.en), format!("在我们的 {} 之后", title.zh))
        }
        None => Said::new("", ""),
    }
}

/// The certificate was accepted, and then the signature made with its key did not fit (the library has one name for
/// both faults).
fn signature(side: Side, past: &Past) -> Option<Said> {
    let checked = match side {
        Side::Client => Step::VerifySignature,
        Side::Server => Step::VerifyClientSignature,
    };
    let checked = past.first(checked).filter(|checked| checked.text("result") != "valid")?;
    let (scheme, over, peer) = (checked.text("signature_scheme"), checked.text("over"), who(side.peer()));
    Some(Said::new(
        format!(
            "the {}'s signature ({scheme} over {over}) does not fit what we saw: the handshake was changed on the way, \
             or it does not hold the certificate's key; the certificate itself passed (compare the randoms in both logs)",
            peer.en
        ),
        format!(
            "{}的签名（{scheme}，签的是 {over}）与我们看到的对不上：握手在途中被改动，或对方没有证书的私钥；\
             证书本身已通过检查（对照两边日志里的随机数）",
            peer.zh
        ),
    ))
}

/// No version in common: what the client offers at most stands in its ClientHello.
pub(super) fn incompatible_version(side: Side, past: &Past) -> Said {
    let peer = who(side.peer());
    let offered = past.first_from(Side::Client, Step::ClientHello).map_or("", |hello| hello.text("version"));
    Said::new(
        format!(
            "no TLS version in common with the {} (the client offers up to {offered}): leave out `--variant` to offer \
             both 1.3 and 1.2",
            peer.en
        ),
        format!(
            "与{}没有共同的 TLS 版本（客户端最高支持 {offered}）：去掉 `--variant` 即可同时提供 1.3 和 1.2",
            peer.zh
        ),
    )
}

fn incompatible(side: Side, fault: &PeerIncompatible, past: &Past) -> Said {
    let peer = who(side.peer());
    // An old client lacks much, but what it lacks first is a version.
    let offered = past.first_from(Side::Client, Step::ClientHello).map_or("", |hello| hello.text("version"));
    match (fault, offered) {
        (
            PeerIncompatible::Tls12NotOffered
            | PeerIncompatible::Tls12NotOfferedOrEnabled
            | PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
            | PeerIncompatible::SupportedVersionsExtensionRequired,
            _,
        )
        | (_, "TLS 1.1" | "TLS 1.0" | "SSL 3.0") => incompatible_version(side, past),
        (PeerIncompatible::NoCipherSuitesInCommon, _) => Said::new(
            format!("no cipher suite in common with the {}: leave out `--suite` and `--variant`", peer.en),
            format!("与{}没有共同的密码套件：可去掉 `--suite` 和 `--variant`", peer.zh),
        ),
        (PeerIncompatible::NoKxGroupsInCommon, _) => Said::new(
            format!("no group for the key exchange in common with the {}: leave out `--group`", peer.en),
            format!("与{}没有共同的密钥交换曲线：可去掉 `--group`", peer.zh),
        ),
        (other, _) => Said::new(
            format!("the {} lacks what is needed here: {other:?}", peer.en),
            format!("{}缺少所需的能力：{other:?}", peer.zh),
        ),
    }
}

/// The transport ended or broke.
pub(super) fn vanished(side: Side, past: &Past, error: &io::Error) -> Said {
    let (peer, place) = (who(side.peer()), after(side, past));
    let alert = past.records().iter().find(|record| {
        record.step == steps::Step::Tls(Step::Alert)
            && record.from == Some(side.peer())
            && record.text("level") == "fatal"
    });
    if let Some(alert) = alert {
        let name = alert.text("description");
        return Said::new(
            format!("the {} ended with the alert {name}", peer.en),
            format!("{}以 Alert {name} 结束了连接", peer.zh),
        );
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Said::new(
            format!(
                "the {}, or something between, closed the TCP connection {} (without an alert)",
                peer.en, place.en
            ),
            format!("{}（或途中的某个设备）{}关闭了 TCP 连接（没有发送 Alert）", peer.zh, place.zh),
        ),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionAborted => {
            Said::new(
                format!("the {}, or something between, reset the TCP connection {}", peer.en, place.en),
                format!("{}（或途中的某个设备）{}重置了 TCP 连接", peer.zh, place.zh),
            )
        }
        _ => Said::new(
            format!("the connection broke {}: {error}", place.en),
            format!("连接{}中断：{error}", place.zh),
        ),
    }
}
