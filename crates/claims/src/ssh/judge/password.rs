//! Claim s13, the notes' block 7: the key does not get the user in. Where passwords are enabled the password is checked,
//! else access is refused.

use steps::{
    Event, Past,
    ssh::{Step, field},
};

use crate::{Claim::S13, Finding};

/// Both ways in which a password reaches a server (RFC 4252 §8, RFC 4256).
const BY_PASSWORD: [&str; 2] = ["password", "keyboard-interactive"];

/// A login that ended without access: a key was refused, and what the server still took has no password. Only the end
/// tells, because another key may follow.
pub(crate) fn at_end(past: &Past) -> Option<Finding> {
    let login = past.ssh();
    if login.unclear {
        return None;
    }
    let last = login.attempts.last().filter(|last| !last.in_part && !login.open)?;
    let key_refused = login.attempts.iter().any(|one| one.method == "publickey" && !one.in_part);
    let by_password = last.left.iter().any(|method| BY_PASSWORD.contains(&method.as_str()));
    if past.has(Step::AuthSuccess) || !key_refused || last.left.is_empty() || by_password {
        return None;
    }
    let left = last.left.join(", ");
    Some(Finding::as_noted_because(
        S13,
        format!("The key was refused and passwords are not enabled (left: {left}): access is refused."),
        format!("公钥被拒绝，且未启用密码登录（剩余方法：{left}）：拒绝访问。"),
    ))
}

/// A password was checked, whichever way it came.
pub(super) fn checked(event: &Event, past: &Past) -> Option<Finding> {
    let accepted = outcome(event)?;
    let method = method(event)?;
    if past.ssh().unclear {
        return None;
    }
    let (en, zh) = if accepted { ("accepted", "通过") } else { ("refused", "被拒绝") };
    let key = past.ssh().attempts.iter().rfind(|one| one.method == "publickey");
    Some(match key {
        Some(key) if !key.in_part => Finding::as_noted_because(
            S13,
            format!(
                "The key was refused, passwords are enabled: the password was checked ({method}) and {en}."
            ),
            format!("公钥被拒绝，但启用了密码登录：进行密码验证（{method}），{zh}。"),
        ),
        Some(_) => Finding::depends(
            S13,
            format!(
                "The key was taken, and the server wants a second proof: the password was checked ({method}) and {en}."
            ),
            format!("公钥已通过，但服务端还要求第二种凭据：进行密码验证（{method}），{zh}。"),
        ),
        None => Finding::depends(
            S13,
            format!(
                "No key had failed before: the client chose {method} at once, and the password was {en}."
            ),
            format!("此前没有公钥失败：客户端直接选用 {method}，密码{zh}。"),
        ),
    })
}

/// Whether the check went well; none: this event is not its outcome.
fn outcome(event: &Event) -> Option<bool> {
    if event.step == Step::AuthPassword.into() || event.step == Step::InteractiveAnswer.into() {
        // On the server the answer is known at once; on the client it comes in a message of its own.
        return match event.get(field::ANSWER)? {
            "accept" | "accept, and more is needed" => Some(true),
            "reject" => Some(false),
            _ => None,
        };
    }
    // What the server says of its own success was judged when it checked.
    if !event.crossed() || !BY_PASSWORD.contains(&event.get(field::METHOD_NAME)?) {
        return None;
    }
    // A proof that was taken, where another one is wanted, is answered with a failure, too (RFC 4252 §5.1).
    if event.step == Step::AuthSuccess.into() { Some(true) } else { event.get(field::PARTIAL_SUCCESS) }
}

fn method(event: &Event) -> Option<&str> {
    if event.step == Step::AuthPassword.into() {
        Some("password")
    } else if event.step == Step::InteractiveAnswer.into() {
        Some("keyboard-interactive")
    } else {
        event.get(field::METHOD_NAME)
    }
}

#[cfg(test)]
mod tests;
