//! The figures that the book gives of the tests are true: no test is missing that it counts, and few came after it was written.

use std::fs;
use std::path::{Path, PathBuf};

use vpcheck_core::rules;
use vpcheck_tests::planted::systems;
use vpcheck_tests::{corpus, kernel};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The figures of the table, in its order. What stands beside the repository cannot be counted where it is absent.
fn figures() -> [Option<usize>; 6] {
    let flows = kernel::beside_workspace().map(|folder| {
        let cases = kernel::cases(&folder).expect("the cases can be read");
        cases.iter().map(|case| case.facts.flows.len()).sum()
    });
    let templates = corpus::beside_workspace()
        .map(|folder| corpus::files(&folder).expect("the corpus can be read").len());
    let faults = systems().iter().map(|system| system.faults().len()).sum();
    [flows, Some(statements()), Some(faults), templates, Some(codes()), Some(rules::all().len())]
}

/// Tests of statements of AWS's documents.
fn statements() -> usize {
    let files = fs::read_dir(root().join("tests/tests/facts")).expect("the facts can be listed");
    let texts = files.map(|file| fs::read_to_string(file.unwrap().path()).expect("facts can be read"));
    texts.map(|text| text.lines().filter(|line| line.trim() == "#[test]").count()).sum()
}

/// AWS's codes in COVERAGE.md.
fn codes() -> usize {
    let text = fs::read_to_string(root().join("COVERAGE.md")).expect("COVERAGE.md can be read");
    text.lines().filter(|line| line.starts_with("| `") && !line.starts_with("| `VPCHECK_")).count()
}

#[test]
fn the_book_counts_no_more_than_there_is_and_hardly_less() {
    let figures = figures();
    for language in ["en", "ja"] {
        let path = root().join("docs/book").join(language).join("testing.md");
        let text = fs::read_to_string(&path).expect("the page can be read");
        let told: Vec<usize> = text
            .lines()
            .filter_map(|line| line.strip_prefix("| [")?.strip_suffix(" |")?.rsplit_once("| "))
            .map(|(_, figure)| figure.replace(',', "").parse().expect("a figure"))
            .collect();
        assert_eq!(told.len(), figures.len(), "{language}");
        for (row, (told, figure)) in told.iter().zip(figures).enumerate() {
            match figure {
                Some(figure) => assert!(
                    *told <= figure && figure <= told + told / 10,
                    "{language}, row {}: {told} is told, there are {figure}",
                    row + 1
                ),
                None => println!("skipped: row {} is of what is not beside the workspace", row + 1),
            }
        }
    }
}
