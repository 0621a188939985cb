//! Why a connection failed, before its ladder, in English.

steps::sentences! {
    // render/ladder/card.rs
    cause(who, cause) = "{who}: {cause}";
    where_it_failed() = "where";
    expected() = "expected";
    got() = "got";
    to_do() = "to do";
    place_and_side(title, whose) = "{title}; its cause is the {whose}";
    side(whose) = "the {whose}";
}
