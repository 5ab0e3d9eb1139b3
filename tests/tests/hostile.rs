//! Hostile templates end with a clear word. How long they take is measured (`cargo bench -p vpcheck-tests --bench hostile`),
//! not tested, since a busy machine would fail a test of time.

use std::time::Instant;

use vpcheck_core::{Options, TraceRequest, analyze, trace};
use vpcheck_tests::hostile;

#[test]
fn hostile_templates_end_with_a_clear_word() {
    let mut wrong = Vec::new();
    for one in hostile::all() {
        let start = Instant::now();
        let analysis = analyze("hostile.yaml", &one.text, &Options::default());
        println!("{}: {} ms", one.name, start.elapsed().as_millis());
        let findings = analysis.findings.iter().map(|finding| finding.message.en.as_ref());
        let told: Vec<&str> =
            findings.chain(analysis.assumptions.iter().map(|words| words.en.as_ref())).collect();
        if !told.iter().any(|told| told.contains(one.words)) {
            let first: Vec<_> = told.iter().take(5).collect();
            wrong.push(format!("{}: {first:?}", one.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn more_paths_than_are_followed_are_refused() {
    for text in [hostile::subnets(50_000), hostile::database(1_000)] {
        let tracing = trace("hostile.yaml", &text, &Options::default(), &TraceRequest::default());
        let tracing = tracing.expect("nothing is asked for that is not there");
        let refused = tracing.refused.expect("too many paths");
        assert!(refused.what.en.contains("more than the 20000 that vpcheck follows at once"), "{refused:?}");
        assert!(tracing.traces.is_empty());
    }
}

#[test]
fn as_many_paths_as_are_followed_are_summed_up() {
    const SUBNETS: usize = 3_000;
    let request = TraceRequest { from: Some("F".to_owned()), to: Some("internet".to_owned()) };
    let tracing = trace("hostile.yaml", &hostile::subnets(SUBNETS), &Options::default(), &request);
    let traces = tracing.expect("a trace").traces;
    assert_eq!(traces.len(), SUBNETS + 1);
    let sum = traces.last().expect("a sum");
    assert!(sum.from.subnet.is_none() && sum.missing.len() >= SUBNETS, "{}", sum.missing.len());
}
