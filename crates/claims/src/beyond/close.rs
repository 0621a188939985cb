//! What is often noted beside the four segments: why there are four, LAST_ACK, and what TIME_WAIT is for.

use super::open::state;
use steps::{
    Event, Past, Side, Text,
    tcp::{Step, field},
};

use crate::{
    Claim::{self, X8, X9, X10, X11, X12},
    ClaimCard, Finding, Heading,
};

/// The cards of `x8` to `x12`.
pub(crate) const fn card(claim: Claim) -> ClaimCard {
    let (rfc, says, rule) = match claim {
        X8 => (
            "RFC 9293 §3.6",
            Text {
                en: "Closing takes four segments because each direction is closed on its own: the server may still have data, so its ACK and its FIN are sent apart.",
                zh: "关闭需要四次，是因为两个方向各自关闭：服务端可能还有数据要发，所以 ACK 和 FIN 分开发送。",
            },
            Text {
                en: "As noted when the ACK of the client's FIN came alone and the server's FIN later; depends when one segment did both.",
                zh: "对客户端 FIN 的确认单独到来、服务端的 FIN 随后才来，即与笔记一致；合在一个报文段中则视情况而定。",
            },
        ),
        X9 => (
            "RFC 9293 §3.3.2",
            Text {
                en: "Having sent its FIN, the server is in LAST_ACK.",
                zh: "服务端发出 FIN 后进入 LAST_ACK 状态。",
            },
            Text {
                en: "As noted when the server's kernel names the state.",
                zh: "服务端内核报告该状态，即与笔记一致。",
            },
        ),
        X10 => (
            "RFC 9293 §3.4.2, §3.6.1",
            Text {
                en: "TIME_WAIT lasts 2 MSL (twice the maximum segment lifetime).",
                zh: "TIME_WAIT 持续 2MSL（报文最大生存时间的两倍）。",
            },
            Text {
                en: "Depends: the kernel's timer is printed; Linux waits a fixed minute, and knows no MSL.",
                zh: "视情况而定：打印内核的定时器；Linux 固定等待一分钟，并没有 MSL 这个参数。",
            },
        ),
        X11 => (
            "RFC 9293 §3.6",
            Text {
                en: "TIME_WAIT is there so that the last ACK can be sent again: if it is lost, the server's FIN comes again and is answered.",
                zh: "设 TIME_WAIT 是为了能重发最后的 ACK：它若丢失，服务端会重发 FIN，客户端还能再次确认。",
            },
            Text {
                en: "As noted when, in TIME_WAIT, a repeated FIN was answered with the ACK once more.",
                zh: "处于 TIME_WAIT 时再次确认了重发的 FIN，即与笔记一致。",
            },
        ),
        _ => (
            "RFC 9293 §3.6",
            Text {
                en: "The side that closes first is the one in TIME_WAIT: here the client, not the server.",
                zh: "先关闭的一方才进入 TIME_WAIT：这里是客户端，不是服务端。",
            },
            Text {
                en: "As noted when the side whose FIN came first is in TIME_WAIT; depends when both FINs crossed.",
                zh: "FIN 在先的一方处于 TIME_WAIT，即与笔记一致；双方的 FIN 交错则视情况而定。",
            },
        ),
    };
    ClaimCard { heading: Heading::TcpClose, blocks: (0, 0), rfc, says, rule }
}

pub(super) fn judge(step: Step, event: &Event, past: &Past) -> Vec<Finding> {
    match step {
        Step::Fin => apart(event, past).into_iter().collect(),
        Step::LastAckState => state(event, (Side::Server, "LAST_ACK"), X9).into_iter().collect(),
        Step::TimeWait => [lasts(event), who_waits(event, past)].into_iter().flatten().collect(),
        Step::LastAck => answers_again(event, past).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Who sent the first FIN, and its number.
fn first_fin(past: &Past) -> Option<(Side, u64)> {
    let fin = past.tcp().all().find(|one| one.step == Step::Fin)?;
    Some((fin.from?, fin.get(field::SEQ)?))
}

fn apart(event: &Event, past: &Past) -> Option<Finding> {
    let (seq, ack) = (event.get(field::SEQ)?, event.get(field::ACK)?);
    let (closer, _) = first_fin(past)?;
    let second = event.sender() == Some(Side::Server) && closer == Side::Client;
    if !second || event.fields.holds(field::RETRANSMISSION) {
        return None;
    }
    if event.fields.holds(field::ACKS_FIN) {
        return Some(Finding::depends(
            X8,
            format!(
                "three here: the server had nothing left, so one segment was its FIN (seq {seq}) and the ACK (ack {ack})"
            ),
            format!("这次是三次：服务端没有数据要发，同一个报文段既是 FIN（seq {seq}）又是确认（ack {ack}）"),
        ));
    }
    let alone = past.tcp().of(Side::Server, Step::FinAck).next_back()?;
    let first = alone.get(field::ACK)?;
    let ms = alone.ms_before(event.elapsed_us);
    Some(Finding::as_noted_because(
        X8,
        format!(
            "the client's FIN was acknowledged at once (ack {first}); the server's own FIN (seq {seq}, ack {ack}) came {ms} ms later"
        ),
        format!(
            "客户端的 FIN 立即得到确认（ack {first}）；服务端自己的 FIN（seq {seq}，ack {ack}）晚了 {ms} 毫秒才来"
        ),
    ))
}

fn lasts(event: &Event) -> Option<Finding> {
    let (state, ms) = (event.get(field::STATE)?, event.get(field::TIMER_MS)?);
    (state == "TIME_WAIT").then(|| {
        Finding::depends(
            X10,
            format!("the kernel's timer says {ms} ms; Linux always waits a minute, where 2 MSL by the RFC's own figure would be four"),
            format!("内核定时器显示 {ms} 毫秒；Linux 固定等待一分钟，而按 RFC 给出的数值，2MSL 应为四分钟"),
        )
    })
}

fn who_waits(event: &Event, past: &Past) -> Option<Finding> {
    let state = event.get(field::STATE)?;
    if state != "TIME_WAIT" {
        return None;
    }
    let (closer, seq) = first_fin(past)?;
    let (who, who_zh) = match event.side {
        Side::Client => ("client", "客户端"),
        Side::Server => ("server", "服务端"),
    };
    Some(if closer != event.side {
        Finding::differs(
            X12,
            format!("the other side's FIN (seq {seq}) came first, and yet the {who} is in TIME_WAIT"),
            format!("对方的 FIN（seq {seq}）在先，{who_zh}却处于 TIME_WAIT"),
        )
    } else if past.has(Step::Closing) {
        Finding::depends(
            X12,
            format!("both FINs crossed (this side's has seq {seq}): both sides wait in TIME_WAIT"),
            format!("双方的 FIN 交错（本方的 seq 为 {seq}）：两边都进入 TIME_WAIT"),
        )
    } else {
        Finding::as_noted_because(
            X12,
            format!("the {who}'s FIN (seq {seq}) came first, and the {who} is the one in TIME_WAIT"),
            format!("{who_zh}的 FIN（seq {seq}）在先，处于 TIME_WAIT 的正是{who_zh}"),
        )
    })
}

fn answers_again(event: &Event, past: &Past) -> Option<Finding> {
    let ack = event.get(field::ACK)?;
    let own = event.side == Side::Client && event.sender() == Some(Side::Client);
    let before = past.tcp().of(Side::Client, Step::LastAck).next_back()?;
    let fin = past.tcp().of(Side::Server, Step::Fin).next_back()?;
    let again = fin.fields.holds(field::RETRANSMISSION) && fin.elapsed_us >= before.elapsed_us;
    let waits = past.first(Step::TimeWait)?.get(field::STATE)?;
    let gap = fin.get(field::GAP_MS)?;
    (own && again && waits == "TIME_WAIT").then(|| {
        Finding::as_noted_because(
            X11,
            format!("the server's FIN came again after {gap} ms; the client, in {waits}, answered with the ACK once more (ack {ack})"),
            format!("{gap} 毫秒后服务端的 FIN 再次到来；处于 {waits} 的客户端再次回以 ACK（ack {ack}）"),
        )
    })
}
