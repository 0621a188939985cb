//! Every output of every pair is searched for what must not be in it: session secrets, private keys, the password. The
//! search knows them as text, as bytes, as numbers and as hexadecimal digits, however these are spaced, wrapped or marked up.

mod common;

use std::{
    collections::HashSet,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use common::{Server, binary};

/// So many bytes of a secret in a row are no accident.
const PIECE: usize = 8;

/// What must not be found.
#[derive(Default)]
struct Secrets {
    texts: Vec<String>,
    pieces: HashSet<Vec<u8>>,
    digits: HashSet<Vec<u8>>,
}

impl Secrets {
    fn bytes(&mut self, secret: &[u8]) {
        for piece in secret.windows(PIECE) {
            self.pieces.insert(piece.to_vec());
            self.digits.insert(hex(piece).into_bytes());
        }
    }

    fn text(&mut self, secret: &str) {
        assert!(secret.len() >= 12, "too short to be looked for");
        self.texts.push(secret.to_owned());
        self.bytes(secret.as_bytes());
    }

    /// What `output` holds of it.
    fn found_in(&self, output: &[u8]) -> Option<String> {
        if let Some(piece) = output.windows(PIECE).find(|piece| self.pieces.contains(*piece)) {
            return Some(format!("the bytes {}", hex(piece)));
        }
        let text = String::from_utf8_lossy(output);
        if let Some(text) = self.texts.iter().find(|secret| text.contains(*secret)) {
            return Some(text.clone());
        }
        // As `{:?}` prints bytes.
        for list in text.split('[').skip(1) {
            let numbers = list.split(']').next().unwrap_or_default().split(", ");
            let bytes: Vec<u8> = numbers.map_while(|number| number.trim().parse().ok()).collect();
            if bytes.windows(PIECE).any(|piece| self.pieces.contains(piece)) {
                return Some(format!("the numbers {bytes:?}"));
            }
        }
        // Digits as they stand, and as they stand to the eye: without mark-up, colours and spaces.
        let bare = without(&without(&text, '<', '>'), '\x1b', 'm');
        for line in text.lines().chain(bare.lines()) {
            let line: Vec<u8> = line.bytes().filter(|c| !b" :-".contains(c)).collect();
            let line = line.to_ascii_lowercase();
            if let Some(digits) = line.windows(2 * PIECE).find(|digits| self.digits.contains(*digits)) {
                return Some(format!("the digits {}", String::from_utf8_lossy(digits)));
            }
        }
        None
    }
}

/// `text` without what stands between `open` and `close`.
fn without(text: &str, open: char, close: char) -> String {
    let mut inside = false;
    let keep = |c: &char| {
        let was = inside;
        inside = (inside || *c == open) && *c != close;
        !was && !inside
    };
    text.chars().filter(keep).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(digits: &str) -> Vec<u8> {
    let pair = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal digits");
    (0..digits.len()).step_by(2).map(pair).collect()
}

/// The private keys of the demo set and its password.
fn of_the_set(certs: &Path) -> Secrets {
    let mut secrets = Secrets::default();
    let mut keys = 0;
    for path in files(certs) {
        let mode = fs::metadata(&path).expect("it is there").permissions().mode() & 0o777;
        let text = fs::read_to_string(&path).expect("the set is text");
        if !text.contains("PRIVATE KEY-----") {
            continue;
        }
        assert_eq!(mode, 0o600, "{}", path.display());
        let body: Vec<_> = text.lines().filter(|line| !line.starts_with("-----")).collect();
        let whole = body.concat();
        let bytes = unbase64(&whole);
        keys += 1;
        body.iter().filter(|line| line.len() >= 40).for_each(|line| secrets.texts.push((*line).to_owned()));
        let find = |what: &[u8]| bytes.windows(what.len()).rposition(|piece| piece == what);
        if text.contains("OPENSSH") {
            // The seed stands before the second copy of the public key, 32 bytes behind its length (64).
            let at = find(&[0, 0, 0, 64]).expect("an Ed25519 key") + 4;
            secrets.bytes(&bytes[at..at + 32]);
        } else if let Some(at) = find(&[2, 1, 1, 4, 32]) {
            secrets.bytes(&bytes[at + 5..at + 5 + 32]); // the scalar of an elliptic curve
        } else {
            secrets.bytes(&bytes[bytes.len() / 2..]); // RSA: behind the modulus, which is public
        }
    }
    assert!(keys >= 4, "{keys} private keys");
    let shown = Command::new(binary("certs"))
        .args(["--dir", &certs.display().to_string(), "--show-password"])
        .output();
    let password = String::from_utf8(shown.expect("certs runs").stdout).expect("the password is text");
    secrets.text(password.trim());
    secrets
}

fn unbase64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let values = text.bytes().filter_map(|c| LETTERS.iter().position(|letter| *letter == c));
    let (mut bits, mut held, mut bytes) = (0, 0, Vec::new());
    for value in values {
        (bits, held) = ((bits << 6 | value) & 0xffff, held + 6);
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    bytes
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in
        fs::read_dir(folder).expect("it is a folder").map(|entry| entry.expect("it can be read").path())
    {
        if entry.is_dir() {
            found.extend(files(&entry));
        } else {
            found.push(entry);
        }
    }
    found
}

/// Adds the secrets of a key log.
fn of_the_session(secrets: &mut Secrets, log: &Path) {
    let text = fs::read_to_string(log).expect("the key log was written");
    for line in text.lines() {
        secrets.bytes(&unhex(line.rsplit(' ').next().expect("three words")));
    }
    assert!(!text.is_empty());
}

/// The blocks of a capture without those that are made to hold the session's secrets.
fn without_secrets_blocks(capture: &[u8]) -> Vec<u8> {
    let word = |at: usize| u32::from_le_bytes(capture[at..at + 4].try_into().expect("four bytes"));
    let (mut at, mut rest) = (0, Vec::new());
    while at < capture.len() {
        let length = word(at + 4) as usize;
        if word(at) != 10 {
            rest.extend(&capture[at..at + length]);
        }
        at += length;
    }
    rest
}

const FORMS: [&[&str]; 9] = [
    &["-v"],
    &["-v", "--lang", "zh", "--color", "always"],
    &["--bytes"],
    &["--beside"],
    &["--format", "json"],
    &["--ladder", "text"],
    &["--ladder", "mermaid"],
    &["--ladder", "html"],
    &["-q"],
];

/// Runs a program that leaves nothing of `kept` in its output, its log, its record and its capture. Everything that it
/// writes is made as open as can be: what is closed was closed by the program.
fn searched(program: &str, args: &[&str], folder: &Path, kept: &Secrets) -> Vec<u8> {
    let (capture, logs, keys) = (folder.join("capture.pcapng"), folder.join("logs"), folder.join("keys"));
    let what = args.join(" ");
    let mut command = Command::new("sh");
    command.args(["-c", "umask 0; exec \"$@\"", "sh"]).arg(binary(program)).args(args);
    command.arg("--capture").arg(&capture).arg("--log-dir").arg(&logs).arg("--keylog").arg(&keys);
    command.env("CERTS_DIR", folder.join("certs")).env("RUST_LOG", "trace").current_dir(folder);
    let ran = command.output().expect("sh is there");
    assert!(ran.status.success(), "{program} {what}: {}", String::from_utf8_lossy(&ran.stderr));
    let mut secrets =
        Secrets { texts: kept.texts.clone(), pieces: kept.pieces.clone(), digits: kept.digits.clone() };
    if keys.exists() {
        of_the_session(&mut secrets, &keys);
        assert_eq!(
            fs::metadata(&keys).expect("it is there").permissions().mode() & 0o777,
            0o600,
            "{what}: the key log"
        );
    }
    let mut outputs =
        vec![("standard output".to_owned(), ran.stdout.clone()), ("standard error".into(), ran.stderr)];
    for log in files(&logs) {
        outputs.push(("the record".into(), fs::read(log).expect("it is there")));
    }
    if common::may_capture() {
        let mode = fs::metadata(&capture).expect("it was written").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{what}: the capture");
        let whole = fs::read(&capture).expect("it is there");
        assert_eq!(kept.found_in(&whole), None, "{program} {what}: the whole capture");
        outputs.push(("the capture".into(), without_secrets_blocks(&whole)));
    }
    assert!(outputs.len() > 2, "there is a record");
    for (name, output) in &outputs {
        assert_eq!(secrets.found_in(output), None, "{program} {what}: {name}");
    }
    for made in [&capture, &keys] {
        drop(fs::remove_file(made));
    }
    fs::remove_dir_all(&logs).expect("it is there");
    ran.stdout
}

#[test]
fn no_output_of_any_pair_holds_a_secret() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let certs = folder.path().join("certs");
    certs::ensure(&certs).expect("the set can be made");
    let kept = of_the_set(&certs);
    for form in FORMS {
        // All four pairs, and then what they leave out.
        searched("lab", form, folder.path(), &kept);
    }
    for pair in
        [&["tls", "--variant", "all"][..], &["ws", "--variant", "wss"], &["run", "ssh/wrong-password"]]
    {
        searched("lab", &[pair, &["-v"]].concat(), folder.path(), &kept);
    }
    // The search would have found it.
    let keys = folder.path().join("keys");
    let mut command = Command::new(binary("lab"));
    command.args(["tls", "-v", "--secrets", "--keylog"]).arg(&keys).arg("--certs").arg(&certs);
    let ran = command.output().expect("lab runs");
    let mut secrets = Secrets::default();
    of_the_session(&mut secrets, &keys);
    assert!(secrets.found_in(&ran.stdout).is_some(), "{}", String::from_utf8_lossy(&ran.stdout));
}

#[test]
fn a_password_that_opens_the_door_is_in_no_output_of_either_side() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let certs = folder.path().join("certs");
    certs::ensure(&certs).expect("the set can be made");
    let kept = of_the_set(&certs);
    let file = folder.path().join("password");
    fs::write(&file, certs::password(&certs).expect("the set has one")).expect("the folder is ours");
    fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).expect("the folder is ours");
    let (certs, file) = (certs.display().to_string(), file.display().to_string());
    let known = folder.path().join("known_hosts").display().to_string();
    for form in FORMS {
        for method in ["password", "keyboard-interactive"] {
            let mut command = Command::new(binary("server"));
            command.env("RUST_LOG", "trace");
            let mut server =
                Server::run(command, "ssh", "127.0.0.1:0", &["--certs", &certs, "--password-login", "on"]);
            let address = server.addr.to_string();
            let how = ["--methods", method, "--password-file", &file, "--strict", "accept-new"];
            let where_to = ["ssh", &address, "--certs", &certs, "--known-hosts", &known];
            searched("client", &[&where_to[..], &how, form].concat(), folder.path(), &kept);
            let mut told =
                serde_json::to_string(&server.after_connections(1)).expect("events are plain data");
            told.push_str(&server.stop().stderr);
            assert_eq!(kept.found_in(told.as_bytes()), None, "the server, {method}");
        }
    }
    let mode = fs::metadata(&known).expect("the host is known now").permissions().mode() & 0o777;
    assert_eq!(mode, 0o600, "the file of known hosts");
}

/// With `--secrets` the record holds secrets too, and is closed to others; without, it is as open as any file.
#[test]
fn a_record_with_secrets_is_its_owners_only() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let certs = folder.path().join("certs");
    certs::ensure(&certs).expect("the set can be made");
    for (secrets, expected) in [(&["--secrets"][..], 0o600), (&[], 0o644)] {
        let logs = folder.path().join(format!("logs{}", secrets.len()));
        let mut command = Command::new("sh");
        command
            .args(["-c", "umask 022; exec \"$@\"", "sh"])
            .arg(binary("lab"))
            .args(["tls", "-q"])
            .args(secrets);
        command.arg("--certs").arg(&certs).arg("--log-dir").arg(&logs);
        let ran = command.output().expect("sh is there");
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        let [record] = &files(&logs)[..] else { panic!("one record") };
        assert_eq!(
            fs::metadata(record).expect("it is there").permissions().mode() & 0o777,
            expected,
            "{secrets:?}"
        );
    }
}
