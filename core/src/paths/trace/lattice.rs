//! Services of VPC Lattice: the caller's own groups and those of its VPC's association decide here; what Lattice then lets
//! through and where it leads is no matter of the VPC.

use ipnet::Ipv4Net;

use super::super::answer::Answer;
use super::super::flow::{Addresses, Belongs, EPHEMERAL, Flow, PortSet};
use super::super::walk::{Standing, Walk};
use super::super::{Component, Difference, words};
use super::{Tracer, missed};
use crate::network::{Fact, LatticeAssociation, LatticeService, Missing, Protocol, Ranges, Topic};

/// The link-local addresses that names of services are answered with.
/// <https://docs.aws.amazon.com/vpc-lattice/latest/ug/how-it-works.html>
const LINK_LOCAL: &str = "169.254.171.0/24";

impl Tracer<'_> {
    pub(super) fn to_lattice(&self, source: &Standing, service: &LatticeService) -> Answer {
        let missing = Missing::Beyond(Topic::Lattice, service.name.clone());
        let is_own = |one: &&LatticeAssociation| one.vpc.known().is_some_and(|vpc| Some(*vpc) == source.vpc);
        // Others may associate the VPC with a network that has the service.
        let Some(association) = service.associations.iter().find(is_own) else { return missed(missing) };
        let listeners: Vec<(Protocol, PortSet)> = service
            .listeners
            .iter()
            .map(|one| {
                let open = one.ports.get().err().cloned();
                let ports = one.ports.known().map_or(Ranges::between(1, u16::MAX.into()), |ports| {
                    Ranges::between(ports.first.into(), ports.last.into())
                });
                (one.protocol, PortSet { ranges: ports, open })
            })
            .collect();
        let mut joined: Option<Answer> = None;
        for (protocol, ports) in self.ports(&listeners) {
            let one = self.enter_lattice(source, service, association, protocol, ports);
            joined = Some(match joined {
                Some(before) => before.or(one, Difference::Port),
                None => one,
            });
        }
        joined.unwrap_or_else(|| missed(missing))
    }

    fn enter_lattice(
        &self,
        source: &Standing,
        service: &LatticeService,
        association: &LatticeAssociation,
        protocol: Protocol,
        ports: PortSet,
    ) -> Answer {
        let ranges = Ranges::of_nets(LINK_LOCAL.parse::<Ipv4Net>().ok());
        let belongs = Belongs::Service("vpc-lattice".to_owned());
        let flow = Flow {
            protocol,
            source: self.addresses_of(source, false),
            destination: Addresses { ranges, open: None, belongs },
            source_ports: PortSet::of(EPHEMERAL),
            ports,
            translated: Vec::new(),
            entered: Vec::new(),
        };
        let gate = Standing {
            component: Component::Gateway,
            id: association.name.to_string(),
            at: association.at,
            subnet: source.subnet,
            vpc: source.vpc,
            groups: association.groups.clone(),
            is_unguarded: association.groups.items.is_empty() && association.groups.rest.is_none(),
            groups_at: association.at,
            public_address: Fact::Known(false),
            ipv6: Fact::Known(false),
        };
        let mut walk = Walk::new(self.network);
        let name = service.name.to_string();
        match walk.enter_lattice(&flow, source, &gate, words::by_lattice(&name)) {
            Ok(()) => {
                walk.report.misses(Missing::Beyond(Topic::Lattice, service.name.clone()));
                walk.report.into()
            }
            Err(_) => missed(Missing::TooManyCases),
        }
    }
}
