//! openssl's own account of a connection that it was an end of (`-trace`), message by message.

use std::collections::BTreeMap;

use serde_json::Value;
use steps::Side;

use super::Told;

mod certificate;
mod words;

use words::{bytes_of, code, fingerprint, in_braces, in_parentheses, number, quantity};

/// What openssl, being `side`, tells of its connections. Each new ClientHello opens the next of `conns`.
pub(crate) fn tell(trace: &str, side: Side, conns: &[String]) -> Vec<Told> {
    let mut account = Account::new(side, conns);
    for line in trace.lines() {
        account.read(line);
    }
    account.finish();
    account.told
}

/// What has been read of the account so far.
struct Account<'a> {
    side: Side,
    conns: &'a [String],
    /// How many connections were opened.
    opened_conns: usize,
    told: Vec<Told>,
    from: Side,
    /// The record's outer type and length.
    record: (String, usize),
    /// The record was encrypted, and openssl says what is in it.
    opened: bool,
    message: Option<Draft>,
    retried: bool,
}

/// A message of which more lines may come.
struct Draft {
    told: Told,
    extension: u16,
    /// What the lines of a list are gathered under.
    lists: BTreeMap<&'static str, Vec<Value>>,
    /// The bytes of an extension of which openssl shows only those.
    dump: Vec<u8>,
    random: String,
    /// The public keys of a key exchange that the message brings, each with its group.
    keys: Vec<(String, String)>,
    certificate: Vec<String>,
    in_certificate: bool,
}

impl<'a> Account<'a> {
    fn new(side: Side, conns: &'a [String]) -> Self {
        Account {
            side,
            conns,
            opened_conns: 0,
            told: Vec::new(),
            from: side,
            record: Default::default(),
            opened: false,
            message: None,
            retried: false,
        }
    }

    fn read(&mut self, line: &str) {
        if self.message.as_mut().is_some_and(|draft| draft.reads_certificate(line)) {
            return;
        }
        match line {
            "Sent Record" => self.record_from(self.side),
            "Received Record" => self.record_from(self.side.peer()),
            _a_line_of_a_record => self.line(line),
        }
    }

    fn record_from(&mut self, from: Side) {
        self.finish();
        (self.from, self.opened) = (from, false);
    }

    fn line(&mut self, line: &str) {
        if let Some(kind) = line.strip_prefix("  Content Type = ") {
            self.record.0 = kind.to_owned();
            if kind == "ChangeCipherSpec (20)" {
                self.begin("tls.change_cipher_spec", None);
            }
        } else if let Some(length) = line.strip_prefix("  Length = ") {
            self.record.1 = length.parse().unwrap_or_default();
            if self.record.0 == "ApplicationData (23)" {
                self.begin("tls.application_data", None);
                self.put("ciphertext_length", self.record.1);
            }
        } else if let Some(kind) = line.strip_prefix("  Inner Content Type = ") {
            // Not data after all: what is in it follows.
            if kind != "ApplicationData (23)" {
                self.message = None;
            }
            self.opened = true;
        } else if let Some((name, length)) = words::message(line) {
            self.finish();
            if let Some(step) = self.step(name) {
                self.begin(step, Some(4 + length));
            }
        } else if let Some((level, description)) = words::alert(line) {
            self.begin("tls.alert", None);
            self.put("level", level);
            self.put("description", description);
        } else if let Some(draft) = &mut self.message {
            draft.line(line);
        }
    }

    /// Our step for a message, and who alone can have sent it: openssl shows what shares a record under one head.
    fn step(&mut self, name: &str) -> Option<&'static str> {
        let (sender, step) = match (name, self.from) {
            ("ClientHello", _) => (Some(Side::Client), "tls.client_hello"),
            ("ServerHello", _) => (Some(Side::Server), "tls.server_hello"),
            ("EncryptedExtensions", _) => (Some(Side::Server), "tls.encrypted_extensions"),
            ("NewSessionTicket", _) => (Some(Side::Server), "tls.new_session_ticket"),
            ("Certificate", Side::Server) => (None, "tls.certificate"),
            ("Certificate", Side::Client) => (None, "tls.client_certificate"),
            ("CertificateRequest", _) => (Some(Side::Server), "tls.certificate_request"),
            ("ServerKeyExchange", _) => (Some(Side::Server), "tls.server_key_exchange"),
            ("ServerHelloDone", _) => (Some(Side::Server), "tls.server_hello_done"),
            ("ClientKeyExchange", _) => (Some(Side::Client), "tls.client_key_exchange"),
            ("CertificateVerify", _) => (None, "tls.certificate_verify"),
            ("Finished", _) => (None, "tls.finished"),
            ("KeyUpdate", _) => (None, "tls.key_update"),
            _other => return None,
        };
        self.from = sender.unwrap_or(self.from);
        Some(step)
    }

    fn begin(&mut self, step: &str, length: Option<usize>) {
        self.finish();
        if step == "tls.client_hello" && !self.retried {
            self.opened_conns += 1;
        }
        let conn = self
            .conns
            .get(self.opened_conns.saturating_sub(1))
            .expect("openssl tells of no more connections");
        let mut told = Told::new(conn, Some(self.from), step.to_owned(), BTreeMap::new());
        told.length = length;
        if self.opened {
            told.put("encrypted", true);
        }
        if step == "tls.client_hello" && self.retried {
            told.put("after_hello_retry_request", true);
            self.retried = false;
        }
        self.message = Some(Draft::new(told));
    }

    fn put(&mut self, name: &str, value: impl Into<Value>) {
        if let Some(draft) = &mut self.message {
            draft.told.put(name, value);
        }
    }

    fn finish(&mut self) {
        let Some(mut draft) = self.message.take() else { return };
        let keys = std::mem::take(&mut draft.keys);
        let told = draft.finish();
        // What our end sent, it made: the call in which it did tells the same key.
        if told.from == Some(self.side.peer()) {
            for (group, key) in keys.iter().filter(|(_, key)| !key.is_empty()) {
                let mut made = Told::new(&told.conn, None, "tls.ephemeral_key".to_owned(), BTreeMap::new());
                if !group.is_empty() {
                    made.put("group", group.as_str());
                }
                made.put("public_key_length", key.len() / 2);
                made.put("public_key", key.as_str());
                self.told.push(made);
            }
        }
        self.retried |= told.step == "tls.hello_retry_request";
        self.told.push(told);
    }
}

/// RFC 8446 §4.1.3: the random of a ServerHello that is a HelloRetryRequest.
const HELLO_RETRY_REQUEST: &str = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c";

impl Draft {
    fn new(told: Told) -> Self {
        Draft {
            told,
            extension: 0,
            lists: BTreeMap::new(),
            dump: Vec::new(),
            random: String::new(),
            keys: Vec::new(),
            certificate: Vec::new(),
            in_certificate: false,
        }
    }

    /// Whether a line belongs to the certificate that openssl prints within the message.
    fn reads_certificate(&mut self, line: &str) -> bool {
        match line {
            "------details-----" => self.in_certificate = true,
            "------------------" => self.in_certificate = false,
            _within if self.in_certificate => self.certificate.push(line.trim().to_owned()),
            _without => return false,
        }
        true
    }

    fn line(&mut self, line: &str) {
        let line = line.trim();
        if let Some(bytes) = words::dumped(line) {
            self.dump.extend(bytes);
        } else if let Some(version) =
            line.strip_prefix("client_version=").or(line.strip_prefix("server_version="))
        {
            self.told.put("legacy_version", in_parentheses(version));
            self.told.put("version", in_parentheses(version));
        } else if let Some(time) = line.strip_prefix("gmt_unix_time=0x") {
            time.clone_into(&mut self.random);
        } else if let Some(bytes) = line.strip_prefix("random_bytes (len=28): ") {
            self.random = (self.random.clone() + bytes).to_lowercase();
            self.told.put("random", self.random.as_str());
        } else if let Some(code) = line.strip_prefix("extension_type=") {
            self.next_extension(code);
        } else if let Some((key, value)) = quantity(line) {
            self.quantity(key, value);
        } else if let Some((key, value)) = line.split_once(": ").or(line.split_once('=')) {
            self.named(key, value);
        } else if let Some(suite) = in_braces(line) {
            self.suite(line, suite);
        } else {
            self.entry(line);
        }
    }

    /// `key (len=32): 0A0B…`, or `key (len=8)` before a list.
    fn quantity(&mut self, key: &str, (length, hex): (usize, String)) {
        match key {
            "session_id" => self.told.put("session_id_length", length),
            "signature_algorithms" => self.extension = 13,
            "certificate_types" => self.extension = CERTIFICATE_TYPES,
            "certificate_authorities" => self.extension = 0,
            "key_exchange: " => self.key(hex),
            "point" => {
                self.told.put("public_key", hex.as_str());
                self.key(hex);
            }
            "Signature" => self.told.put("signature_length", length),
            "ecdh_Yc" => {
                self.told.put("public_key_length", length);
                self.told.put("public_key", hex.as_str());
                self.keys.push((String::new(), hex));
            }
            "EncryptedPreMasterSecret" => {
                self.told.put("encrypted_pre_master_secret_length", length);
                self.told.put("encrypted_pre_master_secret", hex);
            }
            "verify_data" => self.told.put("verify_data", hex),
            // In a ClientHello it is the session_ticket extension (RFC 5077 §3.2).
            "ticket" if self.told.step == "tls.client_hello" => {
                self.list("identity_fingerprints", fingerprint(&bytes_of(&hex)));
            }
            "ticket" => {
                self.told.put("ticket_length", length);
                self.told.put("ticket_fingerprint", fingerprint(&bytes_of(&hex)));
            }
            _not_in_our_log => {}
        }
    }

    fn key(&mut self, hex: String) {
        if let Some((_, key)) = self.keys.last_mut() {
            *key = hex;
        }
    }

    fn named(&mut self, key: &str, value: &str) {
        match key {
            "NamedGroup" => {
                self.list("key_share", code(value));
                self.keys.push((code(value), String::new()));
            }
            "named_curve" => {
                self.told.put("named_curve", code(value));
                self.keys.push((code(value), String::new()));
            }
            "Signature Algorithm" => self.told.put("signature_scheme", code(value)),
            "ticket_lifetime_hint" => self.told.put("ticket_lifetime", number(value)),
            "ASN.1Cert, length" => self.list("certificates", String::new()),
            _not_in_our_log => {}
        }
    }

    fn next_extension(&mut self, text: &str) {
        self.read_dump();
        let Some((name, rest)) = text.split_once('(') else { return };
        self.extension = rest.split_once(')').and_then(|(code, _)| code.parse().ok()).unwrap_or_default();
        // An empty session_ticket asks for one; what is in it asks to resume (RFC 5077 §3.2).
        let asks = self.extension == 41 || (self.extension == 35 && !rest.ends_with("length=0"));
        if asks && self.told.step == "tls.client_hello" {
            self.told.put("asks_to_resume", true);
        }
        self.list("extensions", words::extension(name));
    }

    fn suite(&mut self, line: &str, suite: String) {
        if line.starts_with('{') {
            self.list("cipher_suites", suite);
        } else {
            self.told.put("cipher_suite", suite);
        }
    }

    /// A line of a list.
    fn entry(&mut self, line: &str) {
        if line.is_empty() {
            self.read_dump();
            self.extension = 0;
        }
        match self.extension {
            10 => self.list("supported_groups", code(line)),
            13 => self.list("signature_algorithms", code(line)),
            16 => self.list("alpn", line.to_owned()),
            43 => self.list("supported_versions", code(line)),
            CERTIFICATE_TYPES => self.list("certificate_types", code(line)),
            _not_in_our_log => {}
        }
    }

    fn list(&mut self, name: &'static str, value: String) {
        self.lists.entry(name).or_default().push(value.into());
    }

    /// Reads the bytes of an extension that openssl does not take apart.
    fn read_dump(&mut self) {
        let dump = std::mem::take(&mut self.dump);
        let shows = self.told.step == "tls.client_hello";
        match (self.extension, dump.as_slice()) {
            (0, [_, _, 0, _, _, name @ ..]) if shows => {
                self.told.put("server_name", String::from_utf8_lossy(name).into_owned());
            }
            (35, ticket @ [_, ..]) if shows => self.list("identity_fingerprints", fingerprint(ticket)),
            (41, psk) if shows => {
                for identity in words::identities(psk) {
                    self.list("identity_fingerprints", fingerprint(identity));
                }
            }
            _not_in_our_log => {}
        }
    }

    fn finish(mut self) -> Told {
        self.read_dump();
        let server_hello = self.told.step == "tls.server_hello";
        if server_hello && self.random == HELLO_RETRY_REQUEST {
            "tls.hello_retry_request".clone_into(&mut self.told.step);
        }
        if let (true, Some(sentinel)) = (server_hello, words::sentinel(&self.random)) {
            self.told.put("downgrade_sentinel", sentinel);
        }
        if let Some(highest) =
            self.lists.get("supported_versions").and_then(|list| list.iter().map(Value::to_string).max())
        {
            self.told.put("version", highest.trim_matches('"'));
        }
        for (name, list) in std::mem::take(&mut self.lists) {
            match (name, list.as_slice()) {
                ("supported_versions", _) if server_hello => {}
                ("key_share", [only]) if server_hello => self.told.put(name, only.clone()),
                ("alpn", [only]) => self.told.put(name, only.clone()),
                ("certificates", certificates) => self.told.put(name, certificates.len()),
                _a_list => self.told.put(name, list),
            }
        }
        if self.told.step.ends_with("certificate") {
            if !self.told.fields.contains_key("certificates") {
                self.told.put("certificates", 0);
            }
            certificate::read(&self.certificate, &mut self.told);
        }
        self.told
    }
}

/// The list of a TLS 1.2 CertificateRequest that is no extension.
const CERTIFICATE_TYPES: u16 = u16::MAX;
