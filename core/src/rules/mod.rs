//! The rules: one file each, its documents beside it (`<id>.md`, Japanese `<id>.ja.md`).

use crate::finding::{RuleId, Safety, Severity};
#[cfg(feature = "documents")]
use crate::language::Language;
use crate::language::Phrase;

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
}

/// Every rule, by area.
pub fn all() -> &'static [RuleInfo] {
    &[]
}

/// The rule of that id.
pub fn find(id: &str) -> Option<&'static RuleInfo> {
    all().iter().find(|rule| rule.id.0 == id)
}

/// The document of a rule, in Markdown.
#[cfg(feature = "documents")]
pub fn document(id: &str, language: Language) -> Option<&'static str> {
    let _ = (id, language);
    None
}
