use super::subject::{Faults, are_different, key_of, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Severity};
use crate::network::{Fact, Network, Situated, SubnetIndex, Workload, WorkloadKind};
use crate::phrase;
use crate::template::{Guard, Resource, Template, Value};

const ID: RuleId = RuleId("file-system-without-mount-target");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Routing,
    severity: Severity::Error,
    fix: None,
    summary: || {
        phrase!(
            en: "A function mounts a file system that has no mount target where the function is",
            ja: "関数がマウントする EFS ファイルシステムに、関数のある場所のマウントターゲットがない",
        )
    },
    check,
};

/// What is missing.
#[derive(PartialEq)]
enum Why {
    /// Any mount target.
    None,
    /// One in the function's VPC.
    Vpc(String),
    /// One in the zone of a subnet.
    Zone(String),
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    if !subject.is_whole() {
        return;
    }
    let mut faults = Faults::new();
    for one in subject.networks {
        let network = &one.network;
        for workload in
            network.workloads.iter().filter(|one| one.kind == WorkloadKind::Function && one.in_vpc)
        {
            let Some(function) = resource_of(template, &workload.name) else { continue };
            for files in file_systems(template, function, one.situation) {
                // Others may make mount targets for what they are told of.
                if !subject.is_shared(&files.id)
                    && let Some(why) = why(template, network, &workload.subnets.items, files, one.situation)
                {
                    faults.add((function.id.clone(), files.id.clone(), why), one.situation);
                }
            }
        }
    }
    for ((id, files, why), situations) in faults {
        let Some(function) = template.resource(&id) else { continue };
        let message = match &why {
            Why::None => phrase!(
                en: "`{id}` mounts `{files}`, which has no mount target",
                ja: "`{id}` がマウントする `{files}` にマウントターゲットがありません",
            ),
            Why::Vpc(vpc) => phrase!(
                en: "`{id}` mounts `{files}`, which has no mount target in the VPC `{vpc}`",
                ja: "`{id}` がマウントする `{files}` のマウントターゲットが VPC `{vpc}` にありません",
            ),
            Why::Zone(subnet) => phrase!(
                en: "`{id}` mounts `{files}`, which has no mount target in the zone of `{subnet}`",
                ja: "`{id}` がマウントする `{files}` のマウントターゲットが `{subnet}` の AZ にありません",
            ),
        };
        let mut finding = Finding::new(ID, Severity::Error, Some(key_of(template, function, "FileSystemConfigs")), message)
            .only_where(subject.only_where(&situations))
            .help(phrase!(
                en: "add an AWS::EFS::MountTarget for each zone of the function, and let the function depend on them",
                ja: "関数の AZ ごとに AWS::EFS::MountTarget を追加し、関数の DependsOn に指定してください",
            ))
            .about(&id)
            .told_apart_by(&files);
        if let Some(declared) = template.resource(&files) {
            finding = finding.label(
                template.node(declared.key).span(),
                phrase!(en: "the file system", ja: "ファイルシステム"),
            );
        }
        findings.push(finding);
    }
}

/// Whether the rule tells that a function finds no mount target from a subnet of its.
pub(super) fn is_told(
    subject: &Subject<'_, '_>,
    situated: &Situated,
    function: &Workload,
    subnet: Option<SubnetIndex>,
    id: &str,
) -> bool {
    let (template, situation) = (subject.template, situated.situation);
    if function.kind != WorkloadKind::Function || !subject.is_whole() || subject.is_shared(id) {
        return false;
    }
    resource_of(template, &function.name).is_some_and(|resource| {
        file_systems(template, resource, situation).into_iter().any(|files| {
            files.id == id && why(template, &situated.network, subnet.as_slice(), files, situation).is_some()
        })
    })
}

/// Whether something under `guard` is there in a situation.
fn is_there(template: &Template<'_>, guard: Guard, situation: Guard) -> bool {
    template.with_guards(|guards| !guards.exclude(guard, situation))
}

/// The file systems of the template that a function mounts, by themselves or by an access point.
fn file_systems<'a>(template: &'a Template<'_>, function: &Resource, situation: Guard) -> Vec<&'a Resource> {
    let mut found: Vec<&Resource> = Vec::new();
    for configs in template.property(function, &["FileSystemConfigs"]) {
        let Value::List(items) = &configs.value else { continue };
        for item in items.iter().filter(|item| is_there(template, item.guard, situation)) {
            let Value::Map(entries) = &item.value else { continue };
            for (_, arn) in entries.iter().filter(|(key, _)| key == "Arn") {
                let named = arn.value.resource().and_then(|(id, _)| template.resource(id));
                let files = match named {
                    Some(point) if point.kind == "AWS::EFS::AccessPoint" => {
                        let of = template.property(point, &["FileSystemId"]);
                        of.iter().find_map(|case| template.resource(case.value.resource()?.0))
                    }
                    other => other,
                };
                if let Some(files) = files.filter(|one| one.kind == "AWS::EFS::FileSystem")
                    && is_there(template, arn.guard, situation)
                    && !found.iter().any(|known| known.id == files.id)
                {
                    found.push(files);
                }
            }
        }
    }
    found
}

fn why(
    template: &Template<'_>,
    network: &Network,
    subnets: &[SubnetIndex],
    files: &Resource,
    situation: Guard,
) -> Option<Why> {
    let mut targets = 0_usize;
    for target in template.resources.iter().filter(|one| one.kind == "AWS::EFS::MountTarget") {
        let of = template.property(target, &["FileSystemId"]);
        // What is not known may be this one.
        let may_be = of.iter().any(|case| case.value.resource().is_none_or(|(id, _)| id == files.id));
        if may_be && is_there(template, target.guard, situation) {
            targets += 1;
        }
    }
    if targets == 0 {
        return Some(Why::None);
    }
    let mounted = network.workloads.get(network.workload(&files.id)?.0)?;
    // A mount target whose place is not known may be anywhere.
    if mounted.subnets.rest.is_some() || mounted.subnets.items.len() < targets {
        return None;
    }
    subnets.iter().find_map(|own| missing_for(template, network, *own, &mounted.subnets.items))
}

/// What is missing for a function in a subnet, where that is certain.
fn missing_for(
    template: &Template<'_>,
    network: &Network,
    own: SubnetIndex,
    mounted: &[SubnetIndex],
) -> Option<Why> {
    if mounted.contains(&own) {
        return None;
    }
    let subnet = network.subnets.get(own.0)?;
    let others: Vec<_> = mounted.iter().filter_map(|at| network.subnets.get(at.0)).collect();
    let vpc = subnet.vpc.known();
    let elsewhere = |of: &Fact<crate::network::VpcIndex>| {
        vpc.zip(of.known()).is_some_and(|(vpc, of)| are_different(template, network, *vpc, *of))
    };
    if others.iter().all(|other| elsewhere(&other.vpc)) {
        let name = network.vpcs.get(vpc?.0)?.name.to_string();
        return Some(Why::Vpc(name));
    }
    let Fact::Known(zone) = &subnet.zone else { return None };
    let other_zone = |other: &&crate::network::Subnet| {
        !other.several && other.zone.known().is_some_and(|other| zone.same(other) == Some(false))
    };
    (!subnet.several && others.iter().all(other_zone)).then(|| Why::Zone(subnet.name.to_string()))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    const ID: &str = "file-system-without-mount-target";
    const BASE: &str = "Parameters: {Given: {Type: String}}
Resources:
  V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  W: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.1.0.0/16}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref V, CidrBlock: 10.0.0.0/24, AvailabilityZone: !Select [0, !GetAZs '']}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref V, CidrBlock: 10.0.1.0/24, AvailabilityZone: !Select [1, !GetAZs '']}}
  A2: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref V, CidrBlock: 10.0.2.0/24, AvailabilityZone: !Select [0, !GetAZs '']}}
  C: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref W, CidrBlock: 10.1.0.0/24}}
  Files: {Type: AWS::EFS::FileSystem}
  Point: {Type: AWS::EFS::AccessPoint, Properties: {FileSystemId: !Ref Files}}
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      FileSystemConfigs: [{Arn: !GetAtt Point.Arn, LocalMountPath: /mnt/a}]
      VpcConfig: {SubnetIds: [!Ref A, !Ref B], SecurityGroupIds: [sg-1]}
";

    fn target(id: &str, subnet: &str) -> String {
        format!(
            "  {id}: {{Type: AWS::EFS::MountTarget, Properties: {{FileSystemId: !Ref Files, SubnetId: {subnet}, SecurityGroups: [sg-1]}}}}\n"
        )
    }

    #[test]
    fn a_file_system_nobody_can_reach_is_found() {
        assert_eq!(
            findings(BASE, ID),
            ["14:7 `Fn` mounts `Files`, which has no mount target | 9:3 the file system"]
        );
        assert_eq!(
            findings(&format!("{BASE}{}", target("T", "!Ref A2")), ID),
            ["14:7 `Fn` mounts `Files`, which has no mount target in the zone of `B` | 9:3 the file system"]
        );
        assert_eq!(
            findings(&format!("{BASE}{}", target("T", "!Ref C")), ID),
            ["14:7 `Fn` mounts `Files`, which has no mount target in the VPC `V` | 9:3 the file system"]
        );
        let json = r#"{"Resources": {"Files": {"Type": "AWS::EFS::FileSystem"},
"Fn": {"Type": "AWS::Lambda::Function", "Properties": {"FileSystemConfigs": [{"Arn": {"Fn::GetAtt": ["Files", "Arn"]}}], "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
    }

    #[test]
    fn what_follows_is_not_told_again() {
        for (targets, expected) in [
            // In one zone of two, in another VPC.
            (target("T", "!Ref A2"), 0),
            (target("T", "!Ref C"), 0),
            // What stops the function from a subnet that has a target is another cause.
            (target("T", "!Ref A2").replace("sg-1", "!Ref Closed"), 1),
        ] {
            let closed = "  Closed: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: c, VpcId: !Ref V}}\n";
            let text = format!("{BASE}{targets}{closed}");
            assert_eq!(findings(&text, ID).len(), 1, "{text}");
            let of_ways = ["unreachable-destination", "partially-reachable-destination"];
            let told: Vec<String> = of_ways.iter().flat_map(|rule| findings(&text, rule)).collect();
            assert_eq!(told.len(), expected, "{text}: {told:?}");
        }
    }

    #[test]
    fn mount_targets_where_they_are_needed_or_may_be_are_enough() {
        let both = target("T", "!Ref A2") + &target("U", "!Ref B");
        let given = target("T", "!Ref Given");
        let shared = "Outputs: {Files: {Value: !Ref Files}}\n".to_owned();
        for rest in [both, given, shared] {
            let text = format!("{BASE}{rest}");
            assert_eq!(findings(&text, ID), Vec::<String>::new(), "{rest}");
        }
        let elsewhere = BASE.replace("!GetAtt Point.Arn", "!Ref Given");
        assert_eq!(findings(&elsewhere, ID), Vec::<String>::new());
        let point_of_another = BASE.replace("FileSystemId: !Ref Files", "FileSystemId: !Ref Given");
        assert_eq!(findings(&point_of_another, ID), Vec::<String>::new());
    }
}
