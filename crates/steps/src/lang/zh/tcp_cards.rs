//! What there is to say about each step of TCP, in Chinese.

crate::sentences! {
    // cards.rs
    settings_title() = "内核设置";
    settings() =
        "本机内核在放弃之前重试多少次、多久。标准把这些大多留给系统决定，所以要连同这些数值一起看一次运行。";
    syn_title() = "SYN";
    syn() = "客户端请求建立连接，并给出自己字节编号的起点。想用的选项只能在这里提出。";
    syn_sent_title() = "SYN_SENT";
    syn_sent() = "SYN 已发出，还没有回音。定时器在走，到点就再发一次 SYN。";
    syn_ack_title() = "SYN+ACK";
    syn_ack() = "一个报文段办两件事：确认客户端的编号，并宣布服务端自己的编号。SYN 占用一个序列号，所以要加 1。";
    syn_received_title() = "SYN_RECEIVED";
    syn_received() = "半开：已回应 SYN，还缺客户端的 ACK。内核只留一个小条目，accept() 对此一无所知。";
    ack_title() = "ACK";
    ack() = "客户端确认服务端的编号。它到达后，服务端才知道客户端早已知道的事：两个方向都通。";
    established_title() = "TCP 已建立";
    established() = "内核完成了三次握手，上层的一切由此开始。";
    half_open_gone_title() = "半开条目消失";
    half_open_gone() =
        "内核不再列出这条连接，accept() 也从未返回过它。客户端不会得到通知：自以为已连接的一方要到发送时才知道。";
    data_title() = "数据";
    data() = "每个字节都有自己的编号，报文段写出第一个字节的编号。PSH 请接收方不要压着数据不交。";
    data_ack_title() = "确认数据";
    data_ack() = "期待的下一个字节的编号，在它之前的都已收到。确认常会稍等片刻，希望搭上数据的便车。";
    pure_ack_title() = "ACK，无新确认";
    pure_ack() = "用来更新窗口、回应探测，或因收到意外的报文段而重申已确认到哪里。";
    fin_title() = "FIN";
    fin() = "发送方说完了，但仍在听：两个方向各自关闭。FIN 与 SYN 一样占用一个序列号。";
    fin_wait1_title() = "FIN_WAIT_1";
    fin_wait1() = "本方已发出 FIN，正在等它的 ACK。";
    fin_ack_title() = "确认 FIN";
    fin_ack() = "内核自行确认 FIN，不等应用程序。此时连接关闭了一半。";
    close_wait_title() = "CLOSE_WAIT";
    close_wait() = "对方已说完，本方还可以发送。只有应用程序关闭套接字才能离开此状态：大量堆积说明上层程序有缺陷。";
    fin_wait2_title() = "FIN_WAIT_2";
    fin_wait2() = "本方的 FIN 已被确认；在对方的 FIN 到来之前仍可接收数据。";
    closing_title() = "CLOSING";
    closing() = "两个 FIN 交错：对方的 FIN 先于对本方 FIN 的确认到达。随后双方都进入 TIME_WAIT。";
    last_ack_state_title() = "LAST_ACK";
    last_ack_state() =
        "第二个 FIN 已发出，或排在因对方窗口关闭而不能发出的数据后面，还缺它的 ACK。笔记没有提到这个状态；线路正\
         常时它只持续几微秒。";
    last_ack_title() = "最后的 ACK";
    last_ack() = "第二个 FIN 也得到确认。发出这个 ACK 的一方无从知道它是否到达，所以还得等待。";
    time_wait_title() = "TIME_WAIT";
    time_wait() = "这对地址暂时保留：重发的 FIN 仍能得到回应，旧报文段也混不进新连接。Linux 一律等 60 秒。";
    closed_title() = "CLOSED";
    closed() = "内核已不再保留这条连接。此时再来报文段，只会得到 RST。";
    timer_title() = "定时器";
    timer() = "内核自己的重发计数，以及下一次重试还有多久。最先发出的尾部丢失探测不计入其中。";
    rst_title() = "RST";
    rst() = "连接立即中断，不作告别：那里没有监听者，或发送方丢弃了套接字。";
    error_title() = "出错";
    error() = "系统调用失败；内核用错误号告诉程序连接出了什么事。";
    lost_title() = "途中丢失";
    lost() = "报文段已离开发送方，链路却没有把它送到。双方都无从得知：发送方只会发现等不到回应。";
    held_title() = "途中滞留";
    held() = "链路会送达这个报文段，但要晚一些。在回应到来之前，发送方分不清它是迟到还是丢失。";
    repeated_title() = "送达两次";
    repeated() = "链路把同一个报文段送达了两次。接收方凭序列号认出第二份，只算一次。";
    damaged_title() = "途中损坏";
    damaged() = "有一个比特被翻转，校验和不再相符。接收方默默丢弃它，效果等同丢失。";
    forged_title() = "途中伪造";
    forged() = "链路冒充一方发出了这个报文段，那一方并没有发过。接收方只能凭序列号分辨：地址证明不了什么。";
    undecodable_title() = "无法解读";
    undecodable() = "报文段头讲不通：标志在连接中无处安放，或长度不可能成立。此后同类报文段不再报告。";
}
