//! How russh is set up: the algorithms that are offered (RFC 4253 §7.1), the host key, and what a login may take.

use std::{borrow::Cow, time::Duration};

use russh::{Preferred, cipher, kex};

use super::{Options, users::Users};

/// A method that is offered, by its name.
pub(super) fn kex_name(name: &str) -> Result<kex::Name, String> {
    let all = [&Preferred::DEFAULT.kex[..], NIST].concat();
    let known = || all.iter().filter(|known| !AS_CLIENT.contains(known) && !SIGNS.contains(known));
    known().find(|known| known.as_ref() == name).copied().ok_or_else(|| {
        let names: Vec<_> = known().map(AsRef::as_ref).collect();
        format!("there are: {}", names.join(", "))
    })
}

/// Names in the list that are no methods: EXT_INFO may come (RFC 8308), and strict key exchange is wanted.
const SIGNS: &[kex::Name] = &[kex::EXTENSION_SUPPORT_AS_SERVER, kex::EXTENSION_OPENSSH_STRICT_KEX_AS_SERVER];

/// The same, said by a client.
const AS_CLIENT: &[kex::Name] =
    &[kex::EXTENSION_SUPPORT_AS_CLIENT, kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT];

/// The curves of RFC 5656, which russh has and does not offer by itself.
const NIST: &[kex::Name] = &[kex::ECDH_SHA2_NISTP256, kex::ECDH_SHA2_NISTP384, kex::ECDH_SHA2_NISTP521];

/// The library's configuration for all connections of the server.
pub(super) fn config(
    host_key: russh::keys::PrivateKey,
    users: &Users,
    options: &Options,
) -> russh::server::Config {
    let defaults = Preferred::DEFAULT;
    let kex = match options.kex {
        // Many an appliance has NIST's curves and nothing newer.
        None => Cow::Owned([&defaults.kex[..], NIST].concat()),
        Some(method) => Cow::Owned([&[method][..], SIGNS].concat()),
    };
    let cipher = Cow::Owned([&defaults.cipher[..], &[cipher::AES_128_GCM]].concat());
    russh::server::Config {
        preferred: Preferred { kex, cipher, ..defaults },
        methods: users.methods(),
        keys: vec![host_key],
        // A wrong key is answered after a constant time; the probe by "none" tells nobody anything.
        auth_rejection_time: Duration::from_millis(200),
        auth_rejection_time_initial: Some(Duration::ZERO),
        max_auth_attempts: options.max_auth_tries.into(),
        inactivity_timeout: Some(options.limits.idle_timeout),
        ..russh::server::Config::default()
    }
}
