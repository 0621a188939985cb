//! The same request by gRPC: a call of the method that OpenTelemetry's definitions name, over HTTP/2
//! (<https://opentelemetry.io/docs/specs/otlp/#otlpgrpc>).

use std::{collections::HashMap, error::Error, fs, io, time::Duration};

use prost::{
    Message,
    bytes::{Buf, BufMut},
};
use tokio::runtime::{Builder, Runtime};
use tonic::{
    Code, Request, Status,
    codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder},
    metadata::{AsciiMetadataKey, AsciiMetadataValue},
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint},
};
use ureq::http::uri::PathAndQuery;

use crate::{config::Target, said::Trouble};

/// Calls methods, over one connection to each collector as long as it lasts.
#[derive(Debug)]
pub(crate) struct Grpc {
    /// CAs in PEM to trust instead of the system's.
    roots: Option<Vec<u8>>,
    /// From the first call on, which is made on the thread that sends.
    runtime: Option<Runtime>,
    channels: HashMap<String, Channel>,
}

/// An answer is a few bytes: what the collector took and what it did not.
const MOST_ANSWER: usize = 64 << 10;

impl Grpc {
    /// `roots` is a file of CAs to trust instead of the system's.
    ///
    /// # Errors
    ///
    /// When that file cannot be read.
    pub(crate) fn new(roots: Option<&str>) -> io::Result<Self> {
        Ok(Grpc { roots: roots.map(fs::read).transpose()?, runtime: None, channels: HashMap::new() })
    }

    /// Calls `method` with `message`, and gives the answer.
    ///
    /// # Errors
    ///
    /// When it was not taken.
    pub(crate) fn call<R: Message + Default>(
        &mut self,
        target: &Target,
        method: &'static str,
        message: &impl Message,
        timeout: Duration,
    ) -> Result<R, Trouble> {
        let mut request = Request::new(message.encode_to_vec());
        request.set_timeout(timeout);
        for (name, value) in &target.headers {
            let name = AsciiMetadataKey::from_bytes(name.to_ascii_lowercase().as_bytes());
            if let (Ok(name), Ok(value)) = (name, AsciiMetadataValue::try_from(value.as_str())) {
                request.metadata_mut().insert(name, value);
            }
        }
        let runtime = match &mut self.runtime {
            Some(runtime) => runtime,
            none => {
                let new = Builder::new_current_thread().enable_all().build().map_err(|_| Trouble::Broken)?;
                none.insert(new)
            }
        };
        let roots = self.roots.as_deref();
        let channel = match self.channels.get(&target.url) {
            Some(channel) => channel.clone(),
            None => {
                let _within = runtime.enter();
                let channel = channel(&target.url, roots).map_err(|_| Trouble::Tls)?;
                self.channels.insert(target.url.clone(), channel.clone());
                channel
            }
        };
        let mut client = tonic::client::Grpc::new(channel).max_decoding_message_size(MOST_ANSWER);
        if target.gzip {
            client = client.send_compressed(CompressionEncoding::Gzip);
        }
        let answered = runtime.block_on(async {
            let call = async {
                client.ready().await.map_err(|error| Status::from_error(error.into()))?;
                client.unary(request, PathAndQuery::from_static(method), Encoded).await
            };
            tokio::time::timeout(timeout, call).await
        });
        match answered {
            Err(_) => Err(Trouble::TimedOut),
            Ok(Err(status)) => Err(trouble(&status)),
            // What it says of itself may be anything; that it took the data is in the status.
            Ok(Ok(answer)) => Ok(R::decode(&answer.into_inner()[..]).unwrap_or_default()),
        }
    }
}

fn channel(url: &str, roots: Option<&[u8]>) -> Result<Channel, tonic::transport::Error> {
    let agent = concat!("asnoted-otlp/", env!("CARGO_PKG_VERSION"));
    let mut endpoint = Endpoint::from_shared(url.to_owned())?.user_agent(agent)?;
    if url.starts_with("https://") {
        let tls = match roots {
            Some(roots) => ClientTlsConfig::new().ca_certificate(Certificate::from_pem(roots)),
            None => ClientTlsConfig::new().with_native_roots(),
        };
        endpoint = endpoint.tls_config(tls)?;
    }
    Ok(endpoint.connect_lazy())
}

/// Why a call came to nothing: what broke below, or the collector's own status.
fn trouble(status: &Status) -> Trouble {
    let mut cause = status.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            let is_tls = matches!(error.get_ref(), Some(inner) if inner.is::<rustls::Error>());
            return if is_tls { Trouble::Tls } else { error.kind().into() };
        }
        if error.is::<rustls::Error>() {
            return Trouble::Tls;
        }
        if error.to_string() == "dns error" {
            return Trouble::NoAddress; // hyper's word, which has no type that one could ask
        }
        cause = error.source();
    }
    let passes = match status.code() {
        Code::Cancelled
        | Code::DeadlineExceeded
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unavailable
        | Code::DataLoss => true,
        // It says when to come again, or it does not want this at all.
        Code::ResourceExhausted => {
            const AGAIN: &[u8] = b"google.rpc.RetryInfo";
            status.details().windows(AGAIN.len()).any(|some| some == AGAIN)
        }
        _ => false,
    };
    Trouble::Grpc { code: status.code() as i32, passes }
}

/// A message that is bytes already: the same ones are sent again where a call has to be repeated.
#[derive(Clone, Copy, Debug)]
struct Encoded;

impl Codec for Encoded {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Encoded;
    type Decoder = Encoded;

    fn encoder(&mut self) -> Encoded {
        Encoded
    }

    fn decoder(&mut self) -> Encoded {
        Encoded
    }
}

impl Encoder for Encoded {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, message: Vec<u8>, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        to.put_slice(&message);
        Ok(())
    }
}

impl Decoder for Encoded {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let mut message = vec![0; from.remaining()];
        from.copy_to_slice(&mut message);
        Ok(Some(message))
    }
}

#[cfg(test)]
mod tests;
