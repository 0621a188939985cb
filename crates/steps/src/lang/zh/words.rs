//! Words that all protocols need, in Chinese.

crate::sentences! {
    or() = "，或";
}
