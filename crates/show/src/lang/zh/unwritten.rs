//! What the log lacks, where the log itself cannot say so any more, in Chinese.

steps::sentences! {
    // pipeline/queue.rs
    events(count) = "有 {count} 个事件没有写出";
    messages(count) = "有 {count} 条消息没有写出";
    messages_left_out(count) = "此处略去 {count} 条消息";

    // pipeline/layer.rs
    stalled(count) = "标准输出不再接收：有 {count} 个事件没有写出";
    after_the_end(step, conn) = "{conn} 的 {step} 在日志结束之后才到";
    guard_dropped() = "握手日志已经结束：程序还没有结束，它的 guard 就已被释放";
}
