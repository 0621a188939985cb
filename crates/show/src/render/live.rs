//! Both ends of a run while it goes on: one row a message, in the order of what caused what, both ends by one clock.
//!
//! A row is printed when it can be trusted: when the run has ended, or when so much time has passed that the answer of
//! the kernel and the captured segment that belong before it have come.

use std::{
    io,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use claims::Event;
use steps::Side;

use super::{
    Layout, Printed, Renderer,
    beside::Column,
    ladder::{Page, card, text},
    lines::Lines,
};
use crate::{
    reading::OwnNotes,
    story::{self, Fate, Part, Row, Story, What},
    terminal::{Args, Paint},
};

mod follows;
mod told;

pub use follows::Follows;
use follows::follower;
use told::{Seen, Told};

/// How long a row waits for what belongs before it.
const HOLD: Duration = Duration::from_millis(700);

/// How often is looked, at most, whether rows may be printed.
const PAUSE: Duration = Duration::from_millis(200);

/// More events of one run are not laid side by side.
const MOST: usize = 20_000;

/// Draws both ends of a run.
#[derive(Debug)]
pub(crate) struct Live {
    args: Args,
    /// One row a message, or a line at each end.
    ladder: bool,
    lines: Lines,
    column: Option<Column>,
    /// The events of this run.
    events: Vec<Event>,
    left_out: usize,
    told: Told,
    stories: Vec<Opened>,
    /// The story of the row before.
    last: Option<usize>,
    looked: Instant,
    legend: bool,
    /// Whether the last connection of the run only shows that the server still serves: it is folded into a line.
    follows: Follows,
    /// The events are of recorded logs: how they were laid side by side has to be said.
    recorded: bool,
}

/// Recorded events as the live ladder draws them, with `lines` a line at each end; with `follows`, their last connection only
/// shows that the server still serves.
///
/// # Errors
///
/// When the reader's notes cannot be read.
pub fn recorded(
    args: &Args,
    events: Vec<Event>,
    layout: Option<Layout>,
    (lines, follows): (bool, bool),
) -> io::Result<String> {
    let layout = layout.filter(|_| args.bytes);
    let last = Follows::default();
    last.set(follows);
    let mut live = Live::new(args, args.own_notes()?, !lines, layout, last);
    live.recorded = true;
    live.events = events;
    Ok(live.end())
}

/// A story of which rows were printed.
#[derive(Debug)]
struct Opened {
    /// The addresses by which each end knows it, and when it began there.
    ends: Vec<(Side, String)>,
    /// The moment from which its times count.
    base_us: i64,
    /// The last time that was printed at each end.
    last_us: [i64; 2],
    /// Its card was printed.
    carded: bool,
    done: bool,
}

impl Live {
    pub(crate) fn new(
        args: &Args,
        notes: Option<OwnNotes>,
        ladder: bool,
        layout: Option<Layout>,
        follows: Follows,
    ) -> Self {
        let width = args.columns();
        let column = args.is_beside().then(|| Column::new(args, notes, width));
        Live {
            args: args.clone(),
            ladder,
            lines: Lines::new(args, width, true).with_bytes(layout),
            column,
            events: Vec::new(),
            left_out: 0,
            told: Told::default(),
            stories: Vec::new(),
            last: None,
            looked: Instant::now(),
            legend: false,
            follows,
            recorded: false,
        }
    }

    /// The rows that were not printed yet, up to `until`; none: all of them, and how each story ended.
    fn draw(&mut self, until: Option<i64>) -> String {
        // The terminal may have another width by now.
        let width = self.args.columns();
        let left = self.column.as_ref().map_or(width, Column::left);
        let paint = Paint::new(self.args.colored());
        let page = Page::new(self.args.lang(), paint, left, width);
        let mut out = String::new();
        let stories = story::stories(self.events.clone());
        let last = stories.len().saturating_sub(1);
        for (at, story) in stories.into_iter().enumerate() {
            let n = self.opened(&story);
            let untold = self.stories[n].last_us == [i64::MIN; 2];
            if until.is_none() && at > 0 && at == last && untold && self.follows.get() {
                self.stories[n].done = true;
                if let Some(column) = &mut self.column {
                    out.push_str(&column.flush());
                }
                out.push_str(&follower(&page, &story));
                continue;
            }
            self.rows(&mut out, &page, (n, &story), until);
            if until.is_none() && !self.stories[n].done {
                self.stories[n].done = true;
                self.ending(&mut out, (n, &story), width);
            }
        }
        out
    }

    /// Which of the stories that were begun this is; else it begins.
    fn opened(&mut self, story: &Story) -> usize {
        let ends: Vec<(Side, String)> = [(Side::Client, &story.client), (Side::Server, &story.server)]
            .into_iter()
            .filter_map(|(side, end)| end.as_ref().map(|end| (side, end.conn.clone())))
            .collect();
        let known =
            self.stories.iter().position(|it| !it.done && it.ends.iter().any(|end| ends.contains(end)));
        if let Some(n) = known {
            self.stories[n].ends = ends;
            return n;
        }
        self.stories.push(Opened {
            ends,
            base_us: story.began_us,
            last_us: [i64::MIN; 2],
            carded: false,
            done: false,
        });
        self.stories.len() - 1
    }

    fn rows(&mut self, out: &mut String, page: &Page, (n, story): (usize, &Story), until: Option<i64>) {
        if self.args.quiet {
            return;
        }
        let cause = card::causing_row(story);
        let mut seen = Seen::default();
        for (at, row) in story.rows.iter().enumerate() {
            let Some(row) = self.told.rest_of(row, &mut seen, until.is_none()) else { continue };
            if until.is_some_and(|until| story.began_us + row.at_us > until) {
                break;
            }
            self.told.add(&row);
            self.begin(out, page, (n, story));
            let shift = story.began_us - self.stories[n].base_us;
            let (client, server) = row.times();
            let times = (client.map(|at| at + shift), server.map(|at| at + shift));
            self.row(out, page, (n, &row), times, cause == Some(at));
        }
    }

    /// The title of a story, where the row before was of another one.
    fn begin(&mut self, out: &mut String, page: &Page, (n, story): (usize, &Story)) {
        if self.last == Some(n) {
            return;
        }
        if let Some(column) = &mut self.column {
            out.push_str(&column.flush());
        }
        let continued = self.stories[n].last_us != [i64::MIN; 2];
        let mut lines = if self.ladder {
            page.title(story, continued)
        } else {
            let first = story.events().next().map(|event| self.lines.rule(event));
            [String::new()].into_iter().chain(first).collect()
        };
        if !std::mem::replace(&mut self.legend, true) && self.ladder {
            lines.push(page.paint.dim(&format!("  {}", text::legend(page.lang))));
        }
        if self.recorded {
            lines.extend(page.joined(story));
        }
        if !continued {
            let card = card::card(page, story);
            self.stories[n].carded = !card.is_empty();
            lines.extend(card);
        }
        if self.ladder {
            lines.extend(page.heads(story));
        }
        for line in lines {
            out.push_str(&line);
            out.push('\n');
        }
        self.last = Some(n);
    }

    fn row(
        &mut self,
        out: &mut String,
        page: &Page,
        (n, row): (usize, &Row),
        (client, server): (Option<i64>, Option<i64>),
        cause: bool,
    ) {
        for (end, at) in [client, server].into_iter().enumerate() {
            if let Some(at) = at {
                self.stories[n].last_us[end] = at;
            }
        }
        let mut printed = String::new();
        if self.ladder {
            for line in page.row(row, (client, server), cause) {
                printed.push_str(&line);
                printed.push('\n');
            }
        } else {
            self.at_each_end(&mut printed, row, (client, server));
        }
        match &mut self.column {
            None => out.push_str(&printed),
            Some(column) => {
                let empty = if self.ladder { page.empty() } else { String::new() };
                out.push_str(&column.begin(&row.findings(), &empty));
                printed.lines().for_each(|line| out.push_str(&column.join(line)));
            }
        }
        // What left is told where it left.
        let again = match &row.what {
            What::Crossed(crossed) => {
                crossed.part == Part::Arrives && crossed.sent.is_some() && crossed.fate != Fate::Changed
            }
            What::Inside(_) => false,
        };
        if self.ladder && !again {
            if self.args.verbose {
                self.lines.details(out, row.event());
            }
            self.lines.bytes(out, row.event());
        }
    }

    /// A line at the end that sent, and one at the end that received, by one clock.
    fn at_each_end(&mut self, out: &mut String, row: &Row, (client, server): (Option<i64>, Option<i64>)) {
        let mut line = |event: &Event, at: Option<i64>| {
            let elapsed_us = at.and_then(|at| u64::try_from(at).ok()).unwrap_or(event.elapsed_us);
            let mut event = event.clone();
            event.elapsed_us = elapsed_us;
            out.push_str(&self.lines.step(&event));
        };
        match &row.what {
            What::Inside(event) => line(event, client.or(server)),
            What::Crossed(crossed) => {
                let (at_client, at_server) = crossed.ends();
                let mut both = [(at_client, client), (at_server, server)];
                if crossed.from == Side::Server {
                    both.reverse();
                }
                for (event, at) in both {
                    if let Some(event) = event {
                        line(event, at);
                    }
                }
                if let Some(link) = crossed.link.as_ref().filter(|_| crossed.part != Part::Arrives) {
                    line(link, client.or(server));
                }
            }
        }
    }

    /// How a story ended.
    fn ending(&mut self, out: &mut String, (n, story): (usize, &Story), width: usize) {
        let summaries: Vec<&Event> = [&story.client, &story.server]
            .into_iter()
            .flatten()
            .filter_map(|end| end.summary.as_ref())
            .collect();
        if summaries.is_empty() {
            return;
        }
        if let Some(column) = &mut self.column {
            out.push_str(&column.flush());
            summaries.iter().for_each(|event| column.ended(event));
        }
        let paint = Paint::new(self.args.colored());
        let page = Page::new(self.args.lang(), paint, width, width);
        if self.args.quiet || self.last != Some(n) {
            page.title(story, !self.args.quiet).iter().for_each(|line| {
                out.push_str(line);
                out.push('\n');
            });
            self.last = Some(n);
        }
        if !self.args.quiet && !self.stories[n].carded {
            let card = card::card(&page, story);
            if !card.is_empty() {
                self.stories[n].carded = true;
                out.push('\n');
                card.iter().for_each(|line| {
                    out.push_str(line);
                    out.push('\n');
                });
                out.truncate(out.trim_end().len());
                out.push('\n');
            }
        }
        self.lines.set_width(width);
        self.lines.outcome(out, &summaries, !self.stories[n].carded);
    }
}

impl Renderer for Live {
    fn event(&mut self, event: Event) -> Printed {
        if self.events.len() < MOST {
            self.events.push(event);
        } else {
            self.left_out += 1;
        }
        Printed::Later
    }

    fn settled(&mut self) -> String {
        if self.args.quiet || self.events.is_empty() || self.looked.elapsed() < PAUSE {
            return String::new();
        }
        self.looked = Instant::now();
        let trusted = SystemTime::now().checked_sub(HOLD).and_then(|it| it.duration_since(UNIX_EPOCH).ok());
        self.draw(trusted.map(|it| i64::try_from(it.as_micros()).unwrap_or(i64::MAX)).or(Some(0)))
    }

    fn end_of_run(&mut self) -> String {
        let out = if self.events.is_empty() { String::new() } else { self.draw(None) };
        self.events.clear();
        self.told = Told::default();
        self.stories.clear();
        self.last = None;
        if self.left_out > 0 {
            tracing::warn!("of this run {MOST} events are shown; {} were left out", self.left_out);
            self.left_out = 0;
        }
        out
    }

    fn end(&mut self) -> String {
        let mut out = self.end_of_run();
        match &self.column {
            Some(column) => out.push_str(&column.missing()),
            None if self.lines.connections() > 1 => self.lines.tally(&mut out),
            None => {}
        }
        out
    }
}
