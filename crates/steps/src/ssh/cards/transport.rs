//! The cards of the transport: identification, negotiation, key exchange (RFC 4253).

use crate::{Actor, Card, Text, field::shown, ssh::field};

pub(super) const LINE_BEFORE: Card = Card {
    id: "ssh.line_before",
    actor: Actor::Server,
    rfc: "RFC 4253 §4.2",
    title: Text { en: "line before SSH", zh: "标识之前的一行" },
    text: Text {
        en: "Before its identification a server may send other lines, for people to read; a client passes over them. Where a server lets nobody in, its reason often stands here.",
        zh: "服务端可以在版本标识之前发送其他文字行，供人阅读，客户端应当跳过。服务端拒绝连接时，原因往往写在这里。",
    },
    client: "",
    server: "",
    shows: shown![field::TEXT],
};

pub(super) const IDENTIFICATION: Card = Card {
    id: "ssh.identification",
    actor: Actor::Both,
    rfc: "RFC 4253 §4.2",
    title: Text { en: "identification", zh: "版本标识" },
    text: Text {
        en: "One line of plain text that names the protocol version and the software. Both lines are hashed into the key exchange, so nobody on the way can swap one unnoticed.",
        zh: "一行明文，写明协议版本和软件。两行都会计入密钥交换的哈希，途中有人改动就会被发现。",
    },
    client: "",
    server: "",
    shows: shown![field::PROTOVERSION, field::SOFTWAREVERSION, field::COMMENTS],
};

pub(super) const KEXINIT: Card = Card {
    id: "ssh.kexinit",
    actor: Actor::Both,
    rfc: "RFC 4253 §7.1",
    title: Text { en: "KEXINIT", zh: "KEXINIT" },
    text: Text {
        en: "The sender's algorithms, most wanted first, and a random cookie. It answers nothing: each side may send it right after its identification.",
        zh: "发送方支持的算法（按偏好排序）和一个随机 cookie。它不是对谁的回应，双方发完标识即可发出。",
    },
    client: "",
    server: "",
    shows: shown![field::KEX_ALGORITHMS, field::SERVER_HOST_KEY_ALGORITHMS, field::COOKIE, field::REKEY],
};

pub(super) const NEGOTIATED: Card = Card {
    id: "ssh.negotiated",
    actor: Actor::Both,
    rfc: "RFC 4253 §7.1",
    title: Text { en: "algorithms agreed", zh: "算法已商定" },
    text: Text {
        en: "Nobody announces the result: from the two lists each side works out, for every kind, the first of the client's algorithms that the server has too.",
        zh: "没有消息宣布结果：每一类算法都取客户端列表中服务端也支持的第一个，双方各自推算。",
    },
    client: "",
    server: "",
    shows: shown![
        field::KEX_ALGORITHM,
        field::SERVER_HOST_KEY_ALGORITHM,
        field::ENCRYPTION_ALGORITHM_CLIENT_TO_SERVER,
        field::STRICT_KEX,
    ],
};

pub(super) const NOTHING_IN_COMMON: Card = Card {
    id: "ssh.nothing_in_common",
    actor: Actor::Both,
    rfc: "RFC 4253 §7.1",
    title: Text { en: "nothing in common", zh: "没有共同算法" },
    text: Text {
        en: "For each kind of algorithm one name must stand in both lists, or there is no key exchange: both sides then have to end the connection. The kinds without one are named.",
        zh: "每一类算法都要有一个名字同时出现在两份列表里，否则无法进行密钥交换，双方必须断开连接。这里列出没有共同项的类别。",
    },
    client: "",
    server: "",
    shows: shown![field::NO_COMMON],
};

pub(super) const GROUP_REQUEST: Card = Card {
    id: "ssh.group_request",
    actor: Actor::Client,
    rfc: "RFC 4419 §3",
    title: Text { en: "group request", zh: "请求 DH 群" },
    text: Text {
        en: "In a group exchange the client first asks for a Diffie-Hellman group, giving the smallest, the preferred and the largest size in bits.",
        zh: "在群交换方式下，客户端先索取一个 Diffie-Hellman 群，给出最小、期望和最大的位数。",
    },
    client: "",
    server: "",
    shows: shown![field::MIN, field::N, field::MAX],
};

pub(super) const GROUP: Card = Card {
    id: "ssh.group",
    actor: Actor::Server,
    rfc: "RFC 4419 §3",
    title: Text { en: "group", zh: "DH 群" },
    text: Text {
        en: "The server picks a safe prime and a generator; both become part of the exchange hash.",
        zh: "服务端选定一个安全素数和生成元，二者都会计入交换哈希。",
    },
    client: "",
    server: "",
    shows: shown![field::PRIME_BITS, field::GENERATOR],
};

pub(super) const KEY_EXCHANGE_INIT: Card = Card {
    id: "ssh.key_exchange_init",
    actor: Actor::Client,
    rfc: "RFC 4253 §8, RFC 5656 §4, RFC 8731",
    title: Text { en: "client public value", zh: "客户端公开值" },
    text: Text {
        en: "The public half of a key pair that the client made for this connection alone. What the message is called depends on the method that was agreed.",
        zh: "客户端专为这条连接生成的密钥对的公开部分。这条消息叫什么，取决于商定的方法。",
    },
    client: "",
    server: "",
    shows: shown![field::MESSAGE, field::KEX_ALGORITHM, field::PUBLIC_VALUE_LENGTH],
};

pub(super) const KEY_EXCHANGE_REPLY: Card = Card {
    id: "ssh.key_exchange_reply",
    actor: Actor::Server,
    rfc: "RFC 4253 §8, RFC 5656 §4, RFC 8731",
    title: Text { en: "host key + signature", zh: "主机公钥与签名" },
    text: Text {
        en: "The server's host key, its public value, and a signature by that key over the exchange hash: it proves that the server behind the key took part in this very exchange.",
        zh: "服务端的主机公钥、公开值，以及用该密钥对交换哈希的签名：证明参与这次交换的正是密钥的持有者。",
    },
    client: "Handler::check_server_key",
    server: "",
    shows: shown![
        field::HOST_KEY_TYPE,
        field::HOST_KEY_FINGERPRINT,
        field::SIGNATURE_ALGORITHM,
        field::MESSAGE
    ],
};

pub(super) const NEWKEYS: Card = Card {
    id: "ssh.newkeys",
    actor: Actor::Both,
    rfc: "RFC 4253 §7.3",
    title: Text { en: "NEWKEYS", zh: "NEWKEYS" },
    text: Text {
        en: "The last packet under the old keys, at first in the clear; whatever this sender sends next is under the new ones. Each direction turns on its own.",
        zh: "旧密钥下的最后一个数据包（首次交换时为明文），此后发送方的一切都用新密钥。两个方向各自切换。",
    },
    client: "",
    server: "",
    shows: shown![field::SEQUENCE_NUMBER, field::REKEY],
};

pub(super) const HOST_KEY_CHECK: Card = Card {
    id: "ssh.host_key_check",
    actor: Actor::Client,
    rfc: "RFC 4251 §4.1",
    title: Text { en: "host key decision", zh: "主机密钥判定" },
    text: Text {
        en: "The signature shows that the server owns the key; only a record from earlier, or the user, can say that it is the right key. Without that step anybody could stand in the middle.",
        zh: "签名只证明服务端持有该密钥；它是不是对的密钥，要靠以往的记录或用户来判断。少了这一步，谁都能充当中间人。",
    },
    client: "Handler::check_server_key",
    server: "",
    shows: shown![field::RECORD, field::FINGERPRINT, field::DECIDED_BY, field::ACCEPTED],
};

pub(super) const OTHER_MESSAGE: Card = Card {
    id: "ssh.other_message",
    actor: Actor::Both,
    rfc: "RFC 4250 §4.1",
    title: Text { en: "other message", zh: "其他消息" },
    text: Text {
        en: "A message without a step of its own, such as IGNORE, DEBUG or WINDOW_ADJUST; its name stands beside it. In the clear, strict key exchange allows none.",
        zh: "没有专门步骤的消息，例如 IGNORE、DEBUG 或 WINDOW_ADJUST，旁边是它的名字。严格密钥交换不允许明文中出现这类消息。",
    },
    client: "",
    server: "",
    shows: shown![field::MESSAGE, field::TEXT, field::METHOD_NAME, field::REQUEST_NAME],
};

pub(super) const DISCONNECT: Card = Card {
    id: "ssh.disconnect",
    actor: Actor::Both,
    rfc: "RFC 4253 §11.1",
    title: Text { en: "DISCONNECT", zh: "DISCONNECT" },
    text: Text {
        en: "The sender ends the connection at once and gives a reason by number and in words.",
        zh: "发送方立即结束连接，并以编号和文字说明原因。",
    },
    client: "Handler::disconnected",
    server: "",
    shows: shown![field::REASON_CODE, field::WHY, field::DESCRIPTION],
};

pub(super) const UNDECODABLE: Card = Card {
    id: "ssh.undecodable",
    actor: Actor::Both,
    rfc: "RFC 4253 §4.2, §6",
    title: Text { en: "not SSH", zh: "不是 SSH" },
    text: Text {
        en: "These bytes are not what SSH allows here, so the decoder stops reading this connection. The connection itself is left to the library.",
        zh: "这些字节不符合 SSH 此处的规定，解码器不再解读这条连接；连接本身仍由库处理。",
    },
    client: "",
    server: "",
    shows: shown![field::DUE, field::LOOKS_LIKE, field::FIRST_BYTES],
};
