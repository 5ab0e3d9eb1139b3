//! Route tables: the longest prefix wins.

use super::filter::in_prefix_list;
use super::flow::{Addresses, Cut, Match, Side};
use crate::network::{
    Cidr, Destination, Fact, Missing, Network, Opaque, Ranges, Route, TableIndex, Target, Topic, VpcIndex,
};
use crate::order::Order;

/// Where a table sends packets.
#[derive(Clone, Debug)]
pub(super) enum Lookup {
    /// Inside the VPC.
    Local,
    /// By a route of the table, at this position.
    Route(usize),
    /// No route leads there.
    None,
    /// Not known.
    Unknown(Missing),
}

/// How specific a route is. Prefix lists whose ranges are not known hold single services: more specific than what
/// people write by hand.
const PREFIX_LIST_LENGTH: u8 = 33;
/// Ranges that are not known are those of VPCs and subnets.
const SYMBOL_LENGTH: u8 = 16;

struct Candidate {
    length: u8,
    /// Where prefixes are equal: the local route, then static routes by CIDR, then those by prefix list.
    rank: u8,
    lookup: Lookup,
    matched: Result<Match, Cut>,
}

/// Which route of a table packets to `to` take. `side` says what those addresses are in the flow: answers go to its
/// source.
///
/// # Errors
/// A cut, where some take one route and some another.
pub(super) fn lookup(
    network: &Network,
    table: TableIndex,
    to: &Addresses,
    side: Side,
) -> Result<Lookup, Cut> {
    let table = &network.tables[table.0];
    let mut candidates: Vec<Candidate> = Vec::with_capacity(table.routes.items.len() + 1);
    let home = table.vpc.known().copied();
    if let Some(vpc) = home {
        local(network, vpc, to, side, &mut candidates);
    }
    let local_matches = candidates.iter().any(|candidate| matches!(candidate.matched, Ok(Match::Yes)));
    for (at, route) in table.routes.items.iter().enumerate() {
        if matches!(route.target, Target::Local) {
            continue;
        }
        let mut add = |length, rank, matched: Result<Match, Cut>| {
            if !matches!(matched, Ok(Match::No)) {
                candidates.push(Candidate { length, rank, lookup: Lookup::Route(at), matched });
            }
        };
        match &route.destination {
            Destination::Cidr(cidr) => {
                let length = match cidr {
                    Cidr::Known(net) => net.prefix_len(),
                    Cidr::Symbol(_) => SYMBOL_LENGTH,
                };
                // Inside the VPC only routes for exactly one subnet, to what can stand in between, beat the local one.
                if local_matches && !beats_local(network, home, cidr, route) {
                    continue;
                }
                add(length, 1, to.within(network, cidr, side));
            }
            Destination::PrefixList(list) => match &network.prefix_lists[list.0].ranges {
                Fact::Known(nets) if to.open.is_none() => {
                    for net in nets {
                        // The whole list is asked first: lists of services hold no address of others.
                        if in_prefix_list(network, *list, to, side).is_ok_and(|matched| matched == Match::No)
                        {
                            continue;
                        }
                        add(net.prefix_len(), 2, to.among(Ranges::of_net(*net), side));
                    }
                }
                _ => add(PREFIX_LIST_LENGTH, 2, in_prefix_list(network, *list, to, side)),
            },
            Destination::Ipv6 => {}
            Destination::Unknown(missing) => add(PREFIX_LIST_LENGTH, 1, Ok(Match::Maybe(missing.clone()))),
        }
    }
    candidates.order_by_key(|candidate| (std::cmp::Reverse(candidate.length), candidate.rank));
    decide(table.routes.rest.as_ref(), &table.routes.items, candidates, to)
}

fn local(network: &Network, vpc: VpcIndex, to: &Addresses, side: Side, candidates: &mut Vec<Candidate>) {
    let mut add = |length, matched: Result<Match, Cut>| {
        if !matches!(matched, Ok(Match::No)) {
            candidates.push(Candidate { length, rank: 0, lookup: Lookup::Local, matched });
        }
    };
    if to.vpc() == Some(vpc) {
        // Whatever its number, it is inside.
        return add(SYMBOL_LENGTH, Ok(Match::Yes));
    }
    let cidrs = &network.vpcs[vpc.0].cidrs;
    for cidr in &cidrs.items {
        let length = match cidr {
            Cidr::Known(net) => net.prefix_len(),
            Cidr::Symbol(_) => SYMBOL_LENGTH,
        };
        // What stands in another VPC is elsewhere, unless ranges overlap: only known numbers can say so.
        if matches!(cidr, Cidr::Symbol(_)) && to.vpc().is_some() {
            continue;
        }
        add(length, to.within(network, cidr, side));
    }
    // The rest of the VPC's ranges can hold a plain private address only.
    if let Some(rest) = &cidrs.rest
        && to.vpc().is_none()
        && !to.is_public()
    {
        add(0, Ok(Match::Maybe(rest.clone())));
    }
}

/// Whether a route may be taken inside its VPC: its destination is exactly one subnet's range, and its target is a
/// NAT gateway, an interface or an appliance's endpoint.
fn beats_local(network: &Network, vpc: Option<VpcIndex>, cidr: &Cidr, route: &Route) -> bool {
    let target = matches!(
        route.target,
        Target::NatGateway(_)
            | Target::Interface { .. }
            | Target::Opaque { kind: Opaque::ApplianceEndpoint, .. }
            | Target::Unknown(_)
    );
    target
        && network.subnets.iter().any(|subnet| {
            subnet.cidr.known() == Some(cidr) && vpc.is_some() && subnet.vpc.known().copied() == vpc
        })
}

fn decide(
    rest: Option<&Missing>,
    routes: &[Route],
    candidates: Vec<Candidate>,
    to: &Addresses,
) -> Result<Lookup, Cut> {
    let mut maybe: Option<(Missing, Lookup)> = None;
    for candidate in candidates {
        let missing = match candidate.matched {
            Err(cut) => return Err(cut),
            Ok(Match::No) => continue,
            Ok(Match::Yes) => {
                let agrees =
                    maybe.as_ref().is_none_or(|(_, other)| same_target(routes, other, &candidate.lookup));
                return Ok(match maybe {
                    Some((missing, _)) if !agrees => Lookup::Unknown(missing),
                    _ if candidate.length == 0 => default_route(rest, candidate.lookup, to),
                    _ => candidate.lookup,
                });
            }
            Ok(Match::Maybe(missing)) => missing,
        };
        maybe = maybe.or(Some((missing, candidate.lookup)));
    }
    if let Some((missing, _)) = maybe {
        return Ok(Lookup::Unknown(missing));
    }
    Ok(rest.map_or(Lookup::None, |rest| Lookup::Unknown(rest.clone())))
}

/// Routes that are not known can only be more specific than the default one: for the internet they do not matter.
fn default_route(rest: Option<&Missing>, lookup: Lookup, to: &Addresses) -> Lookup {
    match rest {
        Some(rest) if !to.is_public() => Lookup::Unknown(rest.clone()),
        Some(rest @ Missing::NotFollowed(Topic::OtherGateway)) => Lookup::Unknown(rest.clone()),
        _ => lookup,
    }
}

fn same_target(routes: &[Route], one: &Lookup, other: &Lookup) -> bool {
    let (Lookup::Route(one), Lookup::Route(other)) = (one, other) else {
        return matches!((one, other), (Lookup::Local, Lookup::Local));
    };
    let (Some(one), Some(other)) = (routes.get(*one), routes.get(*other)) else { return false };
    match (&one.target, &other.target) {
        (Target::InternetGateway(one), Target::InternetGateway(other)) => one == other,
        (Target::NatGateway(one), Target::NatGateway(other)) => one == other,
        (Target::GatewayEndpoint(one), Target::GatewayEndpoint(other)) => one == other,
        (Target::Peering(one), Target::Peering(other)) => one == other,
        _ => false,
    }
}
