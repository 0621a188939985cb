//! What the server answers. russh calls these methods; each names the call to the watcher with the answer it gives.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::{Arc, atomic::Ordering},
};

use russh::{
    Channel, ChannelId, ChannelOpenFailure, Pty,
    server::{Auth, ChannelOpenHandle, Msg, PublicKeyOffer, Response, Session, VerifiedPublicKey},
};
use watch::{Witness, ssh::ServerCalls};

use super::{
    Progress,
    commands::{self, Answer},
    shell::{Heard, PROMPT, Shell},
    users::{USER, Users},
};

/// Channels one connection may have open at once; sshd's MaxSessions is 10 as well.
const MOST_CHANNELS: usize = 10;

/// How much one message of a client may make a shell say. `steps` is five bytes, and what it tells has many KiB.
const MOST_SAID: usize = 1 << 18;

/// Answers for one connection.
pub(super) struct Handler {
    calls: ServerCalls,
    witness: Witness,
    users: Users,
    progress: Arc<Progress>,
    open: HashSet<ChannelId>,
    /// Channels that are done with, but whose client has not taken all that was said there: they still take memory.
    unread: HashSet<ChannelId>,
    terminals: HashSet<ChannelId>,
    shells: HashMap<ChannelId, Shell>,
}

impl Handler {
    pub(super) fn new(calls: ServerCalls, witness: Witness, users: Users, progress: Arc<Progress>) -> Self {
        let (open, unread, terminals, shells) = Default::default();
        Handler { calls, witness, users, progress, open, unread, terminals, shells }
    }

    fn verdict(&self, may_enter: bool) -> Auth {
        if may_enter {
            return Auth::Accept;
        }
        self.progress.refusals.fetch_add(1, Ordering::Relaxed);
        // Left to itself, russh would take a method off the list once it has failed; sshd does not.
        Auth::Reject { proceed_with_methods: Some(self.users.methods()), partial_success: false }
    }

    fn opened(&mut self, channel: ChannelId) {
        self.open.insert(channel);
        self.progress.served.store(true, Ordering::Relaxed);
        self.progress.open_channels.store(self.open.len(), Ordering::Relaxed);
    }

    fn closed(&mut self, channel: ChannelId) {
        self.open.remove(&channel);
        self.terminals.remove(&channel);
        self.shells.remove(&channel);
        self.progress.open_channels.store(self.open.len(), Ordering::Relaxed);
    }

    /// Sends a command's answer and closes the channel; russh does not call `channel_close` for the client's half.
    fn answer(
        &mut self,
        channel: ChannelId,
        answer: Answer,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        session.channel_success(channel)?;
        if !answer.stdout.is_empty() {
            session.data(channel, answer.stdout.into_bytes())?;
        }
        if !answer.stderr.is_empty() {
            session.extended_data(channel, STDERR, answer.stderr.into_bytes())?;
        }
        self.leave(channel, answer.exit_status, session)
    }

    fn leave(
        &mut self,
        channel: ChannelId,
        exit_status: u32,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        session.exit_status_request(channel, exit_status)?;
        session.eof(channel)?;
        session.close(channel)?;
        self.closed(channel);
        if session.has_pending_data(channel) {
            self.unread.insert(channel);
        }
        Ok(())
    }

    fn run(&self, line: &str) -> Answer {
        commands::run(line, USER, &self.witness)
    }

    /// Does what follows from what was typed into a shell. The channel of a client that types on and reads nothing is
    /// closed: the output would wait in memory.
    fn follow(
        &mut self,
        channel: ChannelId,
        heard: Vec<Heard>,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        let terminal = self.terminals.contains(&channel);
        let mut said = 0;
        for heard in heard {
            if said > MOST_SAID || session.has_pending_data(channel) {
                return self.leave(channel, 1, session);
            }
            match heard {
                Heard::Echo(text) => {
                    said += text.len();
                    session.data(channel, text.into_bytes())?;
                }
                Heard::Leave => return self.leave(channel, 0, session),
                Heard::Line(line) if ["exit", "logout"].contains(&line.as_str()) => {
                    return self.leave(channel, 0, session);
                }
                Heard::Line(line) => {
                    let mut text = if line.is_empty() { String::new() } else { self.shown(&line) };
                    if terminal {
                        // The client's terminal is in raw mode and wants the carriage return too.
                        text = text.replace('\n', "\r\n") + PROMPT;
                    }
                    said += text.len();
                    session.data(channel, text.into_bytes())?;
                }
            }
        }
        Ok(())
    }

    fn shown(&self, line: &str) -> String {
        let Answer { stdout, stderr, .. } = self.run(line);
        let leave = if line == "help" { "and in this shell: exit (or Ctrl-D)\n" } else { "" };
        stdout + &stderr + leave
    }
}

const STDERR: u32 = 1; // SSH_EXTENDED_DATA_STDERR, RFC 4254 §5.2

impl russh::server::Handler for Handler {
    type Error = russh::Error;

    // The login (RFC 4252).

    async fn auth_none(&mut self, user: &str) -> Result<Auth, russh::Error> {
        let answer = self.verdict(false);
        self.calls.auth_none(user, &answer);
        Ok(answer)
    }

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, russh::Error> {
        let answer = self.verdict(self.users.has_password(user, password.as_bytes()));
        self.calls.auth_password(user, &answer);
        Ok(answer)
    }

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        user: &str,
        _submethods: &str,
        response: Option<Response<'a>>,
    ) -> Result<Auth, russh::Error> {
        const QUESTION: &str = "Password: ";
        if !self.users.password_login() {
            return Ok(self.verdict(false));
        }
        let Some(answers) = response else {
            self.calls.interactive_question(&[QUESTION]);
            let (name, instructions) = (Cow::Borrowed(""), Cow::Borrowed(""));
            let prompts = Cow::Borrowed(&[(Cow::Borrowed(QUESTION), false)][..]);
            return Ok(Auth::Partial { name, instructions, prompts });
        };
        let answers: Vec<_> = answers.collect();
        let right = matches!(&answers[..], [password] if self.users.has_password(user, password));
        let answer = self.verdict(right);
        self.calls.interactive_answer(user, answers.len(), &answer);
        Ok(answer)
    }

    async fn auth_publickey_offered(
        &mut self,
        user: &str,
        offer: PublicKeyOffer<'_>,
    ) -> Result<Auth, russh::Error> {
        let answer = self.verdict(self.users.has_key(user, offer.public_key));
        self.calls.publickey_query(user, offer, &answer, &self.users.methods());
        Ok(answer)
    }

    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, russh::Error> {
        let answer = self.verdict(self.users.has_key(user, key.public_key));
        self.calls.publickey_signature(user, key, &answer);
        Ok(answer)
    }

    async fn auth_succeeded(&mut self, _session: &mut Session) -> Result<(), russh::Error> {
        self.progress.logged_in.store(true, Ordering::Relaxed);
        self.calls.auth_success();
        Ok(())
    }

    // The channels (RFC 4254).

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.unread.retain(|channel| session.has_pending_data(*channel));
        let granted = self.open.len() + self.unread.len() < MOST_CHANNELS;
        self.calls.channel_open(channel.id(), "session", granted);
        if granted {
            self.opened(channel.id());
            reply.accept().await;
        } else {
            reply.reject(ChannelOpenFailure::ResourceShortage).await;
        }
        Ok(())
    }

    async fn channel_open_direct_tcpip(
        &mut self,
        channel: Channel<Msg>,
        _host: &str,
        _port: u32,
        _originator: &str,
        _originator_port: u32,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.calls.channel_open(channel.id(), "direct-tcpip", false);
        reply.reject(ChannelOpenFailure::AdministrativelyProhibited).await;
        Ok(())
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        command: &[u8],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.calls.exec(channel, command);
        if !self.open.contains(&channel) {
            return session.channel_failure(channel); // its command has been run
        }
        let answer = self.run(&String::from_utf8_lossy(command));
        self.answer(channel, answer, session)
    }

    async fn shell_request(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), russh::Error> {
        self.calls.channel_request(channel, "shell", "", true);
        if !self.open.contains(&channel) {
            return session.channel_failure(channel);
        }
        let terminal = self.terminals.contains(&channel);
        self.shells.insert(channel, Shell::new(terminal));
        session.channel_success(channel)?;
        if terminal {
            let welcome =
                format!("A demo shell: it starts no process. `help` says what there is.\r\n{PROMPT}");
            session.data(channel, welcome.into_bytes())?;
        }
        Ok(())
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        term: &str,
        columns: u32,
        rows: u32,
        _pixel_width: u32,
        _pixel_height: u32,
        _modes: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.calls.channel_request(channel, "pty-req", &format!("{term}, {columns} x {rows}"), true);
        self.terminals.insert(channel);
        session.channel_success(channel)
    }

    async fn env_request(
        &mut self,
        channel: ChannelId,
        name: &str,
        _value: &str,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        // Nothing is started that could read it; the value may be nobody's business.
        self.calls.channel_request(channel, "env", name, false);
        session.channel_failure(channel)
    }

    async fn subsystem_request(
        &mut self,
        channel: ChannelId,
        name: &str,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.calls.channel_request(channel, "subsystem", name, false);
        // A client shows this before it gives up: sftp and scp too.
        let sorry = format!(
            "This server has no subsystem {name:?}: it runs built-in commands only (try `help`).\r\n"
        );
        session.extended_data(channel, STDERR, sorry.into_bytes())?;
        session.channel_failure(channel)
    }

    async fn x11_request(
        &mut self,
        channel: ChannelId,
        _single_connection: bool,
        protocol: &str,
        _cookie: &str,
        _screen: u32,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.calls.channel_request(channel, "x11-req", protocol, false);
        session.channel_failure(channel)
    }

    async fn data(
        &mut self,
        channel: ChannelId,
        data: &[u8],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.calls.channel_data(channel, None, data);
        match self.shells.get_mut(&channel).map(|shell| shell.hear(data)) {
            Some(heard) => self.follow(channel, heard, session),
            None => Ok(()),
        }
    }

    async fn extended_data(
        &mut self,
        channel: ChannelId,
        code: u32,
        data: &[u8],
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.calls.channel_data(channel, Some(code), data);
        Ok(())
    }

    async fn channel_eof(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), russh::Error> {
        self.calls.channel_eof(channel);
        match self.shells.get_mut(&channel).map(Shell::end) {
            Some(heard) => self.follow(channel, heard, session),
            None => Ok(()),
        }
    }

    async fn channel_close(
        &mut self,
        channel: ChannelId,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.calls.channel_close(channel);
        self.closed(channel);
        Ok(())
    }
}
