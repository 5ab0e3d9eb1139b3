//! Values of template parameters: from the command line, parameter files and samconfig.toml.

use std::fs;
use std::path::Path;

use serde_json::Value;
use vpcheck_core::language::Phrase;
use vpcheck_core::parameters::{self, DEFAULT_ENVIRONMENT, is_samconfig, values};
pub(crate) use vpcheck_core::parameters::{Deployment, Values, plain};
use vpcheck_core::phrase;

use crate::input::shown;
use crate::problem::Problem;

/// The names under which SAM keeps its settings, in the order in which it looks for them.
const SAMCONFIG_NAMES: [&str; 3] = ["samconfig.toml", "samconfig.yaml", "samconfig.yml"];

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

fn deployment(
    content: &Value,
    environment: Option<&str>,
    name: &str,
    folder: Option<&Path>,
) -> Result<Deployment, Problem> {
    let file =
        |path: &str| read_data(&folder.unwrap_or(Path::new(".")).join(path)).map_err(|problem| problem.what);
    let read = parameters::deployment(content, environment.unwrap_or(DEFAULT_ENVIRONMENT), &file)
        .map_err(|reason| unusable(name, &reason))?;
    match (read, environment) {
        (Some(read), _) => Ok(read),
        (None, Some(asked)) => Err(no_environment(content, asked, name)),
        (None, None) => Ok(Deployment::default()),
    }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn flat(values: &Values) -> String {
        values.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
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
