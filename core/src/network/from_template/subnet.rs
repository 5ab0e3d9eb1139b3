//! Subnets, and what is associated with them.

use super::fields::own_name;
use super::reader::{BROKEN, Reader, Split, flag};
use super::vpc::chosen_range;
use crate::network::{Builder, Fact, Missing, Topic, Zone};
use crate::template::Resource;

/// Writes subnets with their route tables and network ACLs.
pub(super) fn declare(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    for resource in reader.resources(&["AWS::EC2::Subnet"])? {
        let vpc = reader.vpc(resource, "VpcId", builder)?;
        let cidr = match reader.property(resource, &["CidrBlock"])? {
            Some(case) => Fact::Known(reader.cidr(&case)?),
            None if is_ipv6_only(reader, resource)? => Fact::Unknown(Missing::NotFollowed(Topic::Ipv6)),
            None => Fact::Known(chosen_range(resource)),
        };
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
        subnet.zone = zone;
        subnet.table = table;
        subnet.acl = acl;
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
