//! Key logs: the secrets that open what a capture holds, from files and from the capture itself.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::Arc,
};

use wire::tls::PrivateKey;

/// Secrets by the connection to which they belong.
#[derive(Default)]
pub struct Keys {
    /// By the client's random: label and secret (RFC 9850).
    tls: HashMap<Vec<u8>, Vec<(String, Vec<u8>)>>,
    /// By the cookie of the client's KEXINIT.
    ssh: HashMap<[u8; 16], Vec<Vec<u8>>>,
    /// The server's, for static RSA.
    private_key: Option<Arc<PrivateKey>>,
    /// All of these, the oldest first: a key log may grow for as long as it is followed.
    order: VecDeque<Of>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The secrets stay out of every log.
        write!(f, "keys of {} TLS and {} SSH connections", self.tls.len(), self.ssh.len())
    }
}

/// Of which connection a line tells a secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Of {
    /// TLS, by the client's random.
    Tls(Vec<u8>),
    /// SSH, by the client's cookie.
    Ssh([u8; 16]),
}

impl Keys {
    /// Takes the lines of a key log; other lines are left out. Gives how many held a secret.
    pub fn add(&mut self, lines: &str) -> usize {
        lines.lines().filter(|line| self.line(line).is_some()).count()
    }

    /// Takes one line, and gives whose secret it was.
    pub(crate) fn line(&mut self, line: &str) -> Option<Of> {
        if let Some((cookie, secret)) = wire::ssh::key_log_line(line) {
            if !self.ssh.contains_key(&cookie) {
                self.make_room(Of::Ssh(cookie));
            }
            let known = self.ssh.entry(cookie).or_default();
            if !known.contains(&secret) && known.len() < MOST_OF_ONE {
                known.push(secret);
            }
            return Some(Of::Ssh(cookie));
        }
        let mut words = line.split_whitespace();
        let label = words.next().filter(|label| !label.starts_with('#'))?;
        let random = hex::decode(words.next()?).ok().filter(|random| random.len() == 32)?;
        let secret = hex::decode(words.next()?).ok().filter(|secret| !secret.is_empty())?;
        if !self.tls.contains_key(&random) {
            self.make_room(Of::Tls(random.clone()));
        }
        let known = self.tls.entry(random.clone()).or_default();
        let entry = (label.to_owned(), secret);
        if !known.contains(&entry) && known.len() < MOST_OF_ONE {
            known.push(entry);
        }
        Some(Of::Tls(random))
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

    pub(crate) fn of_tls(&self, client_random: &[u8]) -> &[(String, Vec<u8>)] {
        self.tls.get(client_random).map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn of_ssh(&self, client_cookie: &[u8; 16]) -> &[Vec<u8>] {
        self.ssh.get(client_cookie).map(Vec::as_slice).unwrap_or_default()
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
        assert_eq!(keys.of_tls(&[0x11; 32]), [("CLIENT_RANDOM".to_owned(), vec![0x33; 48])]);
        assert_eq!(keys.of_ssh(&[0x22; 16]), [vec![0xab, 0xcd]]);
        assert_eq!(format!("{keys:?}"), "keys of 1 TLS and 1 SSH connections");
    }
}
