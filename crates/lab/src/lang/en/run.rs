//! How scenarios are listed, run and came out, in English.

steps::sentences! {
    // run.rs
    about_so_many_seconds(whole) = "~{whole} s";
    between_names() = ", ";
    also(names) = "  (also {names})";
    how_tcp_runs(how) = "TCP runs {how}";
    it_took_too_long(seconds) = "it took more than {seconds} s";
    some_came_out_otherwise(count, all, names) = "{count} of {all} scenarios came out otherwise, or not at all: {names}";
    as_expected_of_all(count) = "{count} as expected";
    otherwise_of_all(count) = "{count} otherwise";
    not_run_of_all(count) = "{count} not run";
    between_counts() = ", ";
    scenarios(all, parts) = "{all} scenarios: {parts}";
    otherwise_than_expected() = "otherwise than expected";
    under_a_tenth() = "under 0.1 s";
    seconds(seconds) = "{seconds:.1} s";
    as_expected() = "as expected";
    ends_as_expected() = "ends as expected; its segments were not seen";

    // read.rs
    its_end_was_not_recorded() = "– its end was not recorded";
}
