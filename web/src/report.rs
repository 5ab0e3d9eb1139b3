//! What an analysis found, as it travels from the worker to the page: places counted as browsers count them.

use serde::{Deserialize, Serialize};
use vpcheck_core::finding::{self, FileId, Safety, Severity};
use vpcheck_core::language::Phrase;
use vpcheck_core::share::Shared;
use vpcheck_core::text::{LineIndex, Span};
use vpcheck_core::{Analysis, Options, Source};

use crate::checks::{Checks, checks};
use crate::context::{self, ContextFile};
use crate::inputs;
use crate::paths::Paths;

/// Everything the page shows of an [`Analysis`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Whether the text is a template at all.
    pub is_template: bool,
    /// Whether the AWS CDK wrote it.
    pub is_synthesized: bool,
    /// Findings in the order of the text, suppressed ones included.
    pub findings: Vec<Finding>,
    /// Six questions about each function.
    pub checklist: Vec<Checks>,
    /// What would settle the unknowns.
    pub needs: Vec<Need>,
    /// Assumptions that answers rest on.
    pub assumptions: Vec<Phrase>,
    /// What has to be done outside of the template.
    pub actions: Vec<Phrase>,
    /// What its functions reach.
    #[serde(skip)]
    pub paths: Paths,
    /// What was made of the context.
    #[serde(skip)]
    pub contexts: Vec<ContextFile>,
    /// Of which text repairs, paths and contexts are. The worker sends them by themselves.
    #[serde(skip)]
    pub rest: RestOf,
}

/// Of which text the rest of a report is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RestOf {
    /// Of none: it has yet to come.
    #[default]
    None,
    /// Of an older one. It is shown until the newer comes, but nothing of it fits the text.
    Older,
    /// Of the same.
    Same,
}

/// What of a report comes after its findings: dear to make, and seldom looked at while somebody types.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rest {
    /// The fix of each finding, in their order.
    pub fixes: Vec<Option<Fix>>,
    /// What the functions reach.
    pub paths: Paths,
    /// What was made of the context.
    pub contexts: Vec<ContextFile>,
}

/// What findings call the text in the editor.
pub(crate) const PATH: &str = "template";

/// The texts of describe calls, with what is in each: long texts that change seldom.
#[derive(Clone, Debug, Default)]
pub struct Contexts {
    sources: Vec<Source>,
    lists: Vec<Vec<(String, usize)>>,
}

impl Contexts {
    /// Looks through the texts.
    pub fn new(sources: Vec<Source>) -> Self {
        let lists = sources.iter().map(|source| context::lists(&source.text)).collect();
        Self { sources, lists }
    }

    /// The texts.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }
}

/// What the page shows first of `shared` and `contexts`: all but the [`Rest`].
pub fn first_report(shared: &Shared, contexts: &Contexts) -> Report {
    let options = Options { has_repairs: false, ..inputs::options(shared, &contexts.sources) };
    Report::new(&shared.text, vpcheck_core::analyze(PATH, &shared.text, &options))
}

/// What the page shows of it afterwards.
pub fn rest(shared: &Shared, contexts: &Contexts) -> Rest {
    let options = inputs::options(shared, &contexts.sources);
    let analysis = vpcheck_core::analyze(PATH, &shared.text, &options);
    let main = Units::new(&shared.text);
    let fixes =
        analysis.findings.into_iter().map(|found| found.fix.map(|fix| Fix::new(&main, fix))).collect();
    let (paths, problems) =
        Paths::trace(&shared.text, &options, shared.from.as_deref(), shared.to.as_deref());
    Rest { fixes, paths, contexts: context::files(&contexts.sources, &contexts.lists, problems) }
}

/// Everything that the page shows of `shared` and `contexts`.
pub fn report(shared: &Shared, contexts: &Contexts) -> Report {
    first_report(shared, contexts).completed(rest(shared, contexts))
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's id.
    pub rule: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: Phrase,
    /// What to do.
    pub help: Phrase,
    /// What a month of it costs, in US dollars.
    pub costs: Option<Phrase>,
    /// Places; the first is primary.
    pub labels: Vec<Label>,
    /// A change that takes it away.
    pub fix: Option<Fix>,
    /// The reason for which it is suppressed.
    pub suppressed: Option<String>,
    /// The same for the same finding after the text around it has changed.
    pub fingerprint: String,
}

/// A marked place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Where in the editor's text; nothing in another file, or where an absence decided.
    pub place: Option<Place>,
    /// The line in its own file, from 1.
    pub line: Option<u32>,
    /// The file, where it is not the one in the editor.
    pub path: Option<String>,
    /// What is to be seen there.
    pub text: Phrase,
    /// Whether this is the place of the finding itself.
    pub primary: bool,
}

/// A range of the text in UTF-16 code units, as JavaScript counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// First unit.
    pub from: u32,
    /// One past the last.
    pub to: u32,
}

impl Place {
    /// Whether a cursor at `at` touches it: its end counts too.
    pub fn touches(self, at: u32) -> bool {
        self.from <= at && at <= self.to
    }

    fn len(self) -> u32 {
        self.to - self.from
    }
}

/// A change to the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// How far it can be trusted.
    pub safety: Safety,
    /// What it does, as a command.
    pub title: Phrase,
    /// Its replacements.
    pub edits: Vec<Edit>,
}

impl Fix {
    fn new(main: &Units<'_>, fix: finding::Fix) -> Self {
        let edit = |edit: vpcheck_core::text::Edit| {
            let Place { from, to } = main.place(edit.span);
            Edit { from, to, insert: edit.replacement }
        };
        Self { safety: fix.safety, title: fix.title, edits: fix.edits.into_iter().map(edit).collect() }
    }
}

/// One replacement, in the words of CodeMirror's changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// First unit replaced.
    pub from: u32,
    /// One past the last.
    pub to: u32,
    /// What stands there afterwards.
    pub insert: String,
}

/// What would settle an unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// The parameter to give, where one would settle it.
    pub parameter: Option<String>,
    /// The value in words, where no parameter would.
    pub value: Option<String>,
    /// Why it is not known.
    pub reason: Phrase,
}

impl Report {
    /// The report on `text`, the text that `analysis` was made from.
    pub fn new(text: &str, analysis: Analysis) -> Self {
        let main = Units::new(text);
        let nested: Vec<LineIndex> =
            analysis.sources.iter().map(|source| LineIndex::new(&source.text)).collect();
        let label = |label: finding::Label| {
            let elsewhere = label.file != FileId(0);
            let file = usize::from(label.file.0);
            let line = |span: Span| {
                if elsewhere {
                    nested.get(file).map(|index| index.line_of(span.start))
                } else {
                    Some(main.line(span))
                }
            };
            Label {
                line: label.span.and_then(line),
                place: label.span.filter(|_| !elsewhere).map(|span| main.place(span)),
                path: elsewhere
                    .then(|| analysis.sources.get(file).map(|source| source.path.clone()))
                    .flatten(),
                text: label.text,
                primary: label.primary,
            }
        };
        let checklist = checks(&analysis, &label);
        let findings = analysis
            .findings
            .into_iter()
            .map(|found| Finding {
                rule: found.rule.0.to_owned(),
                severity: found.severity,
                costs: found.cost_words(None),
                message: found.message,
                help: found.help,
                labels: found.labels.into_iter().map(label).collect(),
                fix: found.fix.map(|fix| Fix::new(&main, fix)),
                suppressed: found.suppressed,
                fingerprint: found.fingerprint,
            })
            .collect();
        let needs = analysis
            .needs
            .into_iter()
            .map(|need| Need { parameter: need.parameter, value: need.value, reason: need.reason })
            .collect();
        Self {
            is_template: analysis.is_template,
            is_synthesized: analysis.is_synthesized,
            findings,
            checklist,
            needs,
            assumptions: analysis.assumptions,
            actions: analysis.actions,
            ..Self::default()
        }
    }

    /// The same with its rest.
    #[must_use]
    pub fn completed(mut self, rest: Rest) -> Self {
        for (finding, fix) in self.findings.iter_mut().zip(rest.fixes) {
            finding.fix = fix;
        }
        (self.paths, self.contexts, self.rest) = (rest.paths, rest.contexts, RestOf::Same);
        self
    }

    /// The same with the rest of an older report, so that nothing vanishes while somebody types. Of fixes only the words
    /// stay: what they change is another text.
    #[must_use]
    pub fn after(mut self, older: &Self) -> Self {
        if older.rest == RestOf::None {
            return self;
        }
        for finding in self.findings.iter_mut().filter(|finding| finding.fix.is_none()) {
            let known = older.findings.iter().find(|known| known.fingerprint == finding.fingerprint);
            let fix = known.and_then(|known| known.fix.as_ref());
            finding.fix = fix.map(|fix| Fix { edits: Vec::new(), ..fix.clone() });
        }
        (self.paths, self.contexts) = (older.paths.clone(), older.contexts.clone());
        self.rest = RestOf::Older;
        self
    }

    /// Whether nothing of it is missing or of an older text.
    pub fn is_whole(&self) -> bool {
        self.rest == RestOf::Same
    }

    /// The finding at a place of the editor's text: the one with the shortest primary label there.
    pub fn finding_at(&self, at: u32) -> Option<usize> {
        let places = self.findings.iter().enumerate().filter_map(|(index, finding)| {
            let place = finding.place().filter(|_| finding.suppressed.is_none())?;
            place.touches(at).then_some((place.len(), index))
        });
        places.min().map(|(_, index)| index)
    }

    /// How many findings count, by severity, and how many are suppressed.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for finding in &self.findings {
            let count = match (&finding.suppressed, finding.severity) {
                (Some(_), _) => &mut counts.suppressed,
                (None, Severity::Error) => &mut counts.errors,
                (None, Severity::Warning) => &mut counts.warnings,
                (None, Severity::Info) => &mut counts.infos,
            };
            *count += 1;
        }
        counts
    }
}

impl Finding {
    /// The place of the finding itself.
    pub fn place(&self) -> Option<Place> {
        let primary = self.labels.iter().find(|label| label.primary).or_else(|| self.labels.first());
        primary.and_then(|label| label.place)
    }
}

/// Numbers of findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Errors that are not suppressed.
    pub errors: usize,
    /// Warnings that are not suppressed.
    pub warnings: usize,
    /// Infos that are not suppressed.
    pub infos: usize,
    /// Suppressed findings of any severity.
    pub suppressed: usize,
}

impl Counts {
    /// Findings that are not suppressed.
    pub fn shown(self) -> usize {
        self.errors + self.warnings + self.infos
    }
}

/// Turns bytes into UTF-16 units a line at a time: a thousand findings in a megabyte must not read it a thousand times.
pub(crate) struct Units<'t> {
    text: &'t str,
    lines: LineIndex,
    starts: Vec<u32>,
}

impl<'t> Units<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let lines = LineIndex::new(text);
        let mut starts = Vec::with_capacity(lines.line_count() as usize);
        let (mut byte, mut unit) = (0, 0);
        for line in 1..=lines.line_count() {
            let start = lines.line_start(line);
            unit +=
                LineIndex::utf16_offset(text.get(byte as usize..start as usize).unwrap_or(""), start - byte);
            byte = start;
            starts.push(unit);
        }
        Self { text, lines, starts }
    }

    pub(crate) fn line(&self, span: Span) -> u32 {
        self.lines.line_of(span.start)
    }

    pub(crate) fn place(&self, span: Span) -> Place {
        let from = self.unit(span.start);
        Place { from, to: self.unit(span.end).max(from) }
    }

    fn unit(&self, byte: u32) -> u32 {
        let line = self.lines.line_of(byte);
        let start = self.lines.line_start(line);
        let before = self.text.get(start as usize..).unwrap_or("");
        self.starts[line as usize - 1] + LineIndex::utf16_offset(before, byte - start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vpcheck_core::finding::RuleId;

    const TEXT: &str = "# 関数 𠮷\nA: !Ref Vpcc # 𠮷\nB: 値\n";

    fn span(needle: &str) -> Span {
        let start = u32::try_from(TEXT.find(needle).unwrap()).unwrap();
        Span::new(start, start + u32::try_from(needle.len()).unwrap())
    }

    fn finding(severity: Severity, spans: &[(u16, Option<Span>)]) -> finding::Finding {
        finding::Finding {
            rule: RuleId("unknown-reference"),
            severity,
            message: Phrase::verbatim("message"),
            help: Phrase::verbatim("help"),
            labels: spans
                .iter()
                .enumerate()
                .map(|(at, (file, span))| finding::Label {
                    file: FileId(*file),
                    span: *span,
                    text: Phrase::verbatim(""),
                    primary: at == 0,
                })
                .collect(),
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

    fn report(findings: Vec<finding::Finding>) -> Report {
        let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
        let sources = vec![source("template.yaml", TEXT), source("child.yaml", "x\ny: z\n")];
        Report::new(TEXT, Analysis { is_template: true, findings, sources, ..Analysis::default() })
    }

    #[test]
    fn places_are_utf16_units() {
        let report =
            report(vec![finding(Severity::Error, &[(0, Some(span("Vpcc"))), (0, Some(span("値")))])]);
        let units: Vec<u16> = TEXT.encode_utf16().collect();
        let shown: Vec<String> = report.findings[0]
            .labels
            .iter()
            .map(|label| label.place.unwrap())
            .map(|place| String::from_utf16(&units[place.from as usize..place.to as usize]).unwrap())
            .collect();
        assert_eq!(shown, ["Vpcc", "値"]);
        assert_eq!(report.findings[0].labels[1].line, Some(3));
    }

    #[test]
    fn a_label_in_another_file_has_a_line_but_no_place() {
        let report = report(vec![finding(Severity::Error, &[(1, Some(Span::new(2, 3))), (0, None)])]);
        let [elsewhere, absent] = &report.findings[0].labels[..] else { panic!("two labels") };
        assert_eq!((elsewhere.place, elsewhere.line), (None, Some(2)));
        assert_eq!(elsewhere.path.as_deref(), Some("child.yaml"));
        assert_eq!((absent.place, absent.line, &absent.path), (None, None, &None));
    }

    #[test]
    fn the_cursor_finds_the_shortest_label_that_counts() {
        let mut suppressed = finding(Severity::Error, &[(0, Some(span("Vp")))]);
        suppressed.suppressed = Some("known".to_owned());
        let wide = finding(Severity::Info, &[(0, Some(span("!Ref Vpcc")))]);
        let narrow = finding(Severity::Warning, &[(0, Some(span("Vpcc")))]);
        let report = report(vec![suppressed, wide, narrow]);
        let Place { from, to } = report.findings[2].place().unwrap();
        assert_eq!(report.finding_at(from), Some(2));
        assert_eq!(report.finding_at(to), Some(2));
        assert_eq!(report.finding_at(from - 2), Some(1));
        assert_eq!(report.finding_at(0), None);
        assert_eq!(report.counts(), Counts { errors: 0, warnings: 1, infos: 1, suppressed: 1 });
    }

    #[test]
    fn the_rest_completes_the_first_report_and_stays_until_the_next() {
        let shared = |name: &str| Shared {
            text: include_str!("../examples/orders.yaml").replace("Receipts", name),
            ..Shared::default()
        };
        let (old, new) = (shared("Receipts"), shared("Papers"));
        let first = first_report(&old, &Contexts::default());
        let whole = super::report(&old, &Contexts::default());
        assert_eq!((first.rest, whole.rest), (RestOf::None, RestOf::Same));
        assert_eq!(first.after(&Report::default()).rest, RestOf::None);
        let fixed = |report: &Report| report.findings.iter().filter(|one| one.fix.is_some()).count();
        assert!(fixed(&whole) > 0 && !whole.paths.from.is_empty(), "{whole:?}");
        let typed = first_report(&new, &Contexts::default()).after(&whole);
        assert_eq!((typed.rest, fixed(&typed), &typed.paths), (RestOf::Older, fixed(&whole), &whole.paths));
        let fresh = first_report(&new, &Contexts::default());
        for (finding, fresh) in typed.findings.iter().zip(&fresh.findings) {
            let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
            assert!(
                edits.count() == 0 || finding.fix == fresh.fix,
                "an edit of an older text stays: {finding:?}"
            );
        }
        let completed = typed.completed(rest(&new, &Contexts::default()));
        assert_eq!(completed, super::report(&new, &Contexts::default()));
    }

    #[test]
    fn a_report_survives_the_way_from_the_worker() {
        let mut found = finding(Severity::Error, &[(0, Some(span("Vpcc")))]);
        found.fix = Some(finding::Fix {
            safety: Safety::Safe,
            title: Phrase::verbatim("Rename"),
            edits: vec![vpcheck_core::text::Edit::replace(span("Vpcc"), "Vpc")],
        });
        found.usd_per_month = Some(vpcheck_core::cost::Usd::parse("36.5").unwrap().into());
        let report = report(vec![found]);
        let json = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
        assert!(json.contains("\"insert\":\"Vpc\""), "the editor reads edits by this name: {json}");
        assert!(json.contains("costs about $36.50 a month"), "{json}");
    }
}
