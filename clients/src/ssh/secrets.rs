//! What only the user knows: passwords and passphrases, typed at the terminal or read from a file. A [`Secret`] shows
//! itself to nobody; it is taken out where it is handed to the library, and nowhere else.

use std::{
    collections::VecDeque,
    fmt, fs,
    io::{self, BufRead, BufReader, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use anyhow::{Context, ensure};
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
    Listed(VecDeque<Secret>),
}

impl Passwords {
    /// Reads a file of passwords, one a line. Others must not be able to read it.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let failed = || format!("could not read the password file {}", path.display());
        let mode = fs::metadata(path).with_context(failed)?.permissions().mode() & 0o777;
        ensure!(
            mode & 0o077 == 0,
            "the password file {0} is open to others (mode {mode:04o}); `chmod 600 {0}` closes it",
            path.display()
        );
        let text = fs::read_to_string(path).with_context(failed)?;
        let lines = text.lines().filter(|line| !line.is_empty());
        let passwords: VecDeque<_> = lines.map(|line| Secret(line.to_owned())).collect();
        ensure!(!passwords.is_empty(), "the password file {} holds no password", path.display());
        Ok(Passwords::Listed(passwords))
    }

    /// The next answer to `prompt`; none: the file has no more.
    pub(super) async fn next(
        &mut self,
        prompt: &str,
        echo: bool,
        asking: &Asking,
    ) -> io::Result<Option<Secret>> {
        match self {
            Passwords::Listed(passwords) => Ok(passwords.pop_front()),
            Passwords::Typed => asking.ask(prompt, echo).await.map(Some),
        }
    }
}

/// Whether a person is being asked something: that takes the time it takes.
#[derive(Clone, Debug, Default)]
pub(super) struct Asking(Arc<AtomicUsize>);

impl Asking {
    pub(super) fn is_going_on(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }

    /// Waits for `answer`, given by a person.
    pub(super) async fn during<T>(&self, answer: impl Future<Output = T>) -> T {
        self.0.fetch_add(1, Ordering::Relaxed);
        let answer = answer.await;
        self.0.fetch_sub(1, Ordering::Relaxed);
        answer
    }

    /// Asks at the terminal, whatever standard input is. With `echo`, what is typed can be seen.
    ///
    /// # Errors
    ///
    /// When there is no terminal.
    pub(super) async fn ask(&self, prompt: &str, echo: bool) -> io::Result<Secret> {
        let (tell, told) = oneshot::channel();
        let prompt = prompt.to_owned();
        // Reading a terminal blocks: in a thread of its own.
        std::thread::spawn(move || {
            let answer = if echo { seen(&prompt) } else { rpassword::prompt_password(prompt) };
            // The receiver is gone only where the program is ending.
            let _ = tell.send(answer.map(Secret));
        });
        self.during(async { told.await.unwrap_or_else(|_| Err(io::ErrorKind::Interrupted.into())) }).await
    }
}

fn seen(prompt: &str) -> io::Result<String> {
    const TERMINAL: &str = "/dev/tty";
    fs::OpenOptions::new().write(true).open(TERMINAL)?.write_all(prompt.as_bytes())?;
    let mut line = String::new();
    BufReader::new(fs::File::open(TERMINAL)?).read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_itself_to_nobody() {
        let secret = Secret("hunter2".into());
        let listed = Passwords::Listed([Secret("hunter2".into())].into());
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
