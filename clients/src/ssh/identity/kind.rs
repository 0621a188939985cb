//! What a file is that should hold a private key.

/// What a file that should hold a private key holds, by how it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    OpenSsh,
    /// PKCS#1, SEC1 or PKCS#8, without a passphrase.
    Pem,
    /// With a passphrase, in a form that can be opened here.
    EncryptedPem,
    /// With one, and under a cipher that cannot.
    OldEncryptedPem,
    Dsa,
    Putty,
    PublicKey,
    Certificate,
    /// A certificate as TLS has them.
    X509,
    Pkcs12,
    /// A private key as the PEM formats have it, in binary.
    Der,
    Ssh1,
    Empty,
    Binary,
    Other,
}

impl Kind {
    pub(super) fn of(bytes: &[u8]) -> Kind {
        // PKCS#12 (RFC 7292 §4) is version 3; PKCS#1 and PKCS#8 are version 0, SEC1 is version 1.
        match version(bytes) {
            Some(3) => return Kind::Pkcs12,
            Some(0 | 1) => return Kind::Der,
            Some(_) | None => {}
        }
        let Ok(text) = std::str::from_utf8(bytes).map(str::trim_start) else { return Kind::Binary };
        if text.contains('\0') && !text.starts_with("SSH PRIVATE KEY FILE FORMAT 1.1") {
            return Kind::Binary;
        }
        let first = text.lines().next().unwrap_or_default().trim_end();
        let is_public = |word: &str| ["ssh-", "ecdsa-sha2-", "sk-"].iter().any(|kind| word.starts_with(kind));
        match first {
            "" => Kind::Empty,
            "-----BEGIN OPENSSH PRIVATE KEY-----" => Kind::OpenSsh,
            "-----BEGIN DSA PRIVATE KEY-----" => Kind::Dsa,
            "-----BEGIN CERTIFICATE-----" | "-----BEGIN TRUSTED CERTIFICATE-----" => Kind::X509,
            "-----BEGIN ENCRYPTED PRIVATE KEY-----" => Kind::EncryptedPem,
            "-----BEGIN RSA PRIVATE KEY-----" if text.contains("\nDEK-Info: AES-128-CBC,") => {
                Kind::EncryptedPem
            }
            "-----BEGIN RSA PRIVATE KEY-----" | "-----BEGIN EC PRIVATE KEY-----"
                if text.contains("ENCRYPTED") =>
            {
                Kind::OldEncryptedPem
            }
            "-----BEGIN RSA PRIVATE KEY-----"
            | "-----BEGIN EC PRIVATE KEY-----"
            | "-----BEGIN PRIVATE KEY-----" => Kind::Pem,
            "---- BEGIN SSH2 PUBLIC KEY ----" | "-----BEGIN PUBLIC KEY-----" => Kind::PublicKey,
            _ if first.starts_with("PuTTY-User-Key-File-") => Kind::Putty,
            _ if first.starts_with("SSH PRIVATE KEY FILE FORMAT 1.1") => Kind::Ssh1,
            _ if is_public(first) && first.contains("-cert-v01@") => Kind::Certificate,
            _ if is_public(first) => Kind::PublicKey,
            _ => Kind::Other,
        }
    }

    /// What the file is, and what to do.
    pub(super) fn why_not(self, path: &str) -> String {
        let convert = format!("`ssh-keygen -p -f {path}` rewrites it in OpenSSH's format");
        match self {
            Kind::OpenSsh => format!("{path} begins like a private key in OpenSSH's format, and is damaged"),
            Kind::Pem => format!("{path} is a private key in PEM that could not be read; {convert}"),
            Kind::EncryptedPem => format!(
                "{path} is a private key in PEM with a passphrase, and its public half {path}.pub is not beside it; \
                 `ssh-keygen -y -f {path} > {path}.pub` writes it"
            ),
            Kind::OldEncryptedPem => {
                format!(
                    "{path} is a private key in PEM with a passphrase, which is not opened here; {convert}"
                )
            }
            Kind::Dsa => format!("{path} is a DSA key, which no current server takes: make an Ed25519 key"),
            Kind::Putty => format!(
                "{path} is a key in PuTTY's format; `puttygen {path} -O private-openssh -o FILE` writes it in OpenSSH's"
            ),
            Kind::PublicKey => {
                let private = path.strip_suffix(".pub").unwrap_or("the file without .pub");
                format!("{path} is a public key; the private one is wanted ({private}?)")
            }
            Kind::Certificate => format!(
                "{path} is a certificate; `--identity` wants the private key that it is for, and finds the certificate \
                 beside it by itself"
            ),
            Kind::X509 => {
                format!("{path} is an X.509 certificate, as TLS has them; SSH logs in by a private key")
            }
            Kind::Pkcs12 => format!(
                "{path} is a PKCS#12 file (.p12, .pfx); `openssl pkcs12 -in {path} -nocerts -nodes -out FILE` takes its key out"
            ),
            Kind::Der => format!(
                "{path} is a private key in DER, which is binary; `openssl pkey -inform DER -in {path} -out FILE` writes it \
                 as text"
            ),
            Kind::Binary => format!(
                "{path} is binary, and no private key that SSH knows (`--identity` takes another key)"
            ),
            Kind::Ssh1 => format!("{path} is a key for SSH-1, which nothing speaks any more"),
            Kind::Empty => format!("{path} is empty (`--identity` takes another key)"),
            Kind::Other => format!("{path} is no private key (`--identity` takes another key)"),
        }
    }
}

/// The version with which a DER SEQUENCE begins, as all files of keys do (X.690 §8.9).
fn version(bytes: &[u8]) -> Option<u8> {
    let rest = bytes.strip_prefix(&[0x30])?;
    let (length, rest) = rest.split_first()?;
    let rest = if *length < 0x80 { rest } else { rest.get(usize::from(length & 0x7f)..)? };
    match rest {
        [2, 1, version, ..] => Some(*version),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_private_key_is_called_what_it_is() {
        for (text, kind) in [
            ("-----BEGIN OPENSSH PRIVATE KEY-----\n", Kind::OpenSsh),
            ("-----BEGIN RSA PRIVATE KEY-----\r\nMII", Kind::Pem),
            ("-----BEGIN EC PRIVATE KEY-----\nMHc", Kind::Pem),
            ("-----BEGIN PRIVATE KEY-----\nMC4", Kind::Pem),
            ("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n", Kind::OldEncryptedPem),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n",
                Kind::EncryptedPem,
            ),
            ("-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n", Kind::OldEncryptedPem),
            ("-----BEGIN ENCRYPTED PRIVATE KEY-----\n", Kind::EncryptedPem),
            ("-----BEGIN DSA PRIVATE KEY-----\n", Kind::Dsa),
            ("PuTTY-User-Key-File-3: ssh-ed25519\n", Kind::Putty),
            ("ssh-ed25519 AAAA me@here\n", Kind::PublicKey),
            ("ecdsa-sha2-nistp256 AAAA", Kind::PublicKey),
            ("ssh-ed25519-cert-v01@openssh.com AAAA", Kind::Certificate),
            ("", Kind::Empty),
            ("\n\n", Kind::Empty),
            ("hello\n", Kind::Other),
            ("-----BEGIN CERTIFICATE-----\nMII", Kind::X509),
        ] {
            assert_eq!(Kind::of(text.as_bytes()), kind, "{text}");
            assert!(kind.why_not("FILE").starts_with("FILE "));
        }
        for (bytes, kind) in [
            (&b"\x30\x82\x0a\x01\x02\x01\x03\x30"[..], Kind::Pkcs12),
            (b"\x30\x82\x04\xa4\x02\x01\x00\x02", Kind::Der),
            (b"\x30\x77\x02\x01\x01\x04", Kind::Der),
            (b"\x30\x82\x0a\x01\x30\x82\xff", Kind::Binary),
            (b"\x7fELF\x02\x01\x01\0\0", Kind::Binary),
            (b"\xfe\xed\xfe\xed", Kind::Binary),
            // Text that begins with the character of a SEQUENCE is text.
            (b"0 bottles", Kind::Other),
        ] {
            assert_eq!(Kind::of(bytes), kind, "{bytes:x?}");
            assert!(kind.why_not("FILE").starts_with("FILE "));
        }
    }
}
