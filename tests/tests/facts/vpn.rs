//! Virtual private gateways and VPN connections.

use vpcheck_core::network::{Missing, Topic};
use vpcheck_core::paths::Code;
use vpcheck_tests::composed::{Composed, fact};

const HOW: &str = "AWS Site-to-Site VPN User Guide, How AWS Site-to-Site VPN works";
const ROUTING: &str =
    "AWS Site-to-Site VPN User Guide, Site-to-Site VPN routing options: static and dynamic routing";
const TABLES: &str = "AWS Site-to-Site VPN User Guide, Configure routing: route propagation";
const TRANSIT: &str =
    "Amazon VPC Transit Gateways, VPN attachments: static routes are written in the route table";
const LIMITS: &str = "Amazon VPC User Guide, Gateway route tables and VPN: edge to edge routing";
const TO_OFFICE: &str = "GatewayId: !Ref Vgw";

/// `Vgw`, attached to `Vpc`, with the static connection `Vpn` to `Office`, behind which 192.168.0.0/16 is.
fn office(source: &str) -> Composed {
    fact(source)
        .with("Vgw", "EC2::VPNGateway", "Type: ipsec.1")
        .with("VgwAttachment", "EC2::VPCGatewayAttachment", "VpcId: !Ref Vpc, VpnGatewayId: !Ref Vgw")
        .with("Office", "EC2::CustomerGateway", "Type: ipsec.1, BgpAsn: 65000, IpAddress: 192.0.2.1")
        .with(
            "Vpn",
            "EC2::VPNConnection",
            "Type: ipsec.1, StaticRoutesOnly: true, CustomerGatewayId: !Ref Office, VpnGatewayId: !Ref Vgw",
        )
        .with(
            "VpnRange",
            "EC2::VPNConnectionRoute",
            "VpnConnectionId: !Ref Vpn, DestinationCidrBlock: 192.168.0.0/16",
        )
}

#[test]
fn a_static_connection_leads_to_the_ranges_that_are_written() {
    let template = office(ROUTING).route("TableA", "192.168.0.0/16", TO_OFFICE);
    template.to("192.168.1.10:443").is_reachable();
    let wider = office(ROUTING).route("TableA", "0.0.0.0/0", TO_OFFICE);
    wider.to("172.16.1.10:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "Vgw");
}

#[test]
fn a_table_learns_the_static_ranges_where_propagation_is_on() {
    let template = office(TABLES);
    template.to("192.168.1.10:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
    let learns = template.with(
        "Learns",
        "EC2::VPNGatewayRoutePropagation",
        "RouteTableIds: [!Ref TableA], VpnGatewayId: !Ref Vgw",
    );
    learns.to("192.168.1.10:443").is_reachable();
    learns.to("172.16.1.10:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
}

#[test]
fn a_written_route_beats_a_learned_one_on_equal_ground() {
    let template = office(
        "AWS Site-to-Site VPN User Guide, Route tables and route priority: static routes are preferred",
    )
    .with("Learns", "EC2::VPNGatewayRoutePropagation", "RouteTableIds: [!Ref TableA], VpnGatewayId: !Ref Vgw")
    .server("Appliance", "SubnetB", "ServerGroup")
    .route("TableA", "192.168.0.0/16", "InstanceId: !Ref Appliance");
    template.to("192.168.1.10:443").is_blocked(Code::ENI_SOURCE_DEST_CHECK_RESTRICTION, "Appliance");
}

#[test]
fn what_bgp_announces_is_not_known() {
    let template = office(ROUTING).without("VpnRange").route("TableA", "192.168.0.0/16", TO_OFFICE).with(
        "Vpn",
        "EC2::VPNConnection",
        "Type: ipsec.1, CustomerGatewayId: !Ref Office, VpnGatewayId: !Ref Vgw",
    );
    template.to("192.168.1.10:443").is_unknown(
        |missing| matches!(missing, Missing::Beyond(Topic::VpnGateway, name) if name.matches("Vpn")),
    );
}

#[test]
fn a_gateway_without_a_connection_may_have_one_elsewhere() {
    let template = office("by design: connections and Direct Connect may be made elsewhere")
        .without("VpnRange")
        .without("Vpn")
        .route("TableA", "192.168.0.0/16", TO_OFFICE);
    template.to("192.168.1.10:443").is_unknown(
        |missing| matches!(missing, Missing::Beyond(Topic::VpnGateway, name) if name.matches("Vgw")),
    );
}

#[test]
fn a_gateway_must_be_attached_to_the_vpc() {
    let template = office(HOW).without("VgwAttachment").route("TableA", "192.168.0.0/16", TO_OFFICE);
    template.to("192.168.1.10:443").is_blocked(Code::BAD_STATE_ATTACHMENT, "Vgw");
    let elsewhere = office(HOW)
        .vpc("Other", "10.9.0.0/16")
        .with("VgwAttachment", "EC2::VPCGatewayAttachment", "VpcId: !Ref Other, VpnGatewayId: !Ref Vgw")
        .route("TableA", "192.168.0.0/16", TO_OFFICE);
    elsewhere.to("192.168.1.10:443").is_blocked(Code::BAD_STATE_ATTACHMENT, "Vgw");
}

#[test]
fn a_nat_gateways_own_table_may_lead_to_the_office() {
    let template = office("Amazon VPC User Guide, NAT gateway use cases: private NAT gateways")
        .with("Private", "EC2::NatGateway", "SubnetId: !Ref SubnetB, ConnectivityType: private")
        .route("TableA", "192.168.0.0/16", "NatGatewayId: !Ref Private")
        .route("TableB", "192.168.0.0/16", TO_OFFICE);
    template.to("192.168.1.10:443").is_reachable();
}

/// `Vpn` ends at the transit gateway `Hub` instead.
fn hub_office(source: &str) -> Composed {
    office(source)
        .hub()
        .with(
            "Vpn",
            "EC2::VPNConnection",
            "Type: ipsec.1, StaticRoutesOnly: true, CustomerGatewayId: !Ref Office, TransitGatewayId: !Ref Hub",
        )
        .without("VpnRange")
        .route("TableA", "192.168.0.0/16", "TransitGatewayId: !Ref Hub")
}

#[test]
fn a_static_connection_of_a_transit_gateway_needs_a_static_route() {
    let template = hub_office(TRANSIT).hub_table("HubTable", &["ToHub"]).hub_learns("HubTable", "Vpn");
    template.to("192.168.1.10:443").is_blocked(Code::TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT, "HubTable");
    let routed = template.hub_route("HubTable", "192.168.0.0/16", "TransitGatewayAttachmentId: !Ref Vpn");
    routed.to("192.168.1.10:443").is_reachable();
}

#[test]
fn a_virtual_private_gateway_is_no_way_on_for_another_vpc() {
    let template = office(LIMITS)
        .hub()
        .with("VgwAttachment", "EC2::VPCGatewayAttachment", "VpcId: !Ref PeerVpc, VpnGatewayId: !Ref Vgw")
        .hub_table("HubTable", &["ToHub", "PeerToHub"])
        .hub_route("HubTable", "192.168.0.0/16", "TransitGatewayAttachmentId: !Ref PeerToHub")
        .route("TableA", "192.168.0.0/16", "TransitGatewayId: !Ref Hub")
        .route("PeerTable", "192.168.0.0/16", TO_OFFICE);
    template.to("192.168.1.10:443").is_blocked(Code::NO_POSSIBLE_DESTINATION, "Vgw");
}

#[test]
fn answers_come_in_by_the_table_of_the_virtual_private_gateway() {
    let edge = |target: &str| {
        office("Amazon VPC User Guide, Gateway route tables")
            .route("TableA", "192.168.0.0/16", TO_OFFICE)
            .table("EdgeTable", "Vpc", &[])
            .with(
                "Edge",
                "EC2::GatewayRouteTableAssociation",
                "GatewayId: !Ref Vgw, RouteTableId: !Ref EdgeTable",
            )
            .route("EdgeTable", "10.0.1.0/24", target)
            .to("192.168.1.1:443")
    };
    edge("InstanceId: !Ref Server").is_blocked(Code::ENI_SOURCE_DEST_CHECK_RESTRICTION, "EdgeTable");
    edge("VpcEndpointId: vpce-0123456789abcdef0")
        .is_unknown(|missing| matches!(missing, Missing::Beyond(Topic::Appliance, _)));
}
