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
            // A list that is written and empty has a place, a list that is not written has none.
            let at = reader.property(resource, &["SecurityGroupEgress"])?.as_ref().and_then(Reader::place);
            egress.items.push(GroupRule { at, ..allow_all_rule() });
        }
        let index = builder.group(&own_name(resource));
        let group = &mut builder.network.groups[index.0];
        group.at = reader.declared(resource);
        group.vpc = Fact::Known(vpc);
        group.ingress = ingress;
        group.egress = egress;
        group.own = !reader.template.handed_on().contains(&resource.id);
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
            Fact::Known(range) if range.contains(':') => Peer::Ipv6(reader.ipv6_cidr(&case)),
            _ => Peer::Cidr(reader.cidr(&case)?),
        });
    }
    if let Some(case) = fields.get(reader, "CidrIpv6")? {
        found.push(Peer::Ipv6(reader.ipv6_cidr(&case)));
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

#[cfg(test)]
mod tests {
    use crate::network::from_template::testing::{at, named, network, network_of, range};
    use crate::network::{Fact, GroupRule, IcmpType, Missing, Network, Peer, Ports, Protocol, SecurityGroup};
    use crate::template::Unknown;

    fn group<'n>(network: &'n Network, id: &str) -> &'n SecurityGroup {
        named(&network.groups, |group| &group.name, id)
    }

    /// A rule in words: `tcp 443-443 0.0.0.0/0`.
    fn words(network: &Network, rule: &GroupRule) -> String {
        let peer = match &rule.peer {
            Peer::Cidr(cidr) => range(cidr),
            Peer::Group(at) => network.groups[at.0].name.to_string(),
            Peer::PrefixList(at) => network.prefix_lists[at.0].name.to_string(),
            Peer::Ipv6(_) => "IPv6".to_owned(),
            Peer::Unknown(_) => "?".to_owned(),
        };
        let or_open = |text: Option<String>| text.unwrap_or_else(|| "?".to_owned());
        let protocol = or_open(rule.protocol.known().map(ToString::to_string));
        let ports = or_open(rule.ports.known().map(ToString::to_string));
        format!("{protocol} {ports} {peer}")
    }

    fn ingress(network: &Network, id: &str) -> Vec<String> {
        group(network, id).ingress.items.iter().map(|rule| words(network, rule)).collect()
    }

    fn egress(network: &Network, id: &str) -> Vec<String> {
        group(network, id).egress.items.iter().map(|rule| words(network, rule)).collect()
    }

    #[test]
    fn protocols_and_ports_are_read_however_they_are_written() {
        let network = network_of(
            r#"
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: vpc-1
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 443, ToPort: "443", CidrIp: 10.0.0.0/8}
        - {IpProtocol: "6", FromPort: 80, ToPort: 90, CidrIp: 10.0.0.1/8}
        - {IpProtocol: 17, FromPort: 53, ToPort: 53, CidrIp: 10.0.0.7}
        - {IpProtocol: -1, FromPort: 1, ToPort: 2, CidrIp: 0.0.0.0/0}
        - {IpProtocol: "-1", CidrIp: 0.0.0.0/0}
        - {IpProtocol: TCP, CidrIp: 0.0.0.0/0}
        - {IpProtocol: tcp, FromPort: -1, ToPort: -1, CidrIp: 0.0.0.0/0}
        - {IpProtocol: 50, FromPort: 1, ToPort: 2, CidrIp: 0.0.0.0/0}
        - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIpv6: "::/0"}
        - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: "::/0"}
        - {IpProtocol: tcp, FromPort: 23, ToPort: 22, CidrIp: 0.0.0.0/0}
        - {IpProtocol: tcp, FromPort: 22, ToPort: 22}
"#,
        );
        assert_eq!(
            ingress(&network, "Group"),
            [
                "tcp 443 10.0.0.0/8",
                "tcp 80-90 10.0.0.0/8",
                "udp 53 10.0.0.7/32",
                "all 0-65535 0.0.0.0/0",
                "all 0-65535 0.0.0.0/0",
                "tcp 0-65535 0.0.0.0/0",
                "tcp 0-65535 0.0.0.0/0",
                "50 0-65535 0.0.0.0/0",
                "tcp 22 IPv6",
                "tcp 22 IPv6",
                "tcp ? 0.0.0.0/0",
                "tcp 22 ?",
            ]
        );
    }

    #[test]
    fn for_icmp_the_ports_are_type_and_code() {
        let network = network(
            r"
Parameters: {Type: {Type: Number}}
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: vpc-1
      SecurityGroupIngress:
        - {IpProtocol: icmp, FromPort: 8, ToPort: -1, CidrIp: 0.0.0.0/0}
        - {IpProtocol: 1, FromPort: -1, ToPort: -1, CidrIp: 0.0.0.0/0}
        - {IpProtocol: icmp, FromPort: 3, ToPort: 4, CidrIp: 0.0.0.0/0}
        - {IpProtocol: icmp, FromPort: !Ref Type, ToPort: -1, CidrIp: 0.0.0.0/0}
",
            None,
        );
        let rules = &group(&network, "Group").ingress.items;
        let icmp = |kind, code| IcmpType { kind, code };
        assert_eq!(
            rules.iter().map(|rule| rule.icmp).collect::<Vec<_>>(),
            [icmp(Some(8), None), icmp(None, None), icmp(Some(3), Some(4)), icmp(None, None)]
        );
        assert_eq!(rules[0].protocol, Fact::Known(Protocol::ICMP));
        assert!(rules[3].protocol.known().is_none(), "a type that is not known leaves the rule open");
    }

    #[test]
    fn groups_let_everything_out_until_a_rule_is_written() {
        let network = network_of(
            r"
  Silent: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: vpc-1}}
  Empty: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: vpc-1, SecurityGroupEgress: []}}
  Inline: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: vpc-1, SecurityGroupEgress: {IpProtocol: -1, CidrIp: 127.0.0.1/32}}}
  Alone: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: vpc-1}}
  First: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: !Ref Alone, IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}}
  Second: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: !GetAtt Alone.GroupId, IpProtocol: tcp, FromPort: 80, ToPort: 80, DestinationSecurityGroupId: !Ref Silent}}
  Third: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: !Ref Inline, IpProtocol: udp, FromPort: 53, ToPort: 53, DestinationPrefixListId: pl-1}}
  Existing: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: sg-1, IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}}
",
        );
        assert_eq!(egress(&network, "Silent"), ["all 0-65535 0.0.0.0/0"]);
        assert!(group(&network, "Silent").egress.items[0].default);
        assert_eq!(egress(&network, "Empty"), ["all 0-65535 0.0.0.0/0"]);
        assert_eq!(egress(&network, "Inline"), ["all 0-65535 127.0.0.1/32", "udp 53 pl-1"]);
        assert_eq!(egress(&network, "Alone"), ["tcp 443 0.0.0.0/0", "tcp 80 Silent"]);
        assert_eq!(egress(&network, "sg-1"), ["tcp 443 0.0.0.0/0"]);
        assert!(group(&network, "sg-1").egress.rest.is_some(), "it has rules that nobody describes");
    }

    #[test]
    fn rules_name_groups_by_id_and_by_name() {
        let template = r"
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  App: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupName: app-servers}}
  Db:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: !Ref Vpc
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !Ref App}
        - {IpProtocol: tcp, FromPort: 5433, ToPort: 5433, SourceSecurityGroupName: app-servers}
        - {IpProtocol: tcp, FromPort: 5434, ToPort: 5434, SourceSecurityGroupName: default}
        - {IpProtocol: tcp, FromPort: 5435, ToPort: 5435, SourceSecurityGroupId: sg-9, SourceSecurityGroupOwnerId: '111122223333'}
        - {IpProtocol: tcp, FromPort: 5436, ToPort: 5436, SourceSecurityGroupId: !GetAtt Vpc.DefaultSecurityGroup}
        - {IpProtocol: tcp, FromPort: 5437, ToPort: 5437, SourcePrefixListId: pl-1}
  Self: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !Ref Db, IpProtocol: -1, SourceSecurityGroupId: !Ref Db}}
  Named: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupName: app-servers, IpProtocol: tcp, FromPort: 1, ToPort: 1, CidrIp: 10.0.0.0/8}}
  OnDefault: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !GetAtt Vpc.DefaultSecurityGroup, IpProtocol: tcp, FromPort: 2, ToPort: 2, CidrIp: 10.0.0.0/8}}
  OutOfDefault: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: !GetAtt Vpc.DefaultSecurityGroup, IpProtocol: tcp, FromPort: 2, ToPort: 2, CidrIp: 10.0.0.0/8}}
  NoVpc: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: somewhere}}
";
        let network = network(template, None);
        let default = "Vpc (default security group)";
        assert_eq!(
            ingress(&network, "Db"),
            [
                "tcp 5432 App".to_owned(),
                "tcp 5433 App".to_owned(),
                format!("tcp 5434 {default}"),
                "tcp 5435 sg-9".to_owned(),
                format!("tcp 5436 {default}"),
                "tcp 5437 pl-1".to_owned(),
                "all 0-65535 Db".to_owned(),
            ]
        );
        assert_eq!(at(template, group(&network, "Db").ingress.items[6].at), "Self");
        assert!(at(template, group(&network, "Db").ingress.items[0].at).contains("5432"));
        assert_eq!(ingress(&network, "App"), ["tcp 1 10.0.0.0/8"]);
        assert_eq!(
            ingress(&network, default),
            [format!("all 0-65535 {default}"), "tcp 2 10.0.0.0/8".to_owned()]
        );
        assert_eq!(egress(&network, default), ["tcp 2 10.0.0.0/8"]);
        let home = group(&network, "NoVpc").vpc.known().unwrap();
        assert!(network.vpcs[home.0].name.matches("default VPC"));
        assert!(network.vpcs[home.0].dns_support.known().is_none());
    }

    #[test]
    fn what_a_condition_leaves_out_is_not_there() {
        let network = network(
            r"
Parameters: {Debug: {Type: String, Default: 'no'}}
Conditions: {IsDebug: !Equals [!Ref Debug, 'yes']}
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: vpc-1
      SecurityGroupIngress:
        - !If [IsDebug, {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}, !Ref AWS::NoValue]
        - IpProtocol: tcp
          FromPort: !If [IsDebug, 1, 443]
          ToPort: !If [IsDebug, 65535, 443]
          CidrIp: !If [IsDebug, 0.0.0.0/0, !Ref AWS::NoValue]
          SourceSecurityGroupId: !If [IsDebug, !Ref AWS::NoValue, sg-1]
      SecurityGroupEgress: !If [IsDebug, !Ref AWS::NoValue, [{IpProtocol: -1, CidrIp: 10.0.0.0/8}]]
  Rule: {Type: AWS::EC2::SecurityGroupIngress, Condition: IsDebug, Properties: {GroupId: !Ref Group, IpProtocol: -1, CidrIp: 0.0.0.0/0}}
",
            None,
        );
        assert_eq!(ingress(&network, "Group"), ["tcp 443 sg-1"]);
        assert_eq!(egress(&network, "Group"), ["all 0-65535 10.0.0.0/8"]);
    }

    #[test]
    fn what_is_not_known_stays_open() {
        let network = network(
            r"
Parameters: {Rules: {Type: String}, Range: {Type: String}, Port: {Type: Number}, Protocol: {Type: String}, Groups: {Type: List<String>}}
Resources:
  Whole: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: vpc-1, SecurityGroupIngress: !Ref Rules, SecurityGroupEgress: [!ImportValue rule]}}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: vpc-1
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: !Ref Range}
        - {IpProtocol: tcp, FromPort: !Ref Port, ToPort: !Ref Port, CidrIp: 10.0.0.0/8}
        - {IpProtocol: !Ref Protocol, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/8}
        - {IpProtocol: tcp, FromPort: 443, ToPort: 443, SourceSecurityGroupId: !ImportValue app-group}
        - {IpProtocol: tcp, FromPort: 443, ToPort: 443, SourceSecurityGroupId: !Ref Groups}
",
            None,
        );
        let rules = Missing::Value(Unknown::Parameter("Rules".to_owned()));
        assert_eq!(group(&network, "Whole").ingress.rest, Some(rules));
        let import = Missing::Value(Unknown::Import("rule".to_owned()));
        assert_eq!(group(&network, "Whole").egress.rest, Some(import));
        assert!(group(&network, "Whole").egress.items.is_empty(), "no default where rules may be written");
        assert_eq!(
            ingress(&network, "Group"),
            ["tcp 443 ?", "tcp ? 10.0.0.0/8", "? ? 10.0.0.0/8", "tcp 443 import:app-group", "tcp 443 ?"]
        );
        let port = Missing::Value(Unknown::Parameter("Port".to_owned()));
        assert_eq!(group(&network, "Group").ingress.items[1].ports, Fact::<Ports>::Unknown(port));
    }
}
