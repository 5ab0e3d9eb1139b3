//! Security groups and their rules.

use std::collections::HashMap;

use super::fields::{Fields, own_name};
use super::reader::{BROKEN, Named, Reader, Split, missing, text};
use super::traffic::Traffic;
use crate::network::builder::{allow_all_rule, undescribed};
use crate::network::{Builder, Fact, GroupIndex, GroupRule, Listed, Missing, Name, Peer, VpcIndex};
use crate::template::{Case, Resource, Value};

/// Which way the traffic of a rule goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    In,
    Out,
}

impl Way {
    /// The properties that name a group as the other side, by its id.
    fn group_id(self) -> &'static str {
        match self {
            Self::In => "SourceSecurityGroupId",
            Self::Out => "DestinationSecurityGroupId",
        }
    }

    /// The property that names a prefix list as the other side.
    fn prefix_list(self) -> &'static str {
        match self {
            Self::In => "SourcePrefixListId",
            Self::Out => "DestinationPrefixListId",
        }
    }
}

/// Groups by `GroupName`. A name is of use only where it is known.
type ByGroupName = HashMap<String, Name>;

/// Writes groups, the rules inside them, and the rules that are resources of their own.
pub(super) fn declare(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    let groups = reader.resources(&["AWS::EC2::SecurityGroup"])?;
    let mut by_name = ByGroupName::new();
    for resource in &groups {
        // Names that hang on conditions are not worth a situation of their own.
        if let Ok(Some(Fact::Known(name))) = reader.text(resource, &["GroupName"]) {
            by_name.insert(name, own_name(resource));
        }
    }
    for resource in groups {
        let vpc = match reader.component(resource, "VpcId")? {
            Some(named) => builder.vpc(&named.name),
            None => builder.default_vpc(),
        };
        let scope = Scope { reader, by_name: &by_name, vpc: Some(vpc) };
        let ingress = inline(scope, resource, Way::In, builder)?;
        let mut egress = inline(scope, resource, Way::Out, builder)?;
        if egress.items.is_empty() && egress.rest.is_none() {
            egress.items.push(allow_all_rule());
        }
        let index = builder.group(&own_name(resource));
        let group = &mut builder.network.groups[index.0];
        group.at = reader.declared(resource);
        group.vpc = Fact::Known(vpc);
        group.ingress = ingress;
        group.egress = egress;
    }
    for (kind, way) in
        [("AWS::EC2::SecurityGroupIngress", Way::In), ("AWS::EC2::SecurityGroupEgress", Way::Out)]
    {
        for resource in reader.resources(&[kind])? {
            standalone(reader, &by_name, resource, way, builder)?;
        }
    }
    Ok(())
}

/// What rules are read with.
#[derive(Clone, Copy)]
struct Scope<'a, 't> {
    reader: Reader<'a, 't>,
    by_name: &'a ByGroupName,
    /// The VPC of the group that the rule belongs to.
    vpc: Option<VpcIndex>,
}

fn inline(
    scope: Scope<'_, '_>,
    resource: &Resource,
    way: Way,
    builder: &mut Builder,
) -> Result<Listed<GroupRule>, Split> {
    let property = match way {
        Way::In => "SecurityGroupIngress",
        Way::Out => "SecurityGroupEgress",
    };
    let Some(list) = scope.reader.property(resource, &[property])? else { return Ok(Listed::default()) };
    let items = scope.reader.items(&list)?;
    let mut found = Listed { items: Vec::with_capacity(items.items.len()), rest: items.rest };
    for item in &items.items {
        match &item.value {
            Value::Map(_) => found.items.extend(rules(scope, Fields::Item(item), way, builder)?),
            Value::Unknown(unknown) => found.rest = Some(Missing::Value(unknown.clone())),
            Value::Text(text) => found.rest = Some(missing(text)),
            _ => found.rest = Some(BROKEN),
        }
    }
    Ok(found)
}

fn standalone(
    reader: Reader<'_, '_>,
    by_name: &ByGroupName,
    resource: &Resource,
    way: Way,
    builder: &mut Builder,
) -> Result<(), Split> {
    let scope = Scope { reader, by_name, vpc: None };
    let index = if let Some(named) = reader.component(resource, "GroupId")? {
        builder.group(&named.name)
    } else if let Some(case) = reader.property(resource, &["GroupName"])? {
        group_by_name(scope, &case, builder)
    } else {
        return Ok(());
    };
    let vpc = builder.network.groups[index.0].vpc.known().copied();
    let found = rules(Scope { vpc, ..scope }, Fields::Resource(resource), way, builder)?;
    let group = &mut builder.network.groups[index.0];
    match way {
        Way::In => group.ingress.items.extend(found),
        Way::Out => {
            // The rule that a group has until one is written stands first.
            if group.egress.items.first().is_some_and(|rule| rule.default) {
                group.egress.items.clear();
            }
            group.egress.items.extend(found);
        }
    }
    Ok(())
}

/// The rules that one entry makes: one for each other side that it names.
fn rules(
    scope: Scope<'_, '_>,
    fields: Fields<'_>,
    way: Way,
    builder: &mut Builder,
) -> Result<Vec<GroupRule>, Split> {
    let reader = scope.reader;
    let protocol = fields.get(reader, "IpProtocol")?;
    let (from, to) = (fields.get(reader, "FromPort")?, fields.get(reader, "ToPort")?);
    // For ICMP the two properties hold type and code.
    let pair = (from.as_ref(), to.as_ref());
    let Traffic { protocol, ports, icmp } = Traffic::read(protocol.as_ref(), pair, pair);
    let at = fields.place(reader);
    let peers = peers(scope, fields, way, builder)?;
    Ok(peers
        .into_iter()
        .map(|peer| GroupRule {
            at,
            default: false,
            protocol: protocol.clone(),
            ports: ports.clone(),
            icmp,
            peer,
        })
        .collect())
}

fn peers(
    scope: Scope<'_, '_>,
    fields: Fields<'_>,
    way: Way,
    builder: &mut Builder,
) -> Result<Vec<Peer>, Split> {
    let reader = scope.reader;
    let mut found = Vec::with_capacity(1);
    if let Some(case) = fields.get(reader, "CidrIp")? {
        found.push(match text(&case) {
            Fact::Known(range) if range.contains(':') => Peer::Ipv6,
            _ => Peer::Cidr(reader.cidr(&case)?),
        });
    }
    if fields.get(reader, "CidrIpv6")?.is_some() {
        found.push(Peer::Ipv6);
    }
    if let Some(case) = fields.get(reader, way.group_id())? {
        let named = reader.name(&case);
        found.push(match &named {
            Named { several: true, name, .. } => Peer::Unknown(undescribed(name)),
            Named { name, .. } => Peer::Group(builder.group(name)),
        });
    }
    if way == Way::In
        && let Some(case) = fields.get(reader, "SourceSecurityGroupName")?
    {
        found.push(Peer::Group(group_by_name(scope, &case, builder)));
    }
    if let Some(case) = fields.get(reader, way.prefix_list())? {
        found.push(Peer::PrefixList(builder.prefix_list(&reader.name(&case).name)));
    }
    if found.is_empty() {
        found.push(Peer::Unknown(BROKEN));
    }
    Ok(found)
}

/// The group of a name in place of an id.
fn group_by_name(scope: Scope<'_, '_>, case: &Case, builder: &mut Builder) -> GroupIndex {
    if let Fact::Known(name) = text(case) {
        if let Some(own) = scope.by_name.get(&name) {
            return builder.group(own);
        }
        if name == "default" {
            let vpc = match scope.vpc {
                Some(vpc) => vpc,
                None => builder.default_vpc(),
            };
            return builder.network.vpcs[vpc.0].default_group;
        }
    }
    builder.group(&scope.reader.name(case).name)
}
