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

use super::secrets::Asking;

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

/// What a file that should hold a private key holds, by how it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    OpenSsh,
    /// PKCS#1, SEC1 or PKCS#8, without a passphrase.
    Pem,
    /// With a passphrase, in a form that can be opened here.
    EncryptedPem,
    /// With one, and under a cipher that cannot.
    OldEncryptedPem,
    Dsa,
    Putty,
    PublicKey,
    Certificate,
    /// A certificate as TLS has them.
    X509,
    Pkcs12,
    /// A private key as the PEM formats have it, in binary.
    Der,
    Ssh1,
    Empty,
    Binary,
    Other,
}

impl Kind {
    fn of(bytes: &[u8]) -> Kind {
        // PKCS#12 (RFC 7292 §4) is version 3; PKCS#1 and PKCS#8 are version 0, SEC1 is version 1.
        match version(bytes) {
            Some(3) => return Kind::Pkcs12,
            Some(0 | 1) => return Kind::Der,
            Some(_) | None => {}
        }
        let Ok(text) = std::str::from_utf8(bytes).map(str::trim_start) else { return Kind::Binary };
        if text.contains('\0') && !text.starts_with("SSH PRIVATE KEY FILE FORMAT 1.1") {
            return Kind::Binary;
        }
        let first = text.lines().next().unwrap_or_default().trim_end();
        let is_public = |word: &str| ["ssh-", "ecdsa-sha2-", "sk-"].iter().any(|kind| word.starts_with(kind));
        match first {
            "" => Kind::Empty,
            "-----BEGIN OPENSSH PRIVATE KEY-----" => Kind::OpenSsh,
            "-----BEGIN DSA PRIVATE KEY-----" => Kind::Dsa,
            "-----BEGIN CERTIFICATE-----" | "-----BEGIN TRUSTED CERTIFICATE-----" => Kind::X509,
            "-----BEGIN ENCRYPTED PRIVATE KEY-----" => Kind::EncryptedPem,
            "-----BEGIN RSA PRIVATE KEY-----" if text.contains("\nDEK-Info: AES-128-CBC,") => {
                Kind::EncryptedPem
            }
            "-----BEGIN RSA PRIVATE KEY-----" | "-----BEGIN EC PRIVATE KEY-----"
                if text.contains("ENCRYPTED") =>
            {
                Kind::OldEncryptedPem
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
            Kind::EncryptedPem => format!(
                "{path} is a private key in PEM with a passphrase, and its public half {path}.pub is not beside it; \
                 `ssh-keygen -y -f {path} > {path}.pub` writes it"
            ),
            Kind::OldEncryptedPem => {
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
                "{path} is a certificate; `--identity` wants the private key that it is for, and finds the certificate \
                 beside it by itself"
            ),
            Kind::X509 => {
                format!("{path} is an X.509 certificate, as TLS has them; SSH logs in by a private key")
            }
            Kind::Pkcs12 => format!(
                "{path} is a PKCS#12 file (.p12, .pfx); `openssl pkcs12 -in {path} -nocerts -nodes -out FILE` takes its key out"
            ),
            Kind::Der => format!(
                "{path} is a private key in DER, which is binary; `openssl pkey -inform DER -in {path} -out FILE` writes it \
                 as text"
            ),
            Kind::Binary => format!(
                "{path} is binary, and no private key that SSH knows (`--identity` takes another key)"
            ),
            Kind::Ssh1 => format!("{path} is a key for SSH-1, which nothing speaks any more"),
            Kind::Empty => format!("{path} is empty (`--identity` takes another key)"),
            Kind::Other => format!("{path} is no private key (`--identity` takes another key)"),
        }
    }
}

/// The version with which a DER SEQUENCE begins, as all files of keys do (X.690 §8.9).
fn version(bytes: &[u8]) -> Option<u8> {
    let rest = bytes.strip_prefix(&[0x30])?;
    let (length, rest) = rest.split_first()?;
    let rest = if *length < 0x80 { rest } else { rest.get(usize::from(length & 0x7f)..)? };
    match rest {
        [2, 1, version, ..] => Some(*version),
        _ => None,
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
            ("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n", Kind::OldEncryptedPem),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n",
                Kind::EncryptedPem,
            ),
            ("-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n", Kind::OldEncryptedPem),
            ("-----BEGIN ENCRYPTED PRIVATE KEY-----\n", Kind::EncryptedPem),
            ("-----BEGIN DSA PRIVATE KEY-----\n", Kind::Dsa),
            ("PuTTY-User-Key-File-3: ssh-ed25519\n", Kind::Putty),
            ("ssh-ed25519 AAAA me@here\n", Kind::PublicKey),
            ("ecdsa-sha2-nistp256 AAAA", Kind::PublicKey),
            ("ssh-ed25519-cert-v01@openssh.com AAAA", Kind::Certificate),
            ("", Kind::Empty),
            ("\n\n", Kind::Empty),
            ("hello\n", Kind::Other),
            ("-----BEGIN CERTIFICATE-----\nMII", Kind::X509),
        ] {
            assert_eq!(Kind::of(text.as_bytes()), kind, "{text}");
            assert!(kind.why_not("FILE").starts_with("FILE "));
        }
        for (bytes, kind) in [
            (&b"\x30\x82\x0a\x01\x02\x01\x03\x30"[..], Kind::Pkcs12),
            (b"\x30\x82\x04\xa4\x02\x01\x00\x02", Kind::Der),
            (b"\x30\x77\x02\x01\x01\x04", Kind::Der),
            (b"\x30\x82\x0a\x01\x30\x82\xff", Kind::Binary),
            (b"\x7fELF\x02\x01\x01\0\0", Kind::Binary),
            (b"\xfe\xed\xfe\xed", Kind::Binary),
            // Text that begins with the character of a SEQUENCE is text.
            (b"0 bottles", Kind::Other),
        ] {
            assert_eq!(Kind::of(bytes), kind, "{bytes:x?}");
            assert!(kind.why_not("FILE").starts_with("FILE "));
        }
    }
}
