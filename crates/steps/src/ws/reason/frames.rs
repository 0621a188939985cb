//! After the upgrade: the rules of the frames (RFC 6455 §5), the Close (§7.4), and an end without one.

use super::{Awaited, Ended, Facts, FrameRule, Recognise, quoted};
use crate::{Reason, Rule, Said, Side, common, program, rule::rule_list, ws::Step, ws::field};

pub(super) const RULES: &[(Rule, Recognise)] = rule_list!["ws", ws_rules;
    frame_rule => frame_rule;
    message_too_long => too_long;
    close_code_not_to_be_sent => forbidden_code;
    closed_over_what_we_sent => blamed;
    closed_for_its_own_reason => own_reason;
    closed_early => closed_early;
    no_subprotocol_agreed => no_subprotocol;
    gone_in_a_frame => gone_in_a_frame;
    gone_without_close => gone_without_close;
    no_echo => no_echo;
    idle => idle;
];

fn rule_name(broken: FrameRule, by: Side) -> Said {
    match (broken, by) {
        (FrameRule::Masking, Side::Server) => say!(ws::it_sent_a_masked_frame()),
        (FrameRule::Masking, Side::Client) => say!(ws::it_sent_an_unmasked_frame()),
        (FrameRule::ReservedBits, _) => say!(ws::it_set_reserved_bits()),
        (FrameRule::Opcode(opcode), _) => say!(ws::its_opcode_is_reserved(format!("{opcode:X}"))),
        (FrameRule::FragmentedControl, _) => say!(ws::it_sent_a_control_frame_in_fragments()),
        (FrameRule::LongControl, _) => say!(ws::it_sent_too_long_a_control_frame()),
        (FrameRule::NothingToContinue, _) => say!(ws::it_continued_nothing()),
        (FrameRule::Interleaved, _) => say!(ws::it_began_a_message_within_another()),
        (FrameRule::Utf8, _) => say!(ws::it_sent_text_that_is_not_utf8()),
        (FrameRule::CloseBody, _) => say!(ws::its_close_has_half_a_code()),
        (FrameRule::AfterClose, _) => say!(ws::it_sent_a_frame_after_its_close()),
    }
}

fn frame_rule(facts: &Facts<'_>) -> Option<Reason> {
    let Ended::Frame(broken) = facts.ended else { return None };
    let (peer, how) = (facts.who(), rule_name(*broken, facts.side.peer()));
    let told = if *broken == FrameRule::Utf8 { 1007 } else { 1002 };
    let reason = Reason::new(say!(ws::the_peer_broke_a_rule_of_the_frames(peer, how, told)));
    Some(reason.by(facts.side.peer()))
}

fn too_long(facts: &Facts<'_>) -> Option<Reason> {
    let Ended::MessageTooLong { size, most } = facts.ended else { return None };
    let who = facts.who();
    let reason = Reason::new(say!(ws::the_message_is_too_long(who, size, most)));
    let reason = reason.by(facts.side.peer());
    Some(match facts.side {
        Side::Client => reason,
        Side::Server => reason.advising(say!(ws::send_smaller_messages())),
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
fn before(facts: &Facts<'_>) -> Said {
    match facts.given.awaited {
        None | Some(Awaited::Close) => Said::default(),
        Some(awaited) => say!(ws::before(awaited.name())),
    }
}

fn with_reason(reason: &str) -> String {
    if reason.is_empty() { String::new() } else { format!(": {}", quoted(reason)) }
}

fn forbidden_code(facts: &Facts<'_>) -> Option<Reason> {
    let (code, ..) = close(facts).filter(|(_, meaning, _)| *meaning == "not to be sent")?;
    let (who, code) = (facts.who(), code?);
    let reason = Reason::new(say!(ws::the_peer_closed_with_a_forbidden_code(who, code)));
    Some(reason.by(facts.side.peer()).at(Step::Close))
}

fn blamed(facts: &Facts<'_>) -> Option<Reason> {
    let (code, meaning, why) = close(facts)?;
    let code = code.filter(|code| matches!(code, 1002 | 1003 | 1007 | 1009 | 1010))?;
    let (peer, said, before) = (facts.who(), with_reason(why), before(facts));
    let reason = Reason::new(say!(ws::the_peer_closed_over_what_we_sent(peer, code, meaning, said, before)));
    Some(reason.at(Step::Close))
}

fn own_reason(facts: &Facts<'_>) -> Option<Reason> {
    let (code, meaning, why) = close(facts)?;
    let code = code.filter(|code| *code != 1000)?;
    let (peer, said, before) = (facts.who(), with_reason(why), before(facts));
    let reason = Reason::new(say!(ws::the_peer_closed(peer, code, meaning, said, before)));
    let reason = reason.by(facts.side.peer()).at(Step::Close);
    let advice = match code {
        1001 => say!(ws::it_goes_away()),
        1008 => say!(ws::it_is_against_its_policy()),
        1011 => say!(ws::it_failed_on_its_own_account()),
        1012..=1014 => say!(ws::try_again_later()),
        3000..=4999 => say!(ws::this_code_is_the_applications()),
        _ => return Some(reason),
    };
    Some(reason.advising(advice))
}

fn closed_early(facts: &Facts<'_>) -> Option<Reason> {
    let (code, _, why) = close(facts)?;
    let awaited = facts.given.awaited.filter(|awaited| *awaited != Awaited::Close)?.name();
    let (said, who) = (with_reason(why), facts.who());
    let with = code.map_or_else(|| say!(ws::without_a_code()), |code| Said::same(code.to_string()));
    let reason = Reason::new(say!(ws::the_peer_closed_too_early(who, with, said, awaited)));
    let reason = reason.by(facts.side.peer()).at(Step::Close);
    Some(reason.advising(does_it_echo()))
}

fn does_it_echo() -> Said {
    say!(ws::does_it_echo(program::SERVER))
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
    let reason = Reason::new(say!(ws::the_client_wanted_a_subprotocol(how, asked)));
    let reason = reason.at(Step::SwitchingProtocols);
    Some(reason.advising(say!(ws::protocol_lets_this_server_agree())))
}

fn gone_in_a_frame(facts: &Facts<'_>) -> Option<Reason> {
    let (how, bytes, who) = (facts.gone()?.done(), facts.midst?, facts.who());
    let reason = Reason::new(say!(ws::the_peer_ended_in_a_frame(who, how, bytes)));
    Some(reason.by(facts.side.peer()))
}

fn gone_without_close(facts: &Facts<'_>) -> Option<Reason> {
    let (how, who) = (facts.gone()?.done(), facts.who());
    let before = before(facts);
    let reason = Reason::new(say!(ws::the_peer_ended_without_a_close(who, how, before)));
    let reason = reason.by(facts.side.peer());
    Some(reason.advising(match facts.side {
        Side::Client => say!(ws::stopped_crashed_or_cut()),
        Side::Server => say!(ws::a_closed_page_ends_like_this()),
    }))
}

fn no_echo(facts: &Facts<'_>) -> Option<Reason> {
    let (seconds, awaited) = (facts.silent()?, facts.given.awaited?.name());
    let reason = Reason::new(say!(ws::what_was_awaited_did_not_come(awaited, seconds)));
    Some(reason.by(facts.side.peer()).advising(does_it_echo()))
}

fn idle(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = facts.silent()?;
    let reason = Reason::new(say!(ws::the_client_was_silent(seconds)));
    let reason = reason.by(Side::Client);
    Some(reason.advising(say!(ws::idle_timeout_allows_more())))
}

/// Nothing recognised what happened: no more is said than is known.
pub(super) fn gave_up(facts: &Facts<'_>) -> Reason {
    let steps = facts.past.count();
    Reason::new(say!(ws::the_connection_was_given_up(steps)))
}
