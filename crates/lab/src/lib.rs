//! The laboratory: both ends of a pair in one process, on free loopback ports, and what can be made to go wrong between
//! them. The binary `lab` is its command line.

use std::{ffi::OsString, process::ExitCode};

use command::{ALL, Cli, Command, IDLE};
use scenario::Scenario;
use show::{Init, Kept};
use steps::{
    Lang, Protocol,
    harmless::one_line,
    program::{LAB, SERVER},
};

mod captures;
mod command;
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

/// The command line, as clap has it: for completions and man pages.
pub fn command() -> clap::Command {
    command::words()
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
            no_subscriber: flight,
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
