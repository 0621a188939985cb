//! OpenSSL's check of the certificate.

use openssl::x509::{X509StoreContextRef, X509VerifyResult};
use steps::{
    common,
    tls::{Step, field},
};
use wire::{Seen, fields, tls::certificate_fields};

use super::end::{failed_check, fault};
use crate::tls::{checks, current};

/// A callback for `SslRef::set_verify_callback` that reports OpenSSL's verdict for `name` and hands it back untouched;
/// with `insecure`, a refusal is reported as such and then the connection goes on all the same.
pub fn verifier(
    name: String,
    insecure: bool,
) -> impl Fn(bool, &mut X509StoreContextRef) -> bool + Send + Sync + 'static {
    move |passed, context| {
        let verdict = context.error();
        // OpenSSL asks once for each certificate that passed, the server's own last, and at once for a fault, which
        // stays in its memory where it was overridden.
        if passed && (context.error_depth() > 0 || verdict != X509VerifyResult::OK) {
            return true;
        }
        let result = match verdict {
            X509VerifyResult::OK => "valid",
            refused => fault(u64::try_from(refused.as_raw()).unwrap_or_default()).words().en,
        };
        let chain: Vec<_> =
            context.chain().into_iter().flatten().filter_map(|cert| cert.to_der().ok()).collect();
        current(|watch| {
            let name = name.clone();
            watch.call(chain.iter().map(Vec::len).sum(), move |_| {
                let mut fields = fields! { common::RESULT => result, field::NAME => name };
                if verdict != X509VerifyResult::OK {
                    fields.put_some(field::VERIFY_RESULT, u64::try_from(verdict.as_raw()).ok());
                }
                fields.append(&mut certificate_fields(&chain));
                checks::tell(&mut fields, "OpenSSL", failed_check(verdict.as_raw()));
                fields.put(field::OVERRIDDEN, !passed && insecure);
                Some(Seen::local(Step::VerifyCertificate, fields))
            });
        });
        passed || insecure
    }
}
