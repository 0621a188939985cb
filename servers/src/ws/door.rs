//! Which upgrades are let in. A server serves any client, but a browser also connects where the page of another site
//! tells it to. Two things keep such a page out, and neither asks anything of other clients.
//!
//! *Origin* (RFC 6455 §10.2). A browser says in the upgrade which page wants it. Ours does so with the host it came
//! from, the one in Host; any other page must be allowed by `--origin`. A client that sends no Origin is no browser.
//!
//! *Host* (RFC 9110 §7.2). With DNS rebinding a stranger's name leads to our address, and then the Origin fits the Host.
//! So both the page and an upgrade from it are for a Host that nobody else can own: an IP address, a name without a dot
//! (`localhost`, a service of compose such as `ws-server`), a name under `.localhost` (RFC 6761 §6.3), or one that
//! `--origin` allows. A port is no matter: Docker publishes ours as another.

use std::{net::IpAddr, str::FromStr};

use steps::{Fields, Said, say, ws::field};

/// Where a page comes from: `http://localhost:3000` (RFC 6454 §6.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// In lower case, without the port that the scheme has anyway.
    authority: String,
    secure: bool,
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (scheme, authority) = text.split_once("://").unwrap_or_default();
        let secure = match scheme {
            "http" => false,
            "https" => true,
            _ => return Err("an origin is a scheme, a host and perhaps a port: http://localhost:3000".into()),
        };
        match host(authority) {
            Some(_) => Ok(Origin { authority: plain(authority, secure), secure }),
            None => Err("behind the scheme there is a host, perhaps a port, and nothing else".into()),
        }
    }
}

/// Who is not let in, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stranger {
    /// The Host is a name that may be anybody's.
    Host(String),
    /// The page that wants the upgrade is not ours.
    Origin(String),
}

impl Stranger {
    /// The refusal of an upgrade that the page of another site asks for; `None`: it is let in.
    pub(super) fn upgrading(request: &Fields, origins: &[Origin]) -> Option<Stranger> {
        let page = request.get(field::ORIGIN)?;
        let origin = page.parse::<Origin>().ok();
        if let Some(stranger) = Stranger::visiting(request, origins) {
            return Some(stranger);
        }
        let host = request.get(field::HOST).unwrap_or_default();
        let is_ours =
            |origin: &Origin| origin.authority == plain(host, origin.secure) || origins.contains(origin);
        (!origin.as_ref().is_some_and(is_ours)).then(|| Stranger::Origin(page.to_owned()))
    }

    /// The refusal of a page that is asked for under another's name; `None`: it is served.
    pub(super) fn visiting(request: &Fields, origins: &[Origin]) -> Option<Stranger> {
        let named = request.get(field::HOST).unwrap_or_default();
        let allowed = |name: &str| origins.iter().any(|origin| host(&origin.authority) == Some(name));
        let is_ours = host(named).is_some_and(|name| {
            let name = name.to_ascii_lowercase();
            let bare = name.trim_start_matches('[').trim_end_matches(']');
            bare.parse::<IpAddr>().is_ok()
                || !name.contains('.')
                || name.ends_with(".localhost")
                || allowed(&name)
        });
        (!is_ours).then(|| Stranger::Host(named.to_owned()))
    }

    /// Why not.
    pub(super) fn said(&self) -> Said {
        match self {
            Stranger::Host(host) => say!(ws::another_host(host)),
            Stranger::Origin(page) => say!(ws::another_origin(page)),
        }
    }
}

/// The host of `host[:port]`, an IPv6 address in its brackets; none: it is no such thing.
pub(super) fn host(authority: &str) -> Option<&str> {
    let end = if authority.starts_with('[') { authority.find(']')? + 1 } else { 0 };
    let (host, port) = match authority[end..].find(':') {
        Some(colon) => (&authority[..end + colon], Some(&authority[end + colon + 1..])),
        None => (authority, None),
    };
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let is_host = match end {
        0 => !host.is_empty() && host.bytes().all(is_name),
        end => {
            end == host.len() && host[1..end - 1].bytes().all(|b| b.is_ascii_hexdigit() || b":.".contains(&b))
        }
    };
    (is_host && port.is_none_or(is_port)).then_some(host)
}

/// An authority as it is compared.
fn plain(authority: &str, secure: bool) -> String {
    let usual = if secure { ":443" } else { ":80" };
    let authority = authority.to_ascii_lowercase();
    authority.strip_suffix(usual).map(str::to_owned).unwrap_or(authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(host: Option<&str>, origin: Option<&str>) -> Fields {
        let mut fields = Fields::new();
        fields.put_some(field::HOST, host);
        fields.put_some(field::ORIGIN, origin);
        fields
    }

    fn allowed() -> [Origin; 2] {
        ["http://localhost:3000", "https://box.example.edu:7081"].map(|origin| origin.parse().unwrap())
    }

    #[test]
    fn a_page_is_served_under_names_that_nobody_else_can_own() {
        for (host, in_) in [
            (Some("127.0.0.1:7080"), true),
            (Some("[::1]:7080"), true),
            (Some("192.168.1.7"), true),
            (Some("localhost:17080"), true),
            (Some("LOCALHOST"), true),
            (Some("ws-server:7080"), true),
            (Some("demo.localhost:7080"), true),
            (Some("box.example.edu:7081"), true),
            (Some("evil.example:7080"), false),
            (Some("127.0.0.1.evil.example"), false),
            (Some("localhost.evil.example"), false),
            (Some("evil.example."), false),
            (Some("0x7f.1:7080"), false),
            (Some("localhost:7080, evil.example"), false),
            (Some("u@localhost"), false),
            (Some("[::1"), false),
            (Some("[::1]x"), false),
            (Some("localhost:"), false),
            (Some(""), false),
            (None, false),
        ] {
            assert_eq!(Stranger::visiting(&request(host, None), &allowed()).is_none(), in_, "{host:?}");
        }
    }

    #[test]
    fn a_page_of_another_origin_gets_no_upgrade_and_who_is_no_browser_does() {
        let stranger = |page: &str| Some(Stranger::Origin(page.to_owned()));
        for (host, origin, expected) in [
            ("evil.example:7080", None, None),
            ("127.0.0.1:7080", Some("http://127.0.0.1:7080"), None),
            ("127.0.0.1:7081", Some("https://127.0.0.1:7081"), None),
            ("ws-server:7080", Some("http://WS-server:7080"), None),
            ("localhost", Some("http://localhost:80"), None),
            ("localhost:443", Some("https://localhost"), None),
            ("127.0.0.1:7080", Some("http://localhost:3000"), None),
            ("127.0.0.1:7080", Some("http://localhost:7080"), stranger("http://localhost:7080")),
            ("127.0.0.1:7080", Some("http://127.0.0.1:8080"), stranger("http://127.0.0.1:8080")),
            ("127.0.0.1:7080", Some("https://evil.example"), stranger("https://evil.example")),
            ("127.0.0.1:7080", Some("null"), stranger("null")),
            ("127.0.0.1:7080", Some(""), stranger("")),
            ("127.0.0.1:7080", Some("file://"), stranger("file://")),
            // DNS rebinding: the two fit, and the name is a stranger's.
            (
                "evil.example:7080",
                Some("http://evil.example:7080"),
                Some(Stranger::Host("evil.example:7080".into())),
            ),
        ] {
            assert_eq!(Stranger::upgrading(&request(Some(host), origin), &allowed()), expected, "{origin:?}");
        }
        for bad in ["localhost:3000", "ws://a", "http://", "http://a/b", "http://u@a", "null"] {
            assert!(bad.parse::<Origin>().is_err(), "{bad}");
        }
    }
}
