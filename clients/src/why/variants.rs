//! The further connections: variants of the first, one after the other, each a row of the table; and what they show together.

use std::net::SocketAddr;

use steps::{Said, say};

use super::{Diagnosis, Ended, Look, Page, Row, Seen, Way};
use crate::Target;

/// How the variants of a connection are made and read.
pub(super) trait Variants {
    /// What is varied.
    type Kind: Copy;

    /// What a row calls it.
    fn tried(&self, kind: Self::Kind) -> Said;

    /// Makes such a connection.
    async fn once(&self, kind: Self::Kind, look: &Look<'_>) -> anyhow::Result<Seen>;

    /// What came of it, and what was seen.
    fn came(&self, kind: Self::Kind, seen: &Seen) -> (Way, Said);

    /// Whether it goes to another place than the first: that nobody is there says nothing of the others.
    fn is_elsewhere(&self, kind: Self::Kind) -> bool;

    /// Whether what was tried tells the cause, so that nobody need be asked more.
    fn is_told(&self, tried: &[Tried<Self::Kind>]) -> bool;

    /// What they show together, and what to do; no advice: the reason's own stands.
    fn means(&self, tried: &[Tried<Self::Kind>]) -> (Said, Option<Said>);
}

/// A variant, and what came of it.
pub(super) struct Tried<K> {
    pub(super) kind: K,
    pub(super) way: Way,
    pub(super) seen: Seen,
}

/// Announces the connections of `kinds`, makes them until the cause is known, and says what they show.
pub(super) async fn go_on<V: Variants>(
    variants: &V,
    kinds: Vec<V::Kind>,
    found: &mut Diagnosis,
    (look, page): (&Look<'_>, &Page),
) -> anyhow::Result<()> {
    found.announced = kinds.len();
    page.begin(found);
    let names: Vec<Said> = kinds.iter().map(|kind| variants.tried(*kind)).collect();
    let left = page.left(names.iter());
    let (mut tried, mut gone) = (Vec::new(), false);
    for (kind, name) in kinds.into_iter().zip(names) {
        let seen = variants.once(kind, look).await?;
        found.made += 1;
        let (way, saw) = variants.came(kind, &seen);
        let row = Row { tried: name, way, saw };
        page.row(&row, left);
        found.rows.push(row);
        gone = matches!(seen.ended, Ended::NotConnected(_)) && !variants.is_elsewhere(kind);
        tried.push(Tried { kind, way, seen });
        if gone || variants.is_told(&tried) {
            break;
        }
    }
    if gone && tried.iter().all(|one| one.way == Way::Not) {
        // What was not asked is not known: neither what would do nor that nothing does.
        found.means = Some(say!(why::no_longer_there()));
    } else if !tried.is_empty() {
        let (means, advice) = variants.means(&tried);
        found.means = Some(means);
        found.advice = advice.or(found.advice.take());
    }
    Ok(())
}

/// An address of `target` whose family is not that of the connection that was seen; none: the name has one family alone.
pub(super) async fn other_family(target: &Target, seen: &Seen) -> Option<SocketAddr> {
    let conn = &seen.events.first()?.conn;
    let used: SocketAddr = conn.split_once('>')?.1.parse().ok()?;
    let all = target.resolve().await.ok()?;
    all.into_iter().find(|address| address.is_ipv4() != used.is_ipv4())
}

/// An address as a row names it: by its family.
pub(super) fn at(address: SocketAddr) -> Said {
    let (family, _) = families(address);
    say!(why::over_the_other_family(family, address))
}

/// What it shows that the name's other address does better.
pub(super) fn another_place(address: SocketAddr) -> (Said, Option<Said>) {
    let (this, that) = families(address);
    (say!(why::another_place(this, that)), Some(say!(why::use_the_other_address(that, address))))
}

/// The family of an address, and the other one.
fn families(address: SocketAddr) -> (&'static str, &'static str) {
    if address.is_ipv4() { ("IPv4", "IPv6") } else { ("IPv6", "IPv4") }
}
