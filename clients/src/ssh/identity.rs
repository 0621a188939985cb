//! The user's keys, from a file or from ssh-agent, and the signer that uses them. A private key leaves this file only
//! as a signature; an encrypted one is opened when, and only when, the server would take it.

use std::{fs, path::Path, sync::Arc};

use anyhow::{Context, anyhow, bail};
use russh::{
    SendError, Signer,
    keys::{
        Certificate, HashAlg, PrivateKey, PublicKey,
        agent::{
            AgentIdentity,
            client::{AgentClient, AgentStream},
        },
        decode_secret_key,
        signature::Signer as _,
        ssh_encoding::Encode,
        ssh_key::{Signature, private::KeypairData},
    },
};
use steps::ssh::reason::NotSigned;
use tokio::sync::Mutex;

use super::passwords::Asking;

mod kind;

use kind::Kind;

/// A key that can be offered.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) public: PublicKey,
    /// A CA's word for it, which is offered instead of the bare key.
    pub(super) certificate: Option<Arc<Certificate>>,
    holder: Holder,
}

/// An agent, wherever it is reached.
type AnyAgent = Box<dyn AgentStream + Send + Unpin + 'static>;

/// Who has its private half.
#[derive(Clone)]
enum Holder {
    File { private: Private, path: Arc<str>, asking: Asking },
    Agent(Arc<Mutex<AgentClient<AnyAgent>>>),
}

/// A private half that may be closed still.
#[derive(Clone)]
enum Private {
    /// In OpenSSH's format, which keeps the public half in the clear; or open.
    Key(Arc<PrivateKey>),
    /// In PEM, all of it under the passphrase.
    Pem(Arc<str>),
}

/// What a file gave.
#[derive(Default)]
pub(super) struct Loaded {
    /// Its key, and before it the certificate that stands beside it.
    pub(super) keys: Vec<Key>,
    /// The file and its mode, where others can read it: like OpenSSH, such a key is not used.
    pub(super) open_to_others: Option<(String, u32)>,
}

impl Loaded {
    /// Reads a private key: OpenSSH's own format, and the PEM formats that OpenSSL writes. Of one in OpenSSH's format with a
    /// passphrase only the public half is open so far, of one in PEM nothing is: `FILE.pub` has it. `FILE-cert.pub` beside it is read as OpenSSH reads it. A `demo` key
    /// opens nothing but the demo server, and may stand on a file system that has no modes.
    pub(super) fn read(path: &Path, asking: &Asking, demo: bool) -> anyhow::Result<Self> {
        let bytes = fs::read(path).map_err(|error| {
            let why = match error.kind() {
                std::io::ErrorKind::NotFound => "there is no such file",
                std::io::ErrorKind::PermissionDenied => "this user may not read it",
                std::io::ErrorKind::IsADirectory => "it is a folder",
                _ => "it could not be read",
            };
            anyhow!("could not read {} (`--identity` takes another key): {why}", path.display())
        })?;
        let (text, kind) = (String::from_utf8_lossy(&bytes), Kind::of(&bytes));
        let name = path.display().to_string();
        let opened = |key: PrivateKey| (key.public_key().clone(), Private::Key(Arc::new(key)));
        let key = match kind {
            Kind::OpenSsh => PrivateKey::from_openssh(text.trim_start()).ok().map(opened),
            Kind::Pem => decode_secret_key(&text.replace('\r', ""), None).ok().map(opened),
            Kind::EncryptedPem => {
                let public = fs::read_to_string(format!("{name}.pub")).ok();
                let public = public.and_then(|public| PublicKey::from_openssh(public.trim()).ok());
                public.map(|public| (public, Private::Pem(text.replace('\r', "").into())))
            }
            Kind::OldEncryptedPem
            | Kind::Dsa
            | Kind::Putty
            | Kind::PublicKey
            | Kind::Certificate
            | Kind::X509
            | Kind::Pkcs12
            | Kind::Der
            | Kind::Ssh1
            | Kind::Empty
            | Kind::Binary
            | Kind::Other => None,
        };
        let Some((public, private)) = key else { bail!("{}", kind.why_not(&name)) };
        if let Some(mode) = open_to_others(path).filter(|_| !demo) {
            tracing::warn!(
                "the private key {name} can be read by others (mode {mode:04o}) and is not used, as `ssh` would not; \
                 `chmod 600 {name}` closes it"
            );
            return Ok(Loaded { keys: Vec::new(), open_to_others: Some((name, mode)) });
        }
        let certificate = beside(&name, &public);
        let holder = Holder::File { private, path: name.into(), asking: asking.clone() };
        let bare = Key { public, certificate: None, holder };
        let certified = certificate.map(|it| Key { certificate: Some(Arc::new(it)), ..bare.clone() });
        Ok(Loaded { keys: certified.into_iter().chain([bare]).collect(), open_to_others: None })
    }
}

/// The mode of a file of this user's that others can read or write. Of another user's file OpenSSH does not ask.
#[cfg(unix)]
fn open_to_others(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    let about = fs::metadata(path).ok()?;
    // What this process makes belongs to this user.
    let me = fs::metadata("/proc/self").ok()?.uid();
    let mode = about.mode() & 0o777;
    (about.uid() == me && mode & 0o077 != 0).then_some(mode)
}

/// Elsewhere a file has no mode.
#[cfg(not(unix))]
fn open_to_others(_path: &Path) -> Option<u32> {
    None
}

/// The certificate for `key` in `FILE-cert.pub`; one that does not read, or is another key's, is told of and left out.
fn beside(file: &str, key: &PublicKey) -> Option<Certificate> {
    let path = format!("{file}-cert.pub");
    let text = fs::read_to_string(&path).ok()?;
    match Certificate::from_openssh(text.trim()) {
        Ok(certificate) if certificate.public_key() == key.key_data() => return Some(certificate),
        Ok(_) => {
            tracing::warn!("{path} is a certificate for another key than that of {file}, and is not used");
        }
        Err(_) => tracing::warn!("{path} is no certificate that could be read, and is not used"),
    }
    None
}

impl Key {
    /// The keys that the agent at SSH_AUTH_SOCK holds, in its order.
    pub(super) async fn of_agent() -> anyhow::Result<Vec<Self>> {
        let mut agent = agent().await?;
        let identities = agent.request_identities().await.context("ssh-agent did not list its keys")?;
        let holder = Holder::Agent(Arc::new(Mutex::new(agent)));
        let key = |identity: AgentIdentity| match identity {
            AgentIdentity::PublicKey { key, .. } => {
                Key { public: key, certificate: None, holder: holder.clone() }
            }
            AgentIdentity::Certificate { certificate, .. } => Key {
                public: PublicKey::new(certificate.public_key().clone(), ""),
                certificate: Some(Arc::new(certificate)),
                holder: holder.clone(),
            },
        };
        let keys: Vec<_> = identities.into_iter().map(key).collect();
        if keys.is_empty() {
            bail!("ssh-agent holds no keys (`ssh-add FILE` adds one)");
        }
        Ok(keys)
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
            Holder::File { private, path, asking } => {
                let key = open(private, path, asking).await?;
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

#[cfg(unix)]
async fn agent() -> anyhow::Result<AgentClient<AnyAgent>> {
    let agent = AgentClient::connect_env().await.map_err(|error| {
        anyhow!("could not reach ssh-agent: {error} (is SSH_AUTH_SOCK set? `eval $(ssh-agent)` starts one)")
    })?;
    Ok(agent.dynamic())
}

/// The agent of OpenSSH for Windows.
#[cfg(windows)]
async fn agent() -> anyhow::Result<AgentClient<AnyAgent>> {
    let agent = AgentClient::connect_named_pipe(r"\\.\pipe\openssh-ssh-agent").await;
    let agent =
        agent.map_err(|error| anyhow!("could not reach ssh-agent: {error} (is its service started?)"))?;
    Ok(agent.dynamic())
}

/// The key, opened with its passphrase where it has one; the user is asked at most three times.
async fn open(private: &Private, path: &str, asking: &Asking) -> Result<Arc<PrivateKey>, Unsigned> {
    const TRIES: usize = 3;
    if let Private::Key(key) = private
        && !key.is_encrypted()
    {
        return Ok(Arc::clone(key));
    }
    for _ in 0..TRIES {
        let asked = asking.ask(&format!("Passphrase of {path}: "), false).await;
        let passphrase =
            asked.map_err(|_| Unsigned::Because(NotSigned::NobodyToAsk { file: path.to_owned() }))?;
        let open = match private {
            Private::Key(key) => key.decrypt(passphrase.reveal()).ok(),
            Private::Pem(text) => decode_secret_key(text, Some(passphrase.reveal())).ok(),
        };
        if let Some(open) = open {
            return Ok(Arc::new(open));
        }
    }
    Err(Unsigned::Because(NotSigned::WrongPassphrase { file: path.to_owned(), tries: TRIES }))
}
