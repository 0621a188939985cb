//! What the steps of TLS can show of the notes, and what they did show.

use steps::tls::Step;

use crate::{
    Claim,
    Claim::{T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14},
};

mod judge;

pub(crate) use judge::{absent, judge};

/// The claims that `step` can show, in the order of the notes; none: it is beyond the notes.
pub(crate) const fn claims(step: Step) -> &'static [Claim] {
    match step {
        Step::ClientHello => &[T1],
        Step::ServerHello => &[T2],
        Step::Certificate => &[T3],
        Step::ServerHelloDone => &[T4],
        Step::VerifyCertificate => &[T5],
        Step::VerifySignature => &[T6],
        Step::SharedSecret | Step::PreMasterSecret => &[T7],
        Step::SessionKeys => &[T9],
        Step::ClientKeyExchange => &[T6, T7, T8],
        Step::ChangeCipherSpec => &[T10, T13],
        Step::Finished => &[T11, T12, T13],
        Step::ApplicationData => &[T14],
        Step::DoesNotOpen => &[T12],
        Step::EphemeralKey
        | Step::HelloRetryRequest
        | Step::ChooseCertificate
        | Step::SessionResumed
        | Step::EncryptedExtensions
        | Step::CertificateRequest
        | Step::ServerKeyExchange
        | Step::CertificateVerify
        | Step::Sign
        | Step::ChooseClientCertificate
        | Step::ClientCertificate
        | Step::VerifyClientCertificate
        | Step::VerifyClientSignature
        | Step::NewSessionTicket
        | Step::HandshakeComplete
        | Step::KeyUpdate
        | Step::Alert
        | Step::OtherMessage
        | Step::Undecodable
        | Step::Summary => &[],
    }
}
