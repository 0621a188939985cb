//! What others tell of the same bytes, one judge a file, message by message, in the words of our log: the ids of our
//! steps and the names of our fields, with the others' values. Nothing here calls our decoders.

use std::collections::BTreeMap;

use serde_json::Value;
use steps::Side;

pub(crate) mod openssh;
pub(crate) mod openssl;
pub(crate) mod tshark;

/// Whose account it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judge {
    /// `tshark -T pdml`, on our capture with the secrets in it.
    Tshark,
    /// `openssl s_client -trace` and `s_server -trace`: the other end of the connection.
    Openssl,
    /// `ssh -vvv` and `sshd` at DEBUG3: the other end of the connection.
    Openssh,
}

impl Judge {
    /// What this judge must be heard on: if it were to word it otherwise, nothing would be compared and nothing fail.
    pub(crate) fn must_tell(self) -> &'static [(&'static str, &'static [&'static str])] {
        match self {
            Judge::Tshark => &TSHARK,
            Judge::Openssl => &OPENSSL,
            Judge::Openssh => &OPENSSH,
        }
    }
}

const TSHARK: [(&str, &[&str]); 8] = [
    ("tcp.syn", &["flags", "seq", "window", "mss", "window_scale", "sack_permitted", "timestamps"]),
    ("tls.client_hello", &["random", "cipher_suites", "extensions", "supported_groups", "key_share"]),
    ("tls.server_hello", &["random", "cipher_suite", "extensions", "key_share"]),
    ("tls.certificate", &["certificates", "serial", "not_before", "not_after"]),
    ("ws.upgrade_request", &["sec_websocket_key", "headers"]),
    ("ws.text", &["fin", "opcode", "mask", "masking_key", "payload"]),
    ("ssh.kexinit", &["cookie", "kex_algorithms", "sequence_number"]),
    ("ssh.key_exchange_reply", &["public_value", "host_key_type"]),
];

const OPENSSL: [(&str, &[&str]); 14] = [
    (
        "tls.client_hello",
        &[
            "version",
            "legacy_version",
            "random",
            "session_id_length",
            "cipher_suites",
            "extensions",
            "supported_versions",
            "supported_groups",
            "signature_algorithms",
            "key_share",
            "alpn",
            "server_name",
            "identity_fingerprints",
            "asks_to_resume",
            "after_hello_retry_request",
        ],
    ),
    ("tls.hello_retry_request", &["cipher_suite", "key_share"]),
    (
        "tls.server_hello",
        &["version", "random", "session_id_length", "cipher_suite", "extensions", "key_share"],
    ),
    ("tls.encrypted_extensions", &["extensions", "alpn"]),
    ("tls.certificate", &["(bytes)", "certificates", "subject", "issuer", "serial", "names", "public_key"]),
    ("tls.client_certificate", &["(bytes)", "certificates", "serial", "extended_key_usage"]),
    ("tls.certificate_request", &["certificate_types", "signature_algorithms", "extensions"]),
    ("tls.server_key_exchange", &["named_curve", "public_key", "signature_scheme", "signature_length"]),
    ("tls.client_key_exchange", &["public_key", "encrypted_pre_master_secret"]),
    ("tls.ephemeral_key", &["group", "public_key"]),
    ("tls.certificate_verify", &["signature_scheme", "signature_length"]),
    ("tls.finished", &["verify_data"]),
    ("tls.new_session_ticket", &["ticket_lifetime", "ticket_length", "ticket_fingerprint"]),
    ("tls.alert", &["level", "description"]),
];

const OPENSSH: [(&str, &[&str]); 20] = [
    ("ssh.identification", &["protoversion", "softwareversion", "comments"]),
    (
        "ssh.kexinit",
        &["kex_algorithms", "server_host_key_algorithms", "encryption_algorithms_client_to_server", "rekey"],
    ),
    (
        "ssh.negotiated",
        &["kex_algorithm", "server_host_key_algorithm", "mac_algorithm_client_to_server", "strict_kex"],
    ),
    ("ssh.session_key", &["kex_algorithm", "encryption_algorithm"]),
    ("ssh.group_request", &["min", "n", "max"]),
    ("ssh.key_exchange_reply", &["host_key_type", "host_key_fingerprint", "signature_length", "message"]),
    ("ssh.newkeys", &["sequence_number", "rekey"]),
    ("ssh.auth_none", &["user_name", "answer"]),
    ("ssh.auth_methods", &["authentications_that_can_continue", "partial_success"]),
    ("ssh.publickey_query", &["public_key_algorithm_name", "public_key_fingerprint", "answer"]),
    ("ssh.publickey_ok", &["public_key_fingerprint"]),
    ("ssh.publickey_signature", &["public_key_fingerprint", "signature_algorithm", "signature", "answer"]),
    ("ssh.auth_password", &["user_name", "answer"]),
    ("ssh.auth_failure", &["authentications_that_can_continue"]),
    ("ssh.auth_success", &["user_name", "method_name"]),
    ("ssh.channel_open", &["channel_type", "sender_channel", "initial_window_size", "channel"]),
    ("ssh.channel_confirmed", &["channel", "sender_channel"]),
    ("ssh.exec", &["command", "channel", "want_reply"]),
    ("ssh.exit_status", &["channel"]),
    ("ssh.disconnect", &["reason_code", "description"]),
];

/// One message, as somebody tells it.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    /// The client's address and the server's, as events write them.
    pub(crate) conn: String,
    /// Who sent it; none: it did not cross, one end worked it out.
    pub(crate) from: Option<Side>,
    /// The step; [`OPAQUE`] where it could not be opened.
    pub(crate) step: String,
    pub(crate) fields: BTreeMap<String, Value>,
    /// How many bytes it has, where that is told.
    pub(crate) length: Option<usize>,
}

impl Told {
    fn new(conn: &str, from: Option<Side>, step: String, fields: BTreeMap<String, Value>) -> Told {
        Told { conn: conn.to_owned(), from, step, fields, length: None }
    }

    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.fields.insert(name.to_owned(), value.into());
    }
}

/// The step of a message that is there and stays closed.
pub(crate) const OPAQUE: &str = "opaque";

/// The step of every segment: what it is to its connection tshark does not say in our words.
pub(crate) const SEGMENT: &str = "tcp.segment";

/// A message without its place.
type Message = (String, BTreeMap<String, Value>);

/// Collects fields of which tshark need not know each.
#[derive(Default)]
struct Fields(BTreeMap<String, Value>);

impl Fields {
    fn put(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
    }

    fn of(self, step: &str) -> Message {
        (step.to_owned(), self.0)
    }
}
