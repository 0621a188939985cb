//! t10 to t14: the change to the new keys, the digest of the handshake, and what it guards.

use crate::{Claim, Event, Finding, Past, Side, tls::Step};

/// t10 for the client's, the first half of t13 for the server's.
pub(super) fn change_cipher_spec(event: &Event, past: &Past) -> Vec<Finding> {
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
pub(super) fn finished(event: &Event, past: &Past) -> Vec<Finding> {
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
pub(super) fn application_data(event: &Event) -> Vec<Finding> {
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

/// t12: the keys come from the handshake as each side saw it, and a record changed on the way fits no key.
pub(super) fn does_not_open(event: &Event, past: &Past) -> Option<Finding> {
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

/// The first eight hex digits.
fn start(hex: &str) -> &str {
    hex.get(..8).unwrap_or(hex)
}
