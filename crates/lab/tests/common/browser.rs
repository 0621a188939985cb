//! The browser of the kit.
#![allow(unreachable_pub, unused_imports)]

pub use kit::browser::*;
