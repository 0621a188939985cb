//! The program `client`: one protocol and one connection a run.

use std::{ffi::OsString, process::ExitCode};

use clap::{CommandFactory as _, Parser, Subcommand};
use show::{Format, Init, Kept, Unread};
use steps::program::{self, CLIENT};
use watch::Session;

use crate::{
    ssh, tcp, tls,
    why::{self, Asked, Page},
    ws,
};

#[derive(Parser)]
#[command(name = "client", version, long_version = program::version(FEATURES), about = "A client that explains the handshake it makes", after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    #[command(flatten)]
    output: show::Args,

    #[command(flatten)]
    keep: watch::Keep,

    #[command(flatten)]
    otlp: otlp::Options,

    /// Find out why the peer does not get through: a few more connections, announced beforehand, and what they show
    #[arg(long, global = true, help_heading = "Output", conflicts_with_all = ["ladder", "beside"])]
    why: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Plain TCP: open, a line each way, close
    Tcp(tcp::Options),
    /// TLS 1.3 or 1.2, and an HTTPS request over it
    Tls(tls::Options),
    /// WebSocket (ws or wss): upgrade, text, binary, ping, close
    Ws(ws::Options),
    /// SSH: host key, public key login, one command
    Ssh(ssh::Options),
}

impl Command {
    fn asked(&self) -> Asked<'_> {
        match self {
            Command::Tcp(options) => Asked::Tcp(options),
            Command::Tls(options) => Asked::Tls(options),
            Command::Ws(options) => Asked::Ws(options),
            Command::Ssh(options) => Asked::Ssh(options),
        }
    }
}

const FEATURES: &[(&str, bool)] = &[
    ("jemalloc", heap::IS_JEMALLOC),
    ("otlp", cfg!(feature = "otlp")),
    ("otlp-grpc", cfg!(feature = "otlp-grpc")),
    ("rsa-kx", watch::tls::static_rsa::IS_BUILT_IN),
];

const EXAMPLES: &str = "\
Examples:
  client tls                                  our server on this machine
  client tls example.com:443 --system-roots   any server; --ca FILE names the CAs to trust
  client ssh demo@127.0.0.1:7022 whoami       one command over SSH, whose exit code is ours; 255: none came
  client ws ws://127.0.0.1:7080 --lang zh     the log in Chinese
  client tcp --format json                    one JSON object a step
  client tls example.com --why                why it does not get through, in a few lines";

/// The shared options that do nothing with a command.
const IDLE: &[show::Idle] = &[show::Idle { command: "tcp", options: &["keylog", "secrets"] }];

/// The command line.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the program with these arguments, the first of which is its name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    show::tame_panics();
    let cli: Cli = show::parse_without(CLIENT, args.into_iter().collect(), IDLE);
    let is_ssh = matches!(cli.command, Command::Ssh(_));
    match connect(cli) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE, // it is told why
        Err(error) => {
            show::say_said(CLIENT, &crate::told(&error));
            if is_ssh { ssh::exit_code(&error).into() } else { ExitCode::FAILURE }
        }
    }
}

fn connect(cli: Cli) -> anyhow::Result<bool> {
    let session = Session::default();
    // It is dropped last: the log tells it of what came at the end.
    let mut exporter = otlp::Exporter::new(&cli.otlp, CLIENT, cli.output.lang())?;
    let unread = session.clone();
    let kept = cli.why.then(Kept::default);
    // Whoever asks why looks at the events.
    let flight = !cli.why && cli.keep.is_flight_recorder(cli.output.is_silent() && !exporter.is_on());
    let how = Init {
        no_subscriber: flight,
        layout: Some(wire::layout),
        private: cli.keep.secrets,
        unread: Some(Unread::new(move || unread.read())),
        rest: Some(heap::give_back),
        // The answer takes the place of the steps, which are there for who asks for them.
        silent: flight || cli.why && cli.output.format == Format::Text && !cli.output.verbose,
        kept: kept.clone(),
        also: exporter.also(),
        ..Init::default()
    };
    let mut log = show::init(&cli.output, how)?;
    let comments = (!flight).then_some(claims::comments as fn() -> watch::Comments);
    let _kept = cli.keep.begin(&session, cli.output.lang(), comments)?;
    // While there is one thread: capabilities belong to threads.
    session.settle(matches!(&cli.command, Command::Tcp(options) if !options.no_capture));
    log.begin()?;
    exporter.begin_after(|| {})?;
    session.begin()?;
    // One connection: more threads would only hand it to and fro.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match kept {
            None => run(cli.command, &session).await.map(|()| true),
            Some(kept) => why::run(cli.command.asked(), &session, &kept, &Page::new(&cli.output)).await,
        }
    })
}

async fn run(command: Command, session: &Session) -> anyhow::Result<()> {
    match command {
        Command::Tcp(options) => tcp::run(&options, session).await,
        Command::Tls(options) => tls::run(&options, session).await,
        Command::Ws(options) => ws::run(&options, session).await,
        Command::Ssh(options) => ssh::run(&options, session).await,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_does_nothing_is_an_option_of_a_command() {
        assert_eq!(show::unknown(super::command(), super::IDLE), [""; 0]);
    }

    #[test]
    fn every_option_has_its_help_in_chinese() {
        assert_eq!(show::without_chinese(&super::command()), [""; 0]);
    }
}
