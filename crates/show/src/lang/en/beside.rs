//! The notes beside the log, in English.

steps::sentences! {
    // render/beside.rs
    not_found(says) = "(not found in your notes) {says}";
    says_the_opposite() = " (says the opposite)";
    denies_it() = " (denies it)";
    about_it() = " (about it)";
    above() = ", above";
}
