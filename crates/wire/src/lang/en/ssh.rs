//! Why encrypted packets of SSH stay closed, in English.

steps::sentences! {
    // ssh.rs
    too_much_before_the_secret() = "More crossed than can be kept before the secret was known.";

    // ssh/derive.rs
    does_not_open_this(algorithm) = "This decoder does not open {algorithm}.";
    wrong_secret() =
        "The host key's signature does not fit the exchange hash: the secret that was told is not that of this exchange.";
}
