//! The decoder against rustls: what two rustls ends write to each other is read here with their key log.

use std::{
    io::{Read, Write},
    sync::{Arc, Mutex},
};

use proptest::{collection::vec, prelude::*, sample::Index};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{
    ClientConfig, ClientConnection, ConnectionCommon, KeyLog, RootCertStore, ServerConfig, ServerConnection,
    SideData, SupportedCipherSuite, SupportedProtocolVersion,
    crypto::{CryptoProvider, SupportedKxGroup, aws_lc_rs},
    pki_types::PrivateKeyDer,
    version::{TLS12, TLS13},
};
use steps::{
    Side, Value,
    tls::Step::{
        Alert, ApplicationData, Certificate, CertificateVerify, ChangeCipherSpec, ClientHello,
        ClientKeyExchange, DoesNotOpen, EncryptedExtensions, Finished, HelloRetryRequest, KeyUpdate,
        NewSessionTicket, OtherMessage, ServerHello, ServerHelloDone, ServerKeyExchange, SessionResumed,
        Undecodable,
    },
};

use super::*;

mod layout;
mod rfc8448;

/// What crossed, in order, and the key log.
#[derive(Clone, Default)]
struct Run {
    crossed: Vec<(Side, Vec<u8>)>,
    secrets: Vec<Logged>,
}

/// Label, client random and secret.
type Logged = (String, Vec<u8>, Vec<u8>);

#[derive(Clone, Debug, Default)]
struct Secrets(Arc<Mutex<Vec<Logged>>>);

impl KeyLog for Secrets {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let secret = (label.to_owned(), client_random.to_vec(), secret.to_vec());
        self.0.lock().unwrap().push(secret);
    }
}

/// A pair of configurations that trust each other; the client's keys are logged.
struct Pair {
    client: ClientConfig,
    server: ServerConfig,
    secrets: Secrets,
}

impl Pair {
    fn new(version: &'static SupportedProtocolVersion) -> Self {
        Self::with(version, |_| {}, |_| {})
    }

    fn with(
        version: &'static SupportedProtocolVersion,
        client_can: impl FnOnce(&mut CryptoProvider),
        server_can: impl FnOnce(&mut CryptoProvider),
    ) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(cert.der().clone()).unwrap();
        let (mut client, mut server) = (aws_lc_rs::default_provider(), aws_lc_rs::default_provider());
        client_can(&mut client);
        server_can(&mut server);
        let mut client = ClientConfig::builder_with_provider(Arc::new(client))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
        let server = ServerConfig::builder_with_provider(Arc::new(server))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let secrets = Secrets::default();
        client.key_log = Arc::new(secrets.clone());
        Pair { client, server, secrets }
    }

    /// A handshake, "ping", new keys if `update`, "pong", close_notify from the client.
    fn run(&self, update: bool) -> Run {
        let mut run = Run::default();
        let mut client =
            ClientConnection::new(Arc::new(self.client.clone()), "localhost".try_into().unwrap()).unwrap();
        let mut server = ServerConnection::new(Arc::new(self.server.clone())).unwrap();
        while client.is_handshaking() || server.is_handshaking() {
            run.flight(Side::Client, &mut client, &mut server);
            run.flight(Side::Server, &mut server, &mut client);
        }
        client.writer().write_all(b"ping").unwrap();
        run.flight(Side::Client, &mut client, &mut server);
        if update {
            server.refresh_traffic_keys().unwrap();
        }
        server.writer().write_all(b"pong").unwrap();
        run.flight(Side::Server, &mut server, &mut client);
        let mut heard = [0; 4];
        client.reader().read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"pong");
        client.send_close_notify();
        run.flight(Side::Client, &mut client, &mut server);
        run.secrets = std::mem::take(&mut self.secrets.0.lock().unwrap());
        run
    }
}

impl Run {
    /// All that `from` has to send crosses.
    fn flight<A: SideData, B: SideData>(
        &mut self,
        from: Side,
        sender: &mut ConnectionCommon<A>,
        receiver: &mut ConnectionCommon<B>,
    ) {
        while sender.wants_write() {
            let mut bytes = Vec::new();
            sender.write_tls(&mut bytes).unwrap();
            receiver.read_tls(&mut bytes.as_slice()).unwrap();
            receiver.process_new_packets().unwrap();
            self.crossed.push((from, bytes));
        }
    }

    /// What a decoder sees that knows all secrets from the beginning.
    fn decode(&self) -> Vec<Seen> {
        let mut decoder = self.informed();
        let mut seen = Vec::new();
        for (from, bytes) in &self.crossed {
            seen.extend(decoder.push(*from, 0, bytes));
        }
        seen.extend(decoder.end());
        bare(seen)
    }

    fn informed(&self) -> Decoder {
        let mut decoder = Decoder::new();
        for (label, client_random, secret) in &self.secrets {
            assert!(decoder.secret(label, client_random, secret).is_empty());
        }
        decoder
    }
}

fn bare(crossed: Vec<Crossed>) -> Vec<Seen> {
    crossed.into_iter().map(|crossed| crossed.seen).collect()
}

fn story(seen: &[Seen]) -> Vec<(Side, Step)> {
    seen.iter()
        .map(|seen| match seen.step {
            steps::Step::Tls(step) => (seen.from.expect("bytes have a sender"), step),
            other => panic!("{other} is no step of TLS"),
        })
        .collect()
}

fn all(seen: &[Seen], step: Step) -> Vec<&Seen> {
    seen.iter().filter(|seen| seen.step == step.into()).collect()
}

const C: Side = Side::Client;
const S: Side = Side::Server;

#[test]
fn a_tls_1_3_handshake_is_read_message_by_message() {
    let seen = Pair::new(&TLS13).run(false).decode();
    let told = [
        (C, ClientHello),
        (S, ServerHello),
        (S, ChangeCipherSpec),
        (S, EncryptedExtensions),
        (S, Certificate),
        (S, CertificateVerify),
        (S, Finished),
        (C, ChangeCipherSpec),
        (C, Finished),
        (S, NewSessionTicket),
        (S, NewSessionTicket),
        (C, ApplicationData),
        (S, ApplicationData),
        (C, Alert),
    ];
    assert_eq!(story(&seen), told);
    assert_eq!(all(&seen, ServerHello)[0].fields["version"], "TLS 1.3");
    assert_eq!(all(&seen, Certificate)[0].fields["encrypted"], true);
    assert_eq!(all(&seen, ApplicationData)[1].fields["plaintext"], "pong");
    assert_eq!(all(&seen, Alert)[0].fields["description"], "close_notify");
}

#[test]
fn a_tls_1_2_handshake_is_read_message_by_message() {
    let seen = Pair::new(&TLS12).run(false).decode();
    let told = [
        (C, ClientHello),
        (S, ServerHello),
        (S, Certificate),
        (S, ServerKeyExchange),
        (S, ServerHelloDone),
        (C, ClientKeyExchange),
        (C, ChangeCipherSpec),
        (C, Finished),
        (S, ChangeCipherSpec),
        (S, Finished),
        (C, ApplicationData),
        (S, ApplicationData),
        (C, Alert),
    ];
    assert_eq!(story(&seen), told);
    assert_eq!(all(&seen, Certificate)[0].fields["encrypted"], false);
    assert_eq!(all(&seen, ServerKeyExchange)[0].fields["named_curve"], "x25519");
}

#[test]
fn every_suite_opens_and_every_finished_is_recomputed_equal() {
    for suite in aws_lc_rs::ALL_CIPHER_SUITES {
        let only = |provider: &mut CryptoProvider| provider.cipher_suites = vec![*suite];
        let version = match suite {
            SupportedCipherSuite::Tls12(_) => &TLS12,
            SupportedCipherSuite::Tls13(_) => &TLS13,
        };
        let name = names::cipher_suite(suite.suite().into());
        if name.contains("_RSA_") {
            continue; // the certificate of this test has an elliptic key
        }
        let seen = Pair::with(version, only, |_| {}).run(false).decode();
        assert_eq!(all(&seen, ServerHello)[0].fields["cipher_suite"], name);
        let finished = all(&seen, Finished);
        assert_eq!(finished.len(), 2, "{name}");
        assert!(finished.iter().all(|finished| finished.fields["equal"] == true), "{name}");
        assert_eq!(all(&seen, ApplicationData)[0].fields["plaintext"], "ping", "{name}");
    }
}

#[test]
fn a_hello_retry_request_restarts_the_transcript() {
    let only = |group: &'static dyn SupportedKxGroup| {
        move |provider: &mut CryptoProvider| provider.kx_groups = vec![group]
    };
    let seen = Pair::with(&TLS13, |_| {}, only(aws_lc_rs::kx_group::SECP384R1)).run(false).decode();
    let opening = [(C, ClientHello), (S, HelloRetryRequest), (S, ChangeCipherSpec), (C, ChangeCipherSpec)];
    assert_eq!(story(&seen)[..4], opening);
    assert_eq!(all(&seen, ClientHello)[1].fields["after_hello_retry_request"], true);
    assert_eq!(all(&seen, HelloRetryRequest)[0].fields["key_share"], "secp384r1");
    let equal: Vec<_> =
        all(&seen, Finished).iter().map(|finished| finished.fields["equal"].clone()).collect();
    assert_eq!(equal, [true, true]);
}

#[test]
fn a_second_connection_resumes_the_first() {
    for version in [&TLS12, &TLS13] {
        let pair = Pair::new(version);
        let full = pair.run(false).decode();
        assert_eq!(all(&full, ServerHello)[0].fields["resumed"], false);
        let resumed = pair.run(false).decode();
        assert_eq!(all(&resumed, ServerHello)[0].fields["resumed"], true);
        assert!(all(&resumed, Certificate).is_empty());
        let finished = all(&resumed, Finished);
        assert_eq!(finished.len(), 2);
        assert!(finished.iter().all(|finished| finished.fields["equal"] == true));
    }
}

/// A key that both sides know from elsewhere has no age, where a ticket has one (RFC 8446 §4.2.11).
#[test]
fn a_pre_shared_key_from_outside_is_no_resumption() {
    let pair = Pair::new(&TLS13);
    pair.run(false);
    let mut run = pair.run(false);
    let hello = &mut run.crossed[0].1;
    // The extension is the last one; behind the one identity and its age stands one binder.
    let binders = [32, 48].map(|hash| hello.len() - (2 + 1 + hash));
    let binders = binders.into_iter().find(|at| usize::from(hello[at + 1]) == hello.len() - at - 2).unwrap();
    assert_ne!(hello[binders - 4..binders], [0; 4]);
    assert_eq!(told(&run)[..2], [Value::from(true), "of an earlier session".into()]);
    run.crossed[0].1[binders - 4..binders].fill(0);
    assert_eq!(told(&run)[..2], [Value::from(false), "from outside".into()]);
}

/// What the ServerHello is told to have taken up.
fn told(run: &Run) -> Vec<Value> {
    let seen = run.decode();
    let fields = &all(&seen, ServerHello)[0].fields;
    let resumed = seen.iter().any(|seen| seen.step == SessionResumed.into());
    assert_eq!(fields["resumed"], resumed);
    ["resumed", "pre_shared_key"].map(|name| fields[name].clone()).to_vec()
}

#[test]
fn a_nonce_of_zeros_is_no_hello_request() {
    let record = |body: &[u8]| [&[22, 3, 3, 0, u8::try_from(body.len()).unwrap()], body].concat();
    let steps = |body: &[u8]| {
        let crossed = Decoder::default().push(Side::Server, 0, &record(body));
        bare(crossed).iter().map(|seen| seen.step).collect::<Vec<_>>()
    };
    // A Finished under AES-GCM whose ChangeCipherSpec is missing: eight bytes of nonce, 16 of message, 16 of tag.
    assert_eq!(steps(&[&[0; 8][..], &[0xa7; 32]].concat()), [Undecodable.into()]);
    assert_eq!(steps(&[0; 4]), [OtherMessage.into()]);
}

#[test]
fn before_tls_1_3_a_signature_names_no_curve() {
    let seen = Pair::new(&TLS12).run(false).decode();
    assert_eq!(all(&seen, ServerKeyExchange)[0].fields["signature_scheme"], "ecdsa_sha256");
    let seen = Pair::new(&TLS13).run(false).decode();
    assert_eq!(all(&seen, CertificateVerify)[0].fields["signature_scheme"], "ecdsa_secp256r1_sha256");
}

#[test]
fn data_after_a_key_update_opens_with_the_next_key() {
    let seen = Pair::new(&TLS13).run(true).decode();
    assert_eq!(all(&seen, KeyUpdate)[0].from, Some(S));
    assert_eq!(all(&seen, ApplicationData)[1].fields["plaintext"], "pong");
}

#[test]
fn one_bit_changed_on_the_way_shows_in_finished() {
    let mut run = Pair::new(&TLS13).run(false);
    // Record header, message header, version and random stand before the session id.
    run.crossed[0].1[5 + 4 + 2 + 32 + 1] ^= 1;
    let finished = run.decode();
    assert_eq!(all(&finished, Finished)[0].fields["equal"], false);
}

#[test]
fn a_record_that_was_changed_is_said_once_and_the_other_side_goes_on() {
    let mut run = Pair::new(&TLS12).run(false);
    let data = run.crossed.iter_mut().rev().find(|(from, _)| *from == S).unwrap();
    *data.1.last_mut().unwrap() ^= 1;
    let seen = run.decode();
    assert_eq!(all(&seen, DoesNotOpen).len(), 1);
    assert_eq!(story(&seen).last(), Some(&(C, Alert)));
}

#[test]
fn what_crossed_before_its_secret_keeps_its_moment() {
    let run = Pair::new(&TLS13).run(false);
    let mut decoder = Decoder::new();
    let mut at_once = Vec::new();
    for (moment, (from, bytes)) in (1..).zip(&run.crossed) {
        at_once.extend(decoder.push(*from, moment, bytes));
    }
    assert_eq!(at_once.last().unwrap().seen.step, ChangeCipherSpec.into());
    let mut later = Vec::new();
    for (label, client_random, secret) in &run.secrets {
        later.extend(decoder.secret(label, client_random, secret));
    }
    let moments: Vec<_> = later.iter().map(|crossed| crossed.moment).collect();
    assert!(moments.is_sorted(), "{moments:?}");
    assert_eq!(moments.last().copied(), u64::try_from(run.crossed.len()).ok());
    let finished = all(&bare(later), Finished).len();
    assert_eq!(finished, 2);
}

#[test]
fn secrets_of_another_connection_open_nothing() {
    let run = Pair::new(&TLS13).run(false);
    let other = Pair::new(&TLS13).run(false);
    let mixed = Run { crossed: run.crossed, secrets: other.secrets };
    let seen = mixed.decode();
    assert!(all(&seen, Finished).is_empty());
    assert_eq!(all(&seen, Undecodable)[0].fields["expected"], "a record whose key is known");
}

/// Some servers (Go's) send tickets right behind their Finished; a client that does not like the certificate never
/// derives the key under which they are sent, and its alert crosses behind them.
#[test]
fn a_direction_whose_key_is_not_known_does_not_keep_the_other_closed() {
    let run = Pair::new(&TLS13).run(false);
    let mut decoder = Decoder::new();
    for (label, random, secret) in &run.secrets {
        if label != "SERVER_TRAFFIC_SECRET_0" {
            decoder.secret(label, random, secret);
        }
    }
    let mut seen = Vec::new();
    for (from, bytes) in &run.crossed {
        seen.extend(decoder.push(*from, 0, bytes));
    }
    seen.extend(decoder.end());
    let seen = bare(seen);
    assert_eq!(all(&seen, Undecodable)[0].fields["sender"], "server");
    assert_eq!(all(&seen, Undecodable).len(), 1);
    assert_eq!(all(&seen, Alert).len(), 1, "the client's close_notify came behind what cannot be opened");
    // The client's Finished crossed before any of it.
    assert_eq!(all(&seen, Finished).len(), 2);
}

#[test]
fn what_is_not_tls_is_named() {
    let cases: [(&[u8], &str); 5] = [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP request"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP response"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH identification"),
        (b"hello, world", "text"),
        (b"\x00\x01\x02\x03\x04\x05\x06\x07\x08", "unknown"),
    ];
    for (bytes, looks_like) in cases {
        let mut decoder = Decoder::new();
        let mut seen = decoder.push(C, 0, bytes);
        seen.extend(decoder.push(C, 0, bytes));
        seen.extend(decoder.end());
        let seen = bare(seen);
        assert_eq!(story(&seen), [(C, Undecodable)], "{looks_like}");
        assert_eq!(seen[0].fields["looks_like"], looks_like);
    }
}

#[test]
fn a_greeting_is_told_by_its_first_line_however_it_is_sliced() {
    let long = [b"220 ".as_slice(), &[b'x'; 300], b"\r\n"].concat();
    let cases: [(Side, &[u8], Option<usize>); 5] = [
        (S, b"SSH-2.0-OpenSSH_9.2\r\nand more", Some(19)),
        (S, b"HTTP/1.1 400 Bad Request\r\n\r\n", Some(24)),
        (S, &long, Some(200)),
        (S, b"220 \x00\x01\x02\x03\x04\x05\r\n", None),
        // A client may have put anything into it.
        (C, b"GET /?token=secret HTTP/1.1\r\n", None),
    ];
    for (from, bytes, length) in cases {
        for slice in [1, 3, 7, bytes.len()] {
            let mut decoder = Decoder::new();
            let mut seen: Vec<_> = bytes.chunks(slice).flat_map(|part| decoder.push(from, 0, part)).collect();
            seen.extend(decoder.end());
            let seen = bare(seen);
            assert_eq!(story(&seen), [(from, Undecodable)]);
            let line = length.map(|length| std::str::from_utf8(&bytes[..length]).unwrap());
            assert_eq!(seen[0].fields.get(common::TEXT), line, "{slice}");
            let crossed = line.map_or(&bytes[..8], |line| &bytes[..bytes.len().min(line.len() + 2)]);
            assert!(
                crossed.starts_with(&seen[0].bytes[..8]) && seen[0].bytes.len() <= crossed.len(),
                "{slice}"
            );
        }
    }
}

#[test]
fn too_few_bytes_to_tell_are_named_at_the_end() {
    let mut decoder = Decoder::new();
    assert!(decoder.push(C, 0, b"GET").is_empty());
    assert_eq!(decoder.end()[0].seen.fields["looks_like"], "HTTP request");
    assert!(decoder.end().is_empty());
}

#[test]
fn a_message_without_end_does_not_fill_the_memory() {
    let mut decoder = Decoder::new();
    let mut record = vec![22, 3, 3, 0x40, 0];
    record.extend([1, 0xff, 0xff, 0xff]);
    record.resize(5 + 0x4000, 0);
    let seen: Vec<_> = (0..100).flat_map(|_| decoder.push(C, 0, &record)).collect();
    assert_eq!(story(&bare(seen)), [(C, Undecodable)]);
    assert!(decoder.client.partial.is_empty() && decoder.client.message.len() <= record.len());
}

#[test]
fn records_whose_key_never_comes_do_not_fill_the_memory() {
    let run = Pair::new(&TLS13).run(false);
    let mut full = vec![23, 3, 3, 0x40, 0];
    full.resize(5 + 0x4000, 0);
    // Empty ones take up room too.
    for (record, times) in [(full, 100), (vec![23, 3, 3, 0, 0], 100_000)] {
        let mut decoder = decoder_that_waits(&run);
        let seen: Vec<_> = (0..times).flat_map(|_| decoder.push(S, 0, &record)).collect();
        assert!(bare(seen).iter().all(|seen| seen.step == Undecodable.into()));
        assert!(decoder.server.waiting.is_empty() && decoder.waiting_bytes <= MOST_WAITING);
    }
}

fn decoder_that_waits(run: &Run) -> Decoder {
    let mut decoder = Decoder::new();
    for (from, bytes) in &run.crossed {
        decoder.push(*from, 0, bytes);
    }
    decoder
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_slicing_gives_the_same_steps(tls13: bool, informed: bool, cuts in vec(any::<Index>(), 0..40)) {
        let run = Pair::new(if tls13 { &TLS13 } else { &TLS12 }).run(tls13) /* only TLS 1.3 has new keys without a new handshake */;
        let mut decoder = if informed { run.informed() } else { Decoder::new() };
        let mut seen = Vec::new();
        for (from, bytes) in &run.crossed {
            let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            for pair in cuts.windows(2) {
                seen.extend(decoder.push(*from, 0, &bytes[pair[0]..pair[1]]));
            }
        }
        if !informed {
            for (label, client_random, secret) in &run.secrets {
                seen.extend(decoder.secret(label, client_random, secret));
            }
        }
        seen.extend(decoder.end());
        let (mut seen, mut whole) = (bare(seen), run.decode());
        if !informed {
            // What needs no key comes first then; the rest is the same.
            let protected = |seen: &Seen| seen.fields.named("encrypted").is_some();
            seen.sort_by_key(protected);
            whole.sort_by_key(protected);
        }
        prop_assert_eq!(seen, whole);
    }

    #[test]
    fn any_bytes_at_all_are_read_without_a_panic(
        parts in vec((any::<bool>(), vec(any::<u8>(), 0..200)), 0..20),
        begin in any::<bool>(),
    ) {
        let mut decoder = Decoder::new();
        for (client, mut bytes) in parts {
            if begin {
                // Something that passes for a record is read further.
                let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
                bytes.splice(0..0, [22, 3, 3, length[0], length[1]]);
            }
            decoder.push(if client { C } else { S }, 0, &bytes);
        }
        decoder.end();
    }

    #[test]
    fn one_changed_byte_anywhere_is_read_without_a_panic(tls13: bool, at: Index, flip in 1u8..) {
        let mut run = Pair::new(if tls13 { &TLS13 } else { &TLS12 }).run(false);
        let which = at.index(run.crossed.len());
        let bytes = &mut run.crossed[which].1;
        let place = at.index(bytes.len());
        bytes[place] ^= flip;
        run.decode();
    }
}
