use super::{Area, RuleInfo};
use crate::finding::{Finding, RuleId, Severity};
use crate::phrase;
use crate::template::Template;

const ID: RuleId = RuleId("invalid-intrinsic");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Template,
    severity: Severity::Error,
    fix: None,
    summary: || {
        phrase!(
            en: "An intrinsic function has arguments that it does not take",
            ja: "組み込み関数の引数が正しくない",
        )
    },
    check,
};

fn check(template: &Template<'_>, findings: &mut Vec<Finding>) {
    let _ = (template, findings);
}
