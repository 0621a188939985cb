//! This side refused the peer's certificate: which check failed, whose business that is, and what to do. Known of the
//! library's verdict, and of what the certificate itself says.

use super::{
    Certificate, End, Facts, Recognises, Step,
    facts::{Program, few},
    rule, say,
};
use crate::{
    Reason, Record, Rule, Said, Side,
    common::{RESULT, SIGNATURE_ALGORITHM},
    tls::field::{
        CERTIFICATES, ISSUER, ISSUER_PUBLIC_KEY, NAME, NAMES, NOT_AFTER, NOT_BEFORE, OVER, PUBLIC_KEY,
        SIGNATURE_SCHEME, SUBJECT,
    },
};

pub(super) const RULES: &[(Rule, Recognises)] = &[
    rule(
        "tls.client_showed_no_certificate",
        "the server insists on a client certificate, and the client showed none",
        "服务端强求客户端证书，而客户端没有出示",
        none_shown,
    ),
    rule(
        "tls.key_too_short",
        "a signature under an RSA key of less than 2048 bits does not pass",
        "用不足 2048 位的 RSA 密钥做的签名不被接受",
        key_too_short,
    ),
    rule(
        "tls.signature_does_not_fit",
        "the certificate passed, and the signature of the handshake does not fit",
        "证书通过了检查，而握手的签名对不上",
        signature,
    ),
    rule(
        "tls.certificate_self_signed",
        "a refused certificate that signed itself",
        "被拒绝的自签名证书",
        self_signed,
    ),
    rule(
        "tls.certificate_issuer_unknown",
        "no way leads from a refused certificate to a trusted CA",
        "从被拒绝的证书找不到通往受信任 CA 的路",
        issuer_unknown,
    ),
    rule(
        "tls.certificate_name",
        "a refused certificate is for other names",
        "被拒绝的证书属于其他名称",
        name,
    ),
    rule("tls.certificate_expired", "a refused certificate has expired", "被拒绝的证书已过期", expired),
    rule(
        "tls.certificate_not_yet_valid",
        "a refused certificate is not valid yet",
        "被拒绝的证书尚未生效",
        not_yet_valid,
    ),
    rule(
        "tls.certificate_signature_algorithm",
        "a refused certificate is signed by an algorithm that is not taken",
        "被拒绝的证书所用的签名算法不被接受",
        algorithm,
    ),
    rule(
        "tls.certificate_signature",
        "the signature on a refused certificate is not one of its issuer's key",
        "被拒绝的证书上的签名不是签发者的密钥做的",
        wrong_signature,
    ),
    rule(
        "tls.certificate_purpose",
        "a refused certificate is meant for something else",
        "被拒绝的证书另有用途",
        purpose,
    ),
    rule(
        "tls.certificate_of_a_ca",
        "a CA's own certificate was shown as a server's or client's",
        "把 CA 自己的证书当作服务端或客户端证书出示",
        of_a_ca,
    ),
    rule(
        "tls.certificate_version",
        "a refused certificate is of X.509 version 1 or 2",
        "被拒绝的证书是 X.509 第 1 或第 2 版",
        version,
    ),
    rule(
        "tls.certificate_refused",
        "a certificate refused for another reason",
        "因其他原因被拒绝的证书",
        other,
    ),
];

fn none_shown(facts: &Facts<'_>) -> Option<Reason> {
    if facts.end != End::NoCertificate {
        return None;
    }
    let reason = Reason::new(Said::new(
        "the client was asked for a certificate and showed none.",
        "向客户端索要证书，它没有出示。",
    ));
    let reason = reason.by(Side::Client).at(Step::ClientCertificate);
    Some(reason.advising(Said::new(
        "It needs one (`client tls --client-cert`), or the server asks without insisting (`--client-auth request`).",
        "需要给它一张（`client tls --client-cert`），或让服务端只索要而不强求（`--client-auth request`）。",
    )))
}

/// The fault, and what the verifier was shown.
fn refused<'a>(facts: &Facts<'a>) -> Option<(Certificate, Option<&'a Record>)> {
    let End::Certificate(fault) = facts.end else { return None };
    Some((fault, facts.past.first(checked(facts.side))))
}

const fn checked(side: Side) -> Step {
    match side {
        Side::Client => Step::VerifyCertificate,
        Side::Server => Step::VerifyClientCertificate,
    }
}

/// "the server's certificate was refused: …"
fn because(facts: &Facts<'_>, why: Said) -> Reason {
    let peer = facts.them();
    Reason::new(Said::new(
        format!("the {}'s certificate was refused: {}", peer.en, why.en),
        format!("{}证书被拒绝：{}", peer.zh, why.zh),
    ))
    .by(facts.peer())
    .at(checked(facts.side))
}

/// How many bits an RSA key has, as the log writes it.
fn rsa_bits(key: Option<&str>) -> Option<u32> {
    key?.strip_prefix("RSA ")?.strip_suffix(" bit")?.parse().ok()
}

fn key_too_short(facts: &Facts<'_>) -> Option<Reason> {
    /// What aws-lc, and RFC 9325 §4.5, want at least.
    const LEAST: u32 = 2048;
    let peer = facts.them();
    let certificate = match facts.side {
        Side::Client => facts.theirs(Step::Certificate),
        Side::Server => facts.theirs(Step::ClientCertificate),
    };
    let seen = facts.past.first(checked(facts.side));
    let short = |bits: &u32| *bits < LEAST;
    let on_it =
        matches!(facts.end, End::Certificate(Certificate::Signature | Certificate::SignatureAlgorithm));
    if !on_it && (facts.end != End::DoesNotOpen || facts.complete()) {
        return None;
    }
    let issuer_bits = rsa_bits(seen.and_then(|seen| seen.get(ISSUER_PUBLIC_KEY))).filter(short);
    if let (Some(bits), false) = (issuer_bits, signed(facts).is_some()) {
        let issuer = seen.and_then(|seen| seen.get(ISSUER)).unwrap_or("?");
        return Some(because(facts, say!(
            "its issuer ({issuer}) has an RSA key of {bits} bits, and signatures under keys of less than {LEAST} bits \
             are not taken here (RFC 9325 §4.5).",
            "它的签发者（{issuer}）的 RSA 密钥只有 {bits} 位，这里不接受不足 {LEAST} 位的密钥做的签名\
             （RFC 9325 §4.5）。"
        ))
        .advising(Said::new("That CA needs a longer key.", "该 CA 需要更长的密钥。")));
    }
    let bits = rsa_bits(certificate.or(seen)?.get(PUBLIC_KEY)).filter(short)?;
    let cause = Said::new(
        format!(
            "the {}'s certificate has an RSA key of {bits} bits, and signatures under keys of less than {LEAST} bits are \
             not taken here (RFC 9325 §4.5).",
            peer.en
        ),
        format!(
            "{}证书的 RSA 密钥只有 {bits} 位，这里不接受不足 {LEAST} 位的密钥做的签名（RFC 9325 §4.5）。",
            peer.zh
        ),
    );
    let advice = Said::new(
        format!("The {} needs a certificate with a longer key.", peer.en),
        format!("{}需要换一张密钥更长的证书。", peer.zh),
    );
    Some(Reason::new(cause).by(facts.peer()).at(checked(facts.side)).advising(advice))
}

/// The check of the signature of the handshake, where it failed.
fn signed<'a>(facts: &Facts<'a>) -> Option<&'a Record> {
    let checked = match facts.side {
        Side::Client => Step::VerifySignature,
        Side::Server => Step::VerifyClientSignature,
    };
    facts.past.first(checked).filter(|checked| checked.get(RESULT) != Some("valid"))
}

fn signature(facts: &Facts<'_>) -> Option<Reason> {
    // The library has one name for a wrong signature on the certificate and for one of the handshake.
    if !matches!(facts.end, End::Certificate(Certificate::Signature) | End::DoesNotOpen) {
        return None;
    }
    let checked = signed(facts)?;
    let (scheme, over) = (checked.get(SIGNATURE_SCHEME).unwrap_or("?"), checked.get(OVER).unwrap_or("?"));
    let peer = facts.them();
    let reason = Reason::new(Said::new(
        format!(
            "the {}'s signature ({scheme} over {over}) does not fit what we saw: the handshake was changed on the way, or \
             it does not hold the certificate's key; the certificate itself passed.",
            peer.en
        ),
        format!(
            "{}的签名（{scheme}，签的是 {over}）与我们看到的对不上：握手在途中被改动，或对方没有证书的私钥；证书本身已通过检查。",
            peer.zh
        ),
    ));
    Some(reason.at(checked.step).advising(super::alert::compare()))
}

fn self_signed(facts: &Facts<'_>) -> Option<Reason> {
    let (Certificate::UnknownIssuer, Some(seen)) = refused(facts)? else { return None };
    let subject = seen.get(SUBJECT).filter(|subject| seen.get(ISSUER) == Some(*subject))?;
    let reason = because(
        facts,
        say!(
            "it signed itself ({subject}), and it is not among those trusted here.",
            "它是自签名的（{subject}），不在这里信任的证书之列。"
        ),
    );
    Some(match facts.side {
        Side::Client => reason.advising(Said::new(
            "If it is the right one, trust it by `--ca FILE`.",
            "若确认无误，可用 `--ca FILE` 信任它。",
        )),
        Side::Server => reason.advising(certificate_of_our_ca()),
    })
}

fn certificate_of_our_ca() -> Said {
    Said::new(
        "The client needs a certificate of the CA that is trusted here (ca.pem of `--certs`).",
        "客户端需要由这里信任的 CA（`--certs` 目录里的 ca.pem）签发的证书。",
    )
}

fn issuer_unknown(facts: &Facts<'_>) -> Option<Reason> {
    let (Certificate::UnknownIssuer, Some(seen)) = refused(facts)? else { return None };
    let (issuer, sent) = (seen.get(ISSUER).unwrap_or("?"), seen.get(CERTIFICATES).unwrap_or(1));
    let reason = because(
        facts,
        say!(
            "no way leads from its issuer ({issuer}) to a CA that is trusted here; the peer sent a chain of {sent}.",
            "从它的签发者（{issuer}）找不到通往受信任 CA 的路；对方发来的证书链长度为 {sent}。"
        ),
    );
    Some(reason.advising(match facts.given.program {
        Program::Client => Said::new(
            "Trust the right CA (`--ca FILE`, `--system-roots`; our demo CA is ca.pem of `--certs`), or the server has \
             to send the certificates between.",
            "请信任正确的 CA（`--ca FILE`、`--system-roots`；演示 CA 是 `--certs` 目录里的 ca.pem），或由服务端补发中间证书。",
        ),
        Program::WsClient => Said::new(
            "Trust the right CA (`--ca FILE`; our demo CA is ca.pem of `--certs`), or the server has to send the \
             certificates between.",
            "请信任正确的 CA（`--ca FILE`；演示 CA 是 `--certs` 目录里的 ca.pem），或由服务端补发中间证书。",
        ),
        Program::Server | Program::WsServer => certificate_of_our_ca(),
    }))
}

fn name(facts: &Facts<'_>) -> Option<Reason> {
    let (Certificate::Name, Some(seen)) = refused(facts)? else { return None };
    let names = seen.get(NAMES).unwrap_or_default();
    let asked = seen.get(NAME).unwrap_or("?");
    let reason = if names.is_empty() {
        because(
            facts,
            say!(
                "it is for no name at all (subjectAltName is empty; a common name does not count, RFC 9525 §2), and not \
             for {asked}.",
                "它不含任何名称（subjectAltName 为空；common name 不算数，RFC 9525 §2），自然也不属于 {asked}。"
            ),
        )
    } else {
        let Said { en, zh } = few(&names);
        because(facts, say!("it is not for {asked} but for {en}.", "它不属于 {asked}，而属于 {zh}。"))
    };
    Some(match (facts.given.program, names.is_empty()) {
        (Program::Client, false) => reason.advising(Said::new(
            "Ask for one of its names (`--server-name NAME`), or the server needs another certificate.",
            "请改用其中的名称（`--server-name NAME`），或由服务端换证书。",
        )),
        (Program::Client | Program::Server | Program::WsClient | Program::WsServer, _) => {
            reason.advising(Said::new("The server needs another certificate.", "服务端需要换一张证书。"))
        }
    })
}

fn expired(facts: &Facts<'_>) -> Option<Reason> {
    let (Certificate::Expired, seen) = refused(facts)? else { return None };
    let to = seen.and_then(|seen| seen.get(NOT_AFTER)).unwrap_or("?");
    let reason = because(facts, say!("it expired on {to}.", "它已于 {to} 过期。"));
    Some(reason.advising(Said::new(
        "Its owner needs a new one, unless the clock here is wrong.",
        "持有者需要换新证书，除非这里的时钟不准。",
    )))
}

fn not_yet_valid(facts: &Facts<'_>) -> Option<Reason> {
    let (Certificate::NotYetValid, seen) = refused(facts)? else { return None };
    let from = seen.and_then(|seen| seen.get(NOT_BEFORE)).unwrap_or("?");
    let reason = because(facts, say!("it is not valid before {from}.", "它要到 {from} 才生效。"));
    Some(reason.advising(Said::new(
        "It is too early, unless the clock here is wrong.",
        "来早了，除非这里的时钟不准。",
    )))
}

fn algorithm(facts: &Facts<'_>) -> Option<Reason> {
    let (Certificate::SignatureAlgorithm, Some(seen)) = refused(facts)? else { return None };
    let (algorithm, issuer) = (seen.get(SIGNATURE_ALGORITHM).unwrap_or("?"), seen.get(ISSUER).unwrap_or("?"));
    // It may also be the one above: the library does not say which of the chain it is.
    let reason = because(
        facts,
        say!(
            "it, or one above it, is signed by an algorithm that is not taken here; its own is {algorithm}, by {issuer}. \
         SHA-1 is taken no more (RFC 9155).",
            "它或上级证书的签名算法在这里不被接受；它自己的是 {algorithm}，由 {issuer} 签发。SHA-1 已不再接受（RFC 9155）。"
        ),
    );
    Some(reason.advising(Said::new(
        "It has to be issued again with SHA-256 or better; who issued it may well be trusted.",
        "需要用 SHA-256 或更好的算法重新签发；签发者本身很可能是受信任的。",
    )))
}

fn wrong_signature(facts: &Facts<'_>) -> Option<Reason> {
    let (Certificate::Signature, seen) = refused(facts)? else { return None };
    let issuer = seen.and_then(|seen| seen.get(ISSUER)).unwrap_or("?");
    Some(because(
        facts,
        say!(
            "the signature on it is not one by the key that we know as {issuer}'s: a CA of the same name has another key, or \
         the certificate was changed.",
            "证书上的签名不是用我们所知的 {issuer} 的密钥做的：要么有同名而密钥不同的 CA，要么证书被改过。"
        ),
    ))
}

fn purpose(facts: &Facts<'_>) -> Option<Reason> {
    let (Certificate::Purpose, seen) = refused(facts)? else { return None };
    let subject = seen.and_then(|seen| seen.get(SUBJECT)).unwrap_or("?");
    let peer = facts.them();
    let (what, whose) = (format!("{}s", peer.en), peer.zh);
    let reason = because(
        facts,
        say!(
            "it ({subject}) is not meant for {what} (extended key usage).",
            "它（{subject}）不是给{whose}用的（extended key usage）。"
        ),
    );
    Some(another(facts, reason))
}

fn of_a_ca(facts: &Facts<'_>) -> Option<Reason> {
    let (Certificate::CaAsEndEntity, seen) = refused(facts)? else { return None };
    let subject = seen.and_then(|seen| seen.get(SUBJECT)).unwrap_or("?");
    let peer = facts.them().en;
    let whose = facts.them().zh;
    let reason = because(
        facts,
        say!(
            "it ({subject}) is a CA's own certificate (basicConstraints CA:TRUE), and the {peer} needs one that such a CA \
         has issued.",
            "它（{subject}）是 CA 自己的证书（basicConstraints CA:TRUE），{whose}需要的是由这样的 CA 签发的证书。"
        ),
    );
    Some(another(facts, reason))
}

fn version(facts: &Facts<'_>) -> Option<Reason> {
    let (Certificate::Version, seen) = refused(facts)? else { return None };
    let subject = seen.and_then(|seen| seen.get(SUBJECT)).unwrap_or("?");
    let reason = because(
        facts,
        say!(
            "it ({subject}), or one above it, is of X.509 version 1 or 2, which has no extensions and so no names (RFC 5280 \
         §4.1.2.1).",
            "它（{subject}）或上级证书是 X.509 第 1 或第 2 版，没有扩展，也就没有名称（RFC 5280 §4.1.2.1）。"
        ),
    );
    Some(reason.advising(Said::new(
        "It has to be issued again as version 3: `openssl x509 -req` makes version 1 without `-extfile`.",
        "需要重新签发为第 3 版：`openssl x509 -req` 不带 `-extfile` 时生成的是第 1 版。",
    )))
}

fn other(facts: &Facts<'_>) -> Option<Reason> {
    let (fault, _) = refused(facts)?;
    let (en, zh) = match fault {
        Certificate::EndEntityAsCa => (
            "a certificate that is no CA's (basicConstraints) has signed another of the chain.",
            "链中有一张不属于 CA 的证书（basicConstraints）签发了另一张。",
        ),
        Certificate::Encoding => ("it does not read (RFC 5280 §4.1).", "它无法解析（RFC 5280 §4.1）。"),
        Certificate::CriticalExtension => (
            "it has a critical extension that is not understood here.",
            "它有一个这里不认识的关键（critical）扩展。",
        ),
        Certificate::NameConstraint => (
            "a CA of the chain may not speak for such a name (name constraints).",
            "链中有 CA 无权签发这样的名称（name constraints）。",
        ),
        Certificate::PathLength => (
            "the chain is longer than a CA in it allows, or too long to follow.",
            "证书链比其中某个 CA 允许的更长，或长得无法跟完。",
        ),
        Certificate::Revoked => ("it was revoked.", "它已被吊销。"),
        Certificate::UnknownIssuer
        | Certificate::Name
        | Certificate::Expired
        | Certificate::NotYetValid
        | Certificate::Signature
        | Certificate::SignatureAlgorithm
        | Certificate::Purpose
        | Certificate::CaAsEndEntity
        | Certificate::Version
        | Certificate::Other => (
            "the library's check did not pass, and the library does not say at what.",
            "没有通过库的检查，而库没有说明是哪一项。",
        ),
    };
    Some(another(facts, because(facts, Said::new(en, zh))))
}

/// Whoever sent it needs another one.
fn another(facts: &Facts<'_>, reason: Reason) -> Reason {
    let peer = facts.them();
    reason.advising(Said::new(
        format!("The {} needs another one.", peer.en),
        format!("{}需要换一张证书。", peer.zh),
    ))
}
