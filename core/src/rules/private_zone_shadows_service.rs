use super::causes::{Cause, Fault};
use super::subject::{Faults, key_of, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Severity};
use crate::network::{Fact, HostedZone, REGION};
use crate::phrase;
use crate::services::{self, dns_suffix};

pub(super) const ID: RuleId = RuleId("private-zone-shadows-service");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Dns,
    severity: Severity::Error,
    fix: None,
    summary: || {
        phrase!(
            en: "A private zone is named like an AWS host and does not answer for it",
            ja: "プライベートホストゾーンが AWS のホスト名を受け持つのに、応答するレコードがない",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    if !subject.is_whole() {
        return;
    }
    let mut faults = Faults::new();
    for one in subject.networks {
        for zone in &one.network.zones {
            if let Some(domain) = shadows(zone, one.network.region.as_deref()) {
                faults.add((zone.name.clone(), domain), one.situation);
            }
        }
    }
    for ((zone, domain), situations) in faults {
        let Some(resource) = resource_of(template, &zone).filter(|one| !subject.is_shared(&one.id)) else {
            continue;
        };
        let cause = Cause::by(subject, &Fault::Shadow(zone.clone()));
        let severity = cause.map_or(Severity::Warning, |cause| cause.severity(subject, Severity::Warning));
        let finding = Finding::new(
            ID,
            severity,
            Some(key_of(template, resource, "Name")),
            phrase!(
                en: "the private zone `{zone}` takes {domain} away from the public DNS and has no record for it: calls to AWS have no address in its VPCs",
                ja: "プライベートホストゾーン `{zone}` が {domain} を受け持ちますが、レコードがないため、関連付けた VPC では AWS の呼び出し先を解決できません",
            ),
        )
        .help(phrase!(
            en: "name the zone after one service (sqs.REGION.amazonaws.com) and give it an alias record to the service's endpoint, or use private DNS of the endpoint; other names need another domain",
            ja: "ゾーン名を 1 つのサービス (sqs.リージョン名.amazonaws.com) にしてエンドポイントへのエイリアスレコードを作るか、エンドポイントのプライベート DNS を使ってください。それ以外の名前には別のドメインを使います",
        ))
        .about(zone.to_string());
        findings.push(match cause {
            Some(cause) => cause.told(subject, finding),
            None => finding.only_where(subject.only_where(&situations)),
        });
    }
}

/// The AWS domain that a zone takes away without an answer for it.
fn shadows(zone: &HostedZone, region: Option<&str>) -> Option<String> {
    let domain =
        zone.domain.known().filter(|_| zone.private == Fact::Known(true) && zone.records.rest.is_none())?;
    // With a region in place of the one that is not known.
    let with_region = domain.replace(REGION, region.unwrap_or("us-east-1"));
    let region = region.unwrap_or("us-east-1");
    let is_all =
        with_region == dns_suffix(region) || with_region == format!("{region}.{}", dns_suffix(region));
    let is_service = services::of_host(&with_region).is_some();
    let any = format!("name.{domain}");
    let answers = !zone.answering(domain).is_empty() || !zone.answering(&any).is_empty();
    (is_all || is_service && !answers).then(|| domain.clone())
}

#[cfg(test)]
mod tests {
    use crate::finding::Severity;
    use crate::rules::causes::tests::{BY_NAT, told, with};
    use crate::rules::testing::findings;

    const ID: &str = "private-zone-shadows-service";

    fn zone(name: &str) -> String {
        format!(
            "  Zone: {{Type: AWS::Route53::HostedZone, Properties: {{Name: {name}, VPCs: [{{VPCId: !Ref Vpc, VPCRegion: !Ref 'AWS::Region'}}]}}}}\n"
        )
    }

    #[test]
    fn a_zone_that_is_called_like_a_service_takes_its_name_away() {
        let text = with("sqs", "A", &format!("{BY_NAT}{}", zone("!Sub 'sqs.${AWS::Region}.amazonaws.com'")));
        assert_eq!(told(&text), [(ID, Severity::Error)]);
        let found = findings(&text, ID);
        assert!(
            found[0].contains("takes sqs.REGION.amazonaws.com away")
                && found[0].contains("so `Fn` cannot reach `sqs`"),
            "{found:?}"
        );
        let unused = with("", "A", &zone("amazonaws.com"));
        assert_eq!(told(&unused), [(ID, Severity::Warning)]);
    }

    #[test]
    fn the_hub_pattern_and_other_domains_are_left_alone() {
        let hub = format!("{}  Sqs: {{Type: AWS::EC2::VPCEndpoint, Properties: {{VpcEndpointType: Interface, VpcId: !Ref Vpc, ServiceName: !Sub 'com.amazonaws.${{AWS::Region}}.sqs', SubnetIds: [!Ref A], SecurityGroupIds: [!Ref EndpointGroup]}}}}
  Apex: {{Type: AWS::Route53::RecordSet, Properties: {{HostedZoneId: !Ref Zone, Name: sqs.us-east-1.amazonaws.com, Type: A, AliasTarget: {{HostedZoneId: !Select [0, !Split [':', !Select [0, !GetAtt Sqs.DnsEntries]]], DNSName: !Select [1, !Split [':', !Select [0, !GetAtt Sqs.DnsEntries]]]}}}}}}\n", zone("sqs.us-east-1.amazonaws.com"));
        for quiet in [
            hub,
            zone("corp.internal"),
            zone("abc.us-east-1.rds.amazonaws.com"),
            format!(
                "{}Outputs: {{Zone: {{Value: !Ref Zone, Export: {{Name: zone}}}}}}\n",
                zone("sqs.us-east-1.amazonaws.com")
            ),
            zone("sqs.us-east-1.amazonaws.com")
                .replace(", VPCs: [{VPCId: !Ref Vpc, VPCRegion: !Ref 'AWS::Region'}]", ""),
        ] {
            let text = with("", "A", &quiet);
            assert_eq!(findings(&text, ID), Vec::<String>::new(), "{quiet}");
        }
    }
}
