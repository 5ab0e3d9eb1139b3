//! The checklist for people: a line for functions that are alike, and one for each question that does not pass.

use annotate_snippets::renderer::{DEFAULT_ERROR_STYLE, DEFAULT_INFO_STYLE};
use unicode_width::UnicodeWidthStr;
use vpcheck_core::checklist::{FunctionChecklist, Item, Question, Status};
use vpcheck_core::language::{Language, Phrase};
use vpcheck_core::phrase;

use crate::text::harmless;

/// More functions than these are not named on one line.
const NAMED: usize = 8;

/// The checklist of one file; empty where no function stands in a VPC.
pub(crate) fn written(path: &str, functions: &[FunctionChecklist], language: Language) -> String {
    let (inside, outside): (Vec<_>, Vec<_>) = functions.iter().partition(|function| function.in_vpc);
    if inside.is_empty() {
        return String::new();
    }
    let mut alike: Vec<Alike<'_>> = Vec::new();
    for function in inside {
        let lines: Vec<Line> = function.items.iter().map(|item| line(item, language)).collect();
        let besides = function.besides_words();
        match alike.iter_mut().find(|known| known.lines == lines && known.besides == besides) {
            Some(known) => known.functions.push(function),
            None => alike.push(Alike { lines, besides, functions: vec![function] }),
        }
    }
    let path = harmless(path);
    let title = phrase!(en: "checklist of {path}", ja: "{path} のチェックリスト");
    let mut out = format!("{}\n", title.get(language));
    let shown = || alike.iter().flat_map(|alike| &alike.lines).filter(|line| line.is_shown());
    let status_width = shown().map(|line| word(line.status, language).width()).max().unwrap_or(0);
    let title_width = shown().map(|line| line.question.title().get(language).width()).max().unwrap_or(0);
    for Alike { lines, besides, functions } in &alike {
        let tally = tally(lines, language);
        let but = besides.as_ref().map_or_else(String::new, |besides| match language {
            Language::English => format!(", {}", besides.en),
            Language::Japanese => format!(" ({})", besides.ja),
        });
        out.push_str(&format!("  {}: {tally}{but}\n", names(functions, language)));
        for line in lines.iter().filter(|line| line.is_shown()) {
            let (word, title) = (word(line.status, language), line.question.title());
            let style = if line.status == Status::Fail { DEFAULT_ERROR_STYLE } else { DEFAULT_INFO_STYLE };
            let title = filled(title.get(language), title_width);
            let gap = " ".repeat(status_width - word.width());
            out.push_str(&format!("    {style}{word}{style:#}{gap}  {title}  {}\n", line.text));
        }
    }
    if !outside.is_empty() {
        let names = names(&outside, language);
        let words = phrase!(en: "not in a VPC: {names}", ja: "VPC の外: {names}");
        out.push_str(&format!("  {}\n", words.get(language)));
    }
    out
}

/// Functions of which the same is said.
struct Alike<'a> {
    lines: Vec<Line>,
    besides: Option<Phrase>,
    functions: Vec<&'a FunctionChecklist>,
}

/// What is said of one question.
#[derive(PartialEq)]
struct Line {
    question: Question,
    status: Status,
    text: String,
}

impl Line {
    fn is_shown(&self) -> bool {
        matches!(self.status, Status::Fail | Status::Unknown)
    }
}

/// What fails is told by its findings; of what is unknown, what would settle it counts.
fn line(item: &Item, language: Language) -> Line {
    let mut texts: Vec<String> = Vec::new();
    let mut add = |text: &str| {
        let text = harmless(text).replace(['\n', '\r'], " ");
        if !text.is_empty() && !texts.contains(&text) {
            texts.push(text);
        }
    };
    match item.status {
        Status::Fail => {
            for told in item.evidence.iter().filter_map(|evidence| evidence.finding.as_ref()) {
                if told.suppressed.is_none() {
                    add(told.rule.0);
                }
            }
        }
        Status::Unknown => {
            item.evidence.iter().for_each(|evidence| add(&evidence.settle_with));
            if item.evidence.iter().all(|evidence| evidence.settle_with.is_empty())
                && let Some(first) = item.evidence.first()
            {
                add(first.text.get(language));
            }
        }
        Status::Pass | Status::NotApplicable => {}
    }
    let text = texts.join(if language == Language::Japanese { "、" } else { ", " });
    Line { question: item.question, status: item.status, text }
}

fn word(status: Status, language: Language) -> String {
    status.word().get(language).to_owned()
}

fn names(functions: &[&FunctionChecklist], language: Language) -> String {
    let shown: Vec<String> =
        functions.iter().take(NAMED).map(|function| harmless(&function.function)).collect();
    let shown = shown.join(", ");
    match functions.len().saturating_sub(NAMED) {
        0 => shown,
        more => {
            let words = phrase!(en: "{shown} and {more} more", ja: "{shown} ほか {more} 個");
            words.get(language).to_owned()
        }
    }
}

/// `all pass`, or how many of each.
fn tally(lines: &[Line], language: Language) -> String {
    let count = |status: Status| lines.iter().filter(|line| line.status == status).count();
    if count(Status::Fail) + count(Status::Unknown) == 0 {
        return phrase!(en: "all pass", ja: "すべて OK").get(language).to_owned();
    }
    let parts: Vec<Phrase> = [Status::Pass, Status::Fail, Status::Unknown, Status::NotApplicable]
        .into_iter()
        .filter(|status| count(*status) > 0)
        .map(|status| {
            let (number, word) = (count(status), status.word());
            let (en, ja) = (word.en, word.ja);
            phrase!(en: "{number} {en}", ja: "{ja} {number}")
        })
        .collect();
    let joined: Vec<&str> = parts.iter().map(|part| part.get(language)).collect();
    joined.join(if language == Language::Japanese { "、" } else { ", " })
}

fn filled(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

#[cfg(test)]
mod tests {
    use vpcheck_core::{Options, analyze};

    use super::*;

    const TEMPLATE: &str = "Parameters: {Group: {Type: String, Default: sg-1}}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: us-east-1a}}
  One: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [!Ref A], SecurityGroupIds: [sg-1]}}}
  Two: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [!Ref A], SecurityGroupIds: [sg-1]}}}
  Out: {Type: AWS::Lambda::Function, Properties: {Handler: a.b}}
";

    fn plain(text: &str, language: Language) -> String {
        let analysis = analyze("t.yaml", text, &Options::default());
        anstream::adapter::strip_str(&written("t.yaml", &analysis.checklist, language)).to_string()
    }

    #[test]
    fn functions_that_are_alike_stand_together() {
        let lines = plain(TEMPLATE, Language::English);
        let lines: Vec<&str> = lines.lines().collect();
        assert_eq!(lines[0], "checklist of t.yaml");
        assert!(lines[1].starts_with("  One, Two: "), "{lines:?}");
        assert!(lines[1].contains("1 fail"), "{lines:?}");
        let fails: Vec<&&str> = lines.iter().filter(|line| line.starts_with("    fail ")).collect();
        let [fail] = fails[..] else { panic!("{lines:?}") };
        assert!(fail.contains("Two zones or more ") && fail.ends_with("  single-zone-function"), "{fail}");
        assert_eq!(lines.last(), Some(&"  not in a VPC: Out"));
        let japanese = plain(TEMPLATE, Language::Japanese);
        assert!(japanese.starts_with("t.yaml のチェックリスト\n  One, Two: "), "{japanese}");
    }

    #[test]
    fn answers_that_pass_do_not_hide_errors() {
        let orders = include_str!("../../web/examples/orders.yaml");
        let lines = plain(orders, Language::English);
        assert!(
            lines.contains("  OrderFunction: all pass, but 2 errors concern it or its calls\n"),
            "{lines}"
        );
        let japanese = plain(orders, Language::Japanese);
        assert!(
            japanese.contains("すべて OK (ただし、この関数や呼び出しに関するエラーが 2 件)\n"),
            "{japanese}"
        );
    }

    #[test]
    fn a_template_without_a_function_in_a_vpc_has_none() {
        let text = "Resources:\n  Out: {Type: AWS::Lambda::Function, Properties: {Handler: a.b}}\n";
        assert_eq!(plain(text, Language::English), "");
    }
}
