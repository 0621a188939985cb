//! The facts. A line that begins with `near` differs in one fact from the one before it.

use serde_json::json;

use super::*;

pub(super) fn all() -> Vec<Case> {
    let parts = [ended_early(), alerts(), hellos(), certificates(), peers(), after_the_handshake()];
    parts.into_iter().flatten().collect()
}

fn ended_early() -> Vec<Case> {
    vec![
        server("a client leaves without a byte", End::Cut),
        Case { began: true, ..server("near: one byte came", End::Cut) },
        server("the server is stopped", End::Stopped),
        client("reset in answer to the ClientHello", End::Reset),
        client("near: with a long key share", End::Reset).hello_again(json!({"key_share": "X25519MLKEM768"})),
        client("near: the server had answered", End::Reset).server_hello(),
        client("no answer to the ClientHello", PATIENCE),
        client("near: the server had answered, then nothing", PATIENCE).server_hello(),
        server("a client that says nothing", PATIENCE),
        Case { began: true, ..server("near: a client that stops in its first message", PATIENCE) },
        client("TCP ends in the handshake", End::Cut).server_hello(),
        client("near: close_notify came before it", End::Cut)
            .server_hello()
            .alert(Side::Server, "close_notify"),
        client("what was sent is never acknowledged", End::TimedOut),
        client("the path breaks", End::Unreachable),
        client("our own library fails", End::Ours),
    ]
}

fn alerts() -> Vec<Case> {
    let asked = |name, alert: &str| {
        client(name, alerted(alert))
            .server_hello()
            .s(Step::CertificateRequest, json!({"signature_algorithms": ["rsa_pss_rsae_sha256"]}))
            .certificate(json!({}))
            .c(Step::ClientCertificate, json!({"certificates": 0}))
            .complete(None)
            .alert(Side::Server, alert)
    };
    let served = |name, alert: &str, ours: serde_json::Value| {
        server(name, alerted(alert))
            .hello(json!({}))
            .server_hello()
            .certificate(ours)
            .alert(Side::Client, alert)
    };
    let refused = |name, alert: &str| client(name, alerted(alert)).alert(Side::Server, alert);
    vec![
        asked("asked for a certificate, showed none", "certificate_required"),
        asked("the same by a server of Go's, Java's or NSS's", "bad_certificate"),
        asked("the same by unknown_ca", "unknown_ca"),
        asked("near: `--client-cert` was given, and its key does not serve", "handshake_failure")
            .given(|given| given.client_cert = true),
        client("near: one was shown", alerted("bad_certificate"))
            .server_hello()
            .s(Step::CertificateRequest, json!({}))
            .c(Step::ClientCertificate, certificate("CN=our client", json!({})))
            .alert(Side::Server, "bad_certificate"),
        served(
            "our certificate has expired",
            "certificate_unknown",
            json!({"not_after": "2026-02-01T00:00:00Z"}),
        ),
        served("near: it is not valid yet", "bad_certificate", json!({"not_before": "2027-02-01T00:00:00Z"})),
        served("near: by our clock it has not expired", "certificate_expired", json!({})),
        served("our certificate signed itself", "unknown_ca", json!({"issuer": "CN=our server"})),
        served("near: a CA of ours signed it", "unknown_ca", json!({})),
        served("a client asks for another name", "bad_certificate", json!({"names": ["elsewhere.test"]})),
        served("near: the name fits", "bad_certificate", json!({"names": ["LOCALHOST"]})),
        server("near: it asked for no name", alerted("certificate_unknown"))
            .hello(json!({"server_name": null}))
            .certificate(json!({}))
            .alert(Side::Client, "certificate_unknown"),
        served("our certificate is of another kind", "unsupported_certificate", json!({})),
        refused("no version in common", "protocol_version"),
        refused("near: `--variant` was given", "protocol_version")
            .given(|given| given.variant = Some(Variant::Tls13)),
        refused("nothing in common", "handshake_failure"),
        refused("near: `--suite` and `--group` were given", "handshake_failure").given(|given| {
            given.suite = true;
            given.group = true;
        }),
        refused("near: `--variant rsa` was given", "handshake_failure")
            .given(|given| given.variant = Some(Variant::Rsa)),
        client("near: the server had answered the ClientHello", alerted("handshake_failure"))
            .server_hello()
            .alert(Side::Server, "handshake_failure"),
        refused("the name is not known", "unrecognized_name"),
        client("near: no name was asked for", alerted("unrecognized_name"))
            .hello_again(json!({"server_name": null}))
            .alert(Side::Server, "unrecognized_name"),
        refused("no application protocol in common", "no_application_protocol"),
        client("our encrypted record does not open", alerted("bad_record_mac"))
            .server_hello()
            .alert(Side::Server, "bad_record_mac"),
        client("near: after the handshake", alerted("bad_record_mac"))
            .server_hello()
            .complete(None)
            .alert(Side::Server, "bad_record_mac"),
        client("our signature does not fit", alerted("decrypt_error"))
            .server_hello()
            .alert(Side::Server, "decrypt_error"),
        client("an alert after data", alerted("internal_error"))
            .server_hello()
            .complete(None)
            .s(Step::ApplicationData, json!({"plaintext": "HTTP/1.1 200 OK"}))
            .alert(Side::Server, "internal_error"),
        refused("near: an alert in answer to the ClientHello", "internal_error"),
        refused("an alert that nobody names", "decode_error")
            .hello_again(json!({"key_share": "X25519MLKEM768"})),
    ]
}

fn hellos() -> Vec<Case> {
    let lacks = |name, what| server(name, End::Incompatible(what));
    let ecdsa = json!({"public_key": "EC P-256"});
    vec![
        client("a server of TLS 1.0", End::Incompatible(Incompatible::Version))
            .s(Step::ServerHello, json!({"version": "TLS 1.0"})),
        lacks("near: a client of TLS 1.1, which lacks a suite first", Incompatible::Suite)
            .hello(json!({"version": "TLS 1.1", "supported_versions": null}))
            .alert(Side::Server, "handshake_failure"),
        lacks("near: a client of TLS 1.3 alone", Incompatible::Version)
            .hello(json!({"supported_versions": ["GREASE 0x1a1a", "TLS 1.3"]}))
            .given(|given| given.variant = Some(Variant::Tls12)),
        lacks("the same at the port for static RSA", Incompatible::Version)
            .hello(json!({"supported_versions": ["TLS 1.3"]}))
            .given(|given| {
                given.variant = Some(Variant::Rsa);
                given.beside = true;
            }),
        client(
            "near: the server chose the one that was not asked for",
            End::Incompatible(Incompatible::Version),
        )
        .s(Step::ServerHello, json!({"version": "TLS 1.2"}))
        .given(|given| given.variant = Some(Variant::Tls13)),
        lacks("suites for RSA alone at an ECDSA key", Incompatible::Suite)
            .hello(json!({"version": "TLS 1.2", "cipher_suites": ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]}))
            .local(Step::ChooseCertificate, ecdsa.clone()),
        lacks("near: CBC for RSA alone", Incompatible::Suite)
            .hello(json!({"version": "TLS 1.2", "cipher_suites": ["TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"]}))
            .local(Step::ChooseCertificate, ecdsa.clone()),
        lacks("near: static RSA alone", Incompatible::Suite)
            .hello(json!({"version": "TLS 1.2", "cipher_suites": ["TLS_RSA_WITH_AES_128_GCM_SHA256"]}))
            .local(Step::ChooseCertificate, ecdsa.clone()),
        lacks("the same, which the library calls a lack of groups", Incompatible::Group)
            .hello(json!({"version": "TLS 1.2", "cipher_suites": ["TLS_RSA_WITH_AES_128_GCM_SHA256"],
                "supported_groups": null})),
        lacks("near: `--suite` was given", Incompatible::Suite)
            .hello(json!({}))
            .given(|given| given.suite = true),
        lacks("a modern client at the port for static RSA", Incompatible::Suite).hello(json!({})).given(
            |given| {
                given.variant = Some(Variant::Rsa);
                given.beside = true;
            },
        ),
        lacks("near: `--variant rsa` was given", Incompatible::Suite)
            .hello(json!({}))
            .given(|given| given.variant = Some(Variant::Rsa)),
        lacks("no group in common", Incompatible::Group).hello(json!({"supported_groups": ["ffdhe2048"]})),
        lacks("near: `--group` was given", Incompatible::Group)
            .hello(json!({}))
            .given(|given| given.group = true),
        lacks("no signature scheme in common", Incompatible::Signature)
            .hello(json!({"signature_algorithms": ["ecdsa_secp384r1_sha384"]}))
            .local(Step::ChooseCertificate, ecdsa),
        client("signed by SHA-1", End::Misbehaved(Misbehaved::Scheme))
            .server_hello()
            .s(Step::ServerKeyExchange, json!({"signature_scheme": "rsa_pkcs1_sha1"})),
        server("no application protocol in common, by us", End::NoApplicationProtocol)
            .hello(json!({"alpn": ["h3", "h2"]})),
        lacks("what the library insists on is missing", Incompatible::Other).hello(json!({})),
    ]
}

fn certificates() -> Vec<Case> {
    let checked = |name, fault, other: serde_json::Value| {
        client(name, End::Certificate(fault))
            .server_hello()
            .certificate(other.clone())
            .local(Step::VerifyCertificate, certificate("CN=our server", other))
            .alert(Side::Client, "bad_certificate")
    };
    let signed = |name, end, key: &str| {
        client(name, end)
            .server_hello()
            .certificate(json!({ "public_key": key }))
            .local(
                Step::VerifyCertificate,
                certificate("CN=our server", json!({"public_key": key, "result": "valid"})),
            )
            .local(
                Step::VerifySignature,
                json!({"result": "no", "signature_scheme": "rsa_pss_rsae_sha256", "over": "both randoms"}),
            )
    };
    vec![
        server("a client shows no certificate", End::NoCertificate).hello(json!({})).server_hello(),
        checked(
            "signed by a CA with a short key",
            Certificate::Signature,
            json!({"issuer_public_key": "RSA 1024 bit"}),
        ),
        checked(
            "near: its key is long enough",
            Certificate::Signature,
            json!({"issuer_public_key": "RSA 2048 bit"}),
        ),
        signed("a server with a short key", End::Certificate(Certificate::Signature), "RSA 1024 bit"),
        signed("near: its key is long enough, and the signature wrong", End::DoesNotOpen, "RSA 2048 bit"),
        checked(
            "a certificate that signed itself",
            Certificate::UnknownIssuer,
            json!({"issuer": "CN=our server"}),
        ),
        checked("near: nobody trusted signed it", Certificate::UnknownIssuer, json!({})),
        checked("the same over wss", Certificate::UnknownIssuer, json!({}))
            .given(|given| given.program = Program::WsClient),
        checked(
            "for another name",
            Certificate::Name,
            json!({"names": ["a.test", "b.test", "c.test", "d.test", "e.test", "f.test"]}),
        ),
        checked("near: for no name", Certificate::Name, json!({"names": []})),
        checked("expired", Certificate::Expired, json!({"not_after": "2026-02-01T00:00:00Z"})),
        checked(
            "near: not valid yet",
            Certificate::NotYetValid,
            json!({"not_before": "2027-02-01T00:00:00Z"}),
        ),
        checked(
            "signed by SHA-1",
            Certificate::SignatureAlgorithm,
            json!({"signature_algorithm": "RSA-SHA1"}),
        ),
        checked("meant for something else", Certificate::Purpose, json!({})),
        checked("a CA's own", Certificate::CaAsEndEntity, json!({})),
        checked("of X.509 version 1", Certificate::Version, json!({})),
        checked("revoked", Certificate::Revoked, json!({})),
        checked("another fault", Certificate::Other, json!({})),
    ]
}

fn peers() -> Vec<Case> {
    let looks = |words: &str| json!({"looks_like": words, "expected": "a TLS record with a ServerHello"});
    let at = |name, words: &str| {
        client(name, End::Unreadable(Unreadable::NoRecord)).s(Step::Undecodable, looks(words))
    };
    let from = |name, words: &str| {
        server(name, End::Unreadable(Unreadable::NoRecord)).c(Step::Undecodable, looks(words))
    };
    let broke = |name, how| client(name, End::Misbehaved(how)).server_hello();
    vec![
        from("a hello of SSL 2.0", "SSL 2.0 hello"),
        from("near: HTTP at the TLS port", "HTTP request"),
        from("SSH at the TLS port", "SSH identification"),
        from("something else at the TLS port", "unknown"),
        at("HTTP in answer", "HTTP response"),
        at("SSH in answer", "SSH identification"),
        at("a greeting in answer", "SMTP or FTP greeting"),
        client("the same with its first line", End::Unreadable(Unreadable::NoRecord))
            .s(Step::Undecodable, json!({"looks_like": "SSH identification", "text": "SSH-2.0-OpenSSH_9.2"})),
        at("near: IMAP's greeting", "IMAP greeting"),
        at("near: any other text", "text"),
        at("near: a record that is too long", "TLS record"),
        client("near: a ServerHello that does not read", End::Unreadable(Unreadable::Malformed))
            .s(Step::Undecodable, json!({"looks_like": "unknown", "expected": "a well-formed server_hello"})),
        client("a message that is too long", End::Unreadable(Unreadable::TooLong)).server_hello(),
        client("near: an empty record", End::Unreadable(Unreadable::Empty)).server_hello(),
        client("near: a malformed message", End::Unreadable(Unreadable::Malformed)).server_hello(),
        client(
            "a message at the wrong place",
            End::OutOfPlace { expected: vec!["encrypted_extensions"], got: "server_hello" },
        )
        .server_hello()
        .alert(Side::Client, "unexpected_message"),
        broke("somebody lowered the version", Misbehaved::Downgrade),
        client("the first encrypted record does not open", End::DoesNotOpen)
            .server_hello()
            .s(Step::DoesNotOpen, json!({})),
        client("near: a later one", End::DoesNotOpen)
            .server_hello()
            .complete(None)
            .s(Step::DoesNotOpen, json!({})),
        client("the digest is another one", End::WrongDigest).server_hello(),
        broke("an application protocol that was not on offer", Misbehaved::ApplicationProtocol)
            .s(Step::EncryptedExtensions, json!({"alpn": "h2"})),
        broke("a suite that was not on offer", Misbehaved::NotOffered)
            .hello_again(json!({"cipher_suites": ["TLS_AES_128_GCM_SHA256"]})),
        server("two names where one may stand", End::Misbehaved(Misbehaved::ServerName)).hello(json!({})),
        broke("renegotiates again and again", Misbehaved::Renegotiates),
        broke("a wrong HelloRetryRequest", Misbehaved::Retry),
        broke("an extension twice", Misbehaved::Extension),
        broke("a wrong resumption", Misbehaved::Resumption),
        broke("too many warnings", Misbehaved::TooMany),
        broke("keys change within a record", Misbehaved::Interleaved),
        broke("another rule", Misbehaved::Other),
    ]
}

fn after_the_handshake() -> Vec<Case> {
    let done = |name, end| {
        client(name, end)
            .server_hello()
            .complete(Some("http/1.1"))
            .c(Step::ApplicationData, json!({"plaintext": "GET / HTTP/1.1"}))
    };
    let said = |name, end, line: &str| done(name, end).s(Step::ApplicationData, json!({ "plaintext": line }));
    let served = |name, end| server(name, end).hello(json!({})).server_hello().complete(None);
    vec![
        done("the server renegotiates and we do not", alerted("handshake_failure"))
            .s(Step::OtherMessage, json!({"name": "hello_request"}))
            .alert(Side::Client, "no_renegotiation")
            .alert(Side::Server, "handshake_failure"),
        done("near: it then closes", End::Cut).s(Step::OtherMessage, json!({"name": "hello_request"})),
        done("near: it then says nothing", PATIENCE).s(Step::OtherMessage, json!({"name": "hello_request"})),
        done("near: it says nothing and has not asked", PATIENCE),
        served("a client renegotiates and we do not", alerted("handshake_failure"))
            .hello(json!({}))
            .alert(Side::Client, "handshake_failure"),
        client("h2 was agreed as asked", End::NoHttp)
            .server_hello()
            .complete(Some("h2"))
            .c(Step::ApplicationData, json!({"plaintext": "GET / HTTP/1.1"}))
            .s(Step::ApplicationData, json!({"plaintext_hex": "000012040000"})),
        said("near: HTTP/1.1 was agreed, and the answer is cut", End::Cut, "HTTP/1.1 200 OK"),
        said("near: the answer stops", PATIENCE, "HTTP/1.1 200 OK"),
        said("near: close_notify comes in the middle", End::Unfinished, "HTTP/1.1 200 OK"),
        said("near: it is not HTTP", PATIENCE, "* OK IMAP4rev1 ready"),
        said("the same of SMTP", PATIENCE, "220 mail.test ESMTP"),
        said("the same of nobody we know", End::NoHttp, "hello?"),
        done("the same in binary", End::NoHttp).s(Step::ApplicationData, json!({"plaintext_hex": "3000"})),
        done("close_notify and no answer", End::NoHttp).alert(Side::Server, "close_notify"),
        done("near: no close_notify either", End::Cut),
        client("near: a certificate had been asked for", End::Cut)
            .server_hello()
            .s(Step::CertificateRequest, json!({}))
            .c(Step::ClientCertificate, json!({"certificates": 0}))
            .complete(None)
            .c(Step::ApplicationData, json!({})),
        served("a client closes in the middle of its request", End::Unfinished)
            .c(Step::ApplicationData, json!({"plaintext": "GET"})),
        served("near: its head is too long", End::HeadTooLong(16)),
        served("near: it sends none", PATIENCE),
        served("near: it does not end it", PATIENCE).c(Step::ApplicationData, json!({"plaintext": "GET"})),
        said("a server's silence in the middle of nothing", PATIENCE, "HTTP/1.1 200 OK"),
    ]
}

impl Case {
    /// The ClientHello with other fields.
    fn hello_again(mut self, other: serde_json::Value) -> Case {
        let first = self.events.iter().position(|event| event.step == Step::ClientHello.into());
        let after = self.events.split_off(first.map_or(0, |first| first + 1));
        self.events.pop();
        let mut again = self.hello(other);
        again.events.extend(after);
        again
    }
}
