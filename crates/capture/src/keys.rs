//! Key logs: the secrets that open what a capture holds, from files and from the capture itself.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    io::{self, BufRead},
    sync::Arc,
};

use wire::tls::PrivateKey;

/// Secrets by the connection to which they belong.
#[derive(Default)]
pub struct Keys {
    /// By the client's random: label and secret (RFC 9850).
    tls: HashMap<[u8; 32], Vec<Arc<Labelled>>>,
    /// By the cookie of the client's KEXINIT.
    ssh: HashMap<[u8; 16], Vec<Arc<Vec<u8>>>>,
    /// The server's, for static RSA.
    private_key: Option<Arc<PrivateKey>>,
    /// All of these, the oldest first: a key log may grow for as long as it is followed.
    order: VecDeque<Of>,
    /// Those that were there before, and that several share.
    shared: Option<Arc<Keys>>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The secrets stay out of every log.
        write!(f, "keys of {} TLS and {} SSH connections", self.tls.len(), self.ssh.len())
    }
}

/// A secret of TLS, and what it is called.
type Labelled = (String, Vec<u8>);

/// What a line of a key log tells. Whoever else learns it holds the same one.
#[derive(Clone)]
pub(crate) enum Secret {
    /// Of the connection with this random.
    Tls([u8; 32], Arc<Labelled>),
    /// Of the connection with this cookie.
    Ssh([u8; 16], Arc<Vec<u8>>),
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a secret of {:?}", self.of())
    }
}

impl Secret {
    /// Reads a line; of another kind: none.
    pub(crate) fn parse(line: &str) -> Option<Secret> {
        if let Some((cookie, secret)) = wire::ssh::key_log_line(line) {
            return Some(Secret::Ssh(cookie, Arc::new(secret)));
        }
        let mut words = line.split_whitespace();
        let label = words.next().filter(|label| !label.starts_with('#'))?;
        let random = <[u8; 32]>::try_from(hex::decode(words.next()?).ok()?).ok()?;
        let secret = hex::decode(words.next()?).ok().filter(|secret| !secret.is_empty())?;
        Some(Secret::Tls(random, Arc::new((label.to_owned(), secret))))
    }

    /// Whose it is.
    pub(crate) fn of(&self) -> Of {
        match self {
            Secret::Tls(random, _) => Of::Tls(*random),
            Secret::Ssh(cookie, _) => Of::Ssh(*cookie),
        }
    }
}

/// Of which connection a line tells a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Of {
    /// TLS, by the client's random.
    Tls([u8; 32]),
    /// SSH, by the client's cookie.
    Ssh([u8; 16]),
}

impl Keys {
    /// None of its own, beside those that several share.
    pub(crate) fn beside(shared: &Arc<Keys>) -> Keys {
        Keys { private_key: shared.private_key(), shared: Some(Arc::clone(shared)), ..Keys::default() }
    }

    /// Takes the lines of a key log; other lines are left out. Gives how many held a secret.
    pub fn add(&mut self, lines: &str) -> usize {
        lines.lines().filter_map(Secret::parse).map(|secret| self.learn(secret)).count()
    }

    /// The same of a key log that is read as a stream: beside the secrets no more than a line of it is held.
    ///
    /// # Errors
    ///
    /// When it cannot be read; what came before counts.
    pub fn read(&mut self, mut log: impl BufRead) -> io::Result<usize> {
        let (mut secrets, mut line) = (0, Vec::new());
        while log.read_until(b'\n', &mut line)? > 0 {
            secrets += self.add(&String::from_utf8_lossy(&line));
            line.clear();
        }
        Ok(secrets)
    }

    /// Takes a secret, unless it is known.
    pub(crate) fn learn(&mut self, secret: Secret) {
        match secret {
            Secret::Ssh(cookie, secret) => {
                if !self.ssh.contains_key(&cookie) {
                    self.make_room(Of::Ssh(cookie));
                }
                let is_shared =
                    self.shared.as_ref().is_some_and(|keys| keys.of_ssh(&cookie).any(|one| *one == *secret));
                let known = self.ssh.entry(cookie).or_default();
                if !is_shared && !known.contains(&secret) && known.len() < MOST_OF_ONE {
                    known.push(secret);
                }
            }
            Secret::Tls(random, secret) => {
                if !self.tls.contains_key(&random) {
                    self.make_room(Of::Tls(random));
                }
                let is_shared =
                    self.shared.as_ref().is_some_and(|keys| keys.of_tls(&random).any(|one| *one == *secret));
                let known = self.tls.entry(random).or_default();
                if !is_shared && !known.contains(&secret) && known.len() < MOST_OF_ONE {
                    known.push(secret);
                }
            }
        }
    }

    /// Forgets the oldest where there are too many.
    fn make_room(&mut self, newest: Of) {
        if self.order.len() >= MOST_CONNECTIONS {
            match self.order.pop_front() {
                Some(Of::Tls(random)) => drop(self.tls.remove(&random)),
                Some(Of::Ssh(cookie)) => drop(self.ssh.remove(&cookie)),
                None => {}
            }
        }
        self.order.push_back(newest);
    }

    /// Takes the server's RSA key: TLS with static RSA is opened with it (RFC 5246 §7.4.7.1).
    pub fn add_private_key(&mut self, key: PrivateKey) {
        self.private_key = Some(Arc::new(key));
    }

    pub(crate) fn private_key(&self) -> Option<Arc<PrivateKey>> {
        self.private_key.clone()
    }

    pub(crate) fn of_tls(&self, client_random: &[u8]) -> impl Iterator<Item = &Labelled> {
        self.all().flat_map(|keys| keys.tls.get(client_random)).flatten().map(Arc::as_ref)
    }

    pub(crate) fn of_ssh(&self, client_cookie: &[u8; 16]) -> impl Iterator<Item = &Vec<u8>> {
        self.all().flat_map(|keys| keys.ssh.get(client_cookie)).flatten().map(Arc::as_ref)
    }

    /// Whether there is any for that connection.
    pub(crate) fn has(&self, of: Of) -> bool {
        match of {
            Of::Tls(random) => self.of_tls(&random).next().is_some(),
            Of::Ssh(cookie) => self.of_ssh(&cookie).next().is_some(),
        }
    }

    /// Those that are shared, then its own.
    fn all(&self) -> impl Iterator<Item = &Keys> {
        self.shared.as_deref().into_iter().chain([self])
    }
}

/// A connection has a handful of secrets; one that rekeys every minute has more.
const MOST_OF_ONE: usize = 1024;

/// Half a gigabyte of secrets.
const MOST_CONNECTIONS: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_both_kinds_are_read_and_others_left_out() {
        let mut keys = Keys::default();
        let random = "11".repeat(32);
        let cookie = "22".repeat(16);
        let lines = format!(
            "# by curl\nCLIENT_RANDOM {random} {}\nCLIENT_RANDOM {random} {}\n{cookie} SHARED_SECRET abcd\nRSA 1 2\n\nhello",
            "33".repeat(48),
            "33".repeat(48),
        );
        assert_eq!(keys.add(&lines), 3);
        assert_eq!(format!("{keys:?}"), "keys of 1 TLS and 1 SSH connections");
        // However it is cut into reads, and past what is no text.
        let (mut streamed, bytes) = (Keys::default(), [b"\xff\xfe\r\n", lines.as_bytes()].concat());
        let log = io::BufReader::with_capacity(7, bytes.as_slice());
        assert_eq!(streamed.read(log).expect("it is in memory"), 3);
        assert_eq!((&streamed.tls, &streamed.ssh), (&keys.tls, &keys.ssh));
        // Whoever shares them has each once, and learns more for itself.
        let shared = Arc::new(keys);
        let mut own = Keys::beside(&shared);
        own.add(&format!("{lines}\nCLIENT_RANDOM {random} {}", "44".repeat(48)));
        let secret = |byte| ("CLIENT_RANDOM".to_owned(), vec![byte; 48]);
        let of_tls = |keys: &Keys| keys.of_tls(&[0x11; 32]).cloned().collect::<Vec<_>>();
        assert_eq!((of_tls(&shared), of_tls(&own)), (vec![secret(0x33)], vec![secret(0x33), secret(0x44)]));
        let of_ssh = |keys: &Keys| keys.of_ssh(&[0x22; 16]).cloned().collect::<Vec<_>>();
        assert_eq!((of_ssh(&shared), of_ssh(&own)), (vec![vec![0xab, 0xcd]], vec![vec![0xab, 0xcd]]));
    }
}
