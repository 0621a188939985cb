//! What only repetition tells of an SSH connection: the lines before the identification, each attempt to log in, what
//! the server said besides. Bounded, whatever a peer sends.

use crate::{
    Event, Side,
    ssh::{Step, field},
};

/// More than any reason quotes.
const MOST: usize = 32;

/// What is remembered beside the first event of each step.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// The lines before the server's identification, as far as they were told one by one.
    pub lines_before: Vec<String>,
    /// Each proof that was judged.
    pub attempts: Vec<Attempt>,
    /// Of some proof it is not known which one it was, or whether it was accepted.
    pub unclear: bool,
    /// A proof is under way that the server has not judged.
    pub open: bool,
    /// Questions of keyboard-interactive that were asked.
    pub questions: usize,
    /// The server wants a new password (RFC 4252 §8), and in these words.
    pub new_password: Option<String>,
    /// The reason code and the words with which a channel was not opened (RFC 4254 §5.1).
    pub channel_refused: Option<(u64, String)>,
    /// The signal that ended the command (RFC 4254 §6.10).
    pub signal: Option<String>,
    /// What the client asked for and did not get: kind, and which one.
    pub refused: Vec<(String, String)>,
    /// What the command said on its error stream.
    pub stderr: Vec<String>,
    /// What the command said on its output.
    pub stdout: Vec<String>,
    key: Option<String>,
    certificate: bool,
    /// A question was put, or answered, since the last proof was judged.
    asked: bool,
}

/// One proof that was judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attempt {
    /// The method (RFC 4252 §5), or what the server's program calls it.
    pub method: String,
    /// The fingerprint of the key that was offered.
    pub key: Option<String>,
    /// It was offered by a certificate.
    pub certificate: bool,
    /// It was taken, and a further proof is wanted.
    pub in_part: bool,
    /// It was keyboard-interactive, and refused before anything was asked (RFC 4256 §3.1): no answer was given.
    pub unasked: bool,
    /// The methods that can go on.
    pub left: Vec<String>,
}

impl Memory {
    pub(crate) fn remember(&mut self, event: &Event) {
        let crate::Step::Ssh(step) = event.step else { return };
        match step {
            Step::LineBefore => note(&mut self.lines_before, event.get(field::TEXT)),
            Step::PublickeyQuery | Step::PublickeyOk | Step::SignedRequest | Step::PublickeySignature => {
                self.open = true;
                self.key = event.get(field::PUBLIC_KEY_FINGERPRINT).map(str::to_owned);
                // russh's calls do not tell; then the algorithm does.
                self.certificate = event.get(field::CERTIFICATE_KEY_ID).is_some()
                    || event
                        .get(field::PUBLIC_KEY_ALGORITHM_NAME)
                        .is_some_and(|it| it.contains("-cert-v01@"));
                self.answered(event, "publickey");
            }
            Step::AuthNone => {
                self.open = true;
                self.answered(event, "none");
            }
            Step::AuthPassword => {
                self.open = true;
                self.answered(event, "password");
            }
            Step::InteractiveAnswer => {
                (self.open, self.asked) = (true, true);
                self.answered(event, "keyboard-interactive");
            }
            Step::InteractiveQuestion => {
                (self.open, self.asked) = (true, true);
                self.questions += event.get(field::PROMPTS).map_or(0, |it| it.len());
            }
            Step::AuthMethods => self.open = false,
            Step::AuthFailure => {
                self.unclear |= event.get(field::PARTIAL_SUCCESS).is_none();
                match event.get(field::METHOD_NAME) {
                    Some(method) => self.judged(event, method),
                    None => self.unclear = true,
                }
            }
            Step::OtherMessage => {
                match (event.sender(), event.get(field::MESSAGE_NUMBER), event.get(field::METHOD_NAME)) {
                    (Some(Side::Server), Some(60), Some("password")) => {
                        self.new_password = Some(event.get(field::TEXT).unwrap_or_default().to_owned());
                    }
                    (_, Some(92), _) => {
                        let words = event.get(field::DESCRIPTION).unwrap_or_default().to_owned();
                        self.channel_refused = event.get(field::REASON_CODE).map(|code| (code, words));
                    }
                    _ => {}
                }
            }
            Step::ChannelOpen if event.get(field::ANSWER) == Some("failure") => {
                self.not_granted(event.get(field::CHANNEL_TYPE), None);
            }
            Step::ChannelRequest => match event.get(field::REQUEST_TYPE) {
                Some("exit-signal") => self.signal = event.get(field::DETAIL).map(str::to_owned),
                // Every client sends its variables along, and does without.
                Some("env") | None => {}
                kind if event.get(field::ANSWER) == Some("failure") => {
                    self.not_granted(kind, event.get(field::DETAIL));
                }
                Some(_) => {}
            },
            Step::ChannelData if event.sender() == Some(Side::Server) => match event.get(field::STREAM) {
                Some("stderr") => note(&mut self.stderr, event.get(field::TEXT)),
                _ => note(&mut self.stdout, event.get(field::TEXT)),
            },
            Step::Identification
            | Step::Kexinit
            | Step::Negotiated
            | Step::NothingInCommon
            | Step::GroupRequest
            | Step::Group
            | Step::KeyExchangeInit
            | Step::KeyExchangeReply
            | Step::Newkeys
            | Step::Encrypted
            | Step::HostKeyCheck
            | Step::SessionKey
            | Step::ExchangeHash
            | Step::DerivedKeys
            | Step::Unopened
            | Step::ExtInfo
            | Step::ServiceRequest
            | Step::ServiceAccept
            | Step::AuthSuccess
            | Step::ChannelOpen
            | Step::ChannelConfirmed
            | Step::Exec
            | Step::ChannelReply
            | Step::ChannelWindowAdjust
            | Step::ChannelData
            | Step::ExitStatus
            | Step::ChannelEof
            | Step::ChannelClose
            | Step::Disconnect
            | Step::WrongTag
            | Step::Undecodable
            | Step::Summary => {}
        }
    }

    /// A server that does not open packets knows its own answer from its handler, and says it with the request.
    fn answered(&mut self, event: &Event, method: &str) {
        if matches!(event.get(field::ANSWER), Some("reject" | "accept, and more is needed")) {
            self.judged(event, method);
        }
    }

    fn judged(&mut self, event: &Event, method: &str) {
        let unasked = method == "keyboard-interactive" && !self.asked;
        (self.open, self.asked) = (false, false);
        if self.attempts.len() < MOST {
            let left = event
                .get(field::AUTHENTICATIONS_THAT_CAN_CONTINUE)
                .unwrap_or_default()
                .into_iter()
                .map(str::to_owned)
                .collect();
            let in_part = event.get(field::PARTIAL_SUCCESS) == Some(true)
                || event.get(field::ANSWER) == Some("accept, and more is needed");
            let key = self.key.clone().filter(|_| method == "publickey");
            let certificate = self.certificate && key.is_some();
            self.attempts.push(Attempt {
                method: method.to_owned(),
                key,
                certificate,
                in_part,
                unasked,
                left,
            });
        }
    }

    fn not_granted(&mut self, kind: Option<&str>, which: Option<&str>) {
        if let Some(kind) = kind.filter(|_| self.refused.len() < MOST) {
            self.refused.push((kind.to_owned(), which.unwrap_or_default().to_owned()));
        }
    }
}

fn note(list: &mut Vec<String>, text: Option<&str>) {
    if let Some(text) = text.filter(|text| list.len() < MOST && !text.is_empty()) {
        list.push(text.to_owned());
    }
}
