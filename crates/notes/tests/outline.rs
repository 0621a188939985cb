//! Notes with the outline of those that the catalogue was made of, in our own words: all 58 claims are found in them
//! without a comment, however they are laid out.

use asnoted_notes::{Grade, Notes};
use claims::{Claim, Heading};
use strum::VariantArray;

/// The paragraphs below each heading: the sentences of a block stand together.
fn outline(chinese: bool) -> Vec<(&'static str, Vec<String>)> {
    let of = |heading: &Heading| {
        let title = heading.title();
        let mut blocks: Vec<((u8, u8), Vec<&str>)> = Vec::new();
        for claim in Claim::noted().iter().filter(|claim| claim.card().heading == *heading) {
            let (place, says) = (claim.place().expect("it is one of the 58"), claim.card().says);
            let says = if chinese { says.zh } else { says.en };
            match blocks.iter_mut().find(|(known, _)| *known == place) {
                Some((_, sentences)) => sentences.push(says),
                None => blocks.push((place, vec![says])),
            }
        }
        let space = if chinese { "" } else { " " };
        let paragraphs = blocks.into_iter().map(|(_, sentences)| sentences.join(space)).collect();
        (if chinese { title.zh } else { title.en }, paragraphs)
    };
    Heading::VARIANTS.iter().map(of).collect()
}

fn page(outline: &[(&str, Vec<String>)]) -> String {
    let part =
        |(title, paragraphs): &(&str, Vec<String>)| format!("# {title}\n\n{}\n\n", paragraphs.join("\n\n"));
    outline.iter().map(part).collect()
}

/// The claims that no sentence of `text` is read as making.
fn missing(text: &str) -> Vec<&'static str> {
    let notes = Notes::read(text);
    let made = |claim: &Claim| notes.places(*claim).any(|place| place.grade == Grade::Stated);
    Claim::noted().iter().filter(|claim| !made(claim)).map(|claim| claim.id()).collect()
}

#[test]
fn the_58_are_found_however_the_notes_are_laid_out() {
    for chinese in [true, false] {
        let plain = outline(chinese);
        let (intro, part, comma) = if chinese {
            ("这一节是上课时记的，有空再整理。\n\n", "### 小节", "，")
        } else {
            ("This part was taken down in class.\n\n", "### A part", ", ")
        };
        let mut introduced = plain.clone();
        introduced.iter_mut().for_each(|(_, paragraphs)| paragraphs[0].insert_str(0, intro));
        let mut parted = plain.clone();
        for (_, paragraphs) in &mut parted {
            for (n, paragraph) in paragraphs.iter_mut().enumerate() {
                *paragraph = format!("{part} {}\n\n{paragraph}", n + 1);
            }
        }
        let mut turned = plain.clone();
        turned.iter_mut().for_each(|(_, paragraphs)| paragraphs.reverse());
        turned.reverse();
        let mut broken = plain.clone();
        for (_, paragraphs) in &mut broken {
            for paragraph in paragraphs {
                *paragraph = paragraph.replace(comma, &format!("{}\n", comma.trim_end()));
            }
        }
        let mut listed = plain.clone();
        for (_, paragraphs) in &mut listed {
            for paragraph in paragraphs {
                *paragraph = format!("- {paragraph}");
            }
        }
        for (name, laid_out) in [
            ("plain", plain),
            ("with a sentence before", introduced),
            ("with more headings", parted),
            ("in another order", turned),
            ("a clause a line", broken),
            ("as lists", listed),
        ] {
            let text = page(&laid_out);
            assert_eq!(missing(&text), [""; 0], "{name}, Chinese: {chinese}\n{text}");
        }
    }
}
