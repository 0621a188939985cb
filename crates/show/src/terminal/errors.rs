//! What a program says when it cannot begin, in Chinese: the errors say it in English, once; a list beside this file has the
//! same in Chinese, with a `*` for what stands there in a case.

use std::{borrow::Cow, error::Error, sync::LazyLock};

use steps::{Lang, text};

/// English above, Chinese below.
const LIST: &str = include_str!("errors/chinese.txt");

static CHINESE: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let lines: Vec<&str> = LIST.lines().filter(|line| !line.starts_with("# ")).collect();
    lines.chunks(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))).collect()
});

/// What `error` says in `lang`; what has no words there is as it is.
pub fn error_in(error: &str, lang: Lang) -> Cow<'_, str> {
    if lang == Lang::En {
        return Cow::Borrowed(error);
    }
    // The system's own number tells no more than its words.
    let words = match error.rsplit_once(" (os error ") {
        Some((words, _number)) => words,
        None => error,
    };
    let found = CHINESE.iter().find_map(|(english, chinese)| Some((parts(english, words)?, chinese)));
    let Some((parts, chinese)) = found else { return Cow::Borrowed(error) };
    let mut parts = parts.into_iter();
    let said = chinese.split('*').enumerate().fold(String::new(), |mut said, (n, between)| {
        if n > 0 {
            said.push_str(&error_in(parts.next().unwrap_or_default(), lang));
        }
        said.push_str(between);
        said
    });
    Cow::Owned(said)
}

/// An error and what it comes from, in `lang` and one behind the other: as `own` says it where it has words of its own, else
/// as [`error_in`] does.
pub fn causes_in<'a>(
    causes: impl Iterator<Item = &'a (dyn Error + 'static)>,
    lang: Lang,
    own: impl Fn(&(dyn Error + 'static)) -> Option<String>,
) -> String {
    let one = |cause| own(cause).unwrap_or_else(|| error_in(&cause.to_string(), lang).into_owned());
    causes.map(one).collect::<Vec<_>>().join(text!(options::before_a_cause()).in_lang(lang))
}

/// What stands for each `*` where `words` are as `pattern` has it.
fn parts<'a>(pattern: &str, words: &'a str) -> Option<Vec<&'a str>> {
    let mut fixed = pattern.split('*');
    let mut rest = words.strip_prefix(fixed.next()?)?;
    let mut parts = Vec::new();
    let fixed: Vec<&str> = fixed.collect();
    for (n, between) in fixed.iter().enumerate() {
        let last = n + 1 == fixed.len();
        let at = match (last, between.is_empty()) {
            (true, true) => rest.len(),
            (true, false) => {
                rest.len().checked_sub(between.len()).filter(|at| rest.get(*at..) == Some(between))?
            }
            (false, _) => rest.find(between)?,
        };
        parts.push(&rest[..at]);
        rest = &rest[at + between.len()..];
    }
    rest.is_empty().then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_said_in_chinese_with_what_it_names() {
        for (english, chinese) in [
            (
                "no scenario is called `tcp/syn-lots`; did you mean `tcp/syn-lost`, `tcp/syn`? (`lab list` lists them)",
                "没有名为 `tcp/syn-lots` 的场景；是否想写 `tcp/syn-lost`, `tcp/syn`？（`lab list` 会列出所有场景）",
            ),
            ("no scenario is about `quic`", "没有与 `quic` 有关的场景"),
            ("could not read a.pcapng", "无法读取 a.pcapng"),
            ("No such file or directory (os error 2)", "没有这个文件或目录"),
            (
                "could not record in /x: Permission denied (--log-dir takes a folder)",
                "无法记录到 /x：没有权限（--log-dir 需要一个文件夹）",
            ),
            ("a peer said so", "a peer said so"),
        ] {
            assert_eq!(error_in(english, Lang::Zh), chinese);
            assert_eq!(error_in(english, Lang::En), english);
        }
    }

    #[test]
    fn each_line_has_its_chinese_with_as_many_places() {
        let lines = LIST.lines().filter(|line| !line.starts_with("# ")).count();
        assert_eq!((lines % 2, lines / 2), (0, CHINESE.len()));
        for (english, chinese) in CHINESE.iter() {
            assert_eq!(english.matches('*').count(), chinese.matches('*').count(), "{english}");
            assert!(english.is_ascii() && !chinese.is_ascii(), "{english}");
        }
    }
}
