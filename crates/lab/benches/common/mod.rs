//! What is measured: pairs that make one handshake after the other, and recordings of them. Each benchmark uses a part.
#![allow(dead_code)]

pub(crate) mod pair;
pub(crate) mod recording;
