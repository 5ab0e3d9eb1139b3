//! Shapes of version 1 that several formats share, and what fills them.

use serde::Serialize;

use crate::analysis::{self, Source};
use crate::cost::{self, Usd};
use crate::finding::FileId;
use crate::language::Language;
use crate::text::{self, LineIndex};

/// Finds positions in the texts of one result.
pub(super) struct Places<'a> {
    sources: &'a [Source],
    lines: Vec<LineIndex>,
}

impl<'a> Places<'a> {
    pub(super) fn new(sources: &'a [Source]) -> Self {
        Self { sources, lines: sources.iter().map(|source| LineIndex::new(&source.text)).collect() }
    }

    /// Nothing for a text that is not among the sources: a place nobody can open helps nobody.
    pub(super) fn span(&self, file: FileId, span: text::Span) -> Option<Span<'a>> {
        let index = usize::from(file.0);
        let Source { path, text } = self.sources.get(index)?;
        let lines = self.lines.get(index)?;
        Some(Span {
            path: (index > 0).then_some(path),
            start: lines.position(text, span.start).into(),
            end: lines.position(text, span.end).into(),
        })
    }
}

#[derive(Clone, Copy, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Band<T> {
    low: T,
    typical: T,
    high: T,
}

pub(super) fn band<T: Copy>(band: &cost::Band<T>) -> Band<T> {
    Band { low: band.low, typical: band.typical, high: band.high }
}

/// The nearest number that JSON has; its shortest form is the amount itself.
pub(super) fn money(usd: Usd) -> f64 {
    usd.to_string().parse().unwrap_or_default()
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Span<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a String>,
    start: Position,
    end: Position,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Position {
    line: u32,
    column: u32,
}

impl From<text::Position> for Position {
    fn from(position: text::Position) -> Self {
        Self { line: position.line, column: position.column }
    }
}

/// Either `parameter` or `value` is written, never both.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Need {
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    reason: String,
    settle_with: String,
}

impl Need {
    pub(super) fn new(need: &analysis::Need, language: Language) -> Self {
        Self {
            parameter: need.parameter.clone(),
            value: need.value.clone(),
            reason: need.reason.get(language).to_owned(),
            settle_with: need.settle_with.clone(),
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Edit<'a> {
    span: Option<Span<'a>>,
    replacement: &'a str,
}

impl<'a> Edit<'a> {
    /// An edit of one of the sources.
    pub(super) fn new(places: &Places<'a>, file: FileId, edit: &'a text::Edit) -> Self {
        Self { span: places.span(file, edit.span), replacement: &edit.replacement }
    }
}
