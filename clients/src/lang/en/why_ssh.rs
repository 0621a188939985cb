//! What `--why` says of SSH, in English.

steps::sentences! {
    // why/ssh.rs
    one_method_alone(name) = "{name} alone";
    its_lists() = "KEXINIT, the server's lists";
    key_exchange() = "key exchange";
    host_key() = "host key";
    cipher() = "cipher";
    mac() = "MAC";
    no_mac_is_needed(cipher) = "none is needed with {cipher}";
    so_many_in_common(first, n) = "{first}; {n} in common";
    nothing_in_common(theirs) = "nothing in common; the server has {theirs}";
    no_family_in_common(family) = "The lists of algorithms share no {family}; that alone keeps SSH from beginning.";
    have_one_of_ours(setting, one) =
        "Let the server have one of ours as well (OpenSSH: `{setting} +{one}` in sshd_config).";
    have_one_of_ours_or_update(setting, one) =
        "Let the server have one of ours (OpenSSH: `{setting} +{one}` in sshd_config), or update it: all that it has is old \
         and weak.";
    a_shorter_list_gets_an_answer(name) = "A shorter list gets an answer ({name} alone): the server stumbles over ours.";
    use_that_method(name) = "Use `--kex {name}`, or update the server.";
    not_the_list() = "It is not our list of algorithms: a shorter one fares no better.";
    not_the_address() = "It is not the address: the name's other one fares no better.";
    logged_in() = "logged in";
}
