//! Help and complaints about the command line in Chinese. The options say what they do in English, once; a list beside
//! this file has the same in Chinese, line by line.

use std::{collections::HashMap, ffi::OsString, sync::LazyLock};

use clap::{
    ArgAction, Command, Error,
    builder::{Resettable, StyledStr},
    error::{ContextKind, ContextValue, ErrorKind},
};
use steps::{
    Lang,
    program::{self, Program},
};

use super::{
    Args, LangArg,
    idle::{Idle, hidden},
    text::{columns, wrap_to},
};

/// English above, Chinese below.
const LIST: &str = include_str!("help/chinese.txt");

static CHINESE: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let lines: Vec<&str> = LIST.lines().filter(|line| !line.starts_with("# ")).collect();
    lines.chunks(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))).collect()
});

/// The language in which a command line wants to be answered, also one that cannot be read.
pub(crate) fn lang_of(args: &[OsString]) -> Lang {
    let words: Vec<_> = args.iter().filter_map(|arg| arg.to_str()).take_while(|arg| *arg != "--").collect();
    let follows = words.windows(2).rev().find(|two| two[0] == "--lang").map(|two| two[1]);
    let asked = words.iter().rev().find_map(|word| word.strip_prefix("--lang=")).or(follows);
    let lang = match asked {
        Some("zh") => Some(LangArg::Zh),
        Some("en") => Some(LangArg::En),
        Some(_) | None => None,
    };
    Args { lang, ..Args::default() }.lang()
}

/// What `text` of the help is in Chinese; what has no words is as it is.
fn chinese(text: &str) -> &str {
    CHINESE.get(text).copied().unwrap_or(text)
}

/// `command` with the name by which `program` is called, in its usage and in whatever it says of our programs.
pub fn as_called(command: Command, program: Program) -> Command {
    let name = program.name();
    let command = if program::are_one() { renamed(command) } else { command };
    command.bin_name(name).display_name(name)
}

fn renamed(command: Command) -> Command {
    let called = |text: &dyn ToString| program::as_called(&text.to_string()).into_owned();
    let about = command.get_about().map(|it| called(it));
    let after = command.get_after_help().map(|it| called(it));
    let mut command = command.mut_args(|arg| match arg.get_help().map(|it| called(it)) {
        Some(help) => arg.help(help),
        None => arg,
    });
    if let Some(about) = about {
        command = command.about(about);
    }
    if let Some(after) = after {
        command = command.after_help(after);
    }
    command.mut_subcommands(renamed)
}

/// The lines of the help of `command` and all below it that have no Chinese.
pub fn without_chinese(command: &Command) -> Vec<String> {
    let mut missing = Vec::new();
    let mut look = |text: &str| {
        if !CHINESE.contains_key(text) {
            missing.push(text.to_owned());
        }
    };
    for arg in command.get_arguments() {
        arg.get_help().into_iter().for_each(|help| look(&help.to_string()));
        arg.get_help_heading().into_iter().for_each(&mut look);
        for value in arg.get_possible_values() {
            value.get_help().into_iter().for_each(|help| look(&help.to_string()));
        }
    }
    command.get_about().into_iter().for_each(|about| look(&about.to_string()));
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    after.lines().filter_map(said_of_an_example).filter(|says| !says.is_empty()).for_each(&mut look);
    missing.extend(command.get_subcommands().flat_map(without_chinese));
    missing
}

/// `command` with its help in `lang`.
pub fn in_lang(command: Command, lang: Lang) -> Command {
    match lang {
        Lang::En => command,
        Lang::Zh => in_chinese(command),
    }
}

/// The help that `args` asks for of `program`, in Chinese, `width` columns wide.
pub(crate) fn help(
    command: Command,
    program: Program,
    (args, idle): (&[OsString], &[Idle]),
    width: usize,
) -> String {
    let command = as_called(in_chinese(command), program).term_width(10_000);
    let rendered = rendered(command, args, idle);
    let mut page = String::new();
    for line in rendered.to_string().lines() {
        for line in folded(&own_words(line), width) {
            page.push_str(line.trim_end());
            page.push('\n');
        }
    }
    page
}

/// The help that `args` asks for, in English.
pub(crate) fn english(command: Command, program: Program, args: &[OsString], idle: &[Idle]) -> StyledStr {
    rendered(as_called(command, program), args, idle)
}

fn rendered(mut command: Command, args: &[OsString], idle: &[Idle]) -> StyledStr {
    command.build();
    hidden(&mut command, idle);
    let mut at = &mut command;
    for word in args.iter().skip(1).filter_map(|arg| arg.to_str()) {
        let Some(name) = at.find_subcommand(word).map(|found| found.get_name().to_owned()) else { continue };
        at = at.find_subcommand_mut(&name).expect("it was found");
    }
    let long = args.iter().any(|arg| arg == "--help" || arg == "help");
    if long { at.render_long_help() } else { at.render_help() }
}

/// The words that clap puts in of its own.
fn own_words(line: &str) -> String {
    if let Some(heading) = line.strip_suffix(':')
        && !line.starts_with(' ')
    {
        return format!("{}：", chinese(heading));
    }
    // What a possible value means.
    if line.trim_start().starts_with("- ")
        && let Some((value, means)) = line.split_once(": ")
    {
        let means = means.trim_start();
        return format!("{value}：{}", chinese(means));
    }
    line.replace("Usage: ", "用法：")
        .replace("[OPTIONS]", "[选项]")
        .replace("[COMMAND]", "[命令]")
        .replace("<COMMAND>", "<命令>")
        .replace("[default: ", "[默认：")
        .replace("[env: ", "[环境变量：")
        .replace("[possible values: ", "[可选值：")
        .replace("[aliases: ", "[别名：")
        .replace("Possible values:", "可选值：")
        .replace("Print this message or the help of the given subcommand(s)", "显示本帮助或指定子命令的帮助")
        .replace("Print version", "显示版本")
}

/// `line` in lines of at most `width` columns; what goes on stands below the explanation's begin.
fn folded(line: &str, width: usize) -> Vec<String> {
    if columns(line) <= width {
        return vec![line.to_owned()];
    }
    let indent = line.len() - line.trim_start().len();
    // The explanation stands behind two blanks, or it is the whole line.
    let begin = line[indent..].find("  ").map_or(indent, |at| {
        let behind = &line[indent + at..];
        indent + at + behind.len() - behind.trim_start().len()
    });
    let hang = columns(&line[..begin]).min(width / 2);
    let mut lines = wrap_to(&line[begin..], width - hang);
    for (n, folded) in lines.iter_mut().enumerate() {
        *folded = if n == 0 {
            format!("{}{folded}", &line[..begin])
        } else {
            format!("{}{folded}", " ".repeat(hang))
        };
    }
    lines
}

fn in_chinese(command: Command) -> Command {
    let about = command.get_about().map(|about| chinese(&about.to_string()).to_owned());
    let after = command.get_after_help().map(|after| examples(&after.to_string()));
    let names: Vec<String> = command.get_subcommands().map(|it| it.get_name().to_owned()).collect();
    let mut command = command.mut_args(|arg| {
        let help = arg.get_help().map(|help| chinese(&help.to_string()).to_owned());
        let heading = arg.get_help_heading().map(|heading| chinese(heading).to_owned());
        let mut arg = arg;
        if let Some(help) = help {
            arg = arg.help(help);
        }
        if let Some(heading) = heading {
            let heading: &'static str = chinese_heading(&heading);
            arg = arg.help_heading(heading);
        }
        arg
    });
    for name in names {
        command = command.mut_subcommand(name, in_chinese);
    }
    command = command.disable_help_flag(true).arg(
        clap::Arg::new("help")
            .short('h')
            .long("help")
            .action(ArgAction::Help)
            .help_heading(Resettable::Reset)
            .help(chinese("Print help")),
    );
    if let Some(about) = about {
        command = command.about(about);
    }
    if let Some(after) = after {
        command = command.after_help(after);
    }
    command
}

/// A heading that lives as long as clap wants it to.
fn chinese_heading(heading: &str) -> &'static str {
    CHINESE.values().find(|known| **known == heading).copied().unwrap_or("")
}

/// What a line behind the options says: of an example what stands behind it, if anything does; else all of it.
fn said_of_an_example(line: &str) -> Option<&str> {
    match line.trim_end().rsplit_once("  ") {
        Some((command, _)) if command.trim().is_empty() => None,
        Some((_, says)) => Some(says),
        None => Some(line),
    }
}

/// Examples keep their commands; what is said of them is in Chinese.
fn examples(after: &str) -> String {
    let line = |line: &str| match said_of_an_example(line) {
        Some(says) => format!("{}{}", &line[..line.trim_end().len() - says.len()], chinese(says)),
        None => line.to_owned(),
    };
    after.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// What is wrong with a command line, in Chinese.
pub(crate) fn complaint(error: &Error) -> String {
    let word = |kind: ContextKind| {
        error.get(kind).map(|value| match value {
            ContextValue::String(one) => one.clone(),
            ContextValue::Strings(many) => many.join("、"),
            ContextValue::StyledStr(one) => one.to_string(),
            other => other.to_string(),
        })
    };
    let arg = word(ContextKind::InvalidArg).unwrap_or_default();
    let value = word(ContextKind::InvalidValue).unwrap_or_default();
    let allowed = word(ContextKind::ValidValue).filter(|words| !words.is_empty());
    let instead = word(ContextKind::SuggestedArg)
        .or_else(|| word(ContextKind::SuggestedValue))
        .or_else(|| word(ContextKind::SuggestedSubcommand))
        .map(|instead| format!("。是否想写 {instead}？"))
        .unwrap_or_default();
    let what = match error.kind() {
        ErrorKind::UnknownArgument => format!("没有选项 {arg}"),
        ErrorKind::InvalidSubcommand => {
            format!("没有命令 {}", word(ContextKind::InvalidSubcommand).unwrap_or_default())
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("{arg} 需要一个值"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => format!("{arg} 的值 {value} 无效"),
        ErrorKind::MissingRequiredArgument => format!("缺少 {arg}"),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "缺少命令".into()
        }
        ErrorKind::ArgumentConflict => {
            format!("{arg} 不能与 {} 同时使用", word(ContextKind::PriorArg).unwrap_or_default())
        }
        ErrorKind::TooManyValues => format!("{arg} 的值 {value} 是多余的"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!("{arg} 的值的个数不对"),
        ErrorKind::NoEquals => format!("{arg} 的值要用等号给出"),
        ErrorKind::InvalidUtf8 => "命令行不是 UTF-8".into(),
        _ => "命令行无法理解".into(),
    };
    let allowed = allowed.map(|allowed| format!("，可选值：{allowed}")).unwrap_or_default();
    let usage = word(ContextKind::Usage).map(|usage| own_words(usage.trim_end())).unwrap_or_default();
    let usage = if usage.is_empty() { usage } else { format!("\n\n{usage}") };
    format!("错误：{what}{allowed}{instead}{usage}\n\n用 --help 查看说明。\n")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[derive(clap::Parser)]
    #[command(name = "lab", about = "Four real handshakes, both ends in one log")]
    struct Cli {
        #[command(flatten)]
        output: Args,
    }

    fn words(args: &[&str]) -> Vec<OsString> {
        args.iter().map(OsString::from).collect()
    }

    #[test]
    fn every_option_that_all_programs_share_has_its_chinese() {
        assert_eq!(without_chinese(&Cli::command()), [""; 0]);
        let lines = LIST.lines().filter(|line| !line.starts_with("# ")).count();
        assert_eq!((lines % 2, lines / 2), (0, CHINESE.len()), "pairs, none of them twice");
    }

    #[test]
    fn the_help_is_chinese_and_keeps_to_its_columns() {
        let page = help(Cli::command(), program::LAB, (&words(&["lab", "--help"]), &[]), 80);
        for line in page.lines() {
            assert!(columns(line) <= 80, "{line}");
        }
        for says in ["用法：lab [选项]", "何时使用颜色", "可选值：", "供人阅读", "显示帮助", "输出："]
        {
            assert!(page.contains(says), "{says} is not in:\n{page}");
        }
        for english in ["Usage", "Options:", "possible values", "default:", "Print", "For people", "version"]
        {
            assert!(!page.contains(english), "{english} is in:\n{page}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_in_chinese() {
        for (args, says) in [
            (["lab", "--colour"], "没有选项 --colour"),
            (["lab", "--format=xml"], "的值 xml 无效，可选值：text、json"),
            (["lab", "--lang"], "需要一个值"),
        ] {
            let error = Cli::command().try_get_matches_from(args).unwrap_err();
            let said = complaint(&error);
            assert!(said.contains(says) && said.starts_with("错误："), "{said}");
        }
    }

    #[test]
    fn the_language_is_known_before_the_command_line_is_read() {
        for (args, lang) in [
            (&["lab", "--lang", "zh", "--x"][..], Lang::Zh),
            (&["lab", "--lang=zh"][..], Lang::Zh),
            (&["lab", "--lang", "zh", "--lang", "en"][..], Lang::En),
        ] {
            assert_eq!(lang_of(&words(args)), lang);
        }
    }
}
