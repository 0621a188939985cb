//! The checks of an upgrade and of a certificate, in English.

steps::sentences! {
    // web.rs
    nothing_found() = "none";
    issuer(about) = "issuer: {about}";
    signature(about) = "signature: {about}";
    validity(from, until) = "validity: {from} to {until}";
    validity_untold(about) = "validity: {about}";
    purpose(about) = "purpose: {about}";
    name(asked, names) = "name: {asked} against {names}";
    name_alone(about) = "name: {about}";
}
