//! What the steps of SSH show of the notes: claims s1 to s13, told in the order of the notes.

use steps::{
    Event, Past, Side,
    ssh::{Step, field},
    tcp,
};

use crate::{
    Claim::{S1, S2, S3, S4, S6, S7, S8, S9, S10, S11, S12},
    Finding,
};

mod encryption;
mod password;

pub(crate) use password::at_end;

use encryption::{encrypted, exchange_hash, keys_derived, opened, secret_derived};

/// What `event` shows of the notes, given what came before it.
pub(crate) fn judge(step: Step, event: &Event, past: &Past) -> Vec<Finding> {
    // The notes tell of the beginning: keys that are replaced later show nothing new.
    if event.get(field::REKEY) == Some(true) {
        return Vec::new();
    }
    let finding = match step {
        Step::Identification => who_was_first(event, past),
        Step::Negotiated => how_picked(event, past),
        Step::KeyExchangeReply => return key_exchange(event, past),
        Step::SessionKey => secret_derived(event),
        Step::ExchangeHash => return exchange_hash(event),
        Step::DerivedKeys => keys_derived(event),
        Step::ServiceRequest => opened(event, past),
        Step::Encrypted => encrypted(event, past),
        Step::HostKeyCheck => host_key(event),
        Step::PublickeyQuery => key_named(event),
        Step::PublickeyOk => key_would_do(event),
        Step::SignedRequest => signed(event),
        Step::PublickeySignature => signature(event),
        Step::AuthPassword | Step::InteractiveAnswer | Step::AuthFailure => password::checked(event, past),
        Step::AuthSuccess => {
            return [granted(event), password::checked(event, past)].into_iter().flatten().collect();
        }
        Step::Kexinit
        | Step::NothingInCommon
        | Step::GroupRequest
        | Step::Group
        | Step::KeyExchangeInit
        | Step::Newkeys
        | Step::Unopened
        | Step::ExtInfo
        | Step::ServiceAccept
        | Step::AuthNone
        | Step::AuthMethods
        | Step::InteractiveQuestion
        | Step::ChannelOpen
        | Step::ChannelConfirmed
        | Step::ChannelRequest
        | Step::Exec
        | Step::ChannelReply
        | Step::ChannelData
        | Step::ExitStatus
        | Step::ChannelEof
        | Step::ChannelClose
        | Step::OtherMessage
        | Step::Disconnect
        | Step::WrongTag
        | Step::Undecodable
        | Step::LineBefore
        | Step::Summary => None,
    };
    finding.into_iter().collect()
}

/// s1: what TCP's part of an SSH connection shows.
pub(crate) fn over_tcp(step: tcp::Step, event: &Event, past: &Past) -> Option<Finding> {
    if step != tcp::Step::Established || past.has(Step::Identification) {
        return None;
    }
    let state = event.get(tcp::field::STATE)?;
    Some(Finding::as_noted_because(
        S1,
        format!("The kernel says {state}; no byte of SSH has crossed yet."),
        format!("内核报告 {state}，此时还没有传输任何 SSH 字节。"),
    ))
}

/// s2: judged once both lines are known, by what this side can know: its own line, and whether the peer's had
/// already arrived when it left.
fn who_was_first(event: &Event, past: &Past) -> Option<Finding> {
    let second = event.sender()?;
    let first = past.first_from(second.peer(), Step::Identification)?;
    let (before, after) = (first.get(field::SOFTWAREVERSION)?, event.get(field::SOFTWAREVERSION)?);
    let (en, zh) = match (event.side, second) {
        (Side::Client, Side::Server) => (
            format!(
                "Seen from the client: it sent its line ({before}) before the server's ({after}) had arrived. \
                 It did not wait for it; the RFC asks neither side to."
            ),
            format!(
                "从客户端看：发出自己的版本（{before}）时，服务端的版本（{after}）尚未到达。\
                 客户端没有等待，RFC 也不要求任何一方等待。"
            ),
        ),
        (Side::Client, Side::Client) => (
            format!("The server's line ({before}) was here before the client sent its own ({after})."),
            format!("服务端的版本（{before}）先到，客户端随后才发出自己的版本（{after}）。"),
        ),
        (Side::Server, Side::Server) => (
            format!("The client's line ({before}) was here before the server sent its own ({after})."),
            format!("客户端的版本（{before}）先到，服务端随后才发出自己的版本（{after}）。"),
        ),
        (Side::Server, Side::Client) => (
            format!(
                "Seen from the server: it sent its line ({before}) before the client's ({after}) had arrived. \
                 It did not wait for it; the RFC asks neither side to."
            ),
            format!(
                "从服务端看：发出自己的版本（{before}）时，客户端的版本（{after}）尚未到达。\
                 服务端没有等待，RFC 也不要求任何一方等待。"
            ),
        ),
    };
    Some(Finding::depends(S2, en, zh))
}

/// s3: both lists crossed, and which algorithm won. Where nothing was agreed, another step says so.
fn how_picked(event: &Event, past: &Past) -> Option<Finding> {
    let kex = event.get(field::KEX_ALGORITHM)?;
    let [at, there] = event.get(field::KEX_ALGORITHM_RANK)?.try_into().ok()?;
    let cipher = event.get(field::ENCRYPTION_ALGORITHM_CLIENT_TO_SERVER)?;
    let host_key = event.get(field::SERVER_HOST_KEY_ALGORITHM)?;
    let [client, server] = [methods(Side::Client, past)?, methods(Side::Server, past)?];
    Some(Finding::as_noted_because(
        S3,
        format!(
            "{kex} is number {at} of {client} in the client's list and {there} of {server} in the server's, the first of \
             the client's that both have; likewise {host_key} and {cipher}."
        ),
        format!(
            "{kex} 在客户端列表的 {client} 个中排第 {at}，在服务端列表的 {server} 个中排第 {there}，\
             是客户端列表里双方共有的第一个；{host_key} 和 {cipher} 也是这样选出的。"
        ),
    ))
}

/// How many methods of key exchange `side` has: some names in its list are signs of a capability (RFC 8308, strict key
/// exchange).
fn methods(side: Side, past: &Past) -> Option<usize> {
    let is_sign = |name: &&str| name.starts_with("ext-info-") || name.starts_with("kex-strict-");
    let names = past.first_from(side, Step::Kexinit)?.get(field::KEX_ALGORITHMS)?;
    Some(names.iter().filter(|name| !is_sign(name)).count())
}

/// s4 and s6: both public values have crossed, and the host key with its signature came in the same packet.
fn key_exchange(event: &Event, past: &Past) -> Vec<Finding> {
    [both_values(event, past), host_key_sent(event, past)].into_iter().flatten().collect()
}

/// s4, from the wire.
fn both_values(event: &Event, past: &Past) -> Option<Finding> {
    let kex = event.get(field::KEX_ALGORITHM)?;
    let client = past.first(Step::KeyExchangeInit)?.get(field::PUBLIC_VALUE_LENGTH)?;
    let server = event.get(field::PUBLIC_VALUE_LENGTH)?;
    Some(Finding::as_noted_because(
        S4,
        format!(
            "{kex}: the client sent {client} bytes of public value, the server {server}; \
             the secret itself never crossed."
        ),
        format!("{kex}：客户端发送 {client} 字节公开值，服务端发送 {server} 字节；密钥本身从未传输。"),
    ))
}

/// s6: where the host key came.
fn host_key_sent(event: &Event, past: &Past) -> Option<Finding> {
    if past.first_from(Side::Server, Step::Newkeys).is_some() {
        return None;
    }
    let (kind, print) = (event.get(field::HOST_KEY_TYPE)?, event.get(field::HOST_KEY_FINGERPRINT)?);
    let (message, signature) = (event.get(field::MESSAGE)?, event.get(field::SIGNATURE_ALGORITHM)?);
    Some(Finding::differs(
        S6,
        format!(
            "The host key ({kind}, {print}) came inside {message}, in the clear and before any \
             authentication, with a {signature} signature over the exchange hash."
        ),
        format!(
            "主机公钥（{kind}，{print}）就在 {message} 中，早于认证、以明文传输，\
             并附有对交换哈希的 {signature} 签名。"
        ),
    ))
}

/// s7, s8, s9: what became of the host key.
fn host_key(event: &Event) -> Option<Finding> {
    let print = event.get(field::FINGERPRINT)?;
    match event.get(field::RECORD)? {
        "unknown" => unknown_host(event, print),
        "known" => known_host(event, print),
        "changed" => changed_host(event, print),
        "certified" => certified_host(event, print),
        _ => None,
    }
}

/// s7.
fn unknown_host(event: &Event, print: &str) -> Option<Finding> {
    let (accepted, added) = (event.get(field::ACCEPTED)?, event.get(field::ADDED)?);
    match (event.get(field::DECIDED_BY)?, accepted) {
        ("user", true) if added => Some(Finding::as_noted_because(
            S7,
            format!("No record of the host; the user confirmed {print} and it was added."),
            format!("没有该主机的记录；用户确认了 {print}，已添加。"),
        )),
        ("user", true) => {
            let file = event.get(field::FILE)?;
            Some(Finding::depends(
                S7,
                format!(
                    "No record of the host; the user confirmed {print}, but it could not be added to {file}."
                ),
                format!("没有该主机的记录；用户确认了 {print}，但未能添加到 {file}。"),
            ))
        }
        ("user", false) => Some(Finding::depends(
            S7,
            format!(
                "No record of the host; the user was asked about {print} and said no: nothing was added."
            ),
            format!("没有该主机的记录；询问用户是否接受 {print}，用户拒绝，未添加。"),
        )),
        ("option", accepted) => {
            let strict = event.get(field::STRICT)?;
            let (en, zh) = match (accepted, added) {
                (true, true) => (format!("to add {print}"), format!("添加 {print}")),
                (true, false) => (format!("to let {print} pass"), format!("放行 {print}")),
                (false, _) => {
                    (format!("to refuse unknown hosts like {print}"), format!("拒绝 {print} 这样的未知主机"))
                }
            };
            Some(Finding::depends(
                S7,
                format!("Nobody was asked: --strict {strict} said beforehand {en}."),
                format!("没有询问用户：--strict {strict} 已事先决定{zh}。"),
            ))
        }
        ("nobody", false) => Some(Finding::depends(
            S7,
            format!("Nobody could be asked (no terminal), so {print} was refused."),
            format!("没有终端，无法询问用户，因此拒绝了 {print}。"),
        )),
        _ => None,
    }
}

/// s8.
fn known_host(event: &Event, print: &str) -> Option<Finding> {
    let (file, line) = (event.get(field::FILE)?, event.get(field::LINE)?);
    event.get(field::ACCEPTED)?.then(|| {
        Finding::as_noted_because(
            S8,
            format!("Line {line} of {file} has the same key, {print}."),
            format!("{file} 第 {line} 行记录了同一个公钥 {print}。"),
        )
    })
}

/// s8, by a CA.
fn certified_host(event: &Event, print: &str) -> Option<Finding> {
    let (file, line) = (event.get(field::FILE)?, event.get(field::CERT_AUTHORITY_LINE)?);
    let authority = event.get(field::CERTIFICATE_AUTHORITY_FINGERPRINT)?;
    event.get(field::ACCEPTED)?.then(|| {
        Finding::depends(
            S8,
            format!(
                "No fingerprint of the host was compared: line {line} of {file} trusts the CA {authority}, which has \
                 signed a certificate for the key {print}."
            ),
            format!(
                "没有比较主机自己的指纹：{file} 第 {line} 行信任 CA {authority}，它为公钥 {print} 签发了证书。"
            ),
        )
    })
}

/// s9.
fn changed_host(event: &Event, print: &str) -> Option<Finding> {
    let (file, line) = (event.get(field::FILE)?, event.get(field::LINE)?);
    let recorded = event.get(field::RECORDED_FINGERPRINT)?;
    Some(if event.get(field::ACCEPTED)? {
        let strict = event.get(field::STRICT)?;
        if event.get(field::DECIDED_BY)? != "option" {
            return None;
        }
        Finding::depends(
            S9,
            format!(
                "Line {line} of {file} has {recorded}, the server showed {print}: \
                 it passed only because the option --strict {strict} said so."
            ),
            format!(
                "{file} 第 {line} 行记录的是 {recorded}，服务端出示的是 {print}：\
                 仅因选项 --strict {strict} 才放行。"
            ),
        )
    } else {
        Finding::as_noted_because(
            S9,
            format!("Line {line} of {file} has {recorded}, the server showed {print}: refused."),
            format!("{file} 第 {line} 行记录的是 {recorded}，服务端出示的是 {print}：拒绝。"),
        )
    })
}

/// s10, on the server: the key was named.
fn key_named(event: &Event) -> Option<Finding> {
    let (user, print) = (event.get(field::USER_NAME)?, event.get(field::PUBLIC_KEY_FINGERPRINT)?);
    (event.get(field::ANSWER)? == "accept").then(|| {
        Finding::as_noted_because(
            S10,
            format!("The client named the key {print} for {user}, and the server would take it."),
            format!("客户端为 {user} 声明公钥 {print}，服务端表示可用。"),
        )
    })
}

/// s10, on the client: the key that was named would do.
fn key_would_do(event: &Event) -> Option<Finding> {
    let print = event.get(field::PUBLIC_KEY_FINGERPRINT)?;
    Some(Finding::as_noted_because(
        S10,
        format!("The client asked about the key {print} without a signature, and the server would take it."),
        format!("客户端先不带签名询问公钥 {print}，服务端表示可用。"),
    ))
}

/// s11: what was signed.
fn signed(event: &Event) -> Option<Finding> {
    let print = event.get(field::PUBLIC_KEY_FINGERPRINT)?;
    let length = event.get(field::SIGNED_LENGTH)?;
    let id: String = event.get(field::SESSION_IDENTIFIER)?.chars().take(16).collect();
    let (user, service) = (event.get(field::USER_NAME)?, event.get(field::SERVICE_NAME)?);
    let (number, method) = (event.get(field::MESSAGE_NUMBER)?, event.get(field::METHOD_NAME)?);
    let algorithm = event.get(field::PUBLIC_KEY_ALGORITHM_NAME)?;
    Some(Finding::differs(
        S11,
        format!(
            "No challenge was signed but {length} bytes of the client's own making: session id {id}…, \
             {number}, \"{user}\", \"{service}\", \"{method}\", TRUE, {algorithm}, key {print}."
        ),
        format!(
            "签名的不是挑战码，而是客户端自己组成的 {length} 字节：会话标识 {id}…、{number}、\"{user}\"、\
             \"{service}\"、\"{method}\"、TRUE、{algorithm}、公钥 {print}。"
        ),
    ))
}

/// s11: the signature crossed, and the public key fits it.
fn signature(event: &Event) -> Option<Finding> {
    let print = event.get(field::PUBLIC_KEY_FINGERPRINT)?;
    let (en, zh) = match (event.get(field::SIGNED_LENGTH), event.get(field::SIGNATURE)) {
        (Some(length), Some("wrong")) => (
            format!(
                "No challenge came before this signature; over the session id and the request ({length} bytes) \
                 the public key {print} does not fit it."
            ),
            format!("签名之前没有挑战消息；对会话标识和请求（{length} 字节）用公钥 {print} 验证，签名不符。"),
        ),
        (Some(length), Some(checked)) => {
            let (en, zh) = match checked {
                "verified" => ("with it, checked again here, it is good", "此处再次用它验证，有效"),
                _ => ("its algorithm cannot be checked here", "此处无法检验其算法"),
            };
            (
                format!(
                    "No challenge came before this signature: it covers the session id and this very request \
                     ({length} bytes), and belongs to the public key {print}: {en}."
                ),
                format!(
                    "签名之前没有挑战消息：它覆盖会话标识和这个请求本身（{length} 字节），对应公钥 {print}：{zh}。"
                ),
            )
        }
        // Packets are not opened here: the library's word is all there is.
        _ if event.get(field::VERIFIED)? => (
            format!(
                "The server verified a signature with the public key {print}; SSH-2 has no challenge message, \
                 the signature covers the session id and the request."
            ),
            format!("服务端用公钥 {print} 检验了签名；SSH-2 没有挑战消息，签名覆盖的是会话标识和请求本身。"),
        ),
        _ => return None,
    };
    Some(Finding::differs(S11, en, zh))
}

/// s12: access.
fn granted(event: &Event) -> Option<Finding> {
    let (user, method) = (event.get(field::USER_NAME)?, event.get(field::METHOD_NAME)?);
    Some(Finding::as_noted_because(
        S12,
        format!("\"{user}\" is in, by {method}."),
        format!("\"{user}\" 通过 {method} 登录成功。"),
    ))
}

#[cfg(test)]
mod tests;
