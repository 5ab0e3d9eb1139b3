//! `vpcheck cost`.

use vpcheck_core::cost::{cost, estimate};
use vpcheck_core::language::Language;
use vpcheck_core::{phrase, render};

use crate::args::{CostArguments, Format};
use crate::context::Remarks;
use crate::input;
use crate::known::Known;
use crate::one_template::{self, OneTemplate};
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::trace::does_not_parse;
use crate::{cost_files, cost_text};

/// Estimates what the network of one template costs in a month.
pub(crate) fn run(arguments: &CostArguments, language: Language) -> Result<Outcome, Problem> {
    let known = Known::new(&arguments.known)?.with_money(&arguments.money)?;
    let next = phrase!(
        en: "name one template: costs are estimated for one at a time",
        ja: "料金はテンプレートごとに見積もります。テンプレートを一つ指定してください",
    );
    let input = one_template::find(&arguments.input, next)?;
    let OneTemplate { path, text, options, .. } = one_template::read(&known, input)?;
    let costing = cost(&path, &text, &options);
    let remarks = Remarks::of_files(&options.contexts);
    let mut problems = remarks.problems;
    if let Some(place) = costing.broken {
        problems.push(does_not_parse(&path, &costing.sources, place));
    } else if !costing.is_template {
        problems.push(input::not_a_template(&path));
    } else if costing.model.region.is_none() {
        problems.push(Problem {
            what: phrase!(
                en: "{path}: the region is not known, and prices differ by region",
                ja: "{path}: リージョンがわかりません。料金はリージョンによって異なります",
            ),
            next: phrase!(
                en: "name it: --region REGION, such as --region us-east-1",
                ja: "--region us-east-1 のように指定してください",
            ),
        });
    }
    if arguments.money.traffic.is_some() {
        problems.extend(costing.problems.iter().cloned().map(cost_files::unknown_name));
    }
    let notes = remarks.notes;
    if !problems.is_empty() {
        return Ok(Outcome { notes, problems, ..Outcome::default() });
    }
    let estimate = estimate(&costing.model, &options.prices, options.traffic.as_ref());
    let output = match arguments.format {
        Format::Json => render::cost(&costing, &estimate, language) + "\n",
        Format::Text => {
            cost_text::written(&costing, &estimate, arguments.shown_in.currency.as_ref(), language)
        }
    };
    Ok(Outcome { output, notes, problems, fails: false })
}
