//! Assumptions about subnets that nobody describes.
//!
//! The assumed subnets stand together in one VPC: the one that is named by whatever stands beside them in the template
//! (the VPC of the functions' security groups, of endpoints, else the only VPC parameter). Route tables that the
//! template names without making them, to add routes or gateway endpoints, are those of the subnets that functions use.
//! What context files describe is taken from there and not assumed.

mod uses;

use std::collections::BTreeMap;

use super::builder::{allow_all_entries, undescribed};
use super::{
    AclIndex, Builder, Cidr, Connectivity, Destination, Fact, GatewayIndex, Listed, Name, NatPlacement,
    Place, Route, SubnetIndex, TableIndex, Target, VpcIndex, Zone,
};
use crate::language::Phrase;
use crate::phrase;
use crate::template::{Template, Unknown};
use uses::{Id, Uses, of_parameter};

/// What a subnet parameter is taken to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Assumption {
    /// Private subnets whose default route leads to a NAT gateway.
    PrivateNat,
    /// Subnets with the local route only.
    Isolated,
    /// Subnets whose default route leads to an internet gateway.
    Public,
}

impl Assumption {
    /// The word that stands for it: `private-nat`, `isolated`, `public`.
    pub fn name(self) -> &'static str {
        match self {
            Self::PrivateNat => "private-nat",
            Self::Isolated => "isolated",
            Self::Public => "public",
        }
    }

    /// What a word stands for.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::PrivateNat, Self::Isolated, Self::Public].into_iter().find(|one| one.name() == text)
    }
}

/// A list whose length is not known is taken to be of so many subnets, each in a zone of its own.
const SUBNETS: usize = 2;

/// More items of one list than these are not assumed, whatever number a template selects.
const MOST_SUBNETS: usize = 16;

/// The names among `assumed` that the template does not have: no parameter, import or dynamic reference of that name.
pub fn unknown_assumptions(template: &Template<'_>, assumed: &BTreeMap<String, Assumption>) -> Vec<String> {
    if assumed.is_empty() {
        return Vec::new();
    }
    let uses = Uses::of(template);
    let is_there = |key: &str| {
        template.parameter(key).is_some()
            || given(template, key).is_some()
            || unknown_of(key).is_some_and(|unknown| uses.unknowns.contains(&unknown))
    };
    assumed.keys().filter(|key| !is_there(key)).cloned().collect()
}

/// The unknown value that `import:NAME` or `resolve:REF` stands for.
fn unknown_of(key: &str) -> Option<Unknown> {
    if let Some(name) = key.strip_prefix("import:") {
        return Some(Unknown::Import(name.to_owned()));
    }
    key.starts_with("resolve:").then(|| Unknown::DynamicReference(key.to_owned()))
}

/// The value that was given for an import or a dynamic reference.
fn given<'t>(template: &'t Template<'_>, key: &str) -> Option<&'t str> {
    unknown_of(key)?;
    template.inputs().parameters.get(key).map(String::as_str)
}

/// Subnets of one assumption.
struct Group {
    key: String,
    kind: Assumption,
    /// Where the parameter is declared.
    at: Option<Place>,
    /// Those that no context file describes.
    subnets: Vec<(Name, Zone)>,
    by_function: bool,
}

/// Describes the subnets that `assumed` names, by parameter (or `import:NAME`, `resolve:REF`), with their VPC.
pub(super) fn declare(
    template: &Template<'_>,
    assumed: &BTreeMap<String, Assumption>,
    builder: &mut Builder,
) {
    if assumed.is_empty() {
        return;
    }
    let uses = Uses::of(template);
    let groups = groups(template, assumed, &uses, builder);
    let Some(first) = groups.iter().flat_map(|group| &group.subnets).next().map(|(name, _)| name.clone())
    else {
        return;
    };
    let vpc = uses.vpc(template, builder).unwrap_or_else(|| implied(&first, "VPC"));
    let vpc = builder.vpc(&vpc);
    let acl = vpc_and_acl(vpc, &first, builder);
    let mut around = Around { vpc, acl, first, gateway: None, nat: None };
    let tables = tables(&groups, &uses, builder);
    for (group, tables) in groups.iter().zip(&tables) {
        for ((name, zone), table) in group.subnets.iter().zip(tables) {
            let table = builder.table(table);
            around.fill(table, group.kind, builder);
            let subnet = around.subnet(name, zone, table, builder);
            builder.network.subnets[subnet.0].at = group.at;
        }
        if !group.subnets.is_empty() {
            builder.network.assumptions.push(sentence(&group.key, group.kind, group.subnets.len()));
        }
    }
}

fn implied(of: &Name, what: &'static str) -> Name {
    Name::Implied { of: Box::new(of.clone()), what }
}

fn groups(
    template: &Template<'_>,
    assumed: &BTreeMap<String, Assumption>,
    uses: &Uses,
    builder: &mut Builder,
) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (key, kind) in assumed {
        let (ids, at) = match template.parameter(key) {
            Some(parameter) => (
                of_parameter(template, parameter),
                Some(Place::in_template(template.node(parameter.key).span())),
            ),
            None => match given(template, key) {
                Some(value) => (uses::of_text(value), None),
                None => (
                    unknown_of(key).map(|unknown| Id::One(unknown_name(unknown))).into_iter().collect(),
                    None,
                ),
            },
        };
        let is_empty =
            ids.is_empty() && (template.parameter(key).is_some() || given(template, key).is_some());
        if is_empty {
            builder.network.assumptions.push(phrase!(
                en: "`{key}` is empty, so it is not taken to be any subnets",
                ja: "`{key}` は空なので、サブネットとしては扱いません",
            ));
        }
        let names: Vec<Name> = ids.into_iter().flat_map(|id| items(id, uses, builder)).collect();
        // One subnet a parameter: each is in the zone after those of its kind before it.
        let before: usize = match names.len() {
            1 => groups.iter().filter(|group| group.kind == *kind && group.subnets.len() == 1).count(),
            _ => 0,
        };
        let by_function = names.iter().any(|name| uses.is_of_function(name));
        let subnets = names
            .into_iter()
            .enumerate()
            .filter(|(_, name)| {
                builder.known_subnet(name).is_none_or(|known| builder.network.subnets[known.0].at.is_none())
            })
            .map(|(at, name)| (name, Zone::Numbered(before + at)))
            .collect();
        groups.push(Group { key: key.clone(), kind: *kind, at, subnets, by_function });
    }
    groups
}

/// The names of what an id stands for: a list that is not known gets its items here.
fn items(id: Id, uses: &Uses, builder: &mut Builder) -> Vec<Name> {
    let unknown = match id {
        Id::List(unknown) => unknown,
        Id::One(Name::Unknown { value, item: None }) if uses.lists.contains_key(&value) => value,
        Id::One(name) => return vec![name],
    };
    let count = uses.lists.get(&unknown).copied().unwrap_or(0).clamp(SUBNETS, MOST_SUBNETS);
    list_of(unknown, count, builder)
}

fn unknown_name(value: Unknown) -> Name {
    Name::Unknown { value, item: None }
}

fn list_of(list: Unknown, count: usize, builder: &mut Builder) -> Vec<Name> {
    let name = |item| Name::Unknown { value: list.clone(), item: Some(item) };
    let names: Vec<Name> = (0..count).map(name).collect();
    builder.assume_items(list, names.clone());
    names
}

/// The name of each subnet's route table, by group.
fn tables(groups: &[Group], uses: &Uses, builder: &mut Builder) -> Vec<Vec<Name>> {
    // Tables of one kind of subnets only: their routes differ.
    let kind = groups
        .iter()
        .find(|group| group.by_function && !group.subnets.is_empty())
        .or_else(|| groups.iter().find(|group| group.kind != Assumption::Public && !group.subnets.is_empty()))
        .or(groups.first())
        .map(|group| (group.kind, group.by_function));
    let is_chosen = |group: &Group| kind == Some((group.kind, group.by_function));
    let count: usize = groups.iter().filter(|group| is_chosen(group)).map(|group| group.subnets.len()).sum();
    let mut named: Vec<Name> = Vec::new();
    for id in &uses.tables {
        let found = match id {
            Id::List(list) => {
                let asked = uses.lists.get(list).copied().unwrap_or(0);
                list_of(list.clone(), count.max(asked).clamp(1, MOST_SUBNETS), builder)
            }
            Id::One(name) => vec![name.clone()],
        };
        for name in found {
            if !named.contains(&name) {
                named.push(name);
            }
        }
    }
    let mut next = 0;
    let mut table = |group: &Group| {
        let own = || group.subnets.first().map(|(name, _)| implied(name, "route table"));
        if !is_chosen(group) {
            return own();
        }
        next += 1;
        named.get(next - 1).or(named.last()).cloned().or_else(own)
    };
    groups.iter().map(|group| group.subnets.iter().filter_map(|_| table(group)).collect()).collect()
}

/// Says of a VPC that nobody describes that DNS is on; returns an ACL in it that allows everything.
fn vpc_and_acl(index: VpcIndex, first: &Name, builder: &mut Builder) -> AclIndex {
    let vpc = &mut builder.network.vpcs[index.0];
    if vpc.at.is_none() {
        for fact in [&mut vpc.dns_support, &mut vpc.dns_hostnames, &mut vpc.amazon_dns] {
            if fact.known().is_none() {
                *fact = Fact::Known(true);
            }
        }
        builder.network.vpcs[index.0].other_endpoints = None;
        builder.network.assumptions.push(phrase!(
            en: "The VPC of the assumed subnets is taken to have DNS on, network ACLs that allow everything and no endpoints but those named here",
            ja: "仮定したサブネットの VPC は、DNS が有効で、ネットワーク ACL がすべてを許可し、ここに現れるもの以外のエンドポイントはないものとします",
        ));
    } else {
        builder.network.assumptions.push(phrase!(
            en: "The network ACLs of the assumed subnets are taken to allow everything",
            ja: "仮定したサブネットのネットワーク ACL は、すべてを許可するものとします",
        ));
    }
    let default = builder.network.vpcs[index.0].default_acl;
    let acl = match builder.network.acls[default.0].at {
        None => default,
        Some(_) => builder.acl(&implied(first, "network ACL")),
    };
    let described = &mut builder.network.acls[acl.0];
    described.vpc = Fact::Known(index);
    described.ingress = Listed::all(allow_all_entries());
    described.egress = Listed::all(allow_all_entries());
    acl
}

/// What assumed subnets have in common.
struct Around {
    vpc: VpcIndex,
    acl: AclIndex,
    /// What is assumed beside the subnets is called after the first of them.
    first: Name,
    gateway: Option<GatewayIndex>,
    nat: Option<super::NatIndex>,
}

impl Around {
    fn subnet(&self, name: &Name, zone: &Zone, table: TableIndex, builder: &mut Builder) -> SubnetIndex {
        let index = builder.subnet(name);
        let subnet = &mut builder.network.subnets[index.0];
        subnet.vpc = Fact::Known(self.vpc);
        subnet.cidr = Fact::Unknown(undescribed(name));
        subnet.zone = Fact::Known(zone.clone());
        subnet.table = Fact::Known(table);
        subnet.acl = Fact::Known(self.acl);
        subnet.several = false;
        index
    }

    /// Writes the routes of a table that no context file describes.
    fn fill(&mut self, index: TableIndex, kind: Assumption, builder: &mut Builder) {
        if builder.network.tables[index.0].at.is_some() {
            return;
        }
        let target = match kind {
            Assumption::Isolated => None,
            Assumption::Public => Some(Target::InternetGateway(self.gateway(builder))),
            Assumption::PrivateNat => Some(Target::NatGateway(self.nat(builder))),
        };
        let table = &mut builder.network.tables[index.0];
        table.vpc = Fact::Known(self.vpc);
        table.routes = Listed::all(target.map(default_route).into_iter().collect());
    }

    /// A VPC has one internet gateway at most.
    fn gateway(&mut self, builder: &mut Builder) -> GatewayIndex {
        let known = self.gateway.or_else(|| {
            let is_here = |gateway: &super::InternetGateway| gateway.vpc == Fact::Known(Some(self.vpc));
            builder.network.internet_gateways.iter().position(is_here).map(GatewayIndex)
        });
        let index = known.unwrap_or_else(|| {
            let index = builder.internet_gateway(&implied(&self.first, "internet gateway"));
            builder.network.internet_gateways[index.0].vpc = Fact::Known(Some(self.vpc));
            index
        });
        self.gateway = Some(index);
        index
    }

    fn nat(&mut self, builder: &mut Builder) -> super::NatIndex {
        if let Some(known) = self.nat {
            return known;
        }
        let table = builder.table(&implied(&self.first, "public route table"));
        self.fill(table, Assumption::Public, builder);
        let name = implied(&self.first, "public subnet");
        let subnet = self.subnet(&name, &Zone::Numbered(0), table, builder);
        let index = builder.nat_gateway(&implied(&self.first, "NAT gateway"));
        let nat = &mut builder.network.nat_gateways[index.0];
        nat.connectivity = Fact::Known(Connectivity::Public);
        nat.placement = NatPlacement::Zonal(Fact::Known(subnet));
        self.nat = Some(index);
        index
    }
}

fn default_route(target: Target) -> Route {
    let everywhere = Destination::Cidr(Cidr::Known(ipnet::Ipv4Net::default()));
    Route { at: None, destination: everywhere, target, blackhole: false, propagated: false }
}

fn sentence(key: &str, kind: Assumption, count: usize) -> Phrase {
    let number = match count {
        2 => "two".to_owned(),
        3 => "three".to_owned(),
        4 => "four".to_owned(),
        more => more.to_string(),
    };
    match (kind, count) {
        (Assumption::PrivateNat, 1) => phrase!(
            en: "`{key}` is taken to be a private subnet with a NAT gateway",
            ja: "`{key}` は、NAT ゲートウェイを使うプライベートサブネット 1 つと仮定します",
        ),
        (Assumption::PrivateNat, _) => phrase!(
            en: "`{key}` is taken to be {number} private subnets in {number} zones with a NAT gateway",
            ja: "`{key}` は、NAT ゲートウェイを使うプライベートサブネット {count} つ (AZ は別々) と仮定します",
        ),
        (Assumption::Isolated, 1) => phrase!(
            en: "`{key}` is taken to be an isolated subnet, with the local route only",
            ja: "`{key}` は、ローカルルートしかないサブネット 1 つと仮定します",
        ),
        (Assumption::Isolated, _) => phrase!(
            en: "`{key}` is taken to be {number} isolated subnets in {number} zones, with the local route only",
            ja: "`{key}` は、ローカルルートしかないサブネット {count} つ (AZ は別々) と仮定します",
        ),
        (Assumption::Public, 1) => phrase!(
            en: "`{key}` is taken to be a public subnet with an internet gateway",
            ja: "`{key}` は、インターネットゲートウェイを使うパブリックサブネット 1 つと仮定します",
        ),
        (Assumption::Public, _) => phrase!(
            en: "`{key}` is taken to be {number} public subnets in {number} zones with an internet gateway",
            ja: "`{key}` は、インターネットゲートウェイを使うパブリックサブネット {count} つ (AZ は別々) と仮定します",
        ),
    }
}

#[cfg(test)]
mod tests;
