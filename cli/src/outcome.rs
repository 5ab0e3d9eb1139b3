//! What a command came to.

use vpcheck_core::language::Phrase;

use crate::problem::Problem;

/// What a command came to.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// The result, as it goes to standard output.
    pub(crate) output: String,
    /// What is worth knowing and changes nothing, for standard error.
    pub(crate) notes: Vec<Phrase>,
    /// What could not be used.
    pub(crate) problems: Vec<Problem>,
    /// Whether the result is not what the arguments ask for.
    pub(crate) fails: bool,
}

impl Outcome {
    /// A text and nothing else.
    pub(crate) fn of_text(output: String) -> Self {
        Self { output, ..Self::default() }
    }

    /// Nothing but what could not be used.
    pub(crate) fn of_problems(problems: Vec<Problem>) -> Self {
        Self { problems, ..Self::default() }
    }
}
