//! SSH: both sides' lists of algorithms, family by family, as they crossed. They came with the first connection: only where
//! the server did not get that far is it asked again.

use claims::Event;
use steps::{
    Field, Protocol, Said, Side,
    ssh::{Step, field},
};

use super::{Diagnosis, EACH, Ended, Look, Page, Row, Seen, Way, same};
use crate::ssh::{Options, run};

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
        page.begin(&found);
        table(&found, page);
        return Ok(found);
    }
    let tries = tries(options, &seen);
    found.announced = tries.len();
    page.begin(&found);
    let left = page.left(tries.iter().map(|(tried, _)| tried));
    for (tried, options) in tries {
        let one = look.once(Some(EACH), run(&options, look.session)).await?;
        found.made += 1;
        let reached = one.first_from(Side::Server, Step::Kexinit).is_some();
        let row = Row {
            tried,
            way: if reached { Way::TakenUp } else { Way::Not },
            saw: if reached {
                Said::new("KEXINIT, the server's lists", "KEXINIT，即服务端的算法列表")
            } else {
                one.briefly()
            },
        };
        page.row(&row, left);
        found.rows.push(row);
        if matches!(one.ended, Ended::NotConnected(_)) {
            break;
        }
    }
    (found.means, found.advice) = means(&found);
    Ok(found)
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

/// What may still be tried where no KEXINIT of the server's came: a client that offers less.
fn tries(options: &Options, seen: &Seen) -> Vec<(Said, Options)> {
    let decided = match seen.rule() {
        Some("ssh.gone_after_identification" | "ssh.silent_in_key_exchange" | "ssh.gone_in_key_exchange") => {
            false
        }
        Some(_) => true,
        None => !matches!(seen.ended, Ended::Failed(_)),
    };
    if decided || options.kex.is_some() {
        return Vec::new();
    }
    let alone = |name: &str| {
        let kex = crate::ssh::kex_name(name).ok()?;
        let tried = Said::new(format!("{name} alone"), format!("只提供 {name}"));
        Some((tried, Options { kex: Some(kex), ..options.clone() }))
    };
    ["curve25519-sha256", "diffie-hellman-group14-sha256"].into_iter().filter_map(alone).collect()
}

/// What the further connections show.
fn means(found: &Diagnosis) -> (Option<Said>, Option<Said>) {
    if found.rows.is_empty() {
        return (None, found.advice.clone());
    }
    match found.rows.iter().find(|row| row.way == Way::TakenUp) {
        Some(row) => (
            Some(Said::new(
                format!("A shorter list gets an answer ({}): the server stumbles over ours.", row.tried.en),
                format!("列表缩短后有了应答（{}）：服务端处理不了我们的完整列表。", row.tried.zh),
            )),
            Some(Said::new(
                "Name one by `--kex`, or update the server.",
                "用 `--kex` 指定一个，或升级服务端。",
            )),
        ),
        None => (
            Some(Said::new(
                "It is not our list of algorithms: a shorter one fares no better.",
                "问题不在我们的算法列表：缩短后也一样。",
            )),
            found.advice.clone(),
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
