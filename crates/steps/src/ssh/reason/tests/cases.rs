//! The facts. A case whose name begins with `near` differs in one fact from the one before it.

use serde_json::json;

use super::*;

pub(super) fn all() -> Vec<Case> {
    let parts = [host_keys(), before_the_keys(), key_exchanges(), logins(), sessions(), served()];
    parts.into_iter().flatten().collect()
}

fn host_keys() -> Vec<Case> {
    let refused = |name| client(name, Ended::HostKeyRefused);
    vec![
        refused("known_hosts cannot be read").host_key("unreadable", json!({})),
        refused("the key is revoked").host_key("revoked", json!({})),
        refused("the certificate's CA is revoked").host_key(
            "revoked",
            json!({"certificate_refused": "authority_revoked", "certificate_authority_fingerprint": "SHA256:ca"}),
        ),
        refused("the key is another one").host_key("changed", json!({})),
        refused("near: and of another kind").host_key("changed", json!({"recorded_key_type": "ssh-rsa"})),
        refused("the host is unknown").host_key("unknown", json!({})),
        refused("near: a CA is on record").host_key("unknown", json!({"cert_authority_line": 1})),
        refused("near: its certificate is for another host").host_key(
            "unknown",
            json!({"cert_authority_line": 1, "certificate_refused": "principals", "certificate_principals": ["a.example", "b.example"]}),
        ),
        refused("a certificate of another CA").host_key(
            "unknown",
            json!({"certificate_refused": "authority", "certificate_authority_fingerprint": "SHA256:ca"}),
        ),
        refused("a certificate whose signature is wrong").host_key(
            "unknown",
            json!({"certificate_refused": "signature", "certificate_authority_fingerprint": "SHA256:ca"}),
        ),
        refused("a certificate that was signed with SHA-1").host_key(
            "unknown",
            json!({"certificate_refused": "sha1", "certificate_authority_fingerprint": "SHA256:ca"}),
        ),
        refused("a user's certificate")
            .host_key("unknown", json!({"certificate_refused": "role", "certificate_role": "user"})),
        refused("a certificate of the future").host_key(
            "unknown",
            json!({"certificate_refused": "not_yet_valid", "certificate_valid_after": "2030-01-01T00:00:00Z"}),
        ),
        refused("a certificate of the past").host_key(
            "unknown",
            json!({"certificate_refused": "expired", "certificate_valid_before": "2020-01-01T00:00:00Z"}),
        ),
        refused("a certificate with critical options")
            .host_key("unknown", json!({"certificate_refused": "critical_options"})),
        refused("nobody can be asked").host_key("unknown", json!({"decided_by": "nobody"})),
        refused("the user says no").host_key("unknown", json!({"decided_by": "user"})),
    ]
}

fn before_the_keys() -> Vec<Case> {
    let fin = || Ended::Gone(Some(Ending::Fin));
    let lost = |looks: &str, line: &str| json!({"looks_like": looks, "expected": "a line that begins with SSH- (RFC 4253 §4.2)", "first_line": line});
    let silent = Ended::Silent(10_000);
    vec![
        client("MaxStartups", fin()).lines(&["Exceeded MaxStartups"]),
        client("near: a penalty", fin()).lines(&["Not allowed at this time"]),
        client("near: other words", fin()).lines(&["421 Service not available"]),
        client("near: the words went before an identification", fin()).lines(&["Welcome"]).identified(),
        client("line after line", silent.clone()).lines(&["3~x", "jk#"]),
        client("near: not a byte", silent.clone()),
        client("closed without a byte", fin()),
        client("reset without a byte", Ended::Gone(Some(Ending::Reset))),
        client("near: after the identification", fin()).identified(),
        client("near: after the KEXINIT", fin()).kexinits(),
        client("near: after the client's value", fin()).kexinits().c(Step::KeyExchangeInit, json!({})),
        client("near: silent there", silent).kexinits(),
        client("a web server", fin()).s(Step::Undecodable, lost("HTTP response", "HTTP/1.1 400 Bad Request")),
        client("near: SSH-1", fin()).s(Step::Undecodable, lost("SSH identification", "SSH-1.5-old")),
        client("near: after the identification", fin()).identified().s(Step::Undecodable, after()),
        client("DISCONNECT in the clear", fin()).identified().disconnect(
            1,
            "SSH_DISCONNECT_HOST_NOT_ALLOWED_TO_CONNECT",
            "go away",
        ),
        client("too many keys", fin())
            .lists(&["publickey"])
            .tried("publickey", false, &["publickey"])
            .tried("publickey", false, &["publickey"])
            .disconnect(2, "SSH_DISCONNECT_PROTOCOL_ERROR", "Too many authentication failures")
            .given(|given| (given.agent, given.keys) = (true, 7)),
        client("one key is too many", fin())
            .lists(&["publickey"])
            .c(Step::PublickeyQuery, json!({"public_key_fingerprint": "SHA256:abc"}))
            .disconnect(2, "SSH_DISCONNECT_PROTOCOL_ERROR", "Too many authentication failures"),
        client("near: another protocol error", fin()).lists(&["publickey"]).disconnect(
            2,
            "SSH_DISCONNECT_PROTOCOL_ERROR",
            "bad packet",
        ),
    ]
}

fn key_exchanges() -> Vec<Case> {
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let kex = |theirs: &[&str]| Ended::NoCommon {
        kind: Algorithms::KeyExchange,
        ours: names(&["curve25519-sha256", "ext-info-c"]),
        theirs: names(theirs),
    };
    let cipher = Ended::NoCommon {
        kind: Algorithms::Encryption,
        ours: names(&["aes128-ctr"]),
        theirs: names(&["3des-cbc"]),
    };
    let group = |bits: u64| {
        let case = client("a group of 1536 bits", Ended::KeyExchange).kexinits();
        case.s(Step::Group, json!({ "prime_bits": bits }))
    };
    vec![
        client("only an old method", kex(&["diffie-hellman-group1-sha1"])).kexinits(),
        client("only old ciphers", cipher).kexinits(),
        client("another method", kex(&["sntrup761x25519-sha512@openssh.com"])).kexinits(),
        client("--kex is the reason", kex(&["diffie-hellman-group14-sha256"]))
            .kexinits()
            .given(|given| given.kex = Some("curve25519-sha256".into())),
        group(1536),
        Case { name: "near: a large group, another fault", ..group(2048) },
        client("strict", Ended::StrictKeyExchange { message: 2, packet: 1 }).kexinits(),
        client("a wrong signature", Ended::HostSignature).kexinits(),
        client(
            "near: a signature by SHA-1",
            Ended::HostSignatureBy { agreed: "rsa-sha2-512".into(), signed: "ssh-rsa".into() },
        )
        .kexinits(),
        client(
            "a signature by another algorithm",
            Ended::HostSignatureBy { agreed: "rsa-sha2-512".into(), signed: "rsa-sha2-256".into() },
        )
        .kexinits(),
        client("a wrong tag", Ended::Tag).keyed(),
        client("near: a message out of place", Ended::OutOfPlace).keyed(),
    ]
}

fn logins() -> Vec<Case> {
    let fin = || Ended::Gone(Some(Ending::Fin));
    let refused = |name| client(name, Ended::LoginRefused);
    let new_password =
        json!({"message_number": 60, "method_name": "password", "text": "Your password has expired"});
    let no_terminal = NotSigned::NobodyToAsk { file: "id".into() };
    vec![
        refused("a key is refused").lists(&["publickey"]).tried("publickey", false, &["publickey"]),
        refused("near: it is taken, and a password wanted").lists(&["publickey"]).tried(
            "publickey",
            true,
            &["password"],
        ),
        refused("a certificate is refused, and the key in it")
            .lists(&["publickey"])
            .tried("certificate", false, &["publickey"])
            .tried("publickey", false, &["publickey"]),
        refused("three keys are refused")
            .lists(&["publickey"])
            .tried("publickey", false, &["publickey"])
            .tried("publickey", false, &["publickey"])
            .tried("publickey", false, &["publickey"]),
        refused("a key is refused, and passwords are not taken")
            .lists(&["publickey"])
            .tried("publickey", false, &["publickey"])
            .given(|given| given.passwords = Some(1)),
        refused("a password is taken, and the key refused")
            .lists(&["password"])
            .tried("password", true, &["publickey"])
            .tried("publickey", false, &["publickey"]),
        refused("a password is taken, and `--methods` leaves the key out")
            .lists(&["password"])
            .tried("password", true, &["publickey"])
            .given(|given| (given.methods, given.methods_named) = (vec!["password"], true)),
        refused("three passwords are refused")
            .lists(&["publickey", "password"])
            .tried("publickey", false, &["publickey", "password"])
            .tried("password", false, &["publickey", "password"])
            .tried("password", false, &["publickey", "password"])
            .tried("password", false, &["publickey", "password"]),
        refused("a password is refused, and then nothing is asked")
            .lists(&["password", "keyboard-interactive"])
            .tried("password", false, &["password", "keyboard-interactive"])
            .tried("unasked", false, &["password", "keyboard-interactive"]),
        refused("near: nothing is asked").lists(&["keyboard-interactive"]).tried(
            "unasked",
            false,
            &["keyboard-interactive"],
        ),
        refused("a password is taken, and then nothing is asked")
            .lists(&["password"])
            .tried("password", true, &["keyboard-interactive"])
            .tried("unasked", false, &["keyboard-interactive"]),
        refused("password login is off")
            .lists(&["publickey"])
            .given(|given| (given.methods, given.methods_named) = (vec!["password"], true)),
        refused("near: nothing is common").lists(&["hostbased"]),
        refused("near: the key's file is open to others")
            .lists(&["publickey"])
            .given(|given| (given.keys, given.key_open_to_others) = (0, Some(("id".into(), 0o644)))),
        refused("a changed host wants a password")
            .host_key("changed", json!({"accepted": true}))
            .lists(&["publickey", "password"])
            .tried("publickey", false, &["publickey", "password"]),
        refused("near: the same of a known host")
            .host_key("known", json!({"accepted": true}))
            .lists(&["publickey", "password"])
            .tried("publickey", false, &["publickey", "password"]),
        client("answers used up", Ended::AnswersUsedUp)
            .lists(&["keyboard-interactive"])
            .s(Step::InteractiveQuestion, json!({"prompts": ["One: ", "Two: "]}))
            .given(|given| given.passwords = Some(1)),
        client("near: no terminal", Ended::NobodyToAsk).lists(&["publickey", "password"]).tried(
            "publickey",
            false,
            &["publickey", "password"],
        ),
        client("a new password is wanted", Ended::NewPasswordWanted)
            .lists(&["password"])
            .c(Step::AuthPassword, json!({}))
            .s(Step::OtherMessage, new_password),
        client("the key's passphrase", Ended::NotSigned(no_terminal)).lists(&["publickey"]),
        client(
            "near: three wrong ones",
            Ended::NotSigned(NotSigned::WrongPassphrase { file: "id".into(), tries: 3 }),
        )
        .lists(&["publickey"]),
        client("near: the agent does not sign", Ended::NotSigned(NotSigned::Agent)).lists(&["publickey"]),
        client("the library does not sign", Ended::NotSigned(NotSigned::Library)).lists(&["publickey"]),
        client("SHA-1 only", Ended::OnlySha1).lists(&["publickey"]),
        client("endless questions", Ended::EndlessQuestions)
            .lists(&["keyboard-interactive"])
            .s(Step::InteractiveQuestion, json!({"prompts": ["Again: "]})),
        client("closed before the login was answered", fin()).keyed(),
        client("near: closed after it", fin()).lists(&["publickey"]),
        client("near: silent there", Ended::Silent(10_000)).lists(&["publickey"]),
    ]
}

fn sessions() -> Vec<Case> {
    let refusal = json!({"message_number": 92, "reason_code": 2, "description": "open failed"});
    let words = json!({"stream": "stderr", "text": "Could not chdir"});
    let fin = || Ended::Gone(Some(Ending::Fin));
    vec![
        client("no channel", Ended::ChannelRefused).logged_in().s(Step::OtherMessage, refusal),
        client("near: no command", Ended::CommandRefused)
            .logged_in()
            .c(Step::Exec, json!({"command": "whoami"})),
        client("near: no exit status", Ended::NoExitStatus).logged_in().s(Step::ChannelData, words.clone()),
        client("near: the command takes too long", Ended::CommandTooLong(1500))
            .logged_in()
            .c(Step::Exec, json!({"command": "sleep 20"})),
        client("near: closed in the session", fin()).logged_in().s(Step::ChannelData, words),
        client("near: silent in the session", Ended::Silent(10_000)).logged_in(),
        client("a message out of place while keys are exchanged anew", Ended::OutOfPlace)
            .logged_in()
            .s(Step::Kexinit, json!({"rekey": true}))
            .local(Step::Negotiated, json!({"rekey": true})),
        client("gave up", Ended::GaveUp).logged_in(),
    ]
}

fn served() -> Vec<Case> {
    let fin = || Ended::Gone(Some(Ending::Fin));
    let lost = |looks: &str, line: &str| json!({"looks_like": looks, "expected": "a line that begins with SSH- (RFC 4253 §4.2)", "first_line": line});
    let rejected = |method: Step| (method, json!({"user_name": "demo", "answer": "reject"}));
    let (query, key) = rejected(Step::PublickeyQuery);
    let (offer, password) = rejected(Step::AuthPassword);
    let none = Ended::NoCommon {
        kind: Algorithms::HostKey,
        ours: vec!["ssh-ed25519".into()],
        theirs: vec!["rsa-sha2-512".into()],
    };
    let old = Ended::NoCommon {
        kind: Algorithms::Mac,
        ours: vec!["hmac-sha2-256".into()],
        theirs: vec!["hmac-md5".into(), "hmac-sha1".into()],
    };
    let logging_in = |name, ended| server(name, ended).keyed().c(Step::AuthNone, json!({"answer": "reject"}));
    vec![
        server("stopped", Ended::Stopped).logged_in(),
        server("a port scan", fin()),
        server("near: the version is enough for it", fin()).identified(),
        server("near: the host key is enough for it", fin()).kexinits().s(Step::KeyExchangeReply, json!({})),
        server("near: it leaves before its login", Ended::Gone(Some(Ending::Reset))).keyed(),
        server("TLS", Ended::Identification).c(Step::Undecodable, lost("TLS record", "")),
        server("near: SSH-1", Ended::Identification)
            .c(Step::Undecodable, lost("SSH identification", "SSH-1.5-old")),
        server("near: after the identification", Ended::KeyExchange)
            .identified()
            .c(Step::Undecodable, after()),
        server("no common host key", none).kexinits(),
        server("an old client", old).kexinits(),
        server(
            "--kex is the reason",
            Ended::NoCommon {
                kind: Algorithms::KeyExchange,
                ours: vec!["diffie-hellman-group14-sha256".into()],
                theirs: vec!["curve25519-sha256".into()],
            },
        )
        .kexinits()
        .given(|given| given.kex = Some("diffie-hellman-group14-sha256".into())),
        server("small groups", Ended::KeyExchange).kexinits().c(Step::GroupRequest, json!({"max": 1024})),
        server("near: another fault", Ended::KeyExchange)
            .kexinits()
            .c(Step::GroupRequest, json!({"max": 8192})),
        server("strict", Ended::StrictKeyExchange { message: 2, packet: 1 }).kexinits(),
        server("a wrong tag", Ended::Tag).keyed(),
        server("silent", Ended::Silent(10_000)),
        server("silent by --idle-timeout", Ended::Silent(1500)).given(|given| given.idle = true),
        server("near: after the identification", Ended::Silent(10_000)).identified(),
        server("near: after the key exchange", Ended::Silent(120_000)).keyed(),
        server("near: after the login", Ended::Silent(60_000)).logged_in().given(|given| given.idle = true),
        logging_in("DISCONNECT before the login", fin()).disconnect(
            14,
            "SSH_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE",
            "No supported authentication methods available",
        ),
        logging_in("no key", fin()),
        logging_in("a key is refused", fin()).c(query, key),
        logging_in("near: as often as may be", fin()).given(|given| given.most_refusals = Some(6)),
        logging_in("near: a password, which is not taken here", fin()).c(offer, password.clone()),
        logging_in("near: a wrong password", fin())
            .c(offer, password)
            .given(|given| given.methods = vec!["publickey", "password"]),
        server("forwarding", fin())
            .logged_in()
            .c(Step::ChannelOpen, json!({"channel_type": "direct-tcpip", "answer": "failure"})),
        server("sftp", fin()).logged_in().c(
            Step::ChannelRequest,
            json!({"request_type": "subsystem", "detail": "sftp", "answer": "failure"}),
        ),
        server("near: nothing was refused", fin()).logged_in(),
    ]
}

/// What was lost after the identification.
fn after() -> serde_json::Value {
    json!({"looks_like": "binary data", "expected": "a KEXINIT with ten name-lists (RFC 4253 §7.1)"})
}
