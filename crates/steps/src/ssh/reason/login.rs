//! The login (RFC 4252): what was offered, what was taken, what was refused, and what is left.

use super::{
    Ended, Facts, Named,
    keys::{
        key_open_to_others, key_refused, no_passphrase, not_signed, only_sha1, refused_keys, wrong_passphrase,
    },
    list,
    opening::{its_own_log, silent},
    quoted, rule_list,
};
use crate::{
    Reason, Said, Side,
    ssh::Attempt,
    ssh::{Step, field},
};

/// What this client ended itself, for want of something.
pub(super) const FIRST: &[Named] = rule_list![
    "ssh.new_password_wanted", "the server wants a new password", "服务端要求更换密码" => new_password;
    "ssh.no_terminal_for_the_passphrase", "the key has a passphrase, and nobody can be asked", "密钥有口令，却无人可问" => no_passphrase;
    "ssh.wrong_passphrase", "no passphrase that was typed opens the key", "输入的口令都打不开密钥" => wrong_passphrase;
    "ssh.not_signed", "the key could not sign", "密钥无法签名" => not_signed;
    "ssh.only_sha1", "the server takes RSA signatures with SHA-1 only", "服务端只接受基于 SHA-1 的 RSA 签名" => only_sha1;
    "ssh.endless_questions", "the server asks and asks", "服务端不断提问" => endless_questions;
];

/// What the server made of what was offered.
pub(super) const RULES: &[Named] = rule_list![
    "ssh.no_password_to_a_changed_host", "a password is wanted, and the host key has changed", "服务端要密码，而主机公钥已改变" => no_password_to_a_changed_host;
    "ssh.key_open_to_others", "the key's file can be read by others, so it was not used", "密钥文件可被他人读取，因此没有使用" => key_open_to_others;
    "ssh.accepted_in_part", "a proof was accepted, and a further one is missing", "一种凭据已被接受，还缺另一种" => in_part;
    "ssh.answers_used_up", "the server asks more than the password file answers", "服务端的问题多于密码文件中的回答" => answers_used_up;
    "ssh.nobody_to_ask", "a password is wanted, and there is no terminal", "需要密码，却没有终端" => nobody_to_ask;
    "ssh.password_login_off", "only passwords may be tried, and the server takes none", "只允许尝试密码，而服务端不接受密码" => password_login_off;
    "ssh.password_refused", "the server refused each password", "服务端拒绝了每一个密码" => password_refused;
    "ssh.key_refused", "the server refused each key", "服务端拒绝了每一个公钥" => key_refused;
    "ssh.no_common_method", "no way to log in is common", "没有共同的登录方法" => no_common_method;
    "ssh.gone_before_login", "the connection ended before the login was answered", "连接在登录得到回应之前结束" => gone_before_login;
    "ssh.gone_in_login", "the connection ended during the login", "连接在登录期间结束" => gone_in_login;
    "ssh.silent_in_login", "the server fell silent during the login", "服务端在登录期间沉默" => silent_in_login;
];

fn new_password(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::NewPasswordWanted {
        return None;
    }
    let words = facts.memory().new_password.as_deref().unwrap_or_default();
    let (en, zh) = match words {
        "" => Default::default(),
        words => (format!(": {}", quoted(words)), format!("：{}", quoted(words))),
    };
    let reason = Reason::new(say!(
        "The server wants a new password before it lets this user in: the old one has expired \
         (SSH_MSG_USERAUTH_PASSWD_CHANGEREQ, RFC 4252 §8){en}.",
        "服务端要求先更换密码才允许登录：旧密码已过期（SSH_MSG_USERAUTH_PASSWD_CHANGEREQ，RFC 4252 §8）{zh}。"
    ));
    let reason = reason.by(Side::Server).at(Step::OtherMessage);
    Some(reason.advising(say!(
        "This client changes no passwords: do so with `ssh`, then try again.",
        "本客户端不能更换密码：请先用 `ssh` 更换，再重试。"
    )))
}

/// The sentence on what went before the proof that failed, where something was refused already.
fn refused_before(facts: &Facts<'_>) -> (String, String) {
    match keys(facts).as_slice() {
        [] => Default::default(),
        refused => {
            let said = refused_keys(facts, refused);
            (said.en + " ", said.zh)
        }
    }
}

fn endless_questions(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::EndlessQuestions {
        return None;
    }
    let asked = facts.memory().questions;
    let reason = Reason::new(say!(
        "The server asked and asked ({asked} questions), and never decided.",
        "服务端不断提问（{asked} 个问题），始终没有给出结果。"
    ));
    Some(reason.by(Side::Server).at(Step::InteractiveQuestion))
}

/// The user's name as the server was told it.
pub(super) fn user(facts: &Facts<'_>) -> String {
    let told = [Step::AuthMethods, Step::AuthNone, Step::AuthFailure];
    let name = told.into_iter().find_map(|step| facts.past.first(step)?.get(field::USER_NAME));
    name.unwrap_or_default().to_owned()
}

/// The methods that the server would still take, by its last answer.
pub(super) fn left(facts: &Facts<'_>) -> Vec<String> {
    if let Some(last) = facts.memory().attempts.last() {
        return last.left.clone();
    }
    let first =
        facts.past.first(Step::AuthMethods).and_then(|it| it.get(field::AUTHENTICATIONS_THAT_CAN_CONTINUE));
    first.unwrap_or_default().into_iter().map(str::to_owned).collect()
}

fn is_password(attempt: &Attempt) -> bool {
    ["password", "keyboard-interactive"].contains(&attempt.method.as_str())
}

/// The keys that were refused.
pub(super) fn keys<'a>(facts: &Facts<'a>) -> Vec<&'a Attempt> {
    let all = facts.memory().attempts.iter();
    all.filter(|attempt| attempt.method == "publickey" && !attempt.in_part).collect()
}

/// What was offered, in both languages.
pub(super) fn proof(attempt: &Attempt) -> Said {
    match (attempt.method.as_str(), &attempt.key) {
        ("publickey", Some(print)) if attempt.certificate => {
            say!("the certificate of the key {print}", "公钥 {print} 的证书")
        }
        ("publickey", Some(print)) => say!("the key {print}", "公钥 {print}"),
        ("publickey", None) => say!("the key", "公钥"),
        ("password", _) => say!("the password", "密码"),
        ("keyboard-interactive", _) => say!("the answers", "对提问的回答"),
        (other, _) => say!("the proof by {other}", "{other} 凭据"),
    }
}

/// Whether this client gave up because no proof of its own was left, or none that would do.
pub(super) fn is_out_of_proofs(facts: &Facts<'_>) -> bool {
    matches!(facts.ended, Ended::LoginRefused | Ended::AnswersUsedUp | Ended::NobodyToAsk)
}

/// RFC 4251 §9.4.4: whoever is in the middle reads the password. OpenSSH sends none either.
fn no_password_to_a_changed_host(facts: &Facts<'_>) -> Option<Reason> {
    let check = facts.past.first(Step::HostKeyCheck)?;
    let is_let_pass = check.get(field::RECORD) == Some("changed") && check.get(field::ACCEPTED) == Some(true);
    let is_wanted =
        |method: &&str| facts.given.methods.contains(method) && left(facts).iter().any(|left| left == method);
    let wanted: Vec<_> = ["password", "keyboard-interactive"].into_iter().filter(is_wanted).collect();
    if *facts.ended != Ended::LoginRefused || !is_let_pass || wanted.is_empty() {
        return None;
    }
    let (wanted, file, line) = (list(&wanted), check.get(field::FILE)?, check.get(field::LINE)?);
    let reason = Reason::new(say!(
        "The server takes {wanted}, and no password was sent: its host key is not the one that {file} line {line} has, so \
         somebody may be in the middle. --strict no lets such a host pass, but tells it no secret.",
        "服务端接受 {wanted}，但没有发送任何密码：它的主机公钥与 {file} 第 {line} 行的记录不符，可能有中间人。\
         --strict no 只是放行，不会向它透露密码。"
    ));
    let reason = reason.by(Side::Client).at(Step::HostKeyCheck);
    Some(reason.advising(say!(
        "Ask the server's administrator; if the new key is right, delete that line, and the password is sent again.",
        "请向服务器管理员核实；若新公钥无误，删除该行后即可再用密码登录。"
    )))
}

fn in_part(facts: &Facts<'_>) -> Option<Reason> {
    let attempts = &facts.memory().attempts;
    let taken = attempts.iter().rposition(|attempt| attempt.in_part)?;
    let gave_up = is_out_of_proofs(facts);
    if !gave_up && facts.gone().is_none() {
        return None;
    }
    let (accepted, wanted) = (proof(&attempts[taken]), list(&attempts[taken].left));
    let since = &attempts[taken + 1..];
    let (en, zh) = match since.last() {
        Some(refused) => {
            let refused = proof(refused);
            (format!("it refused {}", refused.en), format!("拒绝了{}", refused.zh))
        }
        None if facts.gone().is_some() => {
            ("the connection ended there".to_owned(), "连接就此结束".to_owned())
        }
        None if *facts.ended == Ended::NobodyToAsk => {
            ("there is no terminal to ask for it".to_owned(), "没有终端可供询问".to_owned())
        }
        None if *facts.ended == Ended::AnswersUsedUp => {
            ("the password file has no more answers".to_owned(), "密码文件中没有更多回答".to_owned())
        }
        None => ("this client has no such proof left".to_owned(), "本客户端没有这样的凭据".to_owned()),
    };
    let (took_en, took_zh) = (accepted.en, accepted.zh);
    let reason = Reason::new(say!(
        "The server accepted {took_en} and wants a second proof ({wanted}); {en}.",
        "服务端已接受{took_zh}，还要求第二种凭据（{wanted}）；{zh}。"
    ));
    let reason = reason.at(Step::AuthFailure);
    let missing: Vec<_> = attempts[taken]
        .left
        .iter()
        .filter(|method| facts.given.methods_named && !facts.given.methods.contains(&method.as_str()))
        .collect();
    Some(if *facts.ended == Ended::NobodyToAsk {
        reason.advising(password_file())
    } else if since.is_empty() && !missing.is_empty() {
        let missing = list(&missing);
        reason.advising(say!("`--methods` leaves out {missing}.", "`--methods` 中没有 {missing}。"))
    } else {
        reason
    })
}

fn password_file() -> Said {
    say!("--password-file gives it.", "可用 --password-file 提供。")
}

fn answers_used_up(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::AnswersUsedUp {
        return None;
    }
    let (asked, has) = (facts.memory().questions, facts.given.passwords.unwrap_or_default());
    let (before_en, before_zh) = refused_before(facts);
    let reason = Reason::new(say!(
        "{before_en}The server asked {asked} questions (keyboard-interactive), and the answers of the password file \
         ({has}) are used up.",
        "{before_zh}服务端（keyboard-interactive）提了 {asked} 个问题，而密码文件只有 {has} 个回答，已经用完。"
    ));
    let reason = reason.at(Step::InteractiveQuestion);
    Some(reason.advising(say!("Give it a line for each question, in order.", "请按顺序为每个问题准备一行。")))
}

fn nobody_to_ask(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::NobodyToAsk {
        return None;
    }
    let (en, zh) = refused_before(facts);
    let reason = Reason::new(say!(
        "{en}The server would take a password, but there is no terminal to ask for one.",
        "{zh}服务端接受密码，但没有终端可供询问。"
    ));
    Some(reason.by(Side::Client).at(Step::AuthMethods).advising(password_file()))
}

fn password_login_off(facts: &Facts<'_>) -> Option<Reason> {
    let takes = |method: &str| left(facts).iter().any(|it| it == method);
    let tried = facts.memory().attempts.iter().any(|attempt| attempt.method != "none");
    let only_passwords = !facts.given.methods.contains(&"publickey");
    if *facts.ended != Ended::LoginRefused || tried || !only_passwords {
        return None;
    }
    if takes("password") || takes("keyboard-interactive") {
        return None;
    }
    let its = list(&left(facts));
    let reason = Reason::new(say!(
        "The server takes no passwords: it lists {its}, and --methods lets this client try passwords only. None was sent.",
        "服务端不接受密码：它只列出 {its}，而 --methods 只允许本客户端尝试密码。没有发送任何密码。"
    ));
    let reason = reason.at(Step::AuthMethods);
    Some(reason.advising(say!(
        "Leave out `--methods` to try a key; to have passwords taken, the server's administrator has to turn them on.",
        "去掉 `--methods` 以尝试公钥；若要使用密码，须由服务器管理员开启密码登录。"
    )))
}

fn password_refused(facts: &Facts<'_>) -> Option<Reason> {
    let attempts = &facts.memory().attempts;
    let tries = attempts.iter().filter(|attempt| is_password(attempt)).count();
    if *facts.ended != Ended::LoginRefused || !attempts.last().is_some_and(is_password) {
        return None;
    }
    let (user, tries_en) =
        (user(facts), if tries == 1 { "the password".into() } else { format!("{tries} passwords") });
    let keys = keys(facts).len();
    let (also_en, also_zh) = match keys {
        0 => (String::new(), String::new()),
        1 => (", and before that the key".to_owned(), "，此前也拒绝了公钥".to_owned()),
        keys => (format!(", and before that {keys} keys"), format!("，此前也拒绝了 {keys} 个公钥")),
    };
    let reason = Reason::new(say!(
        "The server refused {tries_en} for \"{user}\"{also_en}: access is refused.",
        "服务端拒绝了 \"{user}\" 的密码（共尝试 {tries} 次）{also_zh}：拒绝访问。"
    ));
    let reason = reason.at(Step::AuthFailure);
    Some(reason.advising(say!(
        "A server says the same of a wrong password, of a name it does not know and of a user it lets in nowhere.",
        "密码错误、用户名不存在、用户被禁止登录，服务端的回答都一样。"
    )))
}

fn no_common_method(facts: &Facts<'_>) -> Option<Reason> {
    if *facts.ended != Ended::LoginRefused {
        return None;
    }
    let (its, ours) = (list(&left(facts)), list(&facts.given.methods));
    let reason = Reason::new(say!(
        "No common way to log in: the server takes {its}; this client may try {ours} (--methods).",
        "没有共同的登录方法：服务端接受 {its}；本客户端可尝试 {ours}（--methods）。"
    ));
    Some(reason.at(Step::AuthMethods))
}

/// The keys are in use, and nobody is in.
fn logging_in(facts: &Facts<'_>) -> bool {
    facts.has(Step::SessionKey) && !facts.has(Step::AuthSuccess)
}

fn gone_before_login(facts: &Facts<'_>) -> Option<Reason> {
    let how = facts.gone().filter(|_| logging_in(facts) && !facts.has(Step::AuthMethods))?;
    let how = how.done();
    let reason = Reason::new(say!(
        "The server {} before it answered the login: it ran out of patience, or a packet was damaged on the way.",
        "服务端在回应登录之前就{}：等待超时，或有数据包在途中损坏。",
        (how.en),
        (how.zh)
    ));
    Some(reason.at(Step::ServiceRequest).advising(its_own_log()))
}

fn gone_in_login(facts: &Facts<'_>) -> Option<Reason> {
    let how = facts.gone().filter(|_| logging_in(facts))?;
    let how = how.done();
    let reason = Reason::new(say!(
        "The server {} during the login: too many attempts, or it ran out of patience.",
        "服务端在登录过程中{}：尝试次数过多，或等待超时。",
        (how.en),
        (how.zh)
    ));
    Some(reason.by(Side::Server).at(Step::AuthFailure).advising(its_own_log()))
}

fn silent_in_login(facts: &Facts<'_>) -> Option<Reason> {
    let seconds = silent(facts).filter(|_| logging_in(facts))?;
    let reason = Reason::new(say!(
        "The server was silent for {seconds} s during the login.",
        "服务端在登录期间沉默了 {seconds} 秒。"
    ));
    Some(reason.by(Side::Server).at(Step::AuthMethods))
}
