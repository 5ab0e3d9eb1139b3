//! What stands in subnets: resources, and addresses by number.

use std::net::Ipv4Addr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::super::answer::Answer;
use super::super::flow::{Addresses, Belongs, PortSet};
use super::super::names::Asked;
use super::super::walk::{Standing, Walk};
use super::super::{Code, Component, Difference, Direction, Verdict, words};
use super::{Destination, Tracer, missed, plain, standing};
use crate::network::{
    Cidr, EndpointKind, Fact, Ipv6Cidr, Missing, Placement, Ports, Protocol, Ranges, Subnet, SubnetIndex,
    Topic, VpcIndex, Workload, WorkloadKind, number_of,
};

impl Tracer<'_> {
    pub(super) fn to_resource(&self, source: &Standing, name: &str) -> Answer {
        if let Some(endpoint) = self.network.endpoints.iter().find(|endpoint| endpoint.name.matches(name)) {
            return match (&endpoint.kind, &endpoint.service) {
                (EndpointKind::Interface { .. }, _) => self.to_endpoint(source, endpoint, None),
                (EndpointKind::Gateway { .. }, Fact::Known(service)) => {
                    let asked = Asked::service(self.network, service);
                    self.to_public_service(source, service, asked.words())
                }
                (EndpointKind::Gateway { .. }, Fact::Unknown(missing)) => missed(missing.clone()),
            };
        }
        if let Some(service) = self.network.lattice_service(name) {
            return self.to_lattice(source, service);
        }
        let Some(at) = self.network.workload(name) else {
            return missed(Missing::Component(crate::network::Name::Logical(name.to_owned())));
        };
        let workload = &self.network.workloads[at.0];
        if let Some(balancer) = self.network.balancer(at) {
            return self.to_balancer(source, balancer);
        }
        let listeners: Vec<(Protocol, PortSet)> = workload
            .listeners
            .iter()
            .map(|listener| {
                let ports = match &listener.ports {
                    Fact::Known(ports) => PortSet::of(*ports),
                    Fact::Unknown(missing) => {
                        PortSet { ranges: Ranges::between(1, u16::MAX.into()), open: Some(missing.clone()) }
                    }
                };
                (listener.protocol, ports)
            })
            .collect();
        // What listens on nobody knows which port is asked for all of them.
        let all = [(self.goal.protocol, PortSet::of(Ports::ALL))];
        let ports = self.ports(if listeners.is_empty() { &all } else { &listeners });
        if workload.kind == WorkloadKind::Function {
            let mut walk = Walk::new(self.network);
            let what = words::function_as_target(name);
            walk.block(
                Direction::Out,
                Code::NO_POSSIBLE_DESTINATION,
                Component::Workload,
                name,
                what,
                workload.at,
            );
            return walk.report.into();
        }
        if !workload.in_vpc {
            let open = Some(Missing::HostAddress(name.to_owned()));
            let addresses =
                Addresses { ranges: Ranges::public_addresses(), open, belongs: Belongs::Internet };
            return self.to_all(source, &[plain(addresses)], &ports);
        }
        let subnets = match self.placements(source, workload) {
            Ok(subnets) => subnets,
            Err(answer) => return *answer,
        };
        let destinations: Vec<Destination> =
            subnets.into_iter().map(|subnet| self.interface_of(workload, subnet)).collect();
        let mut answer = self.to_all(source, &destinations, &ports);
        if let Some(missing) = &workload.subnets.rest {
            answer = answer.unless(missed(missing.clone()), missing);
        }
        self.through_proxy(at, answer)
    }

    /// The interface of a workload in one of its subnets.
    pub(super) fn interface_of(&self, workload: &Workload, subnet: SubnetIndex) -> Destination {
        let target = standing(self.network, workload, subnet);
        let (groups, address) = (workload.groups_in(subnet).clone(), workload.address);
        let addresses =
            Addresses::of_interface(self.network, &target.id, subnet, target.vpc, groups, address);
        Destination { target: Some(target), difference: Difference::Placement, ..plain(addresses) }
    }

    /// The subnets in which a workload may be met from `source`.
    pub(super) fn placements(
        &self,
        source: &Standing,
        workload: &Workload,
    ) -> Result<Vec<SubnetIndex>, Box<Answer>> {
        let items = &workload.subnets.items;
        if items.is_empty() {
            let missing = workload.subnets.rest.clone().unwrap_or(Missing::Undocumented(Topic::Placement));
            return Err(Box::new(missed(missing)));
        }
        if workload.placement != Placement::SameZone {
            return Ok(items.clone());
        }
        let zone = |subnet: &SubnetIndex| self.network.subnets[subnet.0].zone.known();
        let Some(own) = zone(&source.subnet) else { return Ok(items.clone()) };
        let near: Vec<SubnetIndex> = items
            .iter()
            .copied()
            .filter(|subnet| {
                *subnet == source.subnet || zone(subnet).is_none_or(|other| own.same(other) != Some(false))
            })
            .collect();
        // A target in the same subnet is the one of the zone.
        if near.contains(&source.subnet) {
            return Ok(vec![source.subnet]);
        }
        if near.is_empty() && workload.subnets.rest.is_none() {
            let mut walk = Walk::new(self.network);
            let id = workload.name.to_string();
            let what = words::no_mount_target();
            walk.block(
                Direction::Out,
                Code::NO_POSSIBLE_DESTINATION,
                Component::Workload,
                &id,
                what,
                workload.at,
            );
            return Err(Box::new(walk.report.into()));
        }
        Ok(near)
    }

    /// Interfaces whose addresses are written: of workloads with one, and of Resolver endpoints, which have some.
    fn fixed_addresses(&self) -> impl Iterator<Item = (&Workload, SubnetIndex, Ipv4Addr)> {
        let workloads = self.network.workloads.iter().filter(|workload| workload.in_vpc);
        let of_workloads = workloads.filter_map(|workload| match &*workload.subnets.items {
            [subnet] => Some((workload, *subnet, workload.address?)),
            _ => None,
        });
        let has = |subnet: SubnetIndex, address: Ipv4Addr| match self.network.subnets[subnet.0].cidr.known() {
            Some(Cidr::Known(net)) => net.contains(&address),
            _ => false,
        };
        let of_resolvers = self.network.resolver_endpoints.iter().flat_map(move |endpoint| {
            let workload = &self.network.workloads[endpoint.workload.0];
            endpoint.addresses.items.iter().filter_map(move |address| {
                let subnet = workload.subnets.items.iter().find(|subnet| has(**subnet, *address))?;
                Some((workload, *subnet, *address))
            })
        });
        of_workloads.chain(of_resolvers)
    }

    /// Addresses by number: those of subnets that are known belong to interfaces there.
    pub(super) fn to_numbers(&self, source: &Standing, nets: &[Ipv4Net]) -> Answer {
        let mut rest = Ranges::of_nets(nets.iter().copied());
        let mut destinations = Vec::new();
        for (workload, subnet, address) in self.fixed_addresses() {
            let own = Ranges::between(number_of(address), number_of(address));
            if rest.overlaps(&own) && self.is_near(source, subnet) {
                rest = rest.without(&own);
                let target = standing(self.network, workload, subnet);
                let groups = workload.groups_in(subnet).clone();
                let addresses = Addresses::of_interface(
                    self.network,
                    &target.id,
                    subnet,
                    target.vpc,
                    groups,
                    Some(address),
                );
                destinations.push(Destination {
                    target: Some(target),
                    difference: Difference::Address,
                    ..plain(addresses)
                });
            }
        }
        let own = |subnet: &Subnet| match subnet.cidr.known() {
            Some(Cidr::Known(net)) => Some(Ranges::of_net(*net)),
            _ => None,
        };
        destinations.extend(self.by_subnets(source, rest, own));
        let mut answer = self.to_all(source, &destinations, &self.ports(&[]));
        let services = self.network.prefix_lists.iter().filter(|list| list.ranges.known().is_none());
        let services: Vec<&str> = services.filter_map(|list| list.service.as_deref()).collect();
        if !services.is_empty() && Ranges::public_addresses().overlaps(&Ranges::of_nets(nets.iter().copied()))
        {
            answer
                .assumptions
                .push(words::taken_as_no_service_address(&self.goal.target.id(), &services.join(", ")));
        }
        answer
    }

    /// What a name is said to answer. Of a name with addresses of both versions those of version 4 count, but where only
    /// version 6 has a way, and the source uses it.
    pub(super) fn to_given(&self, source: &Standing, given: &[IpNet]) -> Answer {
        let (mut nets, mut others) = (Vec::new(), Vec::new());
        for net in given {
            match net {
                IpNet::V4(net) => nets.push(*net),
                IpNet::V6(net) => others.push(*net),
            }
        }
        let by_ipv6 = || {
            let ways = others.iter().map(|net| self.to_ipv6_numbers(source, *net));
            ways.reduce(|all, way| all.or(way, Difference::Address))
        };
        if nets.is_empty() {
            return by_ipv6().unwrap_or_else(|| self.to_numbers(source, &nets));
        }
        let answer = self.to_numbers(source, &nets);
        // The resolver makes addresses for names without one of version 6 only.
        if others.is_empty() {
            let ranges = Ranges::of_nets(nets.iter().copied()).and(&Ranges::public_addresses());
            let named = Addresses { ranges, open: None, belongs: Belongs::Plain };
            return if named.ranges.is_empty() { answer } else { self.or_by_nat64(source, answer, named) };
        }
        if answer.verdict() != Verdict::Blocked || source.ipv6 != Fact::Known(true) {
            return answer;
        }
        match by_ipv6() {
            Some(other) if other.verdict() != Verdict::Blocked => answer.or(other, Difference::Address),
            _ => answer,
        }
    }

    /// Addresses of IP version 6 by number, as [`Self::to_numbers`] does.
    pub(super) fn to_ipv6_numbers(&self, source: &Standing, net: Ipv6Net) -> Answer {
        let own = |subnet: &Subnet| match &subnet.ipv6_cidr {
            Fact::Known(Some(Ipv6Cidr::Known(net))) => Some(Ranges::of_ipv6_net(*net)),
            _ => None,
        };
        let destinations = self.by_subnets(source, Ranges::of_ipv6_net(net), own);
        self.to_all(source, &destinations, &self.ports(&[]))
    }

    /// Addresses by the subnets near the source whose own ranges they are in; those of no subnet come last.
    fn by_subnets(
        &self,
        source: &Standing,
        mut rest: Ranges,
        own: impl Fn(&Subnet) -> Option<Ranges>,
    ) -> Vec<Destination> {
        let mut destinations = Vec::new();
        for (at, subnet) in self.network.subnets.iter().enumerate() {
            let (Some(own), Some(vpc)) = (own(subnet), subnet.vpc.known()) else { continue };
            let ranges = rest.and(&own);
            if ranges.is_empty() || !self.is_near(source, SubnetIndex(at)) {
                continue;
            }
            rest = rest.without(&ranges);
            let belongs = Belongs::Stranger { subnet: SubnetIndex(at), vpc: *vpc };
            destinations.push(plain(Addresses { ranges, open: None, belongs }));
        }
        if !rest.is_empty() {
            destinations.push(plain(Addresses { ranges: rest, open: None, belongs: Belongs::Plain }));
        }
        destinations
    }

    /// Whether addresses of a subnet mean that subnet when they are called from `source`.
    fn is_near(&self, source: &Standing, subnet: SubnetIndex) -> bool {
        self.network.subnets[subnet.0].vpc.known().is_some_and(|vpc| self.is_near_vpc(source, *vpc))
    }

    /// Whether a VPC is the source's, peered with it or attached to the same transit gateway. VPCs that have nothing to
    /// do with each other may use the same numbers.
    pub(super) fn is_near_vpc(&self, source: &Standing, vpc: VpcIndex) -> bool {
        source.vpc == Some(vpc)
            || self.network.peerings.iter().any(|peering| {
                let ends = [peering.requester.known().copied(), peering.accepter.known().copied()];
                source.vpc.is_some() && ends.contains(&Some(vpc)) && ends.contains(&source.vpc)
            })
            || source.vpc.is_some_and(|own| self.share_a_gateway(own, vpc))
    }

    fn share_a_gateway(&self, one: VpcIndex, other: VpcIndex) -> bool {
        let of = |vpc: VpcIndex| {
            let all = self.network.attachments.iter();
            all.filter(move |attachment| {
                attachment.vpc().and_then(|own| own.known()).is_some_and(|own| *own == vpc)
            })
        };
        of(one)
            .filter_map(|attachment| attachment.gateway.known())
            .any(|gateway| of(other).any(|attachment| attachment.gateway.known() == Some(gateway)))
    }
}
