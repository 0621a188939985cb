//! What stands in the place of `static_rsa.rs` where the suite is built without OpenSSL: no connection is OpenSSL's.

use std::{convert::Infallible, io};

use steps::{Fields, Past, Side, tls::reason::End};
use wire::{Seen, tls::Decoder};

use super::Watch;
use crate::Witness;

/// Whether this program has OpenSSL, which alone speaks static RSA.
pub const IS_BUILT_IN: bool = false;

/// What OpenSSL told of one connection: nobody has one.
#[derive(Debug)]
pub(super) struct Account(Infallible);

impl Account {
    pub(super) fn crossed(&mut self, _: &Seen, _: &Witness) -> Option<Seen> {
        match self.0 {}
    }

    pub(super) fn compare(&self, _: &[u8], _: &Decoder, _: &mut Fields) {
        match self.0 {}
    }
}

impl Watch {
    pub(super) fn derive_master_secret(&self) {}
}

pub(super) fn is_openssl(_: &io::Error) -> bool {
    false
}

pub(super) fn ended(_: Side, _: &Past, _: &io::Error) -> Option<End> {
    None
}
