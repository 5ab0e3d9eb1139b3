use super::subject::key_of;
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, Fix, RuleId, Safety, Severity};
use crate::phrase;
use crate::syntax::{CollectionStyle, Node};
use crate::template::sam::SamProblemKind;
use crate::template::{Guard, Resource, Template, Value};
use crate::text::{Edit, Span};

const ID: RuleId = RuleId("provisioned-on-latest");
const PROPERTY: &str = "ProvisionedConcurrencyConfig";
const ALIAS: &str = "AutoPublishAlias";

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Concurrency,
    severity: Severity::Error,
    fix: Some(Safety::Safe),
    summary: || {
        phrase!(
            en: "Provisioned concurrency is asked for where there is no version or alias to have it",
            ja: "バージョンもエイリアスもない関数にプロビジョニングされた同時実行が設定されている",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    without_alias(template, findings);
    for resource in &template.resources {
        match resource.kind.as_str() {
            // The property is of versions and aliases.
            "AWS::Lambda::Function" => {
                let written = template.properties(resource).and_then(|properties| properties.entry(PROPERTY));
                if let Some(entry) = written {
                    findings.push(on_function(template, resource, entry.key.span()));
                }
            }
            "AWS::Lambda::Alias"
                if resource.made_by.is_none() && !template.property(resource, &[PROPERTY]).is_empty() =>
            {
                findings.extend(on_alias_of_latest(template, resource));
            }
            "AWS::ApplicationAutoScaling::ScalableTarget" => {
                findings.extend(scaled_without_qualifier(template, resource));
            }
            _ => {}
        }
    }
}

/// SAM gives provisioned concurrency to the alias that it makes, so one is needed.
fn without_alias(template: &Template<'_>, findings: &mut Vec<Finding>) {
    for problem in template.expansion.iter().flat_map(|expansion| &expansion.problems) {
        let needs_alias =
            matches!(problem.kind, SamProblemKind::Requires { property: PROPERTY, needs: ALIAS });
        let Some(function) = problem.resource.as_deref().and_then(|id| template.resource(id)) else {
            continue;
        };
        if !needs_alias {
            continue;
        }
        let id = &function.id;
        findings.push(
            Finding::new(
                ID,
                Severity::Error,
                Some(key_of(template, function, PROPERTY)),
                phrase!(
                    en: "`{id}` has provisioned concurrency but no alias to have it",
                    ja: "`{id}` にはプロビジョニングされた同時実行を設定するエイリアスがありません",
                ),
            )
            .help(phrase!(
                en: "add `AutoPublishAlias: live`, and let callers use the alias: $LATEST cannot have provisioned concurrency",
                ja: "`AutoPublishAlias: live` を追加し、呼び出し元からはエイリアスを使ってください。$LATEST にはプロビジョニングされた同時実行を設定できません",
            ))
            .about(id)
            .fix(publish(template, function)),
        );
    }
}

/// Puts an alias before the property, where that is written in the function itself.
fn publish(template: &Template<'_>, function: &Resource) -> Option<Fix> {
    let text = template.text();
    let properties = template.section("Resources")?.get(&function.id)?.get("Properties")?;
    let entry = properties.entry(PROPERTY).filter(|entry| !entry.merged)?;
    let start = entry.key.span().start;
    let before = text.get(..start as usize)?;
    let indent = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
    let own_line = indent.trim().is_empty();
    let written = match (properties.collection_style()?, own_line) {
        (CollectionStyle::Block, true) => format!("{ALIAS}: live{}{indent}", line_end(text)),
        // Behind the dash of a list, or something else that no property stands behind.
        (CollectionStyle::Block, false) => return None,
        (CollectionStyle::Flow, own_line) => {
            let quote = if entry.key.is_plain() { "" } else { "\"" };
            let gap = if own_line { format!("{}{indent}", line_end(text)) } else { " ".to_owned() };
            format!("{quote}{ALIAS}{quote}: {quote}live{quote},{gap}")
        }
    };
    Some(Fix {
        safety: Safety::Safe,
        title: phrase!(en: "Publish the alias `live`", ja: "エイリアス `live` を公開する"),
        edits: vec![Edit::insert(start, written)],
    })
}

fn line_end(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

fn on_function(template: &Template<'_>, function: &Resource, span: Span) -> Finding {
    let id = &function.id;
    let mut finding = Finding::new(
        ID,
        Severity::Error,
        Some(span),
        phrase!(
            en: "`{id}` is a function, and functions themselves have no provisioned concurrency",
            ja: "関数 `{id}` 自体にはプロビジョニングされた同時実行を設定できません",
        ),
    )
    .help(phrase!(
        en: "put it on an AWS::Lambda::Version or AWS::Lambda::Alias of the function",
        ja: "関数の AWS::Lambda::Version または AWS::Lambda::Alias に設定してください",
    ))
    .about(id);
    if let Some(alias) = template.resources.iter().find(|other| {
        other.kind == "AWS::Lambda::Alias"
            && template
                .property(other, &["FunctionName"])
                .iter()
                .any(|case| case.value.resource().is_some_and(|(of, _)| of == id))
    }) {
        let name = &alias.id;
        finding = finding.label(
            template.node(alias.key).span(),
            phrase!(en: "`{name}` is an alias of it", ja: "`{name}` はこの関数のエイリアス"),
        );
    }
    finding
}

/// An alias may lead to `$LATEST`, but then it cannot have provisioned concurrency.
fn on_alias_of_latest(template: &Template<'_>, alias: &Resource) -> Option<Finding> {
    let versions = template.property(alias, &["FunctionVersion"]);
    let latest = versions.iter().find(|case| case.value.known() == Some("$LATEST"))?;
    let both = template.with_guards(|guards| guards.and(latest.guard, alias.guard));
    if both == Guard::NEVER {
        return None;
    }
    let id = &alias.id;
    let written = template.properties(alias).and_then(|properties| properties.get("FunctionVersion"));
    Some(
        Finding::new(
            ID,
            Severity::Error,
            written.map(Node::span_with_tag),
            phrase!(
                en: "`{id}` has provisioned concurrency but leads to $LATEST",
                ja: "`{id}` にはプロビジョニングされた同時実行が設定されていますが、参照先が $LATEST です",
            ),
        )
        .label(key_of(template, alias, PROPERTY), phrase!(en: "asked for here", ja: "ここで設定"))
        .help(phrase!(
            en: "let the alias lead to a version: add an AWS::Lambda::Version and use `!GetAtt Version.Version`",
            ja: "AWS::Lambda::Version を追加し、`!GetAtt Version.Version` で参照してください",
        ))
        .about(id),
    )
}

/// `function:name` without a version or alias behind it.
fn scaled_without_qualifier(template: &Template<'_>, target: &Resource) -> Option<Finding> {
    let dimension = template.property(target, &["ScalableDimension"]);
    if !dimension.iter().any(|case| case.value.known() == Some("lambda:function:ProvisionedConcurrency")) {
        return None;
    }
    for case in template.property(target, &["ResourceId"]) {
        let Value::Text(text) = &case.value else { continue };
        // Every part that is not known may hold the qualifier; what a function returns does not.
        let mut shape = String::new();
        for part in &text.parts {
            match part {
                crate::template::Part::Literal(text) => shape.push_str(text),
                crate::template::Part::Resource { id, attribute: None }
                    if template.resource(id).is_some_and(|found| found.kind == "AWS::Lambda::Function") =>
                {
                    shape.push('f');
                }
                _ => return None,
            }
        }
        let qualifier = shape.strip_prefix("function:")?.split_once(':').map(|(_, qualifier)| qualifier);
        if !matches!(qualifier, None | Some("" | "$LATEST")) {
            continue;
        }
        let id = &target.id;
        return Some(
            Finding::new(
                ID,
                Severity::Error,
                Some(case.span),
                phrase!(
                    en: "`{id}` scales the provisioned concurrency of a function without naming a version or alias",
                    ja: "`{id}` はバージョンやエイリアスを指定せずに関数のプロビジョニングされた同時実行をスケールしようとしています",
                ),
            )
            .help(phrase!(
                en: "write the alias behind it: `function:NAME:ALIAS`",
                ja: "`function:関数名:エイリアス名` のようにエイリアスまで指定してください",
            ))
            .about(id),
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, fixed};

    const ID: &str = "provisioned-on-latest";

    #[test]
    fn a_sam_function_without_alias_is_found_and_gets_one() {
        let text = "Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      ProvisionedConcurrencyConfig:
        ProvisionedConcurrentExecutions: 5
";
        assert_eq!(findings(text, ID), ["7:7 `Fn` has provisioned concurrency but no alias to have it"]);
        let mended = fixed(text, ID);
        assert!(mended.contains("a.b\n      AutoPublishAlias: live\n      ProvisionedC"), "{mended}");
        assert_eq!(findings(&mended, ID), Vec::<String>::new());
    }

    #[test]
    fn json_keeps_its_manner() {
        let text = r#"{"Transform": "AWS::Serverless-2016-10-31", "Resources": {"Fn": {"Type": "AWS::Serverless::Function",
  "Properties": {"ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 5}}}}}"#;
        assert_eq!(findings(text, ID).len(), 1);
        assert!(
            fixed(text, ID).contains(r#"{"AutoPublishAlias": "live", "ProvisionedC"#),
            "{}",
            fixed(text, ID)
        );
    }

    #[test]
    fn globals_are_told_and_left_to_the_author() {
        let text = "Transform: AWS::Serverless-2016-10-31
Globals: {Function: {ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 5}}}
Resources:
  Fn: {Type: AWS::Serverless::Function, Properties: {Handler: a.b}}
  Published: {Type: AWS::Serverless::Function, Properties: {AutoPublishAlias: live}}
";
        assert_eq!(findings(text, ID), ["2:22 `Fn` has provisioned concurrency but no alias to have it"]);
        assert_eq!(fixed(text, ID), text);
    }

    #[test]
    fn plain_resources_are_told_what_can_have_it() {
        let text = "Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties: {ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 5}}
  Live:
    Type: AWS::Lambda::Alias
    Properties:
      FunctionName: !Ref Fn
      FunctionVersion: $LATEST
      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 5}
  Scaling:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties:
      ResourceId: !Sub function:${Fn}
      ScalableDimension: lambda:function:ProvisionedConcurrency
";
        assert_eq!(
            findings(text, ID),
            [
                "4:18 `Fn` is a function, and functions themselves have no provisioned concurrency | 5:3 `Live` is an alias of it",
                "9:24 `Live` has provisioned concurrency but leads to $LATEST | 10:7 asked for here",
                "14:19 `Scaling` scales the provisioned concurrency of a function without naming a version or alias",
            ]
        );
    }

    #[test]
    fn versions_and_aliases_may_have_it() {
        let text = "Parameters: {Version: {Type: String}, Name: {Type: String}}
Resources:
  Fn: {Type: AWS::Lambda::Function, Properties: {Handler: a.b}}
  Version1:
    Type: AWS::Lambda::Version
    Properties: {FunctionName: !Ref Fn, ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 5}}
  Live:
    Type: AWS::Lambda::Alias
    Properties:
      FunctionName: !Ref Fn
      FunctionVersion: !GetAtt Version1.Version
      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 5}
  Given:
    Type: AWS::Lambda::Alias
    Properties:
      FunctionName: !Ref Fn
      FunctionVersion: !Ref Version
      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 5}
  Latest: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Fn, FunctionVersion: $LATEST}}
  Scaling:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties:
      ResourceId: !Sub function:${Fn}:live
      ScalableDimension: lambda:function:ProvisionedConcurrency
  Unknown:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties:
      ResourceId: !Sub function:${Name}
      ScalableDimension: lambda:function:ProvisionedConcurrency
";
        assert_eq!(findings(text, ID), Vec::<String>::new());
    }
}
