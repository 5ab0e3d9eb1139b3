//! Gives up the smallest part of a broken text that makes the rest readable.
//!
//! The parser stops at its first error. The text is cut by indentation into the entries of its sections (one
//! resource each); an entry that cannot be read by itself loses the line at fault, else the block around it, else
//! its whole body, but keeps its name where it can. Given-up bytes become spaces, so every place stays what it was.

use super::{Format, Limits, SyntaxError, SyntaxErrorKind, events};
use crate::order::Order;
use crate::text::Span;

/// Rounds over the whole text after the entries were mended one by one; each gives up at least a line.
const ROUNDS: usize = 24;
/// Errors mended inside one entry before its body is given up.
const ROUNDS_IN_ENTRY: usize = 6;
/// Entries longer than this lose their body at once: trying their lines one by one would cost too much.
const ENTRY_LINES: usize = 4_000;

/// The text with what cannot be read replaced by spaces.
pub(super) struct Repaired {
    pub(super) text: String,
    pub(super) errors: Vec<SyntaxError>,
    pub(super) lost: Vec<Span>,
}

/// Mends `text`, whose first error is `first`.
pub(super) fn repair(text: &str, format: Format, first: SyntaxError, limits: &Limits) -> Repaired {
    let mut repair = Repair {
        working: text.as_bytes().to_vec(),
        lines: lines(text, format),
        format,
        limits,
        errors: Vec::new(),
        lost: Vec::new(),
    };
    if !matches!(first.kind, SyntaxErrorKind::TooDeep) {
        for entry in repair.entries() {
            if repair.errors.len() >= limits.errors {
                break;
            }
            repair.mend_entry(entry);
        }
    }
    repair.mend_whole(first);
    repair.finish()
}

/// A line without its line end.
#[derive(Clone, Copy, Debug)]
struct Line {
    start: u32,
    end: u32,
    /// Bytes of leading spaces and tabs.
    indent: u32,
    /// Neither blank nor a comment alone.
    content: bool,
}

/// A range of lines: the one with the key and those of its body.
#[derive(Clone, Copy, Debug)]
struct EntryLines {
    first: usize,
    end: usize,
}

struct Repair<'l> {
    working: Vec<u8>,
    lines: Vec<Line>,
    format: Format,
    limits: &'l Limits,
    errors: Vec<SyntaxError>,
    lost: Vec<Span>,
}

impl Repair<'_> {
    /// The entries of every section that has some.
    fn entries(&self) -> Vec<EntryLines> {
        let mut entries = Vec::new();
        let content: Vec<usize> = (0..self.lines.len()).filter(|at| self.lines[*at].content).collect();
        let outermost = match self.format {
            Format::Yaml => 0,
            Format::Json => content.get(1).map_or(0, |at| self.lines[*at].indent),
        };
        let mut at = 0;
        while at < content.len() {
            let section = self.lines[content[at]];
            at += 1;
            if section.indent != outermost || !self.opens_section(section) {
                continue;
            }
            let Some(first) = content.get(at).map(|line| self.lines[*line]) else { break };
            if first.indent <= outermost {
                continue;
            }
            let mut open: Option<usize> = None;
            while at < content.len() && self.lines[content[at]].indent > outermost {
                let line = self.lines[content[at]];
                if line.indent <= first.indent
                    && !self.closes(line)
                    && let Some(start) = open.replace(content[at])
                {
                    entries.push(EntryLines { first: start, end: content[at] });
                }
                at += 1;
            }
            let end = content.get(at).copied().unwrap_or(self.lines.len());
            if let Some(start) = open {
                entries.push(EntryLines { first: start, end });
            }
        }
        entries
    }

    fn opens_section(&self, line: Line) -> bool {
        let text = self.slice(line.start, line.end).trim_end();
        match self.format {
            Format::Yaml => {
                let text = text.split(" #").next().unwrap_or(text).trim_end();
                text.ends_with(':') && !text.starts_with('-')
            }
            Format::Json => text.ends_with('{') && text.contains(':'),
        }
    }

    /// A JSON line that closes an entry, at the entry's own indentation.
    fn closes(&self, line: Line) -> bool {
        self.format == Format::Json && self.slice(line.start, line.end).trim_start().starts_with(['}', ']'])
    }

    /// Makes an entry readable by itself.
    fn mend_entry(&mut self, entry: EntryLines) {
        for _ in 0..ROUNDS_IN_ENTRY {
            let Some(error) = self.error_in(entry) else { return };
            if entry.end - entry.first > ENTRY_LINES {
                self.give_up_body(entry, error);
                return;
            }
            if error.kind == SyntaxErrorKind::MissingComma && self.put_comma_before(error.span.start) {
                self.errors.push(error);
                continue;
            }
            match self.smallest_loss(entry, &error) {
                Some(loss) => {
                    let error = loss.error.unwrap_or(error);
                    self.errors.push(error);
                    self.blank_lines(loss.lines.0, loss.lines.1);
                }
                None => {
                    self.give_up_body(entry, error);
                    return;
                }
            }
        }
        if let Some(error) = self.error_in(entry) {
            self.give_up_body(entry, error);
        }
    }

    /// The lines to give up so that the entry is readable, or at least as far as beyond them.
    fn smallest_loss(&self, entry: EntryLines, error: &SyntaxError) -> Option<Loss> {
        let at = self.line_at(error.span.start).clamp(entry.first, entry.end - 1);
        let mut candidates: Vec<Loss> = Vec::new();
        let mut add = |first: usize, end: usize, error: Option<SyntaxError>| {
            if first > entry.first && end > first {
                candidates.push(Loss { lines: (first, end), error });
            }
        };
        if error.kind == SyntaxErrorKind::Tab
            && let Some((line, span)) = self.tab_after(entry, at)
        {
            add(line, line + 1, Some(SyntaxError { kind: SyntaxErrorKind::Tab, span }));
        }
        if let Some((line, error)) = self.unclosed_before(entry, at) {
            add(line, line + 1, Some(error));
        }
        let previous = (entry.first..at).rev().find(|line| self.lines[*line].content);
        if let Some(previous) = previous
            && matches!(error.kind, SyntaxErrorKind::UnexpectedColon | SyntaxErrorKind::MissingColon)
            && self.lines[previous].indent <= self.lines[at].indent
            && let Some(kind) = half_typed(self.slice(self.lines[previous].start, self.lines[previous].end))
        {
            // A half-typed key is read as text that goes on in the next line, where the colon surprises.
            let span = self.trimmed(previous);
            add(previous, previous + 1, Some(SyntaxError { kind, span }));
        }
        let own = Some(&error.kind)
            .filter(|kind| **kind == SyntaxErrorKind::MissingColon)
            .and_then(|_| half_typed(self.slice(self.lines[at].start, self.lines[at].end)))
            .map(|kind| SyntaxError { kind, span: self.trimmed(at) });
        add(at, at + 1, own);
        if let Some(previous) = previous {
            add(previous, previous + 1, None);
            add(previous, at + 1, None);
        }
        // The blocks around the line, from the inside out.
        let mut around = at;
        loop {
            let indent = self.lines[around].indent;
            let end = (around + 1..entry.end)
                .find(|line| self.lines[*line].content && self.lines[*line].indent <= indent)
                .unwrap_or(entry.end);
            add(around, end.max(at + 1), None);
            let outer = (entry.first..around)
                .rev()
                .find(|line| self.lines[*line].content && self.lines[*line].indent < indent);
            match outer {
                Some(outer) if outer > entry.first => around = outer,
                _ => break,
            }
        }
        candidates.into_iter().find(|loss| {
            let beyond = self.lines[loss.lines.1 - 1].end.max(self.lines[at].end);
            match self.error_without(entry, loss.lines) {
                None => true,
                Some(next) => next.span.start > beyond,
            }
        })
    }

    /// The first line from `at` on that is indented by a tab: the parser tells of it where the value before it ends.
    fn tab_after(&self, entry: EntryLines, at: usize) -> Option<(usize, Span)> {
        (at..entry.end).find_map(|line| {
            let place = self.lines[line];
            let text = self.slice(place.start, place.end);
            let blank = &text[..text.len() - text.trim_start_matches([' ', '\t']).len()];
            let tab = place.start + u32::try_from(blank.find('\t')?).ok()?;
            Some((line, Span::new(tab, tab + 1)))
        })
    }

    /// The last line up to `at` that opens a quote or bracket and does not close it.
    fn unclosed_before(&self, entry: EntryLines, at: usize) -> Option<(usize, SyntaxError)> {
        (entry.first..=at).rev().filter(|line| self.lines[*line].content).find_map(|line| {
            let place = self.lines[line];
            let (offset, kind) = unclosed(self.slice(place.start, place.end))?;
            let start = place.start + offset;
            Some((line, SyntaxError { kind, span: Span::new(start, start + 1) }))
        })
    }

    fn give_up_body(&mut self, entry: EntryLines, error: SyntaxError) {
        self.errors.push(error);
        let first = self.lines[entry.first];
        let key_only = EntryLines { first: entry.first, end: entry.first + 1 };
        self.blank_lines(entry.first + 1, entry.end);
        if self.format == Format::Json {
            self.keep_json_key(entry);
        }
        if self.error_in(key_only).is_some() {
            self.blank(first.start, first.end);
        }
    }

    /// `"Name": {` becomes `"Name":  ,` so that the next entry can follow.
    fn keep_json_key(&mut self, entry: EntryLines) {
        let line = self.lines[entry.first];
        let text = self.slice(line.start, line.end).to_owned();
        let Some(colon) = text.find("\":").map(|at| at + 1) else {
            self.blank(line.start, line.end);
            return;
        };
        let after = line.start + u32::try_from(colon).unwrap_or(0) + 1;
        self.blank(after, line.end);
        let more = self.lines[entry.end..].iter().find(|line| line.content).copied();
        if more.is_some_and(|line| !self.closes(line)) && after < line.end {
            self.working[after as usize] = b',';
        }
    }

    /// Reads the whole text and gives up what still stands in the way.
    fn mend_whole(&mut self, first: SyntaxError) {
        let mut first = Some(first);
        let mut given_up: Option<usize> = None;
        for _ in 0..ROUNDS {
            let Some(error) = events::first_error(&self.text(), self.limits) else { return };
            // Without any entry at fault, the first error of all is the one to tell.
            let cascade = self.format == Format::Json && !self.errors.is_empty();
            let told = if self.errors.is_empty() {
                first.take().unwrap_or_else(|| error.clone())
            } else {
                error.clone()
            };
            if matches!(error.kind, SyntaxErrorKind::TooDeep) {
                self.errors.push(told);
                return;
            }
            if error.kind == SyntaxErrorKind::MissingComma && self.put_comma_before(error.span.start) {
                self.errors.push(told);
                continue;
            }
            let told_before = self.errors.len();
            let line = self.line_at(error.span.start);
            // A line that surprises the parser only because the one before it is gone is no error of the author's.
            let follows = given_up.is_some_and(|last| {
                last < line && !self.lines[last + 1..line].iter().any(|between| between.content)
            });
            given_up = Some(line);
            let entry = self.entries().into_iter().find(|entry| entry.first <= line && line < entry.end);
            let before = self.working.clone();
            match entry {
                Some(entry) if self.has_body(entry) => self.give_up_body(entry, told),
                Some(entry) => {
                    self.errors.push(told);
                    self.blank_lines(entry.first, entry.end);
                }
                None => {
                    self.errors.push(told);
                    self.blank_lines(line, line + 1);
                }
            }
            if follows || cascade && error.kind != SyntaxErrorKind::MissingComma {
                // Brackets lost with what was given up surprise the parser further down: no errors of the author's.
                self.errors.truncate(told_before);
            }
            if self.working == before {
                return;
            }
        }
    }

    /// An entry after a closing bracket wants a comma; it takes the place of a space between them.
    fn put_comma_before(&mut self, at: u32) -> bool {
        let before = &self.working[..at as usize];
        let blank = before.iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
        let start = before.len() - blank;
        let starts_entry = matches!(self.working.get(at as usize), Some(b'"' | b'{' | b'['));
        if blank == 0
            || start == 0
            || !starts_entry
            || !matches!(before[start - 1], b'}' | b']' | b'"' | b'a'..=b'z' | b'0'..=b'9')
        {
            return false;
        }
        self.working[start] = b',';
        true
    }

    fn has_body(&self, entry: EntryLines) -> bool {
        (entry.first + 1..entry.end).any(|line| {
            let line = self.lines[line];
            line.content && !self.slice(line.start, line.end).trim().is_empty()
        })
    }

    fn error_in(&self, entry: EntryLines) -> Option<SyntaxError> {
        self.error_without(entry, (entry.first, entry.first))
    }

    /// The first error of an entry by itself, with some lines taken out.
    fn error_without(&self, entry: EntryLines, without: (usize, usize)) -> Option<SyntaxError> {
        let start = self.lines[entry.first].start;
        let end = self.lines[entry.end - 1].end;
        let mut text = self.slice(start, end).to_owned().into_bytes();
        for line in &self.lines[without.0..without.1] {
            text[(line.start - start) as usize..(line.end - start) as usize].fill(b' ');
        }
        // Only whole lines of valid text were replaced by spaces, so it still is text.
        let mut text = String::from_utf8(text).unwrap_or_default();
        let mut shift = 0;
        if self.format == Format::Json {
            let kept = text.trim_end().trim_end_matches(',').len();
            text.truncate(kept);
            text.insert(0, '{');
            text.push('}');
            shift = 1;
        }
        let error = events::first_error(&text, self.limits)?;
        let place = |at: u32| (start + at.saturating_sub(shift)).min(end);
        let span = Span::new(place(error.span.start), place(error.span.end));
        Some(SyntaxError { kind: error.kind, span })
    }

    fn blank_lines(&mut self, first: usize, end: usize) {
        for line in first..end {
            let line = self.lines[line];
            self.blank(line.start, line.end);
        }
    }

    fn blank(&mut self, start: u32, end: u32) {
        let bytes = &mut self.working[start as usize..end as usize];
        if bytes.iter().any(|byte| *byte != b' ') {
            bytes.fill(b' ');
            self.lost.push(Span::new(start, end));
        }
    }

    fn line_at(&self, at: u32) -> usize {
        self.lines.partition_point(|line| line.start <= at).saturating_sub(1)
    }

    fn trimmed(&self, line: usize) -> Span {
        let line = self.lines[line];
        let text = self.slice(line.start, line.end).trim_end();
        let end = line.start + u32::try_from(text.len()).unwrap_or(0);
        Span::new((line.start + line.indent).min(end), end)
    }

    fn slice(&self, start: u32, end: u32) -> &str {
        std::str::from_utf8(&self.working[start as usize..end as usize]).unwrap_or("")
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.working).into_owned()
    }

    fn finish(mut self) -> Repaired {
        let text = self.text();
        self.lost.order();
        self.errors.order_by_key(|error| error.span);
        self.errors.dedup_by_key(|error| error.span.start);
        Repaired { text, errors: self.errors, lost: self.lost }
    }
}

/// Lines to give up, with the error to tell of them where it is plainer than the parser's.
struct Loss {
    lines: (usize, usize),
    error: Option<SyntaxError>,
}

/// What a line lacks that is no key with a value yet.
fn half_typed(line: &str) -> Option<SyntaxErrorKind> {
    let line = line.trim();
    let colon = line.find([':', '：']);
    match colon {
        _ if line.contains(": ") || line.ends_with(':') || line.starts_with('-') => None,
        // `AWS::S3::Bucket` and addresses are values, not keys.
        Some(at) if !line[at..].starts_with("::") && !line[at..].starts_with("://") => {
            Some(SyntaxErrorKind::MissingSpace)
        }
        Some(_) => None,
        None => Some(SyntaxErrorKind::MissingColon),
    }
}

/// Where a line opens a quote or bracket at the start of a value and never closes it.
fn unclosed(line: &str) -> Option<(u32, SyntaxErrorKind)> {
    let mut brackets: Vec<usize> = Vec::new();
    let mut quote: Option<(usize, char)> = None;
    let mut previous = ' ';
    let mut escaped = false;
    for (at, character) in line.char_indices() {
        match quote {
            Some((_, '"')) if escaped => escaped = false,
            Some((_, '"')) if character == '\\' => escaped = true,
            Some((_, open)) if character == open => quote = None,
            Some(_) => {}
            None => match character {
                '"' | '\'' if matches!(previous, ' ' | '\t' | '[' | '{' | ',' | ':') => {
                    quote = Some((at, character));
                }
                '[' | '{' if matches!(previous, ' ' | '\t' | '[' | '{' | ',' | ':') => brackets.push(at),
                ']' | '}' => {
                    brackets.pop();
                }
                '#' if previous == ' ' => break,
                _ => {}
            },
        }
        previous = character;
    }
    let (at, kind) = match (quote, brackets.last()) {
        (Some((at, _)), _) => (at, SyntaxErrorKind::UnclosedQuote),
        (None, Some(at)) => (*at, SyntaxErrorKind::UnclosedBracket),
        (None, None) => return None,
    };
    Some((u32::try_from(at).ok()?, kind))
}

fn lines(text: &str, format: Format) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\n', '\r']);
        let rest = bare.trim_start_matches([' ', '\t', '\u{feff}']);
        let offset = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        let blank = &bare[..bare.len() - rest.len()];
        // YAML knows no depth for a tab: the line is at fault where it stands, it does not end an entry.
        let stray_tab = format == Format::Yaml && blank.contains('\t');
        let indent = match lines.last() {
            Some(previous) if stray_tab => previous.indent,
            _ => offset(blank.len()),
        };
        lines.push(Line {
            start: offset(start),
            end: offset(start + bare.len()),
            indent,
            content: !rest.is_empty() && !rest.starts_with('#'),
        });
        start += line.len();
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    /// What survives of a broken text: the errors by line and the names of the resources with their properties.
    fn survivors(text: &str) -> (Vec<(u32, SyntaxErrorKind)>, Vec<String>) {
        let parsed = parse(text, &Limits::default());
        let index = crate::text::LineIndex::new(text);
        let errors = parsed.errors.iter().map(|e| (index.line_of(e.span.start), e.kind.clone())).collect();
        let mut names = Vec::new();
        for entry in parsed.root().get("Resources").map(crate::syntax::Node::entries).into_iter().flatten() {
            let mut keys = Vec::new();
            for property in entry.value.entries() {
                keys.push(property.name().unwrap_or("?"));
            }
            names.push(format!("{}({})", entry.name().unwrap_or("?"), keys.join(" ")));
        }
        (errors, names)
    }

    #[test]
    fn a_half_typed_line_costs_only_itself() {
        use SyntaxErrorKind::{MissingColon, Tab, UnclosedBracket, UnclosedQuote, UnexpectedCharacter};
        let before = "Resources:\n  A:\n    Type: T\n    Properties:\n      One: 1\n";
        let after = "  B:\n    Type: T\n    Properties: {}\n";
        let cases = [
            ("      Cid\n", MissingColon),
            ("      Cid: \"10.0\n", UnclosedQuote),
            ("      Cid: [a, b\n", UnclosedBracket),
            ("\tCid: 1\n", Tab),
            ("      Cid: @x\n", UnexpectedCharacter('@')),
            ("      Cid:10\n      Two: 2\n", SyntaxErrorKind::MissingSpace),
            ("      Cid：10\n      Two: 2\n", SyntaxErrorKind::MissingSpace),
            ("      Cid: *\n", SyntaxErrorKind::BareStar),
        ];
        for (line, kind) in cases {
            let text = format!("{before}{line}{after}");
            let (errors, names) = survivors(&text);
            assert_eq!(errors, [(6, kind)], "{text}");
            assert_eq!(names, ["A(Type Properties)", "B(Type Properties)"], "{text}");
        }
    }

    #[test]
    fn two_broken_resources_give_two_errors_and_keep_the_third() {
        let text = "Resources:\n  A:\n    Type: 'x\n  B:\n    Type: T\n   Bad: 1\n  C:\n    Type: T\n";
        let (errors, names) = survivors(text);
        assert_eq!(errors.len(), 2, "{errors:?}");
        assert_eq!(names, ["A()", "B(Type)", "C(Type)"]);
    }

    #[test]
    fn json_loses_the_broken_entry_alone() {
        let text = "{\n  \"Resources\": {\n    \"A\": {\n      \"Type\": \"T\n    },\n    \"B\": {\n      \"Type\": \"T\"\n    }\n    \"C\": {\n      \"Type\": \"T\"\n    }\n  }\n}\n";
        let (errors, names) = survivors(text);
        assert_eq!(errors.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [4, 9], "{errors:?}");
        assert_eq!(names.len(), 3, "{names:?}");
        assert_eq!(names[1..], ["B(Type)", "C(Type)"]);
    }

    #[test]
    fn a_name_without_a_colon_at_the_level_of_resources_is_given_up() {
        let text = "Resources:\n  A:\n    Type: T\n  Bee\n  C:\n    Type: T\n";
        let (errors, names) = survivors(text);
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert_eq!(names, ["A(Type)", "C(Type)"]);
    }
}
