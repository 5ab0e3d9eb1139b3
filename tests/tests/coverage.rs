//! COVERAGE.md lists every code once, and what it says is so.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use vpcheck_core::paths::Code;

/// How many codes AWS documents.
const CODES_OF_AWS: usize = 100;
const STATES: [&str; 4] = ["implemented", "told otherwise", "planned", "not applicable"];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

struct Row {
    code: String,
    state: String,
    reason: String,
}

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(workspace().join("COVERAGE.md")).expect("COVERAGE.md can be read");
    text.lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.strip_prefix("| `")?.strip_suffix(" |")?.split(" | ").collect();
            let [code, state, reason] = cells[..] else { panic!("not three cells: {line}") };
            Some(Row {
                code: code.trim_end_matches('`').to_owned(),
                state: state.to_owned(),
                reason: reason.to_owned(),
            })
        })
        .collect()
}

#[test]
fn every_code_is_listed_once() {
    let rows = rows();
    let codes: BTreeSet<&str> = rows.iter().map(|row| row.code.as_str()).collect();
    assert_eq!(codes.len(), rows.len(), "a code is listed twice");
    let of_aws = codes.iter().filter(|code| !code.starts_with("VPCHECK_")).count();
    assert_eq!(of_aws, CODES_OF_AWS);
    for row in &rows {
        assert!(STATES.contains(&row.state.as_str()), "{}: {}", row.code, row.state);
        assert!(!row.reason.trim().is_empty(), "{}", row.code);
    }
}

#[test]
fn what_a_trace_may_say_is_what_is_implemented() {
    let implemented: BTreeSet<String> =
        rows().into_iter().filter(|row| row.state == "implemented").map(|row| row.code).collect();
    let all: BTreeSet<String> = Code::ALL.iter().map(|code| code.0.to_owned()).collect();
    assert_eq!(implemented, all);
}

#[test]
fn the_counts_are_right() {
    let text = fs::read_to_string(workspace().join("COVERAGE.md")).expect("COVERAGE.md can be read");
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows().into_iter().filter(|row| !row.code.starts_with("VPCHECK_")) {
        *counts.entry(row.state).or_default() += 1;
    }
    for state in STATES {
        let line = format!("| {state} | {} |", counts.get(state).unwrap_or(&0));
        assert!(text.contains(&line), "no line `{line}`");
    }
}

#[test]
fn named_tests_are_there_and_about_the_code() {
    let folder = workspace().join("tests/tests/facts");
    for row in rows() {
        let named: Vec<&str> = row.reason.split('`').filter(|word| word.contains("::")).collect();
        let has_test = ["implemented", "told otherwise"].contains(&row.state.as_str());
        assert_eq!(named.len(), usize::from(has_test), "{}: {}", row.code, row.reason);
        for name in named {
            let (module, test) = name.split_once("::").expect("a module and a test");
            let source = fs::read_to_string(folder.join(format!("{module}.rs")))
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            let start = source
                .find(&format!("#[test]\nfn {test}()"))
                .unwrap_or_else(|| panic!("{}: there is no test {name}", row.code));
            let body = source[start + 1..].split("#[test]").next().unwrap_or_default();
            if row.state == "implemented" {
                assert!(body.contains(&format!("Code::{}", row.code)), "{name} does not show {}", row.code);
            }
        }
    }
}

/// Where the list of AWS's codes stands beside the workspace, ours has the same.
#[test]
fn the_list_is_that_of_aws() {
    let list = workspace().join("../shared/facts/reachability-codes.txt");
    let Ok(text) = fs::read_to_string(list) else {
        println!("skipped: no list of codes beside the workspace");
        return;
    };
    // The list shortens two families with braces; `{A,B}` stands for both.
    let text = text.split("# MODEL").next().unwrap_or_default();
    let mut known = BTreeSet::new();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    // A code with its explanation, or several without.
    for word in lines.flat_map(|line| line.split("  ").next().unwrap_or_default().split(';')) {
        let word = word.trim();
        match word.split_once('{') {
            Some((start, ends)) => {
                known.extend(ends.trim_end_matches('}').split(',').map(|end| format!("{start}{end}")));
            }
            None => {
                known.insert(word.to_owned());
            }
        }
    }
    known.remove("");
    let listed: BTreeSet<String> =
        rows().into_iter().map(|row| row.code).filter(|code| !code.starts_with("VPCHECK_")).collect();
    assert_eq!(listed, known);
}
