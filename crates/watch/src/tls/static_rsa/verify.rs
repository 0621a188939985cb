//! OpenSSL's check of the certificate.

use openssl::x509::{X509StoreContextRef, X509VerifyResult};
use steps::tls::Step;
use wire::{Seen, fields, tls::certificate_fields};

use crate::tls::current;

/// A callback for `SslRef::set_verify_callback` that reports OpenSSL's verdict for `name` and hands it back untouched.
pub fn verifier(name: String) -> impl Fn(bool, &mut X509StoreContextRef) -> bool + Send + Sync + 'static {
    move |passed, context| {
        // OpenSSL asks once for each certificate that passed, the server's own last, and at once for a fault.
        if passed && context.error_depth() > 0 {
            return passed;
        }
        let verdict = context.error();
        let result = match verdict {
            X509VerifyResult::OK => "valid",
            fault => fault.error_string(),
        };
        let chain: Vec<_> =
            context.chain().into_iter().flatten().filter_map(|cert| cert.to_der().ok()).collect();
        current(|watch| {
            let mut fields = fields! { "result" => result, "name" => name };
            if verdict != X509VerifyResult::OK {
                fields.insert("verify_result".into(), verdict.as_raw().into());
            }
            fields.append(&mut certificate_fields(&chain));
            watch.called(Seen::local(Step::VerifyCertificate, fields));
        });
        passed
    }
}
