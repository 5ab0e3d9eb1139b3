//! Values of template parameters: from the command line, parameter files and samconfig.toml.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use vpcheck_core::language::Phrase;
use vpcheck_core::phrase;

use crate::input::shown;
use crate::problem::Problem;

/// Values by the name of the parameter.
pub(crate) type Values = BTreeMap<String, String>;

/// The names under which SAM keeps its settings, in the order in which it looks for them.
const SAMCONFIG_NAMES: [&str; 3] = ["samconfig.toml", "samconfig.yaml", "samconfig.yml"];

/// The environment that SAM reads when none is named.
const DEFAULT_ENVIRONMENT: &str = "default";

/// What SAM's settings say about a deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Deployment {
    /// Values of `parameter_overrides`.
    pub(crate) values: Values,
    /// The region it goes to.
    pub(crate) region: Option<String>,
}

/// Reads a file named by `--param-file`.
pub(crate) fn read_file(path: &Path, environment: Option<&str>) -> Result<Deployment, Problem> {
    let content = read_data(path)?;
    let name = shown(path);
    if path.extension().is_some_and(|extension| extension == "toml") || is_samconfig(&content) {
        return deployment(&content, environment, &name, path.parent());
    }
    Ok(Deployment { values: values(&content).map_err(|reason| unusable(&name, &reason))?, region: None })
}

/// Reads the samconfig beside a template, if there is one.
pub(crate) fn read_samconfig(
    folder: &Path,
    environment: Option<&str>,
) -> Result<Option<Deployment>, Problem> {
    let Some(path) = SAMCONFIG_NAMES.iter().map(|name| folder.join(name)).find(|path| path.is_file()) else {
        return Ok(None);
    };
    let path = path.strip_prefix(".").map_or_else(|_| path.clone(), Path::to_path_buf);
    deployment(&read_data(&path)?, environment, &shown(&path), Some(folder)).map(Some)
}

/// Any of the three notations as one kind of data.
fn read_data(path: &Path) -> Result<Value, Problem> {
    let name = shown(path);
    let text = fs::read_to_string(path).map_err(|error| Problem::unreadable(&name, &error))?;
    let text = text.trim_start_matches('\u{feff}');
    let parsed = if path.extension().is_some_and(|extension| extension == "toml") {
        toml::from_str(text).map_err(|error| error.to_string())
    } else if text.trim_start().starts_with(['{', '[']) {
        // YAML would read JSON too, but for tabs.
        serde_json::from_str(text).map_err(|error| error.to_string())
    } else {
        serde_yaml::from_str(text).map_err(|error| error.to_string())
    };
    parsed.map_err(|reason: String| unusable(&name, &Phrase::verbatim(reason.trim_end())))
}

fn unusable(name: &str, reason: &Phrase) -> Problem {
    Problem::malformed(
        name,
        reason,
        phrase!(
            en: "write a map of names to values, CloudFormation's list of ParameterKey and ParameterValue, or name a samconfig.toml",
            ja: "名前と値の対応、CloudFormation の ParameterKey と ParameterValue のリスト、samconfig.toml のいずれかで書いてください"
        ),
    )
}

/// `environment.command.parameters`, which no other notation has.
fn is_samconfig(content: &Value) -> bool {
    let environments = content.as_object().into_iter().flat_map(Map::values);
    let mut commands = environments.filter_map(Value::as_object).flat_map(Map::values);
    commands.any(|command| command.get("parameters").is_some_and(Value::is_object))
}

fn deployment(
    content: &Value,
    environment: Option<&str>,
    name: &str,
    folder: Option<&Path>,
) -> Result<Deployment, Problem> {
    let Some(commands) = content.get(environment.unwrap_or(DEFAULT_ENVIRONMENT)) else {
        return environment
            .map_or(Ok(Deployment::default()), |asked| Err(no_environment(content, asked, name)));
    };
    // What is said for `deploy` goes before what is said for every command; one is never merged into the other.
    let setting = |key: &str| {
        ["deploy", "global"]
            .into_iter()
            .find_map(|command| commands.get(command)?.get("parameters")?.get(key))
    };
    let values = match setting("parameter_overrides") {
        None => Values::new(),
        Some(overrides) => overridden(overrides, folder).map_err(|reason| unusable(name, &reason))?,
    };
    Ok(Deployment { values, region: setting("region").and_then(Value::as_str).map(str::to_owned) })
}

fn no_environment(content: &Value, asked: &str, name: &str) -> Problem {
    let entries = content.as_object().into_iter().flatten();
    let environments: Vec<&str> = entries
        .filter(|(_, commands)| commands.is_object())
        .map(|(environment, _)| environment.as_str())
        .collect();
    let environments = environments.join(", ");
    Problem {
        what: phrase!(en: "{name}: no environment `{asked}`", ja: "{name}: 環境 `{asked}` がありません"),
        next: phrase!(
            en: "pass --config-env with one of: {environments}",
            ja: "--config-env には次のいずれかを指定してください: {environments}"
        ),
    }
}

/// `parameter_overrides`: one string, a list of strings or maps, a map, or the address of a file.
fn overridden(overrides: &Value, folder: Option<&Path>) -> Result<Values, Phrase> {
    match overrides {
        Value::String(text) => {
            let mut all = Values::new();
            for word in words(text) {
                all.extend(assignment(&word, folder)?);
            }
            Ok(all)
        }
        Value::Array(items) => {
            let mut all = Values::new();
            for item in items {
                all.extend(match item {
                    Value::String(text) => assignment(text, folder)?,
                    other => values(other)?,
                });
            }
            Ok(all)
        }
        other => values(other),
    }
}

/// `A=1`, `ParameterKey=A,ParameterValue=1` or `file://values.yaml`.
fn assignment(word: &str, folder: Option<&Path>) -> Result<Values, Phrase> {
    if let Some(file) = word.strip_prefix("file://") {
        let path: PathBuf = folder.unwrap_or(Path::new(".")).join(file);
        let content = read_data(&path).map_err(|problem| problem.what)?;
        return values(&content);
    }
    let pair = match word.strip_prefix("ParameterKey=") {
        Some(rest) => rest.split_once(",ParameterValue="),
        None => word.split_once('='),
    };
    let (name, value) = pair.ok_or_else(
        || phrase!(en: "`{word}` is not NAME=VALUE", ja: "`{word}` は 名前=値 の形ではありません"),
    )?;
    // The long form escapes the commas of a list, and either form may quote the value alone.
    Ok(Values::from([(unquoted(name).to_owned(), unquoted(value).replace("\\,", ","))]))
}

fn unquoted(text: &str) -> &str {
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.or_else(|| text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''))).unwrap_or(text)
}

/// Splits at blanks outside quotes, as a shell would; keeps a backslash before anything but a quote or a blank.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, quote) {
            ('\\', _) if characters.peek().is_some_and(|next| matches!(next, '"' | '\'' | ' ' | '\\')) => {
                word.get_or_insert_default().extend(characters.next());
            }
            (_, Some(open)) if character == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (_, None) if character.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

/// CloudFormation's list, CodePipeline's object, a plain map, or a list of `NAME=VALUE`.
fn values(content: &Value) -> Result<Values, Phrase> {
    match content {
        Value::Null => Ok(Values::new()),
        Value::Object(map) => match map.get("Parameters") {
            Some(Value::Object(inner)) => plain(inner),
            Some(inner @ Value::Array(_)) => values(inner),
            _ => plain(map),
        },
        Value::Array(items) => {
            let mut all = Values::new();
            for item in items {
                match item {
                    Value::String(text) => all.extend(assignment(text, None)?),
                    Value::Object(entry) => all.extend(listed(entry)?),
                    other => {
                        return Err(
                            phrase!(en: "`{other}` is no parameter", ja: "`{other}` はパラメータではありません"),
                        );
                    }
                }
            }
            Ok(all)
        }
        other => Err(
            phrase!(en: "`{other}` is no map of parameters", ja: "`{other}` はパラメータの一覧ではありません"),
        ),
    }
}

pub(crate) fn plain(map: &Map<String, Value>) -> Result<Values, Phrase> {
    map.iter().map(|(name, value)| Ok((name.clone(), scalar(name, value)?))).collect()
}

fn listed(entry: &Map<String, Value>) -> Result<Option<(String, String)>, Phrase> {
    let Some(name) = entry.get("ParameterKey").and_then(Value::as_str) else {
        return Err(phrase!(en: "an entry has no ParameterKey", ja: "ParameterKey のない項目があります"));
    };
    match entry.get("ParameterValue") {
        Some(value) => Ok(Some((name.to_owned(), scalar(name, value)?))),
        // The value is that of the deployed stack, which is not known here.
        None if entry.get("UsePreviousValue") == Some(&Value::Bool(true)) => Ok(None),
        None => {
            Err(phrase!(en: "`{name}` has no ParameterValue", ja: "`{name}` に ParameterValue がありません"))
        }
    }
}

/// The text that CloudFormation would be given: lists are joined by commas.
fn scalar(name: &str, value: &Value) -> Result<String, Phrase> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Array(items) => {
            let items: Result<Vec<String>, Phrase> = items.iter().map(|item| scalar(name, item)).collect();
            Ok(items?.join(","))
        }
        Value::Null => Err(phrase!(en: "`{name}` has no value", ja: "`{name}` に値がありません")),
        Value::Object(_) => Err(
            phrase!(en: "the value of `{name}` is a map, not a string", ja: "`{name}` の値が文字列ではありません"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(content: &Value) -> String {
        match values(content) {
            Ok(values) => flat(&values),
            Err(reason) => format!("! {}", reason.en),
        }
    }

    fn flat(values: &Values) -> String {
        values.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_notation_of_parameter_files_is_read() {
        let cases = [
            (
                json!([{"ParameterKey": "A", "ParameterValue": "1"}, {"ParameterKey": "B", "UsePreviousValue": true}]),
                "A=1",
            ),
            (json!({"Parameters": {"A": "1", "B": "2"}, "Tags": {"T": "x"}}), "A=1 B=2"),
            (json!({"A": 1, "B": true, "C": ["x", "y"], "D": 1.5}), "A=1 B=true C=x,y D=1.5"),
            (json!({"Parameters": "a plain one of that name"}), "Parameters=a plain one of that name"),
            (json!(["A=1", "B=x y"]), "A=1 B=x y"),
            (json!({}), ""),
            (json!([{"Key": "A"}]), "! an entry has no ParameterKey"),
            (json!([{"ParameterKey": "A"}]), "! `A` has no ParameterValue"),
            (json!({"A": {"B": 1}}), "! the value of `A` is a map, not a string"),
            (json!({"A": null}), "! `A` has no value"),
            (json!("A"), "! `\"A\"` is no map of parameters"),
        ];
        for (content, expected) in cases {
            assert_eq!(read(&content), expected, "{content}");
        }
    }

    #[test]
    fn every_notation_of_overrides_is_read() {
        let cases = [
            (json!(r#"A=1 B="x y" C='p q'"#), "A=1 B=x y C=p q"),
            (json!(r#"A="say \"hi\"" B=C:\dir"#), r#"A=say "hi" B=C:\dir"#),
            (json!("ParameterKey=A,ParameterValue=1 ParameterKey=B,ParameterValue=x\\,y"), "A=1 B=x,y"),
            (json!(r#""ParameterKey=A,ParameterValue=x y""#), "A=x y"),
            (json!(r#""A"="1""#), "A=1"),
            (
                json!("Subnets=subnet-1,subnet-2\n  Empty= Query=a=b"),
                "Empty= Query=a=b Subnets=subnet-1,subnet-2",
            ),
            (json!(["A=1", "B=x y", "C=\"q\"", {"D": 4}]), "A=1 B=x y C=q D=4"),
            (json!({"A": 1}), "A=1"),
            (json!(""), ""),
        ];
        for (overrides, expected) in cases {
            assert_eq!(
                overridden(&overrides, None).map(|values| flat(&values)).unwrap(),
                expected,
                "{overrides}"
            );
        }
        assert_eq!(overridden(&json!("A"), None).unwrap_err().en, "`A` is not NAME=VALUE");
    }

    #[test]
    fn deploy_goes_before_global_and_environments_are_apart() {
        let content: Value = toml::from_str(
            r#"
            version = 0.1
            [default.global.parameters]
            region = "us-east-1"
            parameter_overrides = "A=global B=global"
            [default.deploy.parameters]
            parameter_overrides = "A=deploy"
            [prod.global.parameters]
            parameter_overrides = ["A=prod"]
            "#,
        )
        .unwrap();
        let read = |environment| deployment(&content, environment, "samconfig.toml", None);
        let default = read(None).unwrap();
        assert_eq!(
            (flat(&default.values).as_str(), default.region.as_deref()),
            ("A=deploy", Some("us-east-1"))
        );
        assert_eq!(flat(&read(Some("prod")).unwrap().values), "A=prod");
        let missing = read(Some("staging")).unwrap_err();
        assert_eq!(missing.what.en, "samconfig.toml: no environment `staging`");
        assert!(missing.next.en.ends_with("default, prod"));
        assert!(is_samconfig(&content));
        assert!(!is_samconfig(&json!({"Parameters": {"A": "1"}})));
    }
}
