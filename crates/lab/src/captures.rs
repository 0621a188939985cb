//! `lab read` of captures: first a table, a line a connection; then, with `--connection N`, one of them as any other
//! run.

use std::{
    fmt::Write as _,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use anyhow::Context;
use capture::{Captures, Counts, Finished, Keep, Keys, PrivateKey, Row};
use claims::Event;
use rustls::pki_types::{
    PrivateKeyDer,
    pem::{self, PemObject},
};
use serde_json::json;
use steps::{Lang, harmless};

/// How the connections of captures are chosen and ordered.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Captures")]
pub(crate) struct Choice {
    /// The connection with this number in the table, or all of them, as a ladder or in any other form
    #[arg(long, value_name = "N|all")]
    connection: Option<Which>,

    /// Only connections whose row holds this text (an address, a port, a name, a protocol, an outcome)
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,

    /// The server's RSA key in PEM: TLS with static RSA (RFC 5246 §8.1.1) is opened with it, as by whoever gets it later
    #[arg(long, value_name = "FILE")]
    pub(crate) rsa_key: Option<PathBuf>,

    /// The order of the table
    #[arg(long, value_enum, default_value_t, value_name = "BY")]
    sort: Sort,
}

/// Which connections are told step by step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    One(u64),
    All,
}

impl std::str::FromStr for Which {
    type Err = &'static str;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "all" => Ok(Which::All),
            number => number.parse().map(Which::One).map_err(|_| "a number of the table, or `all`"),
        }
    }
}

/// An order of connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Sort {
    /// When they began
    #[default]
    Time,
    /// The longest first
    Duration,
    /// Those that carried most first
    Bytes,
    /// By what they speak
    Protocol,
}

/// What `lab read` has of captures.
pub(crate) enum Found {
    /// The table.
    Table(String),
    /// The events of the connection that was asked for.
    Events(Vec<Event>),
}

/// Whether a file is a capture, by how it begins.
pub(crate) fn is_capture(path: &Path) -> bool {
    if path == Path::new(STDIN) {
        return true;
    }
    let mut first = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut first)).is_ok() && capture::is_capture(&first)
}

const STDIN: &str = "-";

/// Reads captures as if they were one.
///
/// # Errors
///
/// When one cannot be opened or is none, or there is no connection of that number.
pub(crate) fn read(
    paths: &[PathBuf],
    (choice, keylog): (&Choice, Option<&Path>),
    (lang, json): (Lang, bool),
) -> anyhow::Result<Found> {
    let keep = match choice.connection {
        None => Keep::Nothing,
        Some(Which::One(number)) => Keep::One(number),
        Some(Which::All) => Keep::All,
    };
    let captures = follow(paths, (keylog, choice.rsa_key.as_deref()), (keep, lang))?;
    let given_up = captures.given_up();
    if given_up > 0 {
        say_given_up(given_up, lang);
    }
    let (mut finished, counts) = captures.finish();
    if choice.rsa_key.is_some() && finished.iter().all(|one| one.row.private_key_fits.is_none()) {
        say(
            lang,
            "no connection exchanged its key by static RSA: the RSA key opens nothing (ECDHE and TLS 1.3 need a key log)",
            "没有连接使用静态 RSA 交换密钥：RSA 私钥没有可解的内容（ECDHE 和 TLS 1.3 需要密钥日志）",
        );
    }
    if let Some(Which::One(number)) = choice.connection {
        let total = finished.len();
        let one = finished.into_iter().find(|one| one.row.number == number);
        let one =
            one.with_context(|| format!("there is no connection {number}; the captures have {total}"))?;
        return Ok(Found::Events(one.events));
    }
    if let Some(text) = &choice.filter {
        let text = text.to_lowercase();
        finished.retain(|one| words(&one.row, lang).to_lowercase().contains(&text));
    }
    if choice.connection == Some(Which::All) {
        return Ok(Found::Events(finished.into_iter().flat_map(|one| one.events).collect()));
    }
    match choice.sort {
        Sort::Time => {}
        Sort::Duration => finished.sort_by_key(|one| std::cmp::Reverse(one.row.lasted)),
        Sort::Bytes => finished.sort_by_key(|one| std::cmp::Reverse(one.row.bytes)),
        Sort::Protocol => finished.sort_by_key(|one| one.row.kind.name()),
    }
    Ok(Found::Table(if json { in_json(&finished) } else { table(&finished, counts, lang) }))
}

/// The RSA key in a file.
fn private_key(path: &Path) -> anyhow::Result<PrivateKey> {
    let named = || format!("the RSA key {}", path.display());
    let der = PrivateKeyDer::from_pem_file(path).map_err(|error| match error {
        pem::Error::Io(error) => anyhow::Error::new(error),
        _ => anyhow::anyhow!("it holds no private key in PEM"),
    });
    let key = match der.with_context(named)? {
        PrivateKeyDer::Pkcs1(der) => PrivateKey::of_pkcs1(der.secret_pkcs1_der()),
        PrivateKeyDer::Pkcs8(der) => PrivateKey::of_pkcs8(der.secret_pkcs8_der()),
        _ => None,
    };
    key.context("it is no RSA key of 2048 to 8192 bits").with_context(named)
}

/// Follows the connections of captures as if they were one, the earliest first: a ring of files has no other order.
///
/// # Errors
///
/// When one cannot be opened or is none.
pub(crate) fn follow(
    paths: &[PathBuf],
    (keylog, rsa_key): (Option<&Path>, Option<&Path>),
    (keep, lang): (Keep, Lang),
) -> anyhow::Result<Captures> {
    let mut keys = Keys::default();
    if let Some(path) = keylog {
        let lines =
            std::fs::read(path).with_context(|| format!("could not read the key log {}", path.display()))?;
        if keys.add(&String::from_utf8_lossy(&lines)) == 0 {
            say(
                lang,
                &format!("{} holds no secret", path.display()),
                &format!("{} 中没有密钥", path.display()),
            );
        }
    }
    if let Some(path) = rsa_key {
        keys.add_private_key(private_key(path)?);
    }
    let mut captures = Captures::new(keys, keep);
    for path in in_time(paths) {
        let read = match path.to_str() {
            Some(STDIN) => captures.file(io::stdin().lock()),
            _ => captures.file(open(&path)?),
        };
        match read {
            Ok(_packets) => {}
            // What came before counts, where anything did.
            Err(trouble @ (capture::Trouble::NotACapture | capture::Trouble::Io(_))) => {
                return Err(trouble).with_context(|| path.display().to_string());
            }
            Err(trouble) => say(
                lang,
                &format!("{} {trouble}; what came before is shown", path.display()),
                &format!("{}：{}，此前的内容照常显示", path.display(), trouble.in_chinese()),
            ),
        }
    }
    Ok(captures)
}

/// A capture file, to be read.
///
/// # Errors
///
/// Says which could not be opened.
pub(crate) fn open(path: &Path) -> anyhow::Result<impl Read> {
    let file = File::open(path).with_context(|| format!("could not read {}", path.display()))?;
    Ok(io::BufReader::with_capacity(1 << 18, file))
}

/// Captures in the order of their first packets; one without a packet has nothing to tell, and standard input is read
/// when it is its turn.
pub(crate) fn in_time(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut paths = paths.to_vec();
    if paths.len() > 1 {
        let first = |path: &PathBuf| {
            let file = (path != Path::new(STDIN)).then(|| File::open(path).ok()).flatten();
            file.and_then(capture::begins)
        };
        paths.sort_by_cached_key(first);
    }
    paths
}

/// A row as one text, to be searched.
fn words(row: &Row, lang: Lang) -> String {
    [cells(row).join(" "), details(row).join(" "), row.outcome().in_lang(lang).to_owned()].join(" ")
}

/// Number, time, both ends, protocol.
fn cells(row: &Row) -> [String; 5] {
    let time = row.at.strftime("%H:%M:%S%.3f").to_string();
    [row.number.to_string(), time, row.client.to_string(), row.server.to_string(), row.kind.name()]
}

/// What was asked for and agreed.
fn details(row: &Row) -> Vec<String> {
    let all = [&row.version, &row.name, &row.algorithms].into_iter().flatten();
    all.map(|text| harmless(text).into_owned()).collect()
}

/// A line a connection, and what it agreed on under it, with what else is in the captures.
fn table(all: &[Finished], counts: Counts, lang: Lang) -> String {
    format!("{}{}", lines(all, lang), footer(all, counts, lang))
}

/// A line a connection, and what it agreed on under it.
pub(crate) fn lines(all: &[Finished], lang: Lang) -> String {
    let rows: Vec<[String; 5]> = all.iter().map(|one| cells(&one.row)).collect();
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or_default();
    let widths: [usize; 5] = std::array::from_fn(width);
    let mut page = String::new();
    for (one, [number, time, client, server, kind]) in all.iter().zip(&rows) {
        let [n, _, c, s, k] = widths;
        let outcome = one.row.outcome();
        let _ = writeln!(
            page,
            "{number:>n$}  {time}  {client:>c$} → {server:<s$}  {kind:<k$}  {}",
            harmless(outcome.in_lang(lang))
        );
        let details = details(&one.row);
        if !details.is_empty() {
            let _ = writeln!(page, "{:n$}  {}", "", details.join(" · "));
        }
    }
    page
}

/// What else is in the captures.
fn footer(all: &[Finished], counts: Counts, lang: Lang) -> String {
    let other = [
        (counts.quic, "QUIC", "QUIC"),
        (counts.udp, "other UDP", "其他 UDP"),
        (counts.icmp, "ICMP", "ICMP"),
        (counts.other_ip, "other IP", "其他 IP"),
        (counts.not_ip, "not IP", "非 IP"),
        (counts.fragments, "fragments without the rest", "不完整的分片"),
        (counts.unreadable, "unreadable", "无法读取"),
        (counts.unknown_link, "of an unknown link layer", "链路层未知"),
    ];
    let zh = lang == Lang::Zh;
    let other = other
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, en, name_zh)| format!("{count} {}", if zh { name_zh } else { en }));
    let inside = if zh { "隧道（内部未读取）" } else { "in tunnels that are not looked into" };
    let tunnels = counts.tunnels.total();
    let names: Vec<String> = counts.tunnels.each().map(|(name, count)| format!("{name} {count}")).collect();
    let tunnels = (tunnels > 0).then(|| format!("{tunnels} {inside}: {}", names.join(", ")));
    let other: Vec<String> = other.chain(tunnels).collect();
    let (connections, packets, segments) = (all.len(), counts.packets, counts.segments);
    let mut line = match (zh, connections) {
        (false, 1) => format!("1 connection in {packets} packets, {segments} of them TCP segments"),
        (false, _) => {
            format!("{connections} connections in {packets} packets, {segments} of them TCP segments")
        }
        (true, _) => format!("{packets} 个数据包中有 {connections} 条连接、{segments} 个 TCP 段"),
    };
    if !other.is_empty() {
        let _ = write!(line, "{}{}", if zh { "；此外：" } else { "; beside them: " }, other.join(", "));
    }
    let how = match (zh, connections) {
        (_, 0) => "",
        (false, _) => "\n--connection N shows one of them as a ladder",
        (true, _) => "\n用 --connection N 查看其中一条的梯形图",
    };
    format!("\n{line}{how}\n")
}

/// An object a connection.
pub(crate) fn in_json(all: &[Finished]) -> String {
    let mut page = String::new();
    for Finished { row, .. } in all {
        let object = json!({
            "connection": row.number,
            "at": row.at,
            "client": row.client,
            "server": row.server,
            "protocol": row.kind.name(),
            "server_name": row.name,
            "version": row.version,
            "algorithms": row.algorithms,
            "established": row.established,
            "established_after_us": row.established_after.map(|after| after.as_micros() as u64),
            "lasted_us": row.lasted.as_micros() as u64,
            "outcome": row.outcome(),
            "one_sided": row.one_sided,
            "segments": row.segments,
            "bytes": row.bytes,
            "bytes_missing": row.missing,
            "rsa_key_fits": row.private_key_fits,
        });
        page.push_str(&steps::to_json(&object).expect("it is a value"));
        page.push('\n');
    }
    page
}

pub(crate) fn say_given_up(given_up: u64, lang: Lang) {
    say(
        lang,
        &format!("{given_up} connections were told before their end: too many were open at once"),
        &format!("同时打开的连接过多，{given_up} 条在结束之前就已列出"),
    );
}

pub(crate) fn say(lang: Lang, en: &str, zh: &str) {
    let text = match lang {
        Lang::En => en,
        Lang::Zh => zh,
    };
    show::say("lab", text);
}
