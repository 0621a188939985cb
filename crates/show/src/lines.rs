//! One step a line.

use steps::Event;

use crate::Args;

/// Prints steps as lines.
#[derive(Debug)]
pub struct Lines {
    both_sides: bool,
}

impl Lines {
    /// A printer for `args`; `both_sides` when client and server log to the same place.
    pub fn new(_args: &Args, both_sides: bool) -> Self {
        Lines { both_sides }
    }

    /// The text for one event, ending in a line feed.
    pub fn print(&mut self, event: &Event) -> String {
        let claims: Vec<_> = event.claims.iter().map(|f| f.id.id()).collect();
        format!(
            "{:>9.3} {:?} {:?} {:8} {} {} {:?}\n",
            event.elapsed_us as f64 / 1000.0,
            event.side,
            event.direction,
            claims.join(" "),
            event.step,
            serde_json::to_string(&event.fields).unwrap_or_default(),
            event.evidence
        )
        .replacen("Client", if self.both_sides { "client" } else { "" }, 1)
    }
}
