//! Every scenario of the suite, run as a reader would: each must show exactly the claims its file names, and end as it
//! says on both sides. What the runs logged is then read back, with values taken away and changed.

kit::runner!();

#[path = "../common/mod.rs"]
mod common;

mod fields;
mod ladder;
mod layout;
mod lines;
mod page;

use std::{
    fs,
    process::Command,
    sync::{Mutex, OnceLock},
};

use common::with_capture;
use steps::{Protocol, sync::lock};

/// Scenarios turn on the kernel's timers: not two sets of them at once on a machine with two cores.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// What the scenarios of a protocol came to.
#[derive(Debug)]
struct Run {
    /// What the lab said of them.
    said: String,
    succeeded: bool,
    /// What both ends logged.
    log: String,
    /// The lines between, which name each run.
    runs: String,
}

/// Runs the scenarios of `protocol`, once for all tests of this file; none where segments cannot be captured.
fn run(protocol: Protocol) -> Option<&'static Run> {
    static RUNS: [OnceLock<Option<Run>>; 4] = [const { OnceLock::new() }; 4];
    let run = RUNS[protocol as usize].get_or_init(|| run_with(protocol, &[])).as_ref();
    if run.is_none() {
        common::missing("the right to capture packets"); // for this test, too
    }
    run
}

fn run_with(protocol: Protocol, options: &[&str]) -> Option<Run> {
    let _alone = lock(&ONE_AT_A_TIME);
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let logs = folder.path().join("logs");
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.arg("run").arg(format!("{}/*", protocol.id()));
    command.arg("--certs").arg(folder.path().join("certs")).arg("--log-dir").arg(&logs).args(options);
    let output = with_capture(command)?.output().expect("lab runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let said = text(&output.stdout) + &text(&output.stderr);
    println!("{said}");
    let files = fs::read_dir(&logs).expect("the runs were recorded").flatten();
    let log: String = files.map(|file| fs::read_to_string(file.path()).expect("a log is text")).collect();
    let (runs, log): (Vec<&str>, Vec<&str>) =
        log.split_inclusive('\n').partition(|line| common::names_a_run(line));
    let (runs, log) = (runs.concat(), log.concat());
    let lines: Vec<String> =
        [said.as_str(), &log].into_iter().flat_map(str::lines).map(str::to_owned).collect();
    common::sentences::are_for_people(&lines);
    Some(Run { said, succeeded: output.status.success(), log, runs })
}

impl Run {
    fn came_out_as_expected(&self) {
        let Run { said, succeeded, .. } = self;
        assert!(*succeeded && said.contains('✓') && !said.contains('✗'), "{said}");
    }
}

fn come_out_as_expected(protocol: Protocol) {
    if let Some(run) = run(protocol) {
        run.came_out_as_expected();
    }
}

#[kit::test]
fn the_scenarios_of_tls() {
    come_out_as_expected(Protocol::Tls);
}

#[kit::test]
fn the_scenarios_of_tcp() {
    come_out_as_expected(Protocol::Tcp);
}

#[kit::test]
fn the_scenarios_of_tcp_over_ipv6() {
    if let Some(run) = run_with(Protocol::Tcp, &["--ipv6"]) {
        run.came_out_as_expected();
    }
}

#[kit::test]
fn the_scenarios_of_websocket() {
    come_out_as_expected(Protocol::Ws);
}

#[kit::test]
fn the_scenarios_of_ssh() {
    come_out_as_expected(Protocol::Ssh);
}

/// A line of progress for each scenario, in order, and then a total; all of it on standard output.
#[kit::test]
fn each_scenario_of_tcp_has_a_line_of_progress_and_all_a_total() {
    let Some(run) = run(Protocol::Tcp) else { return };
    let lines: Vec<&str> = run.said.lines().filter(|line| line.starts_with('[')).collect();
    let all =
        include_str!("../../scenarios/took.txt").lines().filter(|line| line.starts_with("tcp/")).count();
    for (n, line) in lines.iter().enumerate() {
        assert!(line.starts_with(&format!("[{:>2}/{all}] ✓ tcp/", n + 1)), "{line}");
        assert!(line.contains(" as expected · ") && line.ends_with(" s"), "{line}");
    }
    assert_eq!(lines.len(), all, "{}", run.said);
    let says = format!("{all} scenarios: {all} as expected · ");
    let total: Vec<&str> = run.said.lines().filter(|line| line.starts_with(&says)).collect();
    assert_eq!(total.len(), 1, "{}", run.said);
    println!("{} lines of progress; {}", lines.len(), total[0]);
}

/// How long each takes stands in `lab list`, as it was measured. The file is written anew by
/// `TOOK=write cargo test -p lab --test scenarios how_long`.
#[kit::test]
fn how_long_each_takes_is_on_record() {
    let mut measured = String::new();
    for &protocol in Protocol::ALL {
        let Some(run) = run(protocol) else { return };
        for here in show::read_log("log", &run.runs).runs {
            if let Some(end) = here.run.ended {
                measured += &format!("{} {:.1}\n", here.run.run, end.took_ms as f64 / 1000.0);
            }
        }
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/took.txt");
    if std::env::var("TOOK").is_ok_and(|took| took == "write") {
        fs::write(file, &measured).expect("the folder is ours");
    }
    let recorded = fs::read_to_string(file).expect("it is in the repository");
    let names = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(names(&recorded), names(&measured), "on record (left) and run (right)");
}
