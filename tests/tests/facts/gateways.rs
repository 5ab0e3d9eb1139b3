//! Internet and NAT gateways.

use vpcheck_core::network::{Missing, Topic};
use vpcheck_core::paths::{Code, Direction};
use vpcheck_tests::composed::fact;

const NAT_BASICS: &str = "Amazon VPC User Guide, NAT gateways: NAT gateway basics";
const NAT_TROUBLE: &str = "Amazon VPC User Guide, NAT gateways: Troubleshoot NAT gateways";
const PUBLIC_SUBNET: &str =
    "AWS Lambda Developer Guide, Enable internet access for VPC-connected Lambda functions";
const REGIONAL: &str = "Amazon VPC User Guide, NAT gateways: Regional NAT gateways";
const TO_NAT: &str = "NatGatewayId: !Ref Nat";
const TO_INTERNET: &str = "GatewayId: !Ref Gateway";

#[test]
fn a_nat_gateway_in_a_public_subnet_leads_out() {
    fact(NAT_BASICS).nat().route("TableA", "0.0.0.0/0", TO_NAT).to("internet:443").is_reachable();
}

#[test]
fn a_function_in_a_public_subnet_has_no_way_out() {
    let template = fact(PUBLIC_SUBNET).internet().function("Function", "PublicSubnet", "FunctionGroup");
    template.to("internet:443").is_blocked(Code::IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS, "Gateway");
}

#[test]
fn public_addresses_on_launch_do_not_help_a_function() {
    let template = fact(PUBLIC_SUBNET)
        .internet()
        .with(
            "PublicSubnet",
            "EC2::Subnet",
            "VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: !Select [0, !GetAZs ''], \
             MapPublicIpOnLaunch: true",
        )
        .function("Function", "PublicSubnet", "FunctionGroup");
    template.to("internet:443").is_blocked(Code::IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS, "Gateway");
}

#[test]
fn a_private_nat_gateway_has_no_public_address() {
    let template = fact("Amazon VPC User Guide, NAT gateways: connectivity types")
        .nat()
        .with("Nat", "EC2::NatGateway", "SubnetId: !Ref PublicSubnet, ConnectivityType: private")
        .route("TableA", "0.0.0.0/0", TO_NAT);
    template.to("internet:443").is_blocked(Code::IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS, "Gateway");
}

#[test]
fn a_nat_gateway_in_a_private_subnet_leads_nowhere() {
    let template = fact(NAT_TROUBLE)
        .nat()
        .with("Nat", "EC2::NatGateway", "SubnetId: !Ref SubnetB, AllocationId: !GetAtt Address.AllocationId")
        .route("TableA", "0.0.0.0/0", TO_NAT);
    template.to("internet:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableB");
}

#[test]
fn a_nat_gateways_subnet_needs_its_table_associated() {
    let template = fact(NAT_TROUBLE).nat().without("PublicSubnetTable").route("TableA", "0.0.0.0/0", TO_NAT);
    template.to("internet:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "Vpc (main route table)");
}

#[test]
fn a_nat_gateway_in_its_own_functions_subnet_loops() {
    let template = fact(NAT_TROUBLE)
        .nat()
        .with("Nat", "EC2::NatGateway", "SubnetId: !Ref SubnetA, AllocationId: !GetAtt Address.AllocationId")
        .route("TableA", "0.0.0.0/0", TO_NAT);
    template.to("internet:443").is_blocked(Code::VPCHECK_NAT_LOOP, "Nat");
}

#[test]
fn two_nat_gateways_that_lead_to_each_other_loop() {
    let template = fact(NAT_TROUBLE)
        .nat()
        .with("Nat", "EC2::NatGateway", "SubnetId: !Ref SubnetB, AllocationId: !GetAtt Address.AllocationId")
        .with(
            "Other",
            "EC2::NatGateway",
            "SubnetId: !Ref SubnetA, AllocationId: !GetAtt Address.AllocationId",
        )
        .route("TableA", "0.0.0.0/0", TO_NAT)
        .route("TableB", "0.0.0.0/0", "NatGatewayId: !Ref Other");
    template.to("internet:443").is_blocked(Code::VPCHECK_NAT_LOOP, "Nat");
}

#[test]
fn an_internet_gateway_must_be_attached() {
    let template = fact("Amazon VPC User Guide, Internet gateways: Enable internet access")
        .nat()
        .without("Attachment")
        .route("TableA", "0.0.0.0/0", TO_NAT);
    template.to("internet:443").is_blocked_by_one_of(&[Code::BAD_STATE_ATTACHMENT, Code::BAD_STATE_ROUTE]);
}

#[test]
fn an_internet_gateway_of_another_vpc_does_not_serve() {
    let template = fact("Amazon VPC User Guide, Internet gateways: Enable internet access")
        .nat()
        .peer()
        .with(
            "Attachment",
            "EC2::VPCGatewayAttachment",
            "VpcId: !Ref PeerVpc, InternetGatewayId: !Ref Gateway",
        )
        .route("TableA", "0.0.0.0/0", TO_NAT);
    template.to("internet:443").is_blocked_by_one_of(&[Code::BAD_STATE_ATTACHMENT, Code::BAD_STATE_ROUTE]);
}

#[test]
fn an_internet_gateway_takes_no_private_destination() {
    let template =
        fact("VPC Reachability Analyzer Guide, Explanation codes").nat().route("TableA", "0.0.0.0/0", TO_NAT);
    template.to("172.20.1.1:443").is_blocked(Code::IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS, "Gateway");
    template.to("100.64.1.1:443").is_blocked(Code::IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS, "Gateway");
}

#[test]
fn a_nat_gateway_serves_its_own_vpc() {
    let template = fact(NAT_BASICS)
        .nat()
        .peer()
        .with(
            "Nat",
            "EC2::NatGateway",
            "SubnetId: !Ref PeerSubnet, AllocationId: !GetAtt Address.AllocationId",
        )
        .route("TableA", "0.0.0.0/0", TO_NAT);
    template
        .to("internet:443")
        .is_blocked_by_one_of(&[Code::NGW_REQUIRES_SOURCE_IN_VPC, Code::BAD_STATE_ROUTE]);
}

#[test]
fn the_acl_of_a_nat_gateways_subnet_must_let_the_function_in() {
    let template = fact("Amazon VPC User Guide, NAT gateways: Control traffic with network ACLs")
        .nat()
        .route("TableA", "0.0.0.0/0", TO_NAT)
        .acl("PublicSubnet", "Vpc")
        .entry("PublicSubnet", "out 100 allow -1 0.0.0.0/0")
        .entry("PublicSubnet", "in 100 allow 6 0.0.0.0/0 1024-65535");
    template.to("internet:443").is_blocked_on(
        Direction::Out,
        Code::SUBNET_ACL_RESTRICTION,
        "PublicSubnetAcl",
    );
}

#[test]
fn the_acl_of_a_nat_gateways_subnet_must_let_answers_in() {
    let template =
        fact("Amazon VPC User Guide, Network ACLs: Ephemeral ports (a NAT gateway uses 1024-65535)")
            .nat()
            .route("TableA", "0.0.0.0/0", TO_NAT)
            .acl("PublicSubnet", "Vpc")
            .entry("PublicSubnet", "out 100 allow -1 0.0.0.0/0")
            .entry("PublicSubnet", "in 100 allow 6 0.0.0.0/0 443");
    template.to("internet:443").is_blocked_on(
        Direction::Back,
        Code::SUBNET_ACL_RESTRICTION,
        "PublicSubnetAcl",
    );
}

#[test]
fn the_usual_acl_of_a_nat_gateways_subnet_works() {
    let template =
        fact("Amazon VPC User Guide, Network ACLs: Ephemeral ports (a NAT gateway uses 1024-65535)")
            .nat()
            .route("TableA", "0.0.0.0/0", TO_NAT)
            .acl("PublicSubnet", "Vpc")
            .entry("PublicSubnet", "in 100 allow 6 10.0.0.0/16 443")
            .entry("PublicSubnet", "in 110 allow 6 0.0.0.0/0 1024-65535")
            .entry("PublicSubnet", "out 100 allow 6 0.0.0.0/0 443")
            .entry("PublicSubnet", "out 110 allow 6 10.0.0.0/16 1024-65535");
    template.to("internet:443").is_reachable();
}

#[test]
fn an_address_of_the_vpc_by_way_of_a_nat_gateway_is_open() {
    let template = fact(
        "Amazon VPC User Guide, Route tables: a route equal to a subnet's range may lead to a NAT gateway",
    )
    .nat()
    .route("TableA", "10.0.2.0/24", TO_NAT)
    .admits("{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIp: 10.0.0.0/16}");
    template
        .to("Server:5432")
        .is_unknown(|missing| *missing == Missing::Undocumented(Topic::PrivateAddressThroughNat));
}

#[test]
fn a_gateway_endpoint_by_way_of_a_nat_gateway_is_open() {
    let template =
        fact("AWS documents neither that a NAT gateway uses a gateway endpoint nor that it does not")
            .nat()
            .route("TableA", "0.0.0.0/0", TO_NAT)
            .gateway_endpoint("S3", "Vpc", "s3", "PublicTable");
    template
        .to("s3:443")
        .is_unknown(|missing| *missing == Missing::Undocumented(Topic::GatewayEndpointThroughNat));
}

#[test]
fn a_regional_nat_gateway_needs_no_public_subnet() {
    let template = fact(REGIONAL)
        .with("Gateway", "EC2::InternetGateway", "")
        .with("Attachment", "EC2::VPCGatewayAttachment", "VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway")
        .with("Nat", "EC2::NatGateway", "VpcId: !Ref Vpc, AvailabilityMode: regional")
        .route("TableA", "0.0.0.0/0", TO_NAT);
    template.to("internet:443").is_reachable();
}

#[test]
fn a_regional_nat_gateway_needs_an_internet_gateway() {
    let template = fact(REGIONAL)
        .with("Nat", "EC2::NatGateway", "VpcId: !Ref Vpc, AvailabilityMode: regional")
        .route("TableA", "0.0.0.0/0", TO_NAT);
    template.to("internet:443").is_blocked(Code::BAD_STATE_ATTACHMENT, "Nat");
}

#[test]
fn udp_goes_out_too() {
    let template = fact(NAT_BASICS).nat().route("TableA", "0.0.0.0/0", TO_NAT);
    template.to("internet:53/udp").is_reachable();
    template.to("internet/icmp").is_reachable();
}

#[test]
fn a_default_route_to_an_internet_gateway_is_a_dead_end_for_services() {
    let template = fact(PUBLIC_SUBNET).internet().route("TableA", "0.0.0.0/0", TO_INTERNET);
    template.to("sqs:443").is_blocked(Code::IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS, "Gateway");
}

const PUBLIC_ACCESS: &str = "Amazon VPC User Guide, Block public access to VPCs and subnets";

/// With the switch of the account set.
fn switched(mode: &str) -> vpcheck_tests::composed::Composed {
    fact(PUBLIC_ACCESS).nat().route("TableA", "0.0.0.0/0", "NatGatewayId: !Ref Nat").with(
        "Switch",
        "EC2::VPCBlockPublicAccessOptions",
        &format!("InternetGatewayBlockMode: {mode}"),
    )
}

#[test]
fn block_public_access_in_both_directions_stops_what_goes_out() {
    let template = switched("block-bidirectional");
    template.to("internet:443").is_blocked(Code::VPC_BLOCK_PUBLIC_ACCESS_ENABLED, "Gateway");
    switched("block-ingress").to("internet:443").is_reachable();
}

#[test]
fn an_exclusion_lets_out_what_its_subnet_sends() {
    let exclusion = |subnet: &str| {
        switched("block-bidirectional").with(
            "LeftOut",
            "EC2::VPCBlockPublicAccessExclusion",
            &format!("InternetGatewayExclusionMode: allow-egress, SubnetId: !Ref {subnet}"),
        )
    };
    exclusion("PublicSubnet").to("internet:443").is_reachable();
    exclusion("SubnetA").to("internet:443").is_blocked(Code::VPC_BLOCK_PUBLIC_ACCESS_ENABLED, "Gateway");
}

#[test]
fn a_regional_nat_gateway_serves_the_zones_that_it_has_addresses_in() {
    let template = |zone: usize| {
        fact("Amazon VPC User Guide, Regional NAT gateways: manual mode; Reachability Analyzer Guide, explanation codes")
            .internet()
            .with("Address", "EC2::EIP", "Domain: vpc")
            .with(
                "Regional",
                "EC2::NatGateway",
                &format!(
                    "AvailabilityMode: regional, VpcId: !Ref Vpc, AvailabilityZoneAddresses: [{{AvailabilityZone: !Select [{zone}, !GetAZs ''], AllocationIds: [!GetAtt Address.AllocationId]}}]"
                ),
            )
            .route("TableA", "0.0.0.0/0", "NatGatewayId: !Ref Regional")
    };
    template(0).to("internet:443").is_reachable();
    template(1).to("internet:443").is_blocked(Code::REGIONAL_NGW_ROUTE_AZ_RESTRICTION, "Regional");
}
