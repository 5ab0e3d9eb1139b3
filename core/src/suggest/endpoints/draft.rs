//! Endpoints to add as they would stand in the network: which groups, and what paths say of them.

use std::collections::BTreeMap;

use ipnet::{IpNet, Ipv4Net};

use super::names::Manner;
use super::wanted::{Need, Wanted, vpc_of_sender, wanted};
use crate::network::{
    Cidr, Destination, Endpoint, EndpointKind, EndpointPolicy, Fact, GroupIndex, GroupRule, IcmpType, Listed,
    Missing, Name, Network, Peer, Ports, PrefixList, PrefixListIndex, Protocol, Route, SecurityGroup, Target,
    Topic, VpcIndex, Workload, WorkloadIndex, WorkloadKind,
};
use crate::order::Order;
use crate::paths::{Blocker, Goal, GoalTarget, Verdict, trace_from};
use crate::rules::egress::is_named;
use crate::suggest::insert::free_id;
use crate::template::Template;

/// The port that endpoints answer on.
pub(super) const HTTPS: u16 = 443;

/// Who an interface endpoint lets in.
#[derive(Clone, Debug)]
pub(crate) enum Guard {
    /// A group that is there already.
    Existing(GroupIndex),
    /// A new one.
    New {
        /// Its logical id.
        id: String,
        /// The groups that it lets in.
        from: Vec<GroupIndex>,
        /// Whether the range of the VPC is let in instead, where no groups are known.
        whole_vpc: bool,
    },
}

/// An endpoint to add.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// What is needed.
    pub(crate) wanted: Wanted,
    /// Its logical id.
    pub(crate) id: String,
    /// Who is let in; nothing for a gateway endpoint, which has no groups.
    pub(crate) guard: Option<Guard>,
}

/// What paths say of an endpoint to add.
#[derive(Clone, Debug)]
pub(crate) struct Proof {
    /// The worst verdict of all who need it.
    pub(crate) verdict: Verdict,
    /// What stops them.
    pub(crate) blocker: Option<Blocker>,
    /// What is not known and decides.
    pub(crate) missing: Option<Missing>,
}

impl Draft {
    /// What it is for.
    pub(crate) fn goal(&self) -> Goal {
        Goal {
            target: GoalTarget::Service(self.wanted.service.clone()),
            ports: Some(Ports::one(HTTPS)),
            protocol: Protocol::TCP,
        }
    }
}

/// An endpoint for each need that lacks one.
pub(crate) fn drafts(template: &Template<'_>, network: &Network, needs: &[Need]) -> Vec<Draft> {
    let wanted = wanted(network, needs);
    let mut vpcs: Vec<Option<VpcIndex>> = wanted.iter().map(|one| one.vpc).collect();
    vpcs.dedup();
    let several = vpcs.iter().any(|vpc| Some(vpc) != vpcs.first());
    let mut guards: Vec<(Option<VpcIndex>, Guard)> = Vec::new();
    for one in wanted.iter().filter(|one| !one.gateway) {
        if !guards.iter().any(|(vpc, _)| *vpc == one.vpc) {
            let of_vpc = wanted.iter().filter(|other| !other.gateway && other.vpc == one.vpc);
            let mut senders: Vec<WorkloadIndex> = Vec::new();
            for sender in of_vpc.flat_map(|other| &other.senders) {
                if !senders.contains(sender) {
                    senders.push(*sender);
                }
            }
            guards.push((one.vpc, guard(template, network, one.vpc, &senders)));
        }
    }
    let drafted = wanted.into_iter().map(|one| {
        let own = one.vpc.and_then(|vpc| own_id(network, vpc)).filter(|_| several);
        let guard = guards.iter().find(|(vpc, _)| *vpc == one.vpc).map(|(_, guard)| guard.clone());
        Draft {
            id: Manner::of(template, own).id(template, &one.service),
            guard: guard.filter(|_| !one.gateway),
            wanted: one,
        }
    });
    drafted.collect()
}

/// The logical id of a VPC that the template makes.
fn own_id(network: &Network, vpc: VpcIndex) -> Option<&str> {
    match &network.vpcs.get(vpc.0)?.name {
        Name::Logical(id) => Some(id),
        _ => None,
    }
}

fn workloads<'n>(network: &'n Network, senders: &'n [WorkloadIndex]) -> impl Iterator<Item = &'n Workload> {
    senders.iter().filter_map(|at| network.workloads.get(at.0))
}

/// The group of the endpoints of a VPC: one that lets all senders in already, else a new one.
fn guard(
    template: &Template<'_>,
    network: &Network,
    vpc: Option<VpcIndex>,
    senders: &[WorkloadIndex],
) -> Guard {
    let mut fitting: Vec<(u8, usize)> = Vec::new();
    for (at, group) in network.groups.iter().enumerate() {
        let is_here = vpc.is_some() && group.vpc.known().copied() == vpc;
        let admits_all =
            || workloads(network, senders).all(|sender| admits(network, GroupIndex(at), sender, vpc));
        if is_here
            && let Some(rank) = rank(template, network, GroupIndex(at))
            && admits_all()
        {
            fitting.push((rank, at));
        }
    }
    fitting.order();
    if let Some((_, at)) = fitting.first() {
        return Guard::Existing(GroupIndex(*at));
    }
    let mut from: Vec<GroupIndex> = Vec::new();
    let mut whole_vpc = false;
    for sender in workloads(network, senders) {
        if sender.groups.items.iter().any(|group| from.contains(group)) {
            continue;
        }
        match sender.groups.items.first() {
            Some(group) => from.push(*group),
            None => whole_vpc = true,
        }
    }
    for group in others(network, vpc).filter_map(|other| other.groups.items.first()) {
        if !from.contains(group) {
            from.push(*group);
        }
    }
    let own = vpc.and_then(|vpc| own_id(network, vpc)).unwrap_or_default();
    let id = free_id(template, &format!("{own}EndpointSecurityGroup"), 0);
    Guard::New { id, from, whole_vpc }
}

/// Whatever else in a VPC may call services. Private DNS leads all of it to the endpoint: who is not let in there loses
/// the way that it has today.
fn others(network: &Network, vpc: Option<VpcIndex>) -> impl Iterator<Item = &Workload> {
    let calls = |kind| {
        use WorkloadKind::{CapacityProvider, EcsService, Function, Instance, NetworkInterface, Poller};
        matches!(kind, Function | Poller | CapacityProvider | Instance | EcsService | NetworkInterface)
    };
    network.workloads.iter().filter(move |one| {
        vpc.is_some() && one.in_vpc && calls(one.kind) && vpc_of_sender(network, one) == vpc
    })
}

/// Those in the VPC of an interface endpoint whom its group does not let in, in the order of the network.
pub(super) fn shut_out<'n>(network: &'n Network, draft: &Draft) -> Vec<&'n Workload> {
    let vpc = draft.wanted.vpc;
    let is_in = |one: &Workload| match &draft.guard {
        None => true,
        Some(Guard::Existing(group)) => admits(network, *group, one, vpc),
        Some(Guard::New { from, whole_vpc, .. }) => {
            *whole_vpc || one.groups.items.iter().any(|group| from.contains(group))
        }
    };
    others(network, vpc).filter(|one| !is_in(one)).collect()
}

/// How well a group suits an endpoint: one that endpoints wear best, then one that nothing wears, then one that only
/// functions wear. What anything else wears is that one's own.
fn rank(template: &Template<'_>, network: &Network, at: GroupIndex) -> Option<u8> {
    let Name::Logical(id) = &network.groups.get(at.0)?.name else { return None };
    let of_endpoint = network.endpoints.iter().any(|endpoint| {
        matches!(&endpoint.kind, EndpointKind::Interface { groups, .. } if groups.items.contains(&at))
    });
    let wearers = || network.workloads.iter().filter(|workload| workload.groups.items.contains(&at));
    if wearers().any(|workload| workload.kind != WorkloadKind::Function) {
        return None;
    }
    // Types that name groups without wearing them, and those whose wearing is seen above.
    const SILENT: [&str; 6] = [
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::VPCEndpoint",
        "AWS::Lambda::Function",
        "AWS::Serverless::Function",
    ];
    if is_named(template, id, &SILENT) {
        return None;
    }
    Some(match (of_endpoint, wearers().next().is_some()) {
        (true, _) => 0,
        (false, false) => 1,
        (false, true) => 2,
    })
}

/// Whether a group certainly lets HTTPS in from a workload.
fn admits(network: &Network, group: GroupIndex, sender: &Workload, vpc: Option<VpcIndex>) -> bool {
    let Some(group) = network.groups.get(group.0) else { return false };
    let ranges = || vpc.and_then(|vpc| network.vpcs.get(vpc.0)).into_iter().flat_map(|vpc| &vpc.cidrs.items);
    group.ingress.items.iter().any(|rule| {
        let is_https = rule.protocol.known().is_some_and(|protocol| protocol.covers(Protocol::TCP))
            && rule.ports.known().is_some_and(|ports| ports.first <= HTTPS && HTTPS <= ports.last);
        is_https
            && match &rule.peer {
                Peer::Group(peer) => sender.groups.items.contains(peer),
                Peer::Cidr(cidr) => ranges().any(|own| own == cidr) || covers_subnets(network, cidr, sender),
                _ => false,
            }
    })
}

fn covers_subnets(network: &Network, cidr: &Cidr, sender: &Workload) -> bool {
    let Cidr::Known(net) = cidr else { return false };
    let is_inside = |own: &Cidr| matches!(own, Cidr::Known(own) if net.contains(own));
    let mut subnets = sender.subnets.items.iter().filter_map(|at| network.subnets.get(at.0));
    sender.subnets.rest.is_none()
        && !sender.subnets.items.is_empty()
        && subnets.all(|subnet| subnet.cidr.known().is_some_and(is_inside))
}

/// The network with these endpoints in it.
pub(crate) fn supposed(network: &Network, drafts: &[Draft]) -> Network {
    let mut network = network.clone();
    for draft in drafts {
        let wanted = &draft.wanted;
        let kind = match &draft.guard {
            None => EndpointKind::Gateway { tables: wanted.tables.clone() },
            Some(guard) => EndpointKind::Interface {
                subnets: wanted.subnets.clone(),
                groups: Listed::all(vec![worn(&mut network, guard, wanted.vpc)]),
                private_dns: Fact::Known(true),
                private_dns_at: None,
                inbound_resolver_only: Fact::Known(false),
            },
        };
        let at = crate::network::EndpointIndex(network.endpoints.len());
        if wanted.gateway {
            let destination = Destination::PrefixList(prefix_list(&mut network, &wanted.service));
            for table in &wanted.tables.items {
                if let Some(table) = network.tables.get_mut(table.0) {
                    table.routes.items.push(Route {
                        at: None,
                        destination: destination.clone(),
                        target: Target::GatewayEndpoint(at),
                        blackhole: false,
                        propagated: false,
                    });
                }
            }
        } else if let Some(vpc) = wanted.vpc.and_then(|vpc| network.vpcs.get_mut(vpc.0)) {
            // Private DNS needs both; what is off is switched on beside the endpoint.
            for fact in [&mut vpc.dns_support, &mut vpc.dns_hostnames] {
                if fact.known() == Some(&false) {
                    *fact = Fact::Known(true);
                }
            }
        }
        network.endpoints.push(Endpoint {
            name: Name::Logical(draft.id.clone()),
            at: None,
            vpc: match wanted.vpc {
                Some(vpc) => Fact::Known(vpc),
                None => Fact::Unknown(Missing::Undocumented(Topic::Placement)),
            },
            service: Fact::Known(wanted.service.clone()),
            kind,
            policy: EndpointPolicy::Open,
        });
    }
    network
}

/// The prefix list of a service; a new one where nothing names it yet.
fn prefix_list(network: &mut Network, service: &str) -> PrefixListIndex {
    let known = network.prefix_lists.iter().position(|list| list.service.as_deref() == Some(service));
    PrefixListIndex(known.unwrap_or_else(|| {
        network.prefix_lists.push(PrefixList {
            name: Name::Aws(format!("com.amazonaws.{service}")),
            service: Some(service.to_owned()),
            ranges: Fact::Unknown(Missing::ServiceAddresses(service.to_owned())),
        });
        network.prefix_lists.len() - 1
    }))
}

fn worn(network: &mut Network, guard: &Guard, vpc: Option<VpcIndex>) -> GroupIndex {
    let (id, from, whole_vpc) = match guard {
        Guard::Existing(at) => return *at,
        Guard::New { id, from, whole_vpc } => (id, from, *whole_vpc),
    };
    let name = Name::Logical(id.clone());
    if let Some(known) = network.groups.iter().position(|group| group.name == name) {
        return GroupIndex(known);
    }
    let rule = |protocol, ports, peer| GroupRule {
        at: None,
        default: false,
        protocol: Fact::Known(protocol),
        ports: Fact::Known(ports),
        icmp: IcmpType { kind: None, code: None },
        peer,
    };
    let https = |peer| rule(Protocol::TCP, Ports::one(HTTPS), peer);
    let mut ingress: Vec<GroupRule> = from.iter().map(|group| https(Peer::Group(*group))).collect();
    if whole_vpc && let Some(own) = vpc.and_then(|vpc| network.vpcs.get(vpc.0)) {
        ingress.extend(own.cidrs.items.iter().map(|cidr| https(Peer::Cidr(cidr.clone()))));
    }
    let anywhere = Peer::Cidr(Cidr::Known(Ipv4Net::default()));
    network.groups.push(SecurityGroup {
        name,
        at: None,
        vpc: match vpc {
            Some(vpc) => Fact::Known(vpc),
            None => Fact::Unknown(Missing::Undocumented(Topic::Placement)),
        },
        ingress: Listed::all(ingress),
        egress: Listed::all(vec![rule(Protocol::All, Ports::ALL, anywhere)]),
        own: true,
    });
    GroupIndex(network.groups.len() - 1)
}

/// What paths say, with all of `network`'s endpoints, of everybody who needs this one.
pub(crate) fn prove(network: &Network, addresses: &BTreeMap<String, Vec<IpNet>>, draft: &Draft) -> Proof {
    let goal = draft.goal();
    let mut proof = Proof { verdict: Verdict::Reachable, blocker: None, missing: None };
    for sender in &draft.wanted.senders {
        for trace in trace_from(network, addresses, *sender, &goal) {
            let through = trace.hops.iter().any(|hop| hop.id == draft.id);
            match trace.verdict {
                Verdict::Reachable if through => {}
                Verdict::Blocked | Verdict::Partial => {
                    proof.verdict = Verdict::Blocked;
                    proof.blocker = proof.blocker.or_else(|| trace.blockers.first().cloned());
                }
                // A way past the endpoint is none that it makes.
                Verdict::Reachable | Verdict::Unknown => {
                    if proof.verdict == Verdict::Reachable {
                        proof.verdict = Verdict::Unknown;
                    }
                    proof.missing = proof.missing.or_else(|| trace.missing.first().cloned());
                }
            }
        }
    }
    proof
}
