//! What the JSON of describe calls says of the network.

use super::Builder;
use crate::finding::FileId;
use crate::language::Phrase;
use crate::text::Span;

/// Context files, read.
#[derive(Debug, Default)]
pub struct Context {}

/// Something that a context file has and that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextProblem {
    /// The file.
    pub file: FileId,
    /// Where in it.
    pub span: Option<Span>,
    /// What is wrong, or what is skipped.
    pub message: Phrase,
    /// Whether it is only skipped: output of a describe call that says nothing of use here.
    pub skipped: bool,
}

impl Context {
    /// Reads files: each with its number among the sources, and its text.
    pub fn read(_files: &[(FileId, &str)]) -> (Self, Vec<ContextProblem>) {
        (Self::default(), Vec::new())
    }

    /// Writes every component into the network.
    pub(super) fn declare(&self, _builder: &mut Builder) {}
}
