//! A file of a thousand entries of all kinds, the same in every run, against what `ssh-keygen -F` finds in it.

use std::fmt::Write as _;

use super::*;

/// Whether `ssh-keygen` is there; in CI it must be.
fn ssh_keygen_is_there() -> bool {
    let there = Command::new("ssh-keygen").arg("-?").output().is_ok();
    assert!(there || std::env::var_os("CI").is_none(), "ssh-keygen is needed");
    if !there {
        eprintln!("not run: ssh-keygen is not installed");
    }
    there
}

/// The lines that `ssh-keygen -F` finds, with their markers.
fn found(file: &KnownHosts, host: &str) -> Vec<(usize, Option<Marker>)> {
    let output = Command::new("ssh-keygen").args(["-F", host, "-f"]).arg(file.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let heads = said.lines().filter_map(|line| line.strip_prefix("# Host ")?.split_once(" found: line "));
    heads
        .map(|(_, rest)| {
            let (line, marker) = rest.split_once(' ').unwrap_or((rest, ""));
            let marker = match marker.trim() {
                "CA" => Some(Marker::CertAuthority),
                "REVOKED" => Some(Marker::Revoked),
                _ => None,
            };
            (line.parse().unwrap(), marker)
        })
        .collect()
}

/// The lines that we find.
fn ours(file: &KnownHosts, host: &str) -> Vec<(usize, Option<Marker>)> {
    let entries = file.entries().unwrap();
    entries.iter().filter(|entry| entry.speaks_for(host)).map(|entry| (entry.line, entry.marker)).collect()
}

/// Numbers that look random and are the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % sides
    }

    fn of<'a>(&mut self, choice: &[&'a str]) -> &'a str {
        choice[self.below(choice.len())]
    }

    /// A host as it would be looked up.
    fn host(&mut self) -> String {
        let port = self.of(&["22", "2222", "7022"]).parse().unwrap();
        let host = match self.below(5) {
            0 => format!("10.0.{}.{}", self.below(3), self.below(20)),
            1 => format!("fe80::{:x}", self.below(20)),
            _ => {
                let (name, zone) =
                    (self.of(&["web", "db", "mail", "a"]), self.of(&["example.com", "lan", "x.org"]));
                format!("{name}{}.{zone}", self.below(8))
            }
        };
        host_name(&host, port)
    }

    /// A host as a pattern: some characters wild, some capital.
    fn pattern(&mut self) -> String {
        let mut pattern = String::new();
        for c in self.host().chars() {
            match self.below(12) {
                0 => pattern.push('?'),
                1 => pattern.push('*'),
                2 => pattern.extend(c.to_uppercase()),
                _ => pattern.push(c),
            }
        }
        pattern
    }

    fn hashed(&mut self) -> String {
        let host = self.host();
        let salt: Vec<u8> = (0..20).map(|_| self.below(256) as u8).collect();
        let signed = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &salt), host.as_bytes());
        let hash = signed.as_ref().try_into().unwrap();
        HostPatterns::HashedName { salt, hash }.to_string()
    }

    fn entry(&mut self) -> String {
        let hosts = match self.below(6) {
            0 => self.hashed(),
            1 => self.host(),
            2 => self.pattern(),
            _ => {
                let some = (0..=self.below(4)).map(|_| {
                    let not = self.of(&["", "", "", "!"]);
                    format!("{not}{}", if self.below(2) == 0 { self.host() } else { self.pattern() })
                });
                some.collect::<Vec<_>>().join(",")
            }
        };
        let marker = self.of(&["", "", "", "", "@revoked ", "@cert-authority ", "@unheard-of "]);
        let key = self.of(&[A, B, ECDSA]);
        let key = if self.below(4) == 0 { key.replace(' ', "\t \t") } else { key.to_owned() };
        let comment = self.of(&["", " me@here", " # two words", "\tcaf\u{e9}", " \r"]);
        format!(
            "{}{marker}{hosts}{}{key}{comment}",
            self.of(&["", "", " ", "\t"]),
            self.of(&[" ", "  ", "\t"])
        )
    }
}

#[test]
fn a_thousand_entries_of_all_kinds_are_read_as_ssh_keygen_reads_them() {
    if !ssh_keygen_is_there() {
        return;
    }
    let mut dice = Dice(0x5353_4832);
    let mut text = String::new();
    for _ in 0..1000 {
        match dice.below(12) {
            0 => text.push('\n'),
            1 => writeln!(text, "  # a comment, {}", dice.host()).unwrap(),
            _ => {}
        }
        writeln!(text, "{}", dice.entry()).unwrap();
    }
    let Fixture { _folder, file } = file(&text);
    let (mut matched, mut markers) = (0, 0);
    for _ in 0..200 {
        let host = dice.host();
        let theirs = found(&file, &host);
        assert_eq!(ours(&file, &host), theirs, "{host}");
        matched += usize::from(!theirs.is_empty());
        markers += theirs.iter().filter(|(_, marker)| marker.is_some()).count();
    }
    assert!(matched > 100 && markers > 50, "the file is worth asking: {matched} {markers}");
}

#[test]
fn ssh_keygen_also_finds_lines_that_ssh_itself_passes_over() {
    if !ssh_keygen_is_there() {
        return;
    }
    // It looks at the names alone; `ssh`, which has to use the key, calls such a host unknown. We side with `ssh`.
    let blob = A.split(' ').nth(1).unwrap();
    for line in ["bad ssh-ed25519 !!!".to_owned(), format!("bad ssh-rsa {blob}")] {
        let Fixture { _folder, file } = file(&line);
        assert_eq!(found(&file, "bad"), [(1, None)], "{line}");
        assert_eq!(file.look_up("bad", &key(A)).unwrap(), Record::Unknown, "{line}");
    }
}

#[test]
fn a_tab_after_a_marker_is_read_as_it_is_meant() {
    if !ssh_keygen_is_there() {
        return;
    }
    // OpenSSH looks for the first space, takes all up to it for the marker, and passes over the line: the key that was
    // to be revoked is taken. The manual says spaces; to refuse what somebody revoked does no harm.
    let Fixture { _folder, file } = file(&format!("@revoked\thost {A}\n"));
    assert_eq!(found(&file, "host"), []);
    assert_eq!(file.look_up("host", &key(A)).unwrap(), Record::Revoked { line: 1 });
}
