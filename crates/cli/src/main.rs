//! The binary `asnoted`: all programs of the suite as one, for those who install it. Its command line is the lab's, with
//! the others as subcommands: `asnoted tls`, `asnoted client tls`, `asnoted server ssh`, `asnoted certs`.
//!
//! Called by a link of one of the short names (`client`), it is that program: so the image has them all in one file.

use std::{ffi::OsString, path::Path, process::ExitCode};

use steps::program::{self, Program};

mod family;
mod pages;

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    let called = args.first().and_then(|name| Path::new(name).file_stem());
    if let Some(program) =
        Program::ALL.into_iter().find(|it| called.is_some_and(|name| name == it.short_name()))
    {
        return run(program, args);
    }
    program::called_as_one();
    let read = show::matches(family::command, program::LAB, &args);
    match read.subcommand() {
        Some((family::COMPLETIONS, asked)) => said(pages::completions(asked)),
        Some((family::MAN, asked)) => said(pages::man(asked)),
        Some((name, _)) => match Program::ALL.into_iter().find(|program| program.short_name() == name) {
            Some(program) => run(program, family::args_of(name, args)),
            None => run(Program::Lab, args),
        },
        None => run(Program::Lab, args),
    }
}

fn run(program: Program, args: Vec<OsString>) -> ExitCode {
    match program {
        Program::Lab => lab::main(args),
        Program::Client => clients::program::main(args),
        Program::Server => servers::program::main(args),
        // By itself it says all in English: it knows nothing of what the others have in two languages.
        Program::Certs => {
            certs::program::main_as_read(&show::matches(certs::program::command, program::CERTS, &args))
        }
    }
}

fn said(done: anyhow::Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            show::say(program::LAB, format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}
