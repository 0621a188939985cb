//! t10 to t14: the change to the new keys, the digest of the handshake, and what it guards.

use steps::{
    Event, Past, Side, common,
    tls::{Step, field},
};

use crate::{Claim, Finding};

/// t10 for the client's, the first half of t13 for the server's.
pub(super) fn change_cipher_spec(event: &Event, past: &Past) -> Option<Finding> {
    match (event.sender()?, event.get(field::SWITCHES_KEYS)?) {
        (Side::Client, true) => Some(Finding::as_noted(Claim::T10)),
        (Side::Client, false) => {
            // Before the server's answer nobody knows which version it will turn out to be: the summary says it then.
            let version = event.get(common::VERSION)?;
            Some(Finding::differs(
                Claim::T10,
                format!("in {version} it is a dummy for middleboxes; the keys change without it"),
                format!("在 {version} 中它只是给中间设备看的摆设，换密钥与它无关"),
            ))
        }
        (Side::Server, true) => {
            past.first_from(Side::Client, Step::Finished)?.get(field::VERIFY_DATA)?;
            Some(Finding::as_noted(Claim::T13))
        }
        (Side::Server, false) => None,
    }
}

/// A digest that came, and the one that was computed again from what crossed.
#[derive(Clone, Copy)]
struct Digests<'a> {
    came: &'a str,
    recomputed: &'a str,
}

impl Digests<'_> {
    fn are_equal(self) -> bool {
        self.came == self.recomputed
    }
}

/// t11 and t12 for the client's, t12 and t13 for the server's. Where nothing was compared, nothing is shown.
pub(super) fn finished(event: &Event, past: &Past) -> Option<Vec<Finding>> {
    let (from, opened) = (event.sender()?, event.get(common::ENCRYPTED)?);
    let digests = Digests {
        came: event.get(field::VERIFY_DATA)?,
        recomputed: event.get(field::VERIFY_DATA_RECOMPUTED)?,
    };
    let more = match from {
        Side::Client => opened.then(|| encryption_tested(digests)),
        Side::Server => servers_turn(digests, past),
    };
    Some([Some(tampering(digests)), more].into_iter().flatten().collect())
}

/// t11.
fn encryption_tested(digests: Digests<'_>) -> Finding {
    let data = start(digests.came);
    if digests.are_equal() {
        Finding::as_noted_because(
            Claim::T11,
            format!("it decrypts, and its digest of the handshake (verify_data {data}…) is right"),
            format!("可以解密，其中的握手摘要（verify_data {data}…）正确"),
        )
    } else {
        Finding::differs(
            Claim::T11,
            format!("it decrypts, but verify_data {data}… is not the digest of what crossed"),
            format!("可以解密，但 verify_data {data}… 不是实际传输内容的摘要"),
        )
    }
}

/// t12.
fn tampering(digests: Digests<'_>) -> Finding {
    let (data, recomputed) = (start(digests.came), start(digests.recomputed));
    let bytes = digests.came.len() / 2;
    if digests.are_equal() {
        Finding::as_noted_because(
            Claim::T12,
            format!("{bytes} bytes equal ({data}…) to those computed again from what crossed"),
            format!("{bytes} 字节与用实际传输内容重新计算的结果相同（{data}…）"),
        )
    } else {
        Finding::as_noted_because(
            Claim::T12,
            format!(
                "{data}… came, {recomputed}… fits what crossed: the two sides did not see the same handshake"
            ),
            format!("收到 {data}…，按实际传输内容应为 {recomputed}…：双方看到的握手不一致"),
        )
    }
}

/// t13: who finished first.
fn servers_turn(digests: Digests<'_>, past: &Past) -> Option<Finding> {
    if past.first_from(Side::Client, Step::Finished).is_none() {
        return past.is_whole().then(|| {
            Finding::differs(
                Claim::T13,
                "the server's Finished came first, before the client had sent one",
                "服务端的 Finished 先到，此时客户端还没有发送自己的 Finished",
            )
        });
    }
    let switches = past.first_from(Side::Server, Step::ChangeCipherSpec)?.get(field::SWITCHES_KEYS)?;
    Some(match (switches, digests.are_equal()) {
        (true, true) => Finding::as_noted_because(
            Claim::T13,
            "ChangeCipherSpec and Finished came after the client's, and the digest is right",
            "ChangeCipherSpec 和 Finished 在客户端的之后到来，摘要正确",
        ),
        (true, false) | (false, _) => Finding::as_noted(Claim::T13),
    })
}

/// t14: data that the session's keys opened.
pub(super) fn application_data(event: &Event) -> Option<Finding> {
    if !event.get(common::ENCRYPTED)? {
        return None;
    }
    let (plain, cipher) = (event.get(common::LENGTH)?, event.get(field::CIPHERTEXT_LENGTH)?);
    let begins = start(event.get(field::CIPHERTEXT)?);
    Some(Finding::as_noted_because(
        Claim::T14,
        format!("{plain} bytes crossed as {cipher} bytes of ciphertext ({begins}…)"),
        format!("{plain} 字节以 {cipher} 字节密文传输（{begins}…）"),
    ))
}

/// t12: the keys come from the handshake as each side saw it, and a record changed on the way fits no key.
pub(super) fn does_not_open(event: &Event, past: &Past) -> Option<Finding> {
    let (from, _length) = (event.sender()?, event.get(common::LENGTH)?);
    if past.first_from(from, Step::Finished).is_some() || !past.is_whole() {
        return None; // The handshake was whole, or may have been; this is about data.
    }
    let (en, zh) = match (from, event.get(field::SENDER)?) {
        (Side::Client, "client") => ("client", "客户端"),
        (Side::Server, "server") => ("server", "服务端"),
        (Side::Client | Side::Server, _) => return None,
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

/// The first eight hex digits.
fn start(hex: &str) -> &str {
    hex.get(..8).unwrap_or(hex)
}
