//! Findings as workflow commands of GitHub Actions, which shows them beside the lines of a pull request.

use std::fmt::Write;

use crate::analysis::{Analysis, Source};
use crate::finding::{FileId, Finding, Severity};
use crate::language::Language;
use crate::text::LineIndex;

/// A command each finding that is not suppressed. `files` pairs the path to show with what was found there.
pub fn github(files: &[(String, &Analysis)], language: Language) -> String {
    let mut out = String::new();
    for (path, analysis) in files {
        let lines: Vec<LineIndex> =
            analysis.sources.iter().map(|source| LineIndex::new(&source.text)).collect();
        for finding in analysis.findings.iter().filter(|finding| finding.suppressed.is_none()) {
            let (place, columns) = place(finding, path, &analysis.sources, &lines);
            let command = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "notice",
            };
            let title = property(&format!("vpcheck: {}", finding.rule.0));
            let message = [finding.message.get(language), finding.help.get(language)];
            let message: Vec<&str> = message.into_iter().filter(|line| !line.is_empty()).collect();
            let message = data(&message.join("\n"));
            let _ = writeln!(out, "::{command} file={}{columns},title={title}::{message}", property(&place));
        }
    }
    out
}

/// The file, and where in it as further properties. Columns are told of one line only: GitHub takes none where a
/// finding covers several.
fn place(finding: &Finding, path: &str, sources: &[Source], lines: &[LineIndex]) -> (String, String) {
    let label = finding.primary();
    let file = label.map_or(FileId(0), |label| label.file);
    let number = usize::from(file.0);
    let (Some(source), Some(index)) = (sources.get(number), lines.get(number)) else {
        return (path.to_owned(), String::new());
    };
    let path = if number == 0 { path } else { &source.path };
    let Some(span) = label.and_then(|label| label.span) else { return (path.to_owned(), String::new()) };
    let (start, end) = (index.position(&source.text, span.start), index.position(&source.text, span.end));
    let mut at = format!(",line={},endLine={}", start.line, end.line);
    if start.line == end.line {
        // The end column of a command is the last one that is meant.
        let _ = write!(at, ",col={},endColumn={}", start.column, end.column.max(start.column + 1) - 1);
    }
    (path.to_owned(), at)
}

/// The text of a command, in which percent signs and ends of lines are escaped.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command, which colons and commas would end.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, analyze};

    #[test]
    fn a_finding_is_a_command_on_its_line_that_nothing_in_it_ends() {
        let text = "Resources:\n  A: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref 'N%am'}}\n";
        let analysis = analyze("a,b.yaml", text, &Options::default());
        let told = github(&[("a,b.yaml".to_owned(), &analysis)], Language::English);
        let (start, message) = told.trim_end().split_once("unknown-reference::").unwrap();
        assert_eq!(start, "::error file=a%2Cb.yaml,line=2,endLine=2,col=60,endColumn=63,title=vpcheck%3A ");
        assert!(message.contains("N%25am") && !message.contains('\n'), "{message}");
    }

    #[test]
    fn what_is_suppressed_is_not_told() {
        let text = "Resources:\n  # vpcheck: allow(unknown-reference) made by a macro\n  A: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Nam}}\n";
        let analysis = analyze("t.yaml", text, &Options::default());
        assert_eq!(github(&[("t.yaml".to_owned(), &analysis)], Language::English), "");
    }
}
