use super::{Format, Limits, SyntaxError};
use crate::text::Span;

pub(super) struct Repaired {
    pub(super) text: String,
    pub(super) errors: Vec<SyntaxError>,
    pub(super) lost: Vec<Span>,
}

pub(super) fn repair(text: &str, _format: Format, first: SyntaxError, _limits: &Limits) -> Repaired {
    Repaired { text: text.to_owned(), errors: vec![first], lost: Vec::new() }
}
