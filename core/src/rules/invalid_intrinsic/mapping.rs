//! `Fn::FindInMap`: its arguments, and whether the Mappings section has what they name.

use super::arguments::{has_macro, place};
use super::{Check, nearest, written};
use crate::language::Phrase;
use crate::order::Order;
use crate::phrase;
use crate::syntax::{Entry, Node};
use crate::template::expression::{Call, Expression, Function};

impl<'a> Check<'a, '_> {
    pub(super) fn find_in_map(&mut self, call: Call<'a>) {
        let Some(items) = self.list(call, 3..=4) else { return };
        let parts = [
            phrase!(en: "the mapping", ja: "マッピング名"),
            phrase!(en: "the first key", ja: "1 つ目のキー"),
            phrase!(en: "the second key", ja: "2 つ目のキー"),
        ];
        for (node, what) in items.into_iter().zip(&parts) {
            self.text_item(call, node, what, &[Function::Ref, Function::FindInMap]);
        }
        let default = items.get(3);
        if let Some(default) = default {
            self.default_value(call, default);
        }
        let open = default.is_some() || self.preprocessed;
        let (Some(map), Some(first), Some(second)) = (items.get(0), items.get(1), items.get(2)) else {
            return;
        };
        if !open {
            self.look_up(call, [map, first, second]);
        }
    }

    fn default_value(&mut self, call: Call<'a>, node: Node<'a>) {
        let name = written(call);
        if self.preprocessed {
            return;
        }
        if !self.extended {
            let (_, help) = self.needs_extensions(&name);
            self.report(
                place(node, call),
                &name,
                phrase!(
                    en: "the fourth argument of {name} works with the transform `AWS::LanguageExtensions` only",
                    ja: "{name} の 4 番目の引数を使うには変換 `AWS::LanguageExtensions` が必要です",
                ),
                help,
            );
            return;
        }
        let right = match Expression::of(node) {
            Expression::Map(map) => map.entry("DefaultValue").is_some() || has_macro(map),
            Expression::Missing | Expression::Call(_) => true,
            Expression::Scalar(_) | Expression::List(_) => false,
        };
        if !right {
            self.tell(
                call,
                place(node, call),
                phrase!(
                    en: "the fourth argument of {name} must be a map with `DefaultValue`",
                    ja: "{name} の 4 番目の引数は `DefaultValue` を持つマップでなければなりません",
                ),
            );
        }
    }

    fn look_up(&mut self, call: Call<'a>, path: [Node<'a>; 3]) {
        let [map, first, second] = path;
        let Some(name) = self.known_key(map) else { return };
        let mappings = self.root.get("Mappings");
        if mappings
            .is_some_and(|section| section.tag().is_some() || section.is_missing() || has_macro(section))
        {
            return;
        }
        let Some(mapping) = mappings.and_then(|section| section.get(name)) else {
            let names = mappings.map(Node::entries).into_iter().flatten().filter_map(Entry::name);
            let near = near_key(name, names);
            self.missing(
                map,
                call,
                name,
                phrase!(en: "no mapping is named `{name}`", ja: "`{name}` という名前のマッピングはありません"),
                near,
                phrase!(en: "declare it under Mappings, or correct the name", ja: "Mappings に書くか、名前を直してください"),
            );
            return;
        };
        let is_plain = |node: Node<'_>| node.is_mapping() && node.tag().is_none() && !has_macro(node);
        if !is_plain(mapping) || mapping.entries().is_empty() {
            return;
        }
        let correct = || phrase!(en: "add it to the mapping, or correct the key", ja: "マッピングに追加するか、キーを直してください");
        let tops: Vec<Node<'a>> = match self.known_key(first).map(|key| (key, mapping.get(key))) {
            Some((_, Some(top))) => vec![top],
            Some((key, None)) => {
                let near = near_key(key, mapping.entries().into_iter().filter_map(Entry::name));
                let message = phrase!(
                    en: "the mapping `{name}` has no key `{key}`",
                    ja: "マッピング `{name}` にキー `{key}` がありません",
                );
                self.missing(first, call, key, message, near, correct());
                return;
            }
            None => mapping.entries().into_iter().map(|entry| entry.value).collect(),
        };
        let Some(key) = self.known_key(second) else { return };
        if tops.iter().any(|top| !is_plain(*top) || top.get(key).is_some()) {
            return;
        }
        let mut names: Vec<&str> =
            tops.iter().flat_map(|top| top.entries().into_iter().filter_map(Entry::name)).collect();
        names.order();
        names.dedup();
        let message = match self.known_key(first) {
            Some(first) => phrase!(
                en: "`{first}` of the mapping `{name}` has no key `{key}`",
                ja: "マッピング `{name}` の `{first}` にキー `{key}` がありません",
            ),
            None => phrase!(
                en: "nothing in the mapping `{name}` has a key `{key}`",
                ja: "マッピング `{name}` のどこにもキー `{key}` がありません",
            ),
        };
        self.missing(second, call, key, message, near_key(key, names.into_iter()), correct());
    }

    /// A key that is written out: not made by a loop, nor perhaps in a part of the text that could not be read.
    fn known_key(&self, node: Node<'a>) -> Option<&'a str> {
        let Expression::Scalar(scalar) = Expression::of(node) else { return None };
        let key = scalar.as_str().filter(|_| !scalar.is_null())?;
        let made = key.contains("${") || key.contains("&{");
        let lost =
            self.template.parsed.lost.iter().any(|span| span.slice(self.template.text()).contains(key));
        (!made && !lost).then_some(key)
    }

    fn missing(
        &mut self,
        node: Node<'a>,
        call: Call<'a>,
        key: &str,
        message: Phrase,
        near: Option<&str>,
        help: Phrase,
    ) {
        let help = match near {
            Some(near) => phrase!(en: "did you mean `{near}`?", ja: "`{near}` ではありませんか?"),
            None => help,
        };
        self.report(place(node, call), key, message, help);
    }
}

/// The near one of the names that CloudFormation would take: 200 mappings, and 200 keys in each, are its quotas
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>).
fn near_key<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    nearest(name, names.take(200))
}
