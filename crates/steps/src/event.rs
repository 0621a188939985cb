//! One step, seen in one connection: the event that every output prints and every log records.

use serde::{Deserialize, Serialize, Serializer, ser::SerializeStruct};

use crate::{Field, Fields, Kind, Step, tcp};

/// The version of the JSON schema; it changes when a reader of the old one would misread the new one.
pub const SCHEMA_VERSION: u32 = 1;

/// One event is one JSON line.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Event {
    /// [`SCHEMA_VERSION`].
    pub v: u32,
    /// When it was seen, by the clock of the side that saw it.
    pub at: jiff::Timestamp,
    /// Microseconds since this side began the connection (client) or accepted it (server).
    pub elapsed_us: u64,
    /// The side that saw it.
    pub side: Side,
    /// The protocol of the pair that ran.
    pub protocol: Protocol,
    /// What was asked for (`ecdhe`, `tls13`): a label that no verdict rests on.
    #[serde(default)]
    pub variant: Option<String>,
    /// What saw it, where that was neither end; `side` then says only from whose view `direction` is told.
    #[serde(default)]
    pub observer: Option<Observer>,
    /// The client's address, `>`, the server's address, as this side sees them; where the stream has none, `stream-1`,
    /// `stream-2`, so that this program's connections are told apart.
    pub conn: String,
    /// What happened.
    pub step: Step,
    /// Whether it left this side, reached it, or happened inside it.
    pub direction: Direction,
    /// How it is known.
    pub evidence: Evidence,
    /// The values that were seen, named as the RFC names them, in the order in which they were read.
    pub fields: Fields,
    /// The bytes it was read from, in hex; decrypted where they were encrypted.
    #[serde(default)]
    pub bytes: Bytes,
}

impl Event {
    /// The side that sent what was seen; none for what happened inside one side.
    pub fn sender(&self) -> Option<Side> {
        match self.direction {
            Direction::Sent => Some(self.side),
            Direction::Received => Some(self.side.peer()),
            Direction::Local => None,
        }
    }

    /// Whether it crossed the wire or happened inside.
    pub fn crossed(&self) -> bool {
        self.direction != Direction::Local
    }

    /// Whether a link between the two ends reported this, and not the end in whose log it stands.
    pub fn is_of_a_link(&self) -> bool {
        self.get(tcp::field::SOURCE) == Some(tcp::LINK)
    }

    /// Serializes the event with one more member called `name` behind `step`, where there is a `value`: for code that
    /// adds to an event what it concludes from it.
    ///
    /// # Errors
    ///
    /// Those of `to`.
    pub fn serialize_with<S: Serializer, T: Serialize + ?Sized>(
        &self,
        to: S,
        name: &'static str,
        value: Option<&T>,
    ) -> Result<S::Ok, S::Error> {
        let Event {
            v,
            at,
            elapsed_us,
            side,
            protocol,
            variant,
            observer,
            conn,
            step,
            direction,
            evidence,
            fields,
            bytes,
        } = self;
        let absent = [variant.is_none(), observer.is_none(), value.is_none(), bytes.is_empty()];
        let count = 14 - absent.into_iter().filter(|absent| *absent).count();
        let mut line = to.serialize_struct("Event", count)?;
        line.serialize_field("v", v)?;
        line.serialize_field("at", at)?;
        line.serialize_field("elapsed_us", elapsed_us)?;
        line.serialize_field("side", side)?;
        line.serialize_field("protocol", protocol)?;
        if let Some(variant) = variant {
            line.serialize_field("variant", variant)?;
        }
        if let Some(observer) = observer {
            line.serialize_field("observer", observer)?;
        }
        line.serialize_field("conn", conn)?;
        line.serialize_field("step", step)?;
        if let Some(value) = value {
            line.serialize_field(name, value)?;
        }
        line.serialize_field("direction", direction)?;
        line.serialize_field("evidence", evidence)?;
        line.serialize_field("fields", fields)?;
        if !bytes.is_empty() {
            line.serialize_field("bytes", bytes)?;
        }
        line.end()
    }

    /// The value of `field`; none: it was not seen.
    pub fn get<T: Kind + ?Sized>(&self, field: Field<T>) -> Option<T::Read<'_>> {
        self.fields.get(field)
    }
}

impl Event {
    /// An event written by hand, for tests: `fields` is a JSON object.
    ///
    /// # Panics
    ///
    /// When `fields` is not a JSON object.
    pub fn by_hand(
        (side, direction): (Side, Direction),
        step: impl Into<Step>,
        evidence: Evidence,
        fields: serde_json::Value,
    ) -> Event {
        let (step, serde_json::Value::Object(fields)) = (step.into(), fields) else {
            panic!("fields are an object")
        };
        Event {
            v: SCHEMA_VERSION,
            at: jiff::Timestamp::UNIX_EPOCH,
            elapsed_us: 0,
            side,
            protocol: step.protocol(),
            variant: None,
            observer: None,
            conn: "127.0.0.1:1>127.0.0.1:2".into(),
            step,
            direction,
            evidence,
            fields: fields.into(),
            bytes: Bytes::default(),
        }
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.serialize_with(to, "", None::<&()>)
    }
}

/// A third party that saw what crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observer {
    /// A capture, read afterwards or as it grows.
    Capture,
}

/// The end of a connection that saw the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(strum::VariantArray))]
pub enum Side {
    /// The one that connected.
    Client,
    /// The one that was connected to.
    Server,
}

impl Side {
    /// The name in the log.
    pub const fn id(self) -> &'static str {
        match self {
            Side::Client => "client",
            Side::Server => "server",
        }
    }

    /// The other end.
    pub const fn peer(self) -> Side {
        match self {
            Side::Client => Side::Server,
            Side::Server => Side::Client,
        }
    }
}

/// The protocol of a pair.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// Plain TCP (RFC 9293).
    Tcp,
    /// TLS over TCP (RFC 5246, RFC 8446).
    Tls,
    /// WebSocket over TCP or TLS (RFC 6455).
    Ws,
    /// SSH over TCP (RFC 4253, RFC 4252).
    Ssh,
}

impl Protocol {
    /// All of them, in the order of the notes.
    pub const ALL: &'static [Protocol] = <Self as strum::VariantArray>::VARIANTS;

    /// The name in commands, file names and step ids.
    pub const fn id(self) -> &'static str {
        match self {
            Protocol::Tcp => "tcp",
            Protocol::Tls => "tls",
            Protocol::Ws => "ws",
            Protocol::Ssh => "ssh",
        }
    }

    /// The name as people write it.
    pub const fn title(self) -> &'static str {
        match self {
            Protocol::Tcp => "TCP",
            Protocol::Tls => "TLS",
            Protocol::Ws => "WebSocket",
            Protocol::Ssh => "SSH",
        }
    }
}

impl std::str::FromStr for Protocol {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = Self::ALL.iter().find(|protocol| protocol.id() == text);
        named.copied().ok_or("tcp, tls, ws or ssh")
    }
}

/// Where the bytes of an event went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(strum::VariantArray))]
pub enum Direction {
    /// This side sent them.
    Sent,
    /// They reached this side.
    Received,
    /// Nothing crossed the wire: the event happened inside this side, or on the link, to what this side had sent.
    Local,
}

impl Direction {
    /// The name in the log.
    pub const fn id(self) -> &'static str {
        match self {
            Direction::Sent => "sent",
            Direction::Received => "received",
            Direction::Local => "local",
        }
    }
}

/// How an event is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(strum::VariantArray))]
pub enum Evidence {
    /// Read from bytes that crossed the wire, decrypted with the run's own keys where needed.
    Wire,
    /// The library called us at that moment.
    Callback,
    /// The operating system said so.
    Kernel,
    /// None of these: it was concluded from something that was seen.
    Inferred,
}

impl Evidence {
    /// The name in the log.
    pub const fn id(self) -> &'static str {
        match self {
            Evidence::Wire => "wire",
            Evidence::Callback => "callback",
            Evidence::Kernel => "kernel",
            Evidence::Inferred => "inferred",
        }
    }
}

/// Bytes that read and write themselves as hex.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl Bytes {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        hex::decode(text.as_bytes()).map(Bytes).map_err(serde::de::Error::custom)
    }
}
