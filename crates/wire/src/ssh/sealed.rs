//! A conversation under keys, both ends at once: for the tests, and for `fuzz` at the root.

use aws_lc_rs::{
    digest::{SHA256, digest},
    signature::{Ed25519KeyPair, KeyPair},
};
use steps::Side::{self, Client, Server};

use super::keys::string;

mod sealer;

use sealer::Sealer;

pub const SECRET: [u8; 32] = [0x9c; 32];
pub const COOKIE: [u8; 16] = [7; 16];
pub const CIPHERS: [(&str, &str); 7] = [
    ("chacha20-poly1305@openssh.com", "hmac-sha2-256"),
    ("aes128-gcm@openssh.com", "hmac-sha2-256"),
    ("aes256-gcm@openssh.com", "hmac-sha2-256"),
    ("aes128-ctr", "hmac-sha2-256-etm@openssh.com"),
    ("aes256-ctr", "hmac-sha2-512-etm@openssh.com"),
    ("aes128-ctr", "hmac-sha2-256"),
    ("aes256-ctr", "hmac-sha1"),
];

/// Both ends at once: what they said, and how they seal.
pub struct Talk {
    pub said: Vec<(Side, Vec<u8>)>,
    names: (&'static str, &'static str),
    kexinits: [Vec<u8>; 2],
    host_key: Ed25519KeyPair,
    pub session: Vec<u8>,
    sealers: Option<[Sealer; 2]>,
    next: Option<[Sealer; 2]>,
}

impl Talk {
    /// Up to the reply, in the clear.
    pub fn begin(cipher: &'static str, mac: &'static str) -> Self {
        let mut talk = Talk {
            said: Vec::new(),
            names: (cipher, mac),
            kexinits: [Vec::new(), Vec::new()],
            host_key: Ed25519KeyPair::from_seed_unchecked(&[3; 32]).unwrap(),
            session: Vec::new(),
            sealers: None,
            next: None,
        };
        talk.said.push((Client, b"SSH-2.0-Client_1\r\n".to_vec()));
        talk.said.push((Server, b"SSH-2.0-Server_2\r\n".to_vec()));
        talk.exchange(COOKIE, &SECRET);
        talk
    }

    pub fn exchange(&mut self, cookie: [u8; 16], secret: &[u8]) {
        let (cipher, mac) = self.names;
        for (side, cookie, strict) in [
            (Client, cookie, "kex-strict-c-v00@openssh.com"),
            (Server, [8; 16], "kex-strict-s-v00@openssh.com"),
        ] {
            let kex = format!("curve25519-sha256,{strict}");
            let mut payload = [&[20][..], &cookie].concat();
            for list in [&kex, "ssh-ed25519", cipher, cipher, mac, mac, "none", "none", "", ""] {
                payload.extend(string(list.as_bytes()));
            }
            payload.extend([0; 5]);
            self.kexinits[side as usize] = payload.clone();
            self.say(side, &payload);
        }
        let host_key = [string(b"ssh-ed25519"), string(self.host_key.public_key().as_ref())].concat();
        self.say(Client, &[&[30][..], &string(&[4; 32])].concat());
        // The first bit is set: as a number the secret has a zero in front.
        let mpint = string(&[&[0], secret].concat());
        let hashed = [
            string(b"SSH-2.0-Client_1"),
            string(b"SSH-2.0-Server_2"),
            string(&self.kexinits[0]),
            string(&self.kexinits[1]),
            string(&host_key),
            string(&[4; 32]),
            string(&[5; 32]),
            mpint.clone(),
        ];
        let hash = digest(&SHA256, &hashed.concat());
        let signature = [string(b"ssh-ed25519"), string(self.host_key.sign(hash.as_ref()).as_ref())].concat();
        let reply = [&[31][..], &string(&host_key), &string(&[5; 32]), &string(&signature)].concat();
        self.say(Server, &reply);
        if self.session.is_empty() {
            self.session = hash.as_ref().to_vec();
        }
        let key = |letter: u8| {
            let start = [&mpint[..], hash.as_ref()].concat();
            let mut key = digest(&SHA256, &[&start, &[letter][..], &self.session].concat()).as_ref().to_vec();
            key.extend(digest(&SHA256, &[&start[..], &key].concat()).as_ref());
            key
        };
        self.next = Some([b"ACE", b"BDF"].map(|letters| {
            let [iv, encryption, integrity] = letters.map(key);
            Sealer::new(cipher, mac, &iv, &encryption, &integrity)
        }));
    }

    /// Both turn to the new keys.
    pub fn newkeys(&mut self) {
        self.say(Server, &[21]);
        self.say(Client, &[21]);
        self.sealers = self.next.take();
    }

    pub fn say(&mut self, side: Side, payload: &[u8]) {
        let (block, counted) = match &self.sealers {
            None => (8, 4),
            Some(sealers) => sealers[side as usize].block(),
        };
        let padding = 4 + (block - (5 - 4 + counted + payload.len() + 4) % block) % block;
        let length = u32::try_from(1 + payload.len() + padding).unwrap().to_be_bytes();
        let plain = [&length[..], &[u8::try_from(padding).unwrap()], payload, &vec![0; padding]].concat();
        let packet = match &mut self.sealers {
            None => plain,
            Some(sealers) => sealers[side as usize].seal(plain),
        };
        self.said.push((side, packet));
    }

    /// The login and a command, as they follow the first NEWKEYS.
    pub fn log_in(&mut self) {
        self.say(Client, &[&[5][..], &string(b"ssh-userauth")].concat());
        self.say(Server, &[&[6][..], &string(b"ssh-userauth")].concat());
        let request = |method: &str| {
            [&[50][..], &string(b"demo"), &string(b"ssh-connection"), &string(method.as_bytes())].concat()
        };
        self.say(Client, &request("none"));
        self.say(Server, &[&[51][..], &string(b"publickey,password"), &[0]].concat());
        self.say(Client, &[&request("password")[..], &[0], &string(b"sesame opens")].concat());
        self.say(Server, &[&[51][..], &string(b"publickey"), &[0]].concat());
        let user = Ed25519KeyPair::from_seed_unchecked(&[9; 32]).unwrap();
        let key = [string(b"ssh-ed25519"), string(user.public_key().as_ref())].concat();
        let named = [&string(b"ssh-ed25519")[..], &string(&key)].concat();
        self.say(Client, &[&request("publickey")[..], &[0], &named].concat());
        self.say(Server, &[&[60][..], &named].concat());
        let unsigned = [&request("publickey")[..], &[1], &named].concat();
        let signature = user.sign(&[&string(&self.session)[..], &unsigned].concat());
        let signature = [string(b"ssh-ed25519"), string(signature.as_ref())].concat();
        self.say(Client, &[unsigned, string(&signature)].concat());
        self.say(Server, &[52]);
        self.say(Client, &[&[90][..], &string(b"session"), &[0; 12]].concat());
        self.say(Server, &[&[91][..], &[0; 16]].concat());
        self.say(Client, &[&[98, 0, 0, 0, 0][..], &string(b"exec"), &[1], &string(b"whoami")].concat());
        self.say(Server, &[93, 0, 0, 0, 0, 0, 0x20, 0, 0]);
        self.say(Server, &[99, 0, 0, 0, 0]);
        self.say(Server, &[&[94, 0, 0, 0, 0][..], &string(b"demo\n")].concat());
    }
}
