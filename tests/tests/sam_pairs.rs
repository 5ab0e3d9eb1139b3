//! SAM templates with what SAM's own transform makes of them, compared with what ours makes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use vpcheck_core::syntax::{Kind, Limits, Node, parse};
use vpcheck_core::template::sam::{Expansion, HASH_MARKER, expand};

/// Properties that are left out of the comparison, with the reason.
const UNCOMPARED: [(&str, &str, &str); 14] = [
    ("AWS::ApiGateway::RestApi", "Tags", "tags are no part of the network"),
    ("AWS::ApiGateway::Stage", "Tags", "tags are no part of the network"),
    ("AWS::ApiGatewayV2::Api", "Tags", "tags are no part of the network"),
    ("AWS::ApiGatewayV2::Stage", "Tags", "tags are no part of the network"),
    ("AWS::ApiGatewayV2::DomainName", "Tags", "tags are no part of the network"),
    ("AWS::ApiGateway::RestApi", "BinaryMediaTypes", "SAM puts a parameter's value in, ours keeps the reference"),
    ("*", "Metadata", "SAM's own notes on connectors"),
    ("AWS::ApiGateway::RestApi", "Body", "the definition that SAM writes is not built"),
    ("AWS::ApiGatewayV2::Api", "Body", "the definition that SAM writes is not built"),
    ("AWS::ApiGateway::Deployment", "Description", "it names the hash of the definition"),
    ("AWS::StepFunctions::StateMachine", "Definition", "kept as the author has it"),
    ("AWS::StepFunctions::StateMachine", "DefinitionString", "kept as the author has it"),
    ("AWS::StepFunctions::StateMachine", "DefinitionSubstitutions", "made for the definition"),
    ("AWS::ApiGateway::UsagePlanKey", "DependsOn", "order only"),
];

/// Differences that stay, with the reason.
const EXCEPTIONS: [(&str, &str, &str); 1] = [(
    "websocket_api_domain_globals",
    "RecordSetGroup370194ff6e.Properties.RecordSets",
    "two APIs share the hosted zone, and SAM loses the records of the first",
)];

#[test]
fn the_expansion_is_what_sam_makes() {
    let Some(folder) = pairs() else {
        println!("skipped: no shared corpus beside the workspace");
        return;
    };
    let mut table = String::new();
    let mut failures = Vec::new();
    for input in inputs(&folder) {
        let name = input.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let text = std::fs::read_to_string(&input).expect("the input can be read");
        let output = folder.join("output").join(format!("{name}.json"));
        let output = std::fs::read_to_string(output).expect("the output can be read");
        let expected: Value = serde_json::from_str(&output).expect("the output is JSON");
        let outcome = compare(&text, &expected);
        let differences: Vec<_> = outcome
            .differences
            .into_iter()
            .filter(|difference| {
                !EXCEPTIONS.iter().any(|(pair, start, _)| *pair == name && difference.starts_with(start))
            })
            .collect();
        let _ = writeln!(
            table,
            "{name:<90} functions {:>3}  ids {:>3}  differences {:>3}{}",
            outcome.functions,
            outcome.ids,
            differences.len(),
            if outcome.is_error { "  (an error: problems are asked for)" } else { "" }
        );
        failures.extend(differences.into_iter().map(|difference| format!("{name}: {difference}")));
    }
    println!("{table}");
    assert!(failures.is_empty(), "{} differences\n{}", failures.len(), failures.join("\n"));
}

struct Outcome {
    functions: usize,
    ids: usize,
    is_error: bool,
    differences: Vec<String>,
}

fn compare(text: &str, expected: &Value) -> Outcome {
    let mut parsed = parse(text, &Limits::default());
    let expansion = expand(&mut parsed.tree, parsed.root, &parameter);
    let Some(resources) = expected.get("Resources").and_then(Value::as_object) else {
        let mut differences = Vec::new();
        if expansion.problems.is_empty() {
            differences.push("SAM refuses it, and no problem is reported".to_owned());
        }
        return Outcome { functions: 0, ids: 0, is_error: true, differences };
    };
    let mut differences: Vec<_> = expansion
        .problems
        .iter()
        .map(|problem| format!("problem {:?} {:?}", problem.resource, problem.kind))
        .collect();
    let made = made(&parsed.tree, &expansion);
    let resources = normalized(resources, &made);
    for id in resources.keys().filter(|id| !made.contains_key(*id)) {
        differences.push(format!("{id} is missing"));
    }
    for id in made.keys().filter(|id| !resources.contains_key(*id)) {
        differences.push(format!("{id} is too much"));
    }
    let mut functions = 0;
    for (id, resource) in &made {
        let Some(other) = resources.get(id) else { continue };
        functions += usize::from(type_of(resource) == "AWS::Lambda::Function");
        differ(id, &comparable(resource), &comparable(other), &mut differences);
    }
    spans_stand_in_the_text(&parsed.tree, &expansion, text, &mut differences);
    Outcome { functions, ids: made.len(), is_error: false, differences }
}

/// The region that SAM's own tests run in.
fn parameter(name: &str) -> Option<String> {
    (name == "AWS::Region").then(|| "us-east-1".to_owned())
}

/// Nothing made may point at the beginning of the text.
fn spans_stand_in_the_text(
    tree: &vpcheck_core::syntax::Tree<'_>,
    expansion: &Expansion,
    text: &str,
    differences: &mut Vec<String>,
) {
    for resource in &expansion.resources {
        let span = tree.node(resource.body).span();
        if span.slice(text).is_empty() || span.start == 0 {
            differences.push(format!("{} has no place in the text", resource.id));
        }
    }
}

fn made(tree: &vpcheck_core::syntax::Tree<'_>, expansion: &Expansion) -> BTreeMap<String, Value> {
    let json = |id| to_json(tree.node(id));
    expansion.resources.iter().map(|resource| (resource.id.clone(), json(resource.body))).collect()
}

fn type_of(resource: &Value) -> &str {
    resource.get("Type").and_then(Value::as_str).unwrap_or_default()
}

/// What is compared of a resource.
fn comparable(resource: &Value) -> Value {
    let kind = type_of(resource).to_owned();
    let left_out = |name: &str| {
        UNCOMPARED.iter().any(|(of, property, _)| (*of == "*" || *of == kind) && *property == name)
    };
    let mut resource = resource.clone();
    if let Some(attributes) = resource.as_object_mut() {
        attributes.retain(|name, _| !left_out(name));
        let properties = attributes.remove("Properties");
        if let Some(Value::Object(mut properties)) = properties {
            properties.retain(|name, _| !left_out(name));
            attributes.insert("Properties".to_owned(), Value::Object(properties));
        }
        // One name and a list of it are the same.
        if let Some(Value::String(only)) = attributes.get("DependsOn").cloned() {
            attributes.insert("DependsOn".to_owned(), Value::Array(vec![Value::String(only)]));
        }
    }
    resource
}

/// SAM's resources with the hashes at the end of ids replaced by the marker, where ours have it.
fn normalized(resources: &Map<String, Value>, made: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let mut text = serde_json::to_string(resources).expect("JSON can be written");
    for id in resources.keys() {
        let Some((prefix, hash)) = id.split_at_checked(id.len().saturating_sub(10)) else { continue };
        let ours = format!("{prefix}{HASH_MARKER}");
        if hash.len() == 10 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) && made.contains_key(&ours) {
            text = text.replace(id, &ours);
        }
    }
    serde_json::from_str(&text).expect("ids are replaced inside of strings")
}

fn differ(path: &str, ours: &Value, theirs: &Value, differences: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            for (name, value) in ours {
                match theirs.get(name) {
                    Some(other) => differ(&format!("{path}.{name}"), value, other, differences),
                    None => differences.push(format!("{path}.{name} is too much: {value}")),
                }
            }
            for (name, value) in theirs.iter().filter(|(name, _)| !ours.contains_key(*name)) {
                differences.push(format!("{path}.{name} is missing: {value}"));
            }
        }
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            differ_in_items(path, ours, theirs, differences);
        }
        _ if scalar(ours).is_some() && scalar(ours) == scalar(theirs) => {}
        _ if number(ours).is_some() && number(ours) == number(theirs) => {}
        _ => differences.push(format!("{path}: {ours} instead of {theirs}")),
    }
}

/// SAM's own tests compare lists in any order, and some of its expected outputs are sorted.
fn differ_in_items(path: &str, ours: &[Value], theirs: &[Value], differences: &mut Vec<String>) {
    let mut in_order = Vec::new();
    for (index, (one, other)) in ours.iter().zip(theirs).enumerate() {
        differ(&format!("{path}[{index}]"), one, other, &mut in_order);
    }
    let mut rest: Vec<_> = theirs.iter().collect();
    for one in ours {
        let same = rest.iter().position(|other| {
            let mut found = Vec::new();
            differ("", one, other, &mut found);
            found.is_empty()
        });
        match same {
            Some(index) => drop(rest.remove(index)),
            None => {
                differences.append(&mut in_order);
                return;
            }
        }
    }
}

/// Scalars are compared as text: YAML and JSON write some of them differently.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

/// 75 and 75.0 are the same.
fn number(value: &Value) -> Option<u64> {
    scalar(value)?.parse::<f64>().ok().map(f64::to_bits)
}

/// A node as JSON, intrinsic functions in their long form.
fn to_json(node: Node<'_>) -> Value {
    let Some(tag) = node.tag() else { return untagged(node) };
    let name = match tag.name.as_ref() {
        name @ ("Ref" | "Condition") => name.to_owned(),
        name => format!("Fn::{name}"),
    };
    let argument = match (tag.name.as_ref(), node.as_str()) {
        ("GetAtt", Some(text)) => {
            let (id, attribute) = text.split_once('.').unwrap_or((text, ""));
            serde_json::json!([id, attribute])
        }
        _ => untagged(node),
    };
    Value::Object(Map::from_iter([(name, argument)]))
}

fn untagged(node: Node<'_>) -> Value {
    match node.kind() {
        Kind::Scalar(..) if node.is_null() => Value::Null,
        Kind::Scalar(text, _) if node.is_plain() => match node.as_bool() {
            Some(flag) => Value::Bool(flag),
            None => Value::String(text.to_owned()),
        },
        Kind::Scalar(text, _) => Value::String(text.to_owned()),
        Kind::Sequence(items) => Value::Array(items.into_iter().map(to_json).collect()),
        Kind::Mapping(entries) => Value::Object(
            entries
                .into_iter()
                .filter_map(|entry| Some((entry.name()?.to_owned(), to_json(entry.value))))
                .collect(),
        ),
        Kind::Missing => Value::Null,
    }
}

/// The shared corpus beside the workspace, or the folder that `SAM_PAIRS` names.
fn pairs() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("SAM_PAIRS") {
        return Some(folder.into());
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus/sam-pairs");
    folder.is_dir().then_some(folder)
}

fn inputs(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join("input")).expect("the inputs can be listed");
    let mut inputs: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    inputs.sort();
    inputs
}
