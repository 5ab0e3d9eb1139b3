//! How long it takes to draw a large network.

use divan::Bencher;
use vpcheck_core::diagram::{DiagramRequest, sketch};
use vpcheck_core::{Options, render};
use vpcheck_tests::large;

fn main() {
    divan::main();
}

fn options() -> Options {
    Options { region: Some("us-east-1".to_owned()), ..Options::default() }
}

/// Placing everything one by one, as for every click that opens a group.
#[divan::bench]
fn layout(bencher: Bencher<'_, '_>) {
    let sketch = sketch("large.yaml", &large::template(), &options(), None).expect("no path is asked for");
    let request = DiagramRequest { open_all: true, ..DiagramRequest::default() };
    bencher.bench(|| divan::black_box(&sketch).drawn(&request));
}

/// Writing it.
#[divan::bench]
fn svg(bencher: Bencher<'_, '_>) {
    let sketch = sketch("large.yaml", &large::template(), &options(), None).expect("no path is asked for");
    let drawn = sketch.drawn(&DiagramRequest { open_all: true, ..DiagramRequest::default() });
    bencher.bench(|| render::svg(divan::black_box(&drawn)));
}

/// From the text to what there is to draw.
#[divan::bench]
fn from_text(bencher: Bencher<'_, '_>) {
    let text = large::template();
    bencher.bench(|| sketch("large.yaml", divan::black_box(&text), &options(), None));
}
