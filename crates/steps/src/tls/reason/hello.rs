//! Both sides speak TLS and share too little of it. What the client offers stands in its ClientHello; what is lacking is
//! said of it, and an option is named only where it was given or leads on.

use super::{
    End, Facts, Incompatible, Misbehaved, Recognises, Step,
    alert::{suites, without_variant},
    facts::{Program, Variant, few},
    rule, say,
};
use crate::{
    Reason, Rule, Said, Side,
    common::VERSION,
    tls::field::{ALPN, CIPHER_SUITE, PUBLIC_KEY, SIGNATURE_ALGORITHMS, SIGNATURE_SCHEME, SUPPORTED_GROUPS},
};

pub(super) const RULES: &[(Rule, Recognises)] = &[
    rule(
        "tls.version_too_old",
        "the peer has TLS 1.1 or older at most",
        "对方最高只支持 TLS 1.1 或更旧的版本",
        too_old,
    ),
    rule(
        "tls.no_version_in_common",
        "no version in common, and the peer has TLS 1.2 or 1.3",
        "没有共同版本，而对方支持 TLS 1.2 或 1.3",
        no_version,
    ),
    rule(
        "tls.suite_wants_another_key",
        "no cipher suite in common: those of the client want another kind of certificate",
        "没有共同的密码套件：客户端的套件需要另一种证书",
        another_key,
    ),
    rule("tls.no_suite_in_common", "no other cipher suite in common", "其他没有共同密码套件的情况", no_suite),
    rule(
        "tls.no_group_in_common",
        "no group for the key exchange in common",
        "没有共同的密钥交换曲线",
        no_group,
    ),
    rule("tls.no_signature_in_common", "no signature scheme in common", "没有共同的签名算法", no_signature),
    rule(
        "tls.no_protocol_in_common",
        "this side finds no application protocol in common",
        "本端找不到共同的应用层协议",
        no_protocol,
    ),
    rule(
        "tls.library_insists",
        "the peer lacks an extension that the library insists on",
        "对方缺少库所坚持的扩展",
        insists,
    ),
];

const OLD: [&str; 4] = ["SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1"];

/// The version that the peer chose, or has at most.
fn theirs<'a>(facts: &Facts<'a>) -> Option<&'a str> {
    match facts.side {
        Side::Client => facts.theirs(Step::ServerHello)?.get(VERSION),
        Side::Server => facts.hello()?.get(VERSION),
    }
}

fn too_old(facts: &Facts<'_>) -> Option<Reason> {
    // An old client lacks much, but what it lacks first is a version.
    if !matches!(facts.end, End::Incompatible(_)) {
        return None;
    }
    let version = theirs(facts).filter(|version| OLD.contains(version))?;
    let reason = match facts.side {
        Side::Client => {
            let Said { en, zh } = few(&facts.offered_versions());
            Reason::new(say!(
                "the server chose {version}, which we did not offer (we offer {en}); RFC 8996 forbids it.",
                "服务端选了我们没有提供的 {version}（我们提供的是 {zh}）；RFC 8996 已禁用该版本。"
            ))
            .at(Step::ServerHello)
        }
        Side::Server => Reason::new(say!(
            "no TLS version in common with the client: it offers up to {version}, which RFC 8996 forbids.",
            "与客户端没有共同的 TLS 版本：它最高只提供 {version}，RFC 8996 已禁用该版本。"
        ))
        .at(Step::ClientHello),
    };
    let advice = Said::new("It needs TLS 1.2 or 1.3.", "它需要支持 TLS 1.2 或 1.3。");
    Some(reason.by(facts.peer()).advising(advice))
}

fn no_version(facts: &Facts<'_>) -> Option<Reason> {
    if facts.end != End::Incompatible(Incompatible::Version) {
        return None;
    }
    let peer = facts.them();
    let (Said { en, zh }, chosen) = (few(&facts.offered_versions()), theirs(facts));
    let reason = match (facts.side, chosen) {
        (Side::Client, Some(chosen)) => Reason::new(say!(
            "no TLS version in common with the server: it chose {chosen}, and we offer {en}.",
            "与服务端没有共同的 TLS 版本：它选了 {chosen}，我们提供的是 {zh}。"
        )),
        (Side::Client, None) | (Side::Server, _) => Reason::new(Said::new(
            format!("no TLS version in common with the {}: the client offers {en}.", peer.en),
            format!("与{}没有共同的 TLS 版本：客户端提供的是 {zh}。", peer.zh),
        )),
    };
    let reason = reason.by(facts.peer()).at(match facts.side {
        Side::Client => Step::ServerHello,
        Side::Server => Step::ClientHello,
    });
    Some(match facts.given.variant {
        Some(_) if facts.given.beside => reason.advising(other_port()),
        Some(variant) => reason.advising(without_variant(facts, variant)),
        None => reason,
    })
}

/// What stands beside the port for static RSA.
fn other_port() -> Said {
    Said::new(
        "This port is for static RSA in TLS 1.2; the server's other port has TLS 1.3 and 1.2 (7443 by default).",
        "这个端口只用于 TLS 1.2 的静态 RSA；服务端的另一个端口提供 TLS 1.3 和 1.2（默认 7443）。",
    )
}

/// Whether the suite needs a certificate with a key of that kind; TLS 1.3's need none.
fn wants(suite: &str, kind: &str) -> bool {
    suite.contains(&format!("_{kind}_WITH"))
}

fn another_key(facts: &Facts<'_>) -> Option<Reason> {
    if facts.end != End::Incompatible(Incompatible::Suite) || facts.side != Side::Server {
        return None;
    }
    let offered = suites(facts);
    let ephemeral: Vec<_> = offered.iter().copied().filter(|suite| suite.starts_with("TLS_ECDHE_")).collect();
    let aead = |suite: &&str| suite.contains("_GCM_") || suite.contains("CHACHA20");
    if !ephemeral.iter().any(aead) {
        return None;
    }
    let key = facts.past.first(Step::ChooseCertificate)?.get(PUBLIC_KEY)?;
    let (ours, other) = if key.starts_with("RSA") { ("RSA", "ECDSA") } else { ("ECDSA", "RSA") };
    let all_other = ephemeral.iter().all(|suite| wants(suite, other));
    all_other.then(|| {
        let reason = Reason::new(say!(
            "no cipher suite in common with the client: its suites want an {other} certificate, and ours has an {ours} \
             key ({key}).",
            "与客户端没有共同的密码套件：它的套件需要 {other} 证书，而我们的密钥是 {ours}（{key}）。"
        ));
        let advice = match ours {
            "ECDSA" => Said::new(
                "A certificate with an RSA key would do (`--cert`, `--key`; the demo set has server-rsa.pem).",
                "换一张 RSA 密钥的证书即可（`--cert`、`--key`；演示证书里有 server-rsa.pem）。",
            ),
            _ => Said::new(
                "A certificate with an elliptic curve key would do (`--cert`, `--key`).",
                "换一张椭圆曲线密钥的证书即可（`--cert`、`--key`）。",
            ),
        };
        reason.at(Step::ClientHello).advising(advice)
    })
}

fn no_suite(facts: &Facts<'_>) -> Option<Reason> {
    let offered = suites(facts);
    // Who has no suite with a key exchange by groups need not offer any: it is the suites that are lacking.
    let without_groups =
        !offered.iter().any(|suite| suite.starts_with("TLS_ECDHE_") || !suite.contains("_WITH_"));
    let End::Incompatible(lacks) = facts.end else { return None };
    let for_groups = lacks == Incompatible::Group && without_groups && !offered.is_empty();
    if lacks != Incompatible::Suite && !for_groups {
        return None;
    }
    let peer = facts.them();
    let Said { en, zh } = few(&offered);
    let narrowing = facts.given.narrowing().join(", ");
    // What they are, where all are of one kind.
    let all =
        |is: fn(&&&str) -> bool| !offered.is_empty() && offered.iter().filter(is).count() == offered.len();
    let kind = if all(|suite| suite.starts_with("TLS_RSA_")) {
        say!(" All of them are static RSA.", "全部是静态 RSA。")
    } else if all(|suite| suite.starts_with("TLS_DHE_")) {
        say!(" All of them are finite-field Diffie-Hellman (DHE).", "全部是有限域 Diffie-Hellman（DHE）。")
    } else if all(|suite| suite.contains("_CBC_")) {
        say!(" All of them are CBC.", "全部是 CBC 模式。")
    } else {
        Said::new("", "")
    };
    let only_static = all(|suite| suite.starts_with("TLS_RSA_"));
    let (kind_en, kind_zh) = (kind.en, kind.zh);
    let beside = facts.given.beside || facts.given.variant == Some(Variant::Rsa);
    let reason = match (facts.side, beside) {
        (Side::Server, true) => Reason::new(say!(
            "no cipher suite in common with the client: this port has only TLS_RSA_WITH_AES_128_GCM_SHA256 (static RSA), \
             and the client offers {en}.",
            "与客户端没有共同的密码套件：这个端口只有 TLS_RSA_WITH_AES_128_GCM_SHA256（静态 RSA），而客户端提供的是 {zh}。"
        )),
        (Side::Server | Side::Client, _) => Reason::new(Said::new(
            format!("no cipher suite in common with the {}: the client offers {en}.{kind_en}", peer.en),
            format!("与{}没有共同的密码套件：客户端提供的是 {zh}。{kind_zh}", peer.zh),
        )),
    };
    let reason = reason.at(Step::ClientHello);
    let wider = narrowing.as_str();
    Some(match (facts.side, facts.given.program) {
        (Side::Server, Program::Server) if facts.given.beside => reason.advising(other_port()),
        (Side::Server, Program::Server) if beside => reason.advising(Said::new(
            "Leave out `--variant`, or have the client offer that suite (`client tls --variant rsa`).",
            "去掉 `--variant`，或让客户端提供该套件（`client tls --variant rsa`）。",
        )),
        _ if !wider.is_empty() => reason.advising(say!("Leave out {wider}.", "可去掉 {wider} 再试。")),
        (Side::Server, Program::Server) if only_static => reason.advising(Said::new(
            "The server's port for static RSA takes such a client (7444 by default).",
            "服务端的静态 RSA 端口可以接待这样的客户端（默认 7444）。",
        )),
        _ => reason,
    })
}

fn no_group(facts: &Facts<'_>) -> Option<Reason> {
    if facts.end != End::Incompatible(Incompatible::Group) {
        return None;
    }
    let peer = facts.them();
    let Said { en, zh } = few(&facts.offered(SUPPORTED_GROUPS));
    let reason = Reason::new(Said::new(
        format!("no group for the key exchange in common with the {}: the client offers {en}.", peer.en),
        format!("与{}没有共同的密钥交换曲线：客户端提供的是 {zh}。", peer.zh),
    ));
    let reason = reason.at(Step::ClientHello);
    Some(match facts.given.group {
        true => reason.advising(Said::new("Leave out `--group`.", "可去掉 `--group` 再试。")),
        false => reason,
    })
}

fn no_signature(facts: &Facts<'_>) -> Option<Reason> {
    if facts.end == End::Misbehaved(Misbehaved::Scheme) {
        return Some(scheme(facts));
    }
    if facts.end != End::Incompatible(Incompatible::Signature) {
        return None;
    }
    let key = match facts.side {
        Side::Server => facts.past.first(Step::ChooseCertificate),
        Side::Client => facts.past.first(Step::ChooseClientCertificate),
    };
    let key = key.and_then(|key| key.get(PUBLIC_KEY)).unwrap_or("?");
    let taken = match facts.side {
        Side::Server => facts.offered(SIGNATURE_ALGORITHMS),
        Side::Client => {
            let request = facts.past.first_from(Side::Server, Step::CertificateRequest);
            request.and_then(|request| request.get(SIGNATURE_ALGORITHMS)).unwrap_or_default()
        }
    };
    let (peer, Said { en, zh }) = (facts.them(), few(&taken));
    let reason = Reason::new(Said::new(
        format!(
            "the {} takes no signature that our certificate's key ({key}) can make: it takes {en}.",
            peer.en
        ),
        format!("{}不接受我们的证书密钥（{key}）能做的任何签名：它接受的是 {zh}。", peer.zh),
    ));
    let advice = Said::new(
        "A certificate with another kind of key would do (`--cert`, `--key`).",
        "换一张其他密钥种类的证书即可（`--cert`、`--key`）。",
    );
    Some(match facts.given.program {
        Program::Server => reason.at(Step::ClientHello).advising(advice),
        Program::Client | Program::WsClient | Program::WsServer => reason.at(Step::ClientHello),
    })
}

/// It signed by a scheme that was not on offer: mostly SHA-1.
fn scheme(facts: &Facts<'_>) -> Reason {
    let peer = facts.them();
    let signed =
        [Step::ServerKeyExchange, Step::CertificateVerify].into_iter().find_map(|step| facts.theirs(step));
    let scheme = signed.and_then(|signed| signed.get(SIGNATURE_SCHEME)).unwrap_or("?");
    Reason::new(Said::new(
        format!(
            "the {} signed the handshake by {scheme}, which is not among the schemes that we offered (RFC 5246 \
             §7.4.3, RFC 8446 §4.4.3).",
            peer.en
        ),
        format!("{}用 {scheme} 为握手签名，而我们没有提供这种算法（RFC 5246 §7.4.3、RFC 8446 §4.4.3）。", peer.zh),
    ))
    .by(facts.peer())
    .at(signed.map_or(crate::Step::Tls(Step::CertificateVerify), |signed| signed.step))
}

fn no_protocol(facts: &Facts<'_>) -> Option<Reason> {
    if facts.end != End::NoApplicationProtocol {
        return None;
    }
    let Said { en, zh } = few(&facts.offered(ALPN));
    let reason = Reason::new(say!(
        "client and server have no application protocol (ALPN) in common; the client offers {en}.",
        "双方没有共同的应用层协议（ALPN）；客户端提供的是 {zh}。"
    ));
    let reason = reason.at(Step::ClientHello);
    Some(match facts.given.program {
        Program::Server | Program::Client => {
            reason.advising(Said::new("`--alpn NAME` names others.", "可用 `--alpn NAME` 指定其他协议。"))
        }
        Program::WsClient | Program::WsServer => reason,
    })
}

fn insists(facts: &Facts<'_>) -> Option<Reason> {
    if facts.end != End::Incompatible(Incompatible::Other) {
        return None;
    }
    let peer = facts.them();
    let suite = facts.past.first(Step::ServerHello).and_then(|hello| hello.get(CIPHER_SUITE));
    let (en, zh) = suite
        .map_or_else(Default::default, |suite| (format!(" (suite {suite})"), format!("（套件 {suite}）")));
    Some(
        Reason::new(Said::new(
            format!(
                "the {} lacks something that our library insists on{en}: signature_algorithms, supported_groups, \
                 key_share, uncompressed points or null compression (RFC 8446 §9.2, RFC 8422 §5.1).",
                peer.en
            ),
            format!(
                "{}缺少我们的库所坚持的内容{zh}：signature_algorithms、supported_groups、key_share、未压缩点或空压缩\
                 （RFC 8446 §9.2、RFC 8422 §5.1）。",
                peer.zh
            ),
        ))
        .by(facts.peer()),
    )
}
