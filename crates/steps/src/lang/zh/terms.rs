//! The words that the decoders write into a value, in Chinese.

use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

use foldhash::fast::FixedState;

/// Words around a part that stays: a number, a name.
pub(crate) const PATTERNS: &[(&str, &str)] = &[
    ("accept queue *", "队列 *"),
    ("RSA * bit private key", "RSA * 位私钥"),
    ("RSA * bit", "RSA * 位"),
    ("EC * bit", "EC * 位"),
    ("* later", "* 之后"),
    ("* bits", "* 位"),
    ("✓ *", "✓ *"),
    ("\"TLS 1.3, *\" + handshake hash", "\"TLS 1.3, *\" 与握手摘要"),
    ("fin of the *", "* 的 FIN"),
    ("rst of the *", "* 的 RST"),
];

/// A certificate by its name and its number.
pub(crate) const SERIAL: (&str, &str) = ("* (serial *)", "*（序列号 *）");

/// Words of ours.
pub(crate) const WORDS: &[(&str, &str)] = &[
    // How something came out.
    ("valid", "有效"),
    ("equal", "一致"),
    ("differs", "不一致"),
    ("verified", "已验证"),
    ("wrong", "错误"),
    ("not checked: unknown algorithm", "未检查：算法未知"),
    ("unknown issuer", "签发者未知"),
    ("expired", "已过期"),
    ("not valid yet", "尚未生效"),
    ("not for this name", "名称不符"),
    ("for another purpose", "用途不符"),
    ("revoked", "已吊销"),
    ("known", "已知"),
    ("changed", "已变更"),
    ("none", "无"),
    ("accept", "接受"),
    ("reject", "拒绝"),
    ("success", "成功"),
    ("failure", "失败"),
    ("option", "命令行选项"),
    ("file", "文件"),
    ("user", "用户"),
    ("nobody", "无人"),
    ("does not fit", "不符"),
    ("signed by a scheme that was not on offer", "签名方案不在所列之中"),
    ("not used", "没有使用"),
    ("V_C, V_S, I_C, I_S, K_S, the public values, K", "V_C, V_S, I_C, I_S, K_S, 双方的公开值, K"),
    ("full", "完整握手"),
    ("resumed", "恢复会话"),
    ("handshake", "握手阶段"),
    ("application", "应用数据阶段"),
    ("session", "会话"),
    ("client", "客户端"),
    ("server", "服务端"),
    ("data", "数据"),
    ("requested", "要求更新"),
    ("not requested", "不要求更新"),
    ("of an earlier session", "来自此前的会话"),
    ("from outside", "来自外部"),
    ("pre-shared key", "预共享密钥"),
    ("session ticket", "会话票据"),
    ("session ID", "会话 ID"),
    ("this side's secret", "本方的密钥"),
    ("the client's secret", "客户端的密钥"),
    ("the server's secret", "服务端的密钥"),
    ("both randoms + ServerECDHParams", "两个随机数与 ServerECDHParams"),
    ("both randoms + ServerDHParams", "两个随机数与 ServerDHParams"),
    ("all handshake messages so far", "此前的全部握手消息"),
    ("retransmission", "重传"),
    ("no timer", "没有定时器"),
    ("time-wait", "TIME_WAIT"),
    ("keep-alive", "保活"),
    ("zero-window probe", "零窗口探测"),
    ("no such connection", "没有这条连接"),
    ("ICMP host unreachable", "ICMP 主机不可达"),
    ("normal closure", "正常关闭"),
    ("going away", "离开"),
    ("protocol error", "协议错误"),
    ("unsupported data", "不支持的数据"),
    ("not to be sent", "不得发送"),
    ("invalid payload data", "载荷无效"),
    ("policy violation", "违反策略"),
    ("message too big", "消息过大"),
    ("mandatory extension", "缺少必需的扩展"),
    ("internal error", "内部错误"),
    ("service restart", "服务重启"),
    ("try again later", "稍后再试"),
    ("bad gateway", "网关错误"),
    ("no code given", "没有给出代码"),
    ("malformed: half a code", "格式错误：只有半个代码"),
    ("registered with IANA", "在 IANA 登记"),
    ("private use", "私用"),
    // What was due: TCP.
    (
        "ACK in every segment after the first; no SYN together with FIN or RST",
        "首个报文段之后每段都应带 ACK，SYN 不应与 FIN 或 RST 同时出现",
    ),
    ("a header of 20 bytes or more that ends within the segment", "至少 20 字节且不超出报文段的首部"),
    // TLS.
    ("a TLS record with a ClientHello", "带有 ClientHello 的 TLS 记录"),
    ("a TLS record with a ServerHello", "带有 ServerHello 的 TLS 记录"),
    ("a TLS record", "TLS 记录"),
    ("a content type of TLS", "TLS 规定的内容类型"),
    ("an alert: level and description", "由级别和说明组成的 Alert"),
    ("application data only after the handshake", "握手之后才有的应用数据"),
    ("a handshake message of at most 128 KiB", "不超过 128 KiB 的握手消息"),
    ("a record whose key is known", "密钥已知的记录"),
    // WebSocket.
    ("HTTP/1.1 request", "HTTP/1.1 请求"),
    ("HTTP/1.1 response", "HTTP/1.1 应答"),
    ("the end of the HTTP head within 16384 bytes", "16384 字节之内结束的 HTTP 首部"),
    ("a frame header", "帧首部"),
    ("a frame with an opcode of RFC 6455 §5.2", "操作码符合 RFC 6455 §5.2 的帧"),
    ("a payload length below 2^63", "小于 2^63 的载荷长度"),
    // SSH.
    ("a line that begins with SSH- (RFC 4253 §4.2)", "以 SSH- 开头的一行（RFC 4253 §4.2）"),
    (
        "a line end within the longest line SSH allows (RFC 4253 §4.2)",
        "在 SSH 允许的最大行长之内换行（RFC 4253 §4.2）",
    ),
    (
        "SSH-protoversion-softwareversion (RFC 4253 §4.2)",
        "形如 SSH-协议版本-软件版本 的一行（RFC 4253 §4.2）",
    ),
    (
        "protocol version 2.0, or 1.99 for compatibility (RFC 4253 §5)",
        "协议版本 2.0，或表示兼容的 1.99（RFC 4253 §5）",
    ),
    ("a padding length that RFC 4253 §6 allows", "RFC 4253 §6 允许的填充长度"),
    ("a packet length that RFC 4253 §6 allows", "RFC 4253 §6 允许的包长"),
    ("a KEXINIT with ten name-lists (RFC 4253 §7.1)", "含十个名称列表的 KEXINIT（RFC 4253 §7.1）"),
    ("the other side's KEXINIT before more of the key exchange", "先有另一方的 KEXINIT，再继续密钥交换"),
    ("a message that the agreed key exchange method has", "所选密钥交换方法规定的消息"),
    ("the fields of a key exchange message", "密钥交换消息的各字段"),
    ("a tag that verifies: the bytes were changed on the way", "能通过验证的认证标签：字节在途中被改动"),
    ("a length that SSH allows: the bytes were changed on the way", "SSH 允许的长度：字节在途中被改动"),
    // What it looks like instead.
    ("a scan, or a damaged header", "扫描，或损坏的首部"),
    ("text", "文本"),
    ("other text", "其他文本"),
    ("plain text", "纯文本"),
    ("binary data", "二进制数据"),
    ("unknown", "未知内容"),
    ("nothing", "没有任何内容"),
    ("HTTP request", "HTTP 请求"),
    ("HTTP response", "HTTP 应答"),
    ("HTTP/2 preface", "HTTP/2 连接前言"),
    ("HTTP/2 connection preface", "HTTP/2 连接前言"),
    ("SSH identification", "SSH 版本标识"),
    ("SMTP or FTP greeting", "SMTP 或 FTP 问候语"),
    ("POP3 greeting", "POP3 问候语"),
    ("IMAP greeting", "IMAP 问候语"),
    ("greeting of a mail or file server", "邮件或文件服务器的问候语"),
    ("RTSP response", "RTSP 应答"),
    ("SIP response", "SIP 应答"),
    ("SSL 2.0 hello", "SSL 2.0 的 Hello"),
    ("TLS record", "TLS 记录"),
    ("TLS record (handshake)", "TLS 记录（handshake）"),
    ("TLS record (alert)", "TLS 记录（alert）"),
];

/// Words of ours in Chinese; what is not among them is a name or a peer's text and stays as it is.
pub fn in_chinese(words: &str) -> Cow<'_, str> {
    match known(words) {
        Some(chinese) => Cow::Borrowed(chinese),
        None => around_a_part(words).map_or(Cow::Borrowed(words), Cow::Owned),
    }
}

/// The same of words with a part that stays.
fn around_a_part(words: &str) -> Option<String> {
    if let Some(message) = words.strip_prefix("a well-formed ") {
        return Some(format!("格式正确的 {message}"));
    }
    for (english, chinese) in PATTERNS {
        if let Some((before, after)) = english.split_once('*')
            && let Some(between) = words.strip_prefix(before).and_then(|rest| rest.strip_suffix(after))
            && (before.len() + after.len() > 3)
        {
            // A count of a whole: `2 of 128`.
            let counted = between.split_once(" of ").filter(|(some, all)| number(some) && number(all));
            let between = counted.map_or(between.into(), |(some, all)| format!("{some} / {all}"));
            return Some(chinese.replace('*', &between));
        }
    }
    if let Some((key, length)) = words.split_once(" (")
        && let Some(length) = length.strip_suffix(" bytes)")
    {
        return Some(format!("{key}（{length} 字节）"));
    }
    if let Some((derivation, hash)) = words.split_once(" with ")
        && ["HKDF", "PRF"].contains(&derivation)
    {
        return Some(format!("{derivation}（{hash}）"));
    }
    None
}

fn number(words: &str) -> bool {
    !words.is_empty() && words.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the words are known, so that no English is left in them.
pub fn has_chinese(words: &str) -> bool {
    words.starts_with("a well-formed ") || known(words).is_some()
}

fn known(words: &str) -> Option<&'static str> {
    static CHINESE: LazyLock<HashMap<&str, &str, FixedState>> =
        LazyLock::new(|| WORDS.iter().copied().collect());
    CHINESE.get(words).copied()
}

/// Words of ours in the meaning of bytes: the field, the words around what stays, the same in Chinese.
pub(crate) const OF_BYTES: &[(&str, &str, &str)] = &[
    ("control_bits", "none", "无"),
    ("data_offset, reserved", "* words of 4 bytes, *", "* 个 4 字节的字，*"),
    ("shift_count", "*: windows are multiplied by *", "*：窗口乘以 *"),
    ("ticket_lifetime", "* s", "* 秒"),
    ("ticket_lifetime_hint", "* s", "* 秒"),
];

/// `words` by the pattern `zh`, where they fit the pattern `en`: what stands for each `*` of it stays.
pub(crate) fn in_pattern(words: &str, en: &str, zh: &str) -> Option<String> {
    let mut parts = en.split('*');
    let mut rest = words.strip_prefix(parts.next()?)?;
    let mut stays = Vec::new();
    let parts: Vec<&str> = parts.collect();
    for (n, part) in parts.iter().enumerate() {
        let (between, after) =
            if part.is_empty() && n + 1 == parts.len() { (rest, "") } else { rest.split_once(part)? };
        stays.push(between);
        rest = after;
    }
    let said = stays.into_iter().fold(zh.to_owned(), |said, stays| said.replacen('*', stays, 1));
    rest.is_empty().then_some(said)
}
