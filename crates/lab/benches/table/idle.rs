//! What an idle annotated connection holds, and whether a handshake costs more where many connections are open.

use std::{path::Path, sync::Arc};

use crate::{
    Effort,
    child::{Child, Column, runtime},
    measure::{median, memory, ratio},
    pair::{Client, Held, Kind},
};

/// Connections opened at once.
const AT_ONCE: usize = 8;

const KINDS: [Kind; 5] = [Kind::Tls13, Kind::Ecdhe, Kind::Ws, Kind::Ssh, Kind::Tcp];

pub(crate) fn table(effort: Effort, folder: &Path, certs: &Path) -> anyhow::Result<()> {
    let levels = effort.of([1, 100, 10_000], [1, 100, 1_000]);
    println!(
        "A server with idle connections, JSON to a file. Memory: resident, of each at {most} open. CPU: the server's, of \
         one handshake more at {} and {} and {most} open.\n\n\
         | pair | bare holds | annotated | CPU at {} | at {} | at {most} | {most} : {} | bare {most} : {} |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|",
        levels[0],
        levels[1],
        levels[0],
        levels[1],
        levels[0],
        levels[0],
        most = levels[2],
    );
    let runtime = runtime()?;
    for kind in KINDS {
        let bare = runtime.block_on(measure(kind, Column::Bare, levels, effort, folder, certs))?;
        let json = runtime.block_on(measure(kind, Column::Json, levels, effort, folder, certs))?;
        let [one, some, many] = &json.cpu;
        println!(
            "| {} | {:.1} KiB | {:.1} KiB | {:.0} µs | {:.0} µs | {:.0} µs | {} | {} |",
            kind.name(),
            bare.each / 1024.0,
            json.each / 1024.0,
            median(one),
            median(some),
            median(many),
            ratio(many, one),
            ratio(&bare.cpu[2], &bare.cpu[0]),
        );
    }
    println!();
    Ok(())
}

struct Measured {
    /// Resident bytes of each idle connection.
    each: f64,
    /// Microseconds of CPU of one handshake, at each level, in each round.
    cpu: [Vec<f64>; 3],
}

/// Three servers with so many connections each take turns.
async fn measure(
    kind: Kind,
    column: Column,
    levels: [usize; 3],
    effort: Effort,
    folder: &Path,
    certs: &Path,
) -> anyhow::Result<Measured> {
    let path = certs.display().to_string();
    let (mut servers, mut held, mut each) = (Vec::new(), Vec::new(), 0.0);
    for level in levels {
        let mut server = Child::start(&["server", kind.name(), column.name(), &path], folder)?;
        let at = server.answer()?.parse()?;
        let client = Arc::new(Client::new(kind, None, certs, at).await?);
        for _ in 0..100 {
            client.visit().await?;
        }
        let before = memory(server.pid(), "VmRSS").unwrap_or(0);
        held.extend(hold(&client, level).await?);
        // A log that is written behind the handshakes holds what it has not written yet.
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let after = memory(server.pid(), "VmRSS").unwrap_or(0);
        each = after.saturating_sub(before) as f64 / level as f64;
        servers.push((server, client));
    }
    let mut cpu = [const { Vec::new() }; 3];
    let n = effort.of(100, 40);
    for _ in 0..effort.of(15, 5) {
        for ((server, client), cpu) in servers.iter_mut().zip(&mut cpu) {
            let before: f64 = server.ask("cpu")?.parse()?;
            for _ in 0..n {
                client.visit().await?;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            let after: f64 = server.ask("cpu")?.parse()?;
            cpu.push((after - before) / f64::from(n) * 1e6);
        }
    }
    Ok(Measured { each, cpu })
}

async fn hold(client: &Arc<Client>, level: usize) -> anyhow::Result<Vec<Held>> {
    let (mut opening, mut held) = (tokio::task::JoinSet::new(), Vec::new());
    for begun in 0..level {
        if begun >= AT_ONCE
            && let Some(opened) = opening.join_next().await
        {
            held.push(opened??);
        }
        let client = Arc::clone(client);
        opening.spawn(async move { client.hold().await });
    }
    while let Some(opened) = opening.join_next().await {
        held.push(opened??);
    }
    Ok(held)
}
