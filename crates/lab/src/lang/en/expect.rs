//! Where a run differs from what its scenario expects, in English.

steps::sentences! {
    // expect.rs
    was_otherwise(name) = "{name} was otherwise than its file expects:";
    was_not_shown(id) = "{id} was not shown";
    came_out_as(id, seen, verdict) = "{id} came out as \"{seen}\", expected \"{verdict}\"";
    is_not_expected(id, verdict) = "{id} was shown ({verdict}), and is not expected";
    client() = "client";
    server() = "server";
    of_it(who, what) = "{who}: {what}";
    no_connection_ended() = "no connection ended";
    how_is_not_told() = "how it ended is not told";
    should_have_failed() = "it ended well, and should have failed";
    should_have_ended_well(why) = "it failed, and should have ended well: {why}";
    no_reason() = "none";
    another_reason(why, words) = "the reason is \"{why}\", expected one with \"{words}\"";
    step(title, step) = "{title} ({step})";
    did_not_happen(step) = "{step} did not happen, or not in this order";
    happened(step) = "{step} happened, and should not";
}
