//! What a hostile peer sends, in every string that it controls, both ways, in all four protocols, through every output:
//! as bytes, nothing of it may reach a reader. Each line of JSON parses, and each line on standard error is ours.
//!
//! The set is data: a peer is a name and what it does with a text ([`servers`], [`clients`]); an output is a name and its
//! options ([`outputs`]). A new output is a new line there, and meets every peer; a test holds that none is missing.

kit::runner!();

#[path = "../common/browser.rs"]
mod browser;
#[path = "../common/mod.rs"]
mod common;

mod captures;
mod clients;
mod dropped;
mod mermaid;
mod notes;
mod outputs;
mod page;
mod raw;
mod recordings;
mod renderers;
mod servers;
mod ssh;
mod watched;
mod words;

/// One of each character that does something to whoever looks at it, as the issue lists them; the list of the program is
/// another one, and [`the_lists_agree`].
pub(crate) fn hostile() -> String {
    let mut text =
        String::from("x\u{1b}]52;c;cm0gLXJm\u{7}\u{1b}[2J\r\nclient: forged\n{\"v\":1}\n WARN forged");
    for (first, last) in [
        (0x00, 0x1f),
        (0x7f, 0x9f),
        (0x61c, 0x61c),
        (0x200b, 0x200f),
        (0x2028, 0x2029),
        (0x202a, 0x202e),
        (0x2060, 0x206f),
        (0xfeff, 0xfeff),
        (0xe0001, 0xe0001),
        (0xe0020, 0xe007f),
    ] {
        text.extend((first..=last).filter_map(char::from_u32));
    }
    text
}

/// The same without what ends a line: it can stand in a line of a protocol of text.
pub(crate) fn in_a_line() -> String {
    hostile().replace(['\r', '\n', '\0'], "")
}

/// The same without any character that HTTP does not allow in a value: what is left are bytes from 0x80 (RFC 9110 §5.5).
pub(crate) fn in_a_value() -> String {
    in_a_line().chars().filter(|c| !c.is_ascii_control()).collect()
}

/// A megabyte of it.
pub(crate) fn a_megabyte(of: &str) -> String {
    of.repeat((1 << 20) / of.len() + 1)
}

/// As much of it as fits `bytes`, to the end of a character: where a protocol or our own bound ends a string sooner.
pub(crate) fn as_long_as(bytes: usize, of: &str) -> String {
    let mut text = a_megabyte(of);
    text.truncate((0..=bytes).rev().find(|at| text.is_char_boundary(*at)).expect("the beginning is one"));
    text
}

/// For one value in a head of HTTP, which ends at 16,384 bytes (`servers/src/ws`, and our client's decoder).
pub(crate) const IN_A_HEAD: usize = 15_800;

/// For the strings of a packet of SSH in the clear, which ends at 35,000 bytes (RFC 4253 §6.1, and our decoder).
pub(crate) const IN_A_PACKET: usize = 34_800;

/// For the strings of an encrypted packet of SSH, which ends at 256 KiB (OpenSSH's PACKET_MAX_SIZE, russh, our decoder).
pub(crate) const IN_A_SEALED_PACKET: usize = 260_000;

/// For an identification of SSH, which ends at 255 bytes (RFC 4253 §4.2).
pub(crate) const IN_AN_IDENTIFICATION: usize = 240;

/// For a line before it: so long ones, and 1,024 of them, our client passes over.
pub(crate) const IN_A_LINE_BEFORE: usize = 8_000;

/// For the names in a ClientHello, whose extensions end at 65,535 bytes (RFC 8446 §4.1.2).
pub(crate) const IN_A_HELLO: usize = 64_000;

/// For the strings of a certificate: rustls takes a Certificate message of 64 KiB.
pub(crate) const IN_A_CERTIFICATE: usize = 60_000;

/// For those of one in a capture, where no library reads: our decoder's message ends at 128 KiB.
pub(crate) const IN_A_MESSAGE: usize = 120_000;

/// That nothing harmful is in `bytes`, but the line breaks that are ours.
pub(crate) fn is_harmless(what: &str, bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap_or_else(|error| panic!("{what}: not UTF-8: {error}"));
    let listed = hostile();
    let found = text.lines().find(|line| line.contains(|c| is_listed(&listed, c)));
    if let Some(line) = found {
        panic!("{what}: {}", line.escape_debug());
    }
    assert!(!text.contains('\r'), "{what}");
    let forged = ["client: forged", "{\"v\":1}", " WARN forged"];
    assert!(!text.lines().any(|line| forged.iter().any(|begin| line.starts_with(begin))), "{what}: {text}");
}

fn is_listed(listed: &str, character: char) -> bool {
    // Most of the text is none of these.
    (character.is_control() || u32::from(character) > 0x600) && listed.contains(character)
}

/// That every line of a log is one object.
pub(crate) fn parses(what: &str, bytes: &[u8]) {
    for line in String::from_utf8_lossy(bytes).lines() {
        let read: Result<serde_json::Map<_, serde_json::Value>, _> = serde_json::from_str(line);
        let read = read.unwrap_or_else(|error| panic!("{what}: {error}: {line}"));
        let known = ["step", "dropped", "run"].iter().any(|key| read.contains_key(*key));
        assert!(known, "{what}: {line}");
    }
}

/// That every line on standard error is said by `program`, and none by its peer.
pub(crate) fn is_ours(what: &str, program: &str, stderr: &[u8]) {
    is_harmless(what, stderr);
    for line in String::from_utf8_lossy(stderr).lines() {
        // A banner's lines stand behind a bar, and what came too late for the log is counted at the end.
        let ours = [program, "certs: ", "        ", "| ", " WARN ", "ERROR ", " INFO ", "DEBUG "];
        let counted = [" messages were not written", " messages were left out here"];
        let said = ours.iter().any(|begin| line.starts_with(begin));
        assert!(said || counted.iter().any(|end| line.ends_with(end)), "{what}: {line}");
        assert!(line.len() < 64 << 10, "{what}: {} bytes in a line", line.len());
    }
}

#[kit::test]
fn the_password_of_a_url_is_not_repeated() {
    const PASSWORD: &str = "hunter2";
    let url = |scheme: &str, host: &str| format!("{scheme}://demo:{PASSWORD}@{host}");
    for (program, args) in [
        ("client", vec!["ws".to_owned(), url("ws", "127.0.0.1:1/")]),
        ("client", vec!["ws".into(), url("ws", "127.0.0.1:1/#a")]),
        ("client", vec!["ws".into(), format!("ws://demo:{PASSWORD}/?#@127.0.0.1/")]),
        ("client", vec!["tls".into(), url("https", "example.com/")]),
        ("client", vec!["tcp".into(), url("tcp", "example.com")]),
        ("client", vec!["ws".into(), "ws://127.0.0.1:1/".into(), url("ws", "127.0.0.1:1/")]),
        ("lab", vec!["link".into(), "--to".into(), url("tcp", "127.0.0.1:1")]),
        ("lab", vec!["load".into(), "tcp".into(), "--to".into(), url("tcp", "127.0.0.1:1")]),
        ("lab", vec!["read".into(), url("file", "a")]),
        ("server", vec!["ws".into(), "--origin".into(), url("http", "a")]),
    ] {
        let left = std::process::Command::new(common::binary(program)).args(&args).output().expect("it runs");
        let said = [left.stdout, left.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(!left.status.success() && !said.is_empty(), "{program} {args:?}: {said}");
        assert!(!said.contains(PASSWORD), "{program} {args:?}: {said}");
    }
}

/// The test that runs itself: its panic quotes a peer.
#[kit::test]
fn a_panic_says_nothing_harmful() {
    const AGAIN: &str = "HOSTILE_PANIC";
    if std::env::var_os(AGAIN).is_some() {
        show::tame_panics();
        panic!("the peer sent {}", hostile());
    }
    for backtrace in ["0", "1"] {
        let mut again =
            std::process::Command::new(std::env::current_exe().expect("a running test has a path"));
        again.args(["a_panic_says_nothing_harmful", "--exact", "--nocapture"]);
        let left = again.env(AGAIN, "1").env("RUST_BACKTRACE", backtrace).output().expect("it runs");
        let said = String::from_utf8_lossy(&left.stderr);
        assert!(said.contains("the peer sent x\\u{1b}]52"), "{said}");
        is_harmless("a panic", &left.stderr);
    }
}

#[kit::test]
fn the_lists_agree() {
    let text = hostile();
    for character in text.chars().filter(|c| !c.is_ascii() || c.is_control()) {
        assert!(steps::is_harmful(character), "{character:?}");
    }
    let (first, last): (Vec<_>, Vec<_>) = steps::harmless::HARMFUL.iter().map(|(a, b, _)| (*a, *b)).unzip();
    assert!(first.iter().chain(&last).all(|c| steps::is_harmful(*c)));
}
