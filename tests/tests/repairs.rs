//! Repairs of blocked ways keep their word: the way is reachable in the text that they make.

use std::path::Path;

use vpcheck_core::finding::Safety;
use vpcheck_core::network::Assumption;
use vpcheck_core::paths::Verdict;
use vpcheck_core::{Options, TraceRequest, fix, trace};
use vpcheck_tests::kernel;
use vpcheck_tests::mended::Tally;

/// Every so many of the kernel cases is repaired here; `cargo xtask kernel-cases --repair` repairs all.
const EVERY: usize = 12;

#[test]
fn repairs_of_flows_that_a_kernel_blocked_open_them() {
    let Some(folder) = kernel::beside_workspace() else {
        println!("skipped: no kernel cases beside the workspace");
        return;
    };
    let cases = kernel::cases(&folder).expect("the cases can be read");
    let mut tally = Tally::default();
    for case in cases.iter().step_by(EVERY) {
        tally.add(case);
    }
    assert!(tally.wrong.is_empty(), "{}", tally.wrong.join("\n"));
    assert!(tally.sum() * 2 > tally.tried, "{} of {} repaired", tally.sum(), tally.tried);
}

#[test]
fn the_function_of_the_appendix_reaches_both_services_after_its_fixes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/article/appendix-a.yaml");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: no shared article beside the workspace");
        return;
    };
    for kind in [Assumption::PrivateNat, Assumption::Isolated] {
        let mut options = Options { region: Some("ap-northeast-1".to_owned()), ..Options::default() };
        options.assumed.insert("PrivateSubnetIds".to_owned(), kind);
        let fixing = fix("appendix-a.yaml", &text, &options, Safety::Suggested);
        assert!(fixing.refused.is_empty(), "{:?}", fixing.refused);
        for service in ["s3", "secretsmanager"] {
            let request = TraceRequest { from: Some("MyFunction".to_owned()), to: Some(service.to_owned()) };
            let tracing = trace("appendix-a.yaml", &fixing.text, &options, &request).expect("a trace");
            let sum = tracing.traces.last().expect("a sum");
            assert_eq!(sum.verdict, Verdict::Reachable, "{service}: {sum:?}\n{}", fixing.text);
        }
        assert!(fixing.text.contains("DestinationPrefixListId: pl-61a54008"), "{}", fixing.text);
    }
}
