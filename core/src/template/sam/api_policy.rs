//! The policy that SAM writes into the definition of a REST API, from `Auth.ResourcePolicy`.
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-resourcepolicystatement.html>

use super::events;
use super::intrinsic;
use super::source::{Source, Template};
use super::value::{Map, Value, map};
use crate::syntax::Node;

/// Where a definition holds the policy.
const KEY: &str = "x-amazon-apigateway-policy";

/// What is known of the definition of an API: its policy alone, where SAM writes the rest, and all that the author wrote.
/// Nothing where a part of the policy is said at an event, or by something that is not known.
pub(super) fn definition(template: &Template<'_>, source: &Source<'_>) -> Option<Value> {
    let written = source.property("DefinitionBody");
    if says_more_at_events(template) || source.property("DefinitionUri").is_some() {
        return written.map(Value::from);
    }
    let policy = source.property("Auth").map(|auth| (auth, auth.get("ResourcePolicy")));
    let policy = match policy {
        Some((auth, _)) if intrinsic::is_intrinsic(auth) => return written.map(Value::from),
        Some((_, Some(policy))) if intrinsic::is_intrinsic(policy) => return written.map(Value::from),
        Some((_, policy)) => policy,
        None => None,
    };
    match written {
        Some(body) if policy.is_none() || intrinsic::is_intrinsic(body) || !body.is_mapping() => {
            Some(body.into())
        }
        Some(body) => Some(with_policy(Some(body), statements(policy?), policy?)),
        None => Some(match policy {
            Some(policy) => with_policy(None, statements(policy), policy),
            None => Value::Map(Map::new()),
        }),
    }
}

/// Whether an event adds statements about its own path.
fn says_more_at_events(template: &Template<'_>) -> bool {
    template.sources.iter().any(|source| {
        let events = events::read(source, &mut Vec::new());
        events.iter().any(|event| {
            event.kind == "Api"
                && event.property("Auth").is_some_and(|auth| auth.get("ResourcePolicy").is_some())
        })
    })
}

fn with_policy(body: Option<Node<'_>>, statements: Vec<Value>, policy: Node<'_>) -> Value {
    let mut entries = Map::new();
    let mut all = Vec::new();
    for entry in body.map(Node::entries).into_iter().flatten() {
        match entry.name() {
            Some(KEY) => match entry.value.get("Statement") {
                Some(list) if list.is_mapping() => all.push(list.into()),
                list => all.extend(list.map(Node::items).into_iter().flatten().map(Value::from)),
            },
            Some(name) => entries.push((name.to_owned().into(), entry.value.into())),
            None => {}
        }
    }
    all.extend(statements);
    entries.push((KEY.into(), map([("Statement", Value::List(all).of(policy.id()))]).of(policy.id())));
    Value::Map(entries)
}

/// The statements, in SAM's order. SAM names the methods of each path; together they are all that the API has.
fn statements(policy: Node<'_>) -> Vec<Value> {
    let given = |name: &str| policy.get(name).filter(|node| intrinsic::is_given(*node));
    let mut found: Vec<Value> = Vec::new();
    for (name, effect) in [("AwsAccountWhitelist", "Allow"), ("AwsAccountBlacklist", "Deny")] {
        if let Some(accounts) = given(name) {
            found.push(statement(accounts, effect, map([("AWS", accounts.into())]), None));
        }
    }
    for (name, operator) in [("IpRangeWhitelist", "NotIpAddress"), ("IpRangeBlacklist", "IpAddress")] {
        if let Some(ranges) = given(name) {
            let condition = map([(operator, map([("aws:SourceIp", ranges.into())]))]);
            found.extend(all_but(ranges, condition));
        }
    }
    for (list, operator) in [("Blacklist", "StringEquals"), ("Whitelist", "StringNotEquals")] {
        let named = given(&format!("SourceVpc{list}"));
        let intrinsic = |kind: &str| given(&format!("Intrinsic{kind}{list}"));
        let mut keys = Map::new();
        for (key, prefix, own) in
            [("aws:SourceVpc", "vpc-", intrinsic("Vpc")), ("aws:SourceVpce", "vpce-", intrinsic("Vpce"))]
        {
            let begins = |node: &Node<'_>| node.as_str().is_some_and(|id| id.starts_with(prefix));
            let mut values: Vec<Value> =
                named.map(Node::items).into_iter().flatten().filter(begins).map(Value::from).collect();
            values.extend(own.map(Node::items).into_iter().flatten().map(Value::from));
            if !values.is_empty() {
                keys.push((key.into(), values.into()));
            }
        }
        let at = named.or_else(|| intrinsic("Vpc")).or_else(|| intrinsic("Vpce"));
        if let Some(at) = at.filter(|_| !keys.is_empty()) {
            found.extend(all_but(at, map([(operator, Value::Map(keys))])));
        }
    }
    match given("CustomStatements") {
        Some(list) if list.is_mapping() => found.push(list.into()),
        list => found.extend(list.map(Node::items).into_iter().flatten().map(Value::from)),
    }
    found
}

/// Everybody may, but nobody for whom the condition holds.
fn all_but(at: Node<'_>, condition: Value) -> [Value; 2] {
    [statement(at, "Allow", "*".into(), None), statement(at, "Deny", "*".into(), Some(condition))]
}

fn statement(at: Node<'_>, effect: &'static str, principal: Value, condition: Option<Value>) -> Value {
    let mut statement = map([
        ("Effect", effect.into()),
        ("Action", "execute-api:Invoke".into()),
        ("Resource", "execute-api:/*".into()),
        ("Principal", principal),
    ]);
    if let Some(condition) = condition {
        statement.insert("Condition", condition);
    }
    statement.of(at.id())
}
