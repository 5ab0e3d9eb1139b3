use super::subject::{Faults, in_template};
use super::{Area, RuleInfo, Subject};
use crate::capacity::{Capacity, INTERFACES_OF_VPC};
use crate::finding::{Finding, RuleId, Severity};
use crate::network::{VpcIndex, WorkloadKind};
use crate::phrase;
use crate::text::Span;

const ID: RuleId = RuleId("eni-quota-exceeded");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Zones,
    severity: Severity::Warning,
    fix: None,
    summary: || {
        phrase!(
            en: "More network interfaces are needed in a VPC than its quota allows",
            ja: "VPC のネットワークインターフェイスがクォータを超える",
        )
    },
    check,
};

/// More labels than these say nothing more.
const SHOWN: usize = 3;

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    let mut faults = Faults::new();
    for one in subject.networks {
        let network = &one.network;
        let capacity = Capacity::of(template, one);
        for (at, vpc) in network.vpcs.iter().enumerate() {
            let count = capacity.interfaces(network, VpcIndex(at));
            // The quota is one of Lambda's.
            let has_function = network
                .workloads
                .iter()
                .any(|one| one.kind == WorkloadKind::Function && one.in_vpc && one.vpc == Some(VpcIndex(at)));
            if count <= INTERFACES_OF_VPC || !has_function {
                continue;
            }
            let mut users: Vec<(u32, String, Option<Span>)> = Vec::new();
            for user in &capacity.users {
                let here = user.takes.first().and_then(|(at, _)| network.subnets.get(at.0)?.vpc.known());
                if here == Some(&VpcIndex(at)) {
                    users.push((user.total, user.name.to_string(), in_template(user.at)));
                }
            }
            users.sort_by_key(|(count, ..)| std::cmp::Reverse(*count));
            users.truncate(SHOWN);
            faults.add((vpc.name.to_string(), in_template(vpc.at), count, users), one.situation);
        }
    }
    for ((name, at, count, users), situations) in faults {
        let place = at.or_else(|| users.iter().find_map(|(_, _, at)| *at));
        let mut finding = Finding::new(
            ID,
            Severity::Warning,
            place,
            phrase!(
                en: "`{name}` gets at least {count} network interfaces; unless raised, the quota is {INTERFACES_OF_VPC}",
                ja: "`{name}` には少なくとも {count} 個のネットワークインターフェイスが作られます。クォータのデフォルト値は {INTERFACES_OF_VPC} です",
            ),
        )
        .only_where(subject.only_where(&situations))
        .help(phrase!(
            en: "ask for a higher quota before deploying, or give functions the same groups, so that they share interfaces",
            ja: "デプロイ前にクォータの引き上げを申請するか、関数のセキュリティグループを揃えてインターフェイスを共有させてください",
        ))
        .about(&name);
        for (count, user, span) in &users {
            if let Some(span) = span {
                finding = finding
                    .label(*span, phrase!(en: "`{user}` takes {count}", ja: "`{user}` が {count} 個を使用"));
            }
        }
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    const ID: &str = "eni-quota-exceeded";

    fn text(count: u32) -> String {
        format!(
            "Resources:
  Vpc: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16}}}}
  A: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/20}}}}
  Tasks: {{Type: AWS::ECS::Service, Properties: {{DesiredCount: {count}, NetworkConfiguration: {{AwsvpcConfiguration: {{Subnets: [!Ref A]}}}}}}}}
  Fn: {{Type: AWS::Lambda::Function, Properties: {{VpcConfig: {{SubnetIds: [!Ref A], SecurityGroupIds: [sg-1]}}}}}}
"
        )
    }

    #[test]
    fn interfaces_above_the_quota_are_counted() {
        assert_eq!(
            findings(&text(500), ID),
            [
                "2:3 `Vpc` gets at least 501 network interfaces; unless raised, the quota is 500 | 4:3 `Tasks` takes 500 | 5:3 `Fn` takes 1"
            ]
        );
        let json = r#"{"Resources": {"Vpc": {"Type": "AWS::EC2::VPC"}, "A": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}}},
"T": {"Type": "AWS::ECS::Service", "Properties": {"DesiredCount": "900", "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": [{"Ref": "A"}]}}}},
"F": {"Type": "AWS::Lambda::Function", "Properties": {"VpcConfig": {"SubnetIds": [{"Ref": "A"}], "SecurityGroupIds": ["sg-1"]}}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
    }

    #[test]
    fn up_to_the_quota_and_without_functions_it_is_silent() {
        assert_eq!(findings(&text(499), ID), Vec::<String>::new());
        let text = text(900);
        let without = text.lines().filter(|line| !line.starts_with("  Fn")).collect::<Vec<_>>().join("\n");
        assert_eq!(findings(&without, ID), Vec::<String>::new());
        let concurrent = text
            .replace("DesiredCount: 900", "DesiredCount: 1")
            .replace("Properties: {VpcConfig", "Properties: {ReservedConcurrentExecutions: 900, VpcConfig");
        assert_eq!(findings(&concurrent, ID), Vec::<String>::new(), "executions share an interface");
    }
}
