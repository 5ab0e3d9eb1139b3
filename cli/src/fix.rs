//! `vpcheck fix`.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use similar::TextDiff;
use tempfile::NamedTempFile;
use vpcheck_core::finding::{FileId, Safety};
use vpcheck_core::language::{Language, Phrase};
use vpcheck_core::{Fixing, fix, phrase, source_is_elsewhere};

use crate::args::{FixArguments, SafetyName};
use crate::context::Remarks;
use crate::cost_files;
use crate::input::{self, Input};
use crate::known::Known;
use crate::one_template::{self, OneTemplate};
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::text::harmless;

/// Lines around a change in the diff, as `diff -u` has them.
const CONTEXT: usize = 3;

impl From<SafetyName> for Safety {
    fn from(name: SafetyName) -> Self {
        match name {
            SafetyName::Safe => Self::Safe,
            SafetyName::Suggested => Self::Suggested,
            SafetyName::Unsafe => Self::Unsafe,
        }
    }
}

/// Mends a template: prints the difference, or writes the file.
pub(crate) fn run(arguments: &FixArguments, language: Language) -> Result<Outcome, Problem> {
    let known = Known::new(&arguments.known)?.with_money(&arguments.money)?;
    let next = phrase!(
        en: "name one template: templates are fixed one at a time",
        ja: "修正はテンプレートごとに行います。テンプレートを一つ指定してください",
    );
    let input = one_template::find(&arguments.input, next)?;
    if arguments.write && input.file().is_none() {
        return Err(no_file_to_write());
    }
    let OneTemplate { input, path, text, options, .. } = one_template::read(&known, input)?;
    let remarks = Remarks::of_files(&options.contexts);
    let fixing = fix(&path, &text, &options, arguments.safety.into());
    if !fixing.before.is_template && fixing.before.findings.is_empty() {
        return Err(input::not_a_template(&path));
    }
    let changed = fixing.text != text;
    let mut outcome = Outcome { notes: remarks.notes, problems: remarks.problems, ..Outcome::default() };
    if arguments.money.traffic.is_some() {
        let unknown = fixing.before.unknown_traffic.iter();
        outcome.problems.extend(unknown.map(|(_, words)| cost_files::unknown_name(words.clone())));
    }
    outcome.notes.extend(remaining(&fixing, arguments.safety.into()));
    if changed && fixing.before.is_synthesized {
        let Phrase { en, ja } = source_is_elsewhere();
        outcome.notes.push(phrase!(en: "{path} was {en}", ja: "{path} は {ja}"));
    }
    if arguments.write {
        outcome.output = written(&path, &fixing, language);
        if changed {
            write(&input, &text, &fixing.text)?;
        }
    } else {
        outcome.notes.splice(0..0, applied(&fixing));
        outcome.output = difference(&path, &text, &fixing.text);
        if io::stdout().is_terminal() {
            outcome.output = harmless(&outcome.output);
        }
        outcome.fails = arguments.diff && changed;
    }
    Ok(outcome)
}

/// Each fix in a line: what it does, and for which rule.
fn applied(fixing: &Fixing) -> impl Iterator<Item = Phrase> {
    fixing.applied.iter().map(|one| {
        let (Phrase { en, ja }, rule) = (&one.title, one.rule.0);
        let (safe, safe_ja) = match one.safety {
            Safety::Safe => ("safe", "安全"),
            Safety::Suggested => ("suggested", "推奨"),
            Safety::Unsafe => ("unsafe", "要確認"),
        };
        match one.line {
            Some(line) => phrase!(
                en: "line {line}: {en} ({rule}, {safe})",
                ja: "{line} 行目: {ja} ({rule}、{safe_ja})",
            ),
            None => phrase!(en: "{en} ({rule}, {safe})", ja: "{ja} ({rule}、{safe_ja})"),
        }
    })
}

fn written(path: &str, fixing: &Fixing, language: Language) -> String {
    let count = fixing.applied.len();
    let head = match count {
        0 => phrase!(en: "{path}: nothing to fix", ja: "{path}: 修正する箇所はありません"),
        1 => phrase!(en: "{path}: 1 fix applied", ja: "{path}: 修正を 1 件適用しました"),
        _ => phrase!(en: "{path}: {count} fixes applied", ja: "{path}: 修正を {count} 件適用しました"),
    };
    let mut out = head.get(language).to_owned() + "\n";
    for line in applied(fixing) {
        out.push_str("  ");
        out.push_str(line.get(language));
        out.push('\n');
    }
    harmless(&out)
}

/// What could be fixed still, and what was not applied.
fn remaining(fixing: &Fixing, safety: Safety) -> Vec<Phrase> {
    let mut notes: Vec<Phrase> = fixing
        .refused
        .iter()
        .map(|refused| {
            let (rule, Phrase { en, ja }) = (refused.rule.0, &refused.title);
            let (why, why_ja) = (&refused.why.en, &refused.why.ja);
            phrase!(
                en: "not applied: {en} ({rule}): {why}",
                ja: "適用していません: {ja} ({rule}): {why_ja}",
            )
        })
        .collect();
    let open = |wanted: Safety| {
        let findings = fixing.after.findings.iter().filter(|finding| finding.suppressed.is_none());
        findings.filter(|finding| finding.fix.as_ref().is_some_and(|fix| fix.safety == wanted)).count()
    };
    for (level, name) in [(Safety::Suggested, "suggested"), (Safety::Unsafe, "unsafe")] {
        let count = if level > safety { open(level) } else { 0 };
        if count > 0 {
            let fixes = if count == 1 { "1 more fix" } else { &format!("{count} more fixes") };
            notes.push(phrase!(
                en: "{fixes} with --safety {name}",
                ja: "--safety {name} を付けると、さらに {count} 件を修正できます",
            ));
        }
    }
    let mut nested: Vec<&str> = fixing
        .after
        .findings
        .iter()
        .filter(|finding| finding.suppressed.is_none() && finding.fix.is_some())
        .filter_map(|finding| finding.primary().map(|label| label.file))
        .filter(|file| *file != FileId(0))
        .filter_map(|file| fixing.after.sources.get(usize::from(file.0)).map(|source| &*source.path))
        .collect();
    nested.dedup();
    for path in nested {
        notes.push(phrase!(
            en: "the nested template {path} has fixes of its own: vpcheck fix {path}",
            ja: "ネストされたテンプレート {path} にも修正できる箇所があります: vpcheck fix {path}",
        ));
    }
    notes
}

fn difference(path: &str, before: &str, after: &str) -> String {
    if before == after {
        return String::new();
    }
    let diff = TextDiff::from_lines(before, after);
    diff.unified_diff().context_radius(CONTEXT).header(path, path).to_string()
}

/// Puts the new text in the place of the old one at once, so that nobody ever reads half a file. A file that is not any
/// more what was read stays as it is.
fn write(input: &Input, before: &str, after: &str) -> Result<(), Problem> {
    let Some(named) = input.file() else { return Ok(()) };
    let path = input.shown();
    // A link stays a link: what it points to is written.
    let file = named.canonicalize().map_err(|error| unwritable(&path, &error))?;
    let folder = file.parent().unwrap_or(Path::new("."));
    let mode = fs::metadata(&file).map_err(|error| unwritable(&path, &error))?.permissions();
    if mode.readonly() {
        return Err(unwritable(&path, &io::Error::from(io::ErrorKind::PermissionDenied)));
    }
    let new = NamedTempFile::with_prefix_in(".vpcheck-", folder).and_then(|mut new| {
        new.write_all(after.as_bytes())?;
        new.as_file().set_permissions(mode)?;
        new.as_file().sync_all()?;
        Ok(new)
    });
    let new = new.map_err(|error| unwritable(&path, &error))?;
    if fs::read(&file).map_err(|error| unwritable(&path, &error))? != before.as_bytes() {
        return Err(Problem {
            what: phrase!(en: "{path}: changed meanwhile, not written", ja: "{path}: 処理中に変更されたため、書き込みませんでした"),
            next: phrase!(en: "run the command again", ja: "もう一度実行してください"),
        });
    }
    new.persist(&file).map_err(|error| unwritable(&path, &error.error))?;
    Ok(())
}

fn unwritable(path: &str, error: &io::Error) -> Problem {
    Problem {
        what: phrase!(en: "{path}: cannot be written: {error}", ja: "{path}: 書き込めません: {error}"),
        next: phrase!(
            en: "allow this user to write the file and its folder; without --write the difference is printed",
            ja: "ファイルとフォルダへの書き込みをこのユーザーに許可してください。--write を外すと差分を表示します",
        ),
    }
}

fn no_file_to_write() -> Problem {
    Problem {
        what: phrase!(
            en: "--write needs a file, and standard input is none",
            ja: "標準入力には --write で書き込めません",
        ),
        next: phrase!(
            en: "name the template, or leave --write out and pass the difference on to `patch`",
            ja: "テンプレートのファイルを指定するか、--write を外して差分を `patch` に渡してください",
        ),
    }
}
