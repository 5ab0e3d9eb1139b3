//! Transit gateways, their attachments and route tables.

use super::fields::own_name;
use super::reader::{BROKEN, Reader, Split};
use crate::finding::FileId;
use crate::network::name::DEFAULT_TRANSIT_TABLE;
use crate::network::{
    Attached, Attachment, AttachmentIndex, Builder, Destination, Fact, Listed, Missing, Name, Topic,
    TransitGatewayIndex, TransitRoute, TransitTableIndex, VpnConnectionIndex, VpnEnd,
};
use crate::template::Resource;

/// Writes transit gateways with what is attached to them. VPN connections have to be written before.
pub(super) fn declare(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    const GATEWAY: &str = "AWS::EC2::TransitGateway";
    let kinds = |resource: &Resource| resource.kind.starts_with(GATEWAY);
    if !reader.template.resources.iter().any(kinds) {
        vpn_attachments(reader, builder);
        return associate(reader, builder);
    }
    let shared = reader.template.handed_on();
    // What is handed to others may get attachments and routes from them.
    let others = |resource: &Resource| {
        shared.contains(&resource.id).then(|| Missing::Beyond(Topic::TransitGateway, own_name(resource)))
    };
    for resource in reader.resources(&[GATEWAY])? {
        gateway(reader, resource, others(resource), builder)?;
    }
    for resource in reader.resources(&["AWS::EC2::TransitGatewayRouteTable"])? {
        let gateway = reader.component(resource, "TransitGatewayId")?;
        let of_gateway = gateway.and_then(|named| {
            let index = builder.transit_gateway(&named.name);
            let gateway = &builder.network.transit_gateways[index.0];
            // A table that is made here is filled here, whoever made the gateway.
            gateway.at.and_then(|_| gateway.others.clone())
        });
        let index = builder.transit_table(&own_name(resource));
        let rest = others(resource).or(of_gateway);
        let table = &mut builder.network.transit_tables[index.0];
        table.at = reader.declared(resource);
        table.routes = Listed { items: Vec::new(), rest: rest.clone() };
        table.learned = Listed { items: Vec::new(), rest };
    }
    for resource in
        reader.resources(&["AWS::EC2::TransitGatewayAttachment", "AWS::EC2::TransitGatewayVpcAttachment"])?
    {
        vpc_attachment(reader, resource, builder)?;
    }
    for resource in
        reader.resources(&["AWS::EC2::TransitGatewayPeeringAttachment", "AWS::EC2::TransitGatewayConnect"])?
    {
        let gateway = gateway_of(reader, resource, builder)?;
        let index = builder.attachment(&own_name(resource));
        let attachment = &mut builder.network.attachments[index.0];
        attachment.at = reader.declared(resource);
        attachment.gateway = gateway;
    }
    vpn_attachments(reader, builder);
    associate(reader, builder)?;
    routes(reader, builder)
}

fn gateway(
    reader: Reader<'_, '_>,
    resource: &Resource,
    others: Option<Missing>,
    builder: &mut Builder,
) -> Result<(), Split> {
    let own = own_name(resource);
    let index = builder.transit_gateway(&own);
    let default = Name::Implied { of: Box::new(own), what: DEFAULT_TRANSIT_TABLE };
    let mut table_of = |flag: &str, named: &str| -> Result<Fact<Option<TransitTableIndex>>, Split> {
        Ok(match enabled(reader, resource, &[flag], true)? {
            Fact::Known(true) => {
                let named = reader.component(resource, named)?;
                let is_own = named.is_none();
                let table = builder.transit_table(&named.map_or_else(|| default.clone(), |named| named.name));
                if is_own {
                    let table = &mut builder.network.transit_tables[table.0];
                    table.at = reader.declared(resource);
                    table.routes = Listed { items: Vec::new(), rest: others.clone() };
                    table.learned = Listed { items: Vec::new(), rest: others.clone() };
                }
                Fact::Known(Some(table))
            }
            Fact::Known(false) => Fact::Known(None),
            Fact::Unknown(missing) => Fact::Unknown(missing),
        })
    };
    let association_table = table_of("DefaultRouteTableAssociation", "AssociationDefaultRouteTableId")?;
    let propagation_table = table_of("DefaultRouteTablePropagation", "PropagationDefaultRouteTableId")?;
    let group_references = enabled(reader, resource, &["SecurityGroupReferencingSupport"], false)?;
    let gateway = &mut builder.network.transit_gateways[index.0];
    gateway.at = reader.declared(resource);
    gateway.association_table = association_table;
    gateway.propagation_table = propagation_table;
    gateway.group_references = group_references;
    gateway.others = others;
    Ok(())
}

/// `enable` or `disable`.
fn enabled(
    reader: Reader<'_, '_>,
    resource: &Resource,
    path: &[&str],
    default: bool,
) -> Result<Fact<bool>, Split> {
    Ok(match reader.text(resource, path)? {
        None => Fact::Known(default),
        Some(Fact::Known(word)) if word.eq_ignore_ascii_case("enable") => Fact::Known(true),
        Some(Fact::Known(word)) if word.eq_ignore_ascii_case("disable") => Fact::Known(false),
        Some(Fact::Known(_)) => Fact::Unknown(BROKEN),
        Some(Fact::Unknown(missing)) => Fact::Unknown(missing),
    })
}

fn gateway_of(
    reader: Reader<'_, '_>,
    resource: &Resource,
    builder: &mut Builder,
) -> Result<Fact<TransitGatewayIndex>, Split> {
    Ok(match reader.component(resource, "TransitGatewayId")? {
        Some(named) => Fact::Known(builder.transit_gateway(&named.name)),
        None => Fact::Unknown(BROKEN),
    })
}

fn vpc_attachment(reader: Reader<'_, '_>, resource: &Resource, builder: &mut Builder) -> Result<(), Split> {
    let gateway = gateway_of(reader, resource, builder)?;
    let vpc = reader.vpc(resource, "VpcId", builder)?;
    let mut subnets = Listed::default();
    if let Some(list) = reader.property(resource, &["SubnetIds"])? {
        for named in reader.names(&list, builder)? {
            let index = builder.subnet(&named.name);
            builder.network.subnets[index.0].several |= named.several;
            subnets.items.push(index);
        }
    }
    let appliance_mode = enabled(reader, resource, &["Options", "ApplianceModeSupport"], false)?;
    let ipv6 = enabled(reader, resource, &["Options", "Ipv6Support"], false)?;
    let group_references = enabled(reader, resource, &["Options", "SecurityGroupReferencingSupport"], true)?;
    let index = builder.attachment(&own_name(resource));
    let attachment = &mut builder.network.attachments[index.0];
    attachment.at = reader.declared(resource);
    attachment.gateway = gateway;
    attachment.attached = Attached::Vpc { vpc, subnets, appliance_mode, ipv6 };
    attachment.group_references = group_references;
    Ok(())
}

/// A VPN connection that ends at a transit gateway is an attachment of it.
fn vpn_attachments(_: Reader<'_, '_>, builder: &mut Builder) {
    for at in 0..builder.network.vpn_connections.len() {
        let connection = &builder.network.vpn_connections[at];
        let VpnEnd::Transit(gateway) = connection.end else { continue };
        let is_it = |one: &Attachment| matches!(one.attached, Attached::Vpn(known) if known == VpnConnectionIndex(at));
        if builder.network.attachments.iter().any(is_it) {
            continue;
        }
        let (name, place) = (connection.name.clone(), connection.at);
        let index = builder.attachment(&name);
        let attachment = &mut builder.network.attachments[index.0];
        attachment.at = place;
        attachment.gateway = Fact::Known(gateway);
        attachment.attached = Attached::Vpn(VpnConnectionIndex(at));
    }
}

/// Which table each attachment uses, and which learn its ranges.
fn associate(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    for at in 0..builder.network.attachments.len() {
        let attachment = &builder.network.attachments[at];
        let Fact::Known(gateway) = attachment.gateway else { continue };
        // What describe calls show tells its table itself.
        if attachment.at.is_some_and(|at| at.file != FileId(0)) {
            continue;
        }
        let gateway = &builder.network.transit_gateways[gateway.0];
        let learns = match &gateway.propagation_table {
            Fact::Known(Some(table)) if !matches!(attachment.attached, Attached::Elsewhere) => Some(*table),
            _ => None,
        };
        builder.network.attachments[at].table = gateway.association_table.clone();
        if let Some(table) = learns {
            builder.network.transit_tables[table.0].learned.items.push(AttachmentIndex(at));
        }
    }
    for resource in reader.resources(&["AWS::EC2::TransitGatewayRouteTableAssociation"])? {
        let Some((attachment, table)) = both(reader, resource, builder)? else { continue };
        builder.network.attachments[attachment.0].table = Fact::Known(Some(table));
    }
    for resource in reader.resources(&["AWS::EC2::TransitGatewayRouteTablePropagation"])? {
        let Some((attachment, table)) = both(reader, resource, builder)? else { continue };
        let learned = &mut builder.network.transit_tables[table.0].learned.items;
        if !learned.contains(&attachment) {
            learned.push(attachment);
        }
    }
    Ok(())
}

fn both(
    reader: Reader<'_, '_>,
    resource: &Resource,
    builder: &mut Builder,
) -> Result<Option<(AttachmentIndex, TransitTableIndex)>, Split> {
    let attachment = reader.component(resource, "TransitGatewayAttachmentId")?;
    let table = reader.component(resource, "TransitGatewayRouteTableId")?;
    Ok(attachment.zip(table).map(|(attachment, table)| {
        (builder.attachment(&attachment.name), builder.transit_table(&table.name))
    }))
}

fn routes(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    for resource in reader.resources(&["AWS::EC2::TransitGatewayRoute"])? {
        let Some(table) = reader.component(resource, "TransitGatewayRouteTableId")? else { continue };
        let destination = match reader.property(resource, &["DestinationCidrBlock"])? {
            Some(case) if case.value.known().is_some_and(|range| range.contains(':')) => {
                Destination::Ipv6(reader.ipv6_cidr(&case))
            }
            Some(case) => Destination::Cidr(reader.cidr(&case)?),
            None => Destination::Unknown(BROKEN),
        };
        let attachment = reader.component(resource, "TransitGatewayAttachmentId")?;
        let target = match reader.flag(resource, &["Blackhole"], false)? {
            Fact::Known(true) => None,
            Fact::Known(false) => Some(match attachment {
                Some(named) => Fact::Known(builder.attachment(&named.name)),
                None => Fact::Unknown(BROKEN),
            }),
            Fact::Unknown(missing) => Some(Fact::Unknown(missing)),
        };
        let index = builder.transit_table(&table.name);
        let at = reader.declared(resource);
        builder.network.transit_tables[index.0].routes.items.push(TransitRoute { at, destination, target });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::network::from_template::testing::{at, named, network};
    use crate::network::{Attached, Fact, Missing, Name, Topic};

    const TEMPLATE: &str = r"
Parameters: {Given: {Type: String}}
Resources:
  Hub: {Type: AWS::EC2::TransitGateway}
  Closed: {Type: AWS::EC2::TransitGateway, Properties: {DefaultRouteTableAssociation: disable, DefaultRouteTablePropagation: disable}}
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Other: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.1.0.0/16}}
  ToHub: {Type: AWS::EC2::TransitGatewayAttachment, Properties: {TransitGatewayId: !Ref Hub, VpcId: !Ref Vpc, SubnetIds: [subnet-1, subnet-2]}}
  OtherToHub: {Type: AWS::EC2::TransitGatewayVpcAttachment, Properties: {TransitGatewayId: !GetAtt Hub.Id, VpcId: !Ref Other, SubnetIds: [subnet-3], Options: {ApplianceModeSupport: enable}}}
  ToClosed: {Type: AWS::EC2::TransitGatewayAttachment, Properties: {TransitGatewayId: !Ref Closed, VpcId: !Ref Vpc, SubnetIds: [subnet-1]}}
  Alone: {Type: AWS::EC2::TransitGatewayAttachment, Properties: {TransitGatewayId: !Ref Closed, VpcId: !Ref Other, SubnetIds: [subnet-3]}}
  ToGiven: {Type: AWS::EC2::TransitGatewayAttachment, Properties: {TransitGatewayId: !Ref Given, VpcId: !Ref Vpc, SubnetIds: [subnet-1]}}
  Table: {Type: AWS::EC2::TransitGatewayRouteTable, Properties: {TransitGatewayId: !Ref Closed}}
  Association: {Type: AWS::EC2::TransitGatewayRouteTableAssociation, Properties: {TransitGatewayAttachmentId: !GetAtt ToClosed.Id, TransitGatewayRouteTableId: !Ref Table}}
  Propagation: {Type: AWS::EC2::TransitGatewayRouteTablePropagation, Properties: {TransitGatewayAttachmentId: !Ref Alone, TransitGatewayRouteTableId: !Ref Table}}
  Route: {Type: AWS::EC2::TransitGatewayRoute, Properties: {TransitGatewayRouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, TransitGatewayAttachmentId: !Ref Alone}}
  Hole: {Type: AWS::EC2::TransitGatewayRoute, Properties: {TransitGatewayRouteTableId: !Ref Table, DestinationCidrBlock: 10.0.0.0/8, Blackhole: true}}
Outputs: {Hub: {Value: !Ref Hub}}
";

    #[test]
    fn attachments_use_and_fill_the_default_table_unless_told_otherwise() {
        let network = network(TEMPLATE, None);
        let attachment = |id: &str| named(&network.attachments, |one| &one.name, id);
        let table = |id: &str| attachment(id).table.known().copied().flatten();
        let default = table("ToHub").expect("the default table");
        assert_eq!(table("OtherToHub"), Some(default));
        let default = &network.transit_tables[default.0];
        assert!(matches!(&default.name, Name::Implied { of, .. } if of.matches("Hub")));
        assert_eq!(default.learned.items.len(), 2);
        let hub = Missing::Beyond(Topic::TransitGateway, Name::Logical("Hub".to_owned()));
        assert_eq!(default.learned.rest, Some(hub), "who is handed the gateway may attach more");
        assert_eq!(attachment("Alone").table, Fact::Known(None));
        assert!(matches!(attachment("ToGiven").table, Fact::Unknown(Missing::Beyond(..))));
        let appliance = |id: &str| match &attachment(id).attached {
            Attached::Vpc { appliance_mode, subnets, .. } => (appliance_mode.clone(), subnets.items.len()),
            other => panic!("{other:?}"),
        };
        assert_eq!(appliance("ToHub"), (Fact::Known(false), 2));
        assert_eq!(appliance("OtherToHub"), (Fact::Known(true), 1));
    }

    #[test]
    fn tables_have_the_routes_and_propagations_that_are_written() {
        let network = network(TEMPLATE, None);
        let table = named(&network.transit_tables, |table| &table.name, "Table");
        let attachment = |id: &str| network.attachments.iter().position(|one| one.name.matches(id));
        assert_eq!(
            table.learned.items.iter().map(|one| Some(one.0)).collect::<Vec<_>>(),
            [attachment("Alone")]
        );
        assert_eq!(table.learned.rest, None);
        let routes = &table.routes.items;
        assert_eq!(routes.len(), 2);
        assert!(matches!(&routes[0].target, Some(Fact::Known(to)) if Some(to.0) == attachment("Alone")));
        assert!(routes[1].target.is_none(), "a blackhole");
        assert_eq!(at(TEMPLATE, routes[1].at), "Hole");
        let own = named(&network.attachments, |one| &one.name, "ToClosed").table.known().copied().flatten();
        assert!(own.is_some_and(|own| network.transit_tables[own.0].name.matches("Table")));
    }
}
