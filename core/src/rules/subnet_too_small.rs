use std::collections::BTreeSet;

use super::room::in_words;
use super::subject::{Faults, defaults_of, in_template, key_of, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::capacity::Capacity;
use crate::finding::{Finding, RuleId, Severity};
use crate::network::{SubnetIndex, WorkloadKind};
use crate::phrase;

const ID: RuleId = RuleId("subnet-too-small");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Zones,
    severity: Severity::Warning,
    fix: None,
    summary: || {
        phrase!(
            en: "A subnet of a function has few free addresses",
            ja: "関数のサブネットの空きアドレスが少ない",
        )
    },
    check,
};

/// Fewer free addresses leave no room for a change: with new groups, a function has old and new interfaces for a while.
const ENOUGH: u32 = 16;

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    let mut faults = Faults::new();
    for one in subject.networks {
        let network = &one.network;
        let mut seen: BTreeSet<SubnetIndex> = BTreeSet::new();
        let functions =
            network.workloads.iter().filter(|one| one.kind == WorkloadKind::Function && one.in_vpc);
        let mut capacity = None;
        for function in functions {
            let Some(id) = resource_of(template, &function.name).map(|resource| resource.id.clone()) else {
                continue;
            };
            for at in &function.subnets.items {
                if !seen.insert(*at) {
                    continue;
                }
                let capacity = capacity.get_or_insert_with(|| Capacity::of(template, one));
                let Some(room) = capacity.room(network, *at) else { continue };
                // Where nothing is left, another rule tells so.
                let Some(free) = room.free() else { continue };
                let left = free.saturating_sub(room.spare);
                if left < ENOUGH
                    && let Some(subnet) = network.subnets.get(at.0)
                {
                    let spare = if room.spare > 0 { Some(room.spare) } else { None };
                    let fault = (
                        subnet.name.clone(),
                        in_template(subnet.at),
                        id.clone(),
                        free,
                        left,
                        spare,
                        in_words(&room),
                    );
                    faults.add(fault, one.situation);
                }
            }
        }
    }
    for ((name, at, function, free, left, spare, words), situations) in faults {
        let Some(resource) = template.resource(&function) else { continue };
        let (en, ja) = (&words.en, &words.ja);
        let own = resource_of(template, &name);
        let place = own.map(|one| key_of(template, one, "CidrBlock")).or(at);
        let message = match spare {
            Some(spare) => phrase!(
                en: "`{name}` has at most {left} free addresses for functions: {en}, and load balancers want {spare} more free to grow",
                ja: "`{name}` で関数が使える空きアドレスは最大 {left} 個です ({ja}。さらにロードバランサーの拡張用に {spare} 個の空きが必要)",
            ),
            None => phrase!(
                en: "`{name}` has at most {free} free addresses: {en}",
                ja: "`{name}` の空きアドレスは最大 {free} 個です ({ja})",
            ),
        };
        let function_at = key_of(template, resource, "VpcConfig");
        let defaults = own.map(|one| defaults_of(template, one, &["CidrBlock"])).unwrap_or_default();
        let mut finding = Finding::new(ID, Severity::Warning, Some(place.unwrap_or(function_at)), message)
            .with_defaults_of(&defaults)
            .only_where(subject.only_where(&situations))
            .help(phrase!(
                en: "give it a larger range, such as /24: Lambda takes one address for each set of groups, not for each execution, but updates, scaling and new endpoints take theirs here too, and the range of a subnet cannot be changed later",
                ja: "/24 など、より大きな範囲を割り当ててください。Lambda が使うのは同時実行ごとではなくセキュリティグループの組み合わせごとに 1 つですが、更新やスケーリング、エンドポイントの追加にもアドレスが必要です。サブネットの範囲は後から変更できません",
            ))
            .about(own.map_or(function.clone(), |one| one.id.clone()))
            .told_apart_by(name.to_string());
        if place.is_some() {
            finding = finding.label(
                function_at,
                phrase!(en: "`{function}` stands in it", ja: "`{function}` がこのサブネットにある"),
            );
        }
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    const ID: &str = "subnet-too-small";
    const FUNCTION: &str = "  Fn: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [!Ref A], SecurityGroupIds: [sg-1]}}}\n";

    #[test]
    fn a_range_of_16_is_too_small() {
        let text = format!(
            "Resources:
  A: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: vpc-1, CidrBlock: 10.0.0.0/28}}}}
{FUNCTION}"
        );
        assert_eq!(
            findings(&text, ID),
            [
                "2:58 `A` has at most 10 free addresses: /28 leaves 11 addresses; 1 function interface takes 1 | 3:50 `Fn` stands in it"
            ]
        );
        let json = r#"{"Transform": "AWS::Serverless-2016-10-31", "Resources": {
"A": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/28"}},
"Fn": {"Type": "AWS::Serverless::Function", "Properties": {"VpcConfig": {"SubnetIds": [{"Ref": "A"}], "SecurityGroupIds": ["sg-1"]}}},
"Two": {"Type": "AWS::Serverless::Function", "Properties": {"VpcConfig": {"SubnetIds": [{"Ref": "A"}], "SecurityGroupIds": ["sg-2"]}}}}}"#;
        let found = findings(json, ID);
        assert!(found.len() == 1 && found[0].contains("2 function interfaces take 2"), "{found:?}");
    }

    #[test]
    fn what_else_stands_there_counts() {
        let text = |more: &str| {
            format!(
                "Resources:
  A: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: vpc-1, CidrBlock: 10.0.0.0/27}}}}
{FUNCTION}{more}"
            )
        };
        assert_eq!(findings(&text(""), ID), Vec::<String>::new());
        let tasks = "  Tasks: {Type: AWS::ECS::Service, Properties: {DesiredCount: 12, NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [!Ref A]}}}}\n";
        let found = findings(&text(tasks), ID);
        assert!(found[0].contains("1 function interface and 12 ECS tasks take 13"), "{found:?}");
        let balancers = "  One: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Subnets: [!Ref A, subnet-2]}}
  Two: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Subnets: [!Ref A, subnet-2]}}\n";
        let found = findings(&text(balancers), ID);
        assert!(
            found[0].contains("10 free addresses for functions") && found[0].contains("want 14 more"),
            "{found:?}"
        );
    }

    #[test]
    fn ranges_that_are_not_known_and_subnets_without_functions_are_none_of_it() {
        let text = format!(
            "Parameters: {{Range: {{Type: String}}, Subnets: {{Type: 'List<AWS::EC2::Subnet::Id>'}}}}
Resources:
  A: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: vpc-1, CidrBlock: !Ref Range}}}}
  Small: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: vpc-1, CidrBlock: 10.0.0.0/28}}}}
  Other: {{Type: AWS::Lambda::Function, Properties: {{VpcConfig: {{SubnetIds: !Ref Subnets, SecurityGroupIds: [sg-1]}}}}}}
{FUNCTION}"
        );
        assert_eq!(findings(&text, ID), Vec::<String>::new());
    }

    #[test]
    fn what_was_free_when_it_was_described_counts() {
        let told = |free: u32| {
            let text = "Resources:
  Fn: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}}}
";
            let subnet = r#""SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24""#;
            let described = format!(r#"{{"Subnets": [{{{subnet}, "AvailableIpAddressCount": {free}}}]}}"#);
            let contexts = vec![crate::Source { path: "subnets.json".to_owned(), text: described }];
            let analysis = crate::analyze("t.yaml", text, &crate::Options { contexts, ..Default::default() });
            let found = analysis.findings.into_iter().filter(|finding| finding.rule.0 == ID);
            found.map(|finding| finding.message.en).collect::<Vec<_>>()
        };
        assert_eq!(
            told(7),
            ["`subnet-1` has at most 7 free addresses: describe-subnets counts 7 that are free in the /24"]
        );
        assert_eq!(told(200), [""; 0]);
    }

    #[test]
    fn a_range_by_condition_says_when() {
        let text = format!(
            "Parameters: {{Env: {{Type: String}}}}
Conditions: {{Small: !Equals [!Ref Env, dev]}}
Resources:
  A: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: vpc-1, CidrBlock: !If [Small, 10.0.0.0/28, 10.0.0.0/24]}}}}
{FUNCTION}"
        );
        let found = findings(&text, ID);
        assert!(found.len() == 1 && found[0].contains("(where Env = dev)"), "{found:?}");
    }
}
