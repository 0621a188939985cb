//! The cards of the channels (RFC 4254). All of it is encrypted on the wire: these steps are read from the packets where
//! they are opened, and else known from the library's calls.

use crate::{Actor, Card, Text, field::shown, ssh::field};

pub(super) const OPEN: Card = Card {
    id: "ssh.channel_open",
    actor: Actor::Client,
    rfc: "RFC 4254 §5.1, §6.1",
    title: Text { en: "channel asked for", zh: "请求打开通道" },
    text: Text {
        en: "Many channels can share one encrypted connection; a command or a shell gets a channel of type \"session\".",
        zh: "一条加密连接上可以有许多通道；执行命令或 shell 用的是 session 类型的通道。",
    },
    client: "",
    server: "Handler::channel_open_session",
    shows: shown![field::CHANNEL_TYPE, field::SENDER_CHANNEL, field::ANSWER],
};

pub(super) const CONFIRMED: Card = Card {
    id: "ssh.channel_confirmed",
    actor: Actor::Server,
    rfc: "RFC 4254 §5.1",
    title: Text { en: "channel open", zh: "通道已打开" },
    text: Text {
        en: "The channel is open; the window says how many bytes may be sent before the receiver grants more.",
        zh: "通道已打开；窗口规定在接收方追加额度之前最多能发多少字节。",
    },
    client: "Handler::channel_open_confirmation",
    server: "",
    shows: shown![field::CHANNEL, field::INITIAL_WINDOW_SIZE, field::MAXIMUM_PACKET_SIZE],
};

pub(super) const REQUEST: Card = Card {
    id: "ssh.channel_request",
    actor: Actor::Client,
    rfc: "RFC 4254 §6",
    title: Text { en: "channel request", zh: "通道请求" },
    text: Text {
        en: "A request on a channel other than a command: an environment variable, a terminal, a shell or a subsystem such as sftp.",
        zh: "通道上除执行命令之外的请求：环境变量、终端、shell，或 sftp 之类的子系统。",
    },
    client: "",
    server: "Handler::env_request, pty_request, …",
    shows: shown![field::REQUEST_TYPE, field::DETAIL, field::ANSWER],
};

pub(super) const EXEC: Card = Card {
    id: "ssh.exec",
    actor: Actor::Client,
    rfc: "RFC 4254 §6.5",
    title: Text { en: "exec", zh: "执行命令" },
    text: Text {
        en: "The client asks for one command on this channel. It reaches the server as one string; a usual server hands it to the user's shell.",
        zh: "客户端请求在这个通道上执行一条命令。命令以一个字符串送达，一般的服务端会把它交给用户的 shell。",
    },
    client: "",
    server: "Handler::exec_request",
    shows: shown![field::COMMAND, field::CHANNEL],
};

pub(super) const REPLY: Card = Card {
    id: "ssh.channel_reply",
    actor: Actor::Server,
    rfc: "RFC 4254 §5.4",
    title: Text { en: "request answered", zh: "请求的答复" },
    text: Text {
        en: "CHANNEL_SUCCESS or CHANNEL_FAILURE for the oldest request that asked for a reply; for a command it means that it was started, not how it went.",
        zh: "对最早一个要求答复的请求回以 CHANNEL_SUCCESS 或 CHANNEL_FAILURE；对命令而言只表示已启动，不代表结果。",
    },
    client: "Handler::channel_success, channel_failure",
    server: "",
    shows: shown![field::ANSWER, field::CHANNEL],
};

pub(super) const DATA: Card = Card {
    id: "ssh.channel_data",
    actor: Actor::Both,
    rfc: "RFC 4254 §5.2",
    title: Text { en: "channel data", zh: "通道数据" },
    text: Text {
        en: "Bytes of the session, decrypted; an error stream travels as extended data.",
        zh: "会话的数据，已解密；错误输出以扩展数据的形式传送。",
    },
    client: "Handler::data, extended_data",
    server: "Handler::data, extended_data",
    shows: shown![field::STREAM, field::LENGTH, field::TEXT],
};

pub(super) const EXIT_STATUS: Card = Card {
    id: "ssh.exit_status",
    actor: Actor::Server,
    rfc: "RFC 4254 §6.10",
    title: Text { en: "exit status", zh: "退出状态" },
    text: Text {
        en: "How the command ended: 0 means success.", zh: "命令的退出状态，0 表示成功。"
    },
    client: "Handler::exit_status",
    server: "",
    shows: shown![field::EXIT_STATUS, field::CHANNEL],
};

pub(super) const EOF: Card = Card {
    id: "ssh.channel_eof",
    actor: Actor::Both,
    rfc: "RFC 4254 §5.3",
    title: Text { en: "channel end of data", zh: "通道数据结束" },
    text: Text {
        en: "The sender will send no more data on this channel; the other direction stays open, as with a half close of TCP.",
        zh: "发送方不再在这个通道上发数据；另一个方向仍然开着，如同 TCP 的半关闭。",
    },
    client: "Handler::channel_eof",
    server: "Handler::channel_eof",
    shows: shown![field::CHANNEL],
};

pub(super) const CLOSE: Card = Card {
    id: "ssh.channel_close",
    actor: Actor::Both,
    rfc: "RFC 4254 §5.3",
    title: Text { en: "channel closed", zh: "通道关闭" },
    text: Text {
        en: "Each side closes a channel for itself; it is gone once both have. The connection lives on.",
        zh: "双方各自关闭通道，都关闭后通道才消失。连接本身继续存在。",
    },
    client: "Handler::channel_close",
    server: "Handler::channel_close",
    shows: shown![field::CHANNEL],
};
