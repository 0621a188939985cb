//! Sentences in every language: a table for each, and the words by which the code asks for one of them.
//!
//! A crate that says something has a folder for each language, `src/lang/en` and `src/lang/zh`, with the same files; in each
//! a table `name(values) = "the sentence"`. Code names the sentence and its values: `say!(tls::it_expired(date))`. What a
//! language lacks, has too much, or does not use, the compiler says.

use std::fmt::Display;

use crate::Lang;

/// A value as it stands in a sentence: the same in every language, unless it is a sentence itself
/// ([`Said`](crate::Said) and [`Text`](crate::Text) have a method of this name, which comes first).
pub trait InLang: Display {
    /// As it stands in a sentence of `lang`.
    fn in_lang(&self, _: Lang) -> &Self {
        self
    }
}

impl<T: Display + ?Sized> InLang for T {}

/// A table of sentences in one language, as functions of their values.
///
/// A value that a language has no use for is written with an underscore there: `leave_out(_option) = "…";`.
#[macro_export]
macro_rules! sentences {
    (@ $sentence:ident () $words:literal) => {
        pub(crate) const fn $sentence() -> &'static str { $words }
    };
    (@ $sentence:ident ($($value:ident),+) $words:literal) => {
        #[allow(clippy::too_many_arguments, reason = "a sentence has the values that it names")]
        pub(crate) fn $sentence($($value: impl ::std::fmt::Display),+) -> String { format!($words) }
    };
    ($($sentence:ident ( $($value:ident),* ) = $words:literal;)*) => {
        $($crate::sentences! { @ $sentence ($($value),*) $words })*
    };
}

/// A sentence of the tables, with values of this run, in every language: `say!(tls::it_expired(date))`.
#[macro_export]
#[allow(clippy::crate_in_macro_def, reason = "the tables are those of the crate that speaks")]
macro_rules! say {
    ($table:ident :: $sentence:ident ( $($value:expr),* $(,)? )) => {{
        #[allow(unused_imports, reason = "a sentence may have no values, or only sentences")]
        use $crate::InLang as _;
        $crate::Said::new(
            crate::lang::en::$table::$sentence($(($value).in_lang($crate::Lang::En)),*),
            crate::lang::zh::$table::$sentence($(($value).in_lang($crate::Lang::Zh)),*),
        )
    }};
}

/// The same in one language alone, as a `String`: `say_in!(lang, load::so_many_failed(n))`.
#[macro_export]
#[allow(clippy::crate_in_macro_def, reason = "the tables are those of the crate that speaks")]
macro_rules! say_in {
    ($lang:expr, $table:ident :: $sentence:ident ( $($value:expr),* $(,)? )) => {{
        #[allow(unused_imports, reason = "a sentence may have no values, or only sentences")]
        use $crate::InLang as _;
        match $lang {
            $crate::Lang::En => crate::lang::en::$table::$sentence($(($value).in_lang($crate::Lang::En)),*),
            $crate::Lang::Zh => crate::lang::zh::$table::$sentence($(($value).in_lang($crate::Lang::Zh)),*),
        }
    }};
}

/// A sentence of the tables that has no values, as a constant: `text!(tls_rules::alert())`.
#[macro_export]
#[allow(clippy::crate_in_macro_def, reason = "the tables are those of the crate that speaks")]
macro_rules! text {
    ($table:ident :: $sentence:ident ()) => {
        $crate::Text { en: crate::lang::en::$table::$sentence(), zh: crate::lang::zh::$table::$sentence() }
    };
}
