//! Sentences with values in them.

/// A sentence in both languages, each with values of this run: `say!("{n} bytes", "{n} 字节")`.
///
/// Values that differ by language stand behind both, the English ones first: `say!("{} ends", "{}结束", (en), (zh))`.
macro_rules! say {
    ($en:literal, $zh:literal $(,)?) => {
        $crate::Said::new(format!($en), format!($zh))
    };
    ($en:literal, $zh:literal, ($($of_en:expr),*), ($($of_zh:expr),*) $(,)?) => {
        $crate::Said::new(format!($en, $($of_en),*), format!($zh, $($of_zh),*))
    };
}
pub(crate) use say;
