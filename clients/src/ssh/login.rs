//! The login (RFC 4252; the notes' block 7): without proof first, to learn the methods; then by key, by password, by
//! the server's own questions, as far as both sides have them.

use std::collections::HashSet;

use russh::{
    MethodKind, MethodSet,
    client::{AuthResult, Handle, KeyboardInteractiveAuthResponse as Interactive, Prompt},
    keys::HashAlg,
};
use steps::ssh::reason::Ended;
use tokio::time::timeout;
use watch::ssh::{ClientCalls, Line, WatchedSigner};

use super::{
    ended,
    handler::Handler,
    identity::{Key, Unsigned},
    passwords::{Asking, Passwords, Secret},
    patiently, silent,
};
use crate::PATIENCE;

/// A way to log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Method {
    /// By a key (RFC 4252 §7)
    Publickey,
    /// By a password (RFC 4252 §8)
    Password,
    /// By answering the server's questions (RFC 4256)
    KeyboardInteractive,
}

impl Method {
    /// All of them, in the order in which they are tried.
    pub(super) const ALL: [Method; 3] = [Method::Publickey, Method::Password, Method::KeyboardInteractive];

    /// The name in the standard.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Method::Publickey => "publickey",
            Method::Password => "password",
            Method::KeyboardInteractive => "keyboard-interactive",
        }
    }

    fn kind(self) -> MethodKind {
        match self {
            Method::Publickey => MethodKind::PublicKey,
            Method::Password => MethodKind::Password,
            Method::KeyboardInteractive => MethodKind::KeyboardInteractive,
        }
    }
}

/// What the user has to log in with.
pub(super) struct Means {
    pub(super) user: String,
    pub(super) methods: Vec<Method>,
    pub(super) keys: Vec<Key>,
    /// The file of a key that is not among them, because others can read it, and its mode.
    pub(super) open_to_others: Option<(String, u32)>,
    pub(super) passwords: Passwords,
    /// How many of them were tried.
    pub(super) passwords_tried: usize,
    pub(super) asking: Asking,
}

/// How often a password may be typed in one connection; OpenSSH has the same.
const PASSWORD_TRIES: usize = 3;

/// A server may ask in several rounds; more than this is no login.
const MOST_ROUNDS: usize = 20;

/// So many characters of a server's question are put to the user.
const MOST_PROMPT: usize = 200;

/// How an attempt ended.
enum Attempt {
    In,
    Refused {
        left: MethodSet,
        /// It was taken, and a further proof is wanted.
        in_part: bool,
    },
    /// There was nothing to try.
    Nothing,
}

/// Logs in, or says what was missing; what the server made of each proof is in the log.
pub(super) async fn log_in(
    session: &mut Handle<Handler>,
    line: &Line,
    calls: &ClientCalls,
    means: &mut Means,
) -> Result<(), Ended> {
    let mut login = Login { session, line, calls, used: HashSet::new(), out_of_answers: false };
    let none = timeout(PATIENCE, login.session.authenticate_none(&means.user)).await;
    let none = none.map_err(|_| silent())?.map_err(|error| ended(&error))?;
    let mut left = match none {
        AuthResult::Success => {
            calls.auth_success(&means.user, "none");
            return Ok(());
        }
        // This is also what russh gives for a connection that broke: only a list of methods is an answer.
        AuthResult::Failure { remaining_methods, .. } if remaining_methods.is_empty() => {
            return Err(Ended::Gone(None));
        }
        AuthResult::Failure { remaining_methods, .. } => {
            calls.auth_methods(&means.user, &remaining_methods);
            remaining_methods
        }
    };
    // A server may want several proofs, in an order of its own: what it lists now can be tried now.
    let mut spent: Vec<Method> = Vec::new();
    while let Some(method) =
        means.methods.iter().copied().find(|method| left.contains(&method.kind()) && !spent.contains(method))
    {
        let attempt = match method {
            Method::Publickey => login.by_key(means).await?,
            Method::Password => login.by_password(means).await?,
            Method::KeyboardInteractive => login.by_questions(means).await?,
        };
        match attempt {
            Attempt::In => return Ok(()),
            Attempt::Refused { left: now, in_part } => {
                left = now;
                // Another key may be the second proof; another password is none.
                if !(in_part && method == Method::Publickey) {
                    spent.push(method);
                }
            }
            Attempt::Nothing => spent.push(method),
        }
    }
    Err(if login.out_of_answers { Ended::AnswersUsedUp } else { Ended::LoginRefused })
}

/// A login that runs.
struct Login<'a> {
    session: &'a mut Handle<Handler>,
    line: &'a Line,
    calls: &'a ClientCalls,
    /// The keys that were offered, by their place.
    used: HashSet<usize>,
    /// The server asked what the password file does not answer.
    out_of_answers: bool,
}

impl Login<'_> {
    async fn by_key(&mut self, means: &Means) -> Result<Attempt, Ended> {
        let mut attempt = Attempt::Nothing;
        for (n, key) in means.keys.iter().enumerate() {
            if !self.used.insert(n) {
                continue;
            }
            let hash = if key.public.algorithm().is_rsa() { Some(self.rsa_hash().await?) } else { None };
            let mut signer = WatchedSigner::new(key.clone(), self.calls);
            let (user, public) = (means.user.as_str(), key.public.clone());
            let proof = match &key.certificate {
                None => {
                    let proof = self.session.authenticate_publickey_with(user, public, hash, &mut signer);
                    patiently(proof, &means.asking).await
                }
                Some(certificate) => {
                    let certificate = certificate.as_ref().clone();
                    let proof =
                        self.session.authenticate_certificate_with(user, certificate, hash, &mut signer);
                    patiently(proof, &means.asking).await
                }
            };
            let proof = proof.ok_or_else(silent)?;
            let proof = proof.map_err(|unsigned| match unsigned {
                Unsigned::Because(why) => Ended::NotSigned(why),
                Unsigned::Gone => Ended::Gone(None),
            })?;
            attempt = self.judge(proof, "publickey", user)?;
            match attempt {
                Attempt::In | Attempt::Refused { in_part: true, .. } => break,
                Attempt::Refused { in_part: false, .. } | Attempt::Nothing => {}
            }
        }
        Ok(attempt)
    }

    /// RFC 8332: an RSA key signs with SHA-2. A server that does not say what it takes gets the stronger one; one that
    /// takes SHA-1 only is told no.
    async fn rsa_hash(&self) -> Result<HashAlg, Ended> {
        let told = self.session.best_supported_rsa_hash().await;
        match told.map_err(|error| ended(&error))? {
            Some(Some(hash)) => Ok(hash),
            Some(None) => Err(Ended::OnlySha1),
            None => Ok(HashAlg::Sha512),
        }
    }

    async fn by_password(&mut self, means: &mut Means) -> Result<Attempt, Ended> {
        let mut attempt = Attempt::Nothing;
        let user = means.user.clone();
        while means.passwords_tried < PASSWORD_TRIES {
            let prompt = format!("{user}'s password: ");
            let next = means.passwords.next(&prompt, false, &means.asking).await;
            let Some(password) = next.map_err(|_| Ended::NobodyToAsk)? else { break };
            means.passwords_tried += 1;
            self.calls.auth_password(&user);
            let proof = self.session.authenticate_password(&user, password.reveal());
            let answer = tokio::select! {
                answer = timeout(PATIENCE, proof) => answer.map_err(|_| silent())?,
                // The library does not know that answer.
                () = self.line.new_password_wanted() => return Err(Ended::NewPasswordWanted),
            };
            let answer = answer.map_err(|error| ended(&error))?;
            attempt = self.judge(answer, "password", &user)?;
            match attempt {
                Attempt::In | Attempt::Refused { in_part: true, .. } => break,
                Attempt::Refused { in_part: false, .. } | Attempt::Nothing => {}
            }
        }
        Ok(attempt)
    }

    async fn by_questions(&mut self, means: &mut Means) -> Result<Attempt, Ended> {
        const METHOD: &str = "keyboard-interactive";
        let mut attempt = Attempt::Nothing;
        let user = means.user.clone();
        while means.passwords_tried < PASSWORD_TRIES {
            let begun = self.session.authenticate_keyboard_interactive_start(&user, None);
            let mut said = timeout(PATIENCE, begun).await;
            let mut rounds = 0;
            let answer = loop {
                let reply = said.map_err(|_| silent())?;
                let (name, instruction, prompts) = match reply.map_err(|error| ended(&error))? {
                    Interactive::Success => break AuthResult::Success,
                    Interactive::Failure { remaining_methods, partial_success } => {
                        break AuthResult::Failure { remaining_methods, partial_success };
                    }
                    Interactive::InfoRequest { name, instructions, prompts } => (name, instructions, prompts),
                };
                rounds += 1;
                if rounds > MOST_ROUNDS {
                    return Err(Ended::EndlessQuestions);
                }
                let words: Vec<_> = prompts.iter().map(|it| it.prompt.as_str()).collect();
                self.calls.interactive_question(&name, &instruction, &words);
                let Some(answers) = answers(&prompts, means).await? else {
                    self.out_of_answers = true;
                    return Ok(attempt);
                };
                self.calls.interactive_answer(&user, answers.len());
                let answers = answers.iter().map(|it| it.reveal().to_owned()).collect();
                said =
                    timeout(PATIENCE, self.session.authenticate_keyboard_interactive_respond(answers)).await;
            };
            // Whoever asked nothing was told nothing.
            means.passwords_tried += usize::from(rounds > 0);
            attempt = self.judge(answer, METHOD, &user)?;
            let over = matches!(attempt, Attempt::In | Attempt::Refused { in_part: true, .. });
            if over || rounds == 0 {
                break;
            }
        }
        Ok(attempt)
    }

    /// Reports what the server made of an attempt.
    fn judge(&self, result: AuthResult, method: &str, user: &str) -> Result<Attempt, Ended> {
        match result {
            AuthResult::Success => {
                self.calls.auth_success(user, method);
                Ok(Attempt::In)
            }
            AuthResult::Failure { remaining_methods, .. } if remaining_methods.is_empty() => {
                Err(Ended::Gone(None))
            }
            AuthResult::Failure { remaining_methods, partial_success } => {
                self.calls.auth_failure(user, method, &remaining_methods, partial_success);
                Ok(Attempt::Refused { left: remaining_methods, in_part: partial_success })
            }
        }
    }
}

/// The user's answers; none: the password file has no more.
async fn answers(prompts: &[Prompt], means: &mut Means) -> Result<Option<Vec<Secret>>, Ended> {
    let mut answers = Vec::new();
    for Prompt { prompt, echo } in prompts {
        let words: String = prompt.chars().take(MOST_PROMPT).collect();
        let next = means.passwords.next(&words, *echo, &means.asking).await;
        match next.map_err(|_| Ended::NobodyToAsk)? {
            Some(answer) => answers.push(answer),
            None => return Ok(None),
        }
    }
    Ok(Some(answers))
}
