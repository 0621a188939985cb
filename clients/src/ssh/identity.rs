//! The user's keys, from a file or from ssh-agent, and the signer that uses them. A private key leaves this file only
//! as a signature; an encrypted one is opened when, and only when, the server would take it.

use std::{path::Path, sync::Arc};

use anyhow::{Context, anyhow, bail};
use russh::{
    Signer,
    keys::{
        HashAlg, PrivateKey, PublicKey,
        agent::{AgentIdentity, client::AgentClient},
        signature::Signer as _,
        ssh_encoding::Encode,
        ssh_key::{Signature, private::KeypairData},
    },
};
use tokio::{net::UnixStream, sync::Mutex};

use super::secrets::Asking;

/// A key that can be offered.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) public: PublicKey,
    holder: Holder,
}

/// Who has its private half.
#[derive(Clone)]
enum Holder {
    File { key: Arc<PrivateKey>, path: Arc<str>, asking: Asking },
    Agent(Arc<Mutex<AgentClient<UnixStream>>>),
}

impl Key {
    /// Reads a private key in OpenSSH's format. Of one with a passphrase only the public half is open so far.
    pub(super) fn load(path: &Path, asking: &Asking) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("could not read {} (`--identity` takes another key)", path.display()))?;
        let key = PrivateKey::from_openssh(text.as_str()).map_err(|error| {
            anyhow!(
                "{} is no private key in OpenSSH's format: {error} (`--identity` takes another)",
                path.display()
            )
        })?;
        let (public, path) = (key.public_key().clone(), path.display().to_string().into());
        Ok(Key { public, holder: Holder::File { key: Arc::new(key), path, asking: asking.clone() } })
    }

    /// The keys that the agent at SSH_AUTH_SOCK holds, in its order.
    pub(super) async fn of_agent() -> anyhow::Result<Vec<Self>> {
        let mut agent = AgentClient::connect_env().await.map_err(|error| {
            anyhow!(
                "could not reach ssh-agent: {error} (is SSH_AUTH_SOCK set? `eval $(ssh-agent)` starts one)"
            )
        })?;
        let identities = agent.request_identities().await.context("ssh-agent did not list its keys")?;
        let holder = Holder::Agent(Arc::new(Mutex::new(agent)));
        let plain = identities.into_iter().filter_map(|identity| match identity {
            AgentIdentity::PublicKey { key, .. } => Some(key),
            // Needs a server that trusts its CA; the key itself is listed too.
            AgentIdentity::Certificate { .. } => None,
        });
        let keys: Vec<_> = plain.map(|public| Key { public, holder: holder.clone() }).collect();
        if keys.is_empty() {
            bail!("ssh-agent holds no keys (`ssh-add FILE` adds one)");
        }
        Ok(keys)
    }
}

impl Signer for Key {
    type Error = anyhow::Error;

    /// Gives back what was to be signed with the signature behind it, as a string of RFC 4251.
    async fn auth_sign(
        &mut self,
        identity: &AgentIdentity,
        hash_alg: Option<HashAlg>,
        mut to_sign: Vec<u8>,
    ) -> anyhow::Result<Vec<u8>> {
        match &self.holder {
            Holder::File { key, path, asking } => {
                let key = open(key, path, asking).await?;
                let signature: Signature = match key.key_data() {
                    KeypairData::Rsa(pair) => (pair, hash_alg).try_sign(&to_sign),
                    _ => key.try_sign(&to_sign),
                }
                .context("the key could not sign")?;
                signature.encode_prefixed(&mut to_sign).context("the signature could not be encoded")?;
                Ok(to_sign)
            }
            Holder::Agent(agent) => {
                let signed = agent.lock().await.sign_request(identity, hash_alg, to_sign).await;
                signed.context("ssh-agent did not sign")
            }
        }
    }
}

/// The key, opened with its passphrase where it has one; the user is asked at most three times.
async fn open(key: &Arc<PrivateKey>, path: &str, asking: &Asking) -> anyhow::Result<Arc<PrivateKey>> {
    const TRIES: usize = 3;
    if !key.is_encrypted() {
        return Ok(Arc::clone(key));
    }
    for _ in 0..TRIES {
        let asked = asking.ask(&format!("Passphrase of {path}: "), false).await;
        let passphrase = asked.map_err(|error| {
            anyhow!(
                "{path} has a passphrase, and there is no terminal to ask for it: {error} \
                 (`ssh-add` it and use --agent)"
            )
        })?;
        if let Ok(open) = key.decrypt(passphrase.reveal()) {
            return Ok(Arc::new(open));
        }
    }
    bail!("none of the {TRIES} passphrases opens {path}")
}
