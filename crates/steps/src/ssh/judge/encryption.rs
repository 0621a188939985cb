//! What the secret, and what follows from it, show: claims s4, s5 and s6.

use super::Step;
use crate::{
    Claim::{S4, S5, S6},
    Event, Finding, Past, Side,
};

/// s4, from the library: the secret is there.
pub(super) fn secret_derived(event: &Event) -> Option<Finding> {
    let kex = event.text("kex_algorithm");
    let print = event.text("shared_secret_fingerprint");
    (!print.is_empty()).then(|| {
        Finding::as_noted_because(
            S4,
            format!("{kex} gave the client a shared secret (fingerprint {print})."),
            format!("{kex} 让客户端得到了共享密钥（指纹 {print}）。"),
        )
    })
}

/// s4 and s6: the secret fits what crossed, and the host key vouches for it.
pub(super) fn exchange_hash(event: &Event) -> Vec<Finding> {
    let (hash, kex): (String, _) =
        (event.text("exchange_hash").chars().take(16).collect(), event.text("kex_algorithm"));
    let print = event.text("host_key_fingerprint");
    match event.text("signature") {
        // The library's own hash: the secret in it is not known here.
        "verified" if event.fields.named("recomputed").is_some_and(|it| it == false) => {
            vec![Finding::differs(
                S6,
                format!(
                    "The signature by {print} over the library's exchange hash {hash}…, sent before any \
                     encryption, was checked again here: it is good."
                ),
                format!("{print} 对库给出的交换哈希 {hash}… 的签名在加密之前发出，此处再次验证：有效。"),
            )]
        }
        "verified" => vec![
            Finding::as_noted_because(
                S4,
                format!(
                    "Recomputed from what crossed and the secret of {kex}: exchange hash {hash}…, which the host key signed."
                ),
                format!("用传输的内容和 {kex} 的共享密钥重新算出交换哈希 {hash}…，主机密钥签名的正是它。"),
            ),
            Finding::differs(
                S6,
                format!(
                    "The signature by {print} over the exchange hash, sent before any encryption, was checked again here: it is good."
                ),
                format!("{print} 对交换哈希的签名在加密之前发出，此处再次验证：有效。"),
            ),
        ],
        _ => Vec::new(),
    }
}

/// s5: what the encryption rests on.
pub(super) fn keys_derived(event: &Event) -> Option<Finding> {
    let (there, back) =
        (event.text("encryption_key_client_to_server"), event.text("encryption_key_server_to_client"));
    (!there.is_empty() && !back.is_empty()).then(|| {
        Finding::as_noted_because(
            S5,
            format!("A key for each direction is hashed from the secret: {there} and {back}, by their fingerprints."),
            format!("由共享密钥为两个方向各算出一个密钥：{there} 和 {back}（均为指纹）。"),
        )
    })
}

/// s5: the login begins inside a packet that opened with the session's key.
pub(super) fn opened(event: &Event, past: &Past) -> Option<Finding> {
    past.first_from(event.sender()?, Step::Newkeys)?;
    let (service, number) = (event.text("service_name"), event.number("sequence_number")?);
    (event.is("encrypted") && event.is("tag_verified")).then(|| {
        Finding::as_noted_because(
            S5,
            format!("Encrypted packet {number} opened with the session's key and its tag verified: it asks for {service}."),
            format!("加密数据包 {number} 用会话密钥解开且校验通过，内容是请求 {service}。"),
        )
    })
}

/// s5: encrypted bytes follow the sender's NEWKEYS, and the login has not begun before it.
pub(super) fn encrypted(event: &Event, past: &Past) -> Option<Finding> {
    past.first_from(event.sender()?, Step::Newkeys)?;
    let who_en = if event.sender() == Some(Side::Client) { "the client" } else { "the server" };
    let who_zh = if event.sender() == Some(Side::Client) { "客户端" } else { "服务端" };
    let (cipher, bytes) = (event.text("encryption_algorithm"), event.text("first_bytes"));
    Some(Finding::as_noted_because(
        S5,
        format!("From NEWKEYS on {who_en} sends under {cipher}: {bytes} is no readable message."),
        format!("自 NEWKEYS 起{who_zh}用 {cipher} 加密发送：{bytes} 已不是可读的消息。"),
    ))
}
