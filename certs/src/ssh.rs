//! The SSH half: the server's host key, the user's key and password, and the list of users let in. Read beside it the notes'
//! heading "SSH", blocks 6 and 7, and RFC 4253 §6.6.

use anyhow::{Context as _, bail};
use russh::keys::{Algorithm, PrivateKey, key::safe_rng, ssh_key::LineEnding};

use crate::{
    AUTHORIZED_KEYS, SSH_HOST_KEY, SSH_HOST_PUB, SSH_PASSWORD, SSH_USER_KEY, SSH_USER_PUB, folder::Folder,
};

/// A private key, its public half, and the comment in both.
pub(crate) struct Pair {
    pub(crate) key: &'static str,
    pub(crate) public: &'static str,
    comment: &'static str,
}

pub(crate) const PAIRS: [Pair; 2] = [
    Pair { key: SSH_HOST_KEY, public: SSH_HOST_PUB, comment: "handshakes demo host key" },
    Pair { key: SSH_USER_KEY, public: SSH_USER_PUB, comment: "handshakes demo user key" },
];

/// Makes the missing keys, and lets the user's key in where no list says who may come in.
pub(crate) fn make_missing(folder: &mut Folder) -> anyhow::Result<()> {
    for pair in &PAIRS {
        if !folder.has(pair.key) || !folder.has(pair.public) {
            make(folder, pair)?;
        }
    }
    if !folder.has(AUTHORIZED_KEYS) {
        let user = folder.read(SSH_USER_PUB)?;
        folder.add(AUTHORIZED_KEYS, &user)?;
    }
    if !folder.has(SSH_PASSWORD) {
        folder.add(SSH_PASSWORD, &format!("{}\n", random_password()?))?;
    }
    Ok(())
}

/// Twenty characters of 32 that nobody mistakes for one another: 100 bits.
fn random_password() -> anyhow::Result<String> {
    const CHARACTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0; 20];
    aws_lc_rs::rand::fill(&mut bytes).context("no random numbers")?;
    Ok(bytes.iter().map(|byte| char::from(CHARACTERS[usize::from(byte % 32)])).collect())
}

fn make(folder: &mut Folder, pair: &Pair) -> anyhow::Result<()> {
    if !folder.has(pair.key) {
        if folder.has(pair.public) {
            let (key, public) = (folder.path(pair.key), folder.path(pair.public));
            bail!(
                "{} is missing but its public half {} is there (put the key back, or remove the public half)",
                key.display(),
                public.display()
            );
        }
        let mut key = PrivateKey::random(&mut safe_rng(), Algorithm::Ed25519)
            .with_context(|| format!("could not make the key {}", pair.key))?;
        key.set_comment(pair.comment);
        let text = key.to_openssh(LineEnding::LF).context("could not write the key in OpenSSH's format")?;
        folder.add(pair.key, &text)?;
    }
    if !folder.has(pair.public) {
        let path = folder.path(pair.key);
        let key = PrivateKey::from_openssh(folder.read(pair.key)?).with_context(|| {
            format!("{} is not an SSH private key (put it back, or remove it)", path.display())
        })?;
        let text = key.public_key().to_openssh().context("could not write the public key")?;
        folder.add(pair.public, &format!("{text}\n"))?;
    }
    Ok(())
}
