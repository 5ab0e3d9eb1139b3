use super::{Area, RuleInfo};
use crate::finding::{RuleId, Severity};
use crate::phrase;

pub(crate) const ID: RuleId = RuleId("failed-assertion");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Paths,
    severity: Severity::Error,
    fix: None,
    summary: || {
        phrase!(
            en: "A path is not as an assertion of vpcheck.yaml says",
            ja: "経路が vpcheck.yaml の assertions のとおりになっていない",
        )
    },
    // Who has assertions asks for them: see `crate::assertions`.
    check: |_, _| {},
};
