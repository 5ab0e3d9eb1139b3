//! The rules: one file each, its documents beside it (`<id>.md`, Japanese `<id>.ja.md`).

mod circular_dependency;
mod duplicate_key;
mod invalid_intrinsic;
mod invalid_suppression;
mod invalid_syntax;
mod near_name;
#[cfg(test)]
pub(crate) mod testing;
mod unknown_reference;
mod unresolved_value;

use crate::finding::{Finding, RuleId, Safety, Severity};
use crate::language::Phrase;
use crate::template::Template;

/// The part of a network that a rule is about; rules are listed by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Area {
    /// The template itself.
    Template,
}

impl Area {
    /// Its name as a heading.
    pub fn title(self) -> Phrase {
        match self {
            Self::Template => crate::phrase!(en: "Template", ja: "テンプレート"),
        }
    }
}

/// What is fixed about a rule.
#[derive(Debug)]
pub struct RuleInfo {
    /// Its id.
    pub id: RuleId,
    /// The part of a network it is about.
    pub area: Area,
    /// The worst severity it reports.
    pub severity: Severity,
    /// The safety of the fix it offers, if any.
    pub fix: Option<Safety>,
    /// What it reports, in one line.
    pub summary: fn() -> Phrase,
    /// Finds it.
    pub(crate) check: fn(&Template<'_>, &mut Vec<Finding>),
}

/// Every rule, by area.
static RULES: [&RuleInfo; 7] = [
    &invalid_syntax::RULE,
    &duplicate_key::RULE,
    &unknown_reference::RULE,
    &circular_dependency::RULE,
    &invalid_intrinsic::RULE,
    &unresolved_value::RULE,
    &invalid_suppression::RULE,
];

/// Every rule, by area.
pub fn all() -> &'static [&'static RuleInfo] {
    &RULES
}

/// The rule of that id.
pub fn find(id: &str) -> Option<&'static RuleInfo> {
    RULES.iter().copied().find(|rule| rule.id.0 == id)
}

pub(crate) use invalid_suppression::check_suppressions;
pub(crate) use near_name::nearest;
pub(crate) use unresolved_value::needs;

#[cfg(feature = "documents")]
mod documents;
#[cfg(feature = "documents")]
pub use documents::document;
