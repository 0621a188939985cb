//! `lab watch`: two hostile peers, neither of whom is ours.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    process::{Command, Stdio},
    time::Duration,
};

use crate::{
    captures::talks,
    common::{Running, may_capture, missing, text},
    is_harmless, is_ours,
    outputs::OUTPUTS,
    parses, servers,
};

#[kit::test]
fn in_every_form() {
    if !may_capture() {
        missing("CAP_NET_RAW");
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    // A megabyte is no news here: the reader is that of captures.
    let mut talks = talks().0;
    talks.iter_mut().flatten().for_each(|(_, words)| words.truncate(100_000));
    assert!(talks.len() > 4);
    let count = talks.len().to_string();
    for (output, args) in OUTPUTS {
        let mut spoken = Vec::new();
        for talk in &talks {
            let half = |of_client: bool| {
                talk.iter()
                    .filter(|(it, _)| *it == of_client)
                    .flat_map(|(_, words)| words.clone())
                    .collect::<Vec<u8>>()
            };
            spoken.push((servers::serve(servers::says(half(false))), half(true)));
        }
        let ports: Vec<String> = spoken.iter().map(|(there, _)| there.port().to_string()).collect();
        let capture = folder.path().join(format!("{}.pcapng", output.replace(' ', "-")));
        let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
        lab.args(["watch", "-i", "lo", "-c", &count]).args(&ports).args(args);
        // With it and nothing printed no connection is followed.
        if output != "quiet" {
            lab.args(["--capture", text(&capture)]);
        }
        let mut running = Running::start(lab.stdin(Stdio::null()));
        running.wait_for("line that says that it watches", |it| (!it.stderr().is_empty()).then_some(()));
        for (there, words) in &spoken {
            let mut stream = TcpStream::connect(there).expect("it listens");
            stream.set_read_timeout(Some(Duration::from_secs(5))).expect("the option is known");
            let _ = stream.write_all(words);
            let _ = stream.shutdown(Shutdown::Write);
            while stream.read(&mut [0; 1 << 16]).is_ok_and(|n| n > 0) {}
        }
        let ended = running.end();
        let (said, told) = (running.stderr().join("\n"), running.stdout().join("\n"));
        let what = format!("watched, {output}");
        assert!(ended.success(), "{what}: {said}");
        is_harmless(&what, told.as_bytes());
        is_ours(&what, "lab: ", said.as_bytes());
        if output == "json" {
            parses(&what, told.as_bytes());
            let steps = ["tls.client_hello", "ws.upgrade_request", "ssh.identification"];
            steps.iter().for_each(|step| assert!(told.contains(step), "{what}: no {step}"));
        }
    }
}
