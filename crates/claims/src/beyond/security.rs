//! What is often noted beside the four flights of TLS: who signed, who can open what, what else the hellos ask for.

use steps::{
    Event, Evidence, Past, Side, Text, common,
    tls::{Step, field},
};

use crate::{
    Claim::{self, X13, X14, X15, X16, X17, X18, X19, X20, X21, X22, X23, X24, X25},
    ClaimCard, Finding, Heading,
};

/// The cards of `x13` to `x25`.
pub(crate) const fn card(claim: Claim) -> ClaimCard {
    let (rfc, says, rule) = match claim {
        X13 => (
            "RFC 5280 §4.1.1.3",
            Text {
                en: "A CA signed the server's certificate with its own private key.",
                zh: "服务端的证书由 CA 用自己的私钥签名。",
            },
            Text {
                en: "As noted when the verifier accepts a certificate that another issued; depends when it signed itself.",
                zh: "验证通过的证书由他人签发，即与笔记一致；自签名则视情况而定。",
            },
        ),
        X14 => (
            "RFC 5280 §6.1, RFC 5246 §7.4.2",
            Text {
                en: "The server sends a chain: its own certificate and the intermediate ones up to a root that the client has.",
                zh: "服务端发送的是证书链：自己的证书和中间证书，直到客户端已有的根证书为止。",
            },
            Text {
                en: "As noted when more than one certificate came; depends when one was enough.",
                zh: "收到不止一张证书，即与笔记一致；一张就够则视情况而定。",
            },
        ),
        X15 => (
            "RFC 5246 §7.4.7.1",
            Text {
                en: "The server opens the encrypted pre-master secret with its private key.",
                zh: "服务端用自己的私钥解密得到预主密钥（pre-master）。",
            },
            Text {
                en: "As noted when what crossed was opened with that key; differs where both sides compute the secret.",
                zh: "线路上的密文确由该私钥解开，即与笔记一致；双方各自算出密钥则不同。",
            },
        ),
        X16 => (
            "RFC 5246 §1, RFC 8446 §1",
            Text {
                en: "HTTPS is hybrid: asymmetric cryptography agrees on a key, symmetric encryption protects the data.",
                zh: "HTTPS 采用混合加密：用非对称加密协商密钥，用对称加密保护数据。",
            },
            Text {
                en: "As noted when the data crossed under the suite's cipher after an exchange by public keys.",
                zh: "先用公钥完成密钥交换，数据再以套件中的对称算法加密传输，即与笔记一致。",
            },
        ),
        X17 => (
            "RFC 5246 §7.3",
            Text {
                en: "A full TLS 1.2 handshake takes two round trips.",
                zh: "完整的 TLS 1.2 握手需要两个往返（2-RTT）。",
            },
            Text {
                en: "As noted when the client had to wait for the server twice.",
                zh: "客户端等了服务端两次，即与笔记一致。",
            },
        ),
        X18 => (
            "RFC 8446 §2",
            Text {
                en: "A TLS 1.3 handshake takes one round trip.",
                zh: "TLS 1.3 握手只需要一个往返（1-RTT）。",
            },
            Text {
                en: "As noted when the client had to wait once; depends where the server asked for another key share.",
                zh: "客户端只等了一次，即与笔记一致；服务端另要一份密钥份额时视情况而定。",
            },
        ),
        X19 => (
            "RFC 5246 §8.1, §6.3",
            Text {
                en: "The pre-master secret and both randoms give a master secret, and that gives the session keys.",
                zh: "由预主密钥和两个随机数得到主密钥（master secret），再由它得到会话密钥。",
            },
            Text {
                en: "As noted when the PRF made a master secret and a key block of it; differs in TLS 1.3 (a key schedule).",
                zh: "PRF 先得出主密钥再得出密钥块，即与笔记一致；TLS 1.3 用的是密钥调度，因此不同。",
            },
        ),
        X20 => (
            "RFC 5246 §F.1.1.2, RFC 8446 §E.1.1",
            Text {
                en: "With ephemeral keys (ECDHE) a recording stays closed even to whoever gets the server's private key later: forward secrecy.",
                zh: "使用临时密钥（ECDHE）时，日后拿到服务端私钥也解不开已录下的通信：前向安全。",
            },
            Text {
                en: "As noted when the secret came of ephemeral keys; differs when the private key opened it.",
                zh: "密钥由临时密钥算出，即与笔记一致；由私钥解开则不同。",
            },
        ),
        X21 => (
            "RFC 6066 §3",
            Text {
                en: "By SNI the ClientHello names the host that the client wants.",
                zh: "客户端在 ClientHello 中用 SNI 扩展指明要访问的主机名。",
            },
            Text {
                en: "As noted when the hello has a server name.",
                zh: "ClientHello 中有主机名，即与笔记一致。",
            },
        ),
        X22 => (
            "RFC 7301 §3",
            Text {
                en: "By ALPN both sides agree on the application protocol during the handshake.",
                zh: "双方在握手中通过 ALPN 协商应用层协议。",
            },
            Text {
                en: "As noted when the server chose one of the client's offers.",
                zh: "服务端从客户端的列表中选定一个，即与笔记一致。",
            },
        ),
        X23 => (
            "RFC 5246 §7.3, RFC 8446 §2.2",
            Text {
                en: "A session can be resumed, and then no certificate is sent.",
                zh: "会话可以恢复（会话复用），此时不再发送证书。",
            },
            Text {
                en: "As noted when a resumed handshake is complete without a certificate.",
                zh: "恢复的握手完成而没有证书出现，即与笔记一致。",
            },
        ),
        X24 => (
            "RFC 5246 §7.4.6, RFC 8446 §4.4.2",
            Text {
                en: "With mutual TLS the server checks a certificate of the client too.",
                zh: "双向认证时，服务端也会验证客户端的证书。",
            },
            Text {
                en: "As noted when the server's verifier gave its verdict on one.",
                zh: "服务端的验证器对客户端证书作出结论，即与笔记一致。",
            },
        ),
        _ => (
            "RFC 8446 §4.4.2.4",
            Text {
                en: "The certificate keeps out a man in the middle: one that is not trusted is refused.",
                zh: "证书可以防止中间人攻击：不受信任的证书会被拒绝。",
            },
            Text {
                en: "As noted when the verifier refused and the connection ended; differs when the check was overridden.",
                zh: "验证器拒绝且连接终止，即与笔记一致；检查被忽略则不同。",
            },
        ),
    };
    ClaimCard { heading: Heading::Tls, blocks: (0, 0), rfc, says, rule }
}

pub(super) fn judge(step: Step, event: &Event, past: &Past) -> Vec<Finding> {
    // A handshake within the connection is none of the one that notes tell.
    let again = past.tls().renegotiates().is_some() || (step == Step::ClientHello && past.tls().finished());
    let found: [Option<Finding>; 2] = match step {
        Step::ApplicationData => [hybrid(event, past), None],
        _ if again => [None, None],
        Step::ClientHello => [server_name(event), None],
        Step::ServerHello | Step::EncryptedExtensions => [application_protocol(event, past), None],
        Step::Certificate => [chain(event), None],
        Step::VerifyCertificate => [signed(event), kept_out(event)],
        Step::SharedSecret => [computed(event), ephemeral(event)],
        Step::PreMasterSecret => [opened(event), recorded(event)],
        Step::SessionKeys => [master_secret(event), None],
        Step::VerifyClientCertificate => [mutual(event), None],
        Step::HandshakeComplete => [round_trips(event, past), resumed(event, past)],
        _ => [None, None],
    };
    found.into_iter().flatten().collect()
}

fn signed(event: &Event) -> Option<Finding> {
    let (subject, issuer) = (event.get(field::SUBJECT)?, event.get(field::ISSUER)?);
    let (algorithm, result) = (event.get(common::SIGNATURE_ALGORITHM)?, event.get(common::RESULT)?);
    if result != "valid" {
        return None;
    }
    Some(if subject == issuer {
        Finding::depends(
            X13,
            format!(
                "{subject} signed this certificate itself ({algorithm}), and the client trusts it all the same"
            ),
            format!("{subject} 的证书是自签名的（{algorithm}），客户端仍然信任它"),
        )
    } else {
        Finding::as_noted_because(
            X13,
            format!("{issuer} signed the certificate of {subject} ({algorithm}), and the signature is good"),
            format!("{issuer} 为 {subject} 的证书签名（{algorithm}），签名有效"),
        )
    })
}

fn kept_out(event: &Event) -> Option<Finding> {
    let (name, result) = (event.get(field::NAME)?, event.get(common::RESULT)?);
    if result == "valid" {
        return None;
    }
    Some(if event.get(field::OVERRIDDEN)? {
        Finding::differs(
            X25,
            format!("not trusted for {name} ({result}), and let in all the same: the check was overridden"),
            format!("对 {name} 而言不受信任（{result}），却仍被放行：检查被忽略"),
        )
    } else {
        Finding::as_noted_because(
            X25,
            format!("whoever this is, the client does not take it for {name}: {result}"),
            format!("不论对方是谁，客户端都不认它是 {name}：{result}"),
        )
    })
}

fn chain(event: &Event) -> Option<Finding> {
    let (count, subject) = (event.get(field::CERTIFICATES)?, event.get(field::SUBJECT)?);
    if count < 2 {
        let issuer = event.get(field::ISSUER)?;
        return Some(Finding::depends(
            X14,
            format!("{count} certificate was enough: {subject} was issued by {issuer}, which the client has"),
            format!("只有 {count} 张就够了：{subject} 由 {issuer} 签发，后者客户端已有"),
        ));
    }
    let above = event.get(field::CHAIN)?.join(", ");
    Some(Finding::as_noted_because(
        X14,
        format!("{count} certificates: {subject}, and above it {above}"),
        format!("共 {count} 张：{subject}，其上是 {above}"),
    ))
}

fn computed(event: &Event) -> Option<Finding> {
    let group = event.get(field::GROUP)?;
    Some(Finding::differs(
        X15,
        format!("nothing was sent for the private key to open: both sides computed the secret with {group}"),
        format!("没有发送需要用私钥解开的内容：双方用 {group} 各自算出密钥"),
    ))
}

fn ephemeral(event: &Event) -> Option<Finding> {
    let (group, fingerprint) = (event.get(field::GROUP)?, event.get(common::FINGERPRINT)?);
    Some(Finding::as_noted_because(
        X20,
        format!(
            "the secret ({fingerprint}) came of keys of this connection alone ({group}); the certificate's key opens nothing of it"
        ),
        format!("密钥（{fingerprint}）只由本次连接的临时密钥得出（{group}），证书的私钥解不开其中任何内容"),
    ))
}

fn opened(event: &Event) -> Option<Finding> {
    let (key, length) = (event.get(common::OPENED_WITH)?, event.get(common::LENGTH)?);
    let fingerprint = event.get(common::FINGERPRINT)?;
    (event.side == Side::Server).then(|| {
        Finding::as_noted_because(
            X15,
            format!("the {key} opened {length} bytes (fingerprint {fingerprint})"),
            format!("私钥（{key}）解开 {length} 字节（指纹 {fingerprint}）"),
        )
    })
}

fn recorded(event: &Event) -> Option<Finding> {
    let key = event.get(common::OPENED_WITH)?;
    (event.side == Side::Server).then(|| {
        Finding::differs(
            X20,
            format!("no ephemeral key here: the {key} opened the secret, and opens it in a recording too"),
            format!("这次没有临时密钥：私钥（{key}）解开了密钥，录下的通信同样能解开"),
        )
    })
}

fn master_secret(event: &Event) -> Option<Finding> {
    let (derivation, prints) = (event.get(field::DERIVATION)?, event.get(field::FINGERPRINTS)?.join(", "));
    if derivation.starts_with("HKDF") {
        let stage = event.get(field::STAGE)?;
        return Some(Finding::differs(
            X19,
            format!(
                "{derivation}: no master secret of TLS 1.2 but secrets of a key schedule ({stage}: {prints})"
            ),
            format!("{derivation}：没有 TLS 1.2 的主密钥，而是密钥调度中的各个密钥（{stage}：{prints}）"),
        ));
    }
    let (label, block) = (event.get(field::PRF_LABEL)?, event.get(field::KEY_BLOCK)?.join(", "));
    Some(Finding::as_noted_because(
        X19,
        format!("{derivation} ({label}) gave the master secret {prints}, and that the keys: {block}"),
        format!("{derivation}（{label}）得到主密钥 {prints}，再由它得到各个密钥：{block}"),
    ))
}

fn hybrid(event: &Event, past: &Past) -> Option<Finding> {
    let sender = event.sender()?;
    let (length, crossed) = (event.get(common::LENGTH)?, event.get(field::CIPHERTEXT_LENGTH)?);
    if !event.get(common::ENCRYPTED)? || past.first_from(sender, Step::ApplicationData).is_some() {
        return None;
    }
    let suite = past.first(Step::ServerHello)?.get(field::CIPHER_SUITE)?;
    let (by, by_zh) = match (past.first(Step::SharedSecret), past.first(Step::PreMasterSecret)) {
        (Some(secret), _) => {
            let group = secret.get(field::GROUP)?;
            (format!("ephemeral keys ({group})"), format!("临时密钥（{group}）"))
        }
        (None, Some(secret)) => {
            let print = secret.get(common::FINGERPRINT)?;
            (format!("the server's public key (secret {print})"), format!("服务端的公钥（密钥 {print}）"))
        }
        (None, None) => return None,
    };
    Some(Finding::as_noted_because(
        X16,
        format!(
            "agreed by {by}; then {length} bytes crossed as {crossed}, encrypted symmetrically ({suite})"
        ),
        format!("先靠{by_zh}协商；随后 {length} 字节以对称加密传输，线路上为 {crossed} 字节（{suite}）"),
    ))
}

fn server_name(event: &Event) -> Option<Finding> {
    let name = event.get(field::SERVER_NAME)?;
    (event.sender() == Some(Side::Client)).then(|| {
        Finding::as_noted_because(
            X21,
            format!("this ClientHello asks for {name}"),
            format!("这个 ClientHello 要访问的是 {name}"),
        )
    })
}

fn application_protocol(event: &Event, past: &Past) -> Option<Finding> {
    let chosen = event.get(field::ALPN)?.join(", ");
    let offered = past.first(Step::ClientHello)?.get(field::ALPN)?.join(", ");
    (event.sender() == Some(Side::Server)).then(|| {
        Finding::as_noted_because(
            X22,
            format!("of the client's list ({offered}) the server chose {chosen}"),
            format!("服务端从客户端的列表（{offered}）中选定 {chosen}"),
        )
    })
}

fn mutual(event: &Event) -> Option<Finding> {
    let (subject, result) = (event.get(field::SUBJECT)?, event.get(common::RESULT)?);
    Some(Finding::as_noted_because(
        X24,
        format!("the server checked the client's certificate ({subject}): {result}"),
        format!("服务端检查了客户端的证书（{subject}）：{result}"),
    ))
}

/// How often the client had to wait for an answer before it could go on.
fn waits(past: &Past) -> usize {
    let (mut turns, mut last) = (0, None);
    for record in past.records().iter().filter(|record| record.evidence == Evidence::Wire) {
        let (steps::Step::Tls(step), Some(from)) = (record.step, record.from) else { continue };
        // Nobody waits for a ticket or an alert, and data is no handshake.
        if matches!(step, Step::NewSessionTicket | Step::ApplicationData | Step::Alert) {
            continue;
        }
        turns += usize::from((last, from) == (Some(Side::Client), Side::Server));
        last = Some(from);
    }
    turns
}

fn round_trips(event: &Event, past: &Past) -> Option<Finding> {
    let (version, kind) = (event.get(field::PROTOCOL_VERSION)?, event.get(field::HANDSHAKE_KIND)?);
    if !past.is_whole() || kind == "resumed" {
        return None;
    }
    let turns = waits(past);
    match (version, turns) {
        ("TLS 1.3", _) if past.has(Step::HelloRetryRequest) => Some(Finding::depends(
            X18,
            format!(
                "{version}: two here, because the server asked for another key share (HelloRetryRequest)"
            ),
            format!("{version}：这次是两个，因为服务端另要一份密钥份额（HelloRetryRequest）"),
        )),
        ("TLS 1.3", 1) => Some(Finding::as_noted_because(
            X18,
            format!("{version}, a {kind} handshake: the client waited for the server once"),
            format!("{version}（{kind}）：客户端只等了服务端一次"),
        )),
        ("TLS 1.2", 2) => Some(Finding::as_noted_because(
            X17,
            format!("{version}, a {kind} handshake: the client waited for the server twice"),
            format!("{version}（{kind}）：客户端等了服务端两次"),
        )),
        _ => None,
    }
}

fn resumed(event: &Event, past: &Past) -> Option<Finding> {
    let kind = event.get(field::HANDSHAKE_KIND)?;
    let found = past.first(Step::SessionResumed)?;
    let (by, print) = (found.get(field::BY)?, found.get(field::IDENTITY_FINGERPRINT)?);
    (kind == "resumed" && past.lacks(Step::Certificate)).then(|| {
        Finding::as_noted_because(
            X23,
            format!("the session was found again by {by} ({print}), and no certificate came"),
            format!("凭 {by}（{print}）找回会话，没有发送证书"),
        )
    })
}
