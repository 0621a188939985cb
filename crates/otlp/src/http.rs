//! One request with one answer: protobuf over HTTP (<https://opentelemetry.io/docs/specs/otlp/#otlphttp>).

use std::{fs, io::Write, sync::Arc, time::Duration};

use flate2::{Compression, write::GzEncoder};
use prost::Message;
use ureq::{
    Agent,
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};

use crate::{config::Target, said::Trouble};

/// Sends requests, over one connection as long as it lasts.
#[derive(Debug)]
pub(crate) struct Http(Agent);

/// An answer is a few bytes: what the collector took and what it did not.
const MOST_ANSWER: u64 = 64 << 10;

impl Http {
    /// `roots` is a file of CAs to trust instead of the system's.
    ///
    /// # Errors
    ///
    /// When that file cannot be read.
    pub(crate) fn new(roots: Option<&str>) -> std::io::Result<Self> {
        let mut trusted = Vec::new();
        match roots {
            Some(path) => {
                let pem = fs::read(path).map_err(|error| {
                    std::io::Error::new(
                        error.kind(),
                        format!("OTEL_EXPORTER_OTLP_CERTIFICATE: {path}: {error}"),
                    )
                })?;
                trusted.extend(parse_pem(&pem).filter_map(|item| match item {
                    Ok(PemItem::Certificate(certificate)) => Some(certificate),
                    Ok(_) | Err(_) => None,
                }));
            }
            None => {
                let found = rustls_native_certs::load_native_certs().certs;
                trusted.extend(found.iter().map(|der| Certificate::from_der(der).to_owned()));
            }
        }
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(trusted)))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("asnoted-otlp/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Http(agent.new_agent()))
    }

    /// Sends `message`, and gives the answer.
    ///
    /// # Errors
    ///
    /// When it was not taken.
    pub(crate) fn post<R: Message + Default>(
        &self,
        target: &Target,
        message: &impl Message,
        timeout: Duration,
    ) -> Result<R, Trouble> {
        let mut body = message.encode_to_vec();
        let mut request = self.0.post(&target.url).config().timeout_global(Some(timeout)).build();
        request = request.header("content-type", "application/x-protobuf");
        for (name, value) in &target.headers {
            request = request.header(name, value);
        }
        if target.gzip {
            let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
            // Into memory: there is nothing that could fail.
            body = packed.write_all(&body).and_then(|()| packed.finish()).map_err(|_| Trouble::Broken)?;
            request = request.header("content-encoding", "gzip");
        }
        let mut answer = request.send(&body[..]).map_err(|error| trouble(&error))?;
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(MOST_ANSWER).read_to_vec();
        match status {
            // What it says of itself may be anything; that it took the data is in the status.
            200..=299 => Ok(body.ok().and_then(|body| R::decode(&body[..]).ok()).unwrap_or_default()),
            status => Err(Trouble::Status(status)),
        }
    }
}

fn trouble(error: &ureq::Error) -> Trouble {
    match error {
        ureq::Error::Io(error) => error.kind().into(),
        ureq::Error::Timeout(_) => Trouble::TimedOut,
        ureq::Error::HostNotFound => Trouble::NoAddress,
        ureq::Error::ConnectionFailed => Trouble::Refused,
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) | ureq::Error::Pem(_) => Trouble::Tls,
        _ => Trouble::Broken,
    }
}
