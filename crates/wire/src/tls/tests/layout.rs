//! The byte view: every byte once, every byte of a real handshake by name, and no bytes that break it.

use steps::{Fields, Part};

use super::*;

/// The leaves stand one behind the other from the first byte to the last.
fn cover(parts: &[Part], bytes: &[u8]) -> Result<(), String> {
    let mut at = 0;
    for leaf in Part::leaves(parts) {
        if leaf.offset != at {
            return Err(format!("{leaf:?} should begin at {at}"));
        }
        at += leaf.length;
    }
    if at == bytes.len() { Ok(()) } else { Err(format!("{at} of {} bytes are told", bytes.len())) }
}

#[test]
fn every_byte_of_a_handshake_has_a_name() {
    for version in [&TLS12, &TLS13] {
        let seen = Pair::new(version).run(version.version == TLS13.version).decode();
        for Seen { step, fields, bytes, .. } in seen {
            let steps::Step::Tls(step) = step else { panic!("{step} is no step of TLS") };
            let parts = layout(step, &fields, &bytes);
            cover(&parts, &bytes).unwrap_or_else(|why| panic!("{step:?}: {why}"));
            let unnamed: Vec<_> = parts.iter().filter(|part| part.name.is_empty()).collect();
            assert!(unnamed.is_empty(), "{step:?}: {unnamed:?}");
        }
    }
}

#[test]
fn a_field_says_what_its_bytes_mean() {
    let run = Pair::new(&TLS13).run(false);
    let seen = run.decode();
    let says = |step: Step, name: &str, value: &str| {
        let message = all(&seen, step)[0];
        let parts = layout(step, &message.fields, &message.bytes);
        assert!(
            parts.iter().any(|part| part.name == name && part.value == value),
            "{name} {value} is not in {parts:?}"
        );
    };
    says(ClientHello, "msg_type", "client_hello (1)");
    says(ClientHello, "host_name", "localhost");
    says(ClientHello, "version", "TLS 1.3");
    says(ServerHello, "selected_version", "TLS 1.3");
    says(ServerHello, "group", "x25519");
    says(NewSessionTicket, "ticket_lifetime", "86400 s");
    says(Alert, "description", "close_notify (0)");
}

#[test]
fn what_was_cut_off_is_told_as_far_as_it_goes() {
    let hello = Pair::new(&TLS12).run(false).decode().remove(0);
    for length in 0..hello.bytes.len() {
        let bytes = &hello.bytes[..length];
        let parts = layout(ClientHello, &hello.fields, bytes);
        cover(&parts, bytes).unwrap_or_else(|why| panic!("{length}: {why}"));
    }
}

proptest! {
    #[test]
    fn any_bytes_are_told_once_each(
        mut bytes in vec(any::<u8>(), 0..600),
        whole in any::<bool>(),
        step in any::<Index>(),
        known in vec(prop::sample::select(&["encrypted", "named_curve", "encrypted_pre_master_secret"][..]), 0..3),
        public in prop::option::of(0..600u64),
    ) {
        // A length that fits lets the walk go deeper.
        if let (true, [_, rest @ ..]) = (whole, bytes.as_mut_slice()) && rest.len() >= 3 {
            let length = rest.len() - 3;
            rest[..3].copy_from_slice(&[0, u8::try_from(length >> 8).unwrap(), length.to_le_bytes()[0]]);
        }
        let mut fields: Fields = known.into_iter().map(|name| (name.into(), true.into())).collect();
        if let Some(public) = public {
            fields.insert("public_key_length".into(), public.into());
        }
        let steps: Vec<_> = steps::Step::all()
            .filter_map(|step| if let steps::Step::Tls(step) = step { Some(step) } else { None })
            .collect();
        let step = *step.get(&steps);
        let parts = layout(step, &fields, &bytes);
        prop_assert_eq!(cover(&parts, &bytes), Ok(()));
    }
}
