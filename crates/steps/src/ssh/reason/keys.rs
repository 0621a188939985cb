//! The user's keys in a login (RFC 4252 §7): what could not be used here, and what the server refused.

use super::{
    Ended, Facts, NotSigned, list,
    login::{is_out_of_proofs, keys, left, proof, user},
};
use crate::{
    Reason, Said, Side,
    ssh::{Step, memory::Attempt},
};

pub(super) fn no_passphrase(facts: &Facts<'_>) -> Option<Reason> {
    let Ended::NotSigned(NotSigned::NobodyToAsk { file }) = facts.ended else { return None };
    let reason = Reason::new(say!(
        "The server would take the key of {file}; it has a passphrase, and there is no terminal to ask for it.",
        "服务端接受 {file} 的公钥；但该密钥有口令，而没有终端可供询问。"
    ));
    let reason = reason.by(Side::Client).at(Step::PublickeyOk);
    Some(reason.advising(say!("`ssh-add` it and use --agent.", "请用 `ssh-add` 加入代理，再用 --agent。")))
}

pub(super) fn wrong_passphrase(facts: &Facts<'_>) -> Option<Reason> {
    let Ended::NotSigned(NotSigned::WrongPassphrase { file, tries }) = facts.ended else { return None };
    let reason = Reason::new(say!(
        "The server would take the key of {file}, and none of the {tries} passphrases opens it.",
        "服务端接受 {file} 的公钥，但输入的 {tries} 个口令都打不开它。"
    ));
    Some(reason.by(Side::Client).at(Step::PublickeyOk))
}

pub(super) fn not_signed(facts: &Facts<'_>) -> Option<Reason> {
    let reason = match facts.ended {
        Ended::NotSigned(NotSigned::Agent) => Reason::new(say!(
            "The server would take a key of ssh-agent's, and ssh-agent did not sign with it.",
            "服务端接受 ssh-agent 的公钥，但 ssh-agent 没有用它签名。"
        ))
        .advising(say!(
            "Is it locked, or does it wait for a confirmation?",
            "代理是否已锁定，或在等待确认？"
        )),
        Ended::NotSigned(NotSigned::Library) => {
            Reason::new(say!("The key could not sign the request.", "密钥无法对登录请求签名。"))
        }
        _ => return None,
    };
    Some(reason.by(Side::Client).at(Step::PublickeyOk))
}

pub(super) fn only_sha1(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::OnlySha1 {
        return None;
    }
    let reason = Reason::new(say!(
        "The server takes RSA signatures with SHA-1 only, which nobody should make any more.",
        "服务端只接受基于 SHA-1 的 RSA 签名，这种签名已不应再使用。"
    ));
    let reason = reason.by(Side::Server).at(Step::ExtInfo);
    Some(reason.advising(say!("Use an Ed25519 key (`--identity`).", "请改用 Ed25519 密钥（`--identity`）。")))
}

pub(super) fn key_open_to_others(facts: &Facts<'_>) -> Option<Reason> {
    let (file, mode) = facts.given.key_open_to_others.as_ref()?;
    let takes_keys = left(facts).iter().any(|method| method == "publickey");
    if !is_out_of_proofs(facts) || !takes_keys || !keys(facts).is_empty() {
        return None;
    }
    let reason = Reason::new(say!(
        "The server takes keys, and none was offered: {file} can be read by others (mode {mode:04o}), and like `ssh` this \
         client uses no such key.",
        "服务端接受公钥，但没有提交任何公钥：{file} 可被他人读取（权限 {mode:04o}），本客户端与 `ssh` 一样不使用这样的密钥。"
    ));
    let reason = reason.by(Side::Client).at(Step::AuthMethods);
    Some(reason.advising(say!("`chmod 600 {file}` closes it.", "请用 `chmod 600 {file}` 收紧权限。")))
}

/// "The server refused the key ... for ...".
pub(super) fn refused_keys(facts: &Facts<'_>, refused: &[&Attempt]) -> Said {
    let user = user(facts);
    match refused {
        [one] => {
            let key = proof(one);
            say!(
                "The server refused {} for \"{user}\".",
                "服务端拒绝了 \"{user}\" 的{}。",
                (key.en),
                (key.zh)
            )
        }
        many => {
            let count = many.len();
            let print = |attempt: &&Attempt, certificate: &str| {
                let print = attempt.key.as_deref()?;
                Some(if attempt.certificate { format!("{print}{certificate}") } else { print.to_owned() })
            };
            let prints =
                |certificate| list(&many.iter().filter_map(|it| print(it, certificate)).collect::<Vec<_>>());
            let (en, zh) = (prints(" by its certificate"), prints(" 的证书"));
            say!(
                "The server refused {count} keys for \"{user}\" ({en}).",
                "服务端拒绝了 \"{user}\" 的 {count} 个公钥（{zh}）。"
            )
        }
    }
}

pub(super) fn key_refused(facts: &Facts<'_>) -> Option<Reason> {
    let refused = keys(facts);
    if *facts.ended != Ended::LoginRefused || refused.is_empty() {
        return None;
    }
    let (mut cause, left) = (refused_keys(facts, &refused), left(facts));
    let takes = |method: &str| left.iter().any(|it| it == method);
    if facts.given.passwords.is_some() && !takes("password") && !takes("keyboard-interactive") {
        let its = list(&left);
        cause = Said::new(
            format!("{} It takes no passwords (it lists {its}): none was sent.", cause.en),
            format!("{}它不接受密码（只列出 {its}）：没有发送任何密码。", cause.zh),
        );
    }
    let reason = Reason::new(cause).at(Step::AuthFailure);
    if refused.iter().any(|attempt| attempt.certificate) {
        return Some(reason.advising(say!(
            "For a certificate: does the server trust its CA (TrustedUserCAKeys), does it name this user, and does it still \
             hold? `ssh-keygen -L -f FILE` shows it. For a key: is it in that user's authorized_keys?",
            "若用证书：服务端信任它的 CA 吗（TrustedUserCAKeys）？它包括该用户吗？是否还在有效期内？可用 `ssh-keygen -L -f 文件` 查看。\
             若用公钥：它在该用户的 authorized_keys 里吗？"
        )));
    }
    Some(reason.advising(say!(
        "Is it in that user's authorized_keys, and is the user's name right?",
        "它在该用户的 authorized_keys 里吗？用户名对吗？"
    )))
}
