//! What TLS carries, once a key log opens it: a WebSocket (wss), by the request for the upgrade. Other HTTP is told as TLS's
//! application data alone, as it is live.

use steps::{Step, common, ws::Step as Ws};
use wire::{Crossed, tls, ws};

/// Reads what a TLS decoder opens.
#[derive(Debug)]
pub(crate) struct Within {
    /// None: it is no WebSocket.
    decoder: Option<Box<ws::Decoder>>,
    /// The upgrade was asked for.
    asked: bool,
}

impl Within {
    /// Nothing has crossed. The TLS decoder keeps what it opens from now on.
    pub(crate) fn new(tls: &mut tls::Decoder) -> Within {
        tls.keep_plain(true);
        Within { decoder: Some(Box::default()), asked: false }
    }

    /// What was told of TLS, with the steps of a WebSocket behind the records that complete them.
    pub(crate) fn read(&mut self, tls: &mut tls::Decoder, told: Vec<Crossed>) -> Vec<Crossed> {
        let Some(decoder) = &mut self.decoder else { return told };
        let mut all = Vec::with_capacity(told.len());
        let mut other = false;
        for crossed in told {
            let opened = crossed.seen.step == Step::Tls(steps::tls::Step::ApplicationData)
                && crossed.seen.fields.named(common::ENCRYPTED.name()).is_some();
            let (moment, from) = (crossed.moment, crossed.seen.from);
            all.push(crossed);
            let (true, Some(from), Some(plain)) = (opened, from, if opened { tls.plain() } else { None })
            else {
                continue;
            };
            decoder.feed(from, &plain, |seen| {
                self.asked |= seen.step == Step::Ws(Ws::UpgradeRequest);
                other |= !self.asked;
                if self.asked {
                    all.push(Crossed { moment, seen });
                }
            });
        }
        if other {
            self.decoder = None;
            tls.keep_plain(false);
        }
        all
    }
}
