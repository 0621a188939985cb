//! The lines of a log between which a run stands: which scenario it is, and how it came out.

use serde::{Deserialize, Serialize};

use crate::{Protocol, SCHEMA_VERSION, Said};

/// A line of a JSON log that is no event: here the run of a scenario begins; with `ended`, here it ends.
///
/// ```json
/// {"v":1,"run":"tls/unknown-ca","protocol":"tls","title":{"en":"…","zh":"…"}}
/// {"v":1,"run":"tls/unknown-ca","protocol":"tls","title":{"en":"…","zh":"…"},"ended":{"came_out":"as_expected","took_ms":312}}
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// [`SCHEMA_VERSION`].
    pub v: u32,
    /// The name of the scenario.
    pub run: String,
    /// What its pair speaks.
    pub protocol: Protocol,
    /// What goes wrong, in a few words.
    pub title: Said,
    /// Whether its last connection only shows that the server still serves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub follows: bool,
    /// How it came out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<RunEnd>,
}

/// How the run of a scenario came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunEnd {
    /// Whether as its scenario expects.
    pub came_out: CameOut,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// What came otherwise, a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Said>,
}

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CameOut {
    /// As its scenario expects.
    AsExpected,
    /// It ended as its scenario expects; its segments were not seen.
    EndedAsExpected,
    /// Otherwise.
    Otherwise,
}

impl Run {
    /// The run of a scenario begins.
    pub fn begins(name: impl Into<String>, protocol: Protocol, title: Said) -> Self {
        Run { v: SCHEMA_VERSION, run: name.into(), protocol, title, follows: false, ended: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Event, Gap};

    #[test]
    fn a_run_is_no_event_and_no_gap() {
        let begins = Run::begins("tls/unknown-ca", Protocol::Tls, Said::new("The CA is unknown", "CA 未知"));
        let end = RunEnd { came_out: CameOut::AsExpected, took_ms: 312, differences: Vec::new() };
        let ends = Run { ended: Some(end), ..begins.clone() };
        let line = r#"{"v":1,"run":"tls/unknown-ca","protocol":"tls","title":{"en":"The CA is unknown","zh":"CA 未知"},"ended":{"came_out":"as_expected","took_ms":312}}"#;
        assert_eq!(serde_json::to_string(&ends).unwrap(), line);
        for run in [begins, ends] {
            let line = serde_json::to_string(&run).unwrap();
            assert_eq!(serde_json::from_str::<Run>(&line).unwrap(), run);
            assert!(serde_json::from_str::<Event>(&line).is_err());
            assert!(serde_json::from_str::<Gap>(&line).is_err());
        }
    }
}
