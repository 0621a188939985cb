//! The host key that this client refused: what the file of known hosts has, and who decided.

use super::{Ended, Facts, Named, list, rule_list};
use crate::{
    Reason, Record, Said, Side,
    ssh::{Step, field},
};

pub(super) const RULES: &[Named] = rule_list![
    "ssh.known_hosts_unreadable", "the file of known hosts could not be read", "known_hosts 文件无法读取" => unreadable;
    "ssh.host_key_revoked", "a line of known_hosts revokes the host key", "known_hosts 中有一行吊销了该主机公钥" => revoked;
    "ssh.host_key_of_another_kind", "the host key is of another kind than the one on record", "主机公钥与记录的种类不同" => other_kind;
    "ssh.host_key_changed", "the host key is not the one on record", "主机公钥与记录不符" => changed;
    "ssh.host_certificate_refused", "the host's certificate does not hold here", "主机证书在此不成立" => certificate_refused;
    "ssh.host_certificate_only", "only a CA is on record, and the server has no certificate", "只记录了 CA，而服务端没有主机证书" => authority_only;
    "ssh.host_key_unknown", "the host is not on record, and nobody or nothing let it in", "主机没有记录，且未被允许" => unknown;
];

/// The decision, where this client refused.
fn refused<'a>(facts: &Facts<'a>, record: &str) -> Option<&'a Record> {
    if *facts.ended != Ended::HostKeyRefused {
        return None;
    }
    facts.past.first(Step::HostKeyCheck).filter(|check| check.get(field::RECORD) == Some(record))
}

/// File and line, the host, the key that was shown.
fn told(check: &Record) -> (String, String, String) {
    let file = check.get(field::FILE).unwrap_or_default().to_owned();
    let (host, print) =
        (check.get(field::HOST).unwrap_or_default(), check.get(field::FINGERPRINT).unwrap_or_default());
    (file, host.to_owned(), print.to_owned())
}

fn because(cause: Said) -> Reason {
    Reason::new(cause).at(Step::HostKeyCheck)
}

fn unreadable(facts: &Facts<'_>) -> Option<Reason> {
    let check = refused(facts, "unreadable")?;
    let (file, _, print) = told(check);
    let reason = because(say!(
        "The host key {print} was refused: {file} could not be read.",
        "拒绝主机公钥 {print}：无法读取 {file}。"
    ));
    Some(
        reason
            .by(Side::Client)
            .advising(say!("`--known-hosts` names another file.", "可用 `--known-hosts` 指定另一个文件。")),
    )
}

fn revoked(facts: &Facts<'_>) -> Option<Reason> {
    let check = refused(facts, "revoked")?;
    let ((file, _, print), line) = (told(check), check.get(field::LINE)?);
    let reason = because(say!(
        "The host key {print} was refused: line {line} of {file} revokes it.",
        "拒绝主机公钥 {print}：{file} 第 {line} 行已将其吊销。"
    ));
    Some(reason.by(Side::Server))
}

/// The server no longer has, or does not show, the kind of key that is on record.
fn other_kind(facts: &Facts<'_>) -> Option<Reason> {
    let check = refused(facts, "changed")?;
    let (recorded, shown) = (check.get(field::RECORDED_KEY_TYPE)?, check.get(field::KEY_TYPE)?);
    if recorded == shown {
        return None;
    }
    let ((file, _, print), line) = (told(check), check.get(field::LINE)?);
    let reason = because(say!(
        "The host key was refused: {file} line {line} has a key of the kind {recorded}; this client asked for that kind \
         first, and the server showed {shown} {print} instead.",
        "拒绝主机公钥：{file} 第 {line} 行记录的是 {recorded} 类的公钥；本客户端首先请求这一类，服务端却出示了 {shown} {print}。"
    ));
    Some(reason.advising(ask_the_administrator(
        "the server may have got new keys, or somebody is in the middle",
        "可能是服务器换了密钥，也可能是中间人",
    )))
}

fn changed(facts: &Facts<'_>) -> Option<Reason> {
    let check = refused(facts, "changed")?;
    let ((file, _, print), line) = (told(check), check.get(field::LINE)?);
    let recorded = check.get(field::RECORDED_FINGERPRINT).unwrap_or_default();
    let reason = because(say!(
        "The host key has changed and was refused: {file} line {line} has {recorded}, the server showed {print}.",
        "主机公钥已改变，拒绝连接：{file} 第 {line} 行记录的是 {recorded}，服务端出示的是 {print}。"
    ));
    let reason = reason.instead(Said::new(recorded, recorded), Said::new(&print, &print));
    Some(reason.advising(ask_the_administrator(
        "it may be a man in the middle, or the server got a new key",
        "可能是中间人，也可能是服务器换了密钥",
    )))
}

fn ask_the_administrator(en: &str, zh: &str) -> Said {
    let mut en = en.to_owned();
    en[..1].make_ascii_uppercase();
    say!(
        "{en}: ask its administrator, and only then delete that line.",
        "{zh}：请先向管理员核实，再删除该行。"
    )
}

/// What does not hold in the host's certificate (OpenSSH's PROTOCOL.certkeys).
fn fault(check: &Record) -> Option<Said> {
    let (file, host, _) = told(check);
    let authority = check.get(field::CERTIFICATE_AUTHORITY_FINGERPRINT).unwrap_or_default();
    Some(match check.get(field::CERTIFICATE_REFUSED)? {
        "authority" => say!(
            "its CA {authority} is none of those that {file} has for {host}",
            "签发它的 CA {authority} 不在 {file} 为 {host} 记录的 CA 之中"
        ),
        "signature" => {
            say!("the signature of the CA {authority} does not fit it", "CA {authority} 的签名与它不符")
        }
        "sha1" => say!(
            "its CA {authority} signed it with SHA-1 (ssh-rsa)",
            "签发它的 CA {authority} 使用了 SHA-1 签名（ssh-rsa）"
        ),
        "role" => match check.get(field::CERTIFICATE_ROLE) {
            Some("user") => say!("it is a user's and no host's", "它是用户证书，不是主机证书"),
            _ => say!("it is no host's", "它不是主机证书"),
        },
        "not_yet_valid" => {
            let from = check.get(field::CERTIFICATE_VALID_AFTER)?;
            say!("it holds only from {from} on", "它从 {from} 起才有效")
        }
        "expired" => {
            let until = check.get(field::CERTIFICATE_VALID_BEFORE)?;
            say!("it held until {until}", "它的有效期到 {until} 为止")
        }
        "principals" => {
            let names = list(&check.get(field::CERTIFICATE_PRINCIPALS)?.into_iter().collect::<Vec<_>>());
            // A certificate names hosts without their ports.
            let bare =
                host.strip_prefix('[').and_then(|host| host.rsplit_once("]:")).map_or(&*host, |it| it.0);
            say!("it is for {names}, and not for {bare}", "它只对 {names} 有效，不包括 {bare}")
        }
        "critical_options" => say!(
            "it has critical options, and a host's certificate may have none",
            "它带有关键选项，而主机证书不应有"
        ),
        _ => return None,
    })
}

fn certificate_refused(facts: &Facts<'_>) -> Option<Reason> {
    let check = refused(facts, "unknown")?;
    let ((_, host, print), why) = (told(check), fault(check)?);
    let reason = because(say!(
        "{host} showed a certificate that was not taken: {}. Its key {print} is not on record by itself either.",
        "{host} 出示的主机证书未被接受：{}。它的公钥 {print} 本身也没有记录。",
        (why.en),
        (why.zh)
    ));
    Some(reason.by(Side::Server).advising(say!(
        "The administrator of the server can issue another one (`ssh-keygen -s CA -h -n NAMES KEY.pub`).",
        "可请服务器管理员另发一张（`ssh-keygen -s CA -h -n 名称 公钥文件`）。"
    )))
}

fn authority_only(facts: &Facts<'_>) -> Option<Reason> {
    let check = refused(facts, "unknown")?;
    let ((file, host, print), line) = (told(check), check.get(field::CERT_AUTHORITY_LINE)?);
    let reason = because(say!(
        "{host} is unknown: no key of its own is on record. Line {line} of {file} is a @cert-authority, so this client \
         asked for a host certificate; the server has none, and showed the bare key {print}.",
        "{host} 没有记录（没有它自己的公钥）：{file} 第 {line} 行是 @cert-authority，因此本客户端请求主机证书；\
         服务端没有证书，出示的是普通公钥 {print}。"
    ));
    Some(reason.by(Side::Client).advising(say!(
        "Compare the fingerprint with what the administrator says, then let `--strict accept-new` add it.",
        "请与管理员核对指纹，再用 `--strict accept-new` 加入记录。"
    )))
}

fn unknown(facts: &Facts<'_>) -> Option<Reason> {
    let check = refused(facts, "unknown")?;
    let (_, host, print) = told(check);
    let reason = match check.get(field::DECIDED_BY) {
        Some("user") => because(say!(
            "You did not confirm the host key {print} of {host}.",
            "你没有确认 {host} 的主机公钥 {print}。"
        )),
        Some("nobody") => because(say!(
            "{host} is unknown and nobody can be asked, because standard input is no terminal; its key is {print}.",
            "{host} 没有记录，而标准输入不是终端，无法询问；其公钥为 {print}。"
        ))
        .advising(say!("If that is right, use --strict accept-new.", "确认无误后可用 --strict accept-new。")),
        _ => because(say!(
            "{host} is unknown and --strict yes refuses unknown hosts; its key is {print}.",
            "{host} 没有记录，--strict yes 拒绝未知主机；其公钥为 {print}。"
        )),
    };
    Some(reason.by(Side::Client))
}

pub(super) fn host_signature(facts: &Facts<'_>) -> Option<Reason> {
    let by_log = facts.past.first(Step::ExchangeHash).and_then(|hash| hash.get(field::SIGNATURE));
    if *facts.ended != Ended::HostSignature && by_log != Some("wrong") {
        return None;
    }
    let reason = Reason::new(say!(
        "The server's signature over the exchange hash is wrong: it does not hold the host key it showed, or the \
         handshake was changed on the way.",
        "服务端对交换哈希的签名不正确：它并不持有所出示的主机密钥，或者握手在途中被改动过。"
    ));
    Some(reason.at(Step::KeyExchangeReply))
}

/// RFC 8332 §3.1: the signature is by the agreed algorithm.
pub(super) fn host_signature_by(facts: &Facts<'_>) -> Option<Reason> {
    let Ended::HostSignatureBy { agreed, signed } = facts.ended else { return None };
    let (en, zh) = match signed.as_str() {
        "ssh-rsa" => (
            " That is RSA with SHA-1, which can be forged with enough effort, so this client ended the connection \
              as `ssh` does.",
            "那是基于 SHA-1 的 RSA 签名，已有可能被伪造，因此本客户端与 `ssh` 一样结束了连接。",
        ),
        _ => (" This client ended the connection as `ssh` does.", "本客户端与 `ssh` 一样结束了连接。"),
    };
    let reason = Reason::new(say!(
        "The host key was to sign by {agreed}, and signed by {signed}.{en}",
        "主机密钥应以 {agreed} 签名，实际却用了 {signed}。{zh}"
    ));
    let reason = reason.by(facts.side.peer()).at(Step::KeyExchangeReply);
    let reason = reason.instead(Said::new(agreed, agreed), Said::new(signed, signed));
    Some(reason.advising(say!("Bring the server up to date.", "请升级服务端。")))
}
