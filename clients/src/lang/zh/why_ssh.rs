//! What `--why` says of SSH, in Chinese.

steps::sentences! {
    // why/ssh.rs
    one_method_alone(name) = "只提供 {name}";
    its_lists() = "KEXINIT，即服务端的算法列表";
    key_exchange() = "密钥交换";
    host_key() = "主机密钥";
    cipher() = "加密";
    mac() = "完整性校验（MAC）";
    no_mac_is_needed(cipher) = "使用 {cipher} 时不需要";
    so_many_in_common(first, n) = "{first}；共有 {n} 个";
    nothing_in_common(theirs) = "没有共同的算法；服务端有 {theirs}";
    no_family_in_common(family) = "双方的算法列表在“{family}”上没有交集，SSH 因此无法开始。";
    have_one_of_ours(setting, one) =
        "让服务端也支持我们的某一个（OpenSSH：在 sshd_config 中写 `{setting} +{one}`）。";
    have_one_of_ours_or_update(setting, one) =
        "让服务端支持我们的某一个（OpenSSH：在 sshd_config 中写 `{setting} +{one}`），或升级服务端：它现有的都是旧算法，不够安全。";
    a_shorter_list_gets_an_answer(name) = "列表缩短后有了应答（只提供 {name}）：服务端处理不了我们的完整列表。";
    use_that_method(name) = "请用 `--kex {name}`，或升级服务端。";
    not_the_list() = "问题不在我们的算法列表：缩短后也一样。";
    not_the_address() = "问题不在地址：该名称的另一个地址也一样。";
    logged_in() = "登录成功";
}
