//! Internet gateways, NAT gateways, peering connections.

use super::record::Record;
use super::{note_region, subnet_in, vpc_of};
use crate::network::{Builder, Cidr, Connectivity, Fact, Listed, Missing, Name, NatPlacement, VpcIndex};
use crate::phrase;

pub(super) fn internet_gateways<'a>(gateways: impl Iterator<Item = Record<'a>>, builder: &mut Builder) {
    for record in gateways {
        let Some((name, place)) = record.id("InternetGatewayId") else { continue };
        let attached = record.records("Attachments").into_iter().find(|attachment| {
            attachment.has("VpcId") && !attachment.is_any("State", &["detached", "detaching"])
        });
        let vpc = attached.and_then(|attachment| attachment.name("VpcId")).map(|vpc| builder.vpc(&vpc));
        let index = builder.internet_gateway(&name);
        let gateway = &mut builder.network.internet_gateways[index.0];
        gateway.at = Some(place);
        gateway.vpc = Fact::Known(vpc);
        gateway.attached_at = attached.map(Record::place);
    }
}

pub(super) fn nat_gateways<'a>(gateways: impl Iterator<Item = Record<'a>>, builder: &mut Builder) {
    for record in gateways {
        let Some((name, place)) = record.id("NatGatewayId") else { continue };
        // AWS goes on to describe them for an hour.
        if record.is_any("State", &["deleted", "deleting", "failed"]) {
            record.skip(
                record.node,
                phrase!(
                    en: "the NAT gateway `{name}` is gone or was never made, so it is skipped",
                    ja: "NAT ゲートウェイ `{name}` は削除済みか作成に失敗しているため読み飛ばします",
                ),
            );
            continue;
        }
        let vpc = vpc_of(record, &name, builder);
        let is_regional = record.is_any("AvailabilityMode", &["regional"]);
        let placement = if is_regional {
            NatPlacement::Regional(vpc)
        } else {
            NatPlacement::Zonal(match record.name("SubnetId") {
                Some(subnet) => Fact::Known(subnet_in(&subnet, &vpc, builder)),
                None => Fact::Unknown(Missing::Component(name.clone())),
            })
        };
        let table = record.name("RouteTableId").map(|table| builder.table(&table));
        let addresses = record.records("NatGatewayAddresses");
        let primary = addresses
            .iter()
            .find(|address| address.flag("IsPrimary") == Some(true))
            .or(addresses.first())
            .filter(|_| !is_regional);
        let index = builder.nat_gateway(&name);
        let gateway = &mut builder.network.nat_gateways[index.0];
        gateway.at = Some(place);
        gateway.connectivity = Fact::Known(if record.is_any("ConnectivityType", &["private"]) {
            Connectivity::Private
        } else {
            Connectivity::Public
        });
        gateway.placement = placement;
        gateway.table = table;
        gateway.address = primary.and_then(|address| address.address("PrivateIp"));
    }
}

pub(super) fn peerings<'a>(peerings: impl Iterator<Item = Record<'a>>, builder: &mut Builder) {
    for record in peerings {
        let Some((name, place)) = record.id("VpcPeeringConnectionId") else { continue };
        let sides = ["RequesterVpcInfo", "AccepterVpcInfo"].map(|key| record.record(key));
        let [requester, accepter] = sides.map(|side| match side {
            Some(side) => side_of(side, &name, builder),
            None => Fact::Unknown(Missing::Component(name.clone())),
        });
        let missing = || Fact::Unknown(Missing::Component(name.clone()));
        let regions = sides.map(|side| side.and_then(|side| side.text("Region")));
        let index = builder.peering(&name);
        let peering = &mut builder.network.peerings[index.0];
        peering.at = Some(place);
        peering.requester = requester;
        peering.accepter = accepter;
        peering.active = match record.record("Status").and_then(|status| status.text("Code")) {
            Some(code) => Fact::Known(code == "active"),
            None => missing(),
        };
        peering.same_region = match regions {
            [Some(one), Some(other)] => Fact::Known(one == other),
            _ => missing(),
        };
        // Between regions, either may be the one of the template.
        if let [Some(one), Some(other)] = regions
            && one == other
        {
            note_region(builder, one);
        }
    }
}

/// The VPC of one side. Its ranges are told here also where it belongs to another account or region.
fn side_of(side: Record<'_>, peering: &Name, builder: &mut Builder) -> Fact<VpcIndex> {
    let vpc = vpc_of(side, peering, builder);
    if let Fact::Known(index) = vpc {
        let mut nets: Vec<_> =
            side.records("CidrBlockSet").into_iter().filter_map(|range| range.net("CidrBlock")).collect();
        if nets.is_empty() {
            nets.extend(side.net("CidrBlock"));
        }
        let known = &mut builder.network.vpcs[index.0];
        if known.at.is_none() && !nets.is_empty() {
            known.cidrs = Listed::all(nets.into_iter().map(Cidr::Known).collect());
        }
    }
    vpc
}
