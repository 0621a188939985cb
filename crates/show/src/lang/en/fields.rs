//! The values of a step, in English.

steps::sentences! {
    // render/fields.rs
    none() = "none";
    no_value(label) = "{label}: no";
    seconds() = "s";
    milliseconds() = "ms";
    microseconds() = "µs";
    yes() = "yes";
    no() = "no";
}
