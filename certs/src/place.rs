//! Where the demo keys are unless told otherwise: in the repository beside their maker, elsewhere where the XDG Base
//! Directory Specification puts such files, on Windows below the user's local application data, whatever folder the
//! program is called in.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

/// Where the demo keys are in the repository.
pub const DEMO_DIR: &str = "certs/demo";

/// The folder of the installed program, below the one that the user or the system names.
const FAMILY: &str = "asnoted";

/// Where the demo keys are unless told otherwise.
pub fn default_dir() -> PathBuf {
    // The repository's own folder is known by the manifest of this crate.
    match installed(Kept::Data) {
        Some(data) if !Path::new("certs/Cargo.toml").is_file() => data.join("certs"),
        Some(_) | None => DEMO_DIR.into(),
    }
}

/// The known hosts of a client with the demo keys in `dir`: beside them, but of an installed program where it keeps what
/// it remembers.
pub fn known_hosts(dir: &Path) -> PathBuf {
    let its_own = installed(Kept::Data).is_some_and(|data| data.join("certs") == dir);
    let state = installed(Kept::State).filter(|_| its_own);
    state.unwrap_or_else(|| dir.into()).join("known_hosts")
}

/// What an installed program keeps.
#[derive(Clone, Copy)]
enum Kept {
    /// What it has made.
    Data,
    /// What it remembers.
    State,
}

fn installed(kept: Kept) -> Option<PathBuf> {
    let of_windows = env::var_os("LOCALAPPDATA").filter(|_| cfg!(windows));
    folder(kept, |variable| env::var_os(variable), of_windows, env::home_dir())
}

/// The family's folder: below what XDG's variable names, where a relative path is to be ignored, as the specification says;
/// on Windows else below its LOCALAPPDATA; else where the specification puts it in the user's home.
fn folder(
    kept: Kept,
    variable: impl Fn(&str) -> Option<OsString>,
    of_windows: Option<OsString>,
    home: Option<PathBuf>,
) -> Option<PathBuf> {
    let (name, below_home) = match kept {
        Kept::Data => ("XDG_DATA_HOME", ".local/share"),
        Kept::State => ("XDG_STATE_HOME", ".local/state"),
    };
    let named = [variable(name), of_windows].into_iter().flatten().map(PathBuf::from);
    let base = named.chain(home.map(|home| home.join(below_home))).find(|path| path.is_absolute());
    Some(base?.join(FAMILY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_folder_comes_before_the_systems_and_home_is_last() {
        let both = |xdg: Option<&str>, windows: Option<&str>, home: Option<&str>| {
            [Kept::Data, Kept::State].map(|kept| {
                let variable = |name: &str| xdg.map(|dir| format!("{dir}{name}").into());
                let found = folder(kept, variable, windows.map(OsString::from), home.map(PathBuf::from));
                found.map(|path| path.to_str().expect("it is text").to_owned())
            })
        };
        let two = |data: &str, state: &str| [Some(data.to_owned()), Some(state.to_owned())];
        let in_home = two("/home/me/.local/share/asnoted", "/home/me/.local/state/asnoted");
        assert_eq!(both(None, None, Some("/home/me")), in_home);
        assert_eq!(both(Some("not/absolute/"), None, Some("/home/me")), in_home);
        let named = two("/mnt/XDG_DATA_HOME/asnoted", "/mnt/XDG_STATE_HOME/asnoted");
        assert_eq!(both(Some("/mnt/"), Some("/local"), Some("/home/me")), named);
        assert_eq!(both(None, Some("/local"), Some("/home/me")), two("/local/asnoted", "/local/asnoted"));
        assert_eq!(both(None, None, Some("home")), [None, None]);
        assert_eq!(both(None, None, None), [None, None]);
    }
}
