//! What the command line says of it.

/// Whether and where to send events.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "OpenTelemetry")]
pub struct Options {
    /// Also send every step to an OpenTelemetry collector, by OTLP over HTTP [without URL: OTEL_EXPORTER_OTLP_ENDPOINT, else http://localhost:4318]
    #[cfg(feature = "export")]
    #[arg(long, value_name = "URL", num_args = 0..=1, require_equals = true, default_missing_value = "", global = true)]
    pub(crate) otlp: Option<String>,

    /// To the collector, also the bytes of each message and the data that an application sent
    #[cfg(feature = "export")]
    #[arg(long, global = true)]
    pub(crate) otlp_bytes: bool,
}
