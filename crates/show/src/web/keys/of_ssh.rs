//! SSH's exchange hash, and the keys from it.

use claims::Event;
use serde_json::{Value, json};
use steps::{
    Direction, Side,
    ssh::{Step, field},
    text,
};

use super::{Named, Seen, formula, named};

impl Seen<'_> {
    /// RFC 4253 §8: what both ends agree on, in one hash that the host key signs.
    pub(super) fn exchange_hash(&self, event: &Event) -> Option<Value> {
        let h = event.get(field::EXCHANGE_HASH)?;
        let (ours, theirs) = (Some(Direction::Sent), Some(Direction::Received));
        let (client, server) = if self.side == Side::Client { (ours, theirs) } else { (theirs, ours) };
        let line = |name: &str, way| {
            let found = self.last(Step::Identification, way);
            let line = found.and_then(|(_, event)| {
                let (proto, software) = (event.get(field::PROTOVERSION)?, event.get(field::SOFTWAREVERSION)?);
                Some(format!("SSH-{proto}-{software}"))
            });
            (json!(name), line, found.map(|(at, _)| at))
        };
        let offer = |name: &str, way| {
            let row = self.last(Step::Kexinit, way).map(|(at, _)| at);
            named(name, Some("SSH_MSG_KEXINIT"), row)
        };
        let public = |name: &str, step: Step| self.value(name, (step, None), field::PUBLIC_VALUE);
        let key = self.value("K_S", (Step::KeyExchangeReply, None), field::HOST_KEY_FINGERPRINT);
        let hash = event.get(field::HASH).unwrap_or("HASH");
        let method = event.get(field::KEX_ALGORITHM).unwrap_or_default();
        let (e, f, rfc) = match method {
            finite if finite.starts_with("diffie-hellman") => ("e", "f", "RFC 4253 §8"),
            hybrid if hybrid.starts_with("mlkem") || hybrid.starts_with("sntrup") => {
                ("C_INIT", "S_REPLY", "RFC 4253 §8")
            }
            _curve => ("Q_C", "Q_S", "RFC 5656 §4"),
        };
        Some(formula(
            vec![named("H", Some(h), None)],
            format!("{hash}(V_C || V_S || I_C || I_S || K_S || {e} || {f} || K)"),
            vec![
                line("V_C", client),
                line("V_S", server),
                offer("I_C", client),
                offer("I_S", server),
                key,
                public(e, Step::KeyExchangeInit),
                public(f, Step::KeyExchangeReply),
                self.secret(),
            ],
            rfc,
        ))
    }

    /// K, which never crossed.
    fn secret(&self) -> Named {
        self.value("K", (Step::SessionKey, None), field::SHARED_SECRET_FINGERPRINT)
    }

    /// RFC 4253 §7.2: six keys, of which a cipher uses what it needs.
    pub(super) fn derived_keys(&self, event: &Event) -> Option<Value> {
        let letters = [
            (text!(keys::initial_iv_to_server()), field::INITIAL_IV_CLIENT_TO_SERVER),
            (text!(keys::initial_iv_to_client()), field::INITIAL_IV_SERVER_TO_CLIENT),
            (text!(keys::encryption_key_to_server()), field::ENCRYPTION_KEY_CLIENT_TO_SERVER),
            (text!(keys::encryption_key_to_client()), field::ENCRYPTION_KEY_SERVER_TO_CLIENT),
            (text!(keys::integrity_key_to_server()), field::INTEGRITY_KEY_CLIENT_TO_SERVER),
            (text!(keys::integrity_key_to_client()), field::INTEGRITY_KEY_SERVER_TO_CLIENT),
        ];
        let outputs: Vec<Named> = letters
            .into_iter()
            .filter_map(|(letter, field)| Some((json!(letter), Some(event.get(field)?.to_owned()), None)))
            .collect();
        let hash = event.get(field::HASH)?;
        Some(formula(
            outputs,
            format!("{hash}(K || H || \"A\"…\"F\" || session_id)"),
            vec![
                self.secret(),
                self.value("H", (Step::ExchangeHash, None), field::EXCHANGE_HASH),
                self.value("session_id", (Step::ExchangeHash, None), field::SESSION_IDENTIFIER),
            ],
            "RFC 4253 §7.2",
        ))
    }
}
