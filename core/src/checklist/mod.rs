//! The checklist: six questions about each function in a VPC, answered with evidence.
//!
//! A question fails where a rule that owns it has found something, and only there, so that checklist and findings never
//! disagree. It passes where facts prove it. Everything else is unknown, with what would settle it.

mod addresses;
mod concern;
mod databases;
mod evidence;
mod function;
mod nat_cost;
mod public_subnet;
mod vpc_need;
mod zones;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::capacity::Capacity;
use crate::finding::{FileId, Finding, RuleId, Severity};
use crate::language::Phrase;
use crate::network::{Missing, WorkloadKind};
use crate::phrase;
use crate::rules::Subject;
use crate::text::Span;
use concern::{concerns, is_of};
use function::{Answer, Function};

/// One of the six questions, put as what should be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// Something in the VPC needs the function to be there.
    VpcNeeded,
    /// No public subnet is taken for a way out.
    NoPublicSubnet,
    /// The function stands in two zones or more.
    TwoZones,
    /// Its subnets have addresses left.
    FreeAddresses,
    /// NAT costs nothing that an endpoint would spare.
    NatCost,
    /// Its connections to databases are kept within what these take.
    DatabaseConnections,
}

impl Question {
    /// All, in the order in which they are asked.
    pub const ALL: [Self; 6] = [
        Self::VpcNeeded,
        Self::NoPublicSubnet,
        Self::TwoZones,
        Self::FreeAddresses,
        Self::NatCost,
        Self::DatabaseConnections,
    ];

    /// The word for it in JSON: `vpc-needed`, `two-zones`.
    pub fn name(self) -> &'static str {
        match self {
            Self::VpcNeeded => "vpc-needed",
            Self::NoPublicSubnet => "no-public-subnet",
            Self::TwoZones => "two-zones",
            Self::FreeAddresses => "free-addresses",
            Self::NatCost => "nat-cost",
            Self::DatabaseConnections => "database-connections",
        }
    }

    /// What should be so.
    pub fn title(self) -> Phrase {
        match self {
            Self::VpcNeeded => phrase!(en: "The VPC is needed", ja: "VPC に置く必要がある"),
            Self::NoPublicSubnet => phrase!(
                en: "No public subnet is taken for a way out",
                ja: "パブリックサブネットを出口にしていない",
            ),
            Self::TwoZones => phrase!(en: "Two zones or more", ja: "2 つ以上の AZ を使っている"),
            Self::FreeAddresses => phrase!(en: "Room for addresses", ja: "IP アドレスに余裕がある"),
            Self::NatCost => phrase!(
                en: "No NAT cost that an endpoint would spare",
                ja: "エンドポイントで省ける NAT の料金がない",
            ),
            Self::DatabaseConnections => phrase!(
                en: "Database connections under control",
                ja: "データベースへの接続数を抑えている",
            ),
        }
    }

    /// The rules whose findings make it fail.
    fn rules(self) -> &'static [&'static str] {
        match self {
            Self::VpcNeeded => &["vpc-not-needed"],
            Self::NoPublicSubnet => &["function-in-public-subnet"],
            Self::TwoZones => &["single-zone-function"],
            Self::FreeAddresses => &["subnet-addresses-exhausted", "subnet-too-small"],
            Self::NatCost => &[
                "nat-for-gateway-service",
                "missing-endpoint",
                "interface-endpoint-for-gateway-service",
                "idle-nat-gateway",
            ],
            Self::DatabaseConnections => &[
                "connection-storm",
                "database-without-concurrency-limit",
                "unbounded-fan-out",
                "proxy-bypassed",
                "database-without-proxy",
            ],
        }
    }
}

/// The answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Facts prove it, or somebody has accepted what was found, with a reason.
    Pass,
    /// A rule has found that it is not so.
    Fail,
    /// It hangs on something that is not known.
    Unknown,
    /// The question does not arise.
    NotApplicable,
}

impl Status {
    /// `pass`, `fail`, `unknown` or `not-applicable`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::NotApplicable => "not-applicable",
        }
    }

    /// The word for people.
    pub fn word(self) -> Phrase {
        match self {
            Self::Pass => phrase!(en: "pass", ja: "OK"),
            Self::Fail => phrase!(en: "fail", ja: "要対応"),
            Self::Unknown => phrase!(en: "unknown", ja: "不明"),
            Self::NotApplicable => phrase!(en: "not applicable", ja: "対象外"),
        }
    }
}

/// What an answer rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// What it says.
    pub text: Phrase,
    /// The text that the place is in.
    pub file: FileId,
    /// Where that is written; nothing where an absence decided.
    pub span: Option<Span>,
    /// The option or entry that would settle what is not known; empty where it is known or nothing would.
    pub settle_with: String,
    /// What is not known, where that is what it says.
    pub missing: Option<Missing>,
    /// The finding that it repeats.
    pub finding: Option<Told>,
}

/// A finding that an answer rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its rule.
    pub rule: RuleId,
    /// Its fingerprint.
    pub fingerprint: String,
    /// The reason for which it is suppressed.
    pub suppressed: Option<String>,
}

/// The answer to one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The question.
    pub question: Question,
    /// The answer.
    pub status: Status,
    /// What it rests on; never empty.
    pub evidence: Vec<Evidence>,
}

/// The answers for one function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionChecklist {
    /// Its logical id.
    pub function: String,
    /// The text that it is in, and where it is named there.
    pub at: (FileId, Option<Span>),
    /// Whether it stands in a VPC; where it does not, no question arises.
    pub in_vpc: bool,
    /// An item a question, in their order.
    pub items: Vec<Item>,
    /// Errors that no question asks for and that concern the function or its calls, so that six answers are not taken for
    /// the whole. Empty outside of a VPC.
    pub besides: Vec<Evidence>,
}

impl FunctionChecklist {
    /// Takes a finding as suppressed.
    pub(crate) fn suppress(&mut self, fingerprint: &str, reason: &str) {
        for item in &mut self.items {
            item.suppress(fingerprint, reason);
        }
        self.besides
            .retain(|evidence| evidence.finding.as_ref().is_none_or(|told| told.fingerprint != fingerprint));
    }

    /// How many errors there are beside the questions, in words; nothing where there are none.
    pub fn besides_words(&self) -> Option<Phrase> {
        besides_words(self.besides.len())
    }

    /// Says that it is of another text than the main one; that is in the fingerprints too.
    pub(crate) fn move_into(&mut self, file: FileId, path: &str) {
        self.at.0 = file;
        let of_items = self.items.iter_mut().flat_map(|item| &mut item.evidence);
        for evidence in of_items.chain(&mut self.besides) {
            evidence.file = file;
            if let Some(told) = &mut evidence.finding {
                told.fingerprint = format!("{path}:{}", told.fingerprint);
            }
        }
    }
}

/// That so many errors concern a function or its calls, beside what the questions ask.
pub fn besides_words(errors: usize) -> Option<Phrase> {
    match errors {
        0 => None,
        1 => Some(phrase!(
            en: "but 1 error concerns it or its calls",
            ja: "ただし、この関数や呼び出しに関するエラーが 1 件",
        )),
        _ => Some(phrase!(
            en: "but {errors} errors concern it or its calls",
            ja: "ただし、この関数や呼び出しに関するエラーが {errors} 件",
        )),
    }
}

impl Item {
    /// Takes a finding as suppressed; where none is left that is not, nothing fails.
    pub(crate) fn suppress(&mut self, fingerprint: &str, reason: &str) {
        for evidence in &mut self.evidence {
            if evidence.finding.as_ref().is_some_and(|told| told.fingerprint == fingerprint) {
                *evidence = evidence.clone().suppressed(reason);
            }
        }
        let mut told = self.evidence.iter().filter_map(|evidence| evidence.finding.as_ref());
        if self.status == Status::Fail && told.all(|told| told.suppressed.is_some()) {
            self.status = Status::Pass;
        }
    }
}

/// The checklist of every function of the template, in their order. `findings` are those of the rules, suppressions and
/// fingerprints included.
pub(crate) fn checklist(subject: &Subject<'_, '_>, findings: &[Finding]) -> Vec<FunctionChecklist> {
    let (mut names, mut known): (Vec<&str>, BTreeSet<&str>) = (Vec::new(), BTreeSet::new());
    for resource in subject.template.resources_of(&["AWS::Lambda::Function"]) {
        let is_function = subject.networks.iter().any(|one| {
            let found = one.network.workload(&resource.id);
            found.is_some_and(|at| one.network.workloads[at.0].kind == WorkloadKind::Function)
        });
        if is_function && known.insert(&*resource.id) {
            names.push(&resource.id);
        }
    }
    let count = |one| Capacity::of(subject.template, one);
    let capacities: Vec<Capacity> = subject.networks.iter().map(count).collect();
    let function = |id| of_function(&Function::new(subject, &capacities, id), findings);
    names.into_iter().map(function).collect()
}

fn of_function(function: &Function<'_, '_>, findings: &[Finding]) -> FunctionChecklist {
    let in_vpc = !function.stands.is_empty();
    // Those about another function are put aside once for all questions: there may be thousands.
    let is_other = |finding: &Finding| finding.function.as_ref().is_some_and(|named| named != function.id);
    let findings: Vec<&Finding> = findings.iter().filter(|finding| !is_other(finding)).collect();
    let items = Question::ALL.map(|question| {
        if in_vpc { item(function, question, &findings) } else { outside(function, question) }
    });
    let besides = if in_vpc { besides(function, &items, &findings) } else { Vec::new() };
    FunctionChecklist {
        function: function.id.to_owned(),
        at: (FileId(0), function.named_at()),
        in_vpc,
        items: items.into(),
        besides,
    }
}

/// The errors of a function that none of its answers tells.
fn besides(function: &Function<'_, '_>, items: &[Item], findings: &[&Finding]) -> Vec<Evidence> {
    let is_told = |finding: &Finding| {
        let told =
            items.iter().flat_map(|item| &item.evidence).filter_map(|evidence| evidence.finding.as_ref());
        told.into_iter().any(|told| told.fingerprint == finding.fingerprint)
    };
    let is_open_error =
        |finding: &&Finding| finding.severity == Severity::Error && finding.suppressed.is_none();
    let errors = findings.iter().copied().filter(is_open_error);
    let own = errors.filter(|finding| is_of(finding, function.id) && !is_told(finding));
    own.map(Evidence::of_finding).collect()
}

fn outside(function: &Function<'_, '_>, question: Question) -> Item {
    let id = function.id;
    let text = phrase!(en: "`{id}` is not in a VPC", ja: "`{id}` は VPC の外にあります");
    let evidence = vec![Evidence::new(text, function.named_at())];
    Item { question, status: Status::NotApplicable, evidence }
}

fn item(function: &Function<'_, '_>, question: Question, findings: &[&Finding]) -> Item {
    let mut told: Vec<Evidence> = Vec::new();
    for rule in question.rules() {
        let of_rule = findings.iter().copied().filter(|finding| finding.rule.0 == *rule);
        told.extend(of_rule.filter(|finding| concerns(finding, function)).map(Evidence::of_finding));
    }
    let is_open =
        |evidence: &Evidence| evidence.finding.as_ref().is_some_and(|finding| finding.suppressed.is_none());
    if told.iter().any(is_open) {
        return Item { question, status: Status::Fail, evidence: told };
    }
    if !told.is_empty() {
        return Item { question, status: Status::Pass, evidence: told };
    }
    let Answer { status, evidence } = match question {
        Question::VpcNeeded => vpc_need::answer(function),
        Question::NoPublicSubnet => public_subnet::answer(function),
        Question::TwoZones => zones::answer(function),
        Question::FreeAddresses => addresses::answer(function),
        Question::NatCost => nat_cost::answer(function),
        Question::DatabaseConnections => databases::answer(function),
    };
    Item { question, status, evidence }
}

#[cfg(test)]
mod tests;
