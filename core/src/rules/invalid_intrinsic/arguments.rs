//! The arguments of the functions that give values.

use std::ops::RangeInclusive;

use super::{Check, Section, usage, written};
use crate::language::Phrase;
use crate::phrase;
use crate::syntax::{Items, Node};
use crate::template::expression::{Call, Expression, Function, SubPiece, sub_pieces};
use crate::template::reference::{SourceText, Use, references};
use crate::text::Span;

impl<'a> Check<'a, '_> {
    pub(super) fn reference(&mut self, call: Call<'a>) {
        let what = phrase!(en: "the name", ja: "名前");
        match call.argument.expression() {
            Expression::Scalar(node) if !node.is_null() && node.as_str() != Some("") => {}
            Expression::Call(_) if self.takes_calls_for_names() => {}
            expression => {
                self.refuse_unless_text(call, expression, place(call.argument.node, call), &what, &[]);
            }
        }
    }

    pub(super) fn get_att(&mut self, call: Call<'a>) {
        let name = written(call);
        match call.argument.expression() {
            Expression::Scalar(node) => {
                let text = node.as_str().unwrap_or("");
                let parted = text
                    .split_once('.')
                    .is_some_and(|(name, attribute)| !name.trim().is_empty() && !attribute.trim().is_empty());
                if parted || self.preprocessed {
                    return;
                }
                let message = if text.is_empty() || node.is_null() {
                    phrase!(en: "{name} names no resource", ja: "{name} にリソース名がありません")
                } else {
                    phrase!(
                        en: "{name} names no attribute of `{text}`",
                        ja: "{name} に `{text}` の属性名がありません",
                    )
                };
                self.tell(call, place(node, call), message);
            }
            Expression::List(_) => {
                let Some(items) = self.list(call, 2..=2) else { return };
                let parts = [
                    (phrase!(en: "the resource", ja: "リソース名"), &[][..]),
                    (phrase!(en: "the attribute", ja: "属性名"), &[Function::Ref][..]),
                ];
                for (node, (what, allowed)) in items.into_iter().zip(parts) {
                    self.text_item(call, node, &what, allowed);
                }
            }
            _ => {
                self.list(call, 2..=2);
            }
        }
    }

    pub(super) fn sub(&mut self, call: Call<'a>) {
        match call.argument.expression() {
            Expression::Scalar(node) if !node.is_null() => self.sub_names(call, node),
            Expression::List(_) => {
                let Some(items) = self.list(call, 2..=2) else { return };
                let (Some(text), Some(own)) = (items.get(0), items.get(1)) else { return };
                self.text_item(call, text, &phrase!(en: "the text", ja: "文字列"), &[]);
                if text.tag().is_none() {
                    self.sub_names(call, text);
                }
                self.sub_variables(call, own);
            }
            Expression::Missing => {}
            Expression::Call(inner) if self.takes_calls_for_names() || is_open(inner) => {}
            _ => {
                let name = written(call);
                self.tell(
                    call,
                    place(call.argument.node, call),
                    phrase!(
                        en: "{name} takes a text, or a list of a text and a map",
                        ja: "{name} の引数は、文字列か、文字列とマップのリストです",
                    ),
                );
            }
        }
    }

    /// `${...}` around what can be no name is refused, though shells write it: `${HOME:-/root}`.
    fn sub_names(&mut self, call: Call<'a>, node: Node<'a>) {
        let Some(text) = node.as_str().filter(|_| !self.preprocessed) else { return };
        let source = SourceText::of(node, text, self.template.text());
        for piece in sub_pieces(text) {
            let SubPiece::Name(name, offset) = piece else { continue };
            if is_sub_name(name)
                || name.split('.').next().is_some_and(|id| self.template.resource(id).is_some())
            {
                continue;
            }
            let span = if name.is_empty() { place(node, call) } else { source.span(offset, name) };
            let function = written(call);
            let (message, help) = if name.is_empty() {
                (
                    phrase!(en: "{function} has an empty `${{}}`", ja: "{function} に空の `${{}}` があります"),
                    phrase!(
                        en: "name a parameter, resource or attribute, or write `${{!}}` to keep it as text",
                        ja: "パラメータ、リソース、属性の名前を書くか、文字のまま残すなら `${{!}}` としてください",
                    ),
                )
            } else {
                (
                    phrase!(
                        en: "`{name}` cannot be a name, so {function} refuses it",
                        ja: "`{name}` は名前として使えないため、{function} が受け付けません",
                    ),
                    phrase!(
                        en: "to keep it as text, such as a shell's own variable, write `${{!{name}}}`",
                        ja: "シェル変数のように文字のまま残すなら `${{!{name}}}` と書いてください",
                    ),
                )
            };
            self.report(span, name, message, help);
        }
    }

    fn sub_variables(&mut self, call: Call<'a>, own: Node<'a>) {
        let name = written(call);
        match Expression::of(own) {
            Expression::Map(map) => {
                for entry in map.entries() {
                    let is_text = match Expression::of(entry.value) {
                        Expression::List(_) => false,
                        Expression::Map(map) => has_macro(map),
                        _ => true,
                    };
                    if !is_text && !self.preprocessed {
                        let variable = entry.name().unwrap_or("");
                        self.tell(
                            call,
                            entry.value.span(),
                            phrase!(
                                en: "the variable `{variable}` of {name} must be a text",
                                ja: "{name} の変数 `{variable}` は文字列でなければなりません",
                            ),
                        );
                    }
                }
            }
            Expression::Missing => {}
            Expression::Call(inner) if self.takes_calls_for_names() || is_open(inner) => {}
            _ => self.tell(
                call,
                place(own, call),
                phrase!(
                    en: "the second argument of {name} must be a map of its variables",
                    ja: "{name} の 2 番目の引数は、変数のマップでなければなりません",
                ),
            ),
        }
    }

    pub(super) fn join(&mut self, call: Call<'a>) {
        let Some(items) = self.list(call, 2..=2) else { return };
        let (Some(delimiter), Some(list)) = (items.get(0), items.get(1)) else { return };
        self.text_item(call, delimiter, &phrase!(en: "the delimiter", ja: "区切り文字"), &[]);
        self.list_item(call, list);
        let Expression::List(items) = Expression::of(list) else { return };
        for item in items {
            let is_text = match Expression::of(item) {
                Expression::List(_) => false,
                Expression::Map(map) => has_macro(map),
                _ => true,
            };
            if !is_text && !self.preprocessed {
                let name = written(call);
                self.tell(
                    call,
                    item.span(),
                    phrase!(en: "{name} joins texts only", ja: "{name} が連結できるのは文字列だけです"),
                );
            }
        }
    }

    pub(super) fn select(&mut self, call: Call<'a>) {
        let Some(items) = self.list(call, 2..=2) else { return };
        let (Some(index), Some(list)) = (items.get(0), items.get(1)) else { return };
        self.list_item(call, list);
        let name = written(call);
        let number = match Expression::of(index) {
            Expression::Scalar(node) => node.as_str().unwrap_or("").trim().parse::<u64>().ok(),
            Expression::Call(_) | Expression::Missing => return,
            Expression::List(_) | Expression::Map(_) => None,
        };
        let Some(number) = number else {
            self.tell(
                call,
                place(index, call),
                phrase!(
                    en: "the index of {name} must be a whole number from 0",
                    ja: "{name} の番号は 0 以上の整数でなければなりません",
                ),
            );
            return;
        };
        if let Some(count) =
            known_count(list).filter(|count| u64::try_from(*count).is_ok_and(|count| number >= count))
        {
            self.tell(
                call,
                place(index, call),
                phrase!(
                    en: "the list has {count} items, so there is none at index {number}",
                    ja: "リストの要素は {count} 個なので、番号 {number} の要素はありません",
                ),
            );
        }
    }

    pub(super) fn split(&mut self, call: Call<'a>) {
        let Some(items) = self.list(call, 2..=2) else { return };
        let (Some(delimiter), Some(text)) = (items.get(0), items.get(1)) else { return };
        self.text_item(call, delimiter, &phrase!(en: "the delimiter", ja: "区切り文字"), &[]);
        let what = phrase!(en: "what is split", ja: "分割する値");
        let expression = Expression::of(text);
        match expression {
            Expression::Scalar(_) => {}
            Expression::Call(inner) if !gives_a_list(inner.function) => {}
            // Later ones are told as unknown where they matter; here only what can never be a text.
            expression => self.refuse_unless_text(call, expression, place(text, call), &what, &[]),
        }
    }

    pub(super) fn cidr(&mut self, call: Call<'a>) {
        let Some(items) = self.list(call, 2..=3) else { return };
        let name = written(call);
        let number = |at: usize| {
            let node = items.get(at).filter(|node| node.tag().is_none())?;
            node.as_str().map(|text| (node, text.trim().parse::<u32>().ok()))
        };
        for (at, most, what) in [
            (1, 256, phrase!(en: "the number of blocks", ja: "ブロックの数")),
            (2, 128, phrase!(en: "the bits", ja: "ビット数")),
        ] {
            if let Some((node, value)) = number(at)
                && !value.is_some_and(|value| (1..=most).contains(&value))
            {
                let (en, ja) = (&what.en, &what.ja);
                self.tell(
                    call,
                    place(node, call),
                    phrase!(
                        en: "{en} of {name} must be a whole number from 1 to {most}",
                        ja: "{name} の{ja}は 1〜{most} の整数でなければなりません",
                    ),
                );
                return;
            }
        }
        let block = items.get(0).filter(|node| node.tag().is_none());
        let Some((block, text)) = block.and_then(|node| Some((node, node.as_str()?))) else { return };
        let prefix = text.trim().split_once('/').and_then(|(address, length)| {
            let length = length.parse::<u32>().ok().filter(|length| *length <= 32);
            address.parse::<std::net::Ipv4Addr>().ok().and(length)
        });
        let Some(prefix) = prefix else {
            // IPv6 blocks come from attributes; a written one is left to CloudFormation.
            if !text.contains([':', '{']) && !self.preprocessed {
                self.tell(
                    call,
                    place(block, call),
                    phrase!(
                        en: "the block of {name} must be written as `10.0.0.0/16`; here is `{text}`",
                        ja: "{name} のブロックは `10.0.0.0/16` の形で書きます: `{text}`",
                    ),
                );
            }
            return;
        };
        let (Some((_, Some(count))), Some((node, Some(bits)))) = (number(1), number(2)) else { return };
        let room = 32_u32.saturating_sub(prefix).checked_sub(bits);
        if room.is_none_or(|room| u64::from(count) > 1 << room) {
            self.tell(
                call,
                place(node, call),
                phrase!(
                    en: "`{text}` has no room for {count} blocks with {bits} bits each for hosts",
                    ja: "`{text}` には、ホスト部 {bits} ビットのブロック {count} 個が収まりません",
                ),
            );
        }
    }

    /// `Fn::Base64`, `Fn::GetAZs`, `Fn::ImportValue`: one text.
    pub(super) fn text_argument(&mut self, call: Call<'a>) {
        let node = call.argument.node;
        let what = phrase!(en: "the argument", ja: "引数");
        match call.argument.expression() {
            // `!GetAZs` with nothing after it is read as an empty text.
            Expression::Scalar(node)
                if !node.is_null() || (call.short && call.function == Function::GetAzs) => {}
            Expression::Call(inner) if !gives_a_list(inner.function) => {}
            expression => self.refuse_unless_text(call, expression, place(node, call), &what, &[]),
        }
    }

    /// An import is looked up before there is any resource.
    pub(super) fn import_value(&mut self, call: Call<'a>) {
        self.text_argument(call);
        let name = written(call);
        self.refuse_resources(
            call.node,
            |resource| {
                phrase!(
                    en: "the name in {name} depends on the resource `{resource}`",
                    ja: "{name} の名前がリソース `{resource}` によって変わります",
                )
            },
            &phrase!(
                en: "imports are looked up before any resource is made: use text, parameters or pseudo parameters only",
                ja: "インポートはリソースの作成前に解決されます。文字列、パラメータ、擬似パラメータだけを使ってください",
            ),
        );
    }

    /// `Export: {Name: ...}` of an output.
    pub(super) fn export(&mut self, node: Node<'a>) {
        self.values(node);
        let Some(name) = node.get("Name") else { return };
        self.refuse_resources(
            name,
            |resource| {
                phrase!(
                    en: "the name of an export depends on the resource `{resource}`",
                    ja: "エクスポート名がリソース `{resource}` によって変わります",
                )
            },
            &phrase!(
                en: "exports are named before any resource is made: use text, parameters or pseudo parameters only",
                ja: "エクスポート名はリソースの作成前に決まります。文字列、パラメータ、擬似パラメータだけを使ってください",
            ),
        );
    }

    fn refuse_resources(&mut self, node: Node<'a>, message: impl Fn(&str) -> Phrase, help: &Phrase) {
        if self.preprocessed {
            return;
        }
        let template = self.template;
        let mut needs: Vec<(Span, String)> = Vec::new();
        references(node, template.text(), &mut |reference| {
            let of_resource = match reference.usage {
                Use::Ref | Use::Sub => {
                    template.parameter(reference.name).is_none()
                        && template.resource(reference.name).is_some()
                }
                Use::GetAtt | Use::SubGetAtt => true,
                Use::DependsOn | Use::Condition => false,
            };
            if of_resource {
                needs.push((reference.span, reference.name.to_owned()));
            }
        });
        for (span, resource) in needs {
            self.report(span, &resource, message(&resource), help.clone());
        }
    }

    pub(super) fn if_else(&mut self, call: Call<'a>) {
        let Some(items) = self.list(call, 3..=3) else { return };
        let Some(condition) = items.get(0) else { return };
        let what = phrase!(en: "the condition", ja: "条件");
        match Expression::of(condition) {
            Expression::Scalar(node) if !node.is_null() => {}
            expression => {
                if let Expression::Call(inner) = expression
                    && !is_open(inner)
                    && !self.preprocessed
                {
                    let (name, inner) = (written(call), written(inner));
                    self.report(
                        place(condition, call),
                        &name,
                        phrase!(
                            en: "the condition of {name} must be the name of one; here is {inner}",
                            ja: "{name} の条件には条件名を書きます。{inner} は使えません",
                        ),
                        phrase!(
                            en: "name it under Conditions and write that name",
                            ja: "Conditions に条件を書き、その名前を指定してください",
                        ),
                    );
                    return;
                }
                self.refuse_unless_text(call, expression, place(condition, call), &what, &[]);
            }
        }
    }

    pub(super) fn length(&mut self, call: Call<'a>) {
        if let Expression::Scalar(node) = call.argument.expression() {
            let name = written(call);
            self.tell(
                call,
                place(node, call),
                phrase!(en: "{name} takes a list", ja: "{name} の引数はリストです"),
            );
        }
    }

    pub(super) fn json_string(&mut self, call: Call<'a>) {
        if let Expression::Scalar(node) = call.argument.expression() {
            let name = written(call);
            self.tell(
                call,
                place(node, call),
                phrase!(en: "{name} takes a map or a list", ja: "{name} の引数はマップかリストです"),
            );
        }
    }

    pub(super) fn transform(&mut self, call: Call<'a>) {
        let node = call.argument.node;
        let nameless = match call.argument.expression() {
            Expression::Map(map) => map.entry("Name").is_none(),
            Expression::Scalar(node) => node.is_null(),
            _ => false,
        };
        if nameless {
            let name = written(call);
            self.tell(
                call,
                place(node, call),
                phrase!(en: "{name} names no macro", ja: "{name} にマクロ名 (Name) がありません"),
            );
        }
    }

    /// The arguments of a call that takes a list of them; tells where there is none or another number.
    pub(super) fn list(&mut self, call: Call<'a>, counts: RangeInclusive<usize>) -> Option<Items<'a>> {
        let name = written(call);
        let (least, most) = (*counts.start(), *counts.end());
        match call.argument.expression() {
            Expression::List(items) if counts.contains(&items.len()) => Some(items),
            Expression::List(items) => {
                // A macro may put items in.
                let open = items
                    .into_iter()
                    .any(|item| matches!(Expression::of(item), Expression::Call(inner) if is_open(inner)));
                if self.preprocessed || (open && items.len() < least) {
                    return None;
                }
                let here = items.len();
                let message = match (least, most) {
                    (1, 1) => phrase!(
                        en: "{name} takes 1 argument; here are {here}",
                        ja: "{name} の引数は 1 つですが、{here} 個あります",
                    ),
                    _ if least == most => phrase!(
                        en: "{name} takes {least} arguments; here {here}",
                        ja: "{name} の引数は {least} 個ですが、{here} 個あります",
                    ),
                    _ => phrase!(
                        en: "{name} takes {least} to {most} arguments; here {here}",
                        ja: "{name} の引数は {least}〜{most} 個ですが、{here} 個あります",
                    ),
                };
                self.tell(call, call.name, message);
                None
            }
            Expression::Missing => None,
            Expression::Call(inner) if self.preprocessed || is_open(inner) => None,
            Expression::Map(map) if self.preprocessed || has_macro(map) => None,
            _ => {
                self.tell(
                    call,
                    call.name,
                    phrase!(en: "{name} takes a list of arguments", ja: "{name} の引数はリストで書きます"),
                );
                None
            }
        }
    }

    /// An argument that must be a text, or the call of one of the `allowed` functions.
    pub(super) fn text_item(&mut self, call: Call<'a>, node: Node<'a>, what: &Phrase, allowed: &[Function]) {
        match Expression::of(node) {
            Expression::Scalar(node) if !node.is_null() => {}
            Expression::Call(_) if self.takes_calls_for_names() => {}
            expression => self.refuse_unless_text(call, expression, place(node, call), what, allowed),
        }
    }

    pub(super) fn refuse_unless_text(
        &mut self,
        call: Call<'a>,
        expression: Expression<'a>,
        span: Span,
        what: &Phrase,
        allowed: &[Function],
    ) {
        let name = written(call);
        let (en, ja) = (&what.en, &what.ja);
        let message = match expression {
            Expression::Missing => return,
            Expression::Call(inner)
                if self.preprocessed || is_open(inner) || allowed.contains(&inner.function) =>
            {
                return;
            }
            Expression::Call(inner) => {
                let inner = written(inner);
                phrase!(en: "{en} of {name} cannot be {inner}", ja: "{name} の{ja}に {inner} は使えません")
            }
            Expression::Map(map) if self.preprocessed || has_macro(map) => return,
            Expression::Scalar(_) => phrase!(en: "{en} of {name} is empty", ja: "{name} の{ja}が空です"),
            Expression::List(_) | Expression::Map(_) => {
                phrase!(en: "{en} of {name} must be a text", ja: "{name} の{ja}は文字列でなければなりません")
            }
        };
        self.tell(call, span, message);
    }

    /// An argument that must be a list or give one.
    fn list_item(&mut self, call: Call<'a>, node: Node<'a>) {
        let name = written(call);
        let span = place(node, call);
        let message = match Expression::of(node) {
            Expression::List(_) | Expression::Missing => return,
            Expression::Call(inner) => match inner.function {
                Function::Sub
                | Function::Join
                | Function::Base64
                | Function::ToJsonString
                | Function::Length => {
                    let inner = written(inner);
                    phrase!(
                        en: "{name} takes a list, and {inner} gives a text",
                        ja: "{name} にはリストが必要ですが、{inner} の結果は文字列です",
                    )
                }
                Function::Ref => {
                    let parameter = inner.argument.literal().and_then(|name| self.template.parameter(name));
                    let one = |kind: &str| matches!(kind, "String" | "Number");
                    let Some(parameter) = parameter.filter(|parameter| one(&parameter.kind)) else { return };
                    let (parameter, kind) = (&parameter.name, &parameter.kind);
                    phrase!(
                        en: "{name} takes a list, and the parameter `{parameter}` is one {kind}",
                        ja: "{name} にはリストが必要ですが、パラメータ `{parameter}` の型は {kind} です",
                    )
                }
                _ => return,
            },
            Expression::Map(map) if has_macro(map) => return,
            Expression::Scalar(_) | Expression::Map(_) => {
                phrase!(en: "the second argument of {name} must be a list", ja: "{name} の 2 番目の引数はリストでなければなりません")
            }
        };
        if !self.preprocessed {
            self.tell(call, span, message);
        }
    }

    /// A finding whose help is how the function is written.
    pub(super) fn tell(&mut self, call: Call<'a>, span: Span, message: Phrase) {
        let help = usage::of(call.function, self.template.parsed.format);
        self.report(span, call.function.name(), message, help);
    }

    pub(super) fn in_rules(&self) -> bool {
        self.section == Section::Rules
    }
}

/// The place of an argument; an empty one has none, and the function's name stands for it.
pub(super) fn place(node: Node<'_>, call: Call<'_>) -> Span {
    let span = if node.id() == call.node.id() { node.span() } else { node.span_with_tag() };
    if span.is_empty() { call.name } else { span }
}

/// What a macro, another tool or a function that we do not know makes can be anything.
pub(super) fn is_open(call: Call<'_>) -> bool {
    matches!(call.function, Function::Transform | Function::Foreign | Function::Unknown)
}

/// A map whose other entries a macro brings.
pub(super) fn has_macro(map: Node<'_>) -> bool {
    map.entries()
        .into_iter()
        .any(|entry| entry.name().is_some_and(|name| name == "Fn::Transform" || super::is_loop(name)))
}

fn gives_a_list(function: Function) -> bool {
    matches!(function, Function::GetAzs | Function::Split | Function::Cidr)
}

/// Letters, digits and what parts names: all that `${...}` may hold.
pub(in crate::rules) fn is_sub_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':'))
}

/// How many items a list surely has at most.
fn known_count(node: Node<'_>) -> Option<usize> {
    match Expression::of(node) {
        Expression::List(items) => {
            let open = |item: Node<'_>| match Expression::of(item) {
                Expression::Call(inner) => is_open(inner),
                Expression::Map(map) => has_macro(map),
                Expression::Missing => true,
                Expression::Scalar(_) | Expression::List(_) => false,
            };
            (!items.into_iter().any(open)).then_some(items.len())
        }
        Expression::Call(call) => {
            let text = |at: usize| call.arguments().get(at).filter(|node| node.tag().is_none())?.as_str();
            match call.function {
                Function::Split => {
                    let (delimiter, text) = (text(0).filter(|text| !text.is_empty())?, text(1)?);
                    (!text.contains("{{resolve:")).then(|| text.split(delimiter).count())
                }
                Function::Cidr => text(1)?.trim().parse().ok(),
                _ => None,
            }
        }
        _ => None,
    }
}
