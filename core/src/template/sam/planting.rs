use std::collections::{HashMap, HashSet};

use super::output::{Item, Output};
use super::problem::{SamProblem, SamProblemKind};
use super::source::Made;
use super::value::Value;
use super::{AddedCondition, ExpandedResource, Expansion, Resource};
use crate::order::Order;
use crate::syntax::{CollectionStyle, Entry, EntryIds, NodeId, ScalarStyle, Tree};

/// Adds everything made to the tree.
pub(super) fn plant(
    tree: &mut Tree<'_>,
    resources: &[Resource],
    mut out: Output,
    conditions: Vec<(String, Value, NodeId)>,
) -> Expansion {
    let mut expansion = Expansion { joined: std::mem::take(&mut out.joined), ..Expansion::default() };
    let waits =
        Waits { added: std::mem::take(&mut out.dependencies), stand_ins: std::mem::take(&mut out.stand_ins) };
    let mut made = std::mem::take(&mut out.made);
    made.order_by_key(|item| (item.source, !item.itself));
    refuse_doubles(resources, &mut made, &mut out);
    let mut made = made.into_iter().peekable();
    for (index, resource) in resources.iter().enumerate() {
        let is_made = made.peek().is_some_and(|item| item.source == index);
        let is_gone = resource.kind == "AWS::Serverless::Connector";
        if let Some(body) = resource.body.filter(|_| !is_made && !is_gone) {
            let body = waits.apply_to_node(tree, &resource.id, body);
            expansion.resources.push(ExpandedResource {
                id: resource.id.clone(),
                key: resource.key,
                body,
                made_by: None,
                source: resource.key,
            });
        }
        // A connector that stands in another resource does not replace it.
        let replaced = made.peek().is_some_and(|item| item.source == index && item.itself);
        if let Some(body) = resource.body.filter(|_| is_made && !replaced && !is_gone) {
            let body = waits.apply_to_node(tree, &resource.id, body);
            let key = resource.key;
            let id = resource.id.clone();
            expansion.resources.push(ExpandedResource { id, key, body, made_by: None, source: key });
        }
        while let Some(item) = made.next_if(|item| item.source == index) {
            expansion.resources.push(plant_one(tree, resources, &waits, item));
        }
    }
    for (name, value, at) in conditions {
        let span = tree.node(at).span_with_tag();
        let value = value.plant(tree, span);
        expansion.conditions.push(AddedCondition { name, value });
    }
    expansion.references = out.references;
    expansion.problems = out.problems;
    expansion
}

/// A made resource may not have the logical id of another.
fn refuse_doubles(resources: &[Resource], made: &mut Vec<Item>, out: &mut Output) {
    let places: HashMap<&str, usize> =
        resources.iter().enumerate().map(|(place, resource)| (resource.id.as_str(), place)).collect();
    let mut seen: HashSet<String> = HashSet::new();
    made.retain(|item| {
        let id = &item.made.id;
        // Two APIs under one domain name share it, and a function's user pools share their permission.
        if !seen.insert(id.clone()) {
            return false;
        }
        let taken = places.get(id.as_str()).is_some_and(|place| !item.itself || *place != item.source);
        if taken {
            let resource = resources.get(item.source).map(|resource| resource.id.as_str());
            let kind = SamProblemKind::DuplicateId(id.clone());
            out.problems.push(SamProblem::new(item.made.at, resource, kind));
        }
        !taken
    });
}

fn plant_one(tree: &mut Tree<'_>, resources: &[Resource], waits: &Waits, item: Item) -> ExpandedResource {
    let Item { source, itself, mut made } = item;
    let resource = &resources[source];
    let id = made.id.clone();
    let span = tree.node(made.at).span();
    waits.apply_to_made(tree, &mut made);
    let body = made.body().plant(tree, span);
    let keeps_key = itself && id == resource.id && resource.body.is_some();
    let key = if keeps_key { resource.key } else { tree.push_scalar(id.clone(), ScalarStyle::Plain, span) };
    let asked_by = resource.asked_by.and_then(|index| resources.get(index)).unwrap_or(resource);
    let is_own = itself && resource.body.is_some();
    ExpandedResource {
        id,
        key,
        body,
        made_by: if is_own { None } else { Some(asked_by.id.clone()) },
        source: asked_by.key,
    }
}

/// Changes to `DependsOn`.
struct Waits {
    /// Who waits, for whom.
    added: Vec<(String, String)>,
    /// Ids that stand for others.
    stand_ins: Vec<(String, Vec<String>)>,
}

impl Waits {
    fn apply_to_made(&self, tree: &Tree<'_>, made: &mut Made) {
        let own =
            made.attributes.iter().find(|(name, _)| name == "DependsOn").map(|(_, value)| value.clone());
        if let Some(list) = self.list(tree, &made.id, own) {
            made.set_attribute("DependsOn", list);
        }
    }

    fn apply_to_node(&self, tree: &mut Tree<'_>, id: &str, body: NodeId) -> NodeId {
        let node = tree.node(body);
        let connectors = node.get("Connectors").is_some();
        let own = node.get("DependsOn").map(Value::from);
        let list = self.list(tree, id, own);
        if list.is_none() && !connectors {
            return body;
        }
        let gone = |name: &str| name == "Connectors" || (name == "DependsOn" && list.is_some());
        let mut entries: Vec<EntryIds> = node
            .entries()
            .into_iter()
            .filter(|entry| !entry.name().is_some_and(gone))
            .map(Entry::ids)
            .collect();
        let span = node.span();
        if let Some(list) = list {
            let key = tree.push_scalar("DependsOn", ScalarStyle::Plain, span);
            let value = list.plant(tree, span);
            entries.push(EntryIds { key, value, merged: false });
        }
        tree.push_mapping(&entries, CollectionStyle::Block, span)
    }

    /// The new list, where it differs from the own one.
    fn list(&self, tree: &Tree<'_>, id: &str, own: Option<Value>) -> Option<Value> {
        let items = match own {
            Some(Value::Node(node)) => {
                let node = tree.node(node);
                if node.is_sequence() {
                    node.items().into_iter().map(Value::from).collect()
                } else {
                    vec![node.into()]
                }
            }
            Some(Value::List(items)) => items,
            _ => Vec::new(),
        };
        let mut changed = false;
        let mut list = Vec::new();
        for item in items {
            let stand_in = self.stand_ins.iter().find(|(stand_in, _)| item.is_text(tree, stand_in));
            match stand_in {
                Some((_, others)) => {
                    changed = true;
                    list.extend(others.iter().cloned().map(Value::from));
                }
                None => list.push(item),
            }
        }
        for (waiting, other) in &self.added {
            if waiting == id && !list.iter().any(|item| item.is_text(tree, other)) {
                changed = true;
                list.push(other.clone().into());
            }
        }
        if changed { Some(Value::List(list)) } else { None }
    }
}
