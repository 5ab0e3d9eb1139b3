//! vpcheck.yaml: what a project has decided about its templates.

mod reader;
#[cfg(test)]
mod schema;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::{env, fs};

use ignore::gitignore::Gitignore;
use ipnet::{IpNet, Ipv4Net};
use serde_json::Value;
use vpcheck_core::cost::{Prices, Traffic};
use vpcheck_core::finding::Severity;
use vpcheck_core::language::Phrase;
use vpcheck_core::network::Assumption;
use vpcheck_core::{Analysis, Assertion, Source, phrase, rules};

use crate::input::shown;
use crate::parameters::Values;
use crate::problem::{Problem, did_you_mean};
use reader::Reader;

/// The names under which the settings are found; `vpcheck init` writes the first.
pub(crate) const NAMES: [&str; 2] = ["vpcheck.yaml", "vpcheck.yml"];

/// The settings of a project.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// For all files.
    common: Settings,
    /// For the files of some paths; later ones go before earlier ones.
    overrides: Vec<(Gitignore, Settings)>,
}

/// What is decided for a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// Values of parameters.
    pub(crate) values: Values,
    /// The region the stacks go to.
    pub(crate) region: Option<String>,
    /// What the real network is.
    pub(crate) contexts: Vec<Arc<Source>>,
    /// What subnets are taken to be.
    pub(crate) assumed: BTreeMap<String, Assumption>,
    /// The addresses of prefix lists.
    pub(crate) prefix_lists: BTreeMap<String, Vec<Ipv4Net>>,
    /// What names answer.
    pub(crate) addresses: BTreeMap<String, Vec<IpNet>>,
    /// The traffic of a month.
    pub(crate) traffic: Option<Traffic>,
    /// Prices that go before the known ones.
    pub(crate) prices: Option<Prices>,
    /// Paths that must be open or closed.
    pub(crate) assertions: Vec<Assertion>,
    allowed: Vec<Allowed>,
    levels: BTreeMap<String, Level>,
}

/// A rule whose findings are accepted.
#[derive(Clone, Debug)]
struct Allowed {
    rule: String,
    reason: String,
    /// The files it is for; all when nothing is said.
    paths: Option<Arc<Gitignore>>,
}

/// What the findings of a rule are worth.
#[derive(Clone, Debug)]
struct Level {
    /// Nothing where they are accepted.
    severity: Option<Severity>,
    reason: String,
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
        .or_else(|| current_folder().filter(|current| folder.starts_with(current)).map(Path::to_path_buf))
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
    Reader { name: &name, folder }.config(&content)
}

impl Config {
    /// What is decided for a file; standard input is under no path.
    pub(crate) fn of(&self, file: Option<&Path>) -> Settings {
        if self.overrides.is_empty() && self.common.allowed.is_empty() {
            return self.common.clone();
        }
        let file = file.and_then(|path| path.canonicalize().ok());
        let overrides = self.overrides.iter().filter(|(paths, _)| covers(paths, file.as_deref()));
        let mut settings = self.common.clone();
        overrides.for_each(|(_, more)| settings.take(more.clone()));
        settings.allowed.retain(|allowed| allowed.applies_to(file.as_deref()));
        settings
    }

    /// Applies what is said for nested templates under their own paths.
    pub(crate) fn apply_to_nested(&self, analysis: &mut Analysis) {
        let nested = analysis.sources.iter().skip(1).map(|source| self.of(Some(Path::new(&source.path))));
        let nested: Vec<Settings> = nested.collect();
        for (number, settings) in nested.iter().enumerate() {
            let (allowed, levels) = (settings.allowed(), settings.levels());
            for index in 0..analysis.findings.len() {
                let finding = &mut analysis.findings[index];
                let file = finding.primary().map_or(0, |label| usize::from(label.file.0));
                if file != number + 1 {
                    continue;
                }
                if let Some(level) = levels.get(finding.rule.0) {
                    finding.severity = *level;
                }
                if let (None, Some(reason)) = (&finding.suppressed, allowed.get(finding.rule.0)) {
                    analysis.suppress(index, reason);
                }
            }
        }
    }
}

impl Settings {
    /// The rules whose findings are accepted, with the reasons. Of several reasons the first one counts.
    pub(crate) fn allowed(&self) -> BTreeMap<String, String> {
        let off = self.levels.iter().filter(|(_, level)| level.severity.is_none());
        let off = off.map(|(rule, level)| (rule.clone(), level.reason.clone()));
        let allowed = self.allowed.iter().rev().map(|one| (one.rule.clone(), one.reason.clone()));
        off.chain(allowed).collect()
    }

    /// The severities that rules have here.
    pub(crate) fn levels(&self) -> BTreeMap<String, Severity> {
        self.levels.iter().filter_map(|(rule, level)| Some((rule.clone(), level.severity?))).collect()
    }

    /// Takes what is said for some paths: names one by one, lists in addition, everything else in place of what was.
    fn take(&mut self, more: Self) {
        self.values.extend(more.values);
        self.assumed.extend(more.assumed);
        self.prefix_lists.extend(more.prefix_lists);
        self.addresses.extend(more.addresses);
        self.levels.extend(more.levels);
        self.contexts.extend(more.contexts);
        self.allowed.extend(more.allowed);
        self.assertions.extend(more.assertions);
        self.region = more.region.or(self.region.take());
        self.traffic = more.traffic.or(self.traffic.take());
        self.prices = more.prices.or(self.prices.take());
    }
}

impl Allowed {
    fn applies_to(&self, file: Option<&Path>) -> bool {
        self.paths.as_ref().is_none_or(|paths| covers(paths, file))
    }
}

/// Whether patterns are about a file. Files outside the folder of the settings match none.
fn covers(paths: &Gitignore, file: Option<&Path>) -> bool {
    file.is_some_and(|file| {
        file.starts_with(paths.path()) && paths.matched_path_or_any_parents(file, false).is_ignore()
    })
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
    shown(current_folder().and_then(|current| path.strip_prefix(current).ok()).unwrap_or(path))
}

/// Without links. It stays the same as long as the program runs, and is asked for once for each folder.
fn current_folder() -> Option<&'static Path> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOLDER.get_or_init(|| env::current_dir().ok()?.canonicalize().ok()).as_deref()
}

#[cfg(test)]
mod tests;
