use super::{Area, RuleInfo, Subject, reach};
use crate::finding::{Finding, RuleId, Severity};
use crate::paths::Verdict;
use crate::phrase;

const ID: RuleId = RuleId("forbidden-destination-reachable");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Paths,
    severity: Severity::Error,
    fix: None,
    summary: || {
        phrase!(
            en: "Something that a function must not reach can be reached",
            ja: "届いてはならないと宣言した宛先に届く",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let mut told: Vec<(String, String)> = Vec::new();
    for answer in subject.answers() {
        let partial = match answer.sum.verdict {
            Verdict::Reachable => false,
            Verdict::Partial => true,
            Verdict::Blocked | Verdict::Unknown => continue,
        };
        let (function, goal) = (&answer.function, reach::written(&answer.demand.goal));
        let key = (function.clone(), goal.clone());
        if !answer.demand.forbidden || told.contains(&key) {
            continue;
        }
        told.push(key);
        let at =
            answer.demand.evidence.iter().find_map(|evidence| super::subject::in_template(Some(evidence.at)));
        let message = if partial {
            phrase!(
                en: "`{function}` reaches `{goal}` in part, and must not",
                ja: "`{function}` から `{goal}` に一部届きます (届いてはならないと宣言されています)",
            )
        } else {
            phrase!(
                en: "`{function}` reaches `{goal}`, and must not",
                ja: "`{function}` から `{goal}` に届きます (届いてはならないと宣言されています)",
            )
        };
        let mut finding = Finding::new(ID, Severity::Error, at, message)
            .help(phrase!(
                en: "the way it takes: vpcheck trace TEMPLATE --from {function} --to {goal}",
                ja: "届く経路は vpcheck trace TEMPLATE --from {function} --to {goal} で確認できます",
            ))
            .about(function)
            .told_apart_by(goal)
            .only_where(subject.only_where(&[answer.situation]));
        finding.function = Some(function.clone());
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::reach::tests::{DATABASE, OPEN, network};
    use crate::rules::testing::findings;

    const ID: &str = "forbidden-destination-reachable";

    fn declared(what: &str) -> String {
        network(&format!("{DATABASE}{OPEN}"), "A")
            .replace("  Fn:\n", &format!("  Fn:\n    Metadata: {{vpcheck: {{mustNotReach: [{what}]}}}}\n"))
    }

    #[test]
    fn what_must_not_be_reached_and_is_is_found() {
        let found = findings(&declared("'Db:5432'"), ID);
        assert!(found.len() == 1 && found[0].contains("`Fn` reaches `Db:5432`, and must not"), "{found:?}");
    }

    #[test]
    fn what_is_not_reached_is_as_declared() {
        assert!(findings(&declared("internet, 'Db:22'"), ID).is_empty());
    }
}
