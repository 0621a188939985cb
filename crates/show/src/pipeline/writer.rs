//! The one thread that writes: it renders what was queued, in order, and writes many lines at once.

use std::{
    fmt,
    fs::File,
    io::{self, Write},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
};

use claims::Event;
use steps::{Because, Gap, Lang, sync::unpoisoned};

use super::{
    init::Init,
    queue::{Item, Queue, Taken},
    recorder::Recorded,
    sink::{GapLine, Place, Sink},
};
use crate::{
    reading::Judges,
    render::{self, Printed, Renderer, json},
    terminal::{Args, ascii},
};

#[cfg(unix)]
fn own_stdout() -> io::Result<File> {
    use std::os::fd::AsFd as _;
    io::stdout().as_fd().try_clone_to_owned().map(File::from)
}

#[cfg(windows)]
fn own_stdout() -> io::Result<File> {
    use std::os::windows::io::AsHandle as _;
    io::stdout().as_handle().try_clone_to_owned().map(File::from)
}

/// Turns queued items into text, and writes it.
#[derive(Debug)]
pub(crate) struct Writer {
    /// Says what the events show of the notes.
    judges: Judges,
    /// What it prints with; none: nothing is to be printed.
    renderer: Option<Box<dyn Renderer>>,
    out: Sink<Out>,
    /// Only signs of ASCII, and whether Chinese stays.
    ascii: Option<bool>,
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

impl Writer {
    /// A writer to standard output.
    pub(crate) fn new(args: &Args, how: &Init) -> io::Result<Self> {
        let stdout = own_stdout()?;
        Writer::to((Out::new(stdout), "standard output"), args.is_ascii(), args, how)
    }

    /// A writer to `out`, which has a name, in signs of ASCII alone where `is_ascii`.
    pub(crate) fn to(out: (Out, &str), is_ascii: bool, args: &Args, how: &Init) -> io::Result<Self> {
        let ((out, name), lang) = (out, args.lang());
        let renderer = if how.silent { None } else { Some(render::renderer(args, &how.what())?) };
        let is_json = renderer.as_ref().is_some_and(|renderer| renderer.is_json());
        let gap_line: GapLine = match (is_json, is_ascii) {
            (true, _) => json::gap,
            (false, false) => render::gap_in_text,
            (false, true) => |gap: &Gap, lang| ascii(&render::gap_in_text(gap, lang), lang == Lang::Zh),
        };
        let out = Sink::new(out, name.into(), gap_line, lang);
        let out = out.may_close(how.both_sides);
        let recorded = args.log_dir.as_deref();
        let recorded =
            recorded.map(|folder| Recorded::create(folder, how.private, how.once_open)).transpose()?;
        let for_another = recorded.as_ref().is_some_and(Recorded::for_another);
        let recorder = recorded.map(|recorded| {
            let name = recorded.path().display().to_string();
            Sink::new(recorded, name, json::gap, lang)
        });
        Ok(Writer {
            judges: Judges::default(),
            renderer,
            out,
            ascii: is_ascii.then_some(lang == Lang::Zh),
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
                    for item in items {
                        self.item(item);
                        queue.progressed();
                    }
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
                    self.judges.forget_ended();
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
        if let Some(renderer) = &mut self.renderer {
            let text = renderer.settled();
            self.text(&text);
        }
    }

    /// Adds text that belongs to no event.
    fn text(&mut self, text: &str) {
        match self.ascii {
            Some(chinese) => self.out.text(&ascii(text, chinese)),
            None => self.out.text(text),
        }
    }

    fn item(&mut self, item: Item) {
        match item {
            Item::Event(seen, _, of) => {
                let claims = self.judges.live(&seen, &of);
                self.guarded(Event { seen: Arc::unwrap_or_clone(seen), claims });
            }
            Item::Judged(event, _) => self.guarded(*event),
            Item::Gap(gap) => {
                self.judges.missed(&gap);
                match gap.because {
                    Because::ConnectionLimit => self.beyond_limit += gap.dropped,
                    Because::QueueFull | Because::NotWritten => self.dropped += gap.dropped,
                }
                if let Some(recorder) = &mut self.recorder {
                    recorder.gap(&gap);
                }
                if self.renderer.as_ref().is_some_and(|renderer| renderer.tells_gaps()) {
                    self.out.gap(&gap);
                }
            }
            Item::Message(text, _) => {
                self.out.flush();
                let _ = io::stderr().lock().write_all(text.as_bytes());
            }
            Item::Page(page) => self.text(&page),
            Item::Run(run) => {
                let line = json::run(&run);
                if let Some(recorder) = &mut self.recorder {
                    recorder.text(&line);
                }
                if self.renderer.as_ref().is_some_and(|renderer| renderer.is_json()) {
                    self.out.text(&line);
                }
            }
            Item::EndOfRun => {
                if let Some(renderer) = &mut self.renderer {
                    let text = renderer.end_of_run();
                    self.text(&text);
                }
            }
        }
    }

    /// A mistake in a renderer costs a line and not the log; what it was is on standard error.
    fn guarded(&mut self, event: Event) {
        if catch_unwind(AssertUnwindSafe(|| self.event(event))).is_err() {
            self.out.gap(&Gap::new(1, Because::NotWritten));
        }
    }

    fn event(&mut self, event: Event) {
        let is_json = self.renderer.as_ref().is_some_and(|renderer| renderer.is_json());
        if self.recorder.is_some() || is_json {
            json::line(&event, &mut self.json);
        }
        if let Some(recorder) = &mut self.recorder {
            recorder.event(&self.json);
        }
        match self.renderer.as_mut().map(|renderer| renderer.event(event)) {
            Some(Printed::Text(lines)) => match self.ascii {
                Some(chinese) => self.out.event(ascii(&lines, chinese).as_bytes()),
                None => self.out.event(lines.as_bytes()),
            },
            Some(Printed::Json) => self.out.event(&self.json),
            Some(Printed::Later) | None => {}
        }
    }

    fn end(&mut self) {
        if let Some(renderer) = &mut self.renderer {
            let text = renderer.end();
            self.text(&text);
        }
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
        for line in self.0.leave().lines(self.0.lang()) {
            eprintln!("{line}");
        }
    }
}

/// Where lines go as they are: what is written has left the program. Never locked: by the mutex a guard that has not begun
/// may be shared.
pub(crate) struct Out(Mutex<Box<dyn Write + Send>>);

impl Out {
    pub(crate) fn new(to: impl Write + Send + 'static) -> Self {
        Out(Mutex::new(Box::new(to)))
    }

    fn to(&mut self) -> &mut dyn Write {
        &mut **unpoisoned(self.0.get_mut())
    }
}

impl fmt::Debug for Out {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Out").finish_non_exhaustive()
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to().write(bytes)?;
        self.to().flush()?;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to().flush()
    }
}

impl Place for Out {
    fn take_back(&mut self, _: u64) -> bool {
        false // others may write there, too
    }
}
