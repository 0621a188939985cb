//! Whether a host's certificate is to be taken (OpenSSH's PROTOCOL.certkeys; `sshkey_cert_check_host` there makes the same
//! checks in the same order).

use wire::ssh::{Certificate, Role, Signature};

/// Why `certificate` is not taken for `host`, which is named without its port, at `now` in seconds since 1970; none: it
/// is, if its CA may speak for the host.
pub(super) fn fault(certificate: &Certificate, host: &str, now: u64) -> Option<&'static str> {
    let is_for = |name: &String| name == host;
    if certificate.signature() != Signature::Verified {
        Some("signature")
    } else if certificate.role != Role::Host {
        Some("role")
    } else if now < certificate.valid_after {
        Some("not_yet_valid")
    } else if now >= certificate.valid_before {
        Some("expired")
    } else if !certificate.principals.is_empty() && !certificate.principals.iter().any(is_for) {
        Some("principals")
    } else if !certificate.critical_options.is_empty() {
        // PROTOCOL.certkeys defines none for hosts.
        Some("critical_options")
    } else if certificate.signature_algorithm == "ssh-rsa" {
        Some("sha1")
    } else {
        None
    }
}
