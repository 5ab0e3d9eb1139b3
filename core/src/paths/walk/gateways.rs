//! What routes lead to: internet and NAT gateways, gateway endpoints, peering connections.

use super::super::filter::Way;
use super::super::flow::{
    Addresses, Belongs, Cut, EPHEMERAL, Flow, Match, PortSet, Side, Translation, Translator,
};
use super::super::{Action, Code, Component, Direction, words};
use super::{Standing, Stop, Walk, other_side};
use crate::network::{
    Connectivity, Endpoint, EndpointPolicy, Fact, Listed, Missing, NatIndex, NatPlacement, PeeringIndex,
    Place, Protocol, Ranges, TableIndex, Topic, VpcIndex,
};

impl Stop {
    /// Where a NAT gateway sends from; the table of a regional one is its own matter.
    pub(super) fn nat(vpc: Option<VpcIndex>, public_address: Fact<bool>) -> Self {
        Self {
            subnet: None,
            table: Fact::Unknown(Missing::Region),
            vpc,
            public_address,
            is_nat: true,
            is_guest: false,
            home: vpc,
            named: Match::Yes,
        }
    }
}

impl Walk<'_> {
    /// Endpoints, peering and virtual private gateways serve what stands in their own VPC: nothing passes through it.
    pub(super) fn serves_guests(
        &mut self,
        stop: &Stop,
        component: Component,
        id: &str,
        at: Option<Place>,
    ) -> bool {
        if stop.is_guest {
            let code = match component {
                Component::PeeringConnection => Code::PCX_REQUIRES_ADDRESS_IN_VPC_CIDR,
                _ => Code::NO_POSSIBLE_DESTINATION,
            };
            self.block(Direction::Out, code, component, id, words::own_vpc_only(id), at);
        }
        !stop.is_guest
    }

    /// Whether VPC Block Public Access lets out what a subnet sends to a gateway of the internet.
    pub(super) fn public_access(&mut self, stop: &Stop, component: Component, id: &str) {
        let Some(access) = &self.network.public_access else { return };
        match access.stops(stop.vpc, stop.subnet) {
            Ok(false) => {}
            Ok(true) => {
                let code = Code::VPC_BLOCK_PUBLIC_ACCESS_ENABLED;
                self.block(Direction::Out, code, component, id, words::public_access_blocked(), access.at);
            }
            Err(missing) => {
                let missing = missing.clone();
                self.open(Direction::Out, component, id, words::public_access_blocked(), missing);
            }
        }
    }

    pub(super) fn internet_gateway(
        &mut self,
        stop: &Stop,
        flow: &Flow,
        id: &str,
        at: Option<Place>,
        attached: &Fact<Option<VpcIndex>>,
    ) -> Result<(), Cut> {
        let component = Component::InternetGateway;
        let before = self.report.blockers.len();
        self.public_access(stop, component, id);
        match attached {
            Fact::Known(None) => {
                let what = words::not_attached(id);
                self.block(Direction::Out, Code::BAD_STATE_ATTACHMENT, component, id, what, at);
            }
            Fact::Known(vpc) if stop.vpc.is_some() && *vpc != stop.vpc => {
                let what = words::attached_elsewhere(id);
                self.block(Direction::Out, Code::BAD_STATE_ATTACHMENT, component, id, what, at);
            }
            // A route to a gateway that is not attached cannot be made: who deploys such a route has attached it.
            Fact::Known(_) | Fact::Unknown(_) => {}
        }
        if flow.destination.is_ipv6() {
            // Addresses of IP version 6 are public by themselves, but for the gateways of their own VPC only.
            if self.serves_guests(stop, component, id, at) && self.report.blockers.len() == before {
                self.hop(Direction::Out, component, id, Action::Forward, words::to_the_internet(), at);
                self.outside(flow);
            }
            return Ok(());
        }
        for (code, net) in [
            (Code::IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS, words::PRIVATE_NETS.as_slice()),
            (Code::IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS, words::SHARED_NETS.as_slice()),
        ] {
            let set = Ranges::of_nets(net.iter().filter_map(|net| net.parse().ok()));
            let private = match flow.destination.among(set, Side::Destination)? {
                Match::Yes => true,
                // Interfaces have private addresses; the internet has none.
                Match::Maybe(_) => {
                    flow.destination.vpc().is_some()
                        && code == Code::IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS
                }
                Match::No => false,
            };
            if private {
                self.block(Direction::Out, code, component, id, words::private_destination(id), at);
            }
        }
        match &stop.public_address {
            Fact::Known(true) => {}
            Fact::Known(false) => {
                let code = Code::IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS;
                let what = if stop.is_nat { words::private_nat(id) } else { words::no_public_address(id) };
                self.block(Direction::Out, code, component, id, what, at);
            }
            Fact::Unknown(missing) => {
                self.open(Direction::Out, component, id, words::public_address_unknown(), missing.clone());
            }
        }
        if self.report.blockers.len() == before {
            self.hop(Direction::Out, component, id, Action::Forward, words::to_the_internet(), at);
            self.outside(flow);
        }
        Ok(())
    }

    /// Packets have left for the internet and arrive.
    pub(super) fn outside(&mut self, flow: &Flow) {
        let (component, id) = match &flow.destination.belongs {
            Belongs::Service(service) => (Component::Service, service.clone()),
            _ => (Component::Internet, "internet".to_owned()),
        };
        self.hop(Direction::Out, component, &id, Action::Stand, words::arrives(flow), None);
    }

    pub(super) fn nat_gateway(
        &mut self,
        stop: &Stop,
        flow: &Flow,
        target: Option<&Standing>,
        index: NatIndex,
    ) -> Result<(), Cut> {
        let network = self.network;
        let nat = &network.nat_gateways[index.0];
        let (id, at, component) = (nat.name.to_string(), nat.at, Component::NatGateway);
        if flow.destination.is_ipv6()
            && flow.destination.among(Ranges::nat64(), Side::Destination)? != Match::Yes
        {
            let (code, what) = (Code::NO_POSSIBLE_DESTINATION, words::nat64_only(&id));
            self.block(Direction::Out, code, component, &id, what, at);
            return Ok(());
        }
        if self.passed.contains(&index) {
            self.block(Direction::Out, Code::VPCHECK_NAT_LOOP, component, &id, words::nat_loop(&id), at);
            return Ok(());
        }
        self.passed.push(index);
        let public_address = match &nat.connectivity {
            Fact::Known(connectivity) => Fact::Known(*connectivity == Connectivity::Public),
            Fact::Unknown(missing) => Fact::Unknown(missing.clone()),
        };
        let (subnet, vpc) = match &nat.placement {
            NatPlacement::Zonal(Fact::Known(subnet)) => {
                (Some(*subnet), network.subnets[subnet.0].vpc.known().copied())
            }
            NatPlacement::Regional(Fact::Known(vpc)) => (None, Some(*vpc)),
            NatPlacement::Zonal(Fact::Unknown(missing)) | NatPlacement::Regional(Fact::Unknown(missing)) => {
                let missing = missing.clone();
                self.open(Direction::Out, component, &id, words::nat_unknown(&id), missing);
                return Ok(());
            }
        };
        if let (Some(here), Some(there)) = (stop.vpc, vpc)
            && here != there
        {
            let what = words::nat_of_other_vpc(&id);
            self.block(Direction::Out, Code::NGW_REQUIRES_SOURCE_IN_VPC, component, &id, what, at);
            return Ok(());
        }
        self.serves_zone(stop, index);
        let vpc = vpc.or(stop.vpc);
        // Inside one subnet no ACL is asked.
        let crosses = subnet.filter(|subnet| Some(*subnet) != stop.subnet);
        if let Some(subnet) = crosses {
            self.acl(subnet, Way::Ingress, flow, false)?;
        }
        self.hop(
            Direction::Out,
            component,
            &id,
            Action::Translate,
            words::translates(subnet.map(|at| &network.subnets[at.0].name)),
            at,
        );
        let mut translated = Flow {
            source: match subnet {
                Some(subnet) => {
                    Addresses::of_interface(network, &id, subnet, vpc, Listed::default(), nat.address)
                }
                None => Addresses { ranges: Ranges::public_addresses(), open: None, belongs: Belongs::Plain },
            },
            source_ports: PortSet::of(EPHEMERAL),
            ..flow.clone()
        };
        let source = &mut translated.source.ranges;
        if flow.destination.is_ipv6() {
            translated.destination.ranges = flow.destination.ranges.from_nat64();
        }
        let own = Translator::Gateway(index);
        *source = flow.after(own, Translation::Addresses, source);
        let ports = &mut translated.source_ports.ranges;
        *ports = flow.after(own, Translation::Ports, ports);
        match subnet {
            Some(subnet) => {
                let table = network.subnets[subnet.0].table.clone();
                let next = Stop { subnet: Some(subnet), table, ..Stop::nat(vpc, public_address) };
                self.onward(&next, &translated, target)
            }
            None => self.regional(vpc, &translated, target, nat.table, public_address, &id, at),
        }
        .map_err(|cut| cut.before(own).before_nat64(flow))?;
        let own_table = match subnet {
            Some(subnet) => network.subnets[subnet.0].table.known().copied(),
            None => nat.table,
        };
        if stop.is_guest {
            let table = match subnet {
                Some(subnet) => network.subnets[subnet.0].table.clone(),
                None => nat.table.map_or(Fact::Unknown(Missing::Component(nat.name.clone())), Fact::Known),
            };
            self.back_from(subnet, vpc, &table, stop.home, flow, None)?;
        } else if let Some(table) = own_table {
            self.detour(subnet, vpc, table, flow)?;
        }
        if let Some(subnet) = crosses {
            self.acl(subnet, Way::Egress, flow, true)?;
        }
        Ok(())
    }

    /// A regional NAT gateway with addresses in some zones serves what comes from these.
    fn serves_zone(&mut self, stop: &Stop, index: NatIndex) {
        let network = self.network;
        let nat = &network.nat_gateways[index.0];
        let (Some(zones), Some(subnet)) = (&nat.zones, stop.subnet) else { return };
        let id = nat.name.to_string();
        let mut open = zones.rest.clone();
        match &network.subnets[subnet.0].zone {
            Fact::Unknown(missing) => open = open.or_else(|| Some(missing.clone())),
            Fact::Known(own) => {
                for zone in &zones.items {
                    match own.same(zone) {
                        Some(true) => return,
                        Some(false) => {}
                        None => open = open.or(Some(Missing::Region)),
                    }
                }
            }
        }
        let what = words::nat_not_in_zone(&id, &network.subnets[subnet.0].name);
        match open {
            Some(missing) => self.open(Direction::Out, Component::NatGateway, &id, what, missing),
            None => {
                let code = Code::REGIONAL_NGW_ROUTE_AZ_RESTRICTION;
                self.block(Direction::Out, code, Component::NatGateway, &id, what, nat.at);
            }
        }
    }

    /// A regional NAT gateway has a route to the VPC's internet gateway by itself.
    #[expect(clippy::too_many_arguments, reason = "what a NAT gateway is made of; used once")]
    pub(super) fn regional(
        &mut self,
        vpc: Option<VpcIndex>,
        flow: &Flow,
        target: Option<&Standing>,
        table: Option<TableIndex>,
        public_address: Fact<bool>,
        id: &str,
        at: Option<Place>,
    ) -> Result<(), Cut> {
        if let Some(table) = table {
            let next = Stop { table: Fact::Known(table), ..Stop::nat(vpc, public_address) };
            return self.onward(&next, flow, target);
        }
        let attached = self.network.internet_gateways.iter().find(|gateway| match &gateway.vpc {
            Fact::Known(attached) => attached.is_some() && *attached == vpc,
            Fact::Unknown(_) => false,
        });
        let next = Stop::nat(vpc, public_address);
        if let Some(gateway) = attached {
            let gateway_id = gateway.name.to_string();
            self.internet_gateway(&next, flow, &gateway_id, gateway.attached_at, &gateway.vpc)?;
            return self.back_in(&gateway.name, vpc, flow);
        }
        match vpc.map(|vpc| &self.network.vpcs[vpc.0]) {
            // A VPC of this template whose gateways are all here.
            Some(vpc) if vpc.cidrs.rest.is_none() => {
                let what = words::no_internet_gateway(&vpc.name.to_string());
                self.block(Direction::Out, Code::BAD_STATE_ATTACHMENT, Component::NatGateway, id, what, at);
            }
            // In a VPC made elsewhere a regional NAT gateway without an internet gateway would be of no use.
            _ => {
                self.hop(
                    Direction::Out,
                    Component::InternetGateway,
                    "internet gateway",
                    Action::Forward,
                    words::to_the_internet(),
                    None,
                );
                self.outside(flow);
            }
        }
        Ok(())
    }

    pub(super) fn gateway_endpoint(&mut self, stop: &Stop, flow: &Flow, id: &str, endpoint: &Endpoint) {
        let (component, at) = (Component::GatewayEndpoint, endpoint.at);
        if !self.serves_guests(stop, component, id, at) {
            return;
        }
        if stop.is_nat {
            let missing = Missing::Undocumented(Topic::GatewayEndpointThroughNat);
            self.open(Direction::Out, component, id, words::endpoint_behind_nat(id), missing);
            return;
        }
        if !matches!(flow.protocol, Protocol::TCP | Protocol::ICMP) {
            let what = words::endpoint_protocol(id);
            self.block(Direction::Out, Code::VPCE_GATEWAY_PROTOCOL_RESTRICTION, component, id, what, at);
            return;
        }
        self.hop(Direction::Out, component, id, Action::Forward, words::by_endpoint(), at);
        self.policy(id, component, &endpoint.policy);
        self.outside(flow);
    }

    /// A policy, which stops requests, though not packets: where it lets nothing through, nothing comes of the way. What of
    /// it hangs on the request is told as what the answer rests on.
    pub(in crate::paths) fn policy(&mut self, id: &str, component: Component, policy: &EndpointPolicy) {
        let EndpointPolicy::Written(policy) = policy else { return };
        let at = Some(policy.at);
        if policy.allows_nothing() {
            let what = words::policy_allows_nothing(id);
            self.block(Direction::Out, Code::VPCHECK_ENDPOINT_POLICY, component, id, what, at);
        } else if let Some(missing) = &policy.statements.rest {
            self.open_at(Direction::Out, component, id, words::policy_unknown(), missing.clone(), at);
        } else {
            let actions = policy.allowed_actions();
            self.hop(
                Direction::Out,
                component,
                id,
                Action::Allow,
                words::policy_allows(actions.as_deref()),
                at,
            );
            let assumption = words::within_policy(id);
            if !self.report.assumptions.contains(&assumption) {
                self.report.assumptions.push(assumption);
            }
        }
    }

    pub(super) fn peering(
        &mut self,
        stop: &Stop,
        flow: &Flow,
        target: Option<&Standing>,
        index: PeeringIndex,
    ) -> Result<(), Cut> {
        let network = self.network;
        let peering = &network.peerings[index.0];
        let (id, at, component) = (peering.name.to_string(), peering.at, Component::PeeringConnection);
        if !self.serves_guests(stop, component, &id, at) {
            return Ok(());
        }
        match &peering.active {
            Fact::Known(true) => {}
            Fact::Known(false) => {
                let what = words::peering_inactive(&id);
                self.block(Direction::Out, Code::BAD_STATE_ATTACHMENT, component, &id, what, at);
                return self.deliver_anyway(stop, flow, target);
            }
            Fact::Unknown(missing) => {
                self.open(Direction::Out, component, &id, words::peering_unknown(&id), missing.clone());
            }
        }
        let there = match other_side(peering, stop.vpc) {
            // Where the source's VPC is not known, it must be an end: packets go to the other one.
            Fact::Known(Some(vpc)) if stop.vpc.is_none() => match (&peering.accepter, flow.destination.vpc())
            {
                (Fact::Known(accepter), to) if to != Some(vpc) => *accepter,
                _ => vpc,
            },
            Fact::Known(Some(vpc)) => vpc,
            Fact::Known(None) => {
                let what = words::peering_elsewhere(&id);
                self.block(Direction::Out, Code::BAD_STATE_ATTACHMENT, component, &id, what, at);
                return self.deliver_anyway(stop, flow, target);
            }
            Fact::Unknown(missing) => {
                self.open(Direction::Out, component, &id, words::peering_unknown(&id), missing);
                return self.deliver_anyway(stop, flow, target);
            }
        };
        if stop.is_nat && !flow.destination.is_public() {
            let missing = Missing::Undocumented(Topic::PrivateAddressThroughNat);
            self.open(Direction::Out, component, &id, words::peering_behind_nat(&id), missing);
            // If it may, the target still has its own filters.
            return if flow.destination.vpc() == Some(there) {
                self.deliver(stop, flow, target, false, &Match::No, Some(index))
            } else {
                Ok(())
            };
        }
        let arrives = match flow.destination.vpc() {
            Some(vpc) => vpc == there,
            None if flow.destination.is_public() => false,
            // A plain address: whether the other VPC has it.
            None => match self.in_vpc(there, &flow.destination)? {
                Match::Yes => true,
                Match::No => false,
                Match::Maybe(missing) => {
                    self.open(Direction::Out, component, &id, words::peering_unknown(&id), missing);
                    return Ok(());
                }
            },
        };
        if !arrives {
            let what = words::not_transitive(&id);
            self.block(Direction::Out, Code::PCX_REQUIRES_ADDRESS_IN_VPC_CIDR, component, &id, what, at);
            return self.deliver_anyway(stop, flow, target);
        }
        self.hop(
            Direction::Out,
            component,
            &id,
            Action::Forward,
            words::by_peering(&network.vpcs[there.0].name),
            at,
        );
        let named = match &peering.same_region {
            Fact::Known(true) => Match::Yes,
            Fact::Known(false) => Match::No,
            Fact::Unknown(missing) => Match::Maybe(missing.clone()),
        };
        if target.is_none() {
            // An address of the other VPC of which nothing more is known.
            let missing = Missing::Interface(words::numbers(&flow.destination.ranges));
            self.open(
                Direction::Out,
                Component::Vpc,
                &network.vpcs[there.0].name.to_string(),
                words::stranger(),
                missing,
            );
            return Ok(());
        }
        self.deliver(stop, flow, target, false, &named, Some(index))
    }

    pub(super) fn in_vpc(&self, vpc: VpcIndex, addresses: &Addresses) -> Result<Match, Cut> {
        let cidrs = &self.network.vpcs[vpc.0].cidrs;
        let mut maybe = cidrs.rest.clone();
        for cidr in &cidrs.items {
            match addresses.within(self.network, cidr, Side::Destination)? {
                Match::Yes => return Ok(Match::Yes),
                Match::No => {}
                Match::Maybe(missing) => maybe = Some(missing),
            }
        }
        Ok(maybe.map_or(Match::No, Match::Maybe))
    }
}
