//! What the user is told of a collector, in English.

steps::sentences! {
    // said.rs
    refused() = "nothing listens there";
    timed_out() = "no answer in time";
    no_address() = "no address is known by that name";
    tls_failed() = "TLS failed (OTEL_EXPORTER_OTLP_CERTIFICATE names a CA of your own)";
    broken() = "the connection broke";
    answers_with(status) = "it answers {status}";
    does_not_take_events(url, why) =
        "the collector {url} does not take events: {why}; they wait, nothing else does, and what finds no room is counted";
    refuses_events(url, why) = "the collector {url} does not take events: {why}; what it refuses is counted";
    events_were_lost(all, no_room, not_taken) =
        "{all} events did not reach the collector: for {no_room} there was no room in the queue, {not_taken} it did not take";
}
