use std::collections::{HashMap, HashSet};

use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, Fix, RuleId, Safety, Severity};
use crate::phrase;
use crate::suggest::whole_lines;
use crate::syntax::{CollectionStyle, DuplicateKey, Node, NodeId};
use crate::template::Template;
use crate::text::{Edit, Span};

const ID: RuleId = RuleId("duplicate-key");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Template,
    severity: Severity::Error,
    fix: Some(Safety::Suggested),
    summary: || {
        phrase!(
            en: "A map has the same key twice: one of the values is silently lost",
            ja: "同じ階層に同じキーが 2 回あり、どちらかの値が失われる",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    let owners = owners(template);
    for duplicate in &template.parsed.duplicates {
        let (first, second) = (template.node(duplicate.first), template.node(duplicate.second));
        // A line given up between the two may be what kept them apart.
        let between = Span::new(first.span().start, second.span().end.max(first.span().start));
        if template.parsed.lost.iter().any(|lost| between.contains(*lost)) {
            continue;
        }
        let name = second.as_str().unwrap_or("");
        findings.push(
            Finding::new(
                ID,
                Severity::Error,
                Some(second.span()),
                phrase!(en: "`{name}` is a key of this map already", ja: "キー `{name}` が同じ階層に重複しています"),
            )
            .here(phrase!(en: "the second, which most parsers keep", ja: "2 つ目 (多くのパーサーはこちらを採用)"))
            .label(first.span(), phrase!(en: "the first, which most parsers drop", ja: "1 つ目 (多くのパーサーが捨てる)"))
            .help(phrase!(
                en: "keep one of them; where both are meant, merge their values",
                ja: "どちらか一方を残し、両方必要なら値を 1 つにまとめてください",
            ))
            .told_apart_by(name)
            .fix(owners.get(&duplicate.first).and_then(|(map, value)| remove_first(template, duplicate, *map, *value))),
        );
    }
}

/// Removing the entry that is lost anyway keeps what the template means today. Only entries that own whole lines,
/// or that are followed by a comma, are removed: then nothing else moves.
fn remove_first(
    template: &Template<'_>,
    duplicate: &DuplicateKey,
    map: Node<'_>,
    value: Node<'_>,
) -> Option<Fix> {
    let key = template.node(duplicate.first);
    let text = template.text();
    let end = value.span_with_tag().end.max(key.span().end);
    let span = match map.collection_style()? {
        CollectionStyle::Block => whole_lines(text, Span::new(key.span().start, end))?,
        CollectionStyle::Flow => {
            let after = text.get(end as usize..)?;
            let comma = after.find(|character: char| !character.is_whitespace())?;
            if !after[comma..].starts_with(',') {
                return None;
            }
            let rest = &after[comma + 1..];
            if rest.trim_start().starts_with('#') {
                return None;
            }
            let blank = rest.len() - rest.trim_start().len();
            Span::new(key.span().start, end + u32::try_from(comma + 1 + blank).ok()?)
        }
    };
    let name = key.as_str()?;
    // An anchor that goes takes its aliases' meaning with it; a whole section is too much to take away.
    let whole_section = map.id() == template.parsed.root().id();
    if whole_section || span.slice(text).contains('&') {
        return None;
    }
    Some(Fix {
        safety: Safety::Suggested,
        title: phrase!(en: "Remove the first `{name}`", ja: "1 つ目の `{name}` を削除する"),
        edits: vec![Edit::delete(span)],
    })
}

/// The map that holds each first key, and that key's value.
fn owners<'a>(template: &'a Template<'_>) -> HashMap<NodeId, (Node<'a>, Node<'a>)> {
    let mut owners = HashMap::new();
    let firsts: HashSet<NodeId> =
        template.parsed.duplicates.iter().map(|duplicate| duplicate.first).collect();
    if firsts.is_empty() {
        return owners;
    }
    for node in template.parsed.tree.nodes() {
        for entry in node.entries().into_iter().filter(|entry| !entry.merged) {
            if firsts.contains(&entry.key.id()) {
                owners.entry(entry.key.id()).or_insert((node, entry.value));
            }
        }
    }
    owners
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, fixed};

    #[test]
    fn both_places_are_told_and_the_lost_one_is_removed() {
        let text = "Resources:\n  A:\n    Type: AWS::SNS::Topic\n    Type: AWS::SQS::Queue # kept\n";
        let found = findings(text, "duplicate-key");
        assert_eq!(
            found,
            ["4:5 `Type` is a key of this map already | 3:5 the first, which most parsers drop"]
        );
        assert_eq!(fixed(text, "duplicate-key"), "Resources:\n  A:\n    Type: AWS::SQS::Queue # kept\n");
    }

    #[test]
    fn json_keeps_its_commas() {
        let text = r#"{"Resources": {"A": {"Type": "AWS::SNS::Topic", "Type": "AWS::SQS::Queue"}}}"#;
        assert_eq!(fixed(text, "duplicate-key"), r#"{"Resources": {"A": {"Type": "AWS::SQS::Queue"}}}"#);
    }

    #[test]
    fn the_first_key_of_a_list_item_is_left_to_the_author() {
        let text = "Resources:\n  A:\n    Type: AWS::SNS::Topic\n    Properties:\n      Tags:\n        - Key: a\n          Key: b\n";
        assert_eq!(findings(text, "duplicate-key").len(), 1);
        assert_eq!(fixed(text, "duplicate-key"), text);
    }
}
