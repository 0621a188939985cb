//! The channel and what is done on it (RFC 4254), and the end.

use steps::Side;

use super::{Account, number, word};

impl Account {
    pub(super) fn session(&mut self, line: &str) {
        match self.ours {
            Side::Server => self.session_of_ssh(line),
            Side::Client => self.session_of_sshd(line),
        }
        if let Some((channel, said)) = line.strip_prefix("channel ").and_then(|rest| rest.split_once(": "))
            && let Ok(channel) = channel.parse()
        {
            self.of_channel(channel, said);
        }
    }

    fn session_of_ssh(&mut self, line: &str) {
        let (ours, peer) = (self.ours, self.ours.peer());
        if line.contains(": new session [client-session]") {
            self.put_next(90, "channel_type", "session");
        } else if let Some(command) = line.strip_prefix("Sending command: ") {
            self.put_next(98, "command", command);
        } else if let Some(algorithms) = line.strip_prefix("kex_input_ext_info: server-sig-algs=<") {
            if let Some(info) = self.last(ours, "ssh.ext_info") {
                info.put("server-sig-algs", algorithms.trim_end_matches('>'));
            }
        } else if line.starts_with("client_input_channel_req: channel ") {
            let step = request_step(word(line, "rtype ").unwrap_or_default());
            if let Some(request) = self.last(ours, "ssh.channel_request") {
                step.clone_into(&mut request.step);
            }
        } else if line.trim_start().starts_with("#0 client-session ") {
            // At the end ssh says what number the channel had for the other end.
            let channel = number(line, "] r");
            let on_it = ["ssh.channel_open", "ssh.exec", "ssh.channel_request", "ssh.channel_eof"];
            for told in self.told.iter_mut().filter(|told| told.from == Some(peer)) {
                if on_it.contains(&told.step.as_str()) {
                    told.put("channel", channel);
                }
            }
        }
    }

    fn session_of_sshd(&mut self, line: &str) {
        let ours = self.ours;
        if line.starts_with("server_input_channel_open: ctype ") {
            let kind = word(line, "ctype ").map(str::to_owned);
            let numbers = [
                ("sender_channel", number(line, "rchan ")),
                ("initial_window_size", number(line, "win ")),
                ("maximum_packet_size", number(line, "max ")),
            ];
            self.their_channel = numbers[0].1.into();
            self.put_next(91, "channel", self.their_channel.clone());
            if let Some(open) = self.last(ours, "ssh.channel_open") {
                open.put("channel_type", kind);
                for (name, value) in numbers {
                    open.put(name, value);
                }
            }
        } else if line.contains(": new session [server-session]") {
            self.put_next(91, "sender_channel", number(line, "channel "));
        } else if line.starts_with("server_input_channel_req: channel ") {
            self.request(line);
        } else if let Some(text) = line.strip_prefix("sending debug message: ") {
            self.put_next(4, "text", text);
        } else if let Some(rest) = line.strip_prefix("Received disconnect from ") {
            // `127.0.0.1 port 44846:11: done`
            let mut parts = rest.splitn(3, ':').skip(1);
            let (code, description) = (parts.next(), parts.next());
            if let Some(last) = self.last(ours, "ssh.disconnect") {
                last.put("reason_code", code.and_then(|code| code.parse::<u64>().ok()));
                last.put("description", description.map(str::trim));
            }
        }
    }

    /// `server_input_channel_req: channel 0 request exec reply 1`
    fn request(&mut self, line: &str) {
        let kind = word(line, "request ").unwrap_or_default().to_owned();
        let (channel, reply) = (number(line, "channel "), number(line, "reply "));
        if let Some(request) = self.last(self.ours, "ssh.channel_request") {
            request_step(&kind).clone_into(&mut request.step);
            if request.step == "ssh.channel_request" {
                request.put("request_type", kind);
            }
            request.put("channel", channel);
            request.put("want_reply", reply == Some(1));
        }
        for answer in [99, 100] {
            self.put_next(answer, "channel", self.their_channel.clone());
        }
    }

    /// What both programs say of a channel in the same words.
    fn of_channel(&mut self, channel: u64, said: &str) {
        let theirs = self.their_channel.clone();
        match said {
            "send eof" if !theirs.is_null() => self.put_next(96, "channel", theirs),
            "send close" if !theirs.is_null() => self.put_next(97, "channel", theirs),
            "rcvd eof" | "rcvd close" => {
                let step = if said == "rcvd eof" { "ssh.channel_eof" } else { "ssh.channel_close" };
                if let Some(last) = self.last(self.ours, step) {
                    last.put("channel", channel);
                }
            }
            _a_request_or_nothing => {
                let request = said.strip_prefix("request ").and_then(|rest| rest.split_once(" confirm "));
                let Some((kind, confirm)) = request else { return };
                self.put_next(98, "request_type", kind);
                if kind != "exit-status" {
                    self.put_next(98, "want_reply", confirm == "1");
                }
                if !theirs.is_null() {
                    self.put_next(98, "channel", theirs);
                }
            }
        }
    }
}

/// The step of a channel request of that type.
pub(super) fn request_step(kind: &str) -> &'static str {
    match kind {
        "exec" => "ssh.exec",
        "exit-status" => "ssh.exit_status",
        _other => "ssh.channel_request",
    }
}
