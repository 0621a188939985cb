//! The catalogue's own sentences are notes too: each is read as making its claim, in both languages.

use asnoted_notes::{Grade, Notes};
use claims::{Claim, Heading};
use strum::VariantArray;

#[test]
fn the_sentences_of_the_catalogue_are_read() {
    let mut missed = Vec::new();
    for chinese in [false, true] {
        let mut page = String::new();
        let mut lines = Vec::new();
        for heading in Heading::VARIANTS {
            let title = heading.title();
            page.push_str(&format!("# {}\n\n", if chinese { title.zh } else { title.en }));
            for claim in Claim::VARIANTS.iter().filter(|claim| claim.card().heading == *heading) {
                let says = claim.card().says;
                page.push_str(&format!("{}\n\n", if chinese { says.zh } else { says.en }));
                lines.push((*claim, page.lines().count() - 1));
            }
        }
        let notes = Notes::read(&page);
        for (claim, line) in lines {
            let places: Vec<_> = notes.places(claim).filter(|place| place.lines.0 == line).collect();
            if !places.iter().any(|place| place.grade == Grade::Stated) {
                missed.push(format!(
                    "{} {:?} {}",
                    claim.id(),
                    places.iter().map(|place| place.grade).collect::<Vec<_>>(),
                    page.lines().nth(line - 1).unwrap_or_default()
                ));
            }
        }
    }
    assert!(missed.is_empty(), "{}: {}", missed.len(), missed.join("\n"));
}
