//! Which requests are let in. The page runs programs on this machine, so it is for the person who sits at it: a page of
//! another site in the same browser, or a foreign name that leads to this address (DNS rebinding), gets nothing.
//!
//! *Host* (RFC 9110 §7.2) must be the very address under which the page is reached, or, on loopback, one of the names
//! that loopback has. *Origin* (RFC 6454) and Sec-Fetch-Site must be the page's own, for everything but the page itself.
//! Reached from other machines, it asks for the *token* that the program printed.

use std::net::SocketAddr;

use aws_lc_rs::{constant_time::verify_slices_are_equal, rand};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header},
};

use crate::refused;
use steps::program::LAB;

const COOKIE: &str = "handshakes";

#[derive(Debug)]
pub(crate) struct Door {
    reached_at: SocketAddr,
    hosts: Vec<String>,
    token: Option<String>,
}

/// Why somebody is not let in, or where they are sent.
#[derive(Debug)]
pub(crate) enum Refusal {
    Host,
    Origin,
    Token,
    /// The token was right: it becomes a cookie, and leaves the address line.
    Welcome(String),
}

impl Door {
    pub(crate) fn new(listens: SocketAddr, published_on: Option<SocketAddr>) -> Door {
        let reached_at = published_on.unwrap_or(listens);
        let mut hosts = vec![reached_at.to_string()];
        let local = reached_at.ip().is_loopback();
        if local {
            let port = reached_at.port();
            hosts.extend(["localhost", "127.0.0.1", "[::1]"].map(|name| format!("{name}:{port}")));
        }
        let any = reached_at.ip().is_unspecified();
        if any {
            hosts.clear(); // any of this machine's addresses, but no name
        }
        let token = (!local).then(|| {
            let mut secret = [0; 16];
            rand::fill(&mut secret).expect("the system has random numbers");
            hex::encode(secret)
        });
        Door { reached_at, hosts, token }
    }

    /// `127.0.0.1:7070`, where browsers reach it.
    pub(crate) fn address(&self) -> String {
        self.reached_at.to_string()
    }

    /// The address to open, with the token where one is wanted.
    pub(crate) fn url(&self) -> String {
        match &self.token {
            Some(token) => format!("http://{}/?token={token}", self.reached_at),
            None => format!("http://{}/", self.reached_at),
        }
    }

    /// Lets a request in.
    pub(crate) fn check<B>(&self, request: &Request<B>) -> Result<(), Refusal> {
        let headers = request.headers();
        let host = only(headers, header::HOST.as_str()).unwrap_or_default();
        if !self.is_host(host) {
            return Err(Refusal::Host);
        }
        let is_own =
            |origin: &str| origin.strip_prefix("http://").is_some_and(|at| at.eq_ignore_ascii_case(host));
        let origins = headers.get_all(header::ORIGIN);
        if origins.iter().any(|origin| !origin.to_str().is_ok_and(is_own)) {
            return Err(Refusal::Origin);
        }
        // A link elsewhere may lead to the page itself, and to nothing else.
        let site = only(headers, "sec-fetch-site").unwrap_or("none");
        let front = request.uri().path() == "/" && request.method() == "GET";
        if !front && !["same-origin", "none"].contains(&site) {
            return Err(Refusal::Origin);
        }
        // Whoever posts or upgrades from a browser says from where.
        self.knows(request)
    }

    fn is_host(&self, host: &str) -> bool {
        match self.hosts.is_empty() {
            false => self.hosts.iter().any(|known| known.eq_ignore_ascii_case(host)),
            true => host.parse::<SocketAddr>().is_ok_and(|at| at.port() == self.reached_at.port()),
        }
    }

    fn knows<B>(&self, request: &Request<B>) -> Result<(), Refusal> {
        let Some(token) = &self.token else { return Ok(()) };
        let is_right = |said: &str| verify_slices_are_equal(said.as_bytes(), token.as_bytes()).is_ok();
        let asked = request.uri().query().and_then(|query| query.strip_prefix("token="));
        if asked.is_some_and(is_right) && request.uri().path() == "/" {
            return Err(Refusal::Welcome(token.clone()));
        }
        let cookies = request.headers().get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut said = cookies.flat_map(|line| line.split("; ")).filter_map(|one| one.split_once('='));
        match said.any(|(name, value)| name == COOKIE && is_right(value)) {
            true => Ok(()),
            false => Err(Refusal::Token),
        }
    }
}

/// A header that stands there once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    let one = all.next()?.to_str().ok()?;
    all.next().is_none().then_some(one)
}

impl Refusal {
    pub(crate) fn answer(self) -> Response<Body> {
        match self {
            Refusal::Host => refused(
                StatusCode::MISDIRECTED_REQUEST,
                "This page is served under its own address only, not under this name (DNS rebinding). \
                 `--published-on ADDRESS:PORT` says where it is reached.",
            ),
            Refusal::Origin => refused(StatusCode::FORBIDDEN, "Another page asked for this."),
            Refusal::Token => refused(
                StatusCode::UNAUTHORIZED,
                &format!("Open the address that `{LAB} serve` printed: its token is missing."),
            ),
            Refusal::Welcome(token) => {
                let mut answer = refused(StatusCode::SEE_OTHER, "");
                let cookie = format!("{COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/");
                if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                    answer.headers_mut().insert(header::SET_COOKIE, cookie);
                }
                answer.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/"));
                answer
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(listens: &str, published: Option<&str>) -> Door {
        Door::new(listens.parse().unwrap(), published.map(|at| at.parse().unwrap()))
    }

    fn ask(door: &Door, path: &str, headers: &[(&str, &str)]) -> Result<(), StatusCode> {
        let mut request = Request::builder().uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        door.check(&request.body(()).unwrap()).map_err(|refusal| refusal.answer().status())
    }

    #[test]
    fn a_host_that_is_not_the_pages_own_gets_nothing() {
        let local = door("127.0.0.1:7070", None);
        let published = door("0.0.0.0:7070", Some("127.0.0.1:17070"));
        for (door, host, in_) in [
            (&local, "127.0.0.1:7070", true),
            (&local, "localhost:7070", true),
            (&local, "LOCALHOST:7070", true),
            (&local, "[::1]:7070", true),
            (&local, "localhost:7071", false),
            (&local, "localhost", false),
            (&local, "evil.example:7070", false),
            (&local, "127.0.0.1.evil.example:7070", false),
            (&local, "localhost.evil.example:7070", false),
            (&local, "", false),
            (&published, "localhost:17070", true),
            (&published, "localhost:7070", false),
            (&published, "page:7070", false),
        ] {
            let expected = if in_ { Ok(()) } else { Err(StatusCode::MISDIRECTED_REQUEST) };
            assert_eq!(ask(door, "/", &[("host", host)]), expected, "{host}");
        }
        assert_eq!(ask(&local, "/", &[]), Err(StatusCode::MISDIRECTED_REQUEST));
        let twice = [("host", "localhost:7070"), ("host", "localhost:7070")];
        assert_eq!(ask(&local, "/", &twice), Err(StatusCode::MISDIRECTED_REQUEST));
    }

    #[test]
    fn another_page_gets_nothing_but_may_link_here() {
        let door = door("127.0.0.1:7070", None);
        for (path, name, value, in_) in [
            ("/live", "origin", "http://localhost:7070", true),
            ("/live", "origin", "http://127.0.0.1:7070", false),
            ("/live", "origin", "https://localhost:7070", false),
            ("/live", "origin", "http://localhost:3000", false),
            ("/live", "origin", "null", false),
            ("/live", "origin", "", false),
            ("/", "origin", "https://evil.example", false),
            ("/", "sec-fetch-site", "cross-site", true),
            ("/catalogue.json", "sec-fetch-site", "cross-site", false),
            ("/live", "sec-fetch-site", "same-site", false),
            ("/live", "sec-fetch-site", "same-origin", true),
        ] {
            let expected = if in_ { Ok(()) } else { Err(StatusCode::FORBIDDEN) };
            assert_eq!(
                ask(&door, path, &[("host", "localhost:7070"), (name, value)]),
                expected,
                "{path} {value}"
            );
        }
    }

    #[test]
    fn other_machines_need_the_token() {
        let door = door("0.0.0.0:7070", None);
        let token = door.token.clone().unwrap();
        let host = ("host", "192.168.1.7:7070");
        assert_eq!(ask(&door, "/", &[host]), Err(StatusCode::UNAUTHORIZED));
        assert_eq!(ask(&door, "/?token=0", &[host]), Err(StatusCode::UNAUTHORIZED));
        assert_eq!(ask(&door, &format!("/?token={token}"), &[host]), Err(StatusCode::SEE_OTHER));
        let cookie = format!("a=b; {COOKIE}={token}");
        assert_eq!(ask(&door, "/live", &[host, ("cookie", &cookie)]), Ok(()));
        assert_eq!(ask(&door, "/live", &[host, ("cookie", "handshakes=")]), Err(StatusCode::UNAUTHORIZED));
        assert_eq!(
            ask(&door, "/", &[("host", "evil.example:7070"), ("cookie", &cookie)]),
            Err(StatusCode::MISDIRECTED_REQUEST)
        );
        assert!(door.url().ends_with(&token));
    }
}
