use super::subject::key_of;
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Severity};
use crate::language::Phrase;
use crate::phrase;
use crate::template::{Case, Guard, Resource, Template, Value};

const ID: RuleId = RuleId("incomplete-vpc-config");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Routing,
    severity: Severity::Error,
    fix: None,
    summary: || {
        phrase!(
            en: "A function names subnets without security groups, or security groups without subnets",
            ja: "関数の VpcConfig にサブネットとセキュリティグループの片方しかない",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    for function in template.resources.iter().filter(|resource| resource.kind == "AWS::Lambda::Function") {
        let list = |name: &str| Filling::of(template, &template.property(function, &["VpcConfig", name]));
        let (subnets, groups) = (list("SubnetIds"), list("SecurityGroupIds"));
        if let Some(when) = one_without_other(template, function, groups, subnets) {
            findings.push(finding(template, function, when, &words_no_subnets(&function.id)));
        } else if let Some(when) = one_without_other(template, function, subnets, groups) {
            findings.push(finding(template, function, when, &words_no_groups(&function.id)));
        }
    }
}

/// The situations in which a list names something.
#[derive(Clone, Copy)]
struct Filling {
    /// Something certainly.
    surely: Guard,
    /// Something perhaps.
    perhaps: Guard,
}

impl Filling {
    fn of(template: &Template<'_>, cases: &[Case]) -> Self {
        let mut filling = Self { surely: Guard::NEVER, perhaps: Guard::NEVER };
        for case in cases {
            filling.add(template, case, Guard::ALWAYS, false);
        }
        filling
    }

    fn add(&mut self, template: &Template<'_>, case: &Case, around: Guard, in_list: bool) {
        let guard = template.with_guards(|guards| guards.and(around, case.guard));
        let (surely, perhaps) = match &case.value {
            // The empty default of a parameter stands for a list that is to be given.
            Value::List(items) if items.is_empty() && !case.span.slice(template.text()).starts_with('[') => {
                (false, true)
            }
            Value::List(items) => {
                for item in items.iter() {
                    self.add(template, item, guard, true);
                }
                return;
            }
            Value::NoValue | Value::Null => return,
            // A single value that is not known may be empty, which names nothing.
            Value::Text(text) => {
                (text.known().map_or(in_list || text.resource().is_some(), |text| !text.is_empty()), true)
            }
            Value::Map(_) | Value::Zones(_) | Value::Unknown(_) => (false, true),
        };
        template.with_guards(|guards| {
            if surely {
                self.surely = guards.or(self.surely, guard);
            }
            if perhaps {
                self.perhaps = guards.or(self.perhaps, guard);
            }
        });
    }
}

/// The situations in which `one` names something and `other` nothing. Two lists that hang on conditions of their own
/// are taken to be given or left out together, unless the defaults of the parameters say otherwise.
fn one_without_other(
    template: &Template<'_>,
    function: &Resource,
    one: Filling,
    other: Filling,
) -> Option<Guard> {
    let default = template.default_situation();
    template.with_guards(|guards| {
        let there = guards.and(function.guard, one.surely);
        let by_default = guards.and(function.guard, default);
        let in_every_default = guards.implies(by_default, one.surely);
        let mut missing = |guard: Guard| guard != Guard::NEVER && guards.exclude(guard, other.perhaps);
        let found = if missing(there) {
            there
        } else if in_every_default && missing(by_default) {
            by_default
        } else {
            return None;
        };
        guards.is_exact().then_some(found)
    })
}

fn words_no_subnets(id: &str) -> (Phrase, Phrase) {
    (
        phrase!(
            en: "`{id}` names security groups but no subnets",
            ja: "`{id}` の VpcConfig にはセキュリティグループだけがあり、サブネットがありません",
        ),
        phrase!(
            en: "add SubnetIds, or take VpcConfig out if the function needs no VPC: Lambda refuses one without the other",
            ja: "SubnetIds を追加してください。VPC が不要なら VpcConfig を削除してください。Lambda は片方だけの指定を受け付けません",
        ),
    )
}

fn words_no_groups(id: &str) -> (Phrase, Phrase) {
    (
        phrase!(
            en: "`{id}` names subnets but no security groups",
            ja: "`{id}` の VpcConfig にはサブネットだけがあり、セキュリティグループがありません",
        ),
        phrase!(
            en: "add SecurityGroupIds: Lambda refuses one without the other, the VPC's default group does not step in",
            ja: "SecurityGroupIds を追加してください。Lambda は片方だけの指定を受け付けず、VPC のデフォルトセキュリティグループで補われることもありません",
        ),
    )
}

fn finding(template: &Template<'_>, function: &Resource, when: Guard, words: &(Phrase, Phrase)) -> Finding {
    let span = key_of(template, function, "VpcConfig");
    let always = template.with_guards(|guards| guards.implies(function.guard, when));
    let (message, help) = words.clone();
    Finding::new(ID, Severity::Error, Some(span), message)
        .only_where((!always).then(|| template.describe(when)).filter(|words| !words.is_empty()))
        .help(help)
        .about(&function.id)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    const ID: &str = "incomplete-vpc-config";

    fn of_config(config: &str) -> Vec<String> {
        let text = format!(
            "Parameters:
  Given: {{Type: List<AWS::EC2::Subnet::Id>}}
  Later: {{Type: CommaDelimitedList, Default: ''}}
  One: {{Type: String}}
  Wanted: {{Type: String, Default: 'no'}}
Conditions:
  HasOne: !Not [!Equals [!Ref One, '']]
  IsWanted: !Not [!Equals [!Ref Wanted, 'no']]
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: {config}
"
        );
        findings(&text, ID)
    }

    #[test]
    fn one_list_without_the_other_is_found() {
        let no_subnets = ["13:7 `Fn` names security groups but no subnets"];
        assert_eq!(of_config("{SecurityGroupIds: [sg-1]}"), no_subnets);
        assert_eq!(of_config("{SecurityGroupIds: [sg-1], SubnetIds: []}"), no_subnets);
        assert_eq!(of_config("{SecurityGroupIds: [!Ref One], SubnetIds: !Ref AWS::NoValue}"), no_subnets);
        let no_groups = ["13:7 `Fn` names subnets but no security groups"];
        assert_eq!(of_config("{SubnetIds: [subnet-1]}"), no_groups);
        assert_eq!(of_config("{SubnetIds: [!Ref One], SecurityGroupIds: []}"), no_groups);
    }

    #[test]
    fn json_and_sam_are_read_alike() {
        let json = r#"{"Resources": {"Fn": {"Type": "AWS::Lambda::Function",
            "Properties": {"VpcConfig": {"SubnetIds": ["subnet-1"]}}}}}"#;
        assert_eq!(findings(json, ID), ["2:28 `Fn` names subnets but no security groups"]);
        let sam = "Transform: AWS::Serverless-2016-10-31
Globals: {Function: {VpcConfig: {SecurityGroupIds: [sg-1]}}}
Resources:
  Fn: {Type: AWS::Serverless::Function, Properties: {Handler: a.b}}
  Whole: {Type: AWS::Serverless::Function, Properties: {VpcConfig: {SubnetIds: [subnet-1]}}}
";
        assert_eq!(findings(sam, ID), ["2:22 `Fn` names security groups but no subnets"]);
    }

    #[test]
    fn defaults_decide_where_conditions_do() {
        assert_eq!(
            of_config("{SecurityGroupIds: [sg-1], SubnetIds: !If [IsWanted, [subnet-1], []]}"),
            ["13:7 `Fn` names security groups but no subnets (where Wanted = no)"]
        );
    }

    #[test]
    fn what_is_not_known_or_not_there_is_left_alone() {
        let quiet = [
            "{SubnetIds: !Ref Given, SecurityGroupIds: [sg-1]}",
            "{SubnetIds: !Ref Given}",
            "{SubnetIds: !Ref Later, SecurityGroupIds: [sg-1]}",
            "{SubnetIds: [], SecurityGroupIds: []}",
            "!Ref AWS::NoValue",
            "!If [HasOne, {SubnetIds: [!Ref One], SecurityGroupIds: [sg-1]}, !Ref AWS::NoValue]",
            "{SubnetIds: !If [HasOne, [!Ref One], []], SecurityGroupIds: !If [IsWanted, [sg-1], []]}",
            "{SubnetIds: !Ref One, SecurityGroupIds: []}",
            "!Transform {Name: Other}",
        ];
        for config in quiet {
            assert!(of_config(config).is_empty(), "{config}: {:?}", of_config(config));
        }
    }
}
