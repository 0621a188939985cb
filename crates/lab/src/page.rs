//! `lab serve`: the page, with the pairs and all scenarios to run.

use std::{net::SocketAddr, path::Path};

use anyhow::Context;
use claims::Claim;
use page::Run;
use show::Args;
use steps::{Protocol, Said, Text, program::LAB, say_in, text};
use tokio_util::sync::CancellationToken;

use crate::{pairs, scenario};

/// Where the page is.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// Where to listen; reached from other machines, it asks for a token, which it prints
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7070")]
    listen: SocketAddr,

    /// Where browsers reach it, if that is another address: what Docker publishes
    #[arg(long, value_name = "ADDR", env = "PAGE_PUBLISHED_ON")]
    published_on: Option<SocketAddr>,

    /// With `--otlp`, each connection has a link to its trace at this address: http://localhost:16686/trace/{trace_id}
    #[cfg(feature = "otlp")]
    #[arg(long, value_name = "URL", env = "TRACE_VIEWER")]
    trace_viewer: Option<otlp::Viewer>,
}

impl Options {
    /// Where the traces are shown, if any are sent.
    ///
    /// # Errors
    ///
    /// When the option says where, and nothing is sent.
    fn viewer(&self, sends: bool) -> anyhow::Result<Option<otlp::Viewer>> {
        #[cfg(feature = "otlp")]
        if let Some(viewer) = &self.trace_viewer {
            // A variable is there for all programs, whether they send or not.
            let is_option = std::env::var_os("TRACE_VIEWER").is_none();
            anyhow::ensure!(sends || !is_option, "--trace-viewer shows what is sent: --otlp says where to");
            return Ok(sends.then(|| viewer.clone()));
        }
        let _none = sends;
        Ok(None)
    }
}

/// Serves the page until it is told to stop.
///
/// # Errors
///
/// When it cannot listen, or keys or notes cannot be read.
pub(crate) fn serve(
    options: &Options,
    output: &Args,
    otlp: &otlp::Options,
    certs: &Path,
) -> anyhow::Result<()> {
    certs::ensure_and_say(certs)?;
    let mut args = vec!["--certs".to_owned(), certs.display().to_string()];
    if let Some(folder) = &output.log_dir {
        args.extend(["--log-dir".to_owned(), folder.display().to_string()]);
    }
    args.extend(otlp.args());
    let sends = otlp::Exporter::new(otlp, LAB, output.lang())?.is_on();
    let page = page::Options {
        listen: options.listen,
        published_on: options.published_on,
        runs: runs()?,
        args,
        viewer: options.viewer(sends)?,
        notes: output.own_notes()?,
    };
    // The runs are programs of their own and get their capabilities from the program file, or from root.
    watch::confine(false);
    let lang = output.lang();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let stop = CancellationToken::new();
        let asked = stop.clone();
        tokio::spawn(async move {
            servers::shutdown_signal().await;
            asked.cancel();
        });
        page::serve(page, |url| show::say(LAB, say_in!(lang, page::page_is_at(url))), stop).await
    })
}

/// What a visitor can run: the pairs, then the scenarios.
fn runs() -> anyhow::Result<Vec<Run>> {
    let mut runs: Vec<Run> = Vec::new();
    runs.push(pair(Protocol::Tcp, None, text!(page::undisturbed())));
    for &variant in pairs::VARIANTS {
        let title = match variant {
            "rsa" => text!(page::static_rsa()),
            "tls13" => text!(page::tls13()),
            _ => text!(page::ecdhe()),
        };
        runs.push(pair(Protocol::Tls, Some(variant), title));
    }
    runs.push(pair(Protocol::Ws, Some("ws"), text!(page::websocket_over_tcp())));
    runs.push(pair(Protocol::Ws, Some("wss"), text!(page::websocket_over_tls())));
    runs.push(pair(Protocol::Ssh, None, text!(page::to_an_unknown_host_then_to_a_known_one())));
    for scenario in scenario::all().context("the scenarios of the suite do not read")? {
        runs.push(Run {
            args: vec!["run".to_owned(), scenario.name.clone()],
            protocol: scenario.pair.protocol,
            scenario: true,
            title: Said::from(&scenario.title),
            about: Said::from(&scenario.about),
            claims: scenario
                .claims
                .keys()
                .filter(|claim| !claim.is_beyond())
                .map(|claim| claim.id())
                .collect(),
            name: scenario.name,
        });
    }
    Ok(runs)
}

/// A pair by the words of its command line, with the claims that name this very command.
fn pair(protocol: Protocol, variant: Option<&str>, title: Text) -> Run {
    let mut args = vec![protocol.id().to_owned()];
    args.extend(variant.into_iter().flat_map(|variant| ["--variant".to_owned(), variant.to_owned()]));
    let command = format!("lab {}", args.join(" "));
    let shows = |claim: &&Claim| claim.shown_by().contains(&command.as_str());
    Run {
        name: args.join(" "),
        claims: Claim::noted().iter().filter(shows).map(|claim| claim.id()).collect(),
        args,
        protocol,
        scenario: false,
        title: title.into(),
        about: Said::default(),
    }
}
