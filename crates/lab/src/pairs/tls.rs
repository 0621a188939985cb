//! What a scenario of TLS has prepared before its pair meets: the keys of its table `setup`.

use std::path::Path;

use serde::Deserialize;

/// The keys of TLS.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Tls {
    /// A server's certificate with this wrong, in `{state}`.
    certificate: Option<String>,
    /// The kind of its key: `ecdsa` (the default) or `rsa`.
    key: Option<String>,
}

/// Prepares what TLS asks for in the folder `state`.
pub(super) fn prepare(setup: &toml::Table, state: &Path) -> anyhow::Result<()> {
    let setup: Tls = setup.clone().try_into()?;
    let key = match setup.key.as_deref() {
        None | Some("ecdsa") => certs::Key::Ecdsa,
        Some("rsa") => certs::Key::Rsa,
        Some(other) => anyhow::bail!("no key is of the kind `{other}`: ecdsa or rsa"),
    };
    match setup.certificate {
        Some(flaw) => certs::faulty(flaw.parse()?, key, state),
        None => Ok(()),
    }
}
