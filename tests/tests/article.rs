//! The templates that the article prints, where they are beside the workspace.

use std::path::Path;

use vpcheck_core::text::apply;
use vpcheck_core::{Options, analyze};

#[test]
fn the_rings_of_the_appendices_are_parted() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/article");
    if !folder.is_dir() {
        println!("skipped: no shared article beside the workspace");
        return;
    }
    for name in ["appendix-a.yaml", "appendix-b.yaml"] {
        let text = std::fs::read_to_string(folder.join(name)).expect("the appendix can be read");
        let before = analyze(name, &text, &Options::default());
        let rings: Vec<_> =
            before.findings.iter().filter(|finding| finding.rule.0 == "circular-dependency").collect();
        let [ring] = rings[..] else { panic!("{name}: {} rings", rings.len()) };
        let fix = ring.fix.as_ref().unwrap_or_else(|| panic!("{name}: no fix"));
        let after = apply(&text, &fix.edits).expect("the fix fits its text");
        let left = analyze(name, &after, &Options::default());
        assert!(left.findings.iter().all(|finding| finding.rule.0 != "circular-dependency"), "{name}");
        assert!(left.summary().errors < before.summary().errors, "{name}");
    }
}
