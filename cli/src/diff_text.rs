//! A comparison for people: what a change opens and closes, what it brings and solves, and what it costs.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;
use vpcheck_core::Analysis;
use vpcheck_core::comparison::{Comparison, Effect, MoneyChange, PathChange};
use vpcheck_core::cost::{Band, Currency, Usd};
use vpcheck_core::finding::Finding;
use vpcheck_core::language::{Language, Phrase};
use vpcheck_core::phrase;
use vpcheck_core::text::LineIndex;

use crate::text::harmless;

/// The whole answer; the last line sums it up.
pub(crate) fn written(
    path: &str,
    comparison: &Comparison,
    currency: Option<&Currency>,
    language: Language,
) -> String {
    let mut out = String::new();
    let mut part = |title: &Phrase, lines: String| {
        if !lines.is_empty() {
            let _ = writeln!(out, "{}\n{lines}", title.get(language));
        }
    };
    for effect in Effect::ALL {
        let paths: Vec<&PathChange> = comparison.paths.iter().filter(|path| path.effect == effect).collect();
        part(&effect.title(), path_lines(&paths, language));
    }
    let places = Places::new(path, &comparison.after);
    let new: String = comparison.new.iter().map(|finding| places.line(finding, None, language)).collect();
    part(&phrase!(en: "New findings", ja: "新しい指摘"), new);
    let regraded = comparison.regraded.iter();
    let regraded = regraded.map(|(was, finding)| places.line(finding, Some(was.words()), language)).collect();
    part(&phrase!(en: "Findings of another severity", ja: "重要度が変わった指摘"), regraded);
    let gone = comparison.gone.iter().map(|finding| line(finding, "", None, language)).collect();
    part(&phrase!(en: "Findings that are gone", ja: "解消した指摘"), gone);
    if let Some(money) = comparison.money.as_ref().filter(|money| !money.items.is_empty()) {
        part(&phrase!(en: "Costs a month", ja: "月額料金"), bill(money, currency, language));
    }
    out.push_str(comparison.summary().get(language));
    out.push('\n');
    if comparison.money.is_none() {
        let unpriced = phrase!(
            en: "costs are not compared: the region is not known (--region REGION)",
            ja: "リージョンが不明なため、料金は比較していません (--region REGION)",
        );
        out.push_str(unpriced.get(language));
        out.push('\n');
    }
    harmless(&out)
}

/// The ways side by side, each with what stops or stopped it below.
fn path_lines(paths: &[&PathChange], language: Language) -> String {
    let ends = |path: &PathChange| format!("{} -> {}", path.from, path.destination());
    let width = paths.iter().map(|path| ends(path).width()).max().unwrap_or(0);
    let mut out = String::new();
    for path in paths {
        let ends = ends(path);
        let gap = " ".repeat(width - ends.width());
        let _ = writeln!(out, "  {ends}{gap}  {}", path.verdicts().get(language));
        for why in path.reasons() {
            let _ = writeln!(out, "    {}", why.get(language));
        }
    }
    out
}

/// Where findings of a version stand.
struct Places<'a> {
    path: &'a str,
    analysis: &'a Analysis,
    lines: Vec<LineIndex>,
}

impl<'a> Places<'a> {
    fn new(path: &'a str, analysis: &'a Analysis) -> Self {
        let lines = analysis.sources.iter().map(|source| LineIndex::new(&source.text)).collect();
        Self { path, analysis, lines }
    }

    fn line(&self, finding: &Finding, was: Option<Phrase>, language: Language) -> String {
        let place = self.place(finding).map(|place| format!("  {place}")).unwrap_or_default();
        line(finding, &place, was, language)
    }

    fn place(&self, finding: &Finding) -> Option<String> {
        let label = finding.primary()?;
        let number = usize::from(label.file.0);
        let (source, lines) = (self.analysis.sources.get(number)?, self.lines.get(number)?);
        let path = if number == 0 { self.path } else { &source.path };
        let position = lines.position(&source.text, label.span?.start);
        Some(format!("{path}:{}:{}", position.line, position.column))
    }
}

fn line(finding: &Finding, place: &str, was: Option<Phrase>, language: Language) -> String {
    let severity = finding.severity.words();
    let was = was.map(|Phrase { en, ja }| phrase!(en: " (was: {en})", ja: " (変更前: {ja})"));
    let was = was.as_ref().map_or("", |was| was.get(language));
    let (severity, message) = (severity.get(language), finding.message.get(language));
    format!("  {severity}[{}]{was}: {message}{place}\n", finding.rule.0)
}

/// A row a line of the bill that differs, then all of it.
fn bill(money: &MoneyChange, currency: Option<&Currency>, language: Language) -> String {
    let amount =
        |usd: Usd| currency.map_or_else(|| format!("${usd}"), |one| format!("{} {}", one.of(usd), one.code));
    let cell = |usd: Option<Band<Usd>>| match usd {
        None => "-".to_owned(),
        Some(usd) if usd.low == usd.high => amount(usd.typical),
        Some(usd) => {
            let [low, typical, high] = [usd.low, usd.typical, usd.high].map(amount);
            let range = phrase!(en: "{typical} ({low} to {high})", ja: "{typical} ({low}〜{high})");
            range.get(language).to_owned()
        }
    };
    let mut rows: Vec<[String; 3]> = money
        .items
        .iter()
        .map(|item| {
            let title = item.price.title();
            [format!("{}, {}", item.resource, title.get(language)), cell(item.before), cell(item.after)]
        })
        .collect();
    let all = phrase!(en: "all in all", ja: "合計");
    rows.push([all.get(language).to_owned(), cell(Some(money.before)), cell(Some(money.after))]);
    let widest = |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or(0);
    let widths = [widest(0), widest(1)];
    let mut out = String::new();
    for [what, before, after] in &rows {
        let pad = |text: &str, width: usize| " ".repeat(width - text.width());
        let (gap, space) = (pad(what, widths[0]), pad(before, widths[1]));
        let _ = writeln!(out, "  {what}{gap}  {space}{before} -> {after}");
    }
    out
}
