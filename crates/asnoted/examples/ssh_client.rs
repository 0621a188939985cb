//! A client by russh: `ssh_client HOST:PORT USER KEY` logs in by public key and leaves. Each step, also of what is encrypted,
//! is a line of standard output.

use std::{borrow::Cow, env, sync::Arc};

use asnoted::{Outcome, Protocol, Session, Witness, ssh};
use russh::{Disconnect, Error, Names, Preferred, client, kex, keys};
use tokio::net::TcpStream;

struct Handler(ssh::ClientCalls);

impl client::Handler for Handler {
    type Error = Error;

    async fn check_server_key(&mut self, key: &keys::PublicKeyOrCertificate) -> Result<bool, Error> {
        // A program of yours looks into known_hosts here.
        let (record, strict, decided_by) = ("unknown", "no", "option");
        let decision =
            ssh::HostKeyDecision { record, strict, decided_by, accepted: true, ..Default::default() };
        self.0.host_key_check(&key.public_key(), None, &decision);
        Ok(true)
    }

    /// The secret by which the tap opens what follows; without it, the log says so.
    async fn kex_done(
        &mut self,
        key: Option<&[u8]>,
        names: &Names,
        _: &mut client::Session,
    ) -> Result<(), Error> {
        self.0.session_key(key, names);
        Ok(())
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stdout).init();
    let [server, user, key] = env::args().skip(1).collect::<Vec<_>>().try_into().expect("HOST:PORT USER KEY");
    let key = Arc::new(keys::load_secret_key(key, None)?);

    let session = Session::default();
    let stream = TcpStream::connect(&server).await?;
    let watch = ssh::Watch::new(Witness::client(&session, Protocol::Ssh, &stream));
    let handler = Handler(watch.client_calls());
    // Of the hybrid's secret russh hands over one half: what follows would stay closed, and the log would say so.
    let preferred = Preferred { kex: Cow::Borrowed(&[kex::CURVE25519]), ..Preferred::DEFAULT };
    let config = Arc::new(client::Config { preferred, ..Default::default() });
    let connecting = client::connect_stream(config, watch.tap(stream), handler);
    let mut handle = watch.during(connecting).await?;
    let login = handle.authenticate_publickey(user, keys::PrivateKeyWithHashAlg::new(key, None)).await?;
    println!("logged in: {}", login.success());
    handle.disconnect(Disconnect::ByApplication, "done", "en").await?;
    let _ = handle.await; // the connection has ended, as we wanted
    watch.finish(&Outcome::Complete);
    Ok(())
}
