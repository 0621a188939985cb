//! What there is to say about each step of WebSocket.

use super::{Step, field};
use crate::{Actor, Card, Text, common, field::shown, summary};

impl Step {
    /// The card of the step.
    pub const fn card(self) -> Card {
        match self {
            Step::UpgradeRequest => Card {
                id: "ws.upgrade_request",
                actor: Actor::Client,
                rfc: "RFC 6455 §4.1",
                title: Text { en: "upgrade request", zh: "升级请求" },
                text: Text {
                    en: "An ordinary HTTP/1.1 GET whose headers ask to continue as WebSocket. Sec-WebSocket-Key is 16 fresh random bytes in base64: not a secret, only a proof that the answer was made for this request.",
                    zh: "一个普通的 HTTP/1.1 GET，用头部请求改用 WebSocket。Sec-WebSocket-Key 是 16 个新的随机字节的 base64：它不是秘密，只用来证明应答是针对这次请求的。",
                },
                client: "",
                server: "",
                shows: shown![
                    field::PATH,
                    field::SEC_WEBSOCKET_KEY,
                    field::HOST,
                    field::SEC_WEBSOCKET_VERSION
                ],
            },
            Step::RequestChecked => Card {
                id: "ws.request_checked",
                actor: Actor::Server,
                rfc: "RFC 6455 §4.2.1",
                title: Text { en: "request checked", zh: "检查请求" },
                text: Text {
                    en: "What the server has to find in the request before it may agree, one check a line. We made the checks on the bytes that crossed; what the library thinks of them shows in what it does next.",
                    zh: "服务端同意之前必须在请求中看到的内容，每行一项。这些检查由我们对收到的字节作出；库的看法由它随后的行为体现。",
                },
                client: "",
                server: "",
                shows: shown![common::RESULT],
            },
            Step::AcceptKey => Card {
                id: "ws.accept_key",
                actor: Actor::Both,
                rfc: "RFC 6455 §4.2.2",
                title: Text { en: "accept computed", zh: "计算 accept" },
                text: Text {
                    en: "The key, a GUID fixed in the RFC, SHA-1 over both as text, base64 over the digest. Anyone can compute it; a server that does so has read the request as WebSocket and is not a cache or an unwitting HTTP server.",
                    zh: "把密钥与 RFC 中固定的 GUID 作为文本拼接，取 SHA-1，再做 base64。谁都能算；算出它说明服务端确实把请求当作 WebSocket 来读，而不是缓存或不知情的 HTTP 服务器。",
                },
                client: "",
                server: "our server's own computation",
                shows: shown![field::SEC_WEBSOCKET_ACCEPT, field::SHA1],
            },
            Step::SwitchingProtocols => Card {
                id: "ws.switching_protocols",
                actor: Actor::Server,
                rfc: "RFC 6455 §4.2.2",
                title: Text { en: "101 Switching", zh: "101 切换协议" },
                text: Text {
                    en: "The server agrees and returns the string that it made from the key. The next byte after the blank line is no longer HTTP but a WebSocket frame.",
                    zh: "服务端同意升级，并返回由密钥算出的字符串。空行之后的下一个字节不再是 HTTP，而是 WebSocket 帧。",
                },
                client: "",
                server: "",
                shows: shown![field::STATUS, field::SEC_WEBSOCKET_ACCEPT, field::UPGRADE],
            },
            Step::AnswerChecked => Card {
                id: "ws.answer_checked",
                actor: Actor::Client,
                rfc: "RFC 6455 §4.1",
                title: Text { en: "answer checked", zh: "检查应答" },
                text: Text {
                    en: "What the client has to find in the answer, one check a line; if one fails it must fail the connection. We made the checks on the bytes that crossed; what the library thinks of them shows in what it does next.",
                    zh: "客户端必须在应答中看到的内容，每行一项；有一项不符就必须断开。这些检查由我们对收到的字节作出；库的看法由它随后的行为体现。",
                },
                client: "",
                server: "",
                shows: shown![common::RESULT],
            },
            Step::AcceptCheck => Card {
                id: "ws.accept_check",
                actor: Actor::Client,
                rfc: "RFC 6455 §4.1",
                title: Text { en: "accept compared", zh: "比对 accept" },
                text: Text {
                    en: "The client holds the returned string against its own. If they differ it must fail the connection, even though the status said 101.",
                    zh: "客户端把返回的字符串与自己算出的比对。若不同，即使状态码是 101 也必须断开连接。",
                },
                client: "our client's own check",
                server: "",
                shows: shown![common::EQUAL, field::RETURNED, field::COMPUTED],
            },
            Step::Established => Card {
                id: "ws.established",
                actor: Actor::Both,
                rfc: "RFC 6455 §4.1",
                title: Text { en: "WebSocket open", zh: "WebSocket 已建立" },
                text: Text {
                    en: "An open WebSocket: one request and one answer, a single round trip on top of what lies below. From here on both sides may send at any time.",
                    zh: "WebSocket 已打开：一个请求加一个应答，在下层之上只多一次往返。此后双方随时都可以发送。",
                },
                client: "our client's own check",
                server: "our server's own check",
                shows: shown![field::EXTENSIONS_NOT_AGREED, field::REQUESTS, field::RESPONSES],
            },
            Step::Text => Card {
                id: "ws.text",
                actor: Actor::Both,
                rfc: "RFC 6455 §5.6",
                title: Text { en: "text frame", zh: "文本帧" },
                text: Text {
                    en: "A data frame with opcode 0x1, whose message must be UTF-8. A client XORs the payload with a fresh 4-byte key, so that nothing on the way can mistake it for HTTP; a server sends it bare.",
                    zh: "操作码为 0x1 的数据帧，其消息必须是 UTF-8。客户端用新的 4 字节密钥对载荷做 XOR，使途中设备不会把它误认成 HTTP；服务端则原样发送。",
                },
                client: "",
                server: "",
                shows: shown![common::TEXT, common::PAYLOAD_LENGTH, field::MASK, field::FIN],
            },
            Step::Binary => Card {
                id: "ws.binary",
                actor: Actor::Both,
                rfc: "RFC 6455 §5.6",
                title: Text { en: "binary frame", zh: "二进制帧" },
                text: Text {
                    en: "A data frame with opcode 0x2: bytes whose meaning is left to the application. The frame keeps the message's bounds, which TCP's byte stream does not.",
                    zh: "操作码为 0x2 的数据帧，字节的含义由应用决定。帧保留了消息的边界，而 TCP 的字节流没有边界。",
                },
                client: "",
                server: "",
                shows: shown![field::PAYLOAD, common::PAYLOAD_LENGTH, field::MASK, field::FIN],
            },
            Step::Continuation => Card {
                id: "ws.continuation",
                actor: Actor::Both,
                rfc: "RFC 6455 §5.4",
                title: Text { en: "continuation frame", zh: "后续帧" },
                text: Text {
                    en: "A further part of a message that began with FIN 0; the part with FIN 1 ends it. Only control frames may come in between.",
                    zh: "以 FIN 0 开始的消息的后续部分，FIN 1 的那一帧结束它。中间只允许插入控制帧。",
                },
                client: "",
                server: "",
                shows: shown![field::FIN, common::PAYLOAD_LENGTH, common::TEXT, field::MASK],
            },
            Step::Ping => Card {
                id: "ws.ping",
                actor: Actor::Both,
                rfc: "RFC 6455 §5.5.2",
                title: Text { en: "ping", zh: "ping" },
                text: Text {
                    en: "A control frame that asks whether the other side is still there. It may carry up to 125 bytes, which the answer must repeat.",
                    zh: "询问对方是否还在的控制帧。最多可带 125 字节，应答必须原样带回。",
                },
                client: "",
                server: "",
                shows: shown![field::PAYLOAD, common::PAYLOAD_LENGTH, field::MASK],
            },
            Step::Pong => Card {
                id: "ws.pong",
                actor: Actor::Both,
                rfc: "RFC 6455 §5.5.3",
                title: Text { en: "pong", zh: "pong" },
                text: Text {
                    en: "The answer to a ping with the same bytes; the library sends it by itself. One that nobody asked for is allowed and needs no answer.",
                    zh: "对 ping 的应答，带回同样的字节，由库自动发送。也允许无人询问时主动发送，且无需应答。",
                },
                client: "",
                server: "",
                shows: shown![field::PAYLOAD, common::PAYLOAD_LENGTH, field::MASK],
            },
            Step::Close => Card {
                id: "ws.close",
                actor: Actor::Both,
                rfc: "RFC 6455 §5.5.1, §7.4",
                title: Text { en: "close", zh: "关闭" },
                text: Text {
                    en: "The last frame of a side: a two-byte code and a reason. The other side answers with a close of its own, then the server ends TCP first, so that TIME_WAIT stays with it.",
                    zh: "一方的最后一帧：两字节状态码和原因。另一方也回一个 close，之后由服务端先关闭 TCP，把 TIME_WAIT 留在自己这边。",
                },
                client: "",
                server: "",
                shows: shown![field::CODE, field::MEANING, common::WHY, field::MASK],
            },
            Step::PlainRequest => Card {
                id: "ws.plain_request",
                actor: Actor::Client,
                rfc: "RFC 6455 §4.2.1",
                title: Text { en: "plain HTTP request", zh: "普通 HTTP 请求" },
                text: Text {
                    en: "An HTTP request without `Upgrade: websocket`, as a browser's address bar or curl sends it. There is nothing here to upgrade.",
                    zh: "没有 `Upgrade: websocket` 的 HTTP 请求，例如浏览器地址栏或 curl 发出的。没有什么可升级的。",
                },
                client: "",
                server: "",
                shows: shown![field::METHOD, field::PATH, field::HOST],
            },
            Step::PlainResponse => Card {
                id: "ws.plain_response",
                actor: Actor::Server,
                rfc: "RFC 9110 §15",
                title: Text { en: "plain HTTP answer", zh: "普通 HTTP 应答" },
                text: Text {
                    en: "An ordinary answer to an ordinary request: nobody asked for an upgrade, and the connection stays HTTP.",
                    zh: "对普通请求的普通应答：没有人请求升级，连接仍是 HTTP。",
                },
                client: "",
                server: "",
                shows: shown![field::STATUS, field::REASON_PHRASE, field::CONTENT_TYPE],
            },
            Step::Refused => Card {
                id: "ws.refused",
                actor: Actor::Server,
                rfc: "RFC 6455 §4.2.2",
                title: Text { en: "no upgrade", zh: "未升级" },
                text: Text {
                    en: "The server answered with a status other than 101, and the connection stays HTTP. The status and its headers say why.",
                    zh: "服务端的应答不是 101，连接仍是 HTTP。原因见状态码和头部。",
                },
                client: "",
                server: "",
                shows: shown![field::STATUS, field::REASON_PHRASE],
            },
            Step::Body => Card {
                id: "ws.body",
                actor: Actor::Server,
                rfc: "RFC 9112 §6",
                title: Text { en: "HTTP body", zh: "HTTP 正文" },
                text: Text {
                    en: "What stands behind the blank line of an answer that is not 101: a page, or words for people. Only the beginning is kept.",
                    zh: "非 101 应答的空行之后的内容：一个网页，或给人看的说明。只保留开头部分。",
                },
                client: "",
                server: "",
                shows: shown![common::TEXT, common::LENGTH],
            },
            Step::Undecodable => Card {
                id: "ws.undecodable",
                actor: Actor::Both,
                rfc: "",
                title: Text { en: "not WebSocket", zh: "不是 WebSocket" },
                text: Text {
                    en: "These bytes are neither the HTTP head nor the frame that was due here. The watcher follows this connection no further; what looks familiar in the bytes is named.",
                    zh: "这些字节既不是此处应有的 HTTP 头部，也不是帧。观察者不再跟踪这条连接；若字节看起来眼熟，会指出像什么。",
                },
                client: "",
                server: "",
                shows: shown![common::LOOKS_LIKE, common::DUE, common::FIRST_BYTES],
            },
            Step::Summary => summary::card("ws.summary"),
        }
    }
}
