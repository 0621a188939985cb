//! Why a connection ended early, in words: whose doing it was, and what to do.

use std::io;

use clap::ValueEnum;
use russh::{
    AlgorithmKind, Error, MethodSet,
    keys::{HashAlg, PublicKey},
};
use steps::{Said, Side, ssh::Step};
use watch::Witness;

use super::Method;
use crate::PATIENCE;

/// Why russh gave up.
pub(super) fn explain(error: &Error, witness: &Witness) -> Said {
    if let Some(said) = not_ssh(witness) {
        return said;
    }
    match error {
        Error::Disconnect | Error::HUP | Error::SendError | Error::RecvError => closed(witness),
        Error::IO(error)
            if matches!(
                error.kind(),
                io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
            ) =>
        {
            closed(witness)
        }
        Error::Version => Said::new(
            "The server's first lines hold no SSH-2 identification: is this the port of an SSH server?",
            "服务端最初的几行里没有 SSH-2 标识：这是 SSH 服务器的端口吗？",
        ),
        Error::NoCommonAlgo { kind, ours, theirs } => {
            let (ours, theirs, (en, zh)) = (names(ours), names(theirs), kind_name(kind));
            Said::new(
                format!("No common {en} algorithm: this client has {ours}; the server has {theirs}."),
                format!("没有共同的{zh}算法：客户端支持 {ours}；服务端支持 {theirs}。"),
            )
        }
        Error::StrictKeyExchangeViolation { message_type, sequence_number } => Said::new(
            format!(
                "Message {message_type} (packet {sequence_number}) came where strict key exchange allows none: \
                 slipped in on the way, or sent by a server that does not keep to it."
            ),
            format!(
                "消息 {message_type}（第 {sequence_number} 个包）出现在严格密钥交换不允许的位置：\
                 途中被塞入，或服务端没有遵守约定。"
            ),
        ),
        Error::WrongServerSig => Said::new(
            "The server's signature over the exchange hash is wrong: it does not hold the host key it showed, or \
             the handshake was changed on the way.",
            "服务端对交换哈希的签名不正确：它并不持有所出示的主机密钥，或者握手在途中被改动过。",
        ),
        Error::PacketAuth | Error::DecryptionError => Said::new(
            "A packet did not verify under the session's keys: its bytes were changed on the way.",
            "一个数据包未通过会话密钥的校验：它的字节在途中被改动过。",
        ),
        other => Said::new(
            format!("The server broke the protocol, or the connection broke: {other}."),
            format!("服务端违反了协议，或连接已损坏：{other}。"),
        ),
    }
}

/// The server closed the connection; the steps say where, and what it said.
fn closed(witness: &Witness) -> Said {
    witness.past(|past| {
        if let Some(farewell) = past.first_from(Side::Server, Step::Disconnect) {
            let (reason, words) = (farewell.text("reason"), farewell.text("description"));
            return Said::new(
                format!("The server disconnected: {reason}, \"{words}\"."),
                format!("服务端断开了连接：{reason}，“{words}”。"),
            );
        }
        if past.has(Step::AuthSuccess) {
            Said::new("The server vanished in the middle of the session.", "服务端在会话中途断开了连接。")
        } else if past.has(Step::SessionKey) && !past.has(Step::AuthMethods) {
            Said::new(
                "The server closed the connection before it answered the login: it ran out of patience, or a packet \
                 was damaged on the way. Its own log may say why.",
                "服务端在回应登录之前就断开了连接：等待超时，或有数据包在途中损坏，原因可查看它的日志。",
            )
        } else if past.has(Step::SessionKey) {
            Said::new(
                "The server closed the connection during the login: too many attempts, or it ran out of patience.",
                "服务端在登录过程中断开了连接：尝试次数过多，或等待超时。",
            )
        } else if past.first_from(Side::Server, Step::Identification).is_some() {
            Said::new(
                "The server vanished in the middle of the handshake; its own log may say why.",
                "服务端在握手中途断开了连接，原因可查看它的日志。",
            )
        } else {
            Said::new(
                "The server closed the connection without an SSH identification: is this the port of an SSH \
                 server, and does it take connections from here?",
                "服务端没有发送 SSH 标识就关闭了连接：这是 SSH 服务器的端口吗？它接受来自这里的连接吗？",
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
        if past.first_from(Side::Server, Step::Newkeys).is_some() {
            return None;
        }
        let lost = past.first_from(Side::Server, Step::Undecodable)?;
        let (looks_like, expected) = (lost.text("looks_like"), lost.text("expected"));
        if looks_like == "SSH identification" {
            return Some(Said::new(
                format!("The server's identification is none that SSH-2 allows: expected {expected}."),
                format!("服务端的版本标识不符合 SSH-2 的规定：应为 {expected}。"),
            ));
        }
        Some(Said::new(
            format!(
                "The server does not speak SSH here: expected {expected}, got what looks like {looks_like}. Is \
                 this the right port?"
            ),
            format!("服务端此处发送的不是 SSH：应为 {expected}，实际像是 {looks_like}。端口对吗？"),
        ))
    })
}

pub(super) fn no_key_exchange(witness: &Witness) -> Said {
    let seconds = PATIENCE.as_secs();
    not_ssh(witness).unwrap_or_else(|| {
        if witness.past(|past| past.first_from(Side::Server, Step::Identification).is_some()) {
            Said::new(
                format!("The server hung in the handshake for {seconds} s: overloaded, or stopped?"),
                format!("服务端在握手中停滞了 {seconds} 秒：过载或已停止？"),
            )
        } else {
            Said::new(
                format!("The server sent no SSH identification within {seconds} s: is this an SSH port?"),
                format!("服务端在 {seconds} 秒内没有发送 SSH 标识：这是 SSH 端口吗？"),
            )
        }
    })
}

pub(super) fn silent(stage: &str) -> Said {
    let seconds = PATIENCE.as_secs();
    Said::new(
        format!("The server was silent for {seconds} s during {stage}."),
        format!("服务端沉默了 {seconds} 秒（阶段：{stage}）。"),
    )
}

pub(super) fn login_cut(witness: &Witness) -> Said {
    closed(witness)
}

pub(super) fn no_method(left: &MethodSet, ours: &[Method]) -> Said {
    let left: Vec<&str> = left.iter().map(Into::into).collect();
    let ours: Vec<String> =
        ours.iter().filter_map(|method| Some(method.to_possible_value()?.get_name().to_owned())).collect();
    let (left, ours) = (left.join(", "), ours.join(", "));
    Said::new(
        format!("No common way to log in: the server takes {left}; this client may try {ours} (--methods)."),
        format!("没有共同的登录方法：服务端接受 {left}；本客户端可尝试 {ours}（--methods）。"),
    )
}

pub(super) fn only_sha1() -> Said {
    Said::new(
        "The server takes RSA signatures with SHA-1 only, which nobody should make any more: use an Ed25519 key.",
        "服务端只接受基于 SHA-1 的 RSA 签名，这种签名已不应再使用：请改用 Ed25519 密钥。",
    )
}

pub(super) fn too_many_questions() -> Said {
    Said::new("The server asked and asked, and never decided.", "服务端不断提问，始终没有给出结果。")
}

pub(super) fn password_refused(user: &str, tries: usize) -> Said {
    let times = if tries == 1 { "the password".to_owned() } else { format!("{tries} passwords") };
    Said::new(
        format!("The server refused {times} for \"{user}\": access is refused."),
        format!("服务端拒绝了 \"{user}\" 的密码（共尝试 {tries} 次）：拒绝访问。"),
    )
}

/// `earlier`: why the attempt before it failed.
pub(super) fn nobody_to_ask(earlier: Option<&Said>, error: &io::Error) -> Said {
    let (en, zh) = earlier.map_or(("", ""), |said| (said.en.as_str(), said.zh.as_str()));
    let en = format!(
        "{en} The server would take a password, but there is no terminal to ask for one ({error}); \
         --password-file gives it."
    );
    let zh = format!("{zh}服务端接受密码，但没有终端可供询问（{error}）；可用 --password-file 提供。");
    Said::new(en.trim_start(), zh)
}

pub(super) fn not_signed(error: &anyhow::Error) -> Said {
    Said::new(
        format!("The request could not be signed: {error:#}."),
        format!("无法对登录请求签名：{error:#}。"),
    )
}

pub(super) fn key_refused(user: &str, key: &PublicKey, partial_success: bool) -> Said {
    let print = key.fingerprint(HashAlg::Sha256);
    if partial_success {
        return Said::new(
            format!("The server took the key {print} and wants a second proof, which this client has not."),
            format!("服务端接受了公钥 {print}，但还要求第二种凭据，本客户端没有。"),
        );
    }
    Said::new(
        format!(
            "The server refused the key {print} for \"{user}\": is it in that user's authorized_keys, and is the \
             user's name right?"
        ),
        format!("服务端拒绝了 \"{user}\" 的公钥 {print}：它在该用户的 authorized_keys 里吗？用户名对吗？"),
    )
}

pub(super) fn no_exec() -> Said {
    Said::new("The server refused to run a command.", "服务端拒绝执行命令。")
}

pub(super) fn no_exit_status() -> Said {
    Said::new(
        "The command ended without an exit status: killed by a signal, or the server left.",
        "命令结束时没有退出状态：被信号终止，或服务端已离开。",
    )
}
