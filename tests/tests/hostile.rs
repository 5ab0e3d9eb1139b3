//! Hostile templates end with a clear word. How long they take is measured (`cargo bench -p vpcheck-tests --bench hostile`),
//! not tested, since a busy machine would fail a test of time.

use vpcheck_core::{Options, analyze};
use vpcheck_tests::hostile;

#[test]
fn hostile_templates_end_with_a_clear_word() {
    for one in hostile::all() {
        let analysis = analyze("hostile.yaml", &one.text, &Options::default());
        let findings = analysis.findings.iter().map(|finding| finding.message.en.as_ref());
        let told: Vec<&str> =
            findings.chain(analysis.assumptions.iter().map(|words| words.en.as_ref())).collect();
        let first: Vec<_> = told.iter().take(5).collect();
        assert!(told.iter().any(|told| told.contains(one.words)), "{}: {first:?}", one.name);
    }
}
