//! Reads the settings of one file; the first thing that is not understood is told with its place.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ipnet::IpNet;
use serde_json::{Map, Value};
use vpcheck_core::cost::{Prices, Traffic};
use vpcheck_core::finding::Severity;
use vpcheck_core::language::Phrase;
use vpcheck_core::network::Assumption;
use vpcheck_core::paths::Verdict;
use vpcheck_core::{Assertion, phrase, rules};

use super::{Allowed, Config, Level, Settings, unknown_rule};
use crate::parameters::plain;
use crate::problem::{Problem, did_you_mean};
use crate::{args, context, cost_files};

/// What may be said of all files.
pub(super) const KEYS: [&str; 12] = [
    "region",
    "params",
    "context",
    "assume",
    "prefix_lists",
    "resolve",
    "traffic",
    "prices",
    "rules",
    "allow",
    "assertions",
    "overrides",
];
pub(super) const RULE_KEYS: [&str; 2] = ["level", "reason"];
pub(super) const ALLOW_KEYS: [&str; 3] = ["rule", "reason", "path"];
pub(super) const ASSERTION_KEYS: [&str; 4] = ["from", "to", "expect", "reason"];
/// What of [`KEYS`] is not said of some files, and what is said of these alone.
const OVERRIDES: &str = "overrides";
pub(super) const PATH: &str = "path";

pub(super) const LEVELS: [(&str, Option<Severity>); 4] = [
    ("off", None),
    ("info", Some(Severity::Info)),
    ("warning", Some(Severity::Warning)),
    ("error", Some(Severity::Error)),
];
pub(super) const VERDICTS: [(&str, Verdict); 2] =
    [("reachable", Verdict::Reachable), ("blocked", Verdict::Blocked)];

/// A file's name for people, and the folder that its paths start from.
pub(super) struct Reader<'a> {
    pub(super) name: &'a str,
    pub(super) folder: &'a Path,
}

impl Reader<'_> {
    pub(super) fn config(&self, content: &Value) -> Result<Config, Problem> {
        let content = match content {
            Value::Null => return Ok(Config::default()),
            Value::Object(content) => content,
            _ => return Err(self.wrong("", &not_a_map())),
        };
        let mut config = Config { common: self.settings("", content, &[OVERRIDES])?, ..Config::default() };
        for (place, entry) in self.entries("", content, OVERRIDES)? {
            let entry = self.map(&place, entry)?;
            let paths = entry
                .get(PATH)
                .ok_or_else(|| self.wrong(&place, &phrase!(en: "names no path", ja: "path がありません")))?;
            let paths = self.paths(&format!("{place}.{PATH}"), paths)?;
            config.overrides.push((paths, self.settings(&place, entry, &[PATH])?));
        }
        Ok(config)
    }

    /// What a map says of files; `others` are its keys that say something else.
    fn settings(&self, place: &str, map: &Map<String, Value>, others: &[&str]) -> Result<Settings, Problem> {
        let known: Vec<&str> =
            others.iter().copied().chain(KEYS.into_iter().filter(|key| *key != OVERRIDES)).collect();
        self.only(place, map, &known)?;
        let mut settings = Settings::default();
        for (key, value) in map.iter().filter(|(_, value)| !value.is_null()) {
            let at = below(place, key);
            match key.as_str() {
                "region" => settings.region = Some(self.text(&at, value)?),
                "params" => {
                    settings.values =
                        plain(self.map(&at, value)?).map_err(|reason| self.wrong(&at, &reason))?;
                }
                "context" => settings.contexts = self.contexts(&at, value)?,
                "assume" => settings.assumed = self.assumed(&at, value)?,
                "prefix_lists" => settings.prefix_lists = self.nets(&at, value, args::net_of_a_list)?,
                "resolve" => settings.addresses = lower_case(self.nets(&at, value, args::net)?),
                "traffic" => settings.traffic = Some(self.traffic(&at, value)?),
                "prices" => settings.prices = Some(self.prices(&at, value)?),
                "rules" => settings.levels = self.levels(&at, value)?,
                "allow" => {
                    let entries = self.entries(place, map, key)?.into_iter();
                    settings.allowed = entries
                        .map(|(place, entry)| self.allowed(&place, entry))
                        .collect::<Result<_, _>>()?;
                }
                "assertions" => {
                    let entries = self.entries(place, map, key)?.into_iter();
                    settings.assertions = entries
                        .map(|(place, entry)| self.assertion(&place, entry))
                        .collect::<Result<_, _>>()?;
                }
                _ => {}
            }
        }
        Ok(settings)
    }

    fn contexts(&self, place: &str, value: &Value) -> Result<Vec<Arc<vpcheck_core::Source>>, Problem> {
        let paths = self.texts(place, value)?.into_iter().map(|path| self.folder.join(path));
        let files = context::read(&paths.collect::<Vec<_>>())?;
        Ok(files.into_iter().map(Arc::new).collect())
    }

    fn assumed(&self, place: &str, value: &Value) -> Result<BTreeMap<String, Assumption>, Problem> {
        let kind = |(name, value): (&String, &Value)| {
            let place = below(place, name);
            let text = self.text(&place, value)?;
            let kind = Assumption::parse(&text).ok_or_else(|| {
                let words = phrase!(
                    en: "`{text}` is none of private-nat, isolated and public",
                    ja: "`{text}` は private-nat、isolated、public のいずれでもありません",
                );
                self.wrong(&place, &words)
            })?;
            Ok((name.clone(), kind))
        };
        self.map(place, value)?.iter().map(kind).collect()
    }

    fn nets<T>(
        &self,
        place: &str,
        value: &Value,
        net: fn(&str) -> Result<T, String>,
    ) -> Result<BTreeMap<String, Vec<T>>, Problem> {
        let nets = |(name, value): (&String, &Value)| {
            let place = below(place, name);
            let nets = self
                .texts(&place, value)?
                .into_iter()
                .map(|text| net(&text).map_err(|reason| self.wrong(&place, &Phrase::verbatim(reason))));
            Ok((name.clone(), nets.collect::<Result<_, Problem>>()?))
        };
        self.map(place, value)?.iter().map(nets).collect()
    }

    /// What `--traffic` takes, here or in a file.
    fn traffic(&self, place: &str, value: &Value) -> Result<Traffic, Problem> {
        match value {
            Value::String(path) => cost_files::read_traffic(&self.folder.join(path)),
            value => cost_files::traffic(&self.at(place), value),
        }
    }

    /// What `--prices` takes, here or in a file.
    fn prices(&self, place: &str, value: &Value) -> Result<Prices, Problem> {
        match value {
            Value::String(path) => cost_files::read_prices(&self.folder.join(path)),
            value => cost_files::prices(&self.at(place), value),
        }
    }

    fn levels(&self, place: &str, value: &Value) -> Result<BTreeMap<String, Level>, Problem> {
        let mut levels = BTreeMap::new();
        for (rule, value) in self.map(place, value)? {
            self.rule(place, rule)?;
            let place = below(place, rule);
            let entry = self.map(&place, value)?;
            self.only(&place, entry, &RULE_KEYS)?;
            let severity = self.one_of(&place, entry, "level", &LEVELS)?;
            levels.insert(rule.clone(), Level { severity, reason: self.reason(&place, entry, rule)? });
        }
        Ok(levels)
    }

    fn allowed(&self, place: &str, entry: &Value) -> Result<Allowed, Problem> {
        let entry = self.map(place, entry)?;
        self.only(place, entry, &ALLOW_KEYS)?;
        let rule = self.member(place, entry, "rule")?;
        let rule =
            rule.ok_or_else(|| self.wrong(place, &phrase!(en: "names no rule", ja: "rule がありません")))?;
        self.rule(place, &rule)?;
        let reason = self.reason(place, entry, &rule)?;
        let paths = entry.get(PATH).filter(|value| !value.is_null());
        let paths = paths.map(|value| self.paths(&below(place, PATH), value)).transpose()?;
        Ok(Allowed { rule, reason, paths: paths.map(Arc::new) })
    }

    fn assertion(&self, place: &str, entry: &Value) -> Result<Assertion, Problem> {
        let entry = self.map(place, entry)?;
        self.only(place, entry, &ASSERTION_KEYS)?;
        let to = self.member(place, entry, "to")?;
        let to =
            to.ok_or_else(|| self.wrong(place, &phrase!(en: "names no destination", ja: "to がありません")))?;
        Ok(Assertion {
            from: self.member(place, entry, "from")?,
            to,
            expect: self.one_of(place, entry, "expect", &VERDICTS)?,
            reason: self.member(place, entry, "reason")?,
        })
    }

    /// The rule must exist.
    fn rule(&self, place: &str, rule: &str) -> Result<(), Problem> {
        match rules::find(rule) {
            Some(_) => Ok(()),
            None => Err(unknown_rule(&format!("{}: {place}: ", self.name), rule)),
        }
    }

    fn reason(&self, place: &str, entry: &Map<String, Value>, rule: &str) -> Result<String, Problem> {
        let reason = self.member(place, entry, "reason")?.filter(|reason| !reason.trim().is_empty());
        let name = self.name;
        reason.ok_or_else(|| Problem {
            what: phrase!(en: "{name}: {place}: nothing says why `{rule}` is treated so", ja: "{name}: {place}: `{rule}` の扱いを変える理由がありません"),
            next: phrase!(en: "add `reason: ...` so that others can judge whether it still holds", ja: "後から判断できるよう `reason: ...` を書いてください"),
        })
    }

    /// One of some words, which must be there.
    fn one_of<T: Copy>(
        &self,
        place: &str,
        entry: &Map<String, Value>,
        key: &str,
        words: &[(&str, T)],
    ) -> Result<T, Problem> {
        let written = self.member(place, entry, key)?.unwrap_or_default();
        let found = words.iter().find(|(word, _)| *word == written).map(|(_, meant)| *meant);
        found.ok_or_else(|| {
            let (at, list) = (self.at(&below(place, key)), listed(words));
            Problem {
                what: phrase!(en: "{at}: `{written}` is none of {list}", ja: "{at}: `{written}` は {list} のいずれでもありません"),
                next: did_you_mean(
                    &written,
                    words.iter().map(|(word, _)| *word),
                    phrase!(en: "write one of them", ja: "いずれかを書いてください"),
                ),
            }
        })
    }

    fn paths(&self, place: &str, value: &Value) -> Result<Gitignore, Problem> {
        let folder = if self.folder.as_os_str().is_empty() { Path::new(".") } else { self.folder };
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
        let mut builder = GitignoreBuilder::new(folder);
        let wrong = |error: ignore::Error| self.wrong(place, &Phrase::verbatim(error.to_string()));
        for pattern in self.texts(place, value)? {
            builder.add_line(None, pattern.strip_prefix("./").unwrap_or(&pattern)).map_err(wrong)?;
        }
        builder.build().map_err(wrong)
    }

    /// The entries of a list with their places; none where nothing is written.
    fn entries<'v>(
        &self,
        place: &str,
        map: &'v Map<String, Value>,
        key: &str,
    ) -> Result<Vec<(String, &'v Value)>, Problem> {
        let at = below(place, key);
        match map.get(key) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(entries)) => Ok(entries
                .iter()
                .enumerate()
                .map(|(number, entry)| (format!("{at}[{number}]"), entry))
                .collect()),
            Some(_) => Err(self.wrong(&at, &phrase!(en: "not a list", ja: "リストではありません"))),
        }
    }

    fn map<'v>(&self, place: &str, value: &'v Value) -> Result<&'v Map<String, Value>, Problem> {
        value.as_object().ok_or_else(|| self.wrong(place, &not_a_map()))
    }

    fn member(&self, place: &str, map: &Map<String, Value>, key: &str) -> Result<Option<String>, Problem> {
        match map.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => self.text(&below(place, key), value).map(Some),
        }
    }

    /// A text, or several.
    fn texts(&self, place: &str, value: &Value) -> Result<Vec<String>, Problem> {
        match value {
            Value::Array(items) => {
                let items = items.iter().enumerate();
                items.map(|(at, item)| self.text(&format!("{place}[{at}]"), item)).collect()
            }
            value => Ok(vec![self.text(place, value)?]),
        }
    }

    fn text(&self, place: &str, value: &Value) -> Result<String, Problem> {
        let text = value.as_str().map(str::to_owned);
        text.ok_or_else(|| self.wrong(place, &phrase!(en: "not a string", ja: "文字列ではありません")))
    }

    /// Other keys than these are slips.
    fn only(&self, place: &str, map: &Map<String, Value>, known: &[&str]) -> Result<(), Problem> {
        let Some(key) = map.keys().find(|key| !known.contains(&key.as_str())) else { return Ok(()) };
        let (at, list) = (self.at(place), known.join(", "));
        Err(Problem {
            what: phrase!(en: "{at}: unknown key `{key}`", ja: "{at}: `{key}` というキーはありません"),
            next: did_you_mean(
                key,
                known.iter().copied(),
                phrase!(en: "known keys: {list}", ja: "使えるキー: {list}"),
            ),
        })
    }

    fn wrong(&self, place: &str, reason: &Phrase) -> Problem {
        Problem::malformed(
            &self.at(place),
            reason,
            phrase!(
                en: "`vpcheck init` writes a file that shows how every key is written",
                ja: "`vpcheck init` で、すべてのキーの書き方がわかるファイルを作成できます"
            ),
        )
    }

    fn at(&self, place: &str) -> String {
        if place.is_empty() { self.name.to_owned() } else { format!("{}: {place}", self.name) }
    }
}

fn below(place: &str, key: &str) -> String {
    if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") }
}

fn not_a_map() -> Phrase {
    phrase!(en: "not a map of keys to values", ja: "キーと値の形ではありません")
}

fn listed<T>(words: &[(&str, T)]) -> String {
    words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ")
}

fn lower_case(names: BTreeMap<String, Vec<IpNet>>) -> BTreeMap<String, Vec<IpNet>> {
    names.into_iter().map(|(name, nets)| (name.to_ascii_lowercase(), nets)).collect()
}
