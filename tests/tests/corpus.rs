//! What must hold for every real template: no panic, places inside the text, fixes that fix.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use vpcheck_core::text::{LineIndex, Span};
use vpcheck_core::{Analysis, Options, analyze};
use vpcheck_tests::corpus::{self, File};
use vpcheck_tests::fixes::Tally;

/// Files that `PyYAML` or a JSON parser refuses: path, parser, line. Made by `oracle/pyyaml.py`.
const REFUSED: &str = include_str!("../oracle/pyyaml.tsv");

/// Every error and warning of two sets, read and judged.
const READING: &str = include_str!("../corpus/READING.md");

/// Files that only one side refuses, with the reason.
const EXCEPTIONS: [(&str, &str); 0] = [];

#[test]
fn every_file_is_analysed_and_every_place_is_in_its_text() {
    let Some(files) = files() else { return };
    for (file, analysis) in files {
        for finding in &analysis.findings {
            for label in &finding.labels {
                let source = analysis.sources.get(usize::from(label.file.0));
                let source = source.unwrap_or_else(|| panic!("{}: no source of {label:?}", file.path));
                if let Some(span) = label.span {
                    assert_is_place(&file.path, &source.text, span);
                }
            }
            for edit in finding.fix.iter().flat_map(|fix| &fix.edits) {
                assert_is_place(&file.path, &file.text, edit.span);
            }
        }
    }
}

#[test]
fn every_fix_keeps_its_word() {
    let Some(files) = files() else { return };
    let mut tally = Tally::default();
    for (file, _) in files {
        tally.add(file, &Options::default());
    }
    assert!(tally.wrong.is_empty(), "{}", tally.wrong.join("\n"));
    let tried: usize = tally.rules.values().map(|count| count.tried).sum();
    println!("{tried} fixes tried");
    assert!(tried > 0, "the corpus has templates that can be fixed");
}

/// Both ways: what is found was read, and what was read is still found.
#[test]
fn every_error_and_warning_was_read() {
    let Some(files) = files() else { return };
    let mut read = reading();
    let mut wrong = Vec::new();
    let sets = ["vpc-lambda/", "network/"];
    for (file, analysis) in files.iter().filter(|(file, _)| sets.iter().any(|set| file.path.starts_with(set)))
    {
        let grave = analysis.findings.iter().filter(|finding| {
            finding.suppressed.is_none() && finding.severity >= vpcheck_core::finding::Severity::Warning
        });
        for finding in grave {
            let Some(span) = finding.primary().and_then(|label| label.span) else { continue };
            let place = (file.path.clone(), line(&file.text, span), finding.rule.0.to_owned());
            match read.get_mut(&place) {
                Some(is_found) => *is_found = true,
                None => wrong.push(format!("not read: {}:{} {}", place.0, place.1, place.2)),
            }
        }
    }
    let gone = read.iter().filter(|(_, is_found)| !**is_found);
    wrong.extend(gone.map(|((path, line, rule), _)| format!("no longer found: {path}:{line} {rule}")));
    assert!(wrong.is_empty(), "tests/corpus/READING.md:\n{}", wrong.join("\n"));
    println!("{} errors and warnings were read", read.len());
}

/// The rows of the reading: path, line and rule of each finding.
fn reading() -> BTreeMap<(String, u32, String), bool> {
    let rows = READING.lines().filter(|row| row.contains("| defended |"));
    let mut read = BTreeMap::new();
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [place, rule, ..] = &*cells else { panic!("{row}") };
        let (path, lines) = place.rsplit_once(':').unwrap_or_else(|| panic!("no line in {row}"));
        for line in lines.split(',') {
            let line = line.trim().parse().unwrap_or_else(|_| panic!("{line} is no line: {row}"));
            read.insert((path.to_owned(), line, (*rule).to_owned()), false);
        }
    }
    read
}

#[test]
fn only_texts_that_other_parsers_refuse_are_invalid() {
    let Some(files) = files() else { return };
    let theirs: BTreeMap<&str, u32> = REFUSED
        .lines()
        .filter_map(|line| {
            let mut columns = line.split('\t');
            Some((columns.next()?, columns.nth(1)?.parse().ok()?))
        })
        .collect();
    let mut wrong = Vec::new();
    for (file, analysis) in files {
        let first = analysis.findings.iter().find(|finding| finding.rule.0 == "invalid-syntax");
        let ours = first.and_then(|finding| finding.primary()?.span).map(|span| line(&file.text, span));
        let explained = EXCEPTIONS.iter().any(|(path, _)| *path == file.path);
        match (ours, theirs.get(&*file.path)) {
            (None, None) => {}
            // Others notice an error where they can go on no longer, which is where it began or further down.
            (Some(ours), Some(theirs)) if ours <= *theirs => {}
            (ours, theirs) if !explained => {
                wrong.push(format!("{}: we {ours:?}, they {theirs:?}", file.path));
            }
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{} of {} texts are refused by both", theirs.len(), files.len());
}

/// Every file with its analysis, made once for all tests.
fn files() -> Option<&'static [(File, Analysis)]> {
    static FILES: OnceLock<Vec<(File, Analysis)>> = OnceLock::new();
    let Some(root) = corpus::beside_workspace() else {
        println!("skipped: no shared corpus beside the workspace");
        return None;
    };
    let with_analysis = |file: File| {
        let analysis = analysis(&file);
        (file, analysis)
    };
    let analysed = || {
        let files = corpus::files(&root).expect("the corpus can be read");
        files.into_iter().map(with_analysis).collect()
    };
    Some(FILES.get_or_init(analysed))
}

fn analysis(file: &File) -> Analysis {
    catch_unwind(AssertUnwindSafe(|| analyze(&file.path, &file.text, &Options::default())))
        .unwrap_or_else(|_| panic!("{} makes the analysis panic", file.path))
}

fn assert_is_place(path: &str, text: &str, span: Span) {
    let is_place = text.get(span.start as usize..span.end as usize).is_some();
    assert!(is_place, "{path}: {span:?} is no place of the text");
}

fn line(text: &str, span: Span) -> u32 {
    LineIndex::new(text).line_of(span.start)
}
