//! Suggested endpoints on every real template: what is suggested can be put in, and does what it is for.

use vpcheck_core::network::Assumption;
use vpcheck_core::paths::Verdict;
use vpcheck_core::suggest::endpoints::EndpointChange;
use vpcheck_core::{Options, TraceRequest, prove_endpoints, suggest_endpoints, trace};
use vpcheck_tests::corpus::{self, File};

#[test]
fn every_endpoint_that_can_be_added_does_what_it_is_for() {
    let Some(root) = corpus::beside_workspace() else {
        println!("skipped: no shared corpus beside the workspace");
        return;
    };
    let (mut tried, mut wrong) = (0, Vec::new());
    for file in corpus::files(&root).expect("the corpus can be read") {
        // Tracing takes its time; what stands in no VPC has nothing to say here.
        if !file.text.contains("VpcConfig") && !file.text.contains("AwsvpcConfiguration") {
            continue;
        }
        for options in options(&file) {
            let suggested = suggest_endpoints(&file.path, &file.text, &options);
            if suggested.vpcs.is_empty() {
                continue;
            }
            for vpc in &suggested.vpcs {
                let mut offered = Vec::new();
                for one in &vpc.services {
                    let Some(add) = &one.add else { continue };
                    assert!(!add.yaml.is_empty() && add.yaml.contains(&add.id), "{}: {add:?}", file.path);
                    assert_eq!(add.edits.is_none(), add.why_not.is_some(), "{}: {add:?}", file.path);
                    if add.edits.is_some() {
                        assert_eq!(add.verdict, Verdict::Reachable, "{}: {add:?}", file.path);
                        offered.push(EndpointChange::Endpoint(&one.service));
                    }
                }
                offered.extend(vpc.edits.is_some().then_some(EndpointChange::Endpoints));
                offered.extend(vpc.nat_free.edits.is_some().then_some(EndpointChange::WithoutNat));
                for change in offered {
                    tried += 1;
                    let proof =
                        prove_endpoints(&file.path, &file.text, &options, &suggested, &vpc.id, change);
                    if let Err(why) = proof {
                        wrong.push(format!("{}: {}: {change:?}: {}", file.path, vpc.id, why.en));
                    }
                }
            }
        }
    }
    println!("{tried} changes tried");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried > 0, "the corpus has templates that lack endpoints");
}

/// As the template is, and with the subnets that it does not know taken for each kind of subnets.
fn options(file: &File) -> Vec<Options> {
    let plain = Options::default();
    let traced = trace(&file.path, &file.text, &plain, &TraceRequest::default());
    let open = traced.map(|tracing| tracing.assumable).unwrap_or_default();
    let mut all = vec![plain.clone()];
    if !open.is_empty() {
        for kind in [Assumption::PrivateNat, Assumption::Isolated, Assumption::Public] {
            let assumed = open.iter().map(|name| (name.clone(), kind)).collect();
            all.push(Options { assumed, ..plain.clone() });
        }
    }
    all
}
