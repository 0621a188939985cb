//! What is wrong with a capture, in English.

steps::sentences! {
    // file.rs
    could_not_be_read(error) = "could not be read: {error}";
    not_a_capture() = "begins neither like pcap nor like pcapng";
    cut_off() = "ends in the middle of a block";
    damaged_after(after) = "is damaged after packet {after}";
    unfolds_to_too_much(most) = "unfolds to more than {most} GiB, the rest is not read";
}
