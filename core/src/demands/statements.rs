//! Policy documents.

use super::scope::Scope;
use crate::template::{Case, Guard, Text, Value};
use crate::text::Span;

/// An action as it is written, perhaps with wildcards.
#[derive(Clone, Debug)]
pub(super) struct Action {
    pub(super) text: String,
    pub(super) at: Span,
}

/// A statement of a policy.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) when: Guard,
    pub(super) allows: bool,
    pub(super) actions: Vec<Action>,
    /// Whether it is about all actions but these.
    pub(super) all_but: bool,
    /// The resources that it names.
    pub(super) resources: Vec<Text>,
    /// Whether it is about any resource, or about any but these.
    pub(super) any_resource: bool,
    /// The keys of its conditions, in lower case.
    pub(super) conditions: Vec<String>,
}

/// The statements of a document.
#[derive(Clone, Debug, Default)]
pub(super) struct Statements {
    pub(super) all: Vec<Statement>,
    /// Whether nothing of it is unknown.
    pub(super) complete: bool,
}

/// Reads a document.
pub(super) fn read(scope: Scope<'_, '_>, document: &Case) -> Statements {
    let mut found = Statements { all: Vec::new(), complete: matches!(document.value, Value::Map(_)) };
    for list in scope.entry(document, "Statement") {
        for item in scope.items(&list) {
            match &item.value {
                Value::Map(_) => statement(scope, &item, &mut found),
                _ => found.complete = false,
            }
        }
    }
    found
}

fn statement(scope: Scope<'_, '_>, item: &Case, found: &mut Statements) {
    let first = |key: &str| scope.entry(item, key);
    let effects = first("Effect");
    let (mut actions, mut all_but) = (first("Action"), false);
    if actions.is_empty() {
        actions = first("NotAction");
        all_but = !actions.is_empty();
    }
    let any_but = !first("NotResource").is_empty();
    let resources = first("Resource");
    let conditions: Vec<String> = first("Condition")
        .iter()
        .flat_map(|condition| scope.entries(condition))
        .flat_map(|(_, operator)| scope.entries(&operator))
        .map(|(key, _)| key.to_ascii_lowercase())
        .collect();
    for effect in &effects {
        let allows = match effect.value.known() {
            Some("Allow") => true,
            Some("Deny") => false,
            _ => {
                found.complete = false;
                continue;
            }
        };
        let mut one = Statement {
            when: effect.guard,
            allows,
            actions: Vec::new(),
            all_but,
            resources: Vec::new(),
            any_resource: any_but || resources.is_empty(),
            conditions: conditions.clone(),
        };
        for case in actions.iter().flat_map(|case| scope.items(case)) {
            match case.value.known() {
                Some(text) if scope.both(effect.guard, case.guard).is_some() => {
                    one.actions.push(Action { text: text.trim().to_owned(), at: case.span });
                }
                Some(_) => {}
                None => found.complete = false,
            }
        }
        for case in resources.iter().flat_map(|case| scope.items(case)) {
            match &case.value {
                Value::Text(text) if is_any(text) => one.any_resource = true,
                Value::Text(text) => one.resources.push(text.clone()),
                // Some resource that nothing is known of.
                _ => one.resources.push(Text::default()),
            }
        }
        found.all.push(one);
    }
}

/// `*`, or an ARN whose last part is `*`: `arn:aws:sqs:*:*:*`.
fn is_any(text: &Text) -> bool {
    let text = text.to_string();
    // `${AWS::Region}` has colons of its own.
    let plain = text.replace("::", "");
    plain == "*"
        || (plain.starts_with("arn:") && plain.splitn(6, ':').nth(5) == Some("*"))
        || (text.starts_with("arn:") && text.ends_with(":::*"))
}
