//! What came of a load, in English.

steps::sentences! {
    // load/report.rs
    connections(name, attempted, seconds, most_open) =
        "{name}: {attempted} connections in {seconds:.1} s, at most {most_open} open at once";
    handshakes(handshakes, completed, failed) =
        "  {handshakes} handshakes, {completed} conversations completed, {failed} failed";
    latencies(p50, p90, p99, longest) =
        "  handshake: half within {p50:.2} ms, 90 % {p90:.2} ms, 99 % {p99:.2} ms, the longest {longest:.2} ms";
    memory(was, most, is) = "server: {was:.1} MiB before, {most:.1} MiB at most, {is:.1} MiB after";
    descriptors(files_before, files, files_after) =
        "  descriptors: {files_before} before, {files} at most, {files_after} after";
    log(events, dropped, told, untold) =
        "  log: {events} events, {dropped} dropped; {told} connections told to their end, {untold} not";
    mixed_up(mixed_up) = "  {mixed_up} mixed up";
    matched_and_mixed_up(matched, mixed_up) = "  {matched} first messages are what that client sent; {mixed_up} mixed up";
    unreadable(unreadable) = "  {unreadable} lines of the log are no events";
    it_did_not_end_well() = "  it did not end as it should";
}
