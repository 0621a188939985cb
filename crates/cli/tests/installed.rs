//! The program as somebody has it who installed it: called anywhere, it writes where such files belong and nothing else,
//! and whatever it prints names commands that can be typed.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

const ASNOTED: &str = env!("CARGO_BIN_EXE_asnoted");

/// A user's home, and an empty folder in which he stands.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        fs::create_dir(home.path().join("here")).expect("it is empty");
        Home(home)
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(args).current_dir(self.0.path().join("here")).stdin(Stdio::null());
        for gone in ["CERTS_DIR", "LOG_DIR", "SSLKEYLOGFILE", "XDG_DATA_HOME", "LC_ALL", "LC_MESSAGES"] {
            command.env_remove(gone);
        }
        command.env("HOME", self.0.path()).env("LANG", "C.UTF-8");
        command.env("XDG_STATE_HOME", self.0.path().join("state"));
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(ASNOTED, args).output().expect("it starts")
    }

    /// Every file below the home.
    fn files(&self) -> Vec<String> {
        fn below(folder: &Path, found: &mut Vec<PathBuf>) {
            for entry in fs::read_dir(folder).expect("it is a folder") {
                let path = entry.expect("it can be read").path();
                if path.is_dir() { below(&path, found) } else { found.push(path) }
            }
        }
        let mut found = Vec::new();
        below(self.0.path(), &mut found);
        let bare = |path: &PathBuf| path.strip_prefix(self.0.path()).expect("below").display().to_string();
        let mut found: Vec<_> = found.iter().map(bare).collect();
        found.sort();
        found
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn what_prints_only_writes_nothing() {
    let home = Home::new();
    for args in [&["list"][..], &["notes", "t4"], &["completions", "zsh"], &["man"]] {
        let ran = home.run(args);
        assert!(ran.status.success(), "{args:?}: {}", text(&ran.stderr));
        assert_eq!(home.files(), [""; 0], "{args:?}");
    }
}

#[test]
fn keys_and_known_hosts_are_where_such_files_belong() {
    let home = Home::new();
    let mut server = home.command(ASNOTED, &["server", "ssh", "--listen", "127.0.0.1:0", "--until-eof"]);
    let mut server =
        server.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(server.stderr.take().unwrap()).lines().map_while(Result::ok);
    let address =
        said.find_map(|line| line.strip_prefix("asnoted server: ssh listens on ").map(str::to_owned));
    let target = format!("demo@{}", address.expect("it says where it listens"));
    let ran = home.run(&["client", "ssh", "--strict", "accept-new", "-q", &target, "whoami"]);
    assert!(ran.status.success(), "{}", text(&ran.stderr));
    drop(server.stdin.take());
    assert!(server.wait().unwrap().success());
    let files = home.files();
    let (known, keys): (Vec<_>, Vec<_>) = files.iter().partition(|file| file.starts_with("state/"));
    assert_eq!(known, ["state/asnoted/known_hosts"]);
    assert!(keys.iter().all(|key| key.starts_with(".local/share/asnoted/certs/")), "{keys:?}");
    assert!(keys.iter().any(|key| key.ends_with("/id_ed25519")), "{keys:?}");
}

#[test]
fn what_it_prints_can_be_typed() {
    let home = Home::new();
    for (args, says) in [
        (&["client", "tls", "--help"][..], "Usage: asnoted client tls"),
        (&["help", "server", "ssh"], "Usage: asnoted server ssh"),
        (&["--help"], "  asnoted tls --variant tls13"),
        (&["certs", "--help"], "Usage: asnoted certs"),
        (&["lab", "read", "--help"], "(`asnoted list`)"),
        (&["notes", "o2"], "asnoted run tcp/syn-lost"),
        (&["--lang", "zh", "client", "--help"], "用法：asnoted client"),
        (&["--version"], "features: "),
    ] {
        let ran = home.run(args);
        assert!(ran.status.success(), "{args:?}");
        assert!(text(&ran.stdout).contains(says), "{args:?}: no {says} in\n{}", text(&ran.stdout));
    }
    for (args, says) in [
        (&["client", "tsl"][..], "Usage: asnoted client"),
        (&["--lang", "zh", "server", "tls", "--nope"], "asnoted server tls"),
        (&["client", "tcp", "127.0.0.1:1"], "asnoted client: "),
        (&["certs", "--check", "--dir", "nowhere"], "(`asnoted certs --dir nowhere` makes it)"),
        (&["run", "nothing/such"], "(`asnoted list` lists them)"),
    ] {
        let ran = home.run(args);
        assert!(!ran.status.success(), "{args:?}");
        assert!(text(&ran.stderr).contains(says), "{args:?}: no {says} in\n{}", text(&ran.stderr));
    }
}

#[test]
fn a_link_with_a_short_name_is_that_program() {
    let home = Home::new();
    for name in ["lab", "client", "server", "certs"] {
        let link = home.0.path().join(name);
        symlink(ASNOTED, &link).expect("a link can be made");
        let ran = home.command(&link, &["--help"]).output().expect("it starts");
        assert!(text(&ran.stdout).contains(&format!("Usage: {name} ")), "{}", text(&ran.stdout));
        assert!(!text(&ran.stdout).contains("asnoted client"), "{name}");
    }
}

#[test]
fn the_shells_read_their_completions() {
    let home = Home::new();
    for (shell, check) in [("bash", "-n"), ("zsh", "-n"), ("fish", "-n")] {
        let script = home.0.path().join(shell);
        fs::write(&script, home.run(&["completions", shell]).stdout).expect("it can be written");
        match Command::new(shell).arg(check).arg(&script).output() {
            Ok(ran) => assert!(ran.status.success(), "{shell}: {}", text(&ran.stderr)),
            Err(_) => eprintln!("no {shell} here: its completions are not read"),
        }
    }
}
