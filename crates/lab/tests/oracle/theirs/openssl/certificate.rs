//! The certificate as `openssl x509 -text` prints it, of a chain the first.

use std::net::IpAddr;

use super::super::Told;

pub(super) fn read(lines: &[String], told: &mut Told) {
    // The details of the next in the chain begin with the same word.
    let ends = lines.iter().skip(1).position(|line| line == "-----BEGIN CERTIFICATE-----");
    let lines = &lines[..ends.map_or(lines.len(), |at| at + 1)];
    let after = |key: &str| lines.iter().find_map(|line| line.strip_prefix(key)).map(str::trim);
    let below = |key: &str| {
        let at = lines.iter().position(|line| line.starts_with(key))?;
        lines.get(at + 1).map(String::as_str)
    };
    let mut put = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            told.put(name, value);
        }
    };
    // RFC 4514 begins with the last part. None of the oracle's names has a comma in it.
    let backwards = |text: String| text.rsplit(", ").collect::<Vec<_>>().join(",");
    let names = |key| after(key).map(|text| backwards(text.replace(" = ", "=")));
    put("subject", names("Subject: "));
    put("issuer", names("Issuer: "));
    put("serial", below("Serial Number:").map(serial));
    put("not_before", after("Not Before:").and_then(date));
    put("not_after", after("Not After :").and_then(date));
    put("signature_algorithm", after("Signature Algorithm:").map(str::to_owned));
    put("public_key", after("Public Key Algorithm:").and_then(|kind| public_key(kind, &after)));
    if let Some(alternative) = below("X509v3 Subject Alternative Name:") {
        told.put("names", alternative.split(", ").map(name).collect::<Vec<_>>());
    }
    if let Some(purposes) = below("X509v3 Extended Key Usage:") {
        told.put("extended_key_usage", purposes.split(", ").map(purpose).collect::<Vec<_>>());
    }
}

/// A number of one bit more than its bytes hold has a zero in front (X.690 §8.3), which openssl does not print.
fn serial(text: &str) -> String {
    let negative = text.get(..1).is_some_and(|digit| digit >= "8");
    if negative { format!("00:{text}") } else { text.to_owned() }
}

/// `Nov 25 01:26:31 2026 GMT` in the form of our log.
fn date(text: &str) -> Option<String> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let words: Vec<_> = text.split_whitespace().collect();
    let [month, day, clock, year, "GMT"] = words[..] else { return None };
    let month = 1 + MONTHS.iter().position(|name| *name == month)?;
    Some(format!("{year}-{month:02}-{:02}T{clock}Z", day.parse::<u8>().ok()?))
}

fn public_key<'a>(kind: &str, after: &impl Fn(&str) -> Option<&'a str>) -> Option<String> {
    match kind {
        "id-ecPublicKey" => after("NIST CURVE:").map(|curve| format!("EC {curve}")),
        "rsaEncryption" => {
            let size = after("Public-Key:")?.trim_start_matches('(').split(' ').next()?;
            Some(format!("RSA {size} bit"))
        }
        "ED25519" => Some("Ed25519".to_owned()),
        _other => None,
    }
}

fn name(text: &str) -> String {
    match text.split_once(':') {
        Some(("IP Address", address)) => {
            address.parse::<IpAddr>().map_or(address.to_owned(), |it| it.to_string())
        }
        Some(("DNS", name)) => name.to_owned(),
        Some(_) | None => text.to_owned(),
    }
}

/// RFC 5280 §4.2.1.12.
fn purpose(text: &str) -> &str {
    match text {
        "TLS Web Server Authentication" => "serverAuth",
        "TLS Web Client Authentication" => "clientAuth",
        other => other,
    }
}
