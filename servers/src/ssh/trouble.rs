//! Why a connection ended early, in words: whose doing it was, and what to do.

use std::{io, time::Duration};

use russh::{AlgorithmKind, Error};
use steps::{Said, ssh::Step};
use watch::Witness;

use super::Progress;

/// How a session that ended is to be judged.
pub(super) fn judge_end(
    ended: Result<(), Error>,
    witness: &Witness,
    progress: &Progress,
) -> Result<(), Said> {
    match ended {
        _ if progress.logged_in() && progress.is_done() && is_farewell(&ended) => Ok(()),
        Ok(()) if progress.logged_in() => Ok(()),
        Ok(()) => Err(left_early(witness, progress)),
        Err(error) => Err(explain(&error, witness, progress)),
    }
}

/// DISCONNECT is customary but not required (RFC 4253 §11.1): an end of the stream will do once all is done.
fn is_farewell(ended: &Result<(), Error>) -> bool {
    match ended {
        Ok(()) | Err(Error::Disconnect | Error::HUP) => true,
        Err(Error::IO(error)) => is_gone(error),
        Err(_) => false,
    }
}

fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
    )
}

/// Why russh gave up.
pub(super) fn explain(error: &Error, witness: &Witness, progress: &Progress) -> Said {
    if let Some(said) = not_ssh(witness) {
        return said;
    }
    match error {
        Error::IO(error) if is_gone(error) && progress.logged_in() => {
            Said::new("The client vanished in the middle of its session.", "客户端在会话中途断开了连接。")
        }
        Error::IO(error) if is_gone(error) => left_early(witness, progress),
        Error::Disconnect | Error::HUP => left_early(witness, progress),
        Error::Version => Said::new(
            "The client's first line is no SSH identification: does it speak SSH-2?",
            "客户端的第一行不是 SSH 标识，它使用的是 SSH-2 吗？",
        ),
        Error::NoCommonAlgo { kind, ours, theirs } => {
            let (ours, theirs, (en, zh)) = (names(ours), names(theirs), kind_name(kind));
            Said::new(
                format!(
                    "No common {en} algorithm: the server has {ours}; the client offers {theirs}. \
                     Allow one of the server's on the client."
                ),
                format!(
                    "没有共同的{zh}算法：服务端支持 {ours}；客户端提供 {theirs}。\
                     请在客户端启用服务端支持的一种。"
                ),
            )
        }
        Error::StrictKeyExchangeViolation { message_type, sequence_number } => Said::new(
            format!(
                "Message {message_type} (packet {sequence_number}) came where strict key exchange allows none: \
                 slipped in on the way, or sent by a client that does not keep to it."
            ),
            format!(
                "消息 {message_type}（第 {sequence_number} 个包）出现在严格密钥交换不允许的位置：\
                 途中被塞入，或客户端没有遵守约定。"
            ),
        ),
        Error::InactivityTimeout | Error::KeepaliveTimeout => Said::new(
            "The client was silent for too long (--idle-timeout).",
            "客户端沉默太久（--idle-timeout）。",
        ),
        Error::PacketAuth | Error::DecryptionError => Said::new(
            "A packet did not verify under the session's keys: its bytes were changed on the way.",
            "一个数据包未通过会话密钥的校验：它的字节在途中被改动过。",
        ),
        other => Said::new(
            format!("The client broke the protocol, or the connection broke: {other}."),
            format!("客户端违反了协议，或连接已损坏：{other}。"),
        ),
    }
}

/// The client left before it was logged in; the steps say where.
fn left_early(witness: &Witness, progress: &Progress) -> Said {
    if let Some(said) = not_ssh(witness) {
        return said;
    }
    if let Some(refusals) = progress.out_of_tries() {
        return Said::new(
            format!(
                "No login: {refusals} attempts were refused, as many as --max-auth-tries allows (the probe \
                 without proof counts)."
            ),
            format!("登录失败：已被拒绝 {refusals} 次，达到 --max-auth-tries 的上限（无凭据的试探也计入）。"),
        );
    }
    witness.past(|past| {
        if past.has(Step::AuthPassword) || past.has(Step::InteractiveAnswer) {
            Said::new(
                "The client left after a wrong password (`certs --show-password` shows the demo user's).",
                "客户端在密码错误后离开（`certs --show-password` 可显示演示用户的密码）。",
            )
        } else if past.has(Step::PublickeyQuery) || past.has(Step::AuthNone) {
            Said::new(
                "The client left without logging in: does authorized_keys have its key, and is the user demo?",
                "客户端没有登录就离开了：authorized_keys 里有它的公钥吗？用户名是 demo 吗？",
            )
        } else if past.first_from(steps::Side::Client, Step::Encrypted).is_some() {
            Said::new(
                "The client trusted the host key, and vanished before its login began.",
                "客户端信任主机公钥，但在登录开始之前断开了连接。",
            )
        } else if past.has(Step::KeyExchangeReply) {
            Said::new(
                "The client left once it had the host key: it may not trust it, or not find the signature right \
                 (ssh-keyscan leaves here too).",
                "客户端得到主机公钥后就离开了：可能不信任它，或签名对不上（ssh-keyscan 也在此离开）。",
            )
        } else if past.first_from(steps::Side::Client, Step::Identification).is_some() {
            Said::new(
                "The client vanished in the middle of the handshake, before the key exchange.",
                "客户端在握手中途、密钥交换之前断开了连接。",
            )
        } else {
            // A client that resets at once may have sent one that nobody could read any more.
            Said::new(
                "The client was gone before an SSH identification was read: a port scan, or a health check?",
                "还没读到 SSH 标识，客户端就离开了：是端口扫描或健康检查吗？",
            )
        }
    })
}

/// Without the signs of a capability, which stand in the list and are no algorithms.
fn names(list: &[String]) -> String {
    let is_sign = |name: &&String| name.starts_with("ext-info-") || name.starts_with("kex-strict-");
    list.iter().filter(|name| !is_sign(name)).map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn kind_name(kind: &AlgorithmKind) -> (&'static str, &'static str) {
    match kind {
        AlgorithmKind::Kex => ("key exchange", "密钥交换"),
        AlgorithmKind::Key => ("host key", "主机密钥"),
        AlgorithmKind::Cipher => ("encryption", "加密"),
        AlgorithmKind::Compression => ("compression", "压缩"),
        AlgorithmKind::Mac => ("MAC", " MAC "),
    }
}

/// What the decoder found instead of SSH.
fn not_ssh(witness: &Witness) -> Option<Said> {
    witness.past(|past| {
        // What cannot be read under the keys is no other protocol.
        if past.first_from(steps::Side::Client, Step::Newkeys).is_some() {
            return None;
        }
        let lost = past.first(Step::Undecodable)?;
        let (looks_like, expected) = (lost.text("looks_like"), lost.text("expected"));
        if looks_like == "SSH identification" {
            return Some(Said::new(
                format!("The client's identification is none that SSH-2 allows: expected {expected}."),
                format!("客户端的版本标识不符合 SSH-2 的规定：应为 {expected}。"),
            ));
        }
        Some(Said::new(
            format!(
                "The client does not speak SSH here: expected {expected}, got what looks like {looks_like}. \
                 Is it meant for another port?"
            ),
            format!("客户端此处发送的不是 SSH：应为 {expected}，实际像是 {looks_like}。是否连错了端口？"),
        ))
    })
}

/// `option` is the one that set the limit.
pub(super) fn no_identification(witness: &Witness, limit: Duration, option: &str) -> Said {
    not_ssh(witness).unwrap_or_else(|| {
        Said::new(
            format!("The client sent no SSH identification within {limit:?} ({option})."),
            format!("客户端在 {limit:?} 内没有发送 SSH 标识（{option}）。"),
        )
    })
}

pub(super) fn no_key_exchange(limit: Duration) -> Said {
    Said::new(
        format!("The client hung in the handshake: no key exchange within {limit:?} (--handshake-timeout)."),
        format!("客户端在握手中停滞：{limit:?} 内没有开始密钥交换（--handshake-timeout）。"),
    )
}

pub(super) fn no_login(limit: Duration) -> Said {
    Said::new(
        format!("The client did not log in within {limit:?}, twelve times --handshake-timeout."),
        format!("客户端在 {limit:?}（--handshake-timeout 的十二倍）内没有登录。"),
    )
}

pub(super) fn stopped() -> Said {
    Said::new("The server was stopped while the connection was open.", "连接尚未结束，服务端就停止了。")
}
