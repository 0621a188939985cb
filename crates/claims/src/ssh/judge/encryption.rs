//! What the secret, and what follows from it, show: claims s4, s5 and s6.

use steps::{
    Event, Past, Side,
    ssh::{Step, field},
};

use crate::{
    Claim::{S4, S5, S6},
    Finding,
};

/// s4, from the library: the secret is there.
pub(super) fn secret_derived(event: &Event) -> Option<Finding> {
    let (kex, print) = (event.get(field::KEX_ALGORITHM)?, event.get(field::SHARED_SECRET_FINGERPRINT)?);
    Some(Finding::as_noted_because(
        S4,
        format!("{kex} gave the client a shared secret (fingerprint {print})."),
        format!("{kex} 让客户端得到了共享密钥（指纹 {print}）。"),
    ))
}

/// s4 and s6: the secret fits what crossed, and the host key vouches for it.
pub(super) fn exchange_hash(event: &Event) -> Vec<Finding> {
    if event.get(field::SIGNATURE) != Some("verified") {
        return Vec::new();
    }
    [secret_fits(event), host_key_vouches(event)].into_iter().flatten().collect()
}

/// s4, where the hash was computed here again.
fn secret_fits(event: &Event) -> Option<Finding> {
    // The library's own hash: the secret in it is not known here.
    if !event.get(field::RECOMPUTED)? {
        return None;
    }
    let (hash, kex) = (short(event.get(field::EXCHANGE_HASH)?), event.get(field::KEX_ALGORITHM)?);
    Some(Finding::as_noted_because(
        S4,
        format!(
            "Recomputed from what crossed and the secret of {kex}: exchange hash {hash}…, which the host key signed."
        ),
        format!("用传输的内容和 {kex} 的共享密钥重新算出交换哈希 {hash}…，主机密钥签名的正是它。"),
    ))
}

/// s6.
fn host_key_vouches(event: &Event) -> Option<Finding> {
    let (hash, print) = (short(event.get(field::EXCHANGE_HASH)?), event.get(field::HOST_KEY_FINGERPRINT)?);
    let (whose, whose_zh) = match event.get(field::RECOMPUTED)? {
        false => ("the library's exchange hash", "库给出的交换哈希"),
        true => ("the exchange hash", "交换哈希"),
    };
    Some(Finding::differs(
        S6,
        format!(
            "The signature by {print} over {whose} {hash}…, sent before any encryption, was checked again here: it \
             is good."
        ),
        format!("{print} 对{whose_zh} {hash}… 的签名在加密之前发出，此处再次验证：有效。"),
    ))
}

/// The beginning of a hash.
fn short(hash: &str) -> String {
    hash.chars().take(16).collect()
}

/// s5: what the encryption rests on.
pub(super) fn keys_derived(event: &Event) -> Option<Finding> {
    let there = event.get(field::ENCRYPTION_KEY_CLIENT_TO_SERVER)?;
    let back = event.get(field::ENCRYPTION_KEY_SERVER_TO_CLIENT)?;
    Some(Finding::as_noted_because(
        S5,
        format!(
            "A key for each direction is hashed from the secret: {there} and {back}, by their fingerprints."
        ),
        format!("由共享密钥为两个方向各算出一个密钥：{there} 和 {back}（均为指纹）。"),
    ))
}

/// s5: the login begins inside a packet that opened with the session's key.
pub(super) fn opened(event: &Event, past: &Past) -> Option<Finding> {
    past.first_from(event.sender()?, Step::Newkeys)?;
    let (service, number) = (event.get(field::SERVICE_NAME)?, event.get(field::SEQUENCE_NUMBER)?);
    (event.get(field::ENCRYPTED)? && event.get(field::TAG_VERIFIED)?).then(|| {
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
    let (who, who_zh) = match event.sender()? {
        Side::Client => ("the client", "客户端"),
        Side::Server => ("the server", "服务端"),
    };
    let (cipher, bytes) = (event.get(field::ENCRYPTION_ALGORITHM)?, event.get(field::FIRST_BYTES)?);
    Some(Finding::as_noted_because(
        S5,
        format!("From NEWKEYS on {who} sends under {cipher}: {bytes} is no readable message."),
        format!("自 NEWKEYS 起{who_zh}用 {cipher} 加密发送：{bytes} 已不是可读的消息。"),
    ))
}
