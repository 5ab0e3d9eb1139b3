//! `vpcheck endpoints`.

use vpcheck_core::language::Language;
use vpcheck_core::suggest::endpoints::EndpointSuggestions;
use vpcheck_core::{phrase, render, suggest_endpoints};

use crate::args::{EndpointsArguments, EndpointsFormat};
use crate::context::Remarks;
use crate::endpoints_text;
use crate::input;
use crate::known::Known;
use crate::one_template::{self, OneTemplate};
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::trace::does_not_parse;

/// Suggests endpoints for one template.
pub(crate) fn run(arguments: &EndpointsArguments, language: Language) -> Result<Outcome, Problem> {
    let known = Known::new(&arguments.known)?.with_money(&arguments.money)?;
    let next = phrase!(
        en: "name one template: endpoints are suggested for one at a time",
        ja: "エンドポイントはテンプレートごとに提案します。テンプレートを一つ指定してください",
    );
    let input = one_template::find(&arguments.input, next)?;
    let OneTemplate { path, text, options, .. } = one_template::read(&known, input)?;
    let suggested = suggest_endpoints(&path, &text, &options);
    let remarks = Remarks::of_files(&options.contexts);
    let mut problems = remarks.problems;
    if let Some(place) = suggested.broken {
        problems.push(does_not_parse(&path, &suggested.sources, place));
    } else if !suggested.is_template {
        problems.push(input::not_a_template(&path));
    }
    let notes = remarks.notes;
    if !problems.is_empty() {
        return Ok(Outcome { notes, problems, ..Outcome::default() });
    }
    let output = match arguments.format {
        EndpointsFormat::Json => render::endpoints(&suggested, language) + "\n",
        EndpointsFormat::Yaml => yaml(&suggested, language),
        EndpointsFormat::Text => endpoints_text::written(&suggested, language),
    };
    Ok(Outcome { output, notes, problems, fails: false })
}

/// Every endpoint to add, with what has to be filled in as comments before them.
fn yaml(suggested: &EndpointSuggestions, language: Language) -> String {
    let mut out = String::new();
    for vpc in suggested.vpcs.iter().filter(|vpc| !vpc.yaml.is_empty()) {
        let mut told: Vec<&str> = Vec::new();
        for note in vpc.services.iter().filter_map(|one| one.add.as_ref()).flat_map(|add| &add.notes) {
            let note = note.get(language);
            if !told.contains(&note) {
                told.push(note);
                out.push_str(&format!("  # {note}\n"));
            }
        }
        out.push_str(&vpc.yaml);
    }
    crate::text::harmless(&out)
}
