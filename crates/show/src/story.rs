//! Lays the logs of both ends of a connection side by side again: one story, in which nothing arrives before it was
//! sent, whatever the two clocks said.

use std::collections::{BTreeMap, HashMap};

use claims::{Claim, Event, Finding, Verdict};
use steps::{Direction, Evidence, Protocol, Side, Step, tcp};

mod clock;
mod content;
mod link;
mod meet;
mod order;

pub use clock::Offset;
pub use meet::MetBy;

/// One connection, as its ends saw it.
#[derive(Clone, Debug)]
pub struct Story {
    /// The protocol of the pair that ran.
    pub protocol: Protocol,
    /// What was asked for.
    pub variant: Option<String>,
    /// The client's end, where its log is there.
    pub client: Option<End>,
    /// The server's end, where its log is there.
    pub server: Option<End>,
    /// By what the two ends were found to belong together; none where only one is there.
    pub met_by: Option<MetBy>,
    /// How the two clocks stand to each other; none where no message tells.
    pub offset: Option<Offset>,
    /// When its first row was, by the client's clock where there is one: microseconds since 1970.
    pub began_us: i64,
    /// What happened, in order.
    pub rows: Vec<Row>,
}

/// What one end knows of itself.
#[derive(Clone, Debug)]
pub struct End {
    /// The addresses, as this end saw them.
    pub conn: String,
    /// How it ended; none: the log stops before that.
    pub summary: Option<Event>,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Row {
    /// Microseconds since the story began, by the client's clock where there is one. Of what crossed: when it was sent,
    /// where its sender's log tells and this row does.
    pub at_us: i64,
    /// When it arrived, by the same clock, where this row tells of both.
    pub arrives_us: Option<i64>,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum What {
    /// Something crossed the wire.
    Crossed(Box<Crossed>),
    /// Something happened inside one end.
    Inside(Box<Event>),
}

/// Something that crossed, as far as the logs tell.
#[derive(Clone, Debug)]
pub struct Crossed {
    /// Who sent it.
    pub from: Side,
    /// The sender's event; none where the sender's log is not there, or does not have it.
    pub sent: Option<Event>,
    /// The receiver's event.
    pub received: Option<Event>,
    /// What became of it on the way.
    pub fate: Fate,
    /// What the link between the two says that it did, where there was one.
    pub link: Option<Event>,
    /// How much of the crossing this row tells.
    pub part: Part,
}

/// What became of a message on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It arrived as it was sent.
    Arrived,
    /// What arrived is not what was sent.
    Changed,
    /// The receiver's log is there and does not have it.
    NotSeen,
    /// Only one end's log can know: the other is not there, or had no key for it.
    OneLog,
}

/// A crossing is one row, or two where its receiver did something between the sending and the arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Sent and received.
    Whole,
    /// It leaves.
    Leaves,
    /// It arrives.
    Arrives,
}

impl Row {
    /// The event that tells most: the receiver's where something arrived, else the sender's.
    pub fn event(&self) -> &Event {
        match &self.what {
            What::Inside(event) => event,
            What::Crossed(crossed) => crossed.event(),
        }
    }

    /// When this row is told at the client's end and at the server's, in microseconds since the story began.
    pub fn times(&self) -> (Option<i64>, Option<i64>) {
        let here = Some(self.at_us);
        match &self.what {
            What::Inside(event) => match event.side {
                Side::Client => (here, None),
                Side::Server => (None, here),
            },
            What::Crossed(crossed) => {
                let (client, server) = crossed.ends();
                let both = client.is_some() && server.is_some();
                let time = |event: Option<&Event>| {
                    event.map(|event| match event.direction {
                        Direction::Received if both => self.arrives_us.unwrap_or(self.at_us),
                        Direction::Sent | Direction::Received | Direction::Local => self.at_us,
                    })
                };
                (time(client), time(server))
            }
        }
    }

    /// What all events of this row show of the notes, the weightiest finding of each claim.
    pub fn findings(&self) -> Vec<Finding> {
        match &self.what {
            What::Inside(event) => weightiest([&**event]),
            What::Crossed(crossed) => weightiest(crossed.sent.iter().chain(&crossed.received)),
        }
    }
}

impl Crossed {
    /// Whether it was sent and is not in the log of whom it was for.
    pub fn is_lost(&self) -> bool {
        let by_link = |event: &Event| event.step == Step::Tcp(tcp::Step::Lost);
        self.sent.is_some() && (self.fate == Fate::NotSeen || self.link.as_ref().is_some_and(by_link))
    }

    /// The client's event and the server's, as far as this row tells of them.
    pub fn ends(&self) -> (Option<&Event>, Option<&Event>) {
        let sent = self.sent.as_ref().filter(|_| self.part != Part::Arrives);
        let received = self.received.as_ref().filter(|_| self.part != Part::Leaves);
        match self.from {
            Side::Client => (sent, received),
            Side::Server => (received, sent),
        }
    }

    /// The sender's event, else the receiver's; of an arrival the receiver's.
    pub fn event(&self) -> &Event {
        let both = match self.part {
            Part::Arrives => [&self.received, &self.sent],
            Part::Whole | Part::Leaves => [&self.sent, &self.received],
        };
        both.into_iter().flatten().next().expect("a crossing was seen by somebody")
    }
}

impl Story {
    /// The client's address, as the client saw it, else as the server did.
    pub fn client_address(&self) -> Option<&str> {
        let end = self.client.as_ref().or(self.server.as_ref())?;
        end.conn.split_once('>').map(|(client, _)| client)
    }

    /// The server's address, as the server saw it, else as the client did.
    pub fn server_address(&self) -> Option<&str> {
        let end = self.server.as_ref().or(self.client.as_ref())?;
        end.conn.split_once('>').map(|(_, server)| server)
    }

    /// Whether neither end told it: it was seen between them.
    pub fn is_captured(&self) -> bool {
        self.events().all(|event| event.observer.is_some())
    }

    /// Every event once, in the order of the story, summaries last.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        let of_rows = self.rows.iter().flat_map(|row| match &row.what {
            What::Inside(event) => [Some(&**event), None, None],
            What::Crossed(crossed) => {
                let (sent, link, received) =
                    (crossed.sent.as_ref(), crossed.link.as_ref(), crossed.received.as_ref());
                match crossed.part {
                    Part::Whole => [sent, link, received],
                    Part::Leaves => [sent, link, None],
                    Part::Arrives => [None, None, received],
                }
            }
        });
        let summaries = self.client.iter().chain(&self.server).filter_map(|end| end.summary.as_ref());
        of_rows.flatten().chain(summaries)
    }

    /// The weightiest finding on each claim of the notes, in their order.
    pub fn findings(&self) -> Vec<Finding> {
        let ends = self.client.iter().chain(&self.server).filter_map(|end| end.summary.as_ref());
        let mut all: BTreeMap<Claim, Finding> =
            weightiest(ends).into_iter().map(|finding| (finding.id, finding)).collect();
        for finding in self.rows.iter().flat_map(Row::findings) {
            keep_weightier(&mut all, &finding);
        }
        all.into_values().collect()
    }
}

/// The weightiest finding on each claim.
fn weightiest<'a>(events: impl IntoIterator<Item = &'a Event>) -> Vec<Finding> {
    let mut all = BTreeMap::new();
    for finding in events.into_iter().flat_map(Event::noted) {
        keep_weightier(&mut all, finding);
    }
    all.into_values().collect()
}

fn keep_weightier(all: &mut BTreeMap<Claim, Finding>, finding: &Finding) {
    let known = all.entry(finding.id).or_insert_with(|| finding.clone());
    let says_more = known.because.is_none() && finding.because.is_some();
    // "Absent" is said at the end only when nothing else was: what was seen weighs more.
    let seen = finding.verdict != Verdict::Absent;
    if (finding.verdict > known.verdict && seen) || (finding.verdict == known.verdict && says_more) {
        *known = finding.clone();
    }
}

/// Tells the stories in `events`, which may come from several logs in any order, each log in its own order.
pub fn stories(events: Vec<Event>) -> Vec<Story> {
    let connections = connections(events);
    meet::meet(connections).into_iter().map(tell).collect()
}

/// One end's events of one connection.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) side: Side,
    pub(crate) protocol: Protocol,
    pub(crate) conn: String,
    pub(crate) events: Vec<Event>,
    /// What a link did to the segments of this end.
    pub(crate) link: Vec<Event>,
}

/// Sorts events by end and connection. Addresses come again: a connection ends with its summary.
fn connections(events: Vec<Event>) -> Vec<Connection> {
    let mut found: Vec<Connection> = Vec::new();
    let mut open: HashMap<(Side, Protocol, String), usize> = HashMap::new();
    let (of_links, of_ends): (Vec<_>, Vec<_>) = events.into_iter().partition(|event| event.is_of_a_link());
    for event in of_ends {
        let key = (event.side, event.protocol, event.conn.clone());
        let ends = event.step.is_summary();
        let at = *open.entry(key.clone()).or_insert_with(|| {
            let (side, protocol, conn) = key.clone();
            found.push(Connection { side, protocol, conn, events: Vec::new(), link: Vec::new() });
            found.len() - 1
        });
        found[at].events.push(event);
        if ends {
            open.remove(&key);
        }
    }
    link::hand_out(of_links, &mut found);
    found
}

impl Connection {
    /// What crossed in `direction`, with its place in the log.
    pub(crate) fn crossed(&self, direction: Direction) -> Vec<(usize, &Event)> {
        let wanted = |event: &Event| {
            event.direction == direction && event.evidence == Evidence::Wire && !event.step.is_summary()
        };
        self.events.iter().enumerate().filter(|(_, event)| wanted(event)).collect()
    }

    fn end(&self) -> End {
        let summary = self.events.iter().rfind(|event| event.step.is_summary()).cloned();
        End { conn: self.conn.clone(), summary }
    }
}

fn tell((client, server, met_by): meet::Met) -> Story {
    let one = client.as_ref().or(server.as_ref()).expect("a story has at least one end");
    let protocol = one.protocol;
    let variant =
        [&client, &server].into_iter().flatten().find_map(|end| end.events.first()?.variant.clone());
    let ends = (client.as_ref().map(Connection::end), server.as_ref().map(Connection::end));
    let actions = link::actions(client.as_ref(), server.as_ref());
    let pairs = match (&client, &server) {
        (Some(client), Some(server)) => meet::same(client, server, &actions),
        _ => Vec::new(),
    };
    let offset = match (&client, &server) {
        (Some(client), Some(server)) => clock::offset(client, server, &pairs),
        _ => None,
    };
    let (began_us, rows) =
        order::rows(client, server, (&pairs, &actions), offset.map_or(0, Offset::correction_us));
    Story { protocol, variant, client: ends.0, server: ends.1, met_by, offset, began_us, rows }
}

/// The same message in both logs: its place in the client's and in the server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Same {
    pub(crate) from: Side,
    pub(crate) client: usize,
    pub(crate) server: usize,
    pub(crate) changed: bool,
}

/// Microseconds since 1970.
pub(crate) fn micros(event: &Event) -> i64 {
    event.at.as_microsecond()
}
