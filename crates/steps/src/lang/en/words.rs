//! Words that all protocols need, in English.

crate::sentences! {
    or() = ", or ";
}
