//! What the command line says of it.

/// Whether and where to send events.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "clap", derive(clap::Args), command(next_help_heading = "OpenTelemetry"))]
pub struct Options {
    /// Also send every step to an OpenTelemetry collector, by OTLP over HTTP [without URL: OTEL_EXPORTER_OTLP_ENDPOINT, else http://localhost:4318]
    #[cfg(feature = "export")]
    #[cfg_attr(feature = "clap", arg(long, value_name = "URL", num_args = 0..=1, require_equals = true, default_missing_value = "", global = true))]
    pub(crate) otlp: Option<String>,

    /// To the collector, also the bytes of each message and the data that an application sent
    #[cfg(feature = "export")]
    #[cfg_attr(feature = "clap", arg(long, global = true))]
    pub(crate) otlp_bytes: bool,
}

#[cfg(feature = "export")]
impl Options {
    /// As `--otlp=URL`.
    pub fn to(url: impl Into<String>) -> Self {
        Options { otlp: Some(url.into()), otlp_bytes: false }
    }

    /// The same options, as one would type them for another of our programs.
    pub fn args(&self) -> Vec<String> {
        let url = self.otlp.as_deref().map(|url| match url {
            "" => "--otlp".to_owned(),
            url => format!("--otlp={url}"),
        });
        let bytes = self.otlp_bytes.then(|| "--otlp-bytes".to_owned());
        url.into_iter().chain(bytes).collect()
    }
}
