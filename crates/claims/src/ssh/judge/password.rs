//! Claim s13, the notes' block 7: the key does not get the user in. Where passwords are enabled the password is checked,
//! else access is refused.

use steps::{
    Event, Past, say,
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
    Some(Finding::as_noted_because(S13, say!(ssh_verdicts::passwords_are_not_enabled(left))))
}

/// A password was checked, whichever way it came.
pub(super) fn checked(event: &Event, past: &Past) -> Option<Finding> {
    let accepted = outcome(event)?;
    let method = method(event)?;
    if past.ssh().unclear {
        return None;
    }
    let came_out = if accepted { say!(ssh_verdicts::accepted()) } else { say!(ssh_verdicts::refused()) };
    let key = past.ssh().attempts.iter().rfind(|one| one.method == "publickey");
    Some(match key {
        Some(key) if !key.in_part => {
            Finding::as_noted_because(S13, say!(ssh_verdicts::the_password_was_checked(method, came_out)))
        }
        Some(_) => Finding::depends(S13, say!(ssh_verdicts::a_second_proof_was_wanted(method, came_out))),
        None => Finding::depends(S13, say!(ssh_verdicts::no_key_had_failed(method, came_out))),
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
