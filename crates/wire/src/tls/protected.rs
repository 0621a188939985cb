//! Records that are protected: they wait for the key of their phase, and are opened.

use std::collections::VecDeque;

use steps::Side;

use super::{
    Decoder, Lane, Phase, Secret, Waiting,
    opener::Opener,
    record::{self, Record},
};

impl Decoder {
    pub(super) fn is_protected(&self, from: Side, record: &Record) -> bool {
        match self.lane_of(from).phase {
            Phase::Clear => false,
            Phase::Session => true,
            // TLS 1.3 protects records of this type only; the ChangeCipherSpec and early alerts are in the clear.
            Phase::Handshake | Phase::Application => record.header[0] == record::APPLICATION_DATA,
        }
    }

    pub(super) fn open_waiting(&mut self) {
        while let Some(from) = self.oldest() {
            if !self.find_key(from) {
                return;
            }
            let waiting = &mut self.lane(from).waiting;
            let Some(Waiting { moment, record, .. }) = waiting.pop_front() else { return };
            if waiting.is_empty() {
                *waiting = VecDeque::new(); // most of the time nothing waits
            }
            self.waiting_bytes -= record.weight();
            self.open(from, moment, &record);
        }
    }

    /// Who sent the record that has waited longest.
    pub(super) fn oldest(&self) -> Option<Side> {
        let place = |lane: &Lane| lane.waiting.front().map(|waiting| waiting.place);
        match (place(&self.client), place(&self.server)) {
            (None, None) => None,
            (Some(_), None) => Some(Side::Client),
            (None, Some(_)) => Some(Side::Server),
            (Some(client), Some(server)) if client < server => Some(Side::Client),
            (Some(_), Some(_)) => Some(Side::Server),
        }
    }

    pub(super) fn open(&mut self, from: Side, moment: u64, record: &Record) {
        self.end = record.end;
        let lane = self.lane(from);
        let phase = lane.phase;
        let Some(opener) = lane.opener.as_mut() else { return };
        let mut opened = unlock(opener, phase, record);
        if opened.is_none() && !lane.proven {
            opened = self.unlock_otherwise(from, record);
        }
        self.lane(from).proven |= opened.is_some();
        match opened {
            Some((kind, body)) => {
                let nonce = self.lane(from).opener.as_ref().map_or(0, Opener::nonce_in_record);
                self.sealed = Some(record.sealed(nonce));
                self.content(from, moment, kind, body, Some(&record.body));
                self.sealed = None;
            }
            // Early data that the server refused is not under this key, and nobody else opens it either.
            None if phase == Phase::Handshake && self.handshake.early_data && from == Side::Client => {
                self.unopened(from, moment, record);
            }
            None => self.does_not_open(from, moment, record),
        }
    }

    /// Derives the key of the phase in which `from` is, if its secret is known.
    pub(super) fn find_key(&mut self, from: Side) -> bool {
        if self.lane(from).opener.is_none() {
            let opener = self.secrets_of(from).find_map(|secret| self.opener(from, secret));
            self.lane(from).opener = opener;
        }
        self.lane(from).opener.is_some()
    }

    /// Whoever changes what crosses makes the two ends derive different secrets, and a key log may have both. Under which
    /// of them `from` sends shows with the first record.
    pub(super) fn unlock_otherwise(&mut self, from: Side, record: &Record) -> Option<(u8, Vec<u8>)> {
        let phase = self.lane(from).phase;
        let found = self.secrets_of(from).skip(1).find_map(|secret| {
            let mut opener = self.opener(from, secret)?;
            unlock(&mut opener, phase, record).map(|opened| (opener, opened, secret.to_vec()))
        });
        let (opener, opened, secret) = found?;
        let lane = self.lane(from);
        (lane.opener, lane.updated) = (Some(opener), Some(secret));
        Some(opened)
    }

    /// What opens the records that `from` sends now, under that secret.
    pub(super) fn opener(&self, from: Side, secret: &[u8]) -> Option<Opener> {
        let (cipher, hash) = self.handshake.suite_keys()?;
        let randoms = (&self.handshake.client_random[..], &self.handshake.server_random[..]);
        match self.lane_of(from).phase {
            Phase::Clear => None,
            Phase::Session => {
                let how = (from == Side::Client, self.handshake.encrypt_then_mac);
                Opener::tls12((cipher, hash), secret, randoms, how)
            }
            Phase::Handshake | Phase::Application => Opener::tls13(cipher, hash, secret),
        }
    }

    /// The secret under which `from` sends now.
    pub(super) fn secret_of(&self, from: Side) -> Option<&[u8]> {
        self.secrets_of(from).next()
    }

    pub(super) fn secrets_of(&self, from: Side) -> impl Iterator<Item = &[u8]> {
        let lane = self.lane_of(from);
        let label = match (lane.phase, from) {
            (Phase::Clear, _) => "",
            (Phase::Session, _) => "CLIENT_RANDOM",
            (Phase::Handshake, Side::Client) => "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
            (Phase::Handshake, Side::Server) => "SERVER_HANDSHAKE_TRAFFIC_SECRET",
            (Phase::Application, Side::Client) => "CLIENT_TRAFFIC_SECRET_0",
            (Phase::Application, Side::Server) => "SERVER_TRAFFIC_SECRET_0",
        };
        let ours = move |known: &&Secret| {
            known.label == label && known.client_random == self.handshake.client_random
        };
        let logged = self.secrets.iter().filter(ours).map(|known| known.secret.as_slice());
        let updated = lane.updated.as_deref();
        updated.into_iter().chain(logged.filter(move |_| updated.is_none()))
    }

    /// From here on `from` sends under other keys.
    pub(super) fn turn(&mut self, from: Side, phase: Phase) {
        let lane = self.lane(from);
        (lane.phase, lane.opener, lane.updated, lane.proven) = (phase, None, None, false);
    }
}

/// The type and the content of a protected record.
fn unlock(opener: &mut Opener, phase: Phase, record: &Record) -> Option<(u8, Vec<u8>)> {
    match phase {
        Phase::Clear => None,
        Phase::Session => opener.open_12(record.header, &record.body).map(|body| (record.header[0], body)),
        Phase::Handshake | Phase::Application => opener.open_13(record.header, &record.body),
    }
}
