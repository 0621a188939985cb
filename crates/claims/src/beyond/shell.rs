//! What is often noted beside the way from version to access: kinds of key, fingerprints, who signs and who encrypts.

use steps::{
    Event, Past, Side, Text, common,
    ssh::{Step, field},
};

use crate::{
    Claim::{self, X32, X33, X34, X35, X36},
    ClaimCard, Finding, Heading,
};

/// The cards of `x32` to `x36`.
pub(crate) const fn card(claim: Claim) -> ClaimCard {
    let (rfc, says, rule) = match claim {
        X32 => (
            "RFC 4253 §6.6, RFC 8709",
            Text {
                en: "Keys come in kinds such as RSA, ECDSA and Ed25519; both sides agree on one.",
                zh: "密钥有 RSA、ECDSA、Ed25519 等类型，双方商定其中一种。",
            },
            Text {
                en: "As noted when the kind that was agreed stands in the client's list.",
                zh: "商定的类型在客户端的列表中，即与笔记一致。",
            },
        ),
        X33 => (
            "RFC 4255 §3.1.2, OpenSSH",
            Text {
                en: "A fingerprint is a hash of the public key: today SHA-256 in base64.",
                zh: "指纹是公钥的哈希：如今用 SHA-256，以 base64 书写。",
            },
            Text {
                en: "As noted when the fingerprint that was checked is one.",
                zh: "核对的指纹正是如此，即与笔记一致。",
            },
        ),
        X34 => (
            "RFC 4252 §7",
            Text {
                en: "The server keeps the users' public keys (authorized_keys) and looks a key up there.",
                zh: "服务端保存用户的公钥（authorized_keys），并在其中查找。",
            },
            Text {
                en: "As noted when the server said of a key that it would take it.",
                zh: "服务端表示愿意接受某个公钥，即与笔记一致。",
            },
        ),
        X35 => (
            "RFC 4252 §7",
            Text {
                en: "The server encrypts nothing with the user's public key: the client signs with its private key, and the server checks the signature.",
                zh: "服务端不用用户的公钥加密任何东西：客户端用私钥签名，服务端验证签名。",
            },
            Text {
                en: "As noted when a signature crossed and fits the public key.",
                zh: "线路上出现签名且与公钥相符，即与笔记一致。",
            },
        ),
        _ => (
            "RFC 4253 §8",
            Text {
                en: "The session key is never sent, nor encrypted with the host key: both sides compute it, and the host key only signs.",
                zh: "会话密钥从不发送，也不用主机公钥加密：双方各自算出，主机密钥只用来签名。",
            },
            Text {
                en: "As noted when the reply has a public value and a signature of the host key.",
                zh: "应答中有公开值和主机密钥的签名，即与笔记一致。",
            },
        ),
    };
    ClaimCard { heading: Heading::Ssh, blocks: (0, 0), rfc, says, rule }
}

pub(super) fn judge(step: Step, event: &Event, past: &Past) -> Option<Finding> {
    // Keys that are replaced later show nothing new.
    if event.get(field::REKEY) == Some(true) {
        return None;
    }
    match step {
        Step::Negotiated => kinds(event, past),
        Step::HostKeyCheck => fingerprint(event),
        Step::PublickeyOk => looked_up(event),
        Step::PublickeySignature => signs(event),
        Step::KeyExchangeReply => computed(event, past),
        _ => None,
    }
}

fn kinds(event: &Event, past: &Past) -> Option<Finding> {
    let agreed = event.get(field::SERVER_HOST_KEY_ALGORITHM)?;
    let list = past.first_from(Side::Client, Step::Kexinit)?.get(field::SERVER_HOST_KEY_ALGORITHMS)?;
    list.contains(&agreed).then(|| {
        let list = list.join(", ");
        Finding::as_noted_because(
            X32,
            format!("the client takes {list}; agreed: {agreed}"),
            format!("客户端可接受 {list}；商定 {agreed}"),
        )
    })
}

fn fingerprint(event: &Event) -> Option<Finding> {
    let (print, kind) = (event.get(common::FINGERPRINT)?, event.get(field::KEY_TYPE)?);
    print.starts_with("SHA256:").then(|| {
        Finding::as_noted_because(
            X33,
            format!("the host key ({kind}) was checked by {print}"),
            format!("主机公钥（{kind}）以 {print} 核对"),
        )
    })
}

fn looked_up(event: &Event) -> Option<Finding> {
    let (algorithm, print) =
        (event.get(field::PUBLIC_KEY_ALGORITHM_NAME)?, event.get(field::PUBLIC_KEY_FINGERPRINT)?);
    (event.sender() == Some(Side::Server)).then(|| {
        Finding::as_noted_because(
            X34,
            format!("asked about {print} ({algorithm}), the server knows this key and would take it"),
            format!("询问 {print}（{algorithm}）时，服务端认得这个公钥并愿意接受"),
        )
    })
}

fn signs(event: &Event) -> Option<Finding> {
    let (print, checked) = (event.get(field::PUBLIC_KEY_FINGERPRINT)?, event.get(field::SIGNATURE)?);
    let (algorithm, length) = (event.get(common::SIGNATURE_ALGORITHM)?, event.get(common::SIGNATURE_LENGTH)?);
    (event.sender() == Some(Side::Client) && checked == "verified").then(|| {
        Finding::as_noted_because(
            X35,
            format!("the client sent a signature ({algorithm}, {length} bytes); checked with the public key {print}: {checked}"),
            format!("客户端送来签名（{algorithm}，{length} 字节）；用公钥 {print} 检验，签名有效"),
        )
    })
}

fn computed(event: &Event, past: &Past) -> Option<Finding> {
    if past.first_from(Side::Server, Step::Newkeys).is_some() {
        return None;
    }
    let (kex, length) = (event.get(field::KEX_ALGORITHM)?, event.get(field::PUBLIC_VALUE_LENGTH)?);
    let algorithm = event.get(common::SIGNATURE_ALGORITHM)?;
    Some(Finding::as_noted_because(
        X36,
        format!(
            "{kex}: the server sent {length} bytes of public value; its host key only signed ({algorithm})"
        ),
        format!("{kex}：服务端发送 {length} 字节公开值；主机密钥只用来签名（{algorithm}）"),
    ))
}
