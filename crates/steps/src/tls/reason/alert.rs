//! The peer sent a fatal alert (RFC 5246 §7.2.2, RFC 8446 §6.2). An alert names a kind of fault and no more: what can
//! be said beyond it is what we know of our own part.

use super::{
    Alert, Recognises, Step,
    facts::{Facts, Program, Variant, few, spaced},
    rule, say,
};
use crate::{
    Reason, Rule, Said, Side,
    tls::field::{ALPN, CIPHER_SUITES, KEY_SHARE, SERVER_NAME},
};

pub(super) const RULES: &[(Rule, Recognises)] = &[
    rule(
        "tls.version_refused",
        "the peer's alert protocol_version",
        "对方的 Alert protocol_version",
        version_refused,
    ),
    rule(
        "tls.nothing_in_common",
        "the server's alert handshake_failure or insufficient_security in answer to the ClientHello",
        "服务端对 ClientHello 答以 Alert handshake_failure 或 insufficient_security",
        nothing_in_common,
    ),
    rule(
        "tls.name_unknown",
        "the server's alert unrecognized_name",
        "服务端的 Alert unrecognized_name",
        name_unknown,
    ),
    rule(
        "tls.protocol_refused",
        "the peer's alert no_application_protocol",
        "对方的 Alert no_application_protocol",
        protocol_refused,
    ),
    rule(
        "tls.our_record_does_not_open",
        "the peer's alert bad_record_mac or decryption_failed",
        "对方的 Alert bad_record_mac 或 decryption_failed",
        does_not_open,
    ),
    rule(
        "tls.our_handshake_differs",
        "the peer's alert decrypt_error",
        "对方的 Alert decrypt_error",
        handshake_differs,
    ),
    rule(
        "tls.alert_after_all",
        "a fatal alert of the peer after the handshake was complete on both sides",
        "双方握手都完成之后对方的致命 Alert",
        after_all,
    ),
    rule("tls.alert", "any other fatal alert of the peer", "对方的其他致命 Alert", other),
];

/// "the server sent the alert X after our ClientHello: …"
pub(super) fn sent(facts: &Facts<'_>, alert: Alert, meaning: Said) -> Reason {
    let them = facts.them();
    let after = facts.memory().fatal(facts.peer()).and_then(|one| one.after);
    let (en, zh) = match after.map(|step| step.card().title) {
        Some(title) => (format!(" after our {}", title.en), format!("在我们的{}之后", spaced(title.zh))),
        None => Default::default(),
    };
    let reason = Reason::new(Said::new(
        format!("the {} sent the alert {alert}{en}: {}", them.en, meaning.en),
        format!("{}{zh}发来 Alert {alert}：{}", them.zh, meaning.zh),
    ));
    reason.by(facts.peer()).at(Step::Alert)
}

fn version_refused(facts: &Facts<'_>) -> Option<Reason> {
    let alert = facts.their_alert().filter(|alert| *alert == Alert::PROTOCOL_VERSION)?;
    let offered = few(&facts.offered_versions());
    let Said { en, zh } = offered;
    let reason = match facts.side {
        Side::Client => sent(
            facts,
            alert,
            say!(
                "no TLS version in common; it has none of those that we offer ({en}).",
                "没有共同的 TLS 版本；它不支持我们提供的任何一个（{zh}）。"
            ),
        ),
        Side::Server => sent(
            facts,
            alert,
            say!(
                "it does not take the version that we chose of those it offers ({en}).",
                "在它提供的版本（{zh}）中，它不接受我们选的那个。"
            ),
        ),
    };
    Some(match (facts.side, facts.given.variant) {
        (Side::Client, Some(variant)) => reason.advising(without_variant(facts, variant)),
        (Side::Client, None) => {
            let cause = Said::new(
                format!("{} It may have only TLS 1.1 or older, which RFC 8996 forbids.", reason.cause.en),
                format!("{}它可能只有 TLS 1.1 或更旧的版本，RFC 8996 已禁用。", reason.cause.zh),
            );
            Reason { cause, ..reason }
        }
        (Side::Server, _) => reason,
    })
}

/// What to do about a version that was asked for.
pub(super) fn without_variant(facts: &Facts<'_>, variant: Variant) -> Said {
    match (facts.given.program, variant) {
        (Program::Client | Program::Server, Variant::Rsa | Variant::Tls12 | Variant::Tls13) => Said::new(
            "Leave out `--variant` to offer TLS 1.3 and 1.2.",
            "去掉 `--variant` 即可同时提供 TLS 1.3 和 1.2。",
        ),
        (Program::WsClient | Program::WsServer, Variant::Rsa | Variant::Tls12 | Variant::Tls13) => {
            Said::new("Leave out `--tls12` to offer TLS 1.3, too.", "去掉 `--tls12` 即可同时提供 TLS 1.3。")
        }
    }
}

fn nothing_in_common(facts: &Facts<'_>) -> Option<Reason> {
    let refused = |alert: &Alert| [Alert::HANDSHAKE_FAILURE, Alert::INSUFFICIENT_SECURITY].contains(alert);
    let alert = facts.their_alert().filter(refused)?;
    if facts.side != Side::Client || facts.theirs(Step::ServerHello).is_some() {
        return None;
    }
    let only_rsa = facts.given.variant == Some(Variant::Rsa);
    let reason = if only_rsa {
        sent(
            facts,
            alert,
            Said::new(
                "it does not take the one suite that we offer, TLS_RSA_WITH_AES_128_GCM_SHA256 (static RSA), or not with \
             its certificate.",
                "它不接受我们提供的唯一套件 TLS_RSA_WITH_AES_128_GCM_SHA256（静态 RSA），或它的证书用不上。",
            ),
        )
    } else {
        let Said { en, zh } = few(&facts.offered_versions());
        sent(
            facts,
            alert,
            say!(
                "it shares no cipher suite, group or signature scheme with us. We offer {en} with ephemeral keys (ECDHE) \
             and authenticated encryption (GCM, ChaCha20-Poly1305), and neither static RSA nor FFDHE nor CBC.",
                "它与我们没有共同的密码套件、曲线或签名算法。我们提供 {zh}，只用临时密钥（ECDHE）和认证加密\
             （GCM、ChaCha20-Poly1305），不含静态 RSA、FFDHE 和 CBC。"
            ),
        )
    };
    let narrowing = facts.given.narrowing().join(", ");
    let wider = narrowing.as_str();
    Some(match (wider.is_empty(), only_rsa, facts.given.program) {
        (false, _, _) => reason.advising(say!("Leave out {wider}.", "可去掉 {wider} 再试。")),
        (true, false, Program::Client) => reason.advising(Said::new(
            "If the server has only static RSA, `--variant rsa` reaches it.",
            "若服务端只有静态 RSA，可用 `--variant rsa` 连接。",
        )),
        (true, _, Program::Client | Program::Server | Program::WsClient | Program::WsServer) => reason,
    })
}

fn name_unknown(facts: &Facts<'_>) -> Option<Reason> {
    let alert = facts.their_alert().filter(|alert| *alert == Alert::UNRECOGNIZED_NAME)?;
    let asked = facts.hello().and_then(|hello| hello.get(SERVER_NAME));
    let reason = match asked {
        Some(name) => {
            sent(facts, alert, say!("it knows no host called `{name}`.", "它不知道名为 `{name}` 的主机。"))
        }
        None => sent(
            facts,
            alert,
            Said::new(
                "it wants to be asked for a host by its name (SNI), and we asked for none: an address is no name.",
                "它要求按名称（SNI）访问，而我们没有给出名称：IP 地址不算名称。",
            ),
        ),
    };
    Some(match facts.given.program {
        Program::Client => reason.advising(Said::new(
            "`--server-name NAME` asks for another.",
            "可用 `--server-name NAME` 指定其他名称。",
        )),
        Program::Server | Program::WsClient | Program::WsServer => reason,
    })
}

fn protocol_refused(facts: &Facts<'_>) -> Option<Reason> {
    let alert = facts.their_alert().filter(|alert| *alert == Alert::NO_APPLICATION_PROTOCOL)?;
    let Said { en, zh } = few(&facts.offered(ALPN));
    let reason = sent(
        facts,
        alert,
        say!(
            "no application protocol (ALPN) in common; the client offers {en}.",
            "双方没有共同的应用层协议（ALPN）；客户端提供的是 {zh}。"
        ),
    );
    Some(match facts.given.program {
        Program::Client | Program::Server => {
            reason.advising(Said::new("`--alpn NAME` names others.", "可用 `--alpn NAME` 指定其他协议。"))
        }
        Program::WsClient | Program::WsServer => reason,
    })
}

fn does_not_open(facts: &Facts<'_>) -> Option<Reason> {
    let closed = |alert: &Alert| [Alert::BAD_RECORD_MAC, Alert::DECRYPTION_FAILED].contains(alert);
    let alert = facts.their_alert().filter(closed)?;
    let reason = if facts.complete() {
        sent(
            facts,
            alert,
            Said::new(
                "a record of ours does not open under its key: it was changed on the way.",
                "它用自己的密钥解不开我们的一条记录：记录在途中被改过。",
            ),
        )
    } else {
        sent(
            facts,
            alert,
            Said::new(
                "what we sent encrypted does not open under its key: it was changed on the way, or the hellos were, for \
             the keys come from them.",
                "它用自己的密钥解不开我们发的密文：要么密文在途中被改过，要么两个 Hello 被改过，因为密钥由它们导出。",
            ),
        )
    };
    Some(Reason { side: None, ..reason.advising(compare()) })
}

fn handshake_differs(facts: &Facts<'_>) -> Option<Reason> {
    let alert = facts.their_alert().filter(|alert| *alert == Alert::DECRYPT_ERROR)?;
    let reason = sent(
        facts,
        alert,
        Said::new(
            "a signature or a Finished of ours does not fit what it saw: the handshake was changed on the way, or it \
         cannot check that signature.",
            "我们的签名或 Finished 与它看到的对不上：握手在途中被改动，或它无法验证这种签名。",
        ),
    );
    Some(Reason { side: None, ..reason.advising(compare()) })
}

/// Where both logs lie side by side, a change on the way shows.
pub(super) fn compare() -> Said {
    Said::new("Compare the randoms and suites in both logs.", "请对照两边日志里的随机数和套件。")
}

fn after_all(facts: &Facts<'_>) -> Option<Reason> {
    let alert = facts.their_alert()?;
    // A TLS 1.3 client is done before the server has judged its certificate; once data came, it has.
    let both = facts.complete() && facts.theirs(Step::ApplicationData).is_some();
    let meaning = meaning(alert);
    both.then(|| {
        let Said { en, zh } = meaning;
        sent(
            facts,
            alert,
            say!(
                "{en} The handshake was complete and data had come before it.",
                "{zh}此前握手已经完成，也已收到数据。"
            ),
        )
    })
}

fn other(facts: &Facts<'_>) -> Option<Reason> {
    let alert = facts.their_alert()?;
    let reason = sent(facts, alert, meaning(alert));
    let share = facts.offered(KEY_SHARE);
    let long = share.iter().any(|group| group.contains("MLKEM"));
    let confused =
        [Alert::DECODE_ERROR, Alert::INTERNAL_ERROR, Alert::ILLEGAL_PARAMETER, Alert::UNEXPECTED_MESSAGE];
    // What an old server stumbles over is in the ClientHello.
    let at_hello = facts.side == Side::Client && facts.theirs(Step::ServerHello).is_none();
    Some(match facts.given.program {
        Program::Client if at_hello && confused.contains(&alert) && long => reason.advising(Said::new(
            "Perhaps the long key share confuses it: `--group x25519` sends a short one.",
            "也许是较长的密钥份额让它出错：`--group x25519` 会发送较短的一个。",
        )),
        Program::Client | Program::Server | Program::WsClient | Program::WsServer => reason,
    })
}

/// What the RFCs say of an alert.
fn meaning(alert: Alert) -> Said {
    let (en, zh) = match alert {
        Alert::UNEXPECTED_MESSAGE => {
            ("a message came that it did not expect at that place.", "它在那个位置收到了意料之外的消息。")
        }
        Alert::RECORD_OVERFLOW => {
            ("a record of ours was longer than it takes.", "我们的一条记录超过了它能接受的长度。")
        }
        Alert::DECOMPRESSION_FAILURE => ("something compressed does not unpack.", "压缩的内容无法解开。"),
        Alert::HANDSHAKE_FAILURE => (
            "it found no agreement that it accepts; the alert does not say on what.",
            "它没有找到能接受的方案；这个 Alert 不说明是哪一项。",
        ),
        Alert::INSUFFICIENT_SECURITY => {
            ("what we have in common is too weak for it.", "双方共有的算法对它来说太弱。")
        }
        Alert::ILLEGAL_PARAMETER => {
            ("a value of ours is out of bounds or contradicts another.", "我们发出的某个值越界或自相矛盾。")
        }
        Alert::ACCESS_DENIED => {
            ("it knows our certificate and does not let its holder in.", "它认得我们的证书，但不放行持有者。")
        }
        Alert::DECODE_ERROR => ("a message of ours does not read for it.", "它无法解析我们的某条消息。"),
        Alert::EXPORT_RESTRICTION => ("export rules of another age forbid it.", "被过时的出口限制禁止。"),
        Alert::INTERNAL_ERROR => {
            ("something failed on its side that has nothing to do with us.", "它自己出了故障，与我们无关。")
        }
        Alert::INAPPROPRIATE_FALLBACK => {
            ("it has a higher version than the one that was tried again.", "它支持比这次重试更高的版本。")
        }
        Alert::USER_CANCELED => ("whoever sits there gave up.", "那一侧的使用者取消了。"),
        Alert::NO_RENEGOTIATION => ("it does not renegotiate.", "它不做重新协商。"),
        Alert::MISSING_EXTENSION => ("it misses an extension that it needs.", "缺少它需要的扩展。"),
        Alert::UNSUPPORTED_EXTENSION => {
            ("an extension came that it had not asked for.", "出现了它没有请求的扩展。")
        }
        Alert::CERTIFICATE_REVOKED => ("a certificate of ours was revoked.", "我们的证书已被吊销。"),
        Alert::BAD_CERTIFICATE_STATUS_RESPONSE => {
            ("it does not accept our OCSP answer.", "它不接受我们的 OCSP 应答。")
        }
        Alert::UNKNOWN_PSK_IDENTITY => {
            ("it does not know the pre-shared key that was named.", "它不认识所指的预共享密钥。")
        }
        Alert::ECH_REQUIRED => ("it wants an encrypted ClientHello.", "它要求加密的 ClientHello。"),
        Alert::CERTIFICATE_REQUIRED => ("it wants a certificate of the client.", "它要求客户端证书。"),
        Alert::UNKNOWN_CA => ("it does not know or trust a CA.", "它不认识或不信任某个 CA。"),
        Alert::BAD_CERTIFICATE
        | Alert::UNSUPPORTED_CERTIFICATE
        | Alert::CERTIFICATE_EXPIRED
        | Alert::CERTIFICATE_UNKNOWN => ("it does not accept a certificate.", "它不接受某张证书。"),
        Alert::Named(..) | Alert::Unnamed(_) => (
            "the alert alone does not say why; its own log may.",
            "仅凭这个 Alert 看不出原因；它自己的日志里或许有。",
        ),
    };
    Said::new(en, zh)
}

/// The suites that the client offers, without the signals among them.
pub(super) fn suites<'a>(facts: &Facts<'a>) -> Vec<&'a str> {
    let mut suites = facts.offered(CIPHER_SUITES);
    suites.retain(|suite| !suite.ends_with("_SCSV"));
    suites
}
