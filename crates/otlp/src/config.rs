//! Where to send, as the command line and the variables of OpenTelemetry's specification say
//! (<https://opentelemetry.io/docs/specs/otel/protocol/exporter/>).

use std::{io, time::Duration};

use opentelemetry_proto::tonic::common::v1::KeyValue;
use percent_encoding::percent_decode_str;
use steps::harmless;

use crate::{
    Options,
    attributes::{int, text},
    ids::{SpanId, TraceId},
};

/// What is sent where.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) traces: Option<Target>,
    pub(crate) logs: Option<Target>,
    pub(crate) metrics: Option<Target>,
    /// Which program sends, as the attributes of an OpenTelemetry resource.
    pub(crate) resource: Vec<KeyValue>,
    /// A file of CAs to trust instead of the system's.
    pub(crate) roots: Option<String>,
    /// How often the metrics are sent.
    pub(crate) interval: Duration,
    /// In whose trace this program was started.
    pub(crate) parent: Option<(TraceId, SpanId)>,
    pub(crate) content: bool,
}

/// Where one kind of data goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) timeout: Duration,
    pub(crate) gzip: bool,
    pub(crate) over: Over,
}

/// What carries a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    Http,
    /// A call of this method.
    #[cfg(feature = "grpc")]
    Grpc(&'static str),
}

/// A variable of the environment.
type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

const DEFAULT: &str = "http://localhost:4318";

/// The same of gRPC, which has a port of its own.
#[cfg(feature = "grpc")]
const DEFAULT_GRPC: &str = "http://localhost:4317";

/// What `OTEL_EXPORTER_OTLP_PROTOCOL` may be.
#[cfg(feature = "grpc")]
const PROTOCOLS: &str = "expected is http/protobuf or grpc";
#[cfg(not(feature = "grpc"))]
const PROTOCOLS: &str =
    "expected is http/protobuf, on port 4318 of a collector; gRPC takes a build with the feature `otlp-grpc`";

impl Config {
    /// What `options` and the environment ask for, in the name of `service` where they have no other; none: nothing is sent.
    ///
    /// # Errors
    ///
    /// When a value cannot be understood, which is said with its name.
    pub(crate) fn read(options: &Options, service: &str, env: Env<'_>) -> io::Result<Option<Config>> {
        let is_set = |name: &str| env(name).filter(|value| !value.trim().is_empty());
        let env: Env<'_> = &is_set;
        let asked = options.otlp.as_deref();
        let any_endpoint = ["", "TRACES_", "LOGS_", "METRICS_"]
            .iter()
            .any(|signal| env(&format!("OTEL_EXPORTER_OTLP_{signal}ENDPOINT")).is_some());
        let disabled = env("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"));
        if disabled || (asked.is_none() && !any_endpoint) {
            return Ok(None);
        }
        let base = asked.filter(|url| !url.is_empty());
        let config = Config {
            traces: target("TRACES", base, env)?,
            logs: target("LOGS", base, env)?,
            metrics: target("METRICS", base, env)?,
            resource: resource(service, env)?,
            roots: env("OTEL_EXPORTER_OTLP_CERTIFICATE"),
            interval: millis("OTEL_METRIC_EXPORT_INTERVAL", env)?.unwrap_or(Duration::from_secs(60)),
            parent: env("TRACEPARENT").and_then(|parent| traceparent(&parent)),
            content: options.otlp_bytes,
        };
        Ok(Some(config))
    }
}

/// Where the data called `signal` goes; none: nowhere.
fn target(signal: &str, base: Option<&str>, env: Env<'_>) -> io::Result<Option<Target>> {
    if env(&format!("OTEL_{signal}_EXPORTER")).is_some_and(|exporter| exporter.trim() == "none") {
        return Ok(None);
    }
    // What is said of one signal goes before what is said of all.
    let of = |what: &str| {
        let names = [format!("OTEL_EXPORTER_OTLP_{signal}_{what}"), format!("OTEL_EXPORTER_OTLP_{what}")];
        names.into_iter().find_map(|name| env(&name).map(|value| (name, value)))
    };
    let over = match of("PROTOCOL") {
        None => Over::Http,
        Some((_, protocol)) if protocol == "http/protobuf" => Over::Http,
        #[cfg(feature = "grpc")]
        Some((_, protocol)) if protocol == "grpc" => Over::Grpc(method(signal)),
        Some((name, protocol)) => return Err(wrong(&name, &protocol, PROTOCOLS)),
    };
    // A method's name is in the call; a path stands behind the base.
    let (default, path) = match over {
        Over::Http => (DEFAULT, format!("/v1/{}", signal.to_ascii_lowercase())),
        #[cfg(feature = "grpc")]
        Over::Grpc(_) => (DEFAULT_GRPC, String::new()),
    };
    let own = env(&format!("OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"));
    let (name, url) = match (base, own) {
        (None, Some(own)) => (format!("OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"), own),
        (base, _) => {
            let of_all = env("OTEL_EXPORTER_OTLP_ENDPOINT");
            let name = if base.is_some() { "--otlp" } else { "OTEL_EXPORTER_OTLP_ENDPOINT" };
            let base = base.or(of_all.as_deref()).unwrap_or(default);
            (name.to_owned(), format!("{}{path}", base.trim().trim_end_matches('/')))
        }
    };
    let is_http = url.starts_with("http://") || url.starts_with("https://");
    if !is_http || url.parse::<ureq::http::Uri>().is_err() {
        return Err(wrong(&name, &url, "expected is a URL: http://localhost:4318"));
    }
    let gzip = match of("COMPRESSION") {
        None => false,
        Some((_, kind)) if kind == "none" => false,
        Some((_, kind)) if kind == "gzip" => true,
        Some((name, kind)) => return Err(wrong(&name, &kind, "expected is gzip or none")),
    };
    let mut headers = Vec::new();
    if let Some((name, list)) = of("HEADERS") {
        // Their values may be credentials: they are not repeated.
        headers = pairs(&list).ok_or_else(|| wrong(&name, "…", "expected is a list: key=value,key=value"))?;
        let fits = |(key, value): &(String, String)| {
            ureq::http::HeaderName::try_from(key.as_str()).is_ok()
                && ureq::http::HeaderValue::try_from(value.as_str()).is_ok()
        };
        if !headers.iter().all(fits) {
            return Err(wrong(&name, "…", "not all of them can stand in a header of HTTP"));
        }
    }
    let timeout = match of("TIMEOUT") {
        None => Duration::from_secs(10),
        Some((name, _)) => millis(&name, env)?.unwrap_or(Duration::from_secs(10)),
    };
    Ok(Some(Target { url, headers, timeout, gzip, over }))
}

/// What is called with the data called `signal`.
#[cfg(feature = "grpc")]
fn method(signal: &str) -> &'static str {
    match signal {
        "TRACES" => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        "LOGS" => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        _ => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
    }
}

/// Who sends: what the environment says, and what is known.
fn resource(service: &str, env: Env<'_>) -> io::Result<Vec<KeyValue>> {
    const NAME: &str = "OTEL_RESOURCE_ATTRIBUTES";
    let list = env(NAME).unwrap_or_default();
    let mut told =
        pairs(&list).ok_or_else(|| wrong(NAME, &list, "expected is a list: key=value,key=value"))?;
    if let Some(name) = env("OTEL_SERVICE_NAME") {
        told.retain(|(key, _)| key != "service.name");
        told.push(("service.name".into(), name));
    }
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let version = env!("CARGO_PKG_VERSION");
    let known = [
        ("service.name", Some(service.to_owned())),
        ("service.version", Some(version.to_owned())),
        ("host.name", host.map(|host| host.trim().to_owned())),
        ("telemetry.sdk.name", Some("asnoted".to_owned())),
        ("telemetry.sdk.language", Some("rust".to_owned())),
        ("telemetry.sdk.version", Some(version.to_owned())),
    ];
    for (key, value) in known {
        if let Some(value) = value
            && !told.iter().any(|(said, _)| said == key)
        {
            told.push((key.to_owned(), value));
        }
    }
    let mut resource: Vec<_> = told.into_iter().map(|(key, value)| text(key, value)).collect();
    resource.push(int("process.pid", std::process::id().into()));
    Ok(resource)
}

/// `key=value,key=value`, with %xx where a sign has a meaning of its own.
fn pairs(list: &str) -> Option<Vec<(String, String)>> {
    let decoded = |text: &str| Some(percent_decode_str(text.trim()).decode_utf8().ok()?.into_owned());
    let pair = |pair: &str| {
        let (key, value) = pair.split_once('=')?;
        Some((decoded(key).filter(|key| !key.is_empty())?, decoded(value)?))
    };
    list.split(',').filter(|part| !part.trim().is_empty()).map(pair).collect()
}

fn millis(name: &str, env: Env<'_>) -> io::Result<Option<Duration>> {
    let Some(value) = env(name) else { return Ok(None) };
    let millis: u64 =
        value.trim().parse().map_err(|_| wrong(name, &value, "expected are milliseconds, a whole number"))?;
    Ok((millis > 0).then(|| Duration::from_millis(millis)))
}

/// `00-<trace id>-<span id>-<flags>` (W3C Trace Context); what is no such thing is ignored, as the standard asks.
fn traceparent(text: &str) -> Option<(TraceId, SpanId)> {
    let mut parts = text.trim().split('-');
    let version = parts.next().filter(|version| version.len() == 2 && *version != "ff")?;
    hex::decode(version).ok()?;
    let (trace, span) = (parts.next()?, parts.next()?);
    let trace: TraceId = hex::decode(trace).ok()?.try_into().ok()?;
    let span: SpanId = hex::decode(span).ok()?.try_into().ok()?;
    (trace != [0; 16] && span != [0; 8]).then_some((trace, span))
}

fn wrong(name: &str, value: &str, expected: &str) -> io::Error {
    let value = harmless::without_password(value);
    io::Error::new(io::ErrorKind::InvalidInput, format!("{name}: {value}: {expected}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(otlp: Option<&str>, vars: &[(&str, &str)]) -> Result<Option<Config>, String> {
        let env =
            |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let options = Options { otlp: otlp.map(str::to_owned), otlp_bytes: false };
        Config::read(&options, "asnoted-lab", &env).map_err(|error| error.to_string())
    }

    fn urls(otlp: Option<&str>, vars: &[(&str, &str)]) -> Vec<String> {
        let config = read(otlp, vars).unwrap().expect("it is on");
        [config.traces, config.logs, config.metrics].into_iter().flatten().map(|target| target.url).collect()
    }

    #[test]
    fn nothing_is_sent_where_nobody_asked() {
        assert!(read(None, &[]).unwrap().is_none());
        assert!(
            read(None, &[("OTEL_SERVICE_NAME", "x"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "")]).unwrap().is_none()
        );
        assert!(read(Some(""), &[("OTEL_SDK_DISABLED", "true")]).unwrap().is_none());
    }

    #[test]
    fn an_endpoint_of_all_gets_the_path_and_that_of_one_signal_is_as_it_stands() {
        let all = |base: &str| ["traces", "logs", "metrics"].map(|signal| format!("{base}/v1/{signal}"));
        assert_eq!(urls(Some(""), &[]), all("http://localhost:4318"));
        let env = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector/"),
            ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "http://logs/here"),
        ];
        let mut expected = all("https://collector");
        assert_eq!(urls(Some("http://mine:1"), &env), all("http://mine:1"));
        expected[1] = "http://logs/here".into();
        assert_eq!(urls(None, &env), expected);
        assert_eq!(urls(Some(""), &[("OTEL_METRICS_EXPORTER", "none")]), all("http://localhost:4318")[..2]);
    }

    #[test]
    #[cfg(feature = "grpc")]
    fn grpc_has_a_port_of_its_own_and_its_methods_are_no_paths() {
        let grpc = ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
        assert_eq!(urls(Some(""), &[grpc]), ["http://localhost:4317"; 3]);
        let mixed =
            [("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c/")];
        assert_eq!(urls(None, &mixed), ["http://c", "http://c/v1/logs", "http://c/v1/metrics"]);
    }

    #[test]
    fn a_value_that_is_none_is_named_and_credentials_are_not_repeated() {
        let error = |vars: &[(&str, &str)]| read(Some(""), vars).unwrap_err();
        assert!(
            error(&[("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")])
                .starts_with("OTEL_EXPORTER_OTLP_PROTOCOL: http/json: expected is http/protobuf")
        );
        if cfg!(not(feature = "grpc")) {
            assert!(error(&[("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "grpc")]).contains("`otlp-grpc`"));
        }
        assert!(error(&[("OTEL_EXPORTER_OTLP_LOGS_TIMEOUT", "soon")]).contains("milliseconds"));
        assert!(error(&[("OTEL_EXPORTER_OTLP_COMPRESSION", "zip")]).contains("gzip or none"));
        assert!(!error(&[("OTEL_EXPORTER_OTLP_HEADERS", "hunter2")]).contains("hunter2"));
        assert!(!error(&[("OTEL_EXPORTER_OTLP_HEADERS", "a=hunter2%0A")]).contains("hunter2"));
        assert!(read(Some("localhost:4318"), &[]).unwrap_err().starts_with("--otlp: "));
        assert!(!read(Some("ftp://me:hunter2@host"), &[]).unwrap_err().contains("hunter2"));
    }

    #[test]
    fn what_is_said_of_one_signal_goes_before_what_is_said_of_all() {
        let config = read(
            Some(""),
            &[
                ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20x, k = v "),
                ("OTEL_EXPORTER_OTLP_TIMEOUT", "3000"),
                ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "500"),
                ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "gzip"),
                ("TRACEPARENT", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
            ],
        );
        let config = config.unwrap().expect("it is on");
        let (traces, logs) = (config.traces.expect("on"), config.logs.expect("on"));
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(logs.headers, [pair("authorization", "Bearer x"), pair("k", "v")]);
        assert_eq!((traces.timeout.as_millis(), logs.timeout.as_millis()), (500, 3000));
        assert_eq!((traces.gzip, logs.gzip), (true, false));
        assert_eq!(
            config.parent.map(|(_, span)| span),
            Some([0xb7, 0xad, 0x6b, 0x71, 0x69, 0x20, 0x33, 0x31])
        );
        assert_eq!(traceparent("00-00000000000000000000000000000000-b7ad6b7169203331-01"), None);
    }

    #[test]
    fn the_environment_says_who_sends_and_the_rest_is_known() {
        let of = |vars: &[(&str, &str)]| {
            let config = read(Some(""), vars).unwrap().expect("it is on");
            let name = config.resource.iter().filter(|pair| pair.key == "service.name").cloned();
            name.collect::<Vec<_>>()
        };
        assert_eq!(of(&[]), [text("service.name", "asnoted-lab")]);
        let list = ("OTEL_RESOURCE_ATTRIBUTES", "service.name=class%20a,room=7");
        assert_eq!(of(&[list]), [text("service.name", "class a")]);
        assert_eq!(of(&[list, ("OTEL_SERVICE_NAME", "mine")]), [text("service.name", "mine")]);
    }
}
