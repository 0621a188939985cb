//! What a completed handshake did not have.

use steps::{
    Past, Side, common,
    tls::{Step, field},
};

use crate::{Claim, Finding};

/// The claims whose message this completed handshake did not have.
pub(crate) fn absent(past: &Past) -> Vec<Finding> {
    complete(past).unwrap_or_default()
}

/// None where it is not known what was agreed, or whether all that crossed was seen.
fn complete(past: &Past) -> Option<Vec<Finding>> {
    past.first(Step::HandshakeComplete)?.get(field::PROTOCOL_VERSION)?;
    let hello = past.first(Step::ServerHello)?;
    let (version, _suite) = (hello.get(common::VERSION)?, hello.get(field::CIPHER_SUITE)?);
    if !past.is_whole() {
        return None;
    }
    let [server, client] = [Side::Server, Side::Client].map(|side| messages(past, side));
    let mut findings = Vec::new();
    let from_outside = hello.get(field::PRE_SHARED_KEY) == Some("from outside");
    if !past.has(Step::Certificate) {
        let (en, zh) = if past.has(Step::SessionResumed) {
            ("the session was resumed without a certificate", "会话是恢复的，没有再发证书")
        } else if from_outside {
            ("no certificate but a key that both sides knew before", "没有证书，而是用双方事先共有的密钥")
        } else {
            ("no certificate", "没有证书")
        };
        findings.push(Finding::absent(
            Claim::T3,
            format!("{en}; the server sent {server}"),
            format!("{zh}；服务端发送了 {server}"),
        ));
    }
    if past.has(Step::SessionResumed) {
        findings.extend(resumed(past));
    } else if from_outside {
        findings.extend(known_before(past));
    }
    if !past.has(Step::ServerHelloDone) {
        findings.push(Finding::absent(
            Claim::T4,
            format!("no ServerHelloDone; the server sent {server}"),
            format!("没有 ServerHelloDone；服务端发送了 {server}"),
        ));
    }
    if !past.has(Step::ClientKeyExchange) {
        findings.push(Finding::absent(
            Claim::T8,
            format!("no ClientKeyExchange; the client sent {client}"),
            format!("没有 ClientKeyExchange；客户端发送了 {client}"),
        ));
    }
    if version == "TLS 1.3" {
        findings.extend(no_change_cipher_spec(past));
    }
    Some(findings)
}

/// A TLS 1.3 client need not send the dummy; one that is early sends it before anybody knows the version.
fn no_change_cipher_spec(past: &Past) -> Option<Finding> {
    let place = |from, step: Step| {
        past.records().iter().position(|record| record.from == Some(from) && record.step == step.into())
    };
    let Some(dummy) = place(Side::Client, Step::ChangeCipherSpec) else {
        return Some(Finding::absent(
            Claim::T10,
            format!("no ChangeCipherSpec; the client sent {}", messages(past, Side::Client)),
            format!("没有 ChangeCipherSpec；客户端发送了 {}", messages(past, Side::Client)),
        ));
    };
    let known = [Step::HelloRetryRequest, Step::ServerHello].map(|step| place(Side::Server, step));
    let early = known.into_iter().flatten().all(|hello| dummy < hello);
    early.then(|| {
        Finding::absent(
            Claim::T10,
            "none that could change the keys: the client's only ChangeCipherSpec came before the ServerHello",
            "没有能够换密钥的 ChangeCipherSpec：客户端唯一的一条在 ServerHello 之前就已发出",
        )
    })
}

/// What is left out where both sides have a key from outside of TLS.
fn known_before(past: &Past) -> Vec<Finding> {
    let mut findings = vec![
        Finding::absent(
            Claim::T5,
            "no certificate came, so none was checked: only the server has the key that both sides knew before",
            "没有收到证书，也就没有检查：只有服务端才有那把双方事先共有的密钥",
        ),
        Finding::absent(
            Claim::T6,
            "no certificate came, so no key was taken from one",
            "没有收到证书，也就没有从中取出公钥",
        ),
    ];
    if !past.has(Step::SharedSecret) {
        findings.push(Finding::absent(
            Claim::T7,
            "no pre-master secret was made: the key that both sides knew before serves",
            "没有生成 pre-master：用的是双方事先共有的密钥",
        ));
    }
    findings
}

/// What a resumed session leaves out because an earlier one had it.
fn resumed(past: &Past) -> Vec<Finding> {
    let mut findings = vec![
        Finding::absent(
            Claim::T5,
            "no certificate came, so none was checked: the secret of the earlier session proves who the server is",
            "没有收到证书，也就没有检查：先前会话的秘密足以证明服务端是谁",
        ),
        Finding::absent(
            Claim::T6,
            "no certificate came, so no key was taken from one",
            "没有收到证书，也就没有从中取出公钥",
        ),
    ];
    if !past.has(Step::SharedSecret) {
        findings.push(Finding::absent(
            Claim::T7,
            "no new pre-master secret: the master secret of the earlier session serves again",
            "没有新的 pre-master：沿用先前会话的 master secret",
        ));
    }
    findings
}

/// The handshake messages that `side` sent, by name.
fn messages(past: &Past, side: Side) -> String {
    let handshake = |step| {
        matches!(
            step,
            steps::Step::Tls(
                Step::ClientHello
                    | Step::HelloRetryRequest
                    | Step::ServerHello
                    | Step::EncryptedExtensions
                    | Step::CertificateRequest
                    | Step::Certificate
                    | Step::CertificateVerify
                    | Step::ClientCertificate
                    | Step::ServerKeyExchange
                    | Step::ClientKeyExchange
                    | Step::ChangeCipherSpec
                    | Step::Finished
            )
        )
    };
    let sent = past.records().iter().filter(|record| record.from == Some(side) && handshake(record.step));
    sent.map(|record| record.step.card().title.en).collect::<Vec<_>>().join(", ")
}
