//! What stands on a ladder beside its steps, in Chinese.

steps::sentences! {
    // render/ladder/text.rs
    continued() = " · 续";
    between_the_ends(client, before, behind, server) =
        "两端之间另有一方：客户端 {client} → {before}，再由 {behind} → 服务端 {server}";
    open() = "（";
    close() = "）";
    remark(remark) = "（{remark}）";
    evidence(word) = "（{word}）";
    legend() = "毫秒 · ● 回调 ■ 内核 ○ 推断 · t4 与笔记一致 ≠ 不同 ~ 视情况而定";

    // render/live/follows.rs
    served_as_usual(name) = "  此后另一个客户端照常得到服务（{name}）";
    not_served(name) = "  此后另一个客户端没有得到服务（{name}）";

    // render/ladder.rs
    arrived_changed() = "到达时已被改动";
    not_in_the_servers_log() = "服务端日志中没有";
    not_in_the_clients_log() = "客户端日志中没有";
    not_in_its_senders_log() = "发送方日志中没有";
    by_addresses() = "两份日志按相同的地址对应";
    by_time() = "两份日志仅按时间对应：地址与随机数都对不上，中间有东西改动过";
    from_a_capture() = "取自抓包：由两端之间的第三方看到";
    only_the_client() = "这里只有客户端的日志";
    only_the_server() = "这里只有服务端的日志";
    clocks_may_agree(low, high) = "两个时钟可视为一致（服务端快 {low} 至 {high} 毫秒）";
    some_were_noted_late(late) = "两个时钟可视为一致；有的发送最多晚记了 {late} 毫秒，顺序以消息为准";
    clock_was_ahead(estimate, low, high) = "按服务端时钟快 {estimate} 毫秒校正（介于 {low} 与 {high} 之间）";
    one_log_does_not_open() = "有一份日志没有解开加密的数据包：另一端没有时刻的箭头，只有一端知道";
}
