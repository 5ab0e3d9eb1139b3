//! Ports that workloads listen on.

use super::Writer;
use crate::network::from_template::reader::{Reader, Split, number};
use crate::network::{Fact, Listener, Missing, Place, Ports, Protocol};
use crate::template::{Case, Resource, Unknown};

/// A TCP port; `at` is the property that says so.
pub(super) fn tcp(port: u16, at: Option<Place>) -> Listener {
    Listener { protocol: Protocol::TCP, ports: Fact::Known(Ports::one(port)), at }
}

/// Ports that every workload of a kind has.
pub(super) fn defaults(ports: &[u16]) -> Vec<Listener> {
    ports.iter().map(|port| tcp(*port, None)).collect()
}

/// The port that a property says.
pub(super) fn written(case: &Case, protocol: Protocol) -> Listener {
    let ports = match number(case) {
        Fact::Known(port) => match u16::try_from(port) {
            Ok(port) => Fact::Known(Ports::one(port)),
            Err(_) => Fact::Unknown(Missing::Value(Unknown::Broken)),
        },
        Fact::Unknown(missing) => Fact::Unknown(missing),
    };
    Listener { protocol, ports, at: Reader::place(case) }
}

impl Writer<'_, '_, '_> {
    /// The port that a property says, or else the default.
    pub(super) fn port(
        &self,
        resource: &Resource,
        property: &str,
        default: Fact<u16>,
    ) -> Result<Vec<Listener>, Split> {
        Ok(vec![match self.reader.property(resource, &[property])? {
            Some(case) => written(&case, Protocol::TCP),
            None => Listener { protocol: Protocol::TCP, ports: default.map(Ports::one), at: None },
        }])
    }
}
