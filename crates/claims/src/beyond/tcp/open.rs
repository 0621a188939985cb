//! What is often noted beside the three segments: the states between them, what a SYN carries and takes up, and RST.

use steps::{
    Event, Past, Side, say,
    tcp::{Step, field},
};

use super::next;
use crate::{
    Claim::{X3, X4, X5, X6, X7},
    Finding,
};

pub(super) fn options(event: &Event, _: &Past) -> Option<Finding> {
    let (mss, scale) = (event.get(field::MSS)?, event.get(field::WINDOW_SCALE)?);
    let first = event.get(field::SEQ_RELATIVE)? == 0 && event.sender() == Some(Side::Client);
    (first && !event.fields.holds(field::RETRANSMISSION)).then(|| {
        Finding::as_noted_because(X5, say!(beyond::this_syn_offers_mss_and_window_scale(mss, scale)))
    })
}

pub(super) fn takes_a_number(event: &Event, past: &Past) -> Option<Finding> {
    let ack = event.get(field::ACK)?;
    let syn = past.tcp().of(Side::Client, Step::Syn).next_back()?;
    let (isn, length) = (syn.get(field::SEQ)?, syn.get(field::PAYLOAD_LENGTH)?);
    let fits = length == 0 && next(isn, 1) == ack && event.sender() == Some(Side::Server);
    (fits && !event.fields.holds(field::RETRANSMISSION))
        .then(|| Finding::as_noted_because(X3, say!(beyond::the_syn_brought_no_byte(isn, ack))))
}

pub(super) fn third_with_data(event: &Event, past: &Past) -> Option<Finding> {
    let (ack, length) = (event.get(field::ACK)?, event.get(field::PAYLOAD_LENGTH)?);
    let third = event.sender() == Some(Side::Client) && event.fields.holds(field::ACKS_SYN);
    let gone = past.tcp().all().any(|one| one.step == Step::HalfOpenGone);
    (third && !gone && length > 0).then(|| {
        Finding::as_noted_because(X4, say!(beyond::the_first_to_acknowledge_the_servers_syn(ack, length)))
    })
}

pub(super) fn adds_up(event: &Event, past: &Past) -> Option<Finding> {
    let (sender, ack) = (event.sender()?, event.get(field::ACK)?);
    let data = past.first_from(sender.peer(), Step::Data)?;
    let (seq, length) = (data.get(field::SEQ)?, data.get(field::PAYLOAD_LENGTH)?);
    (next(seq, length) == ack)
        .then(|| Finding::as_noted_because(X6, say!(beyond::the_ack_is_seq_and_length(ack, seq, length))))
}

pub(super) fn nobody_listens(event: &Event, past: &Past) -> Option<Finding> {
    let ack = event.get(field::ACK)?;
    let syn = past.tcp().of(Side::Client, Step::Syn).next_back()?.get(field::SEQ)?;
    let answered = past.first_from(Side::Server, Step::SynAck).is_some() || !past.is_whole();
    let fits = next(syn, 1) == ack && event.sender() == Some(Side::Server);
    (fits && !answered).then(|| Finding::as_noted_because(X7, say!(beyond::no_syn_ack_but_a_rst(ack, syn))))
}
