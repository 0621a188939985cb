//! This side refused the peer's certificate: which check failed, whose business that is, and what to do. Known of the
//! library's verdict, and of what the certificate itself says.

use super::{
    Certificate, End, Facts, Recognises, Step,
    facts::{Program, few},
};
use crate::{
    Reason, Record, Rule, Said, Side,
    common::{RESULT, SIGNATURE_ALGORITHM},
    program,
    rule::rule_list,
    tls::field::{
        CERTIFICATES, ISSUER, ISSUER_PUBLIC_KEY, NAME, NAMES, NOT_AFTER, NOT_BEFORE, OVER, PUBLIC_KEY,
        SIGNATURE_SCHEME, SUBJECT,
    },
};

pub(super) const RULES: &[(Rule, Recognises)] = rule_list!["tls", tls_rules;
    client_showed_no_certificate => none_shown;
    key_too_short => key_too_short;
    signature_does_not_fit => signature;
    certificate_self_signed => self_signed;
    certificate_issuer_unknown => issuer_unknown;
    certificate_name => name;
    certificate_expired => expired;
    certificate_not_yet_valid => not_yet_valid;
    certificate_signature_algorithm => algorithm;
    certificate_signature => wrong_signature;
    certificate_purpose => purpose;
    certificate_of_a_ca => of_a_ca;
    certificate_version => version;
    certificate_refused => other;
];

fn none_shown(facts: &Facts<'_>) -> Option<Reason> {
    if facts.end != End::NoCertificate {
        return None;
    }
    let reason = Reason::new(say!(tls::the_client_showed_no_certificate()));
    let reason = reason.by(Side::Client).at(Step::ClientCertificate);
    Some(match facts.given.program {
        Program::Other => reason,
        Program::Client | Program::Server | Program::WsClient | Program::WsServer => {
            reason.advising(say!(tls::give_one_or_do_not_insist(program::CLIENT)))
        }
    })
}

/// The fault, and what the verifier was shown.
fn refused<'a>(facts: &Facts<'a>) -> Option<(Certificate, Option<&'a Record>)> {
    let End::Certificate(fault) = facts.end else { return None };
    Some((fault, facts.past.first(checked(facts.side))))
}

const fn checked(side: Side) -> Step {
    match side {
        Side::Client => Step::VerifyCertificate,
        Side::Server => Step::VerifyClientCertificate,
    }
}

/// "the server's certificate was refused: …"
fn because(facts: &Facts<'_>, why: Said) -> Reason {
    let peer = facts.them();
    Reason::new(say!(tls::the_peers_certificate_was_refused(peer, why)))
        .by(facts.peer())
        .at(checked(facts.side))
}

/// How many bits an RSA key has, as the log writes it.
fn rsa_bits(key: Option<&str>) -> Option<u32> {
    key?.strip_prefix("RSA ")?.strip_suffix(" bit")?.parse().ok()
}

fn key_too_short(facts: &Facts<'_>) -> Option<Reason> {
    /// What aws-lc, and RFC 9325 §4.5, want at least.
    const LEAST: u32 = 2048;
    let peer = facts.them();
    let certificate = match facts.side {
        Side::Client => facts.theirs(Step::Certificate),
        Side::Server => facts.theirs(Step::ClientCertificate),
    };
    let seen = facts.past.first(checked(facts.side));
    let short = |bits: &u32| *bits < LEAST;
    let on_it =
        matches!(facts.end, End::Certificate(Certificate::Signature | Certificate::SignatureAlgorithm));
    if !on_it && (facts.end != End::DoesNotOpen || facts.complete()) {
        return None;
    }
    let issuer_bits = rsa_bits(seen.and_then(|seen| seen.get(ISSUER_PUBLIC_KEY))).filter(short);
    if let (Some(bits), false) = (issuer_bits, signed(facts).is_some()) {
        let issuer = seen.and_then(|seen| seen.get(ISSUER)).unwrap_or("?");
        return Some(
            because(facts, say!(tls::its_issuers_key_is_too_short(issuer, bits, LEAST)))
                .advising(say!(tls::that_ca_needs_a_longer_key())),
        );
    }
    let bits = rsa_bits(certificate.or(seen)?.get(PUBLIC_KEY)).filter(short)?;
    let cause = say!(tls::the_peers_key_is_too_short(peer, bits, LEAST));
    let advice = say!(tls::the_peer_needs_a_longer_key(peer));
    Some(Reason::new(cause).by(facts.peer()).at(checked(facts.side)).advising(advice))
}

/// The check of the signature of the handshake, where it failed.
fn signed<'a>(facts: &Facts<'a>) -> Option<&'a Record> {
    let checked = match facts.side {
        Side::Client => Step::VerifySignature,
        Side::Server => Step::VerifyClientSignature,
    };
    facts.past.first(checked).filter(|checked| checked.get(RESULT) != Some("valid"))
}

fn signature(facts: &Facts<'_>) -> Option<Reason> {
    // The library has one name for a wrong signature on the certificate and for one of the handshake.
    if !matches!(facts.end, End::Certificate(Certificate::Signature) | End::DoesNotOpen) {
        return None;
    }
    let checked = signed(facts)?;
    let (scheme, over) = (checked.get(SIGNATURE_SCHEME).unwrap_or("?"), checked.get(OVER).unwrap_or("?"));
    let peer = facts.them();
    let reason = Reason::new(say!(tls::the_peers_signature_does_not_fit(peer, scheme, over)));
    Some(reason.at(checked.step).advising(super::alert::compare()))
}

fn self_signed(facts: &Facts<'_>) -> Option<Reason> {
    let (Certificate::UnknownIssuer, Some(seen)) = refused(facts)? else { return None };
    let subject = seen.get(SUBJECT).filter(|subject| seen.get(ISSUER) == Some(*subject))?;
    let reason = because(facts, say!(tls::it_signed_itself(subject)));
    Some(match (facts.given.program, facts.side) {
        (Program::Other, _) => reason,
        (_ours, Side::Client) => reason.advising(say!(tls::if_it_is_right_trust_it())),
        (_ours, Side::Server) => reason.advising(certificate_of_our_ca()),
    })
}

fn certificate_of_our_ca() -> Said {
    say!(tls::the_client_needs_a_certificate_of_our_ca())
}

fn issuer_unknown(facts: &Facts<'_>) -> Option<Reason> {
    let (Certificate::UnknownIssuer, Some(seen)) = refused(facts)? else { return None };
    let (issuer, sent) = (seen.get(ISSUER).unwrap_or("?"), seen.get(CERTIFICATES).unwrap_or(1));
    let reason = because(facts, say!(tls::no_way_leads_from_its_issuer(issuer, sent)));
    Some(match (facts.given.program, facts.side) {
        (Program::Client, _) => reason.advising(say!(tls::trust_the_right_ca_or_the_systems())),
        (Program::WsClient, _) => reason.advising(say!(tls::trust_the_right_ca())),
        (Program::Server | Program::WsServer, _) => reason.advising(certificate_of_our_ca()),
        (Program::Other, Side::Client) => reason.advising(say!(tls::trust_its_ca_or_it_sends_the_chain())),
        (Program::Other, Side::Server) => reason,
    })
}

fn name(facts: &Facts<'_>) -> Option<Reason> {
    let (Certificate::Name, Some(seen)) = refused(facts)? else { return None };
    let names = seen.get(NAMES).unwrap_or_default();
    let asked = seen.get(NAME).unwrap_or("?");
    let reason = if names.is_empty() {
        because(facts, say!(tls::it_is_for_no_name_at_all(asked)))
    } else {
        let names = few(&names);
        because(facts, say!(tls::it_is_for_other_names(asked, names)))
    };
    Some(match (facts.given.program, names.is_empty()) {
        (Program::Client, false) => reason.advising(say!(tls::ask_for_one_of_its_names())),
        (Program::Client | Program::Server | Program::WsClient | Program::WsServer | Program::Other, _) => {
            reason.advising(say!(tls::the_server_needs_another_certificate()))
        }
    })
}

fn expired(facts: &Facts<'_>) -> Option<Reason> {
    let (Certificate::Expired, seen) = refused(facts)? else { return None };
    let to = seen.and_then(|seen| seen.get(NOT_AFTER)).unwrap_or("?");
    let reason = because(facts, say!(tls::it_expired(to)));
    Some(reason.advising(say!(tls::its_owner_needs_a_new_one())))
}

fn not_yet_valid(facts: &Facts<'_>) -> Option<Reason> {
    let (Certificate::NotYetValid, seen) = refused(facts)? else { return None };
    let from = seen.and_then(|seen| seen.get(NOT_BEFORE)).unwrap_or("?");
    let reason = because(facts, say!(tls::it_is_not_valid_before(from)));
    Some(reason.advising(say!(tls::it_is_too_early())))
}

fn algorithm(facts: &Facts<'_>) -> Option<Reason> {
    let (Certificate::SignatureAlgorithm, Some(seen)) = refused(facts)? else { return None };
    let (algorithm, issuer) = (seen.get(SIGNATURE_ALGORITHM).unwrap_or("?"), seen.get(ISSUER).unwrap_or("?"));
    // It may also be the one above: the library does not say which of the chain it is.
    let reason = because(facts, say!(tls::its_signature_algorithm_is_not_taken(algorithm, issuer)));
    Some(reason.advising(say!(tls::issue_it_again_with_sha256())))
}

fn wrong_signature(facts: &Facts<'_>) -> Option<Reason> {
    let (Certificate::Signature, seen) = refused(facts)? else { return None };
    let issuer = seen.and_then(|seen| seen.get(ISSUER)).unwrap_or("?");
    Some(because(facts, say!(tls::the_signature_on_it_is_not_its_issuers(issuer))))
}

fn purpose(facts: &Facts<'_>) -> Option<Reason> {
    let (Certificate::Purpose, seen) = refused(facts)? else { return None };
    let subject = seen.and_then(|seen| seen.get(SUBJECT)).unwrap_or("?");
    let peer = facts.them();
    let peers = say!(tls::peers_in_general(peer));
    let reason = because(facts, say!(tls::it_is_not_meant_for_this(subject, peers)));
    Some(another(facts, reason))
}

fn of_a_ca(facts: &Facts<'_>) -> Option<Reason> {
    let (Certificate::CaAsEndEntity, seen) = refused(facts)? else { return None };
    let subject = seen.and_then(|seen| seen.get(SUBJECT)).unwrap_or("?");
    let peer = facts.them();
    let reason = because(facts, say!(tls::it_is_a_cas_own_certificate(subject, peer)));
    Some(another(facts, reason))
}

fn version(facts: &Facts<'_>) -> Option<Reason> {
    let (Certificate::Version, seen) = refused(facts)? else { return None };
    let subject = seen.and_then(|seen| seen.get(SUBJECT)).unwrap_or("?");
    let reason = because(facts, say!(tls::it_is_of_an_old_x509_version(subject)));
    Some(reason.advising(say!(tls::issue_it_again_as_version_3())))
}

fn other(facts: &Facts<'_>) -> Option<Reason> {
    let (fault, _) = refused(facts)?;
    let fault = match fault {
        Certificate::EndEntityAsCa => say!(tls::one_that_is_no_ca_has_signed_another()),
        Certificate::Encoding => say!(tls::it_does_not_read()),
        Certificate::CriticalExtension => say!(tls::it_has_a_critical_extension()),
        Certificate::NameConstraint => say!(tls::a_ca_may_not_speak_for_that_name()),
        Certificate::PathLength => say!(tls::the_chain_is_too_long()),
        Certificate::Revoked => say!(tls::it_was_revoked()),
        Certificate::UnknownIssuer
        | Certificate::Name
        | Certificate::Expired
        | Certificate::NotYetValid
        | Certificate::Signature
        | Certificate::SignatureAlgorithm
        | Certificate::Purpose
        | Certificate::CaAsEndEntity
        | Certificate::Version
        | Certificate::Other => say!(tls::the_librarys_check_did_not_pass()),
    };
    Some(another(facts, because(facts, fault)))
}

/// Whoever sent it needs another one.
fn another(facts: &Facts<'_>, reason: Reason) -> Reason {
    let peer = facts.them();
    reason.advising(say!(tls::the_peer_needs_another_one(peer)))
}
