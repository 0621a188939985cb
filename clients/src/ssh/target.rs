//! Where an SSH client goes: `USER@HOST[:PORT]`.

use std::str::FromStr;

use crate::Target;

/// Who logs in, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The user's name on the server.
    pub user: String,
    /// The server.
    pub target: Target,
}

impl FromStr for Login {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const USER: &str = "demo";
        const PORT: &str = "7022";
        let (user, host) = text.rsplit_once('@').unwrap_or((USER, text));
        if user.is_empty() {
            return Err(format!("`{text}` has no user before the @"));
        }
        let bracketed = host.strip_prefix('[').is_some_and(|rest| rest.ends_with(']'));
        let has_port = !bracketed && host.contains(':');
        let target = if has_port { host.parse() } else { format!("{host}:{PORT}").parse() };
        let target = target
            .map_err(|_: String| format!("`{text}` is not USER@HOST[:PORT], such as demo@localhost:7022"))?;
        Ok(Login { user: user.into(), target })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_port_may_be_left_out() {
        let login = |text: &str| text.parse::<Login>().map(|it| (it.user, it.target.to_string()));
        let good = |user: &str, target: &str| Ok((user.to_owned(), target.to_owned()));
        assert_eq!(login("demo@127.0.0.1:7022"), good("demo", "127.0.0.1:7022"));
        assert_eq!(login("me@host"), good("me", "host:7022"));
        assert_eq!(login("host:22"), good("demo", "host:22"));
        assert_eq!(login("me@[::1]"), good("me", "[::1]:7022"));
        assert_eq!(login("me@[::1]:22"), good("me", "[::1]:22"));
        assert_eq!(login("a@b@host"), good("a@b", "host:7022"));
        for bad in ["@host", "me@", "me@host:0", "me@::1", ""] {
            assert!(login(bad).is_err(), "{bad}");
        }
    }
}
