use super::{Area, RuleInfo, Subject, reach};
use crate::finding::{Finding, RuleId, Severity};
use crate::paths::Verdict;
use crate::phrase;

const ID: RuleId = RuleId("unreachable-destination");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Paths,
    severity: Severity::Error,
    fix: None,
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
}
