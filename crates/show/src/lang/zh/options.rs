//! What is wrong with a command line, in Chinese.

steps::sentences! {
    // terminal/idle.rs
    does_nothing_here(option, program, name) = "`--{option}` 对 `{program} {name}` 不起作用：请去掉";

    // say/command_line.rs
    error() = "错误：";

    // terminal/errors.rs
    before_a_cause() = "：";
}
