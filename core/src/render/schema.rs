//! JSON Schemas of the JSON formats, made of the shapes themselves.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;

use super::{comparison, cost, endpoints, json, trace};

/// The schema of each command's JSON, version 1, with the command's name: JSON Schema 2020-12. Members may be added to a
/// version, so none is forbidden.
pub fn schemas() -> Vec<(&'static str, String)> {
    [
        ("check", json::schema as fn(&mut SchemaGenerator) -> schemars::Schema),
        ("trace", trace::schema),
        ("cost", cost::schema),
        ("endpoints", endpoints::schema),
        ("diff", comparison::schema),
    ]
    .into_iter()
    .map(|(command, schema)| {
        let mut schema = schema(&mut SchemaSettings::draft2020_12().for_serialize().into_generator());
        schema.insert("title".to_owned(), format!("vpcheck {command} --format json, version 1").into());
        // A schema is JSON, which can always be written.
        (command, serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n")
    })
    .collect()
}
