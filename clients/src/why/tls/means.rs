//! What the variants of a TLS handshake show together, as a table from which of them got through to two sentences.

use steps::{Said, Side, common, tls::Step, tls::field};

use super::{Kind, Way, group};
use crate::why::variants::{self, another_place};

type Tried = variants::Tried<Kind>;

/// The version of the ServerHello.
fn version(tried: &Tried) -> Option<&str> {
    tried.seen.first_from(Side::Server, Step::ServerHello)?.get(common::VERSION)
}

/// Its suite.
fn suite(tried: &Tried) -> Option<&str> {
    tried.seen.first_from(Side::Server, Step::ServerHello)?.get(field::CIPHER_SUITE)
}

/// Whether what was tried tells the cause, so that nobody need be asked more.
pub(super) fn is_told(tried: &[Tried]) -> bool {
    let Some(last) = tried.last() else { return false };
    let through = |kind| tried.iter().any(|one| one.kind == kind && one.way != Way::Not);
    match last.kind {
        Kind::Usual | Kind::NoSni | Kind::H2 | Kind::NoAlpn | Kind::Short | Kind::Groups | Kind::At(_) => {
            last.way != Way::Not
        }
        Kind::Tls13 => false,
        Kind::Tls12 => through(Kind::Tls12) || through(Kind::Tls13),
        // A ServerHello of any version tells what the server has.
        Kind::Older12 | Kind::Old => version(last).is_some(),
    }
}

/// What they show, and what to do; no advice: the reason's own stands.
pub(super) fn of(tried: &[Tried]) -> (Said, Option<Said>) {
    let taken = |kind| tried.iter().find(|one| one.kind == kind && one.way != Way::Not);
    let is = |kind| taken(kind).is_some();
    if is(Kind::Usual) {
        return (
            Said::new(
                "Your options for TLS are what it refuses: without them it gets through.",
                "被拒绝的是你的 TLS 选项：去掉后就能打通。",
            ),
            Some(Said::new(
                "Leave out `--variant`, `--group`, `--suite`.",
                "去掉 `--variant`、`--group`、`--suite`。",
            )),
        );
    }
    if let Some(group) = taken(Kind::Groups).and_then(|tried| group(&tried.seen)) {
        return another_group(group);
    }
    if let (false, false, Some(older)) = (is(Kind::Tls13), is(Kind::Tls12), taken(Kind::Older12)) {
        return older_suites(suite(older).unwrap_or("?"));
    }
    let old = tried.iter().filter(|one| matches!(one.kind, Kind::Old | Kind::Older12)).find_map(version);
    if let (false, false, Some(version)) = (is(Kind::Tls13), is(Kind::Tls12), old) {
        return (
            Said::new(
                format!(
                    "The server speaks {version} and nothing newer: it refused TLS 1.3 and 1.2. RFC 8996 forbids {version}."
                ),
                format!("服务端最高只支持 {version}：它拒绝了 TLS 1.3 和 1.2。RFC 8996 已禁用 {version}。"),
            ),
            Some(Said::new(
                "It needs TLS 1.2 or 1.3: a newer library, or a setting (nginx `ssl_protocols`, Apache `SSLProtocol`).",
                "它需要 TLS 1.2 或 1.3：升级其 TLS 库，或修改设置（nginx 的 `ssl_protocols`、Apache 的 `SSLProtocol`）。",
            )),
        );
    }
    match (is(Kind::Tls13), is(Kind::Tls12)) {
        (false, true) => {
            return (
                Said::new(
                    "TLS 1.2 alone gets through: the server, or something between, stumbles over a ClientHello that offers TLS 1.3.",
                    "只用 TLS 1.2 能打通：服务端或中间设备处理不了提供 TLS 1.3 的 ClientHello。",
                ),
                Some(Said::new(
                    "Use `--variant ecdhe` until it is updated.",
                    "在它升级之前请用 `--variant ecdhe`。",
                )),
            );
        }
        (true, false) => {
            return (
                Said::new(
                    "TLS 1.3 alone gets through: the server stumbles where 1.2 is offered beside it.",
                    "只用 TLS 1.3 能打通：同时提供 1.2 时服务端出错。",
                ),
                Some(Said::new("Use `--variant tls13`.", "请用 `--variant tls13`。")),
            );
        }
        (true, true) => {
            return (
                Said::new(
                    "Each version gets through alone: the server stumbles over both together, or it does not fail each time.",
                    "两个版本单独使用都能打通：服务端处理不了两者一起提供，或并非每次都失败。",
                ),
                Some(Said::new(
                    "Try again; `--variant tls13` or `ecdhe` if it stays.",
                    "请再试一次；若依旧失败，用 `--variant tls13` 或 `ecdhe`。",
                )),
            );
        }
        (false, false) => {}
    }
    if let Some(other) = tried.iter().find(|one| matches!(one.kind, Kind::At(_)) && one.way != Way::Not)
        && let Kind::At(address) = other.kind
    {
        return another_place(address);
    }
    if is(Kind::NoSni) {
        return (
            Said::new(
                "Without the name it gets through: the name is what the server, or something between, refuses.",
                "不带名称就能打通：服务端或中间设备拒绝的是这个名称。",
            ),
            Some(Said::new(
                "Ask for a name that it has (`--server-name`).",
                "请用它拥有的名称（`--server-name`）。",
            )),
        );
    }
    if is(Kind::H2) {
        return (
            Said::new(
                "The server speaks HTTP/2 here, and not HTTP/1.1.",
                "服务端在此只用 HTTP/2，不用 HTTP/1.1。",
            ),
            Some(Said::new(
                "`--alpn h2` shows the handshake; this client speaks HTTP/1.1 alone. Have the server offer http/1.1 as well.",
                "`--alpn h2` 可以看到握手；本客户端只会 HTTP/1.1。可让服务端同时提供 http/1.1。",
            )),
        );
    }
    if is(Kind::NoAlpn) {
        return (
            Said::new(
                "Without ALPN it gets through: it does not have the application protocol that was offered.",
                "不带 ALPN 就能打通：它没有所提供的应用层协议。",
            ),
            Some(Said::new("Offer one that it has (`--alpn`).", "请提供它支持的协议（`--alpn`）。")),
        );
    }
    if is(Kind::Short) {
        return (
            Said::new(
                "A short ClientHello gets through: the server, or something between, stumbles over the length of ours (X25519MLKEM768) or \
                 over ALPN.",
                "简短的 ClientHello 能打通：服务端或中间设备处理不了我们较长的 ClientHello（X25519MLKEM768）或 ALPN。",
            ),
            Some(Said::new(
                "Use `--group x25519` until it is updated.",
                "在它升级之前请用 `--group x25519`。",
            )),
        );
    }
    (
        Said::new(
            "No variant gets through: it is not version, suite, name or application protocol.",
            "所有变体都没有打通：与版本、密码套件、名称和应用层协议无关。",
        ),
        None,
    )
}

/// The server goes on with a group that rustls does not have.
fn another_group(group: &str) -> (Said, Option<Said>) {
    (
        Said::new(
            format!(
                "It is the group of the key exchange: the server refused those of this client (X25519MLKEM768, x25519, secp256r1, \
                 secp384r1) and chose {group} where others were offered."
            ),
            format!(
                "问题在密钥交换的曲线：服务端拒绝了本客户端的曲线（X25519MLKEM768、x25519、secp256r1、secp384r1），提供别的曲线时选了 {group}。"
            ),
        ),
        Some(Said::new(
            "Let the server have one of them as well (nginx `ssl_ecdh_curve X25519:secp256r1`, OpenSSL `Groups`).",
            "让服务端也支持其中之一（nginx 的 `ssl_ecdh_curve X25519:secp256r1`，OpenSSL 的 `Groups`）。",
        )),
    )
}

/// The server took TLS 1.2 only with a suite that rustls does not have.
fn older_suites(suite: &str) -> (Said, Option<Said>) {
    let (en, zh) = if suite.starts_with("TLS_RSA_") {
        ("static RSA, without forward secrecy", "静态 RSA，没有前向保密")
    } else if suite.starts_with("TLS_DHE_") {
        ("finite-field Diffie-Hellman", "有限域 Diffie-Hellman")
    } else {
        ("CBC, without authenticated encryption", "CBC，没有认证加密")
    };
    let means = Said::new(
        format!(
            "The server takes TLS 1.2 only with older suites: it chose {suite} ({en}). This client has ECDHE with GCM or ChaCha20 alone."
        ),
        format!(
            "服务端的 TLS 1.2 只接受旧套件：它选了 {suite}（{zh}）。本客户端只有 ECDHE 加 GCM 或 ChaCha20。"
        ),
    );
    let reach = if suite.starts_with("TLS_RSA_") {
        (" Until then `--variant rsa` may reach it.", "在此之前可以试 `--variant rsa`。")
    } else {
        ("", "")
    };
    let advice = Said::new(
        format!("Turn on ECDHE with GCM at the server (OpenSSL: `ECDHE+AESGCM`).{}", reach.0),
        format!("请在服务端启用 ECDHE 加 GCM（OpenSSL：`ECDHE+AESGCM`）。{}", reach.1),
    );
    (means, Some(advice))
}
