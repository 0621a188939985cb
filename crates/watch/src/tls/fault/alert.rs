//! What a fatal alert of the peer means (RFC 5246 §7.2.2, RFC 8446 §6.2). An alert names a kind of fault and no more:
//! what can be said beyond it is what we know of our own part.

use rustls::AlertDescription;
use steps::{Past, Record, Said, Side, tls::Step};

use super::certificate::names;

/// What `alert` means to the side that got it, and what to do.
pub(super) fn meaning(side: Side, alert: AlertDescription, past: &Past) -> Said {
    let ours = match side {
        Side::Client => past.first_from(side, Step::ClientCertificate),
        Side::Server => past.first_from(side, Step::Certificate),
    };
    match (alert, ours) {
        (AlertDescription::UnknownCA, Some(ours)) => unknown_ca(side, ours),
        (AlertDescription::CertificateExpired, Some(ours)) => outside_its_days(ours).unwrap_or_else(|| {
            let [from, to] = ["not_before", "not_after"].map(|field| ours.text(field));
            Said::new(
                format!(
                    "our certificate is valid from {from} to {to} by our clock: is the other clock right?"
                ),
                format!("按我们的时钟，证书在 {from} 至 {to} 有效：对方的时钟对吗？"),
            )
        }),
        (AlertDescription::BadCertificate | AlertDescription::CertificateUnknown, Some(ours)) => {
            // OpenSSL has no better alert for a certificate that is not valid yet.
            if let Some(why) = outside_its_days(ours) {
                return why;
            }
            let names = names(ours);
            match side {
                Side::Server => Said::new(
                    format!("it does not accept our certificate: did it ask for another name than {names}?"),
                    format!("它不接受我们的证书：它访问的名称不在 {names} 之列吗？"),
                ),
                Side::Client => Said::new(
                    "it does not accept our certificate: its own log says which check failed",
                    "它不接受我们的证书：哪项检查没有通过，见它自己的日志",
                ),
            }
        }
        (AlertDescription::BadRecordMac, _) => Said::new(
            "what we sent encrypted does not open under its key: it was changed on the way, or the hellos were, for the \
             keys come from them (compare the randoms and suites in both logs)",
            "它用自己的密钥解不开我们发的密文：要么密文在途中被改过，要么两个 Hello 被改过，因为密钥由它们导出\
             （对照两边日志里的随机数和套件）",
        ),
        (AlertDescription::UnsupportedCertificate, Some(ours)) => {
            let subject = ours.text("subject");
            Said::new(
                format!(
                    "our certificate ({subject}) is of a kind it does not take: is it meant for this use?"
                ),
                format!("我们的证书（{subject}）不是它能接受的那一类：它的用途对吗？"),
            )
        }
        (AlertDescription::DecryptError, _) => Said::new(
            "a signature or a Finished of ours does not fit what it saw: the handshake was changed on the way (compare \
             the randoms and suites in both logs)",
            "我们的签名或 Finished 与它看到的对不上：握手在途中被改动（对照两边日志里的随机数和套件）",
        ),
        (AlertDescription::ProtocolVersion, _) => Said::new(
            "no TLS version in common: leave out `--variant` to offer both",
            "没有共同的 TLS 版本：去掉 `--variant` 即可同时提供两个版本",
        ),
        (AlertDescription::HandshakeFailure, _) if past.has(Step::CertificateRequest) => Said::new(
            "it does not go on with a client that shows no certificate: see `--client-cert`",
            "客户端没有出示证书，它不肯继续：见 `--client-cert`",
        ),
        (AlertDescription::HandshakeFailure, _) => Said::new(
            "no cipher suite, group or signature in common, or no version: leave out `--variant`, `--suite` and `--group`",
            "没有共同的密码套件、曲线、签名算法或版本：可去掉 `--variant`、`--suite` 和 `--group` 再试",
        ),
        (AlertDescription::CertificateRequired, _) => Said::new(
            "it wants a certificate of the client: see `--client-cert`",
            "它要求客户端证书：见 `--client-cert`",
        ),
        (AlertDescription::UnrecognisedName, _) => Said::new(
            "it has no certificate for that name: see `--server-name`",
            "它没有该名称的证书：见 `--server-name`",
        ),
        (AlertDescription::NoApplicationProtocol, _) => Said::new(
            "no application protocol (ALPN) in common: see `--alpn`",
            "没有共同的应用层协议（ALPN）：见 `--alpn`",
        ),
        _ => Said::new("its own log says more", "它自己的日志里有更多说明"),
    }
}

fn unknown_ca(side: Side, ours: &Record) -> Said {
    let (issuer, sent) = (ours.text("issuer"), ours.number("certificates").unwrap_or(1));
    if issuer == ours.text("subject") {
        return Said::new(
            format!("our certificate signed itself ({issuer}) and is not among those it trusts"),
            format!("我们的证书是自签名的（{issuer}），不在它信任的证书之列"),
        );
    }
    let (en, zh) = match side {
        Side::Server => (
            "it has to trust that CA (ours is ca.pem of `--certs`; `client tls --ca`, `curl --cacert`), or we have to \
             send the certificates between",
            "它需要信任该 CA（我们的是 `--certs` 目录里的 ca.pem；`client tls --ca`、`curl --cacert`），或由我们补发中间证书",
        ),
        Side::Client => ("we need a certificate of a CA that it trusts", "我们需要由它信任的 CA 签发的证书"),
    };
    Said::new(
        format!(
            "it found no way from our certificate's issuer ({issuer}) to a CA that it trusts; we sent a chain of {sent}: \
             {en}"
        ),
        format!(
            "从我们证书的签发者（{issuer}）它找不到通往受信任 CA 的路；我们发出的证书链长度为 {sent}：{zh}"
        ),
    )
}

/// What our certificate's dates and our clock say, where that is enough to refuse it; the alert may stand for both.
fn outside_its_days(ours: &Record) -> Option<Said> {
    let (from, to) = (ours.text("not_before"), ours.text("not_after"));
    let now = jiff::Timestamp::now().to_string();
    // Both are written in UTC, the year first: their order as text is that in time.
    if now.as_str() > to {
        return Some(Said::new(
            format!(
                "our certificate expired on {to}: it has to be issued again (`certs --check` says which)"
            ),
            format!("我们的证书已于 {to} 过期：需要重新签发（`certs --check` 会指出是哪一张）"),
        ));
    }
    (now.as_str() < from).then(|| {
        Said::new(
            format!("our certificate is not valid before {from} (this alert stands for that, too)"),
            format!("我们的证书要到 {from} 才生效（这个 Alert 也表示这种情况）"),
        )
    })
}
