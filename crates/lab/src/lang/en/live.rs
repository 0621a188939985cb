//! What `lab watch` says, in English.

steps::sentences! {
    // live.rs
    needs_cap_net_raw(file) =
        "watching needs CAP_NET_RAW: `sudo {file} watch …`, `sudo setcap cap_net_raw+p {file}`, in a container \
         `--cap-add NET_RAW`";
    needs_linux(lab) =
        "watching needs the Linux kernel (AF_PACKET); `{lab} read FILE` reads a capture of tcpdump's or Wireshark's";
    all_interfaces() = "all interfaces";
    could_not_listen(which, error) = "could not listen on {which}: {error} (`ip link` lists them)";
    watching(name) = "watching {name}";
    watching_all_interfaces() = "watching all interfaces";
    from_now_on(what) = "{what}, connections that begin from now on; Ctrl-C ends";
    key_log_is_lost(error) = "the key log is not followed any more: {error}";
    packets_were_lost(lost) = "{lost} packets came faster than they were read, and are missing";
}
