//! What is wrong with a command line, in English.

steps::sentences! {
    // terminal/idle.rs
    does_nothing_here(option, program, name) = "`--{option}` does nothing with `{program} {name}`: leave it out";

    // say/command_line.rs
    error() = "error: ";

    // terminal/errors.rs
    before_a_cause() = ": ";
}
