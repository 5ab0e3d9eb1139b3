//! The traced path: which lines it takes, and where it stops.

use super::model::{Model, id_of};
use super::{BoxKind, EdgeKind, words};
use crate::language::Phrase;
use crate::network::{Fact, NatPlacement, Network, Place, SubnetIndex, WorkloadIndex};
use crate::paths::{Blocker, Component, Direction, Goal, Trace, Verdict, summed_up};
use crate::rules::reach::written;

/// A traced path.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) verdict: Verdict,
    pub(super) heading: Phrase,
    /// From thing to thing.
    pub(super) steps: Vec<(usize, usize)>,
    pub(super) stops: Vec<RouteStop>,
}

/// Something that stops it.
#[derive(Debug)]
pub(super) struct RouteStop {
    /// At which of the steps.
    pub(super) step: usize,
    /// At its end, not its start.
    pub(super) at_end: bool,
    pub(super) message: Phrase,
    pub(super) place: Option<Place>,
}

/// The path that is shown of those from each subnet: the worst, the first of them.
pub(super) fn of(
    model: &mut Model,
    network: &Network,
    source: WorkloadIndex,
    goal: &Goal,
    traces: Vec<Trace>,
) -> Option<Route> {
    let workload = &network.workloads[source.0];
    let from = model.find(&id_of(BoxKind::Workload(workload.kind), &workload.name))?;
    let badness = |verdict: Verdict| match verdict {
        Verdict::Blocked => 0,
        Verdict::Partial => 1,
        Verdict::Unknown => 2,
        Verdict::Reachable => 3,
    };
    let sum = summed_up(vec![(String::new(), traces.clone())]).pop()?;
    let (at, trace) = traces.iter().enumerate().min_by_key(|(_, trace)| badness(trace.verdict))?;
    let subnet = workload.subnets.items.get(at).copied();
    let chain =
        if model.loose.contains(&from) { vec![from] } else { model.chain(network, from, goal, trace) };
    let steps: Vec<(usize, usize)> = chain.windows(2).map(|pair| (pair[0], pair[1])).collect();
    for (at, (from, to)) in steps.iter().enumerate() {
        let (kind, verdict) =
            if at == 0 { (EdgeKind::Demand, Some(trace.verdict)) } else { (EdgeKind::Door, None) };
        if !model
            .links
            .iter()
            .any(|link| link.from == *from && link.to == *to && link.kind != EdgeKind::Route)
        {
            model.link(*from, *to, kind, verdict, written(goal));
        }
        if let (0, Some(subnet)) = (at, &trace.from.subnet) {
            model.starts_in(*from, *to, subnet);
        }
    }
    let mut stops: Vec<RouteStop> = Vec::new();
    let mut seen = Vec::new();
    for blocker in &trace.blockers {
        let Some((step, at_end)) = place_of(model, network, &chain, subnet, blocker) else { continue };
        // Where a target may stand in several subnets, one group stops packets to each.
        let key = (blocker.code, &blocker.id, step, at_end);
        if !seen.contains(&key) {
            seen.push(key);
            stops.push(RouteStop { step, at_end, message: blocker.message.clone(), place: blocker.at });
        }
    }
    let goal = written(goal);
    let several = traces.iter().any(|other| other.verdict != trace.verdict);
    let name = subnet.filter(|_| several).map(|at| network.subnets[at.0].name.to_string());
    let verdict = if several { trace.verdict } else { sum.verdict };
    let heading = words::heading(&workload.name.to_string(), name.as_deref(), &goal, verdict);
    Some(Route { verdict, heading, steps, stops })
}

/// The step at which something stops packets, and whether at its end.
fn place_of(
    model: &Model,
    network: &Network,
    chain: &[usize],
    subnet: Option<SubnetIndex>,
    blocker: &Blocker,
) -> Option<(usize, bool)> {
    let last = chain.len().checked_sub(2)?;
    let at = |thing: usize| chain.iter().position(|one| *one == thing);
    let named = |name: &str| {
        chain
            .iter()
            .position(|thing| model.things[*thing].id.split_once(':').is_some_and(|(_, id)| id == name))
    };
    let found = match blocker.component {
        // Of a target it guards the way in, of the source the way out.
        Component::SecurityGroup => blocker.of.as_deref().and_then(named),
        Component::NetworkAcl | Component::RouteTable | Component::Subnet => {
            owner(model, network, chain, subnet, blocker).and_then(at)
        }
        _ => named(&blocker.id),
    };
    let back = blocker.direction == Direction::Back;
    match found {
        Some(0) => Some((0, false)),
        // A gateway that packets come to, a target that does not let them in.
        Some(at) if blocker.component == Component::RouteTable && at <= last => Some((at, false)),
        Some(at) => Some((at - 1, true)),
        None if back => Some((last, true)),
        None if blocker.component == Component::Internet || blocker.component == Component::Service => {
            Some((last, true))
        }
        None => Some((0, false)),
    }
}

/// The thing whose subnet has a table or network ACL.
fn owner(
    model: &Model,
    network: &Network,
    chain: &[usize],
    subnet: Option<SubnetIndex>,
    blocker: &Blocker,
) -> Option<usize> {
    let has = |at: &SubnetIndex| {
        let subnet = &network.subnets[at.0];
        let table = subnet.table.known().map(|at| network.tables[at.0].name.to_string());
        let acl = subnet.acl.known().map(|at| network.acls[at.0].name.to_string());
        [Some(subnet.name.to_string()), table, acl].contains(&Some(blocker.id.clone()))
    };
    if blocker.direction == Direction::Out && subnet.as_ref().is_some_and(has) {
        return chain.first().copied();
    }
    let of_nats = network.nat_gateways.iter().filter_map(|nat| match &nat.placement {
        NatPlacement::Zonal(Fact::Known(at)) => Some((id_of(BoxKind::NatGateway, &nat.name), vec![*at])),
        _ => None,
    });
    let of_workloads = network
        .workloads
        .iter()
        .map(|one| (id_of(BoxKind::Workload(one.kind), &one.name), one.subnets.items.clone()));
    let found = of_nats.chain(of_workloads).filter(|(_, subnets)| subnets.iter().any(has));
    found.filter_map(|(id, _)| model.find(&id)).filter(|at| chain[1..].contains(at)).last()
}
