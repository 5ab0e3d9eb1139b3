//! Analyses every file of a corpus and prints what was found and how long it took.
//!
//! `corpus [DIR] [--list RULE]`: the corpus beside the workspace by default; `--list` prints each finding of a rule.
//! Exit status 1 where a file makes the analysis panic or takes over 100 ms in a release build.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use vpcheck_core::finding::{Finding, Severity};
use vpcheck_core::text::LineIndex;
use vpcheck_core::{Analysis, Options, analyze};
use vpcheck_tests::corpus::{self, File};

/// The time that the analysis of one file may take in a release build.
const LIMIT: Duration = Duration::from_millis(100);
/// How many of the slowest files are shown.
const SLOWEST: usize = 10;

fn main() -> ExitCode {
    let (files, listed) = match corpus::asked() {
        Ok(asked) => asked,
        Err(code) => return code,
    };
    let runs: Vec<Run<'_>> = files.iter().map(Run::of).collect();
    if let Some(rule) = listed {
        for run in &runs {
            run.list(&rule);
        }
        return ExitCode::SUCCESS;
    }
    print_table(&runs);
    let panicked = runs.iter().filter(|run| run.analysis.is_none()).count();
    let slow = runs.iter().filter(|run| run.time > LIMIT).count();
    let too_slow = slow > 0 && !cfg!(debug_assertions);
    println!("\n{panicked} panics, {slow} files over {} ms", LIMIT.as_millis());
    if panicked > 0 || too_slow { ExitCode::from(1) } else { ExitCode::SUCCESS }
}

/// The analysis of one file.
struct Run<'f> {
    file: &'f File,
    /// Nothing where it panicked.
    analysis: Option<Analysis>,
    time: Duration,
}

impl<'f> Run<'f> {
    fn of(file: &'f File) -> Self {
        let start = Instant::now();
        let analysis =
            catch_unwind(AssertUnwindSafe(|| analyze(&file.path, &file.text, &Options::default()))).ok();
        Self { file, analysis, time: start.elapsed() }
    }

    fn findings(&self) -> &[Finding] {
        self.analysis.as_ref().map_or(&[], |analysis| &analysis.findings)
    }

    fn list(&self, rule: &str) {
        let Some(analysis) = &self.analysis else { return };
        for finding in analysis.findings.iter().filter(|finding| finding.rule.0 == rule) {
            let label = finding.primary();
            let source = label.and_then(|label| analysis.sources.get(usize::from(label.file.0)));
            let (path, text) =
                source.map_or((&*self.file.path, &*self.file.text), |source| (&source.path, &source.text));
            let place = label.and_then(|label| label.span).map_or_else(
                || "-".to_owned(),
                |span| {
                    let position = LineIndex::new(text).position(text, span.start);
                    format!("{}:{}", position.line, position.column)
                },
            );
            let suppressed = if finding.suppressed.is_some() { " (suppressed)" } else { "" };
            println!("{path}:{place} {}{suppressed}", finding.message.en);
        }
    }
}

fn print_table(runs: &[Run<'_>]) {
    let templates =
        runs.iter().filter(|run| run.analysis.as_ref().is_some_and(|analysis| analysis.is_template));
    let total: Duration = runs.iter().map(|run| run.time).sum();
    println!("{:>6} files", runs.len());
    println!("{:>6} templates", templates.count());
    println!("{:>6} ms in all\n", total.as_millis());

    let mut counts: BTreeMap<&str, [usize; 5]> = BTreeMap::new();
    for rule in vpcheck_core::rules::all() {
        counts.insert(rule.id.0, [0; 5]);
    }
    for run in runs {
        let mut rules: Vec<&str> = Vec::new();
        for finding in run.findings() {
            let row = counts.entry(finding.rule.0).or_default();
            let column = match (&finding.suppressed, finding.severity) {
                (Some(_), _) => 3,
                (None, Severity::Error) => 0,
                (None, Severity::Warning) => 1,
                (None, Severity::Info) => 2,
            };
            row[column] += 1;
            if !rules.contains(&finding.rule.0) {
                rules.push(finding.rule.0);
                row[4] += 1;
            }
        }
    }
    println!(
        "{:<40} {:>8} {:>8} {:>8} {:>10} {:>8}",
        "rule", "errors", "warnings", "infos", "suppressed", "in files"
    );
    for (rule, [errors, warnings, infos, suppressed, files]) in counts {
        println!("{rule:<40} {errors:>8} {warnings:>8} {infos:>8} {suppressed:>10} {files:>8}");
    }

    println!("\nslowest");
    let mut slowest: Vec<&Run<'_>> = runs.iter().collect();
    slowest.sort_by_key(|run| std::cmp::Reverse(run.time));
    for run in slowest.iter().take(SLOWEST) {
        println!("{:>8.1} ms  {}", run.time.as_secs_f64() * 1_000.0, run.file.path);
    }
    for run in runs.iter().filter(|run| run.analysis.is_none()) {
        println!("\npanic: {}", run.file.path);
    }
}
