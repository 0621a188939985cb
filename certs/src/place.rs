//! Where the demo keys are unless told otherwise: in the repository beside their maker, elsewhere where the XDG Base
//! Directory Specification puts such files, whatever folder the program is called in.

use std::{
    env,
    path::{Path, PathBuf},
};

/// Where the demo keys are in the repository.
pub const DEMO_DIR: &str = "certs/demo";

/// The folder of the installed program, below the one that the user or the specification names.
const FAMILY: &str = "asnoted";

/// Where the demo keys are unless told otherwise.
pub fn default_dir() -> PathBuf {
    // The repository's own folder is known by the manifest of this crate.
    match installed("XDG_DATA_HOME", ".local/share") {
        Some(data) if !Path::new("certs/Cargo.toml").is_file() => data.join("certs"),
        Some(_) | None => DEMO_DIR.into(),
    }
}

/// The known hosts of a client with the demo keys in `dir`: beside them, but of an installed program where it keeps what
/// it remembers.
pub fn known_hosts(dir: &Path) -> PathBuf {
    let its_own = installed("XDG_DATA_HOME", ".local/share").is_some_and(|data| data.join("certs") == dir);
    let state = installed("XDG_STATE_HOME", ".local/state").filter(|_| its_own);
    state.unwrap_or_else(|| dir.into()).join("known_hosts")
}

/// The family's folder below what `variable` names; a relative path there is to be ignored, as the specification says.
fn installed(variable: &str, below_home: &str) -> Option<PathBuf> {
    let named = env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = named.or_else(|| Some(env::home_dir().filter(|home| home.is_absolute())?.join(below_home)));
    Some(base?.join(FAMILY))
}
