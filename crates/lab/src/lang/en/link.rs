//! On which privilege the link runs, in English.

steps::sentences! {
    // link/privilege.rs
    cap_net_raw() = "on CAP_NET_RAW: segments are seen, and the link works";
    own_namespace() = "in a network namespace of its own, without CAP_NET_RAW outside: segments are seen, and the link works";
    discarding_sockets(no_raw, no_namespace) =
        "on sockets that discard what arrives, with no segment seen; the states are the kernel's word: no CAP_NET_RAW ({no_raw}), no \
         namespace of its own ({no_namespace})";
    own_calls() = "on the program's own calls: segments, and the kernel's states, take Linux";
    needs_linux() = "needs the Linux kernel: the link loses segments between two of its sockets";
    needs_cap_net_raw(file) =
        "needs CAP_NET_RAW: `sudo {file} …`, `sudo setcap cap_net_raw+p {file}`, in a container `--cap-add NET_RAW`";
}
