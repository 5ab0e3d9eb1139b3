//! `vpcheck diff`.

use vpcheck_core::comparison::{Comparison, NotComparable, Unreadable, Version, compare};
use vpcheck_core::finding::Severity;
use vpcheck_core::language::{Language, Phrase};
use vpcheck_core::{Source, phrase, render};

use crate::args::{DiffArguments, DiffFailOn, DiffFormat};
use crate::context::Remarks;
use crate::known::Known;
use crate::one_template::{self, OneTemplate};
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::site::SITE;
use crate::trace::does_not_parse;
use crate::{diff_text, input};

/// Compares two versions of a template, each with the settings that stand beside it.
pub(crate) fn run(arguments: &DiffArguments, language: Language) -> Result<Outcome, Problem> {
    if arguments.old == arguments.new {
        return Err(Problem {
            what: phrase!(en: "both versions are the same", ja: "比較する二つのバージョンが同じです"),
            next: phrase!(
                en: "name two files, or pass one by standard input: git show main:template.yaml | vpcheck diff - template.yaml",
                ja: "ファイルを二つ指定するか、一方を標準入力で渡してください: git show main:template.yaml | vpcheck diff - template.yaml",
            ),
        });
    }
    let known = Known::new(&arguments.known)?.with_money(&arguments.money)?;
    let next = phrase!(
        en: "name the old version and the new one",
        ja: "変更前と変更後のテンプレートを指定してください",
    );
    let read = |path| one_template::read(&known, one_template::find(path, next.clone())?);
    let (old, new) = (read(&arguments.old)?, read(&arguments.new)?);
    let (notes, mut problems) = remarks(&old, &new);
    let versions = (version(&old), version(&new));
    let comparison = match compare(versions.0, versions.1) {
        Ok(comparison) => comparison,
        Err(NotComparable { is_new, why }) => {
            problems.push(unreadable(if is_new { &new } else { &old }, why));
            Comparison::default()
        }
    };
    if !problems.is_empty() {
        return Ok(Outcome { notes, problems, ..Outcome::default() });
    }
    let output = match arguments.format {
        DiffFormat::Text => {
            let currency = arguments.shown_in.currency.as_ref();
            diff_text::written(&new.path, &comparison, currency, language)
        }
        DiffFormat::Json => render::comparison(&old.path, &new.path, &comparison, language, SITE) + "\n",
        DiffFormat::Markdown => render::markdown::comparison(&new.path, &comparison, language),
    };
    Ok(Outcome { output, notes, problems, fails: fails(&comparison, arguments.fail_on) })
}

/// What is said of the context files of both, each once.
fn remarks(old: &OneTemplate, new: &OneTemplate) -> (Vec<Phrase>, Vec<Problem>) {
    let Remarks { mut notes, mut problems } = Remarks::of_files(&old.options.contexts);
    if old.options.contexts != new.options.contexts {
        let more = Remarks::of_files(&new.options.contexts);
        notes.extend(more.notes);
        problems.extend(more.problems);
    }
    (notes, problems)
}

fn version(template: &OneTemplate) -> Version<'_> {
    Version {
        path: &template.path,
        text: &template.text,
        options: &template.options,
        assertions: &template.assertions,
    }
}

fn unreadable(template: &OneTemplate, why: Unreadable) -> Problem {
    let OneTemplate { path, text, .. } = template;
    match why {
        Unreadable::Broken(place) => {
            does_not_parse(path, &[Source { path: path.clone(), text: text.clone() }], place)
        }
        Unreadable::NoTemplate => input::not_a_template(path),
        Unreadable::Untraceable(error) => Problem { what: error.what, next: error.next },
    }
}

/// A finding that was there before is no reason to refuse a change.
fn fails(comparison: &Comparison, fail_on: DiffFailOn) -> bool {
    let least = match fail_on {
        DiffFailOn::Never => return false,
        DiffFailOn::Error => Severity::Error,
        DiffFailOn::Warning => Severity::Warning,
        DiffFailOn::Info => Severity::Info,
    };
    let worse = comparison.regraded.iter().filter(|(was, now)| now.severity > *was).map(|(_, now)| now);
    comparison.new.iter().chain(worse).any(|finding| finding.severity >= least)
}
