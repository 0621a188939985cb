//! After the upgrade: the rules of the frames (RFC 6455 §5), the Close (§7.4), and an end without one.

use super::{Awaited, Ended, Facts, FrameRule, Recognise, quoted, rule};
use crate::{Reason, Rule, Said, Side, Text, common, ws::Step, ws::field};

pub(super) const RULES: &[(Rule, Recognise)] = &[
    rule("ws.frame_rule", "a frame breaks a rule", "某一帧违反了规则", frame_rule),
    rule("ws.message_too_long", "a message is longer than is taken", "消息过长", too_long),
    rule(
        "ws.close_code_not_to_be_sent",
        "the peer's Close has a code that nobody may send",
        "对端的 Close 带有不允许发送的状态码",
        forbidden_code,
    ),
    rule(
        "ws.closed_over_what_we_sent",
        "the peer's Close blames what this side sent",
        "对端的 Close 指责本方发送的内容",
        blamed,
    ),
    rule(
        "ws.closed_for_its_own_reason",
        "the peer's Close gives a reason of its own",
        "对端的 Close 给出了自己的原因",
        own_reason,
    ),
    rule(
        "ws.closed_early",
        "the peer said Close before it had answered",
        "对端在应答之前就关闭",
        closed_early,
    ),
    rule(
        "ws.no_subprotocol_agreed",
        "the client left where no subprotocol was agreed",
        "没有商定子协议，客户端离开了",
        no_subprotocol,
    ),
    rule("ws.gone_in_a_frame", "the connection ended within a frame", "连接在一帧中途结束", gone_in_a_frame),
    rule(
        "ws.gone_without_close",
        "the connection ended without a Close",
        "连接没有 Close 就结束",
        gone_without_close,
    ),
    rule("ws.no_echo", "what was sent did not come back in time", "发送的内容没有及时回来", no_echo),
    rule("ws.idle", "the peer was silent for too long", "对端沉默太久", idle),
];

fn rule_name(broken: FrameRule, by: Side) -> (String, String) {
    let said = |en: &str, zh: &str| (en.to_owned(), zh.to_owned());
    match (broken, by) {
        (FrameRule::Masking, Side::Server) => said(
            "it sent a masked frame, and only a client masks (§5.1)",
            "发送了带掩码的帧，而只有客户端才加掩码（§5.1）",
        ),
        (FrameRule::Masking, Side::Client) => said(
            "it sent an unmasked frame, and a client has to mask (§5.1)",
            "发送了不带掩码的帧，而客户端必须加掩码（§5.1）",
        ),
        (FrameRule::ReservedBits, _) => said(
            "it set reserved bits, and no extension was agreed that gives them a meaning (§5.2)",
            "设置了保留位，而没有商定赋予其含义的扩展（§5.2）",
        ),
        (FrameRule::Opcode(opcode), _) => (
            format!("it used the opcode 0x{opcode:X}, which is reserved (§5.2)"),
            format!("使用了保留的操作码 0x{opcode:X}（§5.2）"),
        ),
        (FrameRule::FragmentedControl, _) => said(
            "it sent a control frame in fragments, and those have to be whole (§5.5)",
            "把控制帧分片发送，而控制帧必须完整（§5.5）",
        ),
        (FrameRule::LongControl, _) => said(
            "it sent a control frame with more than 125 bytes (§5.5)",
            "发送了超过 125 字节的控制帧（§5.5）",
        ),
        (FrameRule::NothingToContinue, _) => said(
            "it sent a continuation, and there is nothing to continue (§5.4)",
            "发送了后续帧，却没有可继续的消息（§5.4）",
        ),
        (FrameRule::Interleaved, _) => said(
            "it began a message before the one before was whole (§5.4)",
            "上一条消息尚未完整就开始了新的消息（§5.4）",
        ),
        (FrameRule::Utf8, _) => {
            said("it sent a text that is not UTF-8 (§8.1)", "发送的文本不是 UTF-8（§8.1）")
        }
        (FrameRule::CloseBody, _) => {
            said("its Close has half a code (§5.5.1)", "它的 Close 只有半个状态码（§5.5.1）")
        }
        (FrameRule::AfterClose, _) => {
            said("it sent a frame after its Close (§5.5.1)", "在 Close 之后又发送了帧（§5.5.1）")
        }
    }
}

fn frame_rule(facts: &Facts<'_>) -> Option<Reason> {
    let Ended::Frame(broken) = facts.ended else { return None };
    let (who, (en, zh)) = (facts.who(), rule_name(*broken, facts.side.peer()));
    let told = if *broken == FrameRule::Utf8 { 1007 } else { 1002 };
    let reason = Reason::new(say!(
        "{} broke a rule of the frames (RFC 6455): {en}. It was told by Close {told}.",
        "{}违反了帧的规则（RFC 6455）：{zh}。已用 Close {told} 告知。",
        (who.en),
        (who.zh)
    ));
    Some(reason.by(facts.side.peer()))
}

fn too_long(facts: &Facts<'_>) -> Option<Reason> {
    let Ended::MessageTooLong { size, most } = facts.ended else { return None };
    let who = facts.who();
    let reason = Reason::new(say!(
        "{} sent a message of {size} bytes, and {most} are taken: closed with 1009.",
        "{}发来 {size} 字节的消息，最多接受 {most} 字节：以 1009 关闭。",
        (who.en),
        (who.zh)
    ));
    let reason = reason.by(facts.side.peer());
    Some(match facts.side {
        Side::Client => reason,
        Side::Server => reason.advising(say!(
            "Send it in smaller messages, or let `--max-message` allow more.",
            "请分成较小的消息发送，或用 `--max-message` 放宽。"
        )),
    })
}

/// The peer's Close as it crossed: its code, what that means, its reason. The library replaces a code that nobody may send.
fn close<'a>(facts: &Facts<'a>) -> Option<(Option<u64>, &'a str, &'a str)> {
    if *facts.ended != Ended::Closed {
        return None;
    }
    let close = facts.peer_sent(Step::Close)?;
    let reason = close.get(common::WHY).unwrap_or_default();
    Some((close.get(field::CODE), close.get(field::MEANING).unwrap_or_default(), reason))
}

/// What was awaited when the Close came: " before the echo of the text".
fn before(facts: &Facts<'_>) -> (String, String) {
    match facts.given.awaited {
        None | Some(Awaited::Close) => Default::default(),
        Some(awaited) => {
            let name = awaited.name();
            (format!(" before the {}", name.en), format!("在{}之前", name.zh))
        }
    }
}

fn with_reason(reason: &str) -> String {
    if reason.is_empty() { String::new() } else { format!(": {}", quoted(reason)) }
}

fn forbidden_code(facts: &Facts<'_>) -> Option<Reason> {
    let (code, ..) = close(facts).filter(|(_, meaning, _)| *meaning == "not to be sent")?;
    let (who, code) = (facts.who(), code?);
    let reason = Reason::new(say!(
        "{} closed with code {code}, which RFC 6455 §7.4 does not let anybody send. It was answered with 1002.",
        "{}以状态码 {code} 关闭，而 RFC 6455 §7.4 不允许发送它。已用 1002 应答。",
        (who.en),
        (who.zh)
    ));
    Some(reason.by(facts.side.peer()).at(Step::Close))
}

fn blamed(facts: &Facts<'_>) -> Option<Reason> {
    let (code, meaning, why) = close(facts)?;
    let code = code.filter(|code| matches!(code, 1002 | 1003 | 1007 | 1009 | 1010))?;
    let ((who, said), (en, zh)) = ((facts.who(), with_reason(why)), before(facts));
    let reason = Reason::new(say!(
        "{} closed ({code}, {meaning}{said}){en}: it did not like what this side had sent just before.",
        "{}{zh}关闭了连接（{code}，{meaning}{said}）：它不接受本方刚刚发送的内容。",
        (who.en),
        (who.zh)
    ));
    Some(reason.at(Step::Close))
}

fn own_reason(facts: &Facts<'_>) -> Option<Reason> {
    let (code, meaning, why) = close(facts)?;
    let code = code.filter(|code| *code != 1000)?;
    let ((who, said), (en, zh)) = ((facts.who(), with_reason(why)), before(facts));
    let reason = Reason::new(say!(
        "{} closed ({code}, {meaning}{said}){en}.",
        "{}{zh}关闭了连接（{code}，{meaning}{said}）。",
        (who.en),
        (who.zh)
    ));
    let reason = reason.by(facts.side.peer()).at(Step::Close);
    let advice = match code {
        1001 => Text {
            en: "It goes away: it stops, or the page was left.",
            zh: "它要离开：正在停止，或页面已关闭。",
        },
        1008 => Text {
            en: "To it this connection is against its policy.", zh: "它认为此连接违反其策略。"
        },
        1011 => Text {
            en: "It failed on its own account; its own log may say why.",
            zh: "它自身出错，原因可查看它的日志。",
        },
        1012..=1014 => Text { en: "Try again later.", zh: "请稍后重试。" },
        3000..=4999 => Text {
            en: "What this code means is between the two applications.",
            zh: "这个状态码的含义由双方应用约定。",
        },
        _ => return Some(reason),
    };
    Some(reason.advising(Said::new(advice.en, advice.zh)))
}

fn closed_early(facts: &Facts<'_>) -> Option<Reason> {
    let (code, _, why) = close(facts)?;
    let awaited = facts.given.awaited.filter(|awaited| *awaited != Awaited::Close)?.name();
    let (said, who) = (with_reason(why), facts.who());
    let with = code.map_or_else(|| "without a code".to_owned(), |code| code.to_string());
    let with_zh = code.map_or_else(|| "没有状态码".to_owned(), |code| code.to_string());
    let reason = Reason::new(say!(
        "{} closed ({with}{said}) before the {}.",
        "{}在{}之前就关闭了（{with_zh}{said}）。",
        (who.en, awaited.en),
        (who.zh, awaited.zh)
    ));
    let reason = reason.by(facts.side.peer()).at(Step::Close);
    Some(reason.advising(does_it_echo()))
}

fn does_it_echo() -> Said {
    say!("Does it echo? Ours does: `server ws`.", "它会回显吗？我们的会：`server ws`。")
}

fn no_subprotocol(facts: &Facts<'_>) -> Option<Reason> {
    let how = facts.gone().filter(|_| facts.side == Side::Server && facts.midst.is_none())?.done();
    let asked = facts.no_subprotocol()?;
    let spoke = [Step::Text, Step::Binary, Step::Ping, Step::Close]
        .iter()
        .any(|step| facts.peer_sent(*step).is_some());
    if spoke {
        return None;
    }
    let reason = Reason::new(say!(
        "The client {} right after the upgrade: it had asked for a subprotocol ({asked}), and none was agreed. RFC 6455 §4.1 \
         lets a client go on without one; this one does not.",
        "客户端在升级后立即{}：它请求了子协议（{asked}），但没有商定任何一个。RFC 6455 §4.1 允许客户端不用子协议继续，但它没有继续。",
        (how.en),
        (how.zh)
    ));
    let reason = reason.at(Step::SwitchingProtocols);
    Some(reason.advising(say!(
        "`--protocol` lets this server agree to one of them.",
        "可用 `--protocol` 让本服务端同意其中之一。"
    )))
}

fn gone_in_a_frame(facts: &Facts<'_>) -> Option<Reason> {
    let (how, bytes, who) = (facts.gone()?.done(), facts.midst?, facts.who());
    let reason = Reason::new(say!(
        "{} {} {bytes} bytes into a frame: was it cut, or did it crash?",
        "{}在一帧的第 {bytes} 个字节之后{}：是被切断，还是崩溃了？",
        (who.en, how.en),
        (who.zh, how.zh)
    ));
    Some(reason.by(facts.side.peer()))
}

fn gone_without_close(facts: &Facts<'_>) -> Option<Reason> {
    let (how, who) = (facts.gone()?.done(), facts.who());
    let (en, zh) = before(facts);
    let reason = Reason::new(say!(
        "{} {} without a Close frame{en}.",
        "{}{zh}没有发送 Close 帧就{}。",
        (who.en, how.en),
        (who.zh, how.zh)
    ));
    let reason = reason.by(facts.side.peer());
    Some(reason.advising(match facts.side {
        Side::Client => say!(
            "It was stopped or it crashed, or something in between cut the connection.",
            "它被停止或崩溃了，或途中有设备切断了连接。"
        ),
        Side::Server => say!(
            "A page that is closed or a program that is killed ends like this.",
            "页面被关闭或程序被终止时就会这样。"
        ),
    }))
}

fn no_echo(facts: &Facts<'_>) -> Option<Reason> {
    let (seconds, awaited) = (facts.silent()?, facts.given.awaited?.name());
    let reason = Reason::new(say!(
        "No {} within {seconds} s.",
        "{seconds} 秒内没有等到{}。",
        (awaited.en),
        (awaited.zh)
    ));
    Some(reason.by(facts.side.peer()).advising(does_it_echo()))
}

fn idle(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = facts.silent()?;
    let reason = Reason::new(say!("The client was silent for {seconds} s.", "客户端沉默了 {seconds} 秒。"));
    let reason = reason.by(Side::Client);
    Some(reason.advising(say!("`--idle-timeout` allows more.", "可用 `--idle-timeout` 放宽。")))
}

/// Nothing recognised what happened: no more is said than is known.
pub(super) fn gave_up(facts: &Facts<'_>) -> Reason {
    let steps = facts.past.count();
    Reason::new(say!(
        "The connection was given up after {steps} steps, for a reason that the log does not show.",
        "连接在 {steps} 步之后被放弃，记录中看不出原因。"
    ))
}
