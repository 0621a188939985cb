//! What others tell of the same bytes, one judge a file, message by message, in the words of our log: the ids of our
//! steps and the names of our fields, with the others' values. Nothing here calls our decoders.

use std::collections::BTreeMap;

use serde_json::Value;
use steps::Side;

pub(crate) mod openssh;
pub(crate) mod openssl;
pub(crate) mod tshark;

/// Whose account it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judge {
    /// `tshark -T pdml`, on our capture with the secrets in it.
    Tshark,
    /// `openssl s_client -trace` and `s_server -trace`: the other end of the connection.
    Openssl,
    /// `ssh -vvv` and `sshd` at DEBUG3: the other end of the connection.
    Openssh,
}

/// One message, as somebody tells it.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    /// The client's address and the server's, as events write them.
    pub(crate) conn: String,
    /// Who sent it; none: it did not cross, one end worked it out.
    pub(crate) from: Option<Side>,
    /// The step; [`OPAQUE`] where it could not be opened.
    pub(crate) step: String,
    pub(crate) fields: BTreeMap<String, Value>,
    /// How many bytes it has, where that is told.
    pub(crate) length: Option<usize>,
}

impl Told {
    fn new(conn: &str, from: Option<Side>, step: String, fields: BTreeMap<String, Value>) -> Told {
        Told { conn: conn.to_owned(), from, step, fields, length: None }
    }

    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.fields.insert(name.to_owned(), value.into());
    }
}

/// The step of a message that is there and stays closed.
pub(crate) const OPAQUE: &str = "opaque";

/// The step of every segment: what it is to its connection tshark does not say in our words.
pub(crate) const SEGMENT: &str = "tcp.segment";

/// A message without its place.
type Message = (String, BTreeMap<String, Value>);

/// Collects fields of which tshark need not know each.
#[derive(Default)]
struct Fields(BTreeMap<String, Value>);

impl Fields {
    fn put(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
    }

    fn of(self, step: &str) -> Message {
        (step.to_owned(), self.0)
    }
}
