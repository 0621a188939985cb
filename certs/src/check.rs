//! Verifies an existing set and names what is wrong with it: each file by itself, then each pair that must fit.

use std::{
    fmt, fs,
    net::IpAddr,
    path::{Path, PathBuf},
};

use anyhow::ensure;
use rcgen::{KeyPair, PublicKeyData as _};
use russh::keys::{HashAlg, PrivateKey, PublicKey};
use steps::{harmless, program::CERTS};
use x509_parser::{certificate::X509Certificate, extensions::GeneralName, time::ASN1Time};

use crate::{
    AUTHORIZED_KEYS, CA_CERT, CA_KEY, FILES, SERVER_NAMES, SSH_PASSWORD, SSH_USER_PUB, ssh,
    tls::{LEAVES, Leaf, Purpose, with_certificate},
};

/// What [`check`] found.
#[derive(Clone, Debug)]
pub struct Report {
    /// The folder of the set.
    pub dir: PathBuf,
    /// What is wrong, in the order of the files; empty when the set can be used.
    pub findings: Vec<Finding>,
    /// What was verified, a line each: a certificate's subject and last day, an SSH key's fingerprint.
    pub verified: Vec<String>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file's name within the folder.
    pub file: &'static str,
    /// What kind of thing.
    pub fault: Fault,
    /// What was seen and what to do, in words.
    pub what: String,
}

/// The kinds of things that can be wrong with a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The file is not there.
    Missing,
    /// The file cannot be read, or is not what its name says.
    Unreadable,
    /// A private file that others may read.
    Exposed,
    /// A certificate past its last day.
    Expired,
    /// A certificate before its first day.
    NotYetValid,
    /// Two files that do not belong together.
    Mismatched,
    /// A certificate that lacks a name, or is not for this use.
    Unfit,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.what)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.verified {
            writeln!(f, "  {}", harmless(line))?;
        }
        for finding in &self.findings {
            writeln!(f, "! {}", harmless(&finding.to_string()))?;
        }
        let dir = self.dir.display();
        match self.findings.len() {
            0 => write!(f, "{dir}: all {} files are in order", FILES.len()),
            1 => write!(f, "{dir}: 1 finding"),
            n => write!(f, "{dir}: {n} findings"),
        }
    }
}

/// Verifies the set in `dir`: that nothing is missing, private files are private, certificates are valid today, fit
/// their keys, their names and the CA, and SSH keys fit their public halves.
///
/// # Errors
///
/// When there is no such folder; what is wrong within it is in the report.
pub fn check(dir: &Path) -> anyhow::Result<Report> {
    ensure!(dir.is_dir(), "there is no folder {0} (`{CERTS} --dir {0}` makes it)", dir.display());
    let mut checks =
        Checks { report: Report { dir: dir.into(), findings: Vec::new(), verified: Vec::new() } };
    checks.files();
    checks.ca();
    for leaf in &LEAVES {
        checks.leaf(leaf);
    }
    for pair in &ssh::PAIRS {
        checks.ssh_pair(pair);
    }
    checks.authorized_keys();
    checks.password();
    checks.report.findings.sort_by_key(|finding| FILES.iter().position(|file| file.name == finding.file));
    Ok(checks.report)
}

struct Checks {
    report: Report,
}

impl Checks {
    fn find(&mut self, file: &'static str, fault: Fault, what: impl Into<String>) {
        self.report.findings.push(Finding { file, fault, what: what.into() });
    }

    /// The text of a file that is there; what is missing has been said by [`Checks::files`].
    fn text(&mut self, name: &'static str) -> Option<String> {
        let path = self.report.dir.join(name);
        if path.symlink_metadata().is_err() {
            return None;
        }
        fs::read_to_string(path)
            .map_err(|error| self.find(name, Fault::Unreadable, format!("could not be read: {error}")))
            .ok()
    }

    fn files(&mut self) {
        for file in &FILES {
            match fs::metadata(self.report.dir.join(file.name)) {
                Err(_) if file.name == CA_KEY => {
                    self.find(file.name, Fault::Missing, "is missing: no further certificate can be issued");
                }
                Err(_) => {
                    self.find(file.name, Fault::Missing, format!("is missing; run `{CERTS}` to make it"));
                }
                Ok(there) => {
                    if let Some(mode) = files::mode(&there).filter(|mode| file.private && mode & 0o077 != 0) {
                        let what = format!("is open to others (mode {mode:04o}); chmod 600 closes it");
                        self.find(file.name, Fault::Exposed, what);
                    }
                }
            }
        }
    }

    fn password(&mut self) {
        if let Some(text) = self.text(SSH_PASSWORD)
            && text.trim().is_empty()
        {
            self.find(SSH_PASSWORD, Fault::Unreadable, "holds no password; remove it and run `certs`");
        }
    }

    fn ca(&mut self) {
        let Some(pem) = self.certificate(CA_CERT) else { return };
        self.key_fits(CA_KEY, CA_CERT, &pem);
        let sound = with_certificate(&pem, |ca| {
            ca.is_ca() && ca.subject() == ca.issuer() && ca.verify_signature(None).is_ok()
        });
        if sound != Some(true) {
            self.find(CA_CERT, Fault::Unfit, "is not a CA that signed itself");
        }
    }

    fn leaf(&mut self, leaf: &Leaf) {
        let Some(pem) = self.certificate(leaf.cert) else { return };
        self.key_fits(leaf.key, leaf.cert, &pem);
        if let Some(false) = self.signed_by_ca(&pem) {
            let what =
                format!("was not signed by {CA_CERT}; remove it and run `certs` to have it issued again");
            self.find(leaf.cert, Fault::Mismatched, what);
        }
        for what in with_certificate(&pem, |cert| unfit(cert, leaf.purpose)).unwrap_or_default() {
            let what = format!("{what}; remove it and run `certs` to have it issued again");
            self.find(leaf.cert, Fault::Unfit, what);
        }
    }

    /// The PEM text of a certificate, its dates checked.
    fn certificate(&mut self, name: &'static str) -> Option<String> {
        let pem = self.text(name)?;
        let today = ASN1Time::now();
        let seen = with_certificate(&pem, |cert| {
            let validity = cert.validity();
            let day = |time: ASN1Time| time.to_datetime().date();
            let late = (validity.not_after < today).then(|| day(validity.not_after).to_string());
            let early = (today < validity.not_before).then(|| day(validity.not_before).to_string());
            let subject = cert.subject().iter_common_name().find_map(|cn| cn.as_str().ok()).unwrap_or("?");
            (late, early, format!("{name:<25} {subject}, valid until {}", day(validity.not_after)))
        });
        let Some((late, early, line)) = seen else {
            self.find(name, Fault::Unreadable, "is not a PEM certificate; put it back, or remove it");
            return None;
        };
        let again = if name == CA_CERT { "make a new set" } else { "remove it and run `certs`" };
        if let Some(day) = &late {
            self.find(name, Fault::Expired, format!("expired on {day}; {again}"));
        }
        if let Some(day) = &early {
            self.find(
                name,
                Fault::NotYetValid,
                format!("is valid only from {day}; is this machine's clock right?"),
            );
        }
        if late.is_none() && early.is_none() {
            self.report.verified.push(line);
        }
        Some(pem)
    }

    /// A key that is there must be the one of the certificate.
    fn key_fits(&mut self, name: &'static str, cert: &'static str, pem: &str) {
        let Some(text) = self.text(name) else { return };
        let Ok(key) = KeyPair::from_pem(&text) else {
            self.find(name, Fault::Unreadable, "is not a PEM private key; put it back");
            return;
        };
        let fits = with_certificate(pem, |cert| cert.public_key().raw == key.subject_public_key_info());
        if fits == Some(false) {
            self.find(
                name,
                Fault::Mismatched,
                format!("is not the key of {cert}; put back the one that changed"),
            );
        }
    }

    /// None when there is no CA to ask.
    fn signed_by_ca(&self, pem: &str) -> Option<bool> {
        let ca = fs::read_to_string(self.report.dir.join(CA_CERT)).ok()?;
        with_certificate(&ca, |ca| {
            with_certificate(pem, |cert| {
                cert.issuer() == ca.subject() && cert.verify_signature(Some(ca.public_key())).is_ok()
            })
        })?
    }

    fn ssh_pair(&mut self, pair: &ssh::Pair) {
        let key = self.text(pair.key).map(PrivateKey::from_openssh);
        let public = self.text(pair.public).map(|text| PublicKey::from_openssh(&text));
        if let Some(Err(_)) = key {
            self.find(pair.key, Fault::Unreadable, "is not an OpenSSH private key; put it back");
        }
        if let Some(Err(_)) = public {
            self.find(
                pair.public,
                Fault::Unreadable,
                "is not an OpenSSH public key; remove it and run `certs`",
            );
        }
        if let (Some(Ok(key)), Some(Ok(public))) = (key, public) {
            if key.public_key().key_data() == public.key_data() {
                let fingerprint = public.fingerprint(HashAlg::Sha256);
                self.report.verified.push(format!("{:<25} {fingerprint}", pair.public));
            } else {
                let what = format!("is not the public half of {}; remove it and run `certs`", pair.key);
                self.find(pair.public, Fault::Mismatched, what);
            }
        }
    }

    /// The demo user must be let in; who else may come in is the user's own affair.
    fn authorized_keys(&mut self) {
        let (Some(list), Some(user)) = (self.text(AUTHORIZED_KEYS), self.text(SSH_USER_PUB)) else { return };
        let Ok(user) = PublicKey::from_openssh(&user) else { return };
        let lets_in = list
            .lines()
            .filter_map(|line| PublicKey::from_openssh(line).ok())
            .any(|key| key.key_data() == user.key_data());
        if !lets_in {
            let what = format!("does not list {SSH_USER_PUB}: the SSH server will refuse it; add its line");
            self.find(AUTHORIZED_KEYS, Fault::Mismatched, what);
        }
    }
}

/// In which ways a certificate is not good for its purpose.
fn unfit(cert: &X509Certificate<'_>, purpose: Purpose) -> Vec<String> {
    let mut unfit = Vec::new();
    let usage = cert.extended_key_usage().ok().flatten().map(|extension| extension.value);
    let (allowed, called) = match purpose {
        Purpose::Server => (usage.is_some_and(|usage| usage.server_auth), "a server"),
        Purpose::Client => (usage.is_some_and(|usage| usage.client_auth), "a client"),
    };
    if !allowed {
        unfit.push(format!("is not for {called} (extended key usage)"));
    }
    if purpose == Purpose::Server {
        let names = cert.subject_alternative_name().ok().flatten().map(|extension| extension.value);
        let names = names.map(|names| names.general_names.as_slice()).unwrap_or_default();
        let lacking: Vec<&str> = SERVER_NAMES.into_iter().filter(|name| !lists(names, name)).collect();
        if !lacking.is_empty() {
            unfit.push(format!("lacks the name {}", lacking.join(", ")));
        }
    }
    unfit
}

fn lists(names: &[GeneralName<'_>], wanted: &str) -> bool {
    let address = wanted.parse().ok().map(|address| match address {
        IpAddr::V4(four) => four.octets().to_vec(),
        IpAddr::V6(six) => six.octets().to_vec(),
    });
    names.iter().any(|name| match (name, &address) {
        (GeneralName::IPAddress(bytes), Some(address)) => *bytes == address.as_slice(),
        (GeneralName::DNSName(name), None) => name.eq_ignore_ascii_case(wanted),
        _ => false, // the other kinds of names are the library's set, not ours
    })
}
