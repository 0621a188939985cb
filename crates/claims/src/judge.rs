//! Judges the events of one connection. A verdict is computed from the fields of the events, never from a label: a
//! recording whose labels were changed keeps its verdicts.

use std::collections::BTreeMap;

use steps::{Event, Observer, Past, Protocol, Step, summary, tls::Step as Tls};

use crate::{Finding, beyond, ssh, tcp, tls, ws};

/// Judges one connection as one side sees it: remembers its events, and the weightiest finding on each claim. It does not
/// grow with the traffic.
#[derive(Clone, Debug, Default)]
pub struct Judge {
    past: Past,
    /// In the order of the notes.
    findings: Vec<Finding>,
}

impl Judge {
    /// What `event` shows, given what came before it in its connection; remembers both. What the summary of a connection
    /// shows is what all of it showed.
    pub fn judge(&mut self, event: &Event) -> Vec<Finding> {
        if event.step.is_summary() {
            return self.summary(event.protocol, self.tells_of_a_whole(event));
        }
        let past = &self.past;
        let mut findings = match event.step {
            Step::Tcp(step) => match event.protocol {
                Protocol::Tcp => tcp::judge(step, event, past),
                Protocol::Ssh => ssh::over_tcp(step, event, past).into_iter().collect(),
                Protocol::Tls | Protocol::Ws => Vec::new(),
            },
            Step::Tls(step) => tls::judge(step, event, past),
            Step::Ws(step) => ws::judge(step, event, past),
            Step::Ssh(step) => ssh::judge(step, event, past),
        };
        findings.extend(beyond::judge(event, past));
        findings.sort_by_key(|finding| finding.id);
        self.past.remember(event);
        for finding in &findings {
            match self.findings.binary_search_by_key(&finding.id, |known| known.id) {
                Ok(at) => {
                    let known = &mut self.findings[at];
                    if finding.verdict > known.verdict
                        || (known.because.is_none() && finding.verdict == known.verdict)
                    {
                        *known = finding.clone();
                    }
                }
                Err(at) => {
                    // They stay as long as the connection, in no more room than they need.
                    self.findings.reserve_exact(1);
                    self.findings.insert(at, finding.clone());
                }
            }
        }
        findings
    }

    /// What `event` shows of the notes, without the series `x…`.
    #[cfg(test)]
    pub(crate) fn noted(&mut self, event: &Event) -> Vec<Finding> {
        let mut findings = self.judge(event);
        findings.retain(|finding| !finding.id.is_beyond());
        findings
    }

    /// The event with what it shows, given what came before it in its connection.
    pub fn annotate(&mut self, seen: Event) -> crate::Event {
        let claims = self.judge(&seen);
        crate::Event { seen, claims }
    }

    /// The findings of the whole connection, in the order of the notes, with those that only its end tells. With
    /// `complete`, the claims whose message a completed handshake did not have are added as absent.
    pub fn summary(&self, protocol: Protocol, complete: bool) -> Vec<Finding> {
        let mut all: BTreeMap<_, _> = self.findings.iter().map(|it| (it.id, it.clone())).collect();
        let at_end = match protocol {
            Protocol::Tcp | Protocol::Tls | Protocol::Ws => None,
            Protocol::Ssh => ssh::at_end(&self.past),
        };
        if let Some(finding) = at_end {
            all.entry(finding.id).or_insert(finding);
        }
        if complete {
            let absent = match protocol {
                Protocol::Tcp | Protocol::Ssh => Vec::new(),
                // Of WebSocket only where TLS lies below.
                Protocol::Tls | Protocol::Ws => tls::absent(&self.past),
            };
            for finding in absent {
                all.entry(finding.id).or_insert(finding);
            }
        }
        all.into_values().collect()
    }

    /// What is remembered of the connection.
    pub fn past(&self) -> &Past {
        &self.past
    }

    /// Takes note that events of this connection are missing here: what was not seen may still have been.
    pub fn missed(&mut self) {
        self.past.missed();
    }

    /// Whether `summary` is of a handshake that was complete and seen whole: what such a one did not have is absent. A
    /// third party that captured it may lack the keys.
    fn tells_of_a_whole(&self, summary: &Event) -> bool {
        let complete = summary.get(summary::OUTCOME) == Some("complete");
        complete
            && match summary.observer {
                None => true,
                Some(Observer::Capture) => self.past.has(Tls::Finished),
            }
    }
}
