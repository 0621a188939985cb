//! The connection was open, and ended otherwise than agreed.

use super::{End, Errno, Facts, Recognises};
use crate::{
    Reason, Rule, Side, Text,
    rule::rule_list,
    tcp::{Step, field},
};

pub(super) const RULES: &[(Rule, Recognises)] = rule_list!["tcp", tcp_rules;
    data_for_a_closed_socket => closed_socket;
    reset_with_data_unread => data_unread;
    reset => reset;
    unacknowledged => unacknowledged;
    path_broke => path_broke;
    fin_behind_a_closed_window => behind_window;
    fin_not_acknowledged => fin_unacknowledged;
    peer_keeps_open => keeps_open;
    peer_did_not_close_first => not_first;
    given_up => forgotten;
    silent => silent;
    line_not_ended => dawdles;
    takes_no_answer => takes_no_answer;
    as_told => as_told;
];

const fn who(side: Side) -> Text {
    match side {
        Side::Client => text!(tcp::client()),
        Side::Server => text!(tcp::server()),
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
    let them = who(peer);
    closed.then(|| Reason::new(say!(tcp::the_peer_had_closed_its_socket(them))).by(peer).at(Step::Rst))
}

fn data_unread(facts: &Facts<'_>) -> Option<Reason> {
    by_reset(facts)?;
    let peer = facts.side.peer();
    let sent = facts.past.first_from(facts.side, Step::Data).is_some();
    let silent = facts.past.first_from(peer, Step::Data).is_none();
    let them = who(peer);
    (sent && silent)
        .then(|| Reason::new(say!(tcp::the_peer_left_our_data_unread(them))).by(peer).at(Step::Rst))
}

fn reset(facts: &Facts<'_>) -> Option<Reason> {
    let errno = by_reset(facts)?;
    let End::Call(call, _) = facts.end else { return None };
    let peer = facts.side.peer();
    let them = who(peer);
    // Known from the segment where one was captured, else from the errno alone.
    let seen = facts.past.first_from(peer, Step::Rst).is_some();
    let reason = match seen {
        true => Reason::new(say!(tcp::the_peer_reset_the_connection(them, call, errno))).by(peer),
        false => Reason::new(say!(tcp::it_was_reset_by_the_peer_or_something_between(call, errno, them))),
    };
    Some(reason.at(Step::Rst))
}

fn unacknowledged(facts: &Facts<'_>) -> Option<Reason> {
    let End::Call(call, Errno::ETIMEDOUT) = facts.end else { return None };
    Some(Reason::new(say!(tcp::what_we_sent_was_never_acknowledged(call))))
}

fn path_broke(facts: &Facts<'_>) -> Option<Reason> {
    let End::Call(call, errno @ (Errno::EHOSTUNREACH | Errno::ENETUNREACH | Errno::ENETDOWN)) = facts.end
    else {
        return None;
    };
    Some(Reason::new(say!(tcp::the_path_broke(call, errno))))
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
    let them = who(facts.side.peer());
    probes.then(|| {
        Reason::new(say!(tcp::our_fin_waits_behind_a_closed_window(seconds, state, them)))
            .by(facts.side.peer())
    })
}

fn fin_unacknowledged(facts: &Facts<'_>) -> Option<Reason> {
    let (state, seconds) = fin_waits(facts)?;
    let peer = who(facts.side.peer());
    Some(Reason::new(say!(tcp::our_fin_is_not_acknowledged(seconds, state, peer))))
}

fn keeps_open(facts: &Facts<'_>) -> Option<Reason> {
    let End::Unanswered(state, patience) = facts.end else { return None };
    let (seconds, peer) = (patience.as_secs_f64(), who(facts.side.peer()));
    let reason = match state {
        "FIN_WAIT_2" => {
            Reason::new(say!(tcp::the_peer_did_not_close(peer, seconds, state))).by(facts.side.peer())
        }
        _ => Reason::new(say!(tcp::we_wait_no_longer(seconds, state))),
    };
    Some(reason)
}

fn not_first(facts: &Facts<'_>) -> Option<Reason> {
    let End::NotFirst(patience) = facts.end else { return None };
    let seconds = patience.as_secs_f64();
    Some(Reason::new(say!(tcp::the_server_did_not_close_first(seconds))).by(Side::Server))
}

fn forgotten(facts: &Facts<'_>) -> Option<Reason> {
    let End::Forgotten(state) = facts.end else { return None };
    Some(Reason::new(say!(tcp::the_kernel_gave_it_up(state))))
}

fn silent(facts: &Facts<'_>) -> Option<Reason> {
    let End::Silent(limit) = facts.end else { return None };
    let seconds = limit.as_secs_f64();
    Some(Reason::new(say!(tcp::the_client_sent_nothing(seconds))).by(Side::Client))
}

fn dawdles(facts: &Facts<'_>) -> Option<Reason> {
    let End::Dawdles(limit) = facts.end else { return None };
    let seconds = limit.as_secs_f64();
    Some(Reason::new(say!(tcp::the_client_did_not_end_its_line(seconds))).by(Side::Client))
}

fn takes_no_answer(facts: &Facts<'_>) -> Option<Reason> {
    let End::TakesNoAnswer(limit) = facts.end else { return None };
    let seconds = limit.as_secs_f64();
    Some(Reason::new(say!(tcp::the_client_took_no_answer(seconds))).by(Side::Client))
}

fn as_told(facts: &Facts<'_>) -> Option<Reason> {
    let reason = match facts.end {
        End::ResetOnPurpose => Reason::new(say!(tcp::the_server_left_data_unread_as_told())),
        End::KeptOpen(idle) => {
            let seconds = idle.as_secs_f64();
            Reason::new(say!(tcp::the_server_kept_open_as_told(seconds)))
        }
        End::Stopped => Reason::new(say!(tcp::the_server_was_stopped_and_closed_first())),
        _ => return None,
    };
    Some(reason.by(Side::Server))
}

/// What no rule recognises: the number alone.
pub(super) fn unrecognised(facts: &Facts<'_>) -> Reason {
    match &facts.end {
        End::Call(call, errno) => Reason::new(say!(tcp::the_call_failed(call, errno))),
        End::NotConnected(_)
        | End::ToItself(_)
        | End::NotFirst(_)
        | End::Unanswered(..)
        | End::Forgotten(_)
        | End::Silent(_)
        | End::Dawdles(_)
        | End::TakesNoAnswer(_)
        | End::ResetOnPurpose
        | End::KeptOpen(_)
        | End::Stopped => Reason::new(say!(tcp::it_ended_otherwise_than_agreed())),
    }
}
