//! What others read is what their formats are: every result is held to the schema.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jsonschema::Validator;
use serde_json::Value;
use vpcheck_core::comparison::{Version, compare};
use vpcheck_core::cost::{cost, estimate};
use vpcheck_core::language::Language;
use vpcheck_core::{Analysis, Options, TraceRequest, analyze, render, suggest_endpoints, trace};
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

/// The settings that `vpcheck init` writes, as they are and with the # taken away.
#[test]
fn the_settings_that_init_writes_keep_their_schema() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |path: &str| std::fs::read_to_string(project.join(path)).expect("a file of the project");
    let schema: Value = serde_json::from_str(&read("docs/schema/config.v1.json")).expect("JSON");
    let schema = jsonschema::options().build(&schema).expect("a schema");
    let wrong = |text: &str| {
        let settings: Value = serde_yaml::from_str(text).expect("YAML");
        schema.iter_errors(&settings).map(|error| error.to_string()).collect::<Vec<_>>()
    };
    for language in ["en", "ja"] {
        let text = read(&format!("cli/src/config/vpcheck.{language}.yaml"));
        assert_eq!(wrong(&text), Vec::<String>::new());
        let is_words = |line: &&str| line.starts_with("# ") && !line.starts_with("#  ");
        let shown = text.lines().filter(|line| !is_words(line));
        let shown: String = shown.map(|line| line.trim_start_matches('#').to_owned() + "\n").collect();
        assert!(shown.contains("\nassertions:\n"), "{shown}");
        assert_eq!(wrong(&shown), Vec::<String>::new());
    }
    for slip in [
        "regoin: us-east-1",
        "rules: {single-zone-functon: {level: info, reason: x}}",
        "assertions: [{to: s3}]",
    ] {
        assert!(!wrong(slip).is_empty(), "{slip}");
    }
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

/// The JSON of each command for two templates: the name of the command with what it prints.
fn json_of(old: &str, new: &str, region: Option<&str>) -> Vec<(&'static str, Value)> {
    let options = Options { region: region.map(str::to_owned), ..Options::default() };
    let language = Language::English;
    let mut all = Vec::new();
    let mut add = |command, text: String| {
        all.push((command, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{command}: {error}"))));
    };
    let analysis = analyze("new.yaml", new, &options);
    let site = Some("https://example.com/vpcheck");
    add("check", render::json::check(&[("new.yaml".to_owned(), &analysis)], language, site));
    if let Ok(tracing) = trace("new.yaml", new, &options, &TraceRequest::default()) {
        add("trace", render::trace(&tracing, language));
    }
    let costing = cost("old.yaml", old, &options);
    if costing.model.region.is_some() {
        let estimate = estimate(&costing.model, &options.prices, None);
        add("cost", render::cost(&costing, &estimate, language));
    }
    add("endpoints", render::endpoints(&suggest_endpoints("old.yaml", old, &options), language));
    let version = |path, text| Version { path, text, options: &options, assertions: &[] };
    if let Ok(comparison) = compare(version("old.yaml", old), version("new.yaml", new)) {
        add("diff", render::comparison("old.yaml", "new.yaml", &comparison, language, site));
    }
    all
}

#[test]
fn json_keeps_its_schemas() {
    let schemas: BTreeMap<&str, Validator> = render::schemas()
        .into_iter()
        .map(|(command, schema)| {
            let schema: Value = serde_json::from_str(&schema).expect("JSON");
            (command, jsonschema::options().build(&schema).expect("a schema"))
        })
        .collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut hold = |old: &str, new: &str, region| {
        for (command, json) in json_of(old, new, region) {
            let errors: Vec<String> = schemas[command]
                .iter_errors(&json)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .take(5)
                .collect();
            assert!(errors.is_empty(), "{command} of {new:.200}: {errors:#?}");
            *counts.entry(command).or_default() += 1;
        }
    };
    for system in systems() {
        let sound = system.version(None).text;
        for fault in system.faults() {
            hold(&sound, &system.version(Some(fault)).text, Some("us-east-1"));
        }
    }
    if let Some(root) = corpus::beside_workspace() {
        // Each is analysed five times over, and their results are alike.
        for file in corpus::files(&root).expect("a readable corpus").iter().step_by(8) {
            hold(&file.text, &file.text, None);
        }
    }
    assert!(schemas.keys().all(|command| counts[command] > 20), "{counts:?}");
}

/// What every member of a result is, by the way to it: `files[].findings[].rule string`.
fn members(json: &Value, way: &str, all: &mut BTreeSet<String>) {
    let kind = match json {
        // Where something may be absent, what it is otherwise stands elsewhere.
        Value::Null => return,
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(items) => {
            for item in items {
                members(item, &format!("{way}[]"), all);
            }
            "array"
        }
        Value::Object(map) => {
            for (name, value) in map {
                members(value, &format!("{way}.{name}"), all);
            }
            "object"
        }
    };
    all.insert(format!("{way} {kind}"));
}

/// `tests/formats` has what each command printed for two templates when the format was new: who reads version 1 reads that.
#[test]
fn json_still_has_every_member_that_it_had() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("formats");
    let read = |name: &str| {
        std::fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    let now = json_of(&read("old.yaml"), &read("new.yaml"), Some("us-east-1"));
    let commands: Vec<&str> = now.iter().map(|(command, _)| *command).collect();
    assert_eq!(commands, ["check", "trace", "cost", "endpoints", "diff"]);
    for (command, json) in now {
        let (mut had, mut has) = (BTreeSet::new(), BTreeSet::new());
        let before: Value = serde_json::from_str(&read(&format!("{command}.v1.json"))).expect("JSON");
        members(&before, "", &mut had);
        members(&json, "", &mut has);
        let gone: Vec<&String> = had.difference(&has).collect();
        assert!(gone.is_empty(), "{command} has lost {gone:?}");
        assert!(had.len() > 10, "{command}: {had:?}");
    }
}
