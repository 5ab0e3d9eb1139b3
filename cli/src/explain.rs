//! The documents of the rules.

use std::fmt::Write as _;

use vpcheck_core::language::Language;
use vpcheck_core::rules::{self, RuleInfo};

use crate::config::unknown_rule;
use crate::problem::Problem;

/// The document of one rule, in Markdown.
pub(crate) fn document(id: &str, language: Language) -> Result<String, Problem> {
    let known = rules::find(id).ok_or_else(|| unknown_rule("", id))?;
    let document = rules::document(known.id.0, language).map(|text| text.trim_end().to_owned());
    Ok(document.unwrap_or_else(|| (known.summary)().get(language).to_owned()) + "\n")
}

/// Every rule on a line, under the part of a network that it is about.
pub(crate) fn list(language: Language) -> String {
    let rules = rules::all();
    let id_width = rules.iter().map(|rule| rule.id.0.len()).max().unwrap_or(0);
    let mut out = String::new();
    let mut area = None;
    for rule in rules {
        if area != Some(rule.area) {
            let gap = if area.is_some() { "\n" } else { "" };
            let _ = writeln!(out, "{gap}{}", rule.area.title().get(language));
            area = Some(rule.area);
        }
        let _ = writeln!(out, "  {}", line(rule, id_width, language));
    }
    out
}

fn line(rule: &RuleInfo, id_width: usize, language: Language) -> String {
    let id = rule.id.0;
    let severity = rule.severity.name();
    let fix = rule.fix.map_or("-", |safety| safety.name());
    let summary = (rule.summary)();
    format!("{id:id_width$}  {severity:7}  {fix:9}  {}", summary.get(language))
}
