//! What a completed handshake did not have.

use crate::{Claim, Finding, Past, Side, tls::Step};

/// The claims whose message this completed handshake did not have.
pub(crate) fn absent(past: &Past) -> Vec<Finding> {
    if !past.has(Step::HandshakeComplete) || !past.has(Step::ServerHello) {
        return Vec::new();
    }
    let [server, client] = [Side::Server, Side::Client].map(|side| messages(past, side));
    let mut findings = Vec::new();
    if !past.has(Step::Certificate) {
        findings.push(Finding::absent(
            Claim::T3,
            format!("the session was resumed without a certificate; the server sent {server}"),
            format!("会话是恢复的，没有再发证书；服务端发送了 {server}"),
        ));
    }
    if past.has(Step::SessionResumed) {
        findings.extend(resumed(past));
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
            crate::Step::Tls(
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
