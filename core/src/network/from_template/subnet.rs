//! Subnets, and what is associated with them.

use super::fields::own_name;
use super::reader::{BROKEN, Reader, Split, flag};
use super::vpc::{chosen_ipv6_range, chosen_range};
use crate::network::{Builder, Fact, Missing, Topic, Zone};
use crate::template::Resource;

/// Writes subnets with their route tables and network ACLs.
pub(super) fn declare(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    for resource in reader.resources(&["AWS::EC2::Subnet"])? {
        let vpc = reader.vpc(resource, "VpcId", builder)?;
        let cidr = match reader.property(resource, &["CidrBlock"])? {
            Some(case) => Fact::Known(reader.cidr(&case)?),
            None if is_ipv6_only(reader, resource)? => Fact::Unknown(Missing::Undocumented(Topic::Ipv6)),
            None => Fact::Known(chosen_range(resource)),
        };
        let ipv6_cidr = match reader.property(resource, &["Ipv6CidrBlock"])? {
            Some(case) => Some(reader.ipv6_cidr(&case)),
            None if reader.property(resource, &["Ipv6IpamPoolId"])?.is_some() => {
                Some(chosen_ipv6_range(resource))
            }
            None => None,
        };
        let dns64 = reader.flag(resource, &["EnableDns64"], false)?;
        let zone = zone(reader, resource)?;
        let index = builder.subnet(&own_name(resource));
        // Until something is associated, what comes with the VPC counts.
        let of_vpc = vpc.get().map(|vpc| &builder.network.vpcs[vpc.0]);
        let (table, acl) = match of_vpc {
            Ok(vpc) => (Fact::Known(vpc.main_table), Fact::Known(vpc.default_acl)),
            Err(missing) => (Fact::Unknown(missing.clone()), Fact::Unknown(missing.clone())),
        };
        let subnet = &mut builder.network.subnets[index.0];
        subnet.at = reader.declared(resource);
        subnet.vpc = vpc;
        subnet.cidr = cidr;
        subnet.ipv6_cidr = Fact::Known(ipv6_cidr);
        subnet.dns64 = dns64;
        subnet.zone = zone;
        subnet.table = table;
        subnet.acl = acl;
    }
    for resource in reader.resources(&["AWS::EC2::SubnetCidrBlock"])? {
        let Some(subnet) = reader.component(resource, "SubnetId")? else { continue };
        let range = match reader.property(resource, &["Ipv6CidrBlock"])? {
            Some(case) => reader.ipv6_cidr(&case),
            None => chosen_ipv6_range(resource),
        };
        let index = builder.subnet(&subnet.name);
        builder.network.subnets[index.0].ipv6_cidr = Fact::Known(Some(range));
    }
    associations(reader, builder)
}

fn is_ipv6_only(reader: Reader<'_, '_>, resource: &Resource) -> Result<bool, Split> {
    let native = reader.property(resource, &["Ipv6Native"])?;
    Ok(native.is_some_and(|case| flag(&case) == Fact::Known(true)))
}

fn zone(reader: Reader<'_, '_>, resource: &Resource) -> Result<Fact<Zone>, Split> {
    if let Some(case) = reader.property(resource, &["AvailabilityZone"])? {
        return Ok(reader.zone(&case));
    }
    Ok(match reader.text(resource, &["AvailabilityZoneId"])? {
        Some(id) => id.map(Zone::Identified),
        None => Fact::Unknown(Missing::Undocumented(Topic::ZoneChoice)),
    })
}

fn associations(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    for resource in reader.resources(&["AWS::EC2::SubnetRouteTableAssociation"])? {
        let Some(subnet) = reader.component(resource, "SubnetId")? else { continue };
        let table = match reader.component(resource, "RouteTableId")? {
            Some(table) => Fact::Known(builder.table(&table.name)),
            None => Fact::Unknown(BROKEN),
        };
        let index = builder.subnet(&subnet.name);
        let subnet = &mut builder.network.subnets[index.0];
        subnet.table = table;
        subnet.table_at = reader.declared(resource);
    }
    for resource in reader.resources(&["AWS::EC2::SubnetNetworkAclAssociation"])? {
        let Some(subnet) = reader.component(resource, "SubnetId")? else { continue };
        let acl = match reader.component(resource, "NetworkAclId")? {
            Some(acl) => Fact::Known(builder.acl(&acl.name)),
            None => Fact::Unknown(BROKEN),
        };
        let index = builder.subnet(&subnet.name);
        let subnet = &mut builder.network.subnets[index.0];
        subnet.acl = acl;
        subnet.acl_at = reader.declared(resource);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::network::from_template::testing::{at, named, network, range};
    use crate::network::{Fact, Missing, Name, Topic, Zone};
    use crate::template::Unknown;

    #[test]
    fn subnets_know_their_range_zone_table_and_acl() {
        let template = r#"
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Acl: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: !Ref Vpc}}
  One: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: !Select [0, !GetAZs ""]}}
  Two: {Type: AWS::EC2::Subnet, Properties: {VpcId: !GetAtt Vpc.VpcId, CidrBlock: !Select [1, !Cidr [!GetAtt Vpc.CidrBlock, 4, 8]], AvailabilityZoneId: use1-az2}}
  OneTable: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref One, RouteTableId: !Ref Table}}
  OneAcl: {Type: AWS::EC2::SubnetNetworkAclAssociation, Properties: {SubnetId: !Ref One, NetworkAclId: !Ref Acl}}
"#;
        let network = network(template, None);
        let subnet = |id: &str| named(&network.subnets, |subnet| &subnet.name, id);
        let vpc = &network.vpcs[0];
        let (one, two) = (subnet("One"), subnet("Two"));
        assert_eq!(network.vpcs.len(), 1, "both names are the same VPC");
        assert_eq!(one.zone, Fact::Known(Zone::Numbered(0)));
        assert_eq!(two.zone, Fact::Known(Zone::Identified("use1-az2".to_owned())));
        assert_eq!(
            [range(one.cidr.known().unwrap()), range(two.cidr.known().unwrap())],
            ["10.0.1.0/24", "10.0.1.0/24"]
        );
        assert_eq!(network.tables[one.table.known().unwrap().0].name, Name::Logical("Table".to_owned()));
        assert_eq!(at(template, one.table_at), "OneTable");
        assert_eq!(network.acls[one.acl.known().unwrap().0].name, Name::Logical("Acl".to_owned()));
        assert_eq!(at(template, one.acl_at), "OneAcl");
        assert_eq!((&two.table, two.table_at), (&Fact::Known(vpc.main_table), None));
        assert_eq!((&two.acl, two.acl_at), (&Fact::Known(vpc.default_acl), None));
    }

    #[test]
    fn what_is_not_written_is_not_known() {
        let network = network(
            r"
Parameters: {VpcId: {Type: String}, Given: {Type: String}}
Resources:
  Open: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref VpcId, Ipv4IpamPoolId: pool}}
  Six: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref VpcId, Ipv6Native: true}}
  Use: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Given, RouteTableId: rtb-1}}
",
            None,
        );
        let subnet = |id: &str| named(&network.subnets, |subnet| &subnet.name, id);
        let open = subnet("Open");
        assert_eq!(open.zone, Fact::Unknown(Missing::Undocumented(Topic::ZoneChoice)));
        assert_eq!(range(open.cidr.known().unwrap()), "?");
        assert_eq!(subnet("Six").cidr, Fact::Unknown(Missing::Undocumented(Topic::Ipv6)));
        let table = &network.tables[open.table.known().unwrap().0];
        let parameter = Missing::Value(Unknown::Parameter("VpcId".to_owned()));
        assert_eq!(table.routes.rest, Some(parameter), "the main table of a VPC that nobody describes");
        let given = subnet("Given");
        assert_eq!(network.tables[given.table.known().unwrap().0].name, Name::Aws("rtb-1".to_owned()));
        assert_eq!(given.cidr, Fact::Unknown(Missing::Value(Unknown::Parameter("Given".to_owned()))));
    }
}
