//! Virtual private gateways and VPN connections.

use super::fields::own_name;
use super::reader::{Reader, Split};
use crate::network::{
    Builder, Destination, Fact, GatewayKind, Listed, Missing, Name, Place, Route, Target, Topic,
    VpnConnection, VpnEnd,
};
use crate::template::Resource;

/// Writes virtual private gateways with their attachments, and VPN connections with their static routes.
pub(super) fn declare(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    for resource in reader.resources(&["AWS::EC2::VPNGateway"])? {
        let index = builder.vpn_gateway(&own_name(resource));
        let gateway = &mut builder.network.vpn_gateways[index.0];
        gateway.at = reader.declared(resource);
        gateway.vpc = Fact::Known(None);
    }
    for resource in reader.resources(&["AWS::EC2::VPCGatewayAttachment"])? {
        let Some(gateway) = reader.component(resource, "VpnGatewayId")? else { continue };
        let vpc = reader.vpc(resource, "VpcId", builder)?;
        let index = builder.vpn_gateway(&gateway.name);
        let gateway = &mut builder.network.vpn_gateways[index.0];
        gateway.vpc = vpc.map(Some);
        gateway.attached_at = reader.declared(resource);
    }
    for resource in reader.resources(&["AWS::EC2::VPNConnection"])? {
        let connection = connection(reader, resource, builder)?;
        builder.network.vpn_connections.push(connection);
    }
    for resource in reader.resources(&["AWS::EC2::VPNConnectionRoute"])? {
        let Some(named) = reader.component(resource, "VpnConnectionId")? else { continue };
        let Some(range) = reader.property(resource, &["DestinationCidrBlock"])? else { continue };
        let range = reader.cidr(&range)?;
        let connections = &mut builder.network.vpn_connections;
        if let Some(connection) = connections.iter_mut().find(|one| one.name == named.name) {
            connection.ranges.items.push(range);
        }
    }
    Ok(())
}

fn connection(
    reader: Reader<'_, '_>,
    resource: &Resource,
    builder: &mut Builder,
) -> Result<VpnConnection, Split> {
    let name = own_name(resource);
    let end = if let Some(gateway) = reader.component(resource, "VpnGatewayId")? {
        VpnEnd::Gateway(builder.vpn_gateway(&gateway.name))
    } else if let Some(gateway) = reader.component(resource, "TransitGatewayId")? {
        VpnEnd::Transit(builder.transit_gateway(&gateway.name))
    } else {
        VpnEnd::Unknown
    };
    let rest = match reader.flag(resource, &["StaticRoutesOnly"], false)? {
        Fact::Known(true) => None,
        Fact::Known(false) => Some(Missing::Beyond(Topic::VpnGateway, name.clone())),
        Fact::Unknown(missing) => Some(missing),
    };
    Ok(VpnConnection {
        at: reader.declared(resource),
        end,
        customer_gateway: reader.component(resource, "CustomerGatewayId")?.map(|named| named.name),
        ranges: Listed { items: Vec::new(), rest },
        name,
    })
}

/// Writes into a route table what it learns of a virtual private gateway: the ranges of its static connections.
pub(super) fn propagate(gateway: &Name, table: usize, at: Option<Place>, builder: &mut Builder) {
    let own = builder.vpn_gateway(gateway);
    let connections = builder.network.vpn_connections.iter().filter(|one| one.end == VpnEnd::Gateway(own));
    let mut learned = Vec::new();
    let mut rest = None;
    let mut known = false;
    for connection in connections {
        known = true;
        learned.extend(connection.ranges.items.iter().cloned());
        rest = rest.or_else(|| connection.ranges.rest.clone());
    }
    // Connections that are made elsewhere, and Direct Connect.
    if !known {
        rest = Some(Missing::Beyond(Topic::VpnGateway, gateway.clone()));
    }
    let routes = &mut builder.network.tables[table].routes;
    routes.items.extend(learned.into_iter().map(|range| Route {
        at,
        destination: Destination::Cidr(range),
        target: Target::Gateway { kind: GatewayKind::VpnGateway, name: gateway.clone() },
        blackhole: false,
        propagated: true,
    }));
    routes.rest = routes.rest.take().or(rest);
}

#[cfg(test)]
mod tests {
    use crate::network::from_template::testing::{named, network, range};
    use crate::network::{Fact, Missing, Topic, VpnEnd};

    #[test]
    fn connections_know_their_ends_and_their_static_ranges() {
        let network = network(
            r"
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Gateway: {Type: AWS::EC2::VPNGateway, Properties: {Type: ipsec.1}}
  Attachment: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, VpnGatewayId: !Ref Gateway}}
  Office: {Type: AWS::EC2::CustomerGateway, Properties: {BgpAsn: 65000, IpAddress: 192.0.2.1, Type: ipsec.1}}
  Static: {Type: AWS::EC2::VPNConnection, Properties: {Type: ipsec.1, StaticRoutesOnly: true, CustomerGatewayId: !Ref Office, VpnGatewayId: !Ref Gateway}}
  Range: {Type: AWS::EC2::VPNConnectionRoute, Properties: {VpnConnectionId: !Ref Static, DestinationCidrBlock: 192.168.0.0/16}}
  Hub: {Type: AWS::EC2::TransitGateway}
  Announced: {Type: AWS::EC2::VPNConnection, Properties: {Type: ipsec.1, CustomerGatewayId: !Ref Office, TransitGatewayId: !Ref Hub}}
  Forgotten: {Type: AWS::EC2::VPNGateway, Properties: {Type: ipsec.1}}
",
            None,
        );
        let gateway = |id: &str| named(&network.vpn_gateways, |one| &one.name, id);
        assert!(matches!(gateway("Gateway").vpc, Fact::Known(Some(_))));
        assert_eq!(gateway("Forgotten").vpc, Fact::Known(None));
        let connection = |id: &str| named(&network.vpn_connections, |one| &one.name, id);
        assert!(matches!(connection("Static").end, VpnEnd::Gateway(_)));
        assert_eq!(
            connection("Static").ranges.items.iter().map(range).collect::<Vec<_>>(),
            ["192.168.0.0/16"]
        );
        assert_eq!(connection("Static").ranges.rest, None);
        assert!(matches!(connection("Announced").end, VpnEnd::Transit(_)));
        assert!(matches!(connection("Announced").ranges.rest, Some(Missing::Beyond(Topic::VpnGateway, _))));
        assert!(network.attachments.iter().any(|one| one.name.matches("Announced")));
    }
}
