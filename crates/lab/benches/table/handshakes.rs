//! Annotated beside bare: the same crates, configuration and conversation, both ends in one process.

use std::{fs, path::Path};

use steps::Gap;

use crate::{
    Effort,
    child::{Child, Column},
    measure::{median, ratio},
    pair::Kind,
};

pub(crate) fn table(effort: Effort, folder: &Path, certs: &Path) -> anyhow::Result<()> {
    println!(
        "Handshakes, both ends in one process on all cores. Rate: of bare's, and the middle half of the rounds. CPU: \
         what the annotation adds to each handshake, both ends together. Flight: packets by AF_PACKET and secrets to a file, nothing printed. Secrets: those alone (--keylog). \
         OTLP: JSON to a file, and every event to a collector in another process.\n\n\
         | pair | bare | CPU each | off | | JSON to a file | | with OTLP | | text to a file | | flight | | secrets | | events, lost |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    );
    for kind in Kind::ALL {
        row(kind, effort, folder, certs)?;
    }
    println!();
    Ok(())
}

fn row(kind: Kind, effort: Effort, folder: &Path, certs: &Path) -> anyhow::Result<()> {
    let certs = certs.display().to_string();
    let mut children = Vec::new();
    for column in Column::ALL {
        let mut child = Child::start(&["pair", kind.name(), column.name(), &certs], folder)?;
        child.answer()?;
        children.push(child);
    }
    // As many as bare makes in a round, once it is warm.
    let warm_up = 50;
    let mut told = 0;
    for child in &mut children {
        child.run(warm_up)?;
    }
    let (wall, _) = children[0].run(warm_up)?;
    let n = ((warm_up as f64 / wall * effort.of(0.3, 0.1)) as usize).clamp(20, 20_000);
    let mut walls = [const { Vec::new() }; Column::ALL.len()];
    let mut cpus = [const { Vec::new() }; Column::ALL.len()];
    for _ in 0..effort.of(15, 5) {
        for (column, child) in children.iter_mut().enumerate() {
            let (wall, cpu) = child.run(n)?;
            walls[column].push(n as f64 / wall);
            cpus[column].push(cpu / n as f64 * 1e6);
        }
        told += n;
    }
    let [bare, others @ ..] = &walls;
    print!("| {} | {:.0}/s | {:.0} µs |", kind.name(), median(bare), median(&cpus[0]));
    for (rates, cpu) in others.iter().zip(&cpus[1..]) {
        print!(" {} | {:+.0} µs |", ratio(rates, bare), median(cpu) - median(&cpus[0]));
    }
    // What was written, of each handshake: a log that leaves events out would be cheap.
    let json = children[2].log.clone();
    children.into_iter().try_for_each(Child::end)?;
    let (mut events, mut lost) = (0, 0);
    for line in fs::read_to_string(json)?.lines() {
        match serde_json::from_str::<Gap>(line) {
            Ok(gap) => lost += gap.dropped,
            Err(_) => events += 1,
        }
    }
    println!(" {:.1}, {lost} |", f64::from(events) / (told + warm_up) as f64);
    Ok(())
}
