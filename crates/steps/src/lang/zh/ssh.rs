//! Why an SSH connection failed, in Chinese.

crate::sentences! {
    // reason.rs
    the_server() = "服务端";
    the_client() = "客户端";

    // opening.rs
    the_server_disconnected_after_too_many_tries(value, said, tried, keys) =
        "服务端断开了连接：{value}，{said}。它会计入每一次被拒绝的凭据，此处已拒绝 {tried} 次（其中公钥 {keys} \
         次）。";
    the_server_disconnected_at_the_first_try(value, said) =
        "服务端断开了连接：{value}，{said}。它会计入每一次被拒绝的尝试，此处第一次就已超出。";
    name_the_right_key_of_the_agent(offered) =
        "ssh-agent 中有 {offered} 个密钥，逐个提交：请去掉 `--agent`，用 `--identity FILE` 指定正确的一个。";
    it_lets_nobody_in_from_this_address() = "它不允许来自此地址的连接。";
    to_it_this_client_broke_the_protocol() = "它认为本客户端发送的内容不符合协议，具体原因可查看它的日志。";
    the_key_exchange_failed_on_its_side() = "密钥交换在它那一侧失败，原因可查看它的日志。";
    to_it_a_packet_did_not_verify() = "它认为某个数据包校验不符：字节在途中被改动，或双方密钥不同。";
    it_has_too_many_connections() = "它的连接过多：请稍后重试。";
    it_has_no_further_way_to_log_in() = "它没有其他登录方法了。";
    it_does_not_take_this_users_name() = "它不接受这个用户名。";
    the_server_disconnected(value, said) = "服务端断开了连接：{value}，{said}。";
    the_servers_identification_is_not_allowed(line, expected) =
        "服务端的版本标识{line}不符合 SSH-2 的规定：应为{expected}。";
    and_its_line(line) = "：{line}";
    the_server_does_not_speak_ssh(expected, looks, said) =
        "服务端此处发送的不是 SSH：应为{expected}，实际像是{looks}{said}。";
    is_this_the_right_port() = "端口对吗？";
    the_server_goes_on_in_something_else(expected, looks) =
        "服务端发送了 SSH 标识，随后的内容却无法按 SSH 解读：应为{expected}，实际像是{looks}。";
    the_server_has_too_many_connections(said) =
        "服务端在版本标识之前就拒绝了连接：{said}。尚未登录的连接数已达到它的 MaxStartups 上限。";
    try_again_in_a_while() = "请稍后重试。";
    the_server_lets_nobody_in_for_now(said) =
        "服务端暂不允许此地址的连接，并在版本标识之前说明：{said}。OpenSSH 在处罚期间（PerSourcePenalties，例如\
         多次登录失败之后）会这样说。";
    wait_until_it_has_passed() = "请等待处罚期结束。";
    the_server_sent_lines_without_end(seconds, said) =
        "{seconds} 秒内服务端一直发送文字行，却始终没有版本标识：{said}。endlessh 之类的“陷阱”会故意如此。";
    the_server_sent_words_instead(said, how) = "服务端没有发送 SSH 标识，而是说：{said}，随后{how}。";
    these_words_may_say_why() = "原因可能就在这些话里；否则请检查：这是 SSH 服务器的端口吗？";
    is_this_the_port_of_an_ssh_server() = "这是 SSH 服务器的端口吗？";
    the_server_ended_without_an_identification(how) = "服务端没有发送 SSH 标识就{how}。";
    not_ssh_or_not_from_here_or_too_many() =
        "可能的原因：这不是 SSH 服务器的端口；它不接受来自这里的连接（拒绝名单、防火墙）；或者连接过多。";
    the_server_sent_no_identification(seconds) = "服务端在 {seconds} 秒内没有发送 SSH 标识。";
    key_exchange() = "密钥交换";
    host_key() = "主机密钥";
    encryption() = "加密";
    mac() = " MAC ";
    compression() = "压缩";
    no_common_algorithm_with_the_server(value, mine, its) =
        "没有共同的{value}算法：本客户端支持 {mine}；服务端支持 {its}。";
    leave_out_kex_or_name_another(kex) = "`--kex {kex}` 只提供这一种：请去掉它，或指定服务端支持的一种。";
    all_that_the_server_has_is_old() = "服务端支持的都是陈旧且不再安全的算法：请升级服务端。";
    allow_one_of_this_clients_on_the_server() = "请在服务端启用本客户端支持的一种。";
    the_servers_group_is_too_small(bits, least_group) =
        "服务端选用了 {bits} 位的 Diffie-Hellman 群，而本客户端要求至少 {least_group} 位：更小的群可以被破解（\
         RFC 8270 §2）。";
    it_needs_larger_groups() =
        "请在服务端的群文件（OpenSSH：/etc/ssh/moduli）中加入更大的群；若服务端支持，也可用 \
         `--kex curve25519-sha256` 避开。";
    the_servers_message_breaks_strict_key_exchange(message, packet) =
        "消息 {message}（第 {packet} 个包）出现在严格密钥交换不允许的位置：途中被塞入，或服务端没有遵守约定。";
    a_value_of_the_servers_key_exchange_is_unusable() =
        "服务端在密钥交换中的某条消息含有不可用的值，或出现在不该出现的位置。";
    a_packet_did_not_verify() = "一个数据包未通过会话密钥的校验：它的字节在途中被改动过。";
    the_server_ended_after_its_identification(how) = "服务端在握手中途（版本标识之后、KEXINIT 之前）{how}。";
    too_many_or_denied_or_our_version() =
        "可能的原因：连接过多、拒绝名单，或不接受本客户端的版本标识。具体可查看它的日志。";
    after_its_host_key() = "主机公钥之后";
    after_this_clients_public_value() = "收到本客户端的公开值之后";
    after_its_kexinit() = "KEXINIT 之后";
    the_server_ended_in_the_key_exchange(how, place) = "服务端在握手中途（{place}）{how}。";
    its_own_log_may_say_why() = "原因可查看它的日志。";
    the_server_hung_in_the_handshake(seconds) = "服务端在握手中停滞了 {seconds} 秒：过载或已停止？";

    // host_key.rs
    known_hosts_could_not_be_read(print, file) = "拒绝主机公钥 {print}：无法读取 {file}。";
    known_hosts_names_another_file() = "可用 `--known-hosts` 指定另一个文件。";
    the_host_key_is_revoked(print, line, file) = "拒绝主机公钥 {print}：{file} 第 {line} 行已将其吊销。";
    the_ca_of_its_certificate_is_revoked(authority, line, file) =
        "拒绝主机证书：{file} 第 {line} 行已吊销其 CA {authority}。";
    the_host_key_is_of_another_kind(file, line, recorded, shown, print) =
        "拒绝主机公钥：{file} 第 {line} 行记录的是 {recorded} 类的公钥；本客户端首先请求这一类，服务端却出示了 \
         {shown} {print}。";
    the_host_key_has_changed(file, line, recorded, print) =
        "主机公钥已改变，拒绝连接：{file} 第 {line} 行记录的是 {recorded}，服务端出示的是 {print}。";
    new_keys_or_somebody_between() = "可能是服务器换了密钥，也可能是中间人";
    somebody_between_or_a_new_key() = "可能是中间人，也可能是服务器换了密钥";
    ask_before_deleting_the_line(cause) = "{cause}：请先向管理员核实，再删除该行。";
    its_ca_is_not_trusted_for_the_host(authority, file, host) =
        "签发它的 CA {authority} 不在 {file} 为 {host} 记录的 CA 之中";
    the_signature_of_its_ca_does_not_fit(authority) = "CA {authority} 的签名与它不符";
    its_ca_signed_it_with_sha1(authority) = "签发它的 CA {authority} 使用了 SHA-1 签名（ssh-rsa）";
    it_is_a_users_and_no_hosts() = "它是用户证书，不是主机证书";
    it_is_no_hosts() = "它不是主机证书";
    it_holds_only(from) = "它从 {from} 起才有效";
    it_held_until(until) = "它的有效期到 {until} 为止";
    it_is_for_other_names(names, bare) = "它只对 {names} 有效，不包括 {bare}";
    it_has_critical_options() = "它带有关键选项，而主机证书不应有";
    the_host_certificate_was_not_taken(host, why, print) =
        "{host} 出示的主机证书未被接受：{why}。它的公钥 {print} 本身也没有记录。";
    its_administrator_can_issue_another() = "可请服务器管理员另发一张（`ssh-keygen -s CA -h -n 名称 公钥文件`）。";
    no_key_of_its_own_is_on_record(host, line, file, print) =
        "{host} 没有记录（没有它自己的公钥）：{file} 第 {line} 行是 @cert-authority，因此本客户端请求主机证书；\
         服务端没有证书，出示的是普通公钥 {print}。";
    compare_the_fingerprint_then_accept() = "请与管理员核对指纹，再用 `--strict accept-new` 加入记录。";
    the_host_key_was_not_confirmed(print, host) = "你没有确认 {host} 的主机公钥 {print}。";
    the_host_is_unknown_and_nobody_can_be_asked(host, print) =
        "{host} 没有记录，而标准输入不是终端，无法询问；其公钥为 {print}。";
    if_right_accept_new() = "确认无误后可用 --strict accept-new。";
    strict_refuses_unknown_hosts(host, print) = "{host} 没有记录，--strict yes 拒绝未知主机；其公钥为 {print}。";
    the_servers_signature_is_wrong() =
        "服务端对交换哈希的签名不正确：它并不持有所出示的主机密钥，或者握手在途中被改动过。";
    that_is_rsa_with_sha1() = "那是基于 SHA-1 的 RSA 签名，已有可能被伪造，因此本客户端与 `ssh` 一样结束了连接。";
    this_client_ends_as_ssh_does() = "本客户端与 `ssh` 一样结束了连接。";
    the_host_key_signed_by_another_algorithm(agreed, signed, what) =
        "主机密钥应以 {agreed} 签名，实际却用了 {signed}。{what}";
    bring_the_server_up_to_date() = "请升级服务端。";

    // login.rs
    and_its_words(words) = "：{words}";
    the_server_wants_a_new_password(words) =
        "服务端要求先更换密码才允许登录：旧密码已过期（SSH_MSG_USERAUTH_PASSWD_CHANGEREQ，RFC 4252 §8）{words}。";
    this_client_changes_no_passwords() = "本客户端不能更换密码：请先用 `ssh` 更换，再重试。";
    the_server_asked_without_end(asked) = "服务端不断提问（{asked} 个问题），始终没有给出结果。";
    the_certificate_of_a_key(print) = "公钥 {print} 的证书";
    the_key_of_print(print) = "公钥 {print}";
    the_key() = "公钥";
    the_password() = "密码";
    the_answers() = "对提问的回答";
    the_proof(other) = " {other} 凭据";
    the_password_was_not_sent_to_an_unproven_host(wanted, file, line) =
        "服务端接受 {wanted}，但没有发送任何密码：它的主机公钥与 {file} 第 {line} 行的记录不符，可能有中间人。\
         --strict no 只是放行，不会向它透露密码。";
    ask_before_trusting_the_new_key() = "请向服务器管理员核实；若新公钥无误，删除该行后即可再用密码登录。";
    it_refused(refused) = "拒绝了{refused}";
    the_connection_ended_there() = "连接就此结束";
    there_is_no_terminal_to_ask() = "没有终端可供询问";
    the_password_file_has_no_more_answers() = "密码文件中没有更多回答";
    no_such_proof_is_left() = "本客户端没有这样的凭据";
    the_server_wants_a_second_proof(took, wanted, last) =
        "服务端已接受{took}，还要求第二种凭据（{wanted}）；{last}。";
    methods_leaves_out(missing) = "`--methods` 中没有 {missing}。";
    password_file_gives() = "可用 `--password-file FILE` 提供密码。";
    the_server_asked_more_than_the_file_answers(before, asked, has) =
        "{before}服务端（keyboard-interactive）提了 {asked} 个问题，而密码文件只有 {has} 个回答，已经用完。";
    a_line_for_each_question() = "请按顺序为每个问题准备一行。";
    there_is_no_terminal_for_the_password(before) = "{before}服务端接受密码，但没有终端可供询问。";
    the_server_takes_no_passwords(its) =
        "服务端不接受密码：它只列出 {its}，而 --methods 只允许本客户端尝试密码。没有发送任何密码。";
    leave_out_methods_or_let_passwords_in() =
        "去掉 `--methods` 以尝试公钥；若要使用密码，须由服务器管理员开启密码登录。";
    and_before_that_the_key() = "，此前也拒绝了公钥";
    and_before_that_several_keys(keys) = "，此前也拒绝了 {keys} 个公钥";
    several_passwords(tries) = "{tries} 个密码";
    the_server_refused_the_passwords(_passwords, user, tries, also) =
        "服务端拒绝了 \"{user}\" 的密码（共尝试 {tries} 次）{also}：拒绝访问。";
    it_says_the_same_of_several_faults() = "密码错误、用户名不存在、用户被禁止登录，服务端的回答都一样。";
    the_server_refused_before_it_asked(user) =
        "服务端列出了 keyboard-interactive，却在提出任何问题之前就以此拒绝了 \"{user}\"。";
    sshd_lets_pam_ask() =
        "sshd 的问题由 PAM 提出（`UsePAM yes`）。服务端若接受密码，可用 `--methods password` 发送。";
    no_common_way_to_log_in(its, ours) =
        "没有共同的登录方法：服务端接受 {its}；本客户端可尝试 {ours}（--methods）。";
    the_server_ended_before_it_answered_the_login(how) =
        "服务端在回应登录之前就{how}：等待超时，或有数据包在途中损坏。";
    the_server_ended_during_the_login(how) = "服务端在登录过程中{how}：尝试次数过多，或等待超时。";
    the_server_was_silent_during_the_login(seconds) = "服务端在登录期间沉默了 {seconds} 秒。";

    // keys.rs
    there_is_no_terminal_for_the_passphrase(file) =
        "服务端接受 {file} 的公钥；但该密钥有口令，而没有终端可供询问。";
    add_it_to_the_agent() = "请用 `ssh-add` 加入代理，再用 --agent。";
    no_passphrase_opened_the_key(file, tries) = "服务端接受 {file} 的公钥，但输入的 {tries} 个口令都打不开它。";
    the_agent_did_not_sign() = "服务端接受 ssh-agent 的公钥，但 ssh-agent 没有用它签名。";
    is_the_agent_locked() = "代理是否已锁定，或在等待确认？";
    the_key_could_not_sign() = "密钥无法对登录请求签名。";
    the_server_takes_rsa_with_sha1_only() = "服务端只接受基于 SHA-1 的 RSA 签名，这种签名已不应再使用。";
    use_an_ed25519_key() = "请改用 Ed25519 密钥（`--identity`）。";
    the_key_is_open_to_others(file, mode) =
        "服务端接受公钥，但没有提交任何公钥：{file} 可被他人读取（权限 {mode}），本客户端与 `ssh` 一样不使用\
         这样的密钥。";
    chmod_closes_it(file) = "请用 `chmod 600 {file}` 收紧权限。";
    the_server_refused_the_key(key, user) = "服务端拒绝了 \"{user}\" 的{key}。";
    by_its_certificate(print) = "{print} 的证书";
    the_server_refused_several_keys(count, user, prints) = "服务端拒绝了 \"{user}\" 的 {count} 个公钥（{prints}）。";
    and_it_takes_no_passwords(cause, its) = "{cause}它不接受密码（只列出 {its}）：没有发送任何密码。";
    is_its_ca_trusted() =
        "若用证书：服务端信任它的 CA 吗（TrustedUserCAKeys）？它包括该用户吗？是否还在有效期内？可用 \
         `ssh-keygen -L -f 文件` 查看。若用公钥：它在该用户的 authorized_keys 里吗？";
    is_it_in_authorized_keys() = "它在该用户的 authorized_keys 里吗？用户名对吗？";

    // session.rs
    the_command_ended_with_status(status) = "命令以状态 {status} 结束";
    the_command_was_ended_by_a_signal(signal) = "命令被信号 {signal} 终止";
    and_said(how, words) = "{how}：{words}";
    administratively_prohibited() = "管理上禁止";
    connect_failed() = "连接失败";
    unknown_channel_type() = "未知的通道类型";
    resource_shortage() = "资源不足";
    a_reason_of_its_own() = "其自定的原因";
    it_did_not_say_why() = "未说明原因";
    the_server_opens_no_channel(why, said) = "登录成功，但服务端不打开会话通道：{why}{said}。";
    its_settings_may_allow_no_sessions() =
        "它的设置可能不允许该用户打开会话（OpenSSH：MaxSessions 0，或仅供转发的账户）。";
    the_server_refused_the_command(command, said) = "登录成功，但服务端拒绝执行命令{command}{said}。";
    the_command_ran_too_long(limit) = "命令在 {limit} 秒后仍未结束，已到 --timeout 的上限：本客户端结束了连接。";
    it_had_said(words) = "它此前说过 {words}。";
    there_was_no_exit_status(words) =
        "命令的通道被关闭，既没有退出状态也没有信号（RFC 4254 §6.10 不作要求，但多数服务端会发送）。{words}";
    the_server_was_silent_after_the_login(seconds) = "登录成功，随后服务端沉默了 {seconds} 秒。";
    its_last_words(words) = "它最后说的是 {words}。";
    the_server_ended_in_the_session(how, words) = "服务端在会话中途{how}。{words}";
    while_keys_were_exchanged_anew() = "在重新交换密钥期间";
    after_the_login() = "在登录之后";
    during_the_login() = "在登录期间";
    the_peers_message_has_no_place_there(peer, when) =
        "{peer}{when}发送了不该出现的消息，或缺少应有的内容；见最后几步。";
    the_connection_was_given_up(steps) = "连接在 {steps} 步之后被放弃，记录中看不出原因。";

    // served.rs
    the_server_was_stopped() = "连接尚未结束，服务端就停止了。";
    the_client_disconnected(value, said) = "客户端断开了连接：{value}，{said}。";
    the_clients_identification_is_not_allowed(line, expected) =
        "客户端的版本标识{line}不符合 SSH-2 的规定：应为{expected}。";
    the_client_does_not_speak_ssh(expected, looks, how) =
        "客户端此处发送的不是 SSH：应为{expected}，实际像是{looks}{how}。";
    is_it_meant_for_another_port() = "是否连错了端口？";
    the_client_goes_on_in_something_else(expected, looks) =
        "客户端发送了 SSH 标识，随后的内容却无法按 SSH 解读：应为{expected}，实际像是{looks}。";
    no_common_algorithm_with_the_client(value, mine, its) =
        "没有共同的{value}算法：服务端支持 {mine}；客户端提供 {its}。";
    leave_out_kex(kex) = "`--kex {kex}` 只提供这一种：请去掉它。";
    all_that_the_client_has_is_old() = "客户端支持的都是陈旧且不再安全的算法：请升级客户端。";
    allow_one_of_the_servers_on_the_client() =
        "请在客户端启用服务端支持的一种；扫描程序（ssh-keyscan、ssh-audit）会逐类试探。";
    the_client_asked_for_too_small_a_group(max, least_group) =
        "客户端请求的 Diffie-Hellman 群最多 {max} 位，而本服务端不使用小于 {least_group} 位的群：更小的群可以被\
         破解（RFC 8270 §2）。";
    scanners_ask_for_small_groups() = "ssh-audit 之类的扫描程序会故意请求小的群。";
    the_clients_message_breaks_strict_key_exchange(message, packet) =
        "消息 {message}（第 {packet} 个包）出现在严格密钥交换不允许的位置：途中被塞入，或客户端没有遵守约定。";
    the_client_sent_no_identification(seconds, option) = "客户端在 {seconds} 秒内没有发送 SSH 标识（{option}）。";
    the_client_hung_in_the_key_exchange(seconds, option) =
        "客户端在握手中停滞：{seconds} 秒内没有开始密钥交换（{option}）。";
    the_client_did_not_log_in(seconds) = "客户端在 {seconds} 秒（--handshake-timeout 的十二倍）内没有登录。";
    the_client_was_silent(seconds) = "客户端沉默了 {seconds} 秒（--idle-timeout）。";
    the_client_ended_without_an_identification(how) = "还没读到 SSH 标识，客户端就{how}：是端口扫描或健康检查吗？";
    the_client_ended_before_the_key_exchange(how) = "客户端在握手中途、密钥交换完成之前{how}。";
    scanners_leave_here_too() = "只想知道版本或算法列表的扫描程序也会在此离开。";
    the_client_wanted_the_host_key(how) =
        "客户端得到主机公钥后就{how}：可能不信任它，或签名对不上（ssh-keyscan 也在此离开）。";
    the_client_ended_before_its_login(how) = "客户端信任主机公钥，但在登录开始之前{how}。";
    as_many_refusals_as_allowed(refusals) =
        "登录失败：已被拒绝 {refusals} 次，达到 --max-auth-tries 的上限（无凭据的试探也计入）。";
    the_client_tried_a_password() = "客户端尝试了密码后离开：此处不接受任何密码，无论对错。";
    password_login_lets_passwords_in() =
        "可用 `--password-login on` 开启密码登录；用 authorized_keys 里的公钥则无需密码。";
    the_client_left_after_a_wrong_password() = "客户端在密码错误后离开。";
    certs_shows_the_demo_password(certs) = "`{certs} --show-password` 可显示演示用户的密码。";
    no_key_was_offered() = "没有提交公钥";
    its_key_was_refused() = "公钥被拒绝";
    several_keys_were_refused(keys) = "{keys} 个公钥被拒绝";
    the_client_left_without_logging_in(keys) = "客户端没有登录就离开了：{keys}。";
    is_its_key_known_and_its_user_demo() = "authorized_keys 里有它的公钥吗？用户名是 demo 吗？";
    a_forwarded_connection() = "转发连接（direct-tcpip）";
    the_subsystem(which) = "子系统{which}";
    x11_forwarding() = "X11 转发";
    another_request(other, which) = "{other}{which}";
    the_client_wanted_what_this_server_does_not_do(asked) =
        "客户端登录后请求{asked}，本服务端不支持，随后它离开了。";
    the_client_ended_in_the_session(how) = "客户端在会话中途{how}。";
}
