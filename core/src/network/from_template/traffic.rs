//! Protocols, ports and ICMP types of rules and entries.

use super::reader::{BROKEN, number, text};
use crate::network::{Fact, IcmpType, Ports, Protocol};
use crate::template::Case;

/// What a rule or entry is about.
pub(super) struct Traffic {
    pub(super) protocol: Fact<Protocol>,
    pub(super) ports: Fact<Ports>,
    pub(super) icmp: IcmpType,
}

/// Two values that belong together: first and last port, type and code.
pub(super) type Pair<'a> = (Option<&'a Case>, Option<&'a Case>);

impl Traffic {
    /// Reads a protocol, with the pair that counts for protocols with ports, and the one that counts for ICMP.
    pub(super) fn read(protocol: Option<&Case>, ports: Pair<'_>, icmp: Pair<'_>) -> Self {
        let any = IcmpType { kind: None, code: None };
        let protocol = match protocol.map(text) {
            Some(Fact::Known(name)) => Protocol::parse(&name).map_or(Fact::Unknown(BROKEN), Fact::Known),
            Some(Fact::Unknown(missing)) => Fact::Unknown(missing),
            None => Fact::Unknown(BROKEN),
        };
        match protocol {
            Fact::Known(of) if of.has_ports() => Self { protocol, ports: read_ports(ports), icmp: any },
            Fact::Known(Protocol::ICMP | Protocol::Number(58)) => match read_icmp(icmp) {
                Fact::Known(icmp) => Self { protocol, ports: Fact::Known(Ports::ALL), icmp },
                // A type has no place for what is not known of it: the rule as a whole is not known then.
                Fact::Unknown(missing) => {
                    Self { protocol: Fact::Unknown(missing), ports: Fact::Known(Ports::ALL), icmp: any }
                }
            },
            Fact::Known(_) => Self { protocol, ports: Fact::Known(Ports::ALL), icmp: any },
            // Ports count for some protocols only, so that they are not known either.
            Fact::Unknown(missing) => {
                let ports = match read_ports(ports) {
                    Fact::Known(Ports::ALL) => Fact::Known(Ports::ALL),
                    _ => Fact::Unknown(missing.clone()),
                };
                Self { protocol: Fact::Unknown(missing), ports, icmp: any }
            }
        }
    }
}

/// First and last port. Without both, or with -1, every port is meant.
fn read_ports((first, last): Pair<'_>) -> Fact<Ports> {
    let (first, last) = match (first.map(number), last.map(number)) {
        (None | Some(Fact::Known(-1)), None | Some(Fact::Known(-1))) => return Fact::Known(Ports::ALL),
        (Some(Fact::Unknown(missing)), _) | (_, Some(Fact::Unknown(missing))) => {
            return Fact::Unknown(missing);
        }
        (Some(Fact::Known(first)), Some(Fact::Known(last))) => (first, last),
        (None, Some(_)) | (Some(_), None) => return Fact::Unknown(BROKEN),
    };
    match (u16::try_from(first), u16::try_from(last)) {
        (Ok(first), Ok(last)) if first <= last => Fact::Known(Ports { first, last }),
        _ => Fact::Unknown(BROKEN),
    }
}

/// Type and code of ICMP. Without them, or with -1, any is meant.
fn read_icmp((kind, code): Pair<'_>) -> Fact<IcmpType> {
    let read = |case: Option<&Case>| match case.map(number) {
        None | Some(Fact::Known(-1)) => Fact::Known(None),
        Some(Fact::Known(number)) => {
            u8::try_from(number).map_or(Fact::Unknown(BROKEN), |number| Fact::Known(Some(number)))
        }
        Some(Fact::Unknown(missing)) => Fact::Unknown(missing),
    };
    match (read(kind), read(code)) {
        // Any type has any code.
        (Fact::Known(None), _) => Fact::Known(IcmpType { kind: None, code: None }),
        (Fact::Known(kind), Fact::Known(code)) => Fact::Known(IcmpType { kind, code }),
        (Fact::Unknown(missing), _) | (_, Fact::Unknown(missing)) => Fact::Unknown(missing),
    }
}
