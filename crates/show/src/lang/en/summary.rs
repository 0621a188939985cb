//! How a connection ended, and what all showed of the notes, in English.

steps::sentences! {
    // render/lines/summary.rs
    complete(name, steps) = "{name} complete, {steps}";
    incomplete(name, steps) = "{name} incomplete, {steps}";
    incomplete_because(name, steps, seen) = "{name} incomplete, {steps}: {seen}";
    failed(name, steps) = "{name} failed after {steps}";
    failed_because(name, steps, why) = "{name} failed after {steps}: {why}";
    claims_shown(shown) = "claims of the notes shown: {shown}";
    between_protocols() = ", ";
    all_connections(shown, of, names, connections) =
        "{shown} of the notes' {of} claims on {names} were shown by {connections} connections.";
    not_shown() = "\nNot shown in this run, and what shows it:\n";
    one_step() = "1 step";
    steps(count) = "{count} steps";
    connection() = "connection";

    // render/lines.rs
    colon() = ":";
    none() = "none";

    // reports/verdicts.rs
    before_a_sentence() = ": ";
    not_shown_here() = "not shown";
}
