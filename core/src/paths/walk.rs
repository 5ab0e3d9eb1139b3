//! Follows packets from an interface to another, or to a service or the internet, and back.
//!
//! Everything that stops them is noted, and the walk goes on behind it as far as that makes sense: who mends one
//! blocker wants to know of the next.

use super::filter::{self, Decision, RuleAt, Way};
use super::flow::{Addresses, Belongs, Cut, Flow, Match, Side};
use super::route::{Lookup, lookup};
use super::{Action, Blocker, Code, Component, Direction, Hop, words};
use crate::language::Phrase;
use crate::network::{
    Connectivity, EndpointKind, EndpointPolicy, Fact, GroupIndex, Listed, Missing, NatIndex, NatPlacement,
    Network, Opaque, Peering, PeeringIndex, Place, Protocol, Ranges, Route, SubnetIndex, TableIndex, Target,
    Topic, VpcIndex,
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
        self.groups(&source.groups, source.groups_at, Way::Egress, flow, &named)?;
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
                let what = words::no_route(&id, flow, self.is_main(table), &self.subnet_name(stop.subnet));
                self.block(
                    Direction::Out,
                    Code::NO_ROUTE_TO_DESTINATION,
                    Component::RouteTable,
                    &id,
                    what,
                    at,
                );
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
        let what = words::nobody_there(&id, flow);
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
                self.gateway_endpoint(stop, flow, &id, endpoint)
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

    fn internet_gateway(
        &mut self,
        stop: &Stop,
        flow: &Flow,
        id: &str,
        at: Option<Place>,
        attached: &Fact<Option<VpcIndex>>,
    ) -> Result<(), Cut> {
        let component = Component::InternetGateway;
        let before = self.report.blockers.len();
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
    fn outside(&mut self, flow: &Flow) {
        let (component, id) = match &flow.destination.belongs {
            Belongs::Service(service) => (Component::Service, service.clone()),
            _ => (Component::Internet, "internet".to_owned()),
        };
        self.hop(Direction::Out, component, &id, Action::Stand, words::arrives(flow), None);
    }

    fn nat_gateway(
        &mut self,
        stop: &Stop,
        flow: &Flow,
        target: Option<&Standing>,
        index: NatIndex,
    ) -> Result<(), Cut> {
        let network = self.network;
        let nat = &network.nat_gateways[index.0];
        let (id, at, component) = (nat.name.to_string(), nat.at, Component::NatGateway);
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
        let source = match subnet {
            Some(subnet) => Addresses::of_interface(network, subnet, vpc, Listed::default(), nat.address),
            None => Addresses { ranges: Ranges::public_addresses(), open: None, belongs: Belongs::Plain },
        };
        let translated = flow.translated(index, source);
        match subnet {
            Some(subnet) => {
                let table = network.subnets[subnet.0].table.clone();
                let next = Stop { subnet: Some(subnet), table, vpc, public_address, is_nat: true };
                self.onward(&next, &translated, target)
            }
            None => self.regional(vpc, &translated, target, nat.table, public_address, &id, at),
        }
        .map_err(|cut| cut.behind(index))?;
        if let Some(subnet) = crosses {
            self.acl(subnet, Way::Egress, flow, true)?;
        }
        Ok(())
    }

    /// A regional NAT gateway has a route to the VPC's internet gateway by itself.
    #[expect(clippy::too_many_arguments, reason = "what a NAT gateway is made of; used once")]
    fn regional(
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
            let next = Stop { subnet: None, table: Fact::Known(table), vpc, public_address, is_nat: true };
            return self.onward(&next, flow, target);
        }
        let attached = self.network.internet_gateways.iter().find(|gateway| match &gateway.vpc {
            Fact::Known(attached) => attached.is_some() && *attached == vpc,
            Fact::Unknown(_) => false,
        });
        let next =
            Stop { subnet: None, table: Fact::Unknown(Missing::Region), vpc, public_address, is_nat: true };
        if let Some(gateway) = attached {
            let gateway_id = gateway.name.to_string();
            return self.internet_gateway(&next, flow, &gateway_id, gateway.attached_at, &gateway.vpc);
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

    fn gateway_endpoint(
        &mut self,
        stop: &Stop,
        flow: &Flow,
        id: &str,
        endpoint: &'n crate::network::Endpoint,
    ) -> Result<(), Cut> {
        let (component, at) = (Component::GatewayEndpoint, endpoint.at);
        if stop.is_nat {
            let missing = Missing::Undocumented(Topic::GatewayEndpointThroughNat);
            self.open(Direction::Out, component, id, words::endpoint_behind_nat(id), missing);
            return Ok(());
        }
        if !matches!(flow.protocol, Protocol::TCP | Protocol::ICMP) {
            let what = words::endpoint_protocol(id);
            self.block(Direction::Out, Code::VPCE_GATEWAY_PROTOCOL_RESTRICTION, component, id, what, at);
            return Ok(());
        }
        debug_assert!(matches!(endpoint.kind, EndpointKind::Gateway { .. }));
        self.hop(Direction::Out, component, id, Action::Forward, words::by_endpoint(), at);
        self.policy(id, component, &endpoint.policy);
        self.outside(flow);
        Ok(())
    }

    /// A policy that may stop requests, though not packets.
    pub(super) fn policy(&mut self, id: &str, component: Component, policy: &EndpointPolicy) {
        if let EndpointPolicy::Written(at) = policy {
            let missing = Missing::NotFollowed(Topic::EndpointPolicy);
            self.open_at(Direction::Out, component, id, words::policy(), missing, Some(*at));
        }
    }

    fn peering(
        &mut self,
        stop: &Stop,
        flow: &Flow,
        target: Option<&Standing>,
        index: PeeringIndex,
    ) -> Result<(), Cut> {
        let network = self.network;
        let peering = &network.peerings[index.0];
        let (id, at, component) = (peering.name.to_string(), peering.at, Component::PeeringConnection);
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
            // Whether packets arrive is open; what would stop them there is not. Rules that name the source's groups
            // do not see it behind the gateway.
            return self.deliver(stop, flow, target, false, &Match::No, Some(index));
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
            let missing = Missing::Interface(words::addresses(&flow.destination));
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

    fn in_vpc(&self, vpc: VpcIndex, addresses: &Addresses) -> Result<Match, Cut> {
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

    /// Behind a blocker the target's own filters are still worth knowing, where packets could come from this subnet.
    fn deliver_anyway(&mut self, stop: &Stop, flow: &Flow, target: Option<&Standing>) -> Result<(), Cut> {
        if stop.is_nat || target.is_none() {
            return Ok(());
        }
        let named = self.groups_can_be_named(stop.vpc, target.and_then(|target| target.vpc));
        self.deliver(stop, flow, target, false, &named, None)
    }

    fn beyond(&mut self, stop: &Stop, flow: &Flow, target: Option<&Standing>) -> Result<(), Cut> {
        if target.is_some() { self.deliver_anyway(stop, flow, target) } else { Ok(()) }
    }

    /// What a NAT gateway has sent on is delivered by its own walk.
    fn beyond_nat(&mut self, stop: &Stop, flow: &Flow, target: Option<&Standing>) -> Result<(), Cut> {
        let stopped = !self.report.blockers.is_empty();
        if stopped && target.is_some() { self.deliver_anyway(stop, flow, target) } else { Ok(()) }
    }

    /// The target's side: its subnet's ACL, its groups, and the answer's way back to the border of the source's VPC.
    fn deliver(
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
                let missing = Missing::Interface(words::addresses(&flow.destination));
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
        self.groups(&target.groups, target.groups_at.or(target.at), Way::Ingress, flow, named)?;
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
            self.route_back(stop, flow, target, by)?;
        }
        Ok(())
    }

    /// The target's route table must send answers back the way that packets came.
    fn route_back(
        &mut self,
        stop: &Stop,
        flow: &Flow,
        target: &Standing,
        by: Option<PeeringIndex>,
    ) -> Result<(), Cut> {
        let network = self.network;
        let same_vpc = target.vpc.is_some() && target.vpc == stop.vpc;
        let subnet = &network.subnets[target.subnet.0];
        let table = match &subnet.table {
            Fact::Known(table) => *table,
            Fact::Unknown(_) if same_vpc => return Ok(()),
            Fact::Unknown(missing) => {
                let (id, missing) = (subnet.name.to_string(), missing.clone());
                self.open(Direction::Back, Component::RouteTable, &id, words::table_unknown(), missing);
                return Ok(());
            }
        };
        let id = network.tables[table.0].name.to_string();
        let at = self.table_place(Some(target.subnet), table);
        match lookup(network, table, &flow.source, Side::Source)? {
            Lookup::Local if same_vpc => {
                self.hop(
                    Direction::Back,
                    Component::RouteTable,
                    &id,
                    Action::Forward,
                    words::local_route(),
                    at,
                );
            }
            Lookup::Local => {
                let what = words::answer_stays(&id);
                self.block(
                    Direction::Back,
                    Code::NO_POSSIBLE_DESTINATION,
                    Component::RouteTable,
                    &id,
                    what,
                    at,
                );
            }
            Lookup::Route(route) => {
                let Some(route) = network.tables[table.0].routes.items.get(route) else { return Ok(()) };
                self.answer_by(flow, target, by, &id, route);
            }
            Lookup::None => {
                let what = words::no_route_back(&id, flow);
                self.block(
                    Direction::Back,
                    Code::NO_ROUTE_TO_DESTINATION,
                    Component::RouteTable,
                    &id,
                    what,
                    at,
                );
            }
            Lookup::Unknown(missing) => {
                self.open(Direction::Back, Component::RouteTable, &id, words::route_unknown(), missing);
            }
        }
        Ok(())
    }

    fn answer_by(
        &mut self,
        flow: &Flow,
        target: &Standing,
        by: Option<PeeringIndex>,
        id: &str,
        route: &Route,
    ) {
        let (network, component) = (self.network, Component::RouteTable);
        let detail = words::route(network, route);
        let mut stop = |code, what| self.block(Direction::Back, code, component, id, what, route.at);
        if route.blackhole {
            return stop(Code::BAD_STATE_ROUTE, words::blackhole(&detail));
        }
        match &route.target {
            Target::Peering(peering) => {
                // Any peering connection of both VPCs leads back.
                let connects = Some(*peering) == by
                    || (network.peerings[peering.0].active.known() == Some(&true)
                        && matches!(other_side(&network.peerings[peering.0], target.vpc), Fact::Known(Some(vpc)) if Some(vpc) == flow.source.vpc()));
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
                    let missing = Missing::NotFollowed(Topic::ForwardingInstance);
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
            Target::Opaque { kind, name } => {
                let what = words::opaque(*kind, &name.to_string());
                self.open_at(
                    Direction::Back,
                    component,
                    id,
                    what,
                    Missing::NotFollowed(topic(*kind)),
                    route.at,
                );
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
    }

    fn groups(
        &mut self,
        groups: &Listed<GroupIndex>,
        at: Option<Place>,
        way: Way,
        flow: &Flow,
        named: &Match,
    ) -> Result<(), Cut> {
        let network = self.network;
        let id = words::group_names(network, groups);
        let component = Component::SecurityGroup;
        match filter::groups(network, groups, way, flow, named)? {
            Decision::Allow(RuleAt { group, rule }) => {
                let rules = filter::rules(network, group, way);
                let group = &network.groups[group.0];
                let Some(rule) = rules.items.get(rule) else { return Ok(()) };
                let detail = words::group_rule(network, rule, way);
                self.hop(
                    Direction::Out,
                    component,
                    &group.name.to_string(),
                    Action::Allow,
                    detail,
                    rule.at.or(group.at),
                );
            }
            Decision::Deny(_) => {
                let empty =
                    groups.items.iter().all(|group| filter::rules(network, *group, way).items.is_empty());
                let code = if empty { Code::SG_HAS_NO_RULES } else { Code::ENI_SG_RULES_MISMATCH };
                let what = words::group_denies(network, &id, way, flow, empty, named);
                let place = match &*groups.items {
                    [only] => network.groups[only.0].at,
                    _ => at,
                };
                self.block(Direction::Out, code, component, &id, what, place.or(at));
            }
            Decision::Unknown(missing) => {
                self.open_at(Direction::Out, component, &id, words::group_unknown(way), missing, at);
            }
        }
        Ok(())
    }

    fn acl(&mut self, subnet: SubnetIndex, way: Way, flow: &Flow, answer: bool) -> Result<(), Cut> {
        let network = self.network;
        let direction = if answer { Direction::Back } else { Direction::Out };
        let component = Component::NetworkAcl;
        let subnet = &network.subnets[subnet.0];
        let acl = match &subnet.acl {
            Fact::Known(acl) => &network.acls[acl.0],
            Fact::Unknown(missing) => {
                let (id, missing) = (subnet.name.to_string(), missing.clone());
                self.open(direction, component, &id, words::acl_unknown(), missing);
                return Ok(());
            }
        };
        let id = acl.name.to_string();
        let entries = match way {
            Way::Egress => &acl.egress.items,
            Way::Ingress => &acl.ingress.items,
        };
        match filter::acl(network, acl, way, flow, answer)? {
            Decision::Allow(entry) => {
                if let Some(entry) = entries.get(entry) {
                    let detail = words::acl_entry(entry, way, &subnet.name);
                    self.hop(direction, component, &id, Action::Allow, detail, entry.at.or(acl.at));
                }
            }
            Decision::Deny(entry) => {
                let entry = entry.and_then(|entry| entries.get(entry));
                let what = words::acl_denies(&id, entry, way, flow, answer, &subnet.name);
                let at = entry.and_then(|entry| entry.at).or(subnet.acl_at).or(acl.at);
                self.block(direction, Code::SUBNET_ACL_RESTRICTION, component, &id, what, at);
            }
            Decision::Unknown(missing) => {
                self.open_at(direction, component, &id, words::acl_unknown(), missing, acl.at);
            }
        }
        Ok(())
    }

    /// Whether rules between two VPCs may name groups of the other: inside one, or peered. Where a VPC is not known,
    /// whoever wrote such a rule could.
    fn groups_can_be_named(&self, here: Option<VpcIndex>, there: Option<VpcIndex>) -> Match {
        let (Some(here), Some(there)) = (here, there) else { return Match::Yes };
        if here == there {
            return Match::Yes;
        }
        let mut named = Match::No;
        for peering in &self.network.peerings {
            let connects = matches!(other_side(peering, Some(here)), Fact::Known(Some(vpc)) if vpc == there);
            if !connects || peering.active.known() == Some(&false) {
                continue;
            }
            match &peering.same_region {
                Fact::Known(true) => return Match::Yes,
                Fact::Known(false) => {}
                Fact::Unknown(missing) => named = Match::Maybe(missing.clone()),
            }
        }
        named
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
        self.hop(direction, component, id, Action::Deny, message.clone(), at);
        self.report.blockers.push(Blocker { code, direction, component, id: id.to_owned(), message, at });
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
