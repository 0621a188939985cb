//! A capture that was cut, damaged, or lacks packets at each kind of place: as many packets are read as tshark reads, and
//! what is told of a connection is what the whole capture tells of it, or the beginning of that. Nothing is made up.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use claims::Event;
use steps::{Direction, Evidence, Fields, Protocol, Side, Value};

use crate::{common::binary, runs::foreign::Captured};

/// The length of a pcap file's header, and of each packet's.
const FILE: usize = 24;
const RECORD: usize = 16;

/// What each side of each connection said above TCP, in order: the step and its fields.
type Said = BTreeMap<(String, Side), Vec<(&'static str, Fields)>>;

/// How much of what the whole capture tells must be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Still {
    /// All of it.
    All,
    /// Of each direction a beginning.
    Beginnings,
}

pub(crate) fn check(captured: &Captured, folder: &Path) {
    let whole = fs::read(&captured.file).expect("tcpdump wrote it");
    let records = records(&whole);
    assert!(records.len() > 100, "{} packets", records.len());
    let (all, packets) = read(&captured.file, &captured.keys);
    assert_eq!(packets, records.len());
    let middle = records[records.len() / 2];
    let header = || whole[..FILE].to_vec();
    let without = |drop: &dyn Fn(usize) -> bool| {
        let kept = records.iter().enumerate().filter(|(n, _)| !drop(*n));
        kept.fold(header(), |file, (_, (at, length))| [&file, &whole[*at..at + length]].concat())
    };
    let changed = |at: usize, bytes: &[u8]| {
        let mut file = whole.clone();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        file
    };
    // A packet carries 14 bytes of Ethernet, then 20 of IPv4, then TCP.
    let ip = middle.0 + RECORD + 14;
    let twice = records.iter().fold(header(), |file, (at, length)| {
        let packet = &whole[*at..at + length];
        [&file, packet, packet].concat()
    });
    let places: Vec<(&str, Vec<u8>, Still)> = vec![
        ("cut in a packet's header", whole[..middle.0 + 5].to_vec(), Still::Beginnings),
        ("cut in a packet", whole[..middle.0 + RECORD + 20].to_vec(), Still::Beginnings),
        ("cut between packets", whole[..middle.0].to_vec(), Still::Beginnings),
        ("cut before the last byte", whole[..whole.len() - 1].to_vec(), Still::Beginnings),
        ("no packet at all", header(), Still::Beginnings),
        ("a packet without end", changed(middle.0 + 8, &[0xff, 0xff, 0xff, 0x7f]), Still::Beginnings),
        ("another version of IP", changed(ip, &[0xf5]), Still::Beginnings),
        ("an IP header that is too long", changed(ip, &[0x4f]), Still::Beginnings),
        ("an IP packet that is too short", changed(ip + 2, &[0, 1]), Still::Beginnings),
        ("a TCP header that is too long", changed(ip + 20 + 12, &[0xf0]), Still::Beginnings),
        ("each packet twice", twice, Still::All),
        ("every tenth packet lost", without(&|n| n % 10 == 4), Still::Beginnings),
        ("the first half lost", without(&|n| n < records.len() / 2), Still::Beginnings),
    ];
    for (name, file, still) in places {
        let path = folder.join("damaged.pcap");
        fs::write(&path, &file).expect("the folder is ours");
        same(name, still, &all, &path, &captured.keys);
    }
    // The same as pcapng, cut in a block, and with every packet cut short.
    for (name, args, cut, still) in [
        ("pcapng", &["-F", "pcapng"][..], 0, Still::All),
        ("pcapng cut in its last block", &["-F", "pcapng"], 3, Still::Beginnings),
        ("a snap length of 200", &["-s", "200"], 0, Still::Beginnings),
        ("a snap length of 50", &["-s", "50"], 0, Still::Beginnings),
    ] {
        let path = folder.join("edited");
        let edited = Command::new("editcap").args(args).arg(&captured.file).arg(&path).status();
        assert!(edited.expect("editcap comes with tshark").success(), "{name}");
        let file = fs::read(&path).expect("editcap wrote it");
        fs::write(&path, &file[..file.len() - cut]).expect("the folder is ours");
        same(name, still, &all, &path, &captured.keys);
    }
    println!("damaged: 17 kinds of damage, {} directions of connections in the whole capture", all.len());
}

/// That a damaged capture tells nothing that the whole one does not.
fn same(name: &str, still: Still, all: &Said, path: &Path, keys: &Path) {
    let (said, packets) = read(path, keys);
    assert_eq!(packets, by_tshark(path), "{name}: packets");
    for (of, told) in &said {
        let whole = all.get(of).map(Vec::as_slice).unwrap_or_default();
        let other = (0..told.len()).find(|&n| !whole.get(n).is_some_and(|whole| holds((&told[n], whole))));
        let first = other.map(|n| (&told[n], whole.get(n)));
        assert!(first.is_none(), "{name}: {of:?}: {first:#?}");
    }
    if still == Still::All {
        assert_eq!(said.len(), all.len(), "{name}");
        for (of, whole) in all {
            assert_eq!(said[of].len(), whole.len(), "{name}: {of:?}");
        }
    }
}

/// Whether a message is the same one, with no value that the whole capture has otherwise. What a message holds may depend on
/// one that is missing: then its length alone is told.
fn holds(((step, fields), (whole_step, whole)): (&(&str, Fields), &(&str, Fields))) -> bool {
    let same = |(name, value): (&str, &Value)| match whole.named(name) {
        Some(whole) => whole == value,
        None => name == "length",
    };
    step == whole_step && fields.iter().all(same)
}

/// What `lab read` tells, and of how many packets.
fn read(path: &Path, keys: &Path) -> (Said, usize) {
    let lab = |args: &[&str]| {
        let mut lab = Command::new(binary("lab"));
        lab.arg("read").arg(path).arg("--keylog").arg(keys).args(["--lang", "en"]).args(args);
        let output = lab.env_remove("LOG_DIR").output().expect("lab runs");
        let (text, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(!said.contains("panic") && output.status.code().is_some(), "{said}");
        (text.into_owned(), said.into_owned())
    };
    let (table, said) = lab(&[]);
    let words: Vec<&str> = table.split_whitespace().collect();
    let count = words.windows(4).find(|words| words[0].starts_with("connection") && words[1] == "in");
    let packets = count.and_then(|words| words[2].parse().ok()).unwrap_or_else(|| panic!("{table}{said}"));
    let (events, _) = lab(&["--connection", "all", "--format", "json"]);
    let mut all = Said::new();
    for line in events.lines() {
        let event: Event = serde_json::from_str(line).expect("each line is an event");
        let above = event.step.protocol() != Protocol::Tcp && event.direction != Direction::Local;
        // That the thread was lost is said of what is missing.
        let lost = event.step.id().ends_with(".undecodable") || event.step.id().ends_with(".does_not_open");
        if let (true, Some(from)) = (above && event.evidence == Evidence::Wire && !lost, event.sender()) {
            let said = (event.step.id(), event.fields.clone());
            all.entry((event.conn.clone(), from)).or_default().push(said);
        }
    }
    (all, packets)
}

/// How many packets tshark reads of it.
fn by_tshark(path: &Path) -> usize {
    let mut tshark = Command::new("tshark");
    let output = tshark.arg("-r").arg(path).args(["-T", "fields", "-e", "frame.number"]).output();
    String::from_utf8_lossy(&output.expect("tshark runs").stdout).lines().count()
}

/// Where each packet's record begins, and how long it is.
fn records(file: &[u8]) -> Vec<(usize, usize)> {
    let (mut at, mut all) = (FILE, Vec::new());
    while let Some(length) = file.get(at + 8..at + 12).and_then(|bytes| bytes.first_chunk()) {
        let length = RECORD + u32::from_le_bytes(*length) as usize;
        all.push((at, length));
        at += length;
    }
    all
}
