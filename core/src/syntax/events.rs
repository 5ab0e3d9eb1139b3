//! The only file that knows the YAML parser: turns its events into a [`Tree`].

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use granit_parser::{ErrorKind, Event, Parser, Placement, ScanError, StructureStyle};

use super::tree::{CollectionStyle, EntryIds, Kind, NodeId, ScalarStyle, Tag, Tree};
use super::{Comment, Document, DuplicateKey, Limits, SyntaxError, SyntaxErrorKind};
use crate::text::Span;

/// More comment lines in a row than any text within the size limit holds: we bound the text instead.
const COMMENT_LIMIT: usize = 1 << 24;
/// A key longer than this is no key that CloudFormation knows; YAML itself says 1,024.
const KEY_LOOKAHEAD: usize = 4_096;

fn options(limits: &Limits, comments: bool) -> granit_parser::Options {
    granit_parser::options! {
        emit_unresolved_aliases: true,
        emit_anchor_events: false,
        emit_comments: comments,
        max_buffered_comment_events: COMMENT_LIMIT,
        simple_key_max_lookahead: KEY_LOOKAHEAD,
        flow_nesting_limit: limits.depth,
        block_nesting_limit: limits.depth,
        block_scalar_eof_without_line_feed: true,
    }
}

/// What one run of the parser yields: everything up to its first error.
#[derive(Debug, Default)]
pub(super) struct Built<'t> {
    pub(super) tree: Tree<'t>,
    pub(super) documents: Vec<Document>,
    pub(super) comments: Vec<Comment<'t>>,
    pub(super) duplicates: Vec<DuplicateKey>,
    /// Errors that do not stop the parser: unknown anchors, too many aliases.
    pub(super) flaws: Vec<SyntaxError>,
    /// The error that stopped it.
    pub(super) stopped: Option<SyntaxError>,
}

/// The first error of `text`, without building anything.
pub(super) fn first_error(text: &str, limits: &Limits) -> Option<SyntaxError> {
    Parser::new_from_str_with_options(text, options(limits, false))
        .find_map(|event| event.err().map(|error| syntax_error(&error, text)))
}

/// Builds the tree of `parsed`, which is `original` or a copy of the same length with parts blanked out.
/// What is the same in both is borrowed from `original`.
pub(super) fn build<'t>(original: &'t str, parsed: &str, limits: &Limits) -> Built<'t> {
    let mut builder = Builder::new(original, limits);
    for event in Parser::new_from_str_with_options(parsed, options(limits, true)) {
        match event {
            Ok((event, span)) => builder.event(event, &span),
            Err(error) => {
                builder.built.stopped = Some(syntax_error(&error, parsed));
                break;
            }
        }
    }
    builder.finish()
}

enum Frame<'t> {
    Sequence { items: Vec<NodeId>, style: CollectionStyle, start: u32, anchor: usize, tag: Option<Tag<'t>> },
    Mapping(Box<OpenMapping<'t>>),
}

struct OpenMapping<'t> {
    entries: Vec<EntryIds>,
    key: Option<NodeId>,
    style: CollectionStyle,
    start: u32,
    anchor: usize,
    tag: Option<Tag<'t>>,
}

struct Builder<'t, 'l> {
    original: &'t str,
    limits: &'l Limits,
    built: Built<'t>,
    frames: Vec<Frame<'t>>,
    root: Option<NodeId>,
    document_start: u32,
    anchors: HashMap<usize, NodeId>,
    /// Sizes of the nodes under anchors, aliases inside them counted at their full size.
    sizes: HashMap<NodeId, u64>,
    expanded: u64,
    expansion_stopped: bool,
    last_end: u32,
}

impl<'t, 'l> Builder<'t, 'l> {
    fn new(original: &'t str, limits: &'l Limits) -> Self {
        Self {
            original,
            limits,
            built: Built { tree: Tree::of_text(original), ..Built::default() },
            frames: Vec::new(),
            root: None,
            document_start: 0,
            anchors: HashMap::new(),
            sizes: HashMap::new(),
            expanded: 0,
            expansion_stopped: false,
            last_end: 0,
        }
    }

    fn event(&mut self, event: Event<'_>, span: &granit_parser::Span) {
        let place = place(span);
        match event {
            Event::DocumentStart(..) => {
                self.document_start = place.start;
                self.anchors.clear();
            }
            Event::DocumentEnd => self.end_document(place.end),
            Event::Scalar(text, style, anchor, tag) => {
                let tag = self.tag(tag, span);
                let style = scalar_style(style);
                let id = match self.written(&text, place) {
                    Some(written) => self.built.tree.push_written(written, style, place),
                    None => self.built.tree.push_scalar(text.into_owned(), style, place),
                };
                self.built.tree.set_tag(id, tag);
                self.last_end = self.last_end.max(place.end);
                self.anchor(anchor, id);
                self.add(id);
            }
            Event::SequenceStart(style, anchor, tag) => {
                let tag = self.tag(tag, span);
                let style = collection_style(style);
                self.frames.push(Frame::Sequence {
                    items: Vec::new(),
                    style,
                    start: place.start,
                    anchor,
                    tag,
                });
            }
            Event::MappingStart(style, anchor, tag) => {
                let tag = self.tag(tag, span);
                self.frames.push(Frame::Mapping(Box::new(OpenMapping {
                    entries: Vec::new(),
                    key: None,
                    style: collection_style(style),
                    start: place.start,
                    anchor,
                    tag,
                })));
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(place.end),
            Event::Alias(anchor) => {
                self.last_end = self.last_end.max(place.end);
                let id = self.alias(anchor, place);
                self.add(id);
            }
            Event::UnresolvedAlias(name) => {
                self.last_end = self.last_end.max(place.end);
                self.flaw(SyntaxErrorKind::UnknownAnchor(name.into_owned()), place);
                let id = self.built.tree.push_missing(place);
                self.add(id);
            }
            Event::Comment(text, placement) => {
                let inside = Span::new(place.start + 1, place.end.max(place.start + 1));
                let text = match self.written(&text, inside) {
                    Some(written) => Cow::Borrowed(written.slice(self.original)),
                    None => Cow::Owned(text.into_owned()),
                };
                self.built.comments.push(Comment {
                    span: place,
                    text,
                    trailing: placement == Placement::Right,
                });
            }
            _ => {}
        }
    }

    fn alias(&mut self, anchor: usize, place: Span) -> NodeId {
        let Some(target) = self.anchors.get(&anchor).copied() else {
            self.flaw(SyntaxErrorKind::AliasInsideItself, place);
            return self.built.tree.push_missing(place);
        };
        let size = self.size(target);
        self.expanded = self.expanded.saturating_add(size);
        if self.expanded > self.limits.alias_nodes {
            if !self.expansion_stopped {
                self.expansion_stopped = true;
                self.flaw(SyntaxErrorKind::TooManyAliases { limit: self.limits.alias_nodes }, place);
            }
            return self.built.tree.push_missing(place);
        }
        let id = self.built.tree.push_alias(target, place);
        self.sizes.insert(id, size);
        id
    }

    /// How many nodes a reader of the node walks, aliases followed. Only anchored nodes are asked for.
    fn size(&mut self, id: NodeId) -> u64 {
        if let Some(size) = self.sizes.get(&id) {
            return *size;
        }
        let node = self.built.tree.node(id);
        let children: Vec<NodeId> = match node.kind() {
            Kind::Sequence(items) => items.ids().to_vec(),
            Kind::Mapping(entries) => {
                entries.ids().iter().flat_map(|entry| [entry.key, entry.value]).collect()
            }
            Kind::Scalar(..) | Kind::Missing => Vec::new(),
        };
        let size = children.into_iter().fold(1_u64, |sum, child| sum.saturating_add(self.size(child)));
        self.sizes.insert(id, size);
        size
    }

    fn close(&mut self, end: u32) {
        let Some(frame) = self.frames.pop() else { return };
        // A block collection ends where its last child does, not at the next token.
        let end_of = |style, start: u32, last: u32| match style {
            CollectionStyle::Flow => end,
            CollectionStyle::Block => last.max(start),
        };
        let (id, anchor, tag) = match frame {
            Frame::Sequence { items, style, start, anchor, tag } => {
                let span = Span::new(start, end_of(style, start, self.last_end).max(start));
                (self.built.tree.push_sequence(&items, style, span), anchor, tag)
            }
            Frame::Mapping(mut open) => {
                if let Some(key) = open.key.take() {
                    let value = self.built.tree.push_missing(Span::empty(self.last_end));
                    open.entries.push(EntryIds { key, value, merged: false });
                }
                let span =
                    Span::new(open.start, end_of(open.style, open.start, self.last_end).max(open.start));
                self.find_duplicates(&open.entries);
                let entries = self.merge(open.entries);
                (self.built.tree.push_mapping(&entries, open.style, span), open.anchor, open.tag)
            }
        };
        self.last_end = self.last_end.max(self.built.tree.node(id).span().end);
        self.built.tree.set_tag(id, tag);
        self.anchor(anchor, id);
        self.add(id);
    }

    fn add(&mut self, id: NodeId) {
        match self.frames.last_mut() {
            None => self.root = Some(id),
            Some(Frame::Sequence { items, .. }) => items.push(id),
            Some(Frame::Mapping(open)) => match open.key.take() {
                None => open.key = Some(id),
                Some(key) => open.entries.push(EntryIds { key, value: id, merged: false }),
            },
        }
    }

    fn anchor(&mut self, anchor: usize, id: NodeId) {
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
    }

    fn end_document(&mut self, end: u32) {
        let root = self.root.take().unwrap_or_else(|| self.built.tree.push_missing(Span::empty(end)));
        let start = self.document_start;
        self.built.documents.push(Document { root, span: Span::new(start, end.max(start)) });
        self.document_start = end;
    }

    /// Where the parser stopped in the middle, what is open is closed with what it holds.
    fn finish(mut self) -> Built<'t> {
        while !self.frames.is_empty() {
            self.close(self.last_end);
        }
        if self.root.is_some() {
            self.end_document(self.last_end);
        }
        self.built
    }

    fn find_duplicates(&mut self, entries: &[EntryIds]) {
        // Nearly every map is small, and comparing each two of its keys is cheaper than hashing them.
        const SMALL: usize = 8;
        if entries.len() <= SMALL {
            let name = |entry: &EntryIds| self.built.tree.node(entry.key).as_str();
            let is_alike = |(at, entry): (usize, &EntryIds)| {
                name(entry).is_some_and(|own| entries[..at].iter().any(|before| name(before) == Some(own)))
            };
            if !entries.iter().enumerate().any(is_alike) {
                return;
            }
        }
        let mut seen: HashMap<&str, NodeId> = HashMap::with_capacity(entries.len());
        for entry in entries {
            let key = self.built.tree.node(entry.key);
            let Some(name) = key.as_str() else { continue };
            if name == MERGE_KEY && key.is_plain() {
                continue;
            }
            let first = *seen.entry(name).or_insert(entry.key);
            if first != entry.key {
                self.built.duplicates.push(DuplicateKey { first, second: entry.key, value: entry.value });
            }
        }
    }

    /// Replaces merge keys by the entries that they bring; what the map says itself wins.
    fn merge(&mut self, entries: Vec<EntryIds>) -> Vec<EntryIds> {
        let tree = &self.built.tree;
        let is_merge = |entry: &EntryIds| {
            let key = tree.node(entry.key);
            key.is_plain()
                && key.as_str() == Some(MERGE_KEY)
                && matches!(tree.node(entry.value).kind(), Kind::Mapping(_) | Kind::Sequence(_))
        };
        if !entries.iter().any(is_merge) {
            return entries;
        }
        let (merging, own): (Vec<EntryIds>, Vec<EntryIds>) = entries.into_iter().partition(is_merge);
        let mut names: HashSet<String> =
            own.iter().filter_map(|entry| tree.node(entry.key).as_str()).map(str::to_owned).collect();
        let mut merged = own;
        for entry in merging {
            let value = tree.node(entry.value);
            let sources: Vec<_> =
                if value.is_mapping() { vec![value] } else { value.items().into_iter().collect() };
            for source in sources {
                for entry in source.entries() {
                    if entry.name().is_none_or(|name| names.insert(name.to_owned())) {
                        merged.push(EntryIds { merged: true, ..entry.ids() });
                    }
                }
            }
        }
        merged
    }

    fn tag(&self, tag: Option<Cow<'_, granit_parser::Tag>>, span: &granit_parser::Span) -> Option<Tag<'t>> {
        let tag = tag?;
        let place = span.tag_span().map(|span| place(&span))?;
        let raw = place.slice(self.original);
        // `!` alone and `!!str` say nothing beyond what the value says itself.
        let name = raw.strip_prefix('!')?;
        if name.is_empty() || name.starts_with('!') || tag.is_yaml_core_schema() {
            return None;
        }
        Some(Tag { name: Cow::Borrowed(name), span: place })
    }

    /// Where what a scalar means stands in the text as it is.
    fn written(&self, text: &str, place: Span) -> Option<Span> {
        // Quoted scalars without escapes stand between their quotes.
        let inside = || Span::new(place.start + 1, place.end - 1);
        let places = [Some(place), (place.len() >= 2).then(inside)];
        places.into_iter().flatten().find(|place| place.slice(self.original) == text)
    }

    fn flaw(&mut self, kind: SyntaxErrorKind, span: Span) {
        self.built.flaws.push(SyntaxError { kind, span });
    }
}

const MERGE_KEY: &str = "<<";

fn place(span: &granit_parser::Span) -> Span {
    let start = byte(&span.start);
    Span::new(start, byte(&span.end).max(start))
}

fn byte(marker: &granit_parser::Marker) -> u32 {
    u32::try_from(marker.byte_offset().unwrap_or(0)).unwrap_or(u32::MAX)
}

fn scalar_style(style: granit_parser::ScalarStyle) -> ScalarStyle {
    match style {
        granit_parser::ScalarStyle::Plain => ScalarStyle::Plain,
        granit_parser::ScalarStyle::SingleQuoted => ScalarStyle::SingleQuoted,
        granit_parser::ScalarStyle::DoubleQuoted => ScalarStyle::DoubleQuoted,
        granit_parser::ScalarStyle::Literal => ScalarStyle::Literal,
        granit_parser::ScalarStyle::Folded => ScalarStyle::Folded,
    }
}

fn collection_style(style: StructureStyle) -> CollectionStyle {
    match style {
        StructureStyle::Block => CollectionStyle::Block,
        StructureStyle::Flow => CollectionStyle::Flow,
    }
}

fn syntax_error(error: &ScanError, text: &str) -> SyntaxError {
    let at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
    let end = text.get(at..).and_then(|rest| rest.chars().next()).map_or(at, |next| at + next.len_utf8());
    let span = Span::new(u32::try_from(at).unwrap_or(0), u32::try_from(end).unwrap_or(0));
    SyntaxError { kind: error_kind(error), span }
}

fn error_kind(error: &ScanError) -> SyntaxErrorKind {
    match error.kind() {
        ErrorKind::UnclosedQuotedScalar => SyntaxErrorKind::UnclosedQuote,
        ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping => SyntaxErrorKind::UnclosedBracket,
        ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::ExpectedFlowSequenceSeparator => {
            SyntaxErrorKind::MissingComma
        }
        ErrorKind::MappingValueNotAllowed => SyntaxErrorKind::UnexpectedColon,
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::ExpectedBlockSequenceEntry => {
            SyntaxErrorKind::Indentation
        }
        ErrorKind::SimpleKeyExpected => SyntaxErrorKind::MissingColon,
        ErrorKind::UnexpectedCharacter { character } => SyntaxErrorKind::UnexpectedCharacter(*character),
        ErrorKind::UnknownQuotedScalarEscape => SyntaxErrorKind::UnknownEscape,
        ErrorKind::RecursionLimitExceeded => SyntaxErrorKind::TooDeep,
        ErrorKind::TabInBlockIndentation
        | ErrorKind::TabNotAllowed
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar => SyntaxErrorKind::Tab,
        _ if error.info().contains("scanning an anchor or alias") => SyntaxErrorKind::BareStar,
        _ if error.info().contains("trailing content after") => SyntaxErrorKind::TextAfterQuote,
        _ => SyntaxErrorKind::Other(error.info()),
    }
}
