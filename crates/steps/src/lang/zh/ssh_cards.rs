//! What there is to say about each step of SSH, in Chinese.

crate::sentences! {
    // authentication.rs
    auth_none_title() = "无凭据登录";
    auth_none() = "客户端用 none 方法请求登录。它本就预料会被拒绝：拒绝消息会列出服务端接受的方法。";
    auth_methods_title() = "可用的认证方法";
    auth_methods() = "服务端拒绝 none，同时列出可以继续使用的方法。";
    publickey_query_title() = "声明公钥";
    publickey_query() = "客户端声明想用哪个公钥。签名要花功夫，有时还要询问用户，所以先问这个公钥在此是否可用。";
    publickey_ok_title() = "公钥可用";
    publickey_ok() = "服务端原样送回公钥：用它签名会被接受。若数据包未解密，签名者被调用就说明这个回答已到达。";
    signed_request_title() = "被签名的内容";
    signed_request() =
        "交给签名者的就是这些字节：会话标识，然后是请求本身。会话标识是一个哈希，覆盖了服务端每次新生成的 cookie \
         和公开值，起到了挑战码的作用，所以 SSH-2 没有挑战消息。";
    publickey_signature_title() = "签名的登录请求";
    publickey_signature() =
        "签名覆盖会话标识（每条连接各不相同）和整个请求，因此无法在别处重放，服务端也不必另出挑战。";
    auth_password_title() = "提交密码";
    auth_password() =
        "密码本身会传给服务端，只靠会话加密保护；运行服务端的人能读到它，所以必须先确认主机密钥。本套程序的任何\
         记录里都没有它。";
    interactive_question_title() = "服务端提问";
    interactive_question() =
        "在 keyboard-interactive 方法中，由服务端拟定问题，数量不限：密码、一次性验证码等。客户端只负责显示，并\
         送回用户输入的内容。";
    interactive_answer_title() = "用户的回答";
    interactive_answer() = "逐题作答，内容只靠会话加密保护。回答的内容不会出现在本套程序的任何记录里。";
    auth_failure_title() = "认证失败";
    auth_failure() = "服务端不接受这次凭据，并列出还可以继续使用的方法。";
    auth_success_title() = "允许访问";
    auth_success() = "用户身份得到确认，此后连接上承载的是通道。";

    // connection.rs
    channel_open_title() = "请求打开通道";
    channel_open() = "一条加密连接上可以有许多通道；执行命令或 shell 用的是 session 类型的通道。";
    channel_confirmed_title() = "通道已打开";
    channel_confirmed() = "通道已打开；窗口规定在接收方追加额度之前最多能发多少字节。";
    channel_request_title() = "通道请求";
    channel_request() = "通道上除执行命令之外的请求：环境变量、终端、shell，或 sftp 之类的子系统。";
    exec_title() = "执行命令";
    exec() = "客户端请求在这个通道上执行一条命令。命令以一个字符串送达，一般的服务端会把它交给用户的 shell。";
    channel_reply_title() = "请求的答复";
    channel_reply() =
        "对最早一个要求答复的请求回以 CHANNEL_SUCCESS 或 CHANNEL_FAILURE；对命令而言只表示已启动，不代表结果。";
    channel_window_adjust_title() = "追加窗口";
    channel_window_adjust() =
        "接收方允许对方在这个通道上再发这么多字节。窗口用完的一方必须等这条消息：读得慢的一方由此让发送方慢下来，每\
         个通道各自计算。";
    channel_data_title() = "通道数据";
    channel_data() = "会话的数据，已解密；错误输出以扩展数据的形式传送。";
    exit_status_title() = "退出状态";
    exit_status() = "命令的退出状态，0 表示成功。";
    channel_eof_title() = "通道数据结束";
    channel_eof() = "发送方不再在这个通道上发数据；另一个方向仍然开着，如同 TCP 的半关闭。";
    channel_close_title() = "通道关闭";
    channel_close() = "双方各自关闭通道，都关闭后通道才消失。连接本身继续存在。";

    // encryption.rs
    encrypted_title() = "此后均已加密";
    encrypted() =
        "从这里起，线路上的旁听者再也读不懂这个方向的内容，连消息类型也看不到。登录、命令和输出都在此之后。";
    session_key_title() = "共享密钥";
    session_key() = "库已得到共享密钥 K，它从未在线路上出现。交换哈希也覆盖 K，没有 K 就既算不出也验不了这个哈希。";
    exchange_hash_title() = "交换哈希";
    exchange_hash() =
        "H 是此前全部内容与 K 的哈希，此处重新计算，并用主机公钥验证对它的签名。第一个 H 从此就是会话标识。";
    derived_keys_title() = "六个密钥";
    derived_keys() =
        "每个都是 K、H、字母 A 到 F 之一与会话标识的哈希：每个方向各有初始向量、加密密钥和完整性密钥。自带认证的\
         加密算法用不到其中几个；这里只显示指纹。";
    unopened_title() = "此处不解密";
    unopened() = "这一侧无法解开加密的数据包，以下内容来自库的回调。";
    ext_info_title() = "EXT_INFO";
    ext_info() = "发送方支持的扩展，只告知在 KEXINIT 中表示愿意接收的一方；服务端借此列出它接受的用户签名算法。";
    service_request_title() = "SERVICE_REQUEST";
    service_request() = "客户端请求在加密传输之上启用一个服务，首先是用户认证服务。有关用户的一切都在此之后。";
    service_accept_title() = "SERVICE_ACCEPT";
    service_accept() = "服务端同意启用该服务。";
    wrong_tag_title() = "校验不符";
    wrong_tag() =
        "用会话密钥解不开这个数据包：它的字节已不是加密时的字节。接收方会终止连接，此处也不再解读之后的内容。";

    // transport.rs
    line_before_title() = "标识之前的一行";
    line_before() =
        "服务端可以在版本标识之前发送其他文字行，供人阅读，客户端应当跳过。服务端拒绝连接时，原因往往写在这里。";
    identification_title() = "版本标识";
    identification() = "一行明文，写明协议版本和软件。两行都会计入密钥交换的哈希，途中有人改动就会被发现。";
    kexinit_title() = "KEXINIT";
    kexinit() = "发送方支持的算法（按偏好排序）和一个随机 cookie。它不是对谁的回应，双方发完标识即可发出。";
    negotiated_title() = "算法已商定";
    negotiated() = "没有消息宣布结果：每一类算法都取客户端列表中服务端也支持的第一个，双方各自推算。";
    nothing_in_common_title() = "没有共同算法";
    nothing_in_common() =
        "每一类算法都要有一个名字同时出现在两份列表里，否则无法进行密钥交换，双方必须断开连接。这里列出没有共同\
         项的类别。";
    group_request_title() = "请求 DH 群";
    group_request() = "在群交换方式下，客户端先索取一个 Diffie-Hellman 群，给出最小、期望和最大的位数。";
    group_title() = "DH 群";
    group() = "服务端选定一个安全素数和生成元，二者都会计入交换哈希。";
    key_exchange_init_title() = "客户端公开值";
    key_exchange_init() = "客户端专为这条连接生成的密钥对的公开部分。这条消息叫什么，取决于商定的方法。";
    key_exchange_reply_title() = "主机公钥与签名";
    key_exchange_reply() =
        "服务端的主机公钥、公开值，以及用该密钥对交换哈希的签名：证明参与这次交换的正是密钥的持有者。";
    newkeys_title() = "NEWKEYS";
    newkeys() = "旧密钥下的最后一个数据包（首次交换时为明文），此后发送方的一切都用新密钥。两个方向各自切换。";
    host_key_check_title() = "主机密钥判定";
    host_key_check() =
        "签名只证明服务端持有该密钥；它是不是对的密钥，要靠以往的记录或用户来判断。少了这一步，谁都能充当中间人。";
    other_message_title() = "其他消息";
    other_message() =
        "没有专门步骤的消息，例如 IGNORE 或 DEBUG，旁边是它的名字。严格密钥交换不允许明文中出现这类消息。";
    disconnect_title() = "DISCONNECT";
    disconnect() = "发送方立即结束连接，并以编号和文字说明原因。";
    undecodable_title() = "不是 SSH";
    undecodable() = "这些字节不符合 SSH 此处的规定，解码器不再解读这条连接；连接本身仍由库处理。";
}
