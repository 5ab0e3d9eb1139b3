//! Network ACLs and their entries.

use std::collections::BTreeSet;

use super::fields::own_name;
use super::reader::{BROKEN, Reader, Split, number};
use super::traffic::Traffic;
use crate::network::{AclEntry, AclIndex, Builder, Cidr, Fact, Listed, Symbol};
use crate::order::Order;
use crate::template::{Case, Part, Resource, Text, Unknown};

/// Writes network ACLs with their entries, in the order in which AWS looks at them.
pub(super) fn declare(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    for resource in reader.resources(&["AWS::EC2::NetworkAcl"])? {
        let vpc = reader.vpc(resource, "VpcId", builder)?;
        let index = builder.acl(&own_name(resource));
        let acl = &mut builder.network.acls[index.0];
        acl.at = reader.declared(resource);
        acl.vpc = vpc;
        acl.ingress = Listed::default();
        acl.egress = Listed::default();
    }
    let mut changed: BTreeSet<AclIndex> = BTreeSet::new();
    for resource in reader.resources(&["AWS::EC2::NetworkAclEntry"])? {
        let Some(acl) = reader.component(resource, "NetworkAclId")? else { continue };
        let entry = entry(reader, resource)?;
        let is_egress = reader.flag(resource, &["Egress"], false)?;
        let index = builder.acl(&acl.name);
        let acl = &mut builder.network.acls[index.0];
        match is_egress {
            Fact::Known(true) => acl.egress.items.push(entry),
            Fact::Known(false) => acl.ingress.items.push(entry),
            // It stands in one of the two: in each of them nobody knows what it does.
            Fact::Unknown(missing) => {
                let entry = AclEntry { allow: Fact::Unknown(missing), ..entry };
                acl.egress.items.push(entry.clone());
                acl.ingress.items.push(entry);
            }
        }
        changed.insert(index);
    }
    for index in changed {
        let acl = &mut builder.network.acls[index.0];
        for entries in [&mut acl.ingress.items, &mut acl.egress.items] {
            // Those whose number is not known stand last.
            entries.order_by_key(|entry| entry.number.known().map_or(u32::MAX, |number| u32::from(*number)));
        }
    }
    Ok(())
}

fn entry(reader: Reader<'_, '_>, resource: &Resource) -> Result<AclEntry, Split> {
    let number = match reader.property(resource, &["RuleNumber"])?.as_ref().map(number) {
        Some(Fact::Known(number)) => u16::try_from(number).map_or(Fact::Unknown(BROKEN), Fact::Known),
        Some(Fact::Unknown(missing)) => Fact::Unknown(missing),
        None => Fact::Unknown(BROKEN),
    };
    let allow = match reader.text(resource, &["RuleAction"])? {
        Some(Fact::Known(action)) if action.eq_ignore_ascii_case("allow") => Fact::Known(true),
        Some(Fact::Known(action)) if action.eq_ignore_ascii_case("deny") => Fact::Known(false),
        Some(Fact::Unknown(missing)) => Fact::Unknown(missing),
        Some(Fact::Known(_)) | None => Fact::Unknown(BROKEN),
    };
    let pair = |property: &str, first: &str, last: &str| -> Result<(Option<Case>, Option<Case>), Split> {
        let Some(map) = reader.property(resource, &[property])? else { return Ok((None, None)) };
        Ok((reader.entry(&map, first)?, reader.entry(&map, last)?))
    };
    let protocol = reader.property(resource, &["Protocol"])?;
    let (from, to) = pair("PortRange", "From", "To")?;
    let (kind, code) = pair("Icmp", "Type", "Code")?;
    let Traffic { protocol, ports, icmp } =
        Traffic::read(protocol.as_ref(), (from.as_ref(), to.as_ref()), (kind.as_ref(), code.as_ref()));
    let ipv6_cidr = reader.property(resource, &["Ipv6CidrBlock"])?.map(|case| reader.ipv6_cidr(&case));
    let cidr = match reader.property(resource, &["CidrBlock"])? {
        Some(case) => Some(reader.cidr(&case)?),
        None if ipv6_cidr.is_some() => None,
        None => {
            Some(Cidr::Symbol(Symbol { text: Text::of(Part::Unknown(Unknown::Broken)), missing: BROKEN }))
        }
    };
    Ok(AclEntry { at: reader.declared(resource), number, allow, protocol, ports, icmp, cidr, ipv6_cidr })
}

#[cfg(test)]
mod tests {
    use crate::network::from_template::testing::{at, named, network, range};
    use crate::network::{Fact, IcmpType, Ports, Protocol};

    #[test]
    fn entries_are_sorted_by_number_and_way() {
        let template = r#"
Parameters: {Number: {Type: Number}, Way: {Type: String}}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Empty: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: !Ref Vpc}}
  Acl: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: !Ref Vpc}}
  Open: {Type: AWS::EC2::NetworkAclEntry, Properties: {NetworkAclId: !Ref Acl, RuleNumber: !Ref Number, Protocol: -1, RuleAction: deny, CidrBlock: 0.0.0.0/0}}
  Later: {Type: AWS::EC2::NetworkAclEntry, Properties: {NetworkAclId: !Ref Acl, RuleNumber: 200, Protocol: 6, RuleAction: allow, CidrBlock: 10.0.0.0/8, PortRange: {From: 443, To: "445"}}}
  Early: {Type: AWS::EC2::NetworkAclEntry, Properties: {NetworkAclId: !GetAtt Acl.Id, RuleNumber: "90", Protocol: "1", RuleAction: deny, CidrBlock: 0.0.0.0/0, Icmp: {Type: 8, Code: -1}}}
  Six: {Type: AWS::EC2::NetworkAclEntry, Properties: {NetworkAclId: !Ref Acl, RuleNumber: 300, Protocol: -1, RuleAction: allow, Ipv6CidrBlock: "::/0"}}
  Out: {Type: AWS::EC2::NetworkAclEntry, Properties: {NetworkAclId: !Ref Acl, RuleNumber: 100, Egress: true, Protocol: -1, RuleAction: allow, CidrBlock: 0.0.0.0/0, PortRange: {From: 1, To: 2}}}
  Either: {Type: AWS::EC2::NetworkAclEntry, Properties: {NetworkAclId: !Ref Acl, RuleNumber: 110, Egress: !Ref Way, Protocol: -1, RuleAction: allow, CidrBlock: 0.0.0.0/0}}
  Default: {Type: AWS::EC2::NetworkAclEntry, Properties: {NetworkAclId: !GetAtt Vpc.DefaultNetworkAcl, RuleNumber: 50, Protocol: -1, RuleAction: deny, CidrBlock: 10.9.0.0/16}}
"#;
        let network = network(template, None);
        let acl = named(&network.acls, |acl| &acl.name, "Acl");
        let ids = |entries: &[crate::network::AclEntry]| -> Vec<String> {
            entries.iter().map(|entry| at(template, entry.at).to_owned()).collect()
        };
        assert_eq!(ids(&acl.ingress.items), ["Early", "Either", "Later", "Six", "Open"]);
        assert_eq!(ids(&acl.egress.items), ["Out", "Either"]);
        let [early, either, later, six, open] = &acl.ingress.items[..] else { panic!("five") };
        assert_eq!(early.protocol, Fact::Known(Protocol::ICMP));
        assert_eq!(early.icmp, IcmpType { kind: Some(8), code: None });
        assert_eq!(early.allow, Fact::Known(false));
        assert!(either.allow.known().is_none(), "it may stand in the other direction");
        assert_eq!(later.ports, Fact::Known(Ports { first: 443, last: 445 }));
        assert_eq!(later.cidr.as_ref().map(range).as_deref(), Some("10.0.0.0/8"));
        assert!(six.cidr.is_none() && six.ipv6_cidr == Some(crate::network::Ipv6Cidr::all()));
        assert!(open.number.known().is_none());
        assert_eq!(acl.egress.items[0].ports, Fact::Known(Ports::ALL), "every protocol has every port");
        let empty = named(&network.acls, |acl| &acl.name, "Empty");
        assert!(empty.ingress.items.is_empty() && empty.ingress.rest.is_none());
        let default = &network.acls[network.vpcs[0].default_acl.0];
        assert_eq!(default.ingress.items.len(), 3, "both of AWS and one of the template");
        assert_eq!(at(template, default.ingress.items[0].at), "Default");
    }
}
