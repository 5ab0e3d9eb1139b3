//! What comes in by a gateway with a table of its own, answers that a route inside the VPC leads past a firewall, and
//! firewalls that see one way only.

use super::super::filter::Way;
use super::super::flow::{Cut, Flow, Side};
use super::super::route::{Lookup, lookup};
use super::super::{Action, Code, Component, Direction, words};
use super::arrival::Answering;
use super::{Relay, Standing, Walk};
use crate::network::{
    Fact, FirewallIndex, GatewayKind, Missing, Name, Route, SubnetIndex, TableIndex, Target, Topic, VpcIndex,
};

const TABLE: Component = Component::RouteTable;

/// Whether a route leads to what can stand between a gateway and a subnet.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/gateway-route-tables.html>
fn stands_between(route: &Route) -> bool {
    matches!(
        route.target,
        Target::Interface { .. } | Target::Gateway { kind: GatewayKind::ApplianceEndpoint, .. }
    )
}

impl Walk<'_> {
    /// An answer comes in by a gateway, to the VPC that it is attached to.
    pub(super) fn back_in(&mut self, gateway: &Name, vpc: Option<VpcIndex>, flow: &Flow) -> Result<(), Cut> {
        match self.network.edge(gateway) {
            Some(table) => self.detour(None, vpc, table, flow),
            None => Ok(()),
        }
    }

    /// An answer inside its VPC goes past an appliance where a route for the subnet that asked says so.
    pub(super) fn detour(
        &mut self,
        subnet: Option<SubnetIndex>,
        vpc: Option<VpcIndex>,
        table: TableIndex,
        flow: &Flow,
    ) -> Result<(), Cut> {
        let found = &self.network.tables[table.0];
        if !found.routes.items.iter().any(stands_between) {
            return Ok(());
        }
        let id = found.name.to_string();
        match lookup(self.network, table, &flow.source, Side::Source)? {
            Lookup::Route(route) => match found.routes.items.get(route).filter(|route| stands_between(route))
            {
                Some(route) => {
                    let place = Answering { subnet, vpc, home: vpc };
                    self.answer_by(flow, &place, None, &id, route)
                }
                None => Ok(()),
            },
            Lookup::Unknown(missing) => {
                self.open(Direction::Back, TABLE, &id, words::route_unknown(), missing);
                Ok(())
            }
            Lookup::Local | Lookup::None => Ok(()),
        }
    }

    /// What came from the internet to an interface with a public address: the gateway's table, the filters there, and the
    /// answer's way out.
    pub(in crate::paths) fn come_in(&mut self, flow: &Flow, target: &Standing) -> Result<(), Cut> {
        self.in_by_edge(flow, target)?;
        self.acl(target.subnet, Way::Ingress, flow, false)?;
        self.groups(target, Way::Ingress, flow, &super::Match::No)?;
        self.acl(target.subnet, Way::Egress, flow, true)?;
        self.out_again(flow, target, Some(target.subnet))?;
        self.half_seen();
        Ok(())
    }

    /// By the table of the VPC's internet gateway, where that sends what comes in to an appliance first.
    fn in_by_edge(&mut self, flow: &Flow, target: &Standing) -> Result<(), Cut> {
        let network = self.network;
        let own = |vpc: &Fact<Option<VpcIndex>>| target.vpc.is_some() && vpc.known() == Some(&target.vpc);
        let gateway = network.internet_gateways.iter().find(|gateway| own(&gateway.vpc));
        let Some(table) = gateway.and_then(|gateway| network.edge(&gateway.name)) else { return Ok(()) };
        let routes = &network.tables[table.0].routes.items;
        if !routes.iter().any(stands_between) {
            return Ok(());
        }
        let id = network.tables[table.0].name.to_string();
        let route = match lookup(network, table, &flow.destination, Side::Destination)? {
            Lookup::Route(route) => routes.get(route),
            Lookup::Unknown(missing) => {
                self.open(Direction::Out, TABLE, &id, words::route_unknown(), missing);
                None
            }
            Lookup::Local | Lookup::None => None,
        };
        let Some(route) = route else { return Ok(()) };
        let detail = words::route(network, route);
        match &route.target {
            Target::Gateway { kind: GatewayKind::ApplianceEndpoint, name } => {
                self.hop(Direction::Out, TABLE, &id, Action::Forward, detail, route.at);
                match network.firewall(name) {
                    Some(index) => self.past_firewall(index, flow, target.subnet)?,
                    None => {
                        let what = words::beyond_gateway(GatewayKind::ApplianceEndpoint, &name.to_string());
                        let missing = Missing::Beyond(Topic::Appliance, name.clone());
                        self.open_at(Direction::Out, TABLE, &id, what, missing, route.at);
                    }
                }
            }
            Target::Interface { name, .. } => {
                let missing = Missing::Beyond(Topic::ForwardingInstance, name.clone());
                let what = words::forwards(&name.to_string());
                self.open_at(Direction::Out, TABLE, &id, what, missing, route.at);
            }
            _ => {}
        }
        Ok(())
    }

    /// Answers to the internet go out by a gateway, past a firewall or not.
    fn out_again(&mut self, flow: &Flow, target: &Standing, from: Option<SubnetIndex>) -> Result<(), Cut> {
        let (network, Some(subnet)) = (self.network, from) else { return Ok(()) };
        let table = match &network.subnets[subnet.0].table {
            Fact::Known(table) => *table,
            Fact::Unknown(missing) => {
                let (id, missing) = (self.subnet_name(from), missing.clone());
                self.open(Direction::Back, TABLE, &id, words::table_unknown(), missing);
                return Ok(());
            }
        };
        let (id, routes) = (network.tables[table.0].name.to_string(), &network.tables[table.0].routes.items);
        let route = match lookup(network, table, &flow.source, Side::Source)? {
            Lookup::Route(at) => routes.get(at),
            Lookup::Unknown(missing) => {
                self.open(Direction::Back, TABLE, &id, words::route_unknown(), missing);
                return Ok(());
            }
            Lookup::Local | Lookup::None => None,
        };
        match route.map(|route| (&route.target, route)) {
            Some((Target::InternetGateway(_), _)) => {}
            Some((Target::Gateway { kind: kind @ GatewayKind::ApplianceEndpoint, name }, route)) => {
                self.hop(
                    Direction::Back,
                    TABLE,
                    &id,
                    Action::Forward,
                    words::route(network, route),
                    route.at,
                );
                let Some(index) = network.firewall(name) else {
                    let what = words::beyond_gateway(*kind, &name.to_string());
                    let missing = Missing::Beyond(Topic::Appliance, name.clone());
                    self.open_at(Direction::Back, TABLE, &id, what, missing, route.at);
                    return Ok(());
                };
                // A second time is a ring.
                if !self.answered.contains(&index) {
                    let entry = self.answer_past(index, flow, Some(subnet))?;
                    return self.out_again(flow, target, entry);
                }
            }
            _ => {
                let at = self.table_place(from, table);
                let (code, what) = (Code::NO_ROUTE_TO_DESTINATION, words::no_way_out(&target.id));
                self.block(Direction::Back, code, TABLE, &id, what, at);
            }
        }
        Ok(())
    }

    /// Firewalls whose stateful rules have seen packets, but not the answers to them.
    pub(super) fn half_seen(&mut self) {
        let is_open = self.report.blockers.is_empty() && self.report.missing.is_empty();
        if !is_open || self.relay == Some(Relay::TakesBack) {
            return;
        }
        let unseen = |index: &FirewallIndex| !self.answered.contains(index);
        let Some(index) = self.watched.iter().map(|(index, _)| *index).find(unseen) else { return };
        let name = &self.network.firewalls[index.0].name;
        let (id, missing) = (name.to_string(), Missing::Beyond(Topic::OneWayFirewall, name.clone()));
        self.open(Direction::Back, Component::Firewall, &id, words::answers_pass_by(&id), missing);
    }
}
