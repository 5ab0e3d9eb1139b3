//! What must be reachable and what must not, as a project has written it down, held to the paths.

use crate::analysis::{Analysis, Options};
use crate::finding::{FileId, Finding, Label, Severity};
use crate::language::Phrase;
use crate::paths::{Trace, Verdict};
use crate::phrase;
use crate::rules::FAILED_ASSERTION;
use crate::text::Span;
use crate::tracing::{TraceRequest, Tracing, trace};

/// A path that must be open, or closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// The logical id of the source; nothing for every function.
    pub from: Option<String>,
    /// The destination, as [`TraceRequest::to`] takes it.
    pub to: String,
    /// The verdict that every path must have: [`Verdict::Reachable`] or [`Verdict::Blocked`].
    pub expect: Verdict,
    /// Why.
    pub reason: Option<String>,
}

/// Adds a finding for each source from which an assertion does not hold. Says of each assertion whether it is about this
/// template at all: one whose source or destination the template does not have is not.
pub fn check_assertions(
    path: &str,
    text: &str,
    options: &Options,
    assertions: &[Assertion],
    analysis: &mut Analysis,
) -> Vec<bool> {
    let about = assertions.iter().map(|assertion| {
        let request = TraceRequest { from: assertion.from.clone(), to: Some(assertion.to.clone()) };
        let Ok(tracing) = trace(path, text, options, &request) else { return false };
        let sums = tracing.traces.iter().filter(|trace| trace.from.subnet.is_none());
        let failed = sums.filter(|trace| trace.verdict != assertion.expect);
        let found: Vec<Finding> = failed
            .map(|trace| finding(assertion, trace, named_at(analysis, &tracing, &trace.from.id)))
            .collect();
        let refused = tracing.refused.as_ref().map(|refused| not_followed(assertion, &refused.what));
        for mut finding in found.into_iter().chain(refused) {
            settle(&mut finding, options);
            analysis.findings.push(finding);
        }
        !tracing.traces.is_empty() || tracing.refused.is_some()
    });
    about.collect()
}

/// What the project says of the rule holds here too.
fn settle(finding: &mut Finding, options: &Options) {
    let rule = FAILED_ASSERTION.0;
    finding.severity = options.levels.get(rule).copied().unwrap_or(finding.severity);
    finding.suppressed = options.rules_off.get(rule).cloned();
    let resource = finding.resource.as_deref().unwrap_or("");
    finding.fingerprint = format!("{rule}/{resource}/{}", finding.fingerprint);
}

/// Where a source is named: a function by its key, anything else where its traces start.
fn named_at(analysis: &Analysis, tracing: &Tracing, id: &str) -> Option<Span> {
    let function = analysis.checklist.iter().find(|one| one.function == id).and_then(|one| one.at.1);
    let start = || {
        let place =
            tracing.traces.iter().filter(|one| one.from.id == id).find_map(|one| one.hops.first()?.at)?;
        (place.file == FileId(0)).then_some(place.span)
    };
    function.or_else(start)
}

fn finding(assertion: &Assertion, trace: &Trace, span: Option<Span>) -> Finding {
    let (from, to) = (&trace.from.id, &assertion.to);
    let (en, ja) = match assertion.expect {
        Verdict::Blocked => (
            format!("`{from}` must not reach `{to}`"),
            format!("`{from}` から `{to}` への通信は遮断されていなければなりません"),
        ),
        _ => (
            format!("`{from}` must reach `{to}`"),
            format!("`{from}` から `{to}` に到達できなければなりません"),
        ),
    };
    let Phrase { en: but, ja: but_ja } = found(trace);
    let message = phrase!(en: "{en}: {but}", ja: "{ja}: {but_ja}");
    let mut finding = Finding::new(FAILED_ASSERTION, Severity::Error, span, message)
        .help(help(assertion, from))
        .about(from.clone())
        .told_apart_by(format!("{to}/{}", assertion.expect.name()));
    if trace.from.kind == "function" {
        finding.function = Some(from.clone());
    }
    // What stops packets, or what would settle it, is told where it stands in the template.
    for blocker in &trace.blockers {
        if let Some(place) = blocker.at.filter(|place| place.file == FileId(0)) {
            let text = blocker.message.clone();
            finding.labels.push(Label { file: place.file, span: Some(place.span), text, primary: false });
        }
    }
    finding
}

fn found(trace: &Trace) -> Phrase {
    let codes: Vec<&str> = trace.blockers.iter().map(|blocker| blocker.code.0).collect();
    let codes = distinct(&codes).join(", ");
    match trace.verdict {
        Verdict::Reachable => phrase!(en: "it does", ja: "到達できます"),
        Verdict::Blocked => phrase!(en: "blocked by {codes}", ja: "{codes} で遮断されます"),
        Verdict::Partial => {
            let by = trace.partial_by.iter().map(|one| one.name()).collect::<Vec<_>>().join(", ");
            phrase!(en: "it differs by {by} ({codes})", ja: "{by} によって異なります ({codes})")
        }
        Verdict::Unknown => {
            phrase!(en: "it cannot be told from what is known", ja: "わかっていることだけでは判断できません")
        }
    }
}

fn distinct<'c>(codes: &[&'c str]) -> Vec<&'c str> {
    let mut seen: Vec<&str> = Vec::new();
    for code in codes {
        if !seen.contains(code) {
            seen.push(code);
        }
    }
    seen
}

fn help(assertion: &Assertion, from: &str) -> Phrase {
    let to = &assertion.to;
    let steps = phrase!(
        en: "`vpcheck trace --from {from} --to {to}` tells it step by step",
        ja: "`vpcheck trace --from {from} --to {to}` で経路を順に確認できます",
    );
    match &assertion.reason {
        Some(reason) => {
            let Phrase { en, ja } = steps;
            phrase!(en: "{reason}; {en}", ja: "{reason}。{ja}")
        }
        None => steps,
    }
}

fn not_followed(assertion: &Assertion, why: &Phrase) -> Finding {
    let (to, Phrase { en, ja }) = (&assertion.to, why);
    let message = phrase!(
        en: "nothing can be said of paths to `{to}`: {en}",
        ja: "`{to}` への経路を確認できません: {ja}",
    );
    Finding::new(FAILED_ASSERTION, Severity::Error, None, message)
        .help(phrase!(en: "name a source: `from: FUNCTION`", ja: "`from: 関数` で送信元を指定してください"))
        .told_apart_by(format!("{to}/{}", assertion.expect.name()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::analyze;

    const TEMPLATE: &str = "\
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc}}
  Fn:
    Type: AWS::Lambda::Function
    Properties: {VpcConfig: {SubnetIds: [!Ref Subnet], SecurityGroupIds: [!Ref Group]}}
  Outside: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13}}
";

    fn told(from: Option<&str>, to: &str, expect: Verdict) -> (Vec<String>, bool) {
        let options = Options::default();
        let mut analysis = analyze("a.yaml", TEMPLATE, &options);
        let before = analysis.findings.len();
        let from = from.map(str::to_owned);
        let one = Assertion { from, to: to.to_owned(), expect, reason: None };
        let about = check_assertions("a.yaml", TEMPLATE, &options, &[one], &mut analysis);
        let more = analysis.findings[before..].iter();
        (more.map(|finding| finding.message.en.clone()).collect(), about == [true])
    }

    #[test]
    fn every_path_must_have_the_verdict() {
        let internet = "internet:443";
        let (none, some) = (Vec::<String>::new(), |text: &str| vec![text.to_owned()]);
        assert_eq!(told(Some("Fn"), internet, Verdict::Blocked), (none, true));
        let open = "`Outside` must not reach `internet:443`: it does";
        assert_eq!(told(None, internet, Verdict::Blocked), (some(open), true));
        let missed = "`Fn` must reach `internet:443`: blocked by NO_ROUTE_TO_DESTINATION";
        assert_eq!(told(Some("Fn"), internet, Verdict::Reachable), (some(missed), true));
        // Who stands at the address is not known.
        let unknown = "`Fn` must not reach `10.0.0.9:5432`: it cannot be told from what is known";
        assert_eq!(told(Some("Fn"), "10.0.0.9:5432", Verdict::Blocked), (some(unknown), true));
    }

    #[test]
    fn what_a_template_does_not_have_is_not_about_it() {
        for (from, to) in [(Some("Nobody"), "internet"), (Some("Fn"), "Database:5432")] {
            assert_eq!(told(from, to, Verdict::Blocked), (Vec::new(), false), "{from:?} {to}");
        }
    }
}
