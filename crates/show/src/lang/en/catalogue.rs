//! The catalogue of claims and steps, in English.

steps::sentences! {
    // reports/catalogue.rs
    beyond_the_notes() = "Beyond the notes";
    steps() = "Steps";
    in_the_notes() = "in the notes";
    beside_the_58() = "beside the 58";
    judged_by() = "judged by";
    standard() = "standard";
    shown_by() = "shown by";
    to_see_it() = "to see it";
    client() = "the client";
    server() = "the server";
    either() = "either side";
    who() = "who";
    on_the_client() = "on the client";
    on_the_server() = "on the server";
    claim() = "claim";
}
