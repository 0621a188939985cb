//! The user's keys in a login (RFC 4252 §7): what could not be used here, and what the server refused.

use super::{
    Ended, Facts, NotSigned,
    attempts::{is_out_of_proofs, keys, left, refused_keys},
    list,
};
use crate::{Reason, Side, ssh::Step};

pub(super) fn no_passphrase(facts: &Facts<'_>) -> Option<Reason> {
    let Ended::NotSigned(NotSigned::NobodyToAsk { file }) = facts.ended else { return None };
    let reason = Reason::new(say!(ssh::there_is_no_terminal_for_the_passphrase(file)));
    let reason = reason.by(Side::Client).at(Step::PublickeyOk);
    Some(reason.advising(say!(ssh::add_it_to_the_agent())))
}

pub(super) fn wrong_passphrase(facts: &Facts<'_>) -> Option<Reason> {
    let Ended::NotSigned(NotSigned::WrongPassphrase { file, tries }) = facts.ended else { return None };
    let reason = Reason::new(say!(ssh::no_passphrase_opened_the_key(file, tries)));
    Some(reason.by(Side::Client).at(Step::PublickeyOk))
}

pub(super) fn not_signed(facts: &Facts<'_>) -> Option<Reason> {
    let reason = match facts.ended {
        Ended::NotSigned(NotSigned::Agent) => {
            Reason::new(say!(ssh::the_agent_did_not_sign())).advising(say!(ssh::is_the_agent_locked()))
        }
        Ended::NotSigned(NotSigned::Library) => Reason::new(say!(ssh::the_key_could_not_sign())),
        _ => return None,
    };
    Some(reason.by(Side::Client).at(Step::PublickeyOk))
}

pub(super) fn only_sha1(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::OnlySha1 {
        return None;
    }
    let reason = Reason::new(say!(ssh::the_server_takes_rsa_with_sha1_only()));
    let reason = reason.by(Side::Server).at(Step::ExtInfo);
    Some(reason.advising(say!(ssh::use_an_ed25519_key())))
}

pub(super) fn key_open_to_others(facts: &Facts<'_>) -> Option<Reason> {
    let (file, mode) = facts.given.key_open_to_others.as_ref()?;
    let takes_keys = left(facts).iter().any(|method| method == "publickey");
    if !is_out_of_proofs(facts) || !takes_keys || !keys(facts).is_empty() {
        return None;
    }
    let reason = Reason::new(say!(ssh::the_key_is_open_to_others(file, format!("{mode:04o}"))));
    let reason = reason.by(Side::Client).at(Step::AuthMethods);
    Some(reason.advising(say!(ssh::chmod_closes_it(file))))
}

pub(super) fn key_refused(facts: &Facts<'_>) -> Option<Reason> {
    let refused = keys(facts);
    if *facts.ended != Ended::LoginRefused || refused.is_empty() {
        return None;
    }
    let (mut cause, left) = (refused_keys(facts, &refused), left(facts));
    let takes = |method: &str| left.iter().any(|it| it == method);
    if facts.given.passwords.is_some() && !takes("password") && !takes("keyboard-interactive") {
        let its = list(&left);
        cause = say!(ssh::and_it_takes_no_passwords(cause, its));
    }
    let reason = Reason::new(cause).at(Step::AuthFailure);
    if refused.iter().any(|attempt| attempt.certificate) {
        return Some(reason.advising(say!(ssh::is_its_ca_trusted())));
    }
    Some(reason.advising(say!(ssh::is_it_in_authorized_keys())))
}
