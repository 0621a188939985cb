//! The secrets of TLS, and the digest in a Finished.

use claims::Event;
use serde_json::Value;
use steps::{
    Side,
    common::{FINGERPRINT, VERSION},
    text,
    tls::{Step, field},
};

use super::{Named, Seen, apart, formula, named, told};

impl Seen<'_> {
    fn is_tls13(&self) -> bool {
        let hello = self.last(Step::ServerHello, None).or_else(|| self.last(Step::HelloRetryRequest, None));
        hello.is_some_and(|(_, hello)| hello.get(VERSION) == Some("TLS 1.3"))
    }

    fn randoms(&self, server_first: bool) -> [Named; 2] {
        let client = self.value("client_random", (Step::ClientHello, None), field::RANDOM);
        let server = self.value("server_random", (Step::ServerHello, None), field::RANDOM);
        if server_first { [server, client] } else { [client, server] }
    }

    /// RFC 8422 §5.10, RFC 8446 §7.4: one's own private key and the peer's public one.
    pub(super) fn shared_secret(&self, event: &Event) -> Vec<Value> {
        let Some(group) = event.get(field::GROUP) else { return Vec::new() };
        let tls13 = self.is_tls13();
        let peers = match (tls13, self.side) {
            (true, Side::Client) => told(text!(keys::servers_public_key()), self.row(Step::ServerHello)),
            (true, Side::Server) => told(text!(keys::clients_public_key()), self.row(Step::ClientHello)),
            (false, Side::Client) => {
                self.value("server_public_key", (Step::ServerKeyExchange, None), field::PUBLIC_KEY)
            }
            (false, Side::Server) => {
                self.value("client_public_key", (Step::ClientKeyExchange, None), field::PUBLIC_KEY)
            }
        };
        let own = told(text!(keys::own_private_key()), self.row(Step::EphemeralKey));
        let (name, rfc) =
            if tls13 { ("(EC)DHE", "RFC 8446 §7.4") } else { ("pre_master_secret", "RFC 8422 §5.10") };
        let output = named(name, event.get(FINGERPRINT), None);
        vec![formula(vec![output], format!("{group}(private_key, peer_public_key)"), vec![own, peers], rfc)]
    }

    pub(super) fn session_keys(&self, event: &Event) -> Vec<Value> {
        let secrets = event.get(field::FINGERPRINTS).unwrap_or_default();
        match event.get(field::STAGE) {
            Some("session") => self.of_session(event, secrets.first().copied()),
            Some("handshake") => {
                self.of_stage(event, &secrets, "Handshake Secret", "ClientHello…ServerHello")
            }
            Some("application") => {
                self.of_stage(event, &secrets, "Master Secret", "ClientHello…server Finished")
            }
            Some(_) | None => Vec::new(),
        }
    }

    /// TLS 1.2: the master secret, and the keys from it.
    fn of_session(&self, event: &Event, master: Option<&str>) -> Vec<Value> {
        let Some(hash) = event.get(field::DERIVATION).and_then(hash) else { return Vec::new() };
        let label = event.get(field::PRF_LABEL);
        let mut pre_master = self.value("pre_master_secret", (Step::SharedSecret, None), FINGERPRINT);
        if let Some(computed) = event.get(field::PRE_MASTER_SECRET) {
            pre_master = named(field::PRE_MASTER_SECRET.name(), Some(computed), None);
        }
        let master = named("master_secret", master, None);
        let mut all = Vec::new();
        if let Some(label) = label {
            let extended = label == "extended master secret";
            let (seed, rfc) = if extended {
                let seed = told(text!(keys::session_hash()), self.row(Step::ClientKeyExchange));
                (vec![seed], "RFC 7627 §4")
            } else {
                (self.randoms(false).into(), "RFC 5246 §8.1")
            };
            let seed_name = if extended { "session_hash" } else { "client_random + server_random" };
            all.push(formula(
                vec![master.clone()],
                format!("PRF-{hash}(pre_master_secret, \"{label}\", {seed_name})[0..47]"),
                [vec![pre_master], seed].concat(),
                rfc,
            ));
        }
        if let Some(keys) = event.get(field::KEY_BLOCK) {
            all.push(formula(
                keys.into_iter().map(apart).collect(),
                format!("PRF-{hash}(master_secret, \"key expansion\", server_random + client_random)"),
                [vec![master], self.randoms(true).into()].concat(),
                "RFC 5246 §6.3",
            ));
        }
        all
    }

    /// TLS 1.3: both traffic secrets of a stage (RFC 8446 §7.1).
    fn of_stage(&self, event: &Event, secrets: &[&str], from: &str, messages: &str) -> Vec<Value> {
        let labels = event.get(field::LABELS).unwrap_or_default();
        let is_handshake = from == "Handshake Secret";
        let mut all = vec![if is_handshake {
            let shared = self.value("(EC)DHE", (Step::SharedSecret, None), FINGERPRINT);
            let early = told(text!(keys::early_secret()), None);
            let function = "HKDF-Extract(Derive-Secret(Early Secret, \"derived\", \"\"), (EC)DHE)".to_owned();
            formula(vec![named(from, None, None)], function, vec![early, shared], "RFC 8446 §7.1")
        } else {
            let handshake = named("Handshake Secret", None, None);
            let function = "HKDF-Extract(Derive-Secret(Handshake Secret, \"derived\", \"\"), 0)".to_owned();
            formula(vec![named(from, None, None)], function, vec![handshake], "RFC 8446 §7.1")
        }];
        for (label, secret) in labels.iter().zip(secrets) {
            let Some((name, label)) = traffic_secret(label) else { continue };
            all.push(formula(
                vec![named(name, Some(secret), None)],
                format!("Derive-Secret({from}, \"{label}\", {messages})"),
                vec![named(from, None, None), told(text!(keys::hash_so_far()), self.row(Step::ServerHello))],
                "RFC 8446 §7.1",
            ));
        }
        all
    }

    /// The digest that a Finished carries.
    pub(super) fn finished(&self, event: &Event) -> Option<Value> {
        let digest = event.get(field::VERIFY_DATA)?;
        let sender = event.sender()?.id();
        let messages = named(field::HANDSHAKE_HASH.name(), event.get(field::HANDSHAKE_HASH), None);
        let output = vec![named(field::VERIFY_DATA.name(), Some(digest), None)];
        let keys = self.last(Step::SessionKeys, None);
        if self.is_tls13() {
            let secret = format!("{sender}_handshake_traffic_secret");
            let schedule = event.get(field::KEY_SCHEDULE).unwrap_or_default();
            let known = schedule.iter().find_map(|one| one.strip_prefix(secret.as_str())).map(str::trim);
            let finished_key = format!("HKDF-Expand-Label({secret}, \"finished\", \"\", Hash.length)");
            return Some(formula(
                output,
                format!("HMAC({finished_key}, handshake_hash)"),
                vec![named(&secret, known, None), messages],
                "RFC 8446 §4.4.4",
            ));
        }
        let (at, keys) = keys?;
        let hash = hash(keys.get(field::DERIVATION)?)?;
        let master = keys.get(field::FINGERPRINTS).unwrap_or_default().first().copied();
        Some(formula(
            output,
            format!("PRF-{hash}(master_secret, \"{sender} finished\", handshake_hash)[0..11]"),
            vec![named("master_secret", master, Some(at)), messages],
            "RFC 5246 §7.4.9",
        ))
    }
}

/// `SHA384`, as RFC 5246 names its functions, from `PRF with SHA-384`.
fn hash(derivation: &str) -> Option<String> {
    derivation.rsplit_once(' ').map(|(_, hash)| hash.replace('-', ""))
}

/// The name that RFC 8446 has for a secret of a key log, and its label.
fn traffic_secret(label: &str) -> Option<(&'static str, &'static str)> {
    Some(match label {
        "CLIENT_HANDSHAKE_TRAFFIC_SECRET" => ("client_handshake_traffic_secret", "c hs traffic"),
        "SERVER_HANDSHAKE_TRAFFIC_SECRET" => ("server_handshake_traffic_secret", "s hs traffic"),
        "CLIENT_TRAFFIC_SECRET_0" => ("client_application_traffic_secret_0", "c ap traffic"),
        "SERVER_TRAFFIC_SECRET_0" => ("server_application_traffic_secret_0", "s ap traffic"),
        _ => return None,
    })
}
