//! The messages of the user's authentication (RFC 4252), once they are decrypted. What an answer means depends on what
//! was asked last. Passwords and answers are never read into a field.

use steps::{
    Fields,
    ssh::{Step, field},
};

use super::{
    certificate::{Certificate, fingerprint},
    connection::beginning,
    keys::string,
    message::Message,
    reader::{Reader, short},
    signed::value_length,
    verify::Verifier,
};
use crate::fields;

/// What was asked last, and what was said of it.
#[derive(Debug, Default)]
pub(super) struct Login {
    /// The hash of the first key exchange, which every signature of a user covers.
    pub(super) session_identifier: Vec<u8>,
    user_name: String,
    method_name: String,
    /// The last key that the client asked about without a signature.
    asked: Vec<u8>,
    pub(super) verifier: Verifier,
}

impl Login {
    /// What a message of the user's authentication says; none: its fields are not as they should be.
    pub(super) fn read(&mut self, payload: &[u8]) -> Option<Message> {
        let mut reader = Reader(payload.get(1..)?);
        match (payload[0], self.method_name.as_str()) {
            (50, _) => self.request(payload, reader),
            (51, _) => {
                let methods = reader.name_list()?;
                let partial_success = reader.boolean()?;
                let step = if self.method_name == "none" { Step::AuthMethods } else { Step::AuthFailure };
                let mut fields = Fields::new();
                if step == Step::AuthFailure {
                    fields.put(field::METHOD_NAME, self.method_name.as_str());
                }
                fields.put(field::AUTHENTICATIONS_THAT_CAN_CONTINUE, methods);
                fields.put(field::PARTIAL_SUCCESS, partial_success);
                fields.put(field::USER_NAME, self.user_name.as_str());
                Some(Message::new(step, fields))
            }
            (52, _) => {
                let fields = fields! {
                    field::USER_NAME => self.user_name.as_str(),
                    field::METHOD_NAME => self.method_name.as_str(),
                };
                Some(Message::new(Step::AuthSuccess, fields))
            }
            (53, _) => {
                // Many lines, as they were meant.
                let text: String = reader.text()?.chars().take(MOST_BANNER).collect();
                Some(Message::new(Step::OtherMessage, fields! { field::TEXT => text }))
            }
            // RFC 4252 §8: the words are the server's and no secret.
            (60, "password") => {
                let fields =
                    fields! { field::TEXT => short(&reader.text()?), field::METHOD_NAME => "password" };
                Some(Message::new(Step::OtherMessage, fields).called(PASSWD_CHANGEREQ))
            }
            (60, "publickey") => {
                let (algorithm, key) = (reader.text()?, reader.string()?);
                let fields = fields! {
                    field::PUBLIC_KEY_ALGORITHM_NAME => short(&algorithm),
                    field::PUBLIC_KEY_FINGERPRINT => fingerprint(key),
                    field::USER_NAME => self.user_name.as_str(),
                };
                Some(Message::new(Step::PublickeyOk, fields))
            }
            (60, "keyboard-interactive") => question(reader),
            (61, "keyboard-interactive") => {
                let fields = fields! { field::NUM_RESPONSES => reader.uint32()?, field::USER_NAME => self.user_name.as_str() };
                Some(Message::new(Step::InteractiveAnswer, fields).withheld(1))
            }
            // Of another method: it may hold a password.
            (60..=79, method) => {
                let fields = fields! { field::METHOD_NAME => method, field::CONTENT => "withheld" };
                Some(Message::new(Step::OtherMessage, fields).withheld(1))
            }
            _ => None,
        }
    }

    fn request(&mut self, payload: &[u8], mut reader: Reader<'_>) -> Option<Message> {
        let (user, service, method) = (reader.text()?, reader.text()?, reader.text()?);
        (self.user_name, self.method_name) = (short(&user), short(&method));
        let read_so_far = payload.len() - reader.0.len();
        let mut fields = fields! {
            field::USER_NAME => self.user_name.as_str(),
            field::SERVICE_NAME => short(&service),
            field::METHOD_NAME => self.method_name.as_str(),
        };
        match method.as_str() {
            "none" => Some(Message::new(Step::AuthNone, fields)),
            "publickey" => self.publickey(payload, reader, fields),
            "password" => Some(Message::new(Step::AuthPassword, fields).withheld(read_so_far)),
            "keyboard-interactive" => Some(Message::new(Step::OtherMessage, fields)),
            // By whatever other method: what follows may be a secret.
            _ => {
                fields.put(field::CONTENT, "withheld");
                Some(Message::new(Step::OtherMessage, fields).withheld(read_so_far))
            }
        }
    }

    /// RFC 4252 §7: a query without a signature, or the proof.
    fn publickey(&mut self, payload: &[u8], mut reader: Reader<'_>, mut fields: Fields) -> Option<Message> {
        let (has_signature, algorithm, key) = (reader.boolean()?, reader.text()?, reader.string()?);
        fields.put(field::HAS_SIGNATURE, has_signature);
        fields.put(field::PUBLIC_KEY_ALGORITHM_NAME, short(&algorithm));
        fields.put(field::PUBLIC_KEY_FINGERPRINT, fingerprint(key));
        if let Some(certificate) = Certificate::read(key) {
            certificate.describe(&mut fields);
        }
        if !has_signature {
            self.asked = key.to_vec();
            return Some(Message::new(Step::PublickeyQuery, fields));
        }
        // The signature covers the session identifier and the request up to itself.
        let covered = payload.len() - reader.0.len();
        let signature = reader.string()?;
        let signed = [string(&self.session_identifier), payload[..covered].to_vec()].concat();
        fields.put_some(field::SIGNATURE_ALGORITHM, Reader(signature).text().map(|name| short(&name)));
        fields.put_some(field::SIGNATURE_LENGTH, value_length(signature));
        fields.put(field::SESSION_IDENTIFIER, hex::encode(&self.session_identifier));
        fields.put(field::SIGNED_LENGTH, signed.len());
        fields.put(field::SIGNATURE, self.verifier.verify(key, signature, &signed).name());
        fields.put(field::ASKED_BEFORE, self.asked == key);
        Some(Message::new(Step::PublickeySignature, fields))
    }
}

/// RFC 4256 §3.2: the server words its questions.
fn question(mut reader: Reader<'_>) -> Option<Message> {
    let (name, instruction, _language) = (reader.text()?, reader.text()?, reader.text()?);
    let mut prompts = Vec::new();
    for _ in 0..reader.uint32()?.min(MOST_PROMPTS) {
        let (prompt, _echo) = (reader.string()?, reader.boolean()?);
        prompts.push(beginning(prompt));
    }
    let mut fields = fields! { field::PROMPTS => prompts };
    for (field, text) in [(field::NAME, name), (field::INSTRUCTION, instruction)] {
        if !text.is_empty() {
            fields.put(field, beginning(text.as_bytes()));
        }
    }
    Some(Message::new(Step::InteractiveQuestion, fields))
}

/// What message 60 is where a password was sent.
const PASSWD_CHANGEREQ: &str = "SSH_MSG_USERAUTH_PASSWD_CHANGEREQ";

/// Of a banner, more than anybody reads.
const MOST_BANNER: usize = 2000;

/// More than anybody asks at once.
const MOST_PROMPTS: u32 = 32;
