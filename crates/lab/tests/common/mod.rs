//! The kit, under the name by which these tests know it.
#![allow(unreachable_pub, unused_imports)]

pub use kit::*;
