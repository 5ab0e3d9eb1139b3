//! Route tables and routes.

use super::fields::own_name;
use super::reader::{BROKEN, Named, Reader, Split, flag};
use crate::network::builder::undescribed;
use crate::network::{
    Builder, Destination, EndpointKind, Fact, Listed, Missing, Name, Opaque, Route, Target, Topic,
};
use crate::template::Resource;

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
        let route = Route { at: reader.declared(resource), destination, target, blackhole: false };
        let index = builder.table(&table.name);
        builder.network.tables[index.0].routes.items.push(route);
    }
    for resource in reader.resources(&["AWS::EC2::VPNGatewayRoutePropagation"])? {
        let Some(tables) = reader.property(resource, &["RouteTableIds"])? else { continue };
        for table in reader.names(&tables, builder)? {
            let index = builder.table(&table.name);
            let routes = &mut builder.network.tables[index.0].routes;
            routes.rest.get_or_insert(Missing::NotFollowed(Topic::VpnGateway));
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
        Some(_) => Destination::Ipv6,
        None => Destination::Unknown(BROKEN),
    })
}

/// Targets that are what their property says, whatever it names.
const OPAQUE: [(&str, Opaque); 6] = [
    ("TransitGatewayId", Opaque::TransitGateway),
    ("VpcEndpointId", Opaque::ApplianceEndpoint),
    ("EgressOnlyInternetGatewayId", Opaque::EgressOnlyInternetGateway),
    ("CarrierGatewayId", Opaque::CarrierGateway),
    ("LocalGatewayId", Opaque::LocalGateway),
    ("CoreNetworkArn", Opaque::CoreNetwork),
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
    for (property, kind) in OPAQUE {
        if let Some(Named { name, .. }) = reader.component(resource, property)? {
            return Ok(match builder.known_endpoint(&name) {
                Some(endpoint) => Target::GatewayEndpoint(endpoint),
                None => Target::Opaque { kind, name },
            });
        }
    }
    Ok(Target::Unknown(BROKEN))
}

/// What a `GatewayId` leads to: by the type of the resource, or by the prefix of the id.
fn gateway(reader: Reader<'_, '_>, named: &Named, builder: &mut Builder) -> Target {
    let name = &named.name;
    let opaque = |kind| Target::Opaque { kind, name: name.clone() };
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
        Name::Aws(id) if id.starts_with("vgw-") => opaque(Opaque::VpnGateway),
        Name::Aws(id) if id.starts_with("vpce-") => opaque(Opaque::ApplianceEndpoint),
        Name::Aws(id) if id.starts_with("eigw-") => opaque(Opaque::EgressOnlyInternetGateway),
        Name::Aws(id) if id.starts_with("cagw-") => opaque(Opaque::CarrierGateway),
        Name::Logical(id) => match reader.template.resource(id).map_or("", |found| found.kind.as_str()) {
            "AWS::EC2::InternetGateway" => Target::InternetGateway(builder.internet_gateway(name)),
            "AWS::EC2::VPNGateway" => opaque(Opaque::VpnGateway),
            "AWS::EC2::VPCEndpoint" => opaque(Opaque::ApplianceEndpoint),
            "AWS::EC2::EgressOnlyInternetGateway" => opaque(Opaque::EgressOnlyInternetGateway),
            "AWS::EC2::CarrierGateway" => opaque(Opaque::CarrierGateway),
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
