//! Security groups and network ACLs.

use super::flow::{Addresses, Belongs};
use super::flow::{Cut, ECHO_REPLY, ECHO_REQUEST, Flow, Match, PortSet, Side, same_group};
use super::words;
use crate::network::{
    AclEntry, Fact, GroupIndex, GroupRule, IcmpType, Listed, Missing, Network, NetworkAcl, Peer, Ports,
    Protocol, Ranges,
};

/// The same of ICMP for IP version 6.
const IPV6_ECHO_REQUEST: u8 = 128;
const IPV6_ECHO_REPLY: u8 = 129;

/// What a filter does with all of a flow.
#[derive(Clone, Debug)]
pub(super) enum Decision<T> {
    /// Lets it through, and what said so.
    Allow(T),
    /// Stops it; what said so, nothing where nothing lets it through.
    Deny(Option<T>),
    /// Not known.
    Unknown(Missing),
}

/// Which way a filter is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Egress,
    Ingress,
}

/// A rule of a group among those that an interface wears.
#[derive(Clone, Copy, Debug)]
pub(super) struct RuleAt {
    pub(super) group: GroupIndex,
    pub(super) rule: usize,
}

fn known<T>(fact: &Fact<T>, test: impl FnOnce(&T) -> Match) -> Match {
    match fact {
        Fact::Known(value) => test(value),
        Fact::Unknown(missing) => Match::Maybe(missing.clone()),
    }
}

fn about_protocol(rule: &Fact<Protocol>, protocol: Protocol) -> Match {
    known(rule, |rule| if rule.covers(protocol) { Match::Yes } else { Match::No })
}

/// Ports matter for rules of TCP and UDP only.
fn about_ports(
    protocol: &Fact<Protocol>,
    rule: &Fact<Ports>,
    ports: &PortSet,
    side: Side,
) -> Result<Match, Cut> {
    if protocol.known().is_some_and(|protocol| !protocol.has_ports()) {
        return Ok(Match::Yes);
    }
    match rule {
        Fact::Known(rule) => ports.within(*rule, side),
        Fact::Unknown(missing) => Ok(Match::Maybe(missing.clone())),
    }
}

fn about_icmp(rule: IcmpType, protocol: Protocol, kind: u8) -> Match {
    let kind = match (protocol, kind) {
        (Protocol::ICMPV6, ECHO_REPLY) => IPV6_ECHO_REPLY,
        (Protocol::ICMPV6, _) => IPV6_ECHO_REQUEST,
        _ => kind,
    };
    let fits = !matches!(protocol, Protocol::ICMP | Protocol::ICMPV6)
        || (rule.kind.is_none_or(|rule| rule == kind) && rule.code.is_none_or(|code| code == 0));
    if fits { Match::Yes } else { Match::No }
}

/// Whether the groups of an interface let a flow through. Groups are stateful: answers need no rule.
///
/// `group_names`: whether rules that name groups can match here: they do not behind a NAT gateway, nor between VPCs
/// that are not peered.
pub(super) fn groups(
    network: &Network,
    groups: &Listed<GroupIndex>,
    way: Way,
    flow: &Flow,
    group_names: &Match,
) -> Result<Decision<RuleAt>, Cut> {
    let (mut maybe, mut cut) = (None, None);
    for group in &groups.items {
        let rules = rules(network, *group, way);
        for (at, rule) in rules.items.iter().enumerate() {
            match rule_matches(network, rule, way, flow, group_names) {
                Ok(Match::Yes) => return Ok(Decision::Allow(RuleAt { group: *group, rule: at })),
                Ok(Match::No) => {}
                Ok(Match::Maybe(missing)) => maybe = maybe.or(Some(missing)),
                Err(at) => cut = cut.or(Some(at)),
            }
        }
        maybe = maybe.or_else(|| rules.rest.clone());
    }
    if let Some(cut) = cut {
        return Err(cut);
    }
    Ok(match maybe.or_else(|| groups.rest.clone()) {
        Some(missing) => Decision::Unknown(missing),
        None => Decision::Deny(None),
    })
}

/// The rules of a group in one direction.
pub(super) fn rules(network: &Network, group: GroupIndex, way: Way) -> &Listed<GroupRule> {
    let group = &network.groups[group.0];
    match way {
        Way::Egress => &group.egress,
        Way::Ingress => &group.ingress,
    }
}

fn rule_matches(
    network: &Network,
    rule: &GroupRule,
    way: Way,
    flow: &Flow,
    group_names: &Match,
) -> Result<Match, Cut> {
    let mut matched =
        about_protocol(&rule.protocol, flow.protocol).and(about_icmp(rule.icmp, flow.protocol, ECHO_REQUEST));
    if matched == Match::No {
        return Ok(Match::No);
    }
    let (other, side) = match way {
        Way::Egress => (&flow.destination, Side::Destination),
        Way::Ingress => (&flow.source, Side::Source),
    };
    let peer = match &rule.peer {
        // The rule that a group has until one is written lets out what goes by either version.
        Peer::Cidr(_) if rule.default && other.is_ipv6() => Ok(Match::Yes),
        Peer::Cidr(cidr) => other.within(network, cidr, side),
        Peer::PrefixList(list) => in_prefix_list(network, *list, other, side),
        Peer::Group(group) => Ok(wears(network, other, *group).and(group_names.clone())),
        Peer::Ipv6(cidr) => other.within_ipv6(network, cidr, side),
        Peer::Unknown(missing) => Ok(Match::Maybe(missing.clone())),
    };
    // Numbers that do not fit at all need no cut of the other numbers.
    let ports = about_ports(&rule.protocol, &rule.ports, &flow.ports, Side::Destination);
    for part in [&ports, &peer] {
        if matches!(part, Ok(Match::No)) {
            return Ok(Match::No);
        }
    }
    matched = matched.and(ports?).and(peer?);
    Ok(matched)
}

/// Whether what stands behind addresses wears a group.
fn wears(network: &Network, addresses: &Addresses, group: GroupIndex) -> Match {
    match &addresses.belongs {
        Belongs::Interface { groups, .. } => {
            let mut maybe = None;
            for own in &groups.items {
                match same_group(network, *own, group) {
                    Match::Yes => return Match::Yes,
                    Match::Maybe(missing) => maybe = maybe.or(Some(missing)),
                    Match::No => {}
                }
            }
            maybe.or_else(|| groups.rest.clone()).map_or(Match::No, Match::Maybe)
        }
        Belongs::Stranger { .. } => Match::Maybe(Missing::Interface(first_address(addresses))),
        _ => Match::No,
    }
}

fn first_address(addresses: &Addresses) -> String {
    addresses.ranges.first().map_or_else(String::new, words::address)
}

/// Whether addresses are in a prefix list. Lists of AWS services hold those services' addresses and no others.
pub(super) fn in_prefix_list(
    network: &Network,
    list: crate::network::PrefixListIndex,
    addresses: &Addresses,
    side: Side,
) -> Result<Match, Cut> {
    let list = &network.prefix_lists[list.0];
    let of_service = match (&list.service, &addresses.belongs) {
        (Some(list), Belongs::Service(service)) => Some(list == service),
        (Some(_), Belongs::Interface { .. } | Belongs::Stranger { .. } | Belongs::Internet) => Some(false),
        _ => None,
    };
    match (&list.ranges, of_service) {
        // Addresses that were given are compared as numbers.
        (Fact::Known(ranges), _) if addresses.open.is_none() && addresses.belongs != Belongs::Internet => {
            addresses.among(Ranges::of_nets(ranges.iter().copied()), side)
        }
        (_, Some(true)) => Ok(Match::Yes),
        (_, Some(false)) => Ok(Match::No),
        (Fact::Known(ranges), None) => addresses.among(Ranges::of_nets(ranges.iter().copied()), side),
        // A plain address is taken to be no address of the service; the trace says so where it matters.
        (Fact::Unknown(_), None) if list.service.is_some() => Ok(Match::No),
        (Fact::Unknown(missing), None) => Ok(Match::Maybe(missing.clone())),
    }
}

/// Whether a network ACL lets packets through: the first entry that is about them decides, else they are denied.
///
/// `answer`: whether these are answers: then `flow` is still the way out, and the packets go the other way.
pub(super) fn acl(
    network: &Network,
    acl: &NetworkAcl,
    way: Way,
    flow: &Flow,
    answer: bool,
) -> Result<Decision<usize>, Cut> {
    let entries = match way {
        Way::Egress => &acl.egress,
        Way::Ingress => &acl.ingress,
    };
    let mut open: Vec<(Option<bool>, Missing)> = Vec::new();
    let mut end: Decision<usize> = Decision::Deny(None);
    let numbered = |entry: &AclEntry| entry.number.known().is_some();
    // Entries whose number is not known may come before all others.
    let order = entries.items.iter().enumerate().filter(|(_, entry)| !numbered(entry));
    for (at, entry) in order.chain(entries.items.iter().enumerate().filter(|(_, entry)| numbered(entry))) {
        let matched = entry_matches(network, entry, way, flow, answer)?;
        let uncertain = match (&matched, &entry.number) {
            (Match::No, _) => continue,
            (Match::Maybe(missing), _) | (Match::Yes, Fact::Unknown(missing)) => Some(missing.clone()),
            (Match::Yes, Fact::Known(_)) => None,
        };
        match (uncertain, &entry.allow) {
            (Some(missing), allow) => open.push((allow.known().copied(), missing)),
            (None, Fact::Unknown(missing)) => {
                end = Decision::Unknown(missing.clone());
                break;
            }
            (None, Fact::Known(true)) => {
                end = Decision::Allow(at);
                break;
            }
            (None, Fact::Known(false)) => {
                end = Decision::Deny(Some(at));
                break;
            }
        }
    }
    let allows = match &end {
        Decision::Allow(_) => true,
        Decision::Deny(_) => false,
        Decision::Unknown(_) => return Ok(end),
    };
    if let Some(rest) = &entries.rest {
        return Ok(Decision::Unknown(rest.clone()));
    }
    let differs = open.into_iter().find(|(allow, _)| *allow != Some(allows));
    Ok(differs.map_or(end, |(_, missing)| Decision::Unknown(missing)))
}

fn entry_matches(
    network: &Network,
    entry: &AclEntry,
    way: Way,
    flow: &Flow,
    answer: bool,
) -> Result<Match, Cut> {
    let kind = if answer { ECHO_REPLY } else { ECHO_REQUEST };
    let matched =
        about_protocol(&entry.protocol, flow.protocol).and(about_icmp(entry.icmp, flow.protocol, kind));
    if matched == Match::No {
        return Ok(Match::No);
    }
    // An entry names the other side: where packets that come in are from, where those that go out are to.
    let (other, side) = match (way, answer) {
        (Way::Egress, false) | (Way::Ingress, true) => (&flow.destination, Side::Destination),
        (Way::Ingress, false) | (Way::Egress, true) => (&flow.source, Side::Source),
    };
    // Its ports are those that packets go to.
    let ports = if answer {
        about_ports(&entry.protocol, &entry.ports, &flow.source_ports, Side::Source)
    } else {
        about_ports(&entry.protocol, &entry.ports, &flow.ports, Side::Destination)
    };
    let peer = match (&entry.cidr, &entry.ipv6_cidr) {
        (Some(cidr), _) => other.within(network, cidr, side),
        (None, Some(cidr)) => other.within_ipv6(network, cidr, side),
        (None, None) => Ok(Match::No),
    };
    for part in [&ports, &peer] {
        if matches!(part, Ok(Match::No)) {
            return Ok(Match::No);
        }
    }
    Ok(matched.and(ports?).and(peer?))
}
