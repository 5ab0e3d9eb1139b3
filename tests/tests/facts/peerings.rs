//! Peering connections.

use vpcheck_core::paths::{Code, Direction};
use vpcheck_tests::composed::fact;

const ROUTES: &str = "Amazon VPC Peering Guide, Update your route tables";
const LIMITS: &str =
    "Amazon VPC Peering Guide, VPC peering limitations: transitive peering, edge to edge routing";
const GROUPS: &str =
    "Amazon VPC Peering Guide, Update your security groups to reference peer security groups";
const OVER: &str = "VpcPeeringConnectionId: !Ref Peering";
const FROM_FUNCTION: &str = "SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !Ref FunctionGroup}]";

#[test]
fn routes_on_both_sides_connect() {
    fact(ROUTES).peer().peer_routes().to("PeerServer:5432").is_reachable();
}

#[test]
fn without_a_route_there_is_no_way_over() {
    let template = fact(ROUTES).peer().route("PeerTable", "10.0.0.0/16", OVER);
    template.to("PeerServer:5432").is_blocked_on(Direction::Out, Code::NO_ROUTE_TO_DESTINATION, "TableA");
}

#[test]
fn without_a_route_back_there_is_no_answer() {
    let template = fact(ROUTES).peer().route("TableA", "10.9.0.0/16", OVER);
    template.to("PeerServer:5432").is_blocked_on(Direction::Back, Code::NO_ROUTE_TO_DESTINATION, "PeerTable");
}

#[test]
fn a_route_for_other_addresses_does_not_help() {
    let template =
        fact(ROUTES).peer().route("TableA", "10.9.128.0/17", OVER).route("PeerTable", "10.0.0.0/16", OVER);
    template.to("PeerServer:5432").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
}

#[test]
fn peering_is_not_transitive() {
    let template = fact(LIMITS)
        .peer()
        .vpc("FarVpc", "10.20.0.0/16")
        .subnet("FarSubnet", "FarVpc", "10.20.1.0/24", 0)
        .table("FarTable", "FarVpc", &["FarSubnet"])
        .group("FarGroup", "FarVpc", "SecurityGroupIngress: [{IpProtocol: '-1', CidrIp: 10.0.0.0/8}]")
        .server("FarServer", "FarSubnet", "FarGroup")
        .with("FarPeering", "EC2::VPCPeeringConnection", "VpcId: !Ref PeerVpc, PeerVpcId: !Ref FarVpc")
        .route("TableA", "10.0.0.0/8", OVER)
        .route("PeerTable", "10.20.0.0/16", "VpcPeeringConnectionId: !Ref FarPeering")
        .route("FarTable", "10.0.0.0/8", "VpcPeeringConnectionId: !Ref FarPeering");
    template.to("FarServer:5432").is_blocked(Code::PCX_REQUIRES_ADDRESS_IN_VPC_CIDR, "Peering");
}

#[test]
fn the_internet_is_not_reached_by_way_of_a_peer() {
    let template = fact(LIMITS).peer().peer_routes().route("TableA", "0.0.0.0/0", OVER);
    template.to("internet:443").is_blocked(Code::PCX_REQUIRES_ADDRESS_IN_VPC_CIDR, "Peering");
}

#[test]
fn two_vpcs_without_peering_are_apart() {
    let template = fact(ROUTES).peer().without("Peering");
    template
        .to("PeerServer:5432")
        .is_blocked_by_one_of(&[Code::NO_ROUTE_TO_DESTINATION, Code::DISCONNECTED_VPCS]);
}

#[test]
fn a_rule_may_name_a_group_of_the_peer() {
    let template = fact(GROUPS).peer().peer_routes().group("PeerGroup", "PeerVpc", FROM_FUNCTION);
    template.to("PeerServer:5432").is_reachable();
}

#[test]
fn acls_count_on_both_sides() {
    let template = fact(ROUTES).peer().peer_routes().acl("PeerSubnet", "PeerVpc");
    template.to("PeerServer:5432").is_blocked(Code::SUBNET_ACL_RESTRICTION, "PeerSubnetAcl");
}
