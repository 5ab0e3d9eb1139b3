//! Pictures of networks: what must hold of every one, on every template there is.

use vpcheck_core::diagram::{Diagram, DiagramRequest, diagram};
use vpcheck_core::language::Language;
use vpcheck_core::{Options, analyze, render};
use vpcheck_tests::{corpus, geometry, large};

fn options() -> Options {
    Options { region: Some("ap-northeast-1".to_owned()), ..Options::default() }
}

fn drawn(text: &str, request: &DiagramRequest<'_>) -> Diagram {
    diagram("template.yaml", text, &options(), request).expect("nothing is asked for").diagram
}

#[test]
fn every_picture_of_the_corpus_is_well_made() {
    let Some(root) = corpus::beside_workspace() else {
        println!("skipped: no shared corpus beside the workspace");
        return;
    };
    let files = corpus::files(&root).expect("the corpus can be read");
    let mut faults = Vec::new();
    for corpus::File { path, text } in &files {
        let findings = analyze(path, text, &options()).findings;
        for language in [Language::English, Language::Japanese] {
            for open_all in [false, true] {
                let request =
                    DiagramRequest { language, open_all, findings: &findings, ..DiagramRequest::default() };
                let drawn = drawn(text, &request);
                faults.extend(geometry::faults(&drawn).into_iter().map(|fault| format!("{path}: {fault}")));
            }
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn a_large_picture_is_well_made() {
    let text = large::template();
    for open_all in [false, true] {
        let drawn = drawn(&text, &DiagramRequest { open_all, ..DiagramRequest::default() });
        assert_eq!(geometry::faults(&drawn), Vec::<String>::new());
    }
}

#[test]
fn the_same_text_gives_the_same_picture() {
    let text = large::template();
    let once = || render::svg(&drawn(&text, &DiagramRequest::default()));
    assert_eq!(once(), once());
}
