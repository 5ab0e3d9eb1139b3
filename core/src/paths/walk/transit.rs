//! Through a transit gateway: in by an interface in the sender's zone, by the table of the attachment, out into another
//! VPC or a VPN connection; and the answer's own way through it.

use super::super::filter::Way;
use super::super::flow::{Addresses, Cut, Entrance, Flow, Match, Side};
use super::super::route::{Lookup, lookup_transit};
use super::super::{Action, Code, Component, Direction, denials, words};
use super::arrival::Answering;
use super::{Standing, Stop, Walk};
use crate::network::{
    Attached, AttachmentIndex, Fact, Listed, Missing, Name, SubnetIndex, Topic, TransitGatewayIndex, VpcIndex,
};

const GATEWAY: Component = Component::TransitGateway;
const ATTACHMENT: Component = Component::TransitAttachment;

impl Walk<'_> {
    pub(super) fn transit_gateway(
        &mut self,
        stop: &Stop,
        flow: &Flow,
        target: Option<&Standing>,
        name: &Name,
    ) -> Result<(), Cut> {
        let Some(from) = self.enter(Direction::Out, stop.subnet, stop.vpc, name) else {
            return self.deliver_anyway(stop, flow, target);
        };
        self.acl(from.interface, Way::Ingress, flow, false)?;
        let Some(to) = self.transit_route(Direction::Out, from.attachment, &flow.destination, flow)? else {
            return self.deliver_anyway(stop, flow, target);
        };
        match &self.network.attachments[to.0].attached {
            Attached::Vpc { .. } => self.arrive(stop, flow, target, from, to),
            Attached::Vpn(connection) => {
                self.over_connection(*connection, flow);
                self.leave(to, flow, stop.home)
            }
            Attached::Elsewhere => {
                let attachment = &self.network.attachments[to.0].name;
                let missing = Missing::Beyond(Topic::TransitGateway, attachment.clone());
                let id = attachment.to_string();
                self.open(Direction::Out, ATTACHMENT, &id, words::beyond_attachment(&id), missing);
                Ok(())
            }
        }
    }

    /// Into a VPC: its attachment's interface sends on from its own subnet.
    fn arrive(
        &mut self,
        stop: &Stop,
        flow: &Flow,
        target: Option<&Standing>,
        from: Entered,
        to: AttachmentIndex,
    ) -> Result<(), Cut> {
        let network = self.network;
        let attachment = &network.attachments[to.0];
        let id = attachment.name.to_string();
        let Attached::Vpc { vpc, subnets, appliance_mode, .. } = &attachment.attached else { return Ok(()) };
        let vpc = match vpc {
            Fact::Known(vpc) => *vpc,
            Fact::Unknown(missing) => {
                self.open(Direction::Out, ATTACHMENT, &id, words::beyond_attachment(&id), missing.clone());
                return Ok(());
            }
        };
        let zone_counts = *appliance_mode == Fact::Known(false);
        self.by_zone = Some(to).filter(|_| zone_counts && subnets.items.len() > 1);
        let near = Some(from.interface).filter(|_| zone_counts);
        let Some(entry) = self.entry(flow, Entrance::Attachment(to), subnets, near)? else {
            let missing = subnets.rest.clone().unwrap_or(Missing::Component(attachment.name.clone()));
            self.open(Direction::Out, ATTACHMENT, &id, words::beyond_attachment(&id), missing);
            return Ok(());
        };
        let into = words::into_vpc(&network.vpcs[vpc.0].name);
        self.hop(Direction::Out, ATTACHMENT, &id, Action::Forward, into, attachment.at);
        let next = Stop {
            subnet: Some(entry),
            table: network.subnets[entry.0].table.clone(),
            vpc: Some(vpc),
            public_address: Fact::Known(false),
            is_nat: false,
            is_guest: true,
            home: stop.home,
            named: self.groups_named_across(from.gateway, from.attachment, to),
        };
        self.onward(&next, flow, target)
    }

    /// Whether rules behind a gateway may name groups before it: where the gateway and both attachments support it.
    fn groups_named_across(
        &self,
        gateway: TransitGatewayIndex,
        from: AttachmentIndex,
        to: AttachmentIndex,
    ) -> Match {
        let of = |fact: &Fact<bool>| match fact {
            Fact::Known(true) => Match::Yes,
            Fact::Known(false) => Match::No,
            Fact::Unknown(missing) => Match::Maybe(missing.clone()),
        };
        let attachment = |at: AttachmentIndex| of(&self.network.attachments[at.0].group_references);
        of(&self.network.transit_gateways[gateway.0].group_references)
            .and(attachment(from))
            .and(attachment(to))
    }

    /// Into a gateway, from a VPC that it must be attached to; nothing where packets do not get in, or nobody knows.
    fn enter(
        &mut self,
        direction: Direction,
        subnet: Option<SubnetIndex>,
        vpc: Option<VpcIndex>,
        name: &Name,
    ) -> Option<Entered> {
        let network = self.network;
        let id = name.to_string();
        let beyond = || Missing::Beyond(Topic::TransitGateway, name.clone());
        let Some(gateway) = network.transit_gateway(name) else {
            self.open(direction, GATEWAY, &id, words::gateway_elsewhere(&id), beyond());
            return None;
        };
        let place = network.transit_gateways[gateway.0].at;
        let of_gateway = |at: &usize| network.attachments[*at].gateway == Fact::Known(gateway);
        let of_vpc = |at: &usize| {
            let own = network.attachments[*at].vpc().and_then(|own| own.known());
            own.is_some() && own.copied() == vpc
        };
        let all = || (0..network.attachments.len()).filter(of_gateway);
        let Some(attachment) = all().find(of_vpc).map(AttachmentIndex) else {
            let others = network.transit_gateways[gateway.0].others.clone();
            let open = all().find_map(|at| match network.attachments[at].vpc() {
                Some(Fact::Unknown(missing)) => Some(missing.clone()),
                _ => None,
            });
            match (vpc, others.or(open)) {
                (Some(vpc), None) => {
                    let what = words::not_attached_to(&id, &network.vpcs[vpc.0].name);
                    self.block(direction, Code::BAD_STATE_ATTACHMENT, GATEWAY, &id, what, place);
                }
                (_, missing) => {
                    let missing = missing.unwrap_or_else(beyond);
                    self.open(direction, GATEWAY, &id, words::gateway_elsewhere(&id), missing);
                }
            }
            return None;
        };
        if self.crossed.contains(&(direction, attachment)) {
            let what = words::route_ring(&id);
            self.block(direction, Code::VPCHECK_ROUTE_RING, GATEWAY, &id, what, place);
            return None;
        }
        self.crossed.push((direction, attachment));
        let interface = self.interface_near(direction, subnet, attachment)?;
        self.hop(
            direction,
            GATEWAY,
            &id,
            Action::Forward,
            words::enters_by(&network.attachments[attachment.0].name),
            network.attachments[attachment.0].at,
        );
        Some(Entered { gateway, attachment, interface })
    }

    /// The subnet with the attachment's interface in the zone of `subnet`.
    fn interface_near(
        &mut self,
        direction: Direction,
        subnet: Option<SubnetIndex>,
        attachment: AttachmentIndex,
    ) -> Option<SubnetIndex> {
        let network = self.network;
        let attachment = &network.attachments[attachment.0];
        let Attached::Vpc { subnets, .. } = &attachment.attached else { return None };
        let id = attachment.name.to_string();
        let Some(subnet) = subnet else { return subnets.items.first().copied() };
        if subnets.items.contains(&subnet) {
            return Some(subnet);
        }
        let zone = |at: SubnetIndex| &network.subnets[at.0].zone;
        let mut open = subnets.rest.clone();
        let mut candidate = None;
        for other in &subnets.items {
            let same = match (zone(subnet), zone(*other)) {
                (Fact::Known(own), Fact::Known(other)) => own.same(other).ok_or(Missing::Region),
                (Fact::Unknown(missing), _) | (_, Fact::Unknown(missing)) => Err(missing.clone()),
            };
            match same {
                Ok(true) => return Some(*other),
                Ok(false) => {}
                Err(missing) => {
                    candidate = candidate.or(Some(*other));
                    open = open.or(Some(missing));
                }
            }
        }
        match open {
            Some(missing) => {
                self.open(direction, ATTACHMENT, &id, words::zone_of_attachment_unknown(&id), missing);
            }
            None => {
                let what = words::no_attachment_in_zone(&id, &network.subnets[subnet.0].name);
                self.block(direction, Code::TGW_ROUTE_AZ_RESTRICTION, ATTACHMENT, &id, what, attachment.at);
            }
        }
        candidate
    }

    /// The subnet by which something with interfaces in several sends packets on: the one in the zone of `near`, else
    /// any of those that differ in their table or ACL.
    pub(super) fn entry(
        &self,
        flow: &Flow,
        by: Entrance,
        subnets: &Listed<SubnetIndex>,
        near: Option<SubnetIndex>,
    ) -> Result<Option<SubnetIndex>, Cut> {
        let of = |at: SubnetIndex| &self.network.subnets[at.0];
        if let Some(near) = near {
            let same_zone = |at: &&SubnetIndex| match (&of(**at).zone, &of(near).zone) {
                (Fact::Known(one), Fact::Known(other)) => one.same(other) == Some(true),
                _ => **at == near,
            };
            if let Some(found) = subnets.items.iter().find(same_zone) {
                return Ok(Some(*found));
            }
        }
        let mut different: Vec<SubnetIndex> = Vec::new();
        for at in &subnets.items {
            let like =
                |known: &SubnetIndex| of(*known).table == of(*at).table && of(*known).acl == of(*at).acl;
            if !different.iter().any(like) {
                different.push(*at);
            }
        }
        flow.entry(by, &different)
    }

    /// The attachment that the table of another sends packets to; nothing where it does not, or nobody knows.
    fn transit_route(
        &mut self,
        direction: Direction,
        from: AttachmentIndex,
        to: &Addresses,
        flow: &Flow,
    ) -> Result<Option<AttachmentIndex>, Cut> {
        let network = self.network;
        let side = if direction == Direction::Out { Side::Destination } else { Side::Source };
        let component = Component::TransitTable;
        let attachment = &network.attachments[from.0];
        let table = match &attachment.table {
            Fact::Known(Some(table)) => *table,
            Fact::Known(None) => {
                let (id, at) = (attachment.name.to_string(), attachment.at);
                let code = Code::TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION;
                self.block(direction, code, ATTACHMENT, &id, words::no_transit_table(&id), at);
                return Ok(None);
            }
            Fact::Unknown(missing) => {
                let id = attachment.name.to_string();
                self.open(direction, ATTACHMENT, &id, words::transit_table_unknown(&id), missing.clone());
                return Ok(None);
            }
        };
        let (id, at) = (network.transit_tables[table.0].name.to_string(), network.transit_tables[table.0].at);
        let (found, ways) = lookup_transit(network, table, to, side)?;
        match found {
            Lookup::Route(way) => {
                let Some(way) = ways.get(way) else { return Ok(None) };
                match &way.target {
                    Some(Fact::Known(attachment)) => {
                        let name = &network.attachments[attachment.0].name;
                        let detail = words::transit_route(network, &way.destination, name);
                        self.hop(direction, component, &id, Action::Forward, detail, way.at);
                        return Ok(Some(*attachment));
                    }
                    Some(Fact::Unknown(missing)) => {
                        let missing = missing.clone();
                        self.open_at(direction, component, &id, words::target_unknown(), missing, way.at);
                    }
                    None => {
                        let what = words::dropped_by_route(network, &way.destination);
                        self.block(direction, Code::TGW_RTB_BAD_STATE_ROUTE, component, &id, what, way.at);
                    }
                }
            }
            Lookup::Unknown(missing) => {
                self.open_at(direction, component, &id, words::route_unknown(), missing, at);
            }
            // The default table learns of whatever is attached, from other stacks and accounts too: what is in no VPC of
            // this template may be behind it.
            Lookup::None | Lookup::Local
                if direction == Direction::Out
                    && flow.destination.vpc().is_none()
                    && matches!(network.transit_tables[table.0].name, Name::Implied { .. }) =>
            {
                let gateway =
                    attachment.gateway.known().map(|at| network.transit_gateways[at.0].name.clone());
                let missing = match gateway {
                    Some(gateway) => Missing::Beyond(Topic::TransitGateway, gateway),
                    None => Missing::NotFollowed(Topic::TransitGateway),
                };
                self.open_at(direction, component, &id, words::gateway_elsewhere(&id), missing, at);
            }
            Lookup::None | Lookup::Local => {
                let what = match direction {
                    Direction::Out => denials::no_transit_route(network, &flow.destination),
                    Direction::Back => denials::no_route_back(network, flow),
                };
                self.block(direction, Code::TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT, component, &id, what, at);
            }
        }
        Ok(None)
    }

    /// An answer is sent to a transit gateway.
    pub(super) fn back_through(&mut self, flow: &Flow, place: &Answering, name: &Name) -> Result<(), Cut> {
        let Some(from) = self.enter(Direction::Back, place.subnet, place.vpc, name) else { return Ok(()) };
        self.acl(from.interface, Way::Ingress, flow, true)?;
        self.leave(from.attachment, flow, place.home)
    }

    /// An answer leaves a gateway, by the table of the attachment that it came by.
    fn leave(&mut self, from: AttachmentIndex, flow: &Flow, home: Option<VpcIndex>) -> Result<(), Cut> {
        let network = self.network;
        let Some(to) = self.transit_route(Direction::Back, from, &flow.source, flow)? else { return Ok(()) };
        let attachment = &network.attachments[to.0];
        let id = attachment.name.to_string();
        let Attached::Vpc { vpc: Fact::Known(vpc), subnets, appliance_mode, .. } = &attachment.attached
        else {
            let missing = Missing::Beyond(Topic::TransitGateway, attachment.name.clone());
            self.open(Direction::Back, ATTACHMENT, &id, words::beyond_attachment(&id), missing);
            return Ok(());
        };
        let own = flow.source.subnet();
        // In appliance mode answers come by the zone that the packets came by.
        let near = own.filter(|_| *appliance_mode == Fact::Known(false));
        let Some(entry) = self.entry(flow, Entrance::Attachment(to), subnets, near)? else { return Ok(()) };
        let into = words::into_vpc(&network.vpcs[vpc.0].name);
        self.hop(Direction::Back, ATTACHMENT, &id, Action::Forward, into, attachment.at);
        if Some(entry) == own {
            self.answers_in_subnet = true;
            return Ok(());
        }
        self.acl(entry, Way::Egress, flow, true)?;
        let table = network.subnets[entry.0].table.clone();
        self.back_from(Some(entry), Some(*vpc), &table, home, flow, None)
    }
}

/// How packets came into a gateway.
#[derive(Clone, Copy)]
struct Entered {
    gateway: TransitGatewayIndex,
    attachment: AttachmentIndex,
    /// The subnet with the interface that they came by.
    interface: SubnetIndex,
}
