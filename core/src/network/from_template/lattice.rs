//! Services of VPC Lattice, and the VPCs that may call them.

use super::fields::own_name;
use super::reader::{Reader, Split, number};
use crate::network::builder::undescribed;
use crate::network::{
    Builder, Fact, LatticeAssociation, LatticeService, Listed, Listener, Missing, Ports, Protocol,
};
use crate::template::{Resource, Unknown};

/// Writes every service.
pub(super) fn declare(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    for service in reader.resources(&["AWS::VpcLattice::Service"])? {
        let mut associations = Vec::new();
        for link in reader.resources(&["AWS::VpcLattice::ServiceNetworkServiceAssociation"])? {
            if names(reader, link, "ServiceIdentifier")?.as_deref() != Some(&*service.id) {
                continue;
            }
            let Some(network) = names(reader, link, "ServiceNetworkIdentifier")? else { continue };
            associations.extend(vpcs_of(reader, &network, builder)?);
        }
        let listeners = listeners(reader, service)?;
        let (name, at) = (own_name(service), reader.declared(service));
        builder.network.lattice_services.push(LatticeService { name, at, listeners, associations });
    }
    Ok(())
}

/// The resource of the template that a property names.
fn names(reader: Reader<'_, '_>, resource: &Resource, property: &str) -> Result<Option<String>, Split> {
    let found = reader.property(resource, &[property])?;
    Ok(found.and_then(|case| case.value.resource().map(|(id, _)| id.to_owned())))
}

fn vpcs_of(
    reader: Reader<'_, '_>,
    network: &str,
    builder: &mut Builder,
) -> Result<Vec<LatticeAssociation>, Split> {
    let mut found = Vec::new();
    for link in reader.resources(&["AWS::VpcLattice::ServiceNetworkVpcAssociation"])? {
        if names(reader, link, "ServiceNetworkIdentifier")?.as_deref() != Some(network) {
            continue;
        }
        let vpc = reader.vpc(link, "VpcIdentifier", builder)?;
        let mut groups = Listed::default();
        if let Some(list) = reader.property(link, &["SecurityGroupIds"])? {
            for named in reader.names(&list, builder)? {
                if named.several {
                    groups.rest = Some(undescribed(&named.name));
                }
                groups.items.push(builder.group(&named.name));
            }
        }
        found.push(LatticeAssociation { name: own_name(link), at: reader.declared(link), vpc, groups });
    }
    Ok(found)
}

/// A listener without a port has that of its protocol.
fn listeners(reader: Reader<'_, '_>, service: &Resource) -> Result<Vec<Listener>, Split> {
    let mut found = Vec::new();
    for listener in reader.resources(&["AWS::VpcLattice::Listener"])? {
        if names(reader, listener, "ServiceIdentifier")?.as_deref() != Some(&*service.id) {
            continue;
        }
        let port = reader.property(listener, &["Port"])?;
        let protocol = reader.text(listener, &["Protocol"])?;
        let ports = match (&port, protocol) {
            (Some(case), _) => match number(case) {
                Fact::Known(port) => match u16::try_from(port) {
                    Ok(port) => Fact::Known(Ports::one(port)),
                    Err(_) => Fact::Unknown(Missing::Value(Unknown::Broken)),
                },
                Fact::Unknown(missing) => Fact::Unknown(missing),
            },
            (None, Some(Fact::Known(protocol))) if protocol == "HTTP" => Fact::Known(Ports::one(80)),
            (None, Some(Fact::Unknown(missing))) => Fact::Unknown(missing),
            (None, _) => Fact::Known(Ports::one(443)),
        };
        let at = port.as_ref().and_then(Reader::place).or_else(|| reader.declared(listener));
        found.push(Listener { protocol: Protocol::TCP, ports, at });
    }
    Ok(found)
}
