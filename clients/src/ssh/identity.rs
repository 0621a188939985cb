//! The user's keys, from a file or from ssh-agent, and the signer that uses them. A private key leaves this file only
//! as a signature; an encrypted one is opened when, and only when, the server would take it.

use std::{path::Path, sync::Arc};

use anyhow::{Context, anyhow, bail};
use russh::{
    SendError, Signer,
    keys::{
        HashAlg, PrivateKey, PublicKey,
        agent::{AgentIdentity, client::AgentClient},
        decode_secret_key,
        signature::Signer as _,
        ssh_encoding::Encode,
        ssh_key::{Signature, private::KeypairData},
    },
};
use steps::ssh::reason::NotSigned;
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
    /// Reads a private key: OpenSSH's own format, and the PEM formats that OpenSSL writes. Of one in OpenSSH's format with a
    /// passphrase only the public half is open so far.
    pub(super) fn load(path: &Path, asking: &Asking) -> anyhow::Result<Self> {
        let bytes = std::fs::read(path).map_err(|error| {
            let why = match error.kind() {
                std::io::ErrorKind::NotFound => "there is no such file",
                std::io::ErrorKind::PermissionDenied => "this user may not read it",
                _ => "it could not be read",
            };
            anyhow!("could not read {} (`--identity` takes another key): {why}", path.display())
        })?;
        let text = String::from_utf8_lossy(&bytes);
        let kind = Kind::of(&text);
        let key = match kind {
            Kind::OpenSsh => PrivateKey::from_openssh(text.trim_start()).ok(),
            Kind::Pem => decode_secret_key(&text.replace('\r', ""), None).ok(),
            Kind::EncryptedPem
            | Kind::Dsa
            | Kind::Putty
            | Kind::PublicKey
            | Kind::Certificate
            | Kind::Ssh1
            | Kind::Empty
            | Kind::Other => None,
        };
        let Some(key) = key else { bail!("{}", kind.why_not(&path.display().to_string())) };
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

/// What a file that should hold a private key holds, by how it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    OpenSsh,
    /// PKCS#1, SEC1 or PKCS#8, without a passphrase.
    Pem,
    EncryptedPem,
    Dsa,
    Putty,
    PublicKey,
    Certificate,
    Ssh1,
    Empty,
    Other,
}

impl Kind {
    fn of(text: &str) -> Kind {
        let text = text.trim_start();
        let first = text.lines().next().unwrap_or_default().trim_end();
        let is_public = |word: &str| ["ssh-", "ecdsa-sha2-", "sk-"].iter().any(|kind| word.starts_with(kind));
        match first {
            "" => Kind::Empty,
            "-----BEGIN OPENSSH PRIVATE KEY-----" => Kind::OpenSsh,
            "-----BEGIN DSA PRIVATE KEY-----" => Kind::Dsa,
            "-----BEGIN ENCRYPTED PRIVATE KEY-----" => Kind::EncryptedPem,
            "-----BEGIN RSA PRIVATE KEY-----" | "-----BEGIN EC PRIVATE KEY-----"
                if text.contains("ENCRYPTED") =>
            {
                Kind::EncryptedPem
            }
            "-----BEGIN RSA PRIVATE KEY-----"
            | "-----BEGIN EC PRIVATE KEY-----"
            | "-----BEGIN PRIVATE KEY-----" => Kind::Pem,
            "---- BEGIN SSH2 PUBLIC KEY ----" | "-----BEGIN PUBLIC KEY-----" => Kind::PublicKey,
            _ if first.starts_with("PuTTY-User-Key-File-") => Kind::Putty,
            _ if first.starts_with("SSH PRIVATE KEY FILE FORMAT 1.1") => Kind::Ssh1,
            _ if is_public(first) && first.contains("-cert-v01@") => Kind::Certificate,
            _ if is_public(first) => Kind::PublicKey,
            _ => Kind::Other,
        }
    }

    /// What the file is, and what to do.
    fn why_not(self, path: &str) -> String {
        let convert = format!("`ssh-keygen -p -f {path}` rewrites it in OpenSSH's format");
        match self {
            Kind::OpenSsh => format!("{path} begins like a private key in OpenSSH's format, and is damaged"),
            Kind::Pem => format!("{path} is a private key in PEM that could not be read; {convert}"),
            Kind::EncryptedPem => {
                format!(
                    "{path} is a private key in PEM with a passphrase, which is not opened here; {convert}"
                )
            }
            Kind::Dsa => format!("{path} is a DSA key, which no current server takes: make an Ed25519 key"),
            Kind::Putty => format!(
                "{path} is a key in PuTTY's format; `puttygen {path} -O private-openssh -o FILE` writes it in OpenSSH's"
            ),
            Kind::PublicKey => {
                let private = path.strip_suffix(".pub").unwrap_or("the file without .pub");
                format!("{path} is a public key; the private one is wanted ({private}?)")
            }
            Kind::Certificate => format!(
                "{path} is a certificate; `--identity` wants the private key beside it, and certificates of users are \
                 not offered by this client"
            ),
            Kind::Ssh1 => format!("{path} is a key for SSH-1, which nothing speaks any more"),
            Kind::Empty => format!("{path} is empty (`--identity` takes another key)"),
            Kind::Other => format!("{path} is no private key (`--identity` takes another key)"),
        }
    }
}

/// A signature that was not made.
#[derive(Debug)]
pub(super) enum Unsigned {
    Because(NotSigned),
    /// The connection was gone.
    Gone,
}

impl From<SendError> for Unsigned {
    fn from(_: SendError) -> Self {
        Unsigned::Gone
    }
}

impl Signer for Key {
    type Error = Unsigned;

    /// Gives back what was to be signed with the signature behind it, as a string of RFC 4251.
    async fn auth_sign(
        &mut self,
        identity: &AgentIdentity,
        hash_alg: Option<HashAlg>,
        mut to_sign: Vec<u8>,
    ) -> Result<Vec<u8>, Unsigned> {
        match &self.holder {
            Holder::File { key, path, asking } => {
                let key = open(key, path, asking).await?;
                let signed: Result<Signature, _> = match key.key_data() {
                    KeypairData::Rsa(pair) => (pair, hash_alg).try_sign(&to_sign),
                    _ => key.try_sign(&to_sign),
                };
                let encoded = signed.ok().and_then(|it| it.encode_prefixed(&mut to_sign).ok());
                encoded.ok_or(Unsigned::Because(NotSigned::Library))?;
                Ok(to_sign)
            }
            Holder::Agent(agent) => {
                let signed = agent.lock().await.sign_request(identity, hash_alg, to_sign).await;
                signed.map_err(|_| Unsigned::Because(NotSigned::Agent))
            }
        }
    }
}

/// The key, opened with its passphrase where it has one; the user is asked at most three times.
async fn open(key: &Arc<PrivateKey>, path: &str, asking: &Asking) -> Result<Arc<PrivateKey>, Unsigned> {
    const TRIES: usize = 3;
    if !key.is_encrypted() {
        return Ok(Arc::clone(key));
    }
    for _ in 0..TRIES {
        let asked = asking.ask(&format!("Passphrase of {path}: "), false).await;
        let passphrase =
            asked.map_err(|_| Unsigned::Because(NotSigned::NobodyToAsk { file: path.to_owned() }))?;
        if let Ok(open) = key.decrypt(passphrase.reveal()) {
            return Ok(Arc::new(open));
        }
    }
    Err(Unsigned::Because(NotSigned::WrongPassphrase { file: path.to_owned(), tries: TRIES }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_private_key_is_called_what_it_is() {
        for (text, kind) in [
            ("-----BEGIN OPENSSH PRIVATE KEY-----\n", Kind::OpenSsh),
            ("-----BEGIN RSA PRIVATE KEY-----\r\nMII", Kind::Pem),
            ("-----BEGIN EC PRIVATE KEY-----\nMHc", Kind::Pem),
            ("-----BEGIN PRIVATE KEY-----\nMC4", Kind::Pem),
            ("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n", Kind::EncryptedPem),
            ("-----BEGIN ENCRYPTED PRIVATE KEY-----\n", Kind::EncryptedPem),
            ("-----BEGIN DSA PRIVATE KEY-----\n", Kind::Dsa),
            ("PuTTY-User-Key-File-3: ssh-ed25519\n", Kind::Putty),
            ("ssh-ed25519 AAAA me@here\n", Kind::PublicKey),
            ("ecdsa-sha2-nistp256 AAAA", Kind::PublicKey),
            ("ssh-ed25519-cert-v01@openssh.com AAAA", Kind::Certificate),
            ("", Kind::Empty),
            ("\n\n", Kind::Empty),
            ("hello\n", Kind::Other),
        ] {
            assert_eq!(Kind::of(text), kind, "{text}");
            assert!(kind.why_not("FILE").starts_with("FILE "));
        }
    }
}
