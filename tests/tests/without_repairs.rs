//! An analysis that looks for no repairs says all the same: the page shows it first.

use std::fs;
use std::path::Path;

use vpcheck_core::{Options, analyze};

#[test]
fn only_fixes_are_missing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut repaired = 0;
    for folder in ["planted", "gallery", "../web/examples"] {
        for entry in fs::read_dir(root.join(folder)).expect("a folder of templates") {
            let path = entry.expect("an entry").path();
            let text = fs::read_to_string(&path).expect("a template");
            let mut all = analyze("template", &text, &Options::default());
            let first = analyze("template", &text, &Options { has_repairs: false, ..Options::default() });
            for (finding, first) in all.findings.iter_mut().zip(&first.findings) {
                if first.fix.is_none() && finding.fix.is_some() {
                    repaired += 1;
                    finding.fix = None;
                    finding.promises.clear();
                }
            }
            assert_eq!(all.findings, first.findings, "{}", path.display());
            assert_eq!(all.checklist, first.checklist, "{}", path.display());
            assert_eq!(all.needs, first.needs, "{}", path.display());
        }
    }
    assert!(repaired > 5, "{repaired} repairs are left out");
}
