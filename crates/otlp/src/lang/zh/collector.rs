//! What the user is told of a collector, in Chinese.

steps::sentences! {
    // said.rs
    refused() = "该地址没有程序监听";
    timed_out() = "超时未应答";
    no_address() = "该名称查不到地址";
    tls_failed() = "TLS 失败（自有 CA 用 OTEL_EXPORTER_OTLP_CERTIFICATE 指定）";
    broken() = "连接中断";
    answers_with(status) = "应答为 {status}";
    does_not_take_events(url, why) = "采集器 {url} 未接收事件：{why}；事件排队等待，其他一切照常，放不下的会计数";
    refuses_events(url, why) = "采集器 {url} 不接收事件：{why}；被拒绝的会计数";
    events_were_lost(all, no_room, not_taken) =
        "有 {all} 个事件没有送达采集器：{no_room} 个因队列放不下，{not_taken} 个未被接收";
}
