//! The user's authentication (RFC 4252).

use serde_json::Value;
use steps::Side;

use super::{Account, fingerprint, names, word};
use crate::theirs::Told;

/// What later packets depend on.
#[derive(Default)]
pub(super) struct Memory {
    user_name: String,
    method_name: String,
    /// The key that `ssh` is about to ask about.
    offered: Option<String>,
    /// The algorithm and the key with which it is about to sign.
    signing: Option<(String, String)>,
    /// Which methods sshd is about to name, and whether it takes the last as a part.
    methods: Option<(Value, bool)>,
}

impl Account {
    pub(super) fn login(&mut self, line: &str) {
        match self.ours {
            Side::Server => self.login_of_ssh(line),
            Side::Client => self.login_of_sshd(line),
        }
    }

    fn login_of_ssh(&mut self, line: &str) {
        let login = &mut self.login;
        if line.starts_with("Authenticating to ") {
            let user = line.split_once(" as '").map(|(_, user)| user.trim_end_matches('\''));
            login.user_name = user.unwrap_or_default().to_owned();
        } else if let Some(method) = line.strip_prefix("Next authentication method: ") {
            login.method_name = method.to_owned();
        } else if line.starts_with("Offering public key: ") {
            login.offered = fingerprint(line).map(str::to_owned);
        } else if line.starts_with("sign_and_send_pubkey: signing using ") {
            let algorithm = word(line, "signing using ").map(str::to_owned);
            login.signing = algorithm.zip(fingerprint(line).map(str::to_owned));
        }
    }

    fn login_of_sshd(&mut self, line: &str) {
        let ours = self.ours;
        if let Some(rest) = line.strip_prefix("userauth-request for user ") {
            let words: Vec<_> = rest.split(' ').collect();
            let [user, "service", service, "method", method] = words[..] else { return };
            (self.login.user_name, self.login.method_name) = (user.to_owned(), method.to_owned());
            if let Some(request) = self.last(ours, of_method("none")) {
                of_method(method).clone_into(&mut request.step);
                request.put("user_name", user);
                request.put("service_name", service);
                request.put("method_name", method);
            }
        } else if let Some(test) = line.strip_prefix("userauth_pubkey: publickey test pkalg ") {
            self.key(test, "ssh.publickey_query");
        } else if let Some(have) = line.strip_prefix("userauth_pubkey: publickey have ") {
            self.key(have, "ssh.publickey_signature");
        } else if line.starts_with("mm_answer_keyverify: ") && line.ends_with(" verified") {
            let algorithm = word(line, "signature using ").map(str::to_owned);
            if let Some(signed) = self.last(ours, "ssh.publickey_signature") {
                signed.put("signature", "verified");
                signed.put("signature_algorithm", algorithm);
            }
        } else if let Some(failure) = line.strip_prefix("userauth_finish: failure partial=") {
            let methods = failure.split_once("next methods=\"").map_or("", |(_, list)| list);
            self.login.methods = Some((names(methods.trim_end_matches('"')), failure.starts_with('1')));
        }
    }

    /// The key that was asked about, or with which was signed.
    fn key(&mut self, said: &str, step: &str) {
        let (algorithm, print) =
            (said.split(' ').next().map(str::to_owned), fingerprint(said).map(str::to_owned));
        let signed = step == "ssh.publickey_signature";
        if let Some(request) = self.last(self.ours, of_method("publickey")) {
            step.clone_into(&mut request.step);
            request.put("has_signature", signed);
            request.put("public_key_algorithm_name", algorithm.clone());
            request.put("public_key_fingerprint", print.clone());
        }
        if !signed {
            self.put_next(60, "public_key_fingerprint", print);
            self.put_next(60, "public_key_algorithm_name", algorithm);
        }
    }

    /// What is known of a packet of the login from what was said before; and the answer that it is, which a server's
    /// log has with the question.
    pub(super) fn login_packet(&mut self, number: u8, told: &mut Told) {
        let method = self.login.method_name.clone();
        if [51, 52, 60].contains(&number) || (number == 50 && self.ours == Side::Server) {
            told.put("user_name", self.login.user_name.as_str());
        }
        match (number, method.as_str()) {
            (50, _) => {
                of_method("none").clone_into(&mut told.step);
                if self.ours == Side::Server {
                    self.request_of_ssh(told);
                }
            }
            (51, _) => {
                if method.is_empty() || method == "none" {
                    "ssh.auth_methods".clone_into(&mut told.step);
                } else {
                    told.put("method_name", method);
                }
                if let Some((methods, partial)) = self.login.methods.take() {
                    told.put("authentications_that_can_continue", methods);
                    told.put("partial_success", partial);
                }
                self.answered("reject");
            }
            (52, _) => {
                told.put("method_name", method);
                self.answered("accept");
            }
            (60, "publickey") => {
                "ssh.publickey_ok".clone_into(&mut told.step);
                self.answered("accept");
            }
            (60, "keyboard-interactive") => "ssh.interactive_question".clone_into(&mut told.step),
            (61, "keyboard-interactive") => "ssh.interactive_answer".clone_into(&mut told.step),
            _another => {}
        }
    }

    fn request_of_ssh(&mut self, told: &mut Told) {
        let login = &mut self.login;
        if let Some((algorithm, print)) = login.signing.take() {
            "ssh.publickey_signature".clone_into(&mut told.step);
            told.put("public_key_algorithm_name", algorithm);
            told.put("public_key_fingerprint", print);
        } else if let Some(print) = login.offered.take() {
            "ssh.publickey_query".clone_into(&mut told.step);
            told.put("public_key_fingerprint", print);
        } else if !login.method_name.is_empty() {
            of_method(&login.method_name).clone_into(&mut told.step);
        }
    }

    /// Puts the answer to what `ssh` asked last.
    fn answered(&mut self, answer: &str) {
        let asks = self.ours.peer();
        let asked = self.told.iter_mut().rfind(|told| told.from == Some(asks));
        if let (Side::Server, Some(asked)) = (self.ours, asked) {
            asked.put("answer", answer);
        }
    }
}

/// The step of a request by that method, of which nothing more was said yet.
fn of_method(method: &str) -> &'static str {
    match method {
        "none" => "ssh.auth_none",
        "publickey" => "ssh.publickey_query",
        "password" => "ssh.auth_password",
        _other => "ssh.other_message",
    }
}
