//! WebSocket: the upgrade that was asked for; where it is refused, one like a browser's (with an Origin), one that offers
//! the extension browsers offer, one that names subprotocols, the other scheme, and the other address family.

use std::net::SocketAddr;

use steps::{
    Protocol, Said, Side,
    ws::{Step, field},
};

use super::{
    Diagnosis, EACH, Ended, Look, MOST, Page, Seen, Way, same,
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
            Kind::Origin => Said::new("with the server's own Origin", "带上服务端自己的 Origin"),
            Kind::Extension => Said::new("with permessage-deflate", "带上 permessage-deflate"),
            Kind::Subprotocols => Said::new("with common subprotocols", "带上常见的子协议"),
            Kind::NoSubprotocol => Said::new("without a subprotocol", "不要求子协议"),
            Kind::OtherScheme if asked.url.secure => Said::new("without TLS (ws)", "不用 TLS（ws）"),
            Kind::OtherScheme => Said::new("over TLS (wss)", "通过 TLS（wss）"),
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
        Some(line) => same(line),
        None if seen.first(Step::SwitchingProtocols).is_some() => same("101"),
        None => seen.briefly(),
    }
}

/// What the rows show together, and what to do; no advice: the reason's own stands.
fn means(better: Option<Kind>, options: &Options, rule: Option<&str>) -> (Said, Option<Said>) {
    let host = &options.url.target;
    match better {
        Some(Kind::Origin) => (
            Said::new(
                "The server asks for an Origin, as browsers send it, and lets its own in. A program that is no browser \
                 sends none.",
                "服务端要求 Origin（浏览器会发送），并放行它自己的。非浏览器程序不发送 Origin。",
            ),
            Some(Said::new(
                "Send the Origin of a page that it knows, or have the server let clients in without one.",
                "发送它认识的页面的 Origin，或让服务端放行没有 Origin 的客户端。",
            )),
        ),
        Some(Kind::Extension) => (
            Said::new("The server upgrades only who offers permessage-deflate.", "服务端只为提供 permessage-deflate 的客户端升级。"),
            Some(Said::new(
                "RFC 6455 §9.1 lets no server insist on an extension: its setting has to change.",
                "RFC 6455 §9.1 不允许服务端强求扩展：应修改它的设置。",
            )),
        ),
        Some(Kind::Subprotocols) => (
            Said::new("The server upgrades only who names a subprotocol that it has.", "服务端只为指明其子协议的客户端升级。"),
            Some(Said::new("Name it by `--protocol`.", "用 `--protocol` 指明。")),
        ),
        Some(Kind::NoSubprotocol) => (
            Said::new("The subprotocol is what it refuses.", "被拒绝的是子协议。"),
            Some(Said::new("Leave out `--protocol`, or name one that it has.", "去掉 `--protocol`，或指定它支持的。")),
        ),
        Some(Kind::OtherScheme) => {
            let scheme = if options.url.secure { "ws" } else { "wss" };
            (
                Said::new(format!("The server speaks {scheme} on this port."), format!("服务端在此端口使用 {scheme}。")),
                Some(Said::new(format!("Use {scheme}://{host}."), format!("请使用 {scheme}://{host}。"))),
            )
        }
        Some(Kind::At(address)) => another_place(address),
        None => (
            Said::new(
                "Neither its own Origin nor an extension, a common subprotocol or the other scheme leads to an upgrade.",
                "带上它自己的 Origin、扩展、常见子协议，或改换 ws 与 wss，都没有升级。",
            ),
            (rule == Some("ws.forbidden")).then(|| {
                Said::new(
                    "It may know another Origin alone, want rights (a cookie, a token), or refuse this path to everybody: its own log \
                     and settings say which.",
                    "它可能只认识别的 Origin、要求权限（Cookie、令牌），或对任何人都不开放此路径：它的日志和设置会说明是哪一种。",
                )
            }),
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
        facts.push(Said::new(format!("agreed: {agreed}"), format!("已商定：{agreed}")));
    }
    let echo = [Step::Text, Step::Binary, Step::Pong]
        .iter()
        .all(|step| seen.first_from(Side::Server, *step).is_some());
    if echo {
        facts.push(Said::new("text, bytes and ping came back", "文本、字节和 ping 都有回应"));
    }
    if seen.first_from(Side::Server, Step::Close).is_some() {
        facts.push(Said::new("closed by both sides", "双方都发送了 Close"));
    }
    facts.truncate(3);
    facts
}
