//! The table of the README: what the annotation costs, in one run.
//!
//! ```sh
//! cargo bench --workspace --bench table                     # about ten minutes; wants a quiet machine
//! cargo bench --workspace --bench table -- --quick          # fewer and shorter rounds
//! cargo bench --workspace --bench table -- handshakes bytes # some rows
//! ```
//!
//! What is compared runs in processes of its own that take turns (A B A B …), so that a neighbour who takes the
//! processor away takes it from all; each ratio is one of medians, with the middle half of the paired ratios behind it.

use std::{path::PathBuf, process::Command};

use clap::{Parser, ValueEnum};

mod bytes;
mod child;
mod collector;
#[path = "../common/mod.rs"]
mod common;
mod decode;
mod handshakes;
mod idle;
mod latency;
mod measure;
mod processes;

use common::{pair, recording};
use heap as _; // both columns take memory as the programs do

#[derive(Parser)]
#[command(name = "cargo bench --bench table --", about = "What the annotation costs")]
struct Cli {
    /// The rows to measure [default: all]
    rows: Vec<Row>,

    /// Fewer and shorter rounds, for a first impression
    #[arg(long)]
    quick: bool,

    /// What cargo adds
    #[arg(long, hide = true)]
    bench: bool,

    /// Be one of the processes that are measured
    #[arg(long, hide = true, num_args = 1.., value_name = "WORDS", allow_hyphen_values = true)]
    child: Vec<String>,
}

/// A part of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Row {
    /// Handshakes per second and CPU per handshake, annotated and bare
    Handshakes,
    /// How long a handshake takes, connect() to complete
    Latency,
    /// One client as a process, beside the tools that people use
    Processes,
    /// Memory per idle connection, and cost per handshake with many open
    Idle,
    /// From a capture's bytes to steps, beside tshark
    Bytes,
}

/// How long it may take.
#[derive(Clone, Copy, Debug)]
struct Effort {
    quick: bool,
}

impl Effort {
    /// So many, or with `--quick` so few.
    fn of<T>(self, many: T, few: T) -> T {
        if self.quick { few } else { many }
    }
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    if !cli.child.is_empty() {
        return child::be(&cli.child);
    }
    let effort = Effort { quick: cli.quick };
    let wanted = |row: Row| cli.rows.is_empty() || cli.rows.contains(&row);
    let folder = tempfile::tempdir()?;
    let certs = folder.path().join("certs");
    certs::ensure(&certs)?;
    println!("{}", measure::machine());
    if wanted(Row::Handshakes) {
        handshakes::table(effort, folder.path(), &certs)?;
    }
    if wanted(Row::Latency) {
        latency::table(effort, folder.path(), &certs)?;
    }
    if wanted(Row::Processes) {
        processes::table(effort, folder.path(), &certs)?;
    }
    if wanted(Row::Idle) {
        idle::table(effort, folder.path(), &certs)?;
    }
    if wanted(Row::Bytes) {
        bytes::table(effort, folder.path(), &certs)?;
    }
    Ok(())
}

/// One of our programs, built with this profile.
fn program(name: &str) -> anyhow::Result<PathBuf> {
    // This runs from target/release/deps.
    let here = std::env::current_exe()?;
    let folder = here.ancestors().nth(2).ok_or_else(|| anyhow::anyhow!("no folder above {here:?}"))?;
    if std::env::var_os("HANDSHAKES_BUILT").is_some() {
        return Ok(folder.join(name)); // by who says so, a moment ago
    }
    // The whole workspace is selected although one program suffices: Cargo unites features over what is selected.
    let built = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "-q", "--workspace", "--bins", "--profile", "bench", "--target-dir"])
        .arg(folder.parent().unwrap_or(folder))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()?;
    anyhow::ensure!(built.success(), "`{name}` does not build");
    Ok(folder.join(name))
}
