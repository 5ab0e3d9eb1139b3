//! Suggested endpoints on every real template: what is suggested can be put in, and does what it is for.

use std::collections::BTreeSet;

use vpcheck_core::finding::Severity;
use vpcheck_core::network::Assumption;
use vpcheck_core::paths::Verdict;
use vpcheck_core::suggest::endpoints::{EndpointSuggestions, Today};
use vpcheck_core::text::{Edit, apply};
use vpcheck_core::{Analysis, Options, TraceRequest, analyze, suggest_endpoints, trace};
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
            let before = analyze(&file.path, &file.text, &options);
            for vpc in &suggested.vpcs {
                for one in &vpc.services {
                    let Some(add) = &one.add else { continue };
                    assert!(!add.yaml.is_empty() && add.yaml.contains(&add.id), "{}: {add:?}", file.path);
                    let Some(edits) = &add.edits else { continue };
                    assert_eq!(add.verdict, Verdict::Reachable, "{}: {add:?}", file.path);
                    tried += 1;
                    let trial = Trial { file: &file, options: &options, before: &before, vpc: &vpc.id };
                    if let Err(why) = trial.of(edits, &[&one.service]) {
                        wrong.push(format!("{}: {}: {why}", file.path, add.id));
                    }
                }
                if let Some(edits) = &vpc.edits {
                    let added = vpc.services.iter().filter(|one| one.add.is_some());
                    let services: Vec<&str> = added.map(|one| one.service.as_str()).collect();
                    let trial = Trial { file: &file, options: &options, before: &before, vpc: &vpc.id };
                    if let Err(why) = trial.of(edits, &services) {
                        wrong.push(format!("{}: all: {why}", file.path));
                    }
                }
            }
        }
    }
    println!("{tried} endpoints tried");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried > 0, "the corpus has templates that lack endpoints");
}

struct Trial<'a> {
    file: &'a File,
    options: &'a Options,
    before: &'a Analysis,
    vpc: &'a str,
}

impl Trial<'_> {
    /// Puts edits in: the services go by endpoints then, and no error or warning has come.
    fn of(&self, edits: &[Edit], services: &[&str]) -> Result<(), String> {
        let text = apply(&self.file.text, edits).map_err(|error| error.to_string())?;
        let after = analyze(&self.file.path, &text, self.options);
        let known: BTreeSet<&str> = troubles(self.before).map(|(_, print)| print).collect();
        if let Some((message, _)) = troubles(&after).find(|(_, print)| !known.contains(print)) {
            return Err(format!("it brings: {message}"));
        }
        let suggested: EndpointSuggestions = suggest_endpoints(&self.file.path, &text, self.options);
        let vpc = suggested.vpcs.iter().find(|vpc| vpc.id == self.vpc).ok_or("the VPC is gone")?;
        for service in services {
            let today = vpc.services.iter().find(|one| one.service == *service).map(|one| one.today);
            if today != Some(Today::Endpoint) {
                return Err(format!("{service} does not go by it: {today:?}"));
            }
        }
        Ok(())
    }
}

fn troubles(analysis: &Analysis) -> impl Iterator<Item = (&str, &str)> {
    let is_trouble = |finding: &&vpcheck_core::finding::Finding| {
        finding.suppressed.is_none() && finding.severity >= Severity::Warning
    };
    let told = analysis.findings.iter().filter(is_trouble);
    told.map(|finding| (finding.message.en.as_str(), finding.fingerprint.as_str()))
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
