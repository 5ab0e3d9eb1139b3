use ipnet::Ipv4Net;

use super::overlapping_subnets::ranged;
use super::subject::{Faults, defaults_of, key_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Severity};
use crate::network::{Cidr, Ranges, Vpc};
use crate::phrase;
use crate::text::Span;

const ID: RuleId = RuleId("subnet-outside-vpc");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Routing,
    severity: Severity::Error,
    fix: None,
    summary: || {
        phrase!(
            en: "A subnet has addresses that its VPC does not have",
            ja: "サブネットのアドレス範囲が VPC の範囲に収まっていない",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    let mut faults = Faults::new();
    for one in subject.networks {
        for subnet in ranged(template, &one.network) {
            let Some(vpc) = one.network.vpcs.get(subnet.vpc.0) else { continue };
            let Some(ranges) = ranges(vpc) else { continue };
            // A subnet lies within one range of its VPC.
            if !ranges.iter().any(|range| Ranges::of_net(*range).contains_all(&Ranges::of_net(subnet.net))) {
                let listed = ranges.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                faults.add((&subnet.resource.id, subnet.net, vpc.name.to_string(), listed), one.situation);
            }
        }
    }
    for ((id, net, vpc, listed), situations) in faults {
        let place = |id: &str| -> Option<Span> {
            template.resource(id).map(|resource| key_of(template, resource, "CidrBlock"))
        };
        let mut defaults = Vec::new();
        for id in [id.as_str(), vpc.as_str()] {
            if let Some(resource) = template.resource(id) {
                defaults.extend(defaults_of(template, resource, &["CidrBlock"]));
            }
        }
        let mut finding = Finding::new(
            ID,
            Severity::Error,
            place(id),
            phrase!(
                en: "`{id}` ({net}) lies outside of its VPC `{vpc}` ({listed})",
                ja: "`{id}` ({net}) は VPC `{vpc}` の範囲 ({listed}) に収まっていません",
            ),
        )
        .with_defaults_of(&defaults)
        .only_where(subject.only_where(&situations))
        .help(phrase!(
            en: "choose a range inside the VPC's, or add the range to the VPC (AWS::EC2::VPCCidrBlock): AWS refuses the subnet",
            ja: "VPC の範囲内から選ぶか、AWS::EC2::VPCCidrBlock で VPC に範囲を追加してください。このままではサブネットの作成が拒否されます",
        ))
        .about(id);
        if let Some(span) = place(&vpc) {
            finding = finding.label(span, phrase!(en: "the VPC has {listed}", ja: "VPC の範囲は {listed}"));
        }
        findings.push(finding);
    }
}

/// All ranges of a VPC, where all are known.
fn ranges(vpc: &Vpc) -> Option<Vec<Ipv4Net>> {
    if vpc.cidrs.rest.is_some() || vpc.cidrs.items.is_empty() {
        return None;
    }
    let known = |cidr: &Cidr| match cidr {
        Cidr::Known(net) => Some(*net),
        Cidr::Symbol(_) => None,
    };
    vpc.cidrs.items.iter().map(known).collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    const ID: &str = "subnet-outside-vpc";

    #[test]
    fn a_subnet_beside_its_vpc_is_found() {
        let text = "Resources:
  V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  More: {Type: AWS::EC2::VPCCidrBlock, Properties: {VpcId: !Ref V, CidrBlock: 100.64.0.0/20}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref V, CidrBlock: 10.1.0.0/24}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref V, CidrBlock: 100.64.0.0/16}}
";
        assert_eq!(
            findings(text, ID),
            [
                "4:59 `A` (10.1.0.0/24) lies outside of its VPC `V` (10.0.0.0/16, 100.64.0.0/20) | 2:41 the VPC has 10.0.0.0/16, 100.64.0.0/20",
                "5:59 `B` (100.64.0.0/16) lies outside of its VPC `V` (10.0.0.0/16, 100.64.0.0/20) | 2:41 the VPC has 10.0.0.0/16, 100.64.0.0/20",
            ]
        );
        let json = r#"{"Resources": {"V": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
"A": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "V"}, "CidrBlock": "10.1.0.0/24"}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
    }

    #[test]
    fn inside_or_unknown_is_left_alone() {
        let text = "Parameters: {VpcId: {Type: String}, Range: {Type: String}}
Resources:
  V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  W: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !Ref Range}}
  P: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Pool: {Type: AWS::EC2::VPCCidrBlock, Properties: {VpcId: !Ref P, Ipv4IpamPoolId: pool}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref V, CidrBlock: 10.0.255.0/24}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref W, CidrBlock: 10.1.0.0/24}}
  C: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref VpcId, CidrBlock: 10.1.0.0/24}}
  D: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref V, CidrBlock: !Ref Range}}
  E: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref P, CidrBlock: 10.9.0.0/24}}
";
        assert_eq!(findings(text, ID), Vec::<String>::new());
    }
}
