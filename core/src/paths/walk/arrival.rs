//! The target's side, and the answer's way back.

use super::super::filter::Way;
use super::super::flow::{Belongs, Cut, Flow, Match, Side};
use super::super::obstacle::Hindrance;
use super::super::route::{Lookup, lookup};
use super::super::{Action, Blocker, Code, Component, Direction, denials, words};
use super::{Relay, Standing, Stop, Walk, other_side, topic};
use crate::language::Phrase;
use crate::network::{
    Fact, GatewayKind, Missing, PeeringIndex, Route, SubnetIndex, TableIndex, Target, Topic, VpcIndex,
};

/// Where an answer is on its way back.
pub(super) struct Answering {
    pub(super) subnet: Option<SubnetIndex>,
    pub(super) vpc: Option<VpcIndex>,
    /// The VPC that it must come to.
    pub(super) home: Option<VpcIndex>,
}

impl Walk<'_> {
    /// Behind a blocker the target's own filters are still worth knowing, where packets could come from this subnet.
    pub(super) fn deliver_anyway(
        &mut self,
        stop: &Stop,
        flow: &Flow,
        target: Option<&Standing>,
    ) -> Result<(), Cut> {
        if stop.is_nat || target.is_none() {
            return Ok(());
        }
        let named = self.groups_can_be_named(stop.vpc, target.and_then(|target| target.vpc));
        self.deliver(stop, flow, target, false, &named, None)
    }

    pub(super) fn beyond(&mut self, stop: &Stop, flow: &Flow, target: Option<&Standing>) -> Result<(), Cut> {
        if target.is_some() { self.deliver_anyway(stop, flow, target) } else { Ok(()) }
    }

    /// What a NAT gateway has sent on is delivered by its own walk.
    pub(super) fn beyond_nat(
        &mut self,
        stop: &Stop,
        flow: &Flow,
        target: Option<&Standing>,
    ) -> Result<(), Cut> {
        let stopped = !self.report.blockers.is_empty();
        if stopped && target.is_some() { self.deliver_anyway(stop, flow, target) } else { Ok(()) }
    }

    /// The target's side: its subnet's ACL, its groups, and the answer's way back to the border of the source's VPC.
    pub(super) fn deliver(
        &mut self,
        stop: &Stop,
        flow: &Flow,
        target: Option<&Standing>,
        same_subnet: bool,
        named: &Match,
        by: Option<PeeringIndex>,
    ) -> Result<(), Cut> {
        let Some(target) = target else {
            // An address inside the VPC that nothing is known to have.
            if let Belongs::Stranger { subnet, .. } = &flow.destination.belongs {
                let subnet = *subnet;
                if Some(subnet) != stop.subnet {
                    self.acl(subnet, Way::Ingress, flow, false)?;
                }
                let missing = Missing::Interface(words::numbers(&flow.destination.ranges));
                let id = self.subnet_name(Some(subnet));
                self.open(Direction::Out, Component::Subnet, &id, words::stranger(), missing);
                if Some(subnet) != stop.subnet {
                    self.acl(subnet, Way::Egress, flow, true)?;
                }
            }
            return Ok(());
        };
        if !same_subnet {
            self.acl(target.subnet, Way::Ingress, flow, false)?;
        }
        self.groups(target, Way::Ingress, flow, named)?;
        let subnet = &self.network.subnets[target.subnet.0].name;
        self.hop(
            Direction::Out,
            target.component,
            &target.id,
            Action::Stand,
            words::stands_in(subnet),
            target.at,
        );
        if !same_subnet {
            self.acl(target.subnet, Way::Egress, flow, true)?;
        } else if stop.is_guest {
            // Out of a subnet with an interface of the gateway its ACL is asked, into it not.
            self.acl(target.subnet, Way::Egress, flow, true)?;
        }
        if !same_subnet || stop.is_guest {
            let table = self.network.subnets[target.subnet.0].table.clone();
            let home = if stop.is_guest { stop.home } else { stop.vpc };
            self.back_from(Some(target.subnet), target.vpc, &table, home, flow, by)?;
        }
        Ok(())
    }

    /// To VPC Lattice, which takes packets out of the VPC before any route: past the caller's groups and those of the
    /// VPC's association.
    pub(in crate::paths) fn enter_lattice(
        &mut self,
        flow: &Flow,
        source: &Standing,
        gate: &Standing,
        detail: Phrase,
    ) -> Result<(), Cut> {
        let subnet = &self.network.subnets[source.subnet.0].name;
        let (component, at) = (source.component, source.groups_at.or(source.at));
        self.hop(Direction::Out, component, &source.id, Action::Stand, words::stands_in(subnet), at);
        self.groups(source, Way::Egress, flow, &Match::Yes)?;
        self.acl(source.subnet, Way::Egress, flow, false)?;
        self.groups(gate, Way::Ingress, flow, &Match::Yes)?;
        self.hop(Direction::Out, gate.component, &gate.id, Action::Forward, detail, gate.at);
        self.acl(source.subnet, Way::Ingress, flow, true)
    }

    /// Answers from a subnet (or a regional NAT gateway, which stands in none) must come back to `home` the way that
    /// its routes say.
    pub(super) fn back_from(
        &mut self,
        subnet: Option<SubnetIndex>,
        vpc: Option<VpcIndex>,
        table: &Fact<TableIndex>,
        home: Option<VpcIndex>,
        flow: &Flow,
        by: Option<PeeringIndex>,
    ) -> Result<(), Cut> {
        if self.relay == Some(Relay::TakesBack) {
            return Ok(());
        }
        let network = self.network;
        let same_vpc = vpc.is_some() && vpc == home;
        let table = match table {
            Fact::Known(table) => *table,
            Fact::Unknown(_) if same_vpc => return Ok(()),
            Fact::Unknown(missing) => {
                let (id, missing) = (self.subnet_name(subnet), missing.clone());
                self.open(Direction::Back, Component::RouteTable, &id, words::table_unknown(), missing);
                return Ok(());
            }
        };
        let id = network.tables[table.0].name.to_string();
        let (at, component) = (self.table_place(subnet, table), Component::RouteTable);
        let hindrance = || Hindrance::Route { table, subnet, vpc };
        match lookup(network, table, &flow.source, Side::Source)? {
            Lookup::Local if same_vpc => {
                self.hop(Direction::Back, component, &id, Action::Forward, words::local_route(), at);
            }
            Lookup::Local => {
                let (code, what) = (Code::NO_POSSIBLE_DESTINATION, words::answer_stays(&id));
                self.block(Direction::Back, code, component, &id, what, at);
            }
            Lookup::Route(route) => {
                let Some(route) = network.tables[table.0].routes.items.get(route) else { return Ok(()) };
                let blockers = self.report.blockers.len();
                let place = Answering { subnet, vpc, home };
                self.answer_by(flow, &place, by, &id, route)?;
                // A more specific route may lead back where this one does not.
                let by_table = |blocker: &Blocker| {
                    blocker.direction == Direction::Back && blocker.component == component && blocker.id == id
                };
                if self.report.blockers.iter().skip(blockers).any(by_table) {
                    self.hinders(hindrance(), true, false, flow);
                }
            }
            Lookup::None => {
                let (code, what) = (Code::NO_ROUTE_TO_DESTINATION, denials::no_route_back(network, flow));
                self.block(Direction::Back, code, component, &id, what, at);
                self.hinders(hindrance(), true, false, flow);
            }
            Lookup::Unknown(missing) => {
                self.open(Direction::Back, component, &id, words::route_unknown(), missing);
            }
        }
        Ok(())
    }

    pub(super) fn answer_by(
        &mut self,
        flow: &Flow,
        place: &Answering,
        by: Option<PeeringIndex>,
        id: &str,
        route: &Route,
    ) -> Result<(), Cut> {
        let (network, component) = (self.network, Component::RouteTable);
        let detail = words::route(network, route);
        let mut stop = |code, what| self.block(Direction::Back, code, component, id, what, route.at);
        if route.blackhole {
            stop(Code::BAD_STATE_ROUTE, words::blackhole(&detail));
            return Ok(());
        }
        match &route.target {
            Target::Peering(peering) => {
                // Any peering connection of both VPCs leads back.
                let connects = Some(*peering) == by
                    || (network.peerings[peering.0].active.known() == Some(&true)
                        && matches!(other_side(&network.peerings[peering.0], place.vpc), Fact::Known(Some(vpc)) if Some(vpc) == flow.source.vpc()));
                if connects {
                    self.hop(Direction::Back, component, id, Action::Forward, detail, route.at);
                } else {
                    stop(Code::PCX_REQUIRES_ADDRESS_IN_VPC_CIDR, words::answer_elsewhere(&detail));
                }
            }
            Target::InternetGateway(_) => {
                stop(Code::IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS, words::answer_elsewhere(&detail));
            }
            Target::NatGateway(_) | Target::GatewayEndpoint(_) | Target::Local => {
                stop(Code::NO_ROUTE_TO_DESTINATION, words::answer_elsewhere(&detail));
            }
            Target::Interface { name, source_dest_check, .. } => match source_dest_check {
                Fact::Known(true) => {
                    stop(
                        Code::ENI_SOURCE_DEST_CHECK_RESTRICTION,
                        words::source_dest_check(&name.to_string()),
                    );
                }
                Fact::Known(false) => {
                    let missing = Missing::Beyond(Topic::ForwardingInstance, name.clone());
                    self.open_at(
                        Direction::Back,
                        component,
                        id,
                        words::forwards(&name.to_string()),
                        missing,
                        route.at,
                    );
                }
                Fact::Unknown(missing) => {
                    let what = words::source_dest_check_unknown(&name.to_string());
                    self.open_at(Direction::Back, component, id, what, missing.clone(), route.at);
                }
            },
            Target::Gateway { kind: GatewayKind::TransitGateway, name } => {
                self.hop(Direction::Back, component, id, Action::Forward, detail, route.at);
                self.back_through(flow, place, name)?;
            }
            Target::Gateway { kind: GatewayKind::ApplianceEndpoint, name }
                if network.firewall(name).is_some() =>
            {
                self.hop(Direction::Back, component, id, Action::Forward, detail, route.at);
                self.back_by_firewall(flow, place, name)?;
            }
            Target::Gateway { kind, name } => {
                let what = words::beyond_gateway(*kind, &name.to_string());
                let missing = Missing::Beyond(topic(*kind), name.clone());
                self.open_at(Direction::Back, component, id, what, missing, route.at);
            }
            Target::Unknown(missing) => {
                self.open_at(
                    Direction::Back,
                    component,
                    id,
                    words::target_unknown(),
                    missing.clone(),
                    route.at,
                );
            }
        }
        Ok(())
    }
}
