//! Runs the tests of a binary as Rust's own runner does, with its options and its words, but for one thing: a test that found a
//! peer missing is *ignored*, and named at the end. Rust's runner only knows beforehand what it ignores.

use std::{
    any::Any,
    env,
    future::Future,
    os::unix::process::CommandExt,
    process::{Command, ExitCode},
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use steps::sync::lock;

#[doc(hidden)]
pub use inventory;

/// A test, as `#[kit::test]` puts it on the list.
pub struct Test {
    pub module: &'static str,
    pub name: &'static str,
    pub run: fn(),
}

inventory::collect!(Test);

impl Test {
    /// As Rust's runner would call it: without the name of the binary.
    fn path(&self) -> String {
        let within = self.module.split_once("::").map(|(_, within)| format!("{within}::"));
        within.unwrap_or_default() + self.name
    }
}

/// The root of a binary whose tests are `#[kit::test]`. Its entry in Cargo.toml says `harness = false`.
#[macro_export]
macro_rules! runner {
    () => {
        fn main() -> std::process::ExitCode {
            $crate::runner::run()
        }

        // Rust's own runner would find no test but this one.
        #[::core::prelude::v1::test]
        fn the_entry_in_cargo_toml_says_harness_false() {
            panic!("[[test]] of this binary lacks `harness = false`: none of its tests ran");
        }
    };
}

/// What was missing, and in which test. The process's: a binary of tests is one process, and its tests have no argument.
static MISSING: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

/// Whether this binary's tests are run here.
static RUNS: AtomicBool = AtomicBool::new(false);

fn missing() -> MutexGuard<'static, Vec<(String, String)>> {
    lock(&MISSING)
}

/// Keeps that the test of this thread lacks `what`. False where no test of ours runs.
pub(crate) fn lacks(what: &str) -> bool {
    if RUNS.load(Relaxed) {
        let test = thread::current().name().expect("a test asks on its own thread").to_owned();
        missing().push((test, format!("{what} is not installed")));
    }
    RUNS.load(Relaxed)
}

/// Begins again in the locale in which tests read, for all that they start. Safe Rust cannot change its own environment.
fn in_english() {
    if env::var_os("LC_ALL").is_none_or(|it| it != "C.UTF-8") || env::var_os("LANGUAGE").is_some() {
        let mut again = Command::new(env::current_exe().expect("a running test has a path"));
        again.args(env::args_os().skip(1));
        crate::process::in_english(&mut again);
        panic!("could not begin again: {}", again.exec());
    }
}

/// Runs the tests that the command line names.
pub fn run() -> ExitCode {
    in_english();
    RUNS.store(true, Relaxed);
    let mut tests: Vec<_> = inventory::iter::<Test>().map(|test| (test.path(), test.run)).collect();
    tests.sort();
    let trials =
        tests.into_iter().map(|(path, run)| Trial::ignorable_test(path.clone(), move || attempt(&path, run)));
    let ran = libtest_mimic::run(&Arguments::from_args(), trials.collect());
    let missing = missing();
    if !missing.is_empty() {
        println!("not tested, or not to the end:");
        missing.iter().for_each(|(test, why)| println!("    {test}: {why}"));
        println!();
    }
    ran.exit_code()
}

/// Runs a test on a thread of its own, which has its name.
fn attempt(path: &str, run: fn()) -> Result<Completion, Failed> {
    let thread = thread::Builder::new().name(path.to_owned()).spawn(run).expect("a thread can be started");
    thread.join().map_err(|panic| Failed::from(said(&*panic)))?;
    let missing = missing();
    let why: Vec<_> = missing.iter().filter(|(test, _)| test == path).map(|(_, why)| why.as_str()).collect();
    Ok(if why.is_empty() { Completion::Completed } else { Completion::ignored_with(why.join(", ")) })
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("it panicked")
}

/// Runs an `async` test to its end.
pub fn block_on(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("a runtime can be made").block_on(test);
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    /// The text of all sources in a folder, or of the file.
    fn text(path: &Path) -> String {
        if path.is_file() {
            return fs::read_to_string(path).expect("a source is text");
        }
        let entries = fs::read_dir(path).expect("it is a folder").flatten().map(|entry| entry.path());
        let sources = entries.filter(|path| path.is_dir() || path.extension().is_some_and(|it| it == "rs"));
        sources.map(|path| text(&path)).collect()
    }

    /// A test of the wrong kind would be left out without a word.
    #[test]
    fn a_binary_has_tests_of_one_kind() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lab");
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).expect("lab has a manifest");
        let mut ours = 0;
        for entry in fs::read_dir(folder.join("tests")).expect("lab has tests").flatten() {
            let path = entry.path();
            let root = if path.is_dir() { path.join("main.rs") } else { path.clone() };
            let Ok(root) = fs::read_to_string(root) else { continue };
            let (text, name) = (text(&path), entry.file_name().into_string().expect("a plain name"));
            let is_ours = root.contains("\nkit::runner!();\n");
            ours += usize::from(is_ours);
            let wrong: &[&str] = if is_ours { &["#[test]", "#[tokio::test"] } else { &["#[kit::test]"] };
            for wrong in wrong {
                assert!(!text.contains(wrong), "{name}: {wrong} would not run there");
            }
            let name = name.trim_end_matches(".rs");
            let entry = manifest.lines().find(|line| line.contains(&format!("name = \"{name}\", path")));
            let without = entry.is_some_and(|entry| entry.contains("harness = false"));
            assert_eq!(without, is_ours, "{name}: `harness = false` goes with kit::runner!()");
        }
        assert!(ours > 20, "{ours}");
    }
}
