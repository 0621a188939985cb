//! What `--why` says of TCP, in Chinese.

steps::sentences! {
    // why/tcp.rs
    established_after_a_round_trip(ends, rtt) = "{ends} · 连接已建立 · 往返 {rtt} µs";
    established(ends) = "{ends} · 连接已建立";
    the_server_sent_data() = "服务端发来了数据";
    no_data_was_seen() = "没有看到服务端的数据";
    both_sides_closed(state) = "双方都已关闭：{state}";
}
