//! What was offered in a login, and what the server made of it.

use super::{Ended, Facts};
use crate::{
    Said,
    ssh::{Attempt, Step, field},
};

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

/// Whether a password was offered, or an answer.
pub(super) fn is_password(attempt: &Attempt) -> bool {
    ["password", "keyboard-interactive"].contains(&attempt.method.as_str()) && !attempt.unasked
}

/// The keys that were refused.
pub(super) fn keys<'a>(facts: &Facts<'a>) -> Vec<&'a Attempt> {
    let all = facts.memory().attempts.iter();
    all.filter(|attempt| attempt.method == "publickey" && !attempt.in_part).collect()
}

/// What was offered, in both languages.
pub(super) fn proof(attempt: &Attempt) -> Said {
    match (attempt.method.as_str(), &attempt.key) {
        ("publickey", Some(print)) if attempt.certificate => say!(ssh::the_certificate_of_a_key(print)),
        ("publickey", Some(print)) => say!(ssh::the_key_of_print(print)),
        ("publickey", None) => say!(ssh::the_key()),
        ("password", _) => say!(ssh::the_password()),
        ("keyboard-interactive", _) if !attempt.unasked => say!(ssh::the_answers()),
        (other, _) => say!(ssh::the_proof(other)),
    }
}

/// Whether this client gave up because no proof of its own was left, or none that would do.
pub(super) fn is_out_of_proofs(facts: &Facts<'_>) -> bool {
    matches!(facts.ended, Ended::LoginRefused | Ended::AnswersUsedUp | Ended::NobodyToAsk)
}

/// "The server refused the key ... for ...".
pub(super) fn refused_keys(facts: &Facts<'_>, refused: &[&Attempt]) -> Said {
    let user = user(facts);
    match refused {
        [one] => {
            let key = proof(one);
            say!(ssh::the_server_refused_the_key(key, user))
        }
        many => {
            let count = many.len();
            let print = |attempt: &&Attempt| {
                let print = attempt.key.as_deref()?;
                Some(if attempt.certificate {
                    say!(ssh::by_its_certificate(print))
                } else {
                    Said::same(print)
                })
            };
            let prints: Vec<_> = many.iter().filter_map(print).collect();
            let prints = Said::join(&prints, text!(words::between_names()));
            say!(ssh::the_server_refused_several_keys(count, user, prints))
        }
    }
}
