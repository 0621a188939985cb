//! The five checks behind a verifier's one verdict (RFC 5280 §6, RFC 9525 §6), each by its name and with the values of
//! the certificate that it is about.

use steps::{Fields, Name, Value, common, tls::field};

/// A check of the server's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    /// Somebody trusted is at the end of the chain.
    Issuer,
    /// The issuer's key made the signature.
    Signature,
    /// Today is between the dates.
    Validity,
    /// The certificate is for a server.
    Purpose,
    /// The name that was asked for is in it.
    Name,
}

/// What the library's verdict says.
#[derive(Clone, Copy, Debug)]
pub(super) enum Verdict {
    /// Every check passed.
    Valid,
    /// This one failed; the library stopped there, and does not tell of the others.
    Failed(Check),
    /// It failed for another reason.
    Refused,
}

/// Adds to the fields of a verifier's call what became of each check, and by which library.
pub(super) fn tell(fields: &mut Fields, library: &str, verdict: Verdict) {
    let all = [Check::Issuer, Check::Signature, Check::Validity, Check::Purpose, Check::Name];
    let checks = all.into_iter().map(|check| {
        let (name, about) = facts(check, fields);
        let word = match verdict {
            Verdict::Valid => "passed",
            Verdict::Failed(failed) if failed == check => "failed",
            Verdict::Failed(_) | Verdict::Refused => "not told",
        };
        (name, Value::from(format!("{word} ({about})")))
    });
    let checks = checks.collect();
    fields.put(field::CHECKED_BY, library);
    fields.put(common::CHECKS, Value::Object(checks));
}

fn facts(check: Check, fields: &Fields) -> (Name, String) {
    let text = |field| fields.get(field).unwrap_or("none");
    let list = |field| fields.get(field).map_or("none".into(), |list: Vec<&str>| list.join(", "));
    let (name, about): (&'static &'static str, String) = match check {
        Check::Issuer => (&"issuer", text(field::ISSUER).into()),
        Check::Signature => (&"signature", text(common::SIGNATURE_ALGORITHM).into()),
        Check::Validity => {
            (&"validity", format!("{} to {}", text(field::NOT_BEFORE), text(field::NOT_AFTER)))
        }
        Check::Purpose => (&"purpose", list(field::EXTENDED_KEY_USAGE)),
        Check::Name => (&"name", format!("{} against {}", text(field::NAME), list(field::NAMES))),
    };
    (Name::known(name), about)
}

#[cfg(test)]
mod tests {
    use wire::fields;

    use super::*;

    #[test]
    fn of_a_refused_certificate_only_the_failed_check_is_known() {
        let mut told = fields! { field::NAME => "a.example", field::NAMES => ["b.example", "c.example"] };
        tell(&mut told, "rustls", Verdict::Failed(Check::Name));
        assert_eq!(told["checks"]["name"], "failed (a.example against b.example, c.example)");
        assert_eq!(told["checks"]["issuer"], "not told (none)");
        tell(&mut told, "rustls", Verdict::Valid);
        let words = told["checks"].as_object().expect("it is a map");
        assert!(
            words.len() == 5 && words.iter().all(|(_, word)| word.as_str().unwrap().starts_with("passed"))
        );
    }
}
