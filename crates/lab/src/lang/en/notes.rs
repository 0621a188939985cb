//! What is asked and told of the reader's own notes, in English.

steps::sentences! {
    // notes.rs
    running() = "running";
    it_failed() = "it failed";
    does_it_say_this() = "does it say this? [y/n]";
}
