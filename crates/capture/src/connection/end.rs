//! The end of a connection: what it was, how far it came and how it ended.

use std::time::Duration;

use claims::Event;
use steps::{Evidence, Said, Side, Step, say, summary};
use wire::Seen;

use super::{Connection, account::Account, reading::Reading};
use crate::{
    keys::Keys,
    outcome::{self, Known},
    row::{Ended, Kind, Row},
    stream::Stream,
};

impl Connection {
    /// Nothing more will come, `last` something did: what it was, and its events where they were kept.
    pub(crate) fn end(mut self, last: i64, known: &Known, keys: &Keys) -> (Row, Vec<Event>) {
        self.last = last;
        for side in [Side::Client, Side::Server] {
            let mut pieces = Vec::new();
            self.streams[side as usize].end(&mut pieces);
            self.pieces(side, pieces, keys);
        }
        let tail = self.streams.iter().map(Stream::tail).sum::<u64>();
        self.gaps += tail;
        let moment = self.now();
        if matches!(self.reading, Reading::Undecided) {
            self.reading = Reading::Other;
            self.tell_plain();
        }
        let crossed = match &mut self.reading {
            // What no key opened is no fault of the wire; the row says how far it came.
            Reading::Tls(tls)
                if tail == 0 && tls.keyed && self.account.past().has(steps::tls::Step::Finished) =>
            {
                tls.decoder.end()
            }
            Reading::Ssh(ssh) if !ssh.decoder.is_opened() => ssh.decoder.give_up(moment, &no_secret()),
            Reading::Tls(_) | Reading::Ssh(_) => Vec::new(),
            Reading::Ws(_) | Reading::Undecided | Reading::Other | Reading::Lost => Vec::new(),
        };
        self.crossed(crossed);
        let established = match self.reading {
            Reading::Undecided | Reading::Other => {
                self.established = self.opened;
                self.opened.is_some()
            }
            Reading::Tls(_) | Reading::Ws(_) | Reading::Ssh(_) | Reading::Lost => {
                self.established.is_some() || self.is_established()
            }
        };
        let row = self.row(established, known);
        self.summary(&row);
        let Account::Events(story) = self.account else { return (row, Vec::new()) };
        let mut events = story.events;
        // What waited for its key comes out late, and what it is was not known from the beginning.
        events.sort_by_key(|event| event.elapsed_us);
        for event in &mut events {
            (event.protocol, event.variant) = (self.kind.protocol(), self.kind.variant());
        }
        (row, events)
    }

    /// The last event: what the connection showed, and how it went.
    fn summary(&mut self, row: &Row) {
        if matches!(self.account, Account::Row(_)) {
            return;
        }
        let protocol = self.kind.protocol();
        let mut fields = steps::fields! {
            summary::OUTCOME => match row.established {
                true => "complete",
                false if row.is_incomplete() => summary::INCOMPLETE,
                false => "failed",
            },
        };
        if !row.established {
            fields.put(summary::REASON, row.outcome());
        }
        fields.put(summary::STEPS, self.past().count());
        self.saw(self.now(), Evidence::Inferred, Seen::local(Step::summary(protocol), fields));
    }

    fn row(&self, established: bool, known: &Known) -> Row {
        let details = outcome::details(self.past(), self.kind);
        Row {
            number: self.number,
            at: jiff::Timestamp::from_nanosecond(self.began.into()).unwrap_or_default(),
            client: self.client,
            server: self.server,
            kind: self.kind,
            name: details.name,
            version: details.version,
            algorithms: details.algorithms,
            established,
            ended: self.ended(known),
            one_sided: known.one_sided(),
            joined: known.joined(),
            established_after: self.established.map(Duration::from_nanos),
            lasted: Duration::from_nanos(self.now()),
            segments: self.segments,
            bytes: self.bytes,
            missing: self.gaps,
            private_key_fits: match &self.reading {
                Reading::Tls(tls) => tls.decoder.private_key_fits(),
                Reading::Undecided | Reading::Ws(_) | Reading::Ssh(_) | Reading::Other | Reading::Lost => {
                    None
                }
            },
        }
    }

    /// How it ended: what a peer said of it weighs more than how TCP ended.
    fn ended(&self, known: &Known) -> Ended {
        if let Some((by, words)) = outcome::fatal_alert(self.past()) {
            return Ended::Alert(by, words);
        }
        known.ended()
    }

    pub(super) fn is_established(&self) -> bool {
        match &self.reading {
            Reading::Tls(_) if self.kind == Kind::Wss => self.past().has(steps::ws::Step::SwitchingProtocols),
            Reading::Tls(tls) => outcome::tls_established(self.past(), &tls.records),
            Reading::Ws(_) => self.past().has(steps::ws::Step::SwitchingProtocols) || self.kind == Kind::Http,
            Reading::Ssh(_) => outcome::ssh_established(self.past()),
            Reading::Undecided | Reading::Other | Reading::Lost => false,
        }
    }
}

fn no_secret() -> Said {
    say!(row::no_key_log_holds_its_secret())
}
