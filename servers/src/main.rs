//! The binary `server`: one protocol a run.

use std::process::ExitCode;

fn main() -> ExitCode {
    servers::program::main(std::env::args_os())
}
