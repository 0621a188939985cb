//! From the bytes of a capture to steps, beside tshark on the same file: one recorded conversation, repeated from other
//! addresses, in one process each. Both are given the secrets.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    net::Ipv4Addr,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    Effort,
    child::{Child, runtime, two},
    decode::port,
    measure::{self, memory},
    pair::Kind,
    program,
    recording::{Recording, record},
};
use anyhow::Context;
use etherparse::PacketBuilder;
use steps::Side;

/// What tshark is asked for: to name each message.
fn question(kind: Kind) -> [&'static str; 2] {
    match kind {
        Kind::Tls13 | Kind::Ecdhe => ["tls", "tls.handshake.type"],
        Kind::Ws => ["websocket || http", "websocket.opcode"],
        Kind::Ssh => ["ssh", "ssh.message_code"],
        Kind::Tcp | Kind::TcpKernel => ["tcp", "tcp.flags"],
    }
}

pub(crate) fn table(effort: Effort, folder: &Path, certs: &Path) -> anyhow::Result<()> {
    println!(
        "From the bytes of a capture to steps, one process each, secrets given (tshark 4.0 opens no SSH). Rates: of \
         each second of CPU; both use one core.\n\n\
         | conversations of | capture | ours | | memory, of a tenth → of all | tshark | | memory | ours : tshark |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|"
    );
    let runtime = runtime()?;
    for (kind, mib) in
        [(Kind::Tls13, 200), (Kind::Ecdhe, 50), (Kind::Ws, 50), (Kind::Ssh, 50), (Kind::Tcp, 50)]
    {
        let recording = runtime.block_on(record(kind, certs))?;
        let (capture, tenth, secrets) =
            (folder.join("all.pcap"), folder.join("tenth.pcap"), folder.join("keys"));
        fs::write(&secrets, recording.secrets())?;
        let bytes = effort.of(mib, 20) << 20;
        write(kind, &recording, bytes / 10, &tenth)?;
        let count = write(kind, &recording, bytes, &capture)?;
        let mib = fs::metadata(&capture)?.len() as f64 / f64::from(1 << 20);
        let (_, little) = ours(kind, &tenth, &secrets, folder)?;
        let (wall, most) = ours(kind, &capture, &secrets, folder)?;
        print!(
            "| {} | {count}, {mib:.0} MiB | {:.0} MB/s | {:.0}/s | {:.1} → {:.1} MiB |",
            kind.name(),
            mib * 1.048_576 / wall,
            count as f64 / wall,
            little / 1_048_576.0,
            most / 1_048_576.0,
        );
        let (theirs, memory) = tshark(kind, &capture, &secrets)?;
        println!(
            " {:.0} MB/s | {:.0}/s | {:.0} MiB | {:.1} |",
            mib * 1.048_576 / theirs,
            count as f64 / theirs,
            memory / 1_048_576.0,
            theirs / wall,
        );
    }
    println!();
    connections(effort, folder, certs, &runtime)
}

/// From a file to its table of connections, by whole programs: reading, reassembly, keys and the table itself.
fn connections(
    effort: Effort,
    folder: &Path,
    certs: &Path,
    runtime: &tokio::runtime::Runtime,
) -> anyhow::Result<()> {
    println!(
        "From a capture's file to a table of its connections, as whole programs, secrets given. Seconds of CPU; of ours \
         also on one core alone (`taskset`), and how much sooner all cores are done.\n\n\
         | conversations of | capture | `lab read`, on one core → on all | sooner | memory | `tshark -z conv,tcp` | memory | its CPU : ours |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|"
    );
    let lab = program("lab")?;
    for kind in [Kind::Tls13, Kind::Ecdhe, Kind::Ws, Kind::Ssh, Kind::Tcp] {
        let recording = runtime.block_on(record(kind, certs))?;
        let (capture, secrets) = (folder.join("all.pcap"), folder.join("keys"));
        fs::write(&secrets, recording.secrets())?;
        let count = write(kind, &recording, effort.of(50, 20) << 20, &capture)?;
        let read = |mut lab: Command| {
            lab.arg("read").arg(&capture).args(["--format", "json", "--keylog"]).arg(&secrets);
            lab
        };
        let mut pinned = Command::new("taskset");
        pinned.args(["-c", "0"]).arg(&lab);
        let (alone, _, alone_wall) = timed(read(pinned))?;
        let (cpu, memory, wall) = timed(read(Command::new(&lab)))?;
        let mut theirs = Command::new("tshark");
        theirs.arg("-r").arg(&capture).arg("-o").arg(format!("tls.keylog_file:{}", secrets.display()));
        theirs.args(["-q", "-z", "conv,tcp"]);
        let (their_cpu, their_memory) = costs(theirs)?;
        let mib = |bytes: f64| bytes / 1_048_576.0;
        println!(
            "| {} | {count}, {:.0} MiB | {alone:.2} → {cpu:.2} s | {:.2} × | {:.0} MiB | {their_cpu:.2} s | {:.0} MiB | {:.1} |",
            kind.name(),
            mib(fs::metadata(&capture)?.len() as f64),
            alone_wall / wall,
            mib(memory),
            mib(their_memory),
            their_cpu / cpu,
        );
    }
    println!();
    Ok(())
}

/// Seconds of CPU, and the most memory in bytes.
fn ours(kind: Kind, capture: &Path, secrets: &Path, folder: &Path) -> anyhow::Result<(f64, f64)> {
    let (capture, secrets) = (capture.display().to_string(), secrets.display().to_string());
    let mut child = Child::start(&["decode", kind.name(), &capture, &secrets], folder)?;
    two(&child.answer()?)
}

fn tshark(kind: Kind, capture: &Path, secrets: &Path) -> anyhow::Result<(f64, f64)> {
    let [filter, field] = question(kind);
    let mut tshark = Command::new("tshark");
    tshark
        .arg("-r")
        .arg(capture)
        .arg("-o")
        .arg(format!("tls.keylog_file:{}", secrets.display()))
        .args(["-Y", filter, "-T", "fields", "-e", field]);
    costs(tshark)
}

/// Seconds of CPU of a program whose output is thrown away, and the most memory in bytes.
fn costs(command: Command) -> anyhow::Result<(f64, f64)> {
    timed(command).map(|(cpu, memory, _)| (cpu, memory))
}

/// The same, and the seconds from its start to its end.
fn timed(mut command: Command) -> anyhow::Result<(f64, f64, f64)> {
    let (cpu, began) = (measure::children_cpu(), Instant::now());
    let named = command.get_program().to_owned();
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("could not start {}", named.display()))?;
    let mut most = 0;
    let status = loop {
        most = most.max(memory(child.id(), "VmHWM").unwrap_or(0));
        match child.try_wait()? {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(10)),
        }
    };
    anyhow::ensure!(status.success(), "{} failed: {status}", named.display());
    let wall = began.elapsed().as_secs_f64();
    Ok(((measure::children_cpu() - cpu).as_secs_f64(), most as f64, wall))
}

/// Writes a capture of about so many bytes; gives how many conversations are in it.
fn write(kind: Kind, recording: &Recording, bytes: usize, path: &Path) -> anyhow::Result<usize> {
    let mut out = BufWriter::new(File::create(path)?);
    // https://www.ietf.org/archive/id/draft-gharris-opsawg-pcap-01.html, link type 101: IP
    for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 0xffff, 101] {
        out.write_all(&word.to_le_bytes())?;
    }
    let (mut written, mut count) = (0, 0);
    while written < bytes {
        written += conversation(kind, recording, count, &mut out)?;
        count += 1;
    }
    out.flush()?;
    Ok(count)
}

/// One conversation from an address of its own, with the segments that TCP would have made around it.
fn conversation(
    kind: Kind,
    recording: &Recording,
    number: usize,
    out: &mut impl Write,
) -> anyhow::Result<usize> {
    const MSS: usize = 1460;
    let number = u32::try_from(number)?;
    let client = (Ipv4Addr::from(0x0a00_0002 + number / 20_000), 30_000 + u16::try_from(number % 20_000)?);
    let server = (Ipv4Addr::new(10, 255, 0, 1), port(kind));
    let (mut next, mut written) = ([1000_u32, 5000_u32], 0);
    let mut send = |from: Side, flags: &str, payload: &[u8]| -> anyhow::Result<()> {
        let (own, peer) = match from {
            Side::Client => (0, 1),
            Side::Server => (1, 0),
        };
        let ((source, source_port), (destination, destination_port)) = match from {
            Side::Client => (client, server),
            Side::Server => (server, client),
        };
        let mut tcp = PacketBuilder::ipv4(source.octets(), destination.octets(), 64).tcp(
            source_port,
            destination_port,
            next[own],
            64_240,
        );
        if flags.contains('S') {
            tcp = tcp.syn();
        }
        if flags.contains('F') {
            tcp = tcp.fin();
        }
        if flags.contains('A') {
            tcp = tcp.ack(next[peer]);
        }
        let length = tcp.size(payload.len());
        for word in [1_700_000_000_u32, number, u32::try_from(length)?, u32::try_from(length)?] {
            out.write_all(&word.to_le_bytes())?;
        }
        tcp.write(out, payload)?;
        written += 16 + length;
        next[own] += u32::try_from(payload.len())? + u32::from(flags.contains(['S', 'F']));
        Ok(())
    };
    send(Side::Client, "S", &[])?;
    send(Side::Server, "SA", &[])?;
    send(Side::Client, "A", &[])?;
    for (from, bytes) in &recording.crossed {
        for part in bytes.chunks(MSS) {
            send(*from, "A", part)?;
        }
        send(from.peer(), "A", &[])?;
    }
    send(Side::Server, "FA", &[])?;
    send(Side::Client, "FA", &[])?;
    send(Side::Server, "A", &[])?;
    Ok(written)
}
