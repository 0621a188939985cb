//! Names in certificates: distinguished names as RFC 4514 writes them, and the general names of RFC 5280 §4.2.1.6.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use x509_parser::{
    asn1_rs::{Any, FromDer, Tag, ToDer},
    der_parser::oid::Oid,
    extensions::GeneralName,
    x509::{AttributeTypeAndValue, X509Name},
};

/// Attribute types by the descriptors under which they are registered for LDAP (RFC 4514 §3, RFC 4519), and the two of
/// PKCS #9 and PKCS #1 that certificates have. Any other is written as its object identifier.
const ATTRIBUTES: [(&str, &str); 38] = [
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.3", "mail"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
    ("1.2.840.113549.1.9.2", "unstructuredName"),
    ("1.2.840.113549.1.9.8", "unstructuredAddress"),
    ("1.3.6.1.4.1.311.60.2.1.1", "jurisdictionL"),
    ("1.3.6.1.4.1.311.60.2.1.2", "jurisdictionST"),
    ("1.3.6.1.4.1.311.60.2.1.3", "jurisdictionC"),
    ("2.5.4.3", "CN"),
    ("2.5.4.4", "SN"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "STREET"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.12", "title"),
    ("2.5.4.13", "description"),
    ("2.5.4.14", "searchGuide"),
    ("2.5.4.15", "businessCategory"),
    ("2.5.4.16", "postalAddress"),
    ("2.5.4.17", "postalCode"),
    ("2.5.4.18", "postOfficeBox"),
    ("2.5.4.19", "physicalDeliveryOfficeName"),
    ("2.5.4.20", "telephoneNumber"),
    ("2.5.4.31", "member"),
    ("2.5.4.41", "name"),
    ("2.5.4.42", "givenName"),
    ("2.5.4.43", "initials"),
    ("2.5.4.44", "generationQualifier"),
    ("2.5.4.45", "x500UniqueIdentifier"),
    ("2.5.4.46", "dnQualifier"),
    ("2.5.4.51", "houseIdentifier"),
    ("2.5.4.65", "pseudonym"),
    ("2.5.4.72", "role"),
    ("2.5.4.97", "organizationIdentifier"),
];

/// More than any certificate has.
const MOST: usize = 64;

/// A distinguished name as RFC 4514 writes it: the last part first, `CN=server,O=not to be trusted`.
pub(super) fn distinguished(name: &X509Name<'_>) -> String {
    let parts: Vec<_> = name.iter().take(MOST).collect();
    let part = |part: &&x509_parser::x509::RelativeDistinguishedName<'_>| {
        part.iter().take(MOST).map(attribute).collect::<Vec<_>>().join("+")
    };
    parts.iter().rev().map(part).collect::<Vec<_>>().join(",")
}

/// Such a name in DER; none: it is none.
pub(super) fn distinguished_in(der: &[u8]) -> Option<String> {
    X509Name::from_der(der).ok().filter(|(rest, _)| rest.is_empty()).map(|(_, name)| distinguished(&name))
}

/// `CN=server`; a value that is no text is `#` and its encoding in hex, and so is that of a type without a name
/// (RFC 4514 §2.4).
fn attribute(attribute: &AttributeTypeAndValue<'_>) -> String {
    let oid = attribute.attr_type().to_id_string();
    let name = ATTRIBUTES.iter().find(|(known, _)| *known == oid).map(|(_, name)| *name);
    match (name, text(attribute.attr_value())) {
        (Some(name), Some(text)) => format!("{name}={}", escaped(&text)),
        (name, _) => format!("{}={}", name.unwrap_or(&oid), in_hex(attribute.attr_value())),
    }
}

/// The text of one of ASN.1's kinds of string.
fn text(value: &Any<'_>) -> Option<String> {
    let bytes = value.data;
    match value.tag() {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String | Tag::NumericString | Tag::VisibleString => {
            String::from_utf8(bytes.to_vec()).ok()
        }
        // What is in use of it is Latin-1.
        Tag::T61String => Some(bytes.iter().map(|&byte| char::from(byte)).collect()),
        Tag::BmpString => {
            let units = bytes.chunks(2).map(|pair| Some(u16::from_be_bytes(pair.try_into().ok()?)));
            String::from_utf16(&units.collect::<Option<Vec<_>>>()?).ok()
        }
        Tag::UniversalString => {
            let code = |four: &[u8]| char::from_u32(u32::from_be_bytes(four.try_into().ok()?));
            bytes.chunks(4).map(code).collect()
        }
        _ => None,
    }
}

/// What would end or join values, and what cannot be seen, behind a backslash (RFC 4514 §2.4).
fn escaped(text: &str) -> String {
    let last = text.chars().count().saturating_sub(1);
    let mut out = String::with_capacity(text.len());
    for (at, character) in text.chars().enumerate() {
        match character {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => out.extend(['\\', character]),
            '#' if at == 0 => out.push_str("\\#"),
            ' ' if at == 0 || at == last => out.push_str("\\ "),
            hidden if hidden.is_control() => {
                let mut utf8 = [0; 4];
                for byte in hidden.encode_utf8(&mut utf8).bytes() {
                    out.push_str(&format!("\\{byte:02X}"));
                }
            }
            seen => out.push(seen),
        }
    }
    out
}

fn in_hex(value: &Any<'_>) -> String {
    let der = value.to_der_vec().unwrap_or_else(|_| value.data.to_vec());
    format!("#{}", hex::encode(der))
}

/// A name for which a certificate speaks. A DNS name and an address stand for themselves, any other kind has RFC 5280's word
/// for it before it; so has a DNS name that reads like an address, which it is not.
pub(super) fn general(name: &GeneralName<'_>) -> String {
    match name {
        GeneralName::DNSName(name) if name.parse::<IpAddr>().is_ok() => format!("dNSName:{name}"),
        GeneralName::DNSName(name) => (*name).to_owned(),
        GeneralName::IPAddress(bytes) => address(bytes),
        GeneralName::RFC822Name(name) => format!("rfc822Name:{name}"),
        GeneralName::URI(name) => format!("uniformResourceIdentifier:{name}"),
        GeneralName::DirectoryName(name) => format!("directoryName:{}", distinguished(name)),
        GeneralName::RegisteredID(oid) => format!("registeredID:{}", oid.to_id_string()),
        GeneralName::OtherName(oid, value) => format!("otherName:{}", other(oid, value)),
        GeneralName::X400Address(value) => format!("x400Address:{}", in_hex(value)),
        GeneralName::EDIPartyName(value) => format!("ediPartyName:{}", in_hex(value)),
        GeneralName::Invalid(tag, bytes) => format!("unreadable [{}]:#{}", tag.0, hex::encode(bytes)),
    }
}

/// `1.3.6.1.4.1.311.20.2.3=user@example`: the kind by its object identifier, the value as text where it is one.
fn other(oid: &Oid<'_>, value: &[u8]) -> String {
    // The value stands behind an explicit tag [0].
    let inner = Any::from_der(value).ok().and_then(|(_, tagged)| Any::from_der(tagged.data).ok());
    let oid = oid.to_id_string();
    match inner.and_then(|(_, value)| text(&value)) {
        Some(text) => format!("{oid}={}", escaped(&text)),
        None => format!("{oid}=#{}", hex::encode(value)),
    }
}

fn address(bytes: &[u8]) -> String {
    if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
        Ipv4Addr::from(v4).to_string()
    } else if let Ok(v6) = <[u8; 16]>::try_from(bytes) {
        Ipv6Addr::from(v6).to_string()
    } else {
        format!("iPAddress:#{}", hex::encode(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name of one attribute in each part: its type in DER, the tag of its value, and the value.
    fn name(parts: &[(&[u8], u8, &[u8])]) -> Vec<u8> {
        let der = |tag: u8, body: Vec<u8>| [vec![tag, u8::try_from(body.len()).unwrap()], body].concat();
        let parts = parts.iter().map(|(oid, tag, value)| {
            der(0x31, der(0x30, [der(6, oid.to_vec()), der(*tag, value.to_vec())].concat()))
        });
        der(0x30, parts.collect::<Vec<_>>().concat())
    }

    const CN: &[u8] = &[0x55, 4, 3];
    const O: &[u8] = &[0x55, 4, 10];
    const UTF8: u8 = 12;

    #[test]
    fn a_name_is_written_from_its_end_and_each_value_escaped() {
        for (parts, said) in [
            (
                vec![(O, UTF8, b"Sue, Grabbit and Runn".as_slice()), (CN, UTF8, b"L. Eagle")],
                "CN=L. Eagle,O=Sue\\, Grabbit and Runn",
            ),
            (vec![(CN, UTF8, b"# a+b \\ \"c\" ")], "CN=\\# a\\+b \\\\ \\\"c\\\"\\ "),
            (vec![(CN, UTF8, b"Before\rAfter")], "CN=Before\\0DAfter"),
            (vec![(CN, UTF8, "服务器".as_bytes())], "CN=服务器"),
            (vec![(CN, 30, &[0x67, 0x0d])], "CN=服"),
            (vec![(CN, 20, &[0xe9])], "CN=é"),
            (vec![(CN, 4, b"Hi")], "CN=#04024869"),
            (vec![(&[0x55, 4, 97], UTF8, b"NTRDE-1")], "organizationIdentifier=NTRDE-1"),
            (vec![(&[0x2a, 3, 4], UTF8, b"x")], "1.2.3.4=#0c0178"),
            (vec![], ""),
        ] {
            assert_eq!(distinguished_in(&name(&parts)).as_deref(), Some(said));
        }
        assert_eq!(distinguished_in(&[1, 2, 3]), None);
    }

    #[test]
    fn each_kind_of_general_name_says_what_it_is() {
        let upn = [0xa0, 0x04, 0x0c, 0x02, b'm', b'e'];
        let oid = Oid::from(&[1, 3, 6, 1, 4, 1, 311, 20, 2, 3]).unwrap();
        for (name, said) in [
            (GeneralName::DNSName("localhost"), "localhost"),
            (GeneralName::DNSName("127.0.0.1"), "dNSName:127.0.0.1"),
            (GeneralName::IPAddress(&[127, 0, 0, 1]), "127.0.0.1"),
            (GeneralName::IPAddress(&[127, 0]), "iPAddress:#7f00"),
            (GeneralName::RFC822Name("me@example.com"), "rfc822Name:me@example.com"),
            (GeneralName::URI("spiffe://a/b"), "uniformResourceIdentifier:spiffe://a/b"),
            (GeneralName::OtherName(oid, &upn), "otherName:1.3.6.1.4.1.311.20.2.3=me"),
        ] {
            assert_eq!(general(&name), said);
        }
    }
}
