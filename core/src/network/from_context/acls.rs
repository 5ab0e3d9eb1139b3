//! Network ACLs.

use super::record::Record;
use super::{Answers, part, subnet_in, vpc_of};
use crate::network::{AclEntry, Builder, Cidr, Fact, IcmpType, Listed, Missing, Ports, Protocol};
use crate::order::Order;
use crate::phrase;

/// From this number on, entries are the denial at the end, of both versions of IP.
const LAST: i64 = 32767;

pub(super) fn default_acls<'a>(acls: impl Iterator<Item = Record<'a>>, builder: &mut Builder) {
    for record in acls.filter(|acl| acl.flag("IsDefault") == Some(true)) {
        if let (Some(vpc), Some(name)) = (record.name("VpcId"), record.name("NetworkAclId")) {
            let vpc = builder.vpc(&vpc);
            builder.name_default_acl(vpc, &name);
        }
    }
}

pub(super) fn acls(answers: &Answers<'_>, builder: &mut Builder) {
    for record in answers.of("NetworkAcls") {
        let Some((name, place)) = record.id("NetworkAclId") else { continue };
        let vpc = vpc_of(record, &name, builder);
        let index = builder.acl(&name);
        for association in record.records("Associations") {
            let Some(subnet) = association.name("SubnetId") else { continue };
            let subnet = subnet_in(&subnet, &vpc, builder);
            let subnet = &mut builder.network.subnets[subnet.0];
            subnet.acl = Fact::Known(index);
            subnet.acl_at = Some(association.place());
        }
        let missing = Missing::Component(name.clone());
        let (mut ingress, mut egress) = (Listed::default(), Listed::default());
        if !record.has("Entries") {
            ingress.rest = Some(missing.clone());
            egress.rest = Some(missing.clone());
        }
        for record in record.records("Entries") {
            if record.number("RuleNumber").is_some_and(|number| number >= LAST) {
                continue;
            }
            let side = if record.flag("Egress") == Some(true) { &mut egress } else { &mut ingress };
            match entry(record, &missing) {
                Some(entry) => side.items.push(entry),
                // It may allow or deny anything.
                None => side.rest = Some(missing.clone()),
            }
        }
        for entries in [&mut ingress, &mut egress] {
            entries.items.order_by_key(|entry| entry.number.known().copied().unwrap_or(u16::MAX));
        }
        let acl = &mut builder.network.acls[index.0];
        acl.at = Some(place);
        acl.vpc = vpc;
        acl.ingress = ingress;
        acl.egress = egress;
    }
    let whole = answers.is_whole("NetworkAcls");
    let network = &mut builder.network;
    for subnet in network.subnets.iter_mut().filter(|subnet| subnet.acl.known().is_none()) {
        let default = subnet.vpc.known().map(|vpc| network.vpcs[vpc.0].default_acl);
        subnet.acl = match default {
            // AWS lists the subnets of the default ACL too, but other tools may leave them out.
            Some(default) if whole && network.acls[default.0].at.is_some() => Fact::Known(default),
            _ => Fact::Unknown(part(&subnet.name, "network ACL")),
        };
    }
}

fn entry(record: Record<'_>, missing: &Missing) -> Option<AclEntry> {
    let unknown = || missing.clone();
    let protocol = record.text("Protocol").map(|text| (text, Protocol::parse(text)));
    if let Some((text, None)) = protocol {
        record.wrong(
            record.value("Protocol").unwrap_or(record.node),
            phrase!(en: "`{text}` is no protocol's number", ja: "`{text}` はプロトコル番号ではありません"),
        );
    }
    let range = record.record("PortRange");
    let port = |key| range.and_then(|range| range.number(key)).and_then(|port| u16::try_from(port).ok());
    let ports = match (port("From"), port("To")) {
        (Some(first), Some(last)) => Fact::Known(Ports { first, last }),
        _ if range.is_none() => Fact::Known(Ports::ALL),
        _ => Fact::Unknown(unknown()),
    };
    let icmp = record.record("IcmpTypeCode");
    let icmp = |key| icmp.and_then(|icmp| icmp.number(key)).and_then(|number| u8::try_from(number).ok());
    let action = record.text("RuleAction").map(str::to_ascii_lowercase);
    // An entry of neither version would be one that nobody can read.
    let ipv6_cidr = record.ipv6_cidr("Ipv6CidrBlock");
    let cidr = match (record.net("CidrBlock"), ipv6_cidr.is_some()) {
        (Some(net), _) => Some(Cidr::Known(net)),
        (None, true) => None,
        (None, false) => {
            if !record.has("CidrBlock") {
                record.wrong(
                    record.node,
                    phrase!(en: "this entry has no `CidrBlock`; it is left out", ja: "この項目には `CidrBlock` がないため使いません"),
                );
            }
            return None;
        }
    };
    Some(AclEntry {
        at: Some(record.place()),
        number: match record.number("RuleNumber").and_then(|number| u16::try_from(number).ok()) {
            Some(number) => Fact::Known(number),
            None => Fact::Unknown(unknown()),
        },
        allow: match action.as_deref() {
            Some("allow") => Fact::Known(true),
            Some("deny") => Fact::Known(false),
            _ => Fact::Unknown(unknown()),
        },
        protocol: match protocol {
            Some((_, Some(protocol))) => Fact::Known(protocol),
            _ => Fact::Unknown(unknown()),
        },
        ports,
        icmp: IcmpType { kind: icmp("Type"), code: icmp("Code") },
        cidr,
        ipv6_cidr,
    })
}
