//! Where a WebSocket client goes (RFC 6455 §3).

use std::{fmt, net::SocketAddr, str::FromStr};

use steps::harmless::without_typed_password;
use tokio_tungstenite::tungstenite::http::Uri;

use crate::Target;

/// A WebSocket URL (RFC 6455 §3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// Whether it says wss: over TLS.
    pub secure: bool,
    /// The server.
    pub target: Target,
    /// The path and the query.
    pub path: String,
}

impl FromStr for Url {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let shown = without_typed_password(text);
        let help = || format!("`{shown}` is not a WebSocket URL such as ws://127.0.0.1:7080/chat");
        if text.contains('#') {
            return Err(format!(
                "`{shown}` has a fragment, and RFC 6455 §3 allows none: leave out what follows `#`"
            ));
        }
        let with_scheme = if text.contains("://") { text.to_owned() } else { format!("ws://{text}") };
        let uri: Uri = with_scheme.parse().map_err(|_| help())?;
        let (secure, usual) = match uri.scheme_str() {
            Some("ws") => (false, 80),
            Some("wss") => (true, 443),
            _ => return Err(help()),
        };
        let authority = uri.authority().ok_or_else(help)?;
        let port = match authority.port_u16() {
            Some(port) => port,
            None if authority.as_str() == authority.host() => usual,
            // A port that is no number, or a name and password, which no WebSocket URL has.
            None => return Err(help()),
        };
        if authority.as_str().contains('@') {
            return Err(help());
        }
        let target = format!("{}:{port}", authority.host()).parse().map_err(|_| help())?;
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        Ok(Url { secure, target, path: path.into() })
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "wss" } else { "ws" };
        write!(f, "{scheme}://{}{}", self.target, self.path)
    }
}

impl From<SocketAddr> for Url {
    fn from(address: SocketAddr) -> Self {
        Url { secure: false, target: address.into(), path: "/".into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_reads_back_in_full() {
        for (short, full) in [
            ("ws://127.0.0.1:7080", "ws://127.0.0.1:7080/"),
            ("ws://[::1]:7080/chat?a=b", "ws://[::1]:7080/chat?a=b"),
            ("ws://example.com", "ws://example.com:80/"),
            ("wss://example.com/", "wss://example.com:443/"),
            ("localhost:7080", "ws://localhost:7080/"),
        ] {
            assert_eq!(short.parse::<Url>().unwrap().to_string(), full);
        }
        for bad in [
            "http://a/",
            "ws://",
            "ws:///x",
            "ws://a:0/",
            "ws://a:b/",
            "ws://a:/",
            "ws://a:99999/",
            "ws://a/#b",
            "ws://u:p@a/",
            "",
        ] {
            let error = bad.parse::<Url>().unwrap_err();
            assert!(!error.contains("u:p"), "{error}");
        }
    }
}
