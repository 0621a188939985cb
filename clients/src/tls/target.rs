//! Where a TLS client goes: `HOST`, `HOST:PORT`, or a URL of HTTPS (RFC 9110 §4.2.2).

use std::str::FromStr;

use crate::Target;

/// A server, and what is asked of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The server; port 0: none was given, and the variant knows its port.
    pub target: Target,
    /// The path and the query of a URL; none: it was none.
    pub path: Option<String>,
}

impl From<Target> for Place {
    fn from(target: Target) -> Self {
        Place { target, path: None }
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const USUAL: u16 = 443;
        let Some((scheme, rest)) = text.split_once("://") else {
            return host_and_port(text, 0).map(Place::from);
        };
        if !scheme.eq_ignore_ascii_case("https") {
            return Err(format!("`{scheme}://` is not what this client speaks: https://HOST[:PORT]/PATH"));
        }
        // What stands behind # is for the reader of the page alone.
        let rest = rest.split('#').next().unwrap_or_default();
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (host, path) = rest.split_at(end);
        if host.contains('@') {
            return Err("a name and password in the URL are not sent: leave them out".into());
        }
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Ok(Place { target: host_and_port(host, USUAL)?, path: Some(path) })
    }
}

/// `HOST:PORT`, or `HOST` alone with the usual port.
fn host_and_port(text: &str, usual: u16) -> Result<Target, String> {
    let alone = || format!("{text}:1").parse().ok().map(|host| Target { port: usual, ..host });
    text.parse().or_else(|error| alone().ok_or(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_may_stand_alone_and_a_url_brings_its_path() {
        let read = |text: &str| text.parse::<Place>().map(|place| (place.target.to_string(), place.path));
        let good = |target: &str, path: Option<&str>| Ok((target.to_owned(), path.map(str::to_owned)));
        assert_eq!(read("tls-server"), good("tls-server:0", None));
        assert_eq!(read("[::1]"), good("[::1]:0", None));
        assert_eq!(read("example.com:443"), good("example.com:443", None));
        assert_eq!(read("https://example.com"), good("example.com:443", Some("/")));
        assert_eq!(read("https://example.com:8443/a/b?c=d#e"), good("example.com:8443", Some("/a/b?c=d")));
        assert_eq!(read("HTTPS://[::1]?q"), good("[::1]:443", Some("/?q")));
        for bad in [
            "example.com:https",
            "::1",
            "",
            ":443",
            "http://example.com/",
            "https://",
            "https:///x",
            "https://me:word@a/",
        ] {
            let error = read(bad).unwrap_err();
            assert!(!error.contains("me:word"), "{bad}: {error}");
        }
    }
}
