//! What only the user knows: passwords and passphrases, typed at the terminal or read from a file. A [`Secret`] shows
//! itself to nobody; it is taken out where it is handed to the library, and nowhere else.

use std::{
    collections::VecDeque,
    fmt, fs,
    io::{self, BufRead, BufReader, IsTerminal, Write},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use anyhow::{Context, ensure};
use steps::{harmless, harmless_lines, sync::lock};
use tokio::sync::oneshot;

/// A password, a passphrase or an answer.
pub(super) struct Secret(String);

impl Secret {
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

/// Not even a panic message may hold it.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(withheld)")
    }
}

/// Where passwords come from.
#[derive(Debug)]
pub(super) enum Passwords {
    /// From the user, who is asked.
    Typed,
    /// From a file: one a line, each used once.
    Listed {
        left: VecDeque<Secret>,
        /// How many the file has.
        of: usize,
    },
}

impl Passwords {
    /// Reads a file of passwords, one a line. Others must not be able to read it.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let failed = || format!("could not read the password file {}", path.display());
        let mode = files::mode(&fs::metadata(path).with_context(failed)?).unwrap_or_default();
        ensure!(
            mode & 0o077 == 0,
            "the password file {0} is open to others (mode {mode:04o}); `chmod 600 {0}` closes it",
            path.display()
        );
        let text = fs::read_to_string(path).with_context(failed)?;
        let lines = text.lines().filter(|line| !line.is_empty());
        let passwords: VecDeque<_> = lines.map(|line| Secret(line.to_owned())).collect();
        ensure!(!passwords.is_empty(), "the password file {} holds no password", path.display());
        let of = passwords.len();
        Ok(Passwords::Listed { left: passwords, of })
    }

    /// How many the file has; none: they are typed.
    pub(super) fn listed(&self) -> Option<usize> {
        match self {
            Passwords::Listed { of, .. } => Some(*of),
            Passwords::Typed => None,
        }
    }

    /// The next answer to `prompt`; none: the file has no more.
    pub(super) async fn next(
        &mut self,
        prompt: &str,
        echo: bool,
        asking: &Asking,
    ) -> io::Result<Option<Secret>> {
        match self {
            Passwords::Listed { left, .. } => Ok(left.pop_front()),
            Passwords::Typed => asking.ask(prompt, echo).await.map(Some),
        }
    }
}

/// Who is asked: the user at the terminal, or a list of answers in the user's place. While a question is open the
/// connection waits: a person takes the time it takes.
#[derive(Clone, Debug, Default)]
pub struct Asking {
    standing: Arc<AtomicUsize>,
    played: Option<Arc<Mutex<VecDeque<Secret>>>>,
}

impl Asking {
    /// Gives `answers`, one to each question, in the place of a user; when they are used up, a question fails.
    pub fn played(answers: Vec<String>) -> Self {
        let answers = answers.into_iter().map(Secret).collect();
        Asking { played: Some(Arc::new(Mutex::new(answers))), ..Asking::default() }
    }

    pub(super) fn is_going_on(&self) -> bool {
        self.standing.load(Ordering::Relaxed) > 0
    }

    /// Whether a question on standard error would be read and answered by somebody.
    pub(super) fn is_somebody_there(&self) -> bool {
        self.played.is_some() || io::stdin().is_terminal()
    }

    fn play(&self) -> Option<io::Result<Secret>> {
        let mut answers = lock(self.played.as_ref()?);
        Some(answers.pop_front().ok_or_else(|| io::Error::other("the played user has no more answers")))
    }

    /// Asks on standard error, reads a line of standard input. What the question quotes must be harmless already.
    ///
    /// # Errors
    ///
    /// When either is closed.
    pub(super) async fn ask_openly(&self, question: &str) -> io::Result<String> {
        if let Some(answer) = self.play() {
            return answer.map(|secret| secret.0);
        }
        let question = question.to_owned();
        self.in_a_thread(move || {
            let mut out = io::stderr().lock();
            out.write_all(harmless_lines(&question).as_bytes())?;
            out.flush()?;
            drop(out);
            let mut line = String::new();
            match io::stdin().read_line(&mut line)? {
                0 => Err(io::ErrorKind::UnexpectedEof.into()),
                _ => Ok(line.trim().to_owned()),
            }
        })
        .await
    }

    /// Reading a terminal blocks: in a thread of its own, which nobody has to wait for.
    async fn in_a_thread<T: Send + 'static>(
        &self,
        ask: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let (tell, told) = oneshot::channel();
        std::thread::spawn(move || {
            // What led to the question stands above it.
            show::drain();
            // The receiver is gone only where the connection ended while the question stood.
            let _ = tell.send(ask());
        });
        self.standing.fetch_add(1, Ordering::Relaxed);
        let answer = told.await;
        self.standing.fetch_sub(1, Ordering::Relaxed);
        answer.unwrap_or_else(|_| Err(io::ErrorKind::Interrupted.into()))
    }

    /// Asks at the terminal, whatever standard input is. With `echo`, what is typed can be seen. The words may be the
    /// server's.
    ///
    /// # Errors
    ///
    /// When there is no terminal.
    pub(super) async fn ask(&self, prompt: &str, echo: bool) -> io::Result<Secret> {
        if let Some(answer) = self.play() {
            return answer;
        }
        let prompt = harmless(prompt).into_owned();
        let read = move || if echo { seen(&prompt) } else { rpassword::prompt_password(prompt) };
        self.in_a_thread(read).await.map(Secret)
    }
}

fn seen(prompt: &str) -> io::Result<String> {
    const TERMINAL: &str = "/dev/tty";
    fs::OpenOptions::new().write(true).open(TERMINAL)?.write_all(prompt.as_bytes())?;
    let mut line = String::new();
    BufReader::new(fs::File::open(TERMINAL)?).read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_secret_shows_itself_to_nobody() {
        let secret = Secret("hunter2".into());
        let listed = Passwords::Listed { left: [Secret("hunter2".into())].into(), of: 1 };
        assert!(!format!("{secret:?} {listed:?}").contains("hunter2"));
    }

    #[tokio::test]
    async fn a_file_is_read_line_by_line_if_it_is_closed_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passwords");
        fs::write(&path, "first\r\n\nsecond").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = Passwords::read(&path).unwrap_err().to_string();
        assert!(refused.contains("mode 0640") && refused.contains("chmod 600"), "{refused}");

        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let (mut passwords, asking) = (Passwords::read(&path).unwrap(), Asking::default());
        for expected in [Some("first"), Some("second"), None] {
            let next = passwords.next("?", false, &asking).await.unwrap();
            assert_eq!(next.as_ref().map(Secret::reveal), expected);
        }
        fs::write(&path, "\n").unwrap();
        assert!(Passwords::read(&path).is_err());
        assert!(Passwords::read(&folder.path().join("missing")).is_err());
    }
}
