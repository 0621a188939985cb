//! Before the login: the lines that come first, the identification, the key exchange (RFC 4253).

use super::{
    Algorithms, Ended, Facts, Named,
    host_key::{host_signature, host_signature_by},
    in_seconds, list, quoted, rule_list,
};
use crate::{
    Ending, Reason, Said, Text, in_chinese,
    ssh::{Step, field},
};

/// How many key bits RFC 8270 §2 asks for at least.
pub(super) const LEAST_GROUP: u64 = 2048;

pub(super) const RULES: &[Named] = rule_list![
    "ssh.disconnected_too_many_tries", "the server says DISCONNECT because of too many attempts", "服务端以 DISCONNECT 说明尝试次数过多" => too_many_tries;
    "ssh.disconnected", "the server says DISCONNECT and why", "服务端发送 DISCONNECT 并说明原因" => disconnected;
    "ssh.another_version", "the server's identification is none of SSH-2", "服务端的标识不是 SSH-2" => another_version;
    "ssh.another_protocol", "the server's first bytes are another protocol's", "服务端最初的字节属于另一种协议" => another_protocol;
    "ssh.unreadable", "what follows the server's identification does not read", "服务端标识之后的内容无法解读" => unreadable;
    "ssh.too_many_connections", "the server says that it has too many connections", "服务端声明连接过多" => too_many_connections;
    "ssh.not_now", "the server says that it lets this address in at another time", "服务端声明暂不允许此地址" => not_now;
    "ssh.words_without_end", "line after line comes, and no identification", "文字行不断到来，却没有标识" => words_without_end;
    "ssh.words_instead", "words came instead of an identification", "来的是文字而不是标识" => words_instead;
    "ssh.no_identification", "the server ended the connection before it said anything", "服务端一言不发就结束了连接" => no_identification;
    "ssh.silent_before_identification", "the server said nothing at all", "服务端什么也没说" => silent_before_identification;
    "ssh.no_common_algorithm", "the lists of one kind have nothing in common", "某一类算法没有共同项" => no_common;
    "ssh.small_group", "the server's Diffie-Hellman group is too small", "服务端的 Diffie-Hellman 群太小" => small_group;
    "ssh.strict_key_exchange", "a message stood where strict key exchange allows none", "严格密钥交换不允许的位置出现了消息" => strict;
    "ssh.host_signature", "the host key's signature does not fit", "主机公钥的签名对不上" => host_signature;
    "ssh.host_signature_by_another_algorithm", "the host key signs by another algorithm than the agreed one", "主机密钥签名所用的算法与商定的不同" => host_signature_by;
    "ssh.key_exchange_value", "a value of the key exchange is unusable", "密钥交换中的某个值不可用" => key_exchange;
    "ssh.tag", "a packet does not open under the session's keys", "数据包无法用会话密钥解开" => tag;
    "ssh.gone_after_identification", "the connection ended right after the identification", "连接在标识之后立即结束" => gone_after_identification;
    "ssh.gone_in_key_exchange", "the connection ended during the key exchange", "连接在密钥交换期间结束" => gone_in_key_exchange;
    "ssh.silent_in_key_exchange", "the server fell silent during the key exchange", "服务端在密钥交换期间沉默" => silent_in_key_exchange;
];

/// Whether the server has sent its identification.
fn identified(facts: &Facts<'_>) -> bool {
    facts.peer_sent(Step::Identification).is_some()
}

/// Whether the keys are in use in the server's direction.
fn under_keys(facts: &Facts<'_>) -> bool {
    facts.peer_sent(Step::Newkeys).is_some()
}

/// What the server said in a DISCONNECT: its number, its name, its words.
fn farewell<'a>(facts: &Facts<'a>) -> Option<(u64, &'a str, &'a str)> {
    let farewell = facts.peer_sent(Step::Disconnect)?;
    let words = farewell.get(field::DESCRIPTION).unwrap_or_default();
    Some((farewell.get(field::REASON_CODE)?, farewell.get(field::WHY).unwrap_or_default(), words))
}

fn too_many_tries(facts: &Facts<'_>) -> Option<Reason> {
    let (_, name, words) = farewell(facts)?;
    let lower = words.to_lowercase();
    if !(lower.contains("too many") && (lower.contains("auth") || lower.contains("attempt"))) {
        return None;
    }
    let (said, tried) = (quoted(words), facts.memory().attempts.len());
    let keys = facts.memory().attempts.iter().filter(|attempt| attempt.method == "publickey").count();
    let reason = Reason::new(say!(
        "The server disconnected: {name}, {said}. It counts each proof that it refuses, and had refused {tried} here \
         ({keys} of them keys).",
        "服务端断开了连接：{name}，{said}。它会计入每一次被拒绝的凭据，此处已拒绝 {tried} 次（其中公钥 {keys} 次）。"
    ));
    let reason = reason.at(Step::Disconnect);
    Some(if facts.given.agent && facts.given.keys > 1 {
        let offered = facts.given.keys;
        reason.advising(say!(
            "ssh-agent holds {offered} keys, offered one after the other: leave out `--agent` and name the right one \
             with `--identity FILE`.",
            "ssh-agent 中有 {offered} 个密钥，逐个提交：请去掉 `--agent`，用 `--identity FILE` 指定正确的一个。"
        ))
    } else {
        reason
    })
}

fn disconnected(facts: &Facts<'_>) -> Option<Reason> {
    let (code, name, words) = farewell(facts)?;
    let said = quoted(words);
    let hint = match code {
        1 => {
            Text { en: "It lets nobody in from this address.", zh: "它不允许来自此地址的连接。" }
        }
        2 => Text {
            en: "To it, something in what this client sent was against the protocol; its own log may say what.",
            zh: "它认为本客户端发送的内容不符合协议，具体原因可查看它的日志。",
        },
        3 => Text {
            en: "The key exchange failed on its side; its own log may say why.",
            zh: "密钥交换在它那一侧失败，原因可查看它的日志。",
        },
        5 => Text {
            en: "To it a packet did not verify: the bytes were changed on the way, or the two sides have different keys.",
            zh: "它认为某个数据包校验不符：字节在途中被改动，或双方密钥不同。",
        },
        12 => Text {
            en: "It has too many connections: try again later.", zh: "它的连接过多：请稍后重试。"
        },
        14 => Text { en: "It has no further way to log in.", zh: "它没有其他登录方法了。" },
        15 => Text { en: "It does not take this user's name.", zh: "它不接受这个用户名。" },
        _ => Text { en: "", zh: "" },
    };
    let reason =
        Reason::new(say!("The server disconnected: {name}, {said}.", "服务端断开了连接：{name}，{said}。"));
    let reason = reason.by(facts.side.peer()).at(Step::Disconnect);
    Some(if hint.en.is_empty() { reason } else { reason.advising(Said::new(hint.en, hint.zh)) })
}

/// What the decoder found where an identification was due.
fn lost<'a>(facts: &Facts<'a>) -> Option<(&'a str, &'a str)> {
    if under_keys(facts) {
        return None; // what cannot be read under the keys is no other protocol
    }
    let lost = facts.peer_sent(Step::Undecodable)?;
    Some((lost.get(field::LOOKS_LIKE)?, lost.get(field::DUE).unwrap_or_default()))
}

fn another_version(facts: &Facts<'_>) -> Option<Reason> {
    let (_, expected) = lost(facts).filter(|(looks, _)| *looks == "SSH identification")?;
    let due = in_chinese(expected);
    let line = facts.peer_sent(Step::Undecodable)?.get(field::FIRST_LINE).map(quoted).unwrap_or_default();
    let reason = Reason::new(say!(
        "The server's identification {line} is none that SSH-2 allows: expected {expected}.",
        "服务端的版本标识{line}不符合 SSH-2 的规定：应为 {due}。"
    ));
    Some(reason.by(facts.side.peer()).at(Step::Undecodable))
}

fn another_protocol(facts: &Facts<'_>) -> Option<Reason> {
    // Who has said an identification speaks SSH, if badly.
    let (looks, expected) = lost(facts).filter(|_| !identified(facts))?;
    let (due, zh_looks) = (in_chinese(expected), in_chinese(looks));
    let line = facts.peer_sent(Step::Undecodable)?.get(field::FIRST_LINE).map(quoted);
    let (said_en, said_zh) =
        line.map_or(Default::default(), |line| (format!(": {line}"), format!("：{line}")));
    let reason = Reason::new(say!(
        "The server does not speak SSH here: expected {expected}, got what looks like {looks}{said_en}.",
        "服务端此处发送的不是 SSH：应为 {due}，实际像是 {zh_looks}{said_zh}。"
    ));
    let reason = reason.by(facts.side.peer()).at(Step::Undecodable);
    Some(reason.advising(say!("Is this the right port?", "端口对吗？")))
}

fn unreadable(facts: &Facts<'_>) -> Option<Reason> {
    let (looks, expected) = lost(facts)?;
    let (due, zh_looks) = (in_chinese(expected), in_chinese(looks));
    let reason = Reason::new(say!(
        "The server said an SSH identification, and then what does not read as SSH: expected {expected}, got what looks \
         like {looks}.",
        "服务端发送了 SSH 标识，随后的内容却无法按 SSH 解读：应为 {due}，实际像是 {zh_looks}。"
    ));
    Some(reason.by(facts.side.peer()).at(Step::Undecodable).advising(its_own_log()))
}

/// What was said where an identification should have come, and none came.
fn instead(facts: &Facts<'_>) -> Option<String> {
    let lines = &facts.memory().lines_before;
    (!identified(facts) && !lines.is_empty()).then(|| lines.join(" / "))
}

fn said_instead(facts: &Facts<'_>, words: &str) -> Option<String> {
    let lines = instead(facts)?;
    lines.contains(words).then(|| quoted(&lines))
}

fn too_many_connections(facts: &Facts<'_>) -> Option<Reason> {
    let said = said_instead(facts, "Exceeded MaxStartups")?;
    let reason = Reason::new(say!(
        "The server let nobody in and said so before its identification: {said}. It has as many connections that have \
         not logged in as its setting MaxStartups allows.",
        "服务端在版本标识之前就拒绝了连接：{said}。尚未登录的连接数已达到它的 MaxStartups 上限。"
    ));
    let reason = reason.by(facts.side.peer()).at(Step::LineBefore);
    Some(reason.advising(say!("Try again in a while.", "请稍后重试。")))
}

fn not_now(facts: &Facts<'_>) -> Option<Reason> {
    let said = said_instead(facts, "Not allowed at this time")?;
    let reason = Reason::new(say!(
        "The server let nobody in from this address for now and said so before its identification: {said}. OpenSSH says \
         this while a penalty stands (PerSourcePenalties), after failed logins for example.",
        "服务端暂不允许此地址的连接，并在版本标识之前说明：{said}。OpenSSH 在处罚期间（PerSourcePenalties，例如多次登录失败之后）会这样说。"
    ));
    let reason = reason.by(facts.side.peer()).at(Step::LineBefore);
    Some(reason.advising(say!("Wait until it has passed.", "请等待处罚期结束。")))
}

fn words_without_end(facts: &Facts<'_>) -> Option<Reason> {
    let (said, Ended::Silent(_)) = (instead(facts)?, facts.ended) else { return None };
    let (said, seconds) = (quoted(&said), silent(facts)?);
    let reason = Reason::new(say!(
        "For {seconds} s the server sent lines of text and never its identification: {said}. A tarpit such as endlessh \
         does this on purpose.",
        "{seconds} 秒内服务端一直发送文字行，却始终没有版本标识：{said}。endlessh 之类的“陷阱”会故意如此。"
    ));
    Some(reason.by(facts.side.peer()).at(Step::LineBefore).advising(right_port()))
}

fn words_instead(facts: &Facts<'_>) -> Option<Reason> {
    let said = quoted(&instead(facts)?);
    let how = facts.gone().unwrap_or(Ending::Other).done();
    let reason = Reason::new(say!(
        "The server sent no SSH identification but these words: {said}; then it {}.",
        "服务端没有发送 SSH 标识，而是说：{said}，随后{}。",
        (how.en),
        (how.zh)
    ));
    let reason = reason.by(facts.side.peer()).at(Step::LineBefore);
    Some(reason.advising(say!(
        "These words may say why; otherwise: is this the port of an SSH server?",
        "原因可能就在这些话里；否则请检查：这是 SSH 服务器的端口吗？"
    )))
}

fn right_port() -> Said {
    say!("Is this the port of an SSH server?", "这是 SSH 服务器的端口吗？")
}

fn no_identification(facts: &Facts<'_>) -> Option<Reason> {
    let how = facts.gone().filter(|_| !identified(facts))?;
    let how = how.done();
    let reason = Reason::new(say!(
        "The server {} without an SSH identification.",
        "服务端没有发送 SSH 标识就{}。",
        (how.en),
        (how.zh)
    ));
    let reason = reason.by(facts.side.peer());
    Some(reason.advising(say!(
        "Several causes fit: this is not the port of an SSH server, it takes no connections from here (a deny list, a \
         firewall), or it has too many.",
        "可能的原因：这不是 SSH 服务器的端口；它不接受来自这里的连接（拒绝名单、防火墙）；或者连接过多。"
    )))
}

/// For how long the peer was silent, in seconds.
pub(super) fn silent(facts: &Facts<'_>) -> Option<String> {
    let Ended::Silent(milliseconds) = facts.ended else { return None };
    Some(in_seconds(*milliseconds))
}

fn silent_before_identification(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = silent(facts).filter(|_| !identified(facts))?;
    let reason = Reason::new(say!(
        "The server sent no SSH identification within {seconds} s.",
        "服务端在 {seconds} 秒内没有发送 SSH 标识。"
    ));
    Some(reason.by(facts.side.peer()).advising(right_port()))
}

pub(super) fn kind_name(kind: Algorithms) -> Text {
    match kind {
        Algorithms::KeyExchange => Text { en: "key exchange", zh: "密钥交换" },
        Algorithms::HostKey => Text { en: "host key", zh: "主机密钥" },
        Algorithms::Encryption => Text { en: "encryption", zh: "加密" },
        Algorithms::Mac => Text { en: "MAC", zh: " MAC " },
        Algorithms::Compression => Text { en: "compression", zh: "压缩" },
    }
}

/// Without the signs of a capability, which stand in the list and are no algorithms.
pub(super) fn algorithms(names: &[String]) -> Vec<&str> {
    let is_sign = |name: &&str| name.starts_with("ext-info-") || name.starts_with("kex-strict-");
    names.iter().map(String::as_str).filter(|name| !is_sign(name)).collect()
}

/// Whether nobody should use this any more: SHA-1, MD5, DSA, CBC, RC4, 3DES (RFC 9142, RFC 8758, OpenSSH's defaults).
pub(super) fn is_old(name: &str) -> bool {
    const OLD: [&str; 9] =
        ["sha1", "md5", "ssh-dss", "ssh-rsa", "-cbc", "3des", "arcfour", "group1-", "ripemd"];
    let newer = name.starts_with("rsa-sha2-") || name.contains("-etm@") && !name.contains("sha1");
    !newer && OLD.iter().any(|old| name.contains(old))
}

fn no_common(facts: &Facts<'_>) -> Option<Reason> {
    let Ended::NoCommon { kind, ours, theirs } = facts.ended else { return None };
    let name = kind_name(*kind);
    let (ours, theirs) = (algorithms(ours), algorithms(theirs));
    let (mine, its) = (list(&ours), list(&theirs));
    let reason = Reason::new(say!(
        "No common {} algorithm: this client has {mine}; the server has {its}.",
        "没有共同的{}算法：本客户端支持 {mine}；服务端支持 {its}。",
        (name.en),
        (name.zh)
    ));
    let reason = reason.at(Step::NothingInCommon).instead(Said::new(&mine, &mine), Said::new(&its, &its));
    let kex = facts.given.kex.as_deref().filter(|_| *kind == Algorithms::KeyExchange);
    Some(match kex {
        Some(kex) => reason.advising(say!(
            "`--kex {kex}` offers that one alone: leave it out, or name one that the server has.",
            "`--kex {kex}` 只提供这一种：请去掉它，或指定服务端支持的一种。"
        )),
        None if !theirs.is_empty() && theirs.iter().all(|name| is_old(name)) => {
            reason.by(facts.side.peer()).advising(say!(
                "All that the server has is old and no longer safe: bring the server up to date.",
                "服务端支持的都是陈旧且不再安全的算法：请升级服务端。"
            ))
        }
        None => reason.advising(say!(
            "Allow one of this client's on the server.",
            "请在服务端启用本客户端支持的一种。"
        )),
    })
}

fn small_group(facts: &Facts<'_>) -> Option<Reason> {
    let bits = facts.peer_sent(Step::Group)?.get(field::PRIME_BITS).filter(|bits| *bits < LEAST_GROUP)?;
    if *facts.ended != Ended::KeyExchange {
        return None;
    }
    let reason = Reason::new(say!(
        "The server chose a Diffie-Hellman group of {bits} bits, and this client had asked for at least {LEAST_GROUP}: \
         smaller ones can be broken (RFC 8270 §2).",
        "服务端选用了 {bits} 位的 Diffie-Hellman 群，而本客户端要求至少 {LEAST_GROUP} 位：更小的群可以被破解（RFC 8270 §2）。"
    ));
    let reason = reason.by(facts.side.peer()).at(Step::Group);
    Some(reason.advising(say!(
        "Its file of groups (OpenSSH: /etc/ssh/moduli) needs larger ones; `--kex curve25519-sha256` does without, where \
         the server has it.",
        "请在服务端的群文件（OpenSSH：/etc/ssh/moduli）中加入更大的群；若服务端支持，也可用 `--kex curve25519-sha256` 避开。"
    )))
}

fn strict(facts: &Facts<'_>) -> Option<Reason> {
    let Ended::StrictKeyExchange { message, packet } = facts.ended else { return None };
    let reason = Reason::new(say!(
        "Message {message} (packet {packet}) came where strict key exchange allows none: slipped in on the way, or sent by \
         a server that does not keep to it.",
        "消息 {message}（第 {packet} 个包）出现在严格密钥交换不允许的位置：途中被塞入，或服务端没有遵守约定。"
    ));
    Some(reason.at(Step::OtherMessage))
}

fn key_exchange(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::KeyExchange {
        return None;
    }
    let reason = Reason::new(say!(
        "A message of the server's key exchange holds a value that cannot be used, or stands where another one was due.",
        "服务端在密钥交换中的某条消息含有不可用的值，或出现在不该出现的位置。"
    ));
    Some(reason.by(facts.side.peer()).at(Step::KeyExchangeReply))
}

fn tag(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::Tag && facts.peer_sent(Step::WrongTag).is_none() {
        return None;
    }
    let reason = Reason::new(say!(
        "A packet did not verify under the session's keys: its bytes were changed on the way.",
        "一个数据包未通过会话密钥的校验：它的字节在途中被改动过。"
    ));
    Some(reason.at(Step::WrongTag))
}

fn gone_after_identification(facts: &Facts<'_>) -> Option<Reason> {
    let how = facts.gone().filter(|_| identified(facts) && facts.peer_sent(Step::Kexinit).is_none())?;
    let how = how.done();
    let reason = Reason::new(say!(
        "The server {} in the middle of the handshake, right after its identification and before its KEXINIT.",
        "服务端在握手中途（版本标识之后、KEXINIT 之前）{}。",
        (how.en),
        (how.zh)
    ));
    let reason = reason.by(facts.side.peer()).at(Step::Identification);
    Some(reason.advising(say!(
        "Several causes fit: too many connections, a deny list, a version string it does not like. Its own log may say \
         why.",
        "可能的原因：连接过多、拒绝名单，或不接受本客户端的版本标识。具体可查看它的日志。"
    )))
}

fn gone_in_key_exchange(facts: &Facts<'_>) -> Option<Reason> {
    let how = facts.gone().filter(|_| !facts.has(Step::SessionKey) && identified(facts))?;
    let how = how.done();
    let (step, en, zh) = if facts.has(Step::KeyExchangeReply) {
        (Step::KeyExchangeReply, "after its host key", "主机公钥之后")
    } else if facts.has(Step::KeyExchangeInit) {
        (Step::KeyExchangeInit, "after this client's public value", "收到本客户端的公开值之后")
    } else {
        (Step::Kexinit, "after its KEXINIT", "KEXINIT 之后")
    };
    let reason = Reason::new(say!(
        "The server {} in the middle of the handshake, {en}.",
        "服务端在握手中途（{zh}）{}。",
        (how.en),
        (how.zh)
    ));
    Some(reason.by(facts.side.peer()).at(step).advising(its_own_log()))
}

pub(super) fn its_own_log() -> Said {
    say!("Its own log may say why.", "原因可查看它的日志。")
}

fn silent_in_key_exchange(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = silent(facts).filter(|_| !facts.has(Step::SessionKey))?;
    let step = if facts.peer_sent(Step::Kexinit).is_some() { Step::Kexinit } else { Step::Identification };
    let reason = Reason::new(say!(
        "The server hung in the handshake for {seconds} s: overloaded, or stopped?",
        "服务端在握手中停滞了 {seconds} 秒：过载或已停止？"
    ));
    Some(reason.by(facts.side.peer()).at(step))
}
