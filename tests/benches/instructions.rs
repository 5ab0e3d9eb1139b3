//! How many instructions the analysis of a template takes, counted by Valgrind: the same on every run and every machine
//! of one kind, however busy. Needs `valgrind` and `gungraun-runner`; `cargo xtask bench` says how to get them.

#![expect(missing_docs, reason = "gungraun's macros make modules and functions of their own")]

use gungraun::{library_benchmark, library_benchmark_group, main};
use vpcheck_tests::corpus::File;
use vpcheck_tests::measured::{Work, templates, whole_corpus};

/// One number for each template and kind of work, in the order of [`templates`]; then the corpus, which is one.
fn numbers() -> std::ops::Range<usize> {
    0..(templates().len() + 1) * Work::ALL.len()
}

fn read(number: usize) -> (Vec<File>, Work) {
    let (at, work) = (number / Work::ALL.len(), Work::ALL[number % Work::ALL.len()]);
    let files = templates().into_iter().nth(at).map_or_else(whole_corpus, |file| vec![file]);
    (files, work)
}

#[library_benchmark]
#[benches::of(iter = numbers(), setup = read)]
fn work((files, work): (Vec<File>, Work)) -> usize {
    let done = files.iter().map(|file| work.run(file)).sum();
    // What is given back is not to be counted.
    std::mem::forget(files);
    done
}

library_benchmark_group!(name = analysis, benchmarks = work);
main!(library_benchmark_groups = analysis);
