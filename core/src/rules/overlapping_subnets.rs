use std::collections::BTreeSet;

use ipnet::Ipv4Net;

use super::subject::{Faults, defaults_of, key_of, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Severity};
use crate::network::{Cidr, Fact, Network, VpcIndex};
use crate::phrase;
use crate::template::{Resource, Template};

const ID: RuleId = RuleId("overlapping-subnets");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Routing,
    severity: Severity::Error,
    fix: None,
    summary: || {
        phrase!(
            en: "Two subnets of one VPC have addresses in common",
            ja: "同じ VPC の 2 つのサブネットでアドレス範囲が重なっている",
        )
    },
    check,
};

/// A subnet of the template of which the range is known.
pub(super) struct Ranged<'a> {
    pub(super) resource: &'a Resource,
    pub(super) vpc: VpcIndex,
    pub(super) net: Ipv4Net,
}

/// The subnets that the template makes, with their ranges.
pub(super) fn ranged<'a>(template: &'a Template<'_>, network: &Network) -> Vec<Ranged<'a>> {
    network
        .subnets
        .iter()
        .filter_map(|subnet| {
            let resource =
                resource_of(template, &subnet.name).filter(|one| one.kind == "AWS::EC2::Subnet")?;
            let Fact::Known(Cidr::Known(net)) = &subnet.cidr else { return None };
            Some(Ranged { resource, vpc: *subnet.vpc.known()?, net: net.trunc() })
        })
        .collect()
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    let mut faults = Faults::new();
    for one in subject.networks {
        let subnets = ranged(template, &one.network);
        for (at, second) in subnets.iter().enumerate() {
            // Once for each subnet, with the first that it meets.
            let first = subnets[..at].iter().find(|first| {
                first.vpc == second.vpc
                    && (first.net.contains(&second.net) || second.net.contains(&first.net))
            });
            if let Some(first) = first {
                let (one_id, other_id) = (&first.resource.id, &second.resource.id);
                faults.add((one_id, other_id, first.net, second.net), one.situation);
            }
        }
    }
    for ((first, second, one, other), situations) in faults {
        let place = |id: &str| template.resource(id).map(|resource| key_of(template, resource, "CidrBlock"));
        let message = if one == other {
            phrase!(
                en: "`{second}` has the same addresses as `{first}`: {other}",
                ja: "`{second}` のアドレス範囲 {other} は `{first}` と同じです",
            )
        } else {
            phrase!(
                en: "`{second}` ({other}) overlaps with `{first}` ({one})",
                ja: "`{second}` ({other}) と `{first}` ({one}) のアドレス範囲が重なっています",
            )
        };
        let of = |id: &str| {
            let resource = template.resource(id);
            resource.map(|resource| defaults_of(template, resource, &["CidrBlock"])).unwrap_or_default()
        };
        let defaults: BTreeSet<&str> = of(first).into_iter().chain(of(second)).collect();
        let mut finding = Finding::new(ID, Severity::Error, place(second), message)
            .with_defaults_of(&defaults.into_iter().collect::<Vec<_>>())
            .only_where(subject.only_where(&situations))
            .help(phrase!(
                en: "give each subnet a range of its own: AWS refuses the second one",
                ja: "サブネットごとに別の範囲を割り当ててください。後から作成される方が AWS に拒否されます",
            ))
            .about(second)
            .told_apart_by(first);
        if let Some(span) = place(first) {
            finding = finding.label(span, phrase!(en: "{one} here", ja: "こちらは {one}"));
        }
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    const ID: &str = "overlapping-subnets";

    #[test]
    fn ranges_that_meet_are_found() {
        let text = "Parameters: {VpcId: {Type: String}, Second: {Type: String, Default: 10.0.1.128/25}}
Resources:
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref VpcId, CidrBlock: 10.0.1.0/24}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref VpcId, CidrBlock: !Ref Second}}
  C: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref VpcId, CidrBlock: 10.0.1.0/24}}
";
        assert_eq!(
            findings(text, ID),
            [
                "4:63 `B` (10.0.1.128/25) overlaps with `A` (10.0.1.0/24) (with the default of `Second`) | 3:63 10.0.1.0/24 here",
                "5:63 `C` has the same addresses as `A`: 10.0.1.0/24 | 3:63 10.0.1.0/24 here",
            ]
        );
    }

    #[test]
    fn json_is_read_alike() {
        let text = r#"{"Resources": {"V": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
"A": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "V"}, "CidrBlock": "10.0.0.0/20"}},
"B": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "V"}, "CidrBlock": {"Fn::Select": [1, {"Fn::Cidr": ["10.0.0.0/16", 4, 8]}]}}}}}"#;
        assert_eq!(findings(text, ID).len(), 1);
    }

    #[test]
    fn other_vpcs_exclusive_conditions_and_unknown_ranges_are_left_alone() {
        let text = "Parameters: {VpcId: {Type: String}, Range: {Type: String}, Env: {Type: String}}
Conditions:
  Prod: !Equals [!Ref Env, prod]
  Other: !Not [!Condition Prod]
Resources:
  V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref VpcId, CidrBlock: 10.0.1.0/24}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref V, CidrBlock: 10.0.1.0/24}}
  C: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref VpcId, CidrBlock: !Ref Range}}
  D: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref VpcId, CidrBlock: !Ref Range}}
  P: {Type: AWS::EC2::Subnet, Condition: Prod, Properties: {VpcId: !Ref V, CidrBlock: 10.0.9.0/24}}
  Q: {Type: AWS::EC2::Subnet, Condition: Other, Properties: {VpcId: !Ref V, CidrBlock: 10.0.9.0/24}}
";
        assert_eq!(findings(text, ID), Vec::<String>::new());
        let both = text.replace("Condition: Other, ", "");
        assert_eq!(
            findings(&both, ID),
            [
                "12:59 `Q` has the same addresses as `P`: 10.0.9.0/24 (where Env = prod) | 11:76 10.0.9.0/24 here"
            ]
        );
    }
}
