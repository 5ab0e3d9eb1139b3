//! Virtual private gateways and VPN connections.

use super::record::Record;
use crate::network::{Builder, Cidr, Fact, Listed, Missing, Name, Topic, VpnConnection, VpnEnd};

const GONE: [&str; 2] = ["deleted", "deleting"];

pub(super) fn gateways<'a>(gateways: impl Iterator<Item = Record<'a>>, builder: &mut Builder) {
    for record in gateways.filter(|record| !record.is_any("State", &GONE)) {
        let Some((name, place)) = record.id("VpnGatewayId") else { continue };
        let attached = record.records("VpcAttachments").into_iter().find(|attachment| {
            attachment.has("VpcId") && !attachment.is_any("State", &["detached", "detaching"])
        });
        let vpc = attached.and_then(|attachment| attachment.name("VpcId")).map(|vpc| builder.vpc(&vpc));
        let index = builder.vpn_gateway(&name);
        let gateway = &mut builder.network.vpn_gateways[index.0];
        gateway.at = Some(place);
        gateway.vpc = Fact::Known(vpc);
        gateway.attached_at = attached.map(Record::place);
    }
}

pub(super) fn connections<'a>(connections: impl Iterator<Item = Record<'a>>, builder: &mut Builder) {
    for record in connections.filter(|record| !record.is_any("State", &GONE)) {
        let Some((name, place)) = record.id("VpnConnectionId") else { continue };
        let end = if let Some(gateway) = record.name("VpnGatewayId") {
            VpnEnd::Gateway(builder.vpn_gateway(&gateway))
        } else if let Some(gateway) = record.name("TransitGatewayId") {
            VpnEnd::Transit(builder.transit_gateway(&gateway))
        } else {
            VpnEnd::Unknown
        };
        let connection = VpnConnection {
            ranges: ranges(record, &name),
            at: Some(place),
            end,
            customer_gateway: record.name("CustomerGatewayId"),
            name,
        };
        let known = builder.network.vpn_connections.iter().any(|known| known.name == connection.name);
        if !known {
            builder.network.vpn_connections.push(connection);
        }
    }
}

/// The ranges behind a connection: all of them where its routes are static.
fn ranges(record: Record<'_>, name: &Name) -> Listed<Cidr> {
    let routes = record.records("Routes").into_iter();
    let nets = routes
        .filter(|route| !route.is_any("State", &GONE))
        .filter_map(|route| route.net_of_any_version("DestinationCidrBlock"));
    let is_static = record.record("Options").and_then(|options| options.flag("StaticRoutesOnly"));
    let rest = (is_static != Some(true)).then(|| Missing::Beyond(Topic::VpnGateway, name.clone()));
    Listed { items: nets.map(Cidr::Known).collect(), rest }
}
