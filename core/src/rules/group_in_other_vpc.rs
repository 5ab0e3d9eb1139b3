use super::subject::{Faults, are_different, first_reference, in_template, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Severity};
use crate::network::{
    DEFAULT_VPC, EndpointKind, GroupIndex, Missing, Name, Network, Place, SubnetIndex, Topic, VpcIndex,
    Workload, WorkloadKind,
};
use crate::phrase;
use crate::template::Template;
use crate::text::Span;

const ID: RuleId = RuleId("group-in-other-vpc");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Routing,
    severity: Severity::Error,
    fix: None,
    summary: || {
        phrase!(
            en: "A resource stands in one VPC and its security group belongs to another",
            ja: "リソースのサブネットとセキュリティグループが別々の VPC に属している",
        )
    },
    check,
};

/// A resource with a group of another VPC.
#[derive(PartialEq)]
struct Fault {
    resource: Name,
    /// Its subnet; nothing where it names none and so stands in the default VPC.
    subnet: Option<(Name, Option<Place>)>,
    group: Name,
    group_at: Option<Place>,
    own: Name,
    other: Name,
    at: Option<Place>,
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    let mut faults = Faults::new();
    for one in subject.networks {
        let network = &one.network;
        // A poller wears the groups of its source, of which it is told.
        for workload in network.workloads.iter().filter(|one| one.kind != WorkloadKind::Poller) {
            let mut found = Vec::new();
            for subnet in &workload.subnets.items {
                for group in &workload.groups_in(*subnet).items {
                    found.push((Some(*subnet), *group));
                }
            }
            if stands_by_default(template, workload) {
                found.extend(workload.groups.items.iter().map(|group| (None, *group)));
            }
            let fault = found.into_iter().find_map(|(subnet, group)| {
                fault(template, network, (&workload.name, workload.at), subnet, group)
            });
            if let Some(fault) = fault {
                faults.add(fault, one.situation);
            }
        }
        for endpoint in &network.endpoints {
            let EndpointKind::Interface { subnets, groups, .. } = &endpoint.kind else { continue };
            let pairs = subnets
                .items
                .iter()
                .flat_map(|subnet| groups.items.iter().map(move |group| (Some(*subnet), *group)));
            let fault = pairs.into_iter().find_map(|(subnet, group)| {
                fault(template, network, (&endpoint.name, endpoint.at), subnet, group)
            });
            if let Some(fault) = fault {
                faults.add(fault, one.situation);
            }
        }
    }
    for (fault, situations) in faults {
        findings.push(finding(template, &fault).only_where(subject.only_where(&situations)));
    }
}

/// Whether a workload says nothing of subnets, so that it stands in the account's default VPC. A copy stands where the
/// original does, and a launch template may name subnets.
fn stands_by_default(template: &Template<'_>, workload: &Workload) -> bool {
    const KINDS: [WorkloadKind; 3] =
        [WorkloadKind::DatabaseInstance, WorkloadKind::DatabaseCluster, WorkloadKind::Instance];
    const ORIGIN: [&str; 6] = [
        "SourceDBInstanceIdentifier",
        "SourceDBClusterIdentifier",
        "SourceDbiResourceId",
        "ReplicationSourceIdentifier",
        "GlobalClusterIdentifier",
        "LaunchTemplate",
    ];
    let written = |property: &&str| {
        let properties = resource_of(template, &workload.name).and_then(|one| template.properties(one));
        properties.is_some_and(|properties| properties.get(property).is_some())
    };
    KINDS.contains(&workload.kind)
        && workload.subnets.items.is_empty()
        && workload.subnets.rest == Some(Missing::NotFollowed(Topic::Placement))
        && !ORIGIN.iter().any(written)
}

fn fault(
    template: &Template<'_>,
    network: &Network,
    (resource, at): (&Name, Option<Place>),
    subnet: Option<SubnetIndex>,
    group: GroupIndex,
) -> Option<Fault> {
    in_template(at)?;
    let group = network.groups.get(group.0)?;
    let other = *group.vpc.known()?;
    let name = |at: VpcIndex| network.vpcs.get(at.0).map(|vpc| vpc.name.clone());
    let (own, subnet) = match subnet {
        Some(subnet) => {
            let subnet = network.subnets.get(subnet.0)?;
            let own = *subnet.vpc.known()?;
            if !are_different(template, network, own, other) {
                return None;
            }
            (name(own)?, Some((subnet.name.clone(), subnet.at)))
        }
        None => {
            // Only a VPC that is made here is certainly not the default one.
            let made_here =
                resource_of(template, &name(other)?).is_some_and(|vpc| vpc.kind == "AWS::EC2::VPC");
            if !made_here {
                return None;
            }
            (Name::Aws(DEFAULT_VPC.to_owned()), None)
        }
    };
    Some(Fault {
        resource: resource.clone(),
        subnet,
        group: group.name.clone(),
        group_at: group.at,
        own,
        other: name(other)?,
        at,
    })
}

fn finding(template: &Template<'_>, fault: &Fault) -> Finding {
    let (resource, group) = (&fault.resource, &fault.group);
    let (own, other) = (vpc_words(&fault.own), vpc_words(&fault.other));
    let (own_en, own_ja) = (own.0, own.1);
    let (other_en, other_ja) = (other.0, other.1);
    let written = resource_of(template, resource);
    let place = written.and_then(|resource| match group {
        Name::Logical(id) => first_reference(template, resource, id),
        _ => None,
    });
    let span: Option<Span> = place.or_else(|| in_template(fault.at));
    let message = crate::language::Phrase {
        en: format!("`{resource}` stands in {own_en}, but its group `{group}` belongs to {other_en}"),
        ja: format!(
            "`{resource}` は{own_ja}にありますが、セキュリティグループ `{group}` は{other_ja}のものです"
        ),
    };
    let mut finding = Finding::new(ID, Severity::Error, span, message)
        .help(match &fault.subnet {
            Some(_) => phrase!(
                en: "use a group of the same VPC (its VpcId), or subnets of the group's VPC: AWS refuses the two together",
                ja: "同じ VPC のセキュリティグループを使うか (VpcId を確認)、サブネットの方を合わせてください。この組み合わせは AWS に拒否されます",
            ),
            None => phrase!(
                en: "name subnets of the group's VPC (for a database by a subnet group): without them AWS takes the default VPC",
                ja: "セキュリティグループと同じ VPC のサブネットを指定してください (データベースならサブネットグループ)。省略するとデフォルト VPC が使われます",
            ),
        })
        .about(resource.to_string())
        .told_apart_by(group.to_string());
    if let Some(span) = in_template(fault.group_at) {
        finding = finding.label(
            span,
            crate::language::Phrase {
                en: format!("belongs to {other_en}"),
                ja: format!("{other_ja}に属する"),
            },
        );
    }
    if let Some((name, at)) = &fault.subnet
        && let Some(span) = in_template(*at)
    {
        finding = finding.label(
            span,
            crate::language::Phrase {
                en: format!("`{name}` belongs to {own_en}"),
                ja: format!("`{name}` は{own_ja}に属する"),
            },
        );
    }
    finding
}

/// A VPC in a sentence.
fn vpc_words(name: &Name) -> (String, String) {
    match name {
        Name::Aws(id) if id == DEFAULT_VPC => {
            ("the account's default VPC".to_owned(), "アカウントのデフォルト VPC ".to_owned())
        }
        name => (format!("the VPC `{name}`"), format!(" VPC `{name}` ")),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    const ID: &str = "group-in-other-vpc";
    const HEAD: &str = "Parameters: {Given: {Type: String}}
Resources:
  V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  W: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.1.0.0/16}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref V, CidrBlock: 10.0.0.0/24}}
  OfV: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: a, VpcId: !Ref V}}
  OfW: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: a, VpcId: !Ref W}}
  OfNone: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: a}}
  OfGiven: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: a, VpcId: !Ref Given}}
";

    fn of(resource: &str) -> Vec<String> {
        findings(&format!("{HEAD}{resource}"), ID)
    }

    #[test]
    fn groups_of_another_vpc_are_found() {
        assert_eq!(
            of(
                "  Fn: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [!Ref A], SecurityGroupIds: [!Ref OfV, !GetAtt OfW.GroupId]}}}\n"
            ),
            [
                "10:120 `Fn` stands in the VPC `V`, but its group `OfW` belongs to the VPC `W` | 7:3 belongs to the VPC `W` | 5:3 `A` belongs to the VPC `V`"
            ]
        );
        assert_eq!(
            of(
                "  Fn: {Type: AWS::Serverless::Function, Properties: {VpcConfig: {SubnetIds: [!Ref A], SecurityGroupIds: [!Ref OfNone]}}}\n"
            ),
            [
                "10:111 `Fn` stands in the VPC `V`, but its group `OfNone` belongs to the account's default VPC | 8:3 belongs to the account's default VPC | 5:3 `A` belongs to the VPC `V`"
            ]
        );
        assert_eq!(
            of("  E: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcEndpointType: Interface, VpcId: !Ref V, ServiceName: com.amazonaws.us-east-1.sqs, SubnetIds: [!Ref A], SecurityGroupIds: [!Ref OfW]}}\n")
                .len(),
            1
        );
    }

    #[test]
    fn a_database_without_subnets_stands_in_the_default_vpc() {
        assert_eq!(
            of(
                "  Db: {Type: AWS::RDS::DBInstance, Properties: {Engine: mysql, VPCSecurityGroups: [!Ref OfV]}}\n"
            ),
            [
                "10:89 `Db` stands in the account's default VPC, but its group `OfV` belongs to the VPC `V` | 6:3 belongs to the VPC `V`"
            ]
        );
        let json = r#"{"Resources": {"V": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
"G": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"VpcId": {"Ref": "V"}}},
"Host": {"Type": "AWS::EC2::Instance", "Properties": {"SecurityGroupIds": [{"Ref": "G"}]}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
    }

    #[test]
    fn the_same_vpc_or_one_that_may_be_is_left_alone() {
        let quiet = [
            "  Fn: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [!Ref A], SecurityGroupIds: [!Ref OfV, !Ref OfGiven, sg-1]}}}\n",
            "  Fn: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [!Ref OfW, !Ref OfNone]}}}\n",
            "  Db: {Type: AWS::RDS::DBInstance, Properties: {Engine: mysql, VPCSecurityGroups: [!Ref OfGiven, !Ref OfNone]}}\n",
            "  Db: {Type: AWS::RDS::DBInstance, Properties: {SourceDBInstanceIdentifier: !Ref Given, VPCSecurityGroups: [!Ref OfV]}}\n",
            "  Host: {Type: AWS::EC2::Instance, Properties: {LaunchTemplate: {LaunchTemplateId: !Ref Given}, SecurityGroupIds: [!Ref OfV]}}\n",
        ];
        for resource in quiet {
            assert_eq!(of(resource), Vec::<String>::new(), "{resource}");
        }
    }
}
