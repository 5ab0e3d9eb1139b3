//! `vpcheck trace`.

use vpcheck_core::language::{Language, Phrase};
use vpcheck_core::network::Place;
use vpcheck_core::paths::Verdict;
use vpcheck_core::text::LineIndex;
use vpcheck_core::{Options, Source, TraceError, TraceRequest, Tracing, phrase, render, repair_path, trace};

use crate::args::{Expectation, Format, KnownArguments, TraceArguments};
use crate::context::Remarks;
use crate::input;
use crate::known::Known;
use crate::one_template::{self, OneTemplate};
use crate::outcome::Outcome;
use crate::problem::{Problem, did_you_mean, nearest};
use crate::text::harmless;
use crate::trace_text::{self, Manner};

impl Expectation {
    fn verdict(self) -> Verdict {
        match self {
            Self::Reachable => Verdict::Reachable,
            Self::Blocked => Verdict::Blocked,
        }
    }
}

/// Traces what the arguments ask for. Whatever cannot be used ends it: a path traced through half a network would not
/// be worth its verdict.
pub(crate) fn run(
    arguments: &TraceArguments,
    language: Language,
    width: Option<usize>,
) -> Result<Outcome, Problem> {
    let known = Known::new(&arguments.known)?;
    let next = phrase!(
        en: "name one template: paths are traced in one at a time",
        ja: "経路はテンプレートごとに調べます。テンプレートを一つ指定してください",
    );
    let input = one_template::find(&arguments.input, next)?;
    let OneTemplate { path, text, options, .. } = one_template::read(&known, input)?;
    let request = TraceRequest { from: arguments.from.clone(), to: arguments.to.clone() };
    let traced = trace(&path, &text, &options, &request);
    let (tracing, error) = match traced {
        Ok(tracing) => (tracing, None),
        // What is wrong with the text is told before what is wrong with the arguments.
        Err(error) => {
            (trace(&path, &text, &options, &TraceRequest::default()).unwrap_or_default(), Some(error))
        }
    };
    let remarks = Remarks::new(&tracing.problems, |file| tracing.sources.get(usize::from(file.0)));
    let mut problems = remarks.problems;
    problems.extend(unusable(&path, &tracing, arguments.from.is_some() && error.is_none()));
    problems.extend(wrong_assumptions(&arguments.known, &tracing));
    if let (Some(error), true) = (error, problems.is_empty()) {
        problems.push(Problem { what: error.what, next: error.next });
    }
    if arguments.expect.is_some() && tracing.traces.is_empty() && problems.is_empty() {
        problems.push(nothing_traced(&path));
    }
    let mut notes = remarks.notes;
    if !problems.is_empty() {
        return Ok(Outcome { notes, problems, ..Outcome::default() });
    }
    notes.extend(without_effect(&arguments.known, &tracing));
    let expected = arguments.expect.map(Expectation::verdict);
    let output = match arguments.format {
        Format::Json => render::trace(&tracing, language) + "\n",
        Format::Text => {
            let manner = Manner { language, width, expected, steps: arguments.to.is_some() };
            let repairs = repairs(&text, &options, &request, &tracing);
            trace_text::written(&tracing, &manner) + &harmless(repairs.get(language))
        }
    };
    let fails = expected.is_some_and(|expected| tracing.traces.iter().any(|trace| trace.verdict != expected));
    Ok(Outcome { output, notes, problems, fails })
}

/// The smallest repair of each blocked way to a destination that was asked for, a line each.
fn repairs(text: &str, options: &Options, request: &TraceRequest, tracing: &Tracing) -> Phrase {
    let mut lines = Phrase::verbatim("");
    let Some(to) = &request.to else { return lines };
    let mut told: Vec<&str> = Vec::new();
    for trace in &tracing.traces {
        let from = trace.from.id.as_str();
        let is_stopped = matches!(trace.verdict, Verdict::Blocked | Verdict::Partial);
        if !is_stopped || told.contains(&from) {
            continue;
        }
        told.push(from);
        let Ok(repair) = repair_path(text, options, from, None, to) else { continue };
        let Phrase { en, ja } = repair.title;
        lines.en.push_str(&format!("{from} → {to} would pass with: {en}\n"));
        lines.ja.push_str(&format!("{from} → {to} は次の変更で届きます: {ja}\n"));
    }
    lines
}

/// Why nothing can be said of a text.
fn unusable(path: &str, tracing: &Tracing, has_source: bool) -> Option<Problem> {
    if let Some(place) = tracing.broken {
        return Some(does_not_parse(path, &tracing.sources, place));
    }
    if !tracing.is_template {
        return Some(input::not_a_template(path));
    }
    if let Some(TraceError { what, next }) = tracing.refused.clone() {
        return Some(Problem { what, next });
    }
    (tracing.from.is_empty() && !has_source).then(|| Problem {
        what: phrase!(
            en: "{path}: no Lambda function in this template, so nothing to trace",
            ja: "{path}: このテンプレートには Lambda 関数がなく、追跡する経路がありません",
        ),
        next: phrase!(
            en: "name a template with functions, or another source by --from",
            ja: "関数のあるテンプレートを指定するか、--from でほかの送信元を指定してください",
        ),
    })
}

/// Says where a template is broken.
pub(crate) fn does_not_parse(path: &str, sources: &[Source], place: Place) -> Problem {
    let text = sources.first().map_or("", |source| source.text.as_str());
    let position = LineIndex::new(text).position(text, place.span.start);
    let (line, column) = (position.line, position.column);
    Problem {
        what: phrase!(
            en: "{path}:{line}:{column}: the template does not parse here",
            ja: "{path}:{line}:{column}: テンプレートの構文に誤りがあります",
        ),
        next: phrase!(
            en: "mend it first; `vpcheck check {path}` says what is wrong",
            ja: "先に修正してください。`vpcheck check {path}` で詳しく確認できます",
        ),
    }
}

fn nothing_traced(path: &str) -> Problem {
    Problem {
        what: phrase!(
            en: "{path}: no path was traced, so none can be as --expect says",
            ja: "{path}: 追跡できる経路がなく、--expect を確かめられません",
        ),
        next: phrase!(
            en: "name a source by --from and a destination by --to",
            ja: "--from で送信元を、--to で宛先を指定してください",
        ),
    }
}

/// An assumption about a name that the template does not have would change nothing, and look as if it had.
/// What vpcheck.yaml assumes is for many templates.
fn wrong_assumptions(known: &KnownArguments, tracing: &Tracing) -> Vec<Problem> {
    let is_given = |name: &&String| known.assumed.iter().any(|(given, _)| given == *name);
    let wrong = tracing.unknown_assumptions.iter().filter(is_given);
    wrong
        .map(|name| {
            let names = tracing.assumable.iter().chain(&tracing.parameters);
            let candidates = tracing.assumable.join(", ");
            let otherwise = if candidates.is_empty() {
                phrase!(
                    en: "nothing in this template stands for subnets that are not known",
                    ja: "このテンプレートに、値が未定のサブネットを表すものはありません",
                )
            } else {
                phrase!(
                    en: "subnets that are not known: {candidates}",
                    ja: "値が未定のサブネット: {candidates}",
                )
            };
            Problem {
                what: phrase!(
                    en: "--assume {name}: the template has nothing of this name",
                    ja: "--assume {name}: テンプレートにこの名前の値はありません",
                ),
                next: did_you_mean(name, names.map(String::as_str), otherwise),
            }
        })
        .collect()
}

/// Values and assumptions that change nothing.
fn without_effect(known: &KnownArguments, tracing: &Tracing) -> Vec<Phrase> {
    let mut notes = Vec::new();
    for (name, _) in &known.parameters {
        if is_parameter(name) && !tracing.parameters.contains(name) {
            let near = nearest(name, tracing.parameters.iter().map(String::as_str));
            let (en, ja) = match near {
                Some(near) => (format!("; did you mean `{near}`?"), format!("。`{near}` ではありませんか?")),
                None => (String::new(), String::new()),
            };
            notes.push(phrase!(
                en: "--param {name}: the template has no such parameter{en}",
                ja: "--param {name}: テンプレートにこの名前のパラメータはありません{ja}",
            ));
        }
    }
    for (name, _) in &known.assumed {
        if !tracing.assumable.contains(name) {
            notes.push(phrase!(
                en: "--assume {name}: it stands for no subnets that are not known, so this changes nothing",
                ja: "--assume {name}: 値が未定のサブネットを表していないため、結果は変わりません",
            ));
        }
    }
    notes
}

/// Not `import:NAME` or `resolve:REF`.
fn is_parameter(name: &str) -> bool {
    !name.starts_with("import:") && !name.starts_with("resolve:")
}
