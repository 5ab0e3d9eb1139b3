//! Reading the objects of describe answers, with a word about whatever has the wrong shape.

use std::cell::RefCell;

use ipnet::{Ipv4Net, Ipv6Net};

use super::ContextProblem;
use crate::finding::FileId;
use crate::language::Phrase;
use crate::network::{Ipv6Cidr, Name, Place};
use crate::phrase;
use crate::syntax::Node;

/// What cannot be used, gathered while reading.
pub(super) type Problems = RefCell<Vec<ContextProblem>>;

/// An object of a context file.
#[derive(Clone, Copy)]
pub(super) struct Record<'a> {
    pub(super) node: Node<'a>,
    pub(super) file: FileId,
    pub(super) problems: &'a Problems,
}

impl<'a> Record<'a> {
    /// Where it stands.
    pub(super) fn place(self) -> Place {
        self.place_of(self.node)
    }

    fn place_of(self, node: Node<'_>) -> Place {
        Place { file: self.file, span: node.span() }
    }

    /// Says what is wrong at a node.
    pub(super) fn wrong(self, node: Node<'_>, message: Phrase) {
        self.problem(node, message, false);
    }

    /// Says what is left out.
    pub(super) fn skip(self, node: Node<'_>, message: Phrase) {
        self.problem(node, message, true);
    }

    fn problem(self, node: Node<'_>, message: Phrase, skipped: bool) {
        let problem = ContextProblem { file: self.file, span: Some(node.span()), message, skipped };
        self.problems.borrow_mut().push(problem);
    }

    /// The value of a key; `null` is as good as none.
    pub(super) fn value(self, key: &str) -> Option<Node<'a>> {
        self.node.get(key).filter(|node| !node.is_null())
    }

    /// Whether a key has a value.
    pub(super) fn has(self, key: &str) -> bool {
        self.value(key).is_some()
    }

    fn read<T>(
        self,
        key: &str,
        read: impl FnOnce(Node<'a>) -> Option<T>,
        expected: &Phrase,
    ) -> Option<(T, Place)> {
        let node = self.value(key)?;
        let value = read(node);
        if value.is_none() {
            let Phrase { en, ja } = expected;
            self.wrong(
                node,
                Phrase {
                    en: format!("`{key}` should be {en}; it is left out"),
                    ja: format!("`{key}` は{ja}のはずです。この値は使いません"),
                },
            );
        }
        Some((value?, self.place_of(node)))
    }

    /// A text.
    pub(super) fn text(self, key: &str) -> Option<&'a str> {
        self.read(key, Node::as_str, &phrase!(en: "a text", ja: "文字列")).map(|(text, _)| text)
    }

    /// Whether a text is one of `words`, in any case.
    pub(super) fn is_any(self, key: &str, words: &[&str]) -> bool {
        self.text(key).is_some_and(|text| words.iter().any(|word| word.eq_ignore_ascii_case(text)))
    }

    /// A boolean.
    pub(super) fn flag(self, key: &str) -> Option<bool> {
        self.flag_at(key).map(|(flag, _)| flag)
    }

    /// A boolean and where it is written.
    pub(super) fn flag_at(self, key: &str) -> Option<(bool, Place)> {
        self.read(key, Node::as_bool, &phrase!(en: "`true` or `false`", ja: " `true` か `false` "))
    }

    /// A number from 0 (or, where `negative`, -1) up to 65535.
    pub(super) fn number(self, key: &str) -> Option<i64> {
        let read = |node: Node<'a>| node.as_integer().filter(|number| (-1..=65535).contains(number));
        self.read(key, read, &phrase!(en: "a number up to 65535", ja: " 65535 以下の数")).map(|(n, _)| n)
    }

    /// How many of something.
    pub(super) fn count(self, key: &str) -> Option<u32> {
        let read = |node: Node<'a>| node.as_integer().and_then(|number| u32::try_from(number).ok());
        self.read(key, read, &phrase!(en: "a count", ja: "個数")).map(|(count, _)| count)
    }

    /// A range of IPv4 addresses.
    pub(super) fn net(self, key: &str) -> Option<Ipv4Net> {
        let read = |node: Node<'a>| node.as_str()?.parse::<Ipv4Net>().ok();
        let expected = phrase!(en: "a range of addresses such as `10.0.0.0/16`", ja: " `10.0.0.0/16` のようなアドレス範囲");
        self.read(key, read, &expected).map(|(net, _)| net.trunc())
    }

    /// A range of IPv6 addresses.
    pub(super) fn ipv6_cidr(self, key: &str) -> Option<Ipv6Cidr> {
        let read = |node: Node<'a>| node.as_str()?.parse::<Ipv6Net>().ok();
        let expected = phrase!(en: "a range of addresses such as `2001:db8::/56`", ja: " `2001:db8::/56` のようなアドレス範囲");
        self.read(key, read, &expected).map(|(net, _)| Ipv6Cidr::Known(net.trunc()))
    }

    /// A range of IPv4 addresses where one of either version may stand.
    pub(super) fn net_of_any_version(self, key: &str) -> Option<Ipv4Net> {
        match self.value(key)?.as_str().map(str::parse::<Ipv6Net>) {
            Some(Ok(_)) => None,
            _ => self.net(key),
        }
    }

    /// An address.
    pub(super) fn address(self, key: &str) -> Option<std::net::Ipv4Addr> {
        let read = |node: Node<'a>| node.as_str()?.parse().ok();
        self.read(key, read, &phrase!(en: "an IPv4 address", ja: " IPv4 アドレス")).map(|(one, _)| one)
    }

    /// An id that may be missing.
    pub(super) fn name(self, key: &str) -> Option<Name> {
        self.text(key).filter(|text| !text.is_empty()).map(|text| Name::Aws(text.to_owned()))
    }

    /// The id without which the object says nothing, and where it is written.
    pub(super) fn id(self, key: &str) -> Option<(Name, Place)> {
        if !self.has(key) {
            self.wrong(
                self.node,
                phrase!(en: "`{key}` is missing here; this entry is left out", ja: "`{key}` がありません。この項目は使いません"),
            );
            return None;
        }
        let (text, place) = self.read(key, Node::as_str, &phrase!(en: "a text", ja: "文字列"))?;
        Some((Name::Aws(text.to_owned()), place))
    }

    /// The object of a key.
    pub(super) fn record(self, key: &str) -> Option<Record<'a>> {
        let read = |node: Node<'a>| node.is_mapping().then_some(node);
        let (node, _) = self.read(key, read, &phrase!(en: "an object", ja: "オブジェクト"))?;
        Some(Record { node, ..self })
    }

    /// The objects in the list of a key; none where it is not written.
    pub(super) fn records(self, key: &str) -> Vec<Record<'a>> {
        let objects = self.items(key).into_iter().filter_map(|item| {
            if !item.is_mapping() {
                self.wrong(
                    item,
                    phrase!(
                        en: "`{key}` should hold objects only; this one is left out",
                        ja: "`{key}` の要素はオブジェクトのはずです。この要素は使いません",
                    ),
                );
                return None;
            }
            Some(Record { node: item, ..self })
        });
        objects.collect()
    }

    /// The ids in the list of a key.
    pub(super) fn names(self, key: &str) -> Vec<Name> {
        self.items(key).into_iter().filter_map(Node::as_str).map(|id| Name::Aws(id.to_owned())).collect()
    }

    /// The texts in the list of a key.
    pub(super) fn items(self, key: &str) -> Vec<Node<'a>> {
        let read = |node: Node<'a>| node.is_sequence().then(|| node.items().into_iter().collect());
        let items = self.read(key, read, &phrase!(en: "a list", ja: "リスト"));
        items.map(|(items, _)| items).unwrap_or_default()
    }
}
