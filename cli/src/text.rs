//! Findings for people, in the manner of compilers.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use crate::changes::changes;
use crate::checklist_text;
use annotate_snippets::{
    AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str,
};
use vpcheck_core::cost::Currency;
use vpcheck_core::finding::{FileId, Finding, Fix, Label, Safety, Severity};
use vpcheck_core::language::{Language, Phrase};
use vpcheck_core::phrase;
use vpcheck_core::text::{LineIndex, Span};
use vpcheck_core::{Analysis, Summary};

/// Of labels that say the same, so many are excerpted; of the others the lines are named.
const REPETITION_LIMIT: usize = 3;

/// So many lines are named.
const LISTED_LINE_LIMIT: usize = 10;

/// Narrower than this, excerpts are cut to nothing.
const LEAST_WIDTH: usize = 60;

/// Writes findings in one language.
pub(crate) struct TextWriter {
    renderer: Renderer,
    language: Language,
    show_suppressed: bool,
    /// For money, where it is not the US dollar.
    currency: Option<Currency>,
}

/// One checked file.
pub(crate) struct Checked {
    /// Its path as it is shown.
    pub(crate) path: String,
    /// What was found.
    pub(crate) analysis: Analysis,
}

impl Checked {
    /// How long the texts are, in bytes.
    pub(crate) fn length(&self) -> u64 {
        self.analysis.sources.iter().map(|source| source.text.len() as u64).sum()
    }

    /// Lets the texts go where a report for people shows nothing of them. Those of a folder take more room than all that
    /// is said of them.
    pub(crate) fn forget_unshown_texts(&mut self) {
        if self.analysis.findings.is_empty() {
            self.analysis.sources.iter_mut().for_each(|source| source.text = String::new());
        }
    }
}

impl TextWriter {
    /// `width` is that of the terminal, if there is one.
    pub(crate) fn new(
        language: Language,
        width: Option<usize>,
        show_suppressed: bool,
        currency: Option<Currency>,
    ) -> Self {
        let renderer = Renderer::styled();
        let renderer = match width {
            Some(width) => renderer.term_width(width.max(LEAST_WIDTH)),
            None => renderer,
        };
        Self { renderer, language, show_suppressed, currency }
    }

    /// Everything that was found in one file; empty when nothing was.
    pub(crate) fn file(&self, checked: &Checked) -> String {
        let sources = Sources::new(checked);
        let mut out = String::new();
        for finding in &checked.analysis.findings {
            if finding.suppressed.is_none() || self.show_suppressed {
                out.push_str(&self.finding(finding, &sources));
                out.push_str("\n\n");
            }
        }
        let checklist = checklist_text::written(&checked.path, &checked.analysis.checklist, self.language);
        if !checklist.is_empty() {
            out.push_str(&checklist);
            out.push('\n');
        }
        if !checked.analysis.actions.is_empty() {
            out.push_str(&self.actions(checked));
            out.push_str("\n\n");
        }
        if !checked.analysis.assumptions.is_empty() {
            out.push_str(&self.assumptions(checked));
            out.push_str("\n\n");
        }
        without_c1(&out)
    }

    /// The last line: how much was found in how many files.
    pub(crate) fn summary(&self, files: &[Checked]) -> String {
        let summaries: Vec<Summary> = files.iter().map(|file| file.analysis.summary()).collect();
        summary_line(&summaries).get(self.language).to_owned()
    }

    fn actions(&self, checked: &Checked) -> String {
        let path = &checked.path;
        let title = phrase!(en: "to be done outside of {path}", ja: "{path} 以外で必要な作業");
        self.notes(&title, &checked.analysis.actions)
    }

    fn assumptions(&self, checked: &Checked) -> String {
        let path = &checked.path;
        let title =
            phrase!(en: "answers for {path} rest on assumptions", ja: "{path} の結果は次の仮定によります");
        self.notes(&title, &checked.analysis.assumptions)
    }

    fn notes(&self, title: &Phrase, notes: &[Phrase]) -> String {
        let notes = notes.iter().map(|note| Level::NOTE.no_name().message(harmless(note.get(self.language))));
        let group = self.level(Level::NOTE).primary_title(title.get(self.language)).elements(notes);
        self.renderer.render(&[group])
    }

    fn finding(&self, finding: &Finding, sources: &Sources<'_>) -> String {
        let level = match finding.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Info => Level::INFO,
        };
        let title = self.level(level).primary_title(finding.message.get(self.language)).id(finding.rule.0);
        let mut group = Group::with_title(title);
        let mut located = false;
        let (excerpted, repeated) = without_repetition(&finding.labels);
        for file in files_of(&excerpted) {
            if let Some(snippet) = self.snippet(file, &excerpted, sources) {
                group = group.element(snippet);
                located = true;
            }
        }
        if !located {
            group = group.element(Origin::path(&sources.path));
        }
        group = group.elements(repeated.iter().map(|labels| {
            let text = repetition(labels, sources);
            self.level(Level::NOTE).message(harmless(text.get(self.language)))
        }));
        group = group.elements(self.remarks(finding, sources));
        let mut report = vec![group];
        let file = finding.primary().map_or(FileId(0), |label| label.file);
        report.extend(finding.fix.as_ref().map(|fix| self.fix(fix)));
        let mut text = self.renderer.render(&report);
        text.push_str(
            &finding
                .fix
                .as_ref()
                .and_then(|fix| {
                    let source = sources.get(file)?;
                    changes(fix, &source.text, source.lines())
                })
                .unwrap_or_default(),
        );
        text
    }

    /// What has no place in the text: labels of absences, the money, help, the reason of a suppression.
    fn remarks<'a>(&'a self, finding: &'a Finding, sources: &Sources<'a>) -> Vec<Element<'a>> {
        let placeless = finding.labels.iter().filter(|label| sources.range(label).is_none());
        let notes = placeless.map(|label| label.text.get(self.language)).filter(|text| !text.is_empty());
        let mut remarks: Vec<Element<'_>> =
            notes.map(|text| self.level(Level::NOTE).message(harmless(text)).into()).collect();
        if let Some(words) = finding.cost_words(self.currency.as_ref()) {
            remarks.push(self.level(Level::NOTE).message(harmless(words.get(self.language))).into());
        }
        let help = finding.help.get(self.language);
        if !help.is_empty() {
            remarks.push(self.level(Level::HELP).message(harmless(help)).into());
        }
        if let Some(reason) = &finding.suppressed {
            let text = phrase!(en: "suppressed: {reason}", ja: "抑制されています: {reason}");
            remarks.push(self.level(Level::NOTE).message(harmless(text.get(self.language))).into());
        }
        remarks
    }

    fn snippet<'a>(
        &'a self,
        file: FileId,
        labels: &[&'a Label],
        sources: &'a Sources<'a>,
    ) -> Option<Snippet<'a, annotate_snippets::Annotation<'a>>> {
        let source = sources.get(file)?;
        let marks: Vec<(&Label, Range<usize>)> = labels
            .iter()
            .copied()
            .filter(|label| label.file == file)
            .filter_map(|label| Some((label, sources.range(label)?)))
            .collect();
        let window = source.window(marks.iter().map(|(_, range)| range.clone()))?;
        let snippet = Snippet::source(window.text).line_start(window.first_line).path(&source.path);
        Some(snippet.annotations(marks.into_iter().map(|(label, range)| {
            let kind = if label.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            let text = label.text.get(self.language);
            kind.span(range.start - window.start..range.end - window.start)
                .label((!text.is_empty()).then(|| harmless(text)))
        })))
    }

    fn fix<'a>(&'a self, fix: &'a Fix) -> Group<'a> {
        let title = fix.title.get(self.language);
        let title = match fix.safety {
            Safety::Safe => phrase!(en: "{title} (safe fix)", ja: "{title} (安全な修正)"),
            Safety::Suggested => phrase!(en: "{title} (suggested fix)", ja: "{title} (推奨する修正)"),
            Safety::Unsafe => {
                phrase!(en: "{title} (unsafe fix: may break what works)", ja: "{title} (動作を変えうる修正)")
            }
        };
        Group::with_title(self.level(Level::HELP).secondary_title(harmless(title.get(self.language))))
    }

    fn level(&self, level: Level<'static>) -> Level<'static> {
        self::level(level, self.language)
    }
}

/// A text of unknown origin without what steers a terminal. The renderer does this for excerpts and first titles only.
pub(crate) fn harmless(text: &str) -> String {
    // Most texts are such, and the renderer compares each character with each that it replaces.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
        return text.to_owned();
    }
    without_c1(&normalize_untrusted_str(text))
}

/// Without the control characters of the second block, which some terminals take for escape sequences.
fn without_c1(text: &str) -> String {
    text.replace(|c| ('\u{80}'..='\u{9f}').contains(&c), "\u{fffd}")
}

/// A level under its name in `language`.
fn level(level: Level<'static>, language: Language) -> Level<'static> {
    if language == Language::English {
        return level;
    }
    let names = [
        (Level::ERROR, "エラー"),
        (Level::WARNING, "警告"),
        (Level::INFO, "情報"),
        (Level::NOTE, "補足"),
        (Level::HELP, "対処"),
    ];
    match names.into_iter().find(|(known, _)| *known == level) {
        Some((_, name)) => level.with_name(name),
        None => level,
    }
}

/// The files that labels point into, that of the primary label first.
fn files_of(labels: &[&Label]) -> Vec<FileId> {
    let mut files: Vec<FileId> = Vec::new();
    let (primary, others): (Vec<&Label>, Vec<&Label>) = labels.iter().partition(|label| label.primary);
    for label in primary.into_iter().chain(others) {
        if label.span.is_some() && !files.contains(&label.file) {
            files.push(label.file);
        }
    }
    files
}

/// The labels to excerpt, and those that would only say the same again, by what they say.
fn without_repetition(labels: &[Label]) -> (Vec<&Label>, Vec<Vec<&Label>>) {
    let mut alike: Vec<Vec<&Label>> = Vec::new();
    for label in labels {
        let repeats = |group: &&mut Vec<&Label>| {
            let first = group[0];
            let has_text = !label.primary && label.span.is_some() && !label.text.en.is_empty();
            has_text && !first.primary && (first.file, &first.text) == (label.file, &label.text)
        };
        match alike.iter_mut().find(repeats) {
            Some(group) => group.push(label),
            None => alike.push(vec![label]),
        }
    }
    let repeated = alike.iter_mut().filter(|group| group.len() > REPETITION_LIMIT);
    let repeated = repeated.map(|group| group.split_off(REPETITION_LIMIT)).collect();
    (alike.into_iter().flatten().collect(), repeated)
}

/// What labels that are alike say, with the lines they are on.
fn repetition(labels: &[&Label], sources: &Sources<'_>) -> Phrase {
    let line = |label: &Label| Some(sources.get(label.file)?.lines().line_of(label.span?.start));
    let mut lines: Vec<u32> = labels.iter().filter_map(|label| line(label)).collect();
    lines.dedup();
    let listed: Vec<String> = lines.iter().take(LISTED_LINE_LIMIT).map(ToString::to_string).collect();
    let (listed_en, listed_ja) = (listed.join(", "), listed.join("、"));
    let (more_en, more_ja) = match lines.len().saturating_sub(LISTED_LINE_LIMIT) {
        0 => (String::new(), String::new()),
        more => (format!(" and {more} more"), format!(" ほか {more} か所")),
    };
    let Some(Phrase { en, ja }) = labels.first().map(|label| &label.text) else {
        return Phrase::verbatim("");
    };
    let noun = if lines.len() == 1 { "line" } else { "lines" };
    phrase!(en: "{en}: {noun} {listed_en}{more_en}", ja: "{ja}: {listed_ja} 行目{more_ja}")
}

/// The texts of one analysis, ready for excerpts.
struct Sources<'a> {
    path: String,
    sources: Vec<SourceText<'a>>,
}

struct SourceText<'a> {
    path: String,
    text: Cow<'a, str>,
    /// Read once something of the text is shown: of most files nothing is.
    lines: OnceCell<LineIndex>,
}

/// Whole lines of a text.
struct Window<'a> {
    text: &'a str,
    /// Its first byte in the text.
    start: usize,
    /// Its first line in the text.
    first_line: usize,
}

impl<'a> Sources<'a> {
    fn new(checked: &'a Checked) -> Self {
        let sources = checked.analysis.sources.iter().enumerate().map(|(index, source)| SourceText {
            path: harmless(if index == 0 { &checked.path } else { &source.path }),
            text: with_plain_line_ends(&source.text),
            lines: OnceCell::new(),
        });
        Self { path: harmless(&checked.path), sources: sources.collect() }
    }

    fn get(&self, file: FileId) -> Option<&SourceText<'a>> {
        self.sources.get(usize::from(file.0))
    }

    fn range(&self, label: &Label) -> Option<Range<usize>> {
        self.get(label.file)?.range(label.span?)
    }
}

impl SourceText<'_> {
    fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// The bytes of a span, without the blanks at its end: a block's span may reach into the next line.
    fn range(&self, span: Span) -> Option<Range<usize>> {
        let range = span.start as usize..span.end as usize;
        let covered = self.text.get(range.clone())?;
        let trimmed = covered.trim_end();
        Some(if trimmed.is_empty() {
            range.start..range.start
        } else {
            range.start..range.start + trimmed.len()
        })
    }

    /// The lines that hold all `ranges`. An excerpt of a long text is made from these alone, or it would take long.
    fn window(&self, ranges: impl Iterator<Item = Range<usize>>) -> Option<Window<'_>> {
        let covered = ranges.reduce(|a, b| a.start.min(b.start)..a.end.max(b.end))?;
        let before = &self.text[..covered.start];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let after = &self.text[covered.end..];
        let end = after.find('\n').map_or(self.text.len(), |at| covered.end + at);
        let first_line = self.lines().line_of(u32::try_from(start).unwrap_or(u32::MAX)) as usize;
        Some(Window { text: self.text[start..end].trim_end_matches('\r'), start, first_line })
    }
}

/// Lone carriage returns end lines in YAML, but not in the excerpts' renderer; a line feed takes as many bytes.
fn with_plain_line_ends(text: &str) -> Cow<'_, str> {
    // Nearly no text has any.
    if !text.as_bytes().contains(&b'\r') {
        return Cow::Borrowed(text);
    }
    let mut characters = text.char_indices();
    let is_lone = |at: usize| !text[at + 1..].starts_with('\n');
    if !characters.any(|(at, character)| character == '\r' && is_lone(at)) {
        return Cow::Borrowed(text);
    }
    let ends = text.char_indices().map(|(at, character)| match character {
        '\r' if is_lone(at) => '\n',
        other => other,
    });
    Cow::Owned(ends.collect())
}

fn summary_line(files: &[Summary]) -> Phrase {
    let checked = files.len();
    let total = |count: fn(&Summary) -> usize| files.iter().map(count).sum::<usize>();
    let (errors, warnings, infos) = (total(|s| s.errors), total(|s| s.warnings), total(|s| s.infos));
    let suppressed = match total(|s| s.suppressed) {
        0 => Phrase::verbatim(""),
        count => phrase!(en: " ({count} suppressed)", ja: "(抑制 {count} 件)"),
    };
    let Phrase { en: suppressed_en, ja: suppressed_ja } = suppressed;
    if errors + warnings + infos == 0 {
        let files = counted(checked, "file");
        return phrase!(
            en: "No findings in {files}{suppressed_en}",
            ja: "{checked} ファイルに指摘はありません{suppressed_ja}"
        );
    }
    let with_findings = files.iter().filter(|s| s.errors + s.warnings + s.infos > 0).count();
    let among = counted(checked, "file");
    let place = if with_findings == checked {
        phrase!(en: "{among}", ja: "{checked} ファイル")
    } else {
        phrase!(en: "{with_findings} of {among}", ja: "{checked} ファイル中 {with_findings} ファイル")
    };
    let kinds = [(errors, "error", "エラー"), (warnings, "warning", "警告"), (infos, "info", "情報")];
    let present = kinds.into_iter().filter(|(count, ..)| *count > 0);
    let (en, ja): (Vec<String>, Vec<String>) =
        present.map(|(count, en, ja)| (counted(count, en), format!("{ja} {count} 件"))).unzip();
    let (en, ja) = (en.join(", "), ja.join("、"));
    let Phrase { en: place_en, ja: place_ja } = place;
    phrase!(en: "{en} in {place_en}{suppressed_en}", ja: "{place_ja}に{ja}{suppressed_ja}")
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use vpcheck_core::Source;
    use vpcheck_core::finding::RuleId;
    use vpcheck_core::text::Edit;

    use super::*;

    const VPC: &str = "Resources:\n  Vpc:\n    Type: AWS::EC2::VPC\n  Subnet:\n    Type: AWS::EC2::Subnet\n    Properties:\n      VpcId: !Ref Vcp\n";

    fn span_of(text: &str, part: &str) -> Span {
        let start = u32::try_from(text.find(part).unwrap()).unwrap();
        Span::new(start, start + u32::try_from(part.len()).unwrap())
    }

    fn label(file: u16, span: Option<Span>, text: &str, primary: bool) -> Label {
        Label { file: FileId(file), span, text: Phrase::verbatim(text), primary }
    }

    fn finding(labels: Vec<Label>) -> Finding {
        Finding {
            rule: RuleId("unknown-reference"),
            severity: Severity::Error,
            message: phrase!(en: "`Vcp` names nothing in this template", ja: "`Vcp` はこのテンプレートにありません"),
            help: phrase!(en: "name a resource or a parameter", ja: "リソースかパラメータを指定してください"),
            labels,
            resource: None,
            function: None,
            callers: Vec::new(),
            usd_per_month: None,
            fix: None,
            promises: Vec::new(),
            path: Vec::new(),
            suppressed: None,
            fingerprint: String::new(),
        }
    }

    fn checked(texts: &[&str], findings: Vec<Finding>) -> Checked {
        let sources = texts.iter().enumerate();
        let sources = sources
            .map(|(at, text)| Source { path: format!("nested{at}.yaml"), text: (*text).to_owned() })
            .collect();
        let analysis = Analysis { is_template: true, findings, sources, ..Analysis::default() };
        Checked { path: "app/template.yaml".to_owned(), analysis }
    }

    fn plain(checked: &Checked, language: Language) -> String {
        let written = TextWriter::new(language, None, false, None).file(checked);
        anstream::adapter::strip_str(&written).to_string()
    }

    fn english(texts: &[&str], findings: Vec<Finding>) -> String {
        plain(&checked(texts, findings), Language::English)
    }

    #[test]
    fn a_finding_shows_its_places_and_its_fix() {
        let at = span_of(VPC, "Vcp");
        let mut found = finding(vec![
            label(0, Some(at), "not defined", true),
            label(0, Some(span_of(VPC, "Vpc")), "defined here", false),
        ]);
        found.fix = Some(Fix {
            safety: Safety::Safe,
            title: phrase!(en: "Rename to `Vpc`", ja: "`Vpc` に変える"),
            edits: vec![Edit::replace(at, "Vpc")],
        });
        let file = checked(&[VPC], vec![found]);
        insta::assert_snapshot!(plain(&file, Language::English), @r"
        error[unknown-reference]: `Vcp` names nothing in this template
         --> app/template.yaml:7:19
          |
        2 |   Vpc:
          |   --- defined here
        ...
        7 |       VpcId: !Ref Vcp
          |                   ^^^ not defined
          |
          = help: name a resource or a parameter
        help: Rename to `Vpc` (safe fix)
          |
        7 -       VpcId: !Ref Vcp
        7 +       VpcId: !Ref Vpc
          |
        ");
        insta::assert_snapshot!(plain(&file, Language::Japanese), @r"
        エラー[unknown-reference]: `Vcp` はこのテンプレートにありません
         --> app/template.yaml:7:19
          |
        2 |   Vpc:
          |   --- defined here
        ...
        7 |       VpcId: !Ref Vcp
          |                   ^^^ not defined
          |
          = 対処: リソースかパラメータを指定してください
        対処: `Vpc` に変える (安全な修正)
          |
        7 -       VpcId: !Ref Vcp
        7 +       VpcId: !Ref Vpc
          |
        ");
    }

    #[test]
    fn a_finding_without_a_place_names_the_file_and_says_the_rest_as_notes() {
        let found = finding(vec![label(0, None, "no route to 0.0.0.0/0", true)]);
        insta::assert_snapshot!(english(&[VPC], vec![found]), @r"
        error[unknown-reference]: `Vcp` names nothing in this template
        --> app/template.yaml
         = note: no route to 0.0.0.0/0
         = help: name a resource or a parameter
        ");
    }

    #[test]
    fn a_label_in_a_nested_template_shows_that_file() {
        let nested = "Parameters:\n  VpcId: {Type: String}\n";
        let found = finding(vec![
            label(0, Some(span_of(VPC, "Vcp")), "", true),
            label(1, Some(span_of(nested, "VpcId")), "passed on to this parameter", false),
        ]);
        insta::assert_snapshot!(english(&[VPC, nested], vec![found]), @r"
        error[unknown-reference]: `Vcp` names nothing in this template
         --> app/template.yaml:7:19
          |
        7 |       VpcId: !Ref Vcp
          |                   ^^^
          |
         ::: nested1.yaml:2:3
          |
        2 |   VpcId: {Type: String}
          |   ----- passed on to this parameter
          |
          = help: name a resource or a parameter
        ");
    }

    #[test]
    fn tabs_line_ends_and_wide_characters_keep_the_marks_in_place() {
        let text = "Resources:\r\n  関数:\r\n    Type: \"日本\"\t# タブ\r\n\tVpc: !Ref Vcp\r\n";
        let found = finding(vec![
            label(0, Some(span_of(text, "Vcp")), "ここ", true),
            label(0, Some(span_of(text, "\"日本\"")), "種類", false),
        ]);
        insta::assert_snapshot!(english(&[text], vec![found]), @r#"
        error[unknown-reference]: `Vcp` names nothing in this template
         --> app/template.yaml:4:12
          |
        3 |     Type: "日本"    # タブ
          |           ------ 種類
        4 |     Vpc: !Ref Vcp
          |               ^^^ ここ
          |
          = help: name a resource or a parameter
        "#);
        let old_mac = text.replace("\r\n", "\r");
        let found = finding(vec![label(0, Some(span_of(&old_mac, "Vcp")), "ここ", true)]);
        insta::assert_snapshot!(english(&[&old_mac], vec![found]), @r"
        error[unknown-reference]: `Vcp` names nothing in this template
         --> app/template.yaml:4:12
          |
        4 |     Vpc: !Ref Vcp
          |               ^^^ ここ
          |
          = help: name a resource or a parameter
        ");
    }

    #[test]
    fn long_spans_are_folded_and_empty_ones_marked() {
        let many = format!("Resources:\n{}Outputs: {{}}\n", "  A: {Type: AWS::SNS::Topic}\n".repeat(40));
        let found = finding(vec![
            label(0, Some(Span::new(0, span_of(&many, "Outputs").start)), "all of it", true),
            label(0, Some(Span::empty(u32::try_from(many.len()).unwrap())), "the end", false),
        ]);
        insta::assert_snapshot!(english(&[&many], vec![found]), @r"
        error[unknown-reference]: `Vcp` names nothing in this template
          --> app/template.yaml:1:1
           |
         1 | / Resources:
         2 | |   A: {Type: AWS::SNS::Topic}
         3 | |   A: {Type: AWS::SNS::Topic}
         4 | |   A: {Type: AWS::SNS::Topic}
        ...  |
        40 | |   A: {Type: AWS::SNS::Topic}
        41 | |   A: {Type: AWS::SNS::Topic}
           | |____________________________^ all of it
        42 |   Outputs: {}
           |              - the end
           |
           = help: name a resource or a parameter
        ");
    }

    #[test]
    fn labels_that_say_the_same_are_excerpted_a_few_times_only() {
        let text = "Resources:\n".to_owned() + &"  A: !Ref Vcp\n".repeat(20);
        let labels = (0..20).map(|at| {
            let start = 11 + at * 14 + 10;
            label(0, Some(Span::new(start, start + 3)), if at == 0 { "" } else { "used here too" }, at == 0)
        });
        insta::assert_snapshot!(english(&[&text], vec![finding(labels.collect())]), @r"
        error[unknown-reference]: `Vcp` names nothing in this template
         --> app/template.yaml:2:11
          |
        2 |   A: !Ref Vcp
          |           ^^^
        3 |   A: !Ref Vcp
          |           --- used here too
        4 |   A: !Ref Vcp
          |           --- used here too
        5 |   A: !Ref Vcp
          |           --- used here too
          |
          = note: used here too: lines 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 and 6 more
          = help: name a resource or a parameter
        ");
    }

    /// Whatever a rule says, the excerpt is written: spans beside the text, inside a character or across everything.
    #[test]
    fn no_span_stops_the_writer() {
        let texts = ["", "\n", "a", "あ\r\nい\r", "a: 1\n\n\tb: \u{feff}\u{1b}[31m\n", "\r\n\r\n\u{200b}"];
        for text in texts {
            let end = u32::try_from(text.len()).unwrap() + 2;
            for start in 0..end {
                for stop in start..end {
                    let span = Span::new(start, stop);
                    let mut found = finding(vec![
                        label(0, Some(span), "x", true),
                        label(0, Some(Span::empty(stop)), "", false),
                        label(0, Some(Span::new(start, start)), "あ\nb", false),
                        label(3, Some(span), "no such text", false),
                    ]);
                    for replacement in ["", "\n", "x\ny", "\r\n  あ: 1\r\n"] {
                        found.fix = Some(Fix {
                            safety: Safety::Unsafe,
                            title: Phrase::verbatim("t"),
                            edits: vec![Edit::replace(span, replacement), Edit::insert(stop, "end\n")],
                        });
                        assert!(
                            english(&[text], vec![found.clone()]).starts_with("error[unknown-reference]")
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_template_cannot_steer_the_terminal() {
        let evil = "\u{1b}[2J\u{9b}2J\u{202e}";
        let text = format!("Resources:\n  A: {evil}\n");
        let mut found =
            finding(vec![label(0, Some(span_of(&text, evil)), evil, true), label(0, None, evil, false)]);
        (found.message, found.help) = (Phrase::verbatim(evil), Phrase::verbatim(evil));
        let edits = vec![Edit::insert(0, format!("{evil}\n"))];
        found.fix = Some(Fix { safety: Safety::Safe, title: Phrase::verbatim(evil), edits });
        found.suppressed = Some(evil.to_owned());
        let mut file = checked(&[&text], vec![found]);
        evil.clone_into(&mut file.path);
        file.analysis.assumptions.push(Phrase::verbatim(evil));
        let written = TextWriter::new(Language::English, None, true, None).file(&file);
        assert!(!written.contains("\u{1b}[2J") && !written.contains(['\u{9b}', '\u{202e}']), "{written:?}");
    }

    #[test]
    fn a_suppressed_finding_is_shown_when_asked_for() {
        let mut found = finding(vec![label(0, Some(span_of(VPC, "Vcp")), "", true)]);
        found.suppressed = Some("made by a macro".to_owned());
        let file = checked(&[VPC], vec![found]);
        assert_eq!(plain(&file, Language::English), "");
        let written = TextWriter::new(Language::English, None, true, None).file(&file);
        assert!(written.contains("suppressed: made by a macro"));
    }

    #[test]
    fn the_summary_counts_findings_and_files() {
        let summary = |errors, warnings, infos, suppressed| Summary { errors, warnings, infos, suppressed };
        let cases = [
            (vec![summary(0, 0, 0, 0)], "No findings in 1 file", "1 ファイルに指摘はありません"),
            (
                vec![summary(0, 0, 0, 1); 2],
                "No findings in 2 files (2 suppressed)",
                "2 ファイルに指摘はありません(抑制 2 件)",
            ),
            (
                vec![summary(2, 0, 0, 1), summary(1, 1, 0, 0)],
                "3 errors, 1 warning in 2 files (1 suppressed)",
                "2 ファイルにエラー 3 件、警告 1 件(抑制 1 件)",
            ),
            (
                vec![summary(0, 0, 1, 0), summary(0, 0, 0, 0)],
                "1 info in 1 of 2 files",
                "2 ファイル中 1 ファイルに情報 1 件",
            ),
        ];
        for (files, en, ja) in cases {
            assert_eq!(summary_line(&files), Phrase { en: en.to_owned(), ja: ja.to_owned() });
        }
    }
}
