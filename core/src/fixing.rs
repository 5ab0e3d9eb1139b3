//! From text to mended text: fixes one after another, each proved by analysing what it makes.

use std::collections::BTreeSet;

use crate::analysis::{Analysis, Options, analyze, lower_text, surroundings};
use crate::finding::{FileId, Finding, Fix, Promise, RuleId, Safety, Severity};
use crate::language::Phrase;
use crate::network::{Network, resolve};
use crate::paths::{Verdict, trace_from};
use crate::phrase;
use crate::template::Inputs;
use crate::text::{EditError, LineIndex, apply};

/// Fixes are tried at most this often, however many findings there are: each costs an analysis.
const TRIES: usize = 500;

/// A fix that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The rule whose finding it takes away.
    pub rule: RuleId,
    /// The resource that the finding is about.
    pub resource: Option<String>,
    /// The line of the finding, in the text that the fix was applied to.
    pub line: Option<u32>,
    /// What it does, as a command.
    pub title: Phrase,
    /// How far it can be trusted.
    pub safety: Safety,
}

/// A fix that did not stand its proof, and so was not applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The rule.
    pub rule: RuleId,
    /// What it would do.
    pub title: Phrase,
    /// Why not.
    pub why: Phrase,
}

/// What [`fix`] makes of a text.
#[derive(Clone, Debug, Default)]
pub struct Fixing {
    /// The text after all fixes that were applied.
    pub text: String,
    /// Those, in their order.
    pub applied: Vec<Applied>,
    /// Those that were not.
    pub refused: Vec<Refused>,
    /// The text before, analysed.
    pub before: Analysis,
    /// The text after, analysed.
    pub after: Analysis,
}

/// Applies every fix of at most this safety to the text of the template, the safest first, until none is left. Fixes of
/// nested templates are left to who names these.
pub fn fix(path: &str, text: &str, options: &Options, safety: Safety) -> Fixing {
    let before = analyze(path, text, options);
    let mut fixing = Fixing { text: text.to_owned(), after: before.clone(), before, ..Fixing::default() };
    let mut refused: BTreeSet<String> = BTreeSet::new();
    // What was refused beside a mistake may do once that is mended: a second run would find it.
    let mut is_changed_since = false;
    for _ in 0..TRIES {
        let Some((finding, fix)) = next(&fixing.after, safety, &refused) else {
            if !is_changed_since {
                break;
            }
            is_changed_since = false;
            refused.clear();
            fixing.refused.clear();
            continue;
        };
        match prove(path, &fixing.text, options, &fixing.after, finding, fix) {
            Ok((text, after)) => {
                fixing.applied.push(Applied {
                    rule: finding.rule,
                    resource: finding.resource.clone(),
                    line: line(&fixing.text, finding),
                    title: fix.title.clone(),
                    safety: fix.safety,
                });
                (fixing.text, fixing.after) = (text, after);
                is_changed_since = !refused.is_empty();
            }
            Err(why) => {
                refused.insert(finding.fingerprint.clone());
                fixing.refused.push(Refused { rule: finding.rule, title: fix.title.clone(), why });
            }
        }
    }
    fixing
}

/// What to say once where a text is changed that the AWS CDK wrote: see [`Analysis::is_synthesized`].
pub fn source_is_elsewhere() -> Phrase {
    phrase!(
        en: "synthesized by the AWS CDK, which writes it anew each time: change its source likewise",
        ja: "AWS CDK が生成したもので、次の合成で上書きされます。CDK のソースにも同じ変更を加えてください",
    )
}

/// The safest fix that was not tried yet; among equals the first in the text.
fn next<'a>(
    analysis: &'a Analysis,
    safety: Safety,
    refused: &BTreeSet<String>,
) -> Option<(&'a Finding, &'a Fix)> {
    let open = analysis.findings.iter().filter(|finding| {
        finding.suppressed.is_none()
            && finding.primary().is_none_or(|label| label.file == FileId(0))
            && !refused.contains(&finding.fingerprint)
    });
    open.filter_map(|finding| Some((finding, finding.fix.as_ref()?)))
        .filter(|(_, fix)| fix.safety <= safety)
        .min_by_key(|(_, fix)| fix.safety)
}

/// The text that a fix makes, where it keeps its word: the finding is gone, no error or warning has come, and the ways
/// that it promised are open.
///
/// # Errors
/// Why it does not, in words.
pub fn prove(
    path: &str,
    text: &str,
    options: &Options,
    before: &Analysis,
    finding: &Finding,
    fix: &Fix,
) -> Result<(String, Analysis), Phrase> {
    let fixed = apply(text, &fix.edits).map_err(|error| unfit(&error))?;
    let after = analyze(path, &fixed, options);
    if alike(&after, finding) >= alike(before, finding) {
        return Err(phrase!(en: "the finding would stay", ja: "適用しても指摘が消えません"));
    }
    if let Some(why) = new_trouble(before, &after) {
        return Err(why);
    }
    if let Some(Promise { from, to, .. }) = broken_promise(&fixed, options, &finding.promises) {
        let to = to.target.id();
        return Err(phrase!(
            en: "`{from}` would still not reach `{to}`",
            ja: "適用しても `{from}` から `{to}` に届きません",
        ));
    }
    Ok((fixed, after))
}

/// Whether a finding names some of what another one named, and nothing else: what is left of it once the rest is mended.
fn names_fewer(new: &Finding, old: &Finding) -> bool {
    let is_same = new.rule == old.rule && new.resource == old.resource;
    is_same
        && named(new)
            .zip(named(old))
            .is_some_and(|(new, old)| new.iter().all(|one| !one.is_empty() && old.contains(one)))
}

/// What a finding names, as its fingerprint has it.
fn named(finding: &Finding) -> Option<Vec<&str>> {
    let resource = finding.resource.as_deref().unwrap_or_default();
    let rest = finding.fingerprint.strip_prefix(finding.rule.0)?.strip_prefix('/')?;
    Some(rest.strip_prefix(resource)?.strip_prefix('/')?.split(", ").collect())
}

/// The first error or warning that a change brings, in words.
pub(crate) fn new_trouble(before: &Analysis, after: &Analysis) -> Option<Phrase> {
    let known: BTreeSet<&str> = troubles(before).map(|trouble| trouble.fingerprint.as_str()).collect();
    let new = troubles(after).find(|trouble| {
        !known.contains(trouble.fingerprint.as_str())
            && !troubles(before).any(|old| names_fewer(trouble, old))
    })?;
    let (rule, Phrase { en, ja }) = (new.rule.0, &new.message);
    Some(phrase!(
        en: "another finding would come, {rule}: {en}",
        ja: "別の指摘 ({rule}) が新たに発生します: {ja}",
    ))
}

/// That edits do not fit the text that they are for, in words.
pub(crate) fn unfit(error: &EditError) -> Phrase {
    let error = error.to_string();
    phrase!(en: "its edits do not fit the text: {error}", ja: "編集内容がテキストに合いません: {error}")
}

/// The first of the promised ways that is not open.
fn broken_promise<'p>(text: &str, options: &Options, promises: &'p [Promise]) -> Option<&'p Promise> {
    if promises.is_empty() {
        return None;
    }
    let (surroundings, region) = surroundings(options);
    let inputs = Inputs { parameters: options.parameters.clone(), region, ..Inputs::default() };
    let template = lower_text(text, options, inputs);
    let networks = resolve(&template, &surroundings);
    let is_open = |network: &Network, promise: &Promise| {
        network.workload(&promise.from).is_some_and(|from| {
            let traces = trace_from(network, &options.addresses, from, &promise.to);
            !traces.is_empty() && traces.iter().all(|trace| trace.verdict == Verdict::Reachable)
        })
    };
    promises.iter().find(|promise| {
        let own = networks.iter().find(|one| template.describe(one.situation) == promise.situation);
        !own.is_some_and(|one| is_open(&one.network, promise))
    })
}

fn line(text: &str, finding: &Finding) -> Option<u32> {
    let span = finding.primary()?.span?;
    Some(LineIndex::new(text).line_of(span.start))
}

/// How many findings say the same of the same resource, suppressed or not.
fn alike(analysis: &Analysis, finding: &Finding) -> usize {
    let same = |other: &&Finding| {
        other.rule == finding.rule
            && other.resource == finding.resource
            && other.message.en == finding.message.en
            && other.primary().map(|label| label.file) == finding.primary().map(|label| label.file)
    };
    analysis.findings.iter().filter(same).count()
}

fn troubles(analysis: &Analysis) -> impl Iterator<Item = &Finding> {
    let is_trouble =
        |finding: &&Finding| finding.suppressed.is_none() && finding.severity >= Severity::Warning;
    analysis.findings.iter().filter(is_trouble)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(text: &str, safety: Safety) -> Fixing {
        fix("template.yaml", text, &Options::default(), safety)
    }

    const RING: &str = "\
Resources:
  A: # the function
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: a
      VpcId: vpc-0a1b2c3d
      SecurityGroupEgress:
        - {IpProtocol: tcp, FromPort: 443, ToPort: 443, DestinationSecurityGroupId: !GetAtt B.GroupId}
  B:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: b
      VpcId: vpc-0a1b2c3d
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 443, ToPort: 443, SourceSecurityGroupId: !GetAtt A.GroupId}
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Nmae}}
Parameters:
  Name: {Type: String}
";

    #[test]
    fn every_fix_is_applied_and_a_second_run_changes_nothing() {
        let once = fixed(RING, Safety::Safe);
        let rules: Vec<&str> = once.applied.iter().map(|applied| applied.rule.0).collect();
        assert_eq!(rules, ["circular-dependency", "unknown-reference"]);
        assert!(once.refused.is_empty(), "{:?}", once.refused);
        assert!(once.text.contains("!Ref Name}") && once.text.contains("# the function"));
        assert_eq!(once.after.summary().errors, 0);
        let twice = fixed(&once.text, Safety::Unsafe);
        assert_eq!((twice.text, twice.applied.len()), (once.text, 0));
    }

    #[test]
    fn only_fixes_that_are_asked_for_are_applied() {
        let twice = "Resources:\n  A:\n    Type: AWS::SNS::Topic\n    Type: AWS::SNS::Topic\n";
        assert_eq!(fixed(twice, Safety::Safe).text, twice, "which of two keys is meant is not sure");
        assert_eq!(fixed(twice, Safety::Suggested).text, "Resources:\n  A:\n    Type: AWS::SNS::Topic\n");
    }

    #[test]
    fn suppressed_findings_are_left_as_they_are() {
        let accepted = RING.replace("Nmae}}", "Nmae}} # vpcheck: allow(unknown-reference) filled in later");
        assert!(fixed(&accepted, Safety::Unsafe).text.contains("!Ref Nmae"));
    }

    #[test]
    fn a_fix_that_brings_another_finding_is_refused() {
        let text = "Resources:\n  A: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Nmae}}\n";
        let before = analyze("t", text, &Options::default());
        let finding = before.findings.first().expect("a finding");
        let at = u32::try_from(text.find("Nmae").expect("it is there")).expect("a short text");
        let wrong = Fix {
            safety: Safety::Safe,
            title: Phrase::verbatim("wrong"),
            edits: vec![crate::text::Edit::replace(crate::text::Span::new(at, at + 4), "Naem")],
        };
        let why = prove("t", text, &Options::default(), &before, finding, &wrong).expect_err("refused");
        assert!(why.en.contains("another finding would come, unknown-reference"), "{why:?}");
    }
    #[test]
    fn what_is_left_of_a_finding_is_not_another_one() {
        let of = |resource: &str, fingerprint: &str| {
            let nothing = Phrase::verbatim("");
            let finding = Finding::new(RuleId("unreachable-destination"), Severity::Error, None, nothing);
            Finding { fingerprint: fingerprint.to_owned(), ..finding.about(resource) }
        };
        let old = of("Fn", "unreachable-destination/Fn/`lambda:443`, `sts:443`");
        for (new, expected) in [
            (of("Fn", "unreachable-destination/Fn/`sts:443`"), true),
            (of("Fn", "unreachable-destination/Fn/`s3:443`"), false),
            (of("Fn", "unreachable-destination/Fn/`sts:443`, `s3:443`"), false),
            (of("Fn", "unreachable-destination/Fn/"), false),
            (of("Fn", "unreachable-destination/Fn/`sts:443`/1"), false),
            (of("Other", "unreachable-destination/Other/`sts:443`"), false),
        ] {
            assert_eq!(names_fewer(&new, &old), expected, "{}", new.fingerprint);
        }
    }
}
