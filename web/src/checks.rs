//! The checklist, as it travels from the worker to the page.

use serde::{Deserialize, Serialize};
use vpcheck_core::Analysis;
use vpcheck_core::checklist::{Evidence as Found, Question, Status};
use vpcheck_core::finding;

use crate::inputs::Field;
use crate::paths::field;
use crate::report::Label;

/// Six questions about a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checks {
    /// The function.
    pub function: String,
    /// Whether it stands in a VPC; where it does not, no question arises.
    pub in_vpc: bool,
    /// An item a question.
    pub items: Vec<Item>,
    /// Errors that no question asks for and that concern the function or its calls.
    pub besides: Vec<Evidence>,
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The question.
    pub question: Question,
    /// The answer.
    pub status: Status,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
}

/// What an answer rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What it says, and where.
    pub label: Label,
    /// The finding that it repeats, by its index.
    pub finding: Option<usize>,
    /// The field to fill in, where one would settle it.
    pub field: Option<Field>,
    /// What to write into the template, where that would settle it.
    pub write: Option<String>,
}

impl Checks {
    /// The answers alone, in the order of the questions.
    pub fn statuses(&self) -> Vec<Status> {
        self.items.iter().map(|item| item.status).collect()
    }
}

/// The checklist of `analysis`; `label` finds places.
pub(crate) fn checks(analysis: &Analysis, label: &dyn Fn(finding::Label) -> Label) -> Vec<Checks> {
    let evidence = |found: &Found| Evidence {
        label: label(finding::Label {
            file: found.file,
            span: found.span,
            text: found.text.clone(),
            primary: false,
        }),
        finding: found.finding.as_ref().and_then(|told| {
            analysis.findings.iter().position(|finding| finding.fingerprint == told.fingerprint)
        }),
        field: found.missing.as_ref().and_then(field),
        // What begins like an option is one of the command line.
        write: Some(&found.settle_with)
            .filter(|settle| !settle.is_empty() && !settle.starts_with("--"))
            .cloned(),
    };
    let functions = analysis.checklist.iter();
    functions
        .map(|function| Checks {
            function: function.function.clone(),
            in_vpc: function.in_vpc,
            items: function
                .items
                .iter()
                .map(|item| Item {
                    question: item.question,
                    status: item.status,
                    evidence: item.evidence.iter().map(evidence).collect(),
                })
                .collect(),
            besides: function.besides.iter().map(evidence).collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use vpcheck_core::share::Shared;

    use super::*;
    use crate::report::{Contexts, Report, report};

    const TEXT: &str = "# 値
Parameters: {More: {Type: 'List<AWS::EC2::Subnet::Id>'}}
Resources:
  Fn: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}}}
  Other: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: !Ref More, SecurityGroupIds: [sg-1]}}}
  Out: {Type: AWS::Lambda::Function, Properties: {Handler: a.b}}
";

    fn reported() -> Report {
        let json = serde_json::to_string(&report(
            &Shared { text: TEXT.to_owned(), ..Shared::default() },
            &Contexts::default(),
        ));
        serde_json::from_str(&json.unwrap()).unwrap()
    }

    fn item<'r>(report: &'r Report, function: &str, question: Question) -> &'r Item {
        let checks = report.checklist.iter().find(|checks| checks.function == function).unwrap();
        checks.items.iter().find(|item| item.question == question).unwrap()
    }

    #[test]
    fn what_fails_leads_to_its_finding_and_its_place() {
        let report = reported();
        let zones = item(&report, "Fn", Question::TwoZones);
        assert_eq!(zones.status, Status::Fail);
        let [evidence] = &zones.evidence[..] else { panic!("{zones:?}") };
        let finding = &report.findings[evidence.finding.unwrap()];
        assert_eq!(finding.rule, "single-zone-function");
        assert_eq!(evidence.label.place, finding.place());
        assert_eq!(evidence.label.line, Some(4));
    }

    #[test]
    fn what_is_unknown_names_the_field_that_settles_it() {
        let report = reported();
        let zones = item(&report, "Other", Question::TwoZones);
        assert_eq!(zones.status, Status::Unknown);
        assert_eq!(zones.evidence[0].field, Some(Field::Value("More".to_owned())));
        assert_eq!(zones.evidence[0].write, None, "an option of the command line is of no use here");
        let need = item(&report, "Other", Question::VpcNeeded);
        let write = need.evidence[0].write.as_deref();
        assert!(write.is_some_and(|write| write.starts_with("Metadata:")), "{need:?}");
    }

    #[test]
    fn errors_beside_the_questions_lead_to_their_findings() {
        let text = include_str!("../examples/orders.yaml").to_owned();
        let report = report(&Shared { text, ..Shared::default() }, &Contexts::default());
        let [checks] = &report.checklist[..] else { panic!("one function") };
        assert!(checks.statuses().iter().all(|status| *status == Status::Pass));
        let rules: Vec<&str> =
            checks.besides.iter().map(|error| &*report.findings[error.finding.unwrap()].rule).collect();
        assert_eq!(rules, ["missing-endpoint", "unreachable-destination"]);
    }

    #[test]
    fn functions_outside_are_told_apart() {
        let report = reported();
        let inside: Vec<bool> = report.checklist.iter().map(|checks| checks.in_vpc).collect();
        assert_eq!(inside, [true, true, false]);
        assert!(report.checklist[2].statuses().iter().all(|status| *status == Status::NotApplicable));
    }
}
