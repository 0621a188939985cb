//! A ClientHello that offers what no library of ours speaks any more, and the server's answer to it: ServerHello or alert.
//! Nothing follows it: no key is made, and no data sent. RFC 5246 §7.4.1, RFC 4346, RFC 2246.

use std::net::IpAddr;

use anyhow::Context;
use steps::{
    Protocol, Reason, Side, say,
    tls::{
        Step,
        reason::{End, Given, Program},
    },
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use watch::{Outcome, Session, Witness, tls::Watch};

use crate::Target;

/// What is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// TLS 1.3 and 1.2 with our suites, and with the groups that we do not have alone.
    Groups,
    /// TLS 1.2 with the suites that rustls does not have.
    Older12,
    /// TLS 1.1 and 1.0.
    Old,
}

impl Offer {
    const fn version(self) -> [u8; 2] {
        match self {
            Offer::Groups | Offer::Older12 => [3, 3],
            Offer::Old => [3, 2],
        }
    }

    const fn suites(self) -> &'static [u16] {
        match self {
            // All AEAD; of TLS 1.3 and 1.2.
            Offer::Groups => &[0x1301, 0x1302, 0x1303, 0xc02b, 0xc02c, 0xc02f, 0xc030, 0xcca8, 0xcca9],
            // ECDHE with CBC, DHE with GCM and CBC, static RSA with GCM and CBC, 3DES.
            Offer::Older12 => &[
                0xc023, 0xc024, 0xc027, 0xc028, 0xc009, 0xc00a, 0xc013, 0xc014, 0x009e, 0x009f, 0x0067,
                0x006b, 0x0033, 0x0039, 0x009c, 0x009d, 0x003c, 0x003d, 0x002f, 0x0035, 0x000a,
            ],
            // The same without GCM and SHA-256, which came with TLS 1.2; RC4 at last.
            Offer::Old => &[
                0xc009, 0xc00a, 0xc013, 0xc014, 0x0033, 0x0039, 0x002f, 0x0035, 0x0016, 0x000a, 0x0005,
                0x0004,
            ],
        }
    }

    /// Of the older suites ours, so that a refusal is about the suites.
    const fn groups(self) -> &'static [u16] {
        match self {
            // secp521r1, X448, ffdhe2048 to 4096; brainpool, of TLS 1.2 and of 1.3; secp256k1, secp224r1.
            Offer::Groups => &[25, 30, 256, 257, 258, 26, 27, 28, 31, 32, 33, 22, 21],
            // secp256r1, secp384r1, x25519.
            Offer::Older12 | Offer::Old => &[23, 24, 29],
        }
    }
}

/// Sends the ClientHello to `target`, asking for `name`, and reads what comes first in answer.
pub(super) async fn ask(target: &Target, name: &str, offer: Offer, session: &Session) -> anyhow::Result<()> {
    let mut random = [0; 32];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| anyhow::anyhow!("the system gave no randomness"))?;
    let (stream, started) = target.connect(session).await?;
    let ends = stream.local_addr().and_then(|here| Ok((here, stream.peer_addr()?)));
    let ends = ends.with_context(|| format!("{target} was gone at once"))?;
    let witness = Witness::new(session, Side::Client, Protocol::Tls, None, ends, started);
    watch::tcp::established(&witness, &stream);
    let watch = Watch::new(witness.clone()).told(Given::nothing(Program::Client));
    let mut stream = watch.tap(stream);
    let end = 'talk: {
        if let Err(error) = stream.write_all(&client_hello(offer, name, random)).await {
            break 'talk watch.ended(&error);
        }
        let mut part = [0; 4096];
        loop {
            match stream.read(&mut part).await {
                Ok(0) => break 'talk End::Cut,
                Ok(_) => {}
                Err(error) => break 'talk watch.ended(&error),
            }
            let (answered, refused) = witness.past(|past| {
                let has = |step| past.first_from(Side::Server, step).is_some();
                // With other groups their name is awaited: TLS 1.2 says it in a message of its own.
                let whole =
                    offer != Offer::Groups || has(Step::ServerKeyExchange) || has(Step::ServerHelloDone);
                let answered = has(Step::HelloRetryRequest) || (has(Step::ServerHello) && whole);
                (answered, past.ended_by_alert(Side::Server) || past.has(Step::Undecodable))
            });
            if answered {
                // The server is told that this is no fault of its own (RFC 5246 §7.2: user_canceled, close_notify).
                drop(stream.write_all(&[21, 3, 1, 0, 2, 1, 90, 21, 3, 1, 0, 2, 1, 0]).await);
                watch.finish(&Outcome::Failed(Box::new(on_purpose())));
                return Ok(());
            }
            if refused {
                break 'talk End::Cut;
            }
        }
    };
    let why = watch.why(end);
    let said = why.said();
    watch.finish(&Outcome::Failed(Box::new(why)));
    anyhow::bail!("{target}: {}", said.en)
}

/// How the account of such a connection ends.
fn on_purpose() -> Reason {
    Reason::new(say!(why_tls::ended_on_purpose()))
}

/// The record with the ClientHello.
fn client_hello(offer: Offer, name: &str, random: [u8; 32]) -> Vec<u8> {
    let suites: Vec<u8> =
        offer.suites().iter().flat_map(|suite| suite.to_be_bytes()).chain([0x00, 0xff]).collect();
    let mut extensions = Vec::new();
    if name.parse::<IpAddr>().is_err() {
        let entry = [&[0][..], &counted(name.as_bytes())].concat();
        extensions.extend(extension(0, &counted(&entry)));
    }
    let words = |list: &[u16]| list.iter().flat_map(|one| one.to_be_bytes()).collect::<Vec<_>>();
    extensions.extend(extension(10, &counted(&words(offer.groups()))));
    extensions.extend(extension(11, &[1, 0])); // uncompressed points
    if offer != Offer::Old {
        // From SHA-256 down to SHA-1: ECDSA, RSA-PSS, RSA, DSA.
        extensions.extend(extension(
            13,
            &counted(&words(&[
                0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201,
            ])),
        ));
    }
    if offer == Offer::Groups {
        // TLS 1.3 before 1.2; no key share, so that the server names the group by a HelloRetryRequest (RFC 8446 §4.2.8).
        extensions.extend(extension(43, &[4, 3, 4, 3, 3]));
        extensions.extend(extension(51, &counted(&[])));
    }
    let body =
        [&offer.version()[..], &random, &[0], &counted(&suites), &[1, 0], &counted(&extensions)].concat();
    let handshake = [&[1, 0][..], &counted(&body)].concat();
    [&[22, 3, 1][..], &counted(&handshake)].concat()
}

fn extension(kind: u16, body: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &counted(body)].concat()
}

/// Bytes behind their length in two bytes.
fn counted(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("all of it is short: a name has 253 bytes at most");
    [&length.to_be_bytes()[..], bytes].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::tls::Decoder;

    #[test]
    fn the_hello_reads_back_as_what_it_offers() {
        let cases =
            [(Offer::Groups, "TLS 1.3", 10), (Offer::Older12, "TLS 1.2", 22), (Offer::Old, "TLS 1.1", 13)];
        for (offer, version, suites) in cases {
            let mut decoder = Decoder::new();
            let seen = decoder.push(Side::Client, 0, &client_hello(offer, "old.example", [7; 32]));
            let hello = seen
                .iter()
                .find(|crossed| crossed.seen.step == Step::ClientHello.into())
                .expect("a ClientHello");
            let fields = &hello.seen.fields;
            assert_eq!(fields.get(steps::common::VERSION), Some(version));
            assert_eq!(fields.get(steps::tls::field::SERVER_NAME), Some("old.example"));
            assert_eq!(fields.get(steps::tls::field::CIPHER_SUITES).map(|it| it.len()), Some(suites));
        }
    }
}
