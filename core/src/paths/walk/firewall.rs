//! Through a firewall of AWS Network Firewall: in by an endpoint, past the rules, on by the table of its subnet.

use super::super::filter::Way;
use super::super::flow::{Addresses, Cut, Entrance, Flow, Match, PortSet, Side};
use super::super::{Action, Code, Component, Direction, words};
use super::arrival::Answering;
use super::{Standing, Stop, Walk};
use crate::network::{
    Cidr, Fact, Firewall, FirewallAction, FirewallIndex, FirewallRule, Listed, Missing, Name, Network, Place,
    Ports, Statefully, SubnetIndex, Topic,
};

const COMPONENT: Component = Component::Firewall;

/// What the rules that look at each packet by itself do with all of a flow.
enum Stateless {
    Does(FirewallAction, Option<Place>),
    Unknown(Missing),
}

impl Walk<'_> {
    pub(super) fn firewall(
        &mut self,
        stop: &Stop,
        flow: &Flow,
        target: Option<&Standing>,
        index: FirewallIndex,
    ) -> Result<(), Cut> {
        let network = self.network;
        let firewall = &network.firewalls[index.0];
        let id = firewall.name.to_string();
        if let (Fact::Known(vpc), Some(here)) = (&firewall.vpc, stop.vpc)
            && *vpc != here
        {
            let (code, what) = (Code::BAD_STATE_ATTACHMENT, words::own_vpc_only(&id));
            self.block(Direction::Out, code, COMPONENT, &id, what, firewall.at);
            return self.deliver_anyway(stop, flow, target);
        }
        let Some(entry) = self.entry(flow, Entrance::Firewall(index), &firewall.subnets, stop.subnet)? else {
            let missing = firewall.subnets.rest.clone();
            let missing = missing.unwrap_or(Missing::Component(firewall.name.clone()));
            self.open(Direction::Out, COMPONENT, &id, words::firewall_unknown(&id), missing);
            return self.deliver_anyway(stop, flow, target);
        };
        if self.sent_on.contains(&(COMPONENT, entry)) {
            let (code, what) = (Code::VPCHECK_ROUTE_RING, words::route_ring(&id));
            self.block(Direction::Out, code, COMPONENT, &id, what, firewall.at);
            return Ok(());
        }
        self.sent_on.push((COMPONENT, entry));
        let crosses = stop.subnet != Some(entry);
        if crosses {
            self.acl(entry, Way::Ingress, flow, false)?;
        }
        if self.inspect(Direction::Out, firewall, flow)? {
            self.watched.push((index, entry));
            // What comes back from the internet comes back in the zone that it left from.
            if let Some(attachment) = self.by_zone.filter(|_| !flow.destination.is_public()) {
                let id = network.attachments[attachment.0].name.to_string();
                self.report.assumes(words::appliance_mode(&id));
            }
        }
        self.inspect(Direction::Back, firewall, flow)?;
        let next = Stop {
            subnet: Some(entry),
            table: network.subnets[entry.0].table.clone(),
            public_address: stop.public_address.clone(),
            named: stop.named.clone(),
            ..*stop
        };
        self.onward(&next, flow, target)?;
        if crosses {
            self.acl(entry, Way::Egress, flow, true)?;
        }
        Ok(())
    }

    /// Tells what rules do with a flow, and whether stateful ones look at it.
    fn inspect(&mut self, direction: Direction, firewall: &Firewall, flow: &Flow) -> Result<bool, Cut> {
        let id = firewall.name.to_string();
        let does = stateless(self.network, firewall, flow, direction == Direction::Back)?;
        let is_stateful = matches!(does, Stateless::Does(FirewallAction::Forward, _));
        let (drops, at) = match does {
            Stateless::Does(FirewallAction::Pass, at) => (false, at),
            Stateless::Does(FirewallAction::Drop, at) => (true, at),
            Stateless::Does(FirewallAction::Forward, at) => match &firewall.stateful {
                Statefully::Passes => (false, at),
                Statefully::Drops => (true, at),
                // What the engine let out, it lets back in.
                Statefully::Open(_) if direction == Direction::Back => return Ok(is_stateful),
                Statefully::Open(missing) => {
                    self.open_at(direction, COMPONENT, &id, words::stateful(&id), missing.clone(), at);
                    return Ok(is_stateful);
                }
            },
            Stateless::Unknown(missing) => {
                self.open(direction, COMPONENT, &id, words::firewall_unknown(&id), missing);
                return Ok(is_stateful);
            }
        };
        let at = at.or(firewall.at);
        if drops {
            let what = words::firewall_drops(&id, direction == Direction::Back);
            self.block(direction, Code::FIREWALL_RULES_RESTRICTION, COMPONENT, &id, what, at);
        } else if direction == Direction::Out {
            self.hop(direction, COMPONENT, &id, Action::Allow, words::firewall_passes(), at);
        }
        Ok(is_stateful)
    }

    /// An answer is sent to a firewall. Its rules were asked where the packets passed it.
    pub(super) fn back_by_firewall(
        &mut self,
        flow: &Flow,
        place: &Answering,
        name: &Name,
    ) -> Result<(), Cut> {
        let network = self.network;
        let Some(index) = network.firewall(name) else { return Ok(()) };
        let firewall = &network.firewalls[index.0];
        let id = firewall.name.to_string();
        let near = place.subnet.or(flow.source.subnet());
        let Some(entry) = self.answer_past(index, flow, near)? else { return Ok(()) };
        if place.subnet == Some(entry) {
            let (code, what) = (Code::VPCHECK_ROUTE_RING, words::route_ring(&id));
            self.block(Direction::Back, code, COMPONENT, &id, what, firewall.at);
            return Ok(());
        }
        let table = network.subnets[entry.0].table.clone();
        self.back_from(Some(entry), place.vpc, &table, place.home, flow, None)
    }
}

impl Walk<'_> {
    /// An answer passes a firewall: the subnet by whose endpoint it does.
    pub(super) fn answer_past(
        &mut self,
        index: FirewallIndex,
        flow: &Flow,
        near: Option<SubnetIndex>,
    ) -> Result<Option<SubnetIndex>, Cut> {
        let network = self.network;
        let firewall = &network.firewalls[index.0];
        let id = firewall.name.to_string();
        let Some(entry) = self.entry(flow, Entrance::Firewall(index), &firewall.subnets, near)? else {
            return Ok(None);
        };
        self.answered.push(index);
        let passed = |(component, subnet): &(Component, _)| {
            *component == COMPONENT && firewall.subnets.items.contains(subnet)
        };
        if !self.sent_on.iter().any(passed) {
            self.inspect(Direction::Back, firewall, flow)?;
            let missing = Missing::Beyond(Topic::OneWayFirewall, firewall.name.clone());
            self.open(Direction::Back, COMPONENT, &id, words::one_way_only(&id), missing);
        }
        self.one_endpoint(index, entry);
        self.hop(Direction::Back, COMPONENT, &id, Action::Forward, words::firewall_passes(), firewall.at);
        Ok(Some(entry))
    }

    /// What comes in by a gateway passes a firewall in front of a subnet.
    pub(super) fn past_firewall(
        &mut self,
        index: FirewallIndex,
        flow: &Flow,
        near: SubnetIndex,
    ) -> Result<(), Cut> {
        let firewall = &self.network.firewalls[index.0];
        let Some(entry) = self.entry(flow, Entrance::Firewall(index), &firewall.subnets, Some(near))? else {
            let (id, missing) = (firewall.name.to_string(), Missing::Component(firewall.name.clone()));
            self.open(Direction::Out, COMPONENT, &id, words::firewall_unknown(&id), missing);
            return Ok(());
        };
        self.sent_on.push((COMPONENT, entry));
        if self.inspect(Direction::Out, firewall, flow)? {
            self.watched.push((index, entry));
        }
        self.inspect(Direction::Back, firewall, flow).map(|_| ())
    }

    /// Endpoints of a firewall know nothing of each other's flows. Which endpoint a route names is told by the zone, so
    /// that this is what an answer rests on.
    /// <https://docs.aws.amazon.com/network-firewall/latest/developerguide/asymmetric-routing.html>
    fn one_endpoint(&mut self, index: FirewallIndex, back: SubnetIndex) {
        let mut passed = self.watched.iter().filter(|(firewall, _)| *firewall == index).map(|(_, at)| *at);
        let Some(out) = passed.next() else { return };
        if out == back || passed.any(|at| at == back) {
            return;
        }
        let subnet = |at: SubnetIndex| &self.network.subnets[at.0].name;
        let id = self.network.firewalls[index.0].name.to_string();
        let assumption = words::one_endpoint(&id, subnet(out), subnet(back));
        self.report.assumes(assumption);
    }
}

/// The first rule that is about a flow decides, else the default.
fn stateless(network: &Network, firewall: &Firewall, flow: &Flow, answer: bool) -> Result<Stateless, Cut> {
    let mut maybe: Option<(Missing, Fact<FirewallAction>)> = None;
    let mut end = (firewall.default.clone(), None);
    for rule in &firewall.rules.items {
        match about(network, rule, firewall, flow, answer)? {
            Match::No => {}
            Match::Maybe(missing) => maybe = maybe.or(Some((missing, rule.action.clone()))),
            Match::Yes => {
                end = (rule.action.clone(), rule.at);
                break;
            }
        }
    }
    if end.1.is_none()
        && let Some(missing) = &firewall.rules.rest
    {
        return Ok(Stateless::Unknown(missing.clone()));
    }
    Ok(match (end, maybe) {
        ((end, _), Some((missing, other))) if end != other => Stateless::Unknown(missing),
        ((Fact::Known(action), at), _) => Stateless::Does(action, at),
        ((Fact::Unknown(missing), _), _) => Stateless::Unknown(missing),
    })
}

fn about(
    network: &Network,
    rule: &FirewallRule,
    firewall: &Firewall,
    flow: &Flow,
    answer: bool,
) -> Result<Match, Cut> {
    let protocol = any(&rule.protocols, |protocol| {
        Ok(if protocol.covers(flow.protocol) { Match::Yes } else { Match::No })
    })?;
    if protocol == Match::No {
        return Ok(Match::No);
    }
    let client = (&flow.source, &flow.source_ports, Side::Source);
    let server = (&flow.destination, &flow.ports, Side::Destination);
    let (from, to) = if answer { (server, client) } else { (client, server) };
    let mut matched = protocol;
    for (ranges, ports, (addresses, own_ports, side)) in
        [(&rule.sources, &rule.source_ports, from), (&rule.destinations, &rule.destination_ports, to)]
    {
        let of_addresses = in_ranges(network, ranges, addresses, side)?;
        if of_addresses == Match::No {
            return Ok(Match::No);
        }
        matched = matched.and(of_addresses).and(in_ports(ports, own_ports, flow, side)?);
    }
    if rule.asks_more && matched == Match::Yes {
        let missing = Missing::Beyond(Topic::FirewallRules, firewall.name.clone());
        return Ok(Match::Maybe(missing));
    }
    Ok(matched)
}

fn in_ranges(
    network: &Network,
    ranges: &Listed<Cidr>,
    addresses: &Addresses,
    side: Side,
) -> Result<Match, Cut> {
    any(ranges, |range| addresses.within(network, range, side))
}

fn in_ports(ports: &Listed<Ports>, own: &PortSet, flow: &Flow, side: Side) -> Result<Match, Cut> {
    if !flow.protocol.has_ports() {
        return Ok(Match::Yes);
    }
    any(ports, |range| own.within(*range, side))
}

/// Whether one of a list is about something; an empty list is about everything.
fn any<T>(list: &Listed<T>, test: impl Fn(&T) -> Result<Match, Cut>) -> Result<Match, Cut> {
    if list.items.is_empty() && list.rest.is_none() {
        return Ok(Match::Yes);
    }
    let mut maybe = list.rest.clone();
    for item in &list.items {
        match test(item)? {
            Match::Yes => return Ok(Match::Yes),
            Match::No => {}
            Match::Maybe(missing) => maybe = maybe.or(Some(missing)),
        }
    }
    Ok(maybe.map_or(Match::No, Match::Maybe))
}
