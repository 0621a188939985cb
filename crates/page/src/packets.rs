//! The packets of the last runs for which they were asked, with their secrets, until they are fetched or others come.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use aws_lc_rs::rand;
use axum::{
    body::Body,
    extract::{Path, State},
    http::{Response, StatusCode},
};
use steps::sync::lock;

use crate::{Page, refused, text};

/// Captures that are kept at once.
const MOST: usize = 4;

/// Each under a name that nobody guesses.
#[derive(Debug, Default)]
pub(crate) struct Packets(Mutex<VecDeque<(String, Vec<u8>)>>);

impl Packets {
    /// Keeps a capture, in place of the oldest; gives the path under which it is fetched, once.
    pub(crate) fn keep(&self, capture: Vec<u8>) -> String {
        let mut secret = [0; 16];
        rand::fill(&mut secret).expect("the system has random numbers");
        let name = hex::encode(secret);
        let mut kept = lock(&self.0);
        if kept.len() == MOST {
            kept.pop_front();
        }
        kept.push_back((name.clone(), capture));
        format!("packets/{name}")
    }

    fn take(&self, name: &str) -> Option<Vec<u8>> {
        let mut kept = lock(&self.0);
        let at = kept.iter().position(|(known, _)| known == name)?;
        kept.remove(at).map(|(_, capture)| capture)
    }
}

/// A capture, for whoever was told its name.
pub(crate) async fn fetch(State(page): State<Arc<Page>>, Path(name): Path<String>) -> Response<Body> {
    match page.packets.take(&name) {
        Some(capture) => text("application/octet-stream", capture),
        None => refused(StatusCode::NOT_FOUND, "There is no capture of this name."),
    }
}
