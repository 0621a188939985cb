//! Evidence and ends by their names, in Chinese.

steps::sentences! {
    // render/marks.rs
    wire() = "报文";
    callback() = "回调";
    kernel() = "内核";
    inferred() = "推断";
    client() = "客户端";
    server() = "服务端";
}
