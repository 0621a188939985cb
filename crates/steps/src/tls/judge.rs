//! The verdicts on t1 to t14. Each rests on what was seen, never on the variant that was asked for: static RSA,
//! ECDHE and TLS 1.3 go through the same code.

use serde_json::Value;

use super::Step;
use crate::{Claim, Event, Finding, Past, Side, judge::Record};

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

/// t6: the key from the certificate verifies and encrypts nothing. A signature that does not fit shows t12 as well: it
/// covers a part of the handshake, and was made over another.
fn verify_signature(event: &Event) -> Vec<Finding> {
    let (key, scheme, over) = (event.text("public_key"), event.text("signature_scheme"), event.text("over"));
    if event.text("result") == "valid" {
        return vec![Finding::differs(
            Claim::T6,
            format!(
                "the certificate's {key} key checked a signature ({scheme}) over {over}; it encrypted nothing"
            ),
            format!("证书中的 {key} 公钥用来验证签名（{scheme}，签的是 {over}），没有加密任何东西"),
        )];
    }
    let used = Finding::differs(
        Claim::T6,
        format!("the certificate's {key} key checked a signature ({scheme}) over {over}, which does not fit"),
        format!("证书中的 {key} 公钥用来验证签名（{scheme}，签的是 {over}），签名对不上"),
    );
    let noticed = Finding::as_noted_because(
        Claim::T12,
        format!(
            "noticed before any Finished: the server's signature over {over} does not fit what the client saw"
        ),
        format!("还没到 Finished 就已发现：服务端对 {over} 的签名与客户端看到的内容对不上"),
    );
    vec![used, noticed]
}

/// t12: the keys come from the handshake as each side saw it, and a record changed on the way fits no key.
fn does_not_open(event: &Event, past: &Past) -> Option<Finding> {
    let from = event.sender()?;
    if past.first_from(from, Step::Finished).is_some() {
        return None; // The handshake was whole; this is about data.
    }
    let (en, zh) = match from {
        Side::Client => ("client", "客户端"),
        Side::Server => ("server", "服务端"),
    };
    Some(Finding::as_noted_because(
        Claim::T12,
        format!(
            "noticed before the digest could be compared: the {en}'s encrypted record does not open; it was changed on \
             the way, or the two sides did not see the same handshake and have different keys"
        ),
        format!(
            "还没比较摘要就已发现：{zh}的加密记录解不开；它在途中被改过，或者双方看到的握手不一致，密钥不同"
        ),
    ))
}

/// t7: each side computes the secret, so that nobody needs to send it.
fn shared_secret(event: &Event) -> Finding {
    let (group, fingerprint) = (event.text("group"), event.text("fingerprint"));
    Finding::differs(
        Claim::T7,
        format!("computed from ephemeral {group} keys (fingerprint {fingerprint}), not sent"),
        format!("由 {group} 临时密钥算出（指纹 {fingerprint}），没有发送"),
    )
}

/// t7 with static RSA: the client made it; the server's key opened it.
fn pre_master_secret(event: &Event) -> Finding {
    let (length, fingerprint) = (event.number("length").unwrap_or_default(), event.text("fingerprint"));
    match event.text("opened_with") {
        "" => Finding::as_noted_because(
            Claim::T7,
            format!("the client made {length} bytes (fingerprint {fingerprint}) and encrypted them"),
            format!("客户端生成 {length} 字节（指纹 {fingerprint}）并将其加密"),
        ),
        key => Finding::as_noted_because(
            Claim::T7,
            format!("the server's {key} opened what crossed: {length} bytes (fingerprint {fingerprint})"),
            format!("服务端用私钥（{key}）解开线路上的密文：{length} 字节（指纹 {fingerprint}）"),
        ),
    }
}

/// t9: three randoms and the PRF, where the third crossed; or a secret that never did; or HKDF.
fn session_keys(event: &Event, past: &Past) -> Option<Finding> {
    let derivation = event.text("derivation");
    if derivation.starts_with("HKDF") {
        let stage = event.text("stage");
        return Some(Finding::differs(
            Claim::T9,
            format!(
                "{derivation}: the {stage} keys come from the shared secret and the hash of the handshake"
            ),
            format!("{derivation}：{stage} 阶段的密钥由共享密钥和握手摘要导出"),
        ));
    }
    let resumed = |hello: &Record| hello.fields.get("resumed") == Some(&Value::Bool(true));
    let certificate = past.has(Step::Certificate);
    if event.is("before_server_hello") || (!certificate && past.first(Step::ServerHello).is_some_and(resumed))
    {
        let fingerprint = list(event, "fingerprints");
        return Some(Finding::differs(
            Claim::T9,
            format!(
                "resumed: the master secret ({fingerprint}) is that of an earlier session, only the two randoms are new"
            ),
            format!("会话是恢复的：master secret（{fingerprint}）沿用先前的会话，只有两个随机数是新的"),
        ));
    }
    // The client derives before its ClientKeyExchange leaves: the server's part already tells which kind it is.
    match past.first(Step::ServerKeyExchange) {
        None if past.has(Step::ServerHelloDone) => Some(three_randoms(event)),
        // What the keys rest on was not seen.
        None => None,
        Some(exchange) => {
            let curve = exchange.text("named_curve");
            Some(Finding::differs(
                Claim::T9,
                format!("{derivation}; two randoms crossed, the third is the {curve} secret that never did"),
                format!("{derivation}；两个随机数在线路上出现过，第三个是从未传输的 {curve} 共享密钥"),
            ))
        }
    }
}

/// t9 as the notes have it; computed again where the pre-master secret is at hand.
fn three_randoms(event: &Event) -> Finding {
    let (derivation, pre_master) = (event.text("derivation"), event.text("pre_master_secret"));
    match event.fields.get("equal").and_then(Value::as_bool) {
        None => Finding::as_noted_because(
            Claim::T9,
            format!("{derivation} over the two randoms and the pre-master secret"),
            format!("由两个随机数和 pre-master 经 {derivation} 导出"),
        ),
        Some(true) => Finding::as_noted_because(
            Claim::T9,
            format!(
                "{derivation} over the two randoms and the pre-master secret ({pre_master}): computed again, the \
                 master secret is the session's ({})",
                event.text("master_secret_recomputed")
            ),
            format!(
                "由两个随机数和 pre-master（{pre_master}）经 {derivation} 导出：重新计算的 master secret 与会话的相同\
                 （{}）",
                event.text("master_secret_recomputed")
            ),
        ),
        Some(false) => Finding::differs(
            Claim::T9,
            format!(
                "{derivation} over the two randoms and the pre-master secret ({pre_master}) gives {}, but the session \
                 has {}",
                event.text("master_secret_recomputed"),
                list(event, "fingerprints")
            ),
            format!(
                "由两个随机数和 pre-master（{pre_master}）经 {derivation} 得到 {}，会话用的却是 {}",
                event.text("master_secret_recomputed"),
                list(event, "fingerprints")
            ),
        ),
    }
}

/// t6, t7 and t8 with static RSA; t8 with ECDHE.
fn client_key_exchange(event: &Event, past: &Past) -> Vec<Finding> {
    if let Some(length) = event.number("encrypted_pre_master_secret_length") {
        let carries = Finding::as_noted_because(
            Claim::T8,
            format!("it carries {length} bytes: the pre-master secret under the server's public key"),
            format!("它带着 {length} 字节：用服务端公钥加密的 pre-master"),
        );
        let key = past.first(Step::Certificate).map_or("", |certificate| certificate.text("public_key"));
        let takes = Finding::as_noted_because(
            Claim::T6,
            format!("the certificate's {key} key, and it encrypts: the pre-master secret goes out under it"),
            format!("取出证书中的 {key} 公钥并用它加密：pre-master 就是用它加密后发出的"),
        );
        return vec![takes, Finding::as_noted(Claim::T7), carries];
    }
    let length = event.number("public_key_length").unwrap_or_default();
    vec![Finding::differs(
        Claim::T8,
        format!("it carries the client's ephemeral public key ({length} bytes, in the clear), no secret"),
        format!("它带的是客户端的临时公钥（{length} 字节，明文），不是秘密"),
    )]
}

/// t10 for the client's, the first half of t13 for the server's.
fn change_cipher_spec(event: &Event, past: &Past) -> Vec<Finding> {
    match event.sender() {
        Some(Side::Client) if event.is("switches_keys") => vec![Finding::as_noted(Claim::T10)],
        Some(Side::Client) => {
            let version = event.text("version");
            if version.is_empty() {
                return Vec::new(); // Before the server's answer nobody knows what it will turn out to be.
            }
            vec![Finding::differs(
                Claim::T10,
                format!("in {version} it is a dummy for middleboxes; the keys change without it"),
                format!("在 {version} 中它只是给中间设备看的摆设，换密钥与它无关"),
            )]
        }
        Some(Side::Server) if event.is("switches_keys") && past.has(Step::Finished) => {
            vec![Finding::as_noted(Claim::T13)]
        }
        Some(Side::Server) | None => Vec::new(),
    }
}

/// t11 and t12 for the client's, t12 and t13 for the server's.
fn finished(event: &Event, past: &Past) -> Vec<Finding> {
    let Some(from) = event.sender() else { return Vec::new() };
    if event.text("verify_data_recomputed").is_empty() {
        return Vec::new(); // Nothing was compared: nothing was shown.
    }
    let mut findings = vec![tampering(event)];
    match from {
        Side::Client => findings.push(encryption_tested(event)),
        Side::Server => findings.push(servers_turn(event, past)),
    }
    findings
}

/// t11.
fn encryption_tested(event: &Event) -> Finding {
    let data = event.text("verify_data");
    if event.is("equal") {
        Finding::as_noted_because(
            Claim::T11,
            format!("it decrypts, and its digest of the handshake (verify_data {}…) is right", start(data)),
            format!("可以解密，其中的握手摘要（verify_data {}…）正确", start(data)),
        )
    } else {
        Finding::differs(
            Claim::T11,
            format!("it decrypts, but verify_data {}… is not the digest of what crossed", start(data)),
            format!("可以解密，但 verify_data {}… 不是实际传输内容的摘要", start(data)),
        )
    }
}

/// t12.
fn tampering(event: &Event) -> Finding {
    let (data, recomputed) = (event.text("verify_data"), event.text("verify_data_recomputed"));
    let bytes = data.len() / 2;
    if event.is("equal") {
        Finding::as_noted_because(
            Claim::T12,
            format!("{bytes} bytes equal ({}…) to those computed again from what crossed", start(data)),
            format!("{bytes} 字节与用实际传输内容重新计算的结果相同（{}…）", start(data)),
        )
    } else {
        Finding::as_noted_because(
            Claim::T12,
            format!(
                "{}… came, {}… fits what crossed: the two sides did not see the same handshake",
                start(data),
                start(recomputed)
            ),
            format!("收到 {}…，按实际传输内容应为 {}…：双方看到的握手不一致", start(data), start(recomputed)),
        )
    }
}

/// t13: who finished first.
fn servers_turn(event: &Event, past: &Past) -> Finding {
    if past.first_from(Side::Client, Step::Finished).is_some() {
        if event.is("equal") && past.first_from(Side::Server, Step::ChangeCipherSpec).is_some() {
            return Finding::as_noted_because(
                Claim::T13,
                "ChangeCipherSpec and Finished came after the client's, and the digest is right",
                "ChangeCipherSpec 和 Finished 在客户端的之后到来，摘要正确",
            );
        }
        Finding::as_noted(Claim::T13)
    } else {
        Finding::differs(
            Claim::T13,
            "the server's Finished came first, before the client had sent one",
            "服务端的 Finished 先到，此时客户端还没有发送自己的 Finished",
        )
    }
}

/// t14: data that the session's keys opened.
fn application_data(event: &Event) -> Vec<Finding> {
    if !event.is("encrypted") {
        return Vec::new();
    }
    let (plain, cipher) =
        (event.number("length").unwrap_or_default(), event.number("ciphertext_length").unwrap_or_default());
    vec![Finding::as_noted_because(
        Claim::T14,
        format!(
            "{plain} bytes crossed as {cipher} bytes of ciphertext ({}…)",
            start(event.text("ciphertext"))
        ),
        format!("{plain} 字节以 {cipher} 字节密文传输（{}…）", start(event.text("ciphertext"))),
    )]
}

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

/// A list field as text.
fn list(event: &Event, field: &str) -> String {
    let values = event.fields.get(field).and_then(Value::as_array);
    let words = values.into_iter().flatten().filter_map(Value::as_str);
    words.collect::<Vec<_>>().join(", ")
}

/// The first eight hex digits.
fn start(hex: &str) -> &str {
    hex.get(..8).unwrap_or(hex)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Bytes, Direction, Evidence, Protocol, SCHEMA_VERSION, Verdict};

    #[test]
    fn t9_of_a_resumed_session_names_no_pre_master_secret() {
        let fields = json!({"derivation": "PRF", "before_server_hello": true, "fingerprints": ["3fb67ec6"]});
        let Value::Object(fields) = fields else { panic!("fields are an object") };
        let event = Event {
            v: SCHEMA_VERSION,
            at: jiff::Timestamp::UNIX_EPOCH,
            elapsed_us: 0,
            side: Side::Server,
            protocol: Protocol::Tls,
            variant: None,
            conn: String::new(),
            step: Step::SessionKeys.into(),
            claims: Vec::new(),
            direction: Direction::Local,
            evidence: Evidence::Callback,
            fields,
            bytes: Bytes::default(),
        };
        let findings = Past::default().judge(&event);
        let [finding] = findings.as_slice() else { panic!("one finding, not {findings:?}") };
        assert_eq!((finding.id, finding.verdict), (Claim::T9, Verdict::Differs));
        let because = finding.because.as_ref().expect("it says why");
        assert!(because.en.contains("3fb67ec6") && because.zh.contains("3fb67ec6"), "{because:?}");
    }
}
