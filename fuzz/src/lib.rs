//! What the targets share: a conversation made of an input, the promises that every decoder gives, and a heap that
//! counts.

pub mod dialogue;
pub mod event;
pub mod memory;
