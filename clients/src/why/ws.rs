//! WebSocket: the upgrade that was asked for; where it is refused, one like a browser's (with an Origin), one that offers
//! the extension browsers offer, one that names subprotocols, the other scheme, and the other address family.

use std::net::SocketAddr;

use steps::{
    Protocol, Said, Side, say,
    ws::{Step, field},
};

use super::{
    Diagnosis, EACH, Ended, Look, MOST, Page, Seen, Way,
    variants::{self, Variants, another_place, at, go_on, other_family},
};
use crate::ws::{Changed, Options, run};

pub(super) async fn diagnose(options: &Options, look: &Look<'_>, page: &Page) -> anyhow::Result<Diagnosis> {
    let seen = look.once(None, run(options, look.session)).await?;
    let mut found = Diagnosis::new(Protocol::Ws, &options.url);
    found.reason = seen.reason();
    found.advice = found.reason.as_ref().and_then(|reason| reason.advice.clone());
    if let Ended::Through = seen.ended {
        found.facts = facts(&seen);
        page.begin(&found);
        return Ok(found);
    }
    let kinds = kinds(options, &seen, other_family(&options.url.target, &seen).await);
    go_on(&Upgrades { options, rule: seen.rule() }, kinds, &mut found, (look, page)).await?;
    Ok(found)
}

/// The upgrade that was asked for, and the rule that says why it was refused.
struct Upgrades<'a> {
    options: &'a Options,
    rule: Option<&'static str>,
}

type Tried = variants::Tried<Kind>;

impl Variants for Upgrades<'_> {
    type Kind = Kind;

    fn tried(&self, kind: Kind) -> Said {
        kind.tried(self.options)
    }

    async fn once(&self, kind: Kind, look: &Look<'_>) -> anyhow::Result<Seen> {
        look.once(Some(EACH), run(&kind.options(self.options), look.session)).await
    }

    fn came(&self, _: Kind, seen: &Seen) -> (Way, Said) {
        let upgraded = seen.first(Step::SwitchingProtocols).is_some();
        (if upgraded { Way::Through } else { Way::Not }, came(seen))
    }

    fn is_elsewhere(&self, kind: Kind) -> bool {
        matches!(kind, Kind::OtherScheme | Kind::At(_))
    }

    /// Each is a cause of its own, and a server may want two of them: all are tried, but where another address does.
    fn is_told(&self, tried: &[Tried]) -> bool {
        tried.last().is_some_and(|last| matches!(last.kind, Kind::At(_)) && last.way == Way::Through)
    }

    fn means(&self, tried: &[Tried]) -> (Said, Option<Said>) {
        let better = tried.iter().find(|one| one.way == Way::Through).map(|one| one.kind);
        means(better, self.options, self.rule)
    }
}

/// What is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Origin,
    Extension,
    Subprotocols,
    NoSubprotocol,
    OtherScheme,
    /// At an address of the other family.
    At(SocketAddr),
}

impl Kind {
    fn tried(self, asked: &Options) -> Said {
        match self {
            Kind::Origin => say!(why_ws::with_its_own_origin()),
            Kind::Extension => say!(why_ws::with_deflate()),
            Kind::Subprotocols => say!(why_ws::with_common_subprotocols()),
            Kind::NoSubprotocol => say!(why_ws::without_a_subprotocol()),
            Kind::OtherScheme if asked.url.secure => say!(why_ws::without_tls()),
            Kind::OtherScheme => say!(why_ws::over_tls()),
            Kind::At(address) => at(address),
        }
    }

    /// The options of such an upgrade.
    fn options(self, asked: &Options) -> Options {
        let mut options = asked.clone();
        options.changed = Changed { no_frames: true, ..Changed::default() };
        match self {
            Kind::Origin => options.changed.origin = Some(own_origin(asked)),
            Kind::Extension => options.changed.extensions = Some("permessage-deflate"),
            Kind::Subprotocols => options.protocol = COMMON.map(str::to_owned).into(),
            Kind::NoSubprotocol => options.protocol.clear(),
            Kind::OtherScheme => options.url.secure = !asked.url.secure,
            Kind::At(address) => options.url.target.at = Some(address),
        }
        options
    }
}

/// The server's own page, as a browser names it: without the usual port.
fn own_origin(asked: &Options) -> String {
    let (scheme, usual) = if asked.url.secure { ("https", ":443") } else { ("http", ":80") };
    let authority = asked.url.target.to_string();
    format!("{scheme}://{}", authority.strip_suffix(usual).unwrap_or(&authority))
}

/// Subprotocols that servers ask for.
const COMMON: [&str; 6] =
    ["graphql-transport-ws", "graphql-ws", "mqtt", "v12.stomp", "wamp.2.json", "ocpp1.6"];

/// What may still be tried, by how it failed.
fn kinds(options: &Options, seen: &Seen, other: Option<SocketAddr>) -> Vec<Kind> {
    const OPEN: [&str; 7] = [
        "ws.forbidden",
        "ws.refused",
        "ws.upgrade_required",
        "ws.a_web_page",
        "ws.not_found",
        "ws.unmet",
        "ws.not_http",
    ];
    const WITHOUT_A_WORD: [&str; 3] = ["ws.said_nothing", "ws.gone_in_the_head", "ws.silent_in_the_head"];
    let silent =
        seen.first(Step::UpgradeRequest).is_some() && seen.first_from(Side::Server, Step::Refused).is_none();
    let open = match seen.rule() {
        Some(rule) => OPEN.contains(&rule) || (silent && WITHOUT_A_WORD.contains(&rule)),
        None => silent && matches!(seen.ended, Ended::Failed(_)),
    };
    if !open {
        return Vec::new();
    }
    let subprotocol = if options.protocol.is_empty() { Kind::Subprotocols } else { Kind::NoSubprotocol };
    let mut kinds = vec![Kind::Origin, Kind::Extension, subprotocol, Kind::OtherScheme];
    // Two addresses may lead to two servers: before all else where nobody said why, last where the server did.
    let place = if silent { 0 } else { kinds.len() };
    other.into_iter().for_each(|address| kinds.insert(place, Kind::At(address)));
    kinds.truncate(MOST);
    kinds
}

/// What came in answer.
fn came(seen: &Seen) -> Said {
    let line = seen.value(Step::SwitchingProtocols, field::STATUS_LINE);
    let line = line.or_else(|| seen.value(Step::Refused, field::STATUS_LINE)).map(str::trim_end);
    match line {
        Some(line) => Said::same(line),
        None if seen.first(Step::SwitchingProtocols).is_some() => Said::same("101"),
        None => seen.briefly(),
    }
}

/// What the rows show together, and what to do; no advice: the reason's own stands.
fn means(better: Option<Kind>, options: &Options, rule: Option<&str>) -> (Said, Option<Said>) {
    let host = &options.url.target;
    match better {
        Some(Kind::Origin) => (say!(why_ws::asks_for_an_origin()), Some(say!(why_ws::send_an_origin()))),
        Some(Kind::Extension) => {
            (say!(why_ws::upgrades_only_with_deflate()), Some(say!(why_ws::no_server_may_insist())))
        }
        Some(Kind::Subprotocols) => {
            (say!(why_ws::upgrades_only_with_a_subprotocol()), Some(say!(why_ws::name_it())))
        }
        Some(Kind::NoSubprotocol) => {
            (say!(why_ws::the_subprotocol_is_refused()), Some(say!(why_ws::leave_out_the_subprotocol())))
        }
        Some(Kind::OtherScheme) => {
            let scheme = if options.url.secure { "ws" } else { "wss" };
            (
                say!(why_ws::speaks_the_other_scheme(scheme)),
                Some(say!(why_ws::use_the_other_scheme(scheme, host))),
            )
        }
        Some(Kind::At(address)) => another_place(address),
        None => (
            say!(why_ws::nothing_leads_to_an_upgrade()),
            (rule == Some("ws.forbidden")).then(|| say!(why_ws::its_log_says_which())),
        ),
    }
}

/// The answer, what was agreed, and how it ended.
fn facts(seen: &Seen) -> Vec<Said> {
    let mut facts = vec![came(seen)];
    let agreed = [
        seen.value(Step::SwitchingProtocols, field::SEC_WEBSOCKET_PROTOCOL),
        seen.value(Step::SwitchingProtocols, field::SEC_WEBSOCKET_EXTENSIONS),
    ];
    let agreed: Vec<_> = agreed.into_iter().flatten().collect();
    if !agreed.is_empty() {
        let agreed = agreed.join(" · ");
        facts.push(say!(why_ws::agreed(agreed)));
    }
    let echo = [Step::Text, Step::Binary, Step::Pong]
        .iter()
        .all(|step| seen.first_from(Side::Server, *step).is_some());
    if echo {
        facts.push(say!(why_ws::echoes_came_back()));
    }
    if seen.first_from(Side::Server, Step::Close).is_some() {
        facts.push(say!(why_ws::closed_by_both_sides()));
    }
    facts.truncate(3);
    facts
}
