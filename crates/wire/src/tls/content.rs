//! The content of a record: an alert, a ChangeCipherSpec, application data; handshake messages stand in `handshake.rs`.

use steps::{
    Fields, Side, common,
    tls::{Step, field},
};

use super::{Decoder, Phase, names, record};
use crate::{
    fields,
    withheld::{is_credential, shown},
};

/// As much of a first line is shown.
const MOST_LINE: usize = 80;

impl Decoder {
    /// Takes the content of one record, decrypted if `ciphertext` is there.
    pub(super) fn content(
        &mut self,
        from: Side,
        moment: u64,
        kind: u8,
        body: Vec<u8>,
        ciphertext: Option<&[u8]>,
    ) {
        match kind {
            record::HANDSHAKE => self.handshake_bytes(from, moment, &body, ciphertext.is_some()),
            record::ALERT => self.alert(from, moment, &body, ciphertext.is_some()),
            record::CHANGE_CIPHER_SPEC => self.change_cipher_spec(from, moment, &body),
            record::APPLICATION_DATA => self.application_data(from, moment, &body, ciphertext),
            _ => self.lost(from, moment, "a content type of TLS", &body),
        }
    }

    pub(super) fn change_cipher_spec(&mut self, from: Side, moment: u64, body: &[u8]) {
        let mut fields = Fields::new();
        if let Some(version) = self.handshake.version {
            fields.put(common::VERSION, names::version(version));
        }
        // TLS 1.3 switches its keys elsewhere. Before the server's answer nothing can switch, and only a client with early
        // data, or asked once more, has reason to send this; of any other the answer is missing here.
        let answered = self.handshake.version.is_some();
        let switches = answered && !self.handshake.is_tls13();
        if answered || self.handshake.early_data || self.handshake.retried {
            fields.put(field::SWITCHES_KEYS, switches);
        }
        self.say(from, moment, Step::ChangeCipherSpec, fields, body);
        if switches {
            self.turn(from, Phase::Session);
        }
    }

    pub(super) fn alert(&mut self, from: Side, moment: u64, body: &[u8], opened: bool) {
        let [level, description] = body else {
            self.lost(from, moment, "an alert: level and description", body);
            return;
        };
        let level = match level {
            1 => "warning".into(),
            2 => "fatal".into(),
            other => format!("level {other}"),
        };
        let mut fields = fields! { common::DESCRIPTION => names::alert(*description), field::LEVEL => level };
        fields.put(common::ENCRYPTED, opened);
        self.say(from, moment, Step::Alert, fields, body);
    }

    pub(super) fn application_data(
        &mut self,
        from: Side,
        moment: u64,
        body: &[u8],
        ciphertext: Option<&[u8]>,
    ) {
        let Some(ciphertext) = ciphertext else {
            self.lost(from, moment, "application data only after the handshake", body);
            return;
        };
        let mut fields =
            fields! { common::LENGTH => body.len(), field::CIPHERTEXT_LENGTH => ciphertext.len() };
        let line = first_line(body);
        match line.as_deref() {
            Some(line) => fields.put(field::PLAINTEXT, line),
            None => fields.put(field::PLAINTEXT_HEX, hex::encode(&body[..body.len().min(16)])),
        };
        fields.put(common::ENCRYPTED, true);
        // Only as much as the fields show: what follows in an HTTP head may be somebody's credentials.
        let shown = match line.as_deref() {
            Some(line) if body.starts_with(line.as_bytes()) => &body[..line.len()],
            Some(_not_shown) => &[],
            None => &body[..body.len().min(16)],
        };
        if let Some(plain) = &mut self.plain {
            plain.push_back(body.to_vec());
        }
        self.say(from, moment, Step::ApplicationData, fields, shown);
    }
}

/// The first line, if it is text; enough to recognise a request or an answer.
fn first_line(body: &[u8]) -> Option<String> {
    let line = body.split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
    let line = std::str::from_utf8(&line[..line.len().min(MOST_LINE)]).ok()?;
    if let Some((name, _)) = line.split_once(':')
        && is_credential(name)
    {
        return Some(format!("{name}: (not shown)"));
    }
    (!line.is_empty() && line.chars().all(|c| !c.is_control())).then(|| shown(line))
}

#[cfg(test)]
mod tests {
    use super::first_line;

    #[test]
    fn a_credential_on_a_line_of_its_own_is_not_shown() {
        assert_eq!(first_line(b"GET / HTTP/1.1\r\nCookie: a=b\r\n").as_deref(), Some("GET / HTTP/1.1"));
        assert_eq!(
            first_line(b"authorization: Basic YTpi\r\n").as_deref(),
            Some("authorization: (not shown)")
        );
    }
}
