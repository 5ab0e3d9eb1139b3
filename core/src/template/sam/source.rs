use std::collections::BTreeMap;

use super::intrinsic;
use super::problem::{SamProblem, SamProblemKind};
use super::value::{Map, Text, Value, map};
use crate::syntax::{Node, NodeId, Tree};

/// The template as SAM's transform reads it, after `Globals`.
pub(super) struct Template<'a> {
    /// The tree.
    pub(super) tree: &'a Tree<'a>,
    /// The template's root.
    pub(super) root: Node<'a>,
    /// Values of parameters.
    pub(super) parameters: &'a dyn Fn(&str) -> Option<String>,
    /// Its resources, in order.
    pub(super) sources: &'a [Source<'a>],
    /// The place of each in that order.
    pub(super) places: BTreeMap<&'a str, usize>,
}

/// A resource of the template.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'a> {
    /// Its logical id.
    pub(super) id: &'a str,
    /// Its key; for what SAM adds itself, the key of the event that asks for it.
    pub(super) key: NodeId,
    /// The whole resource; nothing for what SAM adds itself.
    pub(super) body: Option<Node<'a>>,
    /// Its type.
    pub(super) kind: &'a str,
    /// Its properties after `Globals`.
    pub(super) properties: Option<Node<'a>>,
}

/// A resource that SAM makes.
#[derive(Clone, Debug)]
pub(super) struct Made {
    /// Its logical id.
    pub(super) id: String,
    /// Its type.
    pub(super) kind: &'static str,
    /// Its properties.
    pub(super) properties: Map,
    /// `Condition`, `DependsOn` and their like.
    pub(super) attributes: Map,
    /// The text it follows from.
    pub(super) at: NodeId,
}

/// The attributes that a SAM resource passes on to everything made from it.
const PASSED_ON: [&str; 3] = ["Condition", "DeletionPolicy", "UpdateReplacePolicy"];

impl<'a> Template<'a> {
    /// The template of these resources.
    pub(super) fn new(
        tree: &'a Tree<'a>,
        root: Node<'a>,
        parameters: &'a dyn Fn(&str) -> Option<String>,
        sources: &'a [Source<'a>],
    ) -> Self {
        let places = sources.iter().enumerate().map(|(place, source)| (source.id, place)).collect();
        Self { tree, root, parameters, sources, places }
    }

    /// The resource of this logical id.
    pub(super) fn source(&self, id: &str) -> Option<&'a Source<'a>> {
        self.sources.get(self.place(id)?)
    }

    /// The place of a resource in the template's order.
    pub(super) fn place(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// The value of a parameter, or its default.
    fn parameter(&self, name: &str) -> Option<String> {
        (self.parameters)(name).or_else(|| {
            let default = self.root.at(&["Parameters", name, "Default"])?;
            default.as_str().map(str::to_owned)
        })
    }

    /// The text of a value as far as it is known before deployment: as written, by `Ref` of a parameter or by
    /// `Fn::FindInMap`.
    pub(super) fn text_of(&self, node: Node<'_>) -> Option<String> {
        if let Some(name) = intrinsic::referenced(node) {
            return self.parameter(name);
        }
        if let Some(path) = intrinsic::argument(node, "FindInMap") {
            let keys: Vec<_> =
                path.items().into_iter().map(|key| self.text_of(key)).collect::<Option<_>>()?;
            let keys: Vec<_> = keys.iter().map(String::as_str).collect();
            return self.root.get("Mappings")?.at(&keys)?.as_str().map(str::to_owned);
        }
        if node.tag().is_some() { None } else { node.as_str().map(str::to_owned) }
    }

    /// The value with a known `Ref` of a parameter put in.
    pub(super) fn resolved(&self, node: Node<'_>) -> Value {
        match intrinsic::referenced(node).and_then(|name| self.parameter(name)) {
            Some(text) => Value::from(text).of(node.id()),
            None => node.into(),
        }
    }

    /// The partition that the stack goes to; `aws` where nothing says so.
    pub(super) fn partition(&self) -> &'static str {
        if let Some(partition) = (self.parameters)("AWS::Partition") {
            return match partition.as_str() {
                "aws-cn" => "aws-cn",
                "aws-us-gov" => "aws-us-gov",
                _ => "aws",
            };
        }
        match (self.parameters)("AWS::Region") {
            Some(region) if region.starts_with("cn-") => "aws-cn",
            Some(region) if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    /// The ARN of an AWS managed policy, by its path and name.
    pub(super) fn managed_policy(&self, path: &str) -> Value {
        format!("arn:{}:iam::aws:policy/{path}", self.partition()).into()
    }
}

/// The logical id that a reference to a SAM resource means: text, `Ref` or `Fn::GetAtt`.
pub(super) fn id_of(node: Node<'_>) -> Option<&str> {
    if node.tag().is_none() && node.as_str().is_some() {
        return node.as_str();
    }
    intrinsic::resource_of(node)
}

impl<'a> Source<'a> {
    /// A property that is not null.
    pub(super) fn property(&self, name: &str) -> Option<Node<'a>> {
        self.properties?.get(name).filter(|node| !node.is_null() || node.tag().is_some())
    }

    /// A property that Python would take for true.
    pub(super) fn given(&self, name: &str) -> Option<Node<'a>> {
        self.property(name).filter(|node| intrinsic::is_given(*node))
    }

    /// The key of a property, or of the resource where there is no such property.
    pub(super) fn place_of(&self, name: &str) -> NodeId {
        let own = |body: Node<'a>| Some(body.get("Properties")?.entry(name)?.key.id());
        self.body.and_then(own).or_else(|| Some(self.properties?.entry(name)?.key.id())).unwrap_or(self.key)
    }

    /// An attribute beside `Type` and `Properties`.
    pub(super) fn attribute(&self, name: &str) -> Option<Node<'a>> {
        self.body?.get(name).filter(|node| !node.is_null())
    }

    /// The name of its condition.
    pub(super) fn condition(&self) -> Option<&'a str> {
        self.attribute("Condition")?.as_str()
    }

    /// The attributes that everything made from it takes over.
    pub(super) fn passed_on(&self) -> Map {
        self.attributes(&PASSED_ON)
    }

    /// All its attributes.
    pub(super) fn own_attributes(&self) -> Map {
        let names =
            ["DependsOn", "Condition", "DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy", "Metadata"];
        self.attributes(&names)
    }

    /// Some of its attributes.
    pub(super) fn attributes(&self, names: &[&'static str]) -> Map {
        let found = |name: &&'static str| Some((Text::Borrowed(*name), self.attribute(name)?.into()));
        names.iter().filter_map(found).collect()
    }

    /// A problem of a property, or of the whole resource where the property is not there.
    pub(super) fn problem(&self, property: &str, kind: SamProblemKind) -> SamProblem {
        SamProblem::new(self.place_of(property), Some(self.id), kind)
    }
}

impl Made {
    /// A resource without properties.
    pub(super) fn new(id: String, kind: &'static str, attributes: Map, at: NodeId) -> Self {
        Self { id, kind, properties: Map::new(), attributes, at }
    }

    /// Sets a property.
    pub(super) fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        self.properties.retain(|(other, _)| other != name);
        self.properties.push((Text::Borrowed(name), value.into()));
    }

    /// Sets a property where there is a value.
    pub(super) fn set_some(&mut self, name: &'static str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    /// Takes properties over as the author has them.
    pub(super) fn take(&mut self, properties: Option<Node<'_>>, names: &[&'static str]) {
        let Some(properties) = properties else { return };
        for name in names {
            let value = properties.get(name).filter(|node| !node.is_null() || node.tag().is_some());
            self.set_some(name, value);
        }
    }

    /// A property.
    pub(super) fn property(&self, name: &str) -> Option<&Value> {
        self.properties.iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    /// Sets `Condition`, `DependsOn` or their like.
    pub(super) fn set_attribute(&mut self, name: &'static str, value: Value) {
        self.attributes.retain(|(other, _)| other != name);
        self.attributes.push((Text::Borrowed(name), value));
    }

    /// The whole resource.
    pub(super) fn body(self) -> Value {
        let mut entries: Map = vec![("Type".into(), self.kind.into())];
        entries.extend(self.attributes);
        entries.push(("Properties".into(), Value::Map(self.properties)));
        Value::Map(entries)
    }
}

/// Tags as CloudFormation has them: SAM's own first, then the author's map.
pub(super) fn tags(own: Option<&'static str>, tags: Option<Node<'_>>) -> Option<Value> {
    let tag = |key: Value, value: Value| map([("Key", key), ("Value", value)]);
    let mut list: Vec<Value> = own.map(|key| tag(key.into(), "SAM".into())).into_iter().collect();
    let entries = tags.map(Node::entries);
    for entry in entries.into_iter().flatten() {
        let value = if entry.value.is_null() { Value::from("") } else { entry.value.into() };
        list.push(tag(entry.key.into(), value).of(entry.key.id()));
    }
    if list.is_empty() { None } else { Some(list.into()) }
}
