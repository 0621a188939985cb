use std::{
    os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink},
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use rustix::process::geteuid;

use super::*;

const OTHER: u32 = 65_532;

fn is_root() -> bool {
    let root = geteuid().is_root();
    if !root {
        eprintln!("NOT TESTED: only root can give a file to another user");
    }
    root
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn refused(path: &Path) -> String {
    let error = open(OpenOptions::new().write(true), path, true).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::PermissionDenied, "{error}");
    error.to_string()
}

#[test]
fn what_is_made_is_its_owners_alone_and_what_was_there_is_written_anew_or_added_to() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("keys");
    for (anew, text) in [(true, "one"), (false, "onetwo"), (true, "two")] {
        let mut how = OpenOptions::new();
        let how = if anew { how.write(true) } else { how.append(true) };
        let word = if text == "one" { "one" } else { "two" };
        open(how, &path, anew).unwrap().write_all(word.as_bytes()).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
}

#[test]
fn what_is_not_ours_alone_is_refused_and_left_as_it_was() {
    let place = tempfile::tempdir().unwrap();
    let (victim, path) = (place.path().join("victim"), place.path().join("keys"));
    fs::write(&victim, "dear").unwrap();

    symlink(&victim, &path).unwrap();
    assert!(refused(&path).contains("symbolic link"));
    fs::remove_file(&path).unwrap();
    symlink(place.path().join("not there"), &path).unwrap();
    assert!(refused(&path).contains("symbolic link"));
    assert!(!place.path().join("not there").exists());
    fs::remove_file(&path).unwrap();

    fs::hard_link(&victim, &path).unwrap();
    assert!(refused(&path).contains("2 names"));
    fs::remove_file(&path).unwrap();

    fs::write(&path, "mine").unwrap();
    for open_to in [0o620, 0o602, 0o666] {
        mode(&path, open_to);
        assert!(refused(&path).contains("chmod go-w"), "{open_to:o}");
    }
    mode(&path, 0o600);
    if is_root() {
        chown(&path, Some(OTHER), Some(OTHER)).unwrap();
        assert!(refused(&path).contains("belongs to user 65532"));
        // It would wait for its reader for ever.
        let pipe = place.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        chown(&pipe, Some(OTHER), Some(OTHER)).unwrap();
        assert!(refused(&pipe).contains("belongs to user 65532"));
    }
    assert_eq!(fs::read_to_string(&victim).unwrap(), "dear");
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
}

#[test]
fn a_device_and_a_descriptor_are_written_to() {
    open(OpenOptions::new().append(true), Path::new("/dev/null"), false).unwrap();
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("keys");
    let file = File::create(&path).unwrap();
    mode(&path, 0o666);
    use std::os::fd::AsRawFd;
    let descriptor = format!("/dev/fd/{}", file.as_raw_fd());
    open(OpenOptions::new().append(true), Path::new(&descriptor), false).unwrap().write_all(b"x").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "x");
    for no_descriptor in ["/dev/fd/", "/dev/fd/../shm/x", "/dev/fd/1/x", "/tmp/dev/fd/1"] {
        assert!(!is_a_descriptor(Path::new(no_descriptor)), "{no_descriptor}");
    }
}

#[test]
fn a_folder_is_made_and_found_good_again_or_refused() {
    let place = tempfile::tempdir().unwrap();
    let logs = place.path().join("a/logs");
    assert!(!folder(&logs).unwrap());
    assert!(!folder(&logs).unwrap());
    assert_eq!(fs::metadata(&logs).unwrap().mode() & 0o022, 0);

    mode(&logs, 0o775);
    assert!(folder(&logs).unwrap_err().to_string().contains("chmod go-w"));
    mode(&logs, 0o1777);
    assert!(!folder(&logs).unwrap());
    mode(&logs, 0o755);

    let link = place.path().join("link");
    symlink(&logs, &link).unwrap();
    for path in [link.clone(), link.join("")] {
        assert!(folder(&path).unwrap_err().to_string().contains("symbolic link"), "{}", path.display());
    }
    fs::write(place.path().join("file"), "").unwrap();
    assert!(folder(&place.path().join("file")).is_err());
    if is_root() {
        chown(&logs, Some(OTHER), Some(OTHER)).unwrap();
        assert!(folder(&logs).unwrap_err().to_string().contains("belongs to user 65532"));
    }
}

#[test]
fn a_file_is_replaced_with_its_permissions_and_through_no_name_that_was_laid_out() {
    let place = tempfile::tempdir().unwrap();
    let (victim, path) = (place.path().join("victim"), place.path().join("known_hosts"));
    fs::write(&victim, "dear").unwrap();
    for name in [".known_hosts.new", ".known_hosts.tmp", "known_hosts~"] {
        symlink(&victim, place.path().join(name)).unwrap();
    }
    for text in ["one", "two"] {
        replace(&path, text.as_bytes(), Some(Permissions::from_mode(0o644))).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o644);
    assert_eq!(fs::read_to_string(&victim).unwrap(), "dear");
    let left: Vec<_> = fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 5, "{left:?}");
    assert!(replace(&place.path().join("no/folder"), b"", None).is_err());
}

/// The race: between the look and the opening somebody lays a link. What was opened counts.
#[test]
fn a_link_that_comes_between_is_not_followed() {
    let place = tempfile::tempdir().unwrap();
    let (victim, path) = (place.path().join("victim"), place.path().join("keys"));
    fs::write(&victim, "dear").unwrap();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let _ = symlink(&victim, &path);
                let _ = fs::remove_file(&path);
            }
        });
        for _ in 0..20_000 {
            if let Ok(mut file) = open(OpenOptions::new().write(true), &path, true) {
                file.write_all(b"secret").unwrap();
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert_eq!(fs::read_to_string(&victim).unwrap(), "dear");
}
