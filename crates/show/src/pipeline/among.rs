//! The log as a layer among those of a program that has a subscriber of its own.

use std::io::{self, Write};

use steps::Lang;
use tracing::Subscriber;
use tracing_subscriber::{Layer, registry::LookupSpan};

use super::{
    init::Init,
    layer::{self, Guard},
    writer::{Out, Writer},
};
use crate::terminal::{Args, Color, Format, LangArg};

/// How a log among other layers looks: English, 80 columns and no colours, unless told otherwise.
#[derive(Clone, Debug)]
#[must_use = "`layer` makes the log"]
pub struct Options(Args);

impl Default for Options {
    fn default() -> Self {
        Options(Args {
            lang: Some(LangArg::En),
            color: Color::Never,
            width: Some(80),
            no_beside: true,
            ..Args::default()
        })
    }
}

impl Options {
    /// In this language.
    pub fn lang(mut self, lang: Lang) -> Self {
        self.0.lang = Some(match lang {
            Lang::En => LangArg::En,
            Lang::Zh => LangArg::Zh,
        });
        self
    }

    /// In colours, for a terminal.
    pub fn colored(mut self, colored: bool) -> Self {
        self.0.color = if colored { Color::Always } else { Color::Never };
        self
    }

    /// So many columns wide; 60 at least.
    pub fn columns(mut self, columns: u16) -> Self {
        self.0.width = Some(columns);
        self
    }

    /// An object of JSON a step, with the claims that it shows, as it can be read back and judged again.
    pub fn json(mut self) -> Self {
        self.0.format = Format::Json;
        self
    }

    /// Only how each connection ended.
    pub fn quiet(mut self) -> Self {
        (self.0.quiet, self.0.verbose) = (true, false);
        self
    }

    /// Also the explanation and every field of each step.
    pub fn verbose(mut self) -> Self {
        (self.0.quiet, self.0.verbose) = (false, true);
        self
    }

    /// A layer that takes the events of handshakes and nothing else, and the guard that ends its log: to be kept until the
    /// program ends, when what still waits is written. A thread of its own writes to `to`; no handshake waits for it.
    ///
    /// An `EnvFilter` that stands among the layers by itself holds for all of them: put it on yours (`with_filter`), or
    /// let `handshake=info` through.
    ///
    /// # Errors
    ///
    /// When the system has no thread left.
    pub fn layer<S>(
        self,
        to: impl Write + Send + 'static,
    ) -> io::Result<(impl Layer<S> + Send + Sync + 'static, Guard)>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let Options(args) = self;
        let to = (Out::new(to), "the log of handshakes");
        let writer = Writer::to(to, false, &args, &Init::default())?;
        layer::among(writer, args.lang())
    }
}

/// A log that is written to `to`, as a layer among others: [`Options::layer`] with nothing told otherwise.
///
/// # Errors
///
/// When the system has no thread left.
pub fn layer<S>(to: impl Write + Send + 'static) -> io::Result<(impl Layer<S> + Send + Sync + 'static, Guard)>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    Options::default().layer(to)
}
