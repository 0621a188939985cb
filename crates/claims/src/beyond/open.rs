//! What is often noted beside the three segments: the states between them, what a SYN carries and takes up, and RST.

use steps::{
    Event, Past, Side, say,
    tcp::{Step, field},
    text,
};

use crate::{
    Claim::{self, X1, X2, X3, X4, X5, X6, X7},
    ClaimCard, Finding, Heading,
};

/// The cards of `x1` to `x7`.
pub(crate) const fn card(claim: Claim) -> ClaimCard {
    let (rfc, says, rule) = match claim {
        X1 => ("RFC 9293 §3.3.2", text!(beyond::x1()), text!(beyond::x1_rule())),
        X2 => ("RFC 9293 §3.3.2", text!(beyond::x2()), text!(beyond::x2_rule())),
        X3 => ("RFC 9293 §3.4", text!(beyond::x3()), text!(beyond::x3_rule())),
        X4 => ("RFC 9293 §3.4", text!(beyond::x4()), text!(beyond::x4_rule())),
        X5 => ("RFC 9293 §3.2, RFC 7323", text!(beyond::x5()), text!(beyond::x5_rule())),
        X6 => ("RFC 9293 §3.4", text!(beyond::x6()), text!(beyond::x6_rule())),
        _ => ("RFC 9293 §3.5.2", text!(beyond::x7()), text!(beyond::x7_rule())),
    };
    ClaimCard { heading: Heading::TcpOpen, blocks: (0, 0), rfc, says, rule }
}

pub(super) fn judge(step: Step, event: &Event, past: &Past) -> Option<Finding> {
    match step {
        Step::Syn => options(event),
        Step::SynSent => state(event, (Side::Client, "SYN_SENT"), X1),
        Step::SynReceived => state(event, (Side::Server, "SYN_RECEIVED"), X2),
        Step::SynAck => takes_a_number(event, past),
        Step::Data => third_with_data(event, past),
        Step::DataAck => adds_up(event, past),
        Step::Rst => nobody_listens(event, past),
        _ => None,
    }
}

/// The kernel of `side` names a state.
pub(super) fn state(event: &Event, (side, wanted): (Side, &str), claim: Claim) -> Option<Finding> {
    let (name, asked) = (event.get(field::STATE)?, event.get(field::ASKED)?);
    (event.side == side && name == wanted)
        .then(|| Finding::as_noted_because(claim, say!(beyond::one_says(asked, name))))
}

fn options(event: &Event) -> Option<Finding> {
    let (mss, scale) = (event.get(field::MSS)?, event.get(field::WINDOW_SCALE)?);
    let first = event.get(field::SEQ_RELATIVE)? == 0 && event.sender() == Some(Side::Client);
    (first && !event.fields.holds(field::RETRANSMISSION)).then(|| {
        Finding::as_noted_because(X5, say!(beyond::this_syn_offers_mss_and_window_scale(mss, scale)))
    })
}

fn takes_a_number(event: &Event, past: &Past) -> Option<Finding> {
    let ack = event.get(field::ACK)?;
    let syn = past.tcp().of(Side::Client, Step::Syn).next_back()?;
    let (isn, length) = (syn.get(field::SEQ)?, syn.get(field::PAYLOAD_LENGTH)?);
    let fits = length == 0 && super::next(isn, 1) == ack && event.sender() == Some(Side::Server);
    (fits && !event.fields.holds(field::RETRANSMISSION))
        .then(|| Finding::as_noted_because(X3, say!(beyond::the_syn_brought_no_byte(isn, ack))))
}

fn third_with_data(event: &Event, past: &Past) -> Option<Finding> {
    let (ack, length) = (event.get(field::ACK)?, event.get(field::PAYLOAD_LENGTH)?);
    let third = event.sender() == Some(Side::Client) && event.fields.holds(field::ACKS_SYN);
    let gone = past.tcp().all().any(|one| one.step == Step::HalfOpenGone);
    (third && !gone && length > 0).then(|| {
        Finding::as_noted_because(X4, say!(beyond::the_first_to_acknowledge_the_servers_syn(ack, length)))
    })
}

fn adds_up(event: &Event, past: &Past) -> Option<Finding> {
    let (sender, ack) = (event.sender()?, event.get(field::ACK)?);
    let data = past.first_from(sender.peer(), Step::Data)?;
    let (seq, length) = (data.get(field::SEQ)?, data.get(field::PAYLOAD_LENGTH)?);
    (super::next(seq, length) == ack)
        .then(|| Finding::as_noted_because(X6, say!(beyond::the_ack_is_seq_and_length(ack, seq, length))))
}

fn nobody_listens(event: &Event, past: &Past) -> Option<Finding> {
    let ack = event.get(field::ACK)?;
    let syn = past.tcp().of(Side::Client, Step::Syn).next_back()?.get(field::SEQ)?;
    let answered = past.first_from(Side::Server, Step::SynAck).is_some() || !past.is_whole();
    let fits = super::next(syn, 1) == ack && event.sender() == Some(Side::Server);
    (fits && !answered).then(|| Finding::as_noted_because(X7, say!(beyond::no_syn_ack_but_a_rst(ack, syn))))
}
