//! What russh tells a server: the login, the channel. It tells a server neither the shared secret nor the session
//! identifier, so what was signed is shown by the client's side.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use russh::keys::{HashAlg, PublicKey};
use russh::{
    ChannelId,
    server::{Auth, PublicKeyOffer, VerifiedPublicKey},
};
use steps::{Evidence, Fields, Side, ssh::Step};
use wire::{Seen, fields};

use super::{
    Line,
    channel::{data_fields, printable},
};
use crate::Witness;

/// Names the calls that a server's handler gets.
#[derive(Clone, Debug)]
pub struct ServerCalls {
    witness: Witness,
    line: Line,
    /// How many bytes had come when the last key was named.
    named_at: Arc<AtomicU64>,
    login: Arc<std::sync::Mutex<Login>>,
}

/// Who logged in, and how: known from the call before the one that says so.
#[derive(Debug, Default)]
struct Login {
    user_name: String,
    method_name: &'static str,
}

impl ServerCalls {
    /// For a handler whose connection `witness` watches over `line`.
    pub fn new(witness: &Witness, line: &Line) -> Self {
        let (named_at, login) = Default::default();
        ServerCalls { witness: witness.clone(), line: line.clone(), named_at, login }
    }

    /// `auth_none`, and what the handler answers.
    pub fn auth_none(&self, user: &str, answer: &Auth) {
        self.received(
            Step::AuthNone,
            fields! { "user_name" => printable(user.as_bytes()), "answer" => name(answer) },
        );
    }

    /// `auth_publickey_offered`, and what the handler answers.
    pub fn publickey_query(&self, user: &str, offer: PublicKeyOffer<'_>, answer: &Auth) {
        self.named_at.store(self.line.bytes_read(), Ordering::Relaxed);
        let mut fields = key_fields(user, offer.public_key, offer.algorithm.as_str());
        fields.insert("answer".into(), name(answer).into());
        self.received(Step::PublickeyQuery, fields);
    }

    /// `auth_publickey`: russh has verified the signature; and what the handler answers.
    pub fn publickey_signature(&self, user: &str, key: VerifiedPublicKey<'_>, answer: &Auth) {
        let mut fields = key_fields(user, key.public_key, key.algorithm.as_str());
        fields.insert("verified".into(), true.into());
        // russh makes the same two calls for a signature that was not asked about before; then both rest on one packet.
        let asked_before = self.line.bytes_read() > self.named_at.load(Ordering::Relaxed);
        fields.insert("asked_before".into(), asked_before.into());
        fields.insert("answer".into(), name(answer).into());
        self.received(Step::PublickeySignature, fields);
        *self.lock() = Login { user_name: printable(user.as_bytes()), method_name: "publickey" };
    }

    /// `auth_succeeded`.
    pub fn auth_success(&self) {
        let fields = {
            let login = self.lock();
            fields! { "user_name" => login.user_name, "method_name" => login.method_name }
        };
        self.witness.saw(Evidence::Callback, Seen::local(Step::AuthSuccess, fields));
    }

    /// `channel_open_…`, and whether the handler grants it.
    pub fn channel_open(&self, channel: ChannelId, channel_type: &str, granted: bool) {
        let fields = fields! {
            "channel_type" => channel_type,
            "channel" => channel.number(),
            "answer" => answer(granted),
        };
        self.received(Step::ChannelOpen, fields);
    }

    /// A request other than a command (`env_request`, `pty_request`, `shell_request`, …), and whether the handler
    /// grants it.
    pub fn channel_request(&self, channel: ChannelId, request_type: &str, detail: &str, granted: bool) {
        let fields = fields! {
            "request_type" => request_type,
            "detail" => printable(detail.as_bytes()),
            "answer" => answer(granted),
            "channel" => channel.number(),
        };
        self.received(Step::ChannelRequest, fields);
    }

    /// `exec_request`.
    pub fn exec(&self, channel: ChannelId, command: &[u8]) {
        let fields = fields! { "command" => printable(command), "channel" => channel.number() };
        self.received(Step::Exec, fields);
    }

    /// `data`, and `extended_data` with its code.
    pub fn channel_data(&self, channel: ChannelId, code: Option<u32>, data: &[u8]) {
        let (fields, bytes) = data_fields(channel, code, data);
        self.witness.saw(Evidence::Callback, Seen::new(Step::ChannelData, Side::Client, fields, bytes));
    }

    /// `channel_eof`.
    pub fn channel_eof(&self, channel: ChannelId) {
        self.received(Step::ChannelEof, fields! { "channel" => channel.number() });
    }

    /// `channel_close`.
    pub fn channel_close(&self, channel: ChannelId) {
        self.received(Step::ChannelClose, fields! { "channel" => channel.number() });
    }

    fn received(&self, step: Step, fields: Fields) {
        self.witness.saw(Evidence::Callback, Seen::new(step, Side::Client, fields, []));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Login> {
        self.login.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn key_fields(user: &str, key: &PublicKey, algorithm: &str) -> Fields {
    fields! {
        "user_name" => printable(user.as_bytes()),
        "public_key_algorithm_name" => algorithm,
        "public_key_fingerprint" => key.fingerprint(HashAlg::Sha256).to_string(),
    }
}

fn name(answer: &Auth) -> &'static str {
    match answer {
        Auth::Accept => "accept",
        Auth::Reject { partial_success: false, .. } => "reject",
        Auth::Reject { partial_success: true, .. } => "accept, and more is needed",
        Auth::UnsupportedMethod => "unsupported method",
        Auth::Partial { .. } => "ask on",
    }
}

fn answer(granted: bool) -> &'static str {
    if granted { "success" } else { "failure" }
}
