//! A template of the size that large teams write.

use std::fmt::Write;

/// How many resources it has.
pub const RESOURCES: usize = 500;
/// How many of them are functions.
pub const FUNCTIONS: usize = 24;

const TIERS: [&str; 3] = ["Public", "Private", "Data"];
const ZONES: usize = 3;
const SERVICES: [&str; 6] = ["secretsmanager", "sqs", "sns", "kms", "ssm", "states"];

/// Resources in the order of writing.
#[derive(Default)]
struct Resources {
    text: String,
    count: usize,
}

impl Resources {
    fn add(&mut self, id: &str, kind: &str, properties: &str) {
        self.count += 1;
        writeln!(self.text, "  {id}:\n    Type: AWS::{kind}\n    Properties: {{{properties}}}")
            .expect("a String takes all");
    }
}

/// Two peered VPCs of three zones and three tiers with gateways, network ACLs, endpoints, databases and instances,
/// and functions that reach for all of it; standalone rules fill it up.
pub fn template() -> String {
    let mut out = Resources::default();
    for (number, vpc) in ["App", "Core"].into_iter().enumerate() {
        network(&mut out, vpc, number);
    }
    out.add("Peering", "EC2::VPCPeeringConnection", "VpcId: !Ref AppVpc, PeerVpcId: !Ref CoreVpc");
    for at in 0..FUNCTIONS {
        let vpc = if at % 4 == 3 { "Core" } else { "App" };
        let subnets: Vec<String> = (0..ZONES).map(|zone| format!("!Ref {vpc}Private{zone}")).collect();
        out.add(
            &format!("FunctionGroup{at}"),
            "EC2::SecurityGroup",
            &format!("GroupDescription: functions, VpcId: !Ref {vpc}Vpc"),
        );
        out.add(
            &format!("Function{at}"),
            "Lambda::Function",
            &format!(
                "Handler: index.handler, Runtime: python3.12, Role: !Sub 'arn:${{AWS::Partition}}:iam::111122223333:role/app', \
                 Code: {{ZipFile: 'pass'}}, VpcConfig: {{SubnetIds: [{}], SecurityGroupIds: [!Ref FunctionGroup{at}]}}",
                subnets.join(", ")
            ),
        );
    }
    let mut at = 0;
    while out.count < RESOURCES {
        let (direction, peer) = if at % 2 == 0 { ("Ingress", "Source") } else { ("Egress", "Destination") };
        let (function, target) = (at % FUNCTIONS, at / FUNCTIONS % 8);
        let vpc = if function % 4 == 3 { "Core" } else { "App" };
        let (owner, other) = if direction == "Ingress" {
            (format!("{vpc}DatabaseGroup{target}"), format!("FunctionGroup{function}"))
        } else {
            (format!("FunctionGroup{function}"), format!("{vpc}DatabaseGroup{target}"))
        };
        out.add(
            &format!("Rule{at}"),
            &format!("EC2::SecurityGroup{direction}"),
            &format!(
                "GroupId: !GetAtt {owner}.GroupId, IpProtocol: tcp, FromPort: 5432, ToPort: 5432, \
                 {peer}SecurityGroupId: !GetAtt {other}.GroupId"
            ),
        );
        at += 1;
    }
    format!("AWSTemplateFormatVersion: '2010-09-09'\nResources:\n{}", out.text)
}

/// A text of some `bytes` without a network: queues that name one another.
pub fn queues(bytes: usize) -> String {
    let mut out = Resources::default();
    out.add("Queue0", "SQS::Queue", "VisibilityTimeout: 60");
    while out.text.len() < bytes {
        let (own, last) = (out.count, out.count - 1);
        out.add(
            &format!("Queue{own}"),
            "SQS::Queue",
            &format!(
                "VisibilityTimeout: 60, RedrivePolicy: {{deadLetterTargetArn: !GetAtt Queue{last}.Arn, maxReceiveCount: 5}}"
            ),
        );
    }
    format!("AWSTemplateFormatVersion: '2010-09-09'\nResources:\n{}", out.text)
}

/// A text of some `bytes` that is all functions of one VPC with two subnets, and their groups.
pub fn functions(bytes: usize) -> String {
    let mut out = Resources::default();
    network(&mut out, "App", 0);
    let mut at = 0;
    while out.text.len() < bytes {
        out.add(
            &format!("FunctionGroup{at}"),
            "EC2::SecurityGroup",
            "GroupDescription: functions, VpcId: !Ref AppVpc",
        );
        out.add(
            &format!("Function{at}"),
            "Lambda::Function",
            &format!(
                "Handler: index.handler, Runtime: python3.12, Role: !Sub 'arn:${{AWS::Partition}}:iam::111122223333:role/app', \
                 Code: {{ZipFile: 'pass'}}, VpcConfig: {{SubnetIds: [!Ref AppPrivate0, !Ref AppPrivate1], \
                 SecurityGroupIds: [!Ref FunctionGroup{at}]}}"
            ),
        );
        at += 1;
    }
    format!("AWSTemplateFormatVersion: '2010-09-09'\nResources:\n{}", out.text)
}

fn network(out: &mut Resources, vpc: &str, number: usize) {
    out.add(
        &format!("{vpc}Vpc"),
        "EC2::VPC",
        &format!("CidrBlock: 10.{number}.0.0/16, EnableDnsSupport: true, EnableDnsHostnames: true"),
    );
    let of_vpc = format!("VpcId: !Ref {vpc}Vpc");
    out.add(&format!("{vpc}Gateway"), "EC2::InternetGateway", "");
    out.add(
        &format!("{vpc}Attachment"),
        "EC2::VPCGatewayAttachment",
        &format!("{of_vpc}, InternetGatewayId: !Ref {vpc}Gateway"),
    );
    for (tier_number, tier) in TIERS.into_iter().enumerate() {
        acl(out, &format!("{vpc}{tier}Acl"), &of_vpc);
        for zone in 0..ZONES {
            let name = format!("{vpc}{tier}{zone}");
            out.add(
                &name,
                "EC2::Subnet",
                &format!(
                    "{of_vpc}, CidrBlock: 10.{number}.{}.0/24, AvailabilityZone: !Select [{zone}, !GetAZs '']",
                    tier_number * 16 + zone
                ),
            );
            out.add(&format!("{name}Table"), "EC2::RouteTable", &of_vpc);
            out.add(
                &format!("{name}TableAssociation"),
                "EC2::SubnetRouteTableAssociation",
                &format!("SubnetId: !Ref {name}, RouteTableId: !Ref {name}Table"),
            );
            out.add(
                &format!("{name}AclAssociation"),
                "EC2::SubnetNetworkAclAssociation",
                &format!("SubnetId: !Ref {name}, NetworkAclId: !Ref {vpc}{tier}Acl"),
            );
            let mut route = |suffix: &str, destination: &str, target: &str| {
                out.add(
                    &format!("{name}{suffix}"),
                    "EC2::Route",
                    &format!("RouteTableId: !Ref {name}Table, DestinationCidrBlock: {destination}, {target}"),
                );
            };
            match tier {
                "Public" => route("Default", "0.0.0.0/0", &format!("GatewayId: !Ref {vpc}Gateway")),
                "Private" => route("Default", "0.0.0.0/0", &format!("NatGatewayId: !Ref {vpc}Nat{zone}")),
                _ => {}
            }
            route("Peer", &format!("10.{}.0.0/16", 1 - number), "VpcPeeringConnectionId: !Ref Peering");
            if tier == "Public" {
                out.add(&format!("{vpc}Address{zone}"), "EC2::EIP", "Domain: vpc");
                out.add(
                    &format!("{vpc}Nat{zone}"),
                    "EC2::NatGateway",
                    &format!("SubnetId: !Ref {name}, AllocationId: !GetAtt {vpc}Address{zone}.AllocationId"),
                );
            }
        }
    }
    let subnets =
        |tier: &str| (0..ZONES).map(|zone| format!("!Ref {vpc}{tier}{zone}")).collect::<Vec<_>>().join(", ");
    let open = |port: u16| {
        format!(
            "GroupDescription: open, {of_vpc}, SecurityGroupIngress: \
             [{{IpProtocol: tcp, FromPort: {port}, ToPort: {port}, CidrIp: 10.0.0.0/8}}]"
        )
    };
    out.add(&format!("{vpc}EndpointGroup"), "EC2::SecurityGroup", &open(443));
    for service in SERVICES {
        out.add(
            &format!("{vpc}{service}"),
            "EC2::VPCEndpoint",
            &format!(
                "{of_vpc}, VpcEndpointType: Interface, PrivateDnsEnabled: true, SubnetIds: [{}], \
                 SecurityGroupIds: [!Ref {vpc}EndpointGroup], \
                 ServiceName: !Sub 'com.amazonaws.${{AWS::Region}}.{service}'",
                subnets("Private")
            ),
        );
    }
    for service in ["s3", "dynamodb"] {
        let tables: Vec<String> = (0..ZONES).map(|zone| format!("!Ref {vpc}Private{zone}Table")).collect();
        out.add(
            &format!("{vpc}{service}"),
            "EC2::VPCEndpoint",
            &format!(
                "{of_vpc}, RouteTableIds: [{}], ServiceName: !Sub 'com.amazonaws.${{AWS::Region}}.{service}'",
                tables.join(", ")
            ),
        );
    }
    out.add(
        &format!("{vpc}SubnetGroup"),
        "RDS::DBSubnetGroup",
        &format!("DBSubnetGroupDescription: data, SubnetIds: [{}]", subnets("Data")),
    );
    for at in 0..8 {
        out.add(&format!("{vpc}DatabaseGroup{at}"), "EC2::SecurityGroup", &open(5432));
        out.add(
            &format!("{vpc}Database{at}"),
            "RDS::DBInstance",
            &format!(
                "Engine: postgres, DBInstanceClass: db.t4g.micro, DBSubnetGroupName: !Ref {vpc}SubnetGroup, \
                 VPCSecurityGroups: [!Ref {vpc}DatabaseGroup{at}]"
            ),
        );
        out.add(&format!("{vpc}ServerGroup{at}"), "EC2::SecurityGroup", &open(8443));
        out.add(
            &format!("{vpc}Server{at}"),
            "EC2::Instance",
            &format!(
                "ImageId: ami-0123456789abcdef0, SubnetId: !Ref {vpc}Data{}, SecurityGroupIds: [!Ref {vpc}ServerGroup{at}]",
                at % ZONES
            ),
        );
    }
}

/// An ACL that allows the usual traffic both ways.
fn acl(out: &mut Resources, name: &str, of_vpc: &str) {
    out.add(name, "EC2::NetworkAcl", of_vpc);
    let entries = [
        (100, false, "10.0.0.0/8", (0, 65535)),
        (110, false, "0.0.0.0/0", (1024, 65535)),
        (100, true, "10.0.0.0/8", (0, 65535)),
        (110, true, "0.0.0.0/0", (443, 443)),
        (120, true, "0.0.0.0/0", (1024, 65535)),
    ];
    for (number, egress, cidr, (first, last)) in entries {
        out.add(
            &format!("{name}{}{number}", if egress { "Out" } else { "In" }),
            "EC2::NetworkAclEntry",
            &format!(
                "NetworkAclId: !Ref {name}, RuleNumber: {number}, Protocol: 6, RuleAction: allow, \
                 Egress: {egress}, CidrBlock: {cidr}, PortRange: {{From: {first}, To: {last}}}"
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use vpcheck_core::finding::Severity;
    use vpcheck_core::{Options, analyze};

    use super::*;

    #[test]
    fn it_has_the_size_it_says_and_no_error() {
        let text = template();
        let types = text.matches("\n    Type: AWS::").count();
        assert_eq!(types, RESOURCES);
        assert_eq!(text.matches("Type: AWS::Lambda::Function").count(), FUNCTIONS);
        let analysis = analyze("large.yaml", &text, &Options::default());
        let errors: Vec<&str> = analysis
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .map(|finding| finding.message.en.as_ref())
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
}
