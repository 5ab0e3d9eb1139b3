//! `Fn::ForEach` of the transform `AWS::LanguageExtensions`: loops are written out in the tree.

use super::expression::{Expression, Function};
use super::{Inputs, Parameter};
use crate::syntax::{EntryIds, Kind, Node, NodeId, ScalarStyle, Tree};

/// Loops that would make more nodes than this stay loops, and what they make stays unknown.
const NODES: usize = 200_000;
/// Texts that would get longer than this, in bytes, stay as they are.
const LENGTH: usize = 1_000_000;
/// So many bytes of a text that a loop makes count as a node.
const BYTES: usize = 32;
/// Maps nested deeper than this are not looked into.
const DEPTH: usize = 200;
/// What a key starts with that is a loop: `Fn::ForEach::Subnets`.
const KEY: &str = "Fn::ForEach::";

/// Writes out every loop below `root` whose collection is known; the new root, or nothing where there is no loop. Also
/// says whether there was room for all of them.
pub(super) fn unroll(
    tree: &mut Tree<'_>,
    root: NodeId,
    parameters: &[Parameter],
    inputs: &Inputs,
) -> (Option<NodeId>, bool) {
    let mut unroll = Unroll { tree, parameters, inputs, room: NODES };
    let new = unroll.rewrite(root, &[], DEPTH);
    (new, unroll.room > 0)
}

/// A loop's variable with its value in one turn.
type Binding = (String, String);

struct Unroll<'t, 'e> {
    tree: &'e mut Tree<'t>,
    parameters: &'e [Parameter],
    inputs: &'e Inputs,
    room: usize,
}

enum Shape {
    Scalar(String, ScalarStyle),
    Sequence(Vec<NodeId>),
    Mapping(Vec<EntryIds>),
    Missing,
}

impl Unroll<'_, '_> {
    fn shape(&self, id: NodeId) -> Shape {
        match self.tree.node(id).kind() {
            Kind::Scalar(text, style) => Shape::Scalar(text.to_owned(), style),
            Kind::Sequence(items) => Shape::Sequence(items.ids().to_vec()),
            Kind::Mapping(entries) => Shape::Mapping(entries.ids().to_vec()),
            Kind::Missing => Shape::Missing,
        }
    }

    /// The node with its loops written out and variables replaced; nothing where nothing changes.
    fn rewrite(&mut self, id: NodeId, bindings: &[Binding], depth: usize) -> Option<NodeId> {
        let depth = depth.checked_sub(1)?;
        let span = self.tree.node(id).span();
        let tag = self.tree.node(id).tag().map(|tag| (tag.name.clone().into_owned(), tag.span));
        let style = self.tree.node(id).collection_style();
        if let Some(value) = self.variable(id, bindings) {
            self.take(1 + value.len() / BYTES)?;
            return Some(self.tree.push_scalar(value, ScalarStyle::Plain, span));
        }
        let new = match self.shape(id) {
            Shape::Missing => return None,
            Shape::Scalar(text, scalar_style) => {
                let replaced = replace(&text, bindings)?;
                self.take(1 + replaced.len() / BYTES)?;
                self.tree.push_scalar(replaced, scalar_style, span)
            }
            Shape::Sequence(items) => {
                let mut changed = false;
                let mut out = Vec::with_capacity(items.len());
                for item in items {
                    let new = self.rewrite(item, bindings, depth);
                    changed |= new.is_some();
                    out.push(new.unwrap_or(item));
                }
                if !changed {
                    return None;
                }
                self.take(1)?;
                self.tree.push_sequence(&out, style?, span)
            }
            Shape::Mapping(entries) => {
                let mut changed = false;
                let mut out = Vec::with_capacity(entries.len());
                for entry in entries {
                    let is_loop = self.tree.node(entry.key).as_str().is_some_and(|key| key.starts_with(KEY));
                    if is_loop && let Some(mut made) = self.turns(entry.value, bindings, depth) {
                        changed = true;
                        out.append(&mut made);
                        continue;
                    }
                    let key = self.rewrite(entry.key, bindings, depth);
                    let value = self.rewrite(entry.value, bindings, depth);
                    changed |= key.is_some() || value.is_some();
                    out.push(EntryIds {
                        key: key.unwrap_or(entry.key),
                        value: value.unwrap_or(entry.value),
                        ..entry
                    });
                }
                if !changed {
                    return None;
                }
                self.take(1)?;
                self.tree.push_mapping(&out, style?, span)
            }
        };
        let tag = tag.map(|(name, span)| crate::syntax::Tag { name: name.into(), span });
        self.tree.set_tag(new, tag);
        Some(new)
    }

    /// The entries that a loop makes; nothing where its collection or its shape is not known.
    fn turns(&mut self, value: NodeId, bindings: &[Binding], depth: usize) -> Option<Vec<EntryIds>> {
        let items = self.tree.node(value).items();
        let (name, collection, body) = (items.get(0)?, items.get(1)?, items.get(2)?);
        let name = name.as_str()?.to_owned();
        let values = self.collection(collection, bindings)?;
        let body: Vec<EntryIds> = body.entries().ids().to_vec();
        let mut made = Vec::new();
        for value in values {
            // Every turn counts, whether or not it makes anything.
            self.take(1)?;
            let mut inner = bindings.to_vec();
            inner.push((name.clone(), value));
            for entry in &body {
                let is_loop = self.tree.node(entry.key).as_str().is_some_and(|key| key.starts_with(KEY));
                if is_loop && let Some(mut nested) = self.turns(entry.value, &inner, depth.checked_sub(1)?) {
                    made.append(&mut nested);
                    continue;
                }
                self.take(1)?;
                let key = self.rewrite(entry.key, &inner, depth).unwrap_or(entry.key);
                let value = self.rewrite(entry.value, &inner, depth).unwrap_or(entry.value);
                made.push(EntryIds { key, value, merged: entry.merged });
            }
        }
        (self.room > 0).then_some(made)
    }

    /// Takes room for nodes. Once there is too little, there is none for anything that comes after.
    fn take(&mut self, nodes: usize) -> Option<()> {
        let left = self.room.checked_sub(nodes);
        self.room = left.unwrap_or(0);
        left.filter(|left| *left > 0).map(|_| ())
    }

    fn collection(&self, node: Node<'_>, bindings: &[Binding]) -> Option<Vec<String>> {
        match Expression::of(node) {
            Expression::List(items) => items.into_iter().map(|item| self.text(item, bindings)).collect(),
            Expression::Call(call) if call.function == Function::Ref => {
                let value = self.value_of(call.argument.literal()?)?;
                Some(value.split(',').map(|item| item.trim().to_owned()).collect())
            }
            _ => None,
        }
    }

    fn text(&self, node: Node<'_>, bindings: &[Binding]) -> Option<String> {
        match Expression::of(node) {
            Expression::Scalar(scalar) => {
                let text = scalar.as_str()?;
                Some(replace(text, bindings).unwrap_or_else(|| text.to_owned()))
            }
            Expression::Call(call) if call.function == Function::Ref => {
                let name = call.argument.literal()?;
                let bound = bindings.iter().rev().find(|(variable, _)| variable == name);
                bound.map(|(_, value)| value.clone()).or_else(|| self.value_of(name))
            }
            _ => None,
        }
    }

    fn value_of(&self, name: &str) -> Option<String> {
        let declared = || self.parameters.iter().find(|parameter| parameter.name == name)?.default.clone();
        self.inputs.value(name).map(str::to_owned).or_else(declared)
    }

    /// The value of a `Ref` to a loop's variable.
    fn variable(&self, id: NodeId, bindings: &[Binding]) -> Option<String> {
        if bindings.is_empty() {
            return None;
        }
        let call = Expression::call(self.tree.node(id)).filter(|call| call.function == Function::Ref)?;
        let name = call.argument.literal()?;
        bindings.iter().rev().find(|(variable, _)| variable == name).map(|(_, value)| value.clone())
    }
}

/// The text with `${Name}` and `&{Name}` replaced; nothing where none of the names is in it, or where it would get too
/// long. `&{Name}` drops what a logical id cannot hold.
fn replace(text: &str, bindings: &[Binding]) -> Option<String> {
    if bindings.is_empty() || !(text.contains("${") || text.contains("&{")) {
        return None;
    }
    let mut out = text.to_owned();
    for (name, value) in bindings.iter().rev() {
        if out.len() + out.matches(name.as_str()).count() * value.len() > LENGTH {
            return None;
        }
        out = out.replace(&format!("${{{name}}}"), value);
        let plain: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
        out = out.replace(&format!("&{{{name}}}"), &plain);
    }
    (out != text).then_some(out)
}

#[cfg(test)]
mod tests {
    use crate::syntax::Limits;
    use crate::template::{Inputs, lower};

    #[test]
    fn loops_are_written_out_also_inside_each_other() {
        let text = "\
Transform: AWS::LanguageExtensions
Parameters: {Zones: {Type: CommaDelimitedList, Default: 'a,b'}}
Resources:
  Fn::ForEach::Tiers:
    - Tier
    - [Public, Private]
    - Fn::ForEach::Zones:
        - Zone
        - !Ref Zones
        - Subnet${Tier}${Zone}:
            Type: AWS::EC2::Subnet
            Properties: {AvailabilityZone: !Sub 'x-${Zone}', Tags: [{Key: t, Value: !Ref Tier}]}
  Table: {Type: AWS::EC2::RouteTable}
";
        let template = lower(text, &Limits::default(), Inputs::default());
        let ids: Vec<&str> = template.resources.iter().map(|resource| resource.id.as_str()).collect();
        assert_eq!(ids, ["SubnetPublica", "SubnetPublicb", "SubnetPrivatea", "SubnetPrivateb", "Table"]);
        let zone = template.property(&template.resources[3], &["AvailabilityZone"]);
        assert_eq!(zone[0].value.known(), Some("x-b"));
    }

    #[test]
    fn a_loop_over_thousands_of_values_stays_a_loop() {
        let items = vec!["x"; 3_000].join(",");
        let text = format!(
            "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::A:\n    - A\n    - [{items}]\n    - Fn::ForEach::B:\n        - B\n        - [{items}]\n        - T${{A}}${{B}}: {{Type: T}}\n"
        );
        let template = lower(&text, &Limits::default(), Inputs::default());
        assert!(template.resources.is_empty());
    }
}
