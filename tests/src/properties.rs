//! What holds for every text, however broken: fuzz targets and tests of chance try it, and every text that once broke it
//! is kept in `fuzz/regressions`. Each function panics where something does not hold.

use std::fs;
use std::path::{Path, PathBuf};

use vpcheck_core::cost::{cost, estimate};
use vpcheck_core::finding::{FileId, Finding, Safety};
use vpcheck_core::language::Language;
use vpcheck_core::network::{Context, Place};
use vpcheck_core::share::{Shared, decode, encode};
use vpcheck_core::syntax::{Limits, Parsed, parse};
use vpcheck_core::text::{LineIndex, Span, apply};
use vpcheck_core::{
    Analysis, Options, Source, TraceRequest, Tracing, analyze, fix, render, suggest_endpoints, trace,
};

/// Something that holds for every text.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// Its name: that of the fuzz target, and of the folder of its regressions.
    pub name: &'static str,
    /// The folder of the texts that fuzzing starts from, from the top of the project.
    pub seeds: &'static str,
    /// Panics where it does not hold.
    pub holds: fn(&str),
}

/// All of them.
pub const ALL: [Property; 5] = [
    Property { name: "parse", seeds: "tests/planted", holds: parses },
    Property { name: "check", seeds: "tests/planted", holds: is_checked },
    Property { name: "fix", seeds: "tests/planted", holds: is_fixed },
    Property { name: "share_link", seeds: "fuzz/seeds/share_link", holds: is_shared },
    Property { name: "context_json", seeds: "fuzz/seeds/context_json", holds: is_context },
];

/// A template whose network is known from context files alone: what these say is followed everywhere.
const ASKING: &str = "\
Parameters:
  SubnetIds: {Type: 'List<AWS::EC2::Subnet::Id>', Default: 'subnet-1,subnet-2'}
  GroupId: {Type: 'AWS::EC2::SecurityGroup::Id', Default: sg-1}
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: {SubnetIds: !Ref SubnetIds, SecurityGroupIds: [!Ref GroupId]}
      Environment: {Variables: {TABLE: !Ref Table, API: 'https://api.example.com/v1'}}
  Table: {Type: AWS::DynamoDB::Table}
";

/// The texts that once broke a property, with their names.
///
/// # Panics
///
/// Where the folder cannot be read.
pub fn regressions(property: &Property) -> Vec<(String, String)> {
    texts(&project().join("fuzz/regressions").join(property.name))
}

/// The texts that fuzzing a property starts from, with their names: for those of templates, the planted systems.
///
/// # Panics
///
/// Where the folder cannot be read.
pub fn seeds(property: &Property) -> Vec<(String, String)> {
    texts(&project().join(property.seeds))
}

/// A text is read: every place of its tree is one of the text.
///
/// # Panics
///
/// Where that does not hold.
pub fn parses(text: &str) {
    let parsed = parse(text, &Limits::default());
    for span in spans_of(&parsed) {
        assert_span(text, span);
    }
    assert_positions(text);
}

/// A text is checked, traced, priced and told in every format.
///
/// # Panics
///
/// Where that does not hold.
pub fn is_checked(text: &str) {
    let options = Options { region: Some("us-east-1".to_owned()), ..Options::default() };
    is_told(text, &options);
}

/// A text is mended: every fix can be applied, and a second run changes nothing.
///
/// # Panics
///
/// Where that does not hold.
pub fn is_fixed(text: &str) {
    let options = Options { region: Some("us-east-1".to_owned()), ..Options::default() };
    for finding in &analyze("t.yaml", text, &options).findings {
        assert_fix(text, finding);
    }
    let mended = fix("t.yaml", text, &options, Safety::Unsafe);
    let again = fix("t.yaml", &mended.text, &options, Safety::Unsafe);
    assert_eq!(again.text, mended.text, "a second run applied {:?}", again.applied);
}

/// A link is opened or refused; a text that is put into one comes out of it.
///
/// # Panics
///
/// Where that does not hold.
pub fn is_shared(text: &str) {
    for fragment in [text.to_owned(), format!("v1.{text}"), format!("#v1.{text}")] {
        if let Ok(shared) = decode(&fragment) {
            let link = encode(&shared).expect("what a link held fits one");
            assert_eq!(decode(&link), Ok(shared));
        }
    }
    let mut shared = Shared { text: text.to_owned(), ..Shared::default() };
    let (key, value) = text.split_at(border(text, text.len() / 2));
    shared.parameters.insert(key.to_owned(), value.to_owned());
    shared.from = Some(value.to_owned());
    if let Ok(link) = encode(&shared) {
        assert_eq!(decode(&link), Ok(shared));
    }
}

/// The output of describe calls is read, and what it says is followed.
///
/// # Panics
///
/// Where that does not hold.
pub fn is_context(text: &str) {
    let (_, problems) = Context::read(&[(FileId(1), text)]);
    for span in problems.iter().filter_map(|problem| problem.span) {
        assert_span(text, span);
    }
    let contexts = vec![Source { path: "context.json".to_owned(), text: text.to_owned() }];
    is_told(ASKING, &Options { contexts, ..Options::default() });
}

fn is_told(text: &str, options: &Options) {
    let analysis = analyze("t.yaml", text, options);
    assert_analysis(&analysis, options);
    let files = [("t.yaml".to_owned(), &analysis)];
    for language in [Language::English, Language::Japanese] {
        let _ = render::json::check(&files, language, None);
        let _ = render::sarif(&files, language, None);
        let _ = render::junit(&files, language);
        let _ = render::github(&files, language);
        let _ = render::markdown::check(&files, language);
    }
    if let Ok(tracing) = trace("t.yaml", text, options, &TraceRequest::default()) {
        assert_tracing(&tracing);
        let _ = render::trace(&tracing, Language::English);
    }
    let costing = cost("t.yaml", text, options);
    let priced = estimate(&costing.model, &options.prices, None);
    let _ = render::cost(&costing, &priced, Language::Japanese);
    let _ = render::endpoints(&suggest_endpoints("t.yaml", text, options), Language::English);
}

fn assert_analysis(analysis: &Analysis, options: &Options) {
    let contexts = options.contexts.iter().map(|source| source.text.as_str());
    let texts: Vec<&str> =
        analysis.sources.iter().map(|source| source.text.as_str()).chain(contexts).collect();
    for finding in &analysis.findings {
        assert!(!finding.labels.is_empty(), "{finding:?}");
        for label in &finding.labels {
            let text = texts[usize::from(label.file.0)];
            if let Some(span) = label.span {
                assert_span(text, span);
            }
        }
        let file = finding.primary().map_or(0, |label| usize::from(label.file.0));
        assert_fix(texts[file], finding);
    }
}

fn assert_tracing(tracing: &Tracing) {
    let of_hops = tracing.traces.iter().flat_map(|trace| trace.hops.iter().filter_map(|hop| hop.at));
    let of_blockers = tracing.traces.iter().flat_map(|trace| trace.blockers.iter().filter_map(|one| one.at));
    for Place { file, span } in of_hops.chain(of_blockers) {
        assert_span(&tracing.sources[usize::from(file.0)].text, span);
    }
}

fn assert_fix(text: &str, finding: &Finding) {
    if let Some(fix) = &finding.fix {
        let applied = apply(text, &fix.edits);
        assert!(applied.is_ok(), "{}: {applied:?}: {:?}", finding.rule.0, fix.edits);
    }
}

/// Every position goes back to the place that it is of.
///
/// # Panics
///
/// Where one does not.
pub fn assert_positions(text: &str) {
    let index = LineIndex::new(text);
    let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    // Each place costs the length of its line: of a long text some are tried.
    let every = text.len() / 1_000 + 1;
    let mut last = (0, 0);
    for at in ends.step_by(every).filter_map(|at| u32::try_from(at).ok()) {
        let position = index.position(text, at);
        assert!(position.line >= 1 && position.line <= index.line_count() && position.column >= 1);
        // Inside of a line's end there is no place that people see.
        let is_in_line_end = text.as_bytes().get(at as usize) == Some(&b'\n')
            && at.checked_sub(1).and_then(|before| text.as_bytes().get(before as usize)) == Some(&b'\r');
        if !is_in_line_end {
            assert_eq!(index.offset(text, position), at, "{position:?}");
        }
        assert!((position.line, position.column) >= last, "{position:?} after {last:?}");
        last = (position.line, position.column);
        let units = text[..at as usize].encode_utf16().count();
        assert_eq!(LineIndex::utf16_offset(text, at) as usize, units);
    }
}

/// A span lies in the text and ends on borders of characters.
///
/// # Panics
///
/// Where it does not.
pub fn assert_span(text: &str, span: Span) {
    let (start, end) = (span.start as usize, span.end as usize);
    assert!(start <= end && text.get(start..end).is_some(), "{span:?} of {} bytes", text.len());
}

/// The last border of a character up to a place.
pub fn border(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn spans_of<'p>(parsed: &'p Parsed<'_>) -> impl Iterator<Item = Span> + 'p {
    let nodes = parsed.tree.nodes().flat_map(|node| [node.span(), node.span_with_tag()]);
    let errors = parsed.errors.iter().map(|error| error.span);
    let comments = parsed.comments.iter().map(|comment| comment.span);
    let documents = parsed.documents.iter().map(|document| document.span);
    nodes.chain(errors).chain(comments).chain(documents).chain(parsed.lost.iter().copied())
}

fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut texts: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| {
            let path = entry.expect("the folder can be read").path();
            let bytes = fs::read(&path).expect("the file can be read");
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            // As the fuzz targets take bytes.
            (name, String::from_utf8_lossy(&bytes).into_owned())
        })
        .filter(|(name, _)| !name.starts_with('.'))
        .collect();
    texts.sort();
    texts
}

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
