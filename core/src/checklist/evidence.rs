//! What answers rest on.

use super::{Evidence, Told};
use crate::analysis::Need;
use crate::finding::{FileId, Finding};
use crate::language::Phrase;
use crate::network::Missing;
use crate::phrase;
use crate::text::Span;

impl Evidence {
    /// Something that is written, or not written, in the template.
    pub(super) fn new(text: Phrase, span: Option<Span>) -> Self {
        Self { text, file: FileId(0), span, settle_with: String::new(), missing: None, finding: None }
    }

    /// Something that is not known.
    pub(super) fn missing(need: Need, missing: Missing) -> Self {
        Self { settle_with: need.settle_with, missing: Some(missing), ..Self::new(need.reason, None) }
    }

    /// What a rule has found.
    pub(super) fn of_finding(finding: &Finding) -> Self {
        let primary = finding.primary();
        let evidence = Self {
            text: finding.message.clone(),
            file: primary.map_or(FileId(0), |label| label.file),
            span: primary.and_then(|label| label.span),
            settle_with: String::new(),
            missing: None,
            finding: Some(Told {
                rule: finding.rule,
                fingerprint: finding.fingerprint.clone(),
                suppressed: None,
            }),
        };
        match &finding.suppressed {
            Some(reason) => evidence.suppressed(reason),
            None => evidence,
        }
    }

    /// The same, once somebody has accepted it.
    #[must_use]
    pub(super) fn suppressed(mut self, reason: &str) -> Self {
        if let Some(told) = self.finding.as_mut().filter(|told| told.suppressed.is_none()) {
            told.suppressed = Some(reason.to_owned());
            let Phrase { en, ja } = &self.text;
            self.text = phrase!(en: "accepted ({reason}): {en}", ja: "許容済み ({reason}): {ja}");
        }
        self
    }

    /// The option that settles it.
    #[must_use]
    pub(super) fn settled_by(mut self, option: &str) -> Self {
        option.clone_into(&mut self.settle_with);
        self
    }
}
