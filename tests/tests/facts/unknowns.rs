//! What a template does not say stays open, and the answer names what would settle it.

use vpcheck_core::network::Missing;
use vpcheck_core::paths::{Code, Difference};
use vpcheck_core::template::Unknown;
use vpcheck_tests::composed::{Composed, fact};

const DESIGN: &str = "by design: nothing unknown is told as an error, and nothing known as unknown";
const DEFAULTS: &str = "AWS CloudFormation User Guide, Conditions and parameters: default values";

fn parameter(name: &'static str) -> impl Fn(&Missing) -> bool {
    move |missing| *missing == Missing::Value(Unknown::Parameter(name.to_owned()))
}

#[test]
fn subnets_may_be_parameters() {
    let template =
        fact(DESIGN).section("Parameters: {Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}}").function_with(
            "Function",
            "VpcConfig: {SubnetIds: !Ref Subnets, SecurityGroupIds: [!Ref FunctionGroup]}",
        );
    template.to("internet:443").is_unknown(parameter("Subnets"));
}

#[test]
fn a_range_may_be_a_parameter() {
    let template = fact(DESIGN)
        .section("Parameters: {Range: {Type: String}}")
        .admits("{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIp: !Ref Range}");
    template.to("Server:5432").is_unknown(parameter("Range"));
    template.clone().given("Range", "10.0.0.0/16").to("Server:5432").is_reachable();
    template
        .given("Range", "192.168.0.0/16")
        .to("Server:5432")
        .is_blocked(Code::ENI_SG_RULES_MISMATCH, "ServerGroup");
}

#[test]
fn what_does_not_decide_may_stay_unknown() {
    let template = fact(DESIGN).section("Parameters: {Range: {Type: String}}").admits(
        "{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIp: !Ref Range}, \
             {IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !Ref FunctionGroup}",
    );
    template.to("Server:5432").is_reachable();
    let blocked = fact(DESIGN)
        .section("Parameters: {Range: {Type: String}}")
        .admits("{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIp: !Ref Range}")
        .lets_out("{IpProtocol: '-1', CidrIp: 127.0.0.1/32}");
    blocked.to("Server:5432").is_blocked(Code::ENI_SG_RULES_MISMATCH, "FunctionGroup");
}

#[test]
fn ranges_that_are_one_value_are_the_same_range() {
    let template = fact(DESIGN)
        .section("Parameters: {Range: {Type: String}}")
        .with("Vpc", "EC2::VPC", "CidrBlock: !Ref Range, EnableDnsSupport: true, EnableDnsHostnames: true")
        .admits("{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIp: !Ref Range}");
    template.to("Server:5432").is_reachable();
}

#[test]
fn groups_may_be_imported() {
    let template = fact(DESIGN).function_with(
        "Function",
        "VpcConfig: {SubnetIds: [!Ref SubnetA], SecurityGroupIds: [!ImportValue app-group]}",
    );
    let import = |missing: &Missing| *missing == Missing::Value(Unknown::Import("app-group".to_owned()));
    let admits_all = "{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIp: 10.0.0.0/16}";
    template.clone().admits(admits_all).to("Server:5432").is_unknown(import);
    // A group of this stack cannot be what it imports.
    template.to("Server:5432").is_blocked(Code::ENI_SG_RULES_MISMATCH, "ServerGroup");
}

#[test]
fn a_subnet_of_another_stack_is_named_by_its_id() {
    let template = fact(DESIGN).function_with(
        "Function",
        "VpcConfig: {SubnetIds: [subnet-0123456789abcdef0], SecurityGroupIds: [!Ref FunctionGroup]}",
    );
    template.to("internet:443").is_unknown(
        |missing| matches!(missing, Missing::Component(name) if name.matches("subnet-0123456789abcdef0")),
    );
}

/// A rule that exists where `Wide` is `yes`.
fn conditional(parameter: &str) -> Composed {
    fact(DEFAULTS)
        .section(&format!("Parameters: {{Wide: {{Type: String, AllowedValues: ['yes', 'no']{parameter}}}}}"))
        .section("Conditions: {IsWide: !Equals [!Ref Wide, 'yes']}")
        .group("ServerGroup", "Vpc", "")
        .with(
            "Ingress",
            "EC2::SecurityGroupIngress",
            "GroupId: !Ref ServerGroup, IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIp: 10.0.0.0/16",
        )
        .only_if("Ingress", "IsWide")
}

#[test]
fn a_default_decides_a_condition() {
    conditional(", Default: 'yes'").to("Server:5432").is_reachable();
    conditional(", Default: 'no'").to("Server:5432").is_blocked(Code::SG_HAS_NO_RULES, "ServerGroup");
}

#[test]
fn a_given_value_decides_a_condition() {
    conditional(", Default: 'no'").given("Wide", "yes").to("Server:5432").is_reachable();
}

#[test]
fn an_open_condition_is_partial() {
    conditional("").to("Server:5432").is_partial(Difference::Condition, Code::SG_HAS_NO_RULES, "ServerGroup");
}

#[test]
fn a_condition_that_decides_nothing_is_not_told() {
    let template =
        conditional("").admits("{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIp: 10.0.0.0/16}");
    template.to("Server:5432").is_reachable();
}

#[test]
fn no_value_is_as_if_nothing_were_written() {
    let template = fact(DEFAULTS)
        .section("Parameters: {Narrow: {Type: String, Default: 'no'}}")
        .section("Conditions: {IsNarrow: !Equals [!Ref Narrow, 'yes']}")
        .group(
            "FunctionGroup",
            "Vpc",
            "SecurityGroupEgress: !If [IsNarrow, [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}], \
             !Ref AWS::NoValue]",
        );
    template.to("Server:5432").is_reachable();
    template
        .given("Narrow", "yes")
        .to("Server:5432")
        .is_blocked(Code::ENI_SG_RULES_MISMATCH, "FunctionGroup");
}

#[test]
fn a_described_subnet_settles_an_id() {
    let described = r#"{
        "Subnets": [{"SubnetId": "subnet-0aaaaaaaaaaaaaaaa", "VpcId": "vpc-0aaaaaaaaaaaaaaaa",
            "CidrBlock": "10.40.1.0/24", "AvailabilityZone": "us-east-1a"}],
        "Vpcs": [{"VpcId": "vpc-0aaaaaaaaaaaaaaaa", "CidrBlock": "10.40.0.0/16"}],
        "RouteTables": [{"RouteTableId": "rtb-0aaaaaaaaaaaaaaaa", "VpcId": "vpc-0aaaaaaaaaaaaaaaa",
            "Associations": [{"Main": true, "RouteTableId": "rtb-0aaaaaaaaaaaaaaaa"}],
            "Routes": [{"DestinationCidrBlock": "10.40.0.0/16", "GatewayId": "local", "State": "active"},
                {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-0aaaaaaaaaaaaaaaa", "State": "active"}]}],
        "NetworkAcls": [{"NetworkAclId": "acl-0aaaaaaaaaaaaaaaa", "VpcId": "vpc-0aaaaaaaaaaaaaaaa", "IsDefault": true,
            "Associations": [{"SubnetId": "subnet-0aaaaaaaaaaaaaaaa", "NetworkAclId": "acl-0aaaaaaaaaaaaaaaa"}],
            "Entries": [
                {"RuleNumber": 100, "Egress": true, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"},
                {"RuleNumber": 100, "Egress": false, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"}]}],
        "InternetGateways": [{"InternetGatewayId": "igw-0aaaaaaaaaaaaaaaa",
            "Attachments": [{"State": "available", "VpcId": "vpc-0aaaaaaaaaaaaaaaa"}]}]
    }"#;
    let template = fact("AWS CLI Command Reference, ec2 describe-subnets, describe-route-tables")
        .section("Parameters: {Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}}")
        .given("Subnets", "subnet-0aaaaaaaaaaaaaaaa")
        .context(described)
        .function_with(
            "Function",
            "VpcConfig: {SubnetIds: !Ref Subnets, SecurityGroupIds: [!Ref FunctionGroup]}",
        );
    template
        .to("internet:443")
        .is_blocked(Code::IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS, "igw-0aaaaaaaaaaaaaaaa");
}
