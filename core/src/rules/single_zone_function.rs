use super::subject::{Faults, defaults_of, key_of, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Severity};
use crate::network::{Fact, Name, Network, Workload, WorkloadKind, Zone};
use crate::phrase;
use crate::template::Template;

const ID: RuleId = RuleId("single-zone-function");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Zones,
    severity: Severity::Warning,
    fix: None,
    summary: || {
        phrase!(
            en: "All subnets of a function are in one Availability Zone",
            ja: "関数のサブネットがすべて 1 つのアベイラビリティーゾーンにある",
        )
    },
    check,
};

/// How a function comes to stand in one zone.
#[derive(Debug, PartialEq, Eq)]
enum One {
    /// It has one subnet.
    Subnet(String),
    /// Its subnets are of one zone.
    Zone(String, usize),
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    let mut faults = Faults::new();
    for one in subject.networks {
        for workload in &one.network.workloads {
            let function = resource_of(template, &workload.name)
                .filter(|_| workload.kind == WorkloadKind::Function && workload.in_vpc);
            let Some(function) = function else { continue };
            if let Some(how) = one_zone(&one.network, workload)
                && !runs_while_deploying(template, &function.id)
            {
                faults.add((function.id.clone(), how), one.situation);
            }
        }
    }
    for ((id, how), situations) in faults {
        let Some(function) = template.resource(&id) else { continue };
        let message = match &how {
            One::Subnet(subnet) => phrase!(
                en: "`{id}` has one subnet, `{subnet}`, and so stands in one zone",
                ja: "`{id}` のサブネットは `{subnet}` だけなので、1 つの AZ にしかありません",
            ),
            One::Zone(zone, count) => phrase!(
                en: "all {count} subnets of `{id}` are in one zone: {zone}",
                ja: "`{id}` の {count} 個のサブネットは、すべて同じ AZ ({zone}) にあります",
            ),
        };
        findings.push(
            Finding::new(ID, Severity::Warning, Some(key_of(template, function, "VpcConfig")), message)
                .with_defaults_of(&defaults_of(template, function, &["VpcConfig", "SubnetIds"]))
                .only_where(subject.only_where(&situations))
                .help(phrase!(
                    en: "add a subnet of another zone: when this one fails, the function cannot run",
                    ja: "別の AZ のサブネットを追加してください。この AZ に障害が起きると、関数を実行できなくなります",
                ))
                .about(&id),
        );
    }
}

fn one_zone(network: &Network, workload: &Workload) -> Option<One> {
    if workload.subnets.rest.is_some() {
        return None;
    }
    let mut subnets = Vec::new();
    for at in &workload.subnets.items {
        subnets.push(network.subnets.get(at.0).filter(|subnet| !subnet.several)?);
    }
    match &*subnets {
        [] => None,
        [only] => is_one(&only.name).then(|| One::Subnet(only.name.to_string())),
        [first, rest @ ..] => {
            let Fact::Known(zone) = &first.zone else { return None };
            let same = |other: &Fact<Zone>| other.known().is_some_and(|other| zone.same(other) == Some(true));
            rest.iter().all(|subnet| same(&subnet.zone)).then(|| One::Zone(zone_name(zone), subnets.len()))
        }
    }
}

/// Whether a name surely is of one subnet: other words stand for what is put in their place later.
fn is_one(name: &Name) -> bool {
    match name {
        Name::Aws(id) => id
            .strip_prefix("subnet-")
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_hexdigit())),
        Name::Logical(_) | Name::Unknown { .. } | Name::Implied { .. } => true,
    }
}

/// A zone as the template writes it.
pub(crate) fn zone_name(zone: &Zone) -> String {
    match zone {
        Zone::Named(name) | Zone::Identified(name) => name.replace("AWS::Region", "${AWS::Region}"),
        Zone::Numbered(number) => format!("!Select [{number}, !GetAZs '']"),
    }
}

/// Whether custom resources call the function: it runs while the stack is made, and a failed zone waits with it.
pub(crate) fn runs_while_deploying(template: &Template<'_>, function: &str) -> bool {
    template.resources_naming(&[function]).filter(|one| one.is_custom()).any(|custom| {
        let token = template.property(custom, &["ServiceToken"]);
        token.iter().any(|case| case.value.resource().is_some_and(|(id, _)| id == function))
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    const ID: &str = "single-zone-function";
    const BASE: &str = "Parameters: {List: {Type: List<AWS::EC2::Subnet::Id>}, One: {Type: String}, Default: {Type: String, Default: subnet-9}}
Resources:
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: vpc-1, CidrBlock: 10.0.0.0/24, AvailabilityZone: !Select [0, !GetAZs '']}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: vpc-1, CidrBlock: 10.0.1.0/24, AvailabilityZone: !Select [0, !GetAZs '']}}
  C: {Type: AWS::EC2::Subnet, Properties: {VpcId: vpc-1, CidrBlock: 10.0.2.0/24, AvailabilityZone: !Select [1, !GetAZs '']}}
  D: {Type: AWS::EC2::Subnet, Properties: {VpcId: vpc-1, CidrBlock: 10.0.3.0/24}}
";

    fn of(subnets: &str) -> Vec<String> {
        let text = format!(
            "{BASE}  Fn:\n    Type: AWS::Serverless::Function\n    Properties:\n      VpcConfig: {{SubnetIds: {subnets}, SecurityGroupIds: [sg-1]}}\n"
        );
        findings(&text, ID)
    }

    #[test]
    fn one_subnet_or_one_zone_is_found() {
        assert_eq!(of("[!Ref A]"), ["10:7 `Fn` has one subnet, `A`, and so stands in one zone"]);
        assert_eq!(of("[!Ref One]"), ["10:7 `Fn` has one subnet, `One`, and so stands in one zone"]);
        assert_eq!(
            of("[!Ref Default]"),
            [
                "10:7 `Fn` has one subnet, `subnet-9`, and so stands in one zone (with the default of `Default`)"
            ]
        );
        assert_eq!(
            of("[!Ref A, !Ref B]"),
            ["10:7 all 2 subnets of `Fn` are in one zone: !Select [0, !GetAZs '']"]
        );
        let json = r#"{"Resources": {"Fn": {"Type": "AWS::Lambda::Function", "Properties": {"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
    }

    #[test]
    fn more_zones_or_unknown_ones_are_left_alone() {
        for subnets in
            ["[!Ref A, !Ref C]", "[!Ref A, !Ref D]", "!Ref List", "[!Ref A, subnet-1]", "[]", "[SUBNET_IDS]"]
        {
            assert_eq!(of(subnets), Vec::<String>::new(), "{subnets}");
        }
        let custom = "Resources:
  Fn: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}}}
  Call: {Type: Custom::Call, Properties: {ServiceToken: !GetAtt Fn.Arn}}
";
        assert_eq!(findings(custom, ID), Vec::<String>::new());
    }
}
