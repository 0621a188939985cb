//! Values of an event by their names in JSON. The suite itself reads them by its constants (`steps::Field`); these tests
//! judge its log from outside, where a name is all there is.

use claims::Event;
use steps::Value;

pub trait ByName {
    /// A field as text; empty when it is not there.
    fn text(&self, field: &str) -> &str;
    /// A field as a whole number.
    fn number(&self, field: &str) -> Option<u64>;
    /// A field as yes or no; one that is not there is no.
    fn is(&self, field: &str) -> bool;
}

impl ByName for Event {
    fn text(&self, field: &str) -> &str {
        self.fields.named(field).and_then(Value::as_str).unwrap_or_default()
    }

    fn number(&self, field: &str) -> Option<u64> {
        self.fields.named(field)?.as_u64()
    }

    fn is(&self, field: &str) -> bool {
        self.fields.named(field).and_then(Value::as_bool).unwrap_or_default()
    }
}
