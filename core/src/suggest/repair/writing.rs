//! Writes changes into the text.

use crate::network::Network;
use crate::suggest::{
    NewResource, Written, append_item, insert_property, insert_resource_after, replace_value,
};
use crate::syntax::Node;
use crate::template::reference::references;
use crate::template::{Resource, Template};
use crate::text::Edit;

use super::endpoint_table::EndpointTableAtom;
use super::group_rule::GroupRuleAtom;
use super::named::{home, reference};
use super::{Atom, Ground};

/// The edits that make all changes; nothing where one of them cannot be written.
pub(super) fn write(ground: Ground<'_, '_>, network: usize, atoms: &[Atom]) -> Option<Vec<Edit>> {
    let network = &ground.networks.get(network)?.network;
    let mut writer = Writer { ground, network, edits: Vec::new(), ids: Vec::new(), named: Vec::new() };
    let mut done: Vec<&GroupRuleAtom> = Vec::new();
    let mut listed: Vec<&EndpointTableAtom> = Vec::new();
    for atom in atoms {
        match atom {
            // The rules of one group are written together.
            Atom::Rule(rule) if done.contains(&rule) => {}
            Atom::Rule(rule) => {
                let rules: Vec<&GroupRuleAtom> = atoms
                    .iter()
                    .filter_map(|atom| match atom {
                        Atom::Rule(other) if other.group == rule.group && other.egress == rule.egress => {
                            Some(other)
                        }
                        _ => None,
                    })
                    .collect();
                writer.rules(&rules)?;
                done.extend(rules);
            }
            Atom::EndpointTable(table) if listed.contains(&table) => {}
            Atom::EndpointTable(table) => {
                let tables: Vec<&EndpointTableAtom> = atoms
                    .iter()
                    .filter_map(|atom| match atom {
                        Atom::EndpointTable(other) if other.endpoint == table.endpoint => Some(other),
                        _ => None,
                    })
                    .collect();
                writer.tables(&tables)?;
                listed.extend(tables);
            }
            Atom::NatSubnet(place) => {
                let nat = home(ground.template, &place.nat)?;
                let subnet = home(ground.template, &place.subnet)?;
                let now = ground.template.properties(nat)?.get("SubnetId")?;
                let value = Written::reference(&subnet.id);
                writer.edits.push(replace_value(ground.template, now, &value)?);
            }
            Atom::VpcDns(atom) => {
                let vpc = home(ground.template, &atom.vpc)?;
                let known = network.vpcs.iter().find(|vpc| vpc.name == atom.vpc)?;
                let attributes =
                    [("EnableDnsSupport", &known.dns_support), ("EnableDnsHostnames", &known.dns_hostnames)];
                for (name, _) in attributes.into_iter().filter(|(_, is)| is.known() != Some(&true)) {
                    writer.switch_on(vpc, name)?;
                }
            }
            Atom::PrivateDns(atom) => {
                writer.switch_on(home(ground.template, &atom.endpoint)?, "PrivateDnsEnabled")?;
            }
            Atom::ZoneVpc(atom) => {
                let zone = home(ground.template, &atom.zone)?;
                let vpc = reference(ground.template, &atom.vpc)?;
                let list = ground.template.properties(zone)?.entry("VPCs").filter(|entry| !entry.merged)?;
                let region = Written::reference("AWS::Region");
                let item = Written::Map(vec![("VPCId", vpc.value), ("VPCRegion", region)]);
                writer.edits.push(append_item(ground.template, list.value, &item)?);
            }
            Atom::Entry(entry) => {
                let acl = home(ground.template, &entry.acl)?;
                let behind =
                    last_naming(ground.template, "AWS::EC2::NetworkAclEntry", "NetworkAclId", &acl.id)
                        .filter(|_| is_own(&entry.acl));
                let new = NewResource {
                    wanted_id: entry.wanted_id(),
                    kind: "AWS::EC2::NetworkAclEntry",
                    condition: writer.condition(&[acl])?,
                    properties: entry.properties(ground, network)?,
                };
                writer.resource(behind.unwrap_or(acl), new, &[])?;
            }
            Atom::Route(route) => {
                let table = home(ground.template, &route.table)?;
                let mut involved = vec![table];
                involved.extend(reference(ground.template, route.target_name())?.resource);
                let new = NewResource {
                    wanted_id: route.wanted_id(),
                    kind: "AWS::EC2::Route",
                    condition: writer.condition(&involved)?,
                    properties: route.properties(ground, network)?,
                };
                let behind = last_naming(ground.template, "AWS::EC2::Route", "RouteTableId", &table.id);
                writer.resource(behind.unwrap_or(table), new, &route.waits_for(ground))?;
            }
            Atom::Association(association) => {
                let involved =
                    [home(ground.template, &association.subnet)?, home(ground.template, &association.table)?];
                let kind = "AWS::EC2::SubnetRouteTableAssociation";
                let new = NewResource {
                    wanted_id: association.wanted_id(),
                    kind,
                    condition: writer.condition(&involved)?,
                    properties: association.properties(ground)?,
                };
                let [subnet, table] = involved;
                let behind = last_naming(ground.template, kind, "RouteTableId", &table.id);
                writer.resource(behind.unwrap_or(subnet), new, &[])?;
            }
        }
    }
    Some(writer.edits)
}

fn is_own(name: &crate::network::Name) -> bool {
    matches!(name, crate::network::Name::Logical(_))
}

/// The last resource of a type whose property names another one.
fn last_naming<'a>(template: &'a Template<'_>, kind: &str, property: &str, id: &str) -> Option<&'a Resource> {
    template
        .resources
        .iter()
        .filter(|one| one.kind == kind && one.made_by.is_none() && names(template, one, property, id))
        .max_by_key(|one| template.node(one.key).span())
}

fn names(template: &Template<'_>, resource: &Resource, property: &str, id: &str) -> bool {
    let mut found = false;
    if let Some(node) = template.properties(resource).and_then(|properties| properties.get(property)) {
        references(node, template.text(), &mut |reference| found |= reference.name == id);
    }
    found
}

struct Writer<'a, 't> {
    ground: Ground<'a, 't>,
    network: &'a Network,
    edits: Vec<Edit>,
    /// Logical ids that were given.
    ids: Vec<String>,
    /// Which resource names which other one by what was written.
    named: Vec<(&'a str, &'a str)>,
}

impl<'a> Writer<'a, '_> {
    /// Rules of one group in one direction.
    fn rules(&mut self, rules: &[&GroupRuleAtom]) -> Option<()> {
        let template = self.ground.template;
        let first = rules.first()?;
        let group = home(template, &first.group)?;
        let (inline, separate) = if first.egress {
            ("SecurityGroupEgress", "AWS::EC2::SecurityGroupEgress")
        } else {
            ("SecurityGroupIngress", "AWS::EC2::SecurityGroupIngress")
        };
        let apart = last_naming(template, separate, "GroupId", &group.id);
        let written = template.properties(group).and_then(|properties| properties.entry(inline));
        let list = written.filter(|entry| !entry.merged).map(|entry| entry.value);
        let fits = |writer: &Self, rule: &GroupRuleAtom| {
            is_own(&rule.group)
                && rule.named(template).is_none_or(|peer| {
                    !writer.waits(&peer.id, &group.id)
                        && template.with_guards(|guards| guards.implies(group.guard, peer.guard))
                })
        };
        // A list that is not there yet: an inbound one may be, where the author writes them so.
        let may_begin = written.is_none() && !first.egress && apart.is_none() && is_own(&first.group);
        let mut beginning: Vec<(&GroupRuleAtom, Written)> = Vec::new();
        for rule in rules {
            let properties = rule.properties(self.ground, self.network)?;
            if fits(self, rule) {
                let value = Written::Map(described(list, rule, properties.clone()));
                if let Some(edit) = list.and_then(|list| append_item(template, list, &value)) {
                    // Between empty brackets goes one item only.
                    let is_filled = list.is_some_and(|list| list.items().is_empty())
                        && self.edits.iter().any(|other| other.span == edit.span);
                    if !is_filled {
                        self.edits.push(edit);
                        self.name(&group.id, rule);
                        continue;
                    }
                } else if may_begin {
                    beginning.push((rule, value));
                    self.name(&group.id, rule);
                    continue;
                }
            }
            let mut involved = vec![group];
            involved.extend(rule.named(template));
            let mut all = vec![("GroupId", reference(template, &rule.group)?.value)];
            all.extend(properties);
            let new = NewResource {
                wanted_id: rule.wanted_id(),
                kind: separate,
                condition: self.condition(&involved)?,
                properties: all,
            };
            self.resource(apart.unwrap_or(group), new, &[])?;
        }
        if !beginning.is_empty() {
            let items = beginning.into_iter().map(|(_, value)| value).collect();
            self.edits.push(insert_property(template, group, inline, &Written::List(items))?);
        }
        Some(())
    }

    /// Sets a property that is true or false.
    fn switch_on(&mut self, resource: &Resource, name: &'static str) -> Option<()> {
        let template = self.ground.template;
        let written = template.properties(resource).and_then(|properties| properties.entry(name));
        self.edits.push(match written {
            None => insert_property(template, resource, name, &Written::Bool(true))?,
            // A parameter or condition is somebody's choice.
            Some(entry) if entry.merged || entry.value.tag().is_some() || entry.value.as_str().is_none() => {
                return None;
            }
            Some(entry) => replace_value(template, entry.value, &Written::Bool(true))?,
        });
        Some(())
    }

    /// Tables of one gateway endpoint.
    fn tables(&mut self, tables: &[&EndpointTableAtom]) -> Option<()> {
        let template = self.ground.template;
        let endpoint = home(template, &tables.first()?.endpoint)?;
        let mut items = Vec::new();
        for table in tables {
            let table = home(template, &table.table)?;
            if self.waits(&table.id, &endpoint.id)
                || !template.with_guards(|guards| guards.implies(endpoint.guard, table.guard))
            {
                return None;
            }
            items.push(Written::reference(&table.id));
        }
        let written = template.properties(endpoint).and_then(|properties| properties.entry("RouteTableIds"));
        match written {
            None => {
                self.edits.push(insert_property(template, endpoint, "RouteTableIds", &Written::List(items))?);
            }
            Some(entry) if entry.merged => return None,
            Some(entry) if entry.value.is_sequence() && entry.value.items().is_empty() => {
                self.edits.push(replace_value(template, entry.value, &Written::List(items))?);
            }
            Some(entry) => {
                for item in &items {
                    self.edits.push(append_item(template, entry.value, item)?);
                }
            }
        }
        Some(())
    }

    /// A resource behind another one.
    fn resource(&mut self, behind: &Resource, mut new: NewResource<'_>, waits: &[&str]) -> Option<()> {
        /// So many of one name nobody would write.
        const NUMBERS: usize = 100;
        let wanted = new.wanted_id.clone();
        for number in 1..NUMBERS {
            if number > 1 {
                new.wanted_id = format!("{wanted}{number}");
            }
            let (id, edit) = insert_resource_after(self.ground.template, behind, &new, waits)?;
            if !self.ids.contains(&id) {
                self.ids.push(id);
                self.edits.push(edit);
                return Some(());
            }
        }
        None
    }

    /// The condition of something that needs all of these resources: that of the one that is there the least.
    #[expect(clippy::option_option, reason = "there may be no such resource, and it may have no condition")]
    fn condition(&self, involved: &[&'a Resource]) -> Option<Option<&'a str>> {
        let template = self.ground.template;
        let least = involved.iter().find(|one| {
            involved.iter().all(|other| template.with_guards(|guards| guards.implies(one.guard, other.guard)))
        })?;
        Some(template.node(least.body).get("Condition").and_then(Node::as_str))
    }

    fn name(&mut self, group: &'a str, rule: &GroupRuleAtom) {
        if let Some(peer) = rule.named(self.ground.template) {
            self.named.push((group, peer.id.as_str()));
        }
    }

    /// Whether a resource waits for another one, with what was written.
    fn waits(&self, then: &str, first: &str) -> bool {
        let mut open = vec![then];
        let mut seen: Vec<&str> = Vec::new();
        while let Some(next) = open.pop() {
            if next == first {
                return true;
            }
            if seen.contains(&next) {
                continue;
            }
            seen.push(next);
            let before = self.ground.dependencies.before(next);
            if before.contains(first) {
                return true;
            }
            let reached = |one: &str| one == next || before.contains(one);
            open.extend(self.named.iter().filter(|(of, _)| reached(of)).map(|(_, peer)| *peer));
        }
        false
    }
}

/// The properties of an item, with a description where its neighbours have one.
fn described(
    list: Option<Node<'_>>,
    rule: &GroupRuleAtom,
    mut properties: Vec<(&'static str, Written)>,
) -> Vec<(&'static str, Written)> {
    let mut items = list.into_iter().flat_map(Node::items).peekable();
    let all_described = items.peek().is_some() && items.all(|item| item.get("Description").is_some());
    if all_described {
        properties.push(("Description", Written::text(rule.description())));
    }
    properties
}
