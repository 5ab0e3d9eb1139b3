//! Suppressions: `# vpcheck: allow(rule) reason` on or above a line, and
//! `Metadata: {vpcheck: {allow: [{rule, reason}]}}` of a resource. One that is wrong is itself a finding.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::{Area, FAILED_ASSERTION, RuleInfo, nearest};
use crate::finding::{Finding, Fix, RuleId, Safety, Severity};
use crate::phrase;
use crate::syntax::Node;
use crate::template::Template;
use crate::text::{Edit, LineIndex, Span};

const ID: RuleId = RuleId("invalid-suppression");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Template,
    severity: Severity::Warning,
    fix: Some(Safety::Safe),
    summary: || {
        phrase!(
            en: "A suppression has no reason, names an unknown rule or suppresses nothing",
            ja: "指摘の抑制に理由がない、存在しないルールを指定している、または何も抑制していない",
        )
    },
    // Only after every other rule is it known what a suppression suppresses: see `check_suppressions`.
    check: |_, _| {},
};

/// What an allow covers.
enum Scope {
    /// Findings on a line, or about the resource whose key is on it.
    Line(u32),
    /// Findings about a resource.
    Resource(String),
}

struct Allow {
    rule: String,
    rule_span: Span,
    reason: String,
    /// What to take out of the text to be rid of it, where that is whole.
    removal: Option<Span>,
    scope: Scope,
}

/// Marks the findings that are suppressed, and adds what is wrong with suppressions.
/// `off` are the rules that the configuration turns off, with its reasons.
pub(crate) fn check_suppressions(
    template: &Template<'_>,
    off: &BTreeMap<String, String>,
    findings: &mut Vec<Finding>,
) {
    // Most templates suppress nothing.
    let index = OnceCell::new();
    let index = || index.get_or_init(|| LineIndex::new(template.text()));
    let mut wrong = Vec::new();
    for allow in allows(template, index) {
        let known = super::find(&allow.rule).is_some();
        let mut used = false;
        if known && !allow.reason.is_empty() {
            for finding in findings.iter_mut() {
                if finding.rule.0 == allow.rule && covers(&allow.scope, template, index, finding) {
                    used = true;
                    finding.suppressed.get_or_insert_with(|| allow.reason.clone());
                }
            }
        }
        // What was given up while reading may be what it was for.
        let well_formed = known && !allow.reason.is_empty();
        if !used && (!well_formed || template.parsed.lost.is_empty()) {
            wrong.push(complaint(&allow, known));
        }
    }
    wrong.extend(unreadable(template));
    findings.append(&mut wrong);
    for finding in findings.iter_mut() {
        if let Some(reason) = off.get(finding.rule.0) {
            finding.suppressed.get_or_insert_with(|| reason.clone());
        }
    }
}

fn covers<'i>(
    scope: &Scope,
    template: &Template<'_>,
    index: impl Fn() -> &'i LineIndex,
    finding: &Finding,
) -> bool {
    match scope {
        Scope::Resource(id) => {
            finding.resource.as_deref() == Some(id) || finding.function.as_deref() == Some(id)
        }
        Scope::Line(line) => {
            let primary = finding.primary().and_then(|label| label.span);
            let index = index();
            let on_line = primary.is_some_and(|span| index.line_of(span.start) == *line);
            let named = finding.resource.as_deref().and_then(|id| template.resource(id));
            on_line
                || named
                    .is_some_and(|resource| index.line_of(template.node(resource.key).span().start) == *line)
        }
    }
}

fn allows<'i>(template: &Template<'_>, index: impl Fn() -> &'i LineIndex) -> Vec<Allow> {
    let mut found = comment_allows(template, index);
    for entry in template.section("Resources").map(Node::entries).into_iter().flatten() {
        let Some(id) = entry.name() else { continue };
        let Some(list) = entry.value.at(&["Metadata", "vpcheck", "allow"]) else { continue };
        for item in list.items() {
            let rule = item.get("rule");
            found.push(Allow {
                rule: rule.and_then(Node::as_str).unwrap_or("").to_owned(),
                rule_span: rule.unwrap_or(item).span(),
                reason: item.get("reason").and_then(Node::as_str).unwrap_or("").trim().to_owned(),
                removal: None,
                scope: Scope::Resource(id.to_owned()),
            });
        }
    }
    found
}

const MARK: &str = "vpcheck:";

fn comment_allows<'i>(template: &Template<'_>, index: impl Fn() -> &'i LineIndex) -> Vec<Allow> {
    let text = template.text();
    let mut found = Vec::new();
    for comment in &template.parsed.comments {
        let Some(rest) = comment.text.trim_start().strip_prefix(MARK) else { continue };
        let inside = rest.trim_start().strip_prefix("allow(");
        let Some((rules, reason)) = inside.and_then(|inside| inside.split_once(')')) else { continue };
        let index = index();
        let line = if comment.trailing {
            index.line_of(comment.span.start)
        } else {
            next_content_line(text, index, index.line_of(comment.span.start))
        };
        let names: Vec<&str> = rules.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        for name in &names {
            let within =
                comment.span.slice(text).find(name).and_then(|at| u32::try_from(at).ok()).unwrap_or(0);
            let start = comment.span.start + within;
            found.push(Allow {
                rule: (*name).to_owned(),
                rule_span: Span::new(start, start + u32::try_from(name.len()).unwrap_or(0)),
                reason: reason.trim_start_matches([':', '-', ' ']).trim().to_owned(),
                removal: (names.len() == 1).then(|| removal(text, comment.span)),
                scope: Scope::Line(line),
            });
        }
    }
    found
}

/// Comments that start like a suppression and are none.
fn unreadable(template: &Template<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for comment in &template.parsed.comments {
        let Some(rest) = comment.text.trim_start().strip_prefix(MARK) else { continue };
        let inside = rest.trim_start().strip_prefix("allow(").and_then(|inside| inside.split_once(')'));
        if inside.is_some_and(|(rules, _)| !rules.trim().is_empty()) {
            continue;
        }
        found.push(
            Finding::new(
                ID,
                Severity::Warning,
                Some(comment.span),
                phrase!(
                    en: "this comment starts like a suppression but suppresses nothing",
                    ja: "抑制コメントの書式ではないため、何も抑制していません",
                ),
            )
            .help(phrase!(
                en: "write `# vpcheck: allow(rule-id) the reason`",
                ja: "`# vpcheck: allow(ルール ID) 理由` の形で書いてください",
            ))
            .told_apart_by(comment.text.trim()),
        );
    }
    found
}

/// The first line after `line` that holds more than a comment.
fn next_content_line(text: &str, index: &LineIndex, line: u32) -> u32 {
    (line + 1..=index.line_count())
        .find(|line| {
            let start = index.line_start(*line) as usize;
            let rest = text.get(start..).unwrap_or("");
            let content = rest.lines().next().unwrap_or("").trim();
            !content.is_empty() && !content.starts_with('#')
        })
        .unwrap_or(line)
}

/// A comment alone on its line goes with the line; one behind something goes with the blanks before it.
fn removal(text: &str, comment: Span) -> Span {
    let before = text.get(..comment.start as usize).unwrap_or("");
    let start = before.trim_end_matches([' ', '\t']).len();
    let alone = before[..start].is_empty() || before[..start].ends_with('\n');
    let rest = text.get(comment.end as usize..).unwrap_or("");
    let line_end = rest.find('\n').map_or(rest.len(), |at| at + 1);
    let end = if alone { comment.end as usize + line_end } else { comment.end as usize };
    Span::new(u32::try_from(start).unwrap_or(comment.start), u32::try_from(end).unwrap_or(comment.end))
}

fn complaint(allow: &Allow, known: bool) -> Finding {
    let rule = &allow.rule;
    let finding = |message| {
        Finding::new(ID, Severity::Warning, Some(allow.rule_span), message).told_apart_by(rule.as_str())
    };
    if !known {
        let near = nearest(rule, super::all().iter().map(|rule| rule.id.0));
        let fix = near.map(|near| Fix {
            safety: Safety::Safe,
            title: phrase!(en: "Change to `{near}`", ja: "`{near}` に変更する"),
            edits: vec![Edit::replace(allow.rule_span, near)],
        });
        let help = match near {
            Some(near) => phrase!(en: "did you mean `{near}`?", ja: "`{near}` ではありませんか?"),
            None => phrase!(
                en: "`vpcheck rules` lists every rule",
                ja: "ルールの一覧は `vpcheck rules` で見られます",
            ),
        };
        return finding(phrase!(en: "no rule is named `{rule}`", ja: "`{rule}` というルールはありません"))
            .help(help)
            .fix(fix.filter(|_| !rule.is_empty()));
    }
    if allow.reason.is_empty() {
        return finding(phrase!(
            en: "this allow of `{rule}` gives no reason, so it does not count",
            ja: "`{rule}` の抑制に理由が書かれていないため、無効です",
        ))
        .help(phrase!(
            en: "say why: `# vpcheck: allow({rule}) the reason`",
            ja: "理由を書いてください: `# vpcheck: allow({rule}) 理由`",
        ));
    }
    let fix = allow.removal.map(|span| Fix {
        safety: Safety::Safe,
        title: phrase!(en: "Remove the comment", ja: "コメントを削除する"),
        edits: vec![Edit::delete(span)],
    });
    if *rule == FAILED_ASSERTION.0 {
        return finding(phrase!(
            en: "an assertion is vpcheck.yaml's: no template can take it back",
            ja: "アサーションは vpcheck.yaml のものです。テンプレートからは抑制できません",
        ))
        .help(phrase!(
            en: "change `assertions` there, or turn `{rule}` off there with a reason",
            ja: "vpcheck.yaml の `assertions` を直すか、そこで理由を付けて `{rule}` を無効にしてください",
        ))
        .fix(fix);
    }
    finding(
        phrase!(en: "this allow of `{rule}` suppresses nothing", ja: "この `{rule}` の抑制に対応する指摘がありません"),
    )
    .help(phrase!(
        en: "remove it: the finding it was for is gone, or stands on another line",
        ja: "対象の指摘は解消したか、別の行にあります。不要なら削除してください",
    ))
    .fix(fix)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, fixed};
    use crate::{Options, analyze};

    #[test]
    fn a_reason_is_required_and_something_to_suppress() {
        let text = "\
Resources:
  A:
    Type: T
    Properties:
      One: !Ref Gone # vpcheck: allow(unknown-reference) made by hand
      # vpcheck: allow(unknown-reference)
      Two: !Ref Away
      Three: 1 # vpcheck: allow(duplicate-key) old
      # vpcheck: allow(unknown-referense) typo
      Four: !Ref Lost
      Five: 1 # vpcheck: allow(failed-assertion) not here
";
        assert_eq!(
            findings(text, "invalid-suppression"),
            [
                "6:24 this allow of `unknown-reference` gives no reason, so it does not count",
                "8:33 this allow of `duplicate-key` suppresses nothing",
                "9:24 no rule is named `unknown-referense`",
                "11:32 an assertion is vpcheck.yaml's: no template can take it back",
            ]
        );
        let analysis = analyze("t.yaml", text, &Options::default());
        assert_eq!(analysis.summary().suppressed, 1);
        let after = fixed(text, "invalid-suppression");
        assert!(after.contains("Three: 1\n") && after.contains("allow(unknown-reference) typo"), "{after}");
    }

    #[test]
    fn a_comment_that_is_no_suppression_is_told() {
        let text = "Resources:\n  # vpcheck: allow unknown-reference\n  # vpcheck: ignore(x)\n  # vpcheck is good\n  A: {Type: T}\n";
        assert_eq!(
            findings(text, "invalid-suppression"),
            [
                "2:3 this comment starts like a suppression but suppresses nothing",
                "3:3 this comment starts like a suppression but suppresses nothing",
            ]
        );
    }

    #[test]
    fn metadata_covers_its_resource() {
        let text = r#"{"Resources": {"A": {"Type": "T", "Properties": {"One": {"Ref": "Gone"}},
            "Metadata": {"vpcheck": {"allow": [{"rule": "unknown-reference", "reason": "made by hand"}]}}}}}"#;
        assert!(findings(text, "unknown-reference").is_empty());
        assert!(findings(text, "invalid-suppression").is_empty());
    }
}
