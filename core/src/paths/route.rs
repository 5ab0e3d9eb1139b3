//! Route tables: the longest prefix wins.

use super::filter::in_prefix_list;
use super::flow::{Addresses, Cut, Match, Side};
use crate::network::{
    Attached, AttachmentIndex, Cidr, Destination, Fact, GatewayKind, Ipv6Cidr, Listed, Missing, Network,
    Place, Ranges, Route, Symbol, TableIndex, Target, Topic, TransitTableIndex, VpcIndex,
};
use crate::order::Order;
use crate::template::Unknown;

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
const PREFIX_LIST_LENGTH: u8 = 129;
/// Ranges that are not known are those of VPCs and subnets.
const SYMBOL_LENGTH: u8 = 16;

struct Candidate {
    length: u8,
    /// Where prefixes are equal: the local route, then static routes by CIDR, then those by prefix list, then
    /// what is learned.
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
                // Inside the VPC only routes for exactly one subnet, to what can stand in between, beat the local one.
                if local_matches && !beats_local(network, home, cidr, route) {
                    continue;
                }
                add(length_of(cidr), if route.propagated { 3 } else { 1 }, to.within(network, cidr, side));
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
            Destination::Ipv6(cidr) => {
                if local_matches {
                    continue;
                }
                let rank = if route.propagated { 3 } else { 1 };
                add(ipv6_length_of(cidr), rank, to.within_ipv6(network, cidr, side));
            }
            Destination::Unknown(missing) => add(PREFIX_LIST_LENGTH, 1, Ok(Match::Maybe(missing.clone()))),
        }
    }
    candidates.order_by_key(|candidate| (std::cmp::Reverse(candidate.length), candidate.rank));
    let routes = &table.routes.items;
    let same = |one, other| match (routes.get(one), routes.get(other)) {
        (Some(one), Some(other)) => same_target(one, other),
        _ => false,
    };
    decide(table.routes.rest.as_ref(), &same, candidates, to)
}

/// A route of a transit gateway: written, or learned of an attachment.
pub(super) struct TransitWay {
    pub(super) destination: Destination,
    pub(super) at: Option<Place>,
    /// Nothing where it drops what it is for.
    pub(super) target: Option<Fact<AttachmentIndex>>,
}

/// Where a table of a transit gateway sends packets to `to`: the longest prefix wins, then what is written.
///
/// # Errors
/// A cut, where some take one route and some another.
pub(super) fn lookup_transit(
    network: &Network,
    table: TransitTableIndex,
    to: &Addresses,
    side: Side,
) -> Result<(Lookup, Vec<TransitWay>), Cut> {
    let table = &network.transit_tables[table.0];
    let mut ways: Vec<TransitWay> = Vec::new();
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut add = |way: TransitWay, length, rank, matched: Result<Match, Cut>| {
        if !matches!(matched, Ok(Match::No)) {
            candidates.push(Candidate { length, rank, lookup: Lookup::Route(ways.len()), matched });
            ways.push(way);
        }
    };
    for route in &table.routes.items {
        let way =
            TransitWay { destination: route.destination.clone(), at: route.at, target: route.target.clone() };
        match &route.destination {
            Destination::Cidr(cidr) => add(way, length_of(cidr), 1, to.within(network, cidr, side)),
            Destination::Unknown(missing) => {
                add(way, PREFIX_LIST_LENGTH, 1, Ok(Match::Maybe(missing.clone())));
            }
            Destination::Ipv6(cidr) => add(way, ipv6_length_of(cidr), 1, to.within_ipv6(network, cidr, side)),
            Destination::PrefixList(_) => {}
        }
    }
    for attachment in &table.learned.items {
        for (destination, length, matched) in learned(network, *attachment, to, side) {
            let at = network.attachments[attachment.0].at;
            let target = Some(Fact::Known(*attachment));
            add(TransitWay { destination, at, target }, length, 2, matched);
        }
    }
    candidates.order_by_key(|candidate| (std::cmp::Reverse(candidate.length), candidate.rank));
    let rest = table.routes.rest.as_ref().or(table.learned.rest.as_ref());
    let same = |one: usize, other: usize| match (ways.get(one), ways.get(other)) {
        (Some(one), Some(other)) => one.target == other.target,
        _ => false,
    };
    Ok((decide(rest, &same, candidates, to)?, ways))
}

/// What a table learns of an attachment: the ranges of a VPC, or those behind a VPN connection.
fn learned(
    network: &Network,
    attachment: AttachmentIndex,
    to: &Addresses,
    side: Side,
) -> Vec<(Destination, u8, Result<Match, Cut>)> {
    let attachment = &network.attachments[attachment.0];
    let elsewhere = || Missing::Beyond(Topic::TransitGateway, attachment.name.clone());
    let (vpc, ranges) = match &attachment.attached {
        Attached::Vpc { vpc: Fact::Known(vpc), .. } => (Some(*vpc), network.vpcs[vpc.0].cidrs.clone()),
        Attached::Vpc { vpc: Fact::Unknown(missing), .. } => (None, Listed::unknown(missing.clone())),
        Attached::Vpn(connection) => (None, network.vpn_connections[connection.0].ranges.clone()),
        Attached::Elsewhere => (None, Listed::unknown(elsewhere())),
    };
    let mut found = Vec::new();
    if let Attached::Vpc { vpc: Fact::Known(vpc), ipv6: Fact::Known(true), .. } = &attachment.attached {
        for cidr in &network.vpcs[vpc.0].ipv6_cidrs.items {
            let is_own = to.vpc() == Some(*vpc) && to.is_ipv6();
            let matched = if is_own { Ok(Match::Yes) } else { to.within_ipv6(network, cidr, side) };
            found.push((Destination::Ipv6(cidr.clone()), ipv6_length_of(cidr), matched));
        }
    }
    if to.is_ipv6() {
        return found;
    }
    for cidr in &ranges.items {
        // What stands in another VPC is elsewhere, unless ranges overlap: only known numbers can say so.
        let is_symbol = matches!(cidr, Cidr::Symbol(_));
        if is_symbol && to.vpc().is_some() && to.vpc() != vpc {
            continue;
        }
        let matched =
            if is_symbol && to.vpc().is_some() { Ok(Match::Yes) } else { to.within(network, cidr, side) };
        found.push((Destination::Cidr(cidr.clone()), length_of(cidr), matched));
    }
    if let Some(rest) = ranges.rest {
        let matched = match to.vpc() {
            Some(own) if Some(own) == vpc => Match::Yes,
            Some(_) if vpc.is_some() => Match::No,
            _ if to.is_public() => Match::No,
            _ => Match::Maybe(rest.clone()),
        };
        found.push((Destination::Unknown(rest), 1, Ok(matched)));
    }
    found
}

fn ipv6_length_of(cidr: &Ipv6Cidr) -> u8 {
    match cidr {
        Ipv6Cidr::Known(net) => net.prefix_len(),
        Ipv6Cidr::Symbol(_) => SYMBOL_LENGTH,
    }
}

fn length_of(cidr: &Cidr) -> u8 {
    match cidr {
        Cidr::Known(net) => net.prefix_len(),
        Cidr::Symbol(_) => SYMBOL_LENGTH,
    }
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
        // What stands in another VPC is elsewhere, unless ranges overlap: only known numbers can say so.
        if matches!(cidr, Cidr::Symbol(_)) && to.vpc().is_some() {
            continue;
        }
        add(length_of(cidr), to.within(network, cidr, side));
    }
    for cidr in &network.vpcs[vpc.0].ipv6_cidrs.items {
        let may_hold = match cidr {
            Ipv6Cidr::Known(_) => true,
            // Nobody writes an address of a range that Amazon chooses at deployment.
            Ipv6Cidr::Symbol(Symbol { missing: Missing::Value(Unknown::Attribute { .. }), .. }) => false,
            Ipv6Cidr::Symbol(_) => to.vpc().is_none() && to.is_public(),
        };
        if may_hold {
            add(ipv6_length_of(cidr), to.within_ipv6(network, cidr, side));
        }
    }
    // The rest of the VPC's ranges can hold a plain private address only.
    if let Some(rest) = &cidrs.rest
        && to.vpc().is_none()
        && !to.is_public()
        && !to.is_ipv6()
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
            | Target::Gateway { kind: GatewayKind::ApplianceEndpoint, .. }
            | Target::Unknown(_)
    );
    target
        && network.subnets.iter().any(|subnet| {
            subnet.cidr.known() == Some(cidr) && vpc.is_some() && subnet.vpc.known().copied() == vpc
        })
}

fn decide(
    rest: Option<&Missing>,
    same: &dyn Fn(usize, usize) -> bool,
    candidates: Vec<Candidate>,
    to: &Addresses,
) -> Result<Lookup, Cut> {
    let mut maybe: Option<(Missing, Lookup)> = None;
    for candidate in candidates {
        let missing = match candidate.matched {
            Err(cut) => return Err(cut),
            Ok(Match::No) => continue,
            Ok(Match::Yes) => {
                let agrees = maybe.as_ref().is_none_or(|(_, other)| match (other, &candidate.lookup) {
                    (Lookup::Route(one), Lookup::Route(other)) => same(*one, *other),
                    (one, other) => matches!((one, other), (Lookup::Local, Lookup::Local)),
                });
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
        _ => lookup,
    }
}

fn same_target(one: &Route, other: &Route) -> bool {
    match (&one.target, &other.target) {
        (Target::InternetGateway(one), Target::InternetGateway(other)) => one == other,
        (Target::NatGateway(one), Target::NatGateway(other)) => one == other,
        (Target::GatewayEndpoint(one), Target::GatewayEndpoint(other)) => one == other,
        (Target::Peering(one), Target::Peering(other)) => one == other,
        (Target::Gateway { kind, name }, Target::Gateway { kind: other, name: named }) => {
            kind == other && name == named
        }
        _ => false,
    }
}
