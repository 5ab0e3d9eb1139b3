//! Findings as a JUnit report, which most CI servers show among the tests: a suite a template, a case each finding, and
//! one that passes where there is none.

use std::fmt::Write;

use crate::analysis::Analysis;
use crate::finding::{Finding, Severity};
use crate::language::Language;
use crate::text::LineIndex;

/// The report. `files` pairs the path to show with what was found there. Findings below warnings do not fail their
/// case, and suppressed ones are skipped cases with the reason.
pub fn junit(files: &[(String, &Analysis)], language: Language) -> String {
    let suites: Vec<Suite> =
        files.iter().map(|(path, analysis)| Suite::new(path, analysis, language)).collect();
    let sum = |count: fn(&Suite) -> usize| suites.iter().map(count).sum::<usize>();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuites name=\"vpcheck\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">",
        sum(|suite| suite.tests),
        sum(|suite| suite.failures),
        sum(|suite| suite.skipped),
    );
    for suite in &suites {
        let Suite { name, tests, failures, skipped, cases } = suite;
        let _ = writeln!(
            out,
            "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\">\n{cases}  </testsuite>"
        );
    }
    out + "</testsuites>\n"
}

struct Suite {
    name: String,
    tests: usize,
    failures: usize,
    skipped: usize,
    cases: String,
}

impl Suite {
    fn new(path: &str, analysis: &Analysis, language: Language) -> Self {
        let mut suite = Self { name: escaped(path), tests: 0, failures: 0, skipped: 0, cases: String::new() };
        for finding in &analysis.findings {
            suite.add(path, analysis, finding, language);
        }
        if suite.tests == 0 {
            suite.tests = 1;
            let _ = writeln!(suite.cases, "    <testcase name=\"vpcheck\" classname=\"{}\"/>", suite.name);
        }
        suite
    }

    fn add(&mut self, path: &str, analysis: &Analysis, finding: &Finding, language: Language) {
        let (path, line) = place(path, analysis, finding);
        let about = finding.resource.as_deref().map(|id| format!(" ({id})")).unwrap_or_default();
        let name = escaped(&format!("{}{about}", finding.rule.0));
        let place = line.map_or_else(|| path.clone(), |line| format!("{path}:{line}"));
        let at = line.map(|line| format!(" line=\"{line}\"")).unwrap_or_default();
        let message = finding.message.get(language);
        let told = [place.as_str(), message, finding.help.get(language)].join("\n");
        let told = escaped(told.trim_end());
        self.tests += 1;
        let inside = if let Some(reason) = &finding.suppressed {
            self.skipped += 1;
            format!("<skipped message=\"{}\"/>", escaped(reason))
        } else if finding.severity == Severity::Info {
            format!("<system-out>{told}</system-out>")
        } else {
            self.failures += 1;
            let kind = finding.severity.name();
            format!("<failure type=\"{kind}\" message=\"{}\">{told}</failure>", escaped(message))
        };
        let (class, file) = (&self.name, escaped(&path));
        let _ = writeln!(
            self.cases,
            "    <testcase name=\"{name}\" classname=\"{class}\" file=\"{file}\"{at}>{inside}</testcase>"
        );
    }
}

/// The file of a finding and its line.
fn place(path: &str, analysis: &Analysis, finding: &Finding) -> (String, Option<u32>) {
    let Some(label) = finding.primary() else { return (path.to_owned(), None) };
    let number = usize::from(label.file.0);
    let Some(source) = analysis.sources.get(number) else { return (path.to_owned(), None) };
    let shown = if number == 0 { path } else { &source.path };
    let line = label.span.map(|span| LineIndex::new(&source.text).line_of(span.start));
    (shown.to_owned(), line)
}

/// A text in XML 1.0, which knows no control characters but tabs and ends of lines.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            control if control.is_ascii_control() => out.push('\u{fffd}'),
            plain => out.push(plain),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, analyze};

    #[test]
    fn a_finding_is_a_failed_case_and_a_suppressed_one_is_skipped() {
        let text = "Resources:\n  A: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref 'N<am'}}\n  # vpcheck: allow(unknown-reference) made \"later\"\n  B: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Nmae}}\n";
        let analysis = analyze("t.yaml", text, &Options::default());
        let report = junit(&[("t.yaml".to_owned(), &analysis)], Language::English);
        assert!(
            report.contains(
                "<testsuites name=\"vpcheck\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"1\">"
            ),
            "{report}"
        );
        assert!(
            report.contains("file=\"t.yaml\" line=\"2\"><failure type=\"error\" message=\"")
                && report.contains("N&lt;am"),
            "{report}"
        );
        assert!(report.contains("<skipped message=\"made &quot;later&quot;\"/>"), "{report}");
    }

    #[test]
    fn a_template_without_findings_passes() {
        let text = "Resources:\n  A: {Type: AWS::SNS::Topic}\n";
        let analysis = analyze("t.yaml", text, &Options::default());
        let report = junit(&[("t.yaml".to_owned(), &analysis)], Language::English);
        assert!(
            report.contains("tests=\"1\" failures=\"0\"")
                && report.contains("<testcase name=\"vpcheck\" classname=\"t.yaml\"/>")
        );
    }
}
