//! What the user is told of a collector, in both languages.

use std::io::ErrorKind;

use steps::{Said, harmless};

/// Why a request came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Nothing listens there.
    Refused,
    /// No answer in time.
    TimedOut,
    /// No address is known by that name.
    NoAddress,
    /// The certificate is none that is trusted here, or TLS came to nothing otherwise.
    Tls,
    /// The connection ended before there was an answer.
    Broken,
    /// The answer's status.
    Status(u16),
}

impl Trouble {
    /// Whether the same request may be taken later: the collector is not there, or says that it is busy.
    pub(crate) const fn passes(&self) -> bool {
        match self {
            Trouble::Refused | Trouble::TimedOut | Trouble::NoAddress | Trouble::Tls | Trouble::Broken => {
                true
            }
            Trouble::Status(status) => matches!(status, 429 | 502 | 503 | 504),
        }
    }

    fn said(&self) -> Said {
        match self {
            Trouble::Refused => Said::new("nothing listens there", "该地址没有程序监听"),
            Trouble::TimedOut => Said::new("no answer in time", "超时未应答"),
            Trouble::NoAddress => Said::new("no address is known by that name", "该名称查不到地址"),
            Trouble::Tls => Said::new(
                "TLS failed (OTEL_EXPORTER_OTLP_CERTIFICATE names a CA of your own)",
                "TLS 失败（自有 CA 用 OTEL_EXPORTER_OTLP_CERTIFICATE 指定）",
            ),
            Trouble::Broken => Said::new("the connection broke", "连接中断"),
            Trouble::Status(status) => Said::new(format!("it answers {status}"), format!("应答为 {status}")),
        }
    }
}

impl From<ErrorKind> for Trouble {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::ConnectionRefused => Trouble::Refused,
            ErrorKind::TimedOut | ErrorKind::WouldBlock => Trouble::TimedOut,
            _ => Trouble::Broken,
        }
    }
}

/// The line at the first trouble.
pub(crate) fn first(url: &str, trouble: &Trouble) -> Said {
    let (url, why) = (harmless::without_password(url), trouble.said());
    if trouble.passes() {
        Said::new(
            format!(
                "the collector {url} does not take events: {}; they wait, nothing else does, and what finds no room is counted",
                why.en
            ),
            format!("采集器 {url} 未接收事件：{}；事件排队等待，其他一切照常，放不下的会计数", why.zh),
        )
    } else {
        Said::new(
            format!("the collector {url} does not take events: {}; what it refuses is counted", why.en),
            format!("采集器 {url} 不接收事件：{}；被拒绝的会计数", why.zh),
        )
    }
}

/// The line at the end, where something was lost.
pub(crate) fn lost(no_room: u64, not_taken: u64) -> Said {
    let all = no_room + not_taken;
    Said::new(
        format!(
            "{all} events did not reach the collector: for {no_room} there was no room in the queue, {not_taken} it did not take"
        ),
        format!("有 {all} 个事件没有送达采集器：{no_room} 个因队列放不下，{not_taken} 个未被接收"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_the_url_is_not_repeated() {
        for trouble in [Trouble::Refused, Trouble::Status(401)] {
            let said = first("http://me:hunter2@collector:4318/v1/logs", &trouble);
            assert!(!said.en.contains("hunter2") && !said.zh.contains("hunter2"), "{said:?}");
        }
    }
}
