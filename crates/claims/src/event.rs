//! An event as its readers have it: with what it shows of the notes. It is a line of a log, and what every renderer takes.

use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Finding;

/// What was seen, and what it shows of the notes. It reads like the [`steps::Event`] that it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// What was seen.
    pub seen: steps::Event,
    /// What that shows of the notes.
    pub claims: Vec<Finding>,
}

impl Event {
    /// An event without findings.
    pub const fn bare(seen: steps::Event) -> Self {
        Event { seen, claims: Vec::new() }
    }
}

impl Event {
    /// Writes it as JSON behind what is in `out`.
    ///
    /// # Errors
    ///
    /// None: it is plain data.
    pub fn write_json(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        self.seen.write_with(
            out,
            "claims",
            self.told_claims().map(|claims| move |out: &mut Vec<u8>| write_all(claims, out)),
        )
    }

    fn told_claims(&self) -> Option<&Vec<Finding>> {
        (!self.claims.is_empty()).then_some(&self.claims)
    }
}

/// As serde writes them, in a fraction of the time.
fn write_all(claims: &[Finding], out: &mut Vec<u8>) -> serde_json::Result<()> {
    for (n, claim) in claims.iter().enumerate() {
        out.push(if n == 0 { b'[' } else { b',' });
        claim.write_json(out)?;
    }
    out.push(b']');
    Ok(())
}

impl Deref for Event {
    type Target = steps::Event;

    fn deref(&self) -> &steps::Event {
        &self.seen
    }
}

impl DerefMut for Event {
    fn deref_mut(&mut self) -> &mut steps::Event {
        &mut self.seen
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.seen.serialize_with(to, "claims", self.told_claims())
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Line {
            #[serde(flatten)]
            seen: steps::Event,
            #[serde(default)]
            claims: Vec<Finding>,
        }
        let Line { seen, claims } = Line::deserialize(from)?;
        Ok(Event { seen, claims })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Claim, Verdict};

    #[test]
    fn a_line_has_its_claims_behind_its_step_and_reads_back() {
        const LINE: &str = r#"{"v":1,"at":"2026-11-22T19:00:00Z","elapsed_us":5,"side":"client","protocol":"tls","variant":"rsa","observer":"capture","conn":"127.0.0.1:1>127.0.0.1:2","step":"tls.client_hello","claims":[{"id":"t1","verdict":"as_noted"}],"direction":"sent","evidence":"wire","fields":{"version":"TLS 1.2"},"bytes":"160301"}"#;
        let line: Event = serde_json::from_str(LINE).unwrap();
        assert_eq!(line.claims, [Finding { id: Claim::T1, verdict: Verdict::AsNoted, because: None }]);
        assert_eq!(serde_json::to_string(&line).unwrap(), LINE);
        let bare = Event::bare(line.seen);
        let without = LINE.replace(r#""claims":[{"id":"t1","verdict":"as_noted"}],"#, "");
        assert_eq!(serde_json::to_string(&bare).unwrap(), without);
        assert_eq!(serde_json::to_string(&bare.seen).unwrap(), without);
        assert_eq!(serde_json::from_str::<Event>(&without).unwrap(), bare);
    }
}
