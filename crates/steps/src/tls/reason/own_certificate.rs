//! The peer sent an alert that speaks of a certificate: of ours, or of the one that we did not show. Which alert
//! stands for which fault differs from library to library, so it is our own part that decides.

use super::{
    Alert, Recognises, Step,
    alert::sent,
    facts::{Facts, Program, few},
    rule, say,
};
use crate::{
    Reason, Rule, Said, Side,
    tls::field::{
        CERTIFICATES, ISSUER, NAMES, NOT_AFTER, NOT_BEFORE, SERVER_NAME, SIGNATURE_ALGORITHMS, SUBJECT,
    },
};

pub(super) const RULES: &[(Rule, Recognises)] = &[
    rule(
        "tls.no_client_certificate_shown",
        "an alert about certificates to a client that was asked for one and showed none",
        "客户端被索要证书却没有出示，随后收到与证书有关的 Alert",
        none_shown,
    ),
    rule(
        "tls.own_certificate_out_of_date",
        "an alert about our certificate, which is not valid on this day by our own clock",
        "与我们的证书有关的 Alert，而按我们自己的时钟它此刻也无效",
        out_of_date,
    ),
    rule(
        "tls.clocks_differ",
        "the alert certificate_expired about a certificate that is valid by our clock",
        "Alert certificate_expired，而按我们的时钟证书有效",
        clocks_differ,
    ),
    rule(
        "tls.own_certificate_self_signed",
        "the alert unknown_ca about a certificate of ours that signed itself",
        "对我们的自签名证书的 Alert unknown_ca",
        self_signed,
    ),
    rule(
        "tls.own_issuer_unknown",
        "the alert unknown_ca about our certificate",
        "对我们证书的 Alert unknown_ca",
        issuer_unknown,
    ),
    rule(
        "tls.asked_for_another_name",
        "bad_certificate or certificate_unknown from a client that asked for a name which our certificate does not have",
        "客户端访问的名称不在我们的证书里，随后发来 bad_certificate 或 certificate_unknown",
        another_name,
    ),
    rule(
        "tls.own_certificate_refused",
        "bad_certificate or certificate_unknown about a certificate of ours in which we see nothing wrong",
        "对我们的证书发来 bad_certificate 或 certificate_unknown，而我们看不出它有什么不对",
        refused,
    ),
    rule(
        "tls.own_certificate_of_another_kind",
        "the alert unsupported_certificate about our certificate",
        "对我们证书的 Alert unsupported_certificate",
        another_kind,
    ),
];

/// Libraries answer an empty list of certificates by any of these: RFC 8446 §4.4.2.4 wants certificate_required, RFC
/// 5246 §7.4.6 handshake_failure; Java, Go and NSS say bad_certificate, and others yet another.
const FOR_NONE: [Alert; 8] = [
    Alert::CERTIFICATE_REQUIRED,
    Alert::HANDSHAKE_FAILURE,
    Alert::BAD_CERTIFICATE,
    Alert::NO_CERTIFICATE,
    Alert::UNSUPPORTED_CERTIFICATE,
    Alert::CERTIFICATE_UNKNOWN,
    Alert::UNKNOWN_CA,
    Alert::ACCESS_DENIED,
];

fn none_shown(facts: &Facts<'_>) -> Option<Reason> {
    let alert = facts.their_alert().filter(|alert| FOR_NONE.contains(alert))?;
    let request = facts.past.first_from(Side::Server, Step::CertificateRequest);
    // Also where the alert alone says it: then no request need have been read.
    let asked = request.is_some() || alert == Alert::CERTIFICATE_REQUIRED;
    if facts.side != Side::Client || !asked || facts.own_certificate().is_some() {
        return None;
    }
    let schemes = request.and_then(|request| request.get(SIGNATURE_ALGORITHMS)).unwrap_or_default();
    if facts.given.client_cert {
        let Said { en, zh } = few(&schemes);
        return Some(sent(
            facts,
            alert,
            say!(
                "the certificate of `--client-cert` was not shown, for its key makes none of the signatures that the \
             server takes ({en}).",
                "没有出示 `--client-cert` 的证书，因为它的密钥做不出服务端接受的签名（{zh}）。"
            ),
        ));
    }
    let reason = sent(
        facts,
        alert,
        Said::new(
            "it asked for a client certificate, we showed none, and it does not go on without.",
            "它索要客户端证书，我们没有出示，它不肯继续。",
        ),
    );
    Some(match facts.given.program {
        Program::Client => reason.advising(Said::new(
            "Give one by `--client-cert FILE --client-key FILE`.",
            "请用 `--client-cert FILE --client-key FILE` 提供一张。",
        )),
        Program::WsClient | Program::Server | Program::WsServer => reason.advising(Said::new(
            "`client ws` has no client certificates: let the server ask without insisting.",
            "`client ws` 不支持客户端证书：请让服务端不强求。",
        )),
    })
}

fn out_of_date(facts: &Facts<'_>) -> Option<Reason> {
    // OpenSSL has no better alert for a certificate that is not valid yet; Go and Java use one for all.
    let about = [Alert::CERTIFICATE_EXPIRED, Alert::BAD_CERTIFICATE, Alert::CERTIFICATE_UNKNOWN].as_slice();
    let alert = facts.their_alert().filter(|alert| about.contains(alert))?;
    let ours = facts.own_certificate()?;
    let (from, to) = (ours.get(NOT_BEFORE)?, ours.get(NOT_AFTER)?);
    let now = facts.now.to_string();
    // Written in UTC, the year first: their order as text is that in time.
    let reason = if now.as_str() > to {
        sent(facts, alert, say!("our certificate expired on {to}.", "我们的证书已于 {to} 过期。")).advising(
            Said::new(
                "It has to be issued again (`certs --check` says which of the demo set).",
                "需要重新签发（`certs --check` 会指出演示证书中是哪一张）。",
            ),
        )
    } else if now.as_str() < from {
        sent(
            facts,
            alert,
            say!("our certificate is not valid before {from}.", "我们的证书要到 {from} 才生效。"),
        )
    } else {
        return None;
    };
    Some(reason.by(facts.side))
}

fn clocks_differ(facts: &Facts<'_>) -> Option<Reason> {
    let alert = facts.their_alert().filter(|alert| *alert == Alert::CERTIFICATE_EXPIRED)?;
    let ours = facts.own_certificate()?;
    let (from, to) = (ours.get(NOT_BEFORE)?, ours.get(NOT_AFTER)?);
    Some(sent(
        facts,
        alert,
        say!(
            "by our clock our certificate is valid, from {from} to {to}: the other clock is wrong, or it speaks of a \
         certificate above ours.",
            "按我们的时钟，证书在 {from} 至 {to} 有效：要么对方的时钟不准，要么它指的是我们上级的证书。"
        ),
    ))
}

fn self_signed(facts: &Facts<'_>) -> Option<Reason> {
    let alert = facts.their_alert().filter(|alert| *alert == Alert::UNKNOWN_CA)?;
    let ours = facts.own_certificate()?;
    let issuer = ours.get(ISSUER).filter(|issuer| ours.get(SUBJECT) == Some(*issuer))?;
    let reason = sent(
        facts,
        alert,
        say!(
            "our certificate signed itself ({issuer}) and is not among those it trusts.",
            "我们的证书是自签名的（{issuer}），不在它信任的证书之列。"
        ),
    );
    Some(reason.advising(Said::new("It has to trust this very certificate.", "它需要直接信任这张证书。")))
}

fn issuer_unknown(facts: &Facts<'_>) -> Option<Reason> {
    let alert = facts.their_alert().filter(|alert| *alert == Alert::UNKNOWN_CA)?;
    let ours = facts.own_certificate()?;
    let (issuer, sent_chain) = (ours.get(ISSUER)?, ours.get(CERTIFICATES).unwrap_or(1));
    let reason = sent(
        facts,
        alert,
        say!(
            "it found no way from our certificate's issuer ({issuer}) to a CA that it trusts; we sent a chain of \
         {sent_chain}.",
            "从我们证书的签发者（{issuer}）它找不到通往受信任 CA 的路；我们发出的证书链长度为 {sent_chain}。"
        ),
    );
    Some(reason.advising(trust(facts.side)))
}

/// How a peer comes to trust our certificate.
fn trust(side: Side) -> Said {
    match side {
        Side::Server => Said::new(
            "Either it trusts that CA (the demo CA is ca.pem of `--certs`: `client tls --ca`, `curl --cacert`), or we \
             send the certificates between.",
            "要么让它信任该 CA（演示 CA 是 `--certs` 目录里的 ca.pem：`client tls --ca`、`curl --cacert`），要么由我们补发中间证书。",
        ),
        Side::Client => {
            Said::new("We need a certificate of a CA that it trusts.", "我们需要由它信任的 CA 签发的证书。")
        }
    }
}

/// The alerts with which libraries that check a certificate themselves say no: Go and NSS bad_certificate, Java,
/// Chromium and others certificate_unknown.
fn said_no(facts: &Facts<'_>) -> Option<Alert> {
    let no = |alert: &Alert| [Alert::BAD_CERTIFICATE, Alert::CERTIFICATE_UNKNOWN].contains(alert);
    facts.their_alert().filter(no)
}

fn another_name(facts: &Facts<'_>) -> Option<Reason> {
    let alert = said_no(facts).filter(|_| facts.side == Side::Server)?;
    let ours = facts.own_certificate()?;
    let asked = facts.hello()?.get(SERVER_NAME)?;
    let names = ours.get(NAMES).unwrap_or_default();
    if names.iter().any(|name| matches(name, asked)) {
        return None;
    }
    let Said { en, zh } = few(&names);
    let reason = sent(
        facts,
        alert,
        say!(
            "it asked for `{asked}`, and our certificate is for {en}.",
            "它访问的是 `{asked}`，而我们的证书属于 {zh}。"
        ),
    );
    Some(reason.advising(Said::new(
        "It has to ask for one of these names, or we need a certificate for that one.",
        "请它改用其中的名称，或为该名称换一张证书。",
    )))
}

fn refused(facts: &Facts<'_>) -> Option<Reason> {
    let alert = said_no(facts)?;
    let ours = facts.own_certificate()?;
    let issuer = ours.get(ISSUER).unwrap_or("?");
    if facts.side == Side::Client {
        return Some(sent(
            facts,
            alert,
            say!(
                "it does not accept our certificate, issued by {issuer}; the alert stands for a CA that it does not trust \
             as well as for any other check.",
                "它不接受我们由 {issuer} 签发的证书；这个 Alert 可能表示它不信任该 CA，也可能是其他检查没有通过。"
            ),
        ));
    }
    let reason = match facts.hello().and_then(|hello| hello.get(SERVER_NAME)) {
        // The name was checked against ours by the rule before.
        Some(asked) => sent(
            facts,
            alert,
            say!(
                "it does not accept our certificate. The name that it asked for (`{asked}`) is in it and its dates are \
             right: most likely it does not trust the CA ({issuer}), for which many clients send this alert.",
                "它不接受我们的证书。它访问的名称（`{asked}`）在证书里，日期也有效：多半是它不信任 CA（{issuer}），\
             许多客户端对此发送这个 Alert。"
            ),
        ),
        None => {
            let Said { en, zh } = few(&ours.get(NAMES).unwrap_or_default());
            sent(
                facts,
                alert,
                say!(
                    "it does not accept our certificate: it does not trust the CA ({issuer}), or the name or address by \
                 which it came is not among {en} (it asked for none).",
                    "它不接受我们的证书：要么它不信任 CA（{issuer}），要么它所用的名称或地址不在 {zh} 之列（它没有说明名称）。"
                ),
            )
        }
    };
    Some(reason.advising(trust(Side::Server)))
}

fn another_kind(facts: &Facts<'_>) -> Option<Reason> {
    let alert = facts.their_alert().filter(|alert| *alert == Alert::UNSUPPORTED_CERTIFICATE)?;
    let subject = facts.own_certificate()?.get(SUBJECT).unwrap_or("?");
    Some(sent(
        facts,
        alert,
        say!(
            "our certificate ({subject}) is of a kind that it does not take: meant for another use (extended key usage), or \
         with a key of a kind that it does not know.",
            "我们的证书（{subject}）不是它能接受的那一类：用途（extended key usage）不对，或密钥种类它不认识。"
        ),
    ))
}

/// Whether a name of a certificate stands for the one that was asked for (RFC 9525 §6.3).
pub(super) fn matches(name: &str, asked: &str) -> bool {
    let (name, asked) = (name.to_ascii_lowercase(), asked.trim_end_matches('.').to_ascii_lowercase());
    match (name.strip_prefix("*."), asked.split_once('.')) {
        (Some(parent), Some((_, rest))) => parent == rest,
        (Some(_), None) => false,
        (None, _) => name == asked,
    }
}
