//! What the variants of a TLS handshake show together, as a table from which of them got through to two sentences.

use steps::{Said, Side, common, say, text, tls::Step, tls::field};

use super::{Kind, Way, group};
use crate::why::variants::{self, another_place};

type Tried = variants::Tried<Kind>;

/// The version of the ServerHello.
fn version(tried: &Tried) -> Option<&str> {
    tried.seen.first_from(Side::Server, Step::ServerHello)?.get(common::VERSION)
}

/// Its suite.
fn suite(tried: &Tried) -> Option<&str> {
    tried.seen.first_from(Side::Server, Step::ServerHello)?.get(field::CIPHER_SUITE)
}

/// Whether what was tried tells the cause, so that nobody need be asked more.
pub(super) fn is_told(tried: &[Tried]) -> bool {
    let Some(last) = tried.last() else { return false };
    let through = |kind| tried.iter().any(|one| one.kind == kind && one.way != Way::Not);
    match last.kind {
        Kind::Usual | Kind::NoSni | Kind::H2 | Kind::NoAlpn | Kind::Short | Kind::Groups | Kind::At(_) => {
            last.way != Way::Not
        }
        Kind::Tls13 => false,
        Kind::Tls12 => through(Kind::Tls12) || through(Kind::Tls13),
        // A ServerHello of any version tells what the server has.
        Kind::Older12 | Kind::Old => version(last).is_some(),
    }
}

/// What they show, and what to do; no advice: the reason's own stands.
pub(super) fn of(tried: &[Tried]) -> (Said, Option<Said>) {
    let taken = |kind| tried.iter().find(|one| one.kind == kind && one.way != Way::Not);
    let is = |kind| taken(kind).is_some();
    if is(Kind::Usual) {
        return (say!(why_tls::your_options_are_refused()), Some(say!(why_tls::leave_out_your_options())));
    }
    if let Some(group) = taken(Kind::Groups).and_then(|tried| group(&tried.seen)) {
        return another_group(group);
    }
    if let (false, false, Some(older)) = (is(Kind::Tls13), is(Kind::Tls12), taken(Kind::Older12)) {
        return older_suites(suite(older).unwrap_or("?"));
    }
    let old = tried.iter().filter(|one| matches!(one.kind, Kind::Old | Kind::Older12)).find_map(version);
    if let (false, false, Some(version)) = (is(Kind::Tls13), is(Kind::Tls12), old) {
        return (say!(why_tls::nothing_newer(version)), Some(say!(why_tls::a_newer_version_is_needed())));
    }
    match (is(Kind::Tls13), is(Kind::Tls12)) {
        (false, true) => {
            return (say!(why_tls::tls12_alone_gets_through()), Some(say!(why_tls::use_ecdhe())));
        }
        (true, false) => {
            return (say!(why_tls::tls13_alone_gets_through()), Some(say!(why_tls::use_tls13())));
        }
        (true, true) => {
            return (say!(why_tls::each_gets_through_alone()), Some(say!(why_tls::try_again())));
        }
        (false, false) => {}
    }
    if let Some(other) = tried.iter().find(|one| matches!(one.kind, Kind::At(_)) && one.way != Way::Not)
        && let Kind::At(address) = other.kind
    {
        return another_place(address);
    }
    if is(Kind::NoSni) {
        return (
            say!(why_tls::without_the_name_it_gets_through()),
            Some(say!(why_tls::ask_for_another_name())),
        );
    }
    if is(Kind::H2) {
        return (say!(why_tls::http2_and_not_http11()), Some(say!(why_tls::offer_http11())));
    }
    if is(Kind::NoAlpn) {
        return (
            say!(why_tls::without_alpn_it_gets_through()),
            Some(say!(why_tls::offer_another_protocol())),
        );
    }
    if is(Kind::Short) {
        return (say!(why_tls::a_short_hello_gets_through()), Some(say!(why_tls::use_x25519())));
    }
    (say!(why_tls::no_variant_gets_through()), None)
}

/// The server goes on with a group that rustls does not have.
fn another_group(group: &str) -> (Said, Option<Said>) {
    (say!(why_tls::another_group(group)), Some(say!(why_tls::have_one_of_our_groups())))
}

/// The server took TLS 1.2 only with a suite that rustls does not have.
fn older_suites(suite: &str) -> (Said, Option<Said>) {
    let kind = if suite.starts_with("TLS_RSA_") {
        text!(why_tls::static_rsa())
    } else if suite.starts_with("TLS_DHE_") {
        text!(why_tls::finite_field())
    } else {
        text!(why_tls::cbc())
    };
    let means = say!(why_tls::only_older_suites(suite, kind));
    let advice = if suite.starts_with("TLS_RSA_") {
        say!(why_tls::turn_on_ecdhe_or_use_rsa())
    } else {
        say!(why_tls::turn_on_ecdhe())
    };
    (means, Some(advice))
}
