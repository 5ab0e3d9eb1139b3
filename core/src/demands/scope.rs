//! Reading properties in all situations at once: every value with when it is there.

use crate::network::Place;
use crate::syntax::Node;
use crate::template::{Case, Guard, Part, Resource, Template, Text, Unknown, Value};

/// A template, and the situations that are looked at.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a, 't> {
    pub(crate) template: &'a Template<'t>,
    situation: Guard,
}

impl<'a, 't> Scope<'a, 't> {
    pub(crate) fn new(template: &'a Template<'t>) -> Self {
        Self { template, situation: template.default_situation() }
    }

    /// When both hold; nothing where that is never.
    pub(crate) fn both(&self, one: Guard, other: Guard) -> Option<Guard> {
        self.template.with_guards(|guards| {
            let both = guards.and(one, other);
            (!guards.exclude(self.situation, both)).then_some(both)
        })
    }

    /// When either holds.
    pub(crate) fn either(&self, one: Guard, other: Guard) -> Guard {
        self.template.with_guards(|guards| guards.or(one, other))
    }

    pub(crate) fn section(self, name: &str) -> Option<Node<'a>> {
        self.template.section(name)
    }

    /// The resources of these types that can be there.
    pub(crate) fn resources(self, kinds: &'a [&'a str]) -> impl Iterator<Item = &'a Resource> {
        self.template
            .resources_of(kinds)
            .filter(move |resource| self.both(resource.guard, Guard::ALWAYS).is_some())
    }

    pub(crate) fn functions(self) -> impl Iterator<Item = &'a Resource> {
        self.resources(&["AWS::Lambda::Function"])
    }

    /// What a property of a resource is, whenever the resource is there.
    pub(crate) fn property(&self, resource: &Resource, path: &[&str]) -> Vec<Case> {
        self.kept(self.template.property(resource, path), resource.guard).collect()
    }

    /// The values of a key of a map.
    pub(crate) fn entry(&self, map: &Case, key: &str) -> Vec<Case> {
        match &map.value {
            Value::Map(entries) => {
                let cases = entries.iter().filter(|(name, _)| name == key).map(|(_, case)| case.clone());
                self.kept(cases, map.guard).collect()
            }
            Value::Unknown(_) => vec![map.clone()],
            _ => Vec::new(),
        }
    }

    /// Every entry of a map.
    pub(crate) fn entries(&self, map: &Case) -> Vec<(String, Case)> {
        let Value::Map(entries) = &map.value else { return Vec::new() };
        let mut found = Vec::new();
        for (name, case) in entries.iter() {
            found.extend(self.kept([case.clone()], map.guard).map(|case| (name.clone(), case)));
        }
        found
    }

    /// The items of a list, of lists in it too. Anything else is a list of one.
    pub(crate) fn items(&self, list: &Case) -> Vec<Case> {
        let mut found = Vec::new();
        self.add_items(list.clone(), &mut found);
        found
    }

    fn add_items(&self, list: Case, found: &mut Vec<Case>) {
        match list.value {
            Value::List(items) => {
                for item in self.kept(items.iter().cloned(), list.guard) {
                    self.add_items(item, found);
                }
            }
            Value::Null | Value::NoValue => {}
            _ => found.push(list),
        }
    }

    /// The items of all values of a property.
    pub(crate) fn listed(&self, resource: &Resource, path: &[&str]) -> Vec<Case> {
        let mut found = Vec::new();
        for case in self.property(resource, path) {
            self.add_items(case, &mut found);
        }
        found
    }

    fn kept(&self, cases: impl IntoIterator<Item = Case>, when: Guard) -> impl Iterator<Item = Case> {
        let is_written = |case: &Case| !matches!(case.value, Value::Null | Value::NoValue);
        let then = move |case: Case| Some(Case { guard: self.both(case.guard, when)?, ..case });
        cases.into_iter().filter(is_written).filter_map(then)
    }

    /// Where a resource is declared.
    pub(crate) fn declared(&self, resource: &Resource) -> Place {
        Place::in_template(self.template.node(resource.key).span())
    }

    /// The resource of the template that a value leads to: by `Ref`, by an attribute, or inside of an ARN.
    pub(crate) fn named(&self, value: &Value) -> Option<&'a Resource> {
        let Value::Text(text) = value else { return None };
        named_in(text).find_map(|(id, _)| self.template.resource(id))
    }

    /// The resource of one of these types that a value leads to. A literal may be its name, written in `name`.
    pub(crate) fn named_as(&self, value: &Value, kinds: &'a [&'a str], name: &str) -> Option<&'a Resource> {
        if let Some(resource) = self.named(value) {
            return kinds.contains(&resource.kind.as_str()).then_some(resource);
        }
        let Value::Text(text) = value else { return None };
        let same =
            |case: &Case| matches!(&case.value, Value::Text(own) if own == text && !own.parts.is_empty());
        self.resources(kinds).find(|resource| self.property(resource, &[name]).iter().any(same))
    }
}

/// Where a value is written.
pub(crate) fn place(case: &Case) -> Place {
    Place::in_template(case.span)
}

/// The resources whose ids or attributes stand in a text.
pub(crate) fn named_in(text: &Text) -> impl Iterator<Item = (&str, Option<&str>)> {
    text.parts.iter().filter_map(|part| match part {
        Part::Resource { id, attribute } => Some((id.as_str(), attribute.as_deref())),
        _ => None,
    })
}

/// What is not known of a text, pseudo parameters aside.
pub(crate) fn open_in(text: &Text) -> impl Iterator<Item = &Unknown> {
    text.unknowns().filter(|unknown| !matches!(unknown, Unknown::Pseudo(_)))
}
