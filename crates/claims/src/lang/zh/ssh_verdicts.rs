//! What a run of SSH shows of the claims, in Chinese.

steps::sentences! {
    // judge.rs
    the_kernel_says(state) = "内核报告 {state}，此时还没有传输任何 SSH 字节。";
    the_client_did_not_wait(before, after) =
        "从客户端看：发出自己的版本（{before}）时，服务端的版本（{after}）尚未到达。客户端没有等待，RFC 也不要求\
         任何一方等待。";
    the_servers_line_was_here_before(before, after) =
        "服务端的版本（{before}）先到，客户端随后才发出自己的版本（{after}）。";
    the_clients_line_was_here_before(before, after) =
        "客户端的版本（{before}）先到，服务端随后才发出自己的版本（{after}）。";
    the_server_did_not_wait(before, after) =
        "从服务端看：发出自己的版本（{before}）时，客户端的版本（{after}）尚未到达。服务端没有等待，RFC 也不要求\
         任何一方等待。";
    how_the_algorithm_was_picked(kex, at, client, there, server, host_key, cipher) =
        "{kex} 在客户端列表的 {client} 个中排第 {at}，在服务端列表的 {server} 个中排第 {there}，是客户端列表里双\
         方共有的第一个；{host_key} 和 {cipher} 也是这样选出的。";
    both_sent_public_values(kex, client, server) =
        "{kex}：客户端发送 {client} 字节公开值，服务端发送 {server} 字节；密钥本身从未传输。";
    the_host_key_came_inside(kind, print, message, signature) =
        "主机公钥（{kind}，{print}）就在 {message} 中，早于认证、以明文传输，并附有对交换哈希的 {signature} 签名。";
    the_user_confirmed_and_it_was_added(print) = "没有该主机的记录；用户确认了 {print}，已添加。";
    the_user_confirmed_and_it_was_not_added(print, file) =
        "没有该主机的记录；用户确认了 {print}，但未能添加到 {file}。";
    the_user_said_no(print) = "没有该主机的记录；询问用户是否接受 {print}，用户拒绝，未添加。";
    to_add(print) = "添加 {print}";
    to_let_pass(print) = "放行 {print}";
    to_refuse(print) = "拒绝 {print} 这样的未知主机";
    nobody_was_asked(strict, added) = "没有询问用户：--strict {strict} 已事先决定{added}。";
    nobody_could_be_asked(print) = "没有终端，无法询问用户，因此拒绝了 {print}。";
    the_line_has_the_same_key(line, file, print) = "{file} 第 {line} 行记录了同一个公钥 {print}。";
    the_line_trusts_its_ca(line, file, authority, print) =
        "没有比较主机自己的指纹：{file} 第 {line} 行信任 CA {authority}，它为公钥 {print} 签发了证书。";
    the_line_has_another_key_and_it_passed(line, file, recorded, print, strict) =
        "{file} 第 {line} 行记录的是 {recorded}，服务端出示的是 {print}：仅因选项 --strict {strict} 才放行。";
    the_line_has_another_key(line, file, recorded, print) =
        "{file} 第 {line} 行记录的是 {recorded}，服务端出示的是 {print}：拒绝。";
    the_client_named_the_key(print, user) = "客户端为 {user} 声明公钥 {print}，服务端表示可用。";
    the_client_asked_about_the_key(print) = "客户端先不带签名询问公钥 {print}，服务端表示可用。";
    what_was_signed_is_no_challenge(length, value, number, user, service, method, algorithm, print) =
        "签名的不是挑战码，而是客户端自己组成的 {length} 字节：会话标识 {value}…、{number}、\"{user}\"、\"\
         {service}\"、\"{method}\"、TRUE、{algorithm}、公钥 {print}。";
    no_challenge_came_before(length, print) =
        "签名之前没有挑战消息；对会话标识和请求（{length} 字节）用公钥 {print} 验证，签名不符。";
    with_it_checked_again_here() = "此处再次用它验证，有效";
    its_algorithm_cannot_be_checked_here() = "此处无法检验其算法";
    no_challenge_came_and_it_covers(length, print, checked) =
        "签名之前没有挑战消息：它覆盖会话标识和这个请求本身（{length} 字节），对应公钥 {print}：{checked}。";
    the_server_verified_a_signature(print) =
        "服务端用公钥 {print} 检验了签名；SSH-2 没有挑战消息，签名覆盖的是会话标识和请求本身。";
    the_user_is_in(user, method) = "\"{user}\" 通过 {method} 登录成功。";

    // encryption.rs
    the_client_has_the_shared_secret(kex, print) = "{kex} 让客户端得到了共享密钥（指纹 {print}）。";
    the_exchange_hash_recomputed(kex, hash) =
        "用传输的内容和 {kex} 的共享密钥重新算出交换哈希 {hash}…，主机密钥签名的正是它。";
    the_librarys_exchange_hash() = "库给出的交换哈希";
    the_exchange_hash() = "交换哈希";
    the_signature_fits_the_hash(print, whose, hash) =
        "{print} 对{whose} {hash}… 的签名在加密之前发出，此处再次验证：有效。";
    a_key_for_each_direction_is_hashed(there, back) =
        "由共享密钥为两个方向各算出一个密钥：{there}和 {back}（均为指纹）。";
    an_encrypted_packet_opened(number, service) =
        "加密数据包 {number} 用会话密钥解开且校验通过，内容是请求 {service}。";
    the_client() = "客户端";
    the_server() = "服务端";
    what_follows_newkeys_is_not_readable(peer, cipher, bytes) =
        "自 NEWKEYS 起{peer}用 {cipher} 加密发送：{bytes} 已不是可读的消息。";

    // password.rs
    passwords_are_not_enabled(left) = "公钥被拒绝，且未启用密码登录（剩余方法：{left}）：拒绝访问。";
    accepted() = "通过";
    refused() = "被拒绝";
    the_password_was_checked(method, came_out) = "公钥被拒绝，但启用了密码登录：进行密码验证（{method}），{came_out}。";
    a_second_proof_was_wanted(method, came_out) =
        "公钥已通过，但服务端还要求第二种凭据：进行密码验证（{method}），{came_out}。";
    no_key_had_failed(method, came_out) = "此前没有公钥失败：客户端直接选用 {method}，密码{came_out}。";
}
