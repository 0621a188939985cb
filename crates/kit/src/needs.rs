//! What a test needs of the machine: foreign programs, and the right to capture. What is missing is named, and in CI fails the
//! test.

use std::{
    env, fs,
    io::{self, Write},
    process::{Command, Stdio},
    thread,
};

use crate::runner;

/// Whether a foreign peer is there. In CI (`CI=true`) a missing one fails the test; elsewhere the test that asked ends early, and
/// the runner names it as ignored, with what was missing.
pub fn require(program: &str) -> bool {
    let found = env::var_os("PATH").is_some_and(|path| {
        // sshd and tshark's helpers live where only root's PATH looks.
        env::split_paths(&path)
            .chain(["/usr/sbin".into(), "/sbin".into()])
            .any(|folder| folder.join(program).is_file())
    });
    found || missing(program)
}

/// Whether Python can import `module`; otherwise as [`require`].
pub fn require_python(module: &str) -> bool {
    let import = format!("import {module}");
    let status = Command::new("python3").args(["-c", &import]).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success()) || missing(&format!("python3 with `{module}`"))
}

pub fn missing(what: &str) -> bool {
    let ci = env::var("CI").is_ok_and(|ci| ci == "true" || ci == "1");
    assert!(!ci, "{what} is not installed, and CI must not skip a peer");
    if !runner::lacks(what) {
        // Not by `eprintln!`, whose words Rust's runner keeps to itself where a test passes.
        let test = thread::current().name().unwrap_or("a test").to_owned();
        let _ = writeln!(io::stderr().lock(), "NOT TESTED: {test}: {what} is not installed");
    }
    false
}

/// Whether this process may capture packets.
pub fn may_capture() -> bool {
    const CAP_NET_RAW: u64 = 1 << 13;
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    effective.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok()).unwrap_or(0) & CAP_NET_RAW != 0
}

/// `command` as it is where packets may be captured, else in a user and network namespace of its own. None where
/// that is not allowed either.
pub fn with_capture(command: Command) -> Option<Command> {
    if may_capture() {
        return Some(command);
    }
    let up = "ip link set lo up && exec \"$@\"";
    let works = Command::new("unshare")
        .args(["-Urn", "sh", "-c", up, "sh", "true"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !works {
        missing("CAP_NET_RAW, or the right to make a user namespace,");
        return None;
    }
    let mut wrapped = Command::new("unshare");
    wrapped.args(["-Urn", "sh", "-c", up, "sh"]).arg(command.get_program()).args(command.get_args());
    Some(wrapped)
}

/// Whether the test of that name may capture packets. Where it may not, the test is run again in a namespace in
/// which it may, and what that run says holds.
pub fn captures(test: &str) -> bool {
    if may_capture() {
        return true;
    }
    let mut again = Command::new(env::current_exe().expect("a running test has a path"));
    again.args([test, "--exact", "--nocapture"]);
    if let Some(mut again) = with_capture(again) {
        let output = again.stdin(Stdio::null()).output().expect("unshare ran a moment ago");
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        // What it lacks there, it lacks.
        match said.lines().find_map(|line| line.trim().strip_prefix(&format!("{test}: "))) {
            Some(why) if output.status.success() => {
                missing(why.trim_end_matches(" is not installed"));
            }
            _ => assert!(output.status.success() && said.contains("1 passed"), "{said}"),
        }
    }
    false
}
