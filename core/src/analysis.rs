//! From text to findings: every stage in order.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use ipnet::{IpNet, Ipv4Net};

use crate::actions::actions;
use crate::checklist::{FunctionChecklist, checklist};
use crate::cost::{Prices, Traffic, unknown_names};
use crate::demands::Demand;
use crate::finding::{FileId, Finding, Severity};
use crate::language::Phrase;
use crate::network::{Assumption, Context, Surroundings, resolve};
use crate::order::Order;
use crate::paths::ways;
use crate::rules::Subject;
use crate::syntax::{Limits, Parsed, parse};
use crate::template::reference::References;
use crate::template::{Inputs, Template, lower};
use crate::{phrase, rules};

mod nested;
pub use nested::nested_template_paths;

/// What is known beside the text.
#[derive(Clone, Debug)]
pub struct Options {
    /// Values of template parameters, by name. `import:NAME` and `resolve:REF` give imports and dynamic references.
    pub parameters: BTreeMap<String, String>,
    /// The region the stack goes to, such as `ap-northeast-1`.
    pub region: Option<String>,
    /// Local nested templates, by the path that `TemplateURL` or `Location` names, relative to the template.
    pub nested: BTreeMap<String, String>,
    /// What `aws ec2 describe-...` print of the real network, as JSON texts.
    pub contexts: Vec<Source>,
    /// What subnets are taken to be, by the parameter (or `import:NAME`, `resolve:REF`) that names them.
    pub assumed: BTreeMap<String, Assumption>,
    /// The addresses of prefix lists, by id.
    pub prefix_lists: BTreeMap<String, Vec<Ipv4Net>>,
    /// What names answer: host names, and the public names of services by the suffix of their endpoint service.
    pub addresses: BTreeMap<String, Vec<IpNet>>,
    /// The traffic of a month, where the user gives it.
    pub traffic: Option<Traffic>,
    /// The region whose prices suggested endpoints have where nothing tells the region of the stack.
    pub priced_in: Option<String>,
    /// Prices, with those that the user gives.
    pub prices: Prices,
    /// Texts longer than this many bytes are refused. CloudFormation's own limit is 1 MB.
    pub size_limit: usize,
    /// Rules not to run, from vpcheck.yaml, with the reason for each.
    pub rules_off: BTreeMap<String, String>,
    /// The severities that rules have here, from vpcheck.yaml, by id.
    pub levels: BTreeMap<String, Severity>,
    /// Whether findings get the fixes that are dear to look for: smallest repairs of paths, and endpoints. Whoever only
    /// shows what is wrong may ask for them afterwards.
    pub has_repairs: bool,
    /// At most this many findings are returned; a last one says how many more there were.
    pub finding_limit: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            parameters: BTreeMap::new(),
            region: None,
            nested: BTreeMap::new(),
            contexts: Vec::new(),
            assumed: BTreeMap::new(),
            prefix_lists: BTreeMap::new(),
            addresses: BTreeMap::new(),
            traffic: None,
            priced_in: None,
            prices: Prices::default(),
            size_limit: 1_000_000,
            rules_off: BTreeMap::new(),
            levels: BTreeMap::new(),
            has_repairs: true,
            finding_limit: 1_000,
        }
    }
}

/// What would settle an unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The parameter to give, where one would settle it.
    pub parameter: Option<String>,
    /// The value in words, where no parameter would: an import, a dynamic reference.
    pub value: Option<String>,
    /// Why it is not known.
    pub reason: Phrase,
    /// What to pass: `--param SubnetIds=...`.
    pub settle_with: String,
}

/// A text that findings point into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its path: as given for the main text, as named by the parent for a nested one.
    pub path: String,
    /// The text.
    pub text: String,
}

/// Everything that was found.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// Whether the text is a template at all: an object with `Resources` (or a SAM or CloudFormation header).
    pub is_template: bool,
    /// Whether the AWS CDK wrote the text, so that changes belong into its source.
    pub is_synthesized: bool,
    /// Findings in the order of the text, suppressed ones included.
    pub findings: Vec<Finding>,
    /// Six questions about each function, in the order of the text.
    pub checklist: Vec<FunctionChecklist>,
    /// What would settle the unknowns.
    pub needs: Vec<Need>,
    /// Assumptions that answers rest on.
    pub assumptions: Vec<Phrase>,
    /// What has to be done outside of the template, such as on name servers on premises.
    pub actions: Vec<Phrase>,
    /// Names in the traffic that stand for nothing here or in a nested stack, each with words that say so.
    pub unknown_traffic: Vec<(String, Phrase)>,
    /// The analysed texts: the main one first ([`crate::finding::FileId`] counts in this order).
    pub sources: Vec<Source>,
    /// What the template puts out, as far as it is known without deployment.
    pub outputs: BTreeMap<String, String>,
}

impl Analysis {
    /// How many findings of each severity are not suppressed, and how many are.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for finding in &self.findings {
            let count = match (&finding.suppressed, finding.severity) {
                (Some(_), _) => &mut summary.suppressed,
                (None, crate::finding::Severity::Error) => &mut summary.errors,
                (None, crate::finding::Severity::Warning) => &mut summary.warnings,
                (None, crate::finding::Severity::Info) => &mut summary.infos,
            };
            *count += 1;
        }
        summary
    }
}

impl Analysis {
    /// Suppresses the finding at `index` for a reason; the checklist follows.
    pub fn suppress(&mut self, index: usize, reason: &str) {
        let Some(finding) = self.findings.get_mut(index) else { return };
        finding.suppressed.get_or_insert_with(|| reason.to_owned());
        for function in &mut self.checklist {
            function.suppress(&finding.fingerprint, reason);
        }
    }
}

/// Counts of findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Errors that are not suppressed.
    pub errors: usize,
    /// Warnings that are not suppressed.
    pub warnings: usize,
    /// Infos that are not suppressed.
    pub infos: usize,
    /// Suppressed findings of any severity.
    pub suppressed: usize,
}

/// Analyses one template. Never fails and never panics: what cannot be read is a finding.
pub fn analyze(path: &str, text: &str, options: &Options) -> Analysis {
    Reading::of(text, options.size_limit).analyze(path, options)
}

/// The text of a template, read once for all that is asked of it. [`analyze`] does for whoever knows beforehand what the
/// template nests.
#[derive(Debug)]
pub struct Reading<'t>(Parsed<'t>);

impl<'t> Reading<'t> {
    /// Reads a text. Never fails; a text of more than `size_limit` bytes is not read, which the analysis then tells.
    pub fn of(text: &'t str, size_limit: usize) -> Self {
        Self(parse(text, &limits(size_limit)))
    }

    /// The paths of local templates that it nests: see [`nested_template_paths`].
    pub fn nested_template_paths(&self) -> Vec<String> {
        nested::paths(&self.0)
    }

    /// See [`analyze`].
    pub fn analyze(self, path: &str, options: &Options) -> Analysis {
        let mut follower = nested::Follower::new(options);
        let mut analysis = follower.analyze(path, self.0, &options.parameters, &[path]);
        analysis.sources = follower.into_sources();
        limit(&mut analysis.findings, options.finding_limit);
        analysis
    }
}

fn limits(size: usize) -> Limits {
    Limits { size, ..Limits::default() }
}

pub(crate) fn lower_text<'t>(text: &'t str, options: &Options, inputs: Inputs) -> Template<'t> {
    lower(text, &limits(options.size_limit), inputs)
}

/// What is known of the network beside the template, and the region that it tells.
pub(crate) fn surroundings(options: &Options) -> (Surroundings, Option<String>) {
    let files: Vec<(FileId, &str, &str)> = options
        .contexts
        .iter()
        .enumerate()
        .map(|(at, source)| (FileId(u16::try_from(at + 1).unwrap_or(u16::MAX)), &*source.path, &*source.text))
        .collect();
    let (context, _) = Context::read_named(&files);
    let region = options.region.clone().or_else(|| context.region().map(str::to_owned));
    let (assumed, prefix_lists) = (options.assumed.clone(), options.prefix_lists.clone());
    (Surroundings { context, assumed, prefix_lists }, region)
}

/// More paths than this are not followed. CloudFormation takes 500 resources; a stack of 100 functions in three subnets
/// that call twenty services each has 6,000.
const PATHS: usize = 10_000;

/// How many paths there are to follow: of every demand one from each subnet of its source to each of its target, in each
/// situation.
fn paths_of(subject: &Subject<'_, '_>) -> usize {
    if !subject.networks.iter().any(|one| one.network.workloads.iter().any(|workload| workload.in_vpc)) {
        return 0;
    }
    let networks = || subject.networks.iter().map(|one| &one.network);
    let of_demand = |demand: &Demand| -> usize {
        let sources = networks().filter_map(|network| Some((network, network.workload(demand.source.id())?)));
        sources.map(|(network, source)| ways(network, source, &demand.goal)).sum()
    };
    subject.demands().demands.iter().map(of_demand).sum()
}

/// Runs every rule over one template.
fn check(template: &Template<'_>, surroundings: &Surroundings, options: &Options) -> Analysis {
    let networks = resolve(template, surroundings);
    let references = References::of(template);
    let mut subject = Subject::new(template, &references, &networks, options);
    let mut assumptions: Vec<Phrase> = Vec::new();
    let paths = paths_of(&subject);
    if paths > PATHS {
        // What rests on some of the paths only would take the others for absent.
        subject = Subject::new(template, &references, &[], options);
        assumptions.push(phrase!(
            en: "there are {paths} paths from a subnet to a destination, more than the {PATHS} that vpcheck follows: only the template itself is checked, not its network",
            ja: "サブネットから接続先への経路が {paths} 件あり、vpcheck が追跡する上限の {PATHS} 件を超えています。ネットワークは調べず、テンプレート自体だけを検査しました",
        ));
    }
    if !template.with_guards(|guards| guards.is_exact()) {
        assumptions.push(phrase!(
            en: "the conditions have more cases than vpcheck tells apart: what needs a proof about them is left out",
            ja: "Conditions の場合分けが多すぎるため、条件についての証明が必要な指摘は省略しました",
        ));
    }
    if template.has_loops_left {
        assumptions.push(phrase!(
            en: "the loops of Fn::ForEach make more values than vpcheck writes out: some stay as they are, and nothing is said of what they make",
            ja: "Fn::ForEach の繰り返しで作られる値が多すぎるため、一部は展開せず、それらが作るリソースは検査していません",
        ));
    }
    let networks = subject.networks;
    let mut findings = Vec::new();
    for rule in rules::all() {
        (rule.check)(&subject, &mut findings);
    }
    assumptions.extend(subject.left_out());
    if !template.has_room_for_values() {
        assumptions.push(phrase!(
            en: "the values of this text are longer together than vpcheck reads: some are taken as unknown",
            ja: "値の合計が vpcheck で扱える長さを超えているため、一部の値を不明として扱いました",
        ));
    }
    rules::check_suppressions(template, &options.rules_off, &mut findings);
    for finding in &mut findings {
        finding.severity = options.levels.get(finding.rule.0).copied().unwrap_or(finding.severity);
    }
    findings.order_by_key(|finding| {
        let span = finding.primary().and_then(|label| label.span).unwrap_or_default();
        (span.start, Reverse(finding.severity), finding.rule)
    });
    mark(&mut findings);
    for assumption in networks.iter().flat_map(|one| &one.network.assumptions) {
        if !assumptions.contains(assumption) {
            assumptions.push(assumption.clone());
        }
    }
    Analysis {
        checklist: checklist(&subject, &findings),
        actions: actions(networks),
        assumptions,
        is_template: template.is_template(),
        is_synthesized: template.is_synthesized(),
        needs: rules::needs(template),
        unknown_traffic: unknown_names(&subject),
        findings,
        ..Analysis::default()
    }
}

/// Completes the fingerprints: rule, resource and what is named, and a number for those that are alike.
fn mark(findings: &mut [Finding]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings {
        let resource = finding.resource.as_deref().unwrap_or("");
        let base = format!("{}/{resource}/{}", finding.rule.0, finding.fingerprint);
        let number = seen.entry(base.clone()).or_default();
        finding.fingerprint = if *number == 0 { base } else { format!("{base}/{number}") };
        *number += 1;
    }
}

/// Keeps the first findings and says how many more there were.
fn limit(findings: &mut Vec<Finding>, limit: usize) {
    let more = findings.len().saturating_sub(limit);
    if more == 0 {
        return;
    }
    let Some(rule) = limit.checked_sub(1).and_then(|last| findings.get(last)).map(|finding| finding.rule)
    else {
        findings.clear();
        return;
    };
    let severity = findings[limit..].iter().map(|finding| finding.severity).max().unwrap_or(Severity::Info);
    findings.truncate(limit);
    findings.push(
        Finding::new(
            rule,
            severity,
            None,
            phrase!(en: "{more} more findings are not shown", ja: "ほかに {more} 件の指摘があります (表示を省略)"),
        )
        .help(phrase!(en: "mend those above first", ja: "まず上の指摘を直してください")),
    );
}
