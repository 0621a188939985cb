//! What russh tells a server: the login, the channel. It tells a server neither the shared secret nor the session
//! identifier: where the client's secret is known the packets are read, and these calls are not reported.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use russh::keys::{HashAlg, PublicKey};
use russh::{
    ChannelId, MethodSet,
    server::{Auth, PublicKeyOffer, VerifiedPublicKey},
};
use steps::{
    Fields, Side,
    ssh::{Step, field},
    sync::lock,
};
use wire::{Seen, fields, ssh::beginning};

use super::{Line, channel::data_fields, client::names};
use crate::Witness;

/// Reports the calls that russh makes to a server's handler. Each method names the one from which it is to be called.
#[derive(Clone, Debug)]
pub struct ServerCalls {
    witness: Witness,
    line: Line,
    login: Arc<Mutex<Login>>,
}

/// What is known of the login from the calls so far.
#[derive(Debug)]
struct Login {
    line: Line,
    user_name: String,
    method_name: &'static str,
    /// russh names a key also when a signature came unasked. Only the next call tells, so the query waits for it.
    named: Option<Named>,
}

/// A key that was named and would do.
#[derive(Debug)]
struct Named {
    elapsed: Duration,
    bytes_read: u64,
    fields: Fields,
}

impl Login {
    /// Reports the query that waits: it was one.
    fn was_asked(&mut self) {
        if let Some(Named { elapsed, fields, .. }) = self.named.take() {
            let seen = Seen::new(Step::PublickeyQuery, Side::Client, fields, []);
            self.line.opening.called_after(elapsed, seen);
        }
    }
}

impl Drop for Login {
    fn drop(&mut self) {
        self.was_asked();
    }
}

impl ServerCalls {
    /// For a handler whose connection `witness` watches over `line`.
    pub fn new(witness: &Witness, line: &Line) -> Self {
        let login = Login { line: line.clone(), user_name: String::new(), method_name: "", named: None };
        ServerCalls { witness: witness.clone(), line: line.clone(), login: Arc::new(Mutex::new(login)) }
    }

    /// `auth_none`, and what the handler answers.
    pub fn auth_none(&self, user: &str, answer: &Auth) {
        self.lock().was_asked();
        self.received(
            Step::AuthNone,
            fields! { field::USER_NAME => beginning(user.as_bytes()), field::ANSWER => name(answer) },
        );
    }

    /// `auth_publickey_offered`, what the handler answers, and the methods that can go on.
    pub fn publickey_query(&self, user: &str, offer: PublicKeyOffer<'_>, answer: &Auth, left: &MethodSet) {
        if !self.witness.is_enabled() {
            return; // two fingerprints that nobody wants
        }
        let mut fields = key_fields(user, offer.public_key, offer.algorithm.as_str());
        fields.put(field::ANSWER, name(answer));
        if !matches!(answer, Auth::Accept) {
            fields.put(field::AUTHENTICATIONS_THAT_CAN_CONTINUE, names(left));
        }
        let mut login = self.lock();
        login.was_asked();
        let (elapsed, bytes_read) = (self.witness.elapsed(), self.line.bytes_read());
        login.named = Some(Named { elapsed, bytes_read, fields });
        if !matches!(answer, Auth::Accept) {
            login.was_asked();
        }
    }

    /// `auth_publickey`: russh has verified the signature; and what the handler answers.
    pub fn publickey_signature(&self, user: &str, key: VerifiedPublicKey<'_>, answer: &Auth) {
        if !self.witness.is_enabled() {
            return; // two fingerprints that nobody wants
        }
        let mut fields = key_fields(user, key.public_key, key.algorithm.as_str());
        fields.put(field::VERIFIED, true);
        let mut login = self.lock();
        // Both calls on one packet: the signature came unasked, and there was no query.
        let asked_before =
            login.named.as_ref().is_some_and(|named| self.line.bytes_read() > named.bytes_read);
        if asked_before {
            login.was_asked();
        }
        login.named = None;
        fields.put(field::ASKED_BEFORE, asked_before);
        fields.put(field::ANSWER, name(answer));
        self.received(Step::PublickeySignature, fields);
        login.user_name = beginning(user.as_bytes());
        login.method_name = "publickey";
    }

    /// `auth_password`, and what the handler answers. The password is not handed to the watcher at all.
    pub fn auth_password(&self, user: &str, answer: &Auth) {
        self.tried(user, "password");
        self.received(
            Step::AuthPassword,
            fields! { field::USER_NAME => beginning(user.as_bytes()), field::ANSWER => name(answer) },
        );
    }

    /// `auth_keyboard_interactive` without answers: the handler asks `prompts`.
    pub fn interactive_question(&self, prompts: &[&str]) {
        let fields = fields! { field::PROMPTS => prompts.iter().copied() };
        self.line.opening.called(Seen::new(Step::InteractiveQuestion, Side::Server, fields, []));
    }

    /// `auth_keyboard_interactive` with `count` answers, and what the handler makes of them.
    pub fn interactive_answer(&self, user: &str, count: usize, answer: &Auth) {
        self.tried(user, "keyboard-interactive");
        let fields = fields! {
            field::NUM_RESPONSES => count,
            field::USER_NAME => beginning(user.as_bytes()),
            field::ANSWER => name(answer),
        };
        self.received(Step::InteractiveAnswer, fields);
    }

    fn tried(&self, user: &str, method_name: &'static str) {
        let mut login = self.lock();
        login.was_asked();
        login.user_name = beginning(user.as_bytes());
        login.method_name = method_name;
    }

    /// `auth_succeeded`.
    pub fn auth_success(&self) {
        let fields = {
            let login = self.lock();
            fields! { field::USER_NAME => login.user_name.as_str(), field::METHOD_NAME => login.method_name }
        };
        self.line.opening.called(Seen::local(Step::AuthSuccess, fields));
    }

    /// `channel_open_…`, and whether the handler grants it.
    pub fn channel_open(&self, channel: ChannelId, channel_type: &str, granted: bool) {
        let fields = fields! {
            field::CHANNEL_TYPE => channel_type,
            field::CHANNEL => channel.number(),
            field::ANSWER => answer(granted),
        };
        self.received(Step::ChannelOpen, fields);
    }

    /// A request other than a command (`env_request`, `pty_request`, `shell_request`, …), and whether the handler
    /// grants it.
    pub fn channel_request(&self, channel: ChannelId, request_type: &str, detail: &str, granted: bool) {
        let fields = fields! {
            field::REQUEST_TYPE => request_type,
            field::DETAIL => beginning(detail.as_bytes()),
            field::ANSWER => answer(granted),
            field::CHANNEL => channel.number(),
        };
        self.received(Step::ChannelRequest, fields);
    }

    /// `exec_request`.
    pub fn exec(&self, channel: ChannelId, command: &[u8]) {
        let fields = fields! { field::COMMAND => beginning(command), field::CHANNEL => channel.number() };
        self.received(Step::Exec, fields);
    }

    /// `data`, and `extended_data` with its code.
    pub fn channel_data(&self, channel: ChannelId, code: Option<u32>, data: &[u8]) {
        let (fields, bytes) = data_fields(channel, code, data);
        self.received_with(Step::ChannelData, fields, bytes);
    }

    /// `channel_eof`.
    pub fn channel_eof(&self, channel: ChannelId) {
        self.received(Step::ChannelEof, fields! { field::CHANNEL => channel.number() });
    }

    /// `channel_close`.
    pub fn channel_close(&self, channel: ChannelId) {
        self.received(Step::ChannelClose, fields! { field::CHANNEL => channel.number() });
    }

    fn received(&self, step: Step, fields: Fields) {
        self.received_with(step, fields, Vec::new());
    }

    /// Says what the client sent, unless the packet itself was opened and said it.
    fn received_with(&self, step: Step, fields: Fields, bytes: Vec<u8>) {
        self.line.opening.called(Seen::new(step, Side::Client, fields, bytes));
    }

    fn lock(&self) -> MutexGuard<'_, Login> {
        lock(&self.login)
    }
}

fn key_fields(user: &str, key: &PublicKey, algorithm: &str) -> Fields {
    fields! {
        field::USER_NAME => beginning(user.as_bytes()),
        field::PUBLIC_KEY_ALGORITHM_NAME => algorithm,
        field::PUBLIC_KEY_FINGERPRINT => key.fingerprint(HashAlg::Sha256).to_string(),
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
