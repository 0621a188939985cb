//! KEXINIT, and what two of them lead to (RFC 4253 §7.1; strict key exchange: OpenSSH's PROTOCOL §1.10).

use steps::{
    Fields, Side,
    ssh::field::{self, LISTS, PICKED},
};

use super::reader::Reader;
use crate::fields;

/// The places of the kinds in [`LISTS`] and [`PICKED`].
const KEX: usize = 0;
const HOST_KEY: usize = 1;
const ENCRYPTION: usize = 2;
const MAC: usize = 4;
const COMPRESSION: usize = 6;

/// Names in the list of key exchange methods that are signs of a capability and no methods (RFC 8308, OpenSSH).
const SIGNS: [&str; 4] =
    ["ext-info-c", "ext-info-s", "kex-strict-c-v00@openssh.com", "kex-strict-s-v00@openssh.com"];

/// What stands for the MAC where the cipher authenticates by itself; OpenSSH writes it like this.
const IMPLICIT: &str = "<implicit>";

/// One side's KEXINIT.
#[derive(Debug)]
pub(super) struct Kexinit {
    pub(super) cookie: [u8; 16],
    /// I_C or I_S, which the exchange hash covers.
    pub(super) payload: Vec<u8>,
    lists: [Vec<String>; 10],
    pub(super) first_kex_packet_follows: bool,
}

impl Kexinit {
    pub(super) fn read(payload: &[u8]) -> Option<Self> {
        let mut reader = Reader(payload);
        reader.byte()?;
        let cookie = reader.bytes(16)?.try_into().ok()?;
        let mut lists: [Vec<String>; 10] = Default::default();
        for list in &mut lists {
            *list = reader.name_list()?;
        }
        let first_kex_packet_follows = reader.boolean()?;
        reader.uint32()?; // reserved
        let payload = payload.to_vec();
        reader.is_empty().then_some(Kexinit { cookie, payload, lists, first_kex_packet_follows })
    }

    /// The keys are made: of what they rest on only the cookie is asked for again.
    pub(super) fn forget(&mut self) {
        (self.payload, self.lists) = Default::default();
    }

    pub(super) fn fields(&self) -> Fields {
        let mut fields = fields! { field::COOKIE => hex::encode(self.cookie) };
        for (field, list) in LISTS.into_iter().zip(&self.lists) {
            fields.put(field, list);
        }
        fields.put(field::FIRST_KEX_PACKET_FOLLOWS, self.first_kex_packet_follows);
        fields
    }

    /// The real methods of a list.
    fn methods(&self, kind: usize) -> Vec<&str> {
        let names = self.lists[kind].iter().map(String::as_str);
        names.filter(|name| kind != KEX || !SIGNS.contains(name)).collect()
    }

    fn says(&self, sign: &str) -> bool {
        self.lists[KEX].iter().any(|name| name == sign)
    }
}

/// The result of the negotiation.
#[derive(Debug)]
pub(super) struct Agreed {
    picked: [Option<Pick>; 8],
    pub(super) strict_kex: bool,
    ext_info: Vec<&'static str>,
    guesses: Vec<&'static str>,
    pub(super) guess_was_right: bool,
}

/// One algorithm, and where it stood in both lists, counted from 1.
#[derive(Debug)]
struct Pick {
    name: String,
    rank: Option<[usize; 2]>,
    /// The algorithms that stand before it in the client's list.
    passed_over: Vec<String>,
}

impl Agreed {
    pub(super) fn from_lists(client: &Kexinit, server: &Kexinit) -> Self {
        let mut picked: [Option<Pick>; 8] =
            std::array::from_fn(|kind| pick(&client.methods(kind), &server.methods(kind)));
        for direction in 0..2 {
            let cipher = picked[ENCRYPTION + direction].as_ref();
            if cipher.is_some_and(|cipher| authenticates_by_itself(&cipher.name)) {
                picked[MAC + direction] =
                    Some(Pick { name: IMPLICIT.into(), rank: None, passed_over: Vec::new() });
            }
        }
        // A guess is right when both sides like the same method and the same host key algorithm best.
        let same_first = |kind| client.methods(kind).first() == server.methods(kind).first();
        let mut ext_info = Vec::new();
        if client.says("ext-info-c") {
            ext_info.push("client");
        }
        if server.says("ext-info-s") {
            ext_info.push("server");
        }
        let mut guesses = Vec::new();
        if client.first_kex_packet_follows {
            guesses.push("client");
        }
        if server.first_kex_packet_follows {
            guesses.push("server");
        }
        Agreed {
            picked,
            strict_kex: client.says("kex-strict-c-v00@openssh.com")
                && server.says("kex-strict-s-v00@openssh.com"),
            ext_info,
            guesses,
            guess_was_right: same_first(KEX) && same_first(HOST_KEY),
        }
    }

    pub(super) fn kex_algorithm(&self) -> Option<&str> {
        self.picked[KEX].as_ref().map(|pick| pick.name.as_str())
    }

    pub(super) fn fields(&self) -> Fields {
        let mut fields = Fields::new();
        let mut no_common = Vec::new();
        for (picked, pick) in PICKED.into_iter().zip(&self.picked) {
            let Some(pick) = pick else {
                no_common.push(picked.name.name());
                continue;
            };
            fields.put(picked.name, &pick.name);
            fields.put_some(picked.rank, pick.rank);
            if !pick.passed_over.is_empty() {
                fields.put(picked.passed_over, &pick.passed_over);
            }
        }
        fields.put(field::STRICT_KEX, self.strict_kex);
        // A side that names itself here is ready to be told the other's extensions (RFC 8308 §2.1).
        fields.put(field::EXT_INFO_WANTED_BY, self.ext_info.iter().copied());
        if !self.guesses.is_empty() {
            fields.put(field::GUESSED_BY, self.guesses.iter().copied());
            fields.put(field::GUESS_WAS_RIGHT, self.guess_was_right);
        }
        if !no_common.is_empty() {
            fields.put(field::NO_COMMON, no_common);
        }
        fields
    }

    /// The names that were picked for `direction` (client to server is 0): cipher, MAC, compression.
    pub(super) fn protection(&self, direction: usize) -> [&str; 3] {
        [ENCRYPTION, MAC, COMPRESSION]
            .map(|kind| self.picked[kind + direction].as_ref().map_or("", |pick| pick.name.as_str()))
    }

    /// Adds the algorithms under which `from` now sends, and what they leave readable of its first packet.
    pub(super) fn describe_encryption(&self, from: Side, first_bytes: &[u8], fields: &mut Fields) {
        let [cipher, mac, _] = self.protection(from as usize);
        fields.put(field::ENCRYPTION_ALGORITHM, cipher);
        fields.put(field::MAC_ALGORITHM, mac);
        // AES-GCM and encrypt-then-MAC leave the length in the clear; chacha20-poly1305 hides even that.
        let clear_length = cipher.contains("gcm") || mac.ends_with("-etm@openssh.com");
        let length = Reader(first_bytes).uint32().filter(|_| clear_length);
        fields.put_some(field::PACKET_LENGTH, length);
    }
}

/// The first of the client's that the server has too.
fn pick(client: &[&str], server: &[&str]) -> Option<Pick> {
    let (at, name) = client.iter().enumerate().find(|(_, name)| server.contains(name))?;
    let there = server.iter().position(|other| other == name)?;
    Some(Pick {
        name: (*name).to_owned(),
        rank: Some([at + 1, there + 1]),
        passed_over: client[..at].iter().map(|name| (*name).to_owned()).collect(),
    })
}

fn authenticates_by_itself(cipher: &str) -> bool {
    matches!(
        cipher,
        "chacha20-poly1305@openssh.com"
            | "aes128-gcm@openssh.com"
            | "aes256-gcm@openssh.com"
            | "AEAD_AES_128_GCM"
            | "AEAD_AES_256_GCM"
    )
}
