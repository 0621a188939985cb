//! Evidence and ends by their names, in English.

steps::sentences! {
    // render/marks.rs
    wire() = "wire";
    callback() = "callback";
    kernel() = "kernel";
    inferred() = "inferred";
    client() = "client";
    server() = "server";
}
