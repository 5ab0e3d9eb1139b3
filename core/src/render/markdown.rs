//! Findings as Markdown, as GitHub, Qiita and Zenn read it: for pull requests, issues and articles.
//!
//! What a template says stands in findings. None of it can end the list or the block that it stands in, none of it is
//! markup, and none of it calls somebody by an `@`.

use std::fmt::Write;

use crate::analysis::{Analysis, Source, Summary};
use crate::comparison::{Comparison, Effect, MoneyChange, PathChange};
use crate::cost::{Band, Usd};
use crate::finding::{FileId, Finding, Severity};
use crate::language::{Language, Phrase};
use crate::phrase;
use crate::text::LineIndex;

/// A check of several templates in short, for a pull request. `files` pairs the path to show with what was found there.
pub fn check(files: &[(String, &Analysis)], language: Language) -> String {
    let mut sum = Summary::default();
    for (_, analysis) in files {
        let one = analysis.summary();
        sum.errors += one.errors;
        sum.warnings += one.warnings;
        sum.infos += one.infos;
        sum.suppressed += one.suppressed;
    }
    let mut out = heading(&sum, language);
    for (path, analysis) in files {
        let list = [findings(analysis, language), actions(analysis, language)];
        let list: Vec<&str> = list.iter().map(String::as_str).filter(|list| !list.is_empty()).collect();
        if !list.is_empty() {
            let _ = write!(out, "\n{}\n\n{}", code(path), list.join("\n"));
        }
    }
    out
}

/// What was found in a template, and the template, for an issue.
pub fn issue(analysis: &Analysis, text: &str, language: Language) -> String {
    let kind = if text.trim_start().starts_with('{') { "json" } else { "yaml" };
    let title = phrase!(en: "Template", ja: "テンプレート");
    let title = title.get(language);
    format!("{}\n### {title}\n\n{}", found(analysis, language), fenced(kind, text))
}

/// A template in an article: a link that opens it, if there is one, its network as a Mermaid chart, if there is
/// any, and what was found.
pub fn article(analysis: &Analysis, chart: &str, link: Option<&str>, language: Language) -> String {
    let mut out = String::new();
    if let Some(link) = link {
        let words = phrase!(en: "Open this template in vpcheck", ja: "このテンプレートを vpcheck で開く");
        let _ = write!(out, "[{}]({})\n\n", words.get(language), destination(link));
    }
    if !chart.is_empty() {
        out += &fenced("mermaid", chart);
        out.push('\n');
    }
    out + &found(analysis, language)
}

/// What a change does to a template, for its pull request.
pub fn comparison(path: &str, comparison: &Comparison, language: Language) -> String {
    let sum = comparison.summary();
    let mut out = format!("### vpcheck: {}\n\n{}\n", sum.get(language), code(path));
    let mut part = |title: Phrase, list: String| {
        if !list.is_empty() {
            let _ = write!(out, "\n**{}**\n\n{list}", title.get(language));
        }
    };
    for effect in Effect::ALL {
        let paths = comparison.paths.iter().filter(|path| path.effect == effect);
        part(effect.title(), paths.map(|path| path_item(path, language)).collect());
    }
    let lines = |analysis: &Analysis| -> Vec<LineIndex> {
        analysis.sources.iter().map(|source| LineIndex::new(&source.text)).collect()
    };
    let after = &comparison.after;
    let lines = lines(after);
    let at = |finding: &Finding| place(finding, &after.sources, &lines, language);
    part(
        phrase!(en: "New findings", ja: "新しい指摘"),
        comparison.new.iter().map(|finding| item(finding, &at(finding), language)).collect(),
    );
    let regraded = comparison.regraded.iter().map(|(was, finding)| {
        let Phrase { en, ja } = was.words();
        let was = phrase!(en: "; was: {en}", ja: "、変更前: {ja}");
        item(finding, &format!("{}{}", at(finding), was.get(language)), language)
    });
    part(phrase!(en: "Findings of another severity", ja: "重要度が変わった指摘"), regraded.collect());
    part(
        phrase!(en: "Findings that are gone", ja: "解消した指摘"),
        comparison.gone.iter().map(|finding| item(finding, "", language)).collect(),
    );
    if let Some(money) = comparison.money.as_ref().filter(|money| !money.items.is_empty()) {
        part(phrase!(en: "Costs a month", ja: "月額料金"), bill(money, language));
    }
    out
}

fn path_item(path: &PathChange, language: Language) -> String {
    let (from, to, verdicts) = (code(&path.from), code(&path.destination()), path.verdicts());
    let mut out = format!("- {from} → {to}: {}\n", verdicts.get(language));
    for why in path.reasons() {
        let _ = writeln!(out, "  - {}", prose(why.get(language)));
    }
    out
}

/// A row a line that differs, and one for all.
fn bill(money: &MoneyChange, language: Language) -> String {
    let cell = |usd: Option<Band<Usd>>| {
        usd.map_or_else(|| "-".to_owned(), |usd| money.words(usd).get(language).to_owned())
    };
    let head = phrase!(
        en: "| | before | after |\n| --- | ---: | ---: |\n",
        ja: "| | 変更前 | 変更後 |\n| --- | ---: | ---: |\n",
    );
    let mut out = head.get(language).to_owned();
    for item in &money.items {
        let title = item.price.title();
        let (before, after) = (cell(item.before), cell(item.after));
        let _ = writeln!(
            out,
            "| {}, {} | {before} | {after} |",
            code(&item.resource).replace('|', "\\|"),
            title.get(language)
        );
    }
    let all = phrase!(en: "all in all", ja: "合計");
    let (before, after) = (cell(Some(money.before)), cell(Some(money.after)));
    let _ = writeln!(out, "| **{}** | **{before}** | **{after}** |", all.get(language));
    out
}

fn found(analysis: &Analysis, language: Language) -> String {
    let mut out = heading(&analysis.summary(), language);
    for list in [findings(analysis, language), actions(analysis, language)] {
        if !list.is_empty() {
            out.push('\n');
            out += &list;
        }
    }
    out
}

/// What has to be done outside of the template, under its heading; empty where there is nothing.
fn actions(analysis: &Analysis, language: Language) -> String {
    if analysis.actions.is_empty() {
        return String::new();
    }
    let title = phrase!(en: "To be done outside of the template", ja: "テンプレート以外で必要な作業");
    let mut out = format!("**{}**\n\n", title.get(language));
    for action in &analysis.actions {
        let _ = writeln!(out, "- {}", prose(action.get(language)));
    }
    out
}

fn heading(sum: &Summary, language: Language) -> String {
    let counts = [
        (sum.errors, "error", "errors", "エラー"),
        (sum.warnings, "warning", "warnings", "警告"),
        (sum.infos, "info", "infos", "情報"),
        (sum.suppressed, "suppressed", "suppressed", "抑制"),
    ];
    let mut parts: Vec<String> = Vec::new();
    for (count, one, many, ja) in counts {
        if count > 0 {
            parts.push(match language {
                Language::English => format!("{count} {}", if count == 1 { one } else { many }),
                Language::Japanese => format!("{ja} {count} 件"),
            });
        }
    }
    let (nothing, comma) = match language {
        Language::English => ("no findings", ", "),
        Language::Japanese => ("指摘なし", "、"),
    };
    let counted = if parts.is_empty() { nothing.to_owned() } else { parts.join(comma) };
    format!("### vpcheck: {counted}\n")
}

/// An item each finding that is not suppressed, in the order of the text.
fn findings(analysis: &Analysis, language: Language) -> String {
    let lines: Vec<LineIndex> = analysis.sources.iter().map(|source| LineIndex::new(&source.text)).collect();
    let mut out = String::new();
    for finding in analysis.findings.iter().filter(|finding| finding.suppressed.is_none()) {
        out += &item(finding, &place(finding, &analysis.sources, &lines, language), language);
        let help = prose(finding.help.get(language));
        if !help.is_empty() {
            let _ = writeln!(out, "  - {help}");
        }
    }
    out
}

/// A finding on a line.
fn item(finding: &Finding, place: &str, language: Language) -> String {
    let severity = severity(finding.severity);
    let (severity, message) = (severity.get(language), prose(finding.message.get(language)));
    format!("- **{severity}** {message} ({}{place})\n", code(finding.rule.0))
}

fn severity(severity: Severity) -> Phrase {
    match severity {
        Severity::Error => phrase!(en: "Error:", ja: "エラー:"),
        Severity::Warning => phrase!(en: "Warning:", ja: "警告:"),
        Severity::Info => phrase!(en: "Info:", ja: "情報:"),
    }
}

/// Behind the rule: the line, with the file where that is another one.
fn place(finding: &Finding, sources: &[Source], lines: &[LineIndex], language: Language) -> String {
    let at = finding.primary().and_then(|label| Some((label.file, label.span?)));
    let Some((file, span)) = at else { return String::new() };
    let number = usize::from(file.0);
    let (Some(source), Some(index)) = (sources.get(number), lines.get(number)) else { return String::new() };
    let line = index.line_of(span.start);
    let elsewhere = if file == FileId(0) { String::new() } else { format!("{} ", code(&source.path)) };
    match language {
        Language::English => format!(", {elsewhere}line {line}"),
        Language::Japanese => format!("、{elsewhere}{line} 行目"),
    }
}

/// A sentence of the core, which quotes names in backticks. Where a name brought backticks of its own, it is no longer
/// known what is quoted: then all of it is code.
fn prose(sentence: &str) -> String {
    let parts: Vec<&str> = sentence.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return code(sentence);
    }
    let mut out = String::new();
    for (index, part) in parts.into_iter().enumerate() {
        if index % 2 == 1 {
            // Code beside code would be read as one, and what is between others as words.
            if out.ends_with('`') {
                out.push(' ');
            }
            out.push_str(&code(part));
        } else {
            escape(&mut out, part);
        }
    }
    out
}

/// Words, in which nothing is markup.
fn escape(out: &mut String, words: &str) {
    for character in words.chars() {
        match character {
            '\\' | '`' | '*' | '_' | '~' | '[' | ']' | '<' | '>' | '|' | '#' | '$' | '&' => {
                out.push('\\');
                out.push(character);
            }
            // A word joiner, which is not seen: nobody of that name is told of the issue.
            '@' => out.push_str("@\u{2060}"),
            character => out.push(on_a_line(character)),
        }
    }
}

/// A text as code in a line. Empty where there is none.
fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let text: String = text.chars().map(on_a_line).collect();
    let fence = "`".repeat(longest_run(&text) + 1);
    let pad = if text.contains('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

fn on_a_line(character: char) -> char {
    if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') { ' ' } else { character }
}

/// A text as a block, whose fence is longer than any that the text has.
fn fenced(kind: &str, text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("{fence}{kind}\n{text}{end}{fence}\n")
}

/// How many backticks stand together at most.
fn longest_run(text: &str) -> usize {
    let (mut longest, mut run) = (0, 0);
    for byte in text.bytes() {
        run = if byte == b'`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// An address that ends where it ends.
fn destination(link: &str) -> String {
    let mut out = String::new();
    for character in link.chars() {
        match character {
            '(' => out.push_str("%28"),
            ')' => out.push_str("%29"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '\\' => out.push_str("%5C"),
            character if character.is_control() || character.is_whitespace() => out.push_str("%20"),
            character => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze;

    const HOSTILE: &str = "Resources:\n  Fn:\n    Type: AWS::Lambda::Function\n    Properties:\n      Role: !Ref \"x`</code><img src=y>\\n````\\n- @all $a$ **b**\"\n      Layers: [!Ref 'Lay<b>er']\n# ````\n";

    fn analysis() -> Analysis {
        analyze("t.yaml", HOSTILE, &crate::Options::default())
    }

    #[test]
    fn an_issue_holds_the_findings_and_the_template() {
        let text = "Resources:\n  Fn:\n    Type: AWS::Lambda::Function\n    Properties:\n      Role: !GetAtt Rol.Arn\n  Role: {Type: AWS::IAM::Role}";
        let analysis = analyze("t.yaml", text, &crate::Options::default());
        assert_eq!(analysis.findings.len(), 1);
        let (message, help) = (&analysis.findings[0].message.en, &analysis.findings[0].help.en);
        assert_eq!(
            issue(&analysis, text, Language::English),
            format!(
                "### vpcheck: 1 error\n\n- **Error:** {message} (`unknown-reference`, line 5)\n  - {help}\n\n### Template\n\n```yaml\n{text}\n```\n"
            )
        );
        let japanese = issue(&analysis, "{\"a\": 1}\n", Language::Japanese);
        assert!(japanese.starts_with("### vpcheck: エラー 1 件\n\n- **エラー:** `Rol`"), "{japanese}");
        assert!(japanese.contains("(`unknown-reference`、5 行目)\n"), "{japanese}");
        assert!(japanese.ends_with("### テンプレート\n\n```json\n{\"a\": 1}\n```\n"), "{japanese}");
    }

    #[test]
    fn an_article_opens_the_state_and_draws_it() {
        let none = Analysis::default();
        assert_eq!(
            article(&none, "flowchart LR\n", Some("https://a.example/x(y) z#v1.A-_"), Language::English),
            "[Open this template in vpcheck](https://a.example/x%28y%29%20z#v1.A-_)\n\n```mermaid\nflowchart LR\n```\n\n### vpcheck: no findings\n"
        );
        assert!(article(&none, "flowchart LR\n", None, Language::Japanese).starts_with("```mermaid\n"));
        assert_eq!(article(&none, "", None, Language::Japanese), "### vpcheck: 指摘なし\n");
    }

    #[test]
    fn a_check_names_each_file_with_findings() {
        let (analysis, none) = (analysis(), Analysis::default());
        let files = [("a `b`.yaml".to_owned(), &analysis), ("empty.yaml".to_owned(), &none)];
        let written = check(&files, Language::English);
        assert!(written.contains("\n`` a `b`.yaml ``\n\n- **Error:**"), "{written}");
        assert!(!written.contains("empty.yaml"));
        assert!(check(&[], Language::English).ends_with("no findings\n"));
    }

    #[test]
    fn what_is_to_be_done_elsewhere_is_a_list_of_its_own() {
        let todo = phrase!(en: "forward *it* to `In`", ja: "`In` に転送する");
        let analysis = Analysis { actions: vec![todo], ..Analysis::default() };
        let written = check(&[("t.yaml".to_owned(), &analysis)], Language::English);
        assert!(
            written.ends_with(
                "no findings\n\n`t.yaml`\n\n**To be done outside of the template**\n\n- forward \\*it\\* to `In`\n"
            ),
            "{written}"
        );
        let issue = issue(&analysis, "a: 1\n", Language::Japanese);
        assert!(issue.contains("\n**テンプレート以外で必要な作業**\n\n- `In` に転送する\n\n###"), "{issue}");
    }

    #[test]
    fn suppressed_findings_are_counted_alone() {
        let mut analysis = analysis();
        for finding in &mut analysis.findings {
            finding.suppressed = Some("**accepted**".to_owned());
        }
        let written = check(&[("t.yaml".to_owned(), &analysis)], Language::Japanese);
        assert_eq!(written, format!("### vpcheck: 抑制 {} 件\n", analysis.findings.len()));
    }

    #[test]
    fn no_text_of_a_template_breaks_out() {
        let analysis = analysis();
        assert!(!analysis.findings.is_empty());
        for language in [Language::English, Language::Japanese] {
            let written = issue(&analysis, HOSTILE, language);
            assert!(written.contains("\n`````yaml\n"), "a fence longer than the text's own: {written}");
            assert!(written.ends_with("\n# ````\n`````\n"));
            let list = findings(&analysis, language);
            for line in list.lines() {
                assert!(line.starts_with("- **") || line.starts_with("  - "), "{line}");
                let words = outside_code(line);
                assert!(!words.contains(['<', '$', '`']), "{words}");
            }
        }
    }

    /// A line without its code and without what is escaped, by Markdown's reading of backticks.
    fn outside_code(line: &str) -> String {
        let (mut out, mut rest) = (String::new(), line);
        while let Some(c) = rest.chars().next() {
            if c == '\\' {
                rest = rest.get(2..).unwrap_or_default();
                continue;
            }
            let run = rest.bytes().take_while(|byte| *byte == b'`').count();
            if run == 0 {
                out.push(c);
                rest = &rest[c.len_utf8()..];
                continue;
            }
            let mut at = run;
            let close = loop {
                let Some(next) = rest[at..].find('`') else { break None };
                let start = at + next;
                let length = rest[start..].bytes().take_while(|byte| *byte == b'`').count();
                if length == run {
                    break Some(start + length);
                }
                at = start + length;
            };
            let end = close.unwrap_or(run);
            if close.is_none() {
                out.push_str(&rest[..run]);
            }
            rest = &rest[end..];
        }
        out
    }

    #[test]
    fn sentences_keep_their_code_and_lose_their_markup() {
        let cases = [
            ("`Vcp` names nothing", "`Vcp` names nothing"),
            (
                "a*b*_c_ <b> [x](y) $1 & #2 @me\nz",
                "a\\*b\\*\\_c\\_ \\<b\\> \\[x\\](y) \\$1 \\& \\#2 @\u{2060}me z",
            ),
            ("`a`b` names <i>", "`` `a`b` names <i> ``"),
            ("`a``b`", "`a` `b`"),
            ("``<b>``", "\\<b\\>"),
            ("` `", "` `"),
        ];
        for (sentence, expected) in cases {
            assert_eq!(prose(sentence), expected, "{sentence}");
        }
    }
}
