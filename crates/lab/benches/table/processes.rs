//! One client as a process beside the tools that people use for the same, against the same bare server.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::Context;

use crate::{
    Effort,
    child::{Child, Column},
    measure::{self, median, ratio},
    pair::{Kind, tls::REQUEST},
    program,
};

/// A program to run.
struct Runs {
    name: &'static str,
    command: Command,
    /// What it gets on standard input.
    input: &'static str,
}

pub(crate) fn table(effort: Effort, folder: &Path, certs: &Path) -> anyhow::Result<()> {
    let client = program("client")?;
    println!(
        "One client as a process, from start to exit, its output thrown away. Ratio: ours to theirs.\n\n\
         | program | wall | CPU | ours : its wall | ours : its CPU |\n|---|--:|--:|--:|--:|"
    );
    let ours = |words: &[&str]| {
        let mut command = Command::new(&client);
        command.args(words).arg("--certs").arg(certs);
        command
    };
    let of_tcp = |words: &[&str]| {
        let mut command = Command::new(&client);
        command.args(words);
        command
    };
    let theirs = |program: &str, words: &[&str]| {
        let mut command = Command::new(program);
        command.args(words);
        command
    };
    let file = |name: &str| certs.join(name).display().to_string();
    let runs = |name, command| Runs { name, command, input: "" };

    for (kind, variant, flag) in [(Kind::Tls13, "tls13", "-tls1_3"), (Kind::Ecdhe, "ecdhe", "-tls1_2")] {
        let (server, at) = server(kind, folder, certs)?;
        let (ca, host) = (file(certs::CA_CERT), at.clone());
        let openssl = ["s_client", "-connect", &host, "-CAfile", &ca, flag, "-ign_eof", "-trace"];
        let url = format!("https://{at}/");
        let curl = ["-v", "--noproxy", "*", "--cacert", &ca, &url];
        let mut all = vec![
            runs(ours_named(kind), ours(&["tls", &at, "--variant", variant])),
            Runs { input: REQUEST, ..runs("openssl s_client -trace", theirs("openssl", &openssl)) },
        ];
        if kind == Kind::Tls13 {
            all.push(runs("curl -v", theirs("curl", &curl)));
        }
        compare(effort, all)?;
        drop(server);
    }
    let (server_ssh, at) = server(Kind::Ssh, folder, certs)?;
    let (host, port) = at.rsplit_once(':').context("an address has a port")?;
    let (key, known) = (file(certs::SSH_USER_KEY), folder.join("known_hosts").display().to_string());
    let known_option = format!("UserKnownHostsFile={known}");
    let login = format!("demo@{host}");
    let ssh = [
        ["-vvv", "-F", "none", "-p", port, "-i", &key, "-o", "IdentitiesOnly=yes"].as_slice(),
        &["-o", &known_option, "-o", "StrictHostKeyChecking=accept-new", &login, "whoami"],
    ]
    .concat();
    let target = format!("demo@{at}");
    let client_ssh = ["ssh", "--strict", "accept-new", "--known-hosts", &known, "--identity", &key];
    compare(
        effort,
        vec![
            runs("client ssh", ours(&[&client_ssh[..], &[target.as_str()]].concat())),
            runs("ssh -vvv", theirs("ssh", &ssh)),
        ],
    )?;
    drop(server_ssh);
    let (server_ws, at) = server(Kind::Ws, folder, certs)?;
    compare(effort, vec![runs("client ws", ours(&["ws", &format!("ws://{at}/")]))])?;
    drop(server_ws);
    let (server_tcp, at) = server(Kind::Tcp, folder, certs)?;
    compare(
        effort,
        vec![
            runs("client tcp --no-capture", of_tcp(&["tcp", "--no-capture", &at])),
            runs("client tcp (waits 50 ms for the kernel's time stamps)", of_tcp(&["tcp", &at])),
        ],
    )?;
    drop(server_tcp);
    println!();
    Ok(())
}

fn ours_named(kind: Kind) -> &'static str {
    if kind == Kind::Tls13 { "client tls --variant tls13" } else { "client tls --variant ecdhe" }
}

fn server(kind: Kind, folder: &Path, certs: &Path) -> anyhow::Result<(Child, String)> {
    let certs = certs.display().to_string();
    let mut server = Child::start(&["server", kind.name(), Column::Bare.name(), &certs], folder)?;
    let at = server.answer()?;
    Ok((server, at))
}

/// Lets the programs run in turn; the first is ours.
fn compare(effort: Effort, mut all: Vec<Runs>) -> anyhow::Result<()> {
    let (mut walls, mut cpus) = (vec![Vec::new(); all.len()], vec![Vec::new(); all.len()]);
    for round in 0..=effort.of(40, 8) {
        for (i, runs) in all.iter_mut().enumerate() {
            let (wall, cpu) = runs.once()?;
            // The first reads the files into memory.
            if round > 0 {
                walls[i].push(wall * 1e3);
                cpus[i].push(cpu * 1e3);
            }
        }
    }
    for (i, runs) in all.iter().enumerate() {
        let (wall, cpu) = (&walls[i], &cpus[i]);
        let ratios = match i {
            0 => " | ".to_owned(),
            _ => format!("{} | {}", ratio(&walls[0], wall), ratio(&cpus[0], cpu)),
        };
        println!("| {} | {:.1} ms | {:.1} ms | {ratios} |", runs.name, median(wall), median(cpu));
    }
    Ok(())
}

impl Runs {
    /// The seconds that passed, and those of CPU.
    fn once(&mut self) -> anyhow::Result<(f64, f64)> {
        let (began, cpu) = (Instant::now(), measure::children_cpu());
        let mut child = self
            .command
            .env("LANG", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("could not start {}", self.name))?;
        let mut input = child.stdin.take().context("it was piped")?;
        drop(input.write_all(self.input.as_bytes()));
        drop(input);
        let status = child.wait()?;
        anyhow::ensure!(status.success(), "{} failed: {status} ({:?})", self.name, self.command);
        Ok((began.elapsed().as_secs_f64(), (measure::children_cpu() - cpu).as_secs_f64()))
    }
}
