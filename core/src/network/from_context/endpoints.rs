//! Endpoints of services.

use std::collections::HashSet;

use super::record::Record;
use super::{note_region, subnet_in, vpc_of};
use crate::network::{
    Builder, Endpoint, EndpointKind, EndpointPolicy, Fact, Listed, Missing, Name, Place, PolicyCondition,
    PolicyStatement, WrittenPolicy, endpoint_suffix,
};
use crate::phrase;
use crate::services::is_region;
use crate::syntax::{Limits, Node, parse};
use crate::template::{Text, Unknown};

/// Endpoints that lead to firewalls and load balancers of appliances.
pub(super) type Appliances = HashSet<Name>;

pub(super) fn endpoints<'a>(
    endpoints: impl Iterator<Item = Record<'a>>,
    builder: &mut Builder,
) -> Appliances {
    let mut appliances = Appliances::new();
    for record in endpoints {
        let Some((name, place)) = record.id("VpcEndpointId") else { continue };
        let gone = ["deleting", "deleted", "rejected", "failed", "expired", "pendingAcceptance"];
        if record.is_any("State", &gone) {
            record.skip(
                record.node,
                phrase!(
                    en: "the endpoint `{name}` is not in use, so it is skipped",
                    ja: "エンドポイント `{name}` は使われていないため読み飛ばします",
                ),
            );
            continue;
        }
        let missing = Missing::Component(name.clone());
        let kind = record.text("VpcEndpointType").unwrap_or("Gateway");
        let vpc = vpc_of(record, &name, builder);
        let kind = if kind.eq_ignore_ascii_case("Gateway") {
            let tables = record.names("RouteTableIds").iter().map(|table| builder.table(table)).collect();
            EndpointKind::Gateway { tables: Listed::all(tables) }
        } else if kind.eq_ignore_ascii_case("Interface") {
            let subnets = record.names("SubnetIds");
            let subnets = subnets.iter().map(|subnet| subnet_in(subnet, &vpc, builder)).collect();
            let groups = record.records("Groups").into_iter().filter_map(|group| group.name("GroupId"));
            let groups = groups.map(|group| builder.group(&group)).collect();
            let private_dns = record.flag_at("PrivateDnsEnabled");
            let inbound_only = record
                .record("DnsOptions")
                .and_then(|options| options.flag("PrivateDnsOnlyForInboundResolverEndpoint"));
            EndpointKind::Interface {
                subnets: Listed::all(subnets),
                groups: Listed::all(groups),
                private_dns: match private_dns {
                    Some((enabled, _)) => Fact::Known(enabled),
                    None => Fact::Unknown(missing.clone()),
                },
                private_dns_at: private_dns.map(|(_, place)| place),
                inbound_resolver_only: Fact::Known(inbound_only.unwrap_or(false)),
            }
        } else if kind.eq_ignore_ascii_case("GatewayLoadBalancer") {
            appliances.insert(name);
            continue;
        } else {
            record.skip(
                record.node,
                phrase!(
                    en: "the endpoint `{name}` is of the type `{kind}`, which vpcheck does not follow, so it is skipped",
                    ja: "エンドポイント `{name}` の種類 `{kind}` は vpcheck では追えないため読み飛ばします",
                ),
            );
            continue;
        };
        let service = record.text("ServiceName");
        if let Some(region) = service.and_then(|name| name.split('.').find(|label| is_region(label))) {
            note_region(builder, region);
        }
        builder.endpoint(Endpoint {
            name,
            at: Some(place),
            vpc,
            service: match service {
                Some(service) => Fact::Known(endpoint_suffix(service).to_owned()),
                None => Fact::Unknown(missing),
            },
            kind,
            policy: policy(record, service.map(endpoint_suffix)),
        });
    }
    appliances
}

/// The policy is JSON in a text; a file that somebody edited may have it as an object.
fn policy(record: Record<'_>, service: Option<&str>) -> EndpointPolicy {
    let Some(node) = record.value("PolicyDocument") else { return EndpointPolicy::Open };
    let at = Place { file: record.file, span: node.span() };
    let statements = match node.as_str() {
        Some(text) => statements(parse(text, &Limits::default()).root(), at),
        None => statements(node, at),
    };
    WrittenPolicy { at, statements }.at(service)
}

/// The statements of a policy; all of them stand where it stands.
fn statements(policy: Node<'_>, at: Place) -> Listed<PolicyStatement> {
    let unreadable = || Listed::unknown(Missing::Value(Unknown::Broken));
    let Some(list) = policy.get("Statement") else { return unreadable() };
    let list: Vec<Node<'_>> = if list.is_mapping() { vec![list] } else { list.items().into_iter().collect() };
    let mut found = Listed::default();
    for statement in list {
        let allows = match statement.get("Effect").and_then(Node::as_str) {
            Some("Allow") => true,
            Some("Deny") => false,
            _ => return unreadable(),
        };
        let (actions, all_but) = match (statement.get("Action"), statement.get("NotAction")) {
            (Some(actions), _) => (actions, false),
            (None, Some(actions)) => (actions, true),
            (None, None) => return unreadable(),
        };
        let principal = statement.get("Principal");
        let is_all = |node: Option<Node<'_>>| node.is_some_and(has_star);
        found.items.push(PolicyStatement {
            at,
            allows,
            actions: words(actions),
            all_but,
            is_for_everybody: is_all(principal)
                || is_all(principal.and_then(|principal| principal.get("AWS"))),
            is_about_everything: is_all(statement.get("Resource")),
            // What stands already may have the names that AWS made up for resources of this template.
            resources: None,
            conditions: conditions(statement),
        });
    }
    found
}

/// The conditions of a statement: as JSON has them, all values are written out.
fn conditions(statement: Node<'_>) -> Listed<PolicyCondition> {
    let mut found = Listed::default();
    for operator in statement.get("Condition").map(Node::entries).into_iter().flatten() {
        for key in operator.value.entries() {
            let (Some(operator), Some(own)) = (operator.key.as_str(), key.key.as_str()) else { continue };
            found.items.push(PolicyCondition {
                operator: operator.to_ascii_lowercase(),
                key: own.to_ascii_lowercase(),
                values: Listed::all(words(key.value).into_iter().map(Text::literal).collect()),
            });
        }
    }
    found
}

/// A word, or those of a list.
fn words(node: Node<'_>) -> Vec<String> {
    let own = node.as_str().into_iter();
    own.chain(node.items().into_iter().filter_map(Node::as_str)).map(str::to_owned).collect()
}

fn has_star(node: Node<'_>) -> bool {
    words(node).iter().any(|word| word == "*")
}
