//! Both sides speak TLS and share too little of it. What the client offers stands in its ClientHello; what is lacking is
//! said of it, and an option is named only where it was given or leads on.

use super::{
    End, Facts, Incompatible, Misbehaved, Recognises, Step,
    alert::{suites, without_variant},
    facts::{Program, Variant, few},
};
use crate::{
    Reason, Rule, Said, Side,
    common::VERSION,
    program,
    rule::rule_list,
    tls::field::{ALPN, CIPHER_SUITE, PUBLIC_KEY, SIGNATURE_ALGORITHMS, SIGNATURE_SCHEME, SUPPORTED_GROUPS},
};

pub(super) const RULES: &[(Rule, Recognises)] = rule_list!["tls", tls_rules;
    version_too_old => too_old;
    no_version_in_common => no_version;
    suite_wants_another_key => another_key;
    no_suite_in_common => no_suite;
    no_group_in_common => no_group;
    no_signature_in_common => no_signature;
    no_protocol_in_common => no_protocol;
    library_insists => insists;
];

const OLD: [&str; 4] = ["SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1"];

/// The version that the peer chose, or has at most.
fn theirs<'a>(facts: &Facts<'a>) -> Option<&'a str> {
    match facts.side {
        Side::Client => facts.theirs(Step::ServerHello)?.get(VERSION),
        Side::Server => facts.hello()?.get(VERSION),
    }
}

fn too_old(facts: &Facts<'_>) -> Option<Reason> {
    // An old client lacks much, but what it lacks first is a version.
    if !matches!(facts.end, End::Incompatible(_)) {
        return None;
    }
    let version = theirs(facts).filter(|version| OLD.contains(version))?;
    let reason = match facts.side {
        Side::Client => {
            let offered_versions = few(&facts.offered_versions());
            Reason::new(say!(tls::the_server_chose_a_version_not_offered(version, offered_versions)))
                .at(Step::ServerHello)
        }
        Side::Server => {
            Reason::new(say!(tls::no_version_in_common_with_the_client(version))).at(Step::ClientHello)
        }
    };
    let advice = say!(tls::it_needs_tls_1_2_or_1_3());
    Some(reason.by(facts.peer()).advising(advice))
}

fn no_version(facts: &Facts<'_>) -> Option<Reason> {
    if facts.end != End::Incompatible(Incompatible::Version) {
        return None;
    }
    let peer = facts.them();
    let (offered, chosen) = (few(&facts.offered_versions()), theirs(facts));
    let reason = match (facts.side, chosen) {
        (Side::Client, Some(chosen)) => {
            Reason::new(say!(tls::no_version_in_common_the_server_chose(chosen, offered)))
        }
        (Side::Client, None) | (Side::Server, _) => {
            Reason::new(say!(tls::no_version_in_common_with_the_peer(peer, offered)))
        }
    };
    let reason = reason.by(facts.peer()).at(match facts.side {
        Side::Client => Step::ServerHello,
        Side::Server => Step::ClientHello,
    });
    Some(match facts.given.variant {
        Some(_) if facts.given.beside => reason.advising(other_port()),
        Some(variant) => Reason { advice: without_variant(facts, variant), ..reason },
        None => reason,
    })
}

/// What stands beside the port for static RSA.
fn other_port() -> Said {
    say!(tls::this_port_is_for_static_rsa())
}

/// Whether the suite needs a certificate with a key of that kind; TLS 1.3's need none.
fn wants(suite: &str, kind: &str) -> bool {
    suite.contains(&format!("_{kind}_WITH"))
}

fn another_key(facts: &Facts<'_>) -> Option<Reason> {
    if facts.end != End::Incompatible(Incompatible::Suite) || facts.side != Side::Server {
        return None;
    }
    let offered = suites(facts);
    let ephemeral: Vec<_> = offered.iter().copied().filter(|suite| suite.starts_with("TLS_ECDHE_")).collect();
    let aead = |suite: &&str| suite.contains("_GCM_") || suite.contains("CHACHA20");
    if !ephemeral.iter().any(aead) {
        return None;
    }
    let key = facts.past.first(Step::ChooseCertificate)?.get(PUBLIC_KEY)?;
    let (ours, other) = if key.starts_with("RSA") { ("RSA", "ECDSA") } else { ("ECDSA", "RSA") };
    let all_other = ephemeral.iter().all(|suite| wants(suite, other));
    all_other.then(|| {
        let reason = Reason::new(say!(tls::the_clients_suites_want_another_key(other, ours, key)));
        let reason = reason.at(Step::ClientHello);
        if facts.given.program == Program::Other {
            return reason;
        }
        let advice = match ours {
            "ECDSA" => say!(tls::an_rsa_certificate_would_do()),
            _ => say!(tls::an_elliptic_curve_certificate_would_do()),
        };
        reason.advising(advice)
    })
}

fn no_suite(facts: &Facts<'_>) -> Option<Reason> {
    let offered = suites(facts);
    // Who has no suite with a key exchange by groups need not offer any: it is the suites that are lacking.
    let without_groups =
        !offered.iter().any(|suite| suite.starts_with("TLS_ECDHE_") || !suite.contains("_WITH_"));
    let End::Incompatible(lacks) = facts.end else { return None };
    let for_groups = lacks == Incompatible::Group && without_groups && !offered.is_empty();
    if lacks != Incompatible::Suite && !for_groups {
        return None;
    }
    let peer = facts.them();
    let listed = few(&offered);
    let narrowing = facts.given.narrowing().join(", ");
    // What they are, where all are of one kind.
    let all =
        |is: fn(&&&str) -> bool| !offered.is_empty() && offered.iter().filter(is).count() == offered.len();
    let kind = if all(|suite| suite.starts_with("TLS_RSA_")) {
        say!(tls::all_of_them_are_static_rsa())
    } else if all(|suite| suite.starts_with("TLS_DHE_")) {
        say!(tls::all_of_them_are_finite_field())
    } else if all(|suite| suite.contains("_CBC_")) {
        say!(tls::all_of_them_are_cbc())
    } else {
        Said::default()
    };
    let only_static = all(|suite| suite.starts_with("TLS_RSA_"));
    let beside = facts.given.beside || facts.given.variant == Some(Variant::Rsa);
    let reason = match (facts.side, beside) {
        (Side::Server, true) => Reason::new(say!(tls::no_suite_at_the_port_for_static_rsa(listed))),
        (Side::Server | Side::Client, _) => {
            Reason::new(say!(tls::no_suite_in_common_with_the_peer(peer, listed, kind)))
        }
    };
    let reason = reason.at(Step::ClientHello);
    let wider = narrowing.as_str();
    Some(match (facts.side, facts.given.program) {
        (Side::Server, Program::Server) if facts.given.beside => reason.advising(other_port()),
        (Side::Server, Program::Server) if beside => {
            reason.advising(say!(tls::leave_out_variant_or_offer_that_suite(program::CLIENT)))
        }
        _ if !wider.is_empty() => reason.advising(say!(tls::leave_out(wider))),
        (Side::Server, Program::Server) if only_static => {
            reason.advising(say!(tls::the_port_for_static_rsa_takes_it()))
        }
        _ => reason,
    })
}

fn no_group(facts: &Facts<'_>) -> Option<Reason> {
    if facts.end != End::Incompatible(Incompatible::Group) {
        return None;
    }
    let peer = facts.them();
    let offered = few(&facts.offered(SUPPORTED_GROUPS));
    let reason = Reason::new(say!(tls::no_group_in_common(peer, offered)));
    let reason = reason.at(Step::ClientHello);
    Some(match facts.given.group {
        true => reason.advising(say!(tls::leave_out_group())),
        false => reason,
    })
}

fn no_signature(facts: &Facts<'_>) -> Option<Reason> {
    if facts.end == End::Misbehaved(Misbehaved::Scheme) {
        return Some(scheme(facts));
    }
    if facts.end != End::Incompatible(Incompatible::Signature) {
        return None;
    }
    let key = match facts.side {
        Side::Server => facts.past.first(Step::ChooseCertificate),
        Side::Client => facts.past.first(Step::ChooseClientCertificate),
    };
    let key = key.and_then(|key| key.get(PUBLIC_KEY)).unwrap_or("?");
    let taken = match facts.side {
        Side::Server => facts.offered(SIGNATURE_ALGORITHMS),
        Side::Client => {
            let request = facts.past.first_from(Side::Server, Step::CertificateRequest);
            request.and_then(|request| request.get(SIGNATURE_ALGORITHMS)).unwrap_or_default()
        }
    };
    let (peer, what) = (facts.them(), few(&taken));
    let reason = Reason::new(say!(tls::the_peer_takes_no_signature_of_our_key(peer, key, what)));
    let advice = say!(tls::a_certificate_of_another_kind_would_do());
    Some(match facts.given.program {
        Program::Server => reason.at(Step::ClientHello).advising(advice),
        Program::Client | Program::WsClient | Program::WsServer | Program::Other => {
            reason.at(Step::ClientHello)
        }
    })
}

/// It signed by a scheme that was not on offer: mostly SHA-1.
fn scheme(facts: &Facts<'_>) -> Reason {
    let peer = facts.them();
    let signed =
        [Step::ServerKeyExchange, Step::CertificateVerify].into_iter().find_map(|step| facts.theirs(step));
    let scheme = signed.and_then(|signed| signed.get(SIGNATURE_SCHEME)).unwrap_or("?");
    Reason::new(say!(tls::the_peer_signed_by_another_scheme(peer, scheme)))
        .by(facts.peer())
        .at(signed.map_or(crate::Step::Tls(Step::CertificateVerify), |signed| signed.step))
}

fn no_protocol(facts: &Facts<'_>) -> Option<Reason> {
    if facts.end != End::NoApplicationProtocol {
        return None;
    }
    let offered = few(&facts.offered(ALPN));
    let reason = Reason::new(say!(tls::no_application_protocol_in_common(offered)));
    let reason = reason.at(Step::ClientHello);
    Some(match facts.given.program {
        Program::Server | Program::Client => reason.advising(say!(tls::alpn_names_others())),
        Program::WsClient | Program::WsServer | Program::Other => reason,
    })
}

fn insists(facts: &Facts<'_>) -> Option<Reason> {
    if facts.end != End::Incompatible(Incompatible::Other) {
        return None;
    }
    let peer = facts.them();
    let suite = facts.past.first(Step::ServerHello).and_then(|hello| hello.get(CIPHER_SUITE));
    let suite = suite.map_or_else(Default::default, |suite| say!(tls::of_the_suite(suite)));
    Some(Reason::new(say!(tls::the_peer_lacks_something(peer, suite))).by(facts.peer()))
}
