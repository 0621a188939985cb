//! Who is let in: one user, by the keys in authorized_keys and, if the server was told so, by a password.

use std::{fmt, path::Path, sync::Arc};

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{SHA256, SHA256_OUTPUT_LEN, digest},
};
use russh::{MethodKind, MethodSet, keys::PublicKey};

use super::{Switch, keys::AuthorizedKeys};

/// The one user.
pub(super) const USER: &str = "demo";

/// Who is let in.
#[derive(Clone, Debug)]
pub(super) struct Users {
    authorized: AuthorizedKeys,
    password: Option<Arc<Password>>,
}

impl Users {
    /// As the files in `folder` say.
    pub(super) fn read(folder: &Path, password_login: Switch) -> anyhow::Result<Self> {
        let authorized = AuthorizedKeys::read(folder)?;
        let password = match password_login {
            Switch::On => Some(Arc::new(Password::new(&certs::password(folder)?))),
            Switch::Off => None,
        };
        Ok(Users { authorized, password })
    }

    /// The methods that lead in.
    pub(super) fn methods(&self) -> MethodSet {
        let mut methods = MethodSet::from(&[MethodKind::PublicKey][..]);
        if self.password.is_some() {
            methods.push(MethodKind::KeyboardInteractive);
            methods.push(MethodKind::Password);
        }
        methods
    }

    pub(super) fn has_key(&self, user: &str, key: &PublicKey) -> bool {
        user == USER && self.authorized.contains(key)
    }

    pub(super) fn has_password(&self, user: &str, given: &[u8]) -> bool {
        // Compared also for a user that is not there: the time must not tell who is.
        let equal = self.password.as_ref().is_some_and(|password| password.is(given));
        equal && user == USER
    }

    /// Whether passwords are asked for at all.
    pub(super) fn password_login(&self) -> bool {
        self.password.is_some()
    }
}

/// A password, of which only the hash is kept. A real server keeps a slow and salted one, on its disk too; this one
/// has a random password of 100 bits, which nobody can guess.
struct Password([u8; SHA256_OUTPUT_LEN]);

impl Password {
    fn new(text: &str) -> Self {
        Password(hash(text.as_bytes()))
    }

    fn is(&self, given: &[u8]) -> bool {
        verify_slices_are_equal(&self.0, &hash(given)).is_ok()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(withheld)")
    }
}

fn hash(text: &[u8]) -> [u8; SHA256_OUTPUT_LEN] {
    let mut hash = [0; SHA256_OUTPUT_LEN];
    hash.copy_from_slice(digest(&SHA256, text).as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_lets_only_its_user_in_and_only_where_it_is_switched_on() {
        let folder = tempfile::tempdir().unwrap();
        certs::ensure(folder.path()).unwrap();
        let password = certs::password(folder.path()).unwrap();
        let on = Users::read(folder.path(), Switch::On).unwrap();
        let off = Users::read(folder.path(), Switch::Off).unwrap();

        assert!(on.has_password(USER, password.as_bytes()));
        assert!(!on.has_password("root", password.as_bytes()) && !on.has_password(USER, b""));
        assert!(!off.has_password(USER, password.as_bytes()));
        assert_eq!((on.methods().len(), off.methods().len()), (3, 1));
        assert!(!format!("{on:?}").contains(&password));
    }
}
