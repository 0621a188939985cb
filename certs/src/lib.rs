//! The demo CA, the certificates and the SSH keys: made on first use, never overwritten.
//!
//! ```sh
//! cargo run -p certs              # makes what is missing in certs/demo
//! cargo run -p certs -- --check   # verifies what is there
//! ```
//!
//! The notes' headings "HTTPS TLS" (block 4, the server's certificate; block 5, the check with the CA's public key)
//! and "SSH" (block 6, the host key; block 7, the user's key) rest on these files. Beside them: RFC 5280
//! (certificates) and RFC 4253 §6.6 (SSH keys).
//!
//! They are demo keys. Whoever holds `ca.key` can be any server to a machine that trusts `ca.pem`: never add it to a
//! browser's or a system's trust store.

use std::{fmt, io::Write as _, path::Path, path::PathBuf};

use anyhow::Context as _;
use steps::{harmless::one_line, program::CERTS};

mod check;
mod faulty;
mod folder;
mod place;
pub mod program;
mod ssh;
mod tls;

pub use check::{Fault, Finding, Report, check};
pub use faulty::{Flaw, INTERMEDIATE_CERT, Key, faulty};

pub use place::{DEMO_DIR, default_dir, known_hosts};

use folder::Folder;

/// The demo CA's certificate: what a client trusts.
pub const CA_CERT: &str = "ca.pem";
/// The demo CA's key, needed only to issue another certificate.
pub const CA_KEY: &str = "ca.key";
/// The server's certificate. The CA signed it itself, so it is the whole chain a server sends.
pub const SERVER_CERT: &str = "server.pem";
/// The key of [`SERVER_CERT`]: ECDSA on P-256, PKCS #8.
pub const SERVER_KEY: &str = "server.key";
/// The server's certificate for static RSA: its key decrypts the pre-master secret and signs nothing.
pub const SERVER_RSA_CERT: &str = "server-rsa.pem";
/// The key of [`SERVER_RSA_CERT`]: RSA of 2048 bits, PKCS #8.
pub const SERVER_RSA_KEY: &str = "server-rsa.key";
/// The client's certificate, for mutual TLS.
pub const CLIENT_CERT: &str = "client.pem";
/// The key of [`CLIENT_CERT`]: ECDSA on P-256, PKCS #8.
pub const CLIENT_KEY: &str = "client.key";
/// The SSH server's host key: Ed25519, in OpenSSH's format.
pub const SSH_HOST_KEY: &str = "ssh_host_ed25519_key";
/// The public half of [`SSH_HOST_KEY`].
pub const SSH_HOST_PUB: &str = "ssh_host_ed25519_key.pub";
/// The SSH user's key: Ed25519, in OpenSSH's format.
pub const SSH_USER_KEY: &str = "id_ed25519";
/// The public half of [`SSH_USER_KEY`].
pub const SSH_USER_PUB: &str = "id_ed25519.pub";
/// The user keys that the SSH server lets in.
pub const AUTHORIZED_KEYS: &str = "authorized_keys";
/// The demo user's password, random, for a server that was told to take one.
pub const SSH_PASSWORD: &str = "ssh_password";

/// The names and addresses that the server's certificates are good for: this machine, and the services of docker-compose.yml.
pub const SERVER_NAMES: [&str; 5] = ["localhost", "127.0.0.1", "::1", "tls-server", "ws-server"];

/// One file of the set.
struct File {
    name: &'static str,
    /// Readable by its owner only.
    private: bool,
}

/// The set, in the order in which it is made: a key before what is derived from it, so that a run that was cut
/// short leaves something that the next run can complete.
const FILES: [File; 14] = [
    File { name: CA_KEY, private: true },
    File { name: CA_CERT, private: false },
    File { name: SERVER_KEY, private: true },
    File { name: SERVER_CERT, private: false },
    File { name: SERVER_RSA_KEY, private: true },
    File { name: SERVER_RSA_CERT, private: false },
    File { name: CLIENT_KEY, private: true },
    File { name: CLIENT_CERT, private: false },
    File { name: SSH_HOST_KEY, private: true },
    File { name: SSH_HOST_PUB, private: false },
    File { name: SSH_USER_KEY, private: true },
    File { name: SSH_USER_PUB, private: false },
    File { name: AUTHORIZED_KEYS, private: false },
    File { name: SSH_PASSWORD, private: true },
];

/// What [`ensure`] made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The folder of the set.
    pub dir: PathBuf,
    /// The new files, in the order in which they were made; empty when the set was complete.
    pub made: Vec<PathBuf>,
}

impl fmt::Display for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.made.is_empty() {
            return write!(f, "{}: complete, nothing was made", self.dir.display());
        }
        write!(f, "made in {}:", self.dir.display())?;
        for name in self.made.iter().filter_map(|path| path.file_name()) {
            write!(f, " {}", name.display())?;
        }
        Ok(())
    }
}

/// The demo user's password in `dir`.
///
/// # Errors
///
/// Says which file could not be read, or holds no password.
pub fn password(dir: &Path) -> anyhow::Result<String> {
    let path = dir.join(SSH_PASSWORD);
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("could not read {} ({})", path.display(), advice(dir)))?;
    let password = text.trim_end_matches(['\r', '\n']);
    anyhow::ensure!(!password.is_empty(), "{} holds no password ({})", path.display(), advice(dir));
    Ok(password.to_owned())
}

/// Checks that the key in `file` is not under a passphrase, for which nothing here asks.
///
/// # Errors
///
/// When it is; says how to write it without.
pub fn not_encrypted(file: &Path) -> anyhow::Result<()> {
    // What cannot be read, or is no PEM, is said by who reads it.
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let encrypted = text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED");
    anyhow::ensure!(
        !encrypted,
        "the key in {} is encrypted with a passphrase, which is not asked for here \
         (`openssl pkey -in FILE -out OTHER` writes it without)",
        one_line(&file.display().to_string())
    );
    Ok(())
}

/// What to do about a file in `dir` that is there and of no use.
pub fn advice(dir: &Path) -> String {
    format!("`{CERTS} --check --dir {}` says what is wrong", dir.display())
}

/// [`ensure`], and a word on standard error when something was made: where, and what.
///
/// # Errors
///
/// Those of [`ensure`].
pub fn ensure_and_say(dir: &Path) -> anyhow::Result<()> {
    let made = ensure(dir)?;
    if !made.made.is_empty() {
        let _ = writeln!(std::io::stderr().lock(), "{CERTS}: {}", one_line(&made.to_string()));
    }
    Ok(())
}

/// Makes what is missing in `dir`, and the folder itself. What is there stays as it is: a set made by an older
/// version is completed, and a second run makes nothing. Processes that start at once wait for each other.
///
/// # Errors
///
/// Says which file could not be made, why, and what to do.
pub fn ensure(dir: &Path) -> anyhow::Result<Made> {
    let mut folder = Folder::new(dir);
    if FILES.iter().any(|file| !folder.has(file.name)) {
        let _lock = folder.lock()?;
        tls::make_missing(&mut folder)?;
        ssh::make_missing(&mut folder)?;
    }
    Ok(folder.made())
}
