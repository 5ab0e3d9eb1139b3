//! How long it takes to trace everything in a large template.

use divan::Bencher;
use vpcheck_core::{Options, TraceRequest, trace};
use vpcheck_tests::large;

fn main() {
    divan::main();
}

/// Every function to every destination that the template suggests, from text to verdicts.
#[divan::bench]
fn everything(bencher: Bencher<'_, '_>) {
    let text = large::template();
    let options = Options { region: Some("us-east-1".to_owned()), ..Options::default() };
    let request = TraceRequest::default();
    bencher.bench(|| trace("large.yaml", divan::black_box(&text), &options, &request));
}
