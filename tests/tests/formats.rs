//! What others read is what their formats are: every result is held to the schema.

use std::path::Path;

use jsonschema::Validator;
use serde_json::Value;
use vpcheck_core::language::Language;
use vpcheck_core::{Analysis, Options, analyze, render};
use vpcheck_tests::corpus;
use vpcheck_tests::planted::systems;

fn schema(name: &str) -> Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    // The one of SARIF has a bracket too many in the pattern of a language, which not every reader of patterns forgives.
    let text = text.replace("-[a-zA-Z]{2}]?$", "-[a-zA-Z]{2}?$");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema")
}

/// Every template of the project, and those of the corpus where it is there, with what is found in them.
fn analysed() -> Vec<(String, Analysis)> {
    let mut all = Vec::new();
    let mut add = |path: &str, text: &str| {
        let analysis = analyze(path, text, &Options::default());
        if analysis.is_template {
            all.push((path.to_owned(), analysis));
        }
    };
    for system in systems() {
        add(&system.name, &system.version(None).text);
        for fault in system.faults() {
            add(&format!("{}@{fault}", system.name), &system.version(Some(fault)).text);
        }
    }
    match corpus::beside_workspace() {
        Some(root) => {
            for file in corpus::files(&root).expect("a readable corpus") {
                add(&file.path, &file.text);
            }
        }
        None => eprintln!("no corpus beside the workspace: only the project's own templates are looked at"),
    }
    all
}

#[test]
fn sarif_keeps_its_schema() {
    let schema = schema("sarif-2.1.0.json");
    let all = analysed();
    let (mut results, mut flows, mut fixes) = (0, 0, 0);
    for language in [Language::English, Language::Japanese] {
        let pairs: Vec<(String, &Analysis)> = all.iter().map(|(path, one)| (path.clone(), one)).collect();
        let log: Value =
            serde_json::from_str(&render::sarif(&pairs, language, Some("https://example.com/vpcheck")))
                .expect("JSON");
        let errors: Vec<String> = schema
            .iter_errors(&log)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .take(5)
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
        for result in log["runs"][0]["results"].as_array().expect("results") {
            results += 1;
            flows += usize::from(result.get("codeFlows").is_some());
            fixes += usize::from(result.get("fixes").is_some());
        }
    }
    assert!(results > 100 && flows > 10 && fixes > 10, "{results} results, {flows} paths, {fixes} fixes");
}
