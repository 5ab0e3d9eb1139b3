//! Values of template parameters, as people keep them: CloudFormation's list, CodePipeline's object, a plain map, and the
//! settings of SAM. What a file is written in, JSON, YAML or TOML, is for who reads it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::language::Phrase;
use crate::phrase;

/// Values by the name of the parameter.
pub type Values = BTreeMap<String, String>;

/// The environment of SAM's settings that counts when none is named.
pub const DEFAULT_ENVIRONMENT: &str = "default";

/// What SAM's settings say about a deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deployment {
    /// Values of `parameter_overrides`.
    pub values: Values,
    /// The region it goes to.
    pub region: Option<String>,
}

/// Gives the content of a file that settings name, as `file://values.yaml`.
pub type File<'a> = &'a dyn Fn(&str) -> Result<Value, Phrase>;

/// Whether it is settings of SAM: they have `environment.command.parameters`, as no other notation does.
pub fn is_samconfig(content: &Value) -> bool {
    let environments = content.as_object().into_iter().flat_map(Map::values);
    let mut commands = environments.filter_map(Value::as_object).flat_map(Map::values);
    commands.any(|command| command.get("parameters").is_some_and(Value::is_object))
}

/// What SAM's settings say about a deployment to `environment`; nothing where they do not have that one.
///
/// # Errors
/// When what they say of parameters has no form that SAM reads, or names a file that cannot be read.
pub fn deployment(content: &Value, environment: &str, file: File<'_>) -> Result<Option<Deployment>, Phrase> {
    let Some(commands) = content.get(environment) else { return Ok(None) };
    // What is said for `deploy` goes before what is said for every command; one is never merged into the other.
    let setting = |key: &str| {
        ["deploy", "global"]
            .into_iter()
            .find_map(|command| commands.get(command)?.get("parameters")?.get(key))
    };
    let values = match setting("parameter_overrides") {
        None => Values::new(),
        Some(overrides) => overridden(overrides, file)?,
    };
    Ok(Some(Deployment { values, region: setting("region").and_then(Value::as_str).map(str::to_owned) }))
}

/// CloudFormation's list, CodePipeline's object, a plain map, or a list of `NAME=VALUE`.
///
/// # Errors
/// When it is none of these, or a value is no text.
pub fn values(content: &Value) -> Result<Values, Phrase> {
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
                    Value::String(text) => all.extend(assignment(text, &nowhere)?),
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

/// A plain map of names to values.
///
/// # Errors
/// When a value is no text.
pub fn plain(map: &Map<String, Value>) -> Result<Values, Phrase> {
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

/// `parameter_overrides`: one string, a list of strings or maps, a map, or the address of a file.
fn overridden(overrides: &Value, file: File<'_>) -> Result<Values, Phrase> {
    match overrides {
        Value::String(text) => {
            let mut all = Values::new();
            for word in words(text) {
                all.extend(assignment(&word, file)?);
            }
            Ok(all)
        }
        Value::Array(items) => {
            let mut all = Values::new();
            for item in items {
                all.extend(match item {
                    Value::String(text) => assignment(text, file)?,
                    other => values(other)?,
                });
            }
            Ok(all)
        }
        other => values(other),
    }
}

/// `A=1`, `ParameterKey=A,ParameterValue=1` or `file://values.yaml`.
fn assignment(word: &str, file: File<'_>) -> Result<Values, Phrase> {
    if let Some(path) = word.strip_prefix("file://") {
        return values(&file(path)?);
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

/// A parameter file names no other.
fn nowhere(path: &str) -> Result<Value, Phrase> {
    Err(phrase!(en: "`{path}` cannot be read from here", ja: "`{path}` はここからは読み込めません"))
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
                overridden(&overrides, &nowhere).map(|values| flat(&values)).unwrap(),
                expected,
                "{overrides}"
            );
        }
        assert_eq!(overridden(&json!("A"), &nowhere).unwrap_err().en, "`A` is not NAME=VALUE");
    }
}
