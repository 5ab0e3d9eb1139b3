use std::fmt;

use serde::Serialize;

use super::Span;
use crate::order::Order;

/// One replacement of a span of the text; an empty span inserts, an empty replacement deletes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Edit {
    /// What is replaced, in bytes of the text as it was analysed.
    pub span: Span,
    /// What stands there afterwards.
    pub replacement: String,
}

impl Edit {
    /// Replaces `span` with `replacement`.
    pub fn replace(span: Span, replacement: impl Into<String>) -> Self {
        Self { span, replacement: replacement.into() }
    }

    /// Puts `text` in at `offset`.
    pub fn insert(offset: u32, text: impl Into<String>) -> Self {
        Self { span: Span::empty(offset), replacement: text.into() }
    }

    /// Takes `span` out.
    pub fn delete(span: Span) -> Self {
        Self { span, replacement: String::new() }
    }
}

/// Why a list of edits cannot be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditError {
    /// Two edits touch the same bytes.
    Overlap(Span, Span),
    /// A span lies outside the text or inside a character.
    OutsideText(Span),
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overlap(first, second) => write!(
                f,
                "edits overlap: bytes {}..{} and {}..{}",
                first.start, first.end, second.start, second.end
            ),
            Self::OutsideText(span) => {
                write!(f, "bytes {}..{} are not a place in this text", span.start, span.end)
            }
        }
    }
}

impl std::error::Error for EditError {}

/// Applies `edits`, in any order, to `text`. Insertions at one place keep the order in which they are given.
///
/// # Errors
/// When two edits overlap, or one does not fit the text; then nothing is applied.
pub fn apply(text: &str, edits: &[Edit]) -> Result<String, EditError> {
    let mut ordered: Vec<&Edit> = edits.iter().collect();
    ordered.order_by_key(|edit| edit.span);
    let mut out = String::with_capacity(text.len());
    let mut last = Span::empty(0);
    for edit in ordered {
        if edit.span.start < last.end {
            return Err(EditError::Overlap(last, edit.span));
        }
        let kept = text.get(last.end as usize..edit.span.start as usize);
        let replaced = text.get(edit.span.start as usize..edit.span.end as usize);
        let (Some(kept), Some(_)) = (kept, replaced) else {
            return Err(EditError::OutsideText(edit.span));
        };
        out.push_str(kept);
        out.push_str(&edit.replacement);
        last = edit.span;
    }
    out.push_str(text.get(last.end as usize..).ok_or(EditError::OutsideText(last))?);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_apply_in_text_order_whatever_order_they_come_in() {
        let edits = [
            Edit::replace(Span::new(4, 7), "BAR"),
            Edit::insert(0, "> "),
            Edit::delete(Span::new(3, 4)),
            Edit::insert(7, "!"),
        ];
        assert_eq!(apply("foo bar", &edits).unwrap(), "> fooBAR!");
    }

    #[test]
    fn overlapping_edits_are_refused_whole() {
        let edits = [Edit::delete(Span::new(0, 3)), Edit::delete(Span::new(2, 4))];
        assert!(matches!(apply("foo bar", &edits), Err(EditError::Overlap(..))));
        assert!(matches!(apply("あ", &[Edit::insert(1, "x")]), Err(EditError::OutsideText(_))));
        assert!(matches!(apply("a", &[Edit::delete(Span::new(1, 9))]), Err(EditError::OutsideText(_))));
    }
}
