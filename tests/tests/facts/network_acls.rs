//! Network ACLs.

use vpcheck_core::paths::{Code, Difference, Direction};
use vpcheck_tests::composed::{Composed, fact};

const BASICS: &str = "Amazon VPC User Guide, Network ACLs: Network ACL basics";
const RULES: &str = "Amazon VPC User Guide, Network ACLs: Network ACL rules";
const EPHEMERAL: &str = "Amazon VPC User Guide, Network ACLs: Ephemeral ports";

/// An ACL on the function's subnet that lets the way to the server and back through.
fn narrow(source: &str) -> Composed {
    fact(source)
        .acl("SubnetA", "Vpc")
        .entry("SubnetA", "out 100 allow 6 10.0.2.0/24 5432")
        .entry("SubnetA", "in 100 allow 6 10.0.2.0/24 1024-65535")
}

/// An ACL on the server's subnet that lets everything through.
fn open(source: &str) -> Composed {
    fact(source)
        .acl("SubnetB", "Vpc")
        .entry("SubnetB", "in 100 allow -1 0.0.0.0/0")
        .entry("SubnetB", "out 100 allow -1 0.0.0.0/0")
}

#[test]
fn the_default_acl_lets_everything_through() {
    fact(BASICS).to("Server:5432").is_reachable();
}

#[test]
fn a_new_acl_lets_nothing_through() {
    let template = fact(BASICS).acl("SubnetA", "Vpc");
    template.to("Server:5432").is_blocked_on(Direction::Out, Code::SUBNET_ACL_RESTRICTION, "SubnetAAcl");
}

#[test]
fn an_acl_of_no_subnet_has_no_effect() {
    fact(BASICS).with("Unused", "EC2::NetworkAcl", "VpcId: !Ref Vpc").to("Server:5432").is_reachable();
}

#[test]
fn two_entries_are_enough_for_one_way() {
    narrow(RULES).to("Server:5432").is_reachable();
}

#[test]
fn the_lowest_number_decides() {
    let template = open(RULES).entry("SubnetB", "in 90 deny 6 10.0.1.0/24 5432");
    template.to("Server:5432").is_blocked_on(Direction::Out, Code::SUBNET_ACL_RESTRICTION, "SubnetBAcl");
    open(RULES).entry("SubnetB", "in 110 deny 6 10.0.1.0/24 5432").to("Server:5432").is_reachable();
}

#[test]
fn the_order_in_the_template_does_not_matter() {
    let template = fact(RULES)
        .acl("SubnetB", "Vpc")
        .entry("SubnetB", "in 200 deny -1 0.0.0.0/0")
        .entry("SubnetB", "out 100 allow -1 0.0.0.0/0")
        .entry("SubnetB", "in 100 allow -1 0.0.0.0/0");
    template.to("Server:5432").is_reachable();
}

#[test]
fn answers_need_an_entry_too() {
    let template = narrow(EPHEMERAL).entry("SubnetA", "in 100 allow 6 10.0.2.0/24 443");
    template.to("Server:5432").is_blocked_on(Direction::Back, Code::SUBNET_ACL_RESTRICTION, "SubnetAAcl");
}

#[test]
fn answers_must_be_let_out_of_the_targets_subnet() {
    let template = fact(EPHEMERAL)
        .acl("SubnetB", "Vpc")
        .entry("SubnetB", "in 100 allow 6 10.0.1.0/24 5432")
        .entry("SubnetB", "out 100 allow 6 10.0.1.0/24 443");
    template.to("Server:5432").is_blocked_on(Direction::Back, Code::SUBNET_ACL_RESTRICTION, "SubnetBAcl");
}

#[test]
fn half_of_the_ports_for_answers_is_partial() {
    let template = narrow(EPHEMERAL).entry("SubnetA", "in 100 allow 6 10.0.2.0/24 32768-65535");
    template.to("Server:5432").is_partial(Difference::Port, Code::SUBNET_ACL_RESTRICTION, "SubnetAAcl");
}

#[test]
fn an_answer_counts_on_no_single_port() {
    let hole = narrow(EPHEMERAL).entry("SubnetA", "in 100 allow 6 10.0.2.0/24 5432");
    hole.to("Server:5432").is_blocked_on(Direction::Back, Code::SUBNET_ACL_RESTRICTION, "SubnetAAcl");
    let plug = narrow(EPHEMERAL).entry("SubnetA", "in 90 deny 6 10.0.2.0/24 5432");
    plug.to("Server:5432").is_reachable();
}

#[test]
fn inside_one_subnet_no_acl_is_asked() {
    let template = fact(BASICS).server("Server", "SubnetA", "ServerGroup").acl("SubnetA", "Vpc");
    template.to("Server:5432").is_reachable();
}

#[test]
fn another_protocol_is_denied() {
    let template = narrow(RULES).entry("SubnetA", "out 100 allow 17 10.0.2.0/24 5432");
    template.to("Server:5432").is_blocked_on(Direction::Out, Code::SUBNET_ACL_RESTRICTION, "SubnetAAcl");
}

#[test]
fn all_protocols_ignores_ports() {
    let template =
        fact("CloudFormation Template Reference, AWS::EC2::NetworkAclEntry: Protocol -1 means all ports")
            .acl("SubnetA", "Vpc")
            .entry("SubnetA", "out 100 allow -1 10.0.0.0/16 22")
            .entry("SubnetA", "in 100 allow -1 10.0.0.0/16 22");
    template.to("Server:5432").is_reachable();
}

#[test]
fn an_entry_that_does_not_say_egress_is_for_ingress() {
    let template = open("CloudFormation Template Reference, AWS::EC2::NetworkAclEntry: Egress is false by default")
        .with(
            "SubnetBin100",
            "EC2::NetworkAclEntry",
            "NetworkAclId: !Ref SubnetBAcl, RuleNumber: 100, RuleAction: allow, Protocol: -1, CidrBlock: 0.0.0.0/0",
        );
    template.to("Server:5432").is_reachable();
}

#[test]
fn an_entry_for_ipv6_lets_no_ipv4_through() {
    let template = open(RULES).with(
        "SubnetBin100",
        "EC2::NetworkAclEntry",
        "NetworkAclId: !Ref SubnetBAcl, RuleNumber: 100, RuleAction: allow, Protocol: -1, Ipv6CidrBlock: '::/0'",
    );
    template.to("Server:5432").is_blocked(Code::SUBNET_ACL_RESTRICTION, "SubnetBAcl");
}

#[test]
fn a_ping_needs_its_answer_let_through() {
    let ping = |answer: i32| {
        let entry = |way: &str, egress: bool, kind: i32| {
            (
                format!("Entry{way}"),
                format!(
                    "NetworkAclId: !Ref SubnetAAcl, RuleNumber: 100, RuleAction: allow, Protocol: 1, \
                     CidrBlock: 10.0.2.0/24, Egress: {egress}, Icmp: {{Type: {kind}, Code: -1}}"
                ),
            )
        };
        [entry("Out", true, 8), entry("In", false, answer)].iter().fold(
            fact("CloudFormation Template Reference, AWS::EC2::NetworkAclEntry: Icmp")
                .admits("{IpProtocol: icmp, FromPort: -1, ToPort: -1, CidrIp: 10.0.1.0/24}")
                .acl("SubnetA", "Vpc"),
            |template, (id, properties)| template.with(id, "EC2::NetworkAclEntry", properties),
        )
    };
    ping(0).to("Server/icmp").is_reachable();
    ping(8).to("Server/icmp").is_blocked_on(Direction::Back, Code::SUBNET_ACL_RESTRICTION, "SubnetAAcl");
}

#[test]
fn an_entry_for_part_of_the_subnet_is_partial() {
    let template = open(RULES).entry("SubnetB", "in 90 deny -1 10.0.1.0/25");
    template.to("Server:5432").is_partial(Difference::Address, Code::SUBNET_ACL_RESTRICTION, "SubnetBAcl");
}

#[test]
fn a_gateway_endpoints_service_must_be_let_through_both_ways() {
    let with = |out: &str, back: &str| {
        fact("AWS PrivateLink Guide, Gateway endpoints: network ACLs cannot name prefix lists")
            .gateway_endpoint("S3", "Vpc", "s3", "TableA")
            .acl("SubnetA", "Vpc")
            .entry("SubnetA", &format!("out 100 allow 6 {out} 443"))
            .entry("SubnetA", &format!("in 100 allow 6 {back} 1024-65535"))
    };
    with("0.0.0.0/0", "0.0.0.0/0").to("s3:443").is_reachable();
    with("10.0.0.0/16", "0.0.0.0/0").to("s3:443").is_blocked_on(
        Direction::Out,
        Code::SUBNET_ACL_RESTRICTION,
        "SubnetAAcl",
    );
    with("0.0.0.0/0", "10.0.0.0/16").to("s3:443").is_blocked_on(
        Direction::Back,
        Code::SUBNET_ACL_RESTRICTION,
        "SubnetAAcl",
    );
}
