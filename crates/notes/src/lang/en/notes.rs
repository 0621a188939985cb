//! What the reader's notes are, where they are no notes, in English.

steps::sentences! {
    // decode.rs
    empty() = "the file is empty";
    pdf() = "this is a PDF, not text: export it as Markdown or plain text (`pdftotext FILE.pdf`)";
    zip() = "this is a document in a ZIP archive (docx, odt, epub), not text: save it as Markdown or plain text";
    no_text() = "this is no text";

    // foreign.rs
    korean() = "Korean";
    japanese() = "Japanese";
    cyrillic() = "a language in Cyrillic letters";
    latin() = "a language in Latin letters other than English";
}
