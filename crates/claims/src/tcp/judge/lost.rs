//! What a connection shows of the notes when a segment of its opening is lost, late or an old one. Each side is asked
//! only what it can know: whether an answer came is the client's to say, whether accept() returned is the server's.

use steps::{Event, Past, Side};

use super::{super::Step, MASK, after, confirms, field, gaps_before, seconds, setting};
use crate::{
    Claim::{O2, O3, O4, O6, O7, O9, O10, O11, O13, O15},
    Finding,
};

/// A copy that comes sooner was made on the way: no timer of a handshake is that short.
const TIMER_MS: u64 = 200;

/// The client's own SYN, again.
pub(super) fn syn_again(event: &Event, past: &Past) -> Vec<Finding> {
    let own = event.side == Side::Client && event.sender() == Some(Side::Client);
    let answered = past.tcp().of(Side::Server, Step::SynAck).next().is_some();
    if !own || answered || event.get(field::GAP_MS).is_none_or(|gap| gap < TIMER_MS) {
        return Vec::new();
    }
    [not_answered(event, past), same_number(event)].into_iter().flatten().collect()
}

fn not_answered(event: &Event, past: &Past) -> Option<Finding> {
    let gap = event.get(field::GAP_MS)?.to_string();
    let told = [gaps_before(past, Side::Client, Step::Syn)?, vec![gap]].concat().join(", ");
    let (rule, rule_zh) = match setting(past, field::TCP_SYN_LINEAR_TIMEOUTS) {
        Some(0) => (
            "; tcp_syn_linear_timeouts is 0: each gap is twice the one before".into(),
            "；tcp_syn_linear_timeouts 为 0：每个间隔是前一个的两倍".into(),
        ),
        Some(n) => (
            format!("; tcp_syn_linear_timeouts is {n}: so many gaps are equal before they double"),
            format!("；tcp_syn_linear_timeouts 为 {n}：前 {n} 个间隔相等，之后才加倍"),
        ),
        None => (String::new(), String::new()),
    };
    Some(Finding::as_noted_because(
        O2,
        format!("no answer, and the SYN went again after {told} ms{rule}"),
        format!("没有回应，SYN 在 {told} 毫秒后再次发出{rule_zh}"),
    ))
}

fn same_number(event: &Event) -> Option<Finding> {
    let (seq, earlier) = (event.get(field::SEQ)?, event.get(field::SAME_SEQ_AS)?);
    let (en, zh) = (
        format!("sequence number {seq}, and {earlier} in the one before"),
        format!("序列号 {seq}，前一个是 {earlier}"),
    );
    Some(if earlier == seq { Finding::as_noted_because(O3, en, zh) } else { Finding::differs(O3, en, zh) })
}

/// connect() gave up.
pub(super) fn given_up(event: &Event, past: &Past) -> Option<Finding> {
    if event.get(field::CALL)? != "connect()"
        || event.get(field::ERRNO)? != "ETIMEDOUT"
        || past.tcp().of(Side::Server, Step::SynAck).next().is_some()
    {
        return None;
    }
    let timers = past.tcp().all().filter(|one| one.step == Step::Timer);
    let counted = timers.filter_map(|one| one.get(field::RETRANSMITS)).max();
    let seen = past.tcp().of(Side::Client, Step::Syn).count() as u64;
    let syns = if seen > 0 { seen } else { counted? + 1 };
    if syns < 2 {
        return None;
    }
    let after = seconds(event.elapsed_us);
    let user_timeout = setting(past, field::TCP_USER_TIMEOUT_MS).filter(|&ms| ms > 0);
    let linear = setting(past, field::TCP_SYN_LINEAR_TIMEOUTS).filter(|&linear| linear > 0);
    let (limit, limit_zh) = match (user_timeout, setting(past, field::TCP_SYNCNT)?, linear) {
        (Some(ms), _, _) => {
            (format!("TCP_USER_TIMEOUT ({ms} ms) ended it"), format!("由 TCP_USER_TIMEOUT（{ms} 毫秒）终止"))
        }
        (None, count, Some(linear)) => (
            format!(
                "TCP_SYNCNT is {count}, and with tcp_syn_linear_timeouts {linear} it bounds the time, not the number: \
                 as long as {count} repeats with doubled gaps would take"
            ),
            format!(
                "TCP_SYNCNT 为 {count}，而 tcp_syn_linear_timeouts 为 {linear} 时它限制的是时间而不是次数：\
                 等于间隔逐次加倍重发 {count} 次所需的时间"
            ),
        ),
        (None, count, None) => {
            (format!("TCP_SYNCNT ({count}) ended it"), format!("由 TCP_SYNCNT（{count}）终止"))
        }
    };
    Some(Finding::as_noted_because(
        O4,
        format!("{syns} SYNs, no answer, and connect() failed with ETIMEDOUT after {after}; {limit}"),
        format!("发出 {syns} 个 SYN 都没有回应，{after} 后 connect() 以 ETIMEDOUT 失败；{limit_zh}"),
    ))
}

/// The SYN+ACK, again.
pub(super) fn syn_ack_again(event: &Event, past: &Past) -> Option<Finding> {
    let (seq, gap) = (event.get(field::SEQ)?, event.get(field::GAP_MS)?);
    if event.sender() != Some(Side::Server) || event.get(field::SAME_SEQ_AS)? != seq || gap < TIMER_MS {
        return None;
    }
    let own = event.side == Side::Server;
    let acked = past
        .tcp()
        .all()
        .rev()
        .find(|one| one.from == Some(Side::Client) && one.fields.holds(field::ACKS_SYN));
    if let (true, Some(acked)) = (own, acked) {
        let ms = acked.ms_before(event.elapsed_us);
        return Some(Finding::depends(
            O6,
            format!(
                "the SYN+ACK (seq {seq}) went again although the ACK had arrived {ms} ms before: the kernel did not take \
                 it, as it does while the queue for accept() is full"
            ),
            format!(
                "ACK 在 {ms} 毫秒前已经到达，SYN+ACK（seq {seq}）仍再次发出：内核没有接受它，\
                 等待 accept() 的队列已满时就是这样"
            ),
        ));
    }
    let last = past.tcp().all().rev().find(|one| matches!(one.step, Step::Syn | Step::SynAck));
    let (why, why_zh) = match last {
        Some(syn) if own && syn.step == Step::Syn => {
            let ms = syn.ms_before(event.elapsed_us);
            (format!("; the SYN had come again {ms} ms before"), format!("；{ms} 毫秒前 SYN 再次到来"))
        }
        Some(_) | None => (String::new(), String::new()),
    };
    Some(Finding::as_noted_because(
        O6,
        format!("SYN+ACK again after {gap} ms with the same sequence number {seq}{why}"),
        format!("{gap} 毫秒后再次发出 SYN+ACK，序列号同为 {seq}{why_zh}"),
    ))
}

/// The client's ACK, again. Only the client knows that it had sent one before.
pub(super) fn ack_again(event: &Event, past: &Past) -> Option<Vec<Finding>> {
    let own = event.side == Side::Client && event.sender() == Some(Side::Client);
    let earlier = past.tcp().of(Side::Client, Step::Ack).next_back()?;
    let asked = past.tcp().of(Side::Server, Step::SynAck).next_back()?;
    // Nothing else from the client may have carried the ACK in between.
    let alone = past.tcp().sent(Side::Client) == earlier.nth;
    let again = asked.fields.holds(field::RETRANSMISSION) && asked.elapsed_us >= earlier.elapsed_us;
    if !own || !again || !alone || asked.get(field::GAP_MS)? < TIMER_MS {
        return None;
    }
    let ack = event.get(field::ACK)?;
    let silent = earlier.ms_before(asked.elapsed_us);
    let soon = asked.ms_before(event.elapsed_us);
    Some(vec![
        Finding::as_noted_because(
            O9,
            format!(
                "for {silent} ms the client sent nothing; its ACK went again only when the SYN+ACK had come again"
            ),
            format!("{silent} 毫秒内客户端什么也没有发；SYN+ACK 再次到来后，ACK 才再次发出"),
        ),
        Finding::as_noted_because(
            O10,
            format!("{soon} ms after the SYN+ACK had come again the ACK (ack {ack}) answered it"),
            format!("SYN+ACK 再次到来 {soon} 毫秒后，以 ACK（ack {ack}）回应"),
        ),
    ])
}

/// The server's kernel dropped what the client never completed.
pub(super) fn half_open_gone(event: &Event, past: &Past) -> Option<Finding> {
    let answered: Vec<_> = past.tcp().of(Side::Server, Step::SynAck).collect();
    for segment in &answered {
        segment.get(field::SEQ)?;
    }
    let reset = past.tcp().of(Side::Client, Step::Rst).next().is_some();
    // A SYN+ACK whose number was not seen proves nothing.
    if answered.iter().any(|answer| answer.fields.get(field::SEQ).is_none()) {
        return None;
    }
    let sent = if answered.is_empty() { event.get(field::RETRANSMITS)? + 1 } else { answered.len() as u64 };
    // One whom the client reset, or whose limit is not told, was not dropped by a limit.
    if reset || sent < 2 || event.side != Side::Server {
        return None;
    }
    let since = match answered.first() {
        Some(first) => event.elapsed_us.saturating_sub(first.elapsed_us),
        None => event.get(field::WAS_MS)? * 1000,
    };
    let since = seconds(since);
    let (limit, limit_zh) = match (setting(past, field::TCP_SYNCNT), setting(past, field::TCP_SYNACK_RETRIES))
    {
        (Some(n), _) => (
            format!("; the limit is {n} repeats (TCP_SYNCNT of the listener)"),
            format!("；上限为重发 {n} 次（监听套接字的 TCP_SYNCNT）"),
        ),
        (None, Some(n)) => (
            format!("; the limit is {n} repeats (tcp_synack_retries)"),
            format!("；上限为重发 {n} 次（tcp_synack_retries）"),
        ),
        (None, None) => (String::new(), String::new()),
    };
    Some(Finding::as_noted_because(
        O7,
        format!(
            "{sent} SYN+ACKs and no ACK that was taken: {since} after the first the kernel no longer lists the half-open \
             connection{limit}"
        ),
        format!(
            "发出 {sent} 个 SYN+ACK，没有接受到 ACK：第一个之后 {since}，内核不再列出这条半开连接{limit_zh}"
        ),
    ))
}

/// Whether the server has dropped what this segment belongs to: it opens nothing any more.
pub(super) fn dropped(event: &Event, past: &Past) -> bool {
    let last = past.tcp().all().rev().find(|one| matches!(one.step, Step::Syn | Step::HalfOpenGone));
    event.side == Side::Server && last.is_some_and(|one| one.step == Step::HalfOpenGone)
}

/// The server answers the client's data with RST: it had dropped the connection long before.
pub(super) fn reset(event: &Event, past: &Past) -> Option<Finding> {
    let at_its_isn = event.get(field::SEQ_RELATIVE)? == 1;
    let heard = past.first_from(Side::Server, Step::DataAck).is_some()
        || past.first_from(Side::Server, Step::Data).is_some();
    if event.side != Side::Client || event.sender() != Some(Side::Server) || !at_its_isn || heard {
        return None;
    }
    let again = past.tcp().of(Side::Server, Step::SynAck).any(|one| one.fields.holds(field::RETRANSMISSION));
    let believed = past.tcp().all().find(|one| one.step == Step::Established && again)?;
    let state = believed.get(field::STATE)?;
    let ms = believed.ms_before(event.elapsed_us);
    Some(Finding::depends(
        O11,
        format!(
            "the server had dropped the connection, but the client was {state} for {ms} ms and learned it only by \
             this RST, the answer to what it sent"
        ),
        format!("服务端早已丢弃连接，客户端却处于 {state} 长达 {ms} 毫秒，直到发送数据换来这个 RST 才知道"),
    ))
}

/// The handshake is complete. What came before it: an old SYN, or an ACK that was lost.
pub(super) fn opened_at_last(step: Step, event: &Event, past: &Past) -> Vec<Finding> {
    let late = (step == Step::Data).then(|| by_data(event, past)).flatten();
    [stale_syn(event, past), late].into_iter().flatten().collect()
}

/// The client may have sent an ACK of its own before; the server sees only what took its place.
fn by_data(event: &Event, past: &Past) -> Option<Finding> {
    let (ack, sent) = (event.get(field::ACK)?, past.tcp().of(Side::Server, Step::SynAck).count());
    (event.side == Side::Server && event.sender() == Some(Side::Client) && sent > 0).then(|| {
        Finding::depends(
            O10,
            format!(
                "no ACK came alone: the client's data carried it (ack {ack}), after {sent} SYN+ACK; every segment after \
                 the first carries the ACK"
            ),
            format!(
                "没有单独的 ACK 到来：客户端的数据带来了确认（ack {ack}），此前服务端发出 {sent} 个 SYN+ACK；\
                 第一个报文段之后的每个报文段都带 ACK"
            ),
        )
    })
}

/// An old SYN was answered, the answer reset, and only then came the handshake. In the notes' numbers the old SYN is
/// 90. Only who saw that SYN can tell: a wrong ACK alone has other reasons.
fn stale_syn(event: &Event, past: &Past) -> Option<Finding> {
    let seq = event.get(field::SEQ)?;
    // The SYN that this handshake goes on from, and the answer to it.
    let answer = past.tcp().of(Side::Server, Step::SynAck).next_back()?.get(field::ACK)?;
    let (x, _) = confirms(answer, past).filter(|&(x, _)| super::distance(x, seq).is_some())?;
    let reset =
        |number| past.tcp().of(Side::Client, Step::Rst).any(|rst| rst.get(field::SEQ) == Some(number));
    let mut answers = past.tcp().of(Side::Server, Step::SynAck).filter_map(|one| one.get(field::ACK));
    let (old, wrong) = answers.find_map(|wrong| {
        let (old, _) = confirms(wrong, past)?;
        (old != x && reset(wrong)).then_some((old, wrong))
    })?;
    let note = |number: u64| 90_i64 + i64::from((number.wrapping_sub(old) & MASK) as u32 as i32);
    let new = after(x);
    let in_notes = format!("{}, {}, RST {}, {}, {}", note(old), note(wrong), note(wrong), note(x), note(new));
    Some(Finding::as_noted_because(
        O13,
        format!(
            "an old SYN (seq {old}) was answered with ack {wrong}, where the client expects {new}: RST (seq {wrong}); the \
             new SYN (seq {x}) was then answered with ack {answer}. In the notes' numbers: {in_notes}"
        ),
        format!(
            "旧的 SYN（seq {old}）得到 ack {wrong}，而客户端期待 {new}，于是发 RST（seq {wrong}）；随后新的 SYN（seq {x}）\
             得到 ack {answer}。换成笔记的数字：{in_notes}"
        ),
    ))
}

/// accept() has returned, and this is the only time that it did for this connection.
pub(super) fn accepted_once(event: &Event, past: &Past) -> Option<Finding> {
    let syns: Vec<_> = past.tcp().of(Side::Client, Step::Syn).collect();
    let seq = syns.last()?.get(field::SEQ)?;
    let repeated = syns.iter().filter(|syn| syn.get(field::SEQ) == Some(seq)).count();
    let once = !past.tcp().all().any(|one| one.step == Step::Established);
    event.get(field::STATE)?;
    (event.side == Side::Server && repeated >= 2 && once).then(|| {
        Finding::as_noted_because(
            O15,
            format!("{repeated} SYNs with the same sequence number {seq}, one accept()"),
            format!("{repeated} 个序列号同为 {seq} 的 SYN，accept() 只返回一次"),
        )
    })
}
