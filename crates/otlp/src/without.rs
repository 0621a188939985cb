//! The same where the suite is built without the feature `otlp`: nothing is sent.

use std::io;

use claims::Event;
use steps::{Lang, program::Program};

use crate::Options;

/// No viewer is known.
#[derive(Clone, Debug)]
pub enum Viewer {}

impl Viewer {
    /// Where a trace is shown: nowhere.
    pub fn address<'a>(&self, _: impl IntoIterator<Item = &'a Event>) -> Option<String> {
        match *self {}
    }
}

/// Sends nothing.
#[derive(Debug)]
pub struct Exporter;

impl Exporter {
    /// There is nothing to read.
    ///
    /// # Errors
    ///
    /// None.
    pub fn new(_: &Options, _: Program, _: Lang) -> io::Result<Self> {
        Ok(Exporter)
    }

    /// Whether events are sent: they are not.
    pub fn is_on(&self) -> bool {
        false
    }

    /// The listener for events: there is none.
    pub fn also(&self) -> Option<show::Also> {
        None
    }

    /// Starts nothing.
    ///
    /// # Errors
    ///
    /// None.
    pub fn begin_after(&mut self, _: impl FnOnce() + Send + 'static) -> io::Result<()> {
        Ok(())
    }

    /// Takes an event, and nothing comes of it.
    pub fn tell(&self, _: &Event) {}
}

impl Options {
    /// As `--otlp=URL`, which is not there.
    pub fn to(_: impl Into<String>) -> Self {
        Options::default()
    }

    /// The same options, as one would type them: none.
    pub fn args(&self) -> Vec<String> {
        Vec::new()
    }
}
