//! Follows packets from an interface to another, or to a service or the internet, and back.
//!
//! Everything that stops them is noted, and the walk goes on behind it as far as that makes sense: who mends one
//! blocker wants to know of the next.

mod arrival;
mod edges;
mod filters;
mod firewall;
mod gateways;
mod instance;
mod transit;
mod vpn;

use super::filter::Way;
use super::flow::{Cut, Flow, Match, Side};
use super::obstacle::{Hindrance, Obstacle};
use super::route::{Lookup, lookup};
use super::{Action, Blocker, Code, Component, Direction, Hop, denials, words};
use crate::language::Phrase;
use crate::network::{
    AttachmentIndex, Fact, FirewallIndex, GatewayKind, GroupIndex, Listed, Missing, Name, NatIndex, Network,
    Peering, Place, Route, SubnetIndex, TableIndex, Target, Topic, VpcIndex,
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
    /// Whether it wears no group at all, so that nothing is filtered: network load balancers made without any.
    pub(super) is_unguarded: bool,
    /// Where the groups are named.
    pub(super) groups_at: Option<Place>,
    pub(super) public_address: Fact<bool>,
    /// Whether it has an address of IP version 6.
    pub(super) ipv6: Fact<bool>,
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
    pub(super) fn assumes(&mut self, assumption: Phrase) {
        if !self.assumptions.contains(&assumption) {
            self.assumptions.push(assumption);
        }
    }

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
    /// Attachments by which packets have come to a transit gateway, and answers.
    crossed: Vec<(Direction, AttachmentIndex)>,
    /// Firewalls and NAT instances passed, by the subnets of their interfaces.
    sent_on: Vec<(Component, SubnetIndex)>,
    /// Endpoints passed of firewalls whose stateful rules must see the answers too, by the subnets of their interfaces.
    watched: Vec<(FirewallIndex, SubnetIndex)>,
    /// Firewalls that answers have passed.
    answered: Vec<FirewallIndex>,
    /// The attachment that packets came out of in the zone that they came from, where others were possible.
    by_zone: Option<AttachmentIndex>,
    /// Whether answers come back by an interface of a transit gateway in the source's own subnet.
    answers_in_subnet: bool,
    /// What sends packets on, where it is a load balancer with ways of its own.
    pub(super) relay: Option<Relay>,
}

/// What is different where a load balancer sends packets on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relay {
    /// A Classic Load Balancer: the ACL of its subnet is asked for targets in that subnet too.
    Classic,
    /// A Network Load Balancer that sends on under the address of a caller in another VPC: it takes answers back itself,
    /// whatever the routes of its targets say.
    TakesBack,
}

/// A place that packets are sent on from.
struct Stop {
    subnet: Option<SubnetIndex>,
    table: Fact<TableIndex>,
    vpc: Option<VpcIndex>,
    public_address: Fact<bool>,
    is_nat: bool,
    /// Whether packets came here through a transit gateway, from another VPC.
    is_guest: bool,
    /// The VPC that the flow's source stands in.
    home: Option<VpcIndex>,
    /// Whether rules of this VPC may name the groups of the source.
    named: Match,
}

impl<'n> Walk<'n> {
    pub(super) fn new(network: &'n Network) -> Self {
        Self {
            network,
            report: Report::default(),
            passed: Vec::new(),
            crossed: Vec::new(),
            sent_on: Vec::new(),
            watched: Vec::new(),
            answered: Vec::new(),
            by_zone: None,
            answers_in_subnet: false,
            relay: None,
        }
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
        if flow.destination.is_ipv6() {
            self.sends_ipv6(source);
        }
        let named = self.groups_can_be_named(source.vpc, target.and_then(|target| target.vpc));
        self.groups(source, Way::Egress, flow, &named)?;
        let stop = Stop {
            subnet: Some(source.subnet),
            table: subnet.table.clone(),
            vpc: source.vpc,
            public_address: source.public_address.clone(),
            is_nat: false,
            is_guest: false,
            home: source.vpc,
            named: Match::Yes,
        };
        self.onward(&stop, flow, target)?;
        self.half_seen();
        Ok(())
    }

    /// Packets of IP version 6 need a sender with such an address.
    fn sends_ipv6(&mut self, source: &Standing) {
        let (component, at) = (source.component, source.groups_at.or(source.at));
        match &source.ipv6 {
            Fact::Known(true) => {}
            Fact::Known(false) => {
                let what = words::no_ipv6_address(&source.id);
                self.block(Direction::Out, Code::VPCHECK_NO_IPV6_ADDRESS, component, &source.id, what, at);
            }
            Fact::Unknown(missing) => {
                let what = words::ipv6_address_unknown(&source.id);
                self.open(Direction::Out, component, &source.id, what, missing.clone());
            }
        }
    }

    /// Sends packets on from a subnet (or from a regional NAT gateway, which stands in none) and takes answers back.
    fn onward(&mut self, stop: &Stop, flow: &Flow, target: Option<&Standing>) -> Result<(), Cut> {
        // Subnets of which one name stands for several may be different ones.
        let settled = |subnet: SubnetIndex| !self.network.subnets[subnet.0].several;
        let same_subnet = target
            .zip(stop.subnet)
            .is_some_and(|(target, subnet)| target.subnet == subnet && settled(subnet));
        if same_subnet {
            if self.relay == Some(Relay::Classic) {
                self.classic_acl(stop, flow)?;
            }
            return self.deliver(stop, flow, target, true, &stop.named, None);
        }
        if let Some(subnet) = stop.subnet {
            self.acl(subnet, Way::Egress, flow, false)?;
        }
        self.route(stop, flow, target)?;
        // Answers through a transit gateway come by their own way, which is followed from their end.
        let unasked = stop.is_guest || std::mem::take(&mut self.answers_in_subnet);
        if let Some(subnet) = stop.subnet.filter(|_| !unasked) {
            self.acl(subnet, Way::Ingress, flow, true)?;
        }
        Ok(())
    }

    /// <https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-vpc-nacl.html>
    fn classic_acl(&mut self, stop: &Stop, flow: &Flow) -> Result<(), Cut> {
        let blockers = self.report.blockers.len();
        if let Some(subnet) = stop.subnet {
            self.acl(subnet, Way::Egress, flow, false)?;
        }
        for blocker in self.report.blockers.iter_mut().skip(blockers) {
            blocker.code = Code::ELB_ACL_RESTRICTION;
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
                    return self.deliver(stop, flow, target, false, &stop.named, None);
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
                self.deliver(stop, flow, target, false, &stop.named, None)
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
            Target::Local => self.deliver(stop, flow, target, false, &stop.named, None),
            Target::InternetGateway(gateway) => {
                let gateway = &network.internet_gateways[gateway.0];
                let id = gateway.name.to_string();
                self.internet_gateway(stop, flow, &id, gateway.attached_at.or(gateway.at), &gateway.vpc)?;
                self.back_in(&gateway.name, stop.vpc, flow)?;
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
            Target::Interface { name, workload, source_dest_check } => {
                self.instance(stop, flow, target, name, *workload, source_dest_check, route.at)
            }
            Target::Gateway { kind, name } => self.other_gateway(stop, flow, target, *kind, name),
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

    fn other_gateway(
        &mut self,
        stop: &Stop,
        flow: &Flow,
        target: Option<&Standing>,
        kind: GatewayKind,
        name: &Name,
    ) -> Result<(), Cut> {
        let id = name.to_string();
        match kind {
            GatewayKind::TransitGateway => return self.transit_gateway(stop, flow, target, name),
            GatewayKind::VpnGateway => return self.vpn_gateway(stop, flow, target, name),
            GatewayKind::ApplianceEndpoint => {
                if let Some(firewall) = self.network.firewall(name) {
                    return self.firewall(stop, flow, target, firewall);
                }
            }
            GatewayKind::EgressOnlyInternetGateway if flow.destination.is_ipv6() => {
                let component = Component::EgressOnlyGateway;
                self.public_access(stop, component, &id);
                if self.serves_guests(stop, component, &id, None) {
                    let to = words::to_the_internet();
                    self.hop(Direction::Out, component, &id, Action::Forward, to, None);
                    self.outside(flow);
                }
                return Ok(());
            }
            GatewayKind::EgressOnlyInternetGateway => {
                let (code, what) = (Code::NO_POSSIBLE_DESTINATION, words::ipv6_only(&id));
                self.block(Direction::Out, code, Component::EgressOnlyGateway, &id, what, None);
                return self.deliver_anyway(stop, flow, target);
            }
            GatewayKind::LocalGateway | GatewayKind::CarrierGateway | GatewayKind::CoreNetwork => {}
        }
        let missing = Missing::Beyond(topic(kind), name.clone());
        self.open(Direction::Out, Component::Gateway, &id, words::beyond_gateway(kind, &id), missing);
        self.deliver_anyway(stop, flow, target)
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

fn topic(kind: GatewayKind) -> Topic {
    match kind {
        GatewayKind::TransitGateway => Topic::TransitGateway,
        GatewayKind::VpnGateway => Topic::VpnGateway,
        GatewayKind::ApplianceEndpoint => Topic::Appliance,
        GatewayKind::LocalGateway
        | GatewayKind::CarrierGateway
        | GatewayKind::CoreNetwork
        | GatewayKind::EgressOnlyInternetGateway => Topic::OtherGateway,
    }
}
