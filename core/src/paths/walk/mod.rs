//! Follows packets from an interface to another, or to a service or the internet, and back.
//!
//! Everything that stops them is noted, and the walk goes on behind it as far as that makes sense: who mends one
//! blocker wants to know of the next.

mod arrival;
mod filters;
mod gateways;

use super::filter::Way;
use super::flow::{Cut, Flow, Match, Side};
use super::obstacle::{Hindrance, Obstacle};
use super::route::{Lookup, lookup};
use super::{Action, Blocker, Code, Component, Direction, Hop, denials, words};
use crate::language::Phrase;
use crate::network::{
    Fact, GroupIndex, Listed, Missing, NatIndex, Network, Opaque, Peering, Place, Route, SubnetIndex,
    TableIndex, Target, Topic, VpcIndex,
};

/// What packets start from or end at.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) component: Component,
    pub(super) id: String,
    pub(super) at: Option<Place>,
    pub(super) subnet: SubnetIndex,
    pub(super) vpc: Option<VpcIndex>,
    pub(super) groups: Listed<GroupIndex>,
    /// Where the groups are named.
    pub(super) groups_at: Option<Place>,
    pub(super) public_address: Fact<bool>,
}

/// What a walk has met.
#[derive(Clone, Debug, Default)]
pub(super) struct Report {
    pub(super) hops: Vec<Hop>,
    pub(super) blockers: Vec<Blocker>,
    pub(super) missing: Vec<Missing>,
    pub(super) assumptions: Vec<Phrase>,
}

impl Report {
    pub(super) fn misses(&mut self, missing: Missing) {
        if !self.missing.contains(&missing) {
            self.missing.push(missing);
        }
    }
}

pub(super) struct Walk<'n> {
    pub(super) network: &'n Network,
    pub(super) report: Report,
    /// NAT gateways passed.
    passed: Vec<NatIndex>,
}

/// A place that packets are sent on from.
struct Stop {
    subnet: Option<SubnetIndex>,
    table: Fact<TableIndex>,
    vpc: Option<VpcIndex>,
    public_address: Fact<bool>,
    is_nat: bool,
}

impl<'n> Walk<'n> {
    pub(super) fn new(network: &'n Network) -> Self {
        Self { network, report: Report::default(), passed: Vec::new() }
    }

    /// From `source` to `target`, which is nothing where the destination is no interface.
    ///
    /// # Errors
    /// A cut, where parts of the flow fare differently.
    pub(super) fn go(
        &mut self,
        flow: &Flow,
        source: &Standing,
        target: Option<&Standing>,
    ) -> Result<(), Cut> {
        let network = self.network;
        let subnet = &network.subnets[source.subnet.0];
        self.hop(
            Direction::Out,
            source.component,
            &source.id,
            Action::Stand,
            words::stands_in(&subnet.name),
            source.groups_at.or(source.at),
        );
        let named = self.groups_can_be_named(source.vpc, target.and_then(|target| target.vpc));
        self.groups(source, Way::Egress, flow, &named)?;
        let stop = Stop {
            subnet: Some(source.subnet),
            table: subnet.table.clone(),
            vpc: source.vpc,
            public_address: source.public_address.clone(),
            is_nat: false,
        };
        self.onward(&stop, flow, target)?;
        Ok(())
    }

    /// Sends packets on from a subnet (or from a regional NAT gateway, which stands in none) and takes answers back.
    fn onward(&mut self, stop: &Stop, flow: &Flow, target: Option<&Standing>) -> Result<(), Cut> {
        // Subnets of which one name stands for several may be different ones.
        let settled = |subnet: SubnetIndex| !self.network.subnets[subnet.0].several;
        let same_subnet = target
            .zip(stop.subnet)
            .is_some_and(|(target, subnet)| target.subnet == subnet && settled(subnet));
        if same_subnet {
            return self.deliver(stop, flow, target, true, &Match::Yes, None);
        }
        if let Some(subnet) = stop.subnet {
            self.acl(subnet, Way::Egress, flow, false)?;
        }
        self.route(stop, flow, target)?;
        if let Some(subnet) = stop.subnet {
            self.acl(subnet, Way::Ingress, flow, true)?;
        }
        Ok(())
    }

    fn route(&mut self, stop: &Stop, flow: &Flow, target: Option<&Standing>) -> Result<(), Cut> {
        let network = self.network;
        let table = match &stop.table {
            Fact::Known(table) => *table,
            Fact::Unknown(missing) => {
                // Inside a VPC every table has the local route.
                if stop.vpc.is_some() && stop.vpc == flow.destination.vpc() {
                    self.hop(
                        Direction::Out,
                        Component::RouteTable,
                        &self.subnet_name(stop.subnet),
                        Action::Forward,
                        words::local_route(),
                        None,
                    );
                    return self.deliver(stop, flow, target, false, &Match::Yes, None);
                }
                let id = self.subnet_name(stop.subnet);
                self.open(
                    Direction::Out,
                    Component::RouteTable,
                    &id,
                    words::table_unknown(),
                    missing.clone(),
                );
                return self.deliver_anyway(stop, flow, target);
            }
        };
        let id = network.tables[table.0].name.to_string();
        let at = self.table_place(stop.subnet, table);
        match lookup(network, table, &flow.destination, Side::Destination)? {
            Lookup::Local => {
                self.hop(
                    Direction::Out,
                    Component::RouteTable,
                    &id,
                    Action::Forward,
                    words::local_route(),
                    at,
                );
                if flow.destination.vpc().is_none() || flow.destination.vpc() != stop.vpc {
                    return self.local_elsewhere(stop, flow, target);
                }
                if stop.is_nat {
                    let missing = Missing::Undocumented(Topic::PrivateAddressThroughNat);
                    self.open(Direction::Out, Component::RouteTable, &id, words::local_behind_nat(), missing);
                }
                self.deliver(stop, flow, target, false, &Match::Yes, None)
            }
            Lookup::Route(route) => match network.tables[table.0].routes.items.get(route) {
                Some(route) => self.by_route(stop, flow, target, &id, route),
                None => Ok(()),
            },
            Lookup::None => {
                let what =
                    denials::no_route(network, flow, self.is_main(table), &self.subnet_name(stop.subnet));
                self.block(
                    Direction::Out,
                    Code::NO_ROUTE_TO_DESTINATION,
                    Component::RouteTable,
                    &id,
                    what,
                    at,
                );
                let by = Hindrance::Route { table, subnet: stop.subnet, vpc: stop.vpc };
                self.hinders(by, false, false, flow);
                self.deliver_anyway(stop, flow, target)
            }
            Lookup::Unknown(missing) => {
                self.open(Direction::Out, Component::RouteTable, &id, words::route_unknown(), missing);
                self.deliver_anyway(stop, flow, target)
            }
        }
    }

    /// The local route takes packets for an address that what we look for does not have there.
    fn local_elsewhere(&mut self, stop: &Stop, flow: &Flow, target: Option<&Standing>) -> Result<(), Cut> {
        let Some(vpc) = stop.vpc else { return self.deliver_anyway(stop, flow, target) };
        let id = self.network.vpcs[vpc.0].name.to_string();
        let at = self.network.vpcs[vpc.0].at;
        let what = denials::nobody_there(self.network, &id, flow);
        self.block(Direction::Out, Code::NO_POSSIBLE_DESTINATION, Component::Vpc, &id, what, at);
        self.deliver_anyway(stop, flow, target)
    }

    fn by_route(
        &mut self,
        stop: &Stop,
        flow: &Flow,
        target: Option<&Standing>,
        table: &str,
        route: &Route,
    ) -> Result<(), Cut> {
        let network = self.network;
        let detail = words::route(network, route);
        if route.blackhole {
            let what = words::blackhole(&detail);
            self.block(Direction::Out, Code::BAD_STATE_ROUTE, Component::RouteTable, table, what, route.at);
            return self.deliver_anyway(stop, flow, target);
        }
        self.hop(Direction::Out, Component::RouteTable, table, Action::Forward, detail, route.at);
        let blockers = self.report.blockers.len();
        self.along(stop, flow, target, table, route)?;
        self.could_go_elsewhere(blockers, stop, flow);
        Ok(())
    }

    /// What stops packets on a route, another route may spare them.
    fn could_go_elsewhere(&mut self, blockers: usize, stop: &Stop, flow: &Flow) {
        let Fact::Known(table) = stop.table else { return };
        let nat = if stop.is_nat { self.passed.last().copied() } else { None };
        for blocker in self.report.blockers.iter_mut().skip(blockers) {
            // Of routes in a row the first leads to private addresses, the last to public ones.
            let is_nearer = match &blocker.obstacle {
                None => true,
                Some(known) => {
                    matches!(known.by, Hindrance::Route { .. })
                        && !known.answer
                        && !known.destination.is_public()
                }
            };
            if is_nearer && blocker.direction == Direction::Out {
                let by = Hindrance::Route { table, subnet: stop.subnet, vpc: stop.vpc };
                blocker.obstacle = Some(Box::new(Obstacle::new(by, false, false, nat, flow)));
            }
        }
    }

    fn along(
        &mut self,
        stop: &Stop,
        flow: &Flow,
        target: Option<&Standing>,
        table: &str,
        route: &Route,
    ) -> Result<(), Cut> {
        let network = self.network;
        match &route.target {
            Target::Local => self.deliver(stop, flow, target, false, &Match::Yes, None),
            Target::InternetGateway(gateway) => {
                let gateway = &network.internet_gateways[gateway.0];
                let id = gateway.name.to_string();
                self.internet_gateway(stop, flow, &id, gateway.attached_at.or(gateway.at), &gateway.vpc)?;
                self.beyond(stop, flow, target)
            }
            Target::NatGateway(nat) => {
                self.nat_gateway(stop, flow, target, *nat)?;
                self.beyond_nat(stop, flow, target)
            }
            Target::GatewayEndpoint(endpoint) => {
                let endpoint = &network.endpoints[endpoint.0];
                let id = endpoint.name.to_string();
                self.gateway_endpoint(stop, flow, &id, endpoint);
                Ok(())
            }
            Target::Peering(peering) => self.peering(stop, flow, target, *peering),
            Target::Interface { name, source_dest_check, .. } => {
                let id = name.to_string();
                match source_dest_check {
                    Fact::Known(true) => {
                        let code = Code::ENI_SOURCE_DEST_CHECK_RESTRICTION;
                        let what = words::source_dest_check(&id);
                        self.block(Direction::Out, code, Component::NetworkInterface, &id, what, route.at);
                    }
                    Fact::Known(false) => {
                        let missing = Missing::NotFollowed(Topic::ForwardingInstance);
                        let what = words::forwards(&id);
                        self.open(Direction::Out, Component::NetworkInterface, &id, what, missing);
                    }
                    Fact::Unknown(missing) => {
                        let what = words::source_dest_check_unknown(&id);
                        self.open(Direction::Out, Component::NetworkInterface, &id, what, missing.clone());
                    }
                }
                self.deliver_anyway(stop, flow, target)
            }
            Target::Opaque { kind, name } => {
                let (topic, id) = (topic(*kind), name.to_string());
                self.open(
                    Direction::Out,
                    Component::Gateway,
                    &id,
                    words::opaque(*kind, &id),
                    Missing::NotFollowed(topic),
                );
                self.deliver_anyway(stop, flow, target)
            }
            Target::Unknown(missing) => {
                self.open(
                    Direction::Out,
                    Component::RouteTable,
                    table,
                    words::target_unknown(),
                    missing.clone(),
                );
                self.deliver_anyway(stop, flow, target)
            }
        }
    }

    fn subnet_name(&self, subnet: Option<SubnetIndex>) -> String {
        subnet.map_or_else(String::new, |subnet| self.network.subnets[subnet.0].name.to_string())
    }

    fn is_main(&self, table: TableIndex) -> bool {
        self.network.vpcs.iter().any(|vpc| vpc.main_table == table)
    }

    /// Where the choice of a table is written: its association, or the table.
    fn table_place(&self, subnet: Option<SubnetIndex>, table: TableIndex) -> Option<Place> {
        self.network.tables[table.0].at.or_else(|| self.network.subnets[subnet?.0].table_at)
    }

    fn hop(
        &mut self,
        direction: Direction,
        component: Component,
        id: &str,
        action: Action,
        detail: Phrase,
        at: Option<Place>,
    ) {
        self.report.hops.push(Hop { direction, component, id: id.to_owned(), action, detail, at });
    }

    pub(super) fn block(
        &mut self,
        direction: Direction,
        code: Code,
        component: Component,
        id: &str,
        message: Phrase,
        at: Option<Place>,
    ) {
        let of = self.passed.last().map(|nat| self.network.nat_gateways[nat.0].name.to_string());
        self.hop(direction, component, id, Action::Deny, message.clone(), at);
        let (id, obstacle) = (id.to_owned(), None);
        self.report.blockers.push(Blocker { code, direction, component, id, of, message, at, obstacle });
    }

    /// Says what a repair must know of the last blocker.
    fn hinders(&mut self, by: Hindrance, answer: bool, named: bool, flow: &Flow) {
        let nat = self.passed.last().copied();
        if let Some(blocker) = self.report.blockers.last_mut() {
            blocker.obstacle = Some(Box::new(Obstacle::new(by, answer, named, nat, flow)));
        }
    }

    fn open(
        &mut self,
        direction: Direction,
        component: Component,
        id: &str,
        detail: Phrase,
        missing: Missing,
    ) {
        self.open_at(direction, component, id, detail, missing, None);
    }

    fn open_at(
        &mut self,
        direction: Direction,
        component: Component,
        id: &str,
        detail: Phrase,
        missing: Missing,
        at: Option<Place>,
    ) {
        self.hop(direction, component, id, Action::Unknown, detail, at);
        self.report.misses(missing);
    }
}

/// The VPC at the other end of a peering connection; known to be none where `here` is at neither end.
fn other_side(peering: &Peering, here: Option<VpcIndex>) -> Fact<Option<VpcIndex>> {
    match (&peering.requester, &peering.accepter, here) {
        (Fact::Known(requester), accepter, Some(here)) if *requester == here => accepter.clone().map(Some),
        (requester, Fact::Known(accepter), Some(here)) if *accepter == here => requester.clone().map(Some),
        (Fact::Known(_), Fact::Known(_), Some(_)) => Fact::Known(None),
        (Fact::Unknown(missing), _, _) | (_, Fact::Unknown(missing), _) => Fact::Unknown(missing.clone()),
        (Fact::Known(requester), Fact::Known(_), None) => Fact::Known(Some(*requester)),
    }
}

fn topic(kind: Opaque) -> Topic {
    match kind {
        Opaque::TransitGateway => Topic::TransitGateway,
        Opaque::VpnGateway => Topic::VpnGateway,
        Opaque::ApplianceEndpoint => Topic::Appliance,
        Opaque::LocalGateway
        | Opaque::CarrierGateway
        | Opaque::CoreNetwork
        | Opaque::EgressOnlyInternetGateway => Topic::OtherGateway,
    }
}
