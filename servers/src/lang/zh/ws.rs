//! What the WebSocket server says, in Chinese.

steps::sentences! {
    // ws/door.rs
    another_host(host) =
        "请求的主机名是 `{host}`，任何人的域名都可以指向这里（DNS 重绑定）：浏览器请用 IP 地址访问，或用 `--origin \
         http://NAME:PORT` 放行该名字。";
    another_origin(page) = "请求升级的页面来自 `{page}`，不是本服务端的页面：可用 `--origin {page}` 放行（RFC 6455 §10.2）。";

    // ws/answer.rs
    there_is_one_page() = "这里只有一个页面：/";
}
