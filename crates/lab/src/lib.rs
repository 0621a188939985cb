//! The laboratory: both ends of a pair in one process, on free loopback ports, and what can be made to go wrong between
//! them. The binary `lab` is its command line.

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use clap::{CommandFactory as _, Parser, Subcommand, builder::PossibleValuesParser};
use scenario::Scenario;
use show::{Init, Kept};
use steps::{
    Lang, Protocol,
    harmless::one_line,
    program::{self, LAB, SERVER},
};

mod captures;
mod commented;
mod expect;
mod lang;
#[doc(hidden)]
pub mod link; // for `fuzz`, as `meddler` and `scenario`
mod live;
mod load;
#[doc(hidden)]
pub mod meddler;
mod notes;
mod page;
mod pairs;
mod read;
mod run;
#[doc(hidden)]
pub mod scenario;

#[derive(Parser)]
#[command(name = "lab", version, long_version = program::version(FEATURES), about = "Four real handshakes, both ends in one log", after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,

    /// The folder of the demo keys [default: certs/demo in the repository, else $XDG_DATA_HOME/asnoted/certs]
    #[arg(long, default_value_os_t = certs::default_dir(), hide_default_value = true, env = "CERTS_DIR", value_name = "DIR", global = true)]
    certs: PathBuf,

    #[command(flatten)]
    output: show::Args,

    /// A line at each end instead of one row a message
    #[arg(long, global = true, conflicts_with = "ladder", help_heading = "Output")]
    lines: bool,

    #[command(flatten)]
    keep: watch::Keep,

    #[command(flatten)]
    otlp: otlp::Options,
}

#[derive(Subcommand)]
enum Command {
    /// TCP: three segments to open, a line each way, four to close
    Tcp,
    /// TLS, and an HTTPS request over it
    Tls {
        /// rsa (TLS 1.2 as the notes tell it), ecdhe (TLS 1.2 as deployed), tls13; all: each in turn, then compared
        #[arg(long, default_value = pairs::AS_DEPLOYED, value_parser = PossibleValuesParser::new(pairs::VARIANTS.iter().copied().chain([ALL])))]
        variant: String,
    },
    /// WebSocket: upgrade, frames, close
    Ws {
        /// ws (over TCP) or wss (over TLS)
        #[arg(long, default_value = "ws", value_parser = ["ws", "wss"])]
        variant: String,
    },
    /// SSH: a first visit to an unknown host, then a second
    Ssh,
    /// The scenarios: what can be made to go wrong
    List {
        /// Only those with this word in their name or title, on this claim (o2) or of this protocol (tls)
        #[arg(value_name = "WORD")]
        about: Option<String>,
    },
    /// Run scenarios and compare each with what its file expects
    Run {
        /// Names (tls/unknown-ca), patterns ('tls/*'), a claim (o2: what shows it best) or files of your own (./mine.toml)
        #[arg(required_unless_present = "all", value_name = "SCENARIO")]
        scenarios: Vec<String>,
        /// All scenarios of the suite
        #[arg(long, conflicts_with = "scenarios")]
        all: bool,
        /// Meet on `[::1]` instead of 127.0.0.1
        #[arg(long)]
        ipv6: bool,
    },
    /// Recorded logs, both ends side by side again; captures of tcpdump's and Wireshark's
    Read(read::Logs),
    /// The handshakes of any program on this machine, while they happen; needs CAP_NET_RAW
    Watch(live::Options),
    /// Stand between a client and a server, and lose, delay, hold, repeat, damage or forge segments
    Link(link::Options),
    /// Make many handshakes with one server and say what became of each
    Load(load::Options),
    /// The page: run, play and look inside, in a browser
    Serve(page::Options),
    /// The program `server`, for `load`
    #[command(hide = true, disable_help_flag = true)]
    LoadServer {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// What the catalogue says: of everything, of a claim (t4) or of a step (tls.finished); your own notes, checked
    Notes(notes::Options),
}

/// What of a run is shown and kept, of which a page that is printed without a run has no use.
const OF_A_RUN: &[&str] = &[
    "color",
    "quiet",
    "verbose",
    "bytes",
    "ascii",
    "beside",
    "no_beside",
    "ladder",
    "lines",
    "capture",
    "ring",
    "secrets",
];

/// The shared options that do nothing with a command.
const IDLE: &[show::Idle] = &[
    show::Idle { command: "tcp", options: &["keylog", "secrets"] },
    show::Idle { command: "list", options: OF_A_RUN },
    show::Idle { command: "list", options: &["notes", "log_dir", "keylog", "certs"] },
    show::Idle { command: "read", options: &["secrets", "certs"] },
    show::Idle { command: "watch", options: &["lines", "secrets", "certs"] },
    show::Idle { command: "link", options: &["keylog", "secrets", "certs"] },
    show::Idle { command: "load", options: OF_A_RUN },
    show::Idle { command: "load", options: &["width", "notes", "log_dir", "keylog"] },
    show::Idle { command: "serve", options: OF_A_RUN },
    show::Idle { command: "serve", options: &["format", "width", "keylog"] },
    show::Idle {
        command: "notes",
        options: &["quiet", "verbose", "bytes", "ascii", "beside", "no_beside", "ladder"],
    },
    show::Idle { command: "notes", options: &["lines", "capture", "ring", "keylog", "secrets"] },
];

/// All variants of TLS in turn.
const ALL: &str = "all";

const FEATURES: &[(&str, bool)] = &[
    ("jemalloc", heap::IS_JEMALLOC),
    ("otlp", cfg!(feature = "otlp")),
    ("otlp-grpc", cfg!(feature = "otlp-grpc")),
    ("rsa-kx", cfg!(feature = "rsa-kx")),
];

const EXAMPLES: &str = "\
Examples:
  lab                         all four pairs, nothing to set up
  lab tls --variant tls13     one pair
  lab tls --variant all -q    the notes against static RSA, ECDHE and TLS 1.3, in one table
  lab -v --lang zh            every step explained, in Chinese
  lab --format json           one JSON object a step
  lab run tls/unknown-ca      something goes wrong; `lab list` says what can
  lab read --last tls --log-dir logs      the last recorded run, both ends on one ladder
  lab watch 443 --keylog keys.txt         a browser's handshakes as they happen, opened with its key log
  lab serve                   all of it in a browser: http://127.0.0.1:7070/
  lab notes t4                what the notes say and how it is judged
  lab notes --notes FILE.md --run         your own notes, each sentence checked by runs

C is the client's line, S the server's; an arrow points the way the bytes went.
Marks: t4 as noted, t4≠ differs from the notes, t4~ depends, t4- absent.";

/// The command line.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the program with these arguments, the first of which is its name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    show::tame_panics();
    let cli: Cli = show::parse_without(LAB, args.into_iter().collect(), IDLE);
    let lang = cli.output.lang();
    let said = move |done| said(done, lang);
    if let Some(Command::LoadServer { args }) = &cli.command {
        return servers::program::main(std::iter::once(SERVER.name().into()).chain(args.iter().cloned()));
    }
    if let Some(Command::Notes(options)) = &cli.command {
        return notes::run(options, &cli.output, &cli.certs).unwrap_or_else(|error| {
            show::say_lines(&format!("{LAB}: {}", told(&error, lang)));
            ExitCode::from(2)
        });
    }
    if let Some(Command::Watch(options)) = &cli.command {
        return said(watched(options, &cli));
    }
    if let Some(Command::Serve(options)) = &cli.command {
        return said(page::serve(options, &cli.output, &cli.otlp, &cli.certs));
    }
    said(start(cli))
}

/// How the program ends.
fn said(done: anyhow::Result<()>, lang: Lang) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            show::say_lines(&format!("{LAB}: {}", told(&error, lang)));
            ExitCode::FAILURE
        }
    }
}

/// An error and what it comes from. Its line breaks are ours where a file of the user's is quoted, or two runs are
/// compared; any other may be a peer's.
fn told(error: &anyhow::Error, lang: Lang) -> String {
    show::causes_in(error.chain(), lang, |cause| {
        let text = cause.to_string();
        Some(if let Some(wrong) = cause.downcast_ref::<toml::de::Error>() {
            // What it quotes of the file may have line breaks of its own.
            text.replace(wrong.message(), &one_line(wrong.message())).trim_end().to_owned()
        } else if cause.is::<expect::Differences>() {
            text.trim_end().to_owned()
        } else {
            show::error_in(&one_line(&text), lang).into_owned()
        })
    })
}

/// `lab watch`: opens what takes a right, gives all rights up, and watches.
fn watched(options: &live::Options, cli: &Cli) -> anyhow::Result<()> {
    let output = &cli.output;
    let mut exporter = otlp::Exporter::new(&cli.otlp, LAB, output.lang())?;
    let flight = cli.keep.is_flight_recorder(output.is_silent() && !exporter.is_on());
    if flight && options.counts() {
        anyhow::bail!("--count needs connections to be followed, and a flight recorder follows none");
    }
    let mut log = show::init(
        output,
        Init {
            silent: output.quiet || flight,
            layout: Some(wire::layout),
            rest: Some(heap::give_back),
            also: exporter.also(),
            ..Init::default()
        },
    )?;
    let opened = live::open(options, &cli.keep, output.lang())?;
    watch::Session::default().settle_server(false);
    let records = log.records_for_another();
    log.begin_after(move || watch::confine(records))?;
    exporter.begin_after(|| watch::confine(false))?;
    watch::confine(false);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let told = !output.quiet || exporter.is_on();
    runtime.block_on(live::run(options, opened, (output, flight, told)))
}

/// What has to be settled before there is a runtime, whose threads would be in the way.
fn start(cli: Cli) -> anyhow::Result<()> {
    let scenarios = match &cli.command {
        Some(Command::Run { all: true, .. }) => scenario::all()?,
        Some(Command::Run { scenarios, .. }) => scenario::select(scenarios)?,
        _ => Vec::new(),
    };
    let of_tcp = scenarios.iter().any(|scenario| scenario.pair.protocol == Protocol::Tcp);
    let privilege = of_tcp.then(link::settle);
    // One thread: what a side sends is reported before the other side can have received it.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run(cli, &scenarios, privilege.as_ref()))
}

async fn run(cli: Cli, scenarios: &[Scenario], privilege: Option<&link::Privilege>) -> anyhow::Result<()> {
    if let Some(page) = page(&cli)? {
        show::print(&page);
        return Ok(());
    }
    if let Some(Command::Load(options)) = &cli.command {
        show::print(&load::run(options, &cli.certs, &cli.output).await?);
        return Ok(());
    }
    // One scenario is watched, many are checked.
    let brief = scenarios.len() > 1 && !cli.output.verbose && cli.output.format == show::Format::Text;
    let kept = Kept::default();
    let compared = matches!(&cli.command, Some(Command::Tls { variant }) if variant == ALL);
    let keep = (compared || matches!(&cli.command, Some(Command::Run { .. }))).then(|| kept.clone());
    // Who compares looks at the events.
    let mut exporter = otlp::Exporter::new(&cli.otlp, LAB, cli.output.lang())?;
    let flight = keep.is_none() && cli.keep.is_flight_recorder(cli.output.is_silent() && !exporter.is_on());
    if cli.keep.ring.is_some() && !flight {
        anyhow::bail!("what is compared has to be recognised: --ring is for a pair");
    }
    let session = watch::Session::default();
    let unread = session.clone();
    let follows = show::Follows::default();
    let mut log = show::init(
        &cli.output,
        Init {
            both_sides: true,
            lines: cli.lines,
            follows: follows.clone(),
            kept: keep.clone(),
            silent: brief || flight,
            brief,
            deaf: flight,
            layout: Some(wire::layout),
            private: cli.keep.secrets,
            once_open: None,
            patience: None,
            rest: Some(heap::give_back),
            unread: Some(show::Unread::new(move || unread.read())),
            also: exporter.also(),
        },
    )?;
    let comments = (!flight).then_some(claims::comments as fn() -> watch::Comments);
    let _kept = cli.keep.begin(&session, cli.output.lang(), comments)?;
    log.begin()?;
    exporter.begin_after(|| {})?;
    session.begin()?;
    if let Some(Command::Link(options)) = &cli.command {
        return link::run(options, &session).await;
    }
    certs::ensure_and_say(&cli.certs)?;
    let ipv6 = matches!(&cli.command, Some(Command::Run { ipv6: true, .. }));
    let runner = pairs::Runner { session: session.clone(), certs: cli.certs, kept: keep, ipv6 };
    match cli.command {
        None => {
            for protocol in <Protocol as strum::VariantArray>::VARIANTS {
                let ran = runner.run(*protocol, pairs::AS_DEPLOYED).await;
                log.end_of_run();
                ran?;
            }
            Ok(())
        }
        Some(Command::Tcp) => runner.run(Protocol::Tcp, "").await,
        Some(Command::Tls { variant }) if variant == ALL => {
            for &variant in pairs::VARIANTS {
                let ran = runner.run(Protocol::Tls, variant).await;
                log.end_of_run();
                ran?;
            }
            drop(log); // the log ends before the table
            if cli.output.format == show::Format::Text {
                let table = kept.look(|events| {
                    show::verdicts(events, Protocol::Tls, cli.output.lang(), cli.output.text_columns())
                });
                show::print(&format!("\n{table}"));
            }
            Ok(())
        }
        Some(Command::Tls { variant }) => runner.run(Protocol::Tls, &variant).await,
        Some(Command::Ws { variant }) => runner.run(Protocol::Ws, &variant).await,
        Some(Command::Ssh) => runner.run(Protocol::Ssh, "").await,
        Some(Command::Run { .. }) => {
            run::run(&runner, scenarios, privilege, (&cli.output, brief), (&log, &kept, &follows)).await
        }
        Some(
            Command::Notes(_)
            | Command::List { .. }
            | Command::Read(_)
            | Command::Watch(_)
            | Command::Link(_)
            | Command::Load(_)
            | Command::Serve(_)
            | Command::LoadServer { .. },
        ) => Ok(()), // done above
    }
}

/// What is printed without running anything.
fn page(cli: &Cli) -> anyhow::Result<Option<String>> {
    let output = &cli.output;
    Ok(Some(match &cli.command {
        Some(Command::List { about }) => match output.format {
            show::Format::Text => run::list(about.as_deref(), output.lang(), output.columns())?,
            show::Format::Json => run::list_json(about.as_deref())?,
        },
        Some(Command::Read(logs)) => {
            let mut exporter = otlp::Exporter::new(&cli.otlp, LAB, output.lang())?;
            exporter.begin_after(|| {})?;
            read::read(logs, &cli.keep, (output, cli.lines), &exporter)?
        }
        Some(
            Command::Tcp
            | Command::Tls { .. }
            | Command::Ws { .. }
            | Command::Ssh
            | Command::Run { .. }
            | Command::Link(_)
            | Command::Load(_)
            | Command::Watch(_)
            | Command::Notes(_)
            | Command::Serve(_)
            | Command::LoadServer { .. },
        )
        | None => {
            return Ok(None);
        }
    }))
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
