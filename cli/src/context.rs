//! Context files: what describe calls print of the real network.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use vpcheck_core::finding::FileId;
use vpcheck_core::language::Phrase;
use vpcheck_core::network::{Context, ContextProblem};
use vpcheck_core::text::LineIndex;
use vpcheck_core::{Source, phrase};

use crate::input::{Refusal, decode, read_file, shown};
use crate::problem::Problem;

/// Longer files are refused: a whole region's describe output is a hundredth of this.
const SIZE_LIMIT: usize = 100_000_000;

/// Reads files, and the `.json` files in folders and below; each file once.
pub(crate) fn read(arguments: &[PathBuf]) -> Result<Vec<Source>, Problem> {
    let mut files: Vec<PathBuf> = Vec::new();
    for argument in arguments {
        let metadata = argument.metadata().map_err(|error| Problem::unreadable(&shown(argument), &error))?;
        if metadata.is_dir() {
            files.append(&mut walked(argument)?);
        } else {
            files.push(argument.clone());
        }
    }
    let mut seen = BTreeSet::new();
    let is_new = |path: &PathBuf| seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone()));
    files.into_iter().filter(is_new).map(|path| source(&path)).collect()
}

/// The `.json` files of a folder in the order of their paths. Nothing is left out for a `.gitignore`: what describes an
/// account is often kept out of repositories.
fn walked(root: &Path) -> Result<Vec<PathBuf>, Problem> {
    let mut files = Vec::new();
    for entry in WalkBuilder::new(root).standard_filters(false).sort_by_file_path(Path::cmp).build() {
        let entry = entry.map_err(|error| Problem {
            what: phrase!(en: "{error}", ja: "{error}"),
            next: phrase!(
                en: "make it readable or name the context files one by one",
                ja: "読み取れるようにするか、コンテキストのファイルを一つずつ指定してください",
            ),
        })?;
        let extension = entry.path().extension().and_then(OsStr::to_str).unwrap_or("");
        if extension.eq_ignore_ascii_case("json") && entry.path().is_file() {
            let path = entry.into_path();
            files.push(path.strip_prefix("./").map_or_else(|_| path.clone(), Path::to_path_buf));
        }
    }
    if files.is_empty() {
        let folder = shown(root);
        return Err(Problem {
            what: phrase!(
                en: "{folder}: no context file in this folder",
                ja: "{folder}: コンテキストのファイルが見つかりません",
            ),
            next: phrase!(
                en: "keep what `aws ec2 describe-subnets` and the like print in files named *.json",
                ja: "`aws ec2 describe-subnets` などの出力を *.json という名前で保存してください",
            ),
        });
    }
    Ok(files)
}

fn source(path: &Path) -> Result<Source, Problem> {
    let name = shown(path);
    let bytes = read_file(path, SIZE_LIMIT).map_err(|error| Problem::unreadable(&name, &error))?;
    let text = decode(bytes, SIZE_LIMIT).map_err(|(refusal, _)| match refusal {
        Refusal::TooLarge { .. } | Refusal::Empty | Refusal::Binary => {
            let what = refusal.problem(&name).what;
            Problem { what, next: expected() }
        }
        Refusal::Utf16 | Refusal::NotUtf8 { .. } => refusal.problem(&name),
    })?;
    Ok(Source { path: name, text })
}

fn expected() -> Phrase {
    phrase!(
        en: "name the JSON that `aws ec2 describe-subnets`, `describe-route-tables` and the like print",
        ja: "`aws ec2 describe-subnets` や `describe-route-tables` などが出力する JSON を指定してください",
    )
}

/// What is wrong with context files, and what is skipped in them.
#[derive(Debug, Default)]
pub(crate) struct Remarks {
    /// What cannot be used.
    pub(crate) problems: Vec<Problem>,
    /// What is skipped.
    pub(crate) notes: Vec<Phrase>,
}

impl Remarks {
    /// On files that are only looked at. They stand after the template among the texts of a result.
    pub(crate) fn of_files(files: &[Source]) -> Self {
        if files.is_empty() {
            return Self::default();
        }
        let number = |at: usize| FileId(u16::try_from(at + 1).unwrap_or(u16::MAX));
        let texts: Vec<(FileId, &str)> =
            files.iter().enumerate().map(|(at, file)| (number(at), file.text.as_str())).collect();
        let (_, problems) = Context::read(&texts);
        Self::new(&problems, |file| files.get(usize::from(file.0).checked_sub(1)?))
    }

    /// `file` finds the text of a number.
    pub(crate) fn new<'s>(problems: &[ContextProblem], file: impl Fn(FileId) -> Option<&'s Source>) -> Self {
        let mut remarks = Self::default();
        for problem in problems {
            let place = file(problem.file).map_or_else(String::new, |source| place(source, problem));
            let Phrase { en, ja } = &problem.message;
            let what = phrase!(en: "{place}: {en}", ja: "{place}: {ja}");
            if problem.skipped {
                remarks.notes.push(what);
            } else {
                remarks.problems.push(Problem { what, next: expected() });
            }
        }
        remarks
    }
}

/// `net/subnets.json:3:7`.
fn place(source: &Source, problem: &ContextProblem) -> String {
    match problem.span {
        Some(span) => {
            let position = LineIndex::new(&source.text).position(&source.text, span.start);
            format!("{}:{}:{}", source.path, position.line, position.column)
        }
        None => source.path.clone(),
    }
}

#[cfg(test)]
mod tests {
    use vpcheck_core::text::Span;

    use super::*;

    #[test]
    fn problems_name_their_place_and_skipped_output_is_only_noted() {
        let source = Source { path: "net/a.json".to_owned(), text: "{\n  \"Vpcs\": 1}".to_owned() };
        let problem = |span, skipped| ContextProblem {
            file: FileId(1),
            span,
            message: phrase!(en: "`Vpcs` is no list", ja: "`Vpcs` がリストではありません"),
            skipped,
        };
        let problems = [problem(Some(Span::new(4, 10)), false), problem(None, true)];
        let remarks = Remarks::new(&problems, |_| Some(&source));
        let told: Vec<&str> = remarks.problems.iter().map(|problem| problem.what.en.as_str()).collect();
        assert_eq!(told, ["net/a.json:2:3: `Vpcs` is no list"]);
        let noted: Vec<&str> = remarks.notes.iter().map(|note| note.ja.as_str()).collect();
        assert_eq!(noted, ["net/a.json: `Vpcs` がリストではありません"]);
    }
}
