//! What russh tells a client: the host key, the shared secret, and, where the packets are not opened, the answers to a
//! login and the channel.

use aws_lc_rs::digest::{SHA256, digest};
use russh::{
    ChannelId, ChannelOpenFailure, Disconnect, MethodSet, Names,
    client::DisconnectReason,
    keys::{HashAlg, PublicKey, agent::AgentSessionBinding},
};
use steps::{
    Evidence, Fields, Said, Side, say,
    ssh::{Step, field},
};
use wire::{
    Seen, fields,
    ssh::{Certificate, beginning, fingerprint, verify},
};

use super::{Line, channel::data_fields};
use crate::Witness;

/// What a client made of the host key; the client decides, the watcher only writes it down.
#[derive(Clone, Debug, Default)]
pub struct HostKeyDecision {
    /// The host as it stands, or would stand, in the file.
    pub host: String,
    /// `unknown`, `known`, `certified` by a CA on record, `changed`, `revoked` or `unreadable`.
    pub record: &'static str,
    /// The file that was asked.
    pub file: String,
    /// The line that decided, counted from 1.
    pub line: Option<usize>,
    /// The fingerprint that the file has instead.
    pub recorded_fingerprint: Option<String>,
    /// The kind of that key.
    pub recorded_key_type: Option<String>,
    /// The line of a CA for this host, which speaks for host certificates only.
    pub cert_authority_line: Option<usize>,
    /// Why the host's certificate was not taken, in the words of the field.
    pub certificate_refused: Option<&'static str>,
    /// The option that was given: `ask`, `accept-new`, `yes` or `no`.
    pub strict: &'static str,
    /// `user`, `option`, `file`, or `nobody` where a user had to be asked and could not.
    pub decided_by: &'static str,
    /// Whether the connection may go on.
    pub accepted: bool,
    /// Whether the key was added to the file.
    pub added: bool,
}

/// Of a banner, more than anybody reads.
const MOST_BANNER: usize = 2000;

/// Reports the calls that russh makes to a client's handler. Each method names the one from which it is to be called.
#[derive(Clone, Debug)]
pub struct ClientCalls {
    pub(super) witness: Witness,
    pub(super) line: Line,
}

impl ClientCalls {
    /// For a handler whose connection `witness` watches over `line`.
    pub fn new(witness: &Witness, line: &Line) -> Self {
        ClientCalls { witness: witness.clone(), line: line.clone() }
    }

    /// `check_server_key`: russh has verified the signature over the exchange hash, the client has decided. The key came
    /// in `certificate`, or alone.
    pub fn host_key_check(
        &self,
        key: &PublicKey,
        certificate: Option<&Certificate>,
        decision: &HostKeyDecision,
    ) {
        if !self.witness.is_enabled() {
            return; // a fingerprint that nobody wants
        }
        let mut fields = fields! {
            field::RECORD => decision.record,
            field::FINGERPRINT => key.fingerprint(HashAlg::Sha256).to_string(),
            field::DECIDED_BY => decision.decided_by,
            field::ACCEPTED => decision.accepted,
            field::ADDED => decision.added,
            field::HOST => decision.host.as_str(),
            field::KEY_TYPE => key.algorithm().as_str(),
            field::FILE => decision.file.as_str(),
        };
        fields.put_some(field::LINE, decision.line);
        fields.put_some(field::RECORDED_FINGERPRINT, decision.recorded_fingerprint.as_deref());
        fields.put_some(field::RECORDED_KEY_TYPE, decision.recorded_key_type.as_deref());
        fields.put_some(field::CERT_AUTHORITY_LINE, decision.cert_authority_line);
        fields.put(field::STRICT, decision.strict);
        if let Some(certificate) = certificate {
            certificate.describe(&mut fields);
        }
        fields.put_some(field::CERTIFICATE_REFUSED, decision.certificate_refused);
        self.local(Step::HostKeyCheck, fields);
    }

    /// `kex_done`: the shared secret and the names of what was agreed. The secret opens the packets; the event has its
    /// fingerprint.
    pub fn session_key(&self, shared_secret: Option<&[u8]>, names: &Names) {
        let kex = names.kex.as_ref();
        // Of a hybrid's secret russh hands over one half: its fingerprint would be that of another secret.
        let whole = !kex.starts_with("mlkem");
        if self.witness.is_enabled() {
            self.tell_session_key(shared_secret.filter(|_| whole), names);
        }
        match shared_secret {
            Some(secret) if whole => self.line.opening.secret(secret),
            Some(_) => self.line.opening.give_up(half(kex)),
            None => self.line.opening.give_up(none(kex)),
        }
    }

    fn tell_session_key(&self, shared_secret: Option<&[u8]>, names: &Names) {
        let mut fields = fields! { field::KEX_ALGORITHM => names.kex.as_ref() };
        if let Some(secret) = shared_secret {
            let print = hex::encode(&digest(&SHA256, secret).as_ref()[..4]);
            fields.put(field::SHARED_SECRET_FINGERPRINT, print);
            fields.put(field::SHARED_SECRET_LENGTH, secret.len());
            self.witness.session().reveal(&mut fields, &[secret]);
        }
        fields.put(field::SERVER_HOST_KEY_ALGORITHM, names.key.as_str());
        fields.put(field::ENCRYPTION_ALGORITHM, names.cipher.as_ref());
        fields.put(field::STRICT_KEX, names.strict_kex());
        let elapsed = self.witness.elapsed();
        self.witness.note(512, move |witness| {
            if witness.past(|past| past.has(Step::SessionKey)) {
                fields.put(field::REKEY, true);
            }
            witness.saw_after(elapsed, Evidence::Callback, Seen::local(Step::SessionKey, fields));
        });
    }

    /// `agent_session_binding`: the session identifier that the library computed. Where the secret was not told it is the
    /// only one there is; the host key's signature over it is checked all the same.
    pub fn session_binding(&self, binding: &AgentSessionBinding) {
        if !self.witness.is_enabled() {
            return;
        }
        let (opening, binding, elapsed) =
            (self.line.opening.clone(), binding.clone(), self.witness.elapsed());
        self.witness.note(512, move |witness| {
            let (hash, key) = (binding.session_id(), binding.host_key());
            if opening.is_session_identifier(hash).is_some() {
                return;
            }
            let mut fields = fields! {
                field::EXCHANGE_HASH => hex::encode(hash),
                field::SIGNATURE => verify(key, binding.signature(), hash).name(),
                field::SESSION_IDENTIFIER => hex::encode(hash),
                field::HOST_KEY_FINGERPRINT => fingerprint(key),
            };
            let agreed = witness
                .past(|past| Some(past.first(Step::Negotiated)?.get(field::KEX_ALGORITHM)?.to_owned()));
            fields.put_some(field::KEX_ALGORITHM, agreed);
            fields.put(field::RECOMPUTED, false);
            witness.saw_after(elapsed, Evidence::Callback, Seen::local(Step::ExchangeHash, fields));
        });
    }

    /// `auth_banner`: what the server has to say to whoever logs in (RFC 4252 §5.4).
    pub fn banner(&self, text: &str) {
        let text: String = text.chars().take(MOST_BANNER).collect();
        let fields = fields! {
            field::MESSAGE => "SSH_MSG_USERAUTH_BANNER",
            field::MESSAGE_NUMBER => 53_u8,
            field::TEXT => text,
        };
        self.received(Step::OtherMessage, fields);
    }

    /// `channel_open_failure`.
    pub fn channel_refused(&self, channel: ChannelId, reason: &ChannelOpenFailure, description: &str) {
        let code = match reason {
            ChannelOpenFailure::AdministrativelyProhibited => 1,
            ChannelOpenFailure::ConnectFailed => 2,
            ChannelOpenFailure::UnknownChannelType => 3,
            ChannelOpenFailure::ResourceShortage => 4,
            ChannelOpenFailure::Other { code, .. } => *code,
        };
        let fields = fields! {
            field::MESSAGE => "SSH_MSG_CHANNEL_OPEN_FAILURE",
            field::MESSAGE_NUMBER => 92_u8,
            field::CHANNEL => channel.number(),
            field::REASON_CODE => code,
            field::DESCRIPTION => beginning(description.as_bytes()),
        };
        self.received(Step::OtherMessage, fields);
    }

    /// `exit_signal`: the command was ended by a signal (RFC 4254 §6.10).
    pub fn exit_signal(&self, channel: ChannelId, signal: &str) {
        let fields = fields! {
            field::REQUEST_TYPE => "exit-signal",
            field::DETAIL => beginning(signal.as_bytes()),
            field::CHANNEL => channel.number(),
        };
        self.received(Step::ChannelRequest, fields);
    }

    /// `authenticate_none` came back: the server refused, as it was meant to.
    pub fn auth_methods(&self, user: &str, methods: &MethodSet) {
        let fields =
            fields! { field::AUTHENTICATIONS_THAT_CAN_CONTINUE => names(methods), field::USER_NAME => user };
        self.received(Step::AuthMethods, fields);
    }

    /// `authenticate_password` is called. The password is not handed to the watcher at all.
    pub fn auth_password(&self, user: &str) {
        self.sent(Step::AuthPassword, fields! { field::USER_NAME => user });
    }

    /// `authenticate_keyboard_interactive_…` came back: the server asks.
    pub fn interactive_question(&self, name: &str, instruction: &str, prompts: &[&str]) {
        let prompts = prompts.iter().map(|prompt| beginning(prompt.as_bytes()));
        let mut fields = fields! { field::PROMPTS => prompts };
        for (field, text) in [(field::NAME, name), (field::INSTRUCTION, instruction)] {
            if !text.is_empty() {
                fields.put(field, beginning(text.as_bytes()));
            }
        }
        self.received(Step::InteractiveQuestion, fields);
    }

    /// `authenticate_keyboard_interactive_respond` is called with `count` answers.
    pub fn interactive_answer(&self, user: &str, count: usize) {
        self.sent(
            Step::InteractiveAnswer,
            fields! { field::NUM_RESPONSES => count, field::USER_NAME => user },
        );
    }

    /// `authenticate_…` came back: the server refused.
    pub fn auth_failure(&self, user: &str, method: &str, methods: &MethodSet, partial_success: bool) {
        let fields = fields! {
            field::METHOD_NAME => method,
            field::AUTHENTICATIONS_THAT_CAN_CONTINUE => names(methods),
            field::PARTIAL_SUCCESS => partial_success,
            field::USER_NAME => user,
        };
        self.received(Step::AuthFailure, fields);
    }

    /// `authenticate_…` came back: the server granted access.
    pub fn auth_success(&self, user: &str, method: &str) {
        self.received(Step::AuthSuccess, fields! { field::USER_NAME => user, field::METHOD_NAME => method });
    }

    /// `channel_open_confirmation`.
    pub fn channel_confirmed(&self, channel: ChannelId, maximum_packet_size: u32, initial_window_size: u32) {
        let fields = fields! {
            field::CHANNEL => channel.number(),
            field::INITIAL_WINDOW_SIZE => initial_window_size,
            field::MAXIMUM_PACKET_SIZE => maximum_packet_size,
        };
        self.received(Step::ChannelConfirmed, fields);
    }

    /// `channel_success`, `channel_failure`.
    pub fn channel_reply(&self, channel: ChannelId, granted: bool) {
        let answer = if granted { "success" } else { "failure" };
        self.received(
            Step::ChannelReply,
            fields! { field::ANSWER => answer, field::CHANNEL => channel.number() },
        );
    }

    /// `data`, and `extended_data` with its code.
    pub fn channel_data(&self, channel: ChannelId, code: Option<u32>, data: &[u8]) {
        let (fields, bytes) = data_fields(channel, code, data);
        self.received_with(Step::ChannelData, fields, bytes);
    }

    /// `Channel::data` is called.
    pub fn sends_data(&self, channel: ChannelId, data: &[u8]) {
        let (fields, bytes) = data_fields(channel, None, data);
        self.line.opening.called(Seen::new(Step::ChannelData, Side::Client, fields, bytes));
    }

    /// `Channel::eof` is called.
    pub fn sends_eof(&self, channel: ChannelId) {
        self.sent(Step::ChannelEof, fields! { field::CHANNEL => channel.number() });
    }

    /// `exit_status`.
    pub fn exit_status(&self, channel: ChannelId, exit_status: u32) {
        let fields = fields! { field::EXIT_STATUS => exit_status, field::CHANNEL => channel.number() };
        self.received(Step::ExitStatus, fields);
    }

    /// `channel_eof`.
    pub fn channel_eof(&self, channel: ChannelId) {
        self.received(Step::ChannelEof, fields! { field::CHANNEL => channel.number() });
    }

    /// `channel_close`.
    pub fn channel_close(&self, channel: ChannelId) {
        self.received(Step::ChannelClose, fields! { field::CHANNEL => channel.number() });
    }

    /// `disconnected`: reported when the server said why; a broken line is the client's own error.
    pub fn disconnected<E: From<russh::Error> + Send>(&self, reason: &DisconnectReason<E>) {
        match reason {
            DisconnectReason::ReceivedDisconnect(info) => {
                let fields = fields! {
                    field::REASON_CODE => reason_code(&info.reason_code),
                    field::WHY => format!("{:?}", info.reason_code),
                    field::DESCRIPTION => info.message.as_str(),
                };
                self.received(Step::Disconnect, fields);
            }
            DisconnectReason::Error(_) => {}
        }
    }

    fn received(&self, step: Step, fields: Fields) {
        self.received_with(step, fields, Vec::new());
    }

    /// Says what the server sent, unless the packet itself was opened and said it.
    fn received_with(&self, step: Step, fields: Fields, bytes: Vec<u8>) {
        self.line.opening.called(Seen::new(step, Side::Server, fields, bytes));
    }

    /// Says what the client sends, unless the packet itself will be opened and say it.
    fn sent(&self, step: Step, fields: Fields) {
        self.line.opening.called(Seen::new(step, Side::Client, fields, []));
    }

    fn local(&self, step: Step, fields: Fields) {
        self.witness.saw(Evidence::Callback, Seen::local(step, fields));
    }
}

fn half(kex: &str) -> Said {
    say!(ssh::one_of_two_secrets(kex))
}

fn none(kex: &str) -> Said {
    say!(ssh::no_secret_is_handed_over(kex))
}

pub(super) fn names(methods: &MethodSet) -> Vec<&'static str> {
    methods.iter().map(<&'static str>::from).collect()
}

fn reason_code(reason: &Disconnect) -> u32 {
    match reason {
        Disconnect::HostNotAllowedToConnect => 1,
        Disconnect::ProtocolError => 2,
        Disconnect::KeyExchangeFailed => 3,
        Disconnect::Reserved => 4,
        Disconnect::MACError => 5,
        Disconnect::CompressionError => 6,
        Disconnect::ServiceNotAvailable => 7,
        Disconnect::ProtocolVersionNotSupported => 8,
        Disconnect::HostKeyNotVerifiable => 9,
        Disconnect::ConnectionLost => 10,
        Disconnect::ByApplication => 11,
        Disconnect::TooManyConnections => 12,
        Disconnect::AuthCancelledByUser => 13,
        Disconnect::NoMoreAuthMethodsAvailable => 14,
        Disconnect::IllegalUserName => 15,
    }
}
