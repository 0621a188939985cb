//! TLS: whole handshakes of the library with one version, without the name or the application protocols; and, for what no
//! library of ours speaks, a ClientHello whose answer is read and no more.

use std::net::SocketAddr;

use rustls::pki_types::ServerName;
use steps::{
    Protocol, Said, Side, common, say,
    tls::{Step, field},
};

use super::{
    Diagnosis, EACH, Ended, Look, MOST, Page, Seen, Way,
    variants::{Tried, Variants, at, go_on, other_family},
};
use crate::{
    Target,
    tls::{Group, Options, Variant, Without, run},
};

mod hello;
mod means;

use hello::Offer;

pub(super) async fn diagnose(options: &Options, look: &Look<'_>, page: &Page) -> anyhow::Result<Diagnosis> {
    let target = options.target();
    let seen = look.once(None, run(options, look.session)).await?;
    let mut found = Diagnosis::new(Protocol::Tls, &target);
    found.reason = seen.reason();
    found.advice = found.reason.as_ref().and_then(|reason| reason.advice.clone());
    if let Ended::Through = seen.ended {
        found.facts = facts(&seen);
        page.begin(&found);
        return Ok(found);
    }
    let kinds = kinds(options, &seen, other_family(&target, &seen).await);
    go_on(&Handshakes { options, target }, kinds, &mut found, (look, page)).await?;
    Ok(found)
}

/// The handshake that was asked for, of which variants are tried.
struct Handshakes<'a> {
    options: &'a Options,
    target: Target,
}

impl Variants for Handshakes<'_> {
    type Kind = Kind;

    fn tried(&self, kind: Kind) -> Said {
        kind.tried()
    }

    async fn once(&self, kind: Kind, look: &Look<'_>) -> anyhow::Result<Seen> {
        match kind.offer() {
            None => look.once(Some(EACH), run(&kind.options(self.options), look.session)).await,
            Some(offer) => {
                let name = self.options.server_name.as_deref().unwrap_or(&self.target.host);
                look.once(Some(EACH), hello::ask(&self.target, name, offer, look.session)).await
            }
        }
    }

    fn came(&self, kind: Kind, seen: &Seen) -> (Way, Said) {
        came(kind, seen)
    }

    fn is_elsewhere(&self, kind: Kind) -> bool {
        matches!(kind, Kind::At(_))
    }

    fn is_told(&self, tried: &[Tried<Kind>]) -> bool {
        means::is_told(tried)
    }

    fn means(&self, tried: &[Tried<Kind>]) -> (Said, Option<Said>) {
        means::of(tried)
    }
}

/// A variant of the handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Without what the user's options narrow.
    Usual,
    Tls13,
    Tls12,
    /// Both with the groups that we do not have.
    Groups,
    /// TLS 1.2 with what we do not offer otherwise.
    Older12,
    /// TLS 1.1 and 1.0.
    Old,
    NoSni,
    /// HTTP/2 as the application protocol.
    H2,
    NoAlpn,
    /// No application protocols, two groups: the shortest there is.
    Short,
    /// At an address of the other family.
    At(SocketAddr),
}

impl Kind {
    fn tried(&self) -> Said {
        match self {
            Kind::Usual => say!(why_tls::without_your_options()),
            Kind::Tls13 => say!(why_tls::tls13_alone()),
            Kind::Tls12 => say!(why_tls::tls12_alone()),
            Kind::Groups => say!(why_tls::other_groups()),
            Kind::Older12 => say!(why_tls::older_suites_of_tls12()),
            Kind::Old => say!(why_tls::tls11_or_10()),
            Kind::NoSni => say!(why_tls::without_the_name()),
            Kind::H2 => say!(why_tls::with_http2()),
            Kind::NoAlpn => say!(why_tls::without_alpn()),
            Kind::At(address) => at(*address),
            Kind::Short => say!(why_tls::a_short_hello()),
        }
    }

    /// What is offered in a ClientHello of our own; none: the library makes it.
    fn offer(self) -> Option<Offer> {
        match self {
            Kind::Groups => Some(Offer::Groups),
            Kind::Older12 => Some(Offer::Older12),
            Kind::Old => Some(Offer::Old),
            Kind::Usual
            | Kind::Tls13
            | Kind::Tls12
            | Kind::NoSni
            | Kind::H2
            | Kind::NoAlpn
            | Kind::Short
            | Kind::At(_) => None,
        }
    }

    /// The options of such a handshake.
    fn options(self, asked: &Options) -> Options {
        let mut options = asked.clone();
        options.place.target = asked.target(); // the variant shall not choose the port
        options.variant = None;
        options.extra.resume = false;
        match self {
            Kind::Tls13 => options.variant = Some(Variant::Tls13),
            Kind::Tls12 => options.variant = Some(Variant::Ecdhe),
            Kind::NoSni => options.without = Without { sni: true, ..options.without },
            Kind::H2 => options.extra.alpn = vec!["h2".into()],
            Kind::NoAlpn => options.without = Without { alpn: true, ..options.without },
            Kind::Short => {
                options.without = Without { alpn: true, ..options.without };
                options.extra.group = vec![Group::X25519, Group::Secp256r1];
            }
            Kind::Usual => {
                options.extra.group.clear();
                options.extra.suite.clear();
                options.extra.alpn.clear();
            }
            Kind::At(address) => options.place.target.at = Some(address),
            Kind::Groups | Kind::Older12 | Kind::Old => {}
        }
        options
    }
}

/// Failures that leave open which handshake would do: the server says that it has nothing in common with ours.
const NOTHING_IN_COMMON: [&str; 9] = [
    "version_refused",
    "version_too_old",
    "no_version_in_common",
    "nothing_in_common",
    "no_suite_in_common",
    "no_group_in_common",
    "library_insists",
    "alert",
    "out_of_place",
];

/// Failures by which the server tells that it did not come to the groups.
const BEFORE_THE_GROUP: [&str; 3] = ["version_refused", "version_too_old", "no_version_in_common"];

/// Failures without a word, in answer to the ClientHello.
const WITHOUT_A_WORD: [&str; 5] = ["reset_at_hello", "silent_at_hello", "closed", "silent", "reset"];

/// What may still be tried, by how it failed.
fn kinds(options: &Options, seen: &Seen, other: Option<SocketAddr>) -> Vec<Kind> {
    let Some(rule) = seen.rule().and_then(|rule| rule.strip_prefix("tls.")) else { return Vec::new() };
    if seen.first(Step::HandshakeComplete).is_some() {
        return Vec::new();
    }
    let name = options.server_name.as_deref().unwrap_or(&options.place.target.host);
    let has_name = matches!(ServerName::try_from(name), Ok(ServerName::DnsName(_)));
    let extra = &options.extra;
    let narrowed = options.variant.is_some() || !extra.group.is_empty() || !extra.suite.is_empty();
    let versions = [Kind::Tls13, Kind::Tls12, Kind::Groups, Kind::Older12, Kind::Old];
    let mut kinds = match rule {
        "name_unknown" => vec![Kind::NoSni],
        "protocol_refused" | "no_protocol_in_common" => vec![Kind::H2, Kind::NoAlpn],
        rule if NOTHING_IN_COMMON.contains(&rule) => [&versions[..], &[Kind::NoSni, Kind::NoAlpn]].concat(),
        // Of a server that says nothing the older suites tell more than the groups, should not all have room.
        rule if WITHOUT_A_WORD.contains(&rule) => {
            vec![Kind::Short, Kind::NoSni, Kind::Tls13, Kind::Tls12, Kind::Older12, Kind::Groups, Kind::Old]
        }
        _tells_enough => return Vec::new(),
    };
    kinds.retain(|kind| *kind != Kind::NoSni || has_name);
    // Who names the version as the cause has not come to the groups; who says nothing, may stumble over anything.
    kinds.retain(|kind| *kind != Kind::Groups || BEFORE_THE_GROUP.iter().all(|before| *before != rule));
    // Two addresses may lead to two servers: before all else where nobody said why, last where the server did.
    let place = if WITHOUT_A_WORD.contains(&rule) { 0 } else { kinds.len().min(MOST - 1) };
    other.into_iter().for_each(|address| kinds.insert(place, Kind::At(address)));
    if narrowed {
        kinds.insert(0, Kind::Usual);
    }
    kinds.truncate(MOST);
    kinds
}

/// What one of them led to.
fn came(kind: Kind, seen: &Seen) -> (Way, Said) {
    let chosen = |event: &steps::Event| {
        let values = [event.get(common::VERSION), event.get(field::CIPHER_SUITE)];
        values.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    };
    let asked_no_further = |message: &str, chosen: String| say!(why_tls::asked_no_further(message, chosen));
    if let Some(complete) = seen.first(Step::HandshakeComplete) {
        let values = [complete.get(field::PROTOCOL_VERSION), complete.get(field::CIPHER_SUITE)];
        return (Way::Through, Said::same(values.into_iter().flatten().collect::<Vec<_>>().join(" · ")));
    }
    if let (Kind::Groups, Some(group)) = (kind, group(seen)) {
        let message = match seen.first_from(Side::Server, Step::HelloRetryRequest) {
            Some(_) => "HelloRetryRequest",
            None => "ServerKeyExchange",
        };
        return (Way::TakenUp, asked_no_further(message, group.to_owned()));
    }
    match seen.first_from(Side::Server, Step::ServerHello) {
        Some(hello) if kind.offer().is_some() => {
            // TLS 1.2 was offered, and an older version is no answer to the question whether it is there.
            let older = kind == Kind::Older12 && hello.get(common::VERSION) != Some("TLS 1.2");
            let way = if older { Way::Not } else { Way::TakenUp };
            (way, asked_no_further("ServerHello", chosen(hello)))
        }
        Some(hello) if seen.rule().is_some_and(|rule| rule.starts_with("tls.certificate_")) => {
            let (chosen, failure) = (chosen(hello), seen.briefly());
            (Way::TakenUp, say!(why_tls::then(chosen, failure)))
        }
        Some(_) | None => (Way::Not, seen.briefly()),
    }
}

/// The group that the server chose.
fn group(seen: &Seen) -> Option<&str> {
    let asked =
        seen.value(Step::HelloRetryRequest, field::KEY_SHARE).and_then(|groups| groups.first().copied());
    asked.or_else(|| seen.value(Step::ServerKeyExchange, field::NAMED_CURVE))
}

/// What was agreed, whose certificate it is, and what was answered.
fn facts(seen: &Seen) -> Vec<Said> {
    let mut facts = Vec::new();
    if let Some(complete) = seen.first(Step::HandshakeComplete) {
        let values = [
            complete.get(field::PROTOCOL_VERSION),
            complete.get(field::CIPHER_SUITE),
            complete.get(field::GROUP),
        ];
        let alpn = complete
            .get(field::ALPN)
            .and_then(|alpn| alpn.first().copied())
            .map(|alpn| format!("ALPN {alpn}"));
        let values = values.into_iter().flatten().map(str::to_owned).chain(alpn);
        facts.push(Said::same(values.collect::<Vec<_>>().join(" · ")));
    }
    if let Some(certificate) = seen.first_from(Side::Server, Step::Certificate) {
        let subject = certificate.get(field::SUBJECT).unwrap_or("?");
        let until =
            certificate.get(field::NOT_AFTER).and_then(|until| until.split('T').next()).unwrap_or("?");
        facts.push(say!(why_tls::certificate(subject, until)));
    }
    if let Some(line) = seen.value(Step::ApplicationData, field::PLAINTEXT) {
        facts.push(Said::same(line));
    }
    facts
}
