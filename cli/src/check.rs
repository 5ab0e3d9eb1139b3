//! `vpcheck check`.

use std::cmp::Reverse;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use vpcheck_core::finding::Severity;
use vpcheck_core::language::{Language, Phrase};
use vpcheck_core::{Analysis, Assertion, Reading, Source, check_assertions, phrase, render};

use crate::args::{CheckArguments, CheckFormat, FailOn};
use crate::baseline::Baseline;
use crate::context;
use crate::cost_files;
use crate::input::{self, Input};
use crate::known::{Known, Surroundings};
use crate::nested;
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::site::SITE;
use crate::text::{Checked, TextWriter};

/// The rule that tells of values that could not be settled.
const UNRESOLVED_VALUE: &str = "unresolved-value";

/// The rule that tells of text that does not parse.
const INVALID_SYNTAX: &str = "invalid-syntax";

/// Checks everything that the arguments name. An argument that cannot be used ends it; an input does not.
pub(crate) fn run(
    arguments: &CheckArguments,
    language: Language,
    width: Option<usize>,
) -> Result<Outcome, Problem> {
    let baseline = arguments.baseline.as_deref().map(Baseline::read).transpose()?;
    let known = Known::new(&arguments.known)?.with_money(&arguments.money)?;
    let mut remarks = context::Remarks::of_files(known.given_contexts());
    let mut seen = vec![paths(known.given_contexts())];
    let mut asserted = Asserted::default();
    let mut found = input::find(&arguments.inputs);
    let mut problems = std::mem::take(&mut remarks.problems);
    problems.append(&mut found.problems);
    let mut outlines: Vec<Outline> = Vec::new();
    let mut files: Vec<Checked> = Vec::new();
    let mut empty_folders: Vec<bool> = found.folders.iter().map(|folder| !folder.shares_inputs).collect();
    let workers = Workers::of(found.texts.len());
    let ones = workers.each(
        found.texts.iter().collect(),
        |input| input.length(),
        |input| {
            let mut one = check(&known, input);
            if let (CheckFormat::Text, Some(checked)) = (arguments.format, &mut one.checked) {
                checked.forget_unshown_texts();
            }
            one
        },
    );
    for (input, one) in found.texts.iter().zip(ones) {
        let One { checked, mut complaints, contexts, assertions } = one;
        asserted.add(assertions);
        // What is said of context files is said once, however many templates are looked at with them.
        let names = paths(&contexts);
        if !contexts.is_empty() && !seen.contains(&names) {
            seen.push(names);
            let more = context::Remarks::of_files(&contexts);
            remarks.notes.extend(more.notes);
            complaints.extend(more.problems);
        }
        if let (Some(folder), true) = (input.folder, checked.is_some() || !complaints.is_empty()) {
            empty_folders[folder] = false;
        }
        if let Some(checked) = checked {
            outlines.push(Outline::new(input, &checked));
            files.push(checked);
        }
        for problem in complaints {
            // One broken settings file is told of once, however many templates stand around it.
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
    }
    if arguments.money.traffic.is_some() {
        problems.extend(unknown_traffic(&files));
    }
    remarks.notes.extend(asserted.about_nothing());
    let mut told_by_parent = (0..files.len()).map(|at| is_told_by_parent(&outlines, at));
    files.retain(|_| !told_by_parent.next().unwrap_or(false));
    let empty = found.folders.iter().zip(empty_folders).filter(|(_, is_empty)| *is_empty);
    problems.extend(empty.map(|(folder, _)| input::no_template_in(&folder.path)));
    if let Some(baseline) = baseline {
        remarks.notes.extend(baseline.apply(&mut files));
    }
    let fails = files.iter().any(|file| fails(&file.analysis, arguments.fail_on));
    let pairs = || -> Vec<(String, &Analysis)> {
        files.iter().map(|file| (file.path.clone(), &file.analysis)).collect()
    };
    let output = match arguments.format {
        CheckFormat::Json => render::json::check(&pairs(), language, SITE) + "\n",
        CheckFormat::Sarif => render::sarif(&pairs(), language, SITE) + "\n",
        CheckFormat::Junit => render::junit(&pairs(), language),
        CheckFormat::Github => render::github(&pairs(), language),
        CheckFormat::Markdown => render::markdown::check(&pairs(), language),
        CheckFormat::Text if files.is_empty() => String::new(),
        CheckFormat::Text => {
            let currency = arguments.shown_in.currency.clone();
            let writer = TextWriter::new(language, width, arguments.show_suppressed, currency);
            let summary = writer.summary(&files);
            // What was written is let go: a folder's texts together are larger than all that is said of them.
            let mut reports = workers.each(files, Checked::length, |file| writer.file(&file));
            reports.extend([summary, "\n".to_owned()]);
            reports.concat()
        }
    };
    Ok(Outcome { output, notes: remarks.notes, problems, fails })
}

/// The names in the traffic that no checked template has.
fn unknown_traffic(files: &[Checked]) -> Vec<Problem> {
    let Some((first, others)) = files.split_first() else { return Vec::new() };
    let is_unknown =
        |name: &str, file: &Checked| file.analysis.unknown_traffic.iter().any(|(unknown, _)| unknown == name);
    let names = first.analysis.unknown_traffic.iter();
    let nowhere = names.filter(|(name, _)| others.iter().all(|file| is_unknown(name, file)));
    nowhere.map(|(_, words)| cost_files::unknown_name(words.clone())).collect()
}

/// Which files a checked template is made of.
struct Outline {
    is_named: bool,
    file: Option<PathBuf>,
    /// Those of its nested stacks.
    nested: Vec<PathBuf>,
}

impl Outline {
    fn new(input: &Input, checked: &Checked) -> Self {
        let nested = checked.analysis.sources.iter().skip(1);
        Self {
            is_named: input.is_named(),
            file: input.identity().map(Path::to_path_buf),
            nested: nested.filter_map(|source| Path::new(&source.path).canonicalize().ok()).collect(),
        }
    }

    fn nests(&self, other: &Self) -> bool {
        other.file.as_ref().is_some_and(|file| self.nested.contains(file))
    }
}

/// Whether a file that was found in a folder is nested by another that is checked too: its findings stand there, and
/// more is known there, as the parent passes the parameters. Of templates in a circle the first is kept.
fn is_told_by_parent(outlines: &[Outline], at: usize) -> bool {
    let outline = &outlines[at];
    let mut others = outlines.iter().enumerate().filter(|(other, _)| *other != at);
    !outline.is_named
        && others.any(|(before, other)| other.nests(outline) && (before < at || !outline.nests(other)))
}

/// One text, checked.
#[derive(Default)]
struct One {
    /// Nothing for a file of a folder that is no template.
    checked: Option<Checked>,
    /// What cannot be used.
    complaints: Vec<Problem>,
    /// The context files that it was looked at with.
    contexts: Vec<Source>,
    /// What is asserted of it, and whether it has such paths at all.
    assertions: Vec<(Assertion, bool)>,
}

/// Which assertions were about a template, by what they say.
#[derive(Default)]
struct Asserted(Vec<(Assertion, bool)>);

impl Asserted {
    fn add(&mut self, assertions: Vec<(Assertion, bool)>) {
        for (assertion, about) in assertions {
            match self.0.iter_mut().find(|(known, _)| *known == assertion) {
                Some((_, before)) => *before |= about,
                None => self.0.push((assertion, about)),
            }
        }
    }

    /// Those that no template has to do with: a slip, or one for templates that are not looked at now.
    fn about_nothing(&self) -> impl Iterator<Item = Phrase> {
        self.0.iter().filter(|(_, about)| !about).map(|(Assertion { from, to, .. }, _)| match from {
            Some(from) => phrase!(
                en: "assertions: no checked template has paths from `{from}` to `{to}`",
                ja: "assertions: チェックしたテンプレートに `{from}` から `{to}` への経路はありません",
            ),
            None => phrase!(
                en: "assertions: no checked template has paths to `{to}`",
                ja: "assertions: チェックしたテンプレートに `{to}` への経路はありません",
            ),
        })
    }
}

/// Those who check and write many files side by side, where the system lets us have threads.
struct Workers(Option<ThreadPool>);

impl Workers {
    /// As large as that of the main thread: a template that is checked alone and one among many have the same room.
    const STACK: usize = 8 << 20;

    fn of(files: usize) -> Self {
        // The thread that waits for them may as well work: each more has its own reserve of memory.
        let pool = || ThreadPoolBuilder::new().stack_size(Self::STACK).use_current_thread().build().ok();
        Self((files > 1).then(pool).flatten())
    }

    /// What comes of each, in their order. The longest are begun first, so that nobody waits for a long one at the end.
    fn each<T: Send, U: Send>(
        &self,
        items: Vec<T>,
        length: impl Fn(&T) -> u64,
        act: impl Fn(T) -> U + Sync,
    ) -> Vec<U> {
        let Some(pool) = &self.0 else { return items.into_iter().map(act).collect() };
        let mut waiting: Vec<(usize, T)> = items.into_iter().enumerate().collect();
        waiting.sort_by_cached_key(|(_, item)| Reverse(length(item)));
        let mut done: Vec<(usize, U)> = pool
            .install(|| waiting.into_iter().par_bridge().map(|(number, item)| (number, act(item))).collect());
        done.sort_unstable_by_key(|(number, _)| *number);
        done.into_iter().map(|(_, one)| one).collect()
    }
}

fn paths(sources: &[Source]) -> Vec<String> {
    sources.iter().map(|source| source.path.clone()).collect()
}

fn check(known: &Known<'_>, input: &Input) -> One {
    let text = match input.read(known.size_limit()) {
        Ok(Some(text)) => text,
        Ok(None) => return One::default(),
        Err(problem) => return One { complaints: vec![problem], ..One::default() },
    };
    let path = input.shown();
    let folder = input.parent();
    // Broken settings are a problem, but the template is checked all the same.
    let (surroundings, problem) = match known.surroundings(folder) {
        Ok(surroundings) => (surroundings, None),
        Err(problem) => (Surroundings::default(), Some(problem)),
    };
    let reading = Reading::of(&text, known.size_limit());
    let options = known.options(input, reading.nested_template_paths(), &surroundings);
    let mut analysis = reading.analyze(&path, &options);
    let is_broken = analysis.findings.iter().any(|finding| finding.rule.0 == INVALID_SYNTAX);
    let is_broken_template = is_broken && (input.is_named() || input::mentions_resources(text.as_bytes()));
    if !analysis.is_template && !is_broken_template {
        let complaints = input.is_named().then(|| input::not_a_template(&path)).into_iter().collect();
        return One { complaints, ..One::default() };
    }
    for source in analysis.sources.iter_mut().skip(1) {
        source.path = input::shown(&nested::normalised(&folder.join(&source.path)));
    }
    surroundings.config.apply_to_nested(&mut analysis);
    let mut assertions = Vec::new();
    if !is_broken {
        let asserted = surroundings.config.of(input.file()).assertions;
        let about = check_assertions(&path, &text, &options, &asserted, &mut analysis);
        assertions = asserted.into_iter().zip(about).collect();
    }
    let checked = Some(Checked { path, analysis });
    One { checked, complaints: problem.into_iter().collect(), contexts: options.contexts, assertions }
}

fn fails(analysis: &Analysis, fail_on: FailOn) -> bool {
    let mut findings = analysis.findings.iter().filter(|finding| finding.suppressed.is_none());
    match fail_on {
        FailOn::Never => false,
        FailOn::Error => findings.any(|finding| finding.severity >= Severity::Error),
        FailOn::Warning => findings.any(|finding| finding.severity >= Severity::Warning),
        FailOn::Info => findings.any(|finding| finding.severity >= Severity::Info),
        FailOn::Unknown => {
            findings.any(|finding| finding.severity >= Severity::Error || finding.rule.0 == UNRESOLVED_VALUE)
        }
    }
}

#[cfg(test)]
mod tests {
    use vpcheck_core::finding::{Finding, RuleId};
    use vpcheck_core::language::Phrase;

    use super::*;

    #[test]
    fn each_level_fails_on_what_it_names() {
        let cases = [
            ("a", Severity::Error, "error warning info unknown"),
            ("a", Severity::Warning, "warning info"),
            ("a", Severity::Info, "info"),
            (UNRESOLVED_VALUE, Severity::Info, "info unknown"),
        ];
        for (rule, severity, expected) in cases {
            let mut analysis = Analysis {
                findings: vec![Finding {
                    rule: RuleId(rule),
                    severity,
                    message: Phrase::verbatim(""),
                    help: Phrase::verbatim(""),
                    labels: Vec::new(),
                    resource: None,
                    function: None,
                    callers: Vec::new(),
                    usd_per_month: None,
                    fix: None,
                    promises: Vec::new(),
                    path: Vec::new(),
                    suppressed: None,
                    fingerprint: String::new(),
                }],
                ..Analysis::default()
            };
            let failing = |analysis: &Analysis| {
                let levels = [
                    ("error", FailOn::Error),
                    ("warning", FailOn::Warning),
                    ("info", FailOn::Info),
                    ("unknown", FailOn::Unknown),
                    ("never", FailOn::Never),
                ];
                let failing = levels.into_iter().filter(|(_, level)| fails(analysis, *level));
                failing.map(|(name, _)| name).collect::<Vec<_>>().join(" ")
            };
            assert_eq!(failing(&analysis), expected, "{rule} {severity:?}");
            analysis.findings[0].suppressed = Some("accepted".to_owned());
            assert_eq!(failing(&analysis), "", "suppressed");
        }
    }
}
