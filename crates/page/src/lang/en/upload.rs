//! Why what was dropped on the page is not shown, in English.

steps::sentences! {
    // upload.rs
    neither_log_nor_capture() = "This is neither a recorded log nor a capture.";
}
