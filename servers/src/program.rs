//! The program `server`: one protocol a run. It is here so that `lab load` can run it in a process of its own.

use std::{ffi::OsString, io, process::ExitCode, thread};

use clap::{CommandFactory as _, Parser, Subcommand, ValueEnum};
use show::{Init, Unread};
use steps::{
    program::{self, CLIENT, SERVER},
    say,
};
use tokio_util::sync::CancellationToken;
use watch::Session;

use crate::{shutdown_signal, ssh, tcp, tls, ws};

#[derive(Parser)]
#[command(name = "server", version, long_version = program::version(FEATURES), about = "A server that explains each handshake it makes", after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// Stop when standard input ends: who started the server may be killed and leaves none behind
    #[arg(long, hide = true, global = true)]
    until_eof: bool,

    #[command(flatten)]
    output: show::Args,

    #[command(flatten)]
    keep: watch::Keep,

    #[command(flatten)]
    otlp: otlp::Options,
}

#[derive(Subcommand)]
enum Command {
    /// Plain TCP: open, a line each way, close
    Tcp(tcp::Options),
    /// TLS 1.3 and 1.2, and an HTTPS page over it
    Tls(tls::Options),
    /// WebSocket over TCP and TLS: an echo, and a page for browsers
    Ws(ws::Options),
    /// SSH with a few built-in commands
    Ssh(ssh::Options),
    /// Is the server listening? Asks the kernel and never connects
    Health {
        /// Which server
        protocol: Service,
        /// The port, when it is not the usual one
        #[arg(long)]
        port: Option<u16>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Service {
    Tcp,
    Tls,
    Ws,
    Ssh,
}

const FEATURES: &[(&str, bool)] = &[
    ("jemalloc", heap::IS_JEMALLOC),
    ("otlp", cfg!(feature = "otlp")),
    ("otlp-grpc", cfg!(feature = "otlp-grpc")),
    ("rsa-kx", watch::tls::static_rsa::IS_BUILT_IN),
];

const EXAMPLES: &str = "\
Examples:
  server tls                              listen on 127.0.0.1:7443
  server ssh --listen 0.0.0.0:7022 -v     for everyone, with explanations
  server tcp --format json                one JSON object a step
  server health tls                       exit code 0 when it listens

A client of ours (`client tls`) or any other (`openssl s_client`, a browser) may connect.";

/// The shared options that do nothing with a command.
const IDLE: &[show::Idle] = &[
    show::Idle { command: "tcp", options: &["keylog", "secrets"] },
    show::Idle {
        command: "health",
        options: &[
            "format",
            "color",
            "quiet",
            "verbose",
            "bytes",
            "width",
            "ascii",
            "beside",
            "no_beside",
            "notes",
            "ladder",
            "log_dir",
            "capture",
            "ring",
            "keylog",
            "secrets",
        ],
    },
];

/// At the end, how long the server waits for a reader of its log who takes nothing.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// The command line.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the program with these arguments, the first of which is its name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    show::tame_panics();
    let cli: Cli = show::parse_without(SERVER, args.into_iter().collect(), IDLE);
    let lang = cli.output.lang();
    match serve(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            show::say(SERVER, show::causes_in(error.chain(), lang, |_| None));
            ExitCode::FAILURE
        }
    }
}

fn serve(cli: Cli) -> anyhow::Result<()> {
    // A descriptor for each connection that --max-connections allows, as far as the system lets us.
    watch::raise_descriptor_limit();
    let session = Session::default();
    // It is dropped last: the log tells it of what came at the end.
    let mut exporter = otlp::Exporter::new(&cli.otlp, SERVER, cli.output.lang())?;
    let unread = session.clone();
    let flight = cli.keep.is_flight_recorder(cli.output.is_silent() && !exporter.is_on());
    let how = Init {
        silent: flight,
        no_subscriber: flight,
        unread: Some(Unread::new(move || unread.read())),
        layout: Some(wire::layout),
        private: cli.keep.secrets,
        once_open: Some(|| watch::confine(false)),
        patience: Some(PATIENCE),
        rest: Some(heap::give_back),
        also: exporter.also(),
        ..Init::default()
    };
    let mut log = show::init(&cli.output, how)?;
    let comments = (!flight).then_some(claims::comments as fn() -> watch::Comments);
    let _kept = cli.keep.begin(&session, cli.output.lang(), comments)?;
    // While there is one thread: capabilities belong to threads.
    session.settle_server(matches!(&cli.command, Command::Tcp(options) if !options.no_capture));
    let records = log.records_for_another();
    log.begin_after(move || watch::confine(records))?;
    exporter.begin_after(|| watch::confine(false))?;
    session.begin()?;
    let confine = || watch::confine(false);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().on_thread_start(confine).build()?;
    runtime.block_on(run(cli.command, cli.until_eof, &session, confine))
}

/// Binds in the first thread, which may still do what that takes; then `confine` takes it away there too.
async fn run(command: Command, until_eof: bool, session: &Session, confine: impl Fn()) -> anyhow::Result<()> {
    let stop = CancellationToken::new();
    let on_signal = stop.clone();
    tokio::spawn(async move {
        shutdown_signal().await;
        on_signal.cancel();
    });
    if until_eof {
        let at_eof = stop.clone();
        thread::spawn(move || {
            watch::confine(false);
            // An error is an end, too.
            let _ = io::copy(&mut io::stdin(), &mut io::sink());
            at_eof.cancel();
        });
    }
    match command {
        Command::Tcp(options) => {
            let server = tcp::Server::bind(&options, session).await?;
            confine();
            listening("tcp", server.local_addr());
            server.run(stop).await
        }
        Command::Tls(options) => {
            let server = tls::Server::bind(&options, session).await?;
            confine();
            listening("tls", server.local_addr());
            if let Some(rsa) = server.local_addr_rsa() {
                show::say_said(SERVER, &say!(program::listens_for_static_rsa(rsa, CLIENT)));
            }
            server.run(stop).await
        }
        Command::Ws(options) => {
            let server = ws::Server::bind(&options, session).await?;
            confine();
            listening("ws", server.local_addr());
            if let Some(address) = server.local_addr_tls() {
                listening("wss", address);
            }
            server.run(stop).await
        }
        Command::Ssh(options) => {
            let server = ssh::Server::bind(&options, session).await?;
            confine();
            listening("ssh", server.local_addr());
            server.run(stop).await
        }
        Command::Health { protocol, port } => health(protocol, port),
    }
}

/// Says on standard error where the server listens, so that the log stays a log.
fn listening(protocol: &str, address: std::net::SocketAddr) {
    show::say_said(SERVER, &say!(program::listens(protocol, address)));
}

fn health(protocol: Service, port: Option<u16>) -> anyhow::Result<()> {
    let port = port.unwrap_or(match protocol {
        Service::Tcp => 7000,
        Service::Tls => 7443,
        Service::Ws => 7080,
        Service::Ssh => 7022,
    });
    anyhow::ensure!(watch::tcp::is_listening(port)?, "nothing listens on port {port}");
    Ok(())
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
