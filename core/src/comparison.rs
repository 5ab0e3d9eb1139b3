//! Two versions of a template: which ways, findings and money a change opens or closes.

use std::collections::BTreeMap;

use crate::analysis::{Analysis, Options, analyze};
use crate::assertions::Assertion;
use crate::cost::{Band, PriceItem, Usd, cost, estimate};
use crate::finding::{Finding, Severity};
use crate::language::Phrase;
use crate::network::Place;
use crate::paths::{Goal, GoalTarget, Trace, Verdict};
use crate::phrase;
use crate::rules::reach::goal_words;
use crate::tracing::{TraceError, TraceRequest, Tracing, trace, trace_also};

/// One version.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    /// Its path, to be shown.
    pub path: &'a str,
    /// Its text.
    pub text: &'a str,
    /// What is known beside it.
    pub options: &'a Options,
    /// Paths that its project asserts, which are compared too.
    pub assertions: &'a [Assertion],
}

/// What a change does.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// The ways whose answer differs, in the order of the new version; those of the old one alone come last.
    pub paths: Vec<PathChange>,
    /// The findings of the new version that the old one does not have.
    pub new: Vec<Finding>,
    /// Those that stay, but with another severity: the old severity and the new finding.
    pub regraded: Vec<(Severity, Finding)>,
    /// The findings of the old version that the new one does not have.
    pub gone: Vec<Finding>,
    /// What it costs; nothing where the region of a version is not known.
    pub money: Option<MoneyChange>,
    /// The old version, analysed.
    pub before: Analysis,
    /// The new version, analysed.
    pub after: Analysis,
}

impl Comparison {
    /// Whether it changes nothing that vpcheck sees.
    pub fn is_empty(&self) -> bool {
        let findings = [&self.new, &self.gone].into_iter().all(Vec::is_empty) && self.regraded.is_empty();
        self.paths.is_empty() && findings && self.money.as_ref().is_none_or(|money| money.items.is_empty())
    }

    /// How many ways it changes so.
    pub fn count(&self, effect: Effect) -> usize {
        self.paths.iter().filter(|path| path.effect == effect).count()
    }
}

impl Comparison {
    /// In one line: how many ways, findings and how much money.
    pub fn summary(&self) -> Phrase {
        let mut parts: Vec<Phrase> = Vec::new();
        for effect in Effect::ALL {
            let count = self.count(effect);
            let (words, ja) = (effect.words(), effect.title().ja);
            let noun = if count == 1 { "path" } else { "paths" };
            if count > 0 {
                parts.push(phrase!(en: "{count} {noun} {words}", ja: "{ja} {count} 件"));
            }
        }
        let findings = |count: usize, en: &str, ja: &str| {
            let noun = if count == 1 { "finding" } else { "findings" };
            (count > 0).then(|| phrase!(en: "{count} {en}{noun}", ja: "{ja} {count} 件"))
        };
        parts.extend(findings(self.new.len(), "new ", "新しい指摘"));
        parts.extend(findings(self.regraded.len(), "regraded ", "重要度が変わった指摘"));
        parts.extend(findings(self.gone.len(), "solved ", "解消した指摘"));
        if let Some(money) = self.money.as_ref().filter(|money| !money.items.is_empty()) {
            parts.push(money.difference());
        }
        if parts.is_empty() {
            return phrase!(en: "no change of paths, findings or costs", ja: "経路・指摘・料金に変化はありません");
        }
        let join = |words: Vec<String>, comma: &str| words.join(comma);
        let (en, ja) = parts.into_iter().map(|part| (part.en, part.ja)).unzip();
        Phrase { en: join(en, ", "), ja: join(ja, "、") }
    }
}

/// A way whose answer differs.
#[derive(Clone, Debug)]
pub struct PathChange {
    /// The kind of the source: `function`.
    pub kind: &'static str,
    /// The source.
    pub from: String,
    /// The destination, as the new version has it.
    pub to: Goal,
    /// The answer before; nothing where the source or the destination was not there.
    pub before: Option<Verdict>,
    /// The answer now; nothing where the source or the destination is gone.
    pub after: Option<Verdict>,
    /// What that is.
    pub effect: Effect,
    /// What stops packets now; where the way is open now, what did before.
    pub why: Vec<Phrase>,
}

/// What a change does to a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    /// More gets through.
    Opens,
    /// Less gets through.
    Closes,
    /// It was known and is not any more.
    Unsettles,
    /// It was not known and is now.
    Settles,
}

impl PathChange {
    /// The destination: `Db:5432`, `s3`.
    pub fn destination(&self) -> String {
        goal_words(&self.to).trim_matches('`').to_owned()
    }

    /// What stops packets now, or did before the way was open.
    pub fn reasons(&self) -> Vec<Phrase> {
        let opened = |Phrase { en, ja }: &Phrase| phrase!(en: "before: {en}", ja: "変更前: {ja}");
        let words = |why: &Phrase| if self.effect == Effect::Opens { opened(why) } else { why.clone() };
        self.why.iter().map(words).collect()
    }

    /// The answers before and after.
    pub fn verdicts(&self) -> Phrase {
        let words = |verdict: Option<Verdict>| match verdict {
            Some(verdict) => verdict.words(),
            None => phrase!(en: "not there", ja: "なし"),
        };
        let (before, after) = (words(self.before), words(self.after));
        Phrase {
            en: format!("{} → {}", before.en, after.en), ja: format!("{} → {}", before.ja, after.ja)
        }
    }
}

impl MoneyChange {
    /// An amount, or the bands where it hangs on traffic that is not given.
    pub fn words(&self, usd: Band<Usd>) -> Phrase {
        if usd.low == usd.high {
            return Phrase::verbatim(format!("${}", usd.typical));
        }
        let Band { low, typical, high } = usd;
        phrase!(
            en: "${typical} (${low} to ${high})",
            ja: "${typical} (${low}〜${high})",
        )
    }

    /// By how much the bill of a month changes, at typical traffic where none is given.
    pub fn difference(&self) -> Phrase {
        let (before, after) = (self.before.typical, self.after.typical);
        let (sign, amount) = if after < before { ("-", before - after) } else { ("+", after - before) };
        phrase!(en: "{sign}${amount} a month", ja: "月額 {sign}${amount}")
    }
}

impl Effect {
    /// Every effect, the weightiest first.
    pub const ALL: [Self; 4] = [Self::Closes, Self::Opens, Self::Unsettles, Self::Settles];

    /// The heading over the ways that a change does this to.
    pub fn title(self) -> Phrase {
        match self {
            Self::Opens => phrase!(en: "Paths opened", ja: "開いた経路"),
            Self::Closes => phrase!(en: "Paths closed", ja: "閉じた経路"),
            Self::Unsettles => phrase!(en: "Paths no longer known", ja: "判定できなくなった経路"),
            Self::Settles => phrase!(en: "Paths now known", ja: "判定できるようになった経路"),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Opens => "opened",
            Self::Closes => "closed",
            Self::Unsettles => "no longer known",
            Self::Settles => "now known",
        }
    }

    /// `opens`, `closes`, `unsettles` or `settles`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opens => "opens",
            Self::Closes => "closes",
            Self::Unsettles => "unsettles",
            Self::Settles => "settles",
        }
    }

    /// What is not there lets as much through as what is blocked.
    fn of(before: Option<Verdict>, after: Option<Verdict>) -> Option<Self> {
        let openness = |verdict: Option<Verdict>| match verdict {
            None | Some(Verdict::Blocked) => Some(0),
            Some(Verdict::Partial) => Some(1),
            Some(Verdict::Reachable) => Some(2),
            Some(Verdict::Unknown) => None,
        };
        match (openness(before), openness(after)) {
            (None, Some(_)) if after.is_some() => Some(Self::Settles),
            (Some(_), None) if before.is_some() => Some(Self::Unsettles),
            (Some(before), Some(after)) if before < after => Some(Self::Opens),
            (Some(before), Some(after)) if before > after => Some(Self::Closes),
            _ => None,
        }
    }
}

/// What a month costs before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoneyChange {
    /// The regions, before and after.
    pub regions: (String, String),
    /// Whether the traffic is the user's; otherwise the bands are.
    pub given: bool,
    /// The whole bill before.
    pub before: Band<Usd>,
    /// The whole bill after.
    pub after: Band<Usd>,
    /// The lines that differ.
    pub items: Vec<ItemChange>,
}

/// A line of the bill that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemChange {
    /// The resource that causes it.
    pub resource: String,
    /// What is paid.
    pub price: PriceItem,
    /// What it cost; nothing where it was not there or has no known price.
    pub before: Option<Band<Usd>>,
    /// What it costs now.
    pub after: Option<Band<Usd>>,
}

/// Why two versions cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotComparable {
    /// Whether it is the new version.
    pub is_new: bool,
    /// What is wrong with it.
    pub why: Unreadable,
}

/// What is wrong with a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It does not parse here.
    Broken(Place),
    /// It is no template.
    NoTemplate,
    /// Its ways cannot be told.
    Untraceable(TraceError),
}

/// Compares two versions.
///
/// # Errors
/// A version that does not parse or is no template: what is missing from it would look like a change.
pub fn compare(old: Version<'_>, new: Version<'_>) -> Result<Comparison, NotComparable> {
    let of_old = |why| NotComparable { is_new: false, why };
    let of_new = |why| NotComparable { is_new: true, why };
    let before = traced(old, &[]).map_err(of_old)?;
    let after = traced(new, &[]).map_err(of_new)?;
    // What one version suggests is asked of the other too: what is missing there may be blocked or merely not asked for.
    let before = match beside(&after, &before) {
        goals if goals.is_empty() => before,
        goals => traced(old, &goals).map_err(of_old)?,
    };
    let after = match beside(&before, &after) {
        goals if goals.is_empty() => after,
        goals => traced(new, &goals).map_err(of_new)?,
    };
    let (found_before, found_after) =
        (analyze(old.path, old.text, old.options), analyze(new.path, new.text, new.options));
    let mut comparison =
        Comparison { paths: paths(&before, &after), money: money(old, new), ..Comparison::default() };
    asserted(old, new, &mut comparison.paths);
    findings(&found_before, &found_after, &mut comparison);
    (comparison.before, comparison.after) = (found_before, found_after);
    Ok(comparison)
}

fn traced(version: Version<'_>, also: &[Goal]) -> Result<Tracing, Unreadable> {
    let request = TraceRequest::default();
    let tracing = trace_also(version.path, version.text, version.options, &request, also)
        .map_err(Unreadable::Untraceable)?;
    match (tracing.broken, tracing.refused.clone()) {
        (Some(place), _) => Err(Unreadable::Broken(place)),
        (None, Some(refused)) => Err(Unreadable::Untraceable(refused)),
        (None, None) if !tracing.is_template => Err(Unreadable::NoTemplate),
        (None, None) => Ok(tracing),
    }
}

/// The destinations that one version suggests and the other does not.
fn beside(one: &Tracing, other: &Tracing) -> Vec<Goal> {
    let is_known = |goal: &Goal| other.to.iter().any(|known| known.target == goal.target);
    one.to.iter().filter(|goal| !is_known(goal)).cloned().collect()
}

/// The sums over the subnets, by source and destination. A destination that has another port now is the same one.
fn sums(tracing: &Tracing) -> Vec<&Trace> {
    tracing.traces.iter().filter(|trace| trace.from.subnet.is_none()).collect()
}

fn key(trace: &Trace) -> (&str, &GoalTarget) {
    (&trace.from.id, &trace.to.target)
}

fn paths(before: &Tracing, after: &Tracing) -> Vec<PathChange> {
    let (old, new) = (sums(before), sums(after));
    let of_old: BTreeMap<(&str, &GoalTarget), &Trace> =
        old.iter().map(|trace| (key(trace), *trace)).collect();
    let of_new: BTreeMap<(&str, &GoalTarget), &Trace> =
        new.iter().map(|trace| (key(trace), *trace)).collect();
    // What was asked for the sake of the other version alone says nothing where that has no such source.
    let is_own =
        |tracing: &Tracing, trace: &Trace| tracing.to.iter().any(|goal| goal.target == trace.to.target);
    let now = new.iter().filter(|trace| of_old.contains_key(&key(trace)) || is_own(after, trace));
    let now = now.filter_map(|trace| change(of_old.get(&key(trace)).copied(), Some(trace)));
    let gone = old.iter().filter(|trace| !of_new.contains_key(&key(trace)) && is_own(before, trace));
    now.chain(gone.filter_map(|trace| change(Some(trace), None))).collect()
}

/// What either version asserts is asked of both, by the names that it is asserted by.
fn asserted(old: Version<'_>, new: Version<'_>, found: &mut Vec<PathChange>) {
    let mut asked: Vec<TraceRequest> = Vec::new();
    for assertion in new.assertions.iter().chain(old.assertions) {
        let request = TraceRequest { from: assertion.from.clone(), to: Some(assertion.to.clone()) };
        if asked.iter().any(|known| (&known.from, &known.to) == (&request.from, &request.to)) {
            continue;
        }
        // A version that does not have the source or the destination lets nothing through.
        let of = |version: Version<'_>| {
            trace(version.path, version.text, version.options, &request).unwrap_or_default()
        };
        let (before, after) = (of(old), of(new));
        let (was, now) = (sums(&before), sums(&after));
        let same = |one: &Trace, other: &Trace| (&one.from.id, &one.to) == (&other.from.id, &other.to);
        let changed = now
            .iter()
            .filter_map(|trace| change(was.iter().find(|old| same(old, trace)).copied(), Some(trace)));
        let gone = was.iter().filter(|trace| !now.iter().any(|new| same(new, trace)));
        for change in changed.chain(gone.filter_map(|trace| change(Some(trace), None))) {
            if !found.iter().any(|known| known.from == change.from && known.to == change.to) {
                found.push(change);
            }
        }
        asked.push(request);
    }
}

fn change(before: Option<&Trace>, after: Option<&Trace>) -> Option<PathChange> {
    let verdict = |trace: Option<&Trace>| trace.map(|trace| trace.verdict);
    let effect = Effect::of(verdict(before), verdict(after))?;
    let shown = after.or(before)?;
    let stopped = [after, before].into_iter().flatten().find(|trace| !trace.blockers.is_empty());
    let mut why: Vec<Phrase> = Vec::new();
    for blocker in stopped.iter().flat_map(|trace| &trace.blockers) {
        if !why.contains(&blocker.message) {
            why.push(blocker.message.clone());
        }
    }
    Some(PathChange {
        kind: shown.from.kind,
        from: shown.from.id.clone(),
        to: shown.to.clone(),
        before: verdict(before),
        after: verdict(after),
        effect,
        why,
    })
}

/// Findings are the same where their fingerprints are. Of several alike, as many are new or gone as there are more or fewer.
fn findings(before: &Analysis, after: &Analysis, comparison: &mut Comparison) {
    let told = |analysis: &Analysis| -> Vec<Finding> {
        analysis.findings.iter().filter(|finding| finding.suppressed.is_none()).cloned().collect()
    };
    let mut old = told(before);
    for finding in told(after) {
        match old.iter().position(|known| known.fingerprint == finding.fingerprint) {
            None => comparison.new.push(finding),
            Some(at) => {
                let known = old.remove(at);
                if known.severity != finding.severity {
                    comparison.regraded.push((known.severity, finding));
                }
            }
        }
    }
    comparison.gone = old;
}

fn money(old: Version<'_>, new: Version<'_>) -> Option<MoneyChange> {
    let bill = |version: Version<'_>| {
        let options = version.options;
        let costing = cost(version.path, version.text, options);
        let estimate = estimate(&costing.model, &options.prices, options.traffic.as_ref());
        Some((estimate.region?, estimate.given, estimate.today))
    };
    let ((region, _, before), (new_region, given, after)) = (bill(old)?, bill(new)?);
    let key = |item: &crate::cost::Item| (item.resource.clone(), item.price);
    let mut items: Vec<ItemChange> = Vec::new();
    for item in &after.items {
        let known = before.items.iter().find(|known| key(known) == key(item));
        let usd = known.and_then(|known| known.usd);
        if known.is_none() || usd != item.usd {
            let (resource, price) = key(item);
            items.push(ItemChange { resource, price, before: usd, after: item.usd });
        }
    }
    for item in before.items.iter().filter(|item| after.items.iter().all(|now| key(now) != key(item))) {
        let (resource, price) = key(item);
        items.push(ItemChange { resource, price, before: item.usd, after: None });
    }
    // A line of nothing that comes or goes changes no bill.
    let zero =
        |usd: Option<Band<Usd>>| usd.is_none_or(|usd| usd.each().into_iter().all(|one| *one == Usd::ZERO));
    items.retain(|item| {
        let is_unpriced = item.before.is_none() && item.after.is_none();
        is_unpriced || !(zero(item.before) && zero(item.after))
    });
    Some(MoneyChange {
        regions: (region, new_region),
        given,
        before: before.total,
        after: after.total,
        items,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::causes::tests::{BY_NAT, S3, with};

    fn told(old: &str, new: &str) -> (Comparison, Vec<String>) {
        let options = Options { region: Some("us-east-1".to_owned()), ..Options::default() };
        let version = |path, text| Version { path, text, options: &options, assertions: &[] };
        let comparison = compare(version("old.yaml", old), version("new.yaml", new)).unwrap();
        let paths = comparison.paths.iter().map(|path| {
            let verdict = |one: Option<Verdict>| one.map_or("-", Verdict::name);
            let (before, after) = (verdict(path.before), verdict(path.after));
            format!("{} {} {} {before} {after}", path.effect.name(), path.from, path.to.target.id())
        });
        let paths = paths.collect();
        (comparison, paths)
    }

    #[test]
    fn the_same_is_no_change() {
        let text = with("s3, internet", "A", BY_NAT);
        let moved = text.replace("Resources:\n", "# moved\n\nResources:\n");
        let (comparison, paths) = told(&text, &moved);
        assert!(comparison.is_empty(), "{paths:?} {:?}", comparison.new);
    }

    #[test]
    fn a_removed_route_closes_ways_and_an_added_endpoint_opens_one() {
        let open = with("s3, internet", "A", BY_NAT);
        let (comparison, paths) = told(&open, &with("s3, internet", "A", ""));
        assert_eq!(
            paths,
            ["closes Fn s3 reachable blocked", "closes Fn internet reachable blocked"],
            "the function has no way left"
        );
        assert!(comparison.new.iter().any(
            |finding| finding.rule.0 == "unreachable-destination" || finding.rule.0 == "missing-endpoint"
        ));
        assert!(comparison.paths.iter().all(|path| !path.why.is_empty()));
        let (comparison, paths) = told(&with("s3", "A", ""), &with("s3", "A", S3));
        assert_eq!(paths, ["opens Fn s3 blocked reachable"]);
        assert_eq!(comparison.gone.len(), 1, "{:?}", comparison.gone);
    }

    #[test]
    fn a_new_function_opens_what_it_reaches_and_nothing_else() {
        let text = with("s3", "A", BY_NAT);
        let second = "  Second: {Type: AWS::Lambda::Function, Metadata: {vpcheck: {reaches: [s3]}}, Properties: {VpcConfig: {SubnetIds: [!Ref A], SecurityGroupIds: [!Ref Group]}}}\n";
        let (_, paths) = told(&text, &format!("{text}{second}"));
        assert!(paths.contains(&"opens Second s3 - reachable".to_owned()), "{paths:?}");
        assert!(paths.iter().all(|path| path.starts_with("opens Second ")), "{paths:?}");
        let (_, paths) = told(&format!("{text}{second}"), &text);
        assert!(paths.contains(&"closes Second s3 reachable -".to_owned()), "{paths:?}");
    }

    #[test]
    fn of_a_function_that_comes_or_goes_its_own_ways_are_told() {
        let away = "Resources:\n  Old: {Type: AWS::Lambda::Function, Properties: {}}\n";
        let (_, paths) = told(away, &with("s3", "A", BY_NAT));
        assert!(paths.contains(&"closes Old internet reachable -".to_owned()), "{paths:?}");
        assert!(!paths.iter().any(|path| path.starts_with("closes Old s3")), "it never called s3: {paths:?}");
        let open = with("s3", "A", "").replace("!Ref A]", "!ImportValue a]");
        let (_, paths) = told(away, &open);
        assert!(paths.iter().all(|path| !path.contains(" Fn ")), "nobody knew it before: {paths:?}");
    }

    #[test]
    fn what_is_asserted_is_compared_though_no_version_suggests_it() {
        let options = Options { region: Some("us-east-1".to_owned()), ..Options::default() };
        let assertion =
            |to: &str| Assertion { from: None, to: to.to_owned(), expect: Verdict::Blocked, reason: None };
        let assertions = [assertion("kms"), assertion("Nobody:443")];
        let closed = with("s3", "A", "");
        let told = |assertions: &[Assertion]| -> Vec<(String, Effect)> {
            let old =
                Version { path: "a", text: &with("s3", "A", BY_NAT), options: &options, assertions: &[] };
            let new = Version { path: "b", text: &closed, options: &options, assertions };
            let paths = compare(old, new).unwrap().paths;
            paths.iter().map(|path| (path.destination(), path.effect)).collect()
        };
        assert!(told(&assertions).contains(&("kms".to_owned(), Effect::Closes)), "{:?}", told(&assertions));
        assert!(!told(&[]).iter().any(|(to, _)| to == "kms"));
    }

    #[test]
    fn money_is_told_by_line() {
        let text = with("internet", "A", BY_NAT);
        let gone = with("internet", "A", "");
        let (comparison, _) = told(&text, &gone.replace("  Nat: {Type: AWS::EC2::NatGateway, DependsOn: Attached, Properties: {SubnetId: !Ref Public, AllocationId: eipalloc-1}}\n", ""));
        let money = comparison.money.unwrap();
        assert!(money.items.iter().any(|item| item.resource == "Nat"), "{money:?}");
        assert!(money.after.typical < money.before.typical, "{money:?}");
        assert!(money.items.iter().all(|item| item.after.is_none()), "{money:?}");
    }

    #[test]
    fn a_version_that_does_not_parse_is_not_compared() {
        let options = Options::default();
        let version = |text| Version { path: "t.yaml", text, options: &options, assertions: &[] };
        let sound = "Resources:\n  A: {Type: AWS::SNS::Topic}\n";
        let broken = "Resources:\n  A: [\n";
        let error = compare(version(sound), version(broken)).unwrap_err();
        assert!(error.is_new && matches!(error.why, Unreadable::Broken(_)), "{error:?}");
        let error = compare(version("{}"), version(sound)).unwrap_err();
        assert_eq!((error.is_new, error.why), (false, Unreadable::NoTemplate));
    }
}
