//! What is asked and told of the reader's own notes, in Chinese.

steps::sentences! {
    // notes.rs
    running() = "正在运行";
    it_failed() = "运行失败";
    does_it_say_this() = "它说的是这个吗？[y/n]";
}
