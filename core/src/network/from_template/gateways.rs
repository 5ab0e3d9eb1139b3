//! Internet gateways and NAT gateways.

use super::fields::own_name;
use super::reader::{BROKEN, Reader, Split};
use crate::network::{Builder, Connectivity, Fact, NatPlacement};
use crate::template::Resource;

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
    let address = match reader.text(resource, &["PrivateIpAddress"])? {
        Some(Fact::Known(address)) => address.trim().parse().ok(),
        _ => None,
    };
    let index = builder.nat_gateway(&own_name(resource));
    let gateway = &mut builder.network.nat_gateways[index.0];
    gateway.at = reader.declared(resource);
    gateway.connectivity = connectivity;
    gateway.placement = placement;
    gateway.address = address;
    Ok(())
}
