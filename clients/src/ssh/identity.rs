//! The user's private key, read from a file, and the signer that uses it. The key leaves this file only as a
//! signature.

use std::{path::Path, sync::Arc};

use anyhow::{Context, anyhow, bail};
use russh::{
    Signer,
    keys::{
        HashAlg, PrivateKey, agent::AgentIdentity, signature::Signer as _, ssh_encoding::Encode,
        ssh_key::Signature,
    },
};

/// Reads a private key in OpenSSH's format.
pub(super) fn load(path: &Path) -> anyhow::Result<PrivateKey> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("could not read {} (`--identity` takes another key)", path.display()))?;
    let key = PrivateKey::from_openssh(text.as_str()).map_err(|error| {
        anyhow!(
            "{} is no private key in OpenSSH's format: {error} (`--identity` takes another)",
            path.display()
        )
    })?;
    if key.is_encrypted() {
        bail!(
            "{} has a passphrase, which this client cannot ask for; `--identity` takes another",
            path.display()
        );
    }
    if key.algorithm().is_rsa() {
        bail!("{} is an RSA key; this client signs with Ed25519 and ECDSA keys", path.display());
    }
    Ok(key)
}

/// Signs with a key that was read from a file.
pub(super) struct KeyFile(Arc<PrivateKey>);

impl KeyFile {
    pub(super) fn new(key: PrivateKey) -> Self {
        KeyFile(Arc::new(key))
    }
}

impl Signer for KeyFile {
    type Error = anyhow::Error;

    /// Gives back what was to be signed with the signature behind it, as a string of RFC 4251.
    async fn auth_sign(
        &mut self,
        _key: &AgentIdentity,
        _hash_alg: Option<HashAlg>,
        mut to_sign: Vec<u8>,
    ) -> anyhow::Result<Vec<u8>> {
        let signature: Signature = self.0.try_sign(&to_sign).context("the key could not sign")?;
        signature.encode_prefixed(&mut to_sign).context("the signature could not be encoded")?;
        Ok(to_sign)
    }
}
