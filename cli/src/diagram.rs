//! `vpcheck diagram`.

use std::fs;

use vpcheck_core::diagram::{DiagramRequest, Sketch, sketch};
use vpcheck_core::language::Language;
use vpcheck_core::{analyze, phrase, render};

use crate::args::{DiagramArguments, DiagramFormat};
use crate::context::Remarks;
use crate::input::{self, shown};
use crate::known::Known;
use crate::one_template::{self, OneTemplate};
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::trace::does_not_parse;

/// Draws the network of one template.
pub(crate) fn run(arguments: &DiagramArguments, language: Language) -> Result<Outcome, Problem> {
    let known = Known::new(&arguments.known)?;
    let next = phrase!(
        en: "name one template: a picture is of one",
        ja: "構成図はテンプレートごとに作成します。テンプレートを一つ指定してください",
    );
    let input = one_template::find(&arguments.input, next)?;
    let OneTemplate { path, text, options, .. } = one_template::read(&known, input)?;
    let traced = arguments.from.as_deref().zip(arguments.to.as_deref());
    let (found, error) = match sketch(&path, &text, &options, traced) {
        Ok(found) => (found, None),
        // What is wrong with the text is told before what is wrong with the arguments.
        Err(error) => (sketch(&path, &text, &options, None).unwrap_or_default(), Some(error)),
    };
    let remarks = Remarks::of_files(&options.contexts);
    let mut problems = remarks.problems;
    problems.extend(unusable(&path, &found));
    if let (Some(error), true) = (error, problems.is_empty()) {
        problems.push(Problem { what: error.what, next: error.next });
    }
    let notes = remarks.notes;
    if !problems.is_empty() {
        return Ok(Outcome { notes, problems, ..Outcome::default() });
    }
    let findings = analyze(&path, &text, &options).findings;
    let request = DiagramRequest { language, open_all: arguments.unfold, findings: &findings, open: &[] };
    let diagram = found.drawn(&request);
    let output = match arguments.format {
        DiagramFormat::Svg => render::svg(&diagram),
        DiagramFormat::Mermaid => render::mermaid(&diagram),
    };
    let Some(target) = &arguments.output else { return Ok(Outcome { output, notes, ..Outcome::default() }) };
    fs::write(target, output).map_err(|error| {
        let path = shown(target);
        Problem {
            what: phrase!(en: "{path}: cannot be written: {error}", ja: "{path}: 書き込めません: {error}"),
            next: phrase!(
                en: "name a file in a folder that you may write to",
                ja: "書き込み可能なフォルダのファイルを指定してください",
            ),
        }
    })?;
    Ok(Outcome { notes, ..Outcome::default() })
}

/// Why nothing can be drawn of a text, or not as asked.
fn unusable(path: &str, sketch: &Sketch) -> Vec<Problem> {
    if let Some(place) = sketch.broken {
        return vec![does_not_parse(path, &sketch.sources, place)];
    }
    if !sketch.is_template {
        return vec![input::not_a_template(path)];
    }
    let wrong = sketch.unknown_assumptions.iter().map(|name| Problem {
        what: phrase!(
            en: "--assume {name}: the template has nothing of this name",
            ja: "--assume {name}: テンプレートにこの名前の値はありません",
        ),
        next: phrase!(
            en: "name the parameter that stands for subnets",
            ja: "サブネットを表すパラメータの名前を指定してください",
        ),
    });
    wrong.collect()
}
