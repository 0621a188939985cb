//! `client … --why` at peers that are broken in ten ways, most of them programs that are not ours: the cause is told
//! rightly, with the rows that show it, and no more connections are made than were announced.

kit::runner!();

#[path = "../common/mod.rs"]
mod common;

mod bench;
mod page;

use bench::{Bench, Why};

/// A peer that is broken, and what is to be said of it.
struct Broken {
    what: &'static str,
    ask: fn(&Bench) -> Why,
    /// The rule that recognises the first failure.
    rule: &'static str,
    /// What stands in what the rows show; empty: the reason tells enough and nothing more is concluded.
    means: &'static str,
    /// How many further connections were made.
    made: u64,
}

const TEN: &[Broken] = &[
    Broken {
        what: "openssl s_server with an expired certificate",
        ask: |bench| bench.tls("expired", &[], &[]),
        rule: "tls.certificate_expired",
        means: "",
        made: 0,
    },
    Broken {
        what: "openssl s_server with a certificate for another name",
        ask: |bench| bench.tls("elsewhere", &[], &[]),
        rule: "tls.certificate_name",
        means: "",
        made: 0,
    },
    Broken {
        what: "openssl s_server with a certificate of a CA that is not ours",
        ask: |bench| bench.tls_trusting("good", &[], bench.demo_ca()),
        rule: "tls.certificate_issuer_unknown",
        means: "",
        made: 0,
    },
    Broken {
        what: "openssl s_server -tls1",
        ask: |bench| bench.tls("good", &["-tls1", "-cipher", "ALL:@SECLEVEL=0"], &[]),
        rule: "tls.version_refused",
        means: "speaks TLS 1.0 and nothing newer",
        made: 3,
    },
    Broken {
        what: "openssl s_server with static RSA alone",
        ask: |bench| bench.tls("good", &["-tls1_2", "-cipher", "AES128-GCM-SHA256"], &[]),
        rule: "tls.nothing_in_common",
        means: "TLS_RSA_WITH_AES_128_GCM_SHA256 (static RSA",
        made: 4,
    },
    Broken {
        what: "sshd with a key exchange that is not ours",
        ask: |bench| bench.sshd(&["KexAlgorithms=diffie-hellman-group14-sha1"]),
        rule: "ssh.no_common_algorithm",
        means: "share no key exchange",
        made: 0,
    },
    Broken {
        what: "Python's websockets, which lets its own pages in alone",
        ask: Bench::websockets,
        rule: "ws.forbidden",
        means: "asks for an Origin",
        made: 4,
    },
    Broken {
        what: "nginx as the proxy of a server that is not there",
        ask: |bench| bench.nginx("/gone"),
        rule: "ws.bad_gateway",
        means: "",
        made: 0,
    },
    Broken {
        what: "a port that nobody listens on",
        ask: |bench| bench.why(&["tls", &format!("127.0.0.1:{}", bench::free_port())]),
        rule: "tcp.refused",
        means: "",
        made: 0,
    },
    Broken {
        what: "a host that drops each SYN",
        ask: Bench::dropped,
        rule: "tcp.not_answered",
        means: "",
        made: 0,
    },
];

#[kit::test]
fn the_cause_is_told_rightly_of_ten_broken_peers() {
    for peer in ["openssl", "sshd", "ssh-keygen", "nginx", "python3"] {
        if !common::require(peer) {
            return;
        }
    }
    if !common::require_python("websockets") {
        return;
    }
    let bench = Bench::new();
    for broken in TEN {
        let why = (broken.ask)(&bench);
        why.is_sound(broken.what);
        assert_eq!(why.text("rule"), Some(broken.rule), "{}: {why:#?}", broken.what);
        let means = why.said("means").map(|said| said.en);
        match broken.means {
            "" => assert_eq!(means, None, "{}", broken.what),
            wanted => assert!(means.is_some_and(|means| means.contains(wanted)), "{}: {why:#?}", broken.what),
        }
        assert_eq!(why.number("made"), Some(broken.made), "{}: {why:#?}", broken.what);
    }
}

#[kit::test]
fn further_pages_are_asked_for_each_kind_of_refusal() {
    if !common::require("nginx") {
        return;
    }
    let bench = Bench::new();
    let why = bench.nginx("/forbidden");
    assert_eq!((why.text("rule"), why.number("made")), (Some("ws.forbidden"), Some(4)), "{why:#?}");
    assert!(why.said("means").is_some_and(|said| said.en.starts_with("None of these leads")), "{why:#?}");
    let why = bench.nginx("/page");
    assert_eq!(why.text("rule"), Some("ws.a_web_page"), "{why:#?}");
}

#[kit::test]
fn a_server_of_http2_alone_is_told_by_the_protocol_that_it_takes() {
    if !common::require("node") {
        return;
    }
    let why = Bench::new().http2();
    assert_eq!((why.text("rule"), why.number("made")), (Some("tls.protocol_refused"), Some(1)), "{why:#?}");
    assert!(
        why.said("means").is_some_and(|said| said.en.contains("HTTP/2 here, and not HTTP/1.1")),
        "{why:#?}"
    );
}

#[kit::test]
fn a_server_that_works_over_the_other_family_is_found() {
    for peer in ["openssl", "python3", "unshare", "ip", "ss"] {
        if !common::require(peer) {
            return;
        }
    }
    let bench = Bench::new();
    for (protocol, rule) in
        [("tls", "tls.closed"), ("ws", "ws.said_nothing"), ("ssh", "ssh.no_identification")]
    {
        let why = bench.two_families(protocol);
        why.is_sound(protocol);
        assert_eq!((why.text("rule"), why.number("made")), (Some(rule), Some(1)), "{why:#?}");
        let means = why.said("means").map(|said| said.en);
        assert!(means.is_some_and(|means| means.starts_with("Over IPv4 it gets through")), "{why:#?}");
    }
}

#[kit::test]
fn of_a_server_that_is_there_once_only_nothing_is_concluded() {
    let bench = Bench::new();
    for (protocol, rule) in [("tls", "tls.closed"), ("ws", "ws.said_nothing")] {
        let why = bench.there_once(protocol);
        why.is_sound(protocol);
        assert_eq!((why.text("rule"), why.number("made")), (Some(rule), Some(1)), "{why:#?}");
        let means = why.said("means").map(|said| said.en);
        assert!(means.is_some_and(|means| means.contains("is not known")), "{why:#?}");
    }
}

#[kit::test]
fn a_server_that_never_says_why_is_asked_for_older_suites_too() {
    let why = Bench::new().never_says_why();
    why.is_sound("never says why");
    assert_eq!((why.text("rule"), why.number("made")), (Some("tls.closed"), Some(6)), "{why:#?}");
    let tried: Vec<_> = why.rows().iter().filter_map(|row| row["tried"]["en"].as_str()).collect();
    assert!(tried.contains(&"TLS 1.2, static RSA, DHE, CBC"), "{tried:?}");
    let means = why.said("means").map(|said| said.en);
    assert!(means.is_some_and(|means| means.starts_with("None of these gets through")), "{why:#?}");
}

#[kit::test]
fn a_server_with_none_of_our_groups_is_told_by_the_one_that_it_chose() {
    if !common::require("openssl") {
        return;
    }
    let bench = Bench::new();
    for (options, named) in [
        (&["-groups", "secp521r1"][..], "HelloRetryRequest"),
        (&["-tls1_2", "-cipher", "ECDHE", "-groups", "secp521r1"], "ServerKeyExchange"),
    ] {
        let why = bench.tls("good", options, &[]);
        why.is_sound(named);
        let last = why.rows().last().and_then(|row| row["saw"]["en"].as_str());
        assert!(last.is_some_and(|saw| saw.starts_with(named)), "{why:#?}");
        let means = why.said("means").map(|said| said.en);
        assert!(means.is_some_and(|means| means.contains("chose secp521r1")), "{why:#?}");
    }
}

#[kit::test]
fn the_families_of_ssh_stand_each_in_a_row() {
    if !(common::require("sshd") && common::require("ssh-keygen")) {
        return;
    }
    let why = Bench::new().sshd(&["KexAlgorithms=diffie-hellman-group14-sha1"]);
    let rows: Vec<_> =
        why.rows().iter().map(|row| (row["tried"]["en"].as_str(), row["way"].as_str())).collect();
    let through = |family| (Some(family), Some("through"));
    assert_eq!(
        rows,
        [(Some("key exchange"), Some("not")), through("host key"), through("cipher"), through("MAC")]
    );
}

#[kit::test]
fn a_cipher_that_authenticates_itself_needs_no_mac_in_common() {
    if !(common::require("sshd") && common::require("ssh-keygen")) {
        return;
    }
    let why = Bench::new().sshd(&["Ciphers=aes256-gcm@openssh.com", "MACs=hmac-md5"]);
    assert!(why.said("reason").is_some(), "nobody of that name can log in: {why:#?}");
    assert_eq!(why.rows().len(), 0, "the lists are not the cause: {why:#?}");
    assert_eq!(why.said("means"), None, "{why:#?}");
}
