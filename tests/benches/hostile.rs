//! How long templates take that are made to take long: none may take two seconds.

use divan::Bencher;
use vpcheck_core::{Options, analyze};
use vpcheck_tests::hostile;

fn main() {
    divan::main();
}

/// Each by its number in [`hostile::all`].
#[divan::bench(args = 0..hostile::all().len(), sample_count = 3)]
fn everything(bencher: Bencher<'_, '_>, number: usize) {
    let one = hostile::all().swap_remove(number);
    bencher.bench(|| analyze(one.name, divan::black_box(&one.text), &Options::default()).findings.len());
}
