//! Gateway and interface endpoints, and the names that lead to them.

use vpcheck_core::network::Missing;
use vpcheck_core::paths::{Code, Difference};
use vpcheck_tests::composed::{Composed, fact};

const GATEWAY: &str = "AWS PrivateLink Guide, Gateway endpoints: Routing and security groups";
const INTERFACE: &str =
    "AWS PrivateLink Guide, Interface endpoints: Subnets, Availability Zones and security groups";
const POLICY: &str = "AWS PrivateLink Guide, Control access to VPC endpoints using endpoint policies";
const PRIVATE_DNS: &str = "AWS PrivateLink Guide, Interface endpoints: Private DNS";
const TO_NAT: &str = "NatGatewayId: !Ref Nat";

/// An endpoint for Secrets Manager in `SubnetB`, whose group admits `port` from `SubnetA`.
fn secrets(source: &str, port: u16) -> Composed {
    fact(source)
        .group(
            "EndpointGroup",
            "Vpc",
            &format!(
                "SecurityGroupIngress: [{{IpProtocol: tcp, FromPort: {port}, ToPort: {port}, CidrIp: 10.0.1.0/24}}]"
            ),
        )
        .interface_endpoint(
            "Secrets",
            "Vpc",
            "secretsmanager",
            "PrivateDnsEnabled: true, SubnetIds: [!Ref SubnetB], SecurityGroupIds: [!Ref EndpointGroup]",
        )
}

#[test]
fn a_gateway_endpoint_serves_the_tables_that_it_names() {
    fact(GATEWAY).gateway_endpoint("S3", "Vpc", "s3", "TableA").to("s3:443").is_reachable();
    fact(GATEWAY)
        .gateway_endpoint("S3", "Vpc", "s3", "TableB")
        .to("s3:443")
        .is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
}

#[test]
fn without_a_policy_an_endpoint_lets_everything_through() {
    fact(POLICY).gateway_endpoint("S3", "Vpc", "s3", "TableA").to("s3:443").is_reachable();
}

/// S3's gateway endpoint with a policy.
fn with_policy(statements: &str) -> Composed {
    let document = format!(
        "VpcId: !Ref Vpc, ServiceName: !Sub 'com.amazonaws.${{AWS::Region}}.s3', RouteTableIds: [!Ref TableA], PolicyDocument: {{Statement: {statements}}}"
    );
    fact(POLICY).with("S3", "EC2::VPCEndpoint", &document)
}

#[test]
fn a_policy_that_allows_nothing_stops_every_request() {
    with_policy("[{Effect: Deny, Principal: '*', Action: '*', Resource: '*'}]")
        .to("s3:443")
        .is_blocked(Code::VPCHECK_ENDPOINT_POLICY, "S3");
    with_policy("[]").to("s3:443").is_blocked(Code::VPCHECK_ENDPOINT_POLICY, "S3");
}

#[test]
fn a_policy_that_allows_some_requests_stops_no_packets() {
    with_policy("[{Effect: Allow, Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*'}]")
        .to("s3:443")
        .is_reachable();
}

#[test]
fn a_policy_of_which_part_is_not_known_leaves_it_open() {
    with_policy("!ImportValue statements")
        .to("s3:443")
        .is_unknown(|missing| matches!(missing, Missing::Value(_)));
}

#[test]
fn a_gateway_endpoint_serves_one_service() {
    let template = fact(GATEWAY).gateway_endpoint("S3", "Vpc", "s3", "TableA");
    template.to("dynamodb:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
}

#[test]
fn a_gateway_endpoint_needs_egress_to_its_service() {
    let closed = fact(GATEWAY)
        .gateway_endpoint("S3", "Vpc", "s3", "TableA")
        .lets_out("{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/16}");
    closed.to("s3:443").is_blocked(Code::ENI_SG_RULES_MISMATCH, "FunctionGroup");
    let open = closed.with(
        "Egress",
        "EC2::SecurityGroupEgress",
        "GroupId: !Ref FunctionGroup, IpProtocol: tcp, FromPort: 443, ToPort: 443, \
         DestinationPrefixListId: pl-63a5400a",
    );
    open.to("s3:443").is_reachable();
}

#[test]
fn the_list_of_another_service_does_not_help() {
    let template = fact(GATEWAY)
        .gateway_endpoint("S3", "Vpc", "s3", "TableA")
        .lets_out("{IpProtocol: tcp, FromPort: 443, ToPort: 443, DestinationPrefixListId: pl-02cd2c6b}");
    template.to("s3:443").is_blocked(Code::ENI_SG_RULES_MISMATCH, "FunctionGroup");
}

#[test]
fn an_egress_to_an_endpoints_group_blocks_a_gateway_endpoint() {
    let template = secrets(GATEWAY, 443).gateway_endpoint("S3", "Vpc", "s3", "TableA").lets_out(
        "{IpProtocol: tcp, FromPort: 443, ToPort: 443, DestinationSecurityGroupId: !Ref EndpointGroup}",
    );
    template.to("secretsmanager:443").is_reachable();
    template.to("s3:443").is_blocked(Code::ENI_SG_RULES_MISMATCH, "FunctionGroup");
}

#[test]
fn a_gateway_endpoint_is_not_reached_over_a_peering_connection() {
    let template = fact("AWS PrivateLink Guide, Gateway endpoints: Considerations")
        .peer()
        .peer_routes()
        .gateway_endpoint("S3", "PeerVpc", "s3", "PeerTable");
    template.to("s3:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
}

#[test]
fn a_gateway_endpoint_carries_no_udp() {
    let template =
        fact("VPC Reachability Analyzer Guide, Explanation codes: VPCE_GATEWAY_PROTOCOL_RESTRICTION")
            .gateway_endpoint("S3", "Vpc", "s3", "TableA");
    template.to("s3:443/udp").is_blocked(Code::VPCE_GATEWAY_PROTOCOL_RESTRICTION, "S3");
}

#[test]
fn an_endpoint_is_a_gateway_endpoint_by_default() {
    // `gateway_endpoint` writes no type.
    let template = fact("CloudFormation Template Reference, AWS::EC2::VPCEndpoint: VpcEndpointType")
        .gateway_endpoint("Table", "Vpc", "dynamodb", "TableA");
    template.to("dynamodb:443").is_reachable();
}

#[test]
fn an_interface_endpoint_serves_without_a_way_out() {
    secrets(INTERFACE, 443).to("secretsmanager:443").is_reachable();
}

#[test]
fn an_interface_endpoint_answers_in_other_zones() {
    // The endpoint is in the zone of `SubnetB` only, the function in that of `SubnetA`.
    let template =
        secrets("AWS PrivateLink Guide, Interface endpoints: one subnet serves the whole VPC", 443);
    template.to("secretsmanager:443").is_reachable();
}

#[test]
fn the_group_of_an_endpoint_must_admit_https() {
    secrets(INTERFACE, 80).to("secretsmanager:443").is_blocked(Code::ENI_SG_RULES_MISMATCH, "EndpointGroup");
}

#[test]
fn an_endpoint_without_groups_wears_the_default_group() {
    let endpoint = |template: Composed| {
        template.interface_endpoint(
            "Secrets",
            "Vpc",
            "secretsmanager",
            "PrivateDnsEnabled: true, SubnetIds: [!Ref SubnetB]",
        )
    };
    let source = "CloudFormation Template Reference, AWS::EC2::VPCEndpoint: SecurityGroupIds";
    endpoint(fact(source))
        .to("secretsmanager:443")
        .is_blocked(Code::ENI_SG_RULES_MISMATCH, "Vpc (default security group)");
    let wearing = fact(source).function_with(
        "Function",
        "VpcConfig: {SubnetIds: [!Ref SubnetA], SecurityGroupIds: [!GetAtt Vpc.DefaultSecurityGroup]}",
    );
    endpoint(wearing).to("secretsmanager:443").is_reachable();
}

#[test]
fn without_private_dns_the_name_leads_out() {
    let endpoint =
        "PrivateDnsEnabled: false, SubnetIds: [!Ref SubnetB], SecurityGroupIds: [!Ref EndpointGroup]";
    let template = secrets(PRIVATE_DNS, 443).interface_endpoint("Secrets", "Vpc", "secretsmanager", endpoint);
    template.to("secretsmanager:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
    template.nat().route("TableA", "0.0.0.0/0", TO_NAT).to("secretsmanager:443").is_reachable();
}

#[test]
fn private_dns_is_off_where_it_is_not_written() {
    let endpoint = "SubnetIds: [!Ref SubnetB], SecurityGroupIds: [!Ref EndpointGroup]";
    let template =
        secrets("CloudFormation Template Reference, AWS::EC2::VPCEndpoint: PrivateDnsEnabled", 443)
            .interface_endpoint("Secrets", "Vpc", "secretsmanager", endpoint);
    template.to("secretsmanager:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
}

#[test]
fn private_dns_takes_the_name_away_from_the_way_out() {
    let template = secrets(PRIVATE_DNS, 80).nat().route("TableA", "0.0.0.0/0", TO_NAT);
    template.to("secretsmanager:443").is_blocked(Code::ENI_SG_RULES_MISMATCH, "EndpointGroup");
    template.to("sqs:443").is_reachable();
}

#[test]
fn an_endpoint_of_another_vpc_does_not_answer_here() {
    let template =
        secrets("AWS PrivateLink Guide, Interface endpoints: private DNS is for the endpoint's own VPC", 443)
            .peer()
            .peer_routes()
            .interface_endpoint(
                "Secrets",
                "PeerVpc",
                "secretsmanager",
                "PrivateDnsEnabled: true, SubnetIds: [!Ref PeerSubnet], SecurityGroupIds: [!Ref PeerGroup]",
            );
    template.to("secretsmanager:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
}

#[test]
fn every_interface_of_an_endpoint_may_answer() {
    let template = secrets(INTERFACE, 443)
        .subnet("SubnetC", "Vpc", "10.0.3.0/24", 2)
        .acl("SubnetC", "Vpc")
        .interface_endpoint(
            "Secrets",
            "Vpc",
            "secretsmanager",
            "PrivateDnsEnabled: true, SubnetIds: [!Ref SubnetB, !Ref SubnetC], SecurityGroupIds: [!Ref EndpointGroup]",
        );
    template.to("secretsmanager:443").is_partial(
        Difference::Placement,
        Code::SUBNET_ACL_RESTRICTION,
        "SubnetCAcl",
    );
}

#[test]
fn names_need_dns_hostnames_on_the_vpc() {
    let template = secrets(
        "AWS PrivateLink Guide, Private DNS: enableDnsHostnames and enableDnsSupport",
        443,
    )
    .with("Vpc", "EC2::VPC", "CidrBlock: 10.0.0.0/16, EnableDnsSupport: true, EnableDnsHostnames: false");
    template.to("secretsmanager:443").is_not_reachable();
}

#[test]
fn the_vpcs_own_dns_needs_no_rule() {
    let template = secrets(
        "Amazon VPC User Guide, Security groups: they do not filter Amazon-provided DNS",
        443,
    )
    .lets_out("{IpProtocol: tcp, FromPort: 443, ToPort: 443, DestinationSecurityGroupId: !Ref EndpointGroup}")
    .acl("SubnetA", "Vpc")
    .entry("SubnetA", "out 100 allow 6 10.0.2.0/24 443")
    .entry("SubnetA", "in 100 allow 6 10.0.2.0/24 1024-65535");
    template.to("secretsmanager:443").is_reachable();
}
