//! The secrets of a session's connections: to the files that it keeps, and into its log.

use steps::{Fields, common};

use super::Session;
use crate::{address::Ends, pcapng::Secrets as Kind};

impl Session {
    /// A secret of TLS by its label. `about` is the client's random, and for `RSA` the first eight bytes of the
    /// encrypted pre-master secret.
    pub(crate) fn tls_secret(&self, of: Option<Ends>, label: &str, about: &[u8], secret: &[u8]) {
        self.write(of, Kind::Tls, || format!("{label} {} {}\n", hex::encode(about), hex::encode(secret)));
    }

    /// The shared secret K of an SSH key exchange, by the cookie of the client's KEXINIT.
    pub(crate) fn ssh_secret(&self, of: Option<Ends>, cookie: &[u8], secret: &[u8]) {
        let line = || format!("{} SHARED_SECRET {}\n", hex::encode(cookie), hex::encode(secret));
        self.write(of, Kind::Ssh, line);
    }

    /// Adds the whole secrets to the fields of an event, if the user asked for that; their fingerprints stand there
    /// anyway.
    pub(crate) fn reveal(&self, fields: &mut Fields, secrets: &[&[u8]]) {
        if self.secrets().are_shown() {
            let secrets: Vec<_> = secrets.iter().map(hex::encode).collect();
            fields.put(common::SECRETS, secrets);
        }
    }

    fn write(&self, of: Option<Ends>, kind: Kind, line: impl FnOnce() -> String) {
        let kept = self.secrets().are_kept() || self.records();
        if !kept && self.flight().is_none() {
            return;
        }
        let line = line();
        if let Some((flight, of)) = self.flight().zip(of) {
            flight.secret(of, kind, line.clone());
        }
        if kept {
            self.secrets().add(line, |line| {
                if let Some(recording) = self.recording() {
                    recording.secret(kind, line);
                }
            });
        }
    }
}
