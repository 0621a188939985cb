//! SSH: both sides' lists of algorithms, family by family, as they crossed. They came with the first connection: only where
//! the server did not get that far is it asked again.

use std::net::SocketAddr;

use claims::Event;
use steps::{
    Field, Protocol, Said, Side, Text, say,
    ssh::{Step, field, reason::is_old},
    text,
};

use super::{
    Diagnosis, EACH, Ended, Look, Page, Row, Seen, Way,
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
                say!(why_ssh::one_method_alone(name))
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
            Some(_) => (Way::TakenUp, say!(why_ssh::its_lists())),
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
type Family = (Text, Field<[String]>, &'static str);

const FAMILIES: [Family; 4] = [
    (text!(why_ssh::key_exchange()), field::KEX_ALGORITHMS, "KexAlgorithms"),
    (text!(why_ssh::host_key()), field::SERVER_HOST_KEY_ALGORITHMS, "HostKeyAlgorithms"),
    (text!(why_ssh::cipher()), field::ENCRYPTION_ALGORITHMS_CLIENT_TO_SERVER, "Ciphers"),
    (text!(why_ssh::mac()), field::MAC_ALGORITHMS_CLIENT_TO_SERVER, "MACs"),
];

/// The families, and what both sides have of each.
fn families(seen: &Seen, found: &mut Diagnosis) {
    let of = |side| seen.first_from(side, Step::Kexinit);
    let (Some(ours), Some(theirs)) = (of(Side::Client), of(Side::Server)) else { return };
    let (mut without, mut cipher) = (Vec::new(), None);
    for (family, list, setting) in FAMILIES {
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
                say!(why_ssh::no_mac_is_needed(cipher))
            }
            Some(first) => {
                let n = common.len();
                say!(why_ssh::so_many_in_common(first, n))
            }
            None => {
                without.push((family, advice(setting, &ours, &theirs)));
                let theirs = if theirs.is_empty() { "–".to_owned() } else { theirs.join(", ") };
                say!(why_ssh::nothing_in_common(theirs))
            }
        };
        let way = if common.is_empty() && void.is_none() { Way::Not } else { Way::Through };
        found.rows.push(Row { tried: family.into(), way, saw });
    }
    if let Some((family, advice)) = without.into_iter().next() {
        found.means = Some(say!(why_ssh::no_family_in_common(family)));
        found.advice = advice.or(found.advice.take());
    }
}

/// What the server needs whose list `theirs` has nothing of `ours`.
fn advice(setting: &str, ours: &[&str], theirs: &[&str]) -> Option<Said> {
    // A host key that signs with SHA-1 can sign with SHA-2, too; one of another kind the server may not have.
    let rsa = ours.iter().find(|name| setting == "HostKeyAlgorithms" && **name == "rsa-sha2-512");
    let one = rsa.filter(|_| theirs.contains(&"ssh-rsa")).or(ours.first())?;
    Some(if !theirs.is_empty() && theirs.iter().all(|name| is_old(name)) {
        say!(why_ssh::have_one_of_ours_or_update(setting, one))
    } else {
        say!(why_ssh::have_one_of_ours(setting, one))
    })
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
            (say!(why_ssh::a_shorter_list_gets_an_answer(name)), Some(say!(why_ssh::use_that_method(name))))
        }
        None if kex => (say!(why_ssh::not_the_list()), None),
        None => (say!(why_ssh::not_the_address()), None),
    }
}

/// Who answered, what was agreed, and how the login went.
fn facts(seen: &Seen) -> Vec<Said> {
    let mut facts = Vec::new();
    if let Some(software) = seen.value(Step::Identification, field::SOFTWAREVERSION) {
        facts.push(Said::same(software));
    }
    if let Some(agreed) = seen.first(Step::Negotiated) {
        let names = [
            agreed.get(field::KEX_ALGORITHM),
            agreed.get(field::SERVER_HOST_KEY_ALGORITHM),
            agreed.get(field::ENCRYPTION_ALGORITHM_CLIENT_TO_SERVER),
        ];
        facts.push(Said::same(names.into_iter().flatten().collect::<Vec<_>>().join(" · ")));
    }
    if seen.first(Step::AuthSuccess).is_some() {
        facts.push(say!(why_ssh::logged_in()));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_needs_is_told_by_what_it_has() {
        const UPDATE: &str = "or update it";
        for (setting, ours, theirs, one, is_old) in [
            (
                "KexAlgorithms",
                "curve25519-sha256",
                "sntrup761x25519-sha512@openssh.com",
                "curve25519-sha256",
                false,
            ),
            ("KexAlgorithms", "curve25519-sha256", "diffie-hellman-group14-sha1", "curve25519-sha256", true),
            ("MACs", "hmac-sha2-256", "umac-128-etm@openssh.com", "hmac-sha2-256", false),
            ("HostKeyAlgorithms", "ssh-ed25519 rsa-sha2-512", "ssh-rsa", "rsa-sha2-512", true),
            ("HostKeyAlgorithms", "ssh-ed25519 rsa-sha2-512", "ssh-dss", "ssh-ed25519", true),
            ("HostKeyAlgorithms", "ssh-ed25519 rsa-sha2-512", "ssh-ed448", "ssh-ed25519", false),
        ] {
            let ours: Vec<_> = ours.split(' ').collect();
            let said = advice(setting, &ours, &[theirs]).expect("there is one of ours").en;
            assert!(said.contains(&format!("`{setting} +{one}`")), "{theirs}: {said}");
            assert_eq!(said.contains(UPDATE), is_old, "{theirs}: {said}");
        }
    }
}
