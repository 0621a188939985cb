//! The login (RFC 4252; the notes' block 7): without proof first, to learn the methods; then by key, by password, by
//! the server's own questions, as far as both sides have them.

use std::io;

use russh::{
    MethodKind, MethodSet,
    client::{AuthResult, Handle, KeyboardInteractiveAuthResponse as Interactive, Prompt},
    keys::HashAlg,
};
use steps::Said;
use tokio::time::timeout;
use watch::{
    Witness,
    ssh::{ClientCalls, WatchedSigner},
};

use super::{
    handler::Handler,
    identity::Key,
    patiently,
    secrets::{Asking, Passwords, Secret},
    trouble,
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
    pub(super) passwords: Passwords,
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
        why: Said,
    },
    /// There was nothing to try.
    Nothing,
}

/// Logs in, or says why not.
pub(super) async fn log_in(
    session: &mut Handle<Handler>,
    witness: &Witness,
    calls: &ClientCalls,
    means: &mut Means,
) -> Result<(), Said> {
    let mut login = Login { session, witness, calls, tries: 0, refused: None };
    let none = timeout(PATIENCE, login.session.authenticate_none(&means.user)).await;
    let none = none.map_err(|_| trouble::silent("the login"))?.map_err(|e| trouble::explain(&e, witness))?;
    let mut left = match none {
        AuthResult::Success => {
            calls.auth_success(&means.user, "none");
            return Ok(());
        }
        // This is also what russh gives for a connection that broke: only a list of methods is an answer.
        AuthResult::Failure { remaining_methods, .. } if remaining_methods.is_empty() => {
            return Err(trouble::login_cut(witness));
        }
        AuthResult::Failure { remaining_methods, .. } => {
            calls.auth_methods(&means.user, &remaining_methods);
            remaining_methods
        }
    };
    for method in means.methods.clone() {
        if !left.contains(&method.kind()) {
            continue;
        }
        let attempt = match method {
            Method::Publickey => login.by_key(means).await?,
            Method::Password => login.by_password(means).await?,
            Method::KeyboardInteractive => login.by_questions(means).await?,
        };
        match attempt {
            Attempt::In => return Ok(()),
            Attempt::Refused { left: now, why } => {
                left = now;
                login.refused = Some(why);
            }
            Attempt::Nothing => {}
        }
    }
    Err(login.refused.unwrap_or_else(|| trouble::no_method(&left, &means.methods)))
}

/// A login that runs.
struct Login<'a> {
    session: &'a mut Handle<Handler>,
    witness: &'a Witness,
    calls: &'a ClientCalls,
    /// How many passwords were tried.
    tries: usize,
    /// Why the last attempt failed.
    refused: Option<Said>,
}

impl Login<'_> {
    async fn by_key(&mut self, means: &Means) -> Result<Attempt, Said> {
        let mut attempt = Attempt::Nothing;
        for key in &means.keys {
            let hash = if key.public.algorithm().is_rsa() { Some(self.rsa_hash().await?) } else { None };
            let mut signer = WatchedSigner::new(key.clone(), self.calls);
            let (user, public) = (means.user.as_str(), key.public.clone());
            let proof = self.session.authenticate_publickey_with(user, public, hash, &mut signer);
            let proof = patiently(proof, &means.asking).await.ok_or_else(|| trouble::silent("the login"))?;
            let proof = proof.map_err(|error| trouble::not_signed(&error))?;
            attempt = self.judge(proof, "publickey", user, |partial| {
                trouble::key_refused(user, &key.public, partial)
            })?;
            if matches!(attempt, Attempt::In) {
                break;
            }
        }
        Ok(attempt)
    }

    /// RFC 8332: an RSA key signs with SHA-2. A server that does not say what it takes gets the stronger one; one that
    /// takes SHA-1 only is told no.
    async fn rsa_hash(&self) -> Result<HashAlg, Said> {
        let told = self.session.best_supported_rsa_hash().await;
        match told.map_err(|error| trouble::explain(&error, self.witness))? {
            Some(Some(hash)) => Ok(hash),
            Some(None) => Err(trouble::only_sha1()),
            None => Ok(HashAlg::Sha512),
        }
    }

    async fn by_password(&mut self, means: &mut Means) -> Result<Attempt, Said> {
        let mut attempt = Attempt::Nothing;
        let user = means.user.clone();
        while self.tries < PASSWORD_TRIES {
            let prompt = format!("{user}'s password: ");
            let next = means.passwords.next(&prompt, false, &means.asking).await;
            let Some(password) = next.map_err(|error| self.nobody_to_ask(&error))? else { break };
            self.tries += 1;
            self.calls.auth_password(&user);
            let answer =
                timeout(PATIENCE, self.session.authenticate_password(&user, password.reveal())).await;
            let answer = answer.map_err(|_| trouble::silent("the login"))?;
            let answer = answer.map_err(|error| trouble::explain(&error, self.witness))?;
            let tries = self.tries;
            attempt = self.judge(answer, "password", &user, |_| trouble::password_refused(&user, tries))?;
            if matches!(attempt, Attempt::In) {
                break;
            }
        }
        Ok(attempt)
    }

    async fn by_questions(&mut self, means: &mut Means) -> Result<Attempt, Said> {
        const METHOD: &str = "keyboard-interactive";
        let mut attempt = Attempt::Nothing;
        let user = means.user.clone();
        while self.tries < PASSWORD_TRIES {
            let begun = self.session.authenticate_keyboard_interactive_start(&user, None);
            let mut said = timeout(PATIENCE, begun).await;
            let mut rounds = 0;
            let answer = loop {
                let reply = said.map_err(|_| trouble::silent("the login"))?;
                let (name, instruction, prompts) = match reply
                    .map_err(|error| trouble::explain(&error, self.witness))?
                {
                    Interactive::Success => break AuthResult::Success,
                    Interactive::Failure { remaining_methods, partial_success } => {
                        break AuthResult::Failure { remaining_methods, partial_success };
                    }
                    Interactive::InfoRequest { name, instructions, prompts } => (name, instructions, prompts),
                };
                rounds += 1;
                if rounds > MOST_ROUNDS {
                    return Err(trouble::too_many_questions());
                }
                let words: Vec<_> = prompts.iter().map(|it| it.prompt.as_str()).collect();
                self.calls.interactive_question(&name, &instruction, &words);
                let Some(answers) = self.answers(&prompts, means).await? else { return Ok(attempt) };
                self.calls.interactive_answer(&user, answers.len());
                let answers = answers.iter().map(|it| it.reveal().to_owned()).collect();
                said =
                    timeout(PATIENCE, self.session.authenticate_keyboard_interactive_respond(answers)).await;
            };
            self.tries += 1;
            let tries = self.tries;
            attempt = self.judge(answer, METHOD, &user, |_| trouble::password_refused(&user, tries))?;
            if matches!(attempt, Attempt::In) || rounds == 0 {
                break;
            }
        }
        Ok(attempt)
    }

    /// The user's answers; none: the password file has no more.
    async fn answers(&self, prompts: &[Prompt], means: &mut Means) -> Result<Option<Vec<Secret>>, Said> {
        let mut answers = Vec::new();
        for Prompt { prompt, echo } in prompts {
            let words: String = prompt.chars().take(MOST_PROMPT).collect();
            let next = means.passwords.next(&words, *echo, &means.asking).await;
            match next.map_err(|error| self.nobody_to_ask(&error))? {
                Some(answer) => answers.push(answer),
                None => return Ok(None),
            }
        }
        Ok(Some(answers))
    }

    /// Reports what the server made of an attempt.
    fn judge(
        &self,
        result: AuthResult,
        method: &str,
        user: &str,
        why: impl FnOnce(bool) -> Said,
    ) -> Result<Attempt, Said> {
        match result {
            AuthResult::Success => {
                self.calls.auth_success(user, method);
                Ok(Attempt::In)
            }
            AuthResult::Failure { remaining_methods, .. } if remaining_methods.is_empty() => {
                Err(trouble::login_cut(self.witness))
            }
            AuthResult::Failure { remaining_methods, partial_success } => {
                self.calls.auth_failure(user, method, &remaining_methods, partial_success);
                Ok(Attempt::Refused { left: remaining_methods, why: why(partial_success) })
            }
        }
    }

    fn nobody_to_ask(&self, error: &io::Error) -> Said {
        trouble::nobody_to_ask(self.refused.as_ref(), error)
    }
}
