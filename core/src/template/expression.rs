//! What a node means to CloudFormation: plain data or the call of an intrinsic function.

use crate::syntax::{Items, Kind, Node, NodeId};
use crate::text::Span;

/// An intrinsic function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    /// `Ref`
    Ref,
    /// `Fn::GetAtt`
    GetAtt,
    /// `Fn::Sub`
    Sub,
    /// `Fn::Join`
    Join,
    /// `Fn::Select`
    Select,
    /// `Fn::Split`
    Split,
    /// `Fn::FindInMap`
    FindInMap,
    /// `Fn::Cidr`
    Cidr,
    /// `Fn::GetAZs`
    GetAzs,
    /// `Fn::Base64`
    Base64,
    /// `Fn::ImportValue`
    ImportValue,
    /// `Fn::If`
    If,
    /// `Fn::Equals`
    Equals,
    /// `Fn::And`
    And,
    /// `Fn::Or`
    Or,
    /// `Fn::Not`
    Not,
    /// `Condition`
    Condition,
    /// `Fn::Transform`
    Transform,
    /// `Fn::ForEach::Name`
    ForEach,
    /// `Fn::Length`
    Length,
    /// `Fn::ToJsonString`
    ToJsonString,
    /// `Fn::Contains`, of Rules only.
    Contains,
    /// `Fn::EachMemberEquals`, of Rules only.
    EachMemberEquals,
    /// `Fn::EachMemberIn`, of Rules only.
    EachMemberIn,
    /// `Fn::RefAll`, of Rules only.
    RefAll,
    /// `Fn::ValueOf`, of Rules only.
    ValueOf,
    /// `Fn::ValueOfAll`, of Rules only.
    ValueOfAll,
    /// A name with `Fn::` that CloudFormation does not have.
    Unknown,
    /// A tag of another tool: `!Rain::Module`, `!Include`.
    Foreign,
}

/// Every function with the name of its long form; the short form is the same without `Fn::`.
pub const FUNCTIONS: [(&str, Function); 27] = [
    ("Ref", Function::Ref),
    ("Fn::GetAtt", Function::GetAtt),
    ("Fn::Sub", Function::Sub),
    ("Fn::Join", Function::Join),
    ("Fn::Select", Function::Select),
    ("Fn::Split", Function::Split),
    ("Fn::FindInMap", Function::FindInMap),
    ("Fn::Cidr", Function::Cidr),
    ("Fn::GetAZs", Function::GetAzs),
    ("Fn::Base64", Function::Base64),
    ("Fn::ImportValue", Function::ImportValue),
    ("Fn::If", Function::If),
    ("Fn::Equals", Function::Equals),
    ("Fn::And", Function::And),
    ("Fn::Or", Function::Or),
    ("Fn::Not", Function::Not),
    ("Condition", Function::Condition),
    ("Fn::Transform", Function::Transform),
    ("Fn::ForEach", Function::ForEach),
    ("Fn::Length", Function::Length),
    ("Fn::ToJsonString", Function::ToJsonString),
    ("Fn::Contains", Function::Contains),
    ("Fn::EachMemberEquals", Function::EachMemberEquals),
    ("Fn::EachMemberIn", Function::EachMemberIn),
    ("Fn::RefAll", Function::RefAll),
    ("Fn::ValueOf", Function::ValueOf),
    ("Fn::ValueOfAll", Function::ValueOfAll),
];

impl Function {
    /// The name of the long form: `Fn::GetAtt`.
    pub fn name(self) -> &'static str {
        FUNCTIONS.iter().find(|(_, function)| *function == self).map_or("Fn", |(name, _)| name)
    }

    fn of_long(key: &str) -> Option<Self> {
        if let Some(rest) = key.strip_prefix("Fn::") {
            if rest.starts_with("ForEach::") {
                return Some(Self::ForEach);
            }
            let known = FUNCTIONS.iter().find(|(name, _)| *name == key);
            return Some(known.map_or(Self::Unknown, |(_, function)| *function));
        }
        (key == "Ref").then_some(Self::Ref)
    }

    fn of_tag(tag: &str) -> Self {
        let known = FUNCTIONS.iter().find(|(name, _)| name.strip_prefix("Fn::").unwrap_or(name) == tag);
        known.map_or(Self::Foreign, |(_, function)| *function)
    }
}

/// The call of an intrinsic function.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Which.
    pub function: Function,
    /// Its argument.
    pub argument: Argument<'a>,
    /// The whole call.
    pub node: Node<'a>,
    /// The function's name in the text: the tag or the key.
    pub name: Span,
    /// The name as written.
    pub written: &'a str,
    /// Whether it is written as a tag.
    pub short: bool,
}

impl<'a> Call<'a> {
    /// The items of an argument that is a list.
    pub fn arguments(self) -> Items<'a> {
        self.argument.node.items()
    }
}

/// The argument of a call. In the short form it is the call's own node, read without its tag.
#[derive(Clone, Copy, Debug)]
pub struct Argument<'a> {
    /// The node.
    pub node: Node<'a>,
    /// Whether the node's tag is the call's.
    pub untagged: bool,
}

impl<'a> Argument<'a> {
    /// What it means.
    pub fn expression(self) -> Expression<'a> {
        if self.untagged { Expression::of_untagged(self.node) } else { Expression::of(self.node) }
    }

    /// Its text, where it is a scalar and no call.
    pub fn literal(self) -> Option<&'a str> {
        match self.expression() {
            Expression::Scalar(node) => node.as_str(),
            _ => None,
        }
    }

    /// What identifies it in a table of answers.
    pub fn key(self) -> (NodeId, bool) {
        (self.node.id(), self.untagged)
    }
}

/// What a node means.
#[derive(Clone, Copy, Debug)]
pub enum Expression<'a> {
    /// A scalar.
    Scalar(Node<'a>),
    /// A list.
    List(Items<'a>),
    /// A map; may hold `Fn::Transform` and `Fn::ForEach::` keys beside others.
    Map(Node<'a>),
    /// The call of a function.
    Call(Call<'a>),
    /// Nothing readable.
    Missing,
}

impl<'a> Expression<'a> {
    /// What `node` means.
    pub fn of(node: Node<'a>) -> Self {
        if let Some(tag) = node.tag() {
            let function = Function::of_tag(&tag.name);
            return Self::Call(Call {
                function,
                argument: Argument { node, untagged: true },
                node,
                name: tag.span,
                written: &tag.name,
                short: true,
            });
        }
        Self::of_untagged(node)
    }

    fn of_untagged(node: Node<'a>) -> Self {
        match node.kind() {
            Kind::Scalar(..) => Self::Scalar(node),
            Kind::Sequence(items) => Self::List(items),
            Kind::Missing => Self::Missing,
            Kind::Mapping(_) => match long_call(node) {
                Some(call) => Self::Call(call),
                None => Self::Map(node),
            },
        }
    }

    /// The call that `node` is.
    pub fn call(node: Node<'a>) -> Option<Call<'a>> {
        match Self::of(node) {
            Self::Call(call) => Some(call),
            _ => None,
        }
    }
}

fn long_call(node: Node<'_>) -> Option<Call<'_>> {
    let entry = node.single_entry()?;
    let written = entry.name()?;
    let function = Function::of_long(written)?;
    // `{Fn::ForEach::Name: ...}` makes entries of the map that it stands in.
    if function == Function::ForEach {
        return None;
    }
    Some(Call {
        function,
        argument: Argument { node: entry.value, untagged: false },
        node,
        name: entry.key.span(),
        written,
        short: false,
    })
}

/// The condition that a node of a condition's own language names: `{Condition: Name}` or `!Condition Name`.
pub fn named_condition(node: Node<'_>) -> Option<Node<'_>> {
    if let Some(tag) = node.tag() {
        return (tag.name == "Condition" && node.as_str().is_some()).then_some(node);
    }
    let entry = node.single_entry()?;
    (entry.name() == Some("Condition") && entry.value.as_str().is_some()).then_some(entry.value)
}

/// A piece of the text of `Fn::Sub`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubPiece<'a> {
    /// Text that stays.
    Text(&'a str),
    /// `${!Name}`, which stays as `${Name}`.
    Escaped(&'a str),
    /// `${Name}` or `${Name.Attribute}`, trimmed; with its offset in the text after escapes.
    Name(&'a str, usize),
}

/// Cuts the text of `Fn::Sub` into its pieces.
pub fn sub_pieces(text: &str) -> Vec<SubPiece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = 0;
    let mut from = 0;
    while let Some(found) = text[from..].find("${") {
        let open = from + found;
        let Some(length) = text[open..].find('}') else { break };
        let inside = &text[open + 2..open + length];
        if inside.contains(['\n', '$', '{']) {
            // A shell's `${x:-${y}}` or a lone `${`: not ours.
            from = open + 2;
            continue;
        }
        if rest < open {
            pieces.push(SubPiece::Text(&text[rest..open]));
        }
        pieces.push(match inside.strip_prefix('!') {
            Some(escaped) => SubPiece::Escaped(escaped),
            None => SubPiece::Name(inside.trim(), open + 2 + (inside.len() - inside.trim_start().len())),
        });
        rest = open + length + 1;
        from = rest;
    }
    if rest < text.len() {
        pieces.push(SubPiece::Text(&text[rest..]));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sub_text_is_cut_at_its_names() {
        use SubPiece::{Escaped, Name, Text};
        assert_eq!(
            sub_pieces("a-${ B.C }-${!d}${E}"),
            [Text("a-"), Name("B.C", 5), Text("-"), Escaped("d"), Name("E", 18)]
        );
        assert_eq!(sub_pieces("${open"), [Text("${open")]);
        assert_eq!(sub_pieces("${a:-${B}}"), [Text("${a:-"), Name("B", 7), Text("}")]);
    }
}
