//! Words, marks and colours of paths.

use annotate_snippets::renderer::{
    DEFAULT_ERROR_STYLE, DEFAULT_HELP_STYLE, DEFAULT_INFO_STYLE, DEFAULT_NOTE_STYLE, DEFAULT_WARNING_STYLE,
    Style,
};
use anstream::adapter::strip_str;
use unicode_width::UnicodeWidthStr;
use vpcheck_core::language::{Language, Phrase};
use vpcheck_core::paths::{Action, Difference, Direction, Goal, Trace, Verdict};
use vpcheck_core::phrase;

/// In the order in which they are counted.
const VERDICTS: [Verdict; 4] = [Verdict::Reachable, Verdict::Blocked, Verdict::Partial, Verdict::Unknown];

/// A short text with its colour.
pub(super) struct Mark {
    shown: String,
}

impl Mark {
    /// Without colour.
    pub(super) fn plain(text: &str) -> Self {
        Self { shown: text.to_owned() }
    }

    /// With its colour.
    pub(super) fn shown(&self) -> String {
        self.shown.clone()
    }

    /// How wide it is on a terminal.
    pub(super) fn width(&self) -> usize {
        strip_str(&self.shown).to_string().width()
    }
}

/// A verdict in its colour.
pub(super) fn styled_verdict(of: Verdict, language: Language) -> Mark {
    let style = match of {
        Verdict::Reachable => DEFAULT_NOTE_STYLE,
        Verdict::Blocked => DEFAULT_ERROR_STYLE,
        Verdict::Partial => DEFAULT_WARNING_STYLE,
        Verdict::Unknown => DEFAULT_INFO_STYLE,
    };
    let word = of.words();
    Mark { shown: format!("{style}{}{style:#}", word.get(language)) }
}

/// How wide a terminal shows the widest verdict.
pub(super) fn widest_verdict(language: Language) -> usize {
    let widths = VERDICTS.into_iter().map(|of| of.words().get(language).width());
    widths.max().unwrap_or(0)
}

/// What is drawn before a step: which way packets go, and whether they stop.
pub(super) fn step(direction: Direction, action: Action) -> Mark {
    let arrow = match direction {
        Direction::Out => "→",
        Direction::Back => "←",
    };
    match action {
        Action::Deny => Mark { shown: format!("{arrow} {DEFAULT_ERROR_STYLE}✗{DEFAULT_ERROR_STYLE:#}") },
        Action::Unknown => Mark { shown: format!("{arrow} {DEFAULT_INFO_STYLE}?{DEFAULT_INFO_STYLE:#}") },
        Action::Stand | Action::Resolve | Action::Allow | Action::Forward | Action::Translate => {
            Mark::plain(arrow)
        }
    }
}

/// What is drawn below a step at which packets stop.
pub(super) fn bar() -> Mark {
    Mark { shown: format!("  {DEFAULT_ERROR_STYLE}│{DEFAULT_ERROR_STYLE:#}") }
}

/// The sources of paths.
pub(super) fn heading(text: &str) -> String {
    let style = Style::new().bold();
    format!("{style}{text}{style:#}")
}

/// A place, which is not to outshine what is said about it.
pub(super) fn place(text: &str) -> String {
    let style = Style::new().dimmed();
    format!("{style}{text}{style:#}")
}

/// An option of the command line.
pub(super) fn option(text: &str) -> String {
    format!("{DEFAULT_HELP_STYLE}{text}{DEFAULT_HELP_STYLE:#}")
}

/// `Db:5432`, `s3:443`, `Db/icmp`; `in_full` with TCP behind a port.
pub(super) fn destination(goal: &Goal, in_full: bool) -> String {
    let ports = goal.ports.map_or_else(String::new, |ports| format!(":{ports}"));
    let protocol = goal.protocol.to_string();
    let protocol = if protocol == "tcp" && (!in_full || ports.is_empty()) {
        String::new()
    } else {
        format!("/{protocol}")
    };
    format!("{}{ports}{protocol}", goal.target.written())
}

/// By what a path differs, with a colon; empty where it does not.
pub(super) fn differences(sum: Option<&Trace>, language: Language) -> String {
    let Some(by) = sum.map(|sum| &sum.partial_by).filter(|by| !by.is_empty()) else { return String::new() };
    let name = |difference: &Difference| match difference {
        Difference::Subnet => phrase!(en: "subnet", ja: "サブネット"),
        Difference::Placement => phrase!(en: "placement", ja: "配置"),
        Difference::Port => phrase!(en: "port", ja: "ポート"),
        Difference::Address => phrase!(en: "address", ja: "アドレス"),
        Difference::Condition => phrase!(en: "condition", ja: "条件"),
    };
    let names: Vec<Phrase> = by.iter().map(name).collect();
    let all = |join: &str| names.iter().map(|name| name.get(language)).collect::<Vec<_>>().join(join);
    let (en, ja) = (all(", "), all("・"));
    phrase!(en: "differs by {en}: ", ja: "{ja}で異なる: ").get(language).to_owned()
}

/// `12 paths: 8 reachable, 3 blocked, 1 unknown`.
pub(super) fn counts(verdicts: impl Iterator<Item = Verdict>, language: Language) -> String {
    let verdicts: Vec<Verdict> = verdicts.collect();
    let total = verdicts.len();
    if total == 0 {
        let none = phrase!(en: "No path to trace", ja: "追跡する経路がありません");
        return none.get(language).to_owned();
    }
    let present = VERDICTS.into_iter().filter_map(|kind| {
        let count = verdicts.iter().filter(|verdict| **verdict == kind).count();
        (count > 0).then(|| {
            let Phrase { en, ja } = kind.words();
            phrase!(en: "{count} {en}", ja: "{ja} {count} 件")
        })
    });
    let (en, ja): (Vec<String>, Vec<String>) = present.map(|Phrase { en, ja }| (en, ja)).unzip();
    let (en, ja) = (en.join(", "), ja.join("、"));
    let noun = if total == 1 { "path" } else { "paths" };
    phrase!(en: "{total} {noun}: {en}", ja: "経路 {total} 件: {ja}").get(language).to_owned()
}

/// Whether every path is as it is expected to be.
pub(super) fn expectation(expected: Verdict, others: usize, total: usize) -> Phrase {
    let Phrase { en, ja } = expected.words();
    let verb = if others == 1 { "is" } else { "are" };
    match (others, total) {
        (0, _) => phrase!(en: "As expected: {en}", ja: "期待どおり: {ja}"),
        (1, 1) => phrase!(en: "Expected: {en}, which it is not", ja: "期待: {ja}。そうなっていません"),
        _ => phrase!(
            en: "Expected: every path {en}; {others} of {total} {verb} not",
            ja: "期待: すべて{ja}。{total} 件中 {others} 件がそうなっていません",
        ),
    }
}

/// In quotes where a shell would take it apart.
pub(super) fn shell(argument: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_=./:,@%+".contains(character);
    if !argument.is_empty() && argument.chars().all(is_plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_quoted_for_a_shell_where_they_must_be() {
        for (argument, quoted) in
            [("a/b.yaml", "a/b.yaml"), ("my file", "'my file'"), ("it's", r"'it'\''s'"), ("", "''")]
        {
            assert_eq!(shell(argument), quoted);
        }
    }
}
