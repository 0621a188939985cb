//! How long a handshake takes, from connect() until it is complete: one after the other on a machine that has nothing else
//! to do, annotated with JSON to a file beside bare.

use std::path::Path;

use crate::{
    Effort,
    child::{Child, Column},
    measure::{median, ratio},
    pair::Kind,
};

pub(crate) fn table(effort: Effort, folder: &Path, certs: &Path) -> anyhow::Result<()> {
    println!(
        "Latency: one handshake at a time, from connect() to complete; the median.\n\n\
         | pair | bare | JSON to a file | JSON : bare | flight : bare |\n\
         |---|--:|--:|--:|--:|"
    );
    let certs = certs.display().to_string();
    for kind in Kind::ALL {
        let mut children = Vec::new();
        for column in [Column::Bare, Column::Json, Column::Flight] {
            let mut child = Child::start(&["latency", kind.name(), column.name(), &certs], folder)?;
            child.answer()?;
            child.run(20)?;
            children.push(child);
        }
        let mut took = [const { Vec::new() }; 3];
        for _ in 0..effort.of(15, 5) {
            for (child, took) in children.iter_mut().zip(&mut took) {
                took.push(child.run(effort.of(60, 30))?.0 * 1e6);
            }
        }
        let [bare, json, flight] = &took;
        println!(
            "| {} | {:.0} µs | {:.0} µs | {} | {} |",
            kind.name(),
            median(bare),
            median(json),
            ratio(json, bare),
            ratio(flight, bare),
        );
        children.into_iter().try_for_each(Child::end)?;
    }
    println!();
    Ok(())
}
