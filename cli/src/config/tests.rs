use vpcheck_core::language::Language;
use vpcheck_core::paths::Verdict;

use super::*;
use crate::init;

fn read_text(text: &str, folder: &Path) -> Result<Config, Problem> {
    let content = serde_yaml::from_str(text).unwrap();
    Reader { name: "vpcheck.yaml", folder }.config(&content)
}

fn complaint(text: &str) -> String {
    match read_text(text, Path::new(".")) {
        Ok(_) => String::new(),
        Err(problem) => format!("{} ({})", problem.what.en, problem.next.en),
    }
}

#[test]
fn what_is_not_understood_is_told_with_its_place() {
    let known = "path, region, params, context, assume, prefix_lists, resolve, traffic, prices, rules, allow, assertions";
    let colour = format!("vpcheck.yaml: overrides[0]: unknown key `colour` (known keys: {known})");
    let cases = [
        ("", ""),
        ("params: {A: 1, B: [x, y]}\nregion: ap-northeast-1\nallow: []\noverrides:\n", ""),
        ("alow: []", "vpcheck.yaml: unknown key `alow` (did you mean `allow`?)"),
        ("asume: {}", "vpcheck.yaml: unknown key `asume` (did you mean `assume`?)"),
        ("overrides: [{path: a, colour: red}]", &colour),
        (
            "overrides: [{path: a, overrides: []}]",
            "vpcheck.yaml: overrides[0]: unknown key `overrides` (known keys: ",
        ),
        (
            "allow: [{rule: nope, reason: x}]",
            "vpcheck.yaml: allow[0]: no rule is named `nope` (`vpcheck rules` lists them)",
        ),
        ("allow: [{rules: nope}]", "vpcheck.yaml: allow[0]: unknown key `rules` (did you mean `rule`?)"),
        (
            "rules: {single-zone-functon: {level: info, reason: x}}",
            "vpcheck.yaml: rules: no rule is named `single-zone-functon` (did you mean `single-zone-function`?)",
        ),
        (
            "rules: {single-zone-function: {level: warn, reason: x}}",
            "vpcheck.yaml: rules.single-zone-function.level: `warn` is none of off, info, warning, error",
        ),
        (
            "rules: {single-zone-function: {level: info}}",
            "vpcheck.yaml: rules.single-zone-function: nothing says why `single-zone-function` is treated so (add",
        ),
        (
            "overrides: [{path: a, rules: {single-zone-function: {levl: info}}}]",
            "vpcheck.yaml: overrides[0].rules.single-zone-function: unknown key `levl` (did you mean `level`?)",
        ),
        ("assertions: [{to: s3}]", "vpcheck.yaml: assertions[0].expect: `` is none of reachable, blocked"),
        (
            "assertions: [{to: s3, expect: blockd}]",
            "vpcheck.yaml: assertions[0].expect: `blockd` is none of reachable, blocked (did you mean `blocked`?)",
        ),
        ("assertions: [{form: F}]", "vpcheck.yaml: assertions[0]: unknown key `form` (did you mean `from`?)"),
        ("traffic: {gigabytes: {}}", "vpcheck.yaml: traffic: unknown key `gigabytes`"),
        ("prices: {us-east-1: {nat_hour: 1}}", "vpcheck.yaml: prices: no price is called `nat_hour`"),
    ];
    for (text, expected) in cases {
        let told = complaint(text);
        assert!(told.starts_with(expected) && told.is_empty() == expected.is_empty(), "{text}: {told}");
    }
    for (text, start) in [
        ("[]", "vpcheck.yaml: not a map"),
        ("region: 3", "vpcheck.yaml: region: not a string"),
        ("allow: {}", "vpcheck.yaml: allow: not a list"),
        ("allow: [x]", "vpcheck.yaml: allow[0]: not a map"),
        ("allow: [{reason: x}]", "vpcheck.yaml: allow[0]: names no rule"),
        ("params: {A: {B: 1}}", "vpcheck.yaml: params: the value of `A` is a map"),
        ("assume: {A: nat}", "vpcheck.yaml: assume.A: `nat` is none of private-nat"),
        (
            "resolve: {a.example: [10.0.0.0/33]}",
            "vpcheck.yaml: resolve.a.example: `10.0.0.0/33` is no address",
        ),
        ("context: missing.json", "./missing.json: no such file or folder"),
        ("overrides: [{region: us-east-1}]", "vpcheck.yaml: overrides[0]: names no path"),
        ("overrides: [{path: 3}]", "vpcheck.yaml: overrides[0].path: not a string"),
        ("assertions: [{expect: blocked}]", "vpcheck.yaml: assertions[0]: names no destination"),
    ] {
        assert!(complaint(text).starts_with(start), "{text}: {}", complaint(text));
    }
}

/// A folder with some empty files in it.
fn folder(paths: &[&str]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::TempDir::new().unwrap();
    let root = folder.path().canonicalize().unwrap();
    for path in paths {
        fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        fs::write(root.join(path), "").unwrap();
    }
    (folder, root)
}

#[test]
fn patterns_are_those_of_a_gitignore() {
    let files = ["a.yaml", "legacy/b.yaml", "app/legacy/c.yaml"];
    let (_folder, root) = folder(&files);
    let allowed_in = |path: Option<&str>| {
        let path = path.map(|path| format!(", path: {path}")).unwrap_or_default();
        let text = format!("allow: [{{rule: unknown-reference, reason: x{path}}}]");
        let config = read_text(&text, &root).unwrap();
        let is_allowed = |file: Option<&Path>| !config.of(file).allowed().is_empty();
        let within = files.into_iter().filter(|file| is_allowed(Some(&root.join(file))));
        (within.collect::<Vec<_>>().join(" "), is_allowed(None))
    };
    let said = |files: &str, standard_input| (files.to_owned(), standard_input);
    assert_eq!(allowed_in(None), said("a.yaml legacy/b.yaml app/legacy/c.yaml", true));
    assert_eq!(allowed_in(Some("legacy/")), said("legacy/b.yaml app/legacy/c.yaml", false));
    assert_eq!(allowed_in(Some("/legacy/*.yaml")), said("legacy/b.yaml", false));
    assert_eq!(allowed_in(Some("a.yaml")), said("a.yaml", false));
    assert_eq!(allowed_in(Some("./app/**")), said("app/legacy/c.yaml", false));
    assert_eq!(allowed_in(Some("[a.yaml, /legacy/]")), said("a.yaml legacy/b.yaml", false));
}

#[test]
fn later_overrides_go_before_earlier_ones_and_all_before_what_is_common() {
    let (_folder, root) = folder(&["a.yaml", "prod/b.yaml", "prod/eu/c.yaml"]);
    let text = "
region: us-east-1
params: {Env: dev, Size: small}
assertions: [{to: internet, expect: blocked}]
rules: {single-zone-function: {level: info, reason: x}}
overrides:
  - path: prod/**
    params: {Env: prod}
    rules: {single-zone-function: {level: error, reason: y}, nat-shared-across-zones: {level: 'off', reason: z}}
    assertions: [{from: F, to: s3, expect: reachable}]
  - path: prod/eu/**
    region: eu-west-1
";
    let config = read_text(text, &root).unwrap();
    let seen = |file: &str| {
        let settings = config.of(Some(&root.join(file)));
        let region = settings.region.clone().unwrap();
        let levels: Vec<&str> = settings.levels().values().map(|level| level.name()).collect();
        let levels = levels.join(" ");
        let expected: Vec<Verdict> = settings.assertions.iter().map(|one| one.expect).collect();
        let values: Vec<&str> = settings.values.values().map(String::as_str).collect();
        (region, values.join(" "), levels, settings.allowed().len(), expected.len())
    };
    let said = |region: &str, values: &str, levels: &str, off, assertions| {
        (region.to_owned(), values.to_owned(), levels.to_owned(), off, assertions)
    };
    assert_eq!(seen("a.yaml"), said("us-east-1", "dev small", "info", 0, 1));
    assert_eq!(seen("prod/b.yaml"), said("us-east-1", "prod small", "error", 1, 2));
    assert_eq!(seen("prod/eu/c.yaml"), said("eu-west-1", "prod small", "error", 1, 2));
}

/// The settings that the file of `vpcheck init` shows, with the # taken away.
fn shown_settings(language: Language) -> String {
    let lines = init::content(language).lines();
    let is_words = |line: &str| line.starts_with("# ") && !line.starts_with("#  ");
    lines
        .map(|line| {
            if is_words(line) { "" } else { line.strip_prefix('#').unwrap_or(line) }.to_owned() + "\n"
        })
        .collect()
}

#[test]
fn the_file_that_init_writes_says_nothing_and_shows_every_key() {
    let (_folder, root) = folder(&[]);
    fs::create_dir(root.join("describe")).unwrap();
    fs::write(root.join("describe/vpcs.json"), "{\"Vpcs\": []}").unwrap();
    for language in [Language::English, Language::Japanese] {
        let content: Value = serde_yaml::from_str(init::content(language)).unwrap();
        assert_eq!(content, Value::Null);
        let shown = shown_settings(language);
        let content: Value = serde_yaml::from_str(&shown).unwrap();
        let keys: Vec<&str> = content.as_object().unwrap().keys().map(String::as_str).collect();
        let mut known = reader::KEYS.to_vec();
        known.sort_unstable();
        let mut sorted = keys.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, known);
        let config = read_text(&shown, &root).unwrap();
        let settings = config.of(None);
        assert_eq!((settings.levels().len(), settings.allowed().len(), settings.assertions.len()), (1, 1, 2));
        assert_eq!((settings.contexts.len(), config.overrides.len()), (1, 1));
    }
}

/// What an editor offers is what is read.
#[test]
fn the_schema_has_the_keys_that_are_read() {
    let schema: Value = serde_json::from_str(&schema::content()).unwrap();
    let keys = |pointer: &str| -> Vec<String> {
        let object = schema.pointer(pointer).and_then(Value::as_object);
        let mut keys: Vec<String> = object.unwrap_or_else(|| panic!("{pointer}")).keys().cloned().collect();
        keys.sort_unstable();
        keys
    };
    let read = |keys: &[&str]| {
        let mut keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        keys.sort_unstable();
        keys
    };
    assert_eq!(keys("/properties"), read(&reader::KEYS));
    let in_overrides: Vec<&str> =
        reader::KEYS.into_iter().filter(|key| *key != "overrides").chain([reader::PATH]).collect();
    assert_eq!(keys("/properties/overrides/items/properties"), read(&in_overrides));
    assert_eq!(keys("/properties/rules/additionalProperties/properties"), read(&reader::RULE_KEYS));
    assert_eq!(keys("/properties/allow/items/properties"), read(&reader::ALLOW_KEYS));
    assert_eq!(keys("/properties/assertions/items/properties"), read(&reader::ASSERTION_KEYS));
    let words = |pointer: &str| schema.pointer(pointer).cloned().unwrap_or_default();
    let levels: Vec<&str> = reader::LEVELS.iter().map(|(word, _)| *word).collect();
    assert_eq!(
        words("/properties/rules/additionalProperties/properties/level/enum"),
        serde_json::json!(levels)
    );
    let verdicts: Vec<&str> = reader::VERDICTS.iter().map(|(word, _)| *word).collect();
    assert_eq!(words("/properties/assertions/items/properties/expect/enum"), serde_json::json!(verdicts));
}
