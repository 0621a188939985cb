//! Where a viewer behind the collector shows the trace of a connection.

use std::str::FromStr;

use claims::Event;

use crate::connection;

/// The address of a trace in a viewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer(String);

/// Stands in it where the id of the trace belongs.
const ID: &str = "{trace_id}";

impl FromStr for Viewer {
    type Err = &'static str;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        let is_http = url.starts_with("http://") || url.starts_with("https://");
        if is_http && url.contains(ID) && url.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Viewer(url.to_owned()))
        } else {
            Err("expected is a URL with {trace_id} in it: http://localhost:16686/trace/{trace_id}")
        }
    }
}

impl Viewer {
    /// The address at which the viewer shows the trace of `events`, which are one end's of one connection, from the
    /// first on; `None`: they do not tell the id of the trace yet.
    pub fn address<'a>(&self, events: impl IntoIterator<Item = &'a Event>) -> Option<String> {
        let trace = connection::trace(events)?;
        Some(self.0.replace(ID, &hex::encode(trace)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use steps::{Direction, Evidence, Side, Step, summary, tls};

    use super::*;

    fn event(step: impl Into<Step>, fields: serde_json::Value) -> Event {
        let at = (Side::Client, Direction::Sent);
        Event::bare(steps::Event::by_hand(at, step.into(), Evidence::Wire, fields))
    }

    #[test]
    fn a_viewers_address_has_a_place_for_the_id_and_nothing_that_a_url_has_not() {
        for url in ["http://tempo/{trace_id}", "https://tempo/explore?panes=%7B{trace_id}%7D&x=1"] {
            assert!(url.parse::<Viewer>().is_ok(), "{url}");
        }
        for url in
            ["http://tempo/", "tempo/{trace_id}", "javascript:alert({trace_id})", "http://a b/{trace_id}"]
        {
            assert!(url.parse::<Viewer>().is_err(), "{url}");
        }
    }

    #[test]
    fn the_address_is_known_once_both_ends_can_know_it_or_when_there_is_nothing_more_to_come() {
        let viewer: Viewer = "http://tempo/{trace_id}".parse().unwrap();
        let complete = event(tls::Step::HandshakeComplete, json!({}));
        let hello = event(tls::Step::ClientHello, json!({"random": "5f3a"}));
        let summary = event(tls::Step::Summary, json!({ summary::OUTCOME.name(): "failed" }));
        let address = |events: &[&Event]| viewer.address(events.iter().copied());
        assert_eq!(address(&[]), None);
        assert_eq!(address(&[&complete]), None);
        let met = address(&[&complete, &hello]).expect("a ClientHello tells it");
        assert_eq!(met.len(), "http://tempo/".len() + 32);
        assert_eq!(address(&[&hello, &summary]), Some(met.clone()));
        let alone = address(&[&complete, &summary]).expect("no more will come");
        assert_ne!(alone, met);
    }
}
