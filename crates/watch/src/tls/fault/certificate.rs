//! A certificate was refused: which check it failed, whose business that is, and what to do. Known of the library's
//! verdict, and of what the certificate itself says.

use rustls::CertificateError;
use steps::{Past, Record, Said, Side, tls::Step};

/// The sentence for the side that refused.
pub(crate) fn refused(side: Side, fault: &CertificateError, past: &Past) -> Said {
    let (whose, checked) = match side {
        Side::Client => (Said::new("the server's", "服务端"), Step::VerifyCertificate),
        Side::Server => (Said::new("the client's", "客户端"), Step::VerifyClientCertificate),
    };
    let why = match past.first(checked) {
        Some(seen) => why(side, fault, seen),
        None => other(fault),
    };
    Said::new(
        format!("{} certificate was refused: {}", whose.en, why.en),
        format!("{}证书被拒绝：{}", whose.zh, why.zh),
    )
}

fn why(side: Side, fault: &CertificateError, seen: &Record) -> Said {
    let [subject, issuer, name, from, to] =
        ["subject", "issuer", "name", "not_before", "not_after"].map(|field| seen.text(field));
    match fault {
        CertificateError::UnknownIssuer if subject == issuer => Said::new(
            format!(
                "it signed itself ({subject}), and it is not among those trusted here: if it is the right one, trust it \
                 by `--ca FILE`"
            ),
            format!("它是自签名的（{subject}），不在这里信任的证书之列：若确认无误，可用 `--ca FILE` 信任它"),
        ),
        CertificateError::UnknownIssuer => unknown_issuer(side, issuer, seen),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            let names = names(seen);
            Said::new(
                format!(
                    "it is not for {name} but for {names}: ask for one of its names (`--server-name NAME`), or the \
                     server needs another certificate"
                ),
                format!(
                    "它不属于 {name}，而属于 {names}：请改用其中的名称（`--server-name NAME`），或由服务端换证书"
                ),
            )
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Said::new(
            format!("it expired on {to}: its owner needs a new one, unless the clock here is wrong"),
            format!("它已于 {to} 过期：持有者需要换新证书，除非这里的时钟不准"),
        ),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Said::new(
            format!("it is not valid before {from}: too early, unless the clock here is wrong"),
            format!("它要到 {from} 才生效：来早了，除非这里的时钟不准"),
        ),
        CertificateError::BadSignature => Said::new(
            format!(
                "the signature on it is not one by {issuer}'s key: a CA of the same name but another key?"
            ),
            format!("证书上的签名不是用 {issuer} 的密钥做的：是否有同名而密钥不同的 CA？"),
        ),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => match side {
            Side::Client => Said::new(
                format!(
                    "it ({subject}) is not meant for servers (extended key usage): the server needs another one"
                ),
                format!("它（{subject}）不是给服务端用的（extended key usage）：服务端需要换一张"),
            ),
            Side::Server => Said::new(
                format!(
                    "it ({subject}) is not meant for clients (extended key usage): the client needs another one"
                ),
                format!("它（{subject}）不是给客户端用的（extended key usage）：客户端需要换一张"),
            ),
        },
        fault => other(fault),
    }
}

fn unknown_issuer(side: Side, issuer: &str, seen: &Record) -> Said {
    let sent = seen.number("certificates").unwrap_or(1);
    let (en, zh) = match side {
        Side::Client => (
            "trust the right CA (`--ca FILE`, `--system-roots`; our demo CA is ca.pem of `--certs`), or the server has to send the \
             certificates between",
            "请信任正确的 CA（`--ca FILE`、`--system-roots`；演示 CA 是 `--certs` 目录里的 ca.pem），或由服务端补发中间证书",
        ),
        Side::Server => (
            "the client needs a certificate of the CA that is trusted here (ca.pem of `--certs`)",
            "客户端需要由这里信任的 CA（`--certs` 目录里的 ca.pem）签发的证书",
        ),
    };
    Said::new(
        format!(
            "no way leads from its issuer ({issuer}) to a CA that is trusted here; the peer sent a chain of {sent}: {en}"
        ),
        format!("从它的签发者（{issuer}）找不到通往受信任 CA 的路；对方发来的证书链长度为 {sent}：{zh}"),
    )
}

/// What the library says of a rarer fault.
fn other(fault: &CertificateError) -> Said {
    Said::new(format!("{fault}; whoever sent it needs another one"), format!("{fault}；发送方需要换一张证书"))
}

/// The names for which a certificate speaks.
pub(super) fn names(seen: &Record) -> String {
    let names = seen.fields.named("names").and_then(serde_json::Value::as_array);
    let names: Vec<_> = names.into_iter().flatten().filter_map(serde_json::Value::as_str).collect();
    if names.is_empty() { "no name at all".into() } else { names.join(", ") }
}
