//! The values of a certificate (RFC 5280 §4.1).

use steps::{Fields, common, tls::field};
use x509_parser::{
    der_parser::oid::Oid,
    objects::{oid_registry, oid2sn},
    prelude::{FromDer, X509Certificate},
    public_key::PublicKey,
};

use super::distinguished::{distinguished, general};
use crate::fields;

/// What `chain` says: the end-entity certificate's values, then those above it by name and serial number.
pub fn certificate_fields(chain: &[impl AsRef<[u8]>]) -> Fields {
    let mut fields = fields! { field::CERTIFICATES => chain.len() };
    // A chain is three or four certificates long; a peer that sends hundreds is not told at length.
    let chain = &chain[..chain.len().min(16)];
    let parsed: Vec<_> = chain.iter().map(|der| X509Certificate::from_der(der.as_ref()).ok()).collect();
    match parsed.first() {
        None => return fields,
        Some(None) => {
            fields.put(field::UNREADABLE, true);
            return fields;
        }
        Some(Some((_, leaf))) => fields.append(&mut leaf_fields(leaf)),
    }
    let above: Vec<_> = parsed[1..]
        .iter()
        .map(|parsed| match parsed {
            Some((_, above)) => format!("{} (serial {})", distinguished(above.subject()), serial(above)),
            None => "unreadable".into(),
        })
        .collect();
    if !above.is_empty() {
        fields.put(field::CHAIN, above);
    }
    fields
}

/// What kind of key the issuer of the first certificate has, where it stands in the chain or among those trusted.
pub fn key_of_issuer(chain: &[impl AsRef<[u8]>], trusted: &[impl AsRef<[u8]>]) -> Option<String> {
    let (_, leaf) = X509Certificate::from_der(chain.first()?.as_ref()).ok()?;
    let above = chain[1..].iter().map(AsRef::as_ref).chain(trusted.iter().map(AsRef::as_ref));
    above.filter_map(|der| X509Certificate::from_der(der).ok()).find_map(|(_, above)| {
        (above.subject().as_raw() == leaf.issuer().as_raw()).then(|| public_key(&above))
    })
}

fn leaf_fields(leaf: &X509Certificate<'_>) -> Fields {
    fields! {
        field::SUBJECT => distinguished(leaf.subject()),
        field::ISSUER => distinguished(leaf.issuer()),
        field::SERIAL => serial(leaf),
        field::NOT_BEFORE => date(leaf.validity().not_before),
        field::NOT_AFTER => date(leaf.validity().not_after),
        field::NAMES => names(leaf),
        field::PUBLIC_KEY => public_key(leaf),
        common::SIGNATURE_ALGORITHM => name_of(&leaf.signature_algorithm.algorithm),
        field::EXTENDED_KEY_USAGE => purposes(leaf),
    }
}

/// The short name of an object identifier, else its numbers.
fn name_of(oid: &Oid<'_>) -> String {
    oid2sn(oid, oid_registry()).map_or_else(|_| oid.to_id_string(), str::to_owned)
}

/// What the certificate is for.
fn purposes(leaf: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(usage)) = leaf.extended_key_usage() else { return Vec::new() };
    let usage = usage.value;
    let named = [
        (usage.any, "any"),
        (usage.server_auth, "serverAuth"),
        (usage.client_auth, "clientAuth"),
        (usage.code_signing, "codeSigning"),
        (usage.email_protection, "emailProtection"),
        (usage.time_stamping, "timeStamping"),
        (usage.ocsp_signing, "OCSPSigning"),
    ];
    let named = named.into_iter().filter(|(set, _)| *set).map(|(_, name)| name.to_owned());
    named.chain(usage.other.iter().take(8).map(name_of)).collect()
}

fn serial(certificate: &X509Certificate<'_>) -> String {
    certificate.raw_serial_as_string()
}

fn date(time: x509_parser::time::ASN1Time) -> String {
    let time = time.to_datetime();
    let (date, clock) = (time.date(), time.time());
    let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
    let (hour, minute, second) = clock.as_hms();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The names for which the certificate speaks.
fn names(leaf: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(names)) = leaf.subject_alternative_name() else { return Vec::new() };
    names.value.general_names.iter().take(32).map(general).collect()
}

/// The kind and size of the public key.
fn public_key(leaf: &X509Certificate<'_>) -> String {
    match leaf.public_key().parsed() {
        Ok(PublicKey::RSA(key)) => format!("RSA {} bit", key.key_size()),
        Ok(PublicKey::EC(point)) => match point.key_size() {
            256 => "EC P-256".into(),
            384 => "EC P-384".into(),
            // 521 bits fill 66 bytes, of which x509-parser counts every bit.
            521 | 528 => "EC P-521".into(),
            bits => format!("EC {bits} bit"),
        },
        Ok(_) | Err(_) => match leaf.public_key().algorithm.algorithm.to_id_string().as_str() {
            "1.3.101.112" => "Ed25519".into(),
            "1.3.101.113" => "Ed448".into(),
            oid => format!("algorithm {oid}"),
        },
    }
}
