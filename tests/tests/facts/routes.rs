//! Route tables.

use vpcheck_core::network::Missing;
use vpcheck_core::paths::{Code, Direction};
use vpcheck_tests::composed::fact;

const PRIORITY: &str = "Amazon VPC User Guide, Route tables: Route priority";
const CONCEPTS: &str = "Amazon VPC User Guide, Route tables: Route table concepts";
const TO_NAT: &str = "NatGatewayId: !Ref Nat";
const TO_INTERNET: &str = "GatewayId: !Ref Gateway";

#[test]
fn the_longest_prefix_wins() {
    let template = fact(PRIORITY).nat().route("TableA", "0.0.0.0/0", TO_NAT).route(
        "TableA",
        "203.0.113.0/24",
        TO_INTERNET,
    );
    template.to("203.0.113.10:443").is_blocked(Code::IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS, "Gateway");
    template.to("203.0.114.10:443").is_reachable();
}

#[test]
fn two_halves_beat_the_default_route() {
    let template = fact(PRIORITY)
        .nat()
        .route("TableA", "0.0.0.0/0", TO_INTERNET)
        .route("TableA", "0.0.0.0/1", TO_NAT)
        .route("TableA", "128.0.0.0/1", TO_NAT);
    template.to("internet:443").is_reachable();
}

#[test]
fn the_order_of_routes_does_not_matter() {
    let template = fact(PRIORITY).nat().route("TableA", "203.0.113.0/24", TO_NAT).route(
        "TableA",
        "0.0.0.0/0",
        TO_INTERNET,
    );
    template.to("203.0.113.10:443").is_reachable();
}

#[test]
fn a_cidr_route_beats_a_prefix_list_route_on_equal_ground() {
    let template = fact("Amazon VPC User Guide, Route tables: Route priority and prefix lists")
        .nat()
        .prefix_list("pl-0123456789abcdef0", &["203.0.113.0/24"])
        .with(
            "ListRoute",
            "EC2::Route",
            "RouteTableId: !Ref TableA, DestinationPrefixListId: pl-0123456789abcdef0, GatewayId: !Ref Gateway",
        )
        .route("TableA", "203.0.113.0/24", TO_NAT);
    template.to("203.0.113.10:443").is_reachable();
}

#[test]
fn a_longer_prefix_in_a_list_beats_a_cidr_route() {
    let template = fact("Amazon VPC User Guide, Route tables: Route priority and prefix lists")
        .nat()
        .prefix_list("pl-0123456789abcdef0", &["203.0.113.0/25"])
        .with(
            "ListRoute",
            "EC2::Route",
            "RouteTableId: !Ref TableA, DestinationPrefixListId: pl-0123456789abcdef0, GatewayId: !Ref Gateway",
        )
        .route("TableA", "203.0.113.0/24", TO_NAT);
    template.to("203.0.113.10:443").is_blocked(Code::IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS, "Gateway");
    template.to("203.0.113.200:443").is_reachable();
}

#[test]
fn a_gateway_endpoints_list_beats_the_default_route() {
    let template = fact("AWS PrivateLink Guide, Gateway endpoints: Routing")
        .internet()
        .route("TableA", "0.0.0.0/0", TO_INTERNET)
        .gateway_endpoint("S3", "Vpc", "s3", "TableA");
    template.to("s3:443").is_reachable();
    template.to("internet:443").is_blocked(Code::IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS, "Gateway");
}

#[test]
fn the_local_route_wins_over_a_wider_one() {
    let template = fact(PRIORITY).internet().route("TableA", "10.0.0.0/8", TO_INTERNET);
    template.to("Server:5432").is_reachable();
}

#[test]
fn every_table_has_the_local_route() {
    fact(CONCEPTS).to("Server:5432").is_reachable();
}

#[test]
fn a_route_equal_to_a_subnets_range_beats_the_local_route() {
    let template =
        fact("Amazon VPC User Guide, Route tables: Middlebox routing, more specific than the local route")
            .server("Appliance", "SubnetA", "ServerGroup")
            .route("TableA", "10.0.2.0/24", "InstanceId: !Ref Appliance");
    template.to("Server:5432").is_blocked(Code::ENI_SOURCE_DEST_CHECK_RESTRICTION, "Appliance");
}

#[test]
fn a_subnet_without_association_uses_the_main_table() {
    let template = fact("Amazon VPC User Guide, Route tables: Subnet route table association")
        .nat()
        .route("TableA", "0.0.0.0/0", TO_NAT)
        .without("SubnetATable");
    template.to("Server:5432").is_reachable();
    template.to("internet:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "Vpc (main route table)");
}

#[test]
fn the_main_table_of_a_vpc_made_elsewhere_is_not_known() {
    let template = fact(CONCEPTS)
        .section("Parameters: {Vpc: {Type: 'AWS::EC2::VPC::Id'}}")
        .without("Vpc")
        .without("SubnetATable");
    template.to("internet:443").is_unknown(|missing| matches!(missing, Missing::Value(_)));
}

#[test]
fn without_a_route_there_is_no_way() {
    fact(CONCEPTS).to("internet:443").is_blocked_on(Direction::Out, Code::NO_ROUTE_TO_DESTINATION, "TableA");
}

#[test]
fn a_table_that_is_associated_with_nothing_has_no_effect() {
    let template = fact(CONCEPTS).nat().table("Unused", "Vpc", &[]).route("Unused", "0.0.0.0/0", TO_NAT);
    template.to("internet:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
}

#[test]
fn a_route_for_ipv6_carries_no_ipv4() {
    let template = fact("Amazon VPC User Guide, Route tables: IPv4 and IPv6 routes are separate")
        .with("EgressOnly", "EC2::EgressOnlyInternetGateway", "VpcId: !Ref Vpc")
        .with(
            "RouteV6",
            "EC2::Route",
            "RouteTableId: !Ref TableA, DestinationIpv6CidrBlock: '::/0', \
             EgressOnlyInternetGatewayId: !Ref EgressOnly",
        );
    template.to("internet:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
}

#[test]
fn an_instance_drops_what_is_not_its_own() {
    let template = fact("Amazon VPC User Guide, NAT instances: Disable source/destination checks")
        .server("Appliance", "SubnetB", "ServerGroup")
        .route("TableA", "0.0.0.0/0", "InstanceId: !Ref Appliance");
    template.to("internet:443").is_blocked(Code::ENI_SOURCE_DEST_CHECK_RESTRICTION, "Appliance");
}

#[test]
fn a_secondary_range_is_local_too() {
    let template = fact("Amazon VPC User Guide, VPC CIDR blocks: Manage IPv4 CIDR blocks, local routes")
        .with("Second", "EC2::VPCCidrBlock", "VpcId: !Ref Vpc, CidrBlock: 10.77.0.0/16")
        .subnet("SubnetB", "Vpc", "10.77.1.0/24", 1);
    template.to("Server:5432").is_reachable();
}

#[test]
fn a_wider_route_does_not_take_a_secondary_range_away() {
    let template = fact("Amazon VPC User Guide, VPC CIDR blocks: Manage IPv4 CIDR blocks, local routes")
        .internet()
        .with("Second", "EC2::VPCCidrBlock", "VpcId: !Ref Vpc, CidrBlock: 10.77.0.0/16")
        .subnet("SubnetB", "Vpc", "10.77.1.0/24", 1)
        .route("TableA", "0.0.0.0/0", TO_INTERNET)
        .route("TableA", "10.0.0.0/8", TO_INTERNET);
    template.to("Server:5432").is_reachable();
}

#[test]
fn a_blackhole_is_told() {
    let described = r#"{
        "Vpcs": [{"VpcId": "vpc-0bbbbbbbbbbbbbbbb", "CidrBlock": "10.60.0.0/16"}],
        "Subnets": [{"SubnetId": "subnet-0bbbbbbbbbbbbbbbb", "VpcId": "vpc-0bbbbbbbbbbbbbbbb",
            "CidrBlock": "10.60.1.0/24", "AvailabilityZone": "us-east-1a"}],
        "RouteTables": [{"RouteTableId": "rtb-0bbbbbbbbbbbbbbbb", "VpcId": "vpc-0bbbbbbbbbbbbbbbb",
            "Associations": [{"Main": true, "RouteTableId": "rtb-0bbbbbbbbbbbbbbbb"}],
            "Routes": [{"DestinationCidrBlock": "10.60.0.0/16", "GatewayId": "local", "State": "active"},
                {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-0bbbbbbbbbbbbbbbb", "State": "blackhole"}]}]
    }"#;
    let template = fact("Amazon EC2 API Reference, Route: state").context(described).function_with(
        "Function",
        "VpcConfig: {SubnetIds: [subnet-0bbbbbbbbbbbbbbbb], SecurityGroupIds: [!Ref FunctionGroup]}",
    );
    template.to("internet:443").is_blocked(Code::BAD_STATE_ROUTE, "rtb-0bbbbbbbbbbbbbbbb");
}

#[test]
fn an_address_of_no_subnet_is_nowhere() {
    let template = fact("VPC Reachability Analyzer Guide, Explanation codes: NO_POSSIBLE_DESTINATION");
    template.to("10.0.99.10:443").is_blocked(Code::NO_POSSIBLE_DESTINATION, "Vpc");
}
