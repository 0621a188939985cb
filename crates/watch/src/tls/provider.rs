//! The cryptography of rustls, whose key exchanges are reported.

use std::sync::LazyLock;

use rustls::{
    Error, NamedGroup, ProtocolVersion, SupportedProtocolVersion,
    crypto::{
        ActiveKeyExchange, CompletedKeyExchange, CryptoProvider, SharedSecret, SupportedKxGroup, aws_lc_rs,
    },
    ffdhe_groups::FfdheGroup,
};
use steps::{
    Side, common,
    tls::{Step, field},
};
use wire::{
    Seen, fields,
    tls::{
        fingerprint,
        hybrid::{self, Piece},
        names,
    },
};

use zeroize::Zeroizing;

use super::current;

/// The default provider, whose key exchanges are reported to the connection whose handshake calls it
/// ([`during`](super::Watch::during)).
pub fn provider() -> CryptoProvider {
    // rustls wants groups that live for ever: they are made once and leaked once.
    static GROUPS: LazyLock<Vec<&'static dyn SupportedKxGroup>> =
        LazyLock::new(|| watched(aws_lc_rs::default_provider().kx_groups));
    CryptoProvider { kx_groups: GROUPS.clone(), ..aws_lc_rs::default_provider() }
}

/// The same for any other provider. To be called once for each: rustls wants groups that live for ever, so each call
/// leaves a few dozen bytes behind.
pub fn provider_from(provider: CryptoProvider) -> CryptoProvider {
    let kx_groups = watched(provider.kx_groups);
    CryptoProvider { kx_groups, ..provider }
}

fn watched(groups: Vec<&'static dyn SupportedKxGroup>) -> Vec<&'static dyn SupportedKxGroup> {
    groups.into_iter().map(|group| Box::leak(Box::new(Group(group))) as &dyn SupportedKxGroup).collect()
}

/// The longest public key that is printed whole: an uncompressed point on P-521.
const MOST: usize = 133;

/// A side's half of the key exchange: `share` is what it sends of it.
fn started(side: Side, group: NamedGroup, share: &[u8]) {
    current(|watch| {
        let share = share.to_vec();
        watch.call(share.len(), move |_| Some(half(side, group, &share)));
    });
}

fn half(side: Side, group: NamedGroup, share: &[u8]) -> Seen {
    let mut fields = fields! { field::GROUP => names::group(group.into()) };
    let beginning = |bytes: &[u8]| hex::encode(&bytes[..bytes.len().min(MOST)]);
    let pieces = hybrid::pieces(group.into(), side, share);
    let (sent, keys): (Vec<_>, Vec<_>) =
        pieces.into_iter().partition(|piece| matches!(piece, Piece::Ciphertext(_)));
    let keys: Vec<u8> = keys.into_iter().flat_map(Piece::bytes).copied().collect();
    if !keys.is_empty() {
        fields.put(field::PUBLIC_KEY_LENGTH, keys.len());
        fields.put(field::PUBLIC_KEY, beginning(&keys));
    }
    // A server has no key of its own in ML-KEM: it chooses a secret, and this is how it sends it.
    if let Some(sent) = sent.first() {
        fields.put(field::ENCAPSULATED_LENGTH, sent.bytes().len());
        fields.put(field::ENCAPSULATED, beginning(sent.bytes()));
    }
    Seen::local(Step::EphemeralKey, fields)
}

fn completed(group: NamedGroup, secret: &SharedSecret) {
    current(|watch| {
        let secret = Zeroizing::new(secret.secret_bytes().to_vec());
        watch.call(secret.len(), move |watch| {
            watch.lock().decoder.shared_secret(&secret);
            let mut fields = fields! {
                field::GROUP => names::group(group.into()),
                common::LENGTH => secret.len(),
                common::FINGERPRINT => fingerprint(&secret),
            };
            watch.witness.session().reveal(&mut fields, &[&secret]);
            Some(Seen::local(Step::SharedSecret, fields))
        });
    });
}

#[derive(Debug)]
struct Group(&'static dyn SupportedKxGroup);

impl SupportedKxGroup for Group {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        let active = self.0.start()?;
        started(Side::Client, active.group(), active.pub_key());
        Ok(Box::new(Active(active)))
    }

    fn start_and_complete(&self, peer_pub_key: &[u8]) -> Result<CompletedKeyExchange, Error> {
        let complete = self.0.start_and_complete(peer_pub_key)?;
        started(Side::Server, complete.group, &complete.pub_key);
        completed(complete.group, &complete.secret);
        Ok(complete)
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        self.0.ffdhe_group()
    }

    fn name(&self) -> NamedGroup {
        self.0.name()
    }

    fn fips(&self) -> bool {
        self.0.fips()
    }

    fn usable_for_version(&self, version: ProtocolVersion) -> bool {
        self.0.usable_for_version(version)
    }
}

struct Active(Box<dyn ActiveKeyExchange>);

impl ActiveKeyExchange for Active {
    fn complete(self: Box<Self>, peer_pub_key: &[u8]) -> Result<SharedSecret, Error> {
        let group = self.0.group();
        let secret = self.0.complete(peer_pub_key)?;
        completed(group, &secret);
        Ok(secret)
    }

    fn complete_for_tls_version(
        self: Box<Self>,
        peer_pub_key: &[u8],
        version: &SupportedProtocolVersion,
    ) -> Result<SharedSecret, Error> {
        let group = self.0.group();
        let secret = self.0.complete_for_tls_version(peer_pub_key, version)?;
        completed(group, &secret);
        Ok(secret)
    }

    fn hybrid_component(&self) -> Option<(NamedGroup, &[u8])> {
        self.0.hybrid_component()
    }

    fn complete_hybrid_component(self: Box<Self>, peer_pub_key: &[u8]) -> Result<SharedSecret, Error> {
        let group = self.0.hybrid_component().map(|(group, _)| group);
        let secret = self.0.complete_hybrid_component(peer_pub_key)?;
        if let Some(group) = group {
            completed(group, &secret);
        }
        Ok(secret)
    }

    fn pub_key(&self) -> &[u8] {
        self.0.pub_key()
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        self.0.ffdhe_group()
    }

    fn group(&self) -> NamedGroup {
        self.0.group()
    }
}
