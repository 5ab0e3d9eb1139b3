//! vpcheck.yaml: what a project has decided about its templates.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use serde_json::{Map, Value};
use vpcheck_core::language::Phrase;
use vpcheck_core::{Analysis, phrase, rules};

use crate::input::shown;
use crate::parameters::{Values, plain};
use crate::problem::{Problem, did_you_mean};

/// The names under which the settings are found.
const NAMES: [&str; 2] = ["vpcheck.yaml", "vpcheck.yml"];

const KEYS: [&str; 3] = ["allow", "params", "region"];
const ALLOW_KEYS: [&str; 3] = ["rule", "reason", "path"];

/// The settings of a project.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// Values of parameters.
    pub(crate) values: Values,
    /// The region the stacks go to.
    pub(crate) region: Option<String>,
    allowed: Vec<Allowed>,
}

/// A rule whose findings are accepted.
#[derive(Debug)]
struct Allowed {
    rule: String,
    reason: String,
    /// The files it is for; all when nothing is said.
    paths: Option<Gitignore>,
}

/// Where the settings for the templates of a folder are: there or above, up to the root of the repository.
///
/// Outside a repository the search ends at the current folder, so that no stray file far above is taken.
pub(crate) fn find(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    let in_folder = |folder: &Path| NAMES.iter().map(|name| folder.join(name)).find(|path| path.is_file());
    let root = folder
        .ancestors()
        .find(|ancestor| ancestor.join(".git").exists())
        .map(Path::to_path_buf)
        .or_else(|| {
            env::current_dir().ok()?.canonicalize().ok().filter(|current| folder.starts_with(current))
        })
        .unwrap_or_else(|| folder.clone());
    folder.ancestors().take_while(|ancestor| ancestor.starts_with(&root)).find_map(in_folder)
}

/// Reads settings; the first thing in them that is not understood is told.
pub(crate) fn read(path: &Path) -> Result<Config, Problem> {
    let name = name_for_people(path);
    let text = fs::read_to_string(path).map_err(|error| Problem::unreadable(&name, &error))?;
    let content: Value = serde_yaml::from_str(&text).map_err(|error| {
        Problem::malformed(
            &name,
            &Phrase::verbatim(error.to_string()),
            phrase!(en: "write it as YAML", ja: "YAML で書いてください"),
        )
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    Reader { name, folder }.config(&content)
}

impl Config {
    /// The rules whose findings are accepted in `file`, with the reasons.
    pub(crate) fn allowed(&self, file: Option<&Path>) -> BTreeMap<String, String> {
        let file = file.and_then(|path| path.canonicalize().ok());
        let allowed = self.allowed.iter().filter(|allowed| allowed.applies_to(file.as_deref()));
        // Of several reasons the first one counts.
        allowed.rev().map(|allowed| (allowed.rule.clone(), allowed.reason.clone())).collect()
    }

    /// Suppresses findings in nested templates for which something is said under their own path.
    pub(crate) fn suppress_nested(&self, analysis: &mut Analysis) {
        if self.allowed.is_empty() {
            return;
        }
        let sources = analysis.sources.iter().map(|source| self.allowed(Some(Path::new(&source.path))));
        let allowed: Vec<BTreeMap<String, String>> = sources.collect();
        for index in 0..analysis.findings.len() {
            let finding = &analysis.findings[index];
            let file = finding.primary().map_or(0, |label| usize::from(label.file.0));
            if let (None, 1.., Some(allowed)) = (&finding.suppressed, file, allowed.get(file))
                && let Some(reason) = allowed.get(finding.rule.0)
            {
                analysis.suppress(index, reason);
            }
        }
    }
}

impl Allowed {
    fn applies_to(&self, file: Option<&Path>) -> bool {
        match (&self.paths, file) {
            (None, _) => true,
            (Some(_), None) => false,
            // Files outside the folder of the settings match no pattern.
            (Some(paths), Some(file)) => {
                file.starts_with(paths.path()) && paths.matched_path_or_any_parents(file, false).is_ignore()
            }
        }
    }
}

/// Reads the settings of one file.
struct Reader<'a> {
    name: String,
    folder: &'a Path,
}

impl Reader<'_> {
    fn config(&self, content: &Value) -> Result<Config, Problem> {
        let mut config = Config::default();
        let settings = match content {
            Value::Null => return Ok(config),
            Value::Object(settings) => settings,
            _ => return Err(self.wrong("", &phrase!(en: "not a map", ja: "キーと値の形ではありません"))),
        };
        for (key, value) in settings {
            match (key.as_str(), value) {
                (_, Value::Null) => {}
                ("allow", Value::Array(entries)) => {
                    let entries = entries.iter().enumerate();
                    config.allowed =
                        entries.map(|(at, entry)| self.allowed(at, entry)).collect::<Result<_, _>>()?;
                }
                ("params", Value::Object(map)) => {
                    config.values = plain(map).map_err(|reason| self.wrong("params", &reason))?;
                }
                ("region", Value::String(region)) => config.region = Some(region.clone()),
                ("allow", _) => {
                    return Err(self.wrong("allow", &phrase!(en: "not a list", ja: "リストではありません")));
                }
                ("params", _) => {
                    return Err(self.wrong(
                        "params",
                        &phrase!(en: "not a map of names to values", ja: "名前と値の対応ではありません"),
                    ));
                }
                ("region", _) => {
                    return Err(
                        self.wrong("region", &phrase!(en: "not a string", ja: "文字列ではありません"))
                    );
                }
                (unknown, _) => return Err(self.unknown_key("", unknown, &KEYS)),
            }
        }
        Ok(config)
    }

    fn allowed(&self, at: usize, entry: &Value) -> Result<Allowed, Problem> {
        let place = format!("allow[{at}]");
        let Value::Object(entry) = entry else {
            return Err(self.wrong(
                &place,
                &phrase!(en: "not a map of rule and reason", ja: "rule と reason の組ではありません"),
            ));
        };
        if let Some(unknown) = entry.keys().find(|key| !ALLOW_KEYS.contains(&key.as_str())) {
            return Err(self.unknown_key(&place, unknown, &ALLOW_KEYS));
        }
        let rule = self
            .text(&place, entry, "rule")?
            .ok_or_else(|| self.wrong(&place, &phrase!(en: "names no rule", ja: "rule がありません")))?;
        if rules::find(&rule).is_none() {
            return Err(unknown_rule(&format!("{}: {place}: ", self.name), &rule));
        }
        let reason = self.text(&place, entry, "reason")?.filter(|reason| !reason.trim().is_empty());
        let name = &self.name;
        let reason = reason.ok_or_else(|| Problem {
            what: phrase!(en: "{name}: {place}: `{rule}` is allowed without a reason", ja: "{name}: {place}: `{rule}` を許可する理由がありません"),
            next: phrase!(en: "add `reason: ...` so that others can judge whether it still holds", ja: "後から判断できるよう `reason: ...` を書いてください"),
        })?;
        let paths =
            self.text(&place, entry, "path")?.map(|pattern| self.paths(&place, &pattern)).transpose()?;
        Ok(Allowed { rule, reason, paths })
    }

    fn text(&self, place: &str, entry: &Map<String, Value>, key: &str) -> Result<Option<String>, Problem> {
        match entry.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(self
                .wrong(&format!("{place}.{key}"), &phrase!(en: "not a string", ja: "文字列ではありません"))),
        }
    }

    fn paths(&self, place: &str, pattern: &str) -> Result<Gitignore, Problem> {
        let folder = if self.folder.as_os_str().is_empty() { Path::new(".") } else { self.folder };
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
        let mut builder = GitignoreBuilder::new(folder);
        let built = builder
            .add_line(None, pattern.strip_prefix("./").unwrap_or(pattern))
            .and_then(|builder| builder.build());
        built.map_err(|error| self.wrong(&format!("{place}.path"), &Phrase::verbatim(error.to_string())))
    }

    fn wrong(&self, place: &str, reason: &Phrase) -> Problem {
        let at = if place.is_empty() { self.name.clone() } else { format!("{}: {place}", self.name) };
        Problem::malformed(
            &at,
            reason,
            phrase!(
                en: "vpcheck.yaml holds `allow: [{{rule, reason, path}}]`, `params: {{NAME: VALUE}}` and `region: NAME`",
                ja: "vpcheck.yaml には `allow: [{{rule, reason, path}}]`、`params: {{名前: 値}}`、`region: 名前` を書けます"
            ),
        )
    }

    fn unknown_key(&self, place: &str, key: &str, known: &[&str]) -> Problem {
        let at = if place.is_empty() { self.name.clone() } else { format!("{}: {place}", self.name) };
        let list = known.join(", ");
        Problem {
            what: phrase!(en: "{at}: unknown key `{key}`", ja: "{at}: `{key}` というキーはありません"),
            next: did_you_mean(
                key,
                known.iter().copied(),
                phrase!(en: "known keys: {list}", ja: "使えるキー: {list}"),
            ),
        }
    }
}

/// Says that no rule has that id; `place` goes before the message.
pub(crate) fn unknown_rule(place: &str, rule: &str) -> Problem {
    Problem {
        what: phrase!(en: "{place}no rule is named `{rule}`", ja: "{place}`{rule}` というルールはありません"),
        next: did_you_mean(
            rule,
            rules::all().iter().map(|rule| rule.id.0),
            phrase!(en: "`vpcheck rules` lists them", ja: "`vpcheck rules` で一覧できます"),
        ),
    }
}

/// The path from the current folder, where the file is below it.
fn name_for_people(path: &Path) -> String {
    let current = env::current_dir().and_then(|current| current.canonicalize()).ok();
    shown(current.and_then(|current| path.strip_prefix(current).ok()).unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(text: &str) -> String {
        let content = serde_yaml::from_str(text).unwrap();
        let reader = Reader { name: "vpcheck.yaml".to_owned(), folder: Path::new(".") };
        match reader.config(&content) {
            Ok(_) => String::new(),
            Err(problem) => format!("{} ({})", problem.what.en, problem.next.en),
        }
    }

    #[test]
    fn what_is_not_understood_is_told_with_its_place() {
        let cases = [
            ("", ""),
            ("params: {A: 1, B: [x, y]}\nregion: ap-northeast-1\nallow: []\n", ""),
            ("alow: []", "vpcheck.yaml: unknown key `alow` (did you mean `allow`?)"),
            ("colour: red", "vpcheck.yaml: unknown key `colour` (known keys: allow, params, region)"),
            (
                "allow: [{rule: nope, reason: x}]",
                "vpcheck.yaml: allow[0]: no rule is named `nope` (`vpcheck rules` lists them)",
            ),
            ("allow: [{rules: nope}]", "vpcheck.yaml: allow[0]: unknown key `rules` (did you mean `rule`?)"),
        ];
        for (text, expected) in cases {
            assert_eq!(complaint(text), expected, "{text}");
        }
        for (text, start) in [
            ("[]", "vpcheck.yaml: not a map"),
            ("region: 3", "vpcheck.yaml: region: not a string"),
            ("allow: {}", "vpcheck.yaml: allow: not a list"),
            ("allow: [x]", "vpcheck.yaml: allow[0]: not a map"),
            ("allow: [{reason: x}]", "vpcheck.yaml: allow[0]: names no rule"),
            ("params: {A: {B: 1}}", "vpcheck.yaml: params: the value of `A` is a map"),
        ] {
            assert!(complaint(text).starts_with(start), "{text}: {}", complaint(text));
        }
    }

    #[test]
    fn an_allowance_holds_for_the_paths_it_names() {
        let folder = tempfile::TempDir::new().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for path in ["a.yaml", "legacy/b.yaml", "app/legacy/c.yaml"] {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), "").unwrap();
        }
        let reader = Reader { name: String::new(), folder: &root };
        let allowed_in = |pattern: Option<&str>| {
            let paths = pattern.map(|pattern| reader.paths("", pattern).unwrap());
            let allowed = Allowed { rule: String::new(), reason: String::new(), paths };
            let files = ["a.yaml", "legacy/b.yaml", "app/legacy/c.yaml"];
            let within = files.into_iter().filter(|file| allowed.applies_to(Some(&root.join(file))));
            (within.collect::<Vec<_>>().join(" "), allowed.applies_to(None))
        };
        let said = |files: &str, standard_input| (files.to_owned(), standard_input);
        assert_eq!(allowed_in(None), said("a.yaml legacy/b.yaml app/legacy/c.yaml", true));
        assert_eq!(allowed_in(Some("legacy/")), said("legacy/b.yaml app/legacy/c.yaml", false));
        assert_eq!(allowed_in(Some("/legacy/*.yaml")), said("legacy/b.yaml", false));
        assert_eq!(allowed_in(Some("a.yaml")), said("a.yaml", false));
        assert_eq!(allowed_in(Some("./app/**")), said("app/legacy/c.yaml", false));
    }
}
