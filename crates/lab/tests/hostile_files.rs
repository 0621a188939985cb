//! What somebody else can lay in a folder that he may write to, before our user's program writes there: two users, one
//! folder as `/tmp` is, and what the first has lost in the end. The attacker acts through the kernel as that user.

kit::runner!();

mod common;

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::Command,
};

use common::{Output, Running, Server, binary, may_capture, missing, text};
use tempfile::TempDir;

const VICTIM: u32 = 65_533;
const ATTACKER: u32 = 65_532;

/// What is dear to the victim.
const DEAR: &str = "dear";

/// A shared folder, and the victim's own with a program and a file in it.
struct Place {
    folder: TempDir,
    /// Whom the programs run as.
    victim: u32,
}

impl Place {
    /// None: only root can act as two users.
    fn of(victim: u32) -> Option<Place> {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let place = Place { folder, victim };
        place.open(place.folder.path(), 0o755);
        for (name, mode) in [("shared", 0o1777), ("own", 0o755)] {
            fs::create_dir(place.at(name)).expect("it is new");
            place.open(&place.at(name), mode);
        }
        if chown(place.at("own"), Some(victim), Some(victim)).is_err() {
            missing("root, to act as two users");
            return None;
        }
        fs::write(place.dear(), DEAR).expect("the folder is there");
        chown(place.dear(), Some(victim), Some(victim)).expect("root may");
        Some(place)
    }

    fn open(&self, path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn dear(&self) -> PathBuf {
        self.at("own/dear")
    }

    /// What the trap is laid at.
    fn trap(&self) -> PathBuf {
        self.at("shared/trap")
    }

    /// The attacker runs `script` in the shared folder; `$1` is the victim's file, `$2` his folder.
    fn attack(&self, script: &str) {
        let mut sh = Command::new("sh");
        sh.args(["-ec", &format!("umask 0; {script}"), "sh", text(&self.dear()), text(&self.at("own"))]);
        let status = sh.current_dir(self.at("shared")).uid(ATTACKER).gid(ATTACKER).status();
        assert!(status.expect("sh is there").success(), "{script}");
    }

    /// A program of ours, run by the victim.
    fn command(&self, program: &str, args: &[&str]) -> Command {
        // Where the tests are built not everybody may look.
        let copy = self.at(program);
        if !copy.exists() {
            // By another process: a child that another test starts meanwhile would hold our open file, which could then
            // not be run.
            let copied = Command::new("cp").arg(binary(program)).arg(&copy).status().expect("cp runs");
            assert!(copied.success(), "there is room");
            self.open(&copy, 0o755);
        }
        let mut command = Command::new(copy);
        command.args(args).uid(self.victim).gid(self.victim);
        command.env_remove("SUDO_UID").env_remove("SSLKEYLOGFILE").env_remove("LOG_DIR");
        command
    }

    fn run(&self, program: &str, args: &[&str]) -> Output {
        Running::start(self.command(program, args).args(["--format", "json"])).wait()
    }

    fn is_unharmed(&self, what: &str) {
        assert_eq!(fs::read_to_string(self.dear()).expect("it is still there"), DEAR, "{what}");
        let own: Vec<_> = fs::read_dir(self.at("own")).expect("it is still there").flatten().collect();
        assert_eq!(own.len(), 1, "{what}: {own:?}");
    }
}

/// What is laid out, and what the victim is told.
const FILES: [(&str, &str); 5] = [
    ("ln -s \"$1\" trap", "symbolic link"),
    ("ln -s \"$2/new\" trap", "symbolic link"),
    ("touch trap", "belongs to user 65532"),
    ("mkfifo trap", "belongs to user 65532"),
    ("mkdir trap", "belongs to user 65532"),
];

#[kit::test]
fn no_trap_in_a_shared_folder_takes_a_key_log_or_a_capture() {
    for (option, victim) in [("--keylog", VICTIM), ("--keylog", 0), ("--capture", 0)] {
        if option == "--capture" && !may_capture() {
            missing("CAP_NET_RAW");
            continue;
        }
        for (script, told) in FILES {
            let Some(place) = Place::of(victim) else { return };
            place.attack(script);
            // Nobody listens there: whoever got that far has opened the file.
            let left = place.run("client", &["tls", "127.0.0.1:1", option, text(&place.trap())]);
            assert_eq!(left.status.code(), Some(1), "{option} {script}");
            assert!(left.stderr.contains(told) && left.stderr.contains(option), "{}", left.stderr);
            place.is_unharmed(script);
            if option == "--capture" {
                // Each file of a ring is one that may be a trap.
                let Some(place) = Place::of(victim) else { return };
                place.attack(&script.replace("trap", "trap-2"));
                let trap = place.trap();
                let args = ["tls", "127.0.0.1:1", option, text(&trap), "--ring", "3x1MiB"];
                let left = place.run("client", &args);
                assert_eq!(left.status.code(), Some(1), "{option} --ring {script}");
                assert!(left.stderr.contains(told) && left.stderr.contains(option), "{}", left.stderr);
                place.is_unharmed(script);
            }
        }
        let Some(place) = Place::of(victim) else { return };
        fs::write(place.trap(), "").and_then(|()| chown(place.trap(), Some(victim), None)).expect("root may");
        place.open(&place.trap(), 0o666);
        let left = place.run("client", &["tls", "127.0.0.1:1", option, text(&place.trap())]);
        assert!(left.stderr.contains("chmod go-w"), "{}", left.stderr);
    }
}

#[kit::test]
fn no_trap_in_a_shared_folder_takes_a_recording() {
    for victim in [VICTIM, 0] {
        for (script, told) in [
            ("ln -s \"$2\" trap", "symbolic link"),
            ("mkdir trap", "belongs to user 65532"),
            ("mkdir theirs; ln -s theirs trap", "symbolic link"),
        ] {
            let Some(place) = Place::of(victim) else { return };
            place.attack(script);
            for trap in [place.trap(), place.trap().join("")] {
                let left = place.run("client", &["tls", "127.0.0.1:1", "--log-dir", text(&trap)]);
                assert_eq!(left.status.code(), Some(1), "{script}");
                assert!(left.stderr.contains(told) && left.stderr.contains("--log-dir"), "{}", left.stderr);
            }
            place.is_unharmed(script);
        }
        let Some(place) = Place::of(victim) else { return };
        // A folder of the victim's own that everybody may write to.
        place.open(&place.at("own"), 0o777);
        let left = place.run("client", &["tls", "127.0.0.1:1", "--log-dir", text(&place.at("own"))]);
        assert!(left.stderr.contains("chmod go-w"), "{}", left.stderr);
        place.is_unharmed("a folder open to all");
    }
}

#[kit::test]
fn known_hosts_is_replaced_through_no_name_that_was_laid_out() {
    let Some(place) = Place::of(VICTIM) else { return };
    let keys = common::keys();
    let server = Server::start("ssh", &["--certs", text(keys.path())]);
    // The victim has keys of his own in a folder of his own: the login fails, after the host key was taken.
    let certs = place.at("certs");
    fs::create_dir(&certs).and_then(|()| chown(&certs, Some(VICTIM), Some(VICTIM))).expect("root may");
    for name in [".known_hosts.new", "known_hosts.new", ".known_hosts.tmp", ".known_hosts", "known_hosts~"] {
        place.attack(&format!("ln -s \"$1\" '{name}'"));
    }
    let known_hosts = place.at("shared/known_hosts");
    let target = format!("demo@{}", server.addr);
    let args = ["ssh", &target, "--certs", text(&certs), "--strict", "accept-new"];
    let left = place.run("client", &[&args[..], &["--known-hosts", text(&known_hosts)]].concat());
    let written = fs::read_to_string(&known_hosts);
    assert!(written.is_ok_and(|text| text.lines().count() == 1), "{}", left.stderr);
    let about = fs::symlink_metadata(&known_hosts).expect("it is there");
    assert_eq!((about.uid(), about.mode() & 0o777), (VICTIM, 0o600));
    place.is_unharmed("known_hosts");
}

/// What is nobody else's is used as before: in a folder that all may write to, and a pipe of one's own.
#[kit::test]
fn what_is_the_users_own_is_written_to() {
    let Some(place) = Place::of(VICTIM) else { return };
    let (keys, logs) = (place.at("shared/keys"), place.at("shared/logs"));
    let certs = place.at("shared/certs");
    let args = ["tls", "--certs", text(&certs), "--keylog", text(&keys), "--log-dir", text(&logs)];
    for _ in 0..2 {
        let left = place.run("lab", &args);
        assert!(left.status.success(), "{}", left.stderr);
    }
    assert!(fs::read_to_string(&keys).expect("it was made").lines().count() >= 2);
    assert_eq!(fs::read_dir(&logs).expect("it was made").count(), 2);
    assert_eq!(fs::metadata(&keys).expect("it was made").mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(&keys).expect("it was made").uid(), VICTIM);
}
