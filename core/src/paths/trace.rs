//! Turns a goal into destinations, walks to each and joins the answers.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::answer::Answer;
use super::flow::{Addresses, Belongs, EPHEMERAL, Flow, PortSet};
use super::walk::{Report, Standing, Walk};
use super::{
    Action, Code, Component, Difference, Direction, Goal, GoalTarget, Hop, Origin, Trace, Verdict, words,
};
use crate::language::Phrase;
use crate::network::{
    Endpoint, EndpointKind, EndpointPolicy, Fact, Missing, Network, Placement, Ports, Protocol, Ranges,
    SubnetIndex, Topic, VpcIndex, Workload, WorkloadIndex, WorkloadKind,
};

/// Parts of a flow that are told apart; more are too many cases.
const PARTS: usize = 64;

/// Traces from a workload: once for each of its subnets, or once where it is in no VPC or its subnets are not known.
/// `addresses` says what names answer.
pub fn trace_from(
    network: &Network,
    addresses: &BTreeMap<String, Vec<Ipv4Net>>,
    from: WorkloadIndex,
    goal: &Goal,
) -> Vec<Trace> {
    let tracer = Tracer { network, addresses, goal };
    let workload = &network.workloads[from.0];
    let origin =
        |subnet: Option<String>| Origin { kind: workload.kind.name(), id: workload.name.to_string(), subnet };
    if !workload.in_vpc {
        return vec![tracer.trace(origin(None), tracer.from_outside(workload))];
    }
    let mut traces: Vec<Trace> = workload
        .subnets
        .items
        .iter()
        .map(|subnet| {
            let source = standing(network, workload, *subnet);
            let name = network.subnets[subnet.0].name.to_string();
            tracer.trace(origin(Some(name)), tracer.answer(&source))
        })
        .collect();
    if traces.is_empty() {
        let mut report = Report::default();
        report.misses(workload.subnets.rest.clone().unwrap_or(Missing::Undocumented(Topic::Placement)));
        traces.push(tracer.trace(origin(None), report.into()));
    }
    traces
}

/// The VPC of something in a subnet: the subnet's, or where that is not known the one of its groups.
fn vpc_of(network: &Network, workload: &Workload, subnet: SubnetIndex) -> Option<VpcIndex> {
    let of_groups =
        || workload.groups.items.iter().find_map(|group| network.groups[group.0].vpc.known().copied());
    network.subnets[subnet.0].vpc.known().copied().or(workload.vpc).or_else(of_groups)
}

fn standing(network: &Network, workload: &Workload, subnet: SubnetIndex) -> Standing {
    Standing {
        component: Component::Workload,
        id: workload.name.to_string(),
        at: workload.at,
        subnet,
        vpc: vpc_of(network, workload, subnet),
        groups: workload.groups.clone(),
        groups_at: workload.network_at,
        public_address: workload.public_address.clone(),
    }
}

/// One place that packets may go to.
struct Destination {
    target: Option<Standing>,
    addresses: Addresses,
    /// What makes it one of several.
    difference: Difference,
    /// Whether it must be reached beside the others.
    required: bool,
    /// What the resolver says first.
    resolved: Option<Hop>,
    /// The policy of the endpoint that it is.
    policy: Option<EndpointPolicy>,
    missing: Option<Missing>,
}

struct Tracer<'a> {
    network: &'a Network,
    addresses: &'a BTreeMap<String, Vec<Ipv4Net>>,
    goal: &'a Goal,
}

impl Tracer<'_> {
    fn trace(&self, from: Origin, answer: Answer) -> Trace {
        let answer = answer.settled();
        Trace {
            from,
            to: self.goal.clone(),
            verdict: answer.verdict,
            partial_by: answer.partial_by,
            hops: answer.hops,
            blockers: answer.blockers,
            missing: answer.missing,
            assumptions: self.network.assumptions.iter().cloned().chain(answer.assumptions).collect(),
        }
    }

    /// A function in no VPC reaches what is public and nothing else.
    fn from_outside(&self, workload: &Workload) -> Answer {
        let id = workload.name.to_string();
        let mut report = Report::default();
        report.hops.push(Hop {
            direction: Direction::Out,
            component: Component::Workload,
            id: id.clone(),
            action: Action::Stand,
            detail: words::outside_a_vpc(),
            at: workload.at,
        });
        let public = match &self.goal.target {
            GoalTarget::Internet | GoalTarget::Service(_) | GoalTarget::Host(_) => true,
            GoalTarget::Address(address) => {
                let number = u32::from(*address);
                Ranges::public_addresses().contains_all(&Ranges::between(number, number))
            }
            GoalTarget::Cidr(net) => Ranges::public_addresses().contains_all(&Ranges::of_net(*net)),
            GoalTarget::Resource(name) => self.network.workload(name).is_some_and(|at| {
                !self.network.workloads[at.0].in_vpc
                    && self.network.workloads[at.0].kind != WorkloadKind::Function
            }),
        };
        if !public {
            let mut walk = Walk::new(self.network);
            walk.report = report;
            walk.block(
                Direction::Out,
                Code::VPCHECK_NOT_IN_VPC,
                Component::Workload,
                &id,
                words::not_in_vpc(&id),
                workload.at,
            );
            return walk.report.into();
        }
        report.into()
    }

    fn answer(&self, source: &Standing) -> Answer {
        match &self.goal.target {
            GoalTarget::Service(service) => self.to_service(source, service),
            GoalTarget::Resource(name) => self.to_resource(source, name),
            GoalTarget::Internet => {
                let addresses =
                    Addresses { ranges: Ranges::public_addresses(), open: None, belongs: Belongs::Internet };
                self.to_all(source, vec![plain(addresses)], &self.ports(&[]))
            }
            GoalTarget::Host(host) => self.to_host(source, host),
            GoalTarget::Address(address) => self.to_numbers(source, &[Ipv4Net::from(*address)]),
            GoalTarget::Cidr(net) => self.to_numbers(source, &[*net]),
        }
    }

    /// The ports to try, each with its protocol.
    fn ports(&self, listeners: &[(Protocol, PortSet)]) -> Vec<(Protocol, PortSet)> {
        let protocol = self.goal.protocol;
        match self.goal.ports {
            Some(ports) => vec![(protocol, PortSet::of(ports))],
            None if !protocol.has_ports() => vec![(protocol, PortSet::of(Ports::ALL))],
            None if !listeners.is_empty() => listeners.to_vec(),
            None => vec![(protocol, PortSet::of(Ports::one(443)))],
        }
    }

    fn to_host(&self, source: &Standing, host: &str) -> Answer {
        if let Some(nets) = self.addresses.get(host) {
            return self.to_numbers(source, nets);
        }
        let open = Some(Missing::HostAddress(host.to_owned()));
        let addresses = Addresses { ranges: Ranges::public_addresses(), open, belongs: Belongs::Internet };
        let mut answer = self.to_all(source, vec![plain(addresses)], &self.ports(&[]));
        answer.assumptions.push(words::taken_as_public(host));
        answer
    }

    fn to_service(&self, source: &Standing, service: &str) -> Answer {
        let serving = |endpoint: &&Endpoint| {
            endpoint.service.known().is_some_and(|name| name == service)
                && matches!(endpoint.kind, EndpointKind::Interface { .. })
                && (endpoint.vpc.known().is_none()
                    || source.vpc.is_none()
                    || endpoint.vpc.known().copied() == source.vpc)
        };
        let mut answer: Option<Answer> = None;
        let mut doubts: Vec<(Answer, Missing)> = Vec::new();
        for endpoint in self.network.endpoints.iter().filter(serving) {
            let EndpointKind::Interface { private_dns, inbound_resolver_only, .. } = &endpoint.kind else {
                continue;
            };
            if inbound_resolver_only.known() == Some(&true) || private_dns.known() == Some(&false) {
                continue;
            }
            let by_endpoint = self.by_endpoint(source, service, endpoint);
            let doubt = match (private_dns, inbound_resolver_only, &endpoint.vpc) {
                (Fact::Unknown(missing), ..)
                | (_, Fact::Unknown(missing), _)
                | (.., Fact::Unknown(missing)) => Some(missing.clone()),
                _ if source.vpc.is_none() => self.network.subnets[source.subnet.0].vpc.get().err().cloned(),
                _ => None,
            };
            match doubt {
                None => {
                    answer = Some(by_endpoint);
                    break;
                }
                Some(missing) => doubts.push((by_endpoint, missing)),
            }
        }
        let mut answer = answer.unwrap_or_else(|| self.to_public_service(source, service));
        for (other, missing) in doubts {
            answer = other.unless(answer, &missing);
        }
        answer
    }

    /// The name of the service leads to the interfaces of an endpoint in the VPC.
    fn by_endpoint(&self, source: &Standing, service: &str, endpoint: &Endpoint) -> Answer {
        let dns = endpoint.vpc.known().map(|vpc| &self.network.vpcs[vpc.0]);
        let off = dns.is_some_and(|vpc| {
            vpc.dns_support.known() == Some(&false) || vpc.dns_hostnames.known() == Some(&false)
        });
        let elsewhere = dns.is_some_and(|vpc| vpc.amazon_dns.known() == Some(&false));
        if off || elsewhere {
            return unresolved(words::dns_not_followed());
        }
        let resolved = Hop {
            direction: Direction::Out,
            component: Component::Resolver,
            id: service.to_owned(),
            action: Action::Resolve,
            detail: words::answered_by_endpoint(service, &endpoint.name),
            at: match &endpoint.kind {
                EndpointKind::Interface { private_dns_at, .. } => private_dns_at.or(endpoint.at),
                EndpointKind::Gateway { .. } => endpoint.at,
            },
        };
        let mut answer = self.to_endpoint(source, endpoint, Some(&resolved));
        if let Some(vpc) = dns
            && (vpc.dns_support.known().is_none() || vpc.dns_hostnames.known().is_none())
        {
            answer.assumptions.push(words::dns_taken_as_on(&vpc.name));
        }
        answer
    }

    /// Every interface of an endpoint: the name is answered with all of them.
    fn to_endpoint(&self, source: &Standing, endpoint: &Endpoint, resolved: Option<&Hop>) -> Answer {
        let EndpointKind::Interface { subnets, groups, .. } = &endpoint.kind else {
            return unresolved(words::dns_not_followed());
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
                    groups_at: endpoint.at,
                    public_address: Fact::Known(false),
                };
                let addresses = Addresses::of_interface(self.network, *subnet, vpc, groups.clone(), None);
                Destination {
                    target: Some(target),
                    addresses,
                    difference: Difference::Placement,
                    required: false,
                    resolved: resolved.cloned(),
                    policy: Some(endpoint.policy.clone()),
                    missing: None,
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
        self.to_all(source, destinations, &self.ports(&[]))
    }

    fn to_public_service(&self, source: &Standing, service: &str) -> Answer {
        let listed = || {
            self.network.prefix_lists.iter().find_map(|list| match (&list.service, &list.ranges) {
                (Some(of), Fact::Known(nets)) if of == service => Some(nets.clone()),
                _ => None,
            })
        };
        let nets = self.addresses.get(service).cloned().or_else(listed);
        let (ranges, open) = match nets {
            Some(nets) => (Ranges::of_nets(nets), None),
            None => (Ranges::public_addresses(), Some(Missing::ServiceAddresses(service.to_owned()))),
        };
        let addresses = Addresses { ranges, open, belongs: Belongs::Service(service.to_owned()) };
        let resolved = Hop {
            direction: Direction::Out,
            component: Component::Resolver,
            id: service.to_owned(),
            action: Action::Resolve,
            detail: words::answered_publicly(service),
            at: None,
        };
        let destination = Destination { resolved: Some(resolved), ..plain(addresses) };
        self.to_all(source, vec![destination], &self.ports(&[]))
    }

    fn to_resource(&self, source: &Standing, name: &str) -> Answer {
        if let Some(endpoint) = self.network.endpoints.iter().find(|endpoint| endpoint.name.matches(name)) {
            return match (&endpoint.kind, &endpoint.service) {
                (EndpointKind::Interface { .. }, _) => self.to_endpoint(source, endpoint, None),
                (EndpointKind::Gateway { .. }, Fact::Known(service)) => {
                    self.to_public_service(source, service)
                }
                (EndpointKind::Gateway { .. }, Fact::Unknown(missing)) => missed(missing.clone()),
            };
        }
        let Some(workload) = self.network.workload(name).map(|at| &self.network.workloads[at.0]) else {
            return missed(Missing::Component(crate::network::Name::Logical(name.to_owned())));
        };
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
            return self.to_all(source, vec![plain(addresses)], &ports);
        }
        let subnets = match self.placements(source, workload) {
            Ok(subnets) => subnets,
            Err(answer) => return *answer,
        };
        let destinations: Vec<Destination> = subnets
            .into_iter()
            .map(|subnet| {
                let target = standing(self.network, workload, subnet);
                let addresses = Addresses::of_interface(
                    self.network,
                    subnet,
                    target.vpc,
                    workload.groups.clone(),
                    workload.address,
                );
                Destination {
                    target: Some(target),
                    missing: (workload.kind == WorkloadKind::LoadBalancer)
                        .then_some(Missing::NotFollowed(Topic::LoadBalancer)),
                    difference: Difference::Placement,
                    required: workload.placement == Placement::Each,
                    ..plain(addresses)
                }
            })
            .collect();
        let mut answer = self.to_all(source, destinations, &ports);
        if let Some(missing) = &workload.subnets.rest {
            answer = answer.unless(missed(missing.clone()), missing);
        }
        answer
    }

    /// The subnets in which a workload may be met from `source`.
    fn placements(&self, source: &Standing, workload: &Workload) -> Result<Vec<SubnetIndex>, Box<Answer>> {
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

    /// Addresses by number: those of subnets that are known belong to interfaces there.
    fn to_numbers(&self, source: &Standing, nets: &[Ipv4Net]) -> Answer {
        let mut rest = Ranges::of_nets(nets.iter().copied());
        let mut destinations = Vec::new();
        for workload in self.network.workloads.iter().filter(|workload| workload.in_vpc) {
            let Some(address) = workload.address else { continue };
            let own = Ranges::between(address.into(), address.into());
            if let [subnet] = &*workload.subnets.items
                && rest.overlaps(&own)
                && self.is_near(source, *subnet)
            {
                rest = rest.without(&own);
                let target = standing(self.network, workload, *subnet);
                let addresses = Addresses::of_interface(
                    self.network,
                    *subnet,
                    target.vpc,
                    workload.groups.clone(),
                    Some(address),
                );
                destinations.push(Destination {
                    target: Some(target),
                    difference: Difference::Address,
                    ..plain(addresses)
                });
            }
        }
        for (at, subnet) in self.network.subnets.iter().enumerate() {
            let (Some(crate::network::Cidr::Known(net)), Some(vpc)) =
                (subnet.cidr.known(), subnet.vpc.known())
            else {
                continue;
            };
            let ranges = rest.and(&Ranges::of_net(*net));
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
        let mut answer = self.to_all(source, destinations, &self.ports(&[]));
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

    /// Whether addresses of a subnet mean that subnet when they are called from `source`: in its VPC, or in one that is
    /// peered with it. VPCs that have nothing to do with each other may use the same numbers.
    fn is_near(&self, source: &Standing, subnet: SubnetIndex) -> bool {
        let there = self.network.subnets[subnet.0].vpc.known().copied();
        there.is_some()
            && (there == source.vpc
                || self.network.peerings.iter().any(|peering| {
                    let ends = [peering.requester.known().copied(), peering.accepter.known().copied()];
                    ends.contains(&there) && ends.contains(&source.vpc)
                }))
    }

    /// Walks to every destination on every port, and joins.
    fn to_all(
        &self,
        source: &Standing,
        destinations: Vec<Destination>,
        ports: &[(Protocol, PortSet)],
    ) -> Answer {
        let mut joined: Option<Answer> = None;
        for destination in &destinations {
            let mut answer: Option<Answer> = None;
            for (protocol, ports) in ports {
                let flow = Flow {
                    protocol: *protocol,
                    source: Addresses::of_interface(
                        self.network,
                        source.subnet,
                        source.vpc,
                        source.groups.clone(),
                        None,
                    ),
                    destination: destination.addresses.clone(),
                    source_ports: PortSet::of(EPHEMERAL),
                    ports: ports.clone(),
                    translations: Vec::new(),
                };
                let mut left = PARTS;
                let one = self.explore(&flow, source, destination, &mut left);
                answer = Some(match answer {
                    Some(before) => before.or(one, Difference::Port),
                    None => one,
                });
            }
            let Some(answer) = answer else { continue };
            joined = Some(match joined {
                Some(before) if destination.required => before.and(answer),
                Some(before) => before.or(answer, destination.difference),
                None => answer,
            });
        }
        joined.unwrap_or_else(|| missed(Missing::TooManyCases))
    }

    /// Walks with all of a flow, or with the parts of it that fare differently.
    fn explore(&self, flow: &Flow, source: &Standing, destination: &Destination, left: &mut usize) -> Answer {
        let mut walk = Walk::new(self.network);
        walk.report.hops.extend(destination.resolved.clone());
        let cut = match walk.go(flow, source, destination.target.as_ref()) {
            Ok(()) => {
                if let (Some(policy), Some(target)) = (&destination.policy, &destination.target) {
                    walk.policy(&target.id, target.component, policy);
                }
                if let Some(missing) = &destination.missing {
                    walk.report.misses(missing.clone());
                }
                return walk.report.into();
            }
            Err(cut) => cut,
        };
        let Some(rest) = left.checked_sub(1) else { return missed(Missing::TooManyCases) };
        *left = rest;
        let mut joined: Option<Answer> = None;
        for part in flow.parts_that_count(&cut) {
            let answer = self.explore(&part, source, destination, left);
            joined = Some(match joined {
                Some(before) => before.or(answer, cut.difference()),
                None => answer,
            });
        }
        joined.unwrap_or_else(|| missed(Missing::TooManyCases))
    }
}

fn plain(addresses: Addresses) -> Destination {
    Destination {
        target: None,
        addresses,
        difference: Difference::Address,
        required: false,
        resolved: None,
        policy: None,
        missing: None,
    }
}

fn missed(missing: Missing) -> Answer {
    let mut report = Report::default();
    report.misses(missing);
    report.into()
}

fn unresolved(detail: Phrase) -> Answer {
    let mut report = Report::default();
    report.hops.push(Hop {
        direction: Direction::Out,
        component: Component::Resolver,
        id: "DNS".to_owned(),
        action: Action::Unknown,
        detail,
        at: None,
    });
    report.misses(Missing::NotFollowed(Topic::Dns));
    report.into()
}

/// The sum of a source's traces: over its subnets.
pub(super) fn sum(traces: &[Trace]) -> Option<Trace> {
    let (first, rest) = traces.split_first()?;
    let mut sum = first.clone();
    sum.from.subnet = None;
    for trace in rest {
        let before = sum.verdict;
        sum.verdict = super::answer::either(before, trace.verdict);
        if before != trace.verdict
            && sum.verdict == Verdict::Partial
            && !sum.partial_by.contains(&Difference::Subnet)
        {
            sum.partial_by.push(Difference::Subnet);
        }
        merge(&mut sum.partial_by, &trace.partial_by);
        merge(&mut sum.blockers, &trace.blockers);
        merge(&mut sum.missing, &trace.missing);
        merge(&mut sum.assumptions, &trace.assumptions);
    }
    sum.hops.clear();
    sum.partial_by.sort_unstable();
    Some(tidy(sum))
}

/// What is certain needs nothing to settle it.
pub(super) fn tidy(mut trace: Trace) -> Trace {
    match trace.verdict {
        Verdict::Unknown => trace.blockers.clear(),
        Verdict::Reachable | Verdict::Blocked | Verdict::Partial => trace.missing.clear(),
    }
    if trace.verdict != Verdict::Partial {
        trace.partial_by.clear();
    }
    trace
}

pub(super) fn merge<T: Clone + PartialEq>(list: &mut Vec<T>, more: &[T]) {
    for item in more {
        if !list.contains(item) {
            list.push(item.clone());
        }
    }
}
