//! `client tls|ssh|ws|tcp HOST --why`: why a peer does not get through.
//!
//! First the handshake as it was asked for. Where it fails and its reason leaves open what would do, a few variants of it
//! follow, each a connection of its own, announced beforehand; then what they show together. Nothing is concluded but from
//! what was seen: each row of the table says what came.

use std::{future::Future, time::Duration};

use claims::Event;
use steps::{Field, Kind, Protocol, Reason, Said, Side, Step, rules, say, summary};
use tokio::time::timeout;
use watch::Session;

use crate::dial::NotConnected;

mod page;
mod ssh;
mod tcp;
mod tls;
mod variants;
mod ws;

pub use page::Page;

/// How long one of the further connections may take.
const EACH: Duration = Duration::from_secs(4);

/// The most connections that follow the first.
const MOST: usize = 6;

/// What was asked for.
#[derive(Clone, Copy, Debug)]
pub enum Asked<'a> {
    /// `client tcp`.
    Tcp(&'a crate::tcp::Options),
    /// `client tls`.
    Tls(&'a crate::tls::Options),
    /// `client ws`.
    Ws(&'a crate::ws::Options),
    /// `client ssh`.
    Ssh(&'a crate::ssh::Options),
}

/// Makes the connection, and where it fails finds out why; the page tells it meanwhile. Gives whether it got through.
///
/// `kept` has the events of this process, and of nothing else.
///
/// # Errors
///
/// What keeps a connection from being tried at all: a file that cannot be read, a name without an address.
pub async fn run(
    asked: Asked<'_>,
    session: &Session,
    kept: &show::Kept,
    page: &Page,
) -> anyhow::Result<bool> {
    let look = Look { session, kept };
    let found = match asked {
        Asked::Tcp(options) => tcp::diagnose(options, &look, page).await?,
        Asked::Tls(options) => tls::diagnose(options, &look, page).await?,
        Asked::Ws(options) => ws::diagnose(options, &look, page).await?,
        Asked::Ssh(options) => ssh::diagnose(options, &look, page).await?,
    };
    page.end(&found);
    Ok(found.through())
}

/// What was found out of one peer.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// What was spoken.
    pub protocol: Protocol,
    /// With whom: `host:port`, or a URL.
    pub peer: String,
    /// Why the connection that was asked for failed; none: it got through.
    pub reason: Option<Reason>,
    /// Where it got through: what was agreed, three lines at most.
    pub facts: Vec<Said>,
    /// How many further connections were announced.
    pub announced: usize,
    /// How many of them were made.
    pub made: usize,
    /// What was tried or compared, and what came.
    pub rows: Vec<Row>,
    /// What the rows show together.
    pub means: Option<Said>,
    /// What to do.
    pub advice: Option<Said>,
}

impl Diagnosis {
    fn new(protocol: Protocol, peer: impl ToString) -> Self {
        Diagnosis {
            protocol,
            peer: peer.to_string(),
            reason: None,
            facts: Vec::new(),
            announced: 0,
            made: 0,
            rows: Vec::new(),
            means: None,
            advice: None,
        }
    }

    /// Whether the connection that was asked for got through.
    pub fn through(&self) -> bool {
        self.reason.is_none()
    }
}

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What was tried, or what was compared.
    pub tried: Said,
    /// What came of it.
    pub way: Way,
    /// What was seen.
    pub saw: Said,
}

/// What came of one try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It got through.
    Through,
    /// The peer took it up; we did not go on.
    TakenUp,
    /// It did not.
    Not,
}

impl Way {
    /// Its name in JSON.
    pub const fn id(self) -> &'static str {
        match self {
            Way::Through => "through",
            Way::TakenUp => "taken_up",
            Way::Not => "not",
        }
    }

    const fn mark(self) -> &'static str {
        match self {
            Way::Through => "✓",
            Way::TakenUp => "~",
            Way::Not => "✗",
        }
    }
}

/// Makes connections and looks at what the log has of each.
struct Look<'a> {
    session: &'a Session,
    kept: &'a show::Kept,
}

impl Look<'_> {
    /// Makes one connection, with `patience` for all of it, if any; gives what was seen of it.
    async fn once(
        &self,
        patience: Option<Duration>,
        connection: impl Future<Output = anyhow::Result<()>>,
    ) -> anyhow::Result<Seen> {
        self.session.read();
        self.kept.take();
        let ended = match patience {
            None => Some(connection.await),
            Some(patience) => timeout(patience, connection).await.ok(),
        };
        self.session.read();
        let events = self.kept.take();
        let failed = events.iter().rev().find_map(failure);
        let ended = match ended {
            None => Ended::Unanswered(patience.unwrap_or_default()),
            Some(Ok(())) => Ended::Through,
            Some(Err(error)) => match (error.downcast_ref::<NotConnected>(), failed) {
                (Some(not), _) => Ended::NotConnected(not.clone()),
                (None, Some(reason)) => Ended::Failed(reason),
                // What followed the handshake is the command's own affair.
                (None, None) if events.iter().any(|event| event.step.is_summary()) => Ended::Through,
                (None, None) => return Err(error),
            },
        };
        Ok(Seen { events, ended })
    }
}

/// What was seen of one connection.
struct Seen {
    events: Vec<Event>,
    ended: Ended,
}

/// How it ended.
enum Ended {
    Through,
    NotConnected(NotConnected),
    Failed(Reason),
    /// Our own patience was over first.
    Unanswered(Duration),
}

impl Seen {
    /// The first event of `step`, by whomever.
    fn first(&self, step: impl Into<Step>) -> Option<&Event> {
        let step = step.into();
        self.events.iter().find(|event| event.step == step)
    }

    /// The first event of `step` that `from` sent.
    fn first_from(&self, from: Side, step: impl Into<Step>) -> Option<&Event> {
        let step = step.into();
        self.events.iter().find(|event| event.step == step && event.sender() == Some(from))
    }

    /// A value of the first event of `step` that the server sent.
    fn value<T: Kind + ?Sized>(&self, step: impl Into<Step>, field: Field<T>) -> Option<T::Read<'_>> {
        self.first_from(Side::Server, step)?.get(field)
    }

    /// Why it failed; none: it did not, or our own patience was over first.
    fn reason(&self) -> Option<Reason> {
        match &self.ended {
            Ended::Through | Ended::Unanswered(_) => None,
            Ended::NotConnected(not) => Some(not.reason()),
            Ended::Failed(reason) => Some(reason.clone()),
        }
    }

    /// The rule that recognised it.
    fn rule(&self) -> Option<&'static str> {
        match &self.ended {
            Ended::Failed(reason) => reason.rule,
            Ended::Through | Ended::NotConnected(_) | Ended::Unanswered(_) => None,
        }
    }

    /// What came, in a few words, where it did not get through.
    fn briefly(&self) -> Said {
        if let Some(alert) = self.alert() {
            return say!(why::alert(alert));
        }
        match &self.ended {
            Ended::Through => say!(why::complete()),
            Ended::NotConnected(not) => not.briefly(),
            Ended::Unanswered(patience) => {
                let seconds = patience.as_secs_f64();
                say!(why::no_answer_within(seconds))
            }
            Ended::Failed(reason) => match reason.rule.and_then(|id| rules().find(|rule| rule.id == id)) {
                Some(rule) => rule.when.into(),
                None => reason.cause.clone(),
            },
        }
    }

    /// The fatal alert that the server sent.
    fn alert(&self) -> Option<&str> {
        let fatal = |event: &&Event| {
            event.step == Step::Tls(steps::tls::Step::Alert)
                && event.sender() == Some(Side::Server)
                && event.get(steps::tls::field::LEVEL) == Some("fatal")
        };
        self.events.iter().find(fatal)?.get(steps::common::DESCRIPTION)
    }
}

/// Why the connection failed of which `event` is the summary.
fn failure(event: &Event) -> Option<Reason> {
    let failure = event.failure()?;
    let advice = event.get(summary::ADVICE);
    let cause = Said::each(|lang| {
        let text = failure.in_lang(lang);
        match advice.as_ref().and_then(|advice| text.strip_suffix(advice.in_lang(lang))) {
            Some(cause) => cause.trim_end().to_owned(),
            None => text.to_owned(),
        }
    });
    let rule = event.get(summary::RULE).and_then(|id| rules().find(|rule| rule.id == id));
    let mut reason = Reason::new(cause);
    reason.rule = rule.map(|rule| rule.id);
    reason.advice = advice;
    Some(reason)
}
