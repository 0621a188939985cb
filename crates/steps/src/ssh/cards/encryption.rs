//! The cards of what follows the key exchange: the secret, what is derived from it, and the first messages under the new
//! keys (RFC 4253 §7.2 to §10, RFC 8308).

use crate::{Actor, Card, Text, field::shown, ssh::field};

pub(super) const ENCRYPTED: Card = Card {
    id: "ssh.encrypted",
    actor: Actor::Both,
    rfc: "RFC 4253 §6, §7.3",
    title: Text { en: "encrypted from here", zh: "此后均已加密" },
    text: Text {
        en: "The first bytes of this direction that a listener on the wire can no longer read: not even the kind of message. Login, commands and output all come after this point.",
        zh: "从这里起，线路上的旁听者再也读不懂这个方向的内容，连消息类型也看不到。登录、命令和输出都在此之后。",
    },
    client: "",
    server: "",
    shows: shown![field::ENCRYPTION_ALGORITHM, field::MAC_ALGORITHM, field::FIRST_BYTES],
};

pub(super) const SESSION_KEY: Card = Card {
    id: "ssh.session_key",
    actor: Actor::Client,
    rfc: "RFC 4253 §8",
    title: Text { en: "shared secret", zh: "共享密钥" },
    text: Text {
        en: "The library holds the shared secret K, which never crossed the wire. The exchange hash covers it too, so a side without K can neither make nor check that hash.",
        zh: "库已得到共享密钥 K，它从未在线路上出现。交换哈希也覆盖 K，没有 K 就既算不出也验不了这个哈希。",
    },
    client: "Handler::kex_done",
    server: "",
    shows: shown![field::KEX_ALGORITHM, field::SHARED_SECRET_FINGERPRINT, field::STRICT_KEX, field::REKEY],
};

pub(super) const EXCHANGE_HASH: Card = Card {
    id: "ssh.exchange_hash",
    actor: Actor::Both,
    rfc: "RFC 4253 §7.2, §8",
    title: Text { en: "exchange hash", zh: "交换哈希" },
    text: Text {
        en: "H is the hash of all that was said so far and of K, computed again here, and the host key's signature over it is checked. The first H is the session identifier for good.",
        zh: "H 是此前全部内容与 K 的哈希，此处重新计算，并用主机公钥验证对它的签名。第一个 H 从此就是会话标识。",
    },
    client: "",
    server: "",
    shows: shown![field::EXCHANGE_HASH, field::SIGNATURE, field::HOST_KEY_FINGERPRINT, field::OPENED_WITH],
};

pub(super) const DERIVED_KEYS: Card = Card {
    id: "ssh.derived_keys",
    actor: Actor::Both,
    rfc: "RFC 4253 §7.2",
    title: Text { en: "six keys", zh: "六个密钥" },
    text: Text {
        en: "Each is a hash of K, H, a letter from A to F and the session identifier: an initial vector, an encryption key and an integrity key for either direction. A cipher that authenticates by itself leaves some unused, and only fingerprints are shown.",
        zh: "每个都是 K、H、字母 A 到 F 之一与会话标识的哈希：每个方向各有初始向量、加密密钥和完整性密钥。自带认证的加密算法用不到其中几个；这里只显示指纹。",
    },
    client: "",
    server: "",
    shows: shown![
        field::OPENED_WITH,
        field::ENCRYPTION_KEY_CLIENT_TO_SERVER,
        field::ENCRYPTION_KEY_SERVER_TO_CLIENT,
        field::REKEY
    ],
};

pub(super) const UNOPENED: Card = Card {
    id: "ssh.unopened",
    actor: Actor::Both,
    rfc: "RFC 4253 §7.3",
    title: Text { en: "not opened here", zh: "此处不解密" },
    text: Text {
        en: "The packets under the keys cannot be opened on this side. What follows is what the library tells of them.",
        zh: "这一侧无法解开加密的数据包，以下内容来自库的回调。",
    },
    client: "",
    server: "",
    shows: shown![field::REASON],
};

pub(super) const EXT_INFO: Card = Card {
    id: "ssh.ext_info",
    actor: Actor::Both,
    rfc: "RFC 8308 §2.3",
    title: Text { en: "EXT_INFO", zh: "EXT_INFO" },
    text: Text {
        en: "What the sender can do beyond the basics, told only to a peer that asked for it in its KEXINIT; a server names the signature algorithms that it takes from users.",
        zh: "发送方支持的扩展，只告知在 KEXINIT 中表示愿意接收的一方；服务端借此列出它接受的用户签名算法。",
    },
    client: "",
    server: "",
    shows: shown![field::SERVER_SIG_ALGS, field::PING],
};

pub(super) const SERVICE_REQUEST: Card = Card {
    id: "ssh.service_request",
    actor: Actor::Client,
    rfc: "RFC 4253 §10",
    title: Text { en: "SERVICE_REQUEST", zh: "SERVICE_REQUEST" },
    text: Text {
        en: "The client asks for a service on top of the encrypted transport, first of all the one that logs users in. Everything about the user comes after this.",
        zh: "客户端请求在加密传输之上启用一个服务，首先是用户认证服务。有关用户的一切都在此之后。",
    },
    client: "",
    server: "",
    shows: shown![field::SERVICE_NAME, field::PACKET_LENGTH, field::TAG_VERIFIED],
};

pub(super) const SERVICE_ACCEPT: Card = Card {
    id: "ssh.service_accept",
    actor: Actor::Server,
    rfc: "RFC 4253 §10",
    title: Text { en: "SERVICE_ACCEPT", zh: "SERVICE_ACCEPT" },
    text: Text { en: "The server grants the service.", zh: "服务端同意启用该服务。" },
    client: "",
    server: "",
    shows: shown![field::SERVICE_NAME],
};

pub(super) const WRONG_TAG: Card = Card {
    id: "ssh.wrong_tag",
    actor: Actor::Both,
    rfc: "RFC 4253 §6.4",
    title: Text { en: "tag does not verify", zh: "校验不符" },
    text: Text {
        en: "The packet does not open under the session's key: its bytes are not those that were sealed. Whoever receives it ends the connection, and nothing after it is read here either.",
        zh: "用会话密钥解不开这个数据包：它的字节已不是加密时的字节。接收方会终止连接，此处也不再解读之后的内容。",
    },
    client: "",
    server: "",
    shows: shown![field::DUE, field::SEQUENCE_NUMBER, field::FIRST_BYTES],
};
