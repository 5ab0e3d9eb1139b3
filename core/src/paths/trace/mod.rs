//! Turns a goal into destinations, walks to each and joins the answers.

mod balancer;
mod lattice;
mod names;
mod place;
mod service;

use std::collections::BTreeMap;

use ipnet::{IpNet, Ipv4Net};

use super::answer::Answer;
use super::flow::{Addresses, Belongs, Cut, EPHEMERAL, Flow, PortSet, Side, Translation};
use super::names::Asked;
use super::walk::{Relay, Report, Standing, Walk};
use super::{
    Action, Code, Component, Difference, Direction, Goal, GoalTarget, Hop, Origin, Trace, Verdict, words,
};
use crate::network::{
    Cidr, EndpointPolicy, Fact, Missing, Network, Ports, Protocol, Ranges, SubnetIndex, Topic, VpcIndex,
    Workload, WorkloadIndex, WorkloadKind, number_of,
};

/// Parts of a flow that are told apart; more are too many cases.
const PARTS: usize = 64;

/// So few of the ports that callers send from (under one in a hundred) are left out.
const SLIVER: u128 = 640;

/// Traces from a workload: once for each of its subnets, or once where it is in no VPC or its subnets are not known.
/// `addresses` says what names answer.
pub fn trace_from(
    network: &Network,
    addresses: &BTreeMap<String, Vec<IpNet>>,
    from: WorkloadIndex,
    goal: &Goal,
) -> Vec<Trace> {
    let tracing = Tracer { network, addresses, goal };
    let workload = &network.workloads[from.0];
    let origin =
        |subnet: Option<String>| Origin { kind: workload.kind.name(), id: workload.name.to_string(), subnet };
    if !workload.in_vpc {
        return vec![tracing.trace(origin(None), tracing.outside_a_vpc(workload))];
    }
    let mut found: Vec<Trace> = workload
        .subnets
        .items
        .iter()
        .map(|subnet| {
            let source = standing(network, workload, *subnet);
            let name = network.subnets[subnet.0].name.to_string();
            let answer = tracing.answer(&source);
            let target = match &goal.target {
                GoalTarget::Resource(id) if workload.kind == WorkloadKind::Function => network.workload(id),
                _ => None,
            };
            let answer = match target.map(|at| &network.workloads[at.0]) {
                Some(target) => tracing.looked_up(&source, target, answer),
                None => answer,
            };
            tracing.trace(origin(Some(name)), answer)
        })
        .collect();
    if found.is_empty() {
        let mut report = Report::default();
        report.misses(workload.subnets.rest.clone().unwrap_or(Missing::Undocumented(Topic::Placement)));
        found.push(tracing.trace(origin(None), report.into()));
    }
    found
}

/// The VPC of something in a subnet: the subnet's, or where that is not known the one of its groups.
pub(crate) fn vpc_of(network: &Network, workload: &Workload, subnet: SubnetIndex) -> Option<VpcIndex> {
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
        groups: workload.groups_in(subnet).clone(),
        is_unguarded: workload.kind == WorkloadKind::LoadBalancer
            && workload.groups.items.is_empty()
            && workload.groups.rest.is_none(),
        groups_at: workload.network_at,
        public_address: workload.public_address.clone(),
        ipv6: match (&workload.ipv6, &network.subnets[subnet.0].ipv6_cidr) {
            (Fact::Known(false), _) | (_, Fact::Known(None)) => Fact::Known(false),
            (Fact::Known(true), Fact::Known(Some(_))) => Fact::Known(true),
            (Fact::Unknown(missing), _) | (_, Fact::Unknown(missing)) => Fact::Unknown(missing.clone()),
        },
    }
}

/// One place that packets may go to.
#[derive(Clone)]
struct Destination {
    target: Option<Standing>,
    addresses: Addresses,
    /// What makes it one of several.
    difference: Difference,
    /// What the resolver says first.
    resolved: Option<Hop>,
    /// The policy of the endpoint that it is.
    policy: Option<EndpointPolicy>,
    missing: Option<Missing>,
    /// What sends packets there, where it is a load balancer.
    relay: Option<Relay>,
}

struct Tracer<'a> {
    network: &'a Network,
    addresses: &'a BTreeMap<String, Vec<IpNet>>,
    goal: &'a Goal,
}

impl Tracer<'_> {
    fn trace(&self, from: Origin, answer: Answer) -> Trace {
        let answer = answer.settled();
        Trace {
            from,
            to: self.goal.clone(),
            verdict: answer.verdict(),
            partial_by: answer.partial_by,
            hops: answer.hops,
            blockers: answer.blockers,
            missing: answer.missing,
            assumptions: self.network.assumptions.iter().cloned().chain(answer.assumptions).collect(),
        }
    }

    /// A function in no VPC reaches what is public and nothing else.
    fn outside_a_vpc(&self, workload: &Workload) -> Answer {
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
                let number = number_of(*address);
                Ranges::public_addresses().contains_all(&Ranges::between(number, number))
            }
            GoalTarget::Cidr(net) => Ranges::public_addresses().contains_all(&Ranges::of_net(*net)),
            GoalTarget::Ipv6(net) => Ranges::public_ipv6().contains_all(&Ranges::of_ipv6_net(*net)),
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
        // Whether the service's own network carries IPv6 is told nowhere.
        if matches!(self.goal.target, GoalTarget::Ipv6(_)) {
            report.misses(Missing::Undocumented(Topic::Ipv6));
        }
        report.into()
    }

    fn answer(&self, source: &Standing) -> Answer {
        match &self.goal.target {
            GoalTarget::Service(service) => self.to_name(source, &Asked::service(self.network, service)),
            GoalTarget::Resource(name) => self.to_resource(source, name),
            GoalTarget::Internet => {
                let answer = self.to_all(source, &[plain(self.internet(source))], &self.ports(&[]));
                self.or_by_ipv6(source, answer, None)
            }
            GoalTarget::Host(host) => self.to_name(source, &Asked::host(host)),
            GoalTarget::Address(address) => self.to_numbers(source, &[Ipv4Net::from(*address)]),
            GoalTarget::Cidr(net) => self.to_numbers(source, &[*net]),
            GoalTarget::Ipv6(net) => self.to_ipv6_numbers(source, *net),
        }
    }

    /// What IP version 4 does not reach in the internet, version 6 may: where the resolver makes such addresses of all
    /// others, everything; else who has one, and of a host by its name nobody knows whether it has.
    fn or_by_ipv6(&self, source: &Standing, answer: Answer, host: Option<&str>) -> Answer {
        if answer.verdict() != Verdict::Blocked || source.ipv6 != Fact::Known(true) {
            return answer;
        }
        let over = |ranges: Ranges| {
            let addresses = Addresses { ranges, open: None, belongs: Belongs::Internet };
            self.to_all(source, &[plain(addresses)], &self.ports(&[]))
        };
        let public = Addresses { ranges: Ranges::public_addresses(), open: None, belongs: Belongs::Internet };
        let mut answer = self.or_by_nat64(source, answer, public);
        if answer.verdict() == Verdict::Reachable {
            return answer;
        }
        let mut other = over(Ranges::public_ipv6());
        if other.verdict() == Verdict::Blocked {
            // Where a route is there, what else stops it is worth telling.
            let other = other.blockers.into_iter().next();
            if let Some(why) = other.filter(|blocker| blocker.component != Component::RouteTable) {
                answer.assumptions.push(words::nor_by_ipv6(&why.message));
            }
            return answer;
        }
        other.assumptions.push(words::by_ipv6());
        match host {
            Some(host) => answer.unless(other, &Missing::HostAddress(host.to_owned())),
            None => answer.or(other, Difference::Address),
        }
    }

    /// What answers to a name in IP version 4 alone has addresses of version 6 too where the subnet's resolver makes them,
    /// which a NAT gateway takes back.
    fn or_by_nat64(&self, source: &Standing, answer: Answer, named: Addresses) -> Answer {
        let makes = &self.network.subnets[source.subnet.0].dns64;
        if answer.verdict() != Verdict::Blocked
            || source.ipv6 != Fact::Known(true)
            || *makes != Fact::Known(true)
        {
            return answer;
        }
        let made = plain(Addresses { ranges: named.ranges.to_nat64(), ..named });
        let mut made = self.to_all(source, &[made], &self.ports(&[]));
        if made.verdict() != Verdict::Reachable {
            return answer;
        }
        made.assumptions.push(words::by_dns64());
        made
    }

    /// The internet: public addresses, but for those that a VPC nearby has taken for itself.
    fn internet(&self, source: &Standing) -> Addresses {
        let near = (0..self.network.vpcs.len()).map(VpcIndex).filter(|vpc| self.is_near_vpc(source, *vpc));
        let cidrs = near.flat_map(|vpc| &self.network.vpcs[vpc.0].cidrs.items);
        let taken = cidrs.filter_map(|cidr| match cidr {
            Cidr::Known(net) => Some(*net),
            Cidr::Symbol(_) => None,
        });
        let ranges = Ranges::public_addresses().without(&Ranges::of_nets(taken));
        Addresses { ranges, open: None, belongs: Belongs::Internet }
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

    /// Walks to every destination on every port, and joins.
    fn to_all(
        &self,
        source: &Standing,
        destinations: &[Destination],
        ports: &[(Protocol, PortSet)],
    ) -> Answer {
        let mut joined: Option<Answer> = None;
        for destination in destinations {
            let mut answer: Option<Answer> = None;
            for (protocol, ports) in ports {
                let sender = self.addresses_of(source, destination.addresses.is_ipv6());
                let one = self.to_one(source, sender, destination, *protocol, ports);
                answer = Some(match answer {
                    Some(before) => before.or(one, Difference::Port),
                    None => one,
                });
            }
            let Some(answer) = answer else { continue };
            joined = Some(match joined {
                Some(before) => before.or(answer, destination.difference),
                None => answer,
            });
        }
        joined.unwrap_or_else(|| missed(Missing::TooManyCases))
    }

    /// Walks to a destination on a port, with packets of a sender.
    fn to_one(
        &self,
        source: &Standing,
        sender: Addresses,
        destination: &Destination,
        protocol: Protocol,
        ports: &PortSet,
    ) -> Answer {
        let is_ipv6 = destination.addresses.is_ipv6();
        let flow = Flow {
            protocol: if is_ipv6 && protocol == Protocol::ICMP { Protocol::ICMPV6 } else { protocol },
            source: sender,
            destination: destination.addresses.clone(),
            source_ports: PortSet::of(EPHEMERAL),
            ports: ports.clone(),
            translated: Vec::new(),
            entered: Vec::new(),
        };
        let mut left = PARTS;
        self.explore(&flow, source, destination, &mut left)
    }

    /// The addresses that a source sends from.
    fn addresses_of(&self, source: &Standing, is_ipv6: bool) -> Addresses {
        let groups = source.groups.clone();
        if is_ipv6 {
            Addresses::of_ipv6_interface(self.network, &source.id, source.subnet, source.vpc, groups)
        } else {
            Addresses::of_interface(self.network, &source.id, source.subnet, source.vpc, groups, None)
        }
    }

    /// Walks with all of a flow, or with the parts of it that fare differently.
    fn explore(&self, flow: &Flow, source: &Standing, destination: &Destination, left: &mut usize) -> Answer {
        let mut walk = Walk::new(self.network);
        walk.report.hops.extend(destination.resolved.clone());
        walk.relay = destination.relay;
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
        let difference = match cut {
            Cut::Addresses(..) | Cut::Translated(_, Translation::Addresses, _) => Difference::Address,
            Cut::Ports(..) | Cut::Translated(_, Translation::Ports, _) => Difference::Port,
            Cut::Entered(..) => Difference::Placement,
        };
        let [inside, outside] = flow.parts(&cut);
        // An entry for one server port is also about one of the 64,512 ports that callers send from: who meets it by
        // chance tries again. Such a sliver makes no way, and breaks none.
        let callers = match &cut {
            Cut::Ports(Side::Source, set) => {
                Some((flow.source_ports.ranges.and(set), flow.source_ports.ranges.without(set)))
            }
            Cut::Translated(nat, Translation::Ports, set) => {
                let all = flow.after(*nat, Translation::Ports, &PortSet::of(EPHEMERAL).ranges);
                Some((all.and(set), all.without(set)))
            }
            _ => None,
        };
        if let Some((within, beyond)) = callers {
            let (few, part) = if within.count() < beyond.count() {
                (within, outside.clone())
            } else {
                (beyond, inside.clone())
            };
            if few.count() <= SLIVER {
                let mut answer = self.explore(&part, source, destination, left);
                answer.assumptions.push(words::ports_left_out(&few));
                return answer;
            }
        }
        let inside = self.explore(&inside, source, destination, left);
        let outside = self.explore(&outside, source, destination, left);
        inside.or(outside, difference)
    }
}

fn plain(addresses: Addresses) -> Destination {
    Destination {
        target: None,
        addresses,
        difference: Difference::Address,
        resolved: None,
        policy: None,
        missing: None,
        relay: None,
    }
}

fn missed(missing: Missing) -> Answer {
    let mut report = Report::default();
    report.misses(missing);
    report.into()
}
