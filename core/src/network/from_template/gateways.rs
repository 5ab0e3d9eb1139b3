//! Internet gateways and NAT gateways.

use super::fields::own_name;
use super::reader::{BROKEN, Reader, Split, text};
use crate::network::{Builder, Connectivity, Fact, Listed, NatPlacement, Zone};
use crate::template::{Case, Part, Resource, Value};

/// Writes internet gateways with their attachments, and NAT gateways.
pub(super) fn declare(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    for resource in reader.resources(&["AWS::EC2::InternetGateway"])? {
        let index = builder.internet_gateway(&own_name(resource));
        let gateway = &mut builder.network.internet_gateways[index.0];
        gateway.at = reader.declared(resource);
        gateway.vpc = Fact::Known(None);
    }
    for resource in reader.resources(&["AWS::EC2::VPCGatewayAttachment"])? {
        let Some(gateway) = reader.component(resource, "InternetGatewayId")? else { continue };
        let vpc = reader.vpc(resource, "VpcId", builder)?;
        let index = builder.internet_gateway(&gateway.name);
        let gateway = &mut builder.network.internet_gateways[index.0];
        gateway.vpc = vpc.map(Some);
        gateway.attached_at = reader.declared(resource);
    }
    for resource in reader.resources(&["AWS::EC2::NatGateway"])? {
        nat_gateway(reader, resource, builder)?;
    }
    Ok(())
}

fn nat_gateway(reader: Reader<'_, '_>, resource: &Resource, builder: &mut Builder) -> Result<(), Split> {
    let connectivity = match reader.text(resource, &["ConnectivityType"])? {
        None => Fact::Known(Connectivity::Public),
        Some(Fact::Known(text)) if text.eq_ignore_ascii_case("public") => Fact::Known(Connectivity::Public),
        Some(Fact::Known(text)) if text.eq_ignore_ascii_case("private") => Fact::Known(Connectivity::Private),
        Some(Fact::Known(_)) => Fact::Unknown(BROKEN),
        Some(Fact::Unknown(missing)) => Fact::Unknown(missing),
    };
    let subnet = reader.component(resource, "SubnetId")?;
    let regional = match reader.text(resource, &["AvailabilityMode"])? {
        Some(Fact::Known(mode)) => mode.eq_ignore_ascii_case("regional"),
        // A zonal one names a subnet and a regional one does not.
        _ => subnet.is_none() && reader.component(resource, "VpcId")?.is_some(),
    };
    let placement = if regional {
        NatPlacement::Regional(reader.vpc(resource, "VpcId", builder)?)
    } else {
        NatPlacement::Zonal(match subnet {
            Some(subnet) => Fact::Known(builder.subnet(&subnet.name)),
            None => Fact::Unknown(BROKEN),
        })
    };
    let zones = match reader.property(resource, &["AvailabilityZoneAddresses"])? {
        Some(list) if regional => Some(zones(reader, &list)?),
        _ => None,
    };
    let address = match reader.text(resource, &["PrivateIpAddress"])? {
        Some(Fact::Known(address)) => address.trim().parse().ok(),
        _ => None,
    };
    let elastic_ip = elastic_ip(reader, resource)?;
    let index = builder.nat_gateway(&own_name(resource));
    let gateway = &mut builder.network.nat_gateways[index.0];
    gateway.at = reader.declared(resource);
    gateway.connectivity = connectivity;
    gateway.placement = placement;
    gateway.zones = zones;
    gateway.address = address;
    gateway.elastic_ip = elastic_ip;
    Ok(())
}

/// The resource whose address packets leave with: none where there may be several.
fn elastic_ip(reader: Reader<'_, '_>, resource: &Resource) -> Result<Option<String>, Split> {
    let more = ["SecondaryAllocationIds", "AvailabilityZoneAddresses"];
    for name in more {
        if reader.property(resource, &[name])?.is_some() {
            return Ok(None);
        }
    }
    let Some(allocation) = reader.property(resource, &["AllocationId"])? else { return Ok(None) };
    let Value::Text(text) = &allocation.value else { return Ok(None) };
    Ok(match text.parts.as_slice() {
        [Part::Resource { id, attribute: Some(attribute) }] if attribute == "AllocationId" => {
            Some(id.clone())
        }
        _ => None,
    })
}

/// The zones that a regional NAT gateway is given addresses in.
fn zones(reader: Reader<'_, '_>, list: &Case) -> Result<Listed<Zone>, Split> {
    let items = reader.items(list)?;
    let mut found = Listed { items: Vec::new(), rest: items.rest };
    for item in &items.items {
        let zone = match (reader.entry(item, "AvailabilityZone")?, reader.entry(item, "AvailabilityZoneId")?)
        {
            (Some(zone), _) => reader.zone(&zone),
            (None, Some(id)) => text(&id).map(Zone::Identified),
            (None, None) => Fact::Unknown(BROKEN),
        };
        match zone {
            Fact::Known(zone) => found.items.push(zone),
            Fact::Unknown(missing) => found.rest = Some(missing),
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use crate::network::from_template::testing::{at, named, network};
    use crate::network::{Connectivity, Fact, NatPlacement};

    #[test]
    fn gateways_are_attached_or_not() {
        let template = r"
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Attached: {Type: AWS::EC2::InternetGateway}
  Attachment: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Attached}}
  Forgotten: {Type: AWS::EC2::InternetGateway}
  Vpn: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, VpnGatewayId: vgw-1}}
  Routes: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Out: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Routes, DestinationCidrBlock: 0.0.0.0/0, GatewayId: igw-1}}
";
        let network = network(template, None);
        let gateway = |id: &str| named(&network.internet_gateways, |gateway| &gateway.name, id);
        assert_eq!(gateway("Attached").vpc, Fact::Known(Some(crate::network::VpcIndex(0))));
        assert_eq!(at(template, gateway("Attached").attached_at), "Attachment");
        assert_eq!(gateway("Forgotten").vpc, Fact::Known(None));
        assert!(gateway("igw-1").vpc.known().is_none(), "nobody says what it is attached to");
        assert_eq!(network.internet_gateways.len(), 3);
    }

    #[test]
    fn nat_gateways_stand_in_a_subnet_or_in_a_vpc() {
        let network = network(
            r"
Parameters: {Type: {Type: String}}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Public: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: subnet-1, AllocationId: eipalloc-1}}
  Private: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: subnet-1, ConnectivityType: private, PrivateIpAddress: 10.0.0.9}}
  Open: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: subnet-1, ConnectivityType: !Ref Type}}
  Regional: {Type: AWS::EC2::NatGateway, Properties: {AvailabilityMode: regional, VpcId: !Ref Vpc}}
  Out: {Type: AWS::EC2::Route, Properties: {RouteTableId: !GetAtt Regional.RouteTableId, DestinationCidrBlock: 10.9.0.0/16, TransitGatewayId: tgw-1}}
",
            None,
        );
        let nat = |id: &str| named(&network.nat_gateways, |gateway| &gateway.name, id);
        assert_eq!(nat("Public").connectivity, Fact::Known(Connectivity::Public));
        assert!(
            matches!(&nat("Public").placement, NatPlacement::Zonal(Fact::Known(at)) if network.subnets[at.0].name.matches("subnet-1"))
        );
        assert_eq!(nat("Private").connectivity, Fact::Known(Connectivity::Private));
        assert_eq!(nat("Private").address, Some([10, 0, 0, 9].into()));
        assert!(nat("Open").connectivity.known().is_none());
        assert!(matches!(&nat("Regional").placement, NatPlacement::Regional(Fact::Known(vpc)) if vpc.0 == 0));
        let table = nat("Regional").table.expect("a table of its own");
        assert_eq!(network.tables[table.0].routes.items.len(), 1);
        assert_eq!(nat("Public").table, None);
    }
}
