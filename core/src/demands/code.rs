//! Code that stands in the template: clients of SDKs, and URLs.

use super::scope::Scope;
use super::weigh::{Sign, Weight, evidence};
use super::{DemandSource, EvidenceKind, apis, hosts, service_goal};
use crate::network::Place;
use crate::paths::{Goal, GoalTarget};
use crate::phrase;
use crate::template::{Case, Part, Resource, Value};
use crate::text::Span;

/// Longer code is read as far as this, in bytes.
const LENGTH: usize = 64 * 1024;

/// Reads the inline code of a function.
pub(super) fn read(scope: Scope<'_, '_>, function: &Resource, signs: &mut Vec<Sign>) {
    for case in scope.property(function, &["Code", "ZipFile"]) {
        let Value::Text(text) = &case.value else { continue };
        let mut code = String::new();
        for part in &text.parts {
            match part {
                Part::Literal(literal) => code.push_str(literal),
                // Stands for one word, as it does in a URL.
                _ => code.push('%'),
            }
            if code.len() > LENGTH {
                break;
            }
        }
        for (written, goal, weight) in calls(scope, &code) {
            let id = goal.target.id();
            let words = phrase!(
                en: "its code has `{written}`, which calls {id}",
                ja: "コードの `{written}` が {id} を呼び出します",
            );
            signs.push(Sign {
                source: DemandSource::Function(function.id.clone()),
                goal,
                weight,
                evidence: evidence(EvidenceKind::Code, position(scope, &case, &written), case.guard, words),
            });
        }
    }
}

/// What code calls: the text that says so, the goal, and how much it says.
fn calls(scope: Scope<'_, '_>, code: &str) -> Vec<(String, Goal, Weight)> {
    let mut found: Vec<(String, Goal, Weight)> = Vec::new();
    for line in code.lines().filter(|line| !is_comment(line)) {
        for (written, name) in clients(line) {
            let goal = apis::of_client(name).map(service_goal);
            if let Some(goal) = goal.filter(|goal| !found.iter().any(|(_, known, _)| known == goal)) {
                found.push((written.to_owned(), goal, Weight::Client));
            }
        }
        for (written, goal) in hosts::urls(line, scope.template) {
            if !found.iter().any(|(_, known, _)| *known == goal) {
                let weight = match goal.target {
                    GoalTarget::Service(_) => Weight::Client,
                    _ => Weight::Likely,
                };
                found.push((written.to_owned(), goal, weight));
            }
        }
    }
    found
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    ["#", "//", "*", "/*"].iter().any(|start| line.starts_with(start))
}

/// The clients that a line makes: the text, and the name of the client.
fn clients(line: &str) -> Vec<(&str, &str)> {
    /// What stands before a name in quotes, or before a name as it is.
    const BEFORE: [(&str, bool); 6] = [
        (".client(", true),
        (".resource(", true),
        ("@aws-sdk/", false),
        ("aws-sdk/clients/", false),
        ("new AWS.", false),
        ("service_name=", true),
    ];
    let mut found = Vec::new();
    for (before, quoted) in BEFORE {
        for (at, _) in line.match_indices(before) {
            let start = at + before.len();
            let rest = line.get(start..).unwrap_or("");
            let trimmed = if quoted { rest.trim_start().trim_start_matches("service_name=") } else { rest };
            let opened = trimmed.trim_start_matches(['\'', '"', '\\']);
            if quoted && opened.len() == trimmed.len() {
                continue;
            }
            let is_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
            let end = opened.find(|letter| !is_name(letter)).unwrap_or(opened.len());
            let Some(name) = opened.get(..end).filter(|name| !name.is_empty()) else { continue };
            let skipped = rest.len() - opened.len();
            let from = if quoted { at + 1 } else { at };
            found.push((line.get(from..start + skipped + end).unwrap_or(name), name));
        }
    }
    found
}

/// Where the text of code is written: as it stands there, if it does without escapes, or else the code as a whole.
fn position(scope: Scope<'_, '_>, case: &Case, written: &str) -> Place {
    let whole = case.span;
    let source = whole.slice(scope.template.text());
    let found = source.find(written).and_then(|at| {
        let start = whole.start.checked_add(u32::try_from(at).ok()?)?;
        Some(Span::new(start, start.checked_add(u32::try_from(written.len()).ok()?)?))
    });
    Place::in_template(found.unwrap_or(whole))
}

#[cfg(test)]
mod tests {
    use super::clients;

    #[test]
    fn clients_are_found_in_python_and_javascript() {
        for (line, expected) in [
            ("sqs = boto3.client('sqs')", vec!["sqs"]),
            ("t = boto3.resource(\"dynamodb\", region_name=r).Table('x')", vec!["dynamodb"]),
            ("c = session.client( service_name='ssm')", vec!["ssm"]),
            ("const { S3Client } = require('@aws-sdk/client-s3');", vec!["client-s3"]),
            ("import { SFN } from \"@aws-sdk/client-sfn\";", vec!["client-sfn"]),
            ("const sm = new AWS.SecretsManager({});", vec!["SecretsManager"]),
            ("const S3 = require('aws-sdk/clients/s3');", vec!["s3"]),
            ("self.client(name)", vec![]),
            ("boto3.client('", vec![]),
        ] {
            let names: Vec<_> = clients(line).into_iter().map(|(_, name)| name).collect();
            assert_eq!(names, expected, "{line}");
        }
        assert_eq!(clients("x = boto3.client('sqs')")[0].0, "client('sqs");
    }
}
