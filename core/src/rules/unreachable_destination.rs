use super::subject::in_template;
use super::{Area, RuleInfo, Subject, reach};
use crate::finding::{Finding, RuleId, Safety, Severity};
use crate::paths::Verdict;
use crate::phrase;

pub(super) const ID: RuleId = RuleId("unreachable-destination");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Paths,
    severity: Severity::Error,
    fix: Some(Safety::Suggested),
    summary: || {
        phrase!(
            en: "A function has no way to something that it must reach",
            ja: "関数が使う宛先への経路がない",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    reach::report(ID, Verdict::Blocked, subject, findings);
    // A declaration that cannot be read asserts nothing: its author must know.
    for problem in &subject.demands().problems {
        let mut finding =
            Finding::new(ID, Severity::Error, in_template(Some(problem.at)), problem.what.clone())
                .help(problem.next.clone());
        if let Some(function) = &problem.function {
            finding = finding.about(function);
        }
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::reach::tests::{DATABASE, OPEN, network};
    use crate::rules::testing::findings;

    #[test]
    fn a_declaration_that_names_nothing_is_told() {
        let text = network(&format!("{DATABASE}{OPEN}"), "A")
            .replace("  Fn:\n", "  Fn:\n    Metadata: {vpcheck: {reaches: ['Dbb:5432']}}\n");
        let found = findings(&text, "unreachable-destination");
        assert!(found.len() == 1 && found[0].contains("Dbb"), "{found:?}");
    }
}
