//! The connection was open, and ended otherwise than agreed.

use super::{End, Errno, Facts, Recognises, rule};
use crate::{
    Reason, Rule, Said, Side, Text,
    tcp::{Step, field},
};

pub(super) const RULES: &[(Rule, Recognises)] = &[
    rule(
        "tcp.data_for_a_closed_socket",
        "RST where the peer had closed its socket and data of ours still came",
        "对方已关闭套接字，我们的数据仍然到达，于是收到 RST",
        closed_socket,
    ),
    rule(
        "tcp.reset_with_data_unread",
        "RST of a peer that had our data and sent no FIN",
        "对方收到了我们的数据，没有发 FIN 就发来 RST",
        data_unread,
    ),
    rule("tcp.reset", "any other RST", "其他 RST", reset),
    rule(
        "tcp.unacknowledged",
        "what was sent was never acknowledged",
        "发出的内容一直没有得到确认",
        unacknowledged,
    ),
    rule("tcp.path_broke", "the kernel says unreachable", "内核报告不可达", path_broke),
    rule(
        "tcp.fin_behind_a_closed_window",
        "our FIN waits behind data, for the peer's window is 0",
        "对方窗口为 0，我们的 FIN 排在数据后面等待",
        behind_window,
    ),
    rule(
        "tcp.fin_not_acknowledged",
        "our FIN is not acknowledged",
        "我们的 FIN 没有得到确认",
        fin_unacknowledged,
    ),
    rule("tcp.peer_keeps_open", "the peer keeps its direction open", "对方的方向一直开着", keeps_open),
    rule(
        "tcp.peer_did_not_close_first",
        "`--wait-for-close`, and the server does not close",
        "`--wait-for-close`，而服务端不关闭",
        not_first,
    ),
    rule(
        "tcp.given_up",
        "the kernel gave up a connection without a program",
        "内核放弃了没有程序的连接",
        forgotten,
    ),
    rule("tcp.silent", "a client that sends nothing", "客户端什么也不发", silent),
    rule("tcp.line_not_ended", "a client that does not end its line", "客户端没有发完一行", dawdles),
    rule("tcp.takes_no_answer", "a client that takes no answer", "客户端不接收应答", deaf),
    rule(
        "tcp.as_told",
        "the server did what it was told: reset, keep open, stop",
        "服务端照要求行事：重置、保持打开、停止",
        as_told,
    ),
];

const fn who(side: Side) -> Text {
    match side {
        Side::Client => Text { en: "client", zh: "客户端" },
        Side::Server => Text { en: "server", zh: "服务端" },
    }
}

/// Whether a call failed because RST came, now or before.
fn by_reset(facts: &Facts<'_>) -> Option<Errno> {
    match facts.end {
        End::Call(
            _,
            errno @ (Errno::ECONNRESET
            | Errno::EPIPE
            | Errno::ENOTCONN
            | Errno::ECONNABORTED
            | Errno::ECONNREFUSED),
        ) => Some(errno),
        _ => None,
    }
}

fn closed_socket(facts: &Facts<'_>) -> Option<Reason> {
    let errno = by_reset(facts)?;
    let peer = facts.side.peer();
    // EPIPE instead of ECONNRESET is the kernel's word for a RST after the peer's FIN.
    let closed = facts.past.first_from(peer, Step::Fin).is_some()
        || facts.past.has(Step::CloseWait)
        || errno == Errno::EPIPE;
    let Text { en, zh } = who(peer);
    closed.then(|| {
        Reason::new(say!(
            "the {en} had closed its socket, both directions of it, and data of ours came all the same: nobody was left to \
             read it, and its kernel answered with RST (RFC 9293 §3.6.1, RFC 1122 §4.2.2.13).",
            "{zh}已经关闭套接字（两个方向都关闭），而我们的数据仍然到达：没有程序再去读它，对方内核以 RST 回应\
             （RFC 9293 §3.6.1、RFC 1122 §4.2.2.13）。"
        ))
        .by(peer)
        .at(Step::Rst)
    })
}

fn data_unread(facts: &Facts<'_>) -> Option<Reason> {
    by_reset(facts)?;
    let peer = facts.side.peer();
    let sent = facts.past.first_from(facts.side, Step::Data).is_some();
    let silent = facts.past.first_from(peer, Step::Data).is_none();
    let Text { en, zh } = who(peer);
    (sent && silent).then(|| {
        Reason::new(say!(
            "the {en} reset the connection with our data unread: it closed its socket without reading, was told to abort \
             (SO_LINGER 0), or its program died (RFC 1122 §4.2.2.13).",
            "{zh}没有读我们的数据就重置了连接：它不读就关闭了套接字，或被要求中止（SO_LINGER 0），或程序崩溃\
             （RFC 1122 §4.2.2.13）。"
        ))
        .by(peer)
        .at(Step::Rst)
    })
}

fn reset(facts: &Facts<'_>) -> Option<Reason> {
    let errno = by_reset(facts)?;
    let End::Call(call, _) = facts.end else { return None };
    let peer = facts.side.peer();
    let Text { en, zh } = who(peer);
    // Known from the segment where one was captured, else from the errno alone.
    let seen = facts.past.first_from(peer, Step::Rst).is_some();
    let reason = match seen {
        true => Reason::new(say!(
            "the {en} reset the connection ({call}: {errno}): it closed its socket with something of ours unread, was told \
             to abort, or its program died.",
            "{zh}重置了连接（{call}：{errno}）：它关闭套接字时还有我们的内容没读，或被要求中止，或程序崩溃。"
        ))
        .by(peer),
        false => Reason::new(say!(
            "the connection was reset ({call}: {errno}), by the {en} or something between: a socket closed with data unread, \
             a program that died, or a device that forgot the connection.",
            "连接被{zh}或途中的设备重置（{call}：{errno}）：套接字关闭时还有数据没读、程序崩溃，或设备忘记了这条连接。"
        )),
    };
    Some(reason.at(Step::Rst))
}

fn unacknowledged(facts: &Facts<'_>) -> Option<Reason> {
    let End::Call(call, Errno::ETIMEDOUT) = facts.end else { return None };
    Some(Reason::new(say!(
        "{call} timed out: what we sent last was never acknowledged, however often the kernel repeated it.",
        "{call} 超时（timed out）：我们最后发出的内容，内核重发多次也一直没有得到确认。"
    )))
}

fn path_broke(facts: &Facts<'_>) -> Option<Reason> {
    let End::Call(call, errno @ (Errno::EHOSTUNREACH | Errno::ENETUNREACH | Errno::ENETDOWN)) = facts.end
    else {
        return None;
    };
    Some(Reason::new(say!(
        "the path broke ({call}: {errno}): what we sent was not acknowledged, and a router or this kernel says that the \
         other side is unreachable.",
        "路径中断（{call}：{errno}）：我们发出的内容没有得到确认，路由器或本机内核报告对方不可达。"
    )))
}

/// Our FIN is out, or wants to be, and the kernel waits for its ACK.
fn fin_waits(facts: &Facts<'_>) -> Option<(&'static str, f64)> {
    let End::Unanswered(state, patience) = facts.end else { return None };
    ["FIN_WAIT_1", "CLOSING", "LAST_ACK"].contains(&state).then_some((state, patience.as_secs_f64()))
}

fn behind_window(facts: &Facts<'_>) -> Option<Reason> {
    let (state, seconds) = fin_waits(facts)?;
    let probes =
        facts.past.first(Step::Timer).and_then(|timer| timer.get(field::TIMER)) == Some("window probe");
    let Text { en, zh } = who(facts.side.peer());
    probes.then(|| {
        Reason::new(say!(
            "after {seconds} s the kernel is still in {state}: the {en}'s window is 0, it reads nothing, and our FIN waits \
             behind data that may not be sent (RFC 9293 §3.8.6.1).",
            "{seconds} 秒后内核仍处于 {state}：{zh}的窗口为 0，它什么也不读，我们的 FIN 排在不能发出的数据后面\
             （RFC 9293 §3.8.6.1）。"
        ))
        .by(facts.side.peer())
    })
}

fn fin_unacknowledged(facts: &Facts<'_>) -> Option<Reason> {
    let (state, seconds) = fin_waits(facts)?;
    let Text { en, zh } = who(facts.side.peer());
    Some(Reason::new(say!(
        "after {seconds} s the kernel is still in {state}: the ACK of our FIN is missing. Either the FIN or its ACK is lost \
         and the FIN goes again, or the {en}'s window holds it back behind data.",
        "{seconds} 秒后内核仍处于 {state}：还缺对我们 FIN 的 ACK。要么 FIN 或它的 ACK 丢失、FIN 正在重发，要么{zh}的窗口\
         让它排在数据后面。"
    )))
}

fn keeps_open(facts: &Facts<'_>) -> Option<Reason> {
    let End::Unanswered(state, patience) = facts.end else { return None };
    let (seconds, Text { en, zh }) = (patience.as_secs_f64(), who(facts.side.peer()));
    let reason = match state {
        "FIN_WAIT_2" => Reason::new(say!(
            "the {en} did not close within {seconds} s; the connection is in {state}, which has no timer as long as the \
             program keeps the socket.",
            "{zh} {seconds} 秒内没有关闭；连接处于 {state}，只要程序还持有套接字就不会超时。"
        ))
        .by(facts.side.peer()),
        _ => Reason::new(say!(
            "after {seconds} s the kernel is still in {state}; we wait no longer.",
            "{seconds} 秒后内核仍处于 {state}；我们不再等待。"
        )),
    };
    Some(reason)
}

fn not_first(facts: &Facts<'_>) -> Option<Reason> {
    let End::NotFirst(patience) = facts.end else { return None };
    let seconds = patience.as_secs_f64();
    Some(
        Reason::new(say!(
            "the server did not close within {seconds} s (--wait-for-close, --patience).",
            "服务端 {seconds} 秒内没有关闭（--wait-for-close、--patience）。"
        ))
        .by(Side::Server),
    )
}

fn forgotten(facts: &Facts<'_>) -> Option<Reason> {
    let End::Forgotten(state) = facts.end else { return None };
    Some(Reason::new(say!(
        "the kernel gave the connection up in {state}; the program had closed the socket.",
        "程序已关闭套接字，内核在 {state} 状态放弃了连接。"
    )))
}

fn silent(facts: &Facts<'_>) -> Option<Reason> {
    let End::Silent(limit) = facts.end else { return None };
    let seconds = limit.as_secs_f64();
    Some(
        Reason::new(say!(
            "the client sent nothing for {seconds} s (--idle-timeout), so the server closed.",
            "客户端 {seconds} 秒没有发送任何数据（--idle-timeout），由服务端关闭。"
        ))
        .by(Side::Client),
    )
}

fn dawdles(facts: &Facts<'_>) -> Option<Reason> {
    let End::Dawdles(limit) = facts.end else { return None };
    let seconds = limit.as_secs_f64();
    Some(
        Reason::new(say!(
            "the client did not finish its line within {seconds} s (--idle-timeout), so the server closed.",
            "客户端 {seconds} 秒内没有发完一行（--idle-timeout），由服务端关闭。"
        ))
        .by(Side::Client),
    )
}

fn deaf(facts: &Facts<'_>) -> Option<Reason> {
    let End::Deaf(limit) = facts.end else { return None };
    let seconds = limit.as_secs_f64();
    Some(
        Reason::new(say!(
            "the client took no answer for {seconds} s (--idle-timeout), so the server closed.",
            "客户端 {seconds} 秒没有接收应答（--idle-timeout），由服务端关闭。"
        ))
        .by(Side::Client),
    )
}

fn as_told(facts: &Facts<'_>) -> Option<Reason> {
    let reason = match facts.end {
        End::ResetOnPurpose => Reason::new(Said::new(
            "the server closed its socket with data unread (--closing reset): RST instead of FIN.",
            "服务端在还有数据未读时关闭套接字（--closing reset）：发出的是 RST 而不是 FIN。",
        )),
        End::KeptOpen(idle) => {
            let seconds = idle.as_secs_f64();
            Reason::new(say!(
                "the server kept its side open for {seconds} s (--closing never, --idle-timeout).",
                "服务端让自己一侧保持打开 {seconds} 秒（--closing never、--idle-timeout）。"
            ))
        }
        End::Stopped => {
            Reason::new(Said::new("the server was stopped and closed first.", "服务端被停止，先行关闭。"))
        }
        _ => return None,
    };
    Some(reason.by(Side::Server))
}

/// What no rule recognises: the number alone.
pub(super) fn unrecognised(facts: &Facts<'_>) -> Reason {
    match &facts.end {
        End::Call(call, errno) => Reason::new(say!(
            "{call} failed here: the kernel says {errno}.",
            "{call} 在本机失败：内核报告 {errno}。"
        )),
        _ => Reason::new(Said::new("the connection ended otherwise than agreed.", "连接没有按约定结束。")),
    }
}
