//! Transit gateways: attachments, their route tables, and ways out through another VPC.

use vpcheck_core::network::{Missing, Topic};
use vpcheck_core::paths::{Code, Difference, Direction};
use vpcheck_tests::composed::{Composed, fact};

const HOW: &str = "Amazon VPC Transit Gateways, How transit gateways work";
const ROUTING: &str = "Amazon VPC Transit Gateways, How transit gateways work: Routing, Route tables";
const ZONES: &str = "Amazon VPC Transit Gateways, VPC attachments: Limits, Availability Zones";
const ACLS: &str = "Amazon VPC Transit Gateways, Network ACLs for transit gateways";
const EGRESS: &str = "Amazon VPC Transit Gateways, Example: Centralized outbound routing to the internet";
const APPLIANCE: &str =
    "Amazon VPC Transit Gateways, Example: Appliances and services in a shared services VPC";
const GROUPS: &str =
    "Amazon VPC Transit Gateways, VPC attachments: Security group referencing over a transit gateway";
const DESIGN: &str = "by design: what is not in the template is not known";

const TO_HUB: &str = "TransitGatewayId: !Ref Hub";
const TO_NAT: &str = "NatGatewayId: !Ref Nat";
const BY: [&str; 2] =
    ["TransitGatewayAttachmentId: !Ref ToHub", "TransitGatewayAttachmentId: !Ref PeerToHub"];
/// Properties of a gateway without default association and propagation.
const NO_DEFAULTS: &str = "DefaultRouteTableAssociation: disable, DefaultRouteTablePropagation: disable";
const FROM_FUNCTION: &str = "SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !Ref FunctionGroup}]";

#[test]
fn vpcs_of_the_default_table_reach_each_other() {
    fact(HOW).hub().hub_routes().to("PeerServer:5432").is_reachable();
}

#[test]
fn addresses_are_reached_as_resources_are() {
    let template = fact(HOW).hub().hub_routes().with(
        "PeerServer",
        "EC2::Instance",
        "ImageId: ami-0123456789abcdef0, SubnetId: !Ref PeerSubnet, SecurityGroupIds: [!Ref PeerGroup], \
         PrivateIpAddress: 10.9.1.20",
    );
    template.to("10.9.1.20:5432").is_reachable();
    template.to("10.9.1.20:22").is_blocked(Code::ENI_SG_RULES_MISMATCH, "PeerGroup");
}

#[test]
fn a_vpc_needs_a_route_to_the_gateway() {
    let template = fact(ROUTING).hub().route("PeerTable", "10.0.0.0/16", TO_HUB);
    template.to("PeerServer:5432").is_blocked_on(Direction::Out, Code::NO_ROUTE_TO_DESTINATION, "TableA");
}

#[test]
fn answers_need_a_route_to_the_gateway() {
    let template = fact(ROUTING).hub().route("TableA", "10.9.0.0/16", TO_HUB);
    template.to("PeerServer:5432").is_blocked_on(Direction::Back, Code::NO_ROUTE_TO_DESTINATION, "PeerTable");
}

#[test]
fn a_vpc_must_be_attached() {
    let template = fact(HOW).hub().hub_routes().without("ToHub");
    template.to("PeerServer:5432").is_blocked(Code::BAD_STATE_ATTACHMENT, "Hub");
}

#[test]
fn an_attachment_without_association_goes_nowhere() {
    let template = fact(ROUTING).hub().hub_routes().with("Hub", "EC2::TransitGateway", NO_DEFAULTS);
    template.to("PeerServer:5432").is_blocked(Code::TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION, "ToHub");
}

/// Both attachments use `HubTable`, which has nothing in it.
fn own_table(source: &str) -> Composed {
    fact(source)
        .hub()
        .hub_routes()
        .with("Hub", "EC2::TransitGateway", NO_DEFAULTS)
        .hub_table("HubTable", &["ToHub", "PeerToHub"])
}

#[test]
fn an_association_alone_brings_no_routes() {
    let template = own_table(ROUTING);
    template.to("PeerServer:5432").is_blocked(Code::TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT, "HubTable");
}

#[test]
fn propagation_brings_the_ranges_of_a_vpc() {
    let template = own_table(ROUTING).hub_learns("HubTable", "PeerToHub");
    template.to("PeerServer:5432").is_blocked_on(
        Direction::Back,
        Code::TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT,
        "HubTable",
    );
    template.hub_learns("HubTable", "ToHub").to("PeerServer:5432").is_reachable();
}

#[test]
fn static_routes_do_the_same() {
    let template = own_table(ROUTING).hub_route("HubTable", "10.9.0.0/16", BY[1]).hub_route(
        "HubTable",
        "10.0.0.0/16",
        BY[0],
    );
    template.to("PeerServer:5432").is_reachable();
}

#[test]
fn the_table_of_the_sending_attachment_decides() {
    let template = fact(ROUTING)
        .hub()
        .hub_routes()
        .with("Hub", "EC2::TransitGateway", NO_DEFAULTS)
        .hub_table("Spokes", &["ToHub"])
        .hub_table("Shared", &["PeerToHub"])
        .hub_learns("Spokes", "PeerToHub")
        .hub_learns("Shared", "ToHub");
    template.to("PeerServer:5432").is_reachable();
}

#[test]
fn the_most_specific_route_of_a_gateway_wins() {
    let template = own_table(ROUTING)
        .hub_learns("HubTable", "PeerToHub")
        .hub_learns("HubTable", "ToHub")
        .hub_route("HubTable", "10.9.1.0/24", "Blackhole: true");
    template.to("PeerServer:5432").is_blocked(Code::TGW_RTB_BAD_STATE_ROUTE, "HubTable");
}

#[test]
fn a_static_route_beats_a_propagated_one_on_equal_ground() {
    let template =
        own_table("Amazon VPC Transit Gateways, How transit gateways work: Route evaluation order")
            .hub_learns("HubTable", "PeerToHub")
            .hub_learns("HubTable", "ToHub")
            .hub_route("HubTable", "10.9.0.0/16", "Blackhole: true");
    template.to("PeerServer:5432").is_blocked(Code::TGW_RTB_BAD_STATE_ROUTE, "HubTable");
}

#[test]
fn a_wider_blackhole_drops_only_what_has_no_route_of_its_own() {
    let template = own_table(ROUTING)
        .hub_learns("HubTable", "PeerToHub")
        .hub_learns("HubTable", "ToHub")
        .hub_route("HubTable", "10.0.0.0/8", "Blackhole: true");
    template.to("PeerServer:5432").is_reachable();
}

#[test]
fn a_zone_without_attachment_does_not_reach_the_gateway() {
    let template = fact(ZONES).hub().hub_routes().attached("ToHub", "Vpc", &["SubnetB"], "");
    template.to("PeerServer:5432").is_blocked(Code::TGW_ROUTE_AZ_RESTRICTION, "ToHub");
}

#[test]
fn one_subnet_serves_all_subnets_of_its_zone() {
    let template = fact(ZONES).hub().hub_routes().subnet("Ports", "Vpc", "10.0.9.0/28", 0).attached(
        "ToHub",
        "Vpc",
        &["Ports"],
        "",
    );
    template.to("PeerServer:5432").is_reachable();
}

#[test]
fn answers_need_an_attachment_in_their_zone_too() {
    let template = fact(ZONES).hub().hub_routes().subnet("PeerPorts", "PeerVpc", "10.9.9.0/28", 1).attached(
        "PeerToHub",
        "PeerVpc",
        &["PeerPorts"],
        "",
    );
    template.to("PeerServer:5432").is_blocked_on(
        Direction::Back,
        Code::TGW_ROUTE_AZ_RESTRICTION,
        "PeerToHub",
    );
}

/// Attachments in subnets of their own, of which `Ports` has a network ACL with nothing in it.
fn own_ports(source: &str) -> Composed {
    fact(source)
        .hub()
        .hub_routes()
        .subnet("Ports", "Vpc", "10.0.9.0/28", 0)
        .attached("ToHub", "Vpc", &["Ports"], "")
        .acl("Ports", "Vpc")
}

#[test]
fn the_acl_of_the_attachments_subnet_is_asked_inwards_by_the_sender() {
    let template = own_ports(ACLS).entry("Ports", "out 100 allow -1 0.0.0.0/0");
    template.to("PeerServer:5432").is_blocked_on(Direction::Out, Code::SUBNET_ACL_RESTRICTION, "PortsAcl");
    template.entry("Ports", "in 100 allow 6 10.0.1.0/24 5432").to("PeerServer:5432").is_reachable();
}

#[test]
fn the_acl_of_the_attachments_subnet_is_asked_outwards_for_what_comes_in() {
    let template = own_ports(ACLS).entry("Ports", "in 100 allow 6 10.0.1.0/24 5432");
    template.to("PeerServer:5432").is_blocked_on(Direction::Back, Code::SUBNET_ACL_RESTRICTION, "PortsAcl");
    template.entry("Ports", "out 100 allow 6 10.0.1.0/24 1024-65535").to("PeerServer:5432").is_reachable();
}

#[test]
fn into_the_attachments_own_subnet_its_acl_is_not_asked() {
    let template = fact(ACLS)
        .hub()
        .hub_routes()
        .acl("PeerSubnet", "PeerVpc")
        .entry("PeerSubnet", "out 100 allow 6 10.0.0.0/16 1024-65535")
        .entry("PeerSubnet", "in 100 allow 6 10.9.1.0/24 1024-65535");
    template.to("PeerServer:5432").is_reachable();
}

#[test]
fn out_of_the_attachments_own_subnet_its_acl_is_asked_both_ways() {
    let template = fact(ACLS)
        .hub()
        .hub_routes()
        .acl("SubnetA", "Vpc")
        .entry("SubnetA", "out 100 allow 6 10.9.0.0/16 5432");
    template.to("PeerServer:5432").is_blocked_on(Direction::Out, Code::SUBNET_ACL_RESTRICTION, "SubnetAAcl");
    // Answers come in without being asked.
    template.entry("SubnetA", "in 100 allow 6 10.0.1.0/24 5432").to("PeerServer:5432").is_reachable();
}

#[test]
fn groups_of_another_vpc_are_named_where_all_support_it() {
    let by_group = |template: Composed| template.group("PeerGroup", "PeerVpc", FROM_FUNCTION);
    let template = by_group(fact(GROUPS).hub().hub_routes());
    template.to("PeerServer:5432").is_blocked(Code::ENI_SG_RULES_MISMATCH, "PeerGroup");
    let supported = template.with("Hub", "EC2::TransitGateway", "SecurityGroupReferencingSupport: enable");
    supported.to("PeerServer:5432").is_reachable();
    let off = "Options: {SecurityGroupReferencingSupport: disable}";
    supported
        .attached("PeerToHub", "PeerVpc", &["PeerSubnet"], off)
        .to("PeerServer:5432")
        .is_blocked(Code::ENI_SG_RULES_MISMATCH, "PeerGroup");
}

#[test]
fn a_group_of_another_vpc_is_no_outbound_destination() {
    let template = fact(GROUPS)
        .hub()
        .hub_routes()
        .with("Hub", "EC2::TransitGateway", "SecurityGroupReferencingSupport: enable")
        .lets_out(
            "{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, DestinationSecurityGroupId: !Ref PeerGroup}",
        );
    template.to("PeerServer:5432").is_blocked(Code::ENI_SG_RULES_MISMATCH, "FunctionGroup");
}

/// `Function` stands in a spoke; `EgressVpc` has `Nat` in a public subnet and an attachment in a private one.
fn central_egress(source: &str) -> Composed {
    fact(source)
        .with("Hub", "EC2::TransitGateway", NO_DEFAULTS)
        .attached("ToHub", "Vpc", &["SubnetA"], "")
        .vpc("EgressVpc", "10.8.0.0/16")
        .subnet("EgressPorts", "EgressVpc", "10.8.0.0/28", 0)
        .table("PortsRoutes", "EgressVpc", &["EgressPorts"])
        .subnet("EgressPublic", "EgressVpc", "10.8.1.0/24", 0)
        .table("PublicRoutes", "EgressVpc", &["EgressPublic"])
        .with("Gateway", "EC2::InternetGateway", "")
        .with(
            "Attachment",
            "EC2::VPCGatewayAttachment",
            "VpcId: !Ref EgressVpc, InternetGatewayId: !Ref Gateway",
        )
        .with("Address", "EC2::EIP", "Domain: vpc")
        .with(
            "Nat",
            "EC2::NatGateway",
            "SubnetId: !Ref EgressPublic, AllocationId: !GetAtt Address.AllocationId",
        )
        .attached("EgressToHub", "EgressVpc", &["EgressPorts"], "")
        .hub_table("Spokes", &["ToHub"])
        .hub_table("Egress", &["EgressToHub"])
        .hub_route("Spokes", "0.0.0.0/0", "TransitGatewayAttachmentId: !Ref EgressToHub")
        .hub_learns("Egress", "ToHub")
        .route("TableA", "0.0.0.0/0", TO_HUB)
        .route("PortsRoutes", "0.0.0.0/0", TO_NAT)
        .route("PublicRoutes", "0.0.0.0/0", "GatewayId: !Ref Gateway")
        .route("PublicRoutes", "10.0.0.0/16", TO_HUB)
}

#[test]
fn the_internet_is_reached_by_a_nat_gateway_in_another_vpc() {
    let template = central_egress(EGRESS);
    template.to("internet:443").is_reachable();
    template.to("api.example.com:443").is_reachable();
    template.to("s3:443").is_reachable();
}

#[test]
fn central_egress_needs_the_way_back_to_the_spoke() {
    let without = |id: &str| central_egress(EGRESS).without(id).to("internet:443");
    without("PublicRoutesTo1000016").is_blocked_on(
        Direction::Back,
        Code::IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS,
        "PublicRoutes",
    );
    without("EgressLearnsToHub").is_blocked_on(
        Direction::Back,
        Code::TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT,
        "Egress",
    );
    without("PortsRoutesTo00000").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "PortsRoutes");
    without("SpokesHub00000").is_blocked(Code::TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT, "Spokes");
}

#[test]
fn an_internet_gateway_of_another_vpc_serves_nobody_else() {
    let template = central_egress(
        "Amazon VPC User Guide, Enable internet access: public addresses of the VPC",
    )
    .route("PortsRoutes", "0.0.0.0/0", "GatewayId: !Ref Gateway");
    template.to("internet:443").is_blocked(Code::IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS, "Gateway");
}

#[test]
fn a_gateway_endpoint_serves_its_own_vpc_only() {
    let source = "AWS PrivateLink Guide, Gateway endpoints: Considerations (not extended out of a VPC)";
    let template = central_egress(source).gateway_endpoint("Objects", "EgressVpc", "s3", "PortsRoutes");
    template.to("s3:443").is_blocked(Code::NO_POSSIBLE_DESTINATION, "Objects");
}

#[test]
fn peering_is_no_way_on_for_what_came_through_a_transit_gateway() {
    let source = "Amazon VPC Peering Guide, VPC peering limitations: edge to edge routing";
    let template = fact(source)
        .hub()
        .hub_routes()
        .vpc("FarVpc", "10.20.0.0/16")
        .subnet("FarSubnet", "FarVpc", "10.20.1.0/24", 0)
        .table("FarTable", "FarVpc", &["FarSubnet"])
        .group("FarGroup", "FarVpc", "SecurityGroupIngress: [{IpProtocol: '-1', CidrIp: 10.0.0.0/8}]")
        .server("FarServer", "FarSubnet", "FarGroup")
        .with("Peering", "EC2::VPCPeeringConnection", "VpcId: !Ref PeerVpc, PeerVpcId: !Ref FarVpc")
        .hub_table("HubTable", &["ToHub", "PeerToHub"])
        .hub_route("HubTable", "10.20.0.0/16", BY[1])
        .route("TableA", "10.20.0.0/16", TO_HUB)
        .route("PeerTable", "10.20.0.0/16", "VpcPeeringConnectionId: !Ref Peering");
    template.to("FarServer:5432").is_blocked(Code::PCX_REQUIRES_ADDRESS_IN_VPC_CIDR, "Peering");
}

#[test]
fn routes_that_send_packets_round_are_told() {
    let template = own_table("by design: a ring of routes ends")
        .hub_route("HubTable", "0.0.0.0/0", BY[1])
        .hub_learns("HubTable", "ToHub")
        .route("TableA", "0.0.0.0/0", TO_HUB)
        .route("PeerTable", "0.0.0.0/0", TO_HUB);
    template.to("internet:443").is_blocked(Code::VPCHECK_ROUTE_RING, "Hub");
}

/// Zones of the attachment's VPC have tables of their own, and one of them leads on to a NAT gateway.
fn two_zones(source: &str, appliance_mode: &str) -> Composed {
    let options = format!("Options: {{ApplianceModeSupport: {appliance_mode}}}");
    central_egress(source)
        .subnet("OtherPorts", "EgressVpc", "10.8.0.16/28", 1)
        .table("OtherRoutes", "EgressVpc", &["OtherPorts"])
        .attached("EgressToHub", "EgressVpc", &["EgressPorts", "OtherPorts"], &options)
}

#[test]
fn packets_keep_to_their_zone() {
    two_zones(ZONES, "disable").to("internet:443").is_reachable();
}

#[test]
fn in_appliance_mode_packets_may_come_in_by_any_zone() {
    let answer = two_zones(APPLIANCE, "enable").to("internet:443");
    answer.is_partial(Difference::Placement, Code::NO_ROUTE_TO_DESTINATION, "OtherRoutes");
}

#[test]
fn behind_a_gateway_made_elsewhere_nothing_is_known() {
    let template = fact(DESIGN)
        .section("Parameters: {Hub: {Type: String}}")
        .route("TableA", "10.50.0.0/16", TO_HUB)
        .attached("ToHub", "Vpc", &["SubnetA"], "");
    template
        .to("10.50.1.10:443")
        .is_unknown(|missing| matches!(missing, Missing::Beyond(Topic::TransitGateway, name) if name.to_string() == "Hub"));
}

#[test]
fn whoever_attaches_more_tells_the_default_table() {
    let template = fact(DESIGN).hub().hub_routes().route("TableA", "10.50.0.0/16", TO_HUB);
    template.to("10.50.1.10:443").is_unknown(|missing| matches!(missing, Missing::Beyond(..)));
    let shared = template.section("Outputs: {Hub: {Value: !Ref Hub}}");
    shared.to("10.50.1.10:443").is_unknown(|missing| matches!(missing, Missing::Beyond(..)));
    shared.to("PeerServer:5432").is_reachable();
}

/// What describe calls print of a gateway that a network team made: the VPC of the template is attached to it, another
/// one too, in which `10.50.1.0/24` stands.
const DESCRIBED: &str = r#"[
  {"TransitGateways": [{"TransitGatewayId": "tgw-0a1b2c3d", "State": "available", "Options": {
    "DefaultRouteTableAssociation": "enable", "AssociationDefaultRouteTableId": "tgw-rtb-0a1b2c3d",
    "DefaultRouteTablePropagation": "enable", "PropagationDefaultRouteTableId": "tgw-rtb-0a1b2c3d",
    "SecurityGroupReferencingSupport": "disable"}}]},
  {"TransitGatewayRouteTables": [{"TransitGatewayRouteTableId": "tgw-rtb-0a1b2c3d", "TransitGatewayId": "tgw-0a1b2c3d", "State": "available"}]},
  {"TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "tgw-attach-0f0f0f0f", "TransitGatewayId": "tgw-0a1b2c3d",
    "ResourceType": "vpc", "ResourceId": "vpc-0f0f0f0f", "State": "available",
    "Association": {"TransitGatewayRouteTableId": "tgw-rtb-0a1b2c3d", "State": "associated"}}]},
  {"TransitGatewayVpcAttachments": [{"TransitGatewayAttachmentId": "tgw-attach-0f0f0f0f", "TransitGatewayId": "tgw-0a1b2c3d",
    "VpcId": "vpc-0f0f0f0f", "State": "available", "SubnetIds": ["subnet-0f0f0f0f"],
    "Options": {"ApplianceModeSupport": "disable", "Ipv6Support": "disable"}}]},
  {"TransitGatewayRouteTableId": "tgw-rtb-0a1b2c3d", "AdditionalRoutesAvailable": false, "Routes": [
    {"DestinationCidrBlock": "10.50.0.0/16", "Type": "propagated", "State": "active",
     "TransitGatewayAttachments": [{"ResourceType": "vpc", "ResourceId": "vpc-0f0f0f0f", "TransitGatewayAttachmentId": "tgw-attach-0f0f0f0f"}]},
    {"DestinationCidrBlock": "10.51.0.0/16", "Type": "static", "State": "blackhole"}]},
  {"Vpcs": [{"VpcId": "vpc-0f0f0f0f", "CidrBlockAssociationSet": [{"CidrBlock": "10.50.0.0/16", "CidrBlockState": {"State": "associated"}}]}]},
  {"Subnets": [{"SubnetId": "subnet-0f0f0f0f", "VpcId": "vpc-0f0f0f0f", "CidrBlock": "10.50.1.0/24", "AvailabilityZone": "us-east-1a"}]},
  {"NetworkAcls": [{"NetworkAclId": "acl-0f0f0f0f", "VpcId": "vpc-0f0f0f0f", "IsDefault": true, "Associations": [{"SubnetId": "subnet-0f0f0f0f"}], "Entries": [
    {"Egress": false, "RuleNumber": 100, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"},
    {"Egress": true, "RuleNumber": 100, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"}]}]},
  {"RouteTables": [{"RouteTableId": "rtb-0f0f0f0f", "VpcId": "vpc-0f0f0f0f", "Associations": [{"SubnetId": "subnet-0f0f0f0f"}], "Routes": [
    {"DestinationCidrBlock": "10.50.0.0/16", "GatewayId": "local", "State": "active"},
    {"DestinationCidrBlock": "10.0.0.0/16", "TransitGatewayId": "tgw-0a1b2c3d", "State": "active"}]}]},
  {"SecurityGroups": [{"GroupId": "sg-0f0f0f0f", "VpcId": "vpc-0f0f0f0f", "GroupName": "web", "IpPermissionsEgress": [], "IpPermissions": [
    {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]}]},
  {"NetworkInterfaces": [{"NetworkInterfaceId": "eni-0f0f0f0f", "VpcId": "vpc-0f0f0f0f", "SubnetId": "subnet-0f0f0f0f",
    "PrivateIpAddress": "10.50.1.10", "PrivateIpAddresses": [{"PrivateIpAddress": "10.50.1.10", "Primary": true}], "Groups": [{"GroupId": "sg-0f0f0f0f"}]}]}
]"#;

/// The template's VPC, attached to that gateway.
fn attached_to_described() -> Composed {
    fact("Amazon EC2 API Reference, DescribeTransitGateways, SearchTransitGatewayRoutes")
        .section("Parameters: {Hub: {Type: String}}")
        .given("Hub", "tgw-0a1b2c3d")
        .attached("ToHub", "Vpc", &["SubnetA"], "")
        .route("TableA", "10.48.0.0/14", TO_HUB)
}

#[test]
fn describe_calls_show_what_is_behind_a_gateway() {
    let template = attached_to_described().context(DESCRIBED);
    template.to("10.50.1.10:443").is_reachable();
    template.to("10.50.1.10:22").is_blocked(Code::ENI_SG_RULES_MISMATCH, "sg-0f0f0f0f");
    template.to("10.51.1.10:443").is_blocked(Code::TGW_RTB_BAD_STATE_ROUTE, "tgw-rtb-0a1b2c3d");
    template.to("10.49.1.10:443").is_blocked(Code::TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT, "tgw-rtb-0a1b2c3d");
    let alone = attached_to_described();
    alone.to("10.50.1.10:443").is_unknown(|missing| matches!(missing, Missing::Beyond(..)));
}

#[test]
fn more_routes_than_a_search_shows_are_not_known() {
    let cut =
        DESCRIBED.replace(r#""AdditionalRoutesAvailable": false"#, r#""AdditionalRoutesAvailable": true"#);
    let template = attached_to_described().context(&cut);
    template.to("10.49.1.10:443").is_unknown(|missing| matches!(missing, Missing::Beyond(..)));
}

#[test]
fn describe_calls_show_the_connections_of_a_vpn() {
    let described = r#"{"VpnGateways": [{"VpnGatewayId": "vgw-0a1b2c3d", "State": "available", "VpcAttachments": []}],
      "VpnConnections": [{"VpnConnectionId": "vpn-0a1b2c3d", "TransitGatewayId": "tgw-0a1b2c3d", "CustomerGatewayId": "cgw-1",
        "State": "available", "Options": {"StaticRoutesOnly": true}, "Routes": [{"DestinationCidrBlock": "10.49.0.0/16", "State": "available"}]}],
      "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "tgw-attach-0e0e0e0e", "TransitGatewayId": "tgw-0a1b2c3d",
        "ResourceType": "vpn", "ResourceId": "vpn-0a1b2c3d", "State": "available",
        "Association": {"TransitGatewayRouteTableId": "tgw-rtb-0a1b2c3d", "State": "associated"}}]}"#;
    let behind = DESCRIBED.replace(
        r#"{"DestinationCidrBlock": "10.51.0.0/16", "Type": "static", "State": "blackhole"}"#,
        r#"{"DestinationCidrBlock": "10.49.0.0/16", "Type": "static", "State": "active", "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "tgw-attach-0e0e0e0e"}]}"#,
    );
    let template = attached_to_described().context(&behind).context(described);
    template.to("10.49.1.10:443").is_reachable();
}
