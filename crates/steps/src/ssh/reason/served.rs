//! The same from the server's side: why a client left, or was let go.

use super::{
    Ended, Facts, Named, list,
    opening::{LEAST_GROUP, algorithms, is_old, kind_name, silent},
    quoted, rule_list,
    session::misplaced,
};
use crate::{
    Ending, Reason, Said, Side, in_chinese,
    ssh::Attempt,
    ssh::{Step, field},
};

pub(super) const RULES: &[Named] = rule_list![
    "ssh.stopped", "this server was stopped", "本服务端被停止" => stopped;
    "ssh.client_disconnected", "the client says DISCONNECT and why", "客户端发送 DISCONNECT 并说明原因" => disconnected;
    "ssh.client_another_version", "the client's identification is none of SSH-2", "客户端的标识不是 SSH-2" => another_version;
    "ssh.client_another_protocol", "the client's first bytes are another protocol's", "客户端最初的字节属于另一种协议" => another_protocol;
    "ssh.client_unreadable", "what follows the client's identification does not read", "客户端标识之后的内容无法解读" => unreadable;
    "ssh.client_no_common_algorithm", "the lists of one kind have nothing in common", "某一类算法没有共同项" => no_common;
    "ssh.client_small_group", "the client asks for Diffie-Hellman groups that are too small", "客户端请求的 Diffie-Hellman 群太小" => small_group;
    "ssh.client_strict_key_exchange", "a message stood where strict key exchange allows none", "严格密钥交换不允许的位置出现了消息" => strict;
    "ssh.client_tag", "a packet does not open under the session's keys", "数据包无法用会话密钥解开" => tag;
    "ssh.client_silent_before_identification", "the client said nothing, or too slowly", "客户端什么也没说，或太慢" => silent_before_identification;
    "ssh.client_silent_in_key_exchange", "the client hung before the key exchange", "客户端在密钥交换之前停滞" => silent_in_key_exchange;
    "ssh.client_silent_in_login", "the client did not log in in time", "客户端没有及时登录" => silent_in_login;
    "ssh.client_idle", "the client was silent after the login", "客户端在登录之后沉默" => idle;
    "ssh.client_said_nothing", "the client connected and left", "客户端连接后就离开了" => said_nothing;
    "ssh.client_gone_after_identification", "the client left before the key exchange", "客户端在密钥交换之前离开" => gone_after_identification;
    "ssh.client_wanted_the_host_key", "the client left once it had the host key", "客户端拿到主机公钥就离开了" => wanted_the_host_key;
    "ssh.client_gone_before_login", "the client left before its login began", "客户端在登录开始之前离开" => gone_before_login;
    "ssh.client_out_of_tries", "as many attempts were refused as may be", "被拒绝的次数已达上限" => out_of_tries;
    "ssh.client_tried_passwords", "the client tried a password, and password login is off here", "客户端尝试了密码，而此处未开启密码登录" => tried_passwords;
    "ssh.client_wrong_password", "the client left after a wrong password", "客户端在密码错误后离开" => wrong_password;
    "ssh.client_key_refused", "the client left after its keys were refused", "客户端在公钥被拒绝后离开" => key_refused;
    "ssh.client_refused_request", "the client asked for what this server does not do", "客户端请求了本服务端不支持的功能" => refused_request;
    "ssh.client_gone_in_session", "the client left in the middle of its session", "客户端在会话中途离开" => gone_in_session;
    "ssh.client_message_out_of_place", "a message has no place where it came", "消息出现在不该出现的位置" => out_of_place;
];

fn stopped(facts: &Facts<'_>) -> Option<Reason> {
    (*facts.ended == Ended::Stopped).then(|| {
        Reason::new(say!(
            "The server was stopped while the connection was open.",
            "连接尚未结束，服务端就停止了。"
        ))
        .by(Side::Server)
    })
}

fn disconnected(facts: &Facts<'_>) -> Option<Reason> {
    if facts.given.logged_in {
        return None;
    }
    let farewell = facts.peer_sent(Step::Disconnect)?;
    let name = farewell.get(field::WHY).unwrap_or_default();
    let said = quoted(farewell.get(field::DESCRIPTION).unwrap_or_default());
    let reason =
        Reason::new(say!("The client disconnected: {name}, {said}.", "客户端断开了连接：{name}，{said}。"));
    Some(reason.by(Side::Client).at(Step::Disconnect))
}

fn lost<'a>(facts: &Facts<'a>) -> Option<(&'a str, &'a str, Option<String>)> {
    // What cannot be read under the keys is no other protocol.
    if facts.peer_sent(Step::Newkeys).is_some() {
        return None;
    }
    let lost = facts.peer_sent(Step::Undecodable)?;
    let line = lost.get(field::FIRST_LINE).map(quoted);
    Some((lost.get(field::LOOKS_LIKE)?, lost.get(field::DUE).unwrap_or_default(), line))
}

fn another_version(facts: &Facts<'_>) -> Option<Reason> {
    let (_, expected, line) = lost(facts).filter(|(looks, ..)| *looks == "SSH identification")?;
    let (line, due) = (line.unwrap_or_default(), in_chinese(expected));
    let reason = Reason::new(say!(
        "The client's identification {line} is none that SSH-2 allows: expected {expected}.",
        "客户端的版本标识{line}不符合 SSH-2 的规定：应为 {due}。"
    ));
    Some(reason.by(Side::Client).at(Step::Undecodable))
}

fn another_protocol(facts: &Facts<'_>) -> Option<Reason> {
    // Who has said an identification speaks SSH, if badly.
    let (looks, expected, line) = lost(facts).filter(|_| facts.peer_sent(Step::Identification).is_none())?;
    let (due, zh_looks) = (in_chinese(expected), in_chinese(looks));
    let (en, zh) = line.map_or(Default::default(), |line| (format!(": {line}"), format!("：{line}")));
    let reason = Reason::new(say!(
        "The client does not speak SSH here: expected {expected}, got what looks like {looks}{en}.",
        "客户端此处发送的不是 SSH：应为 {due}，实际像是 {zh_looks}{zh}。"
    ));
    let reason = reason.by(Side::Client).at(Step::Undecodable);
    Some(reason.advising(say!("Is it meant for another port?", "是否连错了端口？")))
}

fn unreadable(facts: &Facts<'_>) -> Option<Reason> {
    let (looks, expected, _) = lost(facts)?;
    let (due, zh_looks) = (in_chinese(expected), in_chinese(looks));
    let reason = Reason::new(say!(
        "The client said an SSH identification, and then what does not read as SSH: expected {expected}, got what looks \
         like {looks}.",
        "客户端发送了 SSH 标识，随后的内容却无法按 SSH 解读：应为 {due}，实际像是 {zh_looks}。"
    ));
    Some(reason.by(Side::Client).at(Step::Undecodable))
}

fn no_common(facts: &Facts<'_>) -> Option<Reason> {
    let Ended::NoCommon { kind, ours, theirs } = facts.ended else { return None };
    let name = kind_name(*kind);
    let (ours, theirs) = (algorithms(ours), algorithms(theirs));
    let (mine, its) = (list(&ours), list(&theirs));
    let reason = Reason::new(say!(
        "No common {} algorithm: the server has {mine}; the client offers {its}.",
        "没有共同的{}算法：服务端支持 {mine}；客户端提供 {its}。",
        (name.en),
        (name.zh)
    ));
    let reason = reason.at(Step::NothingInCommon).instead(Said::new(&mine, &mine), Said::new(&its, &its));
    Some(if let (Some(kex), super::Algorithms::KeyExchange) = (&facts.given.kex, kind) {
        reason.advising(say!(
            "`--kex {kex}` offers that one alone: leave it out.",
            "`--kex {kex}` 只提供这一种：请去掉它。"
        ))
    } else if !theirs.is_empty() && theirs.iter().all(|name| is_old(name)) {
        reason.by(Side::Client).advising(say!(
            "All that the client has is old and no longer safe: bring the client up to date.",
            "客户端支持的都是陈旧且不再安全的算法：请升级客户端。"
        ))
    } else {
        reason.advising(say!(
            "Allow one of the server's on the client; a scanner (ssh-keyscan, ssh-audit) asks for one kind after the other.",
            "请在客户端启用服务端支持的一种；扫描程序（ssh-keyscan、ssh-audit）会逐类试探。"
        ))
    })
}

fn small_group(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::KeyExchange {
        return None;
    }
    let max = facts.peer_sent(Step::GroupRequest)?.get(field::MAX).filter(|max| *max < LEAST_GROUP)?;
    let reason = Reason::new(say!(
        "The client asked for a Diffie-Hellman group of {max} bits at most, and this server uses none below {LEAST_GROUP}: \
         smaller ones can be broken (RFC 8270 §2).",
        "客户端请求的 Diffie-Hellman 群最多 {max} 位，而本服务端不使用小于 {LEAST_GROUP} 位的群：更小的群可以被破解（RFC 8270 §2）。"
    ));
    let reason = reason.by(Side::Client).at(Step::GroupRequest);
    Some(reason.advising(say!(
        "A scanner such as ssh-audit asks for small ones on purpose.",
        "ssh-audit 之类的扫描程序会故意请求小的群。"
    )))
}

fn strict(facts: &Facts<'_>) -> Option<Reason> {
    let Ended::StrictKeyExchange { message, packet } = facts.ended else { return None };
    let reason = Reason::new(say!(
        "Message {message} (packet {packet}) came where strict key exchange allows none: slipped in on the way, or sent by \
         a client that does not keep to it.",
        "消息 {message}（第 {packet} 个包）出现在严格密钥交换不允许的位置：途中被塞入，或客户端没有遵守约定。"
    ));
    Some(reason.at(Step::OtherMessage))
}

fn tag(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::Tag && facts.peer_sent(Step::WrongTag).is_none() {
        return None;
    }
    let reason = Reason::new(say!(
        "A packet did not verify under the session's keys: its bytes were changed on the way.",
        "一个数据包未通过会话密钥的校验：它的字节在途中被改动过。"
    ));
    Some(reason.at(Step::Encrypted))
}

/// The option whose time ran out.
fn option(facts: &Facts<'_>) -> &'static str {
    if facts.given.idle { "--idle-timeout" } else { "--handshake-timeout" }
}

fn silent_before_identification(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = silent(facts).filter(|_| facts.peer_sent(Step::Identification).is_none())?;
    let option = option(facts);
    let reason = Reason::new(say!(
        "The client sent no SSH identification within {seconds} s ({option}).",
        "客户端在 {seconds} 秒内没有发送 SSH 标识（{option}）。"
    ));
    Some(reason.by(Side::Client))
}

fn silent_in_key_exchange(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = silent(facts).filter(|_| !facts.has(Step::KeyExchangeInit))?;
    let option = option(facts);
    let reason = Reason::new(say!(
        "The client hung in the handshake: no key exchange within {seconds} s ({option}).",
        "客户端在握手中停滞：{seconds} 秒内没有开始密钥交换（{option}）。"
    ));
    Some(reason.by(Side::Client).at(Step::Identification))
}

fn silent_in_login(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = silent(facts).filter(|_| !facts.given.logged_in)?;
    if facts.given.idle {
        return None;
    }
    let reason = Reason::new(say!(
        "The client did not log in within {seconds} s, twelve times --handshake-timeout.",
        "客户端在 {seconds} 秒（--handshake-timeout 的十二倍）内没有登录。"
    ));
    Some(reason.by(Side::Client).at(Step::AuthNone))
}

fn idle(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = silent(facts)?;
    let reason = Reason::new(say!(
        "The client was silent for {seconds} s (--idle-timeout).",
        "客户端沉默了 {seconds} 秒（--idle-timeout）。"
    ));
    Some(reason.by(Side::Client))
}

/// How the client went that is not logged in.
fn left(facts: &Facts<'_>) -> Option<Ending> {
    facts.gone().filter(|_| !facts.given.logged_in)
}

fn said_nothing(facts: &Facts<'_>) -> Option<Reason> {
    let how = left(facts).filter(|_| facts.peer_sent(Step::Identification).is_none())?.done();
    let reason = Reason::new(say!(
        "The client {} before an SSH identification was read: a port scan, or a health check?",
        "还没读到 SSH 标识，客户端就{}：是端口扫描或健康检查吗？",
        (how.en),
        (how.zh)
    ));
    Some(reason.by(Side::Client))
}

fn gone_after_identification(facts: &Facts<'_>) -> Option<Reason> {
    let how = left(facts).filter(|_| !facts.has(Step::KeyExchangeReply))?.done();
    let reason = Reason::new(say!(
        "The client {} in the middle of the handshake, before the key exchange was done.",
        "客户端在握手中途、密钥交换完成之前{}。",
        (how.en),
        (how.zh)
    ));
    let reason = reason.by(Side::Client).at(Step::Identification);
    Some(reason.advising(say!(
        "A scanner that only wants the version or the list of algorithms leaves here too.",
        "只想知道版本或算法列表的扫描程序也会在此离开。"
    )))
}

fn wanted_the_host_key(facts: &Facts<'_>) -> Option<Reason> {
    let how = left(facts).filter(|_| facts.peer_sent(Step::Encrypted).is_none())?.done();
    let reason = Reason::new(say!(
        "The client {} once it had the host key: it may not trust it, or not find the signature right (ssh-keyscan leaves \
         here too).",
        "客户端得到主机公钥后就{}：可能不信任它，或签名对不上（ssh-keyscan 也在此离开）。",
        (how.en),
        (how.zh)
    ));
    Some(reason.by(Side::Client).at(Step::KeyExchangeReply))
}

/// Whether the client has tried anything to get in.
fn tried_to_log_in(facts: &Facts<'_>) -> bool {
    let tries = [Step::AuthNone, Step::PublickeyQuery, Step::PublickeySignature, Step::AuthPassword];
    tries.into_iter().chain([Step::InteractiveAnswer]).any(|step| facts.has(step))
        || !facts.memory().attempts.is_empty()
}

fn gone_before_login(facts: &Facts<'_>) -> Option<Reason> {
    let how = left(facts).filter(|_| !tried_to_log_in(facts))?.done();
    let reason = Reason::new(say!(
        "The client trusted the host key, and {} before its login began.",
        "客户端信任主机公钥，但在登录开始之前{}。",
        (how.en),
        (how.zh)
    ));
    Some(reason.by(Side::Client).at(Step::Encrypted))
}

fn out_of_tries(facts: &Facts<'_>) -> Option<Reason> {
    let refusals = facts.given.most_refusals.filter(|_| left(facts).is_some())?;
    let reason = Reason::new(say!(
        "No login: {refusals} attempts were refused, as many as --max-auth-tries allows (the probe without proof counts).",
        "登录失败：已被拒绝 {refusals} 次，达到 --max-auth-tries 的上限（无凭据的试探也计入）。"
    ));
    Some(reason.by(Side::Client).at(Step::AuthNone))
}

fn tried(facts: &Facts<'_>, methods: &[&str]) -> bool {
    let by = |attempt: &Attempt| methods.contains(&attempt.method.as_str());
    facts.memory().attempts.iter().any(by)
}

fn tried_passwords(facts: &Facts<'_>) -> Option<Reason> {
    left(facts)?;
    let asked = facts.has(Step::AuthPassword) || tried(facts, &["password", "keyboard-interactive"]);
    if facts.given.methods.contains(&"password") || !asked {
        return None;
    }
    let reason = Reason::new(say!(
        "The client tried a password and left: no password is taken here, right or wrong.",
        "客户端尝试了密码后离开：此处不接受任何密码，无论对错。"
    ));
    let reason = reason.by(Side::Client).at(Step::AuthPassword);
    Some(reason.advising(say!(
        "`--password-login on` lets passwords in; a key from authorized_keys does without.",
        "可用 `--password-login on` 开启密码登录；用 authorized_keys 里的公钥则无需密码。"
    )))
}

fn wrong_password(facts: &Facts<'_>) -> Option<Reason> {
    left(facts)?;
    if !(facts.has(Step::AuthPassword) || facts.has(Step::InteractiveAnswer)) {
        return None;
    }
    let reason = Reason::new(say!("The client left after a wrong password.", "客户端在密码错误后离开。"));
    let reason = reason.by(Side::Client).at(Step::AuthPassword);
    Some(reason.advising(say!(
        "`certs --show-password` shows the demo user's.",
        "`certs --show-password` 可显示演示用户的密码。"
    )))
}

fn key_refused(facts: &Facts<'_>) -> Option<Reason> {
    left(facts)?;
    let keys = facts.memory().attempts.iter().filter(|attempt| attempt.method == "publickey").count();
    let (en, zh) = match keys {
        0 => ("no key was offered".to_owned(), "没有提交公钥".to_owned()),
        1 => ("its key was refused".to_owned(), "公钥被拒绝".to_owned()),
        keys => (format!("{keys} keys were refused"), format!("{keys} 个公钥被拒绝")),
    };
    let reason =
        Reason::new(say!("The client left without logging in: {en}.", "客户端没有登录就离开了：{zh}。"));
    let reason = reason.by(Side::Client).at(Step::AuthNone);
    Some(reason.advising(say!(
        "Does authorized_keys have its key, and is the user demo?",
        "authorized_keys 里有它的公钥吗？用户名是 demo 吗？"
    )))
}

/// What was asked for and not granted, in words.
pub(super) fn not_granted(facts: &Facts<'_>) -> Option<Said> {
    let (kind, which) = facts.memory().refused.first()?;
    let which = if which.is_empty() { String::new() } else { format!(" {}", quoted(which)) };
    Some(match kind.as_str() {
        "direct-tcpip" => say!("a forwarded connection (direct-tcpip)", "转发连接（direct-tcpip）"),
        "subsystem" => say!("the subsystem{which}", "子系统{which}"),
        "x11-req" => say!("X11 forwarding", "X11 转发"),
        other => say!("{other}{which}", "{other}{which}"),
    })
}

fn refused_request(facts: &Facts<'_>) -> Option<Reason> {
    facts.gone()?;
    let asked = not_granted(facts)?;
    let reason = Reason::new(say!(
        "The client logged in, asked for {}, which this server does not do, and left.",
        "客户端登录后请求{}，本服务端不支持，随后它离开了。",
        (asked.en),
        (asked.zh)
    ));
    Some(reason.at(Step::ChannelRequest))
}

fn gone_in_session(facts: &Facts<'_>) -> Option<Reason> {
    let how = facts.gone()?.done();
    let reason = Reason::new(say!(
        "The client {} in the middle of its session.",
        "客户端在会话中途{}。",
        (how.en),
        (how.zh)
    ));
    Some(reason.by(Side::Client))
}

fn out_of_place(facts: &Facts<'_>) -> Option<Reason> {
    matches!(facts.ended, Ended::OutOfPlace | Ended::KeyExchange).then(|| misplaced(facts))
}
