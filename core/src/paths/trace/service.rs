//! Services: by the interfaces of an endpoint, or by their public addresses.

use ipnet::{IpNet, Ipv4Net};

use super::super::answer::Answer;
use super::super::flow::{Addresses, Belongs};
use super::super::names::Asked;
use super::super::walk::{Report, Standing};
use super::super::{Action, Component, Difference, Direction, Hop, Verdict, words};
use super::{Destination, Tracer, missed, plain};
use crate::network::{Endpoint, EndpointKind, Fact, Missing, Peer, Ports, Ranges, Topic};

impl Tracer<'_> {
    /// By the service's public addresses, as long as the VPC has no endpoint that nothing here describes.
    pub(super) fn unless_other_endpoint(&self, source: &Standing, service: &str) -> Answer {
        let asked = Asked::service(self.network, service);
        let mut answer = self.to_public_service(source, service, asked.words());
        let vpc = source.vpc.map(|vpc| &self.network.vpcs[vpc.0]);
        let Some((vpc, missing)) = vpc.and_then(|vpc| Some((vpc, vpc.other_endpoints.as_ref()?))) else {
            return answer;
        };
        let never = answer.blockers.iter().any(|blocker| blocker.component == Component::SecurityGroup)
            && self.lets_out_to_no_stranger(source);
        match answer.verdict() {
            Verdict::Reachable => answer.assumptions.push(words::no_other_endpoint(service, &vpc.name)),
            Verdict::Blocked if never => {}
            Verdict::Blocked | Verdict::Partial | Verdict::Unknown => {
                let missing = missing.clone();
                let by_endpoint = missed(missing.clone());
                answer = answer.unless(by_endpoint, &missing);
            }
        }
        answer
    }

    /// Whether no rule of the source's groups leads to an interface that nothing here describes: what a group never lets
    /// out reaches no such endpoint either.
    fn lets_out_to_no_stranger(&self, source: &Standing) -> bool {
        let groups = source.groups.items.iter().map(|group| &self.network.groups[group.0]);
        source.groups.rest.is_none()
            && groups.flat_map(|group| &group.egress.items).all(|rule| match &rule.peer {
                Peer::Group(group) => self.network.groups[group.0].own,
                // Gateway endpoints lead to the addresses of such a list, interfaces have others.
                Peer::PrefixList(list) => self.network.prefix_lists[list.0].service.is_some(),
                Peer::Ipv6(_) => true,
                Peer::Cidr(_) | Peer::Unknown(_) => {
                    let apart = |ports: &Ports| {
                        self.goal
                            .ports
                            .is_some_and(|asked| asked.last < ports.first || ports.last < asked.first)
                    };
                    rule.protocol.known().is_some_and(|protocol| {
                        !protocol.covers(self.goal.protocol)
                            || protocol.has_ports() && rule.ports.known().is_some_and(apart)
                    })
                }
            })
    }

    /// The name of a service leads to the interfaces of an endpoint in the VPC.
    pub(super) fn by_endpoint(&self, source: &Standing, asked: &Asked<'_>, endpoint: &Endpoint) -> Answer {
        let resolved = Hop {
            direction: Direction::Out,
            component: Component::Resolver,
            id: asked.service.unwrap_or_default().to_owned(),
            action: Action::Resolve,
            detail: words::answered_by_endpoint(asked.words(), &endpoint.name),
            at: match &endpoint.kind {
                EndpointKind::Interface { private_dns_at, .. } => private_dns_at.or(endpoint.at),
                EndpointKind::Gateway { .. } => endpoint.at,
            },
        };
        let mut answer = self.to_endpoint(source, endpoint, Some(&resolved));
        let Some(at) = endpoint.vpc.known().copied() else { return answer };
        let vpc = &self.network.vpcs[at.0];
        // Without DNS support nothing is answered at all, which is told once.
        if vpc.dns_hostnames.known() == Some(&false)
            || vpc.dns_support.known() == Some(&false) && source.vpc != Some(at)
        {
            return answer
                .stopped(self.switched_off(at, |vpc| words::endpoint_needs_dns(&endpoint.name, vpc)));
        }
        if vpc.dns_support.known().is_none() || vpc.dns_hostnames.known().is_none() {
            answer.assumptions.push(words::dns_taken_as_on(&vpc.name));
        }
        answer
    }

    /// Every interface of an endpoint: the name is answered with all of them.
    pub(super) fn to_endpoint(
        &self,
        source: &Standing,
        endpoint: &Endpoint,
        resolved: Option<&Hop>,
    ) -> Answer {
        let EndpointKind::Interface { subnets, groups, .. } = &endpoint.kind else {
            return missed(Missing::NotFollowed(Topic::Dns));
        };
        let mut destinations: Vec<Destination> = subnets
            .items
            .iter()
            .map(|subnet| {
                let vpc = self.network.subnets[subnet.0].vpc.known().or(endpoint.vpc.known()).copied();
                let target = Standing {
                    component: Component::InterfaceEndpoint,
                    id: endpoint.name.to_string(),
                    at: endpoint.at,
                    subnet: *subnet,
                    vpc,
                    groups: groups.clone(),
                    is_unguarded: false,
                    groups_at: endpoint.at,
                    public_address: Fact::Known(false),
                    ipv6: Fact::Known(false),
                };
                let addresses =
                    Addresses::of_interface(self.network, &target.id, *subnet, vpc, groups.clone(), None);
                Destination {
                    target: Some(target),
                    addresses,
                    difference: Difference::Placement,
                    resolved: resolved.cloned(),
                    policy: Some(endpoint.policy.clone()),
                    missing: None,
                    relay: None,
                }
            })
            .collect();
        if let Some(missing) = &subnets.rest
            && let Some(first) = destinations.first_mut()
        {
            first.missing = Some(missing.clone());
        }
        if destinations.is_empty() {
            let mut report = Report::default();
            report.hops.extend(resolved.cloned());
            report.misses(subnets.rest.clone().unwrap_or(Missing::Undocumented(Topic::Placement)));
            return report.into();
        }
        self.to_all(source, &destinations, &self.ports(&[]))
    }

    /// By the public addresses of a service, which are asked for by a name.
    pub(super) fn to_public_service(&self, source: &Standing, service: &str, name: &str) -> Answer {
        let listed = || {
            self.network.prefix_lists.iter().find_map(|list| match (&list.service, &list.ranges) {
                (Some(of), Fact::Known(nets)) if of == service => Some(nets.clone()),
                _ => None,
            })
        };
        let given = self.addresses.get(service).map(|given| given_ranges(given));
        let (ranges, open) = match given.or_else(|| listed().map(Ranges::of_nets)) {
            Some(ranges) => (ranges, None),
            None => (Ranges::public_addresses(), Some(Missing::ServiceAddresses(service.to_owned()))),
        };
        let addresses = Addresses { ranges, open, belongs: Belongs::Service(service.to_owned()) };
        let resolved = Hop {
            direction: Direction::Out,
            component: Component::Resolver,
            id: service.to_owned(),
            action: Action::Resolve,
            detail: words::answered_publicly(name),
            at: None,
        };
        let destination = Destination { resolved: Some(resolved.clone()), ..plain(addresses.clone()) };
        let answer = self.to_all(source, &[destination], &self.ports(&[]));
        if answer.verdict() != Verdict::Blocked || addresses.is_ipv6() {
            return answer;
        }
        match self.or_by_nat64(source, answer, addresses) {
            made if made.verdict() == Verdict::Reachable => made.after(resolved),
            answer => answer,
        }
    }
}

/// What a service is said to answer from: in version 4 where it has such addresses, which every caller has.
fn given_ranges(given: &[IpNet]) -> Ranges {
    let nets: Vec<Ipv4Net> = given
        .iter()
        .filter_map(|net| match net {
            IpNet::V4(net) => Some(*net),
            IpNet::V6(_) => None,
        })
        .collect();
    if nets.is_empty() {
        let others = given.iter().filter_map(|net| match net {
            IpNet::V4(_) => None,
            IpNet::V6(net) => Some(*net),
        });
        return Ranges::of_ipv6_nets(others);
    }
    Ranges::of_nets(nets)
}
