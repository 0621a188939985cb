//! Why what was dropped on the page is not shown, in Chinese.

steps::sentences! {
    // upload.rs
    neither_log_nor_capture() = "这既不是记录的日志，也不是抓包文件。";
}
