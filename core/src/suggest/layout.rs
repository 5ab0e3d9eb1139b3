//! The author's manner of writing: indentation, line ends, short or long intrinsics.

use crate::syntax::{CollectionStyle, Format, Node};
use crate::template::Template;
use crate::text::Span;

/// How the template is written.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a habit of its own")]
pub(crate) struct Layout {
    /// `\n` or `\r\n`.
    pub(crate) line_end: &'static str,
    /// What one level is indented by.
    pub(crate) step: String,
    /// Whether intrinsics are written as tags.
    pub(crate) tags: bool,
    /// Whether resources stand apart by blank lines.
    pub(crate) blank_lines: bool,
    /// Whether lists stand deeper than the key that they belong to.
    pub(crate) lists_indented: bool,
    /// Whether texts are written as in JSON.
    pub(crate) json: bool,
}

impl Layout {
    /// Reads it off the text, once for all fixes.
    pub(crate) fn of(template: &Template<'_>) -> Self {
        template.layout(|| Self::read(template)).clone()
    }

    fn read(template: &Template<'_>) -> Self {
        let text = template.text();
        let json = template.parsed.format == Format::Json;
        let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let step = template
            .section("Resources")
            .and_then(|section| section.entries().into_iter().next())
            .map(|entry| indentation(text, entry.key.span().start).to_owned())
            .filter(|indent| !indent.is_empty())
            .map_or_else(|| "  ".to_owned(), |indent| if json { half(&indent) } else { indent });
        let tagged = template.parsed.tree.nodes().any(|node| node.tag().is_some());
        let long = text.contains("Fn::") || text.contains("Ref:");
        Self {
            line_end,
            step,
            tags: !json && (tagged || !long),
            blank_lines: blank_lines(template),
            lists_indented: lists_indented(text),
            json,
        }
    }

    /// The same for what is put into `node`: JSON inside YAML keeps its quotes.
    pub(crate) fn within(mut self, template: &Template<'_>, node: Node<'_>) -> Self {
        let inner = node.entries().into_iter().next();
        let braced = node.collection_style() == Some(CollectionStyle::Flow);
        if braced && let Some(entry) = inner {
            self.json = entry.key.span().slice(template.text()).starts_with('"');
        }
        self
    }
}

/// Whether most lists stand deeper than their key.
fn lists_indented(text: &str) -> bool {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let (mut deeper, mut level, mut key) = (0, 0, None);
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        if let Some(key) = key
            && line.trim_start().starts_with("- ")
        {
            *(if indent(line) > key { &mut deeper } else { &mut level }) += 1;
        }
        key = line.trim_end().ends_with(':').then(|| indent(line));
    }
    deeper >= level
}

/// Whether most resources have a blank line before them.
fn blank_lines(template: &Template<'_>) -> bool {
    let text = template.text();
    let (mut with, mut all) = (0, 0);
    for entry in template.section("Resources").into_iter().flat_map(crate::syntax::Node::entries).skip(1) {
        // Comments right above a resource belong to it.
        let before = text.get(..entry.key.span().start as usize).unwrap_or("");
        let mut lines = before.lines().rev().skip(usize::from(!before.ends_with('\n')));
        let above = lines.find(|line| !line.trim_start().starts_with('#'));
        all += 1;
        with += usize::from(above.is_some_and(|line| line.trim().is_empty()));
    }
    all == 0 || with * 2 >= all
}

/// Resources stand at the second level of JSON text.
fn half(indent: &str) -> String {
    indent.get(..indent.len().div_ceil(2)).unwrap_or("  ").to_owned()
}

/// The blanks before `offset` on its line; empty where anything else stands there.
pub(crate) fn indentation(text: &str, offset: u32) -> &str {
    let before = text.get(..offset as usize).unwrap_or("");
    let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
    if line.trim().is_empty() { line } else { "" }
}

/// The place after the last line of `node`, its line end included; nothing where something follows on that line.
pub(crate) fn after_lines(text: &str, node: Node<'_>) -> Option<u32> {
    let end = node.span().end;
    let end =
        if node.collection_style() == Some(CollectionStyle::Block) { last_byte(text, end) } else { end };
    let rest = text.get(end as usize..)?;
    let line = rest.find('\n').map_or(rest, |at| &rest[..=at]);
    let blank = line.trim();
    (blank.is_empty() || blank.starts_with('#')).then(|| end + u32::try_from(line.len()).unwrap_or(0))
}

/// `end` without the blanks and line ends before it: a block scalar's span holds its last line end.
pub(crate) fn last_byte(text: &str, end: u32) -> u32 {
    let before = text.get(..end as usize).unwrap_or("");
    u32::try_from(before.trim_end().len()).unwrap_or(end)
}

/// The whole lines of `span`, where nothing else stands on them.
pub(crate) fn whole_lines(text: &str, span: Span) -> Option<Span> {
    let before = text.get(..span.start as usize)?;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    if !before[start..].trim().is_empty() {
        return None;
    }
    let end = last_byte(text, span.end).max(span.start);
    let rest = text.get(end as usize..)?;
    let line = rest.find('\n').map_or(rest, |at| &rest[..=at]);
    let blank = line.trim();
    (blank.is_empty() || blank.starts_with('#'))
        .then(|| Span::new(u32::try_from(start).unwrap_or(0), end + u32::try_from(line.len()).unwrap_or(0)))
}

/// `source`, whose first line started `from` columns in, with every further line moved to `to` columns.
pub(crate) fn moved(source: &str, from: usize, to: &str) -> String {
    let mut out = String::with_capacity(source.len());
    for (at, line) in source.split_inclusive('\n').enumerate() {
        if at == 0 {
            out.push_str(line);
            continue;
        }
        let blank = line.len() - line.trim_start_matches(' ').len();
        if line.trim().is_empty() {
            out.push_str(line.trim_start_matches(' '));
        } else {
            out.push_str(to);
            out.push_str(&line[blank.min(from)..]);
        }
    }
    out
}
