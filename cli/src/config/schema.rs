//! The JSON Schema of vpcheck.yaml, for editors. `cargo xtask generate` writes it to docs/schema; a test holds its keys to
//! those that are read.

use serde_json::{Map, Value, json};
use vpcheck_core::cost::PriceItem;
use vpcheck_core::rules;

/// The schema, as it lies in docs/schema.
pub(crate) fn content() -> String {
    let schema = serde_json::to_string_pretty(&schema()).unwrap_or_default();
    schema + "\n"
}

fn schema() -> Value {
    let common = settings();
    let mut of_paths = common.clone();
    of_paths.insert(
        "path".to_owned(),
        described(&json!({"$ref": "#/$defs/texts"}), "The files, as in .gitignore"),
    );
    let mut all = common;
    let overrides = json!({"type": "array", "items": {
        "type": "object", "properties": of_paths, "required": ["path"], "additionalProperties": false
    }});
    all.insert(
        "overrides".to_owned(),
        described(&overrides, "Settings for the files of some paths; later entries go before earlier ones"),
    );
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "vpcheck.yaml",
        "description": "What a project has decided about its templates",
        "type": ["object", "null"],
        "properties": all,
        "additionalProperties": false,
        "$defs": definitions(),
    })
}

fn definitions() -> Value {
    let ids: Vec<&str> = rules::all().iter().map(|rule| rule.id.0).collect();
    let price = json!({"anyOf": [
        {"type": ["number", "string"]},
        {"type": "array", "items": {
            "type": "object",
            "properties": {"from": {"type": ["number", "string"]}, "usd": {"type": ["number", "string"]}},
            "required": ["from", "usd"],
            "additionalProperties": false
        }}
    ]});
    let items: Map<String, Value> = PriceItem::ALL
        .iter()
        .map(|item| (item.name().to_owned(), json!({"$ref": "#/$defs/price"})))
        .collect();
    json!({
        "rule": {"enum": ids},
        "texts": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        "addresses": {"type": ["object", "null"], "additionalProperties": {"$ref": "#/$defs/texts"}},
        "counts": {"type": "object", "additionalProperties": {"type": ["integer", "string"], "minimum": 0}},
        "amount": {"type": ["number", "string"], "minimum": 0},
        "price": price,
        "prices_of_a_region": {"type": "object", "properties": items, "additionalProperties": false},
    })
}

/// What may be said of all files and of those of some paths.
fn settings() -> Map<String, Value> {
    let amount = json!({"$ref": "#/$defs/amount"});
    let load = json!({"anyOf": [amount, {
        "type": "object", "properties": {"out": amount, "in": amount}, "additionalProperties": false
    }]});
    let traffic = json!({
        "type": "object",
        "properties": {
            "gb": {"type": "object", "additionalProperties": {"anyOf": [
                amount, {"type": "object", "additionalProperties": load}
            ]}},
            "requests": {"$ref": "#/$defs/counts"},
            "duration_ms": {"$ref": "#/$defs/counts"},
            "queries": {"$ref": "#/$defs/counts"}
        },
        "additionalProperties": false
    });
    let prices = json!({"type": "object", "additionalProperties": {"anyOf": [
        {"$ref": "#/$defs/price"}, {"$ref": "#/$defs/prices_of_a_region"}
    ]}});
    let value = json!({"anyOf": [
        {"type": ["string", "number", "boolean", "null"]},
        {"type": "array", "items": {"type": ["string", "number", "boolean"]}}
    ]});
    let rule = json!({
        "type": "object",
        "properties": {
            "level": {"enum": ["off", "info", "warning", "error"]},
            "reason": {"type": "string", "minLength": 1}
        },
        "required": ["level", "reason"],
        "additionalProperties": false
    });
    let allow = json!({
        "type": "object",
        "properties": {
            "rule": {"$ref": "#/$defs/rule"},
            "reason": {"type": "string", "minLength": 1},
            "path": {"$ref": "#/$defs/texts"}
        },
        "required": ["rule", "reason"],
        "additionalProperties": false
    });
    let assertion = json!({
        "type": "object",
        "properties": {
            "from": {"type": "string"},
            "to": {"type": "string"},
            "expect": {"enum": ["reachable", "blocked"]},
            "reason": {"type": "string"}
        },
        "required": ["to", "expect"],
        "additionalProperties": false
    });
    let file_or = |map: Value| json!({"anyOf": [{"type": "string"}, map]});
    let list_of = |items: Value| json!({"type": ["array", "null"], "items": items});
    let kinds = json!({"enum": ["private-nat", "isolated", "public"]});
    let properties = [
        ("region", json!({"type": ["string", "null"]}), "The region that the stacks go to"),
        (
            "params",
            json!({"type": ["object", "null"], "additionalProperties": value}),
            "Values of template parameters; import:NAME and resolve:REF settle imports and dynamic references",
        ),
        (
            "context",
            json!({"$ref": "#/$defs/texts"}),
            "What the real network is: files, or folders of .json files, with the output of describe calls",
        ),
        (
            "assume",
            json!({"type": ["object", "null"], "additionalProperties": kinds}),
            "What subnets that are not known are taken to be",
        ),
        ("prefix_lists", json!({"$ref": "#/$defs/addresses"}), "Addresses of prefix lists, by id"),
        (
            "resolve",
            json!({"$ref": "#/$defs/addresses"}),
            "Addresses that host names, or services by the suffix of their endpoint service, answer",
        ),
        ("traffic", file_or(traffic), "The traffic of a month, or the file that says it"),
        (
            "prices",
            file_or(prices),
            "Prices in US dollars that go before the known ones, or the file that says them",
        ),
        (
            "rules",
            json!({"type": ["object", "null"], "propertyNames": {"$ref": "#/$defs/rule"}, "additionalProperties": rule}),
            "Rules that weigh more or less here, or are off",
        ),
        ("allow", list_of(allow), "Findings that are accepted"),
        ("assertions", list_of(assertion), "Paths that must be open or closed"),
    ];
    properties.into_iter().map(|(key, schema, words)| (key.to_owned(), described(&schema, words))).collect()
}

fn described(schema: &Value, words: &str) -> Value {
    let mut schema = schema.clone();
    if let Value::Object(members) = &mut schema {
        members.insert("description".to_owned(), json!(words));
    }
    schema
}
