//! Protocols and ports.

use std::fmt;

/// A protocol of IP, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// `-1`: every protocol, every port.
    All,
    /// One protocol, by IANA's number.
    Number(u8),
}

impl Protocol {
    /// TCP.
    pub const TCP: Protocol = Protocol::Number(6);
    /// UDP.
    pub const UDP: Protocol = Protocol::Number(17);
    /// ICMP.
    pub const ICMP: Protocol = Protocol::Number(1);
    /// ICMP for IP version 6.
    pub const ICMPV6: Protocol = Protocol::Number(58);

    /// The protocol that a property names: `tcp`, `6`, `-1`, `icmp`, in any case.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text.trim().to_ascii_lowercase().as_str() {
            "-1" | "all" => Self::All,
            "tcp" => Self::TCP,
            "udp" => Self::UDP,
            "icmp" => Self::ICMP,
            "icmpv6" => Self::ICMPV6,
            number => Self::Number(number.parse().ok()?),
        })
    }

    /// Whether a rule of this protocol is about traffic of `other`.
    pub fn covers(self, other: Protocol) -> bool {
        self == Self::All || self == other
    }

    /// Whether its packets have ports.
    pub fn has_ports(self) -> bool {
        matches!(self, Self::TCP | Self::UDP)
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::All => out.write_str("all"),
            Self::TCP => out.write_str("tcp"),
            Self::UDP => out.write_str("udp"),
            Self::ICMP => out.write_str("icmp"),
            Self::ICMPV6 => out.write_str("icmpv6"),
            Self::Number(number) => write!(out, "{number}"),
        }
    }
}

/// Ports from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ports {
    /// The first.
    pub first: u16,
    /// The last.
    pub last: u16,
}

impl Ports {
    /// Every port.
    pub const ALL: Ports = Ports { first: 0, last: u16::MAX };

    /// One port.
    pub fn one(port: u16) -> Self {
        Self { first: port, last: port }
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(out, "{}", self.first)
        } else {
            write!(out, "{}-{}", self.first, self.last)
        }
    }
}

/// Type and code of ICMP that a rule is about; nothing for any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IcmpType {
    /// The type: 8 is an echo request.
    pub kind: Option<u8>,
    /// The code.
    pub code: Option<u8>,
}
