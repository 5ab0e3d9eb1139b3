use std::borrow::Cow;
use std::fmt::Write as _;

use super::intrinsic;
use crate::order::Order;
use crate::syntax::{CollectionStyle, EntryIds, Kind, Node, NodeId, ScalarStyle, Tree};
use crate::text::Span;

/// Text that is ours or the author's.
pub(super) type Text = Cow<'static, str>;

/// A value that SAM makes: its own text around nodes of the author's.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// A node of the author's, taken as it is.
    Node(NodeId),
    /// Text.
    Text(Text),
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A list.
    List(Vec<Value>),
    /// A map.
    Map(Map),
    /// A value that follows from the text of this node rather than from what it stands in.
    Of(NodeId, Box<Value>),
}

/// The entries of a map, in order.
pub(super) type Map = Vec<(Text, Value)>;

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Self::Text(Text::Borrowed(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Text::Owned(text))
    }
}

impl From<Node<'_>> for Value {
    fn from(node: Node<'_>) -> Self {
        Self::Node(node.id())
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::List(items)
    }
}

impl Value {
    /// The same value, said to follow from `node`.
    pub(super) fn of(self, node: NodeId) -> Self {
        Self::Of(node, Box::new(self))
    }

    /// Adds an entry to a map.
    pub(super) fn insert(&mut self, name: &'static str, value: Value) {
        match self {
            Self::Map(entries) => entries.push((Text::Borrowed(name), value)),
            Self::Of(_, inner) => inner.insert(name, value),
            _ => {}
        }
    }

    /// Whether it is this text.
    pub(super) fn is_text(&self, tree: &Tree<'_>, text: &str) -> bool {
        match self {
            Self::Node(id) => tree.node(*id).tag().is_none() && tree.node(*id).as_str() == Some(text),
            Self::Text(own) => own == text,
            Self::Of(_, value) => value.is_text(tree, text),
            _ => false,
        }
    }

    /// The value as text, unless it is an intrinsic function, a list or a map.
    pub(super) fn text(&self, tree: &Tree<'_>) -> Option<String> {
        match self {
            Self::Node(id) if tree.node(*id).tag().is_none() => tree.node(*id).as_str().map(str::to_owned),
            Self::Text(text) => Some(text.to_string()),
            Self::Of(_, value) => value.text(tree),
            _ => None,
        }
    }

    /// The resource that `Ref` or `Fn::GetAtt` names.
    pub(super) fn resource(&self, tree: &Tree<'_>) -> Option<String> {
        match self {
            Self::Node(id) => intrinsic::resource_of(tree.node(*id)).map(str::to_owned),
            Self::Of(_, value) => value.resource(tree),
            Self::Map(entries) => match entries.as_slice() {
                [(name, Self::Text(id))] if name == "Ref" => Some(id.to_string()),
                [(name, Self::List(path))] if name == "Fn::GetAtt" => match path.first() {
                    Some(Self::Text(id)) => Some(id.to_string()),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    /// Adds the value to the tree. What is not the author's carries `span`.
    pub(super) fn plant(self, tree: &mut Tree<'_>, span: Span) -> NodeId {
        match self {
            Self::Node(id) => id,
            Self::Text(text) => tree.push_scalar(text, ScalarStyle::DoubleQuoted, span),
            Self::Bool(flag) => {
                tree.push_scalar(if flag { "true" } else { "false" }, ScalarStyle::Plain, span)
            }
            Self::Integer(number) => tree.push_scalar(number.to_string(), ScalarStyle::Plain, span),
            Self::List(items) => {
                let ids: Vec<_> = items.into_iter().map(|item| item.plant(tree, span)).collect();
                tree.push_sequence(&ids, CollectionStyle::Flow, span)
            }
            Self::Map(entries) => plant_map(entries, tree, span),
            Self::Of(node, value) => {
                let span = tree.node(node).span_with_tag();
                value.plant(tree, span)
            }
        }
    }

    /// The value as JSON text with sorted keys and intrinsics in their long form: equal values give equal text,
    /// and SAM's logical ids are hashes of it.
    pub(super) fn to_json(&self, tree: &Tree<'_>) -> String {
        let mut json = String::new();
        self.write_json(tree, &mut json);
        json
    }

    fn write_json(&self, tree: &Tree<'_>, json: &mut String) {
        match self {
            Self::Node(id) => write_node(tree.node(*id), json),
            Self::Text(text) => write_text(text, json),
            Self::Bool(flag) => json.push_str(if *flag { "true" } else { "false" }),
            Self::Integer(number) => json.push_str(&number.to_string()),
            Self::List(items) => write_list(items, json, |item, json| item.write_json(tree, json)),
            Self::Map(entries) => {
                let mut sorted: Vec<_> = entries.iter().map(|(key, value)| (key.as_ref(), value)).collect();
                sorted.order_by_key(|(key, _)| *key);
                write_map(sorted, json, |value, json| value.write_json(tree, json));
            }
            Self::Of(_, value) => value.write_json(tree, json),
        }
    }
}

/// Builds a map from names and values.
pub(super) fn map<const N: usize>(entries: [(&'static str, Value); N]) -> Value {
    Value::Map(entries.into_iter().map(|(key, value)| (Text::Borrowed(key), value)).collect())
}

/// `{"Ref": id}`.
pub(super) fn reference(id: &str) -> Value {
    map([("Ref", id.to_owned().into())])
}

/// `{"Fn::GetAtt": [id, attribute]}`.
pub(super) fn get_att(id: &str, attribute: &'static str) -> Value {
    map([("Fn::GetAtt", vec![id.to_owned().into(), attribute.into()].into())])
}

/// `{"Fn::Sub": text}`, with variables where there are any.
pub(super) fn sub(text: impl Into<Text>, variables: Map) -> Value {
    let text = Value::Text(text.into());
    let argument = if variables.is_empty() { text } else { vec![text, Value::Map(variables)].into() };
    map([("Fn::Sub", argument)])
}

/// `{"Fn::If": [condition, yes, no]}`.
pub(super) fn conditional(condition: &str, yes: Value, no: Value) -> Value {
    map([("Fn::If", vec![condition.to_owned().into(), yes, no].into())])
}

fn plant_map(entries: Map, tree: &mut Tree<'_>, span: Span) -> NodeId {
    let ids: Vec<_> = entries
        .into_iter()
        .map(|(key, value)| {
            let key_span = match &value {
                Value::Of(node, _) => tree.node(*node).span_with_tag(),
                _ => span,
            };
            EntryIds {
                key: tree.push_scalar(key, ScalarStyle::DoubleQuoted, key_span),
                value: value.plant(tree, span),
                merged: false,
            }
        })
        .collect();
    tree.push_mapping(&ids, CollectionStyle::Flow, span)
}

fn write_node(node: Node<'_>, json: &mut String) {
    let Some(tag) = node.tag() else { return write_untagged(node, json) };
    json.push('{');
    match tag.name.as_ref() {
        name @ ("Ref" | "Condition") => write_text(name, json),
        name => write_text(&format!("Fn::{name}"), json),
    }
    json.push(':');
    match (tag.name.as_ref(), node.as_str()) {
        ("GetAtt", Some(text)) => {
            let (id, attribute) = text.split_once('.').unwrap_or((text, ""));
            write_list([id, attribute], json, write_text);
        }
        _ => write_untagged(node, json),
    }
    json.push('}');
}

fn write_untagged(node: Node<'_>, json: &mut String) {
    match node.kind() {
        Kind::Scalar(text, style) => {
            if style == ScalarStyle::Plain && node.is_null() {
                json.push_str("null");
            } else if style == ScalarStyle::Plain && node.as_bool().is_some() {
                json.push_str(if node.as_bool() == Some(true) { "true" } else { "false" });
            } else if style == ScalarStyle::Plain && node.as_integer().is_some() {
                json.push_str(text);
            } else {
                write_text(text, json);
            }
        }
        Kind::Sequence(items) => write_list(items, json, write_node),
        Kind::Mapping(entries) => {
            let mut sorted: Vec<_> =
                entries.into_iter().filter_map(|entry| Some((entry.name()?, entry.value))).collect();
            sorted.order_by_key(|(name, _)| *name);
            write_map(sorted, json, write_node);
        }
        Kind::Missing => json.push_str("null"),
    }
}

fn write_list<T>(items: impl IntoIterator<Item = T>, json: &mut String, write: impl Fn(T, &mut String)) {
    json.push('[');
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            json.push(',');
        }
        write(item, json);
    }
    json.push(']');
}

fn write_map<T>(entries: Vec<(&str, T)>, json: &mut String, write: impl Fn(T, &mut String)) {
    json.push('{');
    for (index, (name, value)) in entries.into_iter().enumerate() {
        if index > 0 {
            json.push(',');
        }
        write_text(name, json);
        json.push(':');
        write(value, json);
    }
    json.push('}');
}

/// Everything outside ASCII is escaped, as Python's `json.dumps` does.
fn write_text(text: &str, json: &mut String) {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            ' '..='~' => json.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    let _ = write!(json, "\\u{unit:04x}");
                }
            }
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Limits, parse};

    #[test]
    fn short_and_long_intrinsics_are_the_same_value() {
        let parsed = parse("[!GetAtt A.B, {Fn::GetAtt: [A, B]}, !Ref A, {Ref: A}]", &Limits::default());
        let json: Vec<_> =
            parsed.root().items().into_iter().map(|item| Value::from(item).to_json(&parsed.tree)).collect();
        assert_eq!(json[0], r#"{"Fn::GetAtt":["A","B"]}"#);
        assert_eq!(json[0], json[1]);
        assert_eq!(json[2], json[3]);
        assert_eq!(json[2], reference("A").to_json(&parsed.tree));
    }

    #[test]
    fn made_nodes_carry_the_span_they_follow_from() {
        let mut parsed = parse("a: 1\nb: 2\n", &Limits::default());
        let (a, b) = (parsed.root().get("a").map(Node::id), parsed.root().get("b").map(Node::id));
        let (Some(a), Some(b)) = (a, b) else { unreachable!("both keys are there") };
        let value = map([("here", "x".into()), ("there", Value::from("y").of(b)), ("own", Value::Node(a))]);
        let span = parsed.tree.node(a).span();
        let made = value.plant(&mut parsed.tree, span);
        let made = parsed.tree.node(made);
        assert_eq!(made.get("here").map(Node::span), Some(span));
        assert_eq!(made.get("there").map(Node::span), Some(parsed.tree.node(b).span()));
        assert_eq!(made.get("own").map(Node::id), Some(a));
    }
}
