//! What is wrong with a recorded log, in English.

steps::sentences! {
    // reading/record.rs
    not_an_event() = "not an event";
    last_line_is_cut_off() = "the last line is cut off";
    not_json(error) = "not JSON: {error}";
    another_schema_version(v, ours) = "schema version {v}; this program reads version {ours}";
    so_many_more(name, more) = "{name}: {more} more lines could not be read";
    gap(name, line, said) = "{name}, line {line}: {said}";
    line_left_out(name, line, what) = "{name}, line {line}: {what}; left out";
}
