use std::collections::BTreeMap;

use super::circular_dependency::looked_at;
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Severity};
use crate::phrase;
use crate::template::reference::{Owner, Use};
use crate::template::{Guard, Template};
use crate::text::Span;

const ID: RuleId = RuleId("conditional-reference");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Routing,
    severity: Severity::Warning,
    fix: None,
    summary: || {
        phrase!(
            en: "Something refers to a resource that a condition may leave out",
            ja: "条件によって作成されないことがあるリソースを参照している",
        )
    },
    check,
};

/// A reference to what may not be there.
struct Broken {
    span: Span,
    more: Vec<Span>,
    /// The situations in which it is not there.
    when: Guard,
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    // Rules of the template may forbid the very situations in which something is missing.
    if template.section("Rules").is_some_and(|rules| !rules.entries().is_empty()) {
        return;
    }
    let mut found: BTreeMap<(String, &str), Broken> = BTreeMap::new();
    for (owner, reference) in subject.references.written() {
        let guard = match owner {
            Owner::Resource(id) => template.resource(id).map(|resource| resource.guard),
            Owner::Output(id) => Some(output_guard(template, id)),
            Owner::Condition(_) | Owner::Rule(_) | Owner::Globals => None,
        };
        // `DependsOn` of a resource that is left out is passed over.
        let names = !matches!(reference.usage, Use::DependsOn | Use::Condition);
        let (Some(guard), Some(target)) = (guard, template.resource(reference.name).filter(|_| names)) else {
            continue;
        };
        let guard = looked_at(template, guard, reference);
        let when = template.with_guards(|guards| {
            let gone = guards.not(target.guard);
            let when = guards.and(guard, gone);
            if guards.is_exact() { when } else { Guard::NEVER }
        });
        if when == Guard::NEVER {
            continue;
        }
        let owner = match owner {
            Owner::Output(id) => format!("Outputs.{id}"),
            Owner::Resource(id) => id.to_owned(),
            _ => continue,
        };
        found
            .entry((owner, reference.name))
            .and_modify(|known| known.more.push(reference.span))
            .or_insert(Broken { span: reference.span, more: Vec::new(), when });
    }
    for ((owner, name), broken) in found {
        findings.push(finding(template, &owner, name, broken));
    }
}

fn output_guard(template: &Template<'_>, id: &str) -> Guard {
    let condition = || {
        let name = template.section("Outputs")?.get(id)?.get("Condition")?.as_str()?;
        template.condition(name)
    };
    condition().unwrap_or(Guard::ALWAYS)
}

fn finding(template: &Template<'_>, owner: &str, name: &str, broken: Broken) -> Finding {
    let situation = template.describe(broken.when);
    let message = if situation.is_empty() {
        phrase!(
            en: "`{owner}` refers to `{name}`, which a condition may leave out",
            ja: "`{owner}` が参照している `{name}` は、条件によって作成されないことがあります",
        )
    } else {
        phrase!(
            en: "`{owner}` refers to `{name}`, which is not made where {situation}",
            ja: "`{owner}` が参照している `{name}` は、{situation} の場合に作成されません",
        )
    };
    let condition = template
        .section("Resources")
        .and_then(|section| section.get(name)?.get("Condition"))
        .and_then(|node| Some((node.span(), node.as_str()?)));
    let help = match condition {
        Some((_, condition)) => phrase!(
            en: "put the same condition on `{owner}`, or choose with `!If [{condition}, ..., ...]`: CloudFormation refuses the template in that case",
            ja: "`{owner}` にも同じ条件を付けるか、`!If [{condition}, ..., ...]` で切り替えてください。このままでは、その場合にテンプレートが拒否されます",
        ),
        None => phrase!(
            en: "put the same condition on `{owner}`: CloudFormation refuses the template in that case",
            ja: "`{owner}` にも同じ条件を付けてください。このままでは、その場合にテンプレートが拒否されます",
        ),
    };
    let mut finding = Finding::new(ID, Severity::Warning, Some(broken.span), message)
        .help(help)
        .about(owner)
        .told_apart_by(name);
    if let Some((span, _)) = condition.filter(|(node, _)| !node.is_empty()) {
        finding = finding
            .label(span, phrase!(en: "`{name}` is made under this condition only", ja: "`{name}` はこの条件の場合だけ作成される"));
    }
    for span in broken.more {
        finding = finding.label(span, phrase!(en: "and here", ja: "ここでも参照"));
    }
    finding
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    const ID: &str = "conditional-reference";
    const HEAD: &str = "Parameters: {Env: {Type: String, AllowedValues: [dev, prod, test]}}
Conditions:
  Prod: !Equals [!Ref Env, prod]
  NotDev: !Not [!Equals [!Ref Env, dev]]
Resources:
  Db: {Type: AWS::RDS::DBInstance, Condition: Prod}
";

    #[test]
    fn a_reference_that_outlives_its_target_is_found() {
        let text = format!(
            "{HEAD}  Fn:
    Type: AWS::Lambda::Function
    Condition: NotDev
    Properties:
      Environment: {{Variables: {{HOST: !GetAtt Db.Endpoint.Address, NAME: !Ref Db}}}}
Outputs:
  Host: {{Value: !Ref Db}}
"
        );
        assert_eq!(
            findings(&text, ID),
            [
                "11:47 `Fn` refers to `Db`, which is not made where Env = test | 6:47 `Db` is made under this condition only | 11:79 and here",
                "13:22 `Outputs.Host` refers to `Db`, which is not made where Env = dev | 6:47 `Db` is made under this condition only",
            ]
        );
    }

    #[test]
    fn json_and_sam_are_read_alike() {
        let text = r#"{"Transform": "AWS::Serverless-2016-10-31",
"Parameters": {"Env": {"Type": "String"}}, "Conditions": {"Prod": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}},
"Resources": {"Group": {"Type": "AWS::EC2::SecurityGroup", "Condition": "Prod"},
"Fn": {"Type": "AWS::Serverless::Function", "Properties": {"VpcConfig": {"SubnetIds": ["a"], "SecurityGroupIds": [{"Ref": "Group"}]}}}}}"#;
        assert_eq!(findings(text, ID).len(), 1);
    }

    #[test]
    fn what_exists_together_is_left_alone() {
        let quiet = [
            "  Fn: {Type: T, Condition: Prod, Properties: {A: !Ref Db}}\n",
            "  Fn: {Type: T, Properties: {A: !If [Prod, !Ref Db, none]}}\n",
            "  Fn: {Type: T, Condition: NotDev, Properties: {A: !If [Prod, !Sub '${Db}', none]}}\n",
            "  Fn: {Type: T, DependsOn: Db}\n",
            "  Fn: {Type: T}\nOutputs: {Host: {Condition: Prod, Value: !Ref Db}}\n",
            "  Fn: {Type: T, Properties: {A: !Ref Db}}\nRules: {Only: {Assertions: [{Assert: !Equals [!Ref Env, prod]}]}}\n",
        ];
        for rest in quiet {
            let text = format!("{HEAD}{rest}");
            assert!(findings(&text, ID).is_empty(), "{rest}: {:?}", findings(&text, ID));
        }
    }
}
