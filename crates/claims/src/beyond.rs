//! Beyond the 58: what many notes say besides, and the errors that many make. The series `x…` has the same rules of
//! evidence: a sentence, a judge that reads typed values of the events, a run that shows it. What is counted of "the
//! notes" is the 58; these stand apart.

use steps::{
    Event, Past, Protocol, Step, ssh::Step as Ssh, tcp::Step as Tcp, tls::Step as Tls, ws::Step as Ws,
};
use strum::VariantArray;

use crate::{Claim, Finding, claims};

mod close;
mod open;
mod security;
mod shell;
mod socket;

pub(crate) use close::card as card_of_close;
pub(crate) use open::card as card_of_open;
pub(crate) use security::card as card_of_tls;
pub(crate) use shell::card as card_of_ssh;
pub(crate) use socket::card as card_of_ws;

/// How many claims the notes make.
const NOTED: usize = 58;

impl Claim {
    /// The claims of the notes, in their order.
    pub fn noted() -> &'static [Claim] {
        &Claim::VARIANTS[..NOTED]
    }

    /// The series `x…`: what stands in many notes beside them.
    pub fn beyond() -> &'static [Claim] {
        &Claim::VARIANTS[NOTED..]
    }

    /// Whether it is of the series `x…`.
    pub const fn is_beyond(self) -> bool {
        self as usize >= NOTED
    }

    /// The first and last block of the notes in which it stands; none: they do not say it.
    pub const fn place(self) -> Option<(u8, u8)> {
        if self.is_beyond() { None } else { Some(self.card().blocks) }
    }
}

impl crate::Event {
    /// What it shows of the notes themselves, without the series `x…`.
    pub fn noted(&self) -> impl Iterator<Item = &Finding> {
        self.claims.iter().filter(|finding| !finding.id.is_beyond())
    }
}

/// All claims that `step` can show: those of the notes, then those of the series `x…`.
pub fn shown_in(step: Step) -> impl Iterator<Item = Claim> {
    claims(step).iter().chain(beyond(step)).copied()
}

/// Whether `step` can show `claim`.
pub fn can_show(step: Step, claim: Claim) -> bool {
    shown_in(step).any(|one| one == claim)
}

/// The claims of the series `x…` that `step` can show.
pub const fn beyond(step: Step) -> &'static [Claim] {
    use Claim::*;
    match step {
        Step::Tcp(Tcp::Syn) => &[X5],
        Step::Tcp(Tcp::SynSent) => &[X1],
        Step::Tcp(Tcp::SynAck) => &[X3],
        Step::Tcp(Tcp::SynReceived) => &[X2],
        Step::Tcp(Tcp::Data) => &[X4],
        Step::Tcp(Tcp::DataAck) => &[X6],
        Step::Tcp(Tcp::Rst) => &[X7],
        Step::Tcp(Tcp::Fin) => &[X8],
        Step::Tcp(Tcp::LastAckState) => &[X9],
        Step::Tcp(Tcp::TimeWait) => &[X10, X12],
        Step::Tcp(Tcp::LastAck) => &[X11],
        Step::Tls(Tls::ClientHello) => &[X21],
        Step::Tls(Tls::ServerHello | Tls::EncryptedExtensions) => &[X22],
        Step::Tls(Tls::Certificate) => &[X14],
        Step::Tls(Tls::VerifyCertificate) => &[X13, X25],
        Step::Tls(Tls::SharedSecret | Tls::PreMasterSecret) => &[X15, X20],
        Step::Tls(Tls::SessionKeys) => &[X19],
        Step::Tls(Tls::HandshakeComplete) => &[X17, X18, X23],
        Step::Tls(Tls::ApplicationData) => &[X16],
        Step::Tls(Tls::VerifyClientCertificate) => &[X24],
        Step::Ws(Ws::UpgradeRequest) => &[X30],
        Step::Ws(Ws::SwitchingProtocols) => &[X31],
        Step::Ws(Ws::Text | Ws::Binary) => &[X26, X27],
        Step::Ws(Ws::Continuation | Ws::Ping) => &[X27],
        Step::Ws(Ws::Pong) => &[X27, X28],
        Step::Ws(Ws::Close) => &[X27, X29],
        Step::Ssh(Ssh::Negotiated) => &[X32],
        Step::Ssh(Ssh::HostKeyCheck) => &[X33],
        Step::Ssh(Ssh::PublickeyOk) => &[X34],
        Step::Ssh(Ssh::PublickeySignature) => &[X35],
        Step::Ssh(Ssh::KeyExchangeReply) => &[X36],
        Step::Tcp(_) | Step::Tls(_) | Step::Ws(_) | Step::Ssh(_) => &[],
    }
}

/// What `event` shows of the series `x…`, given what came before it.
pub(crate) fn judge(event: &Event, past: &Past) -> Vec<Finding> {
    let found = match event.step {
        Step::Tcp(step) if event.protocol == Protocol::Tcp => {
            open::judge(step, event, past).into_iter().chain(close::judge(step, event, past)).collect()
        }
        // Below another protocol the notes on TCP are not what is read.
        Step::Tcp(_) => Vec::new(),
        Step::Tls(step) => security::judge(step, event, past),
        Step::Ws(step) => socket::judge(step, event, past).into_iter().collect(),
        Step::Ssh(step) => shell::judge(step, event, past).into_iter().collect(),
    };
    debug_assert!(found.iter().all(|finding: &Finding| beyond(event.step).contains(&finding.id)));
    found
}

impl Claim {
    /// The runs that show a claim of the series `x…`.
    pub(crate) const fn beyond_shown_by(self) -> &'static [&'static str] {
        match self {
            Claim::X1 | Claim::X2 | Claim::X9 => &["lab run tcp/slow-motion"],
            Claim::X4 => &["lab run tcp/ack-lost-data-follows"],
            Claim::X7 => &["lab run tcp/refused"],
            Claim::X11 => &["lab run tcp/last-ack-lost"],
            Claim::X3 | Claim::X5 | Claim::X6 | Claim::X8 | Claim::X10 | Claim::X12 => &["lab tcp"],
            Claim::X14 => &["lab run tls/with-intermediate"],
            Claim::X15 | Claim::X19 => &["lab tls --variant rsa"],
            Claim::X18 => &["lab tls --variant tls13"],
            Claim::X21 => &["lab run tls/server-name"],
            Claim::X23 => &["lab run tls/resumption"],
            Claim::X24 => &["lab run tls/client-certificate"],
            Claim::X25 => &["lab run tls/unknown-ca"],
            Claim::X13 | Claim::X16 | Claim::X17 | Claim::X20 | Claim::X22 => &["lab tls"],
            Claim::X30 => &["lab ws --variant wss"],
            Claim::X26 | Claim::X27 | Claim::X28 | Claim::X29 | Claim::X31 => &["lab ws"],
            _ => &["lab ssh"],
        }
    }
}

/// The sequence number `more` behind `number`: they wrap at 2³².
fn next(number: u64, more: u64) -> u64 {
    number.wrapping_add(more) & 0xffff_ffff
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_58_come_first_and_the_series_x_is_counted_apart() {
        assert_eq!(Claim::noted().len(), 58);
        assert!(Claim::noted().iter().all(|claim| !claim.id().starts_with('x') && claim.place().is_some()));
        for (n, claim) in Claim::beyond().iter().enumerate() {
            assert_eq!(claim.id(), format!("x{}", n + 1));
            assert!(claim.is_beyond() && claim.place().is_none());
        }
    }

    #[test]
    fn each_step_that_can_show_one_names_it_and_no_card_of_the_notes_does() {
        let named: BTreeSet<Claim> = Step::all().flat_map(|step| beyond(step).iter().copied()).collect();
        assert_eq!(named, Claim::beyond().iter().copied().collect());
        assert!(Step::all().all(|step| claims(step).iter().all(|claim| !claim.is_beyond())));
    }
}
