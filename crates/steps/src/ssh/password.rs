//! Claim s13, the notes' block 7: the key does not get the user in. Where passwords are enabled the password is checked,
//! else access is refused.

use super::{Step, field};
use crate::{Claim::S13, Event, Finding, Past};

/// Both ways in which a password reaches a server (RFC 4252 §8, RFC 4256).
const BY_PASSWORD: [&str; 2] = ["password", "keyboard-interactive"];

/// A key was refused, and what is left has no password.
pub(super) fn key_refused(event: &Event) -> Option<Finding> {
    let refused = match event.get(field::ANSWER) {
        // The server's own word on a key that was named.
        Some(answer) => answer == "reject",
        // The answer as the client got it.
        None => event.get(field::METHOD_NAME)? == "publickey" && !event.get(field::PARTIAL_SUCCESS)?,
    };
    let left = event.get(field::AUTHENTICATIONS_THAT_CAN_CONTINUE)?;
    if !refused || left.iter().any(|method| BY_PASSWORD.contains(method)) {
        return None;
    }
    let left = left.join(", ");
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
    let first = |step, field| past.first(step).and_then(|record| record.get(field));
    let key_failed = first(Step::PublickeyQuery, field::ANSWER) == Some("reject")
        || first(Step::AuthFailure, field::METHOD_NAME) == Some("publickey");
    let (en, zh) = if accepted { ("accepted", "通过") } else { ("refused", "被拒绝") };
    Some(if key_failed {
        Finding::as_noted_because(
            S13,
            format!(
                "The key was refused, passwords are enabled: the password was checked ({method}) and {en}."
            ),
            format!("公钥被拒绝，但启用了密码登录：进行密码验证（{method}），{zh}。"),
        )
    } else {
        Finding::depends(
            S13,
            format!(
                "No key had failed before: the client chose {method} at once, and the password was {en}."
            ),
            format!("此前没有公钥失败：客户端直接选用 {method}，密码{zh}。"),
        )
    })
}

/// Whether the check went well; none: this event is not its outcome.
fn outcome(event: &Event) -> Option<bool> {
    if event.step == Step::AuthPassword.into() || event.step == Step::InteractiveAnswer.into() {
        // On the server the answer is known at once; on the client it comes in a message of its own.
        return match event.get(field::ANSWER)? {
            "accept" => Some(true),
            "reject" => Some(false),
            _ => None,
        };
    }
    let succeeded = event.step == Step::AuthSuccess.into();
    // What the server says of its own success was judged when it checked.
    (event.crossed() && BY_PASSWORD.contains(&event.get(field::METHOD_NAME)?)).then_some(succeeded)
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
#[path = "password_tests.rs"]
mod tests;
