//! The numbers with which a system call on a connection fails, by name (errno(3)).

/// Why a system call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Errno {
    /// One that a connection can end with.
    Named(i32, &'static str),
    /// Another number.
    Unnamed(i32),
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident = $number:literal;)*) => {
        impl Errno {
            $($(#[$doc])* pub const $name: Errno = Errno::Named($number, stringify!($name));)*
        }

        impl From<i32> for Errno {
            fn from(number: i32) -> Errno {
                match number {
                    $($number => Errno::$name,)*
                    unnamed => Errno::Unnamed(unnamed),
                }
            }
        }
    };
}

numbers! {
    /// This machine's firewall forbids it.
    EPERM = 1;
    /// It is not allowed here.
    EACCES = 13;
    /// An argument makes no sense, such as a link-local address without its link.
    EINVAL = 22;
    /// The connection is gone, and this side still writes.
    EPIPE = 32;
    /// This machine has no such address, or no port left.
    EADDRNOTAVAIL = 99;
    /// The network is down.
    ENETDOWN = 100;
    /// There is no route to the network.
    ENETUNREACH = 101;
    /// The connection was given up here.
    ECONNABORTED = 103;
    /// RST came.
    ECONNRESET = 104;
    /// There is no connection.
    ENOTCONN = 107;
    /// What was sent was never acknowledged.
    ETIMEDOUT = 110;
    /// RST, or ICMP port unreachable, came in answer to the SYN.
    ECONNREFUSED = 111;
    /// There is no route to the host.
    EHOSTUNREACH = 113;
}

impl Errno {
    /// Its name; none: it has none here.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Errno::Named(_, name) => Some(name),
            Errno::Unnamed(_) => None,
        }
    }
}

impl std::fmt::Display for Errno {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Errno::Named(_, name) => f.write_str(name),
            Errno::Unnamed(number) => write!(f, "errno {number}"),
        }
    }
}
