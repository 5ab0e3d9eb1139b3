//! Firewalls of AWS Network Firewall, with their policies and stateless rules.

use super::fields::own_name;
use super::reader::{BROKEN, Reader, Split, number, text};
use crate::network::{
    Builder, Cidr, Fact, Firewall, FirewallAction, FirewallRule, Listed, Missing, Name, Ports, Protocol,
    Statefully, Topic,
};
use crate::order::Order;
use crate::template::{Case, Resource, Value};

/// The type of firewalls.
pub(super) const FIREWALL: &str = "AWS::NetworkFirewall::Firewall";
/// The property that holds all of a policy.
const POLICY: &str = "FirewallPolicy";

/// Writes firewalls.
pub(super) fn declare(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    for resource in reader.resources(&[FIREWALL])? {
        let vpc = reader.vpc(resource, "VpcId", builder)?;
        let subnets = subnets(reader, resource, builder)?;
        let mut firewall = Firewall {
            name: own_name(resource),
            at: reader.declared(resource),
            vpc,
            subnets,
            rules: Listed::default(),
            default: Fact::Unknown(BROKEN),
            stateful: Statefully::Open(BROKEN),
        };
        match reader.component(resource, "FirewallPolicyArn")?.map(|named| named.name) {
            Some(Name::Logical(id)) if reader.template.resource(&id).is_some() => {
                if let Some(policy) = reader.template.resource(&id) {
                    read_policy(reader, policy, &mut firewall)?;
                }
            }
            Some(name) => {
                let missing = crate::network::builder::undescribed(&name);
                firewall.default = Fact::Unknown(missing.clone());
                firewall.rules.rest = Some(missing);
            }
            None => {}
        }
        builder.network.firewalls.push(firewall);
    }
    Ok(())
}

fn subnets(
    reader: Reader<'_, '_>,
    resource: &Resource,
    builder: &mut Builder,
) -> Result<Listed<crate::network::SubnetIndex>, Split> {
    let Some(mappings) = reader.property(resource, &["SubnetMappings"])? else {
        return Ok(Listed::unknown(BROKEN));
    };
    let mappings = reader.items(&mappings)?;
    let mut found = Listed { items: Vec::new(), rest: mappings.rest };
    for mapping in &mappings.items {
        if let Some(subnet) = reader.entry(mapping, "SubnetId")? {
            found.items.push(builder.subnet(&reader.name(&subnet).name));
        }
    }
    Ok(found)
}

fn read_policy(reader: Reader<'_, '_>, policy: &Resource, firewall: &mut Firewall) -> Result<(), Split> {
    let property = |key: &str| reader.property(policy, &[POLICY, key]);
    firewall.default = match property("StatelessDefaultActions")? {
        Some(actions) => action(reader, &actions)?,
        None => Fact::Unknown(BROKEN),
    };
    if let Some(groups) = property("StatelessRuleGroupReferences")? {
        firewall.rules = rules(reader, &groups)?;
    }
    let groups = match property("StatefulRuleGroupReferences")? {
        Some(groups) => reader.items(&groups)?,
        None => Listed::default(),
    };
    let open = || Statefully::Open(Missing::Beyond(Topic::FirewallRules, firewall.name.clone()));
    firewall.stateful = if groups.items.is_empty() && groups.rest.is_none() {
        let drops = match property("StatefulDefaultActions")? {
            Some(actions) => reader
                .items(&actions)?
                .items
                .iter()
                .any(|action| matches!(text(action), Fact::Known(word) if word.starts_with("aws:drop"))),
            None => false,
        };
        let strict = reader.property(policy, &[POLICY, "StatefulEngineOptions", "RuleOrder"])?;
        match strict.map(|order| text(&order)) {
            None => Statefully::Passes,
            Some(Fact::Known(order)) if order == "DEFAULT_ACTION_ORDER" => Statefully::Passes,
            // Without rules an established connection, which the other defaults are about, never comes to be.
            Some(Fact::Known(order)) if order == "STRICT_ORDER" && drops => Statefully::Drops,
            Some(Fact::Known(order)) if order == "STRICT_ORDER" => Statefully::Passes,
            Some(_) => open(),
        }
    } else {
        open()
    };
    Ok(())
}

/// What a list of actions does: one of it is no action of the user's own.
fn action(reader: Reader<'_, '_>, actions: &Case) -> Result<Fact<FirewallAction>, Split> {
    let actions = reader.items(actions)?;
    let mut unknown = actions.rest;
    for one in &actions.items {
        match text(one) {
            Fact::Known(word) => match word.as_str() {
                "aws:pass" => return Ok(Fact::Known(FirewallAction::Pass)),
                "aws:drop" => return Ok(Fact::Known(FirewallAction::Drop)),
                "aws:forward_to_sfe" => return Ok(Fact::Known(FirewallAction::Forward)),
                _ => {}
            },
            Fact::Unknown(missing) => unknown = Some(missing),
        }
    }
    Ok(Fact::Unknown(unknown.unwrap_or(BROKEN)))
}

/// The rules of all groups, by the priority of the group and then of the rule.
fn rules(reader: Reader<'_, '_>, groups: &Case) -> Result<Listed<FirewallRule>, Split> {
    let groups = reader.items(groups)?;
    let mut found: Vec<((i64, i64), FirewallRule)> = Vec::new();
    let mut rest = groups.rest;
    for group in &groups.items {
        let name = reader.entry(group, "ResourceArn")?.map(|case| reader.name(&case).name);
        let priority = priority(reader, group)?;
        let own = match &name {
            Some(Name::Logical(id)) => reader.template.resource(id),
            _ => None,
        };
        match (own, priority) {
            (Some(own), Fact::Known(priority)) => {
                rest = rest.or(rules_of_group(reader, own, priority, &mut found)?);
            }
            (Some(_), Fact::Unknown(missing)) => rest = rest.or(Some(missing)),
            (None, _) => {
                rest = rest.or(Some(name.map_or(BROKEN, |name| crate::network::builder::undescribed(&name))));
            }
        }
    }
    found.order_by_key(|(priority, _)| *priority);
    Ok(Listed { items: found.into_iter().map(|(_, rule)| rule).collect(), rest })
}

fn priority(reader: Reader<'_, '_>, map: &Case) -> Result<Fact<i64>, Split> {
    Ok(reader.entry(map, "Priority")?.map_or(Fact::Unknown(BROKEN), |case| number(&case)))
}

/// Adds the rules of a group; says why there may be more.
fn rules_of_group(
    reader: Reader<'_, '_>,
    group: &Resource,
    of_group: i64,
    found: &mut Vec<((i64, i64), FirewallRule)>,
) -> Result<Option<Missing>, Split> {
    const RULES: [&str; 4] = ["RuleGroup", "RulesSource", "StatelessRulesAndCustomActions", "StatelessRules"];
    let Some(list) = reader.property(group, &RULES)? else { return Ok(Some(BROKEN)) };
    let list = reader.items(&list)?;
    let mut rest = list.rest;
    for rule in &list.items {
        match priority(reader, rule)? {
            Fact::Known(own) => found.push(((of_group, own), read_rule(reader, rule)?)),
            Fact::Unknown(missing) => rest = rest.or(Some(missing)),
        }
    }
    Ok(rest)
}

fn read_rule(reader: Reader<'_, '_>, rule: &Case) -> Result<FirewallRule, Split> {
    let definition = reader.entry(rule, "RuleDefinition")?;
    let inside = |key: &str| match &definition {
        Some(definition) => reader.entry(definition, key),
        None => Ok(None),
    };
    let action = match inside("Actions")? {
        Some(actions) => action(reader, &actions)?,
        None => Fact::Unknown(BROKEN),
    };
    let attributes = inside("MatchAttributes")?;
    let list = |key: &str| -> Result<Listed<Case>, Split> {
        match &attributes {
            Some(attributes) => match reader.entry(attributes, key)? {
                Some(list) => reader.items(&list),
                None => Ok(Listed::default()),
            },
            None => Ok(Listed::default()),
        }
    };
    let flags = list("TCPFlags")?;
    Ok(FirewallRule {
        at: Reader::place(rule),
        action,
        protocols: each(list("Protocols")?, |one| {
            Ok(number(one).map(|number| u8::try_from(number).map_or(Protocol::All, Protocol::Number)))
        })?,
        sources: addresses(reader, list("Sources")?)?,
        destinations: addresses(reader, list("Destinations")?)?,
        source_ports: ports(reader, list("SourcePorts")?)?,
        destination_ports: ports(reader, list("DestinationPorts")?)?,
        asks_more: !flags.items.is_empty() || flags.rest.is_some(),
    })
}

fn each<T>(list: Listed<Case>, read: impl Fn(&Case) -> Result<Fact<T>, Split>) -> Result<Listed<T>, Split> {
    let mut found = Listed { items: Vec::new(), rest: list.rest };
    for one in &list.items {
        match read(one)? {
            Fact::Known(known) => found.items.push(known),
            Fact::Unknown(missing) => found.rest = Some(missing),
        }
    }
    Ok(found)
}

fn addresses(reader: Reader<'_, '_>, list: Listed<Case>) -> Result<Listed<Cidr>, Split> {
    each(list, |one| match &one.value {
        Value::Map(_) => match reader.entry(one, "AddressDefinition")? {
            Some(range) => Ok(Fact::Known(reader.cidr(&range)?)),
            None => Ok(Fact::Unknown(BROKEN)),
        },
        _ => Ok(Fact::Known(reader.cidr(one)?)),
    })
}

fn ports(reader: Reader<'_, '_>, cases: Listed<Case>) -> Result<Listed<Ports>, Split> {
    each(cases, |range| {
        let port = |key: &str| -> Result<Fact<i64>, Split> {
            Ok(reader.entry(range, key)?.map_or(Fact::Unknown(BROKEN), |case| number(&case)))
        };
        let (first, last) = (port("FromPort")?, port("ToPort")?);
        Ok(match (first, last) {
            (Fact::Known(first), Fact::Known(last)) => match (u16::try_from(first), u16::try_from(last)) {
                (Ok(first), Ok(last)) if first <= last => Fact::Known(Ports { first, last }),
                _ => Fact::Unknown(BROKEN),
            },
            (Fact::Unknown(missing), _) | (_, Fact::Unknown(missing)) => Fact::Unknown(missing),
        })
    })
}

#[cfg(test)]
mod tests {
    use crate::network::from_template::testing::network;
    use crate::network::{Fact, FirewallAction, Missing, Protocol, Statefully, Target, Topic};

    const TEMPLATE: &str = r"
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Wall: {Type: AWS::NetworkFirewall::Firewall, Properties: {FirewallName: wall, VpcId: !Ref Vpc, FirewallPolicyArn: !Ref Policy, SubnetMappings: [{SubnetId: subnet-1}, {SubnetId: subnet-2}]}}
  Plain: {Type: AWS::NetworkFirewall::Firewall, Properties: {FirewallName: plain, VpcId: !Ref Vpc, FirewallPolicyArn: !GetAtt PlainPolicy.FirewallPolicyArn, SubnetMappings: [{SubnetId: subnet-1}]}}
  Policy:
    Type: AWS::NetworkFirewall::FirewallPolicy
    Properties:
      FirewallPolicyName: policy
      FirewallPolicy:
        StatelessDefaultActions: [count, 'aws:forward_to_sfe']
        StatelessFragmentDefaultActions: ['aws:drop']
        StatelessRuleGroupReferences: [{Priority: 20, ResourceArn: !Ref Later}, {Priority: 10, ResourceArn: !GetAtt First.RuleGroupArn}]
        StatefulRuleGroupReferences: [{ResourceArn: arn:aws:network-firewall:us-east-1:111122223333:stateful-rulegroup/x}]
  PlainPolicy:
    Type: AWS::NetworkFirewall::FirewallPolicy
    Properties:
      FirewallPolicyName: plain
      FirewallPolicy: {StatelessDefaultActions: ['aws:forward_to_sfe'], StatelessFragmentDefaultActions: ['aws:pass'], StatefulEngineOptions: {RuleOrder: STRICT_ORDER}, StatefulDefaultActions: ['aws:drop_strict']}
  First:
    Type: AWS::NetworkFirewall::RuleGroup
    Properties: &group
      RuleGroupName: first
      Type: STATELESS
      Capacity: 10
      RuleGroup:
        RulesSource:
          StatelessRulesAndCustomActions:
            StatelessRules:
              - {Priority: 2, RuleDefinition: {Actions: ['aws:drop'], MatchAttributes: {Destinations: [{AddressDefinition: 192.0.2.0/24}]}}}
              - {Priority: 1, RuleDefinition: {Actions: ['aws:pass'], MatchAttributes: {Protocols: [6], DestinationPorts: [{FromPort: 443, ToPort: 443}]}}}
  Later: {Type: AWS::NetworkFirewall::RuleGroup, Properties: *group}
  Route: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, VpcEndpointId: !Select [1, !Split [':', !Select [0, !GetAtt Wall.EndpointIds]]]}}
";

    #[test]
    fn stateless_rules_stand_in_the_order_of_both_priorities() {
        let network = network(TEMPLATE, None);
        let wall = &network.firewalls[0];
        assert_eq!(wall.subnets.items.len(), 2);
        assert_eq!(wall.default, Fact::Known(FirewallAction::Forward));
        assert!(matches!(&wall.stateful, Statefully::Open(Missing::Beyond(Topic::FirewallRules, _))));
        let actions: Vec<_> = wall.rules.items.iter().map(|rule| rule.action.clone()).collect();
        let (pass, drop) = (Fact::Known(FirewallAction::Pass), Fact::Known(FirewallAction::Drop));
        assert_eq!(actions, [pass.clone(), drop.clone(), pass, drop]);
        assert_eq!(wall.rules.items[0].protocols.items, [Protocol::TCP]);
        assert_eq!(wall.rules.items[0].destination_ports.items.len(), 1);
        assert_eq!(wall.rules.rest, None);
        assert_eq!(network.firewalls[1].stateful, Statefully::Drops, "the strict order drops by default");
    }

    #[test]
    fn an_endpoint_that_a_route_names_belongs_to_its_firewall() {
        let network = network(TEMPLATE, None);
        let table = network.tables.iter().find(|table| table.name.matches("Table")).unwrap();
        assert!(
            matches!(&table.routes.items[0].target, Target::Gateway { name, .. } if name.matches("Wall")),
            "{:?}",
            table.routes.items[0].target
        );
    }
}
