//! Virtual private gateways and VPN connections: the last of the way that AWS sees.

use super::super::flow::{Cut, Flow, Match, Side};
use super::super::{Action, Code, Component, Direction, denials, words};
use super::{Standing, Stop, Walk};
use crate::network::{Fact, Missing, Name, Topic, VpnConnectionIndex, VpnEnd};

impl Walk<'_> {
    pub(super) fn vpn_gateway(
        &mut self,
        stop: &Stop,
        flow: &Flow,
        target: Option<&Standing>,
        name: &Name,
    ) -> Result<(), Cut> {
        let network = self.network;
        let (id, component) = (name.to_string(), Component::VpnGateway);
        let beyond = || Missing::Beyond(Topic::VpnGateway, name.clone());
        let Some(index) = network.vpn_gateway(name) else {
            self.open(Direction::Out, component, &id, words::gateway_elsewhere(&id), beyond());
            return self.deliver_anyway(stop, flow, target);
        };
        let gateway = &network.vpn_gateways[index.0];
        let at = gateway.attached_at.or(gateway.at);
        if !self.serves_guests(stop, component, &id, at) {
            return Ok(());
        }
        let elsewhere = match &gateway.vpc {
            Fact::Known(None) => Some(words::not_attached(&id)),
            Fact::Known(vpc) if stop.vpc.is_some() && *vpc != stop.vpc => {
                Some(words::attached_elsewhere(&id))
            }
            // A route to a gateway that is not attached cannot be made.
            Fact::Known(_) | Fact::Unknown(_) => None,
        };
        if let Some(what) = elsewhere {
            self.block(Direction::Out, Code::BAD_STATE_ATTACHMENT, component, &id, what, at);
            return self.deliver_anyway(stop, flow, target);
        }
        let mut open = None;
        let mut connections = 0;
        for (connection, one) in network.vpn_connections.iter().enumerate() {
            if one.end != VpnEnd::Gateway(index) {
                continue;
            }
            connections += 1;
            for range in &one.ranges.items {
                match flow.destination.within(network, range, Side::Destination)? {
                    Match::Yes => {
                        self.hop(Direction::Out, component, &id, Action::Forward, words::by_vpn(), at);
                        self.over_connection(VpnConnectionIndex(connection), flow);
                        return self.back_in(name, stop.vpc, flow);
                    }
                    Match::No => {}
                    Match::Maybe(missing) => open = open.or(Some(missing)),
                }
            }
            open = open.or_else(|| one.ranges.rest.clone());
        }
        if connections == 0 {
            self.open(Direction::Out, component, &id, words::gateway_elsewhere(&id), beyond());
        } else if let Some(missing) = open {
            self.open(Direction::Out, component, &id, words::announced(&id), missing);
        } else {
            let what = denials::not_behind_vpn(network, &id, &flow.destination);
            self.block(Direction::Out, Code::NO_ROUTE_TO_DESTINATION, component, &id, what, at);
        }
        self.deliver_anyway(stop, flow, target)
    }

    /// Out of AWS: what stands at the other end is taken to do its part.
    pub(super) fn over_connection(&mut self, connection: VpnConnectionIndex, flow: &Flow) {
        let connection = &self.network.vpn_connections[connection.0];
        let id = connection.name.to_string();
        let gateway =
            connection.customer_gateway.as_ref().map_or_else(|| "?".to_owned(), ToString::to_string);
        let detail = words::to_customer_gateway(&gateway);
        self.hop(Direction::Out, Component::VpnConnection, &id, Action::Forward, detail, connection.at);
        self.hop(
            Direction::Out,
            Component::RemoteNetwork,
            &gateway,
            Action::Stand,
            words::arrives(flow),
            None,
        );
        self.report.assumes(words::remote_network(&gateway));
    }
}
