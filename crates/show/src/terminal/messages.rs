//! The program's own messages, `WARN what happened`, and those of the libraries (`RUST_LOG`): one harmless line each,
//! whatever they quote. `tracing-subscriber` escapes what begins a command to a terminal, but no line break and no mark
//! of direction.

use std::fmt::{self, Debug, Write as _};

use steps::{Lang, harmless};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    registry::LookupSpan,
};

use super::{Paint, error_in};

/// Formats a message.
#[derive(Debug)]
pub(crate) struct OneLine(pub(crate) Paint, pub(crate) Lang);

impl<S, N> FormatEvent<S, N> for OneLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    /// Spans are left out: none of the libraries opens any.
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let level = *event.metadata().level();
        let mut text = Text(String::new());
        event.record(&mut text);
        writeln!(
            writer,
            "{} {}",
            self.0.level(level, &format!("{level:>5}")),
            harmless::one_line(&error_in(&text.0, self.1))
        )
    }
}

/// The message, and behind it what else the event holds.
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // What the bridge from the crate `log` adds is the place in the source.
        let name = field.name();
        if name.starts_with("log.") {
            return;
        }
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        // Writing to a String cannot fail.
        let _ = match name {
            "message" => write!(self.0, "{value:?}"),
            name => write!(self.0, "{name}={value:?}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Write},
        sync::{Arc, Mutex},
    };

    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_message_is_one_line_whatever_it_quotes() {
        let written = Written::default();
        let place = written.clone();
        let layer = tracing_subscriber::fmt::layer()
            .event_format(OneLine(Paint::new(true), Lang::En))
            .with_ansi(true)
            .with_writer(move || place.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            tracing::warn!(peer = "a\u{202e}", "it says: {}", "\u{1b}]0;x\u{7}\n WARN forged");
        });
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        let message = r#"it says: \u{1b}]0;x\u{7}\n WARN forged peer="a\u{202e}""#;
        assert_eq!(text, format!("{} {message}\n", Paint::new(true).level(tracing::Level::WARN, " WARN")));
    }
}
