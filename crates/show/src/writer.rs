//! The one thread that writes: it renders what was queued, in order, and writes many lines at once.

use std::{
    fs::File,
    io::{self, Write},
    os::fd::AsFd,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use steps::{Because, Event, Gap, Lang};

use crate::{
    Args, Format, Init, Ladder, OwnNotes,
    beside::Beside,
    json,
    ladder::{self, live::Live},
    lines::Lines,
    queue::{Item, Queue, Taken},
    recorder::Recorded,
    sink::{Place, Sink},
    story,
};

/// Turns queued items into text, and writes it.
#[derive(Debug)]
pub(crate) struct Writer {
    render: Render,
    out: Sink<Stdout>,
    recorder: Option<Sink<Recorded>>,
    for_another: bool,
    /// The JSON of the event at hand.
    json: Vec<u8>,
    /// Events that came faster than they could be written.
    dropped: u64,
    /// Events of connections that had logged as much as one may.
    beyond_limit: u64,
    /// What this thread does when there is nothing to write.
    rest: Option<fn()>,
}

#[derive(Debug)]
enum Render {
    Lines(Box<Lines>),
    Beside(Box<Beside>),
    /// Both ends of a run, as it goes on.
    Live(Box<Live>),
    Ladder(Box<Rungs>),
    Json,
    /// Nothing is to be printed.
    Silent,
}

impl Writer {
    pub(crate) fn new(args: &Args, how: &Init) -> io::Result<Self> {
        let lang = args.lang();
        let render = Render::new(args, how)?;
        let gap_line = if matches!(render, Render::Json) { json::gap } else { gap_in_text };
        let out = Sink::new(Stdout::open()?, "standard output".into(), gap_line, lang);
        let recorded = args.log_dir.as_deref();
        let recorded =
            recorded.map(|folder| Recorded::create(folder, how.private, how.once_open)).transpose()?;
        let for_another = recorded.as_ref().is_some_and(Recorded::for_another);
        let recorder = recorded.map(|recorded| {
            let name = recorded.path().display().to_string();
            Sink::new(recorded, name, json::gap, lang)
        });
        Ok(Writer {
            render,
            out,
            recorder,
            for_another,
            json: Vec::new(),
            dropped: 0,
            beyond_limit: 0,
            rest: how.rest,
        })
    }

    /// Whether what is recorded goes into a folder of another user.
    pub(crate) fn records_for_another(&self) -> bool {
        self.for_another
    }

    /// Writes until the queue has come to its end.
    pub(crate) fn run(mut self, queue: &Queue) {
        let _gone = Gone(queue);
        self.write(queue);
        self.end();
        // What there was to say at the end has gone the way of all messages.
        self.write(queue);
    }

    fn write(&mut self, queue: &Queue) {
        loop {
            match queue.take() {
                Taken::Items(items) => {
                    items.into_iter().for_each(|item| self.item(item));
                    self.settled();
                    self.out.flush();
                    if let Some(recorder) = &mut self.recorder {
                        recorder.flush();
                    }
                }
                Taken::Rest => {
                    self.settled();
                    self.out.flush();
                    self.json = Vec::new(); // it is as long as the longest line
                    if let Some(rest) = self.rest {
                        rest();
                    }
                }
                Taken::End => return,
            }
        }
    }

    /// Prints what has waited long enough.
    fn settled(&mut self) {
        if let Render::Live(live) = &mut self.render {
            self.out.text(&live.settled());
        }
    }

    fn item(&mut self, item: Item) {
        match item {
            Item::Event(event, _) => {
                // A mistake in a renderer costs a line and not the log; what it was is on standard error.
                if catch_unwind(AssertUnwindSafe(|| self.event(event))).is_err() {
                    self.out.gap(&Gap::new(1, Because::NotWritten));
                }
            }
            Item::Gap(gap) => {
                match gap.because {
                    Because::ConnectionLimit => self.beyond_limit += gap.dropped,
                    Because::QueueFull | Because::NotWritten => self.dropped += gap.dropped,
                }
                if let Some(recorder) = &mut self.recorder {
                    recorder.gap(&gap);
                }
                match &mut self.render {
                    Render::Lines(_) | Render::Beside(_) | Render::Live(_) | Render::Json => {
                        self.out.gap(&gap);
                    }
                    // Said at the end.
                    Render::Ladder(_) | Render::Silent => {}
                }
            }
            Item::Message(text, _) => {
                self.out.flush();
                let _ = io::stderr().lock().write_all(text.as_bytes());
            }
            Item::Page(page) => self.out.text(&page),
            Item::EndOfRun => match &mut self.render {
                Render::Lines(lines) => self.out.text(&lines.end_of_run()),
                Render::Beside(beside) => self.out.text(&beside.end_of_run()),
                Render::Live(live) => self.out.text(&live.end_of_run()),
                Render::Ladder(_) | Render::Json | Render::Silent => {}
            },
        }
    }

    fn event(&mut self, event: Arc<Event>) {
        if self.recorder.is_some() || matches!(self.render, Render::Json) {
            json::line(&event, &mut self.json);
        }
        if let Some(recorder) = &mut self.recorder {
            recorder.event(&self.json);
        }
        match &mut self.render {
            Render::Json => self.out.event(&self.json),
            Render::Lines(lines) => self.out.event(lines.print(&event).as_bytes()),
            Render::Beside(beside) => self.out.event(beside.print(&event).as_bytes()),
            Render::Live(live) => live.take(Arc::unwrap_or_clone(event)),
            Render::Ladder(rungs) => rungs.take(Arc::unwrap_or_clone(event)),
            Render::Silent => {}
        }
    }

    fn end(&mut self) {
        let text = match &mut self.render {
            Render::Lines(lines) => lines.end(),
            Render::Beside(beside) => beside.end(),
            Render::Live(live) => live.end(),
            Render::Ladder(rungs) => rungs.end(),
            Render::Json | Render::Silent => String::new(),
        };
        self.out.text(&text);
        self.out.end();
        if let Some(recorder) = &mut self.recorder {
            recorder.end();
        }
        if self.dropped > 0 {
            tracing::error!(
                "{} events were dropped: they came faster than the log could be written",
                self.dropped
            );
        }
        if self.beyond_limit > 0 {
            tracing::warn!(
                "{} events were not logged: their connections had logged as much as one connection may",
                self.beyond_limit
            );
        }
    }
}

/// Lets go whoever waits for the writer, also where it ends by a panic.
struct Gone<'a>(&'a Queue);

impl Drop for Gone<'_> {
    fn drop(&mut self) {
        let left = self.0.leave();
        if left.events + left.messages > 0 {
            eprintln!("{} events and {} messages were not written", left.events, left.messages);
        }
    }
}

impl Render {
    fn new(args: &Args, how: &Init) -> io::Result<Self> {
        let notes = args.own_notes()?;
        let layout = how.layout.filter(|_| args.bytes);
        Ok(match (args.format, args.ladder) {
            _ if how.silent => Render::Silent,
            (Format::Text, None | Some(Ladder::Text)) if how.both_sides => {
                Render::Live(Box::new(Live::new(args, notes, !how.lines, layout, how.follows.clone())))
            }
            (_, Some(form)) => {
                let width = args.columns();
                let rungs = Rungs { form, notes, lang: args.lang(), width, events: Vec::new(), left_out: 0 };
                Render::Ladder(Box::new(rungs))
            }
            (Format::Json, None) => Render::Json,
            (Format::Text, None) if args.is_beside() => {
                Render::Beside(Box::new(Beside::new(args, notes, args.columns(), how.both_sides)))
            }
            (Format::Text, None) => {
                let lines = Lines::new(args, args.columns(), how.both_sides);
                Render::Lines(Box::new(lines.with_bytes(layout)))
            }
        })
    }
}

/// Events that wait to be drawn together.
#[derive(Debug)]
struct Rungs {
    form: Ladder,
    notes: Option<OwnNotes>,
    lang: Lang,
    width: usize,
    events: Vec<Event>,
    left_out: usize,
}

impl Rungs {
    /// A ladder of more is not read by anybody.
    const MOST: usize = 100_000;

    fn take(&mut self, event: Event) {
        if self.events.len() < Self::MOST {
            self.events.push(event);
        } else {
            self.left_out += 1;
        }
    }

    fn end(&mut self) -> String {
        if self.left_out > 0 {
            tracing::warn!(
                "the ladder shows the first {} events; {} were left out",
                Self::MOST,
                self.left_out
            );
        }
        let stories = story::stories(std::mem::take(&mut self.events));
        ladder::ladder(self.form, &stories, self.notes.as_ref(), self.lang, self.width)
    }
}

/// The line that stands among lines of text where events are missing.
fn gap_in_text(gap: &Gap, lang: Lang) -> String {
    format!("  ⋯ {}\n", gap.said().in_lang(lang))
}

/// Standard output as it is: what is written has left the program.
#[derive(Debug)]
struct Stdout(File);

impl Stdout {
    fn open() -> io::Result<Self> {
        Ok(Stdout(io::stdout().as_fd().try_clone_to_owned()?.into()))
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Place for Stdout {
    fn take_back(&mut self, _: u64) -> bool {
        false // others may write there, too
    }
}
