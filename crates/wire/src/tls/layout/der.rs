//! Every byte of a certificate by name (RFC 5280 §4.1): tag, length and value of each element of its DER (X.690 §8).

use x509_parser::{
    asn1_rs::FromDer,
    der_parser::oid::Oid,
    objects::{oid_registry, oid2sn},
};

use super::super::distinguished::distinguished_in;
use crate::layout::walk::{Layout, plain, text};

/// The elements of a sequence, by the names that the standard gives them.
type Names = &'static [(&'static str, &'static [Inner])];

/// What stands inside an element.
struct Inner(Names);

const VALIDITY: Names = &[("notBefore", &[]), ("notAfter", &[])];
const ALGORITHM: Names = &[("algorithm", &[]), ("parameters", &[])];
const KEY: Names = &[("algorithm", &[Inner(ALGORITHM)]), ("subjectPublicKey", &[])];
const TBS: Names = &[
    ("version", &[]),
    ("serialNumber", &[]),
    ("signature", &[Inner(ALGORITHM)]),
    ("issuer", &[]),
    ("validity", &[Inner(VALIDITY)]),
    ("subject", &[]),
    ("subjectPublicKeyInfo", &[Inner(KEY)]),
    ("extensions", &[]),
];
const CERTIFICATE: Names = &[
    ("tbsCertificate", &[Inner(TBS)]),
    ("signatureAlgorithm", &[Inner(ALGORITHM)]),
    ("signatureValue", &[]),
];

/// So deep elements are told apart; what stands deeper is one field.
const DEEPEST: usize = 12;

/// The certificate that fills the block.
pub(super) fn certificate(l: &mut Layout<'_>) -> Option<()> {
    element(l, "Certificate", CERTIFICATE, 0)?;
    if l.is_done() { Some(()) } else { None }
}

fn element(l: &mut Layout<'_>, name: &str, inside: Names, depth: usize) -> Option<()> {
    let (tag, header, length) = header(l)?;
    let whole = l.peek((header + length).min(l.left()))?;
    let value = match name {
        "issuer" | "subject" => distinguished_in(whole).unwrap_or_default(),
        _ => String::new(),
    };
    l.block(header + length, name, value, |l| {
        l.field(header, "tag and length", |_| format!("{}, {length}", kind(tag)))?;
        let constructed = tag & 0x20 != 0;
        if length == 0 {
            return Some(());
        }
        if !constructed || depth >= DEEPEST {
            return l.field(length, "value", |bytes| value_of(tag, bytes)).map(drop);
        }
        let mut names = inside.iter().peekable();
        while !l.is_done() {
            let tag = *l.peek(1)?.first()?;
            // What may be left out has a tag of its own, or is left out at the end.
            if let Some(("version", _)) = names.peek()
                && tag != 0xa0
            {
                names.next();
            }
            match (tag, names.peek()) {
                // issuerUniqueID and subjectUniqueID, which nobody has.
                (0x81 | 0xa1 | 0x82 | 0xa2, Some(("extensions", _))) => {
                    element(l, "uniqueID", &[], depth + 1)?;
                }
                (_, Some((name, inner))) => {
                    let inside = inner.first().map_or(&[][..], |inner| inner.0);
                    names.next();
                    element(l, name, inside, depth + 1)?;
                }
                (_, None) => element(l, kind(tag), &[], depth + 1)?,
            }
        }
        Some(())
    })
}

/// The tag, how many bytes tag and length have, and the length.
fn header(l: &Layout<'_>) -> Option<(u8, usize, usize)> {
    let bytes = l.peek(l.left())?;
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    if first < 0x80 {
        return Some((tag, 2, usize::from(first)));
    }
    let count = usize::from(first & 0x7f);
    let length = rest.get(..count).filter(|_| (1..=4).contains(&count))?;
    let length =
        length.iter().try_fold(0_usize, |sum, byte| sum.checked_mul(256)?.checked_add(usize::from(*byte)))?;
    Some((tag, 2 + count, length))
}

fn kind(tag: u8) -> &'static str {
    match tag {
        0x01 => "BOOLEAN",
        0x02 => "INTEGER",
        0x03 => "BIT STRING",
        0x04 => "OCTET STRING",
        0x05 => "NULL",
        0x06 => "OBJECT IDENTIFIER",
        0x0a => "ENUMERATED",
        0x0c => "UTF8String",
        0x13 => "PrintableString",
        0x14 => "TeletexString",
        0x16 => "IA5String",
        0x17 => "UTCTime",
        0x18 => "GeneralizedTime",
        0x1e => "BMPString",
        0x30 => "SEQUENCE",
        0x31 => "SET",
        0xa0 => "[0]",
        0xa1 => "[1]",
        0xa2 => "[2]",
        0xa3 => "[3]",
        _ => "element",
    }
}

fn value_of(tag: u8, bytes: &[u8]) -> String {
    match (tag, bytes) {
        (0x01, [0]) => "FALSE".into(),
        (0x01, [_]) => "TRUE".into(),
        (0x02 | 0x0a, [small]) => small.to_string(),
        (0x06, _) => object(bytes),
        (0x0c | 0x13 | 0x16 | 0x17 | 0x18, _) => text(bytes),
        _ => plain(bytes),
    }
}

/// An object identifier by its short name, else by its numbers.
fn object(value: &[u8]) -> String {
    let Ok(length) = u8::try_from(value.len()) else { return String::new() };
    let der = [&[6, length], value].concat();
    let Ok((_, oid)) = Oid::from_der(&der) else { return String::new() };
    oid2sn(&oid, oid_registry()).map_or_else(|_| oid.to_id_string(), str::to_owned)
}
