use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, Fix, RuleId, Safety, Severity};
use crate::phrase;
use crate::syntax::Node;
use crate::template::reference::inside_quotes;
use crate::template::{Case, Guard, Resource, Template};
use crate::text::{Edit, Span};

const ID: RuleId = RuleId("provisioned-exceeds-reserved");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Concurrency,
    severity: Severity::Error,
    fix: Some(Safety::Suggested),
    summary: || {
        phrase!(
            en: "A function is given more provisioned concurrency than it has reserved",
            ja: "プロビジョニングされた同時実行が、予約された同時実行を超えている",
        )
    },
    check,
};

/// What the versions and aliases of a function ask for together, in some situations.
struct Asked {
    guard: Guard,
    sum: u64,
    places: Vec<(Span, u64)>,
}

/// Sums of more situations than this are not told apart.
const CASES: usize = 64;

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    for function in template.resources.iter().filter(|resource| resource.kind == "AWS::Lambda::Function") {
        let reserved = template.property(function, &["ReservedConcurrentExecutions"]);
        let Some(asked) = (!reserved.is_empty()).then(|| asked(template, function)).flatten() else {
            continue;
        };
        let found = reserved.iter().find_map(|case| {
            let limit = number(case)?;
            let worst = asked.iter().filter_map(|asked| {
                let when = template.with_guards(|guards| guards.and(asked.guard, case.guard));
                (when != Guard::NEVER && asked.sum > limit).then_some((asked, when))
            });
            Some((case, limit, worst.max_by_key(|(asked, _)| asked.sum)?))
        });
        if let Some((case, limit, (asked, when))) = found {
            findings.push(finding(template, function, case, limit, asked, when));
        }
    }
}

fn number(case: &Case) -> Option<u64> {
    case.value.known()?.trim().parse().ok()
}

/// How much concurrency is provisioned for a function at most, as far as it is known.
pub(super) fn provisioned(template: &Template<'_>, function: &Resource) -> u64 {
    asked(template, function).into_iter().flatten().map(|asked| asked.sum).max().unwrap_or(0)
}

/// Nothing where nobody asks for any. What is not known counts as zero: the rest may be too much already.
fn asked(template: &Template<'_>, function: &Resource) -> Option<Vec<Asked>> {
    let mut sums = vec![Asked { guard: function.guard, sum: 0, places: Vec::new() }];
    let mut any = false;
    for resource in &template.resources {
        if !matches!(resource.kind.as_str(), "AWS::Lambda::Alias" | "AWS::Lambda::Version")
            || !is_of(template, resource, function)
        {
            continue;
        }
        let path = ["ProvisionedConcurrencyConfig", "ProvisionedConcurrentExecutions"];
        for case in template.property(resource, &path) {
            let Some(more) = number(&case) else { continue };
            any = true;
            let here = template.with_guards(|guards| guards.and(resource.guard, case.guard));
            let mut next = Vec::new();
            for sum in &sums {
                let (both, without) = template.with_guards(|guards| {
                    let not = guards.not(here);
                    (guards.and(sum.guard, here), guards.and(sum.guard, not))
                });
                if both != Guard::NEVER {
                    let mut places = sum.places.clone();
                    places.push((case.span, more));
                    next.push(Asked { guard: both, sum: sum.sum.saturating_add(more), places });
                }
                if without != Guard::NEVER {
                    next.push(Asked { guard: without, sum: sum.sum, places: sum.places.clone() });
                }
            }
            if next.len() > CASES {
                return None;
            }
            sums = next;
        }
    }
    any.then_some(sums)
}

fn is_of(template: &Template<'_>, resource: &Resource, function: &Resource) -> bool {
    let named = template.property(resource, &["FunctionName"]);
    !named.is_empty()
        && named.iter().all(|case| case.value.resource().is_some_and(|(id, _)| id == function.id))
}

fn finding(
    template: &Template<'_>,
    function: &Resource,
    reserved: &Case,
    limit: u64,
    asked: &Asked,
    when: Guard,
) -> Finding {
    let (id, sum) = (&function.id, asked.sum);
    let mut finding = Finding::new(
        ID,
        Severity::Error,
        Some(reserved.span),
        phrase!(
            en: "`{id}` reserves {limit} concurrent executions, but {sum} are provisioned",
            ja: "`{id}` の予約は {limit} ですが、プロビジョニングは {sum} です",
        ),
    )
    .only_where(situation(template, function, when))
    .help(phrase!(
        en: "reserve at least {sum}, or provision {limit} at most: the provisioned share is taken from the reserved one",
        ja: "予約を {sum} 以上に増やすか、プロビジョニングを {limit} 以下に減らしてください。プロビジョニングされた分は予約された分に含まれます",
    ))
    .about(id)
    .fix(fix(template, function, sum));
    for (span, count) in &asked.places {
        finding = finding.label(*span, phrase!(en: "{count} provisioned", ja: "プロビジョニング {count}"));
    }
    finding
}

fn situation(template: &Template<'_>, function: &Resource, when: Guard) -> Option<String> {
    let always = template.with_guards(|guards| guards.implies(function.guard, when));
    (!always).then(|| template.describe(when)).filter(|words| !words.is_empty())
}

/// Raises the number, where it is written in the function itself.
fn fix(template: &Template<'_>, function: &Resource, sum: u64) -> Option<Fix> {
    let properties = template.section("Resources")?.get(&function.id)?.get("Properties")?;
    let entry = properties.entry("ReservedConcurrentExecutions").filter(|entry| !entry.merged)?;
    let node: Node<'_> = entry.value;
    let plain = node.tag().is_none() && node.target() == node.id() && node.as_str().is_some();
    plain.then(|| Fix {
        safety: Safety::Suggested,
        title: phrase!(en: "Reserve {sum}", ja: "予約を {sum} にする"),
        edits: vec![Edit::replace(inside_quotes(node, template.text()), sum.to_string())],
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, fixed};

    const ID: &str = "provisioned-exceeds-reserved";

    #[test]
    fn more_provisioned_than_reserved_is_found_and_mended() {
        let text = "Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      AutoPublishAlias: live
      ReservedConcurrentExecutions: 10
      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 20}
";
        assert_eq!(
            findings(text, ID),
            ["7:37 `Fn` reserves 10 concurrent executions, but 20 are provisioned | 8:71 20 provisioned"]
        );
        assert!(fixed(text, ID).contains("ReservedConcurrentExecutions: 20\n"));
        assert_eq!(findings(&fixed(text, ID), ID), Vec::<String>::new());
    }

    #[test]
    fn what_versions_and_aliases_ask_for_is_added_up() {
        let text = r#"{"Parameters": {"Env": {"Type": "String"}}, "Conditions": {"Prod": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}},
"Resources": {
"Fn": {"Type": "AWS::Lambda::Function", "Properties": {"ReservedConcurrentExecutions": "25"}},
"One": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Fn"}, "ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 20}}},
"Two": {"Type": "AWS::Lambda::Alias", "Condition": "Prod", "Properties": {"FunctionName": {"Fn::GetAtt": ["Fn", "Arn"]}, "FunctionVersion": "1", "ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 10}}}}}"#;
        let found = findings(text, ID);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("but 30 are provisioned (where Env = prod)"), "{found:?}");
        assert!(fixed(text, ID).contains(r#""ReservedConcurrentExecutions": "30""#));
    }

    #[test]
    fn as_much_as_reserved_or_unknown_is_left_alone() {
        for (reserved, provisioned) in
            [("20", "20"), ("!Ref Given", "20"), ("5", "!Ref Given"), ("!Ref AWS::NoValue", "20")]
        {
            let text = format!(
                "Transform: AWS::Serverless-2016-10-31
Parameters: {{Given: {{Type: Number}}}}
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      AutoPublishAlias: live
      ReservedConcurrentExecutions: {reserved}
      ProvisionedConcurrencyConfig: {{ProvisionedConcurrentExecutions: {provisioned}}}
"
            );
            assert_eq!(findings(&text, ID), Vec::<String>::new(), "{reserved} {provisioned}");
        }
        let other = "Resources:
  Fn: {Type: AWS::Lambda::Function, Properties: {ReservedConcurrentExecutions: 5}}
  Other: {Type: AWS::Lambda::Version, Properties: {FunctionName: else, ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 9}}}
";
        assert_eq!(findings(other, ID), Vec::<String>::new());
    }
}
