//! The fix of functions in public subnets: the private ones of the template, where everything is reached from them.

use super::causes::{Cause, Fault};
use super::function_in_public_subnet::way_to_internet_gateway;
use super::mixed_subnet_egress::goals;
use super::reach::is_meant;
use super::subject::resource_of;
use super::{Subject, nat_for_gateway_service};
use crate::demands::{Demand, DemandSource};
use crate::finding::{Fix, Safety};
use crate::network::{
    Cidr, Destination, Fact, Network, Subnet, SubnetIndex, Target, VpcIndex, Workload, WorkloadIndex,
};
use crate::paths::{Component, GoalTarget, Trace, Verdict, summed_up, trace_from};
use crate::phrase;
use crate::suggest::{Written, append_item, remove_items, written_properties};
use crate::syntax::Node;
use crate::template::reference::references;
use crate::template::{Resource, Template};
use crate::text::{Edit, Span};

/// Moves a function out of its public subnets. Nothing where the template has no subnets that would do in every
/// situation, or the function's subnets are not written one by one.
pub(super) fn into_private_subnets(subject: &Subject<'_, '_>, id: &str, public: &[&str]) -> Option<Fix> {
    let template = subject.template;
    let function = template.resource(id)?;
    let mut chosen: Option<Vec<String>> = None;
    for (at, one) in subject.networks.iter().enumerate() {
        let Some(workload) = one.network.workload(id) else { continue };
        let here = choose(subject, at, function, workload)?;
        if chosen.as_ref().is_some_and(|known| *known != here) {
            return None;
        }
        chosen = Some(here);
    }
    let chosen = chosen?;
    let names: Vec<String> = chosen.iter().map(|name| format!("`{name}`")).collect();
    let (names, names_ja) = (names.join(", "), names.join("、"));
    Some(Fix {
        safety: Safety::Unsafe,
        title: phrase!(en: "Move `{id}` into {names}", ja: "`{id}` を {names_ja} に移す"),
        edits: edits(template, function, public, &chosen)?,
    })
}

/// One private subnet for each zone that the function does not stand in otherwise: those with a way out, if there are
/// any and that is what it takes.
fn choose(
    subject: &Subject<'_, '_>,
    at: usize,
    function: &Resource,
    from: WorkloadIndex,
) -> Option<Vec<String>> {
    let network = &subject.networks.get(at)?.network;
    let workload = network.workloads.get(from.0).filter(|workload| workload.subnets.rest.is_none())?;
    let kept: Vec<SubnetIndex> =
        workload.subnets.items.iter().copied().filter(|one| is_private(network, *one)).collect();
    let vpc = vpc_of(network, workload)?;
    let usable = |one: &SubnetIndex| {
        let subnet = &network.subnets[one.0];
        let resource = resource_of(subject.template, &subnet.name);
        let there = |subnet: &Resource| {
            subject.template.with_guards(|guards| guards.implies(function.guard, subnet.guard))
        };
        subnet.vpc.known() == Some(&vpc)
            && !subnet.several
            && !kept.contains(one)
            && is_private(network, *one)
            && resource.is_some_and(there)
    };
    let usable: Vec<SubnetIndex> = (0..network.subnets.len()).map(SubnetIndex).filter(usable).collect();
    let fewest = workload.subnets.items.len().min(2);
    for leads_out in [true, false] {
        let mut all = kept.clone();
        for one in usable.iter().filter(|one| has_way_out(network, **one) == leads_out) {
            let zone = |at: &SubnetIndex| &network.subnets[at.0].zone;
            let same = |other: &SubnetIndex| match (zone(one), zone(other)) {
                (Fact::Known(one), Fact::Known(other)) => one.same(other) == Some(true),
                _ => false,
            };
            if !all.iter().any(same) {
                all.push(*one);
            }
        }
        let new = all.get(kept.len()..)?;
        if !new.is_empty() && all.len() >= fewest && works(subject, at, from, &all) {
            return Some(new.iter().map(|one| network.subnets[one.0].name.to_string()).collect());
        }
    }
    None
}

/// The one VPC of a workload's subnets.
fn vpc_of(network: &Network, workload: &Workload) -> Option<VpcIndex> {
    let own = |at: &SubnetIndex| network.subnets.get(at.0)?.vpc.known().copied();
    let first = own(workload.subnets.items.first()?)?;
    workload.subnets.items.iter().all(|one| own(one) == Some(first)).then_some(first)
}

fn is_private(network: &Network, at: SubnetIndex) -> bool {
    let subnet: &Subnet = &network.subnets[at.0];
    subnet.table.known().is_some() && way_to_internet_gateway(network, at).is_none()
}

fn has_way_out(network: &Network, at: SubnetIndex) -> bool {
    let Some(table) = network.subnets[at.0].table.known().and_then(|table| network.tables.get(table.0))
    else {
        return false;
    };
    table.routes.items.iter().any(|route| {
        matches!(&route.destination, Destination::Cidr(Cidr::Known(net)) if net.prefix_len() == 0)
            && !matches!(route.target, Target::Local)
    })
}

/// Whether a function reaches from these subnets whatever it must, and the same from all of them, without another
/// warning about the way.
fn works(subject: &Subject<'_, '_>, at: usize, from: WorkloadIndex, subnets: &[SubnetIndex]) -> bool {
    let Some(situated) = subject.networks.get(at) else { return false };
    let mut network = situated.network.clone();
    let Some(workload) = network.workloads.get_mut(from.0) else { return false };
    workload.subnets.items = subnets.to_vec();
    let id = workload.name.to_string();
    let told = |vpc: Option<VpcIndex>, service: &str| {
        let vpc = vpc.and_then(|vpc| network.vpcs.get(vpc.0)).map(|vpc| &vpc.name);
        Cause::of(subject, nat_for_gateway_service::ID).any(|cause| {
            matches!(&cause.fault, Fault::NatForGateway(own, name) if Some(own) == vpc && name == service)
        })
    };
    let reaches = |demand: &Demand| {
        let traces = trace_from(&network, subject.addresses, from, &demand.goal);
        let by_nat = |trace: &Trace| trace.hops.iter().any(|hop| hop.component == Component::NatGateway);
        let pays = match &demand.goal.target {
            GoalTarget::Service(service) if matches!(&**service, "s3" | "dynamodb") => {
                let vpc = subnets.first().and_then(|one| network.subnets.get(one.0)?.vpc.known().copied());
                traces.iter().any(by_nat) && !told(vpc, service)
            }
            _ => false,
        };
        let sum = summed_up(vec![(String::new(), traces)]).pop();
        !pays && sum.is_some_and(|sum| matches!(sum.verdict, Verdict::Reachable | Verdict::Unknown))
    };
    let exists = |demand: &&Demand| {
        let there = subject.template.with_guards(|guards| !guards.exclude(situated.situation, demand.when));
        there
            && matches!(&demand.source, DemandSource::Function(own) if *own == id)
            && is_meant(demand)
            && !demand.forbidden
    };
    let alike = || {
        goals(&network).iter().all(|goal| {
            let traces = trace_from(&network, subject.addresses, from, goal);
            traces.windows(2).all(|pair| matches!(pair, [one, two] if one.verdict == two.verdict))
        })
    };
    subject.demands().demands.iter().filter(exists).all(reaches) && alike()
}

/// Puts the new subnets in the place of the public ones, in the list as it is written.
fn edits(template: &Template<'_>, function: &Resource, public: &[&str], new: &[String]) -> Option<Vec<Edit>> {
    let config = written_properties(template, function)?.entry("VpcConfig")?;
    let list = config.value.entry("SubnetIds").filter(|list| !list.merged && !config.merged)?;
    let named: Vec<(Node<'_>, Span)> = list
        .value
        .items()
        .into_iter()
        .filter_map(|item| {
            let mut found = None;
            references(item, template.text(), &mut |reference| {
                if public.contains(&reference.name) && reference.under.is_empty() {
                    found = Some(reference.span);
                }
            });
            Some((item, found?))
        })
        .collect();
    let is_written = list.value.target() == list.value.id() && list.value.tag().is_none();
    if named.len() != public.len() || !is_written {
        return None;
    }
    let mut edits: Vec<Edit> =
        named.iter().zip(new).map(|((_, span), subnet)| Edit::replace(*span, subnet.clone())).collect();
    let surplus: Vec<Node<'_>> = named.iter().skip(new.len()).map(|(item, _)| *item).collect();
    if !surplus.is_empty() {
        edits.extend(remove_items(template, list, &surplus)?);
    }
    for subnet in new.iter().skip(named.len()) {
        edits.push(append_item(template, list.value, &Written::reference(subnet))?);
    }
    Some(edits)
}
