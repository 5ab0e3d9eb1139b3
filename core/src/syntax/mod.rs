//! Text to tree: YAML and JSON into one tree with the place of every key and value.
//!
//! Parsing never fails. Where the text is broken, the smallest part that can be given up is given up, its error
//! is kept, and everything else is still read.

mod events;
mod repair;
mod tree;

use std::borrow::Cow;

pub use tree::{
    CollectionStyle, Entries, Entry, EntryIds, EntryIter, ItemIter, Items, Kind, Node, NodeId, ScalarStyle,
    Tag, Tree,
};

use crate::order::Order;
use crate::text::Span;

/// What a text may ask of us.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Longer texts, in bytes, are refused.
    pub size: usize,
    /// Collections inside collections, block and flow counted apart.
    pub depth: usize,
    /// Nodes that all aliases together stand for.
    pub alias_nodes: u64,
    /// Errors kept of one text.
    pub errors: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { size: 1_000_000, depth: 100, alias_nodes: 200_000, errors: 50 }
    }
}

/// One document of the text.
#[derive(Clone, Copy, Debug)]
pub struct Document {
    /// Its root node.
    pub root: NodeId,
    /// Its place.
    pub span: Span,
}

/// A YAML comment.
#[derive(Clone, Debug)]
pub struct Comment<'t> {
    /// Its place, from `#` to the end of its line.
    pub span: Span,
    /// What stands after `#`.
    pub text: Cow<'t, str>,
    /// Whether something else stands before it on its line.
    pub trailing: bool,
}

/// Two equal keys in one map.
#[derive(Clone, Copy, Debug)]
pub struct DuplicateKey {
    /// The first of them.
    pub first: NodeId,
    /// The later one.
    pub second: NodeId,
    /// The later one's value.
    pub value: NodeId,
}

/// A place that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong.
    pub kind: SyntaxErrorKind,
    /// Where.
    pub span: Span,
}

/// What is wrong with a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// A quote is opened and never closed.
    UnclosedQuote,
    /// `[` or `{` is opened and never closed.
    UnclosedBracket,
    /// An entry follows another without a comma, or the bracket is not closed.
    MissingComma,
    /// `a: b: c`, or a key where a value has begun.
    UnexpectedColon,
    /// A key without `:`.
    MissingColon,
    /// A line is indented unlike its neighbours.
    Indentation,
    /// A tab where YAML takes spaces only.
    Tab,
    /// A character that cannot start a value.
    UnexpectedCharacter(char),
    /// `*` where YAML reads an alias, and no name follows.
    BareStar,
    /// `key:value` without a space, or with a full-width colon.
    MissingSpace,
    /// Text goes on after a closing quote.
    TextAfterQuote,
    /// A backslash before a character that has no such escape.
    UnknownEscape,
    /// An alias of an anchor that is not there.
    UnknownAnchor(String),
    /// An alias of the very collection that it is in.
    AliasInsideItself,
    /// Aliases stand for more nodes than we read.
    TooManyAliases {
        /// How many we read.
        limit: u64,
    },
    /// Collections are nested too deep.
    TooDeep,
    /// The text is longer than we read.
    TooLong {
        /// Its length in bytes.
        size: usize,
        /// What we read.
        limit: usize,
    },
    /// A second document, which CloudFormation does not read.
    SecondDocument,
    /// Anything else, in the parser's words.
    Other(String),
}

/// How the text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// YAML.
    Yaml,
    /// JSON: the first thing in it is `{`.
    Json,
}

/// The tree of a text and everything noticed while reading it.
#[derive(Debug)]
pub struct Parsed<'t> {
    /// The text.
    pub text: &'t str,
    /// How it is written.
    pub format: Format,
    /// The tree.
    pub tree: Tree<'t>,
    /// The root of the document that is the template: the first with `Resources`, else the first.
    pub root: NodeId,
    /// Its documents, at least one.
    pub documents: Vec<Document>,
    /// Its comments, in order.
    pub comments: Vec<Comment<'t>>,
    /// Equal keys.
    pub duplicates: Vec<DuplicateKey>,
    /// What could not be read, in order.
    pub errors: Vec<SyntaxError>,
    /// The parts that were given up.
    pub lost: Vec<Span>,
}

impl Parsed<'_> {
    /// The root of the document that is the template: the first with `Resources`, else the first.
    pub fn root(&self) -> Node<'_> {
        self.tree.node(self.root)
    }
}

/// Reads `text`. Never fails; see [`Parsed::errors`].
pub fn parse<'t>(text: &'t str, limits: &Limits) -> Parsed<'t> {
    let format = if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        Format::Json
    } else {
        Format::Yaml
    };
    if text.len() > limits.size {
        return refuse(text, format, limits);
    }
    let mut built = events::build(text, text, limits);
    let mut errors = Vec::new();
    let mut lost = Vec::new();
    if let Some(first) = built.stopped.take() {
        let repaired = repair::repair(text, format, first, limits);
        built = events::build(text, &repaired.text, limits);
        errors = repaired.errors;
        lost = repaired.lost;
    }
    errors.append(&mut built.flaws);
    let root = root_of(&mut built);
    if let Some(second) = second_document(&built) {
        errors.push(second);
    }
    errors.order_by_key(|error| error.span);
    errors.truncate(limits.errors);
    Parsed {
        text,
        format,
        root,
        tree: built.tree,
        documents: built.documents,
        comments: built.comments,
        duplicates: built.duplicates,
        errors,
        lost,
    }
}

fn root_of(built: &mut events::Built<'_>) -> NodeId {
    let has_resources = |document: &&Document| built.tree.node(document.root).get("Resources").is_some();
    if let Some(document) = built.documents.iter().find(has_resources).or(built.documents.first()) {
        return document.root;
    }
    let root = built.tree.push_missing(Span::empty(0));
    built.documents.push(Document { root, span: Span::empty(0) });
    root
}

/// An empty document after the first (a closing `---`) is no second one.
fn second_document(built: &events::Built<'_>) -> Option<SyntaxError> {
    let full = |document: &&Document| !built.tree.node(document.root).is_null();
    let second = built.documents.iter().filter(full).nth(1)?;
    Some(SyntaxError { kind: SyntaxErrorKind::SecondDocument, span: built.tree.node(second.root).span() })
}

fn refuse<'t>(text: &'t str, format: Format, limits: &Limits) -> Parsed<'t> {
    let mut tree = Tree::default();
    let root = tree.push_missing(Span::empty(0));
    let kind = SyntaxErrorKind::TooLong { size: text.len(), limit: limits.size };
    Parsed {
        text,
        format,
        root,
        tree,
        documents: vec![Document { root, span: Span::empty(0) }],
        comments: Vec::new(),
        duplicates: Vec::new(),
        errors: vec![SyntaxError { kind, span: Span::empty(0) }],
        lost: Vec::new(),
    }
}
