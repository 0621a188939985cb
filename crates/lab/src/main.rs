//! The binary `lab`: both ends of a pair in one process, on free loopback ports.

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use show::{Init, Kept};
use steps::Protocol;

mod expect;
mod link;
mod meddler;
mod pairs;
mod run;
mod scenario;

#[derive(Parser)]
#[command(name = "lab", version, about = "Four real handshakes, both ends in one log", after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,

    /// The folder of the demo keys; made on first use
    #[arg(long, default_value = certs::DEFAULT_DIR, env = "CERTS_DIR", value_name = "DIR", global = true)]
    certs: PathBuf,

    #[command(flatten)]
    output: show::Args,

    #[command(flatten)]
    keep: watch::Keep,
}

#[derive(Subcommand)]
enum Command {
    /// TCP: three segments to open, a line each way, four to close
    Tcp,
    /// TLS, and an HTTPS request over it
    Tls {
        /// ecdhe (TLS 1.2 as deployed) or tls13
        #[arg(long, default_value = pairs::NEAREST_THE_NOTES, value_parser = ["ecdhe", "tls13"])]
        variant: String,
    },
    /// WebSocket: upgrade, frames, close
    Ws,
    /// SSH: a first visit to an unknown host, then a second
    Ssh,
    /// The scenarios: what can be made to go wrong
    List,
    /// Run scenarios and compare each with what its file expects
    Run {
        /// Names (tls/unknown-ca), patterns ('tls/*') or files of your own (./mine.toml)
        #[arg(required_unless_present = "all", value_name = "SCENARIO")]
        scenarios: Vec<String>,
        /// All scenarios of the suite
        #[arg(long, conflicts_with = "scenarios")]
        all: bool,
        /// Meet on [::1] instead of 127.0.0.1
        #[arg(long)]
        ipv6: bool,
    },
    /// Stand between a client and a server, and lose, delay, hold, repeat, damage or forge segments
    Link(link::Options),
    /// What the catalogue says: of everything, of a claim (t4) or of a step (tls.finished)
    Notes {
        /// A claim or a step
        what: Option<String>,
        /// The whole catalogue in both languages, as in STEPS.md
        #[arg(long, conflicts_with = "what")]
        markdown: bool,
    },
}

const EXAMPLES: &str = "\
Examples:
  lab                         all four pairs, nothing to set up
  lab tls --variant tls13     one pair
  lab -v --lang zh            every step explained, in Chinese
  lab --format json           one JSON object a step
  lab run tls/unknown-ca      something goes wrong; `lab list` says what can
  lab notes t4                what the notes say and how it is judged

C is the client's line, S the server's; an arrow points the way the bytes went.
Marks: t4 as noted, t4≠ differs from the notes, t4~ depends, t4- absent.";

// One thread: what a side sends is reported before the other side can have received it.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lab: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    if let Some(Command::Notes { what, markdown }) = &cli.command {
        let page = if *markdown {
            steps::markdown()
        } else {
            show::notes(what.as_deref(), cli.output.lang(), show::width())?
        };
        show::print(&page);
        return Ok(());
    }
    if let Some(Command::List) = &cli.command {
        show::print(&run::list(cli.output.lang())?);
        return Ok(());
    }
    let scenarios = match &cli.command {
        Some(Command::Run { all: true, .. }) => scenario::all()?,
        Some(Command::Run { scenarios, .. }) => scenario::select(scenarios)?,
        _ => Vec::new(),
    };
    // One scenario is watched, many are checked.
    let brief = scenarios.len() > 1 && !cli.output.verbose && cli.output.format == show::Format::Text;
    let kept = Kept::default();
    let keep = matches!(&cli.command, Some(Command::Run { .. })).then(|| kept.clone());
    let log = show::init(
        &cli.output,
        Init { both_sides: true, kept: keep.clone(), silent: brief, layout: Some(wire::layout) },
    );
    cli.keep.begin()?;
    if let Some(Command::Link(options)) = &cli.command {
        return link::run(options).await;
    }
    certs::ensure_and_say(&cli.certs)?;
    let ipv6 = matches!(&cli.command, Some(Command::Run { ipv6: true, .. }));
    let bench = pairs::Bench { certs: cli.certs, kept: keep, ipv6 };
    match cli.command {
        None => {
            for protocol in <Protocol as strum::VariantArray>::VARIANTS {
                bench.run(*protocol, pairs::NEAREST_THE_NOTES).await?;
            }
            Ok(())
        }
        Some(Command::Tcp) => bench.run(Protocol::Tcp, "").await,
        Some(Command::Tls { variant }) => bench.run(Protocol::Tls, &variant).await,
        Some(Command::Ws) => bench.run(Protocol::Ws, "").await,
        Some(Command::Ssh) => bench.run(Protocol::Ssh, "").await,
        Some(Command::Run { .. }) => {
            run::run(&bench, &scenarios, (cli.output.lang(), brief), (&log, &kept)).await
        }
        Some(Command::Notes { .. } | Command::List | Command::Link(_)) => Ok(()), // done above
    }
}
