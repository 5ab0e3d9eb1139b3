use super::room::in_words;
use super::subject::{Faults, defaults_of, in_template, key_of, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::capacity::Capacity;
use crate::finding::{Finding, RuleId, Severity};
use crate::network::SubnetIndex;
use crate::phrase;
use crate::text::Span;

const ID: RuleId = RuleId("subnet-addresses-exhausted");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Zones,
    severity: Severity::Error,
    fix: None,
    summary: || {
        phrase!(
            en: "More addresses are taken in a subnet than it has",
            ja: "サブネットのアドレス数を超えて使おうとしている",
        )
    },
    check,
};

/// More labels than these say nothing more.
const SHOWN: usize = 5;

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    let mut faults = Faults::new();
    for one in subject.networks {
        let network = &one.network;
        let capacity = Capacity::of(template, one);
        if capacity.users.is_empty() {
            continue;
        }
        for (at, subnet) in network.subnets.iter().enumerate() {
            let Some(room) = capacity.room(network, SubnetIndex(at)) else { continue };
            if room.free().is_some() {
                continue;
            }
            let mut users: Vec<(u32, String, Option<Span>)> = room
                .users
                .iter()
                .map(|(user, count)| (*count, user.name.to_string(), in_template(user.at)))
                .collect();
            users.sort_by_key(|(count, ..)| std::cmp::Reverse(*count));
            faults.add((subnet.name.clone(), in_template(subnet.at), in_words(&room), users), one.situation);
        }
    }
    for ((name, at, words, users), situations) in faults {
        let own = resource_of(template, &name);
        let first = users.iter().find_map(|(_, _, at)| *at);
        let place = own.map(|one| key_of(template, one, "CidrBlock")).or(at).or(first);
        let (en, ja) = (&words.en, &words.ja);
        let defaults = own.map(|one| defaults_of(template, one, &["CidrBlock"])).unwrap_or_default();
        let mut finding = Finding::new(
            ID,
            Severity::Error,
            place,
            phrase!(
                en: "`{name}` has fewer addresses than are taken: {en}",
                ja: "`{name}` のアドレスが足りません ({ja})",
            ),
        )
        .with_defaults_of(&defaults)
        .only_where(subject.only_where(&situations))
        .help(phrase!(
            en: "give it a larger range or move some of this elsewhere: what finds no free address is not made",
            ja: "より大きな範囲を割り当てるか、一部を別のサブネットに移してください。空きアドレスがなければ作成に失敗します",
        ))
        .about(name.to_string());
        for (count, user, span) in users.iter().filter(|(count, ..)| *count > 0).take(SHOWN) {
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

    const ID: &str = "subnet-addresses-exhausted";

    fn text(resources: &str) -> String {
        format!(
            "Resources:
  A: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: vpc-1, CidrBlock: 10.0.0.0/28}}}}
  B: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: vpc-1, CidrBlock: 10.0.1.0/28}}}}
{resources}"
        )
    }

    #[test]
    fn tasks_that_do_not_fit_are_counted() {
        let tasks = "  Tasks: {Type: AWS::ECS::Service, Properties: {DesiredCount: 11, NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [!Ref A]}}}}\n";
        assert_eq!(findings(&text(tasks), ID), Vec::<String>::new());
        assert_eq!(
            findings(&text(&tasks.replace("11", "12")), ID),
            [
                "2:58 `A` has fewer addresses than are taken: /28 leaves 11 addresses; 12 ECS tasks take 12 | 4:3 `Tasks` takes 12"
            ]
        );
        let json = r#"{"Resources": {"A": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/28"}},
"N": {"Type": "AWS::EC2::NatGateway", "Properties": {"SubnetId": {"Ref": "A"}}},
"T": {"Type": "AWS::ECS::Service", "Properties": {"DesiredCount": 11, "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": [{"Ref": "A"}]}}}}}}"#;
        let found = findings(json, ID);
        assert!(found.len() == 1 && found[0].contains("1 NAT gateway and 11 ECS tasks take 12"), "{found:?}");
    }

    #[test]
    fn many_sets_of_groups_take_an_address_each() {
        let mut resources = String::new();
        for number in 0..12 {
            resources.push_str(&format!("  F{number}: {{Type: AWS::Serverless::Function, Properties: {{VpcConfig: {{SubnetIds: [!Ref A], SecurityGroupIds: [sg-{number}]}}}}}}\n"));
        }
        let text = text(&format!("{resources}Transform: AWS::Serverless-2016-10-31\n"));
        let found = findings(&text, ID);
        assert!(found.len() == 1 && found[0].contains("12 function interfaces take 12"), "{found:?}");
        let same = text
            .replace("Properties: {VpcConfig", "Properties: {ReservedConcurrentExecutions: 900, VpcConfig");
        let mut shared = same;
        for number in 0..12 {
            shared = shared.replace(&format!("[sg-{number}]"), "[sg-0]");
        }
        assert_eq!(findings(&shared, ID), Vec::<String>::new());
    }

    #[test]
    fn what_may_stand_elsewhere_proves_nothing() {
        let tasks = "  Tasks: {Type: AWS::ECS::Service, Properties: {DesiredCount: 20, NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [!Ref A, !Ref B]}}}}\n";
        assert_eq!(findings(&text(tasks), ID), Vec::<String>::new());
        let open = "  Tasks: {Type: AWS::ECS::Service, Properties: {DesiredCount: !Ref Count, NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [!Ref A]}}}}
Parameters: {Count: {Type: Number}}\n";
        assert_eq!(findings(&text(open), ID), Vec::<String>::new());
    }

    #[test]
    fn what_excludes_each_other_is_not_added() {
        let tasks = "  One: {Type: AWS::ECS::Service, Condition: Dev, Properties: {DesiredCount: 8, NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [!Ref A]}}}}
  Two: {Type: AWS::ECS::Service, Condition: Live, Properties: {DesiredCount: 8, NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [!Ref A]}}}}
Parameters: {Env: {Type: String}}
Conditions: {Dev: !Equals [!Ref Env, dev], Live: !Not [!Equals [!Ref Env, dev]]}\n";
        assert_eq!(findings(&text(tasks), ID), Vec::<String>::new());
    }
}
