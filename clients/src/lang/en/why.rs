//! What `--why` says of any protocol, in English.

steps::sentences! {
    // why.rs
    alert(alert) = "alert {alert}";
    complete() = "complete";
    no_answer_within(seconds) = "no answer within {seconds} s";

    // dial.rs
    between_addresses() = "; ";

    // why/variants.rs
    over_the_other_family(family, address) = "over {family}, {address}";
    another_place(this, that) =
        "Over {this} it gets through: the name's {that} address leads to another server, or past another box.";
    use_the_other_address(that, address) =
        "Set the {that} address of the name right, or the server there; until then connect to {address}.";

    no_longer_there() =
        "The server took no further connection: what it would get along with is not known from this.";

    // why/page.rs
    gets_through(protocol, peer) = "{protocol} with {peer} gets through.";
    does_not_get_through(protocol, peer) = "{protocol} with {peer} does not get through.";
    why() = "why";
    so() = "so ";
    do_this() = "do ";
    in_common() = "What both sides' lists of algorithms have in common:";
    addresses_of_the_name() = "The addresses of the name, each of which was tried:";
    tells_enough() = "That tells enough: no further connection is made.";
    one_more_connection(peer, seconds) = "To see what would work: 1 more connection to {peer}, {seconds} s at most.";
    more_connections(n, peer, seconds) =
        "To see what would work: up to {n} more connections to {peer}, {seconds} s each at most.";
}
