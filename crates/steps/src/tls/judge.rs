//! The verdicts on t1 to t14. Each rests on what was seen, never on the variant that was asked for: static RSA,
//! ECDHE and TLS 1.3 go through the same code.

use serde_json::Value;

use super::Step;
use crate::{Claim, Event, Finding, Past};

mod absent;
mod encrypted;
mod keys;

pub(crate) use absent::absent;

use encrypted::{application_data, change_cipher_spec, does_not_open, finished};
use keys::{client_key_exchange, pre_master_secret, session_keys, shared_secret, verify_signature};

/// What `event` shows of the notes, given what came before it.
pub(crate) fn judge(step: Step, event: &Event, past: &Past) -> Vec<Finding> {
    match step {
        Step::ClientHello => vec![client_hello(event)],
        Step::ServerHello => vec![server_hello(event)],
        Step::Certificate => vec![certificate(event)],
        Step::ServerHelloDone => vec![server_hello_done(past)],
        Step::VerifyCertificate => vec![verify_certificate(event)],
        Step::VerifySignature => verify_signature(event),
        Step::SharedSecret => vec![shared_secret(event)],
        Step::PreMasterSecret => vec![pre_master_secret(event)],
        Step::SessionKeys => session_keys(event, past).into_iter().collect(),
        Step::ClientKeyExchange => client_key_exchange(event, past),
        Step::ChangeCipherSpec => change_cipher_spec(event, past),
        Step::Finished => finished(event, past),
        Step::ApplicationData => application_data(event),
        Step::DoesNotOpen => does_not_open(event, past).into_iter().collect(),
        Step::EphemeralKey
        | Step::HandshakeComplete
        | Step::HelloRetryRequest
        | Step::ChooseCertificate
        | Step::SessionResumed
        | Step::ChooseClientCertificate
        | Step::VerifyClientCertificate
        | Step::VerifyClientSignature
        | Step::EncryptedExtensions
        | Step::CertificateRequest
        | Step::ServerKeyExchange
        | Step::CertificateVerify
        | Step::Sign
        | Step::ClientCertificate
        | Step::NewSessionTicket
        | Step::KeyUpdate
        | Step::Alert
        | Step::OtherMessage
        | Step::Undecodable
        | Step::Summary => Vec::new(),
    }
}

/// t1: the version on offer stands where the notes say, unless an extension says better.
fn client_hello(event: &Event) -> Finding {
    let (version, legacy) = (event.text("version"), event.text("legacy_version"));
    if version == legacy {
        return Finding::as_noted(Claim::T1);
    }
    let shares = list(event, "key_share");
    if shares.is_empty() {
        return Finding::differs(
            Claim::T1,
            format!("the version field says {legacy}, the extension supported_versions says {version}"),
            format!("版本字段写的是 {legacy}，扩展 supported_versions 写的是 {version}"),
        );
    }
    Finding::differs(
        Claim::T1,
        format!(
            "the version field says {legacy}, the extension supported_versions says {version}, and a key share \
             ({shares}) is already there"
        ),
        format!(
            "版本字段写的是 {legacy}，扩展 supported_versions 写的是 {version}，而且已附上密钥份额（{shares}）"
        ),
    )
}

/// t2: the same for the version, and no key share.
fn server_hello(event: &Event) -> Finding {
    let (version, legacy) = (event.text("version"), event.text("legacy_version"));
    if version == legacy {
        return Finding::as_noted(Claim::T2);
    }
    let share = event.text("key_share");
    let (en, zh) = if share.is_empty() {
        ("no key share but a pre-shared key".to_owned(), "没有密钥份额，而是用预共享密钥".to_owned())
    } else {
        (format!("a key share ({share})"), format!("还带有密钥份额（{share}）"))
    };
    Finding::differs(
        Claim::T2,
        format!(
            "the version field says {legacy}, the extension says {version}; it carries {en}, and all that \
             follows is encrypted"
        ),
        format!("版本字段写的是 {legacy}，扩展里写的是 {version}；{zh}，此后的消息全部加密"),
    )
}

/// t3: the certificate crosses in the clear, or encrypted.
fn certificate(event: &Event) -> Finding {
    if event.is("encrypted") {
        let subject = match event.text("subject") {
            "" => "?",
            subject => subject,
        };
        Finding::differs(
            Claim::T3,
            format!("the certificate of {subject} crossed encrypted: an onlooker does not see whose it is"),
            format!("{subject} 的证书是加密传输的，旁观者看不到它属于谁"),
        )
    } else {
        Finding::as_noted(Claim::T3)
    }
}

/// t4: with static RSA it follows the certificate; with ECDHE the server's public key comes first.
fn server_hello_done(past: &Past) -> Finding {
    match past.first(Step::ServerKeyExchange) {
        None if past.has(Step::Certificate) => Finding::as_noted_because(
            Claim::T4,
            "it follows the certificate; the server sent no key of its own for this connection",
            "紧跟在证书之后；服务端没有为这条连接另发公钥",
        ),
        None => Finding::as_noted(Claim::T4),
        Some(exchange) => {
            let curve = exchange.text("named_curve");
            Finding::differs(
                Claim::T4,
                format!("ServerKeyExchange came first, with the server's ephemeral {curve} key"),
                format!("之前先有 ServerKeyExchange，带着服务端的 {curve} 临时公钥"),
            )
        }
    }
}

/// t5: the library's verifier gave its verdict; a refusal is a check too.
fn verify_certificate(event: &Event) -> Finding {
    let (name, issuer) = (event.text("name"), event.text("issuer"));
    match event.text("result") {
        refused if event.is("overridden") => Finding::differs(
            Claim::T5,
            format!(
                "checked for the name {name} and refused ({refused}), and the connection went on all the same: the \
                 check was overridden (--insecure)"
            ),
            format!("按名称 {name} 检查，结果被拒绝（{refused}），但检查被忽略（--insecure），连接照常继续"),
        ),
        // The library read it, the watcher could not: what was checked is not known here.
        "valid" if issuer.is_empty() => Finding::as_noted_because(
            Claim::T5,
            format!("checked for the name {name}: accepted"),
            format!("按名称 {name} 检查：通过"),
        ),
        "valid" => {
            // One verdict stands for all five checks; the library that gave it is named.
            let (by_en, by_zh) = match event.text("checked_by") {
                "" => (String::new(), String::new()),
                library => (
                    format!("{library} checked issuer, signature, dates, purpose and name: "),
                    format!("{library} 检查了签发者、签名、有效期、用途和名称："),
                ),
            };
            let until = event.text("not_after");
            Finding::as_noted_because(
                Claim::T5,
                format!("{by_en}issued by {issuer}, good until {until} and for the name {name}: accepted"),
                format!("{by_zh}由 {issuer} 签发，有效期至 {until}，适用于 {name}：通过"),
            )
        }
        refused => Finding::as_noted_because(
            Claim::T5,
            format!("checked for the name {name} and refused: {refused}"),
            format!("按名称 {name} 检查，结果被拒绝：{refused}"),
        ),
    }
}

/// A list field as text.
fn list(event: &Event, field: &str) -> String {
    let values = event.fields.named(field).and_then(Value::as_array);
    let words = values.into_iter().flatten().filter_map(Value::as_str);
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Direction, Evidence, Side, Verdict};

    #[test]
    fn t9_of_a_resumed_session_names_no_pre_master_secret() {
        let fields = json!({"derivation": "PRF", "before_server_hello": true, "fingerprints": ["3fb67ec6"]});
        let here = (Side::Server, Direction::Local);
        let event = Event::by_hand(here, Step::SessionKeys, Evidence::Callback, fields);
        let findings = Past::default().judge(&event);
        let [finding] = findings.as_slice() else { panic!("one finding, not {findings:?}") };
        assert_eq!((finding.id, finding.verdict), (Claim::T9, Verdict::Differs));
        let because = finding.because.as_ref().expect("it says why");
        assert!(because.en.contains("3fb67ec6") && because.zh.contains("3fb67ec6"), "{because:?}");
    }
}
