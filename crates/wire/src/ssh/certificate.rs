//! OpenSSH's certificates (its PROTOCOL.certkeys): a public key, whom it is for and how long, signed by a CA. A key blob
//! in SSH may hold one instead of a bare key.

use aws_lc_rs::digest::{SHA256, digest};
use base64::prelude::{BASE64_STANDARD_NO_PAD, Engine};
use steps::{Fields, ssh::field};

use super::reader::{Reader, short};

/// Whom a certificate speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A user who logs in.
    User,
    /// A server.
    Host,
    /// By a number that PROTOCOL.certkeys does not know.
    Other(u32),
}

/// A certificate, taken apart. Its own signature is checked by [`Certificate::signature`], and nothing else is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The key that it vouches for, as SSH encodes a bare key.
    pub public_key: Vec<u8>,
    /// The number that the CA gave it.
    pub serial: u64,
    #[allow(missing_docs)]
    pub role: Role,
    /// What the CA calls its holder.
    pub key_id: String,
    /// The host or user names that it is for; none: for all.
    pub principals: Vec<String>,
    /// From when it holds, in seconds since 1970.
    pub valid_after: u64,
    /// From when it no longer holds; `u64::MAX`: it always does.
    pub valid_before: u64,
    /// The names of what a verifier must know to take it.
    pub critical_options: Vec<String>,
    /// The CA's key, as SSH encodes it.
    pub authority: Vec<u8>,
    /// With which algorithm the CA signed.
    pub signature_algorithm: String,
    pub(super) signed: Vec<u8>,
    pub(super) value: Vec<u8>,
}

/// Of more names only the first are told.
const MOST: usize = 32;

const SUFFIX: &str = "-cert-v01@openssh.com";

impl Certificate {
    /// Takes a key blob apart; none: it is a bare key, or damaged.
    pub fn read(blob: &[u8]) -> Option<Self> {
        let mut reader = Reader(blob);
        let kind = reader.text()?;
        let plain = kind.strip_suffix(SUFFIX)?;
        // After RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4 and PROTOCOL.u2f.
        let parts = match plain {
            "ssh-ed25519" => 1,
            "ssh-rsa" | "sk-ssh-ed25519" => 2,
            "ssh-dss" => 4,
            "sk-ecdsa-sha2-nistp256" => 3,
            _ if plain.starts_with("ecdsa-sha2-") => 2,
            _ => return None,
        };
        let _nonce = reader.string()?;
        let name = if plain.starts_with("sk-") { format!("{plain}@openssh.com") } else { plain.to_owned() };
        let mut public_key = framed(name.as_bytes());
        for _ in 0..parts {
            public_key.extend(framed(reader.string()?));
        }
        let serial = reader.uint64()?;
        let role = match reader.uint32()? {
            1 => Role::User,
            2 => Role::Host,
            other => Role::Other(other),
        };
        let key_id = reader.text()?;
        let principals = strings(reader.string()?)?;
        let (valid_after, valid_before) = (reader.uint64()?, reader.uint64()?);
        let critical_options = strings(reader.string()?)?.into_iter().step_by(2).collect();
        let (_extensions, _reserved) = (reader.string()?, reader.string()?);
        let authority = reader.string()?.to_vec();
        let signed = blob[..blob.len() - reader.0.len()].to_vec();
        let value = reader.string()?.to_vec();
        let signature_algorithm = Reader(&value).text()?;
        reader.is_empty().then_some(Certificate {
            public_key,
            serial,
            role,
            key_id,
            principals,
            valid_after,
            valid_before,
            critical_options,
            authority,
            signature_algorithm,
            signed,
            value,
        })
    }

    /// The CA by the fingerprint of its key.
    pub fn authority_fingerprint(&self) -> String {
        fingerprint(&self.authority)
    }

    /// What an event says of it.
    pub fn describe(&self, fields: &mut Fields) {
        fields.put(field::CERTIFICATE_KEY_ID, short(&self.key_id));
        fields.put(field::CERTIFICATE_SERIAL, self.serial);
        fields.put_some(field::CERTIFICATE_ROLE, self.role.name());
        fields.put(field::CERTIFICATE_PRINCIPALS, self.principals.iter().take(MOST).map(|name| short(name)));
        fields.put_some(
            field::CERTIFICATE_VALID_AFTER,
            moment(self.valid_after).filter(|_| self.valid_after > 0),
        );
        fields.put_some(field::CERTIFICATE_VALID_BEFORE, moment(self.valid_before));
        fields.put(field::CERTIFICATE_AUTHORITY_FINGERPRINT, self.authority_fingerprint());
    }
}

impl Role {
    /// As a field says it; none: by a number that nobody has named.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Role::User => Some("user"),
            Role::Host => Some("host"),
            Role::Other(_) => None,
        }
    }
}

/// A moment as RFC 3339 writes it; none: beyond what that can write, which means for ever.
pub fn moment(seconds: u64) -> Option<String> {
    let seconds = i64::try_from(seconds).ok()?;
    jiff::Timestamp::from_second(seconds).ok().map(|at| at.to_string())
}

/// The fingerprint of a public key as OpenSSH writes it: of a certificate that of the key inside.
pub fn fingerprint(key: &[u8]) -> String {
    let bare = bare(key);
    let key = bare.as_deref().unwrap_or(key);
    format!("SHA256:{}", BASE64_STANDARD_NO_PAD.encode(digest(&SHA256, key)))
}

/// The bare key of a key blob: of a certificate the one inside.
pub(super) fn bare(blob: &[u8]) -> Option<Vec<u8>> {
    Certificate::read(blob).map(|certificate| certificate.public_key)
}

fn framed(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], bytes].concat()
}

/// Strings that stand in a string.
fn strings(bytes: &[u8]) -> Option<Vec<String>> {
    let (mut reader, mut all) = (Reader(bytes), Vec::new());
    while !reader.is_empty() {
        all.push(reader.text()?);
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::{super::verify::Signature, *};
    use base64::prelude::BASE64_STANDARD;

    /// By `ssh-keygen -s ca -h -I test-host -n localhost,127.0.0.1 -z 42 -V 20200101:20300101 key`.
    const HOST: &str = "AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAID7Mq1jzUSsAKOT+VHd9p6P13nYxlrDZtu2Bgj9hmV3zAAAA\
        ILDmMlsf8nUffG8GXQ2vt+z31wX1j3d3NxYPC3ImXsKKAAAAAAAAACoAAAACAAAACXRlc3QtaG9zdAAAABoAAAAJbG9jYWxob3N0\
        AAAACTEyNy4wLjAuMQAAAABeC+EAAAAAAHDb2IAAAAAAAAAAAAAAAAAAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIPLrnawQ5cS+yURS\
        pEtO8AA30mlGzyJ3KIHbalOyUQhTAAAAUwAAAAtzc2gtZWQyNTUxOQAAAEBGqUM4E5NCuMSYvwkVh4YGea1uuxARO+Ul8shQAg7X\
        m6KTr/aF+7EHn6bAtIuBy5kLr7HlD8j1ObIdIUN99PUP";
    /// What `ssh-keygen -l` says of both keys.
    const KEY: &str = "SHA256:d/c9zBja/cL6EQOdR3RtLUIwj2jaM9pW43Xp3AF2fNw";
    const CA: &str = "SHA256:3waSIGkfXcV+OeJjtJfSdwcT9J26Ld7an2CmhhYEPmU";

    fn blob() -> Vec<u8> {
        BASE64_STANDARD.decode(HOST).unwrap()
    }

    #[test]
    fn a_certificate_of_ssh_keygen_is_taken_apart() {
        let it = Certificate::read(&blob()).unwrap();
        assert_eq!((it.role, it.serial, it.key_id.as_str()), (Role::Host, 42, "test-host"));
        assert_eq!(it.principals, ["localhost", "127.0.0.1"]);
        assert_eq!(moment(it.valid_after).as_deref(), Some("2020-01-01T00:00:00Z"));
        assert_eq!(moment(it.valid_before).as_deref(), Some("2030-01-01T00:00:00Z"));
        assert_eq!((fingerprint(&blob()).as_str(), it.authority_fingerprint().as_str()), (KEY, CA));
        assert_eq!(fingerprint(&it.public_key), KEY);
        assert_eq!((it.signature(), it.signature_algorithm.as_str()), (Signature::Verified, "ssh-ed25519"));
    }

    #[test]
    fn whatever_is_changed_in_it_the_signature_no_longer_fits_or_it_does_not_read() {
        let whole = blob();
        // The last string is the signature itself, with its name.
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            let read = Certificate::read(&changed);
            assert_ne!(read.map(|it| it.signature()), Some(Signature::Verified), "byte {at}");
        }
        for length in 0..whole.len() {
            assert_eq!(Certificate::read(&whole[..length]), None);
        }
    }
}
