//! The decision on the host key (RFC 4251 §4.1; the notes' block 6): what the file of known hosts says, what the
//! option says, and where both leave it open, what the user says.

use std::{
    io,
    sync::atomic::{AtomicBool, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use clap::ValueEnum;
use russh::keys::{Algorithm, HashAlg, PublicKey};
use steps::harmless;
use watch::ssh::HostKeyDecision;
use wire::ssh::Certificate;

use super::{
    certificate,
    known_hosts::{KnownHosts, Record, bare, host_name},
    passwords::Asking,
};
use crate::Target;

/// What to do about a host key that is not in the file of known hosts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Strict {
    /// Ask the user
    #[default]
    Ask,
    /// Accept and add a new host; refuse a changed key
    AcceptNew,
    /// Refuse a new host
    Yes,
    /// Accept everything, even a changed key: for throw-away machines only
    No,
}

impl Strict {
    const fn word(self) -> &'static str {
        match self {
            Strict::Ask => "ask",
            Strict::AcceptNew => "accept-new",
            Strict::Yes => "yes",
            Strict::No => "no",
        }
    }
}

/// What became of a host's certificate.
enum Certified {
    /// By the CA of this line.
    Taken { line: usize },
    /// This line revokes its CA.
    Revoked { line: usize },
    /// As [`HostKeyDecision::certificate_refused`] says it.
    Refused(&'static str),
}

/// Decides on the host key of one connection.
#[derive(Debug)]
pub(super) struct HostKeyCheck {
    file: KnownHosts,
    host: String,
    strict: Strict,
    asking: Asking,
    refused: AtomicBool,
    let_pass: AtomicBool,
}

impl HostKeyCheck {
    pub(super) fn new(file: KnownHosts, target: &Target, strict: Strict, asking: Asking) -> Self {
        let host = host_name(&target.host, target.port);
        HostKeyCheck {
            file,
            host,
            strict,
            asking,
            refused: AtomicBool::default(),
            let_pass: AtomicBool::default(),
        }
    }

    /// The kinds of key on record for the host.
    pub(super) fn recorded_algorithms(&self) -> Vec<Algorithm> {
        // A file that cannot be read is reported when the key is checked.
        self.file.algorithms(&self.host).unwrap_or_default()
    }

    /// Whether a CA is on record for the host: then its certificate is asked for.
    pub(super) fn has_authority(&self) -> bool {
        self.file.authority(&self.host).is_ok_and(|line| line.is_some())
    }

    /// Whether the key was refused.
    pub(super) fn has_refused(&self) -> bool {
        self.refused.load(Ordering::Relaxed)
    }

    /// Whether the key is not the one on record and was let pass all the same.
    pub(super) fn has_let_a_changed_key_pass(&self) -> bool {
        self.let_pass.load(Ordering::Relaxed)
    }

    /// Decides on `key`, which came in `certificate` or alone.
    pub(super) async fn decide(&self, key: &PublicKey, certificate: Option<&Certificate>) -> HostKeyDecision {
        let file = self.file.path().display().to_string();
        let mut decision = HostKeyDecision {
            host: self.host.clone(),
            file: file.clone(),
            strict: self.strict.word(),
            decided_by: "file",
            ..HostKeyDecision::default()
        };
        let print = key.fingerprint(HashAlg::Sha256).to_string();
        let found = certificate.map(|certificate| self.certified(certificate)).transpose();
        let (found, record) = match (found, self.file.look_up(&self.host, key)) {
            (Ok(found), Ok(record)) => (found, record),
            (Err(_), _) | (_, Err(_)) => {
                decision.record = "unreadable";
                self.refuse();
                return decision;
            }
        };
        match found {
            Some(Certified::Revoked { line }) => {
                decision.record = "revoked";
                decision.certificate_refused = Some("authority_revoked");
                decision.line = Some(line);
                self.refuse();
                return decision;
            }
            Some(Certified::Taken { line }) if !matches!(record, Record::Revoked { .. }) => {
                decision.record = "certified";
                decision.cert_authority_line = Some(line);
                decision.accepted = true;
                return decision;
            }
            // As OpenSSH does: the key inside may be known by itself.
            Some(Certified::Refused(why)) => {
                tracing::warn!(
                    "{} showed a certificate that is not taken ({}): its key has to be on record by itself",
                    self.host,
                    why.replace('_', " ")
                );
                decision.certificate_refused = Some(why);
            }
            Some(Certified::Taken { .. }) | None => {}
        }
        match record {
            Record::Known { line } => {
                decision.record = "known";
                decision.line = Some(line);
                decision.accepted = true;
            }
            Record::Revoked { line } => {
                decision.record = "revoked";
                decision.line = Some(line);
                self.refuse();
            }
            Record::Changed { line, recorded, kind } => {
                decision.recorded_key_type = Some(kind);
                self.changed(&mut decision, line, recorded, &print);
            }
            Record::Unknown => self.unknown(&mut decision, key, &print).await,
        }
        decision
    }

    fn certified(&self, certificate: &Certificate) -> io::Result<Certified> {
        let authority = &certificate.authority;
        if let Some(line) = self.file.revoked(&self.host, authority)? {
            return Ok(Certified::Revoked { line });
        }
        let Some(line) = self.file.authority_with(&self.host, authority)? else {
            return Ok(Certified::Refused("authority"));
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let host = bare(&self.host).unwrap_or(&self.host);
        Ok(match certificate::fault(certificate, host, now) {
            None => Certified::Taken { line },
            Some(why) => Certified::Refused(why),
        })
    }

    fn changed(&self, decision: &mut HostKeyDecision, line: usize, recorded: String, print: &str) {
        let file = self.file.path().display();
        decision.record = "changed";
        decision.line = Some(line);
        if self.strict == Strict::No {
            tracing::warn!(
                "THE HOST KEY OF {} HAS CHANGED: {file} line {line} has {recorded}, the server showed {print}. \
                 Somebody may be in the middle. Going on, because --strict no was given; no password is sent.",
                self.host
            );
            (decision.decided_by, decision.accepted) = ("option", true);
            self.let_pass.store(true, Ordering::Relaxed);
        } else {
            self.refuse();
        }
        decision.recorded_fingerprint = Some(recorded);
    }

    async fn unknown(&self, decision: &mut HostKeyDecision, key: &PublicKey, print: &str) {
        let host = &self.host;
        decision.record = "unknown";
        decision.cert_authority_line = self.file.authority(host).unwrap_or_default();
        decision.decided_by = "option";
        match self.strict {
            Strict::AcceptNew => self.add(decision, key),
            Strict::No => {
                tracing::warn!(
                    "{host} is unknown and its key {print} is taken unseen (--strict no): \
                     anybody could be in the middle"
                );
                decision.accepted = true;
            }
            Strict::Yes => self.refuse(),
            Strict::Ask if !self.asking.is_somebody_there() => {
                decision.decided_by = "nobody";
                self.refuse();
            }
            Strict::Ask => {
                decision.decided_by = "user";
                if confirmed(&self.asking, host, key.algorithm().as_str(), print).await {
                    self.add(decision, key);
                } else {
                    self.refuse();
                }
            }
        }
    }

    fn add(&self, decision: &mut HostKeyDecision, key: &PublicKey) {
        decision.accepted = true;
        match self.file.add(&self.host, key) {
            Ok(()) => decision.added = true,
            // As with OpenSSH, that is a pity and no reason to stop: the key was accepted.
            Err(error) => tracing::warn!(
                "{} could not be added to {}: {error} (it will be asked about again)",
                self.host,
                self.file.path().display()
            ),
        }
    }

    fn refuse(&self) {
        self.refused.store(true, Ordering::Relaxed);
    }
}

/// Asks until there is a clear answer. The question is put on standard error; no answer is a no.
async fn confirmed(asking: &Asking, host: &str, kind: &str, print: &str) -> bool {
    let (host, kind) = (harmless(host), harmless(kind));
    let mut question = format!(
        "\nThe host {host} is not known yet. It shows this key:\n  {kind} {print}\n\
         Compare it with what the server's administrator told you.\n\
         Trust it and add it to known_hosts? (yes/no/the fingerprint) "
    );
    loop {
        match asking.ask_openly(&question).await.as_deref() {
            Ok("yes") => return true,
            Ok("no") | Err(_) => return false,
            Ok(typed) if typed == print => return true,
            Ok(_) => question = "Please type yes, no or the whole fingerprint: ".into(),
        }
    }
}
