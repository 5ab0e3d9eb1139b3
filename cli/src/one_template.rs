//! The one template of commands that look at one at a time.

use std::path::Path;
use std::slice;

use vpcheck_core::language::Phrase;
use vpcheck_core::phrase;
use vpcheck_core::{Assertion, Options, nested_template_paths};

use crate::input::{self, Input, shown};
use crate::known::Known;
use crate::problem::Problem;

/// A template that was named, with everything that is known beside it.
pub(crate) struct OneTemplate {
    /// Where it comes from.
    pub(crate) input: Input,
    /// Its path, to be shown.
    pub(crate) path: String,
    /// Its text.
    pub(crate) text: String,
    /// What is known beside it.
    pub(crate) options: Options,
    /// What the settings beside it assert of it.
    pub(crate) assertions: Vec<Assertion>,
}

/// Finds the template that `argument` names; it may be standard input.
///
/// # Errors
///
/// Where there is none, where it cannot be read, and where a folder is named; `next` then says what to name.
pub(crate) fn find(argument: &Path, next: Phrase) -> Result<Input, Problem> {
    let mut found = input::find(slice::from_ref(&argument.to_path_buf()));
    if let Some(at) = found.texts.iter().position(Input::is_named) {
        return Ok(found.texts.swap_remove(at));
    }
    // A folder may have problems of its own; but it was not to be walked at all.
    if found.folders.is_empty()
        && let Some(problem) = found.problems.into_iter().next()
    {
        return Err(problem);
    }
    let path = shown(argument);
    Err(Problem { what: phrase!(en: "{path}: a folder", ja: "{path}: フォルダです"), next })
}

/// Reads a template that was found.
///
/// # Errors
///
/// Where it cannot be read or is no text, and where the settings beside it cannot be used.
pub(crate) fn read(known: &Known<'_>, input: Input) -> Result<OneTemplate, Problem> {
    let path = input.shown();
    let Some(text) = input.read(known.size_limit())? else { return Err(input::not_a_template(&path)) };
    let surroundings = known.surroundings(input.parent())?;
    let options = known.options(&input, nested_template_paths(&text), &surroundings);
    let assertions = surroundings.config.of(input.file()).assertions;
    Ok(OneTemplate { input, path, text, options, assertions })
}
