//! The steps of TLS, 1.2 and 1.3, in the order in which a handshake takes them. What they
//! show of the notes is in the crate `claims`.

use crate::{Actor, Card, Text, common, field::shown, summary};

mod alert;
pub mod field;
mod memory;
pub mod reason;

pub use alert::Alert;
pub use memory::{Alerted, Memory};

/// A step of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::VariantArray)]
pub enum Step {
    /// A key pair for this connection alone.
    EphemeralKey,
    /// The client's offer.
    ClientHello,
    /// The server asks for another ClientHello (TLS 1.3).
    HelloRetryRequest,
    /// The server's library asks which certificate to send.
    ChooseCertificate,
    /// The server's choice.
    ServerHello,
    /// The session of an earlier connection goes on.
    SessionResumed,
    /// What the server answers to extensions, encrypted (TLS 1.3).
    EncryptedExtensions,
    /// The server asks the client for a certificate.
    CertificateRequest,
    /// The server's certificate.
    Certificate,
    /// The server's ephemeral public key, signed (TLS 1.2).
    ServerKeyExchange,
    /// A signature over the handshake (TLS 1.3; in TLS 1.2 by a client with a certificate).
    CertificateVerify,
    /// The server has said everything (TLS 1.2).
    ServerHelloDone,
    /// The client's library checks the certificate.
    VerifyCertificate,
    /// The client's library checks the server's signature with the certificate's key.
    VerifySignature,
    /// The private key signs.
    Sign,
    /// The secret that both sides computed and nobody sent.
    SharedSecret,
    /// The keys of the session.
    SessionKeys,
    /// The client's library asks which certificate to show, if any.
    ChooseClientCertificate,
    /// The client's certificate, or an empty list.
    ClientCertificate,
    /// The server's library checks the client's certificate.
    VerifyClientCertificate,
    /// The server's library checks the client's signature with that certificate's key.
    VerifyClientSignature,
    /// The secret that the client makes and the server's private key opens (static RSA).
    PreMasterSecret,
    /// The client's part of the key exchange (TLS 1.2).
    ClientKeyExchange,
    /// From here on encrypted; in TLS 1.3 for the eyes of middleboxes.
    ChangeCipherSpec,
    /// The digest of the handshake.
    Finished,
    /// What a client may show next time.
    NewSessionTicket,
    /// The library says that the handshake is complete.
    HandshakeComplete,
    /// Data under the session's keys.
    ApplicationData,
    /// New keys for one direction (TLS 1.3).
    KeyUpdate,
    /// An end or an error.
    Alert,
    /// A handshake message without a step of its own.
    OtherMessage,
    /// An encrypted record that the session's key does not open.
    DoesNotOpen,
    /// The decoder lost the thread.
    Undecodable,
    /// The connection is over: what it showed, and how it went.
    Summary,
}

impl Step {
    /// The card of the step.
    pub const fn card(self) -> Card {
        match self {
            Step::EphemeralKey => Card {
                id: "tls.ephemeral_key",
                actor: Actor::Both,
                rfc: "RFC 8446 §4.2.8, RFC 8422 §5.10",
                title: Text { en: "ephemeral key pair", zh: "临时密钥对" },
                text: Text {
                    en: "A key pair is made for this connection alone: the public half travels, the private half dies with it, and whoever steals the certificate's key later still cannot read today's traffic. For ML-KEM the server makes none: it chooses a secret and sends it encapsulated under the client's key.",
                    zh: "为这条连接单独生成一对密钥：公钥会发出去，私钥用完即弃，日后即使证书私钥泄露，今天的通信也解不开。使用 ML-KEM 时服务端不生成密钥对，而是选定一个秘密，用客户端的公钥封装后发出。",
                },
                client: "SupportedKxGroup::start",
                server: "SupportedKxGroup::start",
                shows: shown![field::GROUP, field::PUBLIC_KEY, field::ENCAPSULATED],
            },
            Step::ClientHello => Card {
                id: "tls.client_hello",
                actor: Actor::Client,
                rfc: "RFC 5246 §7.4.1.2, RFC 8446 §4.1.2",
                title: Text { en: "ClientHello", zh: "ClientHello" },
                text: Text {
                    en: "The client speaks first and offers everything it can do: versions, cipher suites, groups, and a fresh random. A TLS 1.3 client already adds a public key, in the hope that the server likes its group.",
                    zh: "客户端先开口，报出自己会的一切：版本、密码套件、曲线，外加一串新的随机数。TLS 1.3 客户端还会猜一个曲线，直接附上公钥。",
                },
                client: "",
                server: "",
                shows: shown![common::VERSION, field::SERVER_NAME, field::RANDOM, field::CIPHER_SUITES],
            },
            Step::HelloRetryRequest => Card {
                id: "tls.hello_retry_request",
                actor: Actor::Server,
                rfc: "RFC 8446 §4.1.4",
                title: Text { en: "HelloRetryRequest", zh: "HelloRetryRequest" },
                text: Text {
                    en: "The client's guess was wrong: the server names the group it wants and asks for a second ClientHello. On the wire it is a ServerHello with one fixed random.",
                    zh: "客户端猜错了：服务端指出自己要的曲线，请它重发 ClientHello。它在线路上就是一个随机数固定的 ServerHello。",
                },
                client: "",
                server: "",
                shows: shown![field::KEY_SHARE, common::VERSION, field::CIPHER_SUITE],
            },
            Step::ChooseCertificate => Card {
                id: "tls.choose_certificate",
                actor: Actor::Server,
                rfc: "RFC 6066 §3, RFC 8446 §4.4.2.2",
                title: Text { en: "choose certificate", zh: "选择证书" },
                text: Text {
                    en: "The server picks a certificate by the name the client asked for and the signatures it understands. One address can serve many names this way.",
                    zh: "服务端按客户端请求的域名和它支持的签名算法挑选证书，一个地址因此可以服务多个域名。",
                },
                client: "",
                server: "ResolvesServerCert::resolve",
                shows: shown![field::SERVER_NAME, field::SUBJECT, field::PUBLIC_KEY],
            },
            Step::ServerHello => Card {
                id: "tls.server_hello",
                actor: Actor::Server,
                rfc: "RFC 5246 §7.4.1.3, RFC 8446 §4.1.3",
                title: Text { en: "ServerHello", zh: "ServerHello" },
                text: Text {
                    en: "The server picks one version and one suite from the offer and adds its own random. In TLS 1.3 it also sends its public key, and everything after this message is encrypted.",
                    zh: "服务端从中选定一个版本和一个套件，再给出自己的随机数。在 TLS 1.3 里它还带上公钥，此后的消息全部加密。",
                },
                client: "",
                server: "",
                shows: shown![common::VERSION, field::CIPHER_SUITE, field::KEY_SHARE, field::RANDOM],
            },
            Step::SessionResumed => Card {
                id: "tls.session_resumed",
                actor: Actor::Both,
                rfc: "RFC 5246 §7.3, RFC 5077 §3, RFC 8446 §2.2",
                title: Text { en: "session resumed", zh: "恢复会话" },
                text: Text {
                    en: "The server takes up a session that the client showed it: both still hold its secret. No certificate is sent or checked this time, for only the server of that session can know the secret; who it is was checked then.",
                    zh: "服务端接受客户端出示的旧会话，双方仍持有它的秘密。这次不再发送、也不再检查证书：只有当时的服务端才知道这个秘密，它的身份那时已经查过。",
                },
                client: "",
                server: "",
                shows: shown![field::BY, field::IDENTITY_FINGERPRINT],
            },
            Step::EncryptedExtensions => Card {
                id: "tls.encrypted_extensions",
                actor: Actor::Server,
                rfc: "RFC 8446 §4.3.1",
                title: Text { en: "EncryptedExtensions", zh: "EncryptedExtensions" },
                text: Text {
                    en: "The answers that the keys do not depend on, such as the application protocol, wait until they can be encrypted. It is the first message that an onlooker cannot read.",
                    zh: "与密钥无关的答复（如应用层协议）留到能加密时再发。这是旁观者读不到的第一条消息。",
                },
                client: "",
                server: "",
                shows: shown![field::ALPN, field::EXTENSIONS],
            },
            Step::CertificateRequest => Card {
                id: "tls.certificate_request",
                actor: Actor::Server,
                rfc: "RFC 5246 §7.4.4, RFC 8446 §4.3.2",
                title: Text { en: "CertificateRequest", zh: "CertificateRequest" },
                text: Text {
                    en: "The server wants to know who the client is and says which signatures it can check. Without this message the client stays anonymous to TLS.",
                    zh: "服务端想知道客户端是谁，并说明自己能验证哪些签名。没有这条消息，客户端对 TLS 就是匿名的。",
                },
                client: "",
                server: "",
                shows: shown![field::SIGNATURE_ALGORITHMS],
            },
            Step::Certificate => Card {
                id: "tls.certificate",
                actor: Actor::Server,
                rfc: "RFC 5246 §7.4.2, RFC 8446 §4.4.2",
                title: Text { en: "Certificate", zh: "Certificate" },
                text: Text {
                    en: "The server's certificate ties its public key to its names under a CA's signature. It is public and proves nothing until the server uses the matching private key.",
                    zh: "服务端证书由 CA 签名，把公钥和域名绑在一起。证书人人可得，服务端用上对应的私钥才算证明了身份。",
                },
                client: "",
                server: "",
                shows: shown![field::SUBJECT, field::ISSUER, field::NOT_AFTER, field::PUBLIC_KEY],
            },
            Step::ServerKeyExchange => Card {
                id: "tls.server_key_exchange",
                actor: Actor::Server,
                rfc: "RFC 8422 §5.4",
                title: Text { en: "ServerKeyExchange", zh: "ServerKeyExchange" },
                text: Text {
                    en: "The server's ephemeral public key, signed together with both randoms by the certificate's key. This signature is what the certificate is for in ECDHE.",
                    zh: "服务端的临时公钥，连同两个随机数一起由证书私钥签名。在 ECDHE 中，证书的用处就在这个签名。",
                },
                client: "",
                server: "",
                shows: shown![field::NAMED_CURVE, field::SIGNATURE_SCHEME, field::PUBLIC_KEY],
            },
            Step::CertificateVerify => Card {
                id: "tls.certificate_verify",
                actor: Actor::Both,
                rfc: "RFC 8446 §4.4.3, RFC 5246 §7.4.8",
                title: Text { en: "CertificateVerify", zh: "CertificateVerify" },
                text: Text {
                    en: "A signature over the hash of the whole handshake so far proves that the sender holds the certificate's private key, here and now. A copy from another connection would not fit.",
                    zh: "对到此为止整个握手的摘要签名，证明发送方此刻确实持有证书私钥。从别的连接抄来的签名对不上。",
                },
                client: "",
                server: "",
                shows: shown![field::SIGNATURE_SCHEME, field::HANDSHAKE_HASH],
            },
            Step::ServerHelloDone => Card {
                id: "tls.server_hello_done",
                actor: Actor::Server,
                rfc: "RFC 5246 §7.4.5",
                title: Text { en: "ServerHelloDone", zh: "ServerHelloDone" },
                text: Text {
                    en: "An empty message: the server has said its part and waits for the client.",
                    zh: "一条空消息：服务端该说的说完了，等客户端回应。",
                },
                client: "",
                server: "",
                shows: &[],
            },
            Step::VerifyCertificate => Card {
                id: "tls.verify_certificate",
                actor: Actor::Client,
                rfc: "RFC 5280 §6, RFC 9525 §6",
                title: Text { en: "verify certificate", zh: "验证证书" },
                text: Text {
                    en: "The client follows the signatures up to a CA it trusts and checks the dates, the purpose and the name it asked for. Whoever passes may speak for that name.",
                    zh: "客户端沿签名链一直查到自己信任的 CA，并核对有效期、用途和所访问的域名。通过者才有资格代表这个域名。",
                },
                client: "ServerCertVerifier::verify_server_cert; static RSA: SSL_set_verify",
                server: "",
                shows: shown![common::RESULT, field::NAME, field::CHAIN, field::NOT_AFTER],
            },
            Step::VerifySignature => Card {
                id: "tls.verify_signature",
                actor: Actor::Client,
                rfc: "RFC 8446 §4.4.3, RFC 8422 §5.4",
                title: Text { en: "verify signature", zh: "验证签名" },
                text: Text {
                    en: "The public key from the certificate checks the server's signature: only now it is proven that the server owns the certificate.",
                    zh: "用证书里的公钥验证服务端的签名，到这一步才证明证书确实属于对方。",
                },
                client: "ServerCertVerifier::verify_tls1x_signature",
                server: "",
                shows: shown![common::RESULT, field::SIGNATURE_SCHEME, field::PUBLIC_KEY, field::OVER],
            },
            Step::Sign => Card {
                id: "tls.sign",
                actor: Actor::Both,
                rfc: "RFC 8446 §4.4.3, RFC 8422 §5.4",
                title: Text { en: "sign", zh: "签名" },
                text: Text {
                    en: "The certificate's private key signs what belongs to this one handshake. It is the only thing the long-lived key does.",
                    zh: "证书私钥对本次握手的内容签名。这把长期密钥只做这一件事。",
                },
                client: "Signer::sign",
                server: "Signer::sign",
                shows: shown![field::SIGNATURE_SCHEME, field::OVER, common::LENGTH],
            },
            Step::SharedSecret => Card {
                id: "tls.shared_secret",
                actor: Actor::Both,
                rfc: "RFC 8446 §7.4, RFC 8422 §5.10",
                title: Text { en: "shared secret", zh: "共享密钥" },
                text: Text {
                    en: "The own private key and the peer's public key give a number that the other side computes too; with ML-KEM, the server has sent a part of it encapsulated. In the clear it never travels; equal fingerprints in both logs show that it is the same.",
                    zh: "己方私钥与对方公钥算出一个数，对方也会算出同一个；使用 ML-KEM 时，其中一部分由服务端封装后发来。它从不以明文上线路，两边日志里的指纹相同，说明它一致。",
                },
                client: "ActiveKeyExchange::complete",
                server: "ActiveKeyExchange::complete",
                shows: shown![field::GROUP, common::FINGERPRINT],
            },
            Step::SessionKeys => Card {
                id: "tls.session_keys",
                actor: Actor::Both,
                rfc: "RFC 5246 §8.1, RFC 8446 §7.1",
                title: Text { en: "session keys", zh: "会话密钥" },
                text: Text {
                    en: "Secrets become keys: TLS 1.2 stretches one master secret with its PRF, TLS 1.3 runs HKDF over the handshake and has keys of its own for each stage and direction.",
                    zh: "由秘密导出密钥：TLS 1.2 用 PRF 展开一个 master secret；TLS 1.3 用 HKDF 结合握手摘要，每个阶段、每个方向各有密钥。",
                },
                client: "KeyLog::log; static RSA: SSL_CTX_set_keylog_callback",
                server: "KeyLog::log; static RSA: SSL_CTX_set_keylog_callback",
                shows: shown![field::STAGE, field::DERIVATION, common::EQUAL, field::FINGERPRINTS],
            },
            Step::ChooseClientCertificate => Card {
                id: "tls.choose_client_certificate",
                actor: Actor::Client,
                rfc: "RFC 5246 §7.4.6, RFC 8446 §4.4.2.3",
                title: Text { en: "choose client cert", zh: "选择客户端证书" },
                text: Text {
                    en: "The client looks for a certificate that suits the server's request: signed by a CA that the server named, with a key whose signatures it understands.",
                    zh: "客户端按服务端的请求挑选证书：由服务端列出的 CA 签发，密钥的签名算法对方也支持。",
                },
                client: "ResolvesClientCert::resolve",
                server: "",
                shows: shown![field::SUBJECT, field::PUBLIC_KEY],
            },
            Step::ClientCertificate => Card {
                id: "tls.client_certificate",
                actor: Actor::Client,
                rfc: "RFC 5246 §7.4.6, RFC 8446 §4.4.2",
                title: Text { en: "client Certificate", zh: "客户端证书" },
                text: Text {
                    en: "The client answers the request with its own certificate, or with an empty list if it has none. Whether that is enough is for the server to say.",
                    zh: "客户端以自己的证书作答，没有就发一个空列表，够不够由服务端决定。",
                },
                client: "",
                server: "",
                shows: shown![field::CERTIFICATES, field::SUBJECT],
            },
            Step::VerifyClientCertificate => Card {
                id: "tls.verify_client_certificate",
                actor: Actor::Server,
                rfc: "RFC 5280 §6, RFC 8446 §4.4.2.4",
                title: Text { en: "verify client cert", zh: "验证客户端证书" },
                text: Text {
                    en: "The server does for the client what the client did for it: it follows the signatures up to a CA it trusts and checks the dates and the purpose. There is no name to compare; whom to let in, the application decides.",
                    zh: "服务端对客户端做同样的检查：沿签名链查到自己信任的 CA，并核对有效期和用途。没有域名可比对，放不放行由应用决定。",
                },
                client: "",
                server: "ClientCertVerifier::verify_client_cert",
                shows: shown![common::RESULT, field::SUBJECT, field::NOT_AFTER],
            },
            Step::VerifyClientSignature => Card {
                id: "tls.verify_client_signature",
                actor: Actor::Server,
                rfc: "RFC 5246 §7.4.8, RFC 8446 §4.4.3",
                title: Text { en: "verify client sign.", zh: "验证客户端签名" },
                text: Text {
                    en: "The signature in CertificateVerify proves that the client holds the private key of the certificate it showed.",
                    zh: "CertificateVerify 里的签名证明：客户端确实持有它所出示证书的私钥。",
                },
                client: "",
                server: "ClientCertVerifier::verify_tls1x_signature",
                shows: shown![common::RESULT, field::SIGNATURE_SCHEME, field::PUBLIC_KEY, field::OVER],
            },
            Step::PreMasterSecret => Card {
                id: "tls.pre_master_secret",
                actor: Actor::Both,
                rfc: "RFC 5246 §7.4.7.1",
                title: Text { en: "pre-master secret", zh: "pre-master" },
                text: Text {
                    en: "The third random of static RSA: the client makes 48 bytes and encrypts them with the certificate's key; the server's private key opens them, from the very bytes that crossed. Whoever gets that key later can open every recorded session the same way.",
                    zh: "静态 RSA 的第三个随机数：客户端生成 48 字节，用证书公钥加密；服务端用私钥从线路上的原样字节解出。日后谁拿到这把私钥，就能同样解开录下的每个会话。",
                },
                client: "SSL_CTX_set_keylog_callback",
                server: "",
                shows: shown![
                    common::LENGTH,
                    field::CLIENT_VERSION,
                    common::FINGERPRINT,
                    common::OPENED_WITH
                ],
            },
            Step::ClientKeyExchange => Card {
                id: "tls.client_key_exchange",
                actor: Actor::Client,
                rfc: "RFC 5246 §7.4.7, RFC 8422 §5.7",
                title: Text { en: "ClientKeyExchange", zh: "ClientKeyExchange" },
                text: Text {
                    en: "The client's part of the key exchange: with ECDHE a public key that anyone may see, with RSA the pre-master secret under the server's key.",
                    zh: "客户端的那一半密钥交换：ECDHE 中是谁都能看的公钥，RSA 中则是用服务端公钥加密的 pre-master。",
                },
                client: "",
                server: "",
                shows: shown![
                    field::PUBLIC_KEY,
                    field::ENCRYPTED_PRE_MASTER_SECRET,
                    field::ENCRYPTED_PRE_MASTER_SECRET_LENGTH
                ],
            },
            Step::ChangeCipherSpec => Card {
                id: "tls.change_cipher_spec",
                actor: Actor::Both,
                rfc: "RFC 5246 §7.1, RFC 8446 §5",
                title: Text { en: "ChangeCipherSpec", zh: "ChangeCipherSpec" },
                text: Text {
                    en: "One byte. In TLS 1.2 the sender encrypts from here on; in TLS 1.3 it means nothing and is sent so that old middleboxes see what they expect.",
                    zh: "只有一个字节。在 TLS 1.2 中，发送方从此开始加密；在 TLS 1.3 中它毫无作用，只为让老旧的中间设备看着顺眼。",
                },
                client: "",
                server: "",
                shows: shown![common::VERSION],
            },
            Step::Finished => Card {
                id: "tls.finished",
                actor: Actor::Both,
                rfc: "RFC 5246 §7.4.9, RFC 8446 §4.4.4",
                title: Text { en: "Finished", zh: "Finished" },
                text: Text {
                    en: "An encrypted digest of every handshake message so far. It opens only with the right key and fits only if both sides saw the same handshake; we compute it a second time from what crossed.",
                    zh: "到此为止所有握手消息的摘要，加密发送。密钥对才能解开，双方看到的握手相同才会吻合；我们用线路上的内容又算了一遍。",
                },
                client: "",
                server: "",
                shows: shown![common::EQUAL, field::VERIFY_DATA],
            },
            Step::NewSessionTicket => Card {
                id: "tls.new_session_ticket",
                actor: Actor::Server,
                rfc: "RFC 5077 §3.3, RFC 8446 §4.6.1",
                title: Text { en: "NewSessionTicket", zh: "NewSessionTicket" },
                text: Text {
                    en: "A ticket that only the server can read; a client that shows it next time skips the certificate.",
                    zh: "一张只有服务端读得懂的票据，客户端下次出示它就可以跳过证书。",
                },
                client: "",
                server: "",
                shows: shown![field::TICKET_LIFETIME, field::TICKET_LENGTH],
            },
            Step::HandshakeComplete => Card {
                id: "tls.handshake_complete",
                actor: Actor::Both,
                rfc: "RFC 5246 §7.3, RFC 8446 §2",
                title: Text { en: "handshake complete", zh: "握手完成" },
                text: Text {
                    en: "The library hands the connection to the application. The two sides reach this point at different moments: whoever still waits for the other's Finished comes later.",
                    zh: "库把连接交给应用程序。双方到达这一步的时刻不同，还在等对方 Finished 的一方更晚。",
                },
                client: "TlsConnector::connect; static RSA: SSL_connect",
                server: "TlsAcceptor::accept; static RSA: SSL_accept",
                shows: shown![
                    field::PROTOCOL_VERSION,
                    field::CIPHER_SUITE,
                    field::HANDSHAKE_KIND,
                    field::ALPN
                ],
            },
            Step::ApplicationData => Card {
                id: "tls.application_data",
                actor: Actor::Both,
                rfc: "RFC 5246 §10, RFC 8446 §5.2",
                title: Text { en: "application data", zh: "应用数据" },
                text: Text {
                    en: "What the handshake was for: data under a symmetric cipher that also notices any change. The plaintext stands here beside the ciphertext because the run's own keys open it.",
                    zh: "握手就是为了它：用对称密码传输数据，任何改动都会被发现。这里能把明文和密文并排列出，因为用的是本次运行自己的密钥。",
                },
                client: "",
                server: "",
                shows: shown![
                    field::PLAINTEXT,
                    field::PLAINTEXT_HEX,
                    field::CIPHERTEXT,
                    field::CIPHERTEXT_LENGTH
                ],
            },
            Step::KeyUpdate => Card {
                id: "tls.key_update",
                actor: Actor::Both,
                rfc: "RFC 8446 §4.6.3",
                title: Text { en: "KeyUpdate", zh: "KeyUpdate" },
                text: Text {
                    en: "The sender takes new keys for its direction, without a new handshake.",
                    zh: "发送方为自己的方向换上新密钥，无需重新握手。",
                },
                client: "",
                server: "",
                shows: shown![field::REQUEST_UPDATE],
            },
            Step::Alert => Card {
                id: "tls.alert",
                actor: Actor::Both,
                rfc: "RFC 5246 §7.2, RFC 8446 §6",
                title: Text { en: "alert", zh: "Alert" },
                text: Text {
                    en: "close_notify ends a connection politely, so that a cut is not taken for an end. Every other alert names an error and ends it at once.",
                    zh: "close_notify 礼貌地结束连接，以免把中断误认为结束。其他 Alert 都报告错误，并立即终止连接。",
                },
                client: "",
                server: "",
                shows: shown![common::DESCRIPTION, field::LEVEL],
            },
            Step::OtherMessage => Card {
                id: "tls.other_message",
                actor: Actor::Both,
                rfc: "RFC 8446 §4, IANA TLS HandshakeType",
                title: Text { en: "other message", zh: "其他握手消息" },
                text: Text {
                    en: "A handshake message for which the suite has no step; its type says what it is.",
                    zh: "本套件没有单独列出的握手消息，由类型号可知它是什么。",
                },
                client: "",
                server: "",
                shows: shown![field::NAME, field::TYPE, common::LENGTH],
            },
            Step::DoesNotOpen => Card {
                id: "tls.does_not_open",
                actor: Actor::Both,
                rfc: "RFC 5246 §6.2.3.3, RFC 8446 §5.2",
                title: Text { en: "does not open", zh: "解不开的记录" },
                text: Text {
                    en: "An encrypted record carries a proof that nobody changed it. Under this side's key the proof fails: the record was changed on the way, or the two sides hold different keys because they did not see the same handshake.",
                    zh: "加密记录自带未被改动的证明。用这一侧的密钥验证不通过：记录在途中被改过，或者双方看到的握手不一致，密钥因而不同。",
                },
                client: "",
                server: "",
                shows: shown![field::SENDER, common::LENGTH],
            },
            Step::Undecodable => Card {
                id: "tls.undecodable",
                actor: Actor::Both,
                rfc: "RFC 8446 §5.1",
                title: Text { en: "cannot be read", zh: "无法解析" },
                text: Text {
                    en: "These bytes are not what TLS has at this place, or their key never became known here. The rest of this direction is not read.",
                    zh: "这些字节不是 TLS 在此处应有的内容，或者这里始终不知道它们的密钥。这个方向的后续字节不再解析。",
                },
                client: "",
                server: "",
                shows: shown![common::LOOKS_LIKE, common::TEXT, common::DUE, common::FIRST_BYTES],
            },
            Step::Summary => Card {
                id: "tls.summary",
                actor: Actor::Both,
                rfc: "",
                title: Text { en: "summary", zh: "小结" },
                text: Text {
                    en: "What this connection showed of the notes, and how it ended.",
                    zh: "这条连接印证了笔记中的哪些内容，以及它如何结束。",
                },
                client: "",
                server: "",
                shows: shown![summary::OUTCOME, summary::REASON],
            },
        }
    }
}
