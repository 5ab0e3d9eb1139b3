//! Route tables, their routes and associations.

use super::endpoints::Appliances;
use super::interfaces::Interfaces;
use super::record::Record;
use super::{Answers, part, subnet_in, vpc_of};
use crate::network::{
    Builder, Cidr, Destination, Endpoint, EndpointIndex, EndpointKind, EndpointPolicy, Fact, GatewayKind,
    Listed, Missing, Name, PrefixListIndex, Route, Target, VpcIndex, WrittenPolicy,
};
use crate::phrase;

fn is_main(association: Record<'_>) -> bool {
    association.flag("Main") == Some(true) && is_associated(association)
}

fn is_associated(association: Record<'_>) -> bool {
    association
        .record("AssociationState")
        .is_none_or(|state| !state.is_any("State", &["disassociating", "disassociated", "failed"]))
}

pub(super) fn main_tables<'a>(tables: impl Iterator<Item = Record<'a>>, builder: &mut Builder) {
    for record in tables.filter(|table| table.records("Associations").into_iter().any(is_main)) {
        if let (Some(vpc), Some(name)) = (record.name("VpcId"), record.name("RouteTableId")) {
            let vpc = builder.vpc(&vpc);
            builder.name_main_table(vpc, &name);
        }
    }
}

pub(super) fn route_tables(
    answers: &Answers<'_>,
    interfaces: &Interfaces,
    appliances: &Appliances,
    builder: &mut Builder,
) {
    for record in answers.of("RouteTables") {
        let Some((name, place)) = record.id("RouteTableId") else { continue };
        let vpc = vpc_of(record, &name, builder);
        let index = builder.table(&name);
        for association in record.records("Associations").into_iter().filter(|one| is_associated(*one)) {
            let Some(subnet) = association.name("SubnetId") else {
                if let Some(gateway) = association.name("GatewayId") {
                    builder.network.edges.push((gateway, index));
                }
                continue;
            };
            let subnet = subnet_in(&subnet, &vpc, builder);
            let subnet = &mut builder.network.subnets[subnet.0];
            subnet.table = Fact::Known(index);
            subnet.table_at = Some(association.place());
        }
        let reader = RouteReader { table: &name, vpc: &vpc, interfaces, appliances };
        let mut routes = Listed::default();
        if !record.has("Routes") {
            routes.rest = Some(Missing::Component(name.clone()));
        }
        for record in record.records("Routes") {
            if record.text("GatewayId") == Some("local") {
                local_route(record, &vpc, builder);
            } else {
                routes.items.push(reader.route(record, builder));
            }
        }
        let table = &mut builder.network.tables[index.0];
        table.at = Some(place);
        table.vpc = vpc;
        table.routes = routes;
    }
    let whole = answers.is_whole("RouteTables");
    let network = &mut builder.network;
    for subnet in network.subnets.iter_mut().filter(|subnet| subnet.table.known().is_none()) {
        let main = subnet.vpc.known().map(|vpc| network.vpcs[vpc.0].main_table);
        subnet.table = match main {
            Some(main) if whole && network.tables[main.0].at.is_some() => Fact::Known(main),
            _ => Fact::Unknown(part(&subnet.name, "route table")),
        };
    }
}

/// Local routes follow from the VPC's ranges. Where nobody describes the VPC, they tell its ranges.
fn local_route(record: Record<'_>, vpc: &Fact<VpcIndex>, builder: &mut Builder) {
    let Some(vpc) = vpc.known().map(|vpc| &mut builder.network.vpcs[vpc.0]) else { return };
    if vpc.at.is_some() || vpc.cidrs.rest.is_none() || !record.has("DestinationCidrBlock") {
        return;
    }
    if let Some(cidr) = record.net("DestinationCidrBlock").map(Cidr::Known)
        && !vpc.cidrs.items.contains(&cidr)
    {
        vpc.cidrs.items.push(cidr);
    }
}

struct RouteReader<'a> {
    table: &'a Name,
    vpc: &'a Fact<VpcIndex>,
    interfaces: &'a Interfaces,
    appliances: &'a Appliances,
}

impl RouteReader<'_> {
    fn route(&self, record: Record<'_>, builder: &mut Builder) -> Route {
        let destination = self.destination(record, builder);
        let list = match destination {
            Destination::PrefixList(list) => Some(list),
            _ => None,
        };
        Route {
            at: Some(record.place()),
            target: self.target(record, list, builder),
            destination,
            blackhole: record.is_any("State", &["blackhole"]),
            propagated: record.is_any("Origin", &["EnableVgwRoutePropagation"]),
        }
    }

    fn missing(&self) -> Missing {
        Missing::Component(self.table.clone())
    }

    fn destination(&self, record: Record<'_>, builder: &mut Builder) -> Destination {
        if let Some(net) = record.net("DestinationCidrBlock") {
            Destination::Cidr(Cidr::Known(net))
        } else if let Some(list) = record.name("DestinationPrefixListId") {
            Destination::PrefixList(builder.prefix_list(&list))
        } else if let Some(range) = record.ipv6_cidr("DestinationIpv6CidrBlock") {
            Destination::Ipv6(range)
        } else {
            if !record.has("DestinationCidrBlock") {
                record.wrong(
                    record.node,
                    phrase!(en: "this route has no destination", ja: "このルートには宛先がありません"),
                );
            }
            Destination::Unknown(self.missing())
        }
    }

    fn target(&self, record: Record<'_>, list: Option<PrefixListIndex>, builder: &mut Builder) -> Target {
        if let Some(gateway) = record.text("GatewayId") {
            return self.gateway(record, gateway, list, builder);
        }
        if let Some(nat) = record.name("NatGatewayId") {
            return Target::NatGateway(builder.nat_gateway(&nat));
        }
        if let Some(peering) = record.name("VpcPeeringConnectionId") {
            return Target::Peering(builder.peering(&peering));
        }
        // An instance comes with its interface; people know the instance.
        if let Some(name) = record.name("InstanceId").or_else(|| record.name("NetworkInterfaceId")) {
            let interface = record.name("NetworkInterfaceId");
            return self.interfaces.target(name, interface.as_ref());
        }
        let opaque = [
            ("TransitGatewayId", GatewayKind::TransitGateway),
            ("EgressOnlyInternetGatewayId", GatewayKind::EgressOnlyInternetGateway),
            ("LocalGatewayId", GatewayKind::LocalGateway),
            ("CarrierGatewayId", GatewayKind::CarrierGateway),
            ("CoreNetworkArn", GatewayKind::CoreNetwork),
        ];
        let found = opaque.into_iter().find_map(|(key, kind)| Some((kind, record.name(key)?)));
        match found {
            Some((kind, name)) => Target::Gateway { kind, name },
            None => Target::Unknown(self.missing()),
        }
    }

    fn gateway(
        &self,
        record: Record<'_>,
        id: &str,
        list: Option<PrefixListIndex>,
        builder: &mut Builder,
    ) -> Target {
        let name = Name::Aws(id.to_owned());
        match id.split_once('-').map(|(kind, _)| kind) {
            Some("igw") => Target::InternetGateway(builder.internet_gateway(&name)),
            Some("vgw") => Target::Gateway { kind: GatewayKind::VpnGateway, name },
            Some("eigw") => Target::Gateway { kind: GatewayKind::EgressOnlyInternetGateway, name },
            Some("lgw") => Target::Gateway { kind: GatewayKind::LocalGateway, name },
            Some("cagw") => Target::Gateway { kind: GatewayKind::CarrierGateway, name },
            Some("tgw") => Target::Gateway { kind: GatewayKind::TransitGateway, name },
            Some("vpce") => match (builder.known_endpoint(&name), list) {
                (Some(endpoint), _) => Target::GatewayEndpoint(endpoint),
                // Gateway endpoints are the only ones that AWS makes such routes for.
                (None, Some(list)) if !self.appliances.contains(&name) => {
                    Target::GatewayEndpoint(self.undescribed_endpoint(record, &name, list, builder))
                }
                _ => Target::Gateway { kind: GatewayKind::ApplianceEndpoint, name },
            },
            _ => Target::Unknown(Missing::Component(name)),
        }
    }

    fn undescribed_endpoint(
        &self,
        route: Record<'_>,
        name: &Name,
        list: PrefixListIndex,
        builder: &mut Builder,
    ) -> EndpointIndex {
        let missing = Missing::Component(name.clone());
        let service = builder.network.prefix_lists[list.0].service.clone();
        builder.endpoint(Endpoint {
            name: name.clone(),
            at: None,
            vpc: self.vpc.clone(),
            service: service.map_or_else(|| Fact::Unknown(missing.clone()), Fact::Known),
            kind: EndpointKind::Gateway { tables: Listed::unknown(missing.clone()) },
            policy: EndpointPolicy::Written(Box::new(WrittenPolicy {
                at: route.place(),
                statements: Listed::unknown(missing),
            })),
        })
    }
}
