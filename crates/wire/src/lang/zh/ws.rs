//! What is said of an upgrade, in Chinese.

steps::sentences! {
    // ws.rs
    not_agreed(names) = "{names}：客户端提出，服务端未采用";
}
