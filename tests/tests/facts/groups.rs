//! Security groups.

use vpcheck_core::paths::{Code, Difference};
use vpcheck_tests::composed::fact;

const RULES: &str = "Amazon VPC User Guide, Security groups: Security group rules";
const BASICS: &str = "Amazon VPC User Guide, Security groups: Security group basics";
const REFERENCES: &str = "Amazon VPC User Guide, Security groups: Security group referencing";
const EGRESS: &str = "CloudFormation Template Reference, AWS::EC2::SecurityGroup: SecurityGroupEgress";
const PROTOCOLS: &str =
    "CloudFormation Template Reference, AWS::EC2::SecurityGroup Ingress: IpProtocol, FromPort, ToPort";
const TO_SERVER: &str = "IpProtocol: tcp, FromPort: 5432, ToPort: 5432";

#[test]
fn groups_are_stateful() {
    let template = fact(BASICS).group(
        "ServerGroup",
        "Vpc",
        "SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIp: 10.0.1.0/24}], \
         SecurityGroupEgress: [{IpProtocol: '-1', CidrIp: 127.0.0.1/32}]",
    );
    template.to("Server:5432").is_reachable();
}

#[test]
fn a_group_without_egress_rules_lets_everything_out() {
    fact(EGRESS).to("Server:5432").is_reachable();
}

#[test]
fn an_empty_list_of_egress_rules_lets_everything_out() {
    fact(EGRESS).lets_out("").to("Server:5432").is_reachable();
}

#[test]
fn the_first_inline_egress_rule_removes_the_default() {
    let template = fact(EGRESS).lets_out("{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}");
    template.to("Server:5432").is_blocked(Code::ENI_SG_RULES_MISMATCH, "FunctionGroup");
}

#[test]
fn the_first_standalone_egress_rule_removes_the_default() {
    let template =
        fact("CloudFormation Template Reference, AWS::EC2::SecurityGroupEgress: the default rule is removed")
            .with(
                "Egress",
                "EC2::SecurityGroupEgress",
                "GroupId: !Ref FunctionGroup, IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0",
            );
    template.to("Server:5432").is_blocked(Code::ENI_SG_RULES_MISMATCH, "FunctionGroup");
}

#[test]
fn a_rule_for_the_loopback_lets_nothing_out() {
    let template =
        fact("CloudFormation Template Reference, AWS::EC2::SecurityGroup: Remove the default outbound rule")
            .lets_out("{IpProtocol: '-1', CidrIp: 127.0.0.1/32}");
    template.to("Server:5432").is_blocked(Code::ENI_SG_RULES_MISMATCH, "FunctionGroup");
}

#[test]
fn a_group_without_ingress_rules_lets_nothing_in() {
    let template = fact(BASICS).group("ServerGroup", "Vpc", "");
    template.to("Server:5432").is_blocked(Code::SG_HAS_NO_RULES, "ServerGroup");
}

#[test]
fn another_port_is_not_let_in() {
    fact(RULES).to("Server:5433").is_blocked(Code::ENI_SG_RULES_MISMATCH, "ServerGroup");
}

#[test]
fn another_protocol_is_not_let_in() {
    let template = fact(RULES);
    template.to("Server:5432/udp").is_blocked(Code::ENI_SG_RULES_MISMATCH, "ServerGroup");
    template.to("Server/icmp").is_blocked(Code::ENI_SG_RULES_MISMATCH, "ServerGroup");
}

#[test]
fn the_rules_of_several_groups_add_up() {
    let template = fact(BASICS).group("Empty", "Vpc", "").with(
        "Server",
        "EC2::Instance",
        "ImageId: ami-0123456789abcdef0, SubnetId: !Ref SubnetB, SecurityGroupIds: [!Ref Empty, !Ref ServerGroup]",
    );
    template.to("Server:5432").is_reachable();
}

#[test]
fn the_egress_of_several_groups_adds_up() {
    let template = fact(BASICS)
        .lets_out("{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}")
        .group("Open", "Vpc", "")
        .function_with(
            "Function",
            "VpcConfig: {SubnetIds: [!Ref SubnetA], SecurityGroupIds: [!Ref FunctionGroup, !Ref Open]}",
        );
    template.to("Server:5432").is_reachable();
}

#[test]
fn a_standalone_ingress_rule_counts() {
    let template = fact("CloudFormation Template Reference, AWS::EC2::SecurityGroupIngress")
        .group("ServerGroup", "Vpc", "")
        .with(
            "Ingress",
            "EC2::SecurityGroupIngress",
            &format!(
                "GroupId: !GetAtt ServerGroup.GroupId, {TO_SERVER}, SourceSecurityGroupId: !Ref FunctionGroup"
            ),
        );
    template.to("Server:5432").is_reachable();
}

#[test]
fn wearing_one_group_is_no_permission() {
    let template = fact(REFERENCES).server("Server", "SubnetB", "FunctionGroup");
    template.to("Server:5432").is_blocked(Code::SG_HAS_NO_RULES, "FunctionGroup");
}

#[test]
fn a_group_may_admit_itself() {
    let template = fact(REFERENCES).server("Server", "SubnetB", "FunctionGroup").with(
        "Own",
        "EC2::SecurityGroupIngress",
        &format!("GroupId: !Ref FunctionGroup, {TO_SERVER}, SourceSecurityGroupId: !Ref FunctionGroup"),
    );
    template.to("Server:5432").is_reachable();
}

#[test]
fn an_egress_rule_may_name_the_targets_group() {
    let rule = |group: &str| {
        fact(REFERENCES)
            .group("Other", "Vpc", "")
            .admits(&format!("{{{TO_SERVER}, CidrIp: 10.0.0.0/16}}"))
            .with(
                "Egress",
                "EC2::SecurityGroupEgress",
                &format!(
                    "GroupId: !Ref FunctionGroup, {TO_SERVER}, DestinationSecurityGroupId: !Ref {group}"
                ),
            )
    };
    rule("ServerGroup").to("Server:5432").is_reachable();
    rule("Other").to("Server:5432").is_blocked(Code::ENI_SG_RULES_MISMATCH, "FunctionGroup");
}

#[test]
fn a_reference_does_not_admit_the_rest_of_the_subnet() {
    let template = fact(REFERENCES).group("Other", "Vpc", "").function("Function", "SubnetA", "Other");
    template.to("Server:5432").is_blocked(Code::ENI_SG_RULES_MISMATCH, "ServerGroup");
}

#[test]
fn a_reference_does_not_survive_a_nat_gateway() {
    let template = fact("VPC Reachability Analyzer Guide, Explanation codes: SG_REFERENCES_NOT_PRESERVED")
        .with("Nat", "EC2::NatGateway", "SubnetId: !Ref SubnetB, ConnectivityType: private")
        .peer()
        .group(
            "PeerGroup",
            "PeerVpc",
            &format!("SecurityGroupIngress: [{{{TO_SERVER}, SourceSecurityGroupId: !Ref FunctionGroup}}]"),
        )
        .route("TableA", "10.9.0.0/16", "NatGatewayId: !Ref Nat")
        .route("TableB", "10.9.0.0/16", "VpcPeeringConnectionId: !Ref Peering")
        .route("PeerTable", "10.0.0.0/16", "VpcPeeringConnectionId: !Ref Peering");
    template.to("PeerServer:5432").is_blocked(Code::ENI_SG_RULES_MISMATCH, "PeerGroup");
}

#[test]
fn protocols_may_be_numbers_or_names_in_any_case() {
    for protocol in ["tcp", "TCP", "'6'", "6", "'-1'", "-1"] {
        let rule = format!("{{IpProtocol: {protocol}, FromPort: 5432, ToPort: 5432, CidrIp: 10.0.1.0/24}}");
        fact(PROTOCOLS).admits(&rule).to("Server:5432").is_reachable();
    }
    for protocol in ["udp", "'17'", "'50'"] {
        let rule = format!("{{IpProtocol: {protocol}, FromPort: 5432, ToPort: 5432, CidrIp: 10.0.1.0/24}}");
        fact(PROTOCOLS)
            .admits(&rule)
            .to("Server:5432")
            .is_blocked(Code::ENI_SG_RULES_MISMATCH, "ServerGroup");
    }
}

#[test]
fn all_protocols_means_all_ports_whatever_is_written() {
    let template =
        fact(PROTOCOLS).admits("{IpProtocol: '-1', FromPort: 22, ToPort: 22, CidrIp: 10.0.1.0/24}");
    template.to("Server:5432").is_reachable();
    template.to("Server:53/udp").is_reachable();
    template.to("Server/icmp").is_reachable();
}

#[test]
fn all_protocols_needs_no_ports() {
    fact(PROTOCOLS).admits("{IpProtocol: -1, CidrIp: 10.0.1.0/24}").to("Server:5432").is_reachable();
}

#[test]
fn minus_one_is_every_icmp_type() {
    let template =
        fact(PROTOCOLS).admits("{IpProtocol: icmp, FromPort: -1, ToPort: -1, CidrIp: 10.0.1.0/24}");
    template.to("Server/icmp").is_reachable();
    template.to("Server:5432").is_blocked(Code::ENI_SG_RULES_MISMATCH, "ServerGroup");
}

#[test]
fn an_icmp_rule_may_name_a_type() {
    let admits = |kind: i32, code: i32| {
        fact(PROTOCOLS)
            .admits(&format!("{{IpProtocol: icmp, FromPort: {kind}, ToPort: {code}, CidrIp: 10.0.1.0/24}}"))
    };
    admits(8, -1).to("Server/icmp").is_reachable();
    admits(8, 0).to("Server/icmp").is_reachable();
    admits(3, -1).to("Server/icmp").is_blocked(Code::ENI_SG_RULES_MISMATCH, "ServerGroup");
}

#[test]
fn a_rule_for_part_of_the_ports_is_partial() {
    let template = fact("by design: one trace may ask for several ports");
    template.to("Server:5432-5433").is_partial(Difference::Port, Code::ENI_SG_RULES_MISMATCH, "ServerGroup");
    template.to("Server:5432-5432").is_reachable();
}

#[test]
fn two_rules_together_cover_a_range_of_ports() {
    let template = fact("by design: one trace may ask for several ports").admits(
        "{IpProtocol: tcp, FromPort: 5000, ToPort: 5432, CidrIp: 10.0.1.0/24}, \
         {IpProtocol: tcp, FromPort: 5433, ToPort: 5500, CidrIp: 10.0.1.0/24}",
    );
    template.to("Server:5400-5450").is_reachable();
}

#[test]
fn a_rule_for_part_of_the_subnet_is_partial() {
    let template = fact(
        "AWS Lambda Developer Guide, Hyperplane ENIs: the subnet decides the address, nobody knows which",
    )
    .admits(&format!("{{{TO_SERVER}, CidrIp: 10.0.1.0/25}}"));
    template.to("Server:5432").is_partial(Difference::Address, Code::ENI_SG_RULES_MISMATCH, "ServerGroup");
}

#[test]
fn a_rule_may_name_a_prefix_list() {
    let admits = |range: &str| {
        fact("Amazon VPC User Guide, Managed prefix lists: reference in security groups")
            .prefix_list("pl-0123456789abcdef0", &[range])
            .admits(&format!("{{{TO_SERVER}, SourcePrefixListId: pl-0123456789abcdef0}}"))
    };
    admits("10.0.0.0/16").to("Server:5432").is_reachable();
    admits("192.168.0.0/16").to("Server:5432").is_blocked(Code::ENI_SG_RULES_MISMATCH, "ServerGroup");
}

#[test]
fn a_rule_for_ipv6_admits_no_ipv4() {
    let template = fact(RULES).admits(&format!("{{{TO_SERVER}, CidrIpv6: '::/0'}}"));
    template.to("Server:5432").is_blocked(Code::ENI_SG_RULES_MISMATCH, "ServerGroup");
}

#[test]
fn all_blockers_are_told() {
    let template = fact("by design: who mends one blocker wants to know of the next")
        .lets_out("{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}")
        .group("ServerGroup", "Vpc", "");
    let answer = template.to("Server:5432");
    answer.is_blocked(Code::ENI_SG_RULES_MISMATCH, "FunctionGroup");
    answer.is_blocked(Code::SG_HAS_NO_RULES, "ServerGroup");
}
