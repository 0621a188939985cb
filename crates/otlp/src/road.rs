//! One request with one answer, by the protocol that was asked for.

use std::{io, time::Duration};

use prost::Message;

#[cfg(feature = "grpc")]
use crate::grpc::Grpc;
use crate::{
    config::{Config, Over, Target},
    http::Http,
    said::Trouble,
};

/// The way to the collector.
#[derive(Debug)]
pub(crate) struct Road {
    http: Http,
    #[cfg(feature = "grpc")]
    grpc: Grpc,
}

impl Road {
    /// # Errors
    ///
    /// When the file of CAs cannot be read.
    pub(crate) fn new(config: &Config) -> io::Result<Self> {
        Ok(Road {
            http: Http::new(config.roots.as_deref())?,
            #[cfg(feature = "grpc")]
            grpc: Grpc::new(config.roots.as_deref())?,
        })
    }

    /// Sends `message`, and gives the answer. No longer than the target's timeout, or `at_most`.
    ///
    /// # Errors
    ///
    /// When it was not taken.
    pub(crate) fn post<R: Message + Default>(
        &mut self,
        target: &Target,
        message: &impl Message,
        at_most: Duration,
    ) -> Result<R, Trouble> {
        let timeout = at_most.min(target.timeout);
        match target.over {
            Over::Http => self.http.post(target, message, timeout),
            #[cfg(feature = "grpc")]
            Over::Grpc(method) => self.grpc.call(target, method, message, timeout),
        }
    }
}
