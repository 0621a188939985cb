//! What `--why` says of any protocol, in Chinese.

steps::sentences! {
    // why.rs
    alert(alert) = "Alert {alert}";
    complete() = "完成";
    no_answer_within(seconds) = "{seconds} 秒内没有应答";

    // dial.rs
    between_addresses() = "；";

    // why/variants.rs
    over_the_other_family(family, address) = "改用 {family}：{address}";
    another_place(this, that) = "改用 {this} 就能打通：该名称的 {that} 地址通向另一个服务端，或途经别的设备。";
    use_the_other_address(that, address) = "请修正该名称的 {that} 地址或那里的服务端；在此之前可连接 {address}。";

    no_longer_there() = "服务端没有再接受连接：由此无法得知它能接受什么。";

    // why/page.rs
    gets_through(protocol, peer) = "与 {peer} 的 {protocol} 可以打通。";
    does_not_get_through(protocol, peer) = "与 {peer} 的 {protocol} 没有打通。";
    why() = "原因";
    so() = "结论";
    do_this() = "建议";
    in_common() = "双方算法列表的共同之处：";
    addresses_of_the_name() = "该名称的各个地址，都已试过：";
    tells_enough() = "这已足以说明原因：不再建立更多连接。";
    one_more_connection(peer, seconds) = "为查明怎样才行：再向 {peer} 建立 1 个连接，最多 {seconds} 秒。";
    more_connections(n, peer, seconds) = "为查明怎样才行：最多再向 {peer} 建立 {n} 个连接，每个最多 {seconds} 秒。";
}
