//! The server's host key and the users' keys, read once at the start.

use std::{path::Path, sync::Arc};

use anyhow::{Context, anyhow, bail};
use russh::keys::{
    PrivateKey, PublicKey,
    ssh_key::{AuthorizedKeys as Parser, authorized_keys::Entry},
};

/// The host key in `folder`.
pub(super) fn host_key(folder: &Path) -> anyhow::Result<PrivateKey> {
    let path = folder.join(certs::SSH_HOST_KEY);
    let text = read(&path, folder)?;
    let key = PrivateKey::from_openssh(text.as_str()).map_err(|error| {
        let advice = certs::advice(folder);
        anyhow!("{} is no private key in OpenSSH's format: {error} ({advice})", path.display())
    })?;
    if key.is_encrypted() {
        bail!("{} has a passphrase: a host key must not, the server has nobody to ask", path.display());
    }
    Ok(key)
}

/// Whose keys are let in.
#[derive(Clone, Debug)]
pub(super) struct AuthorizedKeys(Arc<Vec<PublicKey>>);

impl AuthorizedKeys {
    /// The authorized_keys in `folder`.
    pub(super) fn read(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(certs::AUTHORIZED_KEYS);
        Ok(Self::parse(&read(&path, folder)?, &path))
    }

    fn parse(text: &str, path: &Path) -> Self {
        let mut keys = Vec::new();
        for entry in Parser::new(text) {
            match entry {
                // Options narrow what a key may do. This server knows none, and ignoring one would widen it.
                Ok(entry) if !entry.config_opts().is_empty() => {
                    tracing::warn!(
                        "{}: a key with options ({}) is left out",
                        path.display(),
                        options(&entry)
                    );
                }
                Ok(entry) => keys.push(entry.public_key().clone()),
                Err(error) => tracing::warn!("{}: a line is no public key: {error}", path.display()),
            }
        }
        AuthorizedKeys(Arc::new(keys))
    }

    pub(super) fn contains(&self, key: &PublicKey) -> bool {
        self.0.iter().any(|known| known.key_data() == key.key_data())
    }
}

fn options(entry: &Entry) -> &str {
    entry.config_opts().as_str()
}

fn read(path: &Path, folder: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path)
        .with_context(|| format!("could not read {} ({})", path.display(), certs::advice(folder)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBsvtzxHzdGLlb8gjE8z9Gpbd2lrYrnW7VYCJ1ZJbGyn";
    const OTHER: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFS2gRk1Kvp6XkDgMrFVWjHHvMRh3vQbCnhLnUFhbMqW";

    #[test]
    fn only_listed_keys_without_options_are_let_in() {
        let text = format!("# demo\n\n{ED25519} demo@host\ncommand=\"true\" {OTHER}\nnonsense\n");
        let authorized = AuthorizedKeys::parse(&text, Path::new("authorized_keys"));
        assert!(authorized.contains(&ED25519.parse().unwrap()));
        assert!(!authorized.contains(&OTHER.parse().unwrap()));
    }
}
