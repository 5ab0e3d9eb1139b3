use std::borrow::Cow;
use std::num::NonZeroU32;

use crate::order::Order;
use crate::text::Span;

/// The index of a node in its [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

impl NodeId {
    /// The index as a number, for tables that run beside the tree.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarStyle {
    /// `text`
    Plain,
    /// `'text'`
    SingleQuoted,
    /// `"text"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// How a collection is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CollectionStyle {
    /// By indentation.
    Block,
    /// In brackets, as all of JSON is.
    Flow,
}

/// One key of a mapping with its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryIds {
    /// The key.
    pub key: NodeId,
    /// The value.
    pub value: NodeId,
    /// Whether the entry came in by a merge key (`<<`).
    pub merged: bool,
}

/// Small, as a large text has many: what is longer stands beside the nodes.
#[derive(Clone, Copy, Debug)]
enum Data {
    /// As it stands in the text, or with what it means beside the nodes.
    Scalar {
        content: Content,
        style: ScalarStyle,
    },
    Sequence {
        first: u32,
        count: u32,
        style: CollectionStyle,
    },
    Mapping {
        first: u32,
        count: u32,
        style: CollectionStyle,
    },
    /// Points at the anchored node.
    Alias(NodeId),
    /// Stands where text could not be read.
    Missing,
}

/// What a scalar means.
#[derive(Clone, Copy, Debug)]
enum Content {
    /// This part of the text.
    Written(Span),
    /// Its place in [`Tree::made`].
    Made(u32),
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    data: Data,
    span: Span,
    /// The place of its tag in [`Tree::tags`]: one node of ten has one, and a large text has many nodes.
    tag: Option<NonZeroU32>,
}

/// A tag as it is written: `!GetAtt`, `!Rain::Module`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag<'t> {
    /// The name without the leading `!`.
    pub name: Cow<'t, str>,
    /// The whole tag.
    pub span: Span,
}

/// The tree of one text, in one arena. Children have smaller indices than their parents, so there are no cycles.
///
/// Later stages push nodes of their own (SAM's expansion); such a node carries the span of the text it follows from.
#[derive(Clone, Debug, Default)]
pub struct Tree<'t> {
    text: &'t str,
    slots: Vec<Slot>,
    /// What scalars mean that does not stand so in the text: with escapes, in several lines, or not written at all.
    made: Vec<Cow<'t, str>>,
    /// Counted from one.
    tags: Vec<Tag<'t>>,
    items: Vec<NodeId>,
    entries: Vec<EntryIds>,
    wide: Vec<Wide>,
}

/// Maps with more entries than this are searched by an index.
const WIDE: usize = 32;

/// The index of a map with many entries.
#[derive(Clone, Debug)]
struct Wide {
    /// Where its entries begin.
    first: u32,
    /// Their positions from there, in the order of their names; equal names as they stand.
    by_name: Vec<u32>,
}

impl<'t> Tree<'t> {
    /// An empty tree of a text, with room for its nodes: templates have one in twenty bytes.
    pub(super) fn of_text(text: &'t str) -> Self {
        Self { text, slots: Vec::with_capacity(text.len() / 16), ..Self::default() }
    }

    /// A handle on a node. `id` comes from this tree.
    pub fn node(&self, id: NodeId) -> Node<'_> {
        Node { tree: self, id }
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Every node, children before parents.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        (0..index(self.slots.len())).map(|id| self.node(NodeId(id)))
    }

    /// Adds a scalar.
    pub fn push_scalar(&mut self, text: impl Into<Cow<'t, str>>, style: ScalarStyle, span: Span) -> NodeId {
        let content = Content::Made(index(self.made.len()));
        self.made.push(text.into());
        self.push(Data::Scalar { content, style }, span)
    }

    /// Adds a scalar that means what stands at `written` in the text.
    pub(super) fn push_written(&mut self, written: Span, style: ScalarStyle, span: Span) -> NodeId {
        self.push(Data::Scalar { content: Content::Written(written), style }, span)
    }

    /// Adds a sequence of nodes of this tree.
    pub fn push_sequence(&mut self, items: &[NodeId], style: CollectionStyle, span: Span) -> NodeId {
        let first = index(self.items.len());
        self.items.extend_from_slice(items);
        self.push(Data::Sequence { first, count: index(items.len()), style }, span)
    }

    /// Adds a mapping of nodes of this tree.
    pub fn push_mapping(&mut self, entries: &[EntryIds], style: CollectionStyle, span: Span) -> NodeId {
        let first = index(self.entries.len());
        self.entries.extend_from_slice(entries);
        if entries.len() > WIDE {
            let mut by_name: Vec<u32> = (0..index(entries.len())).collect();
            by_name.order_by_key(|at| self.node(entries[*at as usize].key).as_str());
            self.wide.push(Wide { first, by_name });
        }
        self.push(Data::Mapping { first, count: index(entries.len()), style }, span)
    }

    /// Adds an alias of a node of this tree.
    pub fn push_alias(&mut self, target: NodeId, span: Span) -> NodeId {
        self.push(Data::Alias(target), span)
    }

    /// Adds a node that stands where text could not be read.
    pub fn push_missing(&mut self, span: Span) -> NodeId {
        self.push(Data::Missing, span)
    }

    /// Gives a node its tag.
    pub fn set_tag(&mut self, id: NodeId, tag: Option<Tag<'t>>) {
        let Some(slot) = self.slots.get_mut(id.index()) else { return };
        slot.tag = tag.and_then(|tag| {
            self.tags.push(tag);
            NonZeroU32::new(index(self.tags.len()))
        });
    }

    fn content(&self, content: Content) -> &str {
        match content {
            Content::Written(span) => span.slice(self.text),
            Content::Made(at) => self.made.get(at as usize).map_or("", |text| text),
        }
    }

    fn tag_of(&self, slot: Slot) -> Option<&Tag<'t>> {
        self.tags.get(slot.tag?.get() as usize - 1)
    }

    fn push(&mut self, data: Data, span: Span) -> NodeId {
        let id = NodeId(index(self.slots.len()));
        self.slots.push(Slot { data, span, tag: None });
        id
    }

    fn slot(&self, id: NodeId) -> Slot {
        self.slots[id.index()]
    }
}

/// Texts are bounded far below 4 GiB, so there are fewer nodes than `u32` counts.
fn index(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// What a node is.
#[derive(Clone, Copy, Debug)]
pub enum Kind<'a> {
    /// Text, number, boolean or null: see [`Node::as_str`] and its kin.
    Scalar(&'a str, ScalarStyle),
    /// A list.
    Sequence(Items<'a>),
    /// A map.
    Mapping(Entries<'a>),
    /// It could not be read, or an empty document.
    Missing,
}

/// A handle on one node. Aliases are followed: an alias reads as what it stands for, but has its own span.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    tree: &'a Tree<'a>,
    id: NodeId,
}

impl<'a> Node<'a> {
    /// Its index, where an alias is written the alias's own.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// The index of the node that an alias stands for; its own where it is no alias.
    pub fn target(self) -> NodeId {
        match self.tree.slot(self.id).data {
            Data::Alias(target) => target,
            _ => self.id,
        }
    }

    /// Its place in the text, without its tag.
    pub fn span(self) -> Span {
        self.tree.slot(self.id).span
    }

    /// Its place with its tag.
    pub fn span_with_tag(self) -> Span {
        let slot = self.tree.slot(self.id);
        self.tree.tag_of(slot).map_or(slot.span, |tag| tag.span.cover(slot.span))
    }

    /// Its tag; an alias has its target's.
    pub fn tag(self) -> Option<&'a Tag<'a>> {
        self.tree.tag_of(self.tree.slot(self.target()))
    }

    /// The data of what it stands for.
    fn data(self) -> Data {
        match self.tree.slot(self.id).data {
            Data::Alias(target) => self.tree.slot(target).data,
            data => data,
        }
    }

    /// What it is.
    pub fn kind(self) -> Kind<'a> {
        match self.data() {
            Data::Scalar { content, style } => Kind::Scalar(self.tree.content(content), style),
            Data::Sequence { first, count, .. } => Kind::Sequence(Items {
                tree: self.tree,
                ids: &self.tree.items[first as usize..(first + count) as usize],
            }),
            Data::Mapping { first, count, .. } => Kind::Mapping(Entries {
                tree: self.tree,
                ids: &self.tree.entries[first as usize..(first + count) as usize],
            }),
            Data::Alias(_) | Data::Missing => Kind::Missing,
        }
    }

    /// How a collection is written; nothing for scalars.
    pub fn collection_style(self) -> Option<CollectionStyle> {
        match self.data() {
            Data::Sequence { style, .. } | Data::Mapping { style, .. } => Some(style),
            _ => None,
        }
    }

    /// The text of a scalar, whatever it means: `true`, `80`, `2010-09-09` are text too.
    pub fn as_str(self) -> Option<&'a str> {
        match self.data() {
            Data::Scalar { content, .. } => Some(self.tree.content(content)),
            _ => None,
        }
    }

    /// Whether it is a plain scalar, the only ones that mean numbers, booleans or null.
    pub fn is_plain(self) -> bool {
        matches!(self.kind(), Kind::Scalar(_, ScalarStyle::Plain))
    }

    /// Whether it is null, nothing at all or unreadable.
    pub fn is_null(self) -> bool {
        match self.kind() {
            Kind::Scalar(text, ScalarStyle::Plain) => matches!(text, "" | "~" | "null" | "Null" | "NULL"),
            Kind::Missing => true,
            _ => false,
        }
    }

    /// Whether text stood here that could not be read.
    pub fn is_missing(self) -> bool {
        matches!(self.kind(), Kind::Missing)
    }

    /// The boolean that it means to CloudFormation, which reads YAML 1.1's words and takes quoted ones too.
    pub fn as_bool(self) -> Option<bool> {
        match self.kind() {
            Kind::Scalar(text, style) => read_bool(text, style == ScalarStyle::Plain),
            _ => None,
        }
    }

    /// The whole number that it means; quoted ones too.
    pub fn as_integer(self) -> Option<i64> {
        self.as_str()?.trim().parse().ok()
    }

    /// The items of a list; none for anything else.
    pub fn items(self) -> Items<'a> {
        match self.kind() {
            Kind::Sequence(items) => items,
            _ => Items { tree: self.tree, ids: &[] },
        }
    }

    /// The entries of a map; none for anything else.
    pub fn entries(self) -> Entries<'a> {
        match self.kind() {
            Kind::Mapping(entries) => entries,
            _ => Entries { tree: self.tree, ids: &[] },
        }
    }

    /// Whether it is a map.
    pub fn is_mapping(self) -> bool {
        matches!(self.kind(), Kind::Mapping(_))
    }

    /// Whether it is a list.
    pub fn is_sequence(self) -> bool {
        matches!(self.kind(), Kind::Sequence(_))
    }

    /// The value of a key of a map. Of two equal keys the later one counts, as most YAML and JSON parsers have it.
    pub fn get(self, key: &str) -> Option<Node<'a>> {
        self.entry(key).map(|entry| entry.value)
    }

    /// The entry of a key of a map.
    pub fn entry(self, key: &str) -> Option<Entry<'a>> {
        let Data::Mapping { first, count, .. } = self.data() else { return None };
        let ids = &self.tree.entries[first as usize..(first + count) as usize];
        let entries = Entries { tree: self.tree, ids };
        let name = |ids: &EntryIds| self.tree.node(ids.key).as_str();
        let found = if ids.len() > WIDE {
            let wide = &self.tree.wide;
            let by_name = &wide[wide.partition_point(|wide| wide.first < first)].by_name;
            let end = by_name.partition_point(|at| name(&ids[*at as usize]) <= Some(key));
            let last = *by_name.get(end.checked_sub(1)?)?;
            ids.get(last as usize).filter(|ids| name(ids) == Some(key))?
        } else {
            ids.iter().rev().find(|ids| name(ids) == Some(key))?
        };
        Some(entries.entry(*found))
    }

    /// The value at the end of a path of keys.
    pub fn at(self, path: &[&str]) -> Option<Node<'a>> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The only entry of a map of one entry.
    pub fn single_entry(self) -> Option<Entry<'a>> {
        let entries = self.entries();
        match entries.ids {
            [only] => Some(entries.entry(*only)),
            _ => None,
        }
    }
}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}@{}..{}", self.kind(), self.span().start, self.span().end)
    }
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.tree, other.tree) && self.id == other.id
    }
}

/// A key with its value.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The key, mostly a scalar.
    pub key: Node<'a>,
    /// The value.
    pub value: Node<'a>,
    /// Whether it came in by a merge key.
    pub merged: bool,
}

impl<'a> Entry<'a> {
    /// The key as text; a complex key has none.
    pub fn name(self) -> Option<&'a str> {
        self.key.as_str()
    }

    /// From the key's start to the value's end.
    pub fn span(self) -> Span {
        self.key.span().cover(self.value.span_with_tag())
    }

    /// Its indices.
    pub fn ids(self) -> EntryIds {
        EntryIds { key: self.key.id, value: self.value.id, merged: self.merged }
    }
}

/// The items of a list, in order.
#[derive(Clone, Copy)]
pub struct Items<'a> {
    tree: &'a Tree<'a>,
    ids: &'a [NodeId],
}

impl<'a> Items<'a> {
    /// How many.
    pub fn len(self) -> usize {
        self.ids.len()
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.ids.is_empty()
    }

    /// The one at `index`.
    pub fn get(self, index: usize) -> Option<Node<'a>> {
        self.ids.get(index).map(|id| self.tree.node(*id))
    }

    /// Their indices.
    pub fn ids(self) -> &'a [NodeId] {
        self.ids
    }
}

impl<'a> IntoIterator for Items<'a> {
    type Item = Node<'a>;
    type IntoIter = ItemIter<'a>;
    fn into_iter(self) -> ItemIter<'a> {
        ItemIter { tree: self.tree, ids: self.ids.iter() }
    }
}

/// Walks the items of a list.
pub struct ItemIter<'a> {
    tree: &'a Tree<'a>,
    ids: std::slice::Iter<'a, NodeId>,
}

impl<'a> Iterator for ItemIter<'a> {
    type Item = Node<'a>;
    fn next(&mut self) -> Option<Node<'a>> {
        self.ids.next().map(|id| self.tree.node(*id))
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.ids.size_hint()
    }
}

impl std::fmt::Debug for Items<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}

/// The entries of a map, in order.
#[derive(Clone, Copy)]
pub struct Entries<'a> {
    tree: &'a Tree<'a>,
    ids: &'a [EntryIds],
}

impl<'a> Entries<'a> {
    /// How many.
    pub fn len(self) -> usize {
        self.ids.len()
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.ids.is_empty()
    }

    /// Their indices.
    pub fn ids(self) -> &'a [EntryIds] {
        self.ids
    }

    fn entry(self, ids: EntryIds) -> Entry<'a> {
        Entry { key: self.tree.node(ids.key), value: self.tree.node(ids.value), merged: ids.merged }
    }
}

impl<'a> IntoIterator for Entries<'a> {
    type Item = Entry<'a>;
    type IntoIter = EntryIter<'a>;
    fn into_iter(self) -> EntryIter<'a> {
        EntryIter { entries: self, ids: self.ids.iter() }
    }
}

/// Walks the entries of a map.
pub struct EntryIter<'a> {
    entries: Entries<'a>,
    ids: std::slice::Iter<'a, EntryIds>,
}

impl<'a> Iterator for EntryIter<'a> {
    type Item = Entry<'a>;
    fn next(&mut self) -> Option<Entry<'a>> {
        self.ids.next().map(|ids| self.entries.entry(*ids))
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.ids.size_hint()
    }
}

impl std::fmt::Debug for Entries<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}

/// Reads YAML 1.1's words for true and false; in quotes only `true` and `false` count.
pub(crate) fn read_bool(text: &str, plain: bool) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        "yes" | "Yes" | "YES" | "on" | "On" | "ON" if plain => Some(true),
        "no" | "No" | "NO" | "off" | "Off" | "OFF" if plain => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of everything that is kept of a text the nodes are most.
    #[test]
    fn a_node_is_small() {
        assert_eq!(size_of::<Slot>(), 28);
    }
}
