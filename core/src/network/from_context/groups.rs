//! Security groups and their rules.

use super::record::Record;
use super::vpc_of;
use crate::network::{
    Builder, Cidr, Fact, GroupRule, IcmpType, Listed, Missing, Name, Peer, Place, Ports, Protocol,
};
use crate::phrase;

/// What AWS writes into the default group of a VPC.
const DEFAULT_DESCRIPTION: &str = "default VPC security group";

pub(super) fn default_groups<'a>(groups: impl Iterator<Item = Record<'a>>, builder: &mut Builder) {
    for record in groups.filter(|group| group.text("GroupName") == Some("default")) {
        let (Some(vpc), Some(name)) = (record.name("VpcId"), record.name("GroupId")) else { continue };
        let vpc = builder.vpc(&vpc);
        let known = builder.network.vpcs[vpc.0].default_group;
        let is_named = matches!(builder.network.groups[known.0].name, Name::Aws(_));
        // There is one such name in a VPC, unless somebody edited the file: then the description tells.
        if !is_named || record.text("Description") == Some(DEFAULT_DESCRIPTION) {
            builder.name_default_group(vpc, &name);
        }
    }
}

pub(super) fn groups<'a>(groups: impl Iterator<Item = Record<'a>>, builder: &mut Builder) {
    for record in groups {
        let Some((name, place)) = record.id("GroupId") else { continue };
        let vpc = vpc_of(record, &name, builder);
        let index = builder.group(&name);
        // Unlike in a template, no rule means that nothing is allowed; a list that is not there means nothing.
        let [ingress, egress] = ["IpPermissions", "IpPermissionsEgress"].map(|key| {
            if !record.has(key) {
                return Listed::unknown(Missing::Component(name.clone()));
            }
            let mut rules = Vec::new();
            for permission in record.records(key) {
                permission_rules(permission, &name, builder, &mut rules);
            }
            Listed::all(rules)
        });
        let group = &mut builder.network.groups[index.0];
        group.at = Some(place);
        group.vpc = vpc;
        group.ingress = ingress;
        group.egress = egress;
    }
}

/// One permission is a rule for each of its other sides.
fn permission_rules(permission: Record<'_>, group: &Name, builder: &mut Builder, rules: &mut Vec<GroupRule>) {
    let missing = Missing::Component(group.clone());
    let what = What::read(permission, &missing);
    for range in permission.records("IpRanges") {
        let peer = match range.net("CidrIp") {
            Some(net) => Peer::Cidr(Cidr::Known(net)),
            None => Peer::Unknown(missing.clone()),
        };
        rules.push(what.rule(range.place(), peer));
    }
    for range in permission.records("Ipv6Ranges") {
        let peer = match range.ipv6_cidr("CidrIpv6") {
            Some(cidr) => Peer::Ipv6(cidr),
            None => continue,
        };
        rules.push(what.rule(range.place(), peer));
    }
    for list in permission.records("PrefixListIds") {
        let peer = match list.name("PrefixListId") {
            Some(list) => Peer::PrefixList(builder.prefix_list(&list)),
            None => Peer::Unknown(missing.clone()),
        };
        rules.push(what.rule(list.place(), peer));
    }
    for pair in permission.records("UserIdGroupPairs") {
        rules.push(what.rule(pair.place(), group_peer(pair, &missing, builder)));
    }
}

/// A group that a rule names, perhaps one of a peer VPC.
fn group_peer(pair: Record<'_>, missing: &Missing, builder: &mut Builder) -> Peer {
    let Some(name) = pair.name("GroupId") else { return Peer::Unknown(missing.clone()) };
    let vpc = vpc_of(pair, &name, builder);
    let index = builder.group(&name);
    let group = &mut builder.network.groups[index.0];
    if group.vpc.known().is_none() && vpc.known().is_some() {
        group.vpc = vpc;
    }
    Peer::Group(index)
}

/// Rules by themselves. They say nothing of the group's VPC, nor whether there are more.
pub(super) fn single_rules<'a>(rules: impl Iterator<Item = Record<'a>>, builder: &mut Builder) {
    for record in rules {
        let Some((name, _)) = record.id("GroupId") else { continue };
        let index = builder.group(&name);
        if builder.network.groups[index.0].at.is_some() {
            continue;
        }
        let missing = Missing::Component(name);
        let what = What::read(record, &missing);
        let peer = if let Some(net) = record.net("CidrIpv4") {
            Peer::Cidr(Cidr::Known(net))
        } else if let Some(cidr) = record.ipv6_cidr("CidrIpv6") {
            Peer::Ipv6(cidr)
        } else if let Some(list) = record.name("PrefixListId") {
            Peer::PrefixList(builder.prefix_list(&list))
        } else if let Some(group) = record.record("ReferencedGroupInfo") {
            group_peer(group, &missing, builder)
        } else {
            Peer::Unknown(missing.clone())
        };
        let group = &mut builder.network.groups[index.0];
        let side = if record.flag("IsEgress") == Some(true) { &mut group.egress } else { &mut group.ingress };
        side.items.push(what.rule(record.place(), peer));
    }
}

/// What a permission is about.
struct What {
    protocol: Fact<Protocol>,
    ports: Fact<Ports>,
    icmp: IcmpType,
}

impl What {
    fn read(record: Record<'_>, missing: &Missing) -> Self {
        let protocol = match record.text("IpProtocol").map(|text| (text, Protocol::parse(text))) {
            Some((_, Some(protocol))) => Fact::Known(protocol),
            Some((text, None)) => {
                record.wrong(
                    record.value("IpProtocol").unwrap_or(record.node),
                    phrase!(en: "`{text}` is no protocol", ja: "`{text}` はプロトコルではありません"),
                );
                Fact::Unknown(missing.clone())
            }
            None => Fact::Unknown(missing.clone()),
        };
        let port = |key| record.number(key).filter(|number| *number >= 0);
        let (from, to) = (port("FromPort"), port("ToPort"));
        let is_icmp = matches!(protocol, Fact::Known(Protocol::ICMP | Protocol::Number(58)));
        let of_icmp =
            |number: Option<i64>| number.filter(|_| is_icmp).and_then(|number| u8::try_from(number).ok());
        let of_ports = |number: Option<i64>, open| {
            number.filter(|_| !is_icmp).and_then(|number| u16::try_from(number).ok()).unwrap_or(open)
        };
        let unreadable = ["FromPort", "ToPort"]
            .into_iter()
            .any(|key| record.value(key).is_some_and(|value| value.as_integer().is_none()));
        Self {
            protocol,
            ports: if unreadable {
                Fact::Unknown(missing.clone())
            } else {
                Fact::Known(Ports { first: of_ports(from, 0), last: of_ports(to, u16::MAX) })
            },
            icmp: IcmpType { kind: of_icmp(from), code: of_icmp(to) },
        }
    }

    fn rule(&self, at: Place, peer: Peer) -> GroupRule {
        GroupRule {
            at: Some(at),
            default: false,
            protocol: self.protocol.clone(),
            ports: self.ports.clone(),
            icmp: self.icmp,
            peer,
        }
    }
}
