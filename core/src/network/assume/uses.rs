//! Where a template uses ids that it does not make itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::network::{Builder, Name};
use crate::template::{Parameter, Part, Resource, Template, Unknown, Value};

/// An id, or a list of ids whose length is not known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Id {
    /// One.
    One(Name),
    /// A list.
    List(Unknown),
}

/// The uses of one template, whatever its conditions say.
#[derive(Default)]
pub(super) struct Uses {
    /// Lists that are not known; and how many items of each are asked for, at least.
    pub(super) lists: BTreeMap<Unknown, usize>,
    /// Everything that is not known.
    pub(super) unknowns: BTreeSet<Unknown>,
    /// Route tables that get routes or gateway endpoints.
    pub(super) tables: Vec<Id>,
    /// Subnets of functions.
    subnets: BTreeSet<Id>,
    /// VPCs of the groups that functions wear.
    function_vpcs: BTreeSet<Name>,
    /// Groups that functions wear and that the template does not make.
    function_groups: BTreeSet<Name>,
    /// VPCs of any group or endpoint.
    vpcs: BTreeSet<Name>,
}

impl Uses {
    pub(super) fn of(template: &Template<'_>) -> Self {
        let mut uses = Self::default();
        for resource in &template.resources {
            let Some(properties) = template.properties(resource) else { continue };
            for case in template.evaluate(properties) {
                uses.walk(&case.value);
            }
            match resource.kind.as_str() {
                "AWS::Lambda::Function" => uses.function(template, resource),
                "AWS::EC2::SecurityGroup" | "AWS::EC2::VPCEndpoint" => {
                    uses.vpcs.extend(single(ids(template, resource, &["VpcId"])));
                    uses.add_tables(ids(template, resource, &["RouteTableIds"]));
                }
                "AWS::EC2::Route" => uses.add_tables(ids(template, resource, &["RouteTableId"])),
                _ => {}
            }
        }
        uses
    }

    fn add_tables(&mut self, found: Vec<Id>) {
        for id in found {
            if !self.tables.contains(&id) {
                self.tables.push(id);
            }
        }
    }

    fn function(&mut self, template: &Template<'_>, function: &Resource) {
        self.subnets.extend(ids(template, function, &["VpcConfig", "SubnetIds"]));
        let path = ["VpcConfig", "SecurityGroupIds"];
        self.function_groups.extend(single(ids(template, function, &path)));
        for case in template.property(function, &path) {
            let mut made = Vec::new();
            resources(&case.value, &mut made);
            for group in made.into_iter().filter_map(|id| template.resource(id)) {
                self.function_vpcs.extend(single(ids(template, group, &["VpcId"])));
            }
        }
    }

    fn walk(&mut self, value: &Value) {
        match value {
            Value::Unknown(unknown) => {
                self.lists.entry(unknown.clone()).or_default();
                self.unknowns.insert(unknown.clone());
            }
            Value::Text(text) => {
                self.unknowns.extend(text.unknowns().cloned());
                for part in &text.parts {
                    if let Part::Item { list, index } = part {
                        let count = self.lists.entry(list.clone()).or_default();
                        *count = (*count).max(index.saturating_add(1));
                    }
                }
            }
            Value::List(items) => items.iter().for_each(|item| self.walk(&item.value)),
            Value::Map(entries) => entries.iter().for_each(|(_, case)| self.walk(&case.value)),
            Value::Null | Value::NoValue | Value::Zones(_) => {}
        }
    }

    /// Whether a function stands in a subnet of this name.
    pub(super) fn is_of_function(&self, name: &Name) -> bool {
        let of_list = match name {
            Name::Unknown { value, item: Some(_) } => self.subnets.contains(&Id::List(value.clone())),
            _ => false,
        };
        of_list || self.subnets.contains(&Id::One(name.clone()))
    }

    /// The VPC that stands beside the functions, where it is named and not made by the template.
    pub(super) fn vpc(&self, template: &Template<'_>, builder: &Builder) -> Option<Name> {
        // A group that a context file describes brings its VPC.
        let described = self.function_groups.iter().filter_map(|group| {
            let group = builder.known_group(group)?;
            let vpc = builder.network.groups[group.0].vpc.known()?;
            Some(builder.network.vpcs[vpc.0].name.clone())
        });
        let beside: BTreeSet<Name> = self.function_vpcs.iter().cloned().chain(described).collect();
        let of_parameters = template
            .parameters
            .iter()
            .filter(|parameter| parameter.kind.contains("AWS::EC2::VPC::Id") && !parameter.is_list());
        let of_parameters = single(of_parameters.flat_map(|one| of_parameter(template, one)).collect());
        [beside, self.vpcs.clone(), of_parameters.collect()].into_iter().find_map(|names| {
            let mut names = names.into_iter();
            names.next().filter(|_| names.next().is_none())
        })
    }
}

fn single(ids: Vec<Id>) -> impl Iterator<Item = Name> {
    ids.into_iter().filter_map(|id| match id {
        Id::One(name) => Some(name),
        Id::List(_) => None,
    })
}

/// The ids that a property names, without those that the template makes.
fn ids(template: &Template<'_>, resource: &Resource, path: &[&str]) -> Vec<Id> {
    let mut found = Vec::new();
    for case in template.property(resource, path) {
        of_value(&case.value, &mut found);
    }
    found
}

fn of_value(value: &Value, found: &mut Vec<Id>) {
    match value {
        Value::Unknown(unknown) => found.push(Id::List(unknown.clone())),
        Value::List(items) => items.iter().for_each(|item| of_value(&item.value, found)),
        Value::Text(text) => match &*text.parts {
            [Part::Literal(literal)] => found.extend(of_text(literal)),
            [Part::Unknown(unknown)] => {
                found.push(Id::One(Name::Unknown { value: unknown.clone(), item: None }));
            }
            [Part::Item { list, index }] => {
                found.push(Id::One(Name::Unknown { value: list.clone(), item: Some(*index) }));
            }
            _ => {}
        },
        Value::Map(_) | Value::Null | Value::NoValue | Value::Zones(_) => {}
    }
}

/// The ids in a known text, between commas.
pub(super) fn of_text(text: &str) -> Vec<Id> {
    let ids = text.split(',').map(str::trim).filter(|id| !id.is_empty());
    ids.map(|id| Id::One(Name::Aws(id.to_owned()))).collect()
}

/// The ids that a parameter stands for: those of its value, else one that is not known, or a list.
pub(super) fn of_parameter(template: &Template<'_>, parameter: &Parameter) -> Vec<Id> {
    let mut found = Vec::new();
    of_value(&template.parameter_value(parameter), &mut found);
    found
}

/// The resources of the template that a value names.
fn resources<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::List(items) => items.iter().for_each(|item| resources(&item.value, found)),
        Value::Text(_) => found.extend(value.resource().map(|(id, _)| id)),
        _ => {}
    }
}
