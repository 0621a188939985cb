//! The messages of the user's authentication (RFC 4252), once they are decrypted. What an answer means depends on what
//! was asked last. Passwords and answers are never read into a field.

use serde_json::Value;
use steps::{Fields, ssh::Step};

use super::{
    connection::beginning,
    exchange::fingerprint,
    keys::string,
    message::{Message, short},
    reader::Reader,
    signed::SignedRequest,
    verify::verify,
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
                    fields.insert("method_name".into(), self.method_name.as_str().into());
                }
                fields.insert("authentications_that_can_continue".into(), methods.into());
                fields.insert("partial_success".into(), partial_success.into());
                fields.insert("user_name".into(), self.user_name.as_str().into());
                Some(Message::new(step, fields))
            }
            (52, _) => {
                let fields = fields! {
                    "user_name" => self.user_name.as_str(),
                    "method_name" => self.method_name.as_str(),
                };
                Some(Message::new(Step::AuthSuccess, fields))
            }
            (53, _) => Some(Message::new(Step::OtherMessage, fields! { "text" => short(&reader.text()?) })),
            (60, "publickey") => {
                let (algorithm, key) = (reader.text()?, reader.string()?);
                let fields = fields! {
                    "public_key_algorithm_name" => short(&algorithm),
                    "public_key_fingerprint" => fingerprint(key),
                    "user_name" => self.user_name.as_str(),
                };
                Some(Message::new(Step::PublickeyOk, fields))
            }
            (60, "keyboard-interactive") => question(reader),
            (61, "keyboard-interactive") => {
                let fields =
                    fields! { "num_responses" => reader.uint32()?, "user_name" => self.user_name.as_str() };
                Some(Message { step: Step::InteractiveAnswer, fields, withheld_from: Some(1) })
            }
            // Of another method: it may hold a password.
            (60..=79, method) => {
                let fields = fields! { "method_name" => method, "content" => "withheld" };
                Some(Message { step: Step::OtherMessage, fields, withheld_from: Some(1) })
            }
            _ => None,
        }
    }

    fn request(&mut self, payload: &[u8], mut reader: Reader<'_>) -> Option<Message> {
        let (user, service, method) = (reader.text()?, reader.text()?, reader.text()?);
        (self.user_name, self.method_name) = (short(&user), short(&method));
        let read_so_far = payload.len() - reader.0.len();
        let mut fields = fields! {
            "user_name" => self.user_name.as_str(),
            "service_name" => short(&service),
            "method_name" => self.method_name.as_str(),
        };
        match method.as_str() {
            "none" => Some(Message::new(Step::AuthNone, fields)),
            "publickey" => self.publickey(payload, reader, fields),
            "password" => {
                let withheld_from = Some(read_so_far);
                Some(Message { step: Step::AuthPassword, fields, withheld_from })
            }
            "keyboard-interactive" => Some(Message::new(Step::OtherMessage, fields)),
            // By whatever other method: what follows may be a secret.
            _ => {
                fields.insert("content".into(), "withheld".into());
                let withheld_from = Some(read_so_far);
                Some(Message { step: Step::OtherMessage, fields, withheld_from })
            }
        }
    }

    /// RFC 4252 §7: a query without a signature, or the proof.
    fn publickey(&mut self, payload: &[u8], mut reader: Reader<'_>, mut fields: Fields) -> Option<Message> {
        let (has_signature, algorithm, key) = (reader.boolean()?, reader.text()?, reader.string()?);
        fields.insert("has_signature".into(), has_signature.into());
        fields.insert("public_key_algorithm_name".into(), short(&algorithm).into());
        fields.insert("public_key_fingerprint".into(), fingerprint(key).into());
        if !has_signature {
            self.asked = key.to_vec();
            return Some(Message::new(Step::PublickeyQuery, fields));
        }
        // The signature covers the session identifier and the request up to itself.
        let covered = payload.len() - reader.0.len();
        let signature = reader.string()?;
        let signed = [string(&self.session_identifier), payload[..covered].to_vec()].concat();
        fields.insert(
            "signature_algorithm".into(),
            Reader(signature).text().map_or(Value::Null, |name| short(&name).into()),
        );
        fields.insert("signature_length".into(), SignedRequest::signature_length(signature).into());
        fields.insert("session_identifier".into(), hex::encode(&self.session_identifier).into());
        fields.insert("signed_length".into(), signed.len().into());
        fields.insert("signature".into(), verify(key, signature, &signed).name().into());
        fields.insert("asked_before".into(), (self.asked == key).into());
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
    let mut fields = fields! { "prompts" => prompts };
    for (field, text) in [("name", name), ("instruction", instruction)] {
        if !text.is_empty() {
            fields.insert(field.into(), beginning(text.as_bytes()).into());
        }
    }
    Some(Message::new(Step::InteractiveQuestion, fields))
}

/// More than anybody asks at once.
const MOST_PROMPTS: u32 = 32;
