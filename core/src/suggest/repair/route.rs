//! A route to what is there already, and what spares one.

use crate::language::Phrase;
use crate::network::{
    Connectivity, Destination, Fact, GatewayIndex, Name, NatIndex, NatPlacement, Network, PeeringIndex,
    Route, SubnetIndex, TableIndex, Target, VpcIndex, Zone,
};
use crate::paths::{End, Obstacle, vpc_with};
use crate::phrase;
use crate::suggest::Written;

use super::group_rule::id_words;
use super::named::{Range, home, reference};
use super::{Atom, Ground, association, dns, endpoint_table, nat_subnet, position};

/// A route to be added.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RouteAtom {
    pub(super) table: Name,
    range: Range,
    target: TargetOf,
}

/// What it leads to.
#[derive(Clone, Debug, PartialEq)]
enum TargetOf {
    InternetGateway(Name),
    NatGateway(Name),
    Peering(Name),
}

/// Ways to let a table lead where packets go.
pub(super) fn against(
    ground: Ground<'_, '_>,
    network: &Network,
    obstacle: &Obstacle,
    table: TableIndex,
    subnet: Option<SubnetIndex>,
    vpc: Option<VpcIndex>,
) -> Vec<Vec<Atom>> {
    let (to, Some(vpc)) = (obstacle.receiver(), vpc) else { return Vec::new() };
    let (is_nat, public) = (obstacle.nat.is_some(), to.is_public());
    let mut found: Vec<Vec<Atom>> = Vec::new();
    if let Some(subnet) = subnet {
        for atom in association::against(ground, network, table, subnet, vpc, is_nat && public) {
            // With the table the service's endpoint, where that is what is missing.
            found.push(vec![Atom::Association(atom.clone())]);
            if let (End::Service(service), Some(at)) =
                (to, position(&network.tables, |table| &table.name, &atom.table))
            {
                let tables = endpoint_table::against(ground, network, service, TableIndex(at), vpc);
                found.extend(
                    tables
                        .into_iter()
                        .map(|one| vec![Atom::Association(atom.clone()), Atom::EndpointTable(one)]),
                );
            }
        }
    }
    if let Some(nat) = obstacle.nat.filter(|_| public) {
        let moves = nat_subnet::against(ground, network, nat);
        found.extend(moves.into_iter().map(|atom| vec![Atom::NatSubnet(atom)]));
    }
    if let End::Service(service) = to
        && !is_nat
    {
        let tables = endpoint_table::against(ground, network, service, table, vpc);
        found.extend(tables.into_iter().map(|atom| vec![Atom::EndpointTable(atom)]));
        let nameless = dns::against_route(ground, network, service, vpc);
        found.extend(nameless.into_iter().map(|atom| vec![Atom::PrivateDns(atom)]));
    }
    let routes =
        if public { outwards(network, table, subnet, vpc, is_nat) } else { to_peer(network, to, vpc) };
    let own = network.tables.get(table.0);
    let is_own = |name: &Name| matches!(name, Name::Logical(_)) && home(ground.template, name).is_some();
    if let Some(own) = own.filter(|own| is_own(&own.name)) {
        for (range, target) in routes {
            let is_there = own.routes.items.iter().any(|route| {
                matches!((&route.destination, range.cidr(network)), (Destination::Cidr(one), Some(two)) if *one == two)
            });
            if !is_there && reference(ground.template, target.name()).is_some() {
                found.push(vec![Atom::Route(RouteAtom { table: own.name.clone(), range, target })]);
            }
        }
    }
    found
}

/// Default routes to gateways of the VPC.
fn outwards(
    network: &Network,
    table: TableIndex,
    subnet: Option<SubnetIndex>,
    vpc: VpcIndex,
    is_nat: bool,
) -> Vec<(Range, TargetOf)> {
    if is_nat {
        let gateways = network.internet_gateways.iter();
        let attached = gateways.filter(|gateway| gateway.vpc == Fact::Known(Some(vpc)));
        return attached
            .map(|gateway| (Range::Everything, TargetOf::InternetGateway(gateway.name.clone())))
            .collect();
    }
    let zone = |at: SubnetIndex| network.subnets.get(at.0).and_then(|subnet| subnet.zone.known());
    let here = subnet.and_then(zone);
    let is_near =
        |other: Option<&Zone>| matches!((here, other), (Some(one), Some(two)) if one.same(two) == Some(true));
    let mut found: Vec<(bool, TargetOf)> = Vec::new();
    for nat in &network.nat_gateways {
        let (place, near) = match &nat.placement {
            NatPlacement::Zonal(Fact::Known(at)) => {
                let of = network.subnets.get(at.0);
                let loops = of.is_some_and(|subnet| subnet.table == Fact::Known(table));
                let vpc = of.filter(|_| !loops).and_then(|subnet| subnet.vpc.known());
                (vpc, is_near(zone(*at)))
            }
            NatPlacement::Regional(Fact::Known(vpc)) => (Some(vpc), true),
            NatPlacement::Zonal(_) | NatPlacement::Regional(_) => (None, false),
        };
        if place == Some(&vpc) && nat.connectivity == Fact::Known(Connectivity::Public) {
            found.push((near, TargetOf::NatGateway(nat.name.clone())));
        }
    }
    let (mut near, far): (Vec<_>, Vec<_>) = found.into_iter().partition(|(near, _)| *near);
    near.extend(far);
    near.into_iter().map(|(_, target)| (Range::Everything, target)).collect()
}

/// Routes to a peering connection with the VPC that packets go to: to all of it, or where such a route is there already
/// to the subnet.
fn to_peer(network: &Network, to: &End, here: VpcIndex) -> Vec<(Range, TargetOf)> {
    let there = match to {
        End::Interface { vpc, .. } => *vpc,
        End::Numbers(ranges) => vpc_with(network, ranges),
        End::Service(_) | End::Internet => None,
    };
    let Some(there) = there.filter(|there| *there != here) else { return Vec::new() };
    let connects = |one: Option<&VpcIndex>, two: Option<&VpcIndex>| {
        (one, two) == (Some(&here), Some(&there)) || (one, two) == (Some(&there), Some(&here))
    };
    let of_subnet = match to {
        End::Interface { subnet, .. } => Range::of_subnet(network, *subnet),
        _ => None,
    };
    let ranges: Vec<Range> = Range::of_vpc(network, there).into_iter().chain(of_subnet).collect();
    let mut found = Vec::new();
    for peering in &network.peerings {
        if peering.active == Fact::Known(true)
            && connects(peering.requester.known(), peering.accepter.known())
        {
            let to_it = |range: &Range| (range.clone(), TargetOf::Peering(peering.name.clone()));
            found.extend(ranges.iter().map(to_it));
        }
    }
    found
}

impl TargetOf {
    fn name(&self) -> &Name {
        let (Self::InternetGateway(name) | Self::NatGateway(name) | Self::Peering(name)) = self;
        name
    }
}

impl RouteAtom {
    pub(super) fn change(&self, network: &mut Network) -> Option<()> {
        let table = position(&network.tables, |table| &table.name, &self.table)?;
        let target = match &self.target {
            TargetOf::InternetGateway(name) => Target::InternetGateway(GatewayIndex(position(
                &network.internet_gateways,
                |gateway| &gateway.name,
                name,
            )?)),
            TargetOf::NatGateway(name) => {
                Target::NatGateway(NatIndex(position(&network.nat_gateways, |nat| &nat.name, name)?))
            }
            TargetOf::Peering(name) => {
                Target::Peering(PeeringIndex(position(&network.peerings, |one| &one.name, name)?))
            }
        };
        let destination = Destination::Cidr(self.range.cidr(network)?);
        let route = Route { at: None, destination, target, blackhole: false, propagated: false };
        network.tables.get_mut(table)?.routes.items.push(route);
        Some(())
    }

    pub(super) fn title(&self) -> Phrase {
        let (table, range, target) = (&self.table, self.range.words(), self.target.name());
        phrase!(
            en: "route {range} in `{table}` to `{target}`",
            ja: "`{table}` の {range} を `{target}` に向ける",
        )
    }

    pub(super) fn properties(
        &self,
        ground: Ground<'_, '_>,
        network: &Network,
    ) -> Option<Vec<(&'static str, Written)>> {
        let key = match &self.target {
            TargetOf::InternetGateway(_) => "GatewayId",
            TargetOf::NatGateway(_) => "NatGatewayId",
            TargetOf::Peering(_) => "VpcPeeringConnectionId",
        };
        Some(vec![
            ("RouteTableId", reference(ground.template, &self.table)?.value),
            ("DestinationCidrBlock", self.range.written(ground.template, network)?),
            (key, reference(ground.template, self.target.name())?.value),
        ])
    }

    /// The resources that a route waits for: an internet gateway takes routes once it is attached.
    pub(super) fn waits_for<'a>(&self, ground: Ground<'a, '_>) -> Vec<&'a str> {
        let TargetOf::InternetGateway(Name::Logical(gateway)) = &self.target else { return Vec::new() };
        let attaching = ground.template.resources.iter().filter(|one| {
            one.kind == "AWS::EC2::VPCGatewayAttachment" && ground.dependencies.is_after(&one.id, gateway)
        });
        attaching.map(|one| one.id.as_str()).collect()
    }

    pub(super) fn target_name(&self) -> &Name {
        self.target.name()
    }

    pub(super) fn wanted_id(&self) -> String {
        let table = id_words(&self.table);
        match &self.range {
            Range::Everything => format!("{table}DefaultRoute"),
            Range::Subnet(name) | Range::Vpc(name) => format!("{table}RouteTo{}", id_words(name)),
            Range::Net(_) => format!("{table}Route"),
        }
    }
}
