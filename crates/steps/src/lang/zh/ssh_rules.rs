//! What each rule of SSH recognises, in Chinese.

crate::sentences! {
    // opening.rs
    disconnected_too_many_tries() = "服务端以 DISCONNECT 说明尝试次数过多";
    disconnected() = "服务端发送 DISCONNECT 并说明原因";
    another_version() = "服务端的标识不是 SSH-2";
    another_protocol() = "服务端最初的字节属于另一种协议";
    unreadable() = "服务端标识之后的内容无法解读";
    too_many_connections() = "服务端声明连接过多";
    not_now() = "服务端声明暂不允许此地址";
    words_without_end() = "文字行不断到来，却没有标识";
    words_instead() = "来的是文字而不是标识";
    no_identification() = "服务端一言不发就结束了连接";
    silent_before_identification() = "服务端什么也没说";
    no_common_algorithm() = "某一类算法没有共同项";
    small_group() = "服务端的 Diffie-Hellman 群太小";
    strict_key_exchange() = "严格密钥交换不允许的位置出现了消息";
    host_signature() = "主机公钥的签名对不上";
    host_signature_by_another_algorithm() = "主机密钥签名所用的算法与商定的不同";
    key_exchange_value() = "密钥交换中的某个值不可用";
    tag() = "数据包无法用会话密钥解开";
    gone_after_identification() = "连接在标识之后立即结束";
    gone_in_key_exchange() = "连接在密钥交换期间结束";
    silent_in_key_exchange() = "服务端在密钥交换期间沉默";

    // host_key.rs
    known_hosts_unreadable() = "known_hosts 文件无法读取";
    host_key_revoked() = "known_hosts 中有一行吊销了该主机公钥";
    host_key_of_another_kind() = "主机公钥与记录的种类不同";
    host_key_changed() = "主机公钥与记录不符";
    host_certificate_refused() = "主机证书在此不成立";
    host_certificate_only() = "只记录了 CA，而服务端没有主机证书";
    host_key_unknown() = "主机没有记录，且未被允许";

    // login.rs
    new_password_wanted() = "服务端要求更换密码";
    no_terminal_for_the_passphrase() = "密钥有口令，却无人可问";
    wrong_passphrase() = "输入的口令都打不开密钥";
    not_signed() = "密钥无法签名";
    only_sha1() = "服务端只接受基于 SHA-1 的 RSA 签名";
    endless_questions() = "服务端不断提问";
    no_password_to_a_changed_host() = "服务端要密码，而主机公钥已改变";
    key_open_to_others() = "密钥文件可被他人读取，因此没有使用";
    accepted_in_part() = "一种凭据已被接受，还缺另一种";
    answers_used_up() = "服务端的问题多于密码文件中的回答";
    nobody_to_ask() = "需要密码，却没有终端";
    password_login_off() = "只允许尝试密码，而服务端不接受密码";
    password_refused() = "服务端拒绝了每一个密码";
    key_refused() = "服务端拒绝了每一个公钥";
    nothing_asked() = "服务端在提出任何问题之前就拒绝了 keyboard-interactive";
    no_common_method() = "没有共同的登录方法";
    gone_before_login() = "连接在登录得到回应之前结束";
    gone_in_login() = "连接在登录期间结束";
    silent_in_login() = "服务端在登录期间沉默";

    // session.rs
    channel_refused() = "服务端不打开执行命令的通道";
    command_refused() = "服务端不执行该命令";
    command_too_long() = "命令运行的时间超过了 --timeout";
    no_exit_status() = "命令结束了，却没有说明如何结束";
    silent_in_session() = "服务端在登录之后沉默";
    gone_in_session() = "登录之后、事情办完之前连接就结束了";
    message_out_of_place() = "消息出现在不该出现的位置";

    // served.rs
    stopped() = "本服务端被停止";
    client_disconnected() = "客户端发送 DISCONNECT 并说明原因";
    client_another_version() = "客户端的标识不是 SSH-2";
    client_another_protocol() = "客户端最初的字节属于另一种协议";
    client_unreadable() = "客户端标识之后的内容无法解读";
    client_no_common_algorithm() = "某一类算法没有共同项";
    client_small_group() = "客户端请求的 Diffie-Hellman 群太小";
    client_strict_key_exchange() = "严格密钥交换不允许的位置出现了消息";
    client_tag() = "数据包无法用会话密钥解开";
    client_silent_before_identification() = "客户端什么也没说，或太慢";
    client_silent_in_key_exchange() = "客户端在密钥交换之前停滞";
    client_silent_in_login() = "客户端没有及时登录";
    client_idle() = "客户端在登录之后沉默";
    client_said_nothing() = "客户端连接后就离开了";
    client_gone_after_identification() = "客户端在密钥交换之前离开";
    client_wanted_the_host_key() = "客户端拿到主机公钥就离开了";
    client_gone_before_login() = "客户端在登录开始之前离开";
    client_out_of_tries() = "被拒绝的次数已达上限";
    client_tried_passwords() = "客户端尝试了密码，而此处未开启密码登录";
    client_wrong_password() = "客户端在密码错误后离开";
    client_key_refused() = "客户端在公钥被拒绝后离开";
    client_refused_request() = "客户端请求了本服务端不支持的功能";
    client_gone_in_session() = "客户端在会话中途离开";
    client_message_out_of_place() = "消息出现在不该出现的位置";
}
