//! The file of known hosts, as OpenSSH writes it (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): which line, if any, speaks
//! for a host and its key, and how a line is added.
//!
//! Understood: plain names, `[host]:port`, wildcards and negation, hashed names, several keys a host, comments.
//! `@revoked` refuses a key, and what a CA with that key has signed, for the hosts it names. `@cert-authority` speaks for
//! host certificates, and never for a plain key. As OpenSSH has it, a host on record whose key is another one has changed,
//! also where the kind of key differs: else whoever is in the middle had only to show another kind.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use aws_lc_rs::hmac;
use russh::keys::{
    Algorithm, HashAlg, PublicKey,
    ssh_key::known_hosts::{HostPatterns, Marker},
};
use steps::is_harmful;

/// A file of known hosts; it need not exist.
#[derive(Clone, Debug)]
pub struct KnownHosts {
    path: PathBuf,
}

/// What the file says of a host's key. Lines are counted from 1, all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// No key is on record for the host.
    Unknown,
    /// This line has the key.
    Known {
        #[allow(missing_docs)]
        line: usize,
    },
    /// This line has another key, and none has this one.
    Changed {
        #[allow(missing_docs)]
        line: usize,
        /// The fingerprint of the key on record.
        recorded: String,
        /// Its kind.
        kind: String,
    },
    /// This line revokes the key.
    Revoked {
        #[allow(missing_docs)]
        line: usize,
    },
}

/// The host as the file names it: the port only where it is not SSH's own.
pub fn host_name(host: &str, port: u16) -> String {
    let host = host.to_lowercase();
    if port == 22 { host } else { format!("[{host}]:{port}") }
}

impl KnownHosts {
    /// The file at `path`.
    pub fn new(path: PathBuf) -> Self {
        KnownHosts { path }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the file says of `key` for `host`, named as by [`host_name`]. As OpenSSH has it, a host at a port of its own
    /// that has no record is also known by a record of its bare name, if that has this very key.
    ///
    /// # Errors
    ///
    /// When the file is there and cannot be read.
    pub fn look_up(&self, host: &str, key: &PublicKey) -> io::Result<Record> {
        let entries = self.entries()?;
        let record = look_up(&entries, host, key);
        let bare = bare(host).filter(|_| record == Record::Unknown);
        Ok(match bare.map(|host| look_up(&entries, host, key)) {
            Some(other @ (Record::Known { .. } | Record::Revoked { .. })) => other,
            Some(Record::Changed { .. } | Record::Unknown) | None => record,
        })
    }

    /// The line of the first `@cert-authority` for `host`.
    ///
    /// # Errors
    ///
    /// When the file is there and cannot be read.
    pub fn authority(&self, host: &str) -> io::Result<Option<usize>> {
        let names = [Some(host), bare(host)];
        let is_one = |entry: &Entry| {
            entry.marker == Some(Marker::CertAuthority)
                && names.iter().flatten().any(|name| entry.speaks_for(name))
        };
        Ok(self.entries()?.into_iter().find(is_one).map(|entry| entry.line))
    }

    /// The line of the `@cert-authority` for `host` that has this key, in SSH's encoding.
    ///
    /// # Errors
    ///
    /// When the file is there and cannot be read.
    pub fn authority_with(&self, host: &str, key: &[u8]) -> io::Result<Option<usize>> {
        self.marked(Marker::CertAuthority, host, key)
    }

    /// The line that revokes this key, in SSH's encoding, for `host`.
    ///
    /// # Errors
    ///
    /// When the file is there and cannot be read.
    pub fn revoked(&self, host: &str, key: &[u8]) -> io::Result<Option<usize>> {
        self.marked(Marker::Revoked, host, key)
    }

    fn marked(&self, marker: Marker, host: &str, key: &[u8]) -> io::Result<Option<usize>> {
        let names = [Some(host), bare(host)];
        let is_it = |entry: &Entry| {
            entry.marker == Some(marker)
                && names.iter().flatten().any(|name| entry.speaks_for(name))
                && entry.key.to_bytes().is_ok_and(|bytes| bytes == key)
        };
        Ok(self.entries()?.into_iter().find(is_it).map(|entry| entry.line))
    }

    /// The algorithms with which the keys on record for `host` sign, in the order of the file.
    ///
    /// # Errors
    ///
    /// When the file is there and cannot be read.
    pub fn algorithms(&self, host: &str) -> io::Result<Vec<Algorithm>> {
        let entries = self.entries()?;
        let of = |host: &str| {
            let mut algorithms = Vec::new();
            let known = entries.iter().filter(|entry| entry.marker.is_none() && entry.speaks_for(host));
            for algorithm in known.flat_map(|entry| signs_with(entry.key.algorithm())) {
                if !algorithms.contains(&algorithm) {
                    algorithms.push(algorithm);
                }
            }
            algorithms
        };
        let known = of(host);
        Ok(if known.is_empty() { bare(host).map(of).unwrap_or_default() } else { known })
    }

    /// Adds a line for `host` and `key`, and keeps what was there. A reader sees the old file or the new one, never a
    /// half; of two writers at once, the second waits for the first.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written to.
    pub fn add(&self, host: &str, key: &PublicKey) -> io::Result<()> {
        // A name with a blank, a comma or a pattern in it would be another line, or speak for other hosts.
        if host.contains(|c: char| c.is_whitespace() || is_harmful(c) || ",*?!|#@".contains(c)) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no such name can stand in the file"));
        }
        // A symbolic link stays one: the file behind it is replaced.
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        // On the folder, for the file is replaced: it leaves nothing behind and ends with the process.
        let _lock = files::lock(folder)?;
        if matches!(self.look_up(host, key)?, Record::Known { .. }) {
            return Ok(()); // by another client, a moment ago
        }
        let (mut bytes, mode) = match fs::read(&path) {
            Ok(bytes) => (bytes, Some(fs::metadata(&path)?.permissions())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => (Vec::new(), None),
            Err(error) => return Err(error),
        };
        if bytes.last().is_some_and(|last| *last != b'\n') {
            bytes.push(b'\n');
        }
        let mut bare = key.clone();
        bare.set_comment("");
        let openssh = bare.to_openssh().map_err(io::Error::other)?;
        bytes.extend_from_slice(format!("{host} {}\n", openssh.trim_end()).as_bytes());

        files::replace(&path, &bytes, mode)
    }

    /// The entries that can be read. Like OpenSSH, a line that is none is passed over.
    fn entries(&self) -> io::Result<Vec<Entry>> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let lines = bytes.split(|byte| *byte == b'\n').enumerate();
        // A comment may be in any encoding; names and keys are ASCII.
        Ok(lines.filter_map(|(at, line)| Entry::parse(&String::from_utf8_lossy(line), at + 1)).collect())
    }
}

/// The name without its port, of a host that is not at SSH's own.
pub(super) fn bare(host: &str) -> Option<&str> {
    host.strip_prefix('[')?.rsplit_once("]:").map(|(name, _)| name)
}

/// An RSA key signs by several algorithms, the better ones first, and never with SHA-1.
fn signs_with(kind: Algorithm) -> Vec<Algorithm> {
    match kind {
        Algorithm::Rsa { .. } => {
            [HashAlg::Sha512, HashAlg::Sha256].map(|hash| Algorithm::Rsa { hash: Some(hash) }).into()
        }
        other => vec![other],
    }
}

fn look_up(entries: &[Entry], host: &str, key: &PublicKey) -> Record {
    let for_host: Vec<&Entry> = entries.iter().filter(|entry| entry.speaks_for(host)).collect();
    let with = |marker: Option<Marker>| for_host.iter().filter(move |entry| entry.marker == marker);
    let same = |entry: &&&Entry| entry.key.key_data() == key.key_data();
    if let Some(entry) = with(Some(Marker::Revoked)).find(same) {
        return Record::Revoked { line: entry.line };
    }
    if let Some(entry) = with(None).find(same) {
        return Record::Known { line: entry.line };
    }
    let same_kind = |entry: &&&Entry| entry.key.algorithm() == key.algorithm();
    match with(None).find(same_kind).or_else(|| with(None).next()) {
        Some(entry) => {
            let recorded = entry.key.fingerprint(HashAlg::Sha256).to_string();
            let kind = entry.key.algorithm().as_str().to_owned();
            Record::Changed { line: entry.line, recorded, kind }
        }
        None => Record::Unknown,
    }
}

/// One line: `[marker] hostnames keytype base64 [comment]`, separated by spaces or tabs.
struct Entry {
    line: usize,
    marker: Option<Marker>,
    hosts: HostPatterns,
    key: PublicKey,
}

impl Entry {
    fn parse(text: &str, line: usize) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        let mut word = words.next().filter(|word| !word.starts_with('#'))?;
        let mut marker = None;
        if word.starts_with('@') {
            marker = Some(word.parse().ok()?);
            word = words.next()?;
        }
        let hosts = word.parse().ok()?;
        let (kind, data) = (words.next()?, words.next()?);
        let key = PublicKey::from_openssh(&format!("{kind} {data}")).ok()?;
        Some(Entry { line, marker, hosts, key })
    }

    fn speaks_for(&self, host: &str) -> bool {
        match &self.hosts {
            HostPatterns::HashedName { salt, hash } => {
                let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, salt);
                hmac::sign(&key, host.as_bytes()).as_ref() == hash
            }
            HostPatterns::Patterns(patterns) => {
                let fits = |pattern: &str| wildcard(pattern.to_lowercase().as_bytes(), host.as_bytes());
                // One negated pattern that fits outweighs all others of the line.
                let denied = patterns.iter().filter_map(|pattern| pattern.strip_prefix('!')).any(fits);
                let plain = patterns.iter().filter(|pattern| !pattern.starts_with('!'));
                !denied && plain.into_iter().any(|pattern| fits(pattern))
            }
        }
    }
}

/// Whether `text` fits `pattern`, in which `*` stands for any characters and `?` for one. Linear in memory and never
/// worse than the product of the lengths in time, whatever a file holds.
fn wildcard(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == b'?' || *c == text[t] => (p, t) = (p + 1, t + 1),
            _ => match star {
                // Let the last star take one character more.
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    (p, t) = (at + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
mod tests;
