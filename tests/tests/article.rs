//! The templates that the article prints, where they are beside the workspace.

use std::path::Path;

use vpcheck_core::finding::Severity;
use vpcheck_core::paths::Verdict;
use vpcheck_core::text::{LineIndex, apply};
use vpcheck_core::{Options, TraceRequest, analyze, trace};

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

/// The findings that are not infos: rule and line.
fn loud(name: &str, options: &Options) -> Option<Vec<(String, u32)>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/article").join(name);
    let text = std::fs::read_to_string(path).ok()?;
    let lines = LineIndex::new(&text);
    let analysis = analyze(name, &text, options);
    let loud = analysis.findings.iter().filter(|finding| finding.severity != Severity::Info);
    Some(
        loud.map(|finding| {
            let span = finding.primary().and_then(|label| label.span).unwrap_or_default();
            (finding.rule.0.to_owned(), lines.position(&text, span.start).line)
        })
        .collect(),
    )
}

#[test]
fn nothing_untrue_is_said_of_the_appendices() {
    // What is wrong with them, and no more: both groups name each other, B leaves out its parameters, C-1 has a colon in
    // a text without quotes, and C-2 opens port 53 to the world.
    let is_said: [(&str, &[&str]); 4] = [
        ("appendix-a.yaml", &["circular-dependency", "egress-blocks-gateway-endpoint"]),
        ("appendix-b.yaml", &["circular-dependency", "unknown-reference"]),
        ("appendix-c1.yaml", &["invalid-syntax"]),
        ("appendix-c2.yaml", &["resolver-endpoint-open"]),
    ];
    for (name, rules) in is_said {
        let Some(found) = loud(name, &Options::default()) else {
            println!("skipped: no shared article beside the workspace");
            return;
        };
        let untrue: Vec<_> = found.iter().filter(|(rule, _)| !rules.contains(&rule.as_str())).collect();
        assert!(untrue.is_empty(), "{name}: {untrue:?}");
        for rule in rules {
            assert!(found.iter().any(|(known, _)| known == rule), "{name}: no {rule}");
        }
    }
}

#[test]
fn the_zones_of_the_appendix_are_not_known_until_told() {
    let zones = |subnets: &str| {
        let mut options = Options::default();
        options.parameters.insert("PrivateSubnetIds".to_owned(), subnets.to_owned());
        loud("appendix-a.yaml", &options)
    };
    let is_single = |found: &[(String, u32)]| found.iter().any(|(rule, _)| rule == "single-zone-function");
    let Some(open) = loud("appendix-a.yaml", &Options::default()) else {
        println!("skipped: no shared article beside the workspace");
        return;
    };
    assert!(!is_single(&open), "{open:?}");
    assert!(zones("subnet-0a1").is_some_and(|found| is_single(&found)));
    assert!(zones("subnet-0a1,subnet-0b2").is_some_and(|found| !is_single(&found)));
}

#[test]
fn the_function_of_the_appendix_cannot_reach_s3() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/article/appendix-a.yaml");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: no shared article beside the workspace");
        return;
    };
    let request = TraceRequest { from: Some("MyFunction".to_owned()), to: Some("s3".to_owned()) };
    let tracing = trace("appendix-a.yaml", &text, &Options::default(), &request).expect("a trace");
    let [.., sum] = &tracing.traces[..] else { panic!("{:?}", tracing.traces) };
    assert_eq!(sum.verdict, Verdict::Blocked, "its egress is limited to the group of an endpoint: {sum:?}");
    let said = infos("appendix-a.yaml").expect("the appendix can be read");
    assert!(said.iter().any(|one| one.starts_with("vpc-not-needed: ")), "{said:?}");
}

/// The findings of an appendix with parameter values: rule and message.
fn said(name: &str, parameters: &[(&str, &str)], region: &str) -> Option<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/article").join(name);
    let text = std::fs::read_to_string(path).ok()?;
    let mut options = Options { region: Some(region.to_owned()), ..Options::default() };
    options
        .parameters
        .extend(parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let found = analyze(name, &text, &options).findings;
    Some(found.iter().map(|one| format!("{}: {}", one.rule.0, one.message.en)).collect())
}

#[test]
fn the_alias_of_the_appendix_must_have_the_zone_of_its_balancer() {
    let with = |zone: &str| {
        let balancer = "internal-api-1.ap-northeast-1.elb.amazonaws.com";
        let parameters = [("VpcId", "vpc-1"), ("AlbDnsName", balancer), ("AlbHostedZoneId", zone)];
        said("appendix-c1.yaml", &parameters, "ap-northeast-1")
    };
    let Some(fitting) = with("Z14GRHDCWA56QT") else {
        println!("skipped: no shared article beside the workspace");
        return;
    };
    let is_mismatch = |one: &String| one.starts_with("alias-zone-mismatch: ");
    // The text does not parse where it stands; the rest of it is read.
    assert!(fitting.iter().any(|one| one.starts_with("invalid-syntax: ")), "{fitting:?}");
    assert!(!fitting.iter().any(is_mismatch), "{fitting:?}");
    assert!(with("Z35SXDOTRQ7X7K").is_some_and(|found| found.iter().any(is_mismatch)));
}

#[test]
fn what_to_configure_on_premises_is_told_for_the_resolver_of_the_appendix() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/article/appendix-c2.yaml");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: no shared article beside the workspace");
        return;
    };
    let mut options = Options::default();
    let given = [("OnPremDnsIp1", "192.168.0.53"), ("OnPremDnsIp2", "192.168.1.53"), ("VpcId", "vpc-1")];
    options.parameters.extend(given.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let told: Vec<String> =
        analyze("appendix-c2.yaml", &text, &options).actions.into_iter().map(|action| action.en).collect();
    let [inbound, outbound] = &told[..] else { panic!("{told:?}") };
    assert!(
        inbound.contains("`ResolverInboundEndpoint`") && inbound.contains("AWS chooses its addresses"),
        "{told:?}"
    );
    assert!(outbound.contains("onprem.local (192.168.0.53, 192.168.1.53)"), "{told:?}");
    // The fix of the open group leaves the rest of the pattern sound.
    let before = analyze("appendix-c2.yaml", &text, &options);
    let open = before
        .findings
        .iter()
        .find(|finding| finding.rule.0 == "resolver-endpoint-open")
        .expect("it is open");
    let after = apply(&text, &open.fix.as_ref().expect("a fix").edits).expect("the fix fits its text");
    let left = analyze("appendix-c2.yaml", &after, &options);
    let loud: Vec<_> = left.findings.iter().filter(|finding| finding.severity != Severity::Info).collect();
    assert!(loud.is_empty(), "{loud:#?}\n{after}");
}

#[test]
fn endpoints_that_lambda_itself_does_not_need_are_told() {
    let Some(said) = infos("appendix-b.yaml") else {
        println!("skipped: no shared article beside the workspace");
        return;
    };
    for service in ["logs", "ecr.api", "ecr.dkr"] {
        let told = |one: &&String| one.starts_with("unused-endpoint: ") && one.contains(service);
        assert!(said.iter().any(|one| told(&one)), "{service}: {said:?}");
    }
}

/// The findings that are infos: rule, message and help.
fn infos(name: &str) -> Option<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/article").join(name);
    let text = std::fs::read_to_string(path).ok()?;
    let analysis = analyze(name, &text, &Options::default());
    let infos = analysis.findings.iter().filter(|finding| finding.severity == Severity::Info);
    Some(infos.map(|one| format!("{}: {} {}", one.rule.0, one.message.en, one.help.en)).collect())
}
