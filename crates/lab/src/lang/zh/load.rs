//! What came of a load, in Chinese.

steps::sentences! {
    // load/report.rs
    connections(name, attempted, seconds, most_open) =
        "{name}：{seconds:.1} 秒内 {attempted} 条连接，同时打开的最多 {most_open} 条";
    handshakes(handshakes, completed, failed) = "  握手 {handshakes} 次，对话完成 {completed} 次，失败 {failed} 次";
    latencies(p50, p90, p99, longest) =
        "  握手耗时：半数在 {p50:.2} ms 内，90% 在 {p90:.2} ms 内，99% 在 {p99:.2} ms 内，最长 {longest:.2} ms";
    memory(was, most, is) = "服务端内存：之前 {was:.1} MiB，最多 {most:.1} MiB，之后 {is:.1} MiB";
    descriptors(files_before, files, files_after) = "  文件描述符：之前 {files_before}，最多 {files}，之后 {files_after}";
    log(events, dropped, told, untold) = "  日志：{events} 个事件，丢弃 {dropped} 个；{told} 条连接有始有终，{untold} 条没有";
    mixed_up(mixed_up) = "  {mixed_up} 条混淆";
    matched_and_mixed_up(matched, mixed_up) = "  {matched} 条首个消息与该客户端发送的一致；{mixed_up} 条混淆";
    unreadable(unreadable) = "  日志中有 {unreadable} 行不是事件";
    it_did_not_end_well() = "  服务端没有正常结束";
}
