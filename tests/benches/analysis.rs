//! How long the analysis of a template takes, beside the parser alone. `cargo xtask bench` prints it with
//! instructions, which tell more on a busy machine.

use divan::Bencher;
use vpcheck_tests::corpus::File;
use vpcheck_tests::measured::{Work, templates, whole_corpus};

fn main() {
    divan::main();
}

/// A template by its name, which divan prints.
struct Named(File);

impl std::fmt::Display for Named {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0.path)
    }
}

fn named() -> Vec<Named> {
    templates().into_iter().map(Named).collect()
}

/// The parser's events alone.
#[divan::bench(args = named())]
fn scan(bencher: Bencher<'_, '_>, file: &Named) {
    bencher.bench(|| Work::Scan.run(&file.0));
}

/// What the page shows first.
#[divan::bench(args = named())]
fn first_report(bencher: Bencher<'_, '_>, file: &Named) {
    bencher.bench(|| Work::FirstReport.run(&file.0));
}

/// With every fix.
#[divan::bench(args = named())]
fn everything(bencher: Bencher<'_, '_>, file: &Named) {
    bencher.bench(|| Work::Everything.run(&file.0));
}

/// Every template of the corpus in a row, where it is there.
#[divan::bench(sample_count = 3)]
fn corpus(bencher: Bencher<'_, '_>) {
    let files = whole_corpus();
    bencher.bench(|| files.iter().map(|file| Work::FirstReport.run(file)).sum::<usize>());
}
