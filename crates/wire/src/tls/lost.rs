//! What cannot be read: it is reported once, and then nothing more of that direction.

use steps::{
    Side, common,
    tls::{Step, field},
};

use super::{
    Decoder, Waiting, foreign,
    record::{self, Record},
};
use crate::fields;

impl Decoder {
    /// The key of what waits of `from` will not come in time. The other direction goes on by itself.
    pub(super) fn give_up(&mut self, from: Side) {
        if let Some(Waiting { moment, record, .. }) = self.lane(from).waiting.front() {
            let (moment, whole) = (*moment, record.whole());
            self.lost(from, moment, "a record whose key is known", &whole);
        }
        self.open_waiting();
    }

    pub(super) fn fall_silent(&mut self, from: Side) {
        let lane = self.lane(from);
        lane.silent = true;
        let waited = std::mem::take(&mut lane.waiting);
        self.waiting_bytes -= waited.iter().map(|waiting| waiting.record.weight()).sum::<usize>();
    }

    /// These bytes stand where a record was due: another protocol, perhaps. What a server says first is meant to be read; a
    /// client may have put anything there.
    pub(super) fn another(&mut self, from: Side, moment: u64, bytes: &[u8]) {
        let line = record::line(bytes).filter(|_| from == Side::Server);
        self.lost_with(from, moment, self.expected(from), bytes, line);
    }

    /// Reports that `from` cannot be read any further, and from then on nothing of it.
    pub(super) fn lost(&mut self, from: Side, moment: u64, expected: &str, bytes: &[u8]) {
        self.lost_with(from, moment, expected, bytes, None);
    }

    pub(super) fn lost_with(
        &mut self,
        from: Side,
        moment: u64,
        expected: &str,
        bytes: &[u8],
        line: Option<String>,
    ) {
        if self.lane(from).silent {
            return;
        }
        self.fall_silent(from);
        let first = &bytes[..bytes.len().min(record::ENOUGH)];
        let mut fields = fields! {
            field::SENDER => from.id(),
            common::DUE => expected,
            common::LOOKS_LIKE => foreign::looks_like(first),
        };
        let shown = if line.is_some() { bytes } else { first };
        fields.put_some(common::TEXT, line);
        fields.put(common::FIRST_BYTES, hex::encode(first));
        self.say(from, moment, Step::Undecodable, fields, shown);
    }

    /// A record that fails its authentication: what follows in this direction cannot be read either.
    pub(super) fn does_not_open(&mut self, from: Side, moment: u64, record: &Record) {
        self.fall_silent(from);
        let bytes = record.whole();
        let fields = fields! {
            field::SENDER => from.id(),
            common::LENGTH => record.body.len(),
            common::FIRST_BYTES => hex::encode(&bytes[..bytes.len().min(record::ENOUGH)]),
        };
        self.say(from, moment, Step::DoesNotOpen, fields, &bytes);
    }

    pub(super) fn expected(&self, from: Side) -> &'static str {
        match from {
            Side::Client if self.handshake.client_random.is_empty() => "a TLS record with a ClientHello",
            Side::Server if self.handshake.suite.is_none() => "a TLS record with a ServerHello",
            Side::Client | Side::Server => "a TLS record",
        }
    }

    pub(super) fn unopened(&mut self, from: Side, moment: u64, record: &Record) {
        let fields = fields! {
            field::EARLY_DATA => true,
            field::OPENED => false,
            field::CIPHERTEXT_LENGTH => record.body.len(),
            field::CIPHERTEXT => hex::encode(&record.body[..record.body.len().min(16)]),
        };
        self.say(from, moment, Step::ApplicationData, fields, &record.body);
    }
}
