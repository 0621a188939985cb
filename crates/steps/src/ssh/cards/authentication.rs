//! The cards of the user's authentication (RFC 4252). All of it is encrypted on the wire: these steps are read from the
//! packets where they are opened, and else known from the library's calls.

use crate::{Actor, Card, Text, field::shown, ssh::field};

pub(super) const NONE: Card = Card {
    id: "ssh.auth_none",
    actor: Actor::Client,
    rfc: "RFC 4252 §5.2",
    title: Text { en: "login without proof", zh: "无凭据登录" },
    text: Text {
        en: "The client asks for access by the method \"none\". It expects a no: the refusal lists the methods that the server does take.",
        zh: "客户端用 none 方法请求登录。它本就预料会被拒绝：拒绝消息会列出服务端接受的方法。",
    },
    client: "",
    server: "Handler::auth_none",
    shows: shown![field::USER_NAME, field::ANSWER],
};

pub(super) const METHODS: Card = Card {
    id: "ssh.auth_methods",
    actor: Actor::Server,
    rfc: "RFC 4252 §5.1",
    title: Text { en: "methods that go on", zh: "可用的认证方法" },
    text: Text {
        en: "The server's refusal of \"none\" names the methods that can go on.",
        zh: "服务端拒绝 none，同时列出可以继续使用的方法。",
    },
    client: "Handle::authenticate_none",
    server: "",
    shows: shown![field::AUTHENTICATIONS_THAT_CAN_CONTINUE],
};

pub(super) const PUBLICKEY_QUERY: Card = Card {
    id: "ssh.publickey_query",
    actor: Actor::Client,
    rfc: "RFC 4252 §7",
    title: Text { en: "public key named", zh: "声明公钥" },
    text: Text {
        en: "The client says which public key it would use; making a signature is work, sometimes a question to the user, so it first asks whether the key is any good here.",
        zh: "客户端声明想用哪个公钥。签名要花功夫，有时还要询问用户，所以先问这个公钥在此是否可用。",
    },
    client: "",
    server: "Handler::auth_publickey_offered",
    shows: shown![field::USER_NAME, field::PUBLIC_KEY_FINGERPRINT, field::ANSWER],
};

pub(super) const PUBLICKEY_OK: Card = Card {
    id: "ssh.publickey_ok",
    actor: Actor::Server,
    rfc: "RFC 4252 §7",
    title: Text { en: "key would do", zh: "公钥可用" },
    text: Text {
        en: "The server repeats the key: a signature by it would be accepted. Where the packet is not opened, the call of the signer shows that this answer came.",
        zh: "服务端原样送回公钥：用它签名会被接受。若数据包未解密，签名者被调用就说明这个回答已到达。",
    },
    client: "Signer::auth_sign",
    server: "",
    shows: shown![field::PUBLIC_KEY_ALGORITHM_NAME, field::PUBLIC_KEY_FINGERPRINT],
};

pub(super) const SIGNED_REQUEST: Card = Card {
    id: "ssh.signed_request",
    actor: Actor::Client,
    rfc: "RFC 4252 §7",
    title: Text { en: "what is signed", zh: "被签名的内容" },
    text: Text {
        en: "The signer is handed these bytes: the session identifier, then the request itself. The identifier is a hash that covers the server's own cookie and public value, fresh for each connection: it does what a challenge would do, so SSH-2 has none.",
        zh: "交给签名者的就是这些字节：会话标识，然后是请求本身。会话标识是一个哈希，覆盖了服务端每次新生成的 cookie 和公开值，起到了挑战码的作用，所以 SSH-2 没有挑战消息。",
    },
    client: "Signer::auth_sign",
    server: "",
    shows: shown![
        field::SESSION_IDENTIFIER,
        field::USER_NAME,
        field::PUBLIC_KEY_FINGERPRINT,
        field::SIGNATURE
    ],
};

pub(super) const PUBLICKEY_SIGNATURE: Card = Card {
    id: "ssh.publickey_signature",
    actor: Actor::Client,
    rfc: "RFC 4252 §7",
    title: Text { en: "signed request", zh: "签名的登录请求" },
    text: Text {
        en: "The signature covers the session identifier, which no other connection has, and the whole request. It cannot be replayed elsewhere, and the server needs to invent no challenge.",
        zh: "签名覆盖会话标识（每条连接各不相同）和整个请求，因此无法在别处重放，服务端也不必另出挑战。",
    },
    client: "",
    server: "Handler::auth_publickey",
    shows: shown![
        field::USER_NAME,
        field::PUBLIC_KEY_FINGERPRINT,
        field::SIGNATURE_ALGORITHM,
        field::SIGNATURE
    ],
};

pub(super) const PASSWORD: Card = Card {
    id: "ssh.auth_password",
    actor: Actor::Client,
    rfc: "RFC 4252 §8",
    title: Text { en: "password offered", zh: "提交密码" },
    text: Text {
        en: "The password itself crosses, under the session's encryption alone: whoever runs the server reads it, so the host key must be right first. No log of this suite holds it.",
        zh: "密码本身会传给服务端，只靠会话加密保护；运行服务端的人能读到它，所以必须先确认主机密钥。本套程序的任何记录里都没有它。",
    },
    client: "Handle::authenticate_password",
    server: "Handler::auth_password",
    shows: shown![field::USER_NAME, field::ANSWER],
};

pub(super) const INTERACTIVE_QUESTION: Card = Card {
    id: "ssh.interactive_question",
    actor: Actor::Server,
    rfc: "RFC 4256 §3.2",
    title: Text { en: "server's questions", zh: "服务端提问" },
    text: Text {
        en: "In the method keyboard-interactive the server words the questions, as many as it likes: a password, a one-time code. The client only shows them and sends back what was typed.",
        zh: "在 keyboard-interactive 方法中，由服务端拟定问题，数量不限：密码、一次性验证码等。客户端只负责显示，并送回用户输入的内容。",
    },
    client: "Handle::authenticate_keyboard_interactive_start",
    server: "Handler::auth_keyboard_interactive",
    shows: shown![field::PROMPTS, field::NAME, field::INSTRUCTION],
};

pub(super) const INTERACTIVE_ANSWER: Card = Card {
    id: "ssh.interactive_answer",
    actor: Actor::Client,
    rfc: "RFC 4256 §3.4",
    title: Text { en: "user's answers", zh: "用户的回答" },
    text: Text {
        en: "One answer to each question, in the clear under the session's encryption. What was answered is in no log of this suite.",
        zh: "逐题作答，内容只靠会话加密保护。回答的内容不会出现在本套程序的任何记录里。",
    },
    client: "Handle::authenticate_keyboard_interactive_respond",
    server: "Handler::auth_keyboard_interactive",
    shows: shown![field::NUM_RESPONSES, field::USER_NAME, field::ANSWER],
};

pub(super) const FAILURE: Card = Card {
    id: "ssh.auth_failure",
    actor: Actor::Server,
    rfc: "RFC 4252 §5.1",
    title: Text { en: "access refused", zh: "认证失败" },
    text: Text {
        en: "The server did not take this proof and lists the methods that can still go on.",
        zh: "服务端不接受这次凭据，并列出还可以继续使用的方法。",
    },
    client: "Handle::authenticate_…",
    server: "",
    shows: shown![field::METHOD_NAME, field::AUTHENTICATIONS_THAT_CAN_CONTINUE, field::PARTIAL_SUCCESS],
};

pub(super) const SUCCESS: Card = Card {
    id: "ssh.auth_success",
    actor: Actor::Server,
    rfc: "RFC 4252 §5.1",
    title: Text { en: "access granted", zh: "允许访问" },
    text: Text {
        en: "The user is who they claim to be; from here on the connection carries channels.",
        zh: "用户身份得到确认，此后连接上承载的是通道。",
    },
    client: "Handle::authenticate_…",
    server: "Handler::auth_succeeded",
    shows: shown![field::USER_NAME, field::METHOD_NAME],
};
