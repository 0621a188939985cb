//! SSH: both sides' lists of algorithms, family by family, as they crossed. They came with the first connection: only where
//! the server did not get that far is it asked again.

use std::net::SocketAddr;

use claims::Event;
use steps::{
    Field, Protocol, Said, Side,
    ssh::{Step, field},
};

use super::{
    Diagnosis, EACH, Ended, Look, Page, Row, Seen, Way, same,
    variants::{self, Variants, another_place, at, go_on, other_family},
};
use crate::ssh::{Options, Strict, run};

pub(super) async fn diagnose(options: &Options, look: &Look<'_>, page: &Page) -> anyhow::Result<Diagnosis> {
    let seen = look.once(None, run(options, look.session)).await?;
    let mut found = Diagnosis::new(Protocol::Ssh, &options.target.target);
    found.reason = seen.reason();
    found.advice = found.reason.as_ref().and_then(|reason| reason.advice.clone());
    if let Ended::Through = seen.ended {
        found.facts = facts(&seen);
        page.begin(&found);
        return Ok(found);
    }
    if seen.first_from(Side::Server, Step::Kexinit).is_some() {
        families(&seen, &mut found);
        // Where each has something in common, the lists are not the cause.
        if found.means.is_none() {
            found.rows.clear();
        }
        page.begin(&found);
        table(&found, page);
        return Ok(found);
    }
    let kinds = kinds(options, &seen, other_family(&options.target.target, &seen).await);
    go_on(&Openings { options }, kinds, &mut found, (look, page)).await?;
    Ok(found)
}

/// The connection that was asked for, up to the server's KEXINIT.
struct Openings<'a> {
    options: &'a Options,
}

type Tried = variants::Tried<Kind>;

/// What is varied.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// One method of key exchange is offered.
    Kex(russh::kex::Name),
    /// At an address of the other family.
    At(SocketAddr),
}

impl Variants for Openings<'_> {
    type Kind = Kind;

    fn tried(&self, kind: Kind) -> Said {
        match kind {
            Kind::Kex(name) => {
                let name = name.as_ref();
                Said::new(format!("{name} alone"), format!("只提供 {name}"))
            }
            Kind::At(address) => at(address),
        }
    }

    async fn once(&self, kind: Kind, look: &Look<'_>) -> anyhow::Result<Seen> {
        // What is asked is whether a KEXINIT comes: nobody is asked about a host key again, and no proof is shown to it.
        let mut options = Options { strict: Strict::Yes, ..self.options.clone() };
        match kind {
            Kind::Kex(name) => options.kex = Some(name),
            Kind::At(address) => options.target.target.at = Some(address),
        }
        look.once(Some(EACH), run(&options, look.session)).await
    }

    fn came(&self, _: Kind, seen: &Seen) -> (Way, Said) {
        match seen.first_from(Side::Server, Step::Kexinit) {
            Some(_) => {
                (Way::TakenUp, Said::new("KEXINIT, the server's lists", "KEXINIT，即服务端的算法列表"))
            }
            None => (Way::Not, seen.briefly()),
        }
    }

    fn is_elsewhere(&self, kind: Kind) -> bool {
        matches!(kind, Kind::At(_))
    }

    fn is_told(&self, tried: &[Tried]) -> bool {
        tried.last().is_some_and(|last| matches!(last.kind, Kind::At(_)) && last.way != Way::Not)
    }

    fn means(&self, tried: &[Tried]) -> (Said, Option<Said>) {
        let better = tried.iter().find(|one| one.way != Way::Not).map(|one| one.kind);
        let kex = tried.iter().any(|one| matches!(one.kind, Kind::Kex(_)));
        means(better, kex)
    }
}

fn table(found: &Diagnosis, page: &Page) {
    let left = page.left(found.rows.iter().map(|row| &row.tried));
    found.rows.iter().for_each(|row| page.row(row, left));
}

/// Four families, and where the two lists of each stand in KEXINIT.
type Family = (&'static str, &'static str, Field<[String]>, &'static str);

const FAMILIES: [Family; 4] = [
    ("key exchange", "密钥交换", field::KEX_ALGORITHMS, "KexAlgorithms"),
    ("host key", "主机密钥", field::SERVER_HOST_KEY_ALGORITHMS, "HostKeyAlgorithms"),
    ("cipher", "加密", field::ENCRYPTION_ALGORITHMS_CLIENT_TO_SERVER, "Ciphers"),
    ("MAC", "完整性校验（MAC）", field::MAC_ALGORITHMS_CLIENT_TO_SERVER, "MACs"),
];

/// The families, and what both sides have of each.
fn families(seen: &Seen, found: &mut Diagnosis) {
    let of = |side| seen.first_from(side, Step::Kexinit);
    let (Some(ours), Some(theirs)) = (of(Side::Client), of(Side::Server)) else { return };
    let (mut without, mut cipher) = (Vec::new(), None);
    for (en, zh, list, setting) in FAMILIES {
        let (ours, theirs) = (names(ours, list), names(theirs, list));
        let common: Vec<_> = ours.iter().filter(|name| theirs.contains(name)).copied().collect();
        if setting == "Ciphers" {
            cipher = common.first().copied().filter(|name| authenticates(name));
        }
        // A cipher that authenticates itself makes the MAC's list void (RFC 5647 §5.1).
        let failed = seen.rule() == Some("ssh.no_common_algorithm");
        let void = cipher.filter(|_| setting == "MACs" && common.is_empty() && !failed);
        let saw = match common.first() {
            _ if void.is_some() => {
                let cipher = void.unwrap_or_default();
                Said::new(format!("none is needed with {cipher}"), format!("使用 {cipher} 时不需要"))
            }
            Some(first) => {
                let n = common.len();
                Said::new(format!("{first}; {n} in common"), format!("{first}；共有 {n} 个"))
            }
            None => {
                without.push((en, zh, setting, ours));
                let theirs = if theirs.is_empty() { "–".to_owned() } else { theirs.join(", ") };
                Said::new(
                    format!("nothing in common; the server has {theirs}"),
                    format!("没有共同的算法；服务端有 {theirs}"),
                )
            }
        };
        let way = if common.is_empty() && void.is_none() { Way::Not } else { Way::Through };
        found.rows.push(Row { tried: Said::new(en, zh), way, saw });
    }
    if let Some((en, zh, setting, ours)) = without.first() {
        found.means = Some(Said::new(
            format!("The lists of algorithms share no {en}; that alone keeps SSH from beginning."),
            format!("双方的算法列表在“{zh}”上没有交集，SSH 因此无法开始。"),
        ));
        if let Some(one) = ours.first() {
            found.advice = Some(Said::new(
                format!(
                    "Let the server have one of ours (OpenSSH: `{setting} +{one}` in sshd_config), or update it: what it has \
                     alone is mostly old and weak."
                ),
                format!(
                    "让服务端支持我们的某一个（OpenSSH：在 sshd_config 中写 `{setting} +{one}`），或升级服务端：只有旧算法的服务端多半\
                     也不安全。"
                ),
            ));
        }
    }
}

/// Whether a cipher authenticates what it encrypts.
fn authenticates(cipher: &str) -> bool {
    cipher.contains("gcm") || cipher.starts_with("chacha20-poly1305")
}

/// The algorithms of a list, without what stands in it as a sign.
fn names(event: &Event, list: Field<[String]>) -> Vec<&str> {
    let signs = |name: &&str| !name.starts_with("ext-info-") && !name.starts_with("kex-strict-");
    event.get(list).unwrap_or_default().into_iter().filter(signs).collect()
}

/// What may still be tried where no KEXINIT of the server's came: the name's other address, and a client that offers less.
fn kinds(options: &Options, seen: &Seen, other: Option<SocketAddr>) -> Vec<Kind> {
    const WITHOUT_A_WORD: [&str; 3] =
        ["ssh.gone_after_identification", "ssh.silent_in_key_exchange", "ssh.gone_in_key_exchange"];
    if !matches!(seen.ended, Ended::Failed(_)) {
        return Vec::new();
    }
    let mut kinds: Vec<_> = other.map(Kind::At).into_iter().collect();
    let open = seen.rule().is_none_or(|rule| WITHOUT_A_WORD.contains(&rule));
    if open && options.kex.is_none() {
        let names = ["curve25519-sha256", "diffie-hellman-group14-sha256"];
        kinds.extend(names.into_iter().filter_map(|name| crate::ssh::kex_name(name).ok()).map(Kind::Kex));
    }
    kinds
}

/// What the further connections show, and what to do; `kex`: shorter lists were among them.
fn means(better: Option<Kind>, kex: bool) -> (Said, Option<Said>) {
    match better {
        Some(Kind::At(address)) => another_place(address),
        Some(Kind::Kex(name)) => {
            let name = name.as_ref();
            (
                Said::new(
                    format!("A shorter list gets an answer ({name} alone): the server stumbles over ours."),
                    format!("列表缩短后有了应答（只提供 {name}）：服务端处理不了我们的完整列表。"),
                ),
                Some(Said::new(
                    format!("Use `--kex {name}`, or update the server."),
                    format!("请用 `--kex {name}`，或升级服务端。"),
                )),
            )
        }
        None if kex => (
            Said::new(
                "It is not our list of algorithms: a shorter one fares no better.",
                "问题不在我们的算法列表：缩短后也一样。",
            ),
            None,
        ),
        None => (
            Said::new(
                "It is not the address: the name's other one fares no better.",
                "问题不在地址：该名称的另一个地址也一样。",
            ),
            None,
        ),
    }
}

/// Who answered, what was agreed, and how the login went.
fn facts(seen: &Seen) -> Vec<Said> {
    let mut facts = Vec::new();
    if let Some(software) = seen.value(Step::Identification, field::SOFTWAREVERSION) {
        facts.push(same(software));
    }
    if let Some(agreed) = seen.first(Step::Negotiated) {
        let names = [
            agreed.get(field::KEX_ALGORITHM),
            agreed.get(field::SERVER_HOST_KEY_ALGORITHM),
            agreed.get(field::ENCRYPTION_ALGORITHM_CLIENT_TO_SERVER),
        ];
        facts.push(same(names.into_iter().flatten().collect::<Vec<_>>().join(" · ")));
    }
    if seen.first(Step::AuthSuccess).is_some() {
        facts.push(Said::new("logged in", "登录成功"));
    }
    facts
}
