use std::collections::BTreeSet;

use super::subject::{key_of, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Severity};
use crate::network::{Name, Network, Workload, WorkloadKind};
use crate::phrase;
use crate::syntax::Node;
use crate::template::{Resource, Template};

const ID: RuleId = RuleId("slow-vpc-delete");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Zones,
    severity: Severity::Info,
    fix: None,
    summary: || {
        phrase!(
            en: "Functions and their subnets or groups are deleted together, which takes long",
            ja: "関数と、そのサブネットやセキュリティグループが一緒に削除されるため、削除に時間がかかる",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    let mut functions: Vec<&Resource> = Vec::new();
    let mut held: Vec<&Resource> = Vec::new();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for one in subject.networks {
        for workload in &one.network.workloads {
            let Some(function) = resource_of(template, &workload.name) else { continue };
            if workload.kind != WorkloadKind::Function || !workload.in_vpc {
                continue;
            }
            let own = holding(template, &one.network, workload);
            if own.is_empty() {
                continue;
            }
            if known.insert(&function.id) {
                functions.push(function);
            }
            for resource in own {
                if known.insert(&resource.id) {
                    held.push(resource);
                }
            }
        }
    }
    // One for the whole stack: it is deleted as a whole.
    let Some(first) = functions.first() else { return };
    let listed = names(&functions);
    let mut finding = Finding::new(
        ID,
        Severity::Info,
        Some(key_of(template, first, "VpcConfig")),
        phrase!(
            en: "deleting this stack waits for the network interfaces of {listed}",
            ja: "このスタックの削除は、{listed} のネットワークインターフェイスの削除を待ちます",
        ),
    )
    .help(phrase!(
        en: "plan up to 20 minutes, or keep the network in a stack of its own: subnets and groups cannot go before Lambda has removed its interfaces",
        ja: "最大 20 分程度を見込むか、ネットワークを別のスタックに分けてください。Lambda がインターフェイスを削除し終えるまで、サブネットとセキュリティグループは削除できません",
    ))
    .about(&first.id);
    for resource in held.iter().take(SHOWN) {
        let id = &resource.id;
        finding = finding.label(
            template.node(resource.key).span(),
            phrase!(en: "`{id}` waits", ja: "`{id}` の削除が待たされる"),
        );
    }
    findings.push(finding);
}

/// More names than these say nothing more.
const SHOWN: usize = 3;

fn names(functions: &[&Resource]) -> String {
    let shown =
        functions.iter().take(SHOWN).map(|one| format!("`{}`", one.id)).collect::<Vec<_>>().join(", ");
    if functions.len() > SHOWN { format!("{shown}, ...") } else { shown }
}

/// The subnets and groups of a function that go with the stack.
fn holding<'a>(template: &'a Template<'_>, network: &Network, workload: &Workload) -> Vec<&'a Resource> {
    let subnets =
        workload.subnets.items.iter().filter_map(|at| network.subnets.get(at.0)).map(|one| &one.name);
    let groups = workload.groups.items.iter().filter_map(|at| network.groups.get(at.0)).map(|one| &one.name);
    let deleted = |name: &Name| {
        let resource = resource_of(template, name)
            .filter(|one| matches!(one.kind.as_str(), "AWS::EC2::Subnet" | "AWS::EC2::SecurityGroup"))?;
        let policy = template.node(resource.body).get("DeletionPolicy").and_then(Node::as_str);
        (policy != Some("Retain")).then_some(resource)
    };
    subnets.chain(groups).filter_map(deleted).collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    const ID: &str = "slow-vpc-delete";

    #[test]
    fn a_stack_with_both_is_told_once() {
        let text = "Transform: AWS::Serverless-2016-10-31
Resources:
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: vpc-1, CidrBlock: 10.0.0.0/24}}
  G: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: vpc-1, GroupDescription: a}}
  One: {Type: AWS::Serverless::Function, Properties: {VpcConfig: {SubnetIds: [!Ref A], SecurityGroupIds: [!Ref G]}}}
  Two: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [!Ref G]}}}
";
        assert_eq!(
            findings(text, ID),
            [
                "5:55 deleting this stack waits for the network interfaces of `One`, `Two` | 3:3 `A` waits | 4:3 `G` waits"
            ]
        );
        let json = r#"{"Resources": {"G": {"Type": "AWS::EC2::SecurityGroup"},
"Fn": {"Type": "AWS::Lambda::Function", "Properties": {"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": [{"Ref": "G"}]}}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
    }

    #[test]
    fn what_stays_does_not_wait() {
        let text = "Parameters: {G: {Type: String}}
Resources:
  Kept: {Type: AWS::EC2::SecurityGroup, DeletionPolicy: Retain, Properties: {GroupDescription: a}}
  Unused: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: a}}
  Fn: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [!Ref G, !Ref Kept]}}}
  Outside: {Type: AWS::Lambda::Function, Properties: {Handler: a.b}}
";
        assert_eq!(findings(text, ID), Vec::<String>::new());
    }
}
