//! Route tables and routes.

use super::fields::own_name;
use super::firewall::FIREWALL;
use super::reader::{BROKEN, Named, Reader, Split, flag};
use super::vpn;
use crate::network::builder::undescribed;
use crate::network::{Builder, Destination, EndpointKind, Fact, GatewayKind, Listed, Name, Route, Target};
use crate::template::{Resource, Unknown};

/// Writes route tables, without their routes.
pub(super) fn declare(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    for resource in reader.resources(&["AWS::EC2::RouteTable"])? {
        let vpc = reader.vpc(resource, "VpcId", builder)?;
        let index = builder.table(&own_name(resource));
        let table = &mut builder.network.tables[index.0];
        table.at = reader.declared(resource);
        table.vpc = vpc;
        table.routes = Listed::default();
    }
    Ok(())
}

/// Writes routes into their tables. What they lead to has to be written before.
pub(super) fn declare_routes(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    for resource in reader.resources(&["AWS::EC2::Route"])? {
        let Some(table) = reader.component(resource, "RouteTableId")? else { continue };
        let destination = destination(reader, resource, builder)?;
        let target = target(reader, resource, builder)?;
        let at = reader.declared(resource);
        let route = Route { at, destination, target, blackhole: false, propagated: false };
        let index = builder.table(&table.name);
        builder.network.tables[index.0].routes.items.push(route);
    }
    for resource in reader.resources(&["AWS::EC2::VPNGatewayRoutePropagation"])? {
        let Some(tables) = reader.property(resource, &["RouteTableIds"])? else { continue };
        let Some(gateway) = reader.component(resource, "VpnGatewayId")? else { continue };
        for table in reader.names(&tables, builder)? {
            let index = builder.table(&table.name);
            vpn::propagate(&gateway.name, index.0, reader.declared(resource), builder);
        }
    }
    for resource in reader.resources(&["AWS::EC2::GatewayRouteTableAssociation"])? {
        let gateway = reader.component(resource, "GatewayId")?;
        if let (Some(gateway), Some(table)) = (gateway, reader.component(resource, "RouteTableId")?) {
            let table = builder.table(&table.name);
            builder.network.edges.push((gateway.name, table));
        }
    }
    own_tables_of_nat_gateways(builder);
    Ok(())
}

/// A regional NAT gateway has a route table of its own, which its attribute `RouteTableId` names.
fn own_tables_of_nat_gateways(builder: &mut Builder) {
    for at in 0..builder.network.nat_gateways.len() {
        if let Some(table) = builder.known_table(&builder.network.nat_gateways[at].name) {
            builder.network.nat_gateways[at].table = Some(table);
        }
    }
}

/// Writes the workloads that routes lead to, once they are known.
pub(super) fn link_interfaces(builder: &mut Builder) {
    for table in 0..builder.network.tables.len() {
        for route in 0..builder.network.tables[table].routes.items.len() {
            if let Target::Interface { name, .. } = &builder.network.tables[table].routes.items[route].target
            {
                let found = builder.known_workload(name);
                if let Target::Interface { workload, .. } =
                    &mut builder.network.tables[table].routes.items[route].target
                {
                    *workload = workload.or(found);
                }
            }
        }
    }
}

fn destination(
    reader: Reader<'_, '_>,
    resource: &Resource,
    builder: &mut Builder,
) -> Result<Destination, Split> {
    if let Some(case) = reader.property(resource, &["DestinationCidrBlock"])? {
        return Ok(Destination::Cidr(reader.cidr(&case)?));
    }
    if let Some(list) = reader.component(resource, "DestinationPrefixListId")? {
        return Ok(Destination::PrefixList(builder.prefix_list(&list.name)));
    }
    Ok(match reader.property(resource, &["DestinationIpv6CidrBlock"])? {
        Some(case) => Destination::Ipv6(reader.ipv6_cidr(&case)),
        None => Destination::Unknown(BROKEN),
    })
}

/// Targets that are what their property says, whatever it names.
const BY_PROPERTY: [(&str, GatewayKind); 6] = [
    ("TransitGatewayId", GatewayKind::TransitGateway),
    ("VpcEndpointId", GatewayKind::ApplianceEndpoint),
    ("EgressOnlyInternetGatewayId", GatewayKind::EgressOnlyInternetGateway),
    ("CarrierGatewayId", GatewayKind::CarrierGateway),
    ("LocalGatewayId", GatewayKind::LocalGateway),
    ("CoreNetworkArn", GatewayKind::CoreNetwork),
];

fn target(reader: Reader<'_, '_>, resource: &Resource, builder: &mut Builder) -> Result<Target, Split> {
    if let Some(named) = reader.component(resource, "GatewayId")? {
        return Ok(gateway(reader, &named, builder));
    }
    if let Some(named) = reader.component(resource, "NatGatewayId")? {
        return Ok(Target::NatGateway(builder.nat_gateway(&named.name)));
    }
    if let Some(named) = reader.component(resource, "VpcPeeringConnectionId")? {
        return Ok(Target::Peering(builder.peering(&named.name)));
    }
    for property in ["InstanceId", "NetworkInterfaceId"] {
        if let Some(Named { name, .. }) = reader.component(resource, property)? {
            let source_dest_check = source_dest_check(reader, &name)?;
            return Ok(Target::Interface { name, workload: None, source_dest_check });
        }
    }
    for (property, kind) in BY_PROPERTY {
        if let Some(Named { name, .. }) = reader.component(resource, property)? {
            return Ok(match builder.known_endpoint(&name) {
                Some(endpoint) => Target::GatewayEndpoint(endpoint),
                None => by_name(reader, kind, name, builder),
            });
        }
    }
    Ok(Target::Unknown(BROKEN))
}

/// A gateway that is known by its name alone. An endpoint of a firewall is an attribute of the firewall.
fn by_name(reader: Reader<'_, '_>, kind: GatewayKind, name: Name, builder: &mut Builder) -> Target {
    let name = match name {
        Name::Unknown { value: Unknown::Attribute { resource, .. }, .. }
            if reader.template.resource(&resource).is_some_and(|one| one.kind == FIREWALL) =>
        {
            Name::Logical(resource)
        }
        name => name,
    };
    match kind {
        GatewayKind::TransitGateway => {
            builder.transit_gateway(&name);
        }
        GatewayKind::VpnGateway => {
            builder.vpn_gateway(&name);
        }
        _ => {}
    }
    Target::Gateway { kind, name }
}

/// What a `GatewayId` leads to: by the type of the resource, or by the prefix of the id.
fn gateway(reader: Reader<'_, '_>, named: &Named, builder: &mut Builder) -> Target {
    let name = &named.name;
    if let Some(known) = builder.known_internet_gateway(name) {
        return Target::InternetGateway(known);
    }
    if let Some(known) = builder.known_endpoint(name)
        && matches!(builder.network.endpoints[known.0].kind, EndpointKind::Gateway { .. })
    {
        return Target::GatewayEndpoint(known);
    }
    match name {
        Name::Aws(id) if id == "local" => Target::Local,
        Name::Aws(id) if id.starts_with("igw-") => Target::InternetGateway(builder.internet_gateway(name)),
        Name::Aws(id) if id.starts_with("vgw-") => {
            by_name(reader, GatewayKind::VpnGateway, name.clone(), builder)
        }
        Name::Aws(id) if id.starts_with("vpce-") => {
            by_name(reader, GatewayKind::ApplianceEndpoint, name.clone(), builder)
        }
        Name::Aws(id) if id.starts_with("eigw-") => {
            by_name(reader, GatewayKind::EgressOnlyInternetGateway, name.clone(), builder)
        }
        Name::Aws(id) if id.starts_with("cagw-") => {
            by_name(reader, GatewayKind::CarrierGateway, name.clone(), builder)
        }
        Name::Logical(id) => match reader.template.resource(id).map_or("", |found| found.kind.as_str()) {
            "AWS::EC2::InternetGateway" => Target::InternetGateway(builder.internet_gateway(name)),
            "AWS::EC2::VPNGateway" => by_name(reader, GatewayKind::VpnGateway, name.clone(), builder),
            "AWS::EC2::VPCEndpoint" => by_name(reader, GatewayKind::ApplianceEndpoint, name.clone(), builder),
            "AWS::EC2::EgressOnlyInternetGateway" => {
                by_name(reader, GatewayKind::EgressOnlyInternetGateway, name.clone(), builder)
            }
            "AWS::EC2::CarrierGateway" => by_name(reader, GatewayKind::CarrierGateway, name.clone(), builder),
            _ => Target::Unknown(undescribed(name)),
        },
        _ => Target::Unknown(undescribed(name)),
    }
}

/// `SourceDestCheck` of an instance or network interface of the template.
fn source_dest_check(reader: Reader<'_, '_>, name: &Name) -> Result<Fact<bool>, Split> {
    const PROPERTY: &str = "SourceDestCheck";
    let Name::Logical(id) = name else { return Ok(Fact::Unknown(undescribed(name))) };
    let Some(resource) = reader.template.resource(id) else { return Ok(Fact::Unknown(undescribed(name))) };
    match resource.kind.as_str() {
        "AWS::EC2::NetworkInterface" => reader.flag(resource, &[PROPERTY], true),
        "AWS::EC2::Instance" => {
            if let Some(own) = reader.property(resource, &[PROPERTY])? {
                return Ok(flag(&own));
            }
            match first_interface(reader, resource)? {
                Some(interface) => reader.flag(interface, &[PROPERTY], true),
                None => Ok(Fact::Known(true)),
            }
        }
        _ => Ok(Fact::Unknown(undescribed(name))),
    }
}

/// The network interface that an instance is given as its first, where that is a resource of its own.
fn first_interface<'a>(reader: Reader<'a, '_>, instance: &Resource) -> Result<Option<&'a Resource>, Split> {
    let Some(interfaces) = reader.property(instance, &["NetworkInterfaces"])? else { return Ok(None) };
    for interface in &reader.items(&interfaces)?.items {
        if let Some(id) = reader.entry(interface, "NetworkInterfaceId")?
            && let Name::Logical(id) = reader.name(&id).name
        {
            return Ok(reader
                .template
                .resource(&id)
                .filter(|resource| resource.kind == "AWS::EC2::NetworkInterface"));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use crate::network::from_template::testing::{at, named, network};
    use crate::network::{Destination, Fact, GatewayKind, Missing, Name, Network, Target, Topic};
    use crate::template::Unknown;

    const TEMPLATE: &str = r"
Parameters: {Gateway: {Type: String}, Known: {Type: String}, Table: {Type: String}}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Internet: {Type: AWS::EC2::InternetGateway}
  Attachment: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Known}}
  Vpn: {Type: AWS::EC2::VPNGateway}
  Nat: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: subnet-1}}
  Forwarder: {Type: AWS::EC2::Instance, Properties: {SourceDestCheck: false}}
  Card: {Type: AWS::EC2::NetworkInterface, Properties: {SubnetId: subnet-1}}
  CardWearer: {Type: AWS::EC2::Instance, Properties: {NetworkInterfaces: [{DeviceIndex: '0', NetworkInterfaceId: !Ref Open}]}}
  Open: {Type: AWS::EC2::NetworkInterface, Properties: {SubnetId: subnet-1, SourceDestCheck: false}}
  Firewall: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Vpc, VpcEndpointType: GatewayLoadBalancer, ServiceName: com.amazonaws.vpce.us-east-1.vpce-svc-1}}
  Routes: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  R0: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Routes, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Internet}}
  R1: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Routes, DestinationCidrBlock: 10.1.0.0/16, NatGatewayId: !Ref Nat}}
  R2: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Routes, DestinationCidrBlock: 10.2.0.0/16, VpcPeeringConnectionId: pcx-1}}
  R3: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Routes, DestinationCidrBlock: 10.3.0.0/16, InstanceId: !Ref Forwarder}}
  R4: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Routes, DestinationCidrBlock: 10.4.0.0/16, NetworkInterfaceId: !Ref Card}}
  R5: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Routes, DestinationCidrBlock: 10.5.0.0/16, InstanceId: !Ref CardWearer}}
  R6: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Routes, DestinationCidrBlock: 10.6.0.0/16, NetworkInterfaceId: eni-1}}
  R7: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Routes, DestinationCidrBlock: 10.7.0.0/16, TransitGatewayId: tgw-1}}
  R8: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Routes, DestinationCidrBlock: 10.8.0.0/16, GatewayId: !Ref Vpn}}
  R9: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Routes, DestinationCidrBlock: 10.9.0.0/16, GatewayId: !Ref Gateway}}
  R10: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Routes, DestinationCidrBlock: 10.10.0.0/16, GatewayId: !Ref Known}}
  R11: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Routes, DestinationCidrBlock: 10.11.0.0/16, VpcEndpointId: !Ref Firewall}}
  R12: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Routes, DestinationIpv6CidrBlock: '::/0', EgressOnlyInternetGatewayId: eigw-1}}
  R13: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Routes, DestinationPrefixListId: pl-1, GatewayId: local}}
  R14: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Routes, DestinationCidrBlock: 10.14.0.0/16, GatewayId: igw-1}}
  R15: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Routes}}
  Elsewhere: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: nat-1}}
  Propagation: {Type: AWS::EC2::VPNGatewayRoutePropagation, Properties: {RouteTableIds: [!Ref Routes], VpnGatewayId: !Ref Vpn}}
";

    fn target(network: &Network, route: usize) -> Target {
        named(&network.tables, |table| &table.name, "Routes").routes.items[route].target.clone()
    }

    #[test]
    fn every_target_is_told_apart() {
        let network = network(TEMPLATE, None);
        let target = |route| target(&network, route);
        let gateway =
            |index: crate::network::GatewayIndex| network.internet_gateways[index.0].name.to_string();
        assert!(matches!(target(0), Target::InternetGateway(at) if gateway(at) == "Internet"));
        assert!(
            matches!(target(1), Target::NatGateway(at) if network.nat_gateways[at.0].name.matches("Nat"))
        );
        assert!(matches!(target(2), Target::Peering(at) if network.peerings[at.0].name.matches("pcx-1")));
        assert!(matches!(target(8), Target::Gateway { kind: GatewayKind::VpnGateway, .. }));
        assert!(matches!(target(7), Target::Gateway { kind: GatewayKind::TransitGateway, .. }));
        let missing = Missing::Value(Unknown::Parameter("Gateway".to_owned()));
        assert!(matches!(target(9), Target::Unknown(found) if found == missing));
        assert!(
            matches!(target(10), Target::InternetGateway(at) if gateway(at) == "Known"),
            "the attachment says that it is an internet gateway"
        );
        assert!(matches!(target(11), Target::Gateway { kind: GatewayKind::ApplianceEndpoint, .. }));
        assert!(matches!(target(12), Target::Gateway { kind: GatewayKind::EgressOnlyInternetGateway, .. }));
        assert!(matches!(target(13), Target::Local));
        assert!(matches!(target(14), Target::InternetGateway(at) if gateway(at) == "igw-1"));
        assert!(matches!(target(15), Target::Unknown(_)));
    }

    #[test]
    fn instances_and_interfaces_say_whether_they_check() {
        let network = network(TEMPLATE, None);
        let check = |route| match target(&network, route) {
            Target::Interface { source_dest_check, .. } => source_dest_check,
            other => panic!("{other:?}"),
        };
        assert_eq!(check(3), Fact::Known(false));
        assert_eq!(check(4), Fact::Known(true), "the default");
        assert_eq!(check(5), Fact::Known(false), "its interface says so");
        assert!(matches!(check(6), Fact::Unknown(Missing::Component(_))));
    }

    #[test]
    fn destinations_and_tables_are_what_is_written() {
        let network = network(TEMPLATE, None);
        let table = named(&network.tables, |table| &table.name, "Routes");
        assert_eq!(table.routes.items.len(), 16);
        assert!(matches!(table.routes.items[12].destination, Destination::Ipv6(_)));
        assert!(matches!(table.routes.items[13].destination, Destination::PrefixList(_)));
        assert!(matches!(table.routes.items[15].destination, Destination::Unknown(_)));
        assert_eq!(at(TEMPLATE, table.routes.items[3].at), "R3");
        let vpn = Missing::Beyond(Topic::VpnGateway, Name::Logical("Vpn".to_owned()));
        assert_eq!(table.routes.rest, Some(vpn));
        let given = named(&network.tables, |table| &table.name, "Table");
        assert_eq!(given.routes.items.len(), 1, "a table that a parameter names");
        assert_eq!(given.routes.rest, Some(Missing::Value(Unknown::Parameter("Table".to_owned()))));
    }
}
