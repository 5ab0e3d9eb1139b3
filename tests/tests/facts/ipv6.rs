//! IP version 6: dual-stack subnets, egress-only gateways, NAT64.

use vpcheck_core::network::Missing;
use vpcheck_core::paths::{Code, Difference, Direction};
use vpcheck_tests::composed::{Composed, fact};

const LAMBDA: &str =
    "AWS Lambda Developer Guide, Giving Lambda functions access to resources in a VPC: IPv6 support";
const EGRESS_ONLY: &str = "Amazon VPC User Guide, Egress-only internet gateways";
const GATEWAY: &str =
    "Amazon VPC User Guide, Internet gateways: IPv6 addresses are globally unique and public";
const TABLES: &str = "Amazon VPC User Guide, Route tables: IPv4 and IPv6 routes are separate";
const GROUPS: &str = "Amazon VPC User Guide, Default security groups and new groups: outbound rule for IPv6";
const ACLS: &str = "Amazon VPC User Guide, Default network ACL: rules for IPv6";
const NAT64: &str = "Amazon VPC User Guide, DNS64 and NAT64: 64:ff9b::/96";
const HOST: &str = "[2001:4860:4860::8888]:443";
const ALLOWED: &str = "VpcConfig: {SubnetIds: [!Ref SubnetA], SecurityGroupIds: [!Ref FunctionGroup], Ipv6AllowedForDualStack: true}";

/// `Vpc` has an IPv6 range of Amazon's, `SubnetA` one of its own; `Function` may use it. `EgressOnly` is there, with no
/// route to it.
fn dual_stack(source: &str) -> Composed {
    fact(source)
        .with("VpcIpv6", "EC2::VPCCidrBlock", "VpcId: !Ref Vpc, AmazonProvidedIpv6CidrBlock: true")
        .with(
            "SubnetA",
            "EC2::Subnet",
            "VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: !Select [0, !GetAZs ''], \
             Ipv6CidrBlock: !Select [0, !Cidr [!Select [0, !GetAtt Vpc.Ipv6CidrBlocks], 256, 64]]",
        )
        .function_with("Function", ALLOWED)
        .with("EgressOnly", "EC2::EgressOnlyInternetGateway", "VpcId: !Ref Vpc")
}

/// A route of `TableA` for IPv6.
fn to(template: Composed, range: &str, target: &str) -> Composed {
    template.with(
        "RouteIpv6",
        "EC2::Route",
        &format!("RouteTableId: !Ref TableA, DestinationIpv6CidrBlock: '{range}', {target}"),
    )
}

const BY_EGRESS_ONLY: &str = "EgressOnlyInternetGatewayId: !Ref EgressOnly";

#[test]
fn an_egress_only_gateway_is_a_way_out() {
    to(dual_stack(EGRESS_ONLY), "::/0", BY_EGRESS_ONLY).to(HOST).is_reachable();
}

#[test]
fn an_internet_gateway_is_one_too() {
    let template = dual_stack(GATEWAY).internet();
    to(template, "::/0", "GatewayId: !Ref Gateway").to(HOST).is_reachable();
}

#[test]
fn a_route_for_ipv4_carries_no_ipv6() {
    let template = dual_stack(TABLES).nat().route("TableA", "0.0.0.0/0", "NatGatewayId: !Ref Nat");
    template.to(HOST).is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
    template.to("internet:443").is_reachable();
}

#[test]
fn a_function_must_be_let_use_it() {
    let template =
        to(dual_stack(LAMBDA), "::/0", BY_EGRESS_ONLY).function("Function", "SubnetA", "FunctionGroup");
    template.to(HOST).is_blocked(Code::VPCHECK_NO_IPV6_ADDRESS, "Function");
}

#[test]
fn its_subnet_must_have_a_range() {
    let template = to(dual_stack(LAMBDA), "::/0", BY_EGRESS_ONLY).subnet("SubnetA", "Vpc", "10.0.1.0/24", 0);
    template.to(HOST).is_blocked(Code::VPCHECK_NO_IPV6_ADDRESS, "Function");
}

#[test]
fn a_group_for_ipv4_lets_no_ipv6_out() {
    let template = to(dual_stack(GROUPS), "::/0", BY_EGRESS_ONLY);
    let four = template.clone().lets_out("{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}");
    four.to(HOST).is_blocked(Code::ENI_SG_RULES_MISMATCH, "FunctionGroup");
    let six = template.lets_out("{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIpv6: '::/0'}");
    six.to(HOST).is_reachable();
    six.to("203.0.113.10:443").is_blocked(Code::ENI_SG_RULES_MISMATCH, "FunctionGroup");
}

#[test]
fn rules_for_some_addresses_decide_for_those() {
    let template = to(dual_stack(GROUPS), "::/0", BY_EGRESS_ONLY)
        .lets_out("{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIpv6: '2001:4860::/32'}");
    template.to(HOST).is_reachable();
    template.to("[2606:4700::1]:443").is_blocked(Code::ENI_SG_RULES_MISMATCH, "FunctionGroup");
    template.to("[2001:4860::/31]:443").is_partial(
        Difference::Address,
        Code::ENI_SG_RULES_MISMATCH,
        "FunctionGroup",
    );
}

#[test]
fn the_default_acl_lets_both_through_and_one_for_ipv4_does_not() {
    let template = to(dual_stack(ACLS), "::/0", BY_EGRESS_ONLY)
        .acl("SubnetA", "Vpc")
        .entry("SubnetA", "in 100 allow -1 0.0.0.0/0")
        .entry("SubnetA", "out 100 allow -1 0.0.0.0/0");
    template.to(HOST).is_blocked(Code::SUBNET_ACL_RESTRICTION, "SubnetAAcl");
    let entry = |egress: bool| {
        format!(
            "NetworkAclId: !Ref SubnetAAcl, RuleNumber: 110, RuleAction: allow, Protocol: -1, Ipv6CidrBlock: '::/0', Egress: {egress}"
        )
    };
    let out = template.with("Out", "EC2::NetworkAclEntry", &entry(true));
    out.to(HOST).is_blocked_on(Direction::Back, Code::SUBNET_ACL_RESTRICTION, "SubnetAAcl");
    out.with("In", "EC2::NetworkAclEntry", &entry(false)).to(HOST).is_reachable();
}

#[test]
fn icmp_of_ipv6_is_a_protocol_of_its_own() {
    let source = "Amazon EC2 User Guide, Security group rules: ICMPv6 (protocol 58)";
    let template = to(dual_stack(source), "::/0", BY_EGRESS_ONLY);
    let ping = "[2001:4860:4860::8888]/icmp";
    template
        .clone()
        .lets_out("{IpProtocol: icmp, FromPort: -1, ToPort: -1, CidrIpv6: '::/0'}")
        .to(ping)
        .is_blocked(Code::ENI_SG_RULES_MISMATCH, "FunctionGroup");
    template
        .lets_out("{IpProtocol: icmpv6, FromPort: -1, ToPort: -1, CidrIpv6: '::/0'}")
        .to(ping)
        .is_reachable();
}

#[test]
fn where_ipv6_alone_has_a_way_out_it_hangs_on_the_address() {
    let template = to(dual_stack("by design: hosts have IPv4, IPv6 or both"), "::/0", BY_EGRESS_ONLY);
    template.to("internet:443").is_partial(Difference::Address, Code::NO_ROUTE_TO_DESTINATION, "TableA");
    template
        .to("api.example.com:443")
        .is_unknown(|missing| *missing == Missing::HostAddress("api.example.com".to_owned()));
}

#[test]
fn a_nat_gateway_takes_the_addresses_of_nat64_and_no_others() {
    let template = dual_stack(NAT64).nat();
    let by_nat = "NatGatewayId: !Ref Nat";
    let some = to(template.clone(), "64:ff9b::/96", by_nat);
    some.to("[64:ff9b::c633:6401]:443").is_reachable();
    some.to(HOST).is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
    to(template, "::/0", by_nat).to(HOST).is_blocked(Code::NO_POSSIBLE_DESTINATION, "Nat");
}

#[test]
fn dns64_makes_every_host_an_ipv6_host() {
    let template = to(dual_stack(NAT64).nat(), "64:ff9b::/96", "NatGatewayId: !Ref Nat").with(
        "SubnetA",
        "EC2::Subnet",
        "VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: !Select [0, !GetAZs ''], EnableDns64: true, \
         Ipv6CidrBlock: !Select [0, !Cidr [!Select [0, !GetAtt Vpc.Ipv6CidrBlocks], 256, 64]]",
    );
    template.to("internet:443").is_reachable();
    template.to("api.example.com:443").is_reachable();
    // What is known to answer in IPv4 alone, services among it.
    let known = template.answers("api.example.com", &["203.0.113.7"]).answers("sqs", &["192.0.2.33"]);
    known.to("api.example.com:443").is_reachable();
    known.to("sqs:443").is_reachable();
    known.to("secretsmanager:443").is_reachable();
    known.to("203.0.113.7:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
    let closed = known.lets_out("{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}");
    closed.to("api.example.com:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
    closed.to("sqs:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
}

#[test]
fn rules_for_ipv4_close_the_way_that_ipv6_has() {
    let template = to(dual_stack(GROUPS), "::/0", BY_EGRESS_ONLY)
        .lets_out("{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}");
    let closed = template.to("internet:443");
    closed.is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
    closed.assumes("over IPv6 nothing passes either: no outbound rule of FunctionGroup allows tcp 443");
    let no_route = dual_stack(GROUPS)
        .lets_out("{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}")
        .to("internet:443");
    no_route.is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
}

#[test]
fn nat64_ends_where_the_nat_gateway_has_no_way_out() {
    let template =
        to(dual_stack(NAT64).nat().without("PublicTableTo00000"), "64:ff9b::/96", "NatGatewayId: !Ref Nat");
    template.to("[64:ff9b::c633:6401]:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "PublicTable");
}

#[test]
fn a_transit_gateway_carries_it_where_its_attachments_do() {
    let source = "Amazon VPC Transit Gateways, VPC attachments: IPv6 support";
    let template = |options: &str| {
        dual_stack(source)
            .hub()
            .with(
                "PeerSubnet",
                "EC2::Subnet",
                "VpcId: !Ref PeerVpc, CidrBlock: 10.9.1.0/24, AvailabilityZone: !Select [0, !GetAZs ''], Ipv6CidrBlock: '2600:1f13:9:100::/64'",
            )
            .with("PeerIpv6", "EC2::VPCCidrBlock", "VpcId: !Ref PeerVpc, Ipv6CidrBlock: '2600:1f13:9:100::/56', Ipv6Pool: pool")
            .attached("ToHub", "Vpc", &["SubnetA"], options)
            .attached("PeerToHub", "PeerVpc", &["PeerSubnet"], options)
    };
    let routed = |options: &str| {
        to(template(options), "2600:1f13:9:100::/56", "TransitGatewayId: !Ref Hub")
            .to("[2600:1f13:9:100::10]:443")
    };
    routed("Options: {Ipv6Support: enable}").is_unknown(|missing| matches!(missing, Missing::Interface(_)));
    routed("Options: {Ipv6Support: disable}")
        .is_blocked_by_one_of(&[Code::TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT]);
}

#[test]
fn a_host_may_be_said_to_answer_with_ipv6() {
    const HOST: &str = "api.example.com";
    let source = "AWS Lambda Developer Guide, IPv6 support; RFC 8305: addresses of both versions are tried";
    let open = to(dual_stack(source), "::/0", BY_EGRESS_ONLY);
    open.clone().answers(HOST, &["2001:4860:4860::8888"]).to("api.example.com:443").is_reachable();
    let both = open.answers(HOST, &["192.0.2.7", "2001:4860:4860::8888"]).to("api.example.com:443");
    both.is_partial(Difference::Address, Code::NO_ROUTE_TO_DESTINATION, "TableA");
    let closed = dual_stack(source).answers(HOST, &["2001:4860:4860::8888"]);
    closed.to("api.example.com:443").is_blocked(Code::NO_ROUTE_TO_DESTINATION, "TableA");
    let version_4 = fact(source).answers(HOST, &["2001:4860:4860::8888"]).nat();
    version_4
        .route("TableA", "0.0.0.0/0", "NatGatewayId: !Ref Nat")
        .to("api.example.com:443")
        .is_not_reachable();
}

#[test]
fn a_service_may_be_said_to_answer_with_ipv6() {
    let open = to(dual_stack("AWS General Reference, Dual-stack endpoints"), "::/0", BY_EGRESS_ONLY);
    open.answers("sqs", &["2600:1f00::1"]).to("sqs:443").is_reachable();
}
