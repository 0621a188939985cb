//! How a connection ended that accept() never returned, in Chinese.

steps::sentences! {
    // tcp/half_open.rs
    stopped_before_accept() = "accept() 返回这条连接之前服务端已停止";
    never_accepted() = "accept() 一直没有返回这条连接";
    syn_not_taken() = "服务端内核没有接受这个 SYN";
    reset_by_the_client() = "握手没有完成：客户端发来 RST";
    dropped_half_open() = "握手始终没有完成，内核丢弃了半开连接";
}
