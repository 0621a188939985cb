//! After the login: the channel, the command (RFC 4254), and the end.

use super::{Ended, Facts, Named, in_seconds, opening::silent, quoted, rule_list};
use crate::{
    Past, Reason, Said, Side, Text,
    ssh::{Step, field},
};

pub(super) const RULES: &[Named] = rule_list![
    "ssh.channel_refused", "the server opens no channel for a command", "服务端不打开执行命令的通道" => channel_refused;
    "ssh.command_refused", "the server does not run the command", "服务端不执行该命令" => command_refused;
    "ssh.command_too_long", "the command ran longer than --timeout allows", "命令运行的时间超过了 --timeout" => too_long;
    "ssh.no_exit_status", "the command ended, and nothing says how", "命令结束了，却没有说明如何结束" => no_exit_status;
    "ssh.silent_in_session", "the server fell silent after the login", "服务端在登录之后沉默" => silent_in_session;
    "ssh.gone_in_session", "the connection ended after the login, before all was done", "登录之后、事情办完之前连接就结束了" => gone_in_session;
    "ssh.message_out_of_place", "a message has no place where it came", "消息出现在不该出现的位置" => out_of_place;
];

/// How a command ended that did not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// By this status.
    Status(u32),
    /// By a signal, which the log names.
    Signal,
}

/// What is said of a command that failed, though the connection did not: how it ended, and its own words.
pub fn command_failed(past: &Past, exit: Exit) -> Said {
    let memory = past.ssh();
    let said = memory.stderr.join(" / ");
    let (en, zh) = match exit {
        Exit::Status(status) => {
            (format!("the command ended with status {status}"), format!("命令以状态 {status} 结束"))
        }
        Exit::Signal => {
            let signal = memory.signal.as_deref().unwrap_or_default();
            (format!("the command was ended by the signal {signal}"), format!("命令被信号 {signal} 终止"))
        }
    };
    match said.as_str() {
        "" => Said::new(en, zh),
        words => Said::new(format!("{en}: {}", quoted(words)), format!("{zh}：{}", quoted(words))),
    }
}

/// RFC 4254 §5.1.
fn open_failure(code: u64) -> Text {
    match code {
        1 => Text { en: "administratively prohibited", zh: "管理上禁止" },
        2 => Text { en: "connect failed", zh: "连接失败" },
        3 => Text { en: "unknown channel type", zh: "未知的通道类型" },
        4 => Text { en: "resource shortage", zh: "资源不足" },
        _ => Text { en: "a reason of its own", zh: "其自定的原因" },
    }
}

fn channel_refused(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::ChannelRefused {
        return None;
    }
    let (why, words) = match &facts.memory().channel_refused {
        Some((code, words)) => (open_failure(*code), words.as_str()),
        None => (Text { en: "it did not say why", zh: "未说明原因" }, ""),
    };
    let said = if words.is_empty() { String::new() } else { format!(", {}", quoted(words)) };
    let reason = Reason::new(say!(
        "The login succeeded, but the server opens no channel for a session: {}{said}.",
        "登录成功，但服务端不打开会话通道：{}{said}。",
        (why.en),
        (why.zh)
    ));
    let reason = reason.by(Side::Server).at(Step::ChannelOpen);
    Some(reason.advising(say!(
        "Its settings may allow this user no sessions (OpenSSH: MaxSessions 0, or an account for forwarding only).",
        "它的设置可能不允许该用户打开会话（OpenSSH：MaxSessions 0，或仅供转发的账户）。"
    )))
}

/// What the command said, the error stream before the other.
fn its_words(facts: &Facts<'_>) -> Option<String> {
    let memory = facts.memory();
    let said = if memory.stderr.is_empty() { &memory.stdout } else { &memory.stderr };
    (!said.is_empty()).then(|| quoted(&said.join(" / ")))
}

fn command_refused(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::CommandRefused {
        return None;
    }
    let said = its_words(facts).map(|words| format!(": {words}")).unwrap_or_default();
    let command = facts.past.first(Step::Exec).and_then(|it| it.get(field::COMMAND)).map(quoted);
    let command = command.map(|words| format!(" {words}")).unwrap_or_default();
    let reason = Reason::new(say!(
        "The login succeeded, but the server refused to run a command{command}{said}.",
        "登录成功，但服务端拒绝执行命令{command}{said}。"
    ));
    Some(reason.by(Side::Server).at(Step::ChannelReply))
}

fn too_long(facts: &Facts<'_>) -> Option<Reason> {
    let Ended::CommandTooLong(limit) = facts.ended else { return None };
    let limit = in_seconds(*limit);
    let reason = Reason::new(say!(
        "The command had not ended after {limit} s, as long as --timeout allows: this client ended the connection.",
        "命令在 {limit} 秒后仍未结束，已到 --timeout 的上限：本客户端结束了连接。"
    ));
    Some(reason.by(Side::Client).at(Step::Exec))
}

fn no_exit_status(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::NoExitStatus {
        return None;
    }
    let said = its_words(facts);
    let (en, zh) = said.map_or(Default::default(), |words| {
        (format!(" It had said {words}."), format!("它此前说过 {words}。"))
    });
    let reason = Reason::new(say!(
        "The command's channel was closed without an exit status and without a signal (RFC 4254 §6.10 wants neither, and \
         most servers send one).{en}",
        "命令的通道被关闭，既没有退出状态也没有信号（RFC 4254 §6.10 不作要求，但多数服务端会发送）。{zh}"
    ));
    Some(reason.by(Side::Server).at(Step::ChannelClose))
}

fn silent_in_session(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = silent(facts)?;
    let reason = Reason::new(say!(
        "The login succeeded, then the server was silent for {seconds} s.",
        "登录成功，随后服务端沉默了 {seconds} 秒。"
    ));
    Some(reason.by(Side::Server).at(Step::ChannelOpen))
}

fn gone_in_session(facts: &Facts<'_>) -> Option<Reason> {
    let how = facts.gone().filter(|_| facts.has(Step::AuthSuccess))?;
    let how = how.done();
    let (en, zh) = its_words(facts).map_or(Default::default(), |words| {
        (format!(" Its last words: {words}."), format!("它最后说的是 {words}。"))
    });
    let reason = Reason::new(say!(
        "The server {} in the middle of the session.{en}",
        "服务端在会话中途{}。{zh}",
        (how.en),
        (how.zh)
    ));
    Some(reason.by(Side::Server))
}

fn out_of_place(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::OutOfPlace {
        return None;
    }
    Some(misplaced(facts))
}

/// A message of the peer's that the library does not take where it came; the log's last steps are the best account.
pub(super) fn misplaced(facts: &Facts<'_>) -> Reason {
    let (en, zh) = facts.peer();
    let rekeys = facts.past.records().iter().any(|record| record.get(field::REKEY) == Some(true));
    let (when_en, when_zh) = if rekeys {
        (" while keys were exchanged anew", "在重新交换密钥期间")
    } else if facts.has(Step::AuthSuccess) {
        (" after the login", "在登录之后")
    } else if facts.has(Step::SessionKey) {
        (" during the login", "在登录期间")
    } else {
        ("", "")
    };
    Reason::new(say!(
        "{en} sent a message{when_en} that has no place there, or lacks what it should hold; the last steps show it.",
        "{zh}{when_zh}发送了不该出现的消息，或缺少应有的内容；见最后几步。"
    ))
    .by(facts.side.peer())
}

/// Nothing recognised what happened: no more is said than is known.
pub(super) fn gave_up(facts: &Facts<'_>) -> Reason {
    let steps = facts.past.count();
    let said: Said = say!(
        "The connection was given up after {steps} steps, for a reason that the log does not show.",
        "连接在 {steps} 步之后被放弃，记录中看不出原因。"
    );
    Reason::new(said)
}
