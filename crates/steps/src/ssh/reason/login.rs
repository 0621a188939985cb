//! The login (RFC 4252): what was offered, what was taken, what was refused, and what is left.

use super::{
    Ended, Facts, Named,
    attempts::{is_out_of_proofs, is_password, keys, left, proof, refused_keys, user},
    keys::{key_open_to_others, key_refused, no_passphrase, not_signed, only_sha1, wrong_passphrase},
    list,
    opening::{its_own_log, silent},
    quoted,
};
use crate::{
    Reason, Said, Side,
    rule::rule_list,
    ssh::{Step, field},
};

/// What this client ended itself, for want of something.
pub(super) const FIRST: &[Named] = rule_list!["ssh", ssh_rules;
    new_password_wanted => new_password;
    no_terminal_for_the_passphrase => no_passphrase;
    wrong_passphrase => wrong_passphrase;
    not_signed => not_signed;
    only_sha1 => only_sha1;
    endless_questions => endless_questions;
];

/// What the server made of what was offered.
pub(super) const RULES: &[Named] = rule_list!["ssh", ssh_rules;
    no_password_to_a_changed_host => no_password_to_a_changed_host;
    key_open_to_others => key_open_to_others;
    accepted_in_part => in_part;
    answers_used_up => answers_used_up;
    nobody_to_ask => nobody_to_ask;
    password_login_off => password_login_off;
    password_refused => password_refused;
    key_refused => key_refused;
    nothing_asked => nothing_asked;
    no_common_method => no_common_method;
    gone_before_login => gone_before_login;
    gone_in_login => gone_in_login;
    silent_in_login => silent_in_login;
];

fn new_password(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::NewPasswordWanted {
        return None;
    }
    let words = facts.memory().new_password.as_deref().unwrap_or_default();
    let words = match words {
        "" => Said::default(),
        words => say!(ssh::and_its_words(quoted(words))),
    };
    let reason = Reason::new(say!(ssh::the_server_wants_a_new_password(words)));
    let reason = reason.by(Side::Server).at(Step::OtherMessage);
    Some(reason.advising(say!(ssh::this_client_changes_no_passwords())))
}

/// The sentence on what went before the proof that failed, where something was refused already.
fn refused_before(facts: &Facts<'_>) -> Said {
    match keys(facts).as_slice() {
        [] => Said::default(),
        refused => {
            Said::join(&[refused_keys(facts, refused), Said::default()], text!(words::next_sentence()))
        }
    }
}

fn endless_questions(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::EndlessQuestions {
        return None;
    }
    let asked = facts.memory().questions;
    let reason = Reason::new(say!(ssh::the_server_asked_without_end(asked)));
    Some(reason.by(Side::Server).at(Step::InteractiveQuestion))
}

/// RFC 4251 §9.4.4: whoever is in the middle reads the password. OpenSSH sends none either.
fn no_password_to_a_changed_host(facts: &Facts<'_>) -> Option<Reason> {
    let check = facts.past.first(Step::HostKeyCheck)?;
    let is_let_pass = check.get(field::RECORD) == Some("changed") && check.get(field::ACCEPTED) == Some(true);
    let is_wanted =
        |method: &&str| facts.given.methods.contains(method) && left(facts).iter().any(|left| left == method);
    let wanted: Vec<_> = ["password", "keyboard-interactive"].into_iter().filter(is_wanted).collect();
    if *facts.ended != Ended::LoginRefused || !is_let_pass || wanted.is_empty() {
        return None;
    }
    let (wanted, file, line) = (list(&wanted), check.get(field::FILE)?, check.get(field::LINE)?);
    let reason = Reason::new(say!(ssh::the_password_was_not_sent_to_an_unproven_host(wanted, file, line)));
    let reason = reason.by(Side::Client).at(Step::HostKeyCheck);
    Some(reason.advising(say!(ssh::ask_before_trusting_the_new_key())))
}

fn in_part(facts: &Facts<'_>) -> Option<Reason> {
    let attempts = &facts.memory().attempts;
    let taken = attempts.iter().rposition(|attempt| attempt.in_part)?;
    let gave_up = is_out_of_proofs(facts);
    if !gave_up && facts.gone().is_none() {
        return None;
    }
    let (accepted, wanted) = (proof(&attempts[taken]), list(&attempts[taken].left));
    let since = &attempts[taken + 1..];
    let last = match since.last() {
        Some(refused) => {
            let refused = proof(refused);
            say!(ssh::it_refused(refused))
        }
        None if facts.gone().is_some() => say!(ssh::the_connection_ended_there()),
        None if *facts.ended == Ended::NobodyToAsk => say!(ssh::there_is_no_terminal_to_ask()),
        None if *facts.ended == Ended::AnswersUsedUp => say!(ssh::the_password_file_has_no_more_answers()),
        None => say!(ssh::no_such_proof_is_left()),
    };
    let took = accepted;
    let reason = Reason::new(say!(ssh::the_server_wants_a_second_proof(took, wanted, last)));
    let reason = reason.at(Step::AuthFailure);
    let missing: Vec<_> = attempts[taken]
        .left
        .iter()
        .filter(|method| facts.given.methods_named && !facts.given.methods.contains(&method.as_str()))
        .collect();
    Some(if *facts.ended == Ended::NobodyToAsk {
        reason.advising(password_file())
    } else if since.is_empty() && !missing.is_empty() {
        let missing = list(&missing);
        reason.advising(say!(ssh::methods_leaves_out(missing)))
    } else {
        reason
    })
}

fn password_file() -> Said {
    say!(ssh::password_file_gives())
}

fn answers_used_up(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::AnswersUsedUp {
        return None;
    }
    let (asked, has) = (facts.memory().questions, facts.given.passwords.unwrap_or_default());
    let before = refused_before(facts);
    let reason = Reason::new(say!(ssh::the_server_asked_more_than_the_file_answers(before, asked, has)));
    let reason = reason.at(Step::InteractiveQuestion);
    Some(reason.advising(say!(ssh::a_line_for_each_question())))
}

fn nobody_to_ask(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::NobodyToAsk {
        return None;
    }
    let refused_before = refused_before(facts);
    let reason = Reason::new(say!(ssh::there_is_no_terminal_for_the_password(refused_before)));
    Some(reason.by(Side::Client).at(Step::AuthMethods).advising(password_file()))
}

fn password_login_off(facts: &Facts<'_>) -> Option<Reason> {
    let takes = |method: &str| left(facts).iter().any(|it| it == method);
    let tried = facts.memory().attempts.iter().any(|attempt| attempt.method != "none");
    let only_passwords = !facts.given.methods.contains(&"publickey");
    if *facts.ended != Ended::LoginRefused || tried || !only_passwords {
        return None;
    }
    if takes("password") || takes("keyboard-interactive") {
        return None;
    }
    let its = list(&left(facts));
    let reason = Reason::new(say!(ssh::the_server_takes_no_passwords(its)));
    let reason = reason.at(Step::AuthMethods);
    Some(reason.advising(say!(ssh::leave_out_methods_or_let_passwords_in())))
}

fn password_refused(facts: &Facts<'_>) -> Option<Reason> {
    let attempts = &facts.memory().attempts;
    let tries = attempts.iter().filter(|attempt| is_password(attempt)).count();
    // What was refused before it asked for a secret tells nothing of one.
    let last = attempts.iter().rfind(|attempt| !attempt.unasked);
    if *facts.ended != Ended::LoginRefused || !last.is_some_and(is_password) {
        return None;
    }
    let user = user(facts);
    let passwords = match tries {
        1 => say!(ssh::the_password()),
        _ => say!(ssh::several_passwords(tries)),
    };
    let keys = keys(facts).len();
    let also = match keys {
        0 => Said::default(),
        1 => say!(ssh::and_before_that_the_key()),
        keys => say!(ssh::and_before_that_several_keys(keys)),
    };
    let reason = Reason::new(say!(ssh::the_server_refused_the_passwords(passwords, user, tries, also)));
    let reason = reason.at(Step::AuthFailure);
    Some(reason.advising(say!(ssh::it_says_the_same_of_several_faults())))
}

fn nothing_asked(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::LoginRefused || !facts.memory().attempts.last()?.unasked {
        return None;
    }
    let user = user(facts);
    let reason = Reason::new(say!(ssh::the_server_refused_before_it_asked(user)));
    Some(reason.by(Side::Server).at(Step::AuthFailure).advising(say!(ssh::sshd_lets_pam_ask())))
}

fn no_common_method(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::LoginRefused {
        return None;
    }
    let (its, ours) = (list(&left(facts)), list(&facts.given.methods));
    let reason = Reason::new(say!(ssh::no_common_way_to_log_in(its, ours)));
    Some(reason.at(Step::AuthMethods))
}

/// Whether the keys are in use and no user is logged in yet.
fn logging_in(facts: &Facts<'_>) -> bool {
    facts.has(Step::SessionKey) && !facts.has(Step::AuthSuccess)
}

fn gone_before_login(facts: &Facts<'_>) -> Option<Reason> {
    let how = facts.gone().filter(|_| logging_in(facts) && !facts.has(Step::AuthMethods))?;
    let how = how.done();
    let reason = Reason::new(say!(ssh::the_server_ended_before_it_answered_the_login(how)));
    Some(reason.at(Step::ServiceRequest).advising(its_own_log()))
}

fn gone_in_login(facts: &Facts<'_>) -> Option<Reason> {
    let how = facts.gone().filter(|_| logging_in(facts))?;
    let how = how.done();
    let reason = Reason::new(say!(ssh::the_server_ended_during_the_login(how)));
    Some(reason.by(Side::Server).at(Step::AuthFailure).advising(its_own_log()))
}

fn silent_in_login(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = silent(facts).filter(|_| logging_in(facts))?;
    let reason = Reason::new(say!(ssh::the_server_was_silent_during_the_login(seconds)));
    Some(reason.by(Side::Server).at(Step::AuthMethods))
}
