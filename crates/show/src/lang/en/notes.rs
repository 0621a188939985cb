//! What the reader's own notes say, in English.

steps::sentences! {
    // reports/own/text.rs
    nothing_is_understood() = "nothing in it speaks of TCP, TLS, WebSocket or SSH handshakes as far as it was understood";
    counts(name, proved, contradicted, depends, untested, about) =
        "{name}: {proved} proved, {contradicted} contradicted, {depends} on a condition, {untested} not tested; {about} only \
         about a claim";
    read_as(encoding) = "read as {encoding}";
    no_rules(language) = "{language}: there are no rules for this language, it was not read";
    words_are_gone(gone) = "of the file beside it, the words of {gone} settled places are there no more";
    not_found_in_it(ids, lab) = "of the topics it treats, not found in it: {ids} (`{lab} notes ID` has the sentence)";
    claim_it_denies(says) = "the claim it denies: {says}";
    otherwise_in() = "otherwise in";
    to_see_it() = "to see it: ";
    seen_in() = "seen in";
    states_it() = "states it";
    says_the_opposite() = "says the opposite";
    is_about_it() = "is about it";
    not_found() = "  not found in your notes";

    // reports/own.rs
    proved() = "proved";
    depends() = "depends";
    not_in_this_variant() = "not in this variant";
    contradicted() = "contradicted";
    not_tested() = "not tested";
    about() = "about";
}
