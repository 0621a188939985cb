//! The host key that this client refused: what the file of known hosts has, and who decided.

use super::{Ended, Facts, Named, list};
use crate::{
    Reason, Record, Said, Side,
    rule::rule_list,
    ssh::{Step, field},
};

pub(super) const RULES: &[Named] = rule_list!["ssh", ssh_rules;
    known_hosts_unreadable => unreadable;
    host_key_revoked => revoked;
    host_key_of_another_kind => other_kind;
    host_key_changed => changed;
    host_certificate_refused => certificate_refused;
    host_certificate_only => authority_only;
    host_key_unknown => unknown;
];

/// The decision, where this client refused.
fn refused<'a>(facts: &Facts<'a>, record: &str) -> Option<&'a Record> {
    if *facts.ended != Ended::HostKeyRefused {
        return None;
    }
    facts.past.first(Step::HostKeyCheck).filter(|check| check.get(field::RECORD) == Some(record))
}

/// File and line, the host, the key that was shown.
fn told(check: &Record) -> (String, String, String) {
    let file = check.get(field::FILE).unwrap_or_default().to_owned();
    let (host, print) =
        (check.get(field::HOST).unwrap_or_default(), check.get(field::FINGERPRINT).unwrap_or_default());
    (file, host.to_owned(), print.to_owned())
}

fn because(cause: Said) -> Reason {
    Reason::new(cause).at(Step::HostKeyCheck)
}

fn unreadable(facts: &Facts<'_>) -> Option<Reason> {
    let check = refused(facts, "unreadable")?;
    let (file, _, print) = told(check);
    let reason = because(say!(ssh::known_hosts_could_not_be_read(print, file)));
    Some(reason.by(Side::Client).advising(say!(ssh::known_hosts_names_another_file())))
}

fn revoked(facts: &Facts<'_>) -> Option<Reason> {
    let check = refused(facts, "revoked")?;
    let ((file, _, print), line) = (told(check), check.get(field::LINE)?);
    let by_its_ca = check.get(field::CERTIFICATE_REFUSED) == Some("authority_revoked");
    let authority = check.get(field::CERTIFICATE_AUTHORITY_FINGERPRINT).filter(|_| by_its_ca);
    let cause = match authority {
        Some(authority) => say!(ssh::the_ca_of_its_certificate_is_revoked(authority, line, file)),
        None => say!(ssh::the_host_key_is_revoked(print, line, file)),
    };
    Some(because(cause).by(Side::Server))
}

/// The server no longer has, or does not show, the kind of key that is on record.
fn other_kind(facts: &Facts<'_>) -> Option<Reason> {
    let check = refused(facts, "changed")?;
    let (recorded, shown) = (check.get(field::RECORDED_KEY_TYPE)?, check.get(field::KEY_TYPE)?);
    if recorded == shown {
        return None;
    }
    let ((file, _, print), line) = (told(check), check.get(field::LINE)?);
    let reason = because(say!(ssh::the_host_key_is_of_another_kind(file, line, recorded, shown, print)));
    Some(reason.advising(say!(ssh::ask_before_deleting_the_line(say!(ssh::new_keys_or_somebody_between())))))
}

fn changed(facts: &Facts<'_>) -> Option<Reason> {
    let check = refused(facts, "changed")?;
    let ((file, _, print), line) = (told(check), check.get(field::LINE)?);
    let recorded = check.get(field::RECORDED_FINGERPRINT).unwrap_or_default();
    let reason = because(say!(ssh::the_host_key_has_changed(file, line, recorded, print)));
    let reason = reason.instead(Said::same(recorded), Said::same(&print));
    Some(reason.advising(say!(ssh::ask_before_deleting_the_line(say!(ssh::somebody_between_or_a_new_key())))))
}

/// What does not hold in the host's certificate (OpenSSH's PROTOCOL.certkeys).
fn fault(check: &Record) -> Option<Said> {
    let (file, host, _) = told(check);
    let authority = check.get(field::CERTIFICATE_AUTHORITY_FINGERPRINT).unwrap_or_default();
    Some(match check.get(field::CERTIFICATE_REFUSED)? {
        "authority" => say!(ssh::its_ca_is_not_trusted_for_the_host(authority, file, host)),
        "signature" => say!(ssh::the_signature_of_its_ca_does_not_fit(authority)),
        "sha1" => say!(ssh::its_ca_signed_it_with_sha1(authority)),
        "role" => match check.get(field::CERTIFICATE_ROLE) {
            Some("user") => say!(ssh::it_is_a_users_and_no_hosts()),
            _ => say!(ssh::it_is_no_hosts()),
        },
        "not_yet_valid" => {
            let from = check.get(field::CERTIFICATE_VALID_AFTER)?;
            say!(ssh::it_holds_only(from))
        }
        "expired" => {
            let until = check.get(field::CERTIFICATE_VALID_BEFORE)?;
            say!(ssh::it_held_until(until))
        }
        "principals" => {
            let names = list(&check.get(field::CERTIFICATE_PRINCIPALS)?.into_iter().collect::<Vec<_>>());
            // A certificate names hosts without their ports.
            let bare =
                host.strip_prefix('[').and_then(|host| host.rsplit_once("]:")).map_or(&*host, |it| it.0);
            say!(ssh::it_is_for_other_names(names, bare))
        }
        "critical_options" => say!(ssh::it_has_critical_options()),
        _ => return None,
    })
}

fn certificate_refused(facts: &Facts<'_>) -> Option<Reason> {
    let check = refused(facts, "unknown")?;
    let ((_, host, print), why) = (told(check), fault(check)?);
    let reason = because(say!(ssh::the_host_certificate_was_not_taken(host, why, print)));
    Some(reason.by(Side::Server).advising(say!(ssh::its_administrator_can_issue_another())))
}

fn authority_only(facts: &Facts<'_>) -> Option<Reason> {
    let check = refused(facts, "unknown")?;
    let ((file, host, print), line) = (told(check), check.get(field::CERT_AUTHORITY_LINE)?);
    let reason = because(say!(ssh::no_key_of_its_own_is_on_record(host, line, file, print)));
    Some(reason.by(Side::Client).advising(say!(ssh::compare_the_fingerprint_then_accept())))
}

fn unknown(facts: &Facts<'_>) -> Option<Reason> {
    let check = refused(facts, "unknown")?;
    let (_, host, print) = told(check);
    let reason = match check.get(field::DECIDED_BY) {
        Some("user") => because(say!(ssh::the_host_key_was_not_confirmed(print, host))),
        Some("nobody") => because(say!(ssh::the_host_is_unknown_and_nobody_can_be_asked(host, print)))
            .advising(say!(ssh::if_right_accept_new())),
        _ => because(say!(ssh::strict_refuses_unknown_hosts(host, print))),
    };
    Some(reason.by(Side::Client))
}

pub(super) fn host_signature(facts: &Facts<'_>) -> Option<Reason> {
    let by_log = facts.past.first(Step::ExchangeHash).and_then(|hash| hash.get(field::SIGNATURE));
    if *facts.ended != Ended::HostSignature && by_log != Some("wrong") {
        return None;
    }
    let reason = Reason::new(say!(ssh::the_servers_signature_is_wrong()));
    Some(reason.at(Step::KeyExchangeReply))
}

/// RFC 8332 §3.1: the signature is by the agreed algorithm.
pub(super) fn host_signature_by(facts: &Facts<'_>) -> Option<Reason> {
    let Ended::HostSignatureBy { agreed, signed } = facts.ended else { return None };
    let what = match signed.as_str() {
        "ssh-rsa" => say!(ssh::that_is_rsa_with_sha1()),
        _ => say!(ssh::this_client_ends_as_ssh_does()),
    };
    let reason = Reason::new(say!(ssh::the_host_key_signed_by_another_algorithm(agreed, signed, what)));
    let reason = reason.by(facts.side.peer()).at(Step::KeyExchangeReply);
    let reason = reason.instead(Said::same(agreed), Said::same(signed));
    Some(reason.advising(say!(ssh::bring_the_server_up_to_date())))
}
