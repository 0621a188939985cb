//! A capture reads the same on one core and on all of them: every line, every event.

kit::runner!();

mod common;

use std::{path::PathBuf, process::Command};

use common::{binary, require, with_capture};

#[kit::test]
fn a_capture_reads_the_same_on_one_core_and_on_all() {
    if !require("taskset") {
        return;
    }
    let folder = tempfile::TempDir::new().expect("a temporary folder can be made");
    let file = |name: &str| folder.path().join(name);
    let mut captures: Vec<PathBuf> = Vec::new();
    for (n, args) in [
        &["tls"][..],
        &["tls", "--variant", "tls13"],
        &["tls", "--variant", "rsa"],
        &["ws"],
        &["ssh"],
        &["tcp"],
    ]
    .iter()
    .enumerate()
    {
        let capture = file(&format!("{n}.pcapng"));
        let mut lab = Command::new(binary("lab"));
        lab.args(*args).arg("--certs").arg(file("certs")).arg("--capture").arg(&capture).arg("--quiet");
        let Some(mut lab) = with_capture(lab) else { return };
        let output = lab.output().expect("lab runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        captures.push(capture);
    }
    for form in [
        &["--format", "json"][..],
        &["--connection", "all", "--format", "json"],
        &["--connection", "3", "--ladder", "text"],
        &["--sort", "bytes"],
    ] {
        let read = |cores: &[&str]| {
            let mut lab = match cores {
                [first, rest @ ..] => {
                    let mut pinned = Command::new(first);
                    pinned.args(rest).arg(binary("lab"));
                    pinned
                }
                [] => Command::new(binary("lab")),
            };
            let output = lab.arg("read").args(&captures).args(form).output().expect("lab runs");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            output.stdout
        };
        let (one, all) = (read(&["taskset", "-c", "0"]), read(&[]));
        assert!(one.len() > 400, "{form:?}: {}", String::from_utf8_lossy(&one));
        assert!(one == all, "{form:?}");
    }
}
