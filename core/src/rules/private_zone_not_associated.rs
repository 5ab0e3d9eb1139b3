use super::causes::{Cause, Fault, listed};
use super::subject::{in_template, key_of, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Safety, Severity};
use crate::paths::GoalTarget;
use crate::phrase;

pub(super) const ID: RuleId = RuleId("private-zone-not-associated");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Dns,
    severity: Severity::Error,
    fix: Some(Safety::Suggested),
    summary: || {
        phrase!(
            en: "A function uses a name of a private zone that its VPC is not associated with",
            ja: "関数が使う名前のプライベートホストゾーンが、関数の VPC と関連付けられていない",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    for cause in Cause::of(subject, ID) {
        let Fault::ZoneElsewhere(zone, vpc) = &cause.fault else { continue };
        let Some(resource) = resource_of(template, zone) else { continue };
        // Others may associate a zone that is handed to them.
        if !subject.is_whole() || subject.is_shared(&resource.id) {
            continue;
        }
        let hosts =
            cause.answers(subject).into_iter().filter_map(|answer| match &answer.demand.goal.target {
                GoalTarget::Host(host) => Some(format!("`{host}`")),
                _ => None,
            });
        let hosts: Vec<String> = hosts.collect();
        let (hosts, hosts_ja) = (listed(&hosts, "and"), hosts.join("、"));
        let place = key_of(template, resource, "VPCs");
        let mut finding = Finding::new(
            ID,
            cause.severity(subject, Severity::Error),
            Some(place),
            phrase!(
                en: "the private zone `{zone}` is not associated with `{vpc}`, where {hosts} is asked for",
                ja: "プライベートホストゾーン `{zone}` が、{hosts_ja} を使う `{vpc}` と関連付けられていません",
            ),
        )
        .help(phrase!(
            en: "add `{vpc}` to the VPCs of the zone: a private zone answers in VPCs that it is associated with, and nowhere else",
            ja: "ゾーンの VPCs に `{vpc}` を追加してください。プライベートホストゾーンは、関連付けた VPC の中でだけ応答します",
        ))
        .about(zone.to_string())
        .told_apart_by(vpc.to_string());
        let own = resource_of(template, vpc).map(|own| template.node(own.key).span());
        if let Some(span) =
            own.filter(|span| in_template(Some(crate::network::Place::in_template(*span))).is_some())
        {
            finding = finding.label(span, phrase!(en: "the VPC of the function", ja: "関数の VPC"));
        }
        findings.push(cause.mended(subject, cause.told(subject, finding)));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, fixed};

    const ID: &str = "private-zone-not-associated";

    /// A function that asks for a host, and a zone of another VPC with a record for it.
    fn text(host: &str, more: &str) -> String {
        format!(
            "Parameters: {{Given: {{Type: String}}}}
Resources:
  Vpc: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true}}}}
  Other: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.1.0.0/16, EnableDnsHostnames: true}}}}
  A: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}}}
  Group: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: f, VpcId: !Ref Vpc}}}}
  DbGroup: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: d, VpcId: !Ref Vpc, SecurityGroupIngress: [{{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !Ref Group}}]}}}}
  Db: {{Type: AWS::EC2::Instance, Properties: {{ImageId: ami-1, SubnetId: !Ref A, PrivateIpAddress: 10.0.1.9, SecurityGroupIds: [!Ref DbGroup]}}}}
  Zone:
    Type: AWS::Route53::HostedZone
    Properties:
      Name: corp.example.com
      VPCs:
        - VPCId: !Ref Other
          VPCRegion: !Ref AWS::Region
  Record: {{Type: AWS::Route53::RecordSet, Properties: {{HostedZoneId: !Ref Zone, Name: db.corp.example.com, Type: A, TTL: '60', ResourceRecords: [10.0.1.9]}}}}
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: {{SubnetIds: [!Ref A], SecurityGroupIds: [!Ref Group]}}
      Environment: {{Variables: {{DB_HOST: '{host}', DB_PORT: '5432'}}}}
{more}"
        )
    }

    #[test]
    fn a_name_of_a_zone_of_another_vpc_has_no_answer() {
        let text = text("db.corp.example.com", "");
        assert_eq!(
            findings(&text, ID),
            [
                "13:7 the private zone `Zone` is not associated with `Vpc`, where `db.corp.example.com` is asked for | 3:3 the VPC of the function | 21:42 so `Fn` cannot reach `db.corp.example.com:5432`"
            ]
        );
        let after = fixed(&text, ID);
        assert!(
            after.contains("        - VPCId: !Ref Vpc\n          VPCRegion: !Ref AWS::Region\n"),
            "{after}"
        );
        assert!(
            findings(&after, ID).is_empty() && findings(&after, "unreachable-destination").is_empty(),
            "{after}"
        );
    }

    #[test]
    fn names_that_may_be_public_and_zones_that_may_be_associated_are_left_alone() {
        let found = "db.corp.example.com";
        for quiet in [
            // Without a record here, it may be a public name.
            text("www.corp.example.com", ""),
            text(found, "").replace("VPCId: !Ref Other", "VPCId: !Ref Vpc"),
            text(found, "").replace("VPCId: !Ref Other", "VPCId: !Ref Given"),
            text(found, "  Public: {Type: AWS::Route53::HostedZone, Properties: {Name: example.com}}\n"),
            text(found, "Outputs: {Zone: {Value: !Ref Zone, Export: {Name: zone}}}\n"),
        ] {
            assert_eq!(findings(&quiet, ID), Vec::<String>::new(), "{quiet}");
        }
        let internal = text("www.corp.internal", "").replace("corp.example.com", "corp.internal");
        assert_eq!(findings(&internal, ID).len(), 1, "no public name can be meant");
    }
}
