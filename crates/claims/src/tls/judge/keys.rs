//! t6 to t9: the key of the certificate, the secret, and the keys that come of it.

use steps::{Event, Past, Side, common, tls::Step};

use super::{ephemeral, field};
use crate::{Claim, Finding};

/// t6: the key from the certificate verifies and encrypts nothing. A signature that does not fit shows t12 as well: it
/// covers a part of the handshake, and was made over another.
pub(super) fn verify_signature(event: &Event) -> Option<Vec<Finding>> {
    let key = event.get(field::PUBLIC_KEY)?;
    let (scheme, over) = (event.get(field::SIGNATURE_SCHEME)?, event.get(field::OVER)?);
    if event.get(common::RESULT)? == "valid" {
        return Some(vec![Finding::differs(
            Claim::T6,
            format!(
                "the certificate's {key} key checked a signature ({scheme}) over {over}; it encrypted nothing"
            ),
            format!("证书中的 {key} 公钥用来验证签名（{scheme}，签的是 {over}），没有加密任何东西"),
        )]);
    }
    let used = Finding::differs(
        Claim::T6,
        format!("the certificate's {key} key checked a signature ({scheme}) over {over}, which does not fit"),
        format!("证书中的 {key} 公钥用来验证签名（{scheme}，签的是 {over}），签名对不上"),
    );
    let noticed = Finding::as_noted_because(
        Claim::T12,
        format!(
            "noticed before any Finished: the server's signature over {over} does not fit what the client saw"
        ),
        format!("还没到 Finished 就已发现：服务端对 {over} 的签名与客户端看到的内容对不上"),
    );
    Some(vec![used, noticed])
}

/// t7: each side computes the secret, so that nobody needs to send it.
pub(super) fn shared_secret(event: &Event) -> Option<Finding> {
    let (group, fingerprint) = (event.get(field::GROUP)?, event.get(common::FINGERPRINT)?);
    if let Some((curve, size)) = group.split_once("MLKEM") {
        return Some(encapsulated(curve, size, fingerprint));
    }
    Some(Finding::differs(
        Claim::T7,
        format!("computed from ephemeral {group} keys (fingerprint {fingerprint}), not sent"),
        format!("由 {group} 临时密钥算出（指纹 {fingerprint}），没有发送"),
    ))
}

/// t7 with ML-KEM (FIPS 203): the server's part of the secret is sent, under a key that the client made for it.
fn encapsulated(curve: &str, size: &str, fingerprint: &str) -> Finding {
    let (other_en, other_zh) = match curve {
        "" => (String::new(), String::new()),
        curve => (
            format!("; the other half is computed from ephemeral {curve} keys, not sent"),
            format!("；另一半由 {curve} 临时密钥算出，没有发送"),
        ),
    };
    Finding::differs(
        Claim::T7,
        format!(
            "the server chose a secret and sent it encapsulated under the client's ephemeral ML-KEM-{size} \
             key{other_en} (fingerprint {fingerprint})"
        ),
        format!(
            "服务端选定一个秘密，用客户端的临时 ML-KEM-{size} 公钥封装后发出{other_zh}（指纹 {fingerprint}）"
        ),
    )
}

/// t7 with static RSA: the client made it; the server's key opened it.
pub(super) fn pre_master_secret(event: &Event) -> Option<Finding> {
    let (length, fingerprint) = (event.get(common::LENGTH)?, event.get(common::FINGERPRINT)?);
    Some(match (event.get(common::OPENED_WITH), event.side) {
        // A capture's, too: whoever has the server's key.
        (Some(key), _) => Finding::as_noted_because(
            Claim::T7,
            format!("the server's {key} opened what crossed: {length} bytes (fingerprint {fingerprint})"),
            format!("服务端用私钥（{key}）解开线路上的密文：{length} 字节（指纹 {fingerprint}）"),
        ),
        (None, Side::Client) => Finding::as_noted_because(
            Claim::T7,
            format!("the client made {length} bytes (fingerprint {fingerprint}) and encrypted them"),
            format!("客户端生成 {length} 字节（指纹 {fingerprint}）并将其加密"),
        ),
        (None, Side::Server) => return None,
    })
}

/// t9: three randoms and the PRF, where the third crossed; or a secret that never did; or HKDF.
pub(super) fn session_keys(event: &Event, past: &Past) -> Option<Finding> {
    let derivation = event.get(field::DERIVATION)?;
    if derivation.starts_with("HKDF") {
        let stage = event.get(field::STAGE)?;
        return Some(Finding::differs(
            Claim::T9,
            format!(
                "{derivation}: the {stage} keys come from the shared secret and the hash of the handshake"
            ),
            format!("{derivation}：{stage} 阶段的密钥由共享密钥和握手摘要导出"),
        ));
    }
    let hello = past.first(Step::ServerHello);
    let early = event.get(field::BEFORE_SERVER_HELLO) == Some(true);
    let resumed = hello.and_then(|hello| hello.get(field::RESUMED)) == Some(true);
    if early || (resumed && past.lacks(Step::Certificate)) {
        let fingerprint = event.get(field::FINGERPRINTS)?.join(", ");
        return Some(Finding::differs(
            Claim::T9,
            format!(
                "resumed: the master secret ({fingerprint}) is that of an earlier session, only the two randoms are new"
            ),
            format!("会话是恢复的：master secret（{fingerprint}）沿用先前的会话，只有两个随机数是新的"),
        ));
    }
    let _the_two_that_crossed =
        (past.first(Step::ClientHello)?.get(field::RANDOM)?, hello?.get(field::RANDOM)?);
    // The client derives before its ClientKeyExchange leaves: the server's part already tells which kind it is.
    match past.first(Step::ServerKeyExchange) {
        None if past.has(Step::ServerHelloDone) && past.is_whole() => three_randoms(event),
        // What the keys rest on was not seen.
        None => None,
        Some(exchange) => {
            let curve = ephemeral(exchange, past)?;
            Some(Finding::differs(
                Claim::T9,
                format!("{derivation}; two randoms crossed, the third is the {curve} secret that never did"),
                format!("{derivation}；两个随机数在线路上出现过，第三个是从未传输的 {curve} 共享密钥"),
            ))
        }
    }
}

/// t9 as the notes have it; computed again where the pre-master secret is at hand.
fn three_randoms(event: &Event) -> Option<Finding> {
    let (derivation, label) = (event.get(field::DERIVATION)?, event.get(field::PRF_LABEL)?);
    if label == "extended master secret" {
        return Some(Finding::as_noted_because(
            Claim::T9,
            format!(
                "{derivation} ({label}) over the pre-master secret and the hash of the handshake, in which both randoms \
                 are (RFC 7627)"
            ),
            format!("由 pre-master 和握手摘要（其中有两个随机数）经 {derivation} 导出（{label}，RFC 7627）"),
        ));
    }
    let session = event.get(field::FINGERPRINTS)?.join(", ");
    match (event.get(field::PRE_MASTER_SECRET), event.get(field::MASTER_SECRET_RECOMPUTED)) {
        (None, None) => Some(Finding::as_noted_because(
            Claim::T9,
            format!("{derivation} over the two randoms and the pre-master secret"),
            format!("由两个随机数和 pre-master 经 {derivation} 导出"),
        )),
        (Some(pre_master), Some(recomputed)) if recomputed == session => Some(Finding::as_noted_because(
            Claim::T9,
            format!(
                "{derivation} over the two randoms and the pre-master secret ({pre_master}): computed again, the \
                 master secret is the session's ({recomputed})"
            ),
            format!(
                "由两个随机数和 pre-master（{pre_master}）经 {derivation} 导出：重新计算的 master secret 与会话的相同\
                 （{recomputed}）"
            ),
        )),
        (Some(pre_master), Some(recomputed)) => Some(Finding::differs(
            Claim::T9,
            format!(
                "{derivation} over the two randoms and the pre-master secret ({pre_master}) gives {recomputed}, but the \
                 session has {session}"
            ),
            format!(
                "由两个随机数和 pre-master（{pre_master}）经 {derivation} 得到 {recomputed}，会话用的却是 {session}"
            ),
        )),
        (Some(_), None) | (None, Some(_)) => None,
    }
}

/// t6, t7 and t8 with static RSA; t8 with ECDHE.
pub(super) fn client_key_exchange(event: &Event, past: &Past) -> Vec<Finding> {
    if let Some(length) = event.get(field::ENCRYPTED_PRE_MASTER_SECRET_LENGTH) {
        let carries = Finding::as_noted_because(
            Claim::T8,
            format!("it carries {length} bytes: the pre-master secret under the server's public key"),
            format!("它带着 {length} 字节：用服务端公钥加密的 pre-master"),
        );
        let made = event.get(field::ENCRYPTED_PRE_MASTER_SECRET).map(|_| Finding::as_noted(Claim::T7));
        let key = past.first(Step::Certificate).and_then(|certificate| certificate.get(field::PUBLIC_KEY));
        let takes = key.map(|key| {
            Finding::as_noted_because(
                Claim::T6,
                format!(
                    "the certificate's {key} key, and it encrypts: the pre-master secret goes out under it"
                ),
                format!("取出证书中的 {key} 公钥并用它加密：pre-master 就是用它加密后发出的"),
            )
        });
        return [takes, made, Some(carries)].into_iter().flatten().collect();
    }
    let length = event.get(field::PUBLIC_KEY_LENGTH);
    let carries = length.map(|length| {
        Finding::differs(
            Claim::T8,
            format!("it carries the client's ephemeral public key ({length} bytes, in the clear), no secret"),
            format!("它带的是客户端的临时公钥（{length} 字节，明文），不是秘密"),
        )
    });
    carries.into_iter().collect()
}
