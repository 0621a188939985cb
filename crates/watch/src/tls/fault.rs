//! Why a TLS connection failed, where, and what to do: in words for either side.

use std::{io, time::Duration};

use rustls::{AlertDescription, CertificateError, Error, PeerIncompatible};
use steps::{Past, Said, Side, tls::Step};
use wire::tls::names;

use crate::Witness;

/// The sentence for an error of the handshake or of the stream after it.
pub(super) fn explain(witness: &Witness, error: &io::Error) -> Said {
    let side = witness.side();
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    #[cfg(feature = "rsa-kx")]
    if let Some(said) = witness.past(|past| super::static_rsa::explain(side, past, error)) {
        return said;
    }
    witness.past(|past| match inner {
        Some(Error::InvalidMessage(_)) => not_tls(side, past, error),
        Some(Error::AlertReceived(alert)) => refused(side, *alert, past),
        Some(Error::InvalidCertificate(fault)) => {
            signature(side, past).unwrap_or_else(|| refused_certificate(&fault.to_string(), fault))
        }
        Some(Error::PeerIncompatible(fault)) => incompatible(side, fault, past),
        Some(Error::NoApplicationProtocol) => Said::new(
            "client and server have no application protocol (ALPN) in common: offer http/1.1",
            "双方没有共同的应用层协议（ALPN）：请提供 http/1.1",
        ),
        Some(other) => Said::new(
            format!("TLS failed {}: {other}", after(side, past).en),
            format!("TLS {}失败：{other}", after(side, past).zh),
        ),
        None => vanished(side, past, error),
    })
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
    let (en, zh) = match (side, alert) {
        (Side::Server, AlertDescription::UnknownCA) => (
            "it does not trust our CA: give it certs/demo/ca.pem (`client tls --ca`, `curl --cacert`)",
            "它不信任我们的 CA：请把 certs/demo/ca.pem 交给它（`client tls --ca`、`curl --cacert`）",
        ),
        (Side::Server, AlertDescription::BadCertificate | AlertDescription::CertificateUnknown) => (
            "it does not accept our certificate: is its name for us among those in the certificate (localhost)?",
            "它不接受我们的证书：它访问的名称在证书里吗（如 localhost）？",
        ),
        (Side::Server, AlertDescription::CertificateExpired) => (
            "our certificate has expired: `certs --check` says which",
            "我们的证书已过期：用 `certs --check` 查看",
        ),
        (_, AlertDescription::ProtocolVersion) => (
            "no TLS version in common: leave out `--variant` to offer both",
            "没有共同的 TLS 版本：去掉 `--variant` 即可同时提供两个版本",
        ),
        (_, AlertDescription::HandshakeFailure) => (
            "no cipher suite, group or signature in common, or no version: leave out `--variant`",
            "没有共同的密码套件、曲线、签名算法或版本：可去掉 `--variant` 再试",
        ),
        (Side::Client, AlertDescription::CertificateRequired) => {
            ("it wants a certificate of the client", "它要求客户端证书")
        }
        (Side::Client, AlertDescription::UnrecognisedName) => (
            "it has no certificate for that name: see `--server-name`",
            "它没有该名称的证书：见 `--server-name`",
        ),
        (_, AlertDescription::DecryptError) => (
            "a signature or a Finished did not fit what it saw: the handshake was changed on the way",
            "签名或 Finished 与它看到的不符：握手在途中被改动",
        ),
        (_, AlertDescription::NoApplicationProtocol) => {
            ("no application protocol (ALPN) in common", "没有共同的应用层协议（ALPN）")
        }
        _ => ("its own log says more", "它自己的日志里有更多说明"),
    };
    let peer = who(side.peer());
    let place = after_ours(side, past);
    Said::new(
        format!("the {} sent the alert {name}{}: {en}", peer.en, place.en),
        format!("{}{}发来 Alert {name}：{zh}", peer.zh, place.zh),
    )
}

/// What of ours came before the alert. Which message it answers, an alert does not say.
fn after_ours(side: Side, past: &Past) -> Said {
    match past.records().iter().rev().find(|record| record.from == Some(side)) {
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
    let checked = past.first(Step::VerifySignature).filter(|checked| checked.text("result") != "valid")?;
    let carrier = [Step::CertificateVerify, Step::ServerKeyExchange];
    let carrier = carrier.into_iter().find(|step| past.first_from(side.peer(), *step).is_some());
    // In TLS 1.3 the message is read before its key is known here; what was signed tells which it was.
    let carrier = carrier.unwrap_or(Step::CertificateVerify).card().title;
    let (scheme, over, peer) = (checked.text("signature_scheme"), checked.text("over"), who(side.peer()));
    Some(Said::new(
        format!(
            "the {}'s signature over the handshake ({}, {scheme} over {over}) does not fit what we saw: the handshake \
             was changed on the way, or the peer does not hold the certificate's key (the certificate itself passed)",
            peer.en, carrier.en
        ),
        format!(
            "{}对握手的签名（{}，{scheme}，签的是 {over}）与我们看到的不符：握手在途中被改动，或对方没有证书的私钥\
             （证书本身已通过检查）",
            peer.zh, carrier.zh
        ),
    ))
}

/// The certificate was refused: the library's `words`, and what to do about such a `fault`.
pub(super) fn refused_certificate(words: &str, fault: &CertificateError) -> Said {
    let (en, zh) = match fault {
        CertificateError::UnknownIssuer => (
            "no trusted CA signed it: `--ca FILE` says which CA to trust (our demo CA is ca.pem of `--certs`)",
            "没有受信任的 CA 为它签名：用 `--ca FILE` 指定信任的 CA（演示 CA 是 `--certs` 目录里的 ca.pem）",
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => (
            "it is for another name: `--server-name NAME` asks for that one",
            "它属于另一个名称：可用 `--server-name NAME` 指定",
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => (
            "it has expired: delete the server's certificate files and run `certs`, or set the clock",
            "它已过期：删除服务端的证书文件后运行 `certs`，或校准时钟",
        ),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            ("it is not valid yet: is the clock right?", "它尚未生效：时钟对吗？")
        }
        CertificateError::BadSignature => (
            "its signature does not fit: a CA of the same name but another key?",
            "签名对不上：是否有同名而密钥不同的 CA？",
        ),
        _ => ("the server has to send another", "服务端需要换一张证书"),
    };
    Said::new(
        format!("the server's certificate was refused ({words}): {en}"),
        format!("服务端证书被拒绝（{words}）：{zh}"),
    )
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
            format!("no cipher suite in common with the {}: leave out `--variant`", peer.en),
            format!("与{}没有共同的密码套件：可去掉 `--variant`", peer.zh),
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
            format!("the {} closed the TCP connection {} (without an alert)", peer.en, place.en),
            format!("{}{}关闭了 TCP 连接（没有发送 Alert）", peer.zh, place.zh),
        ),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionAborted => {
            Said::new(
                format!("the {} reset the TCP connection {}", peer.en, place.en),
                format!("{}{}重置了 TCP 连接", peer.zh, place.zh),
            )
        }
        _ => Said::new(
            format!("the connection broke {}: {error}", place.en),
            format!("连接{}中断：{error}", place.zh),
        ),
    }
}
