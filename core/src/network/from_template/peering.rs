//! Peering connections.

use super::fields::own_name;
use super::reader::{Reader, Split, missing};
use crate::network::{Builder, Fact, Missing, Name};
use crate::template::{Resource, Unknown, Value};

/// Writes peering connections.
pub(super) fn declare(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    for resource in reader.resources(&["AWS::EC2::VPCPeeringConnection"])? {
        let requester = reader.vpc(resource, "VpcId", builder)?;
        let accepter = reader.vpc(resource, "PeerVpcId", builder)?;
        let same_region = same_as(reader, resource, "PeerRegion", "AWS::Region")?;
        let active = active(reader, resource)?;
        let index = builder.peering(&own_name(resource));
        let peering = &mut builder.network.peerings[index.0];
        peering.at = reader.declared(resource);
        peering.requester = requester;
        peering.accepter = accepter;
        peering.active = active;
        peering.same_region = same_region;
    }
    Ok(())
}

/// Whether a property has the value of a pseudo parameter, as it does where it is not written.
fn same_as(
    reader: Reader<'_, '_>,
    resource: &Resource,
    property: &str,
    pseudo: &str,
) -> Result<Fact<bool>, Split> {
    let Some(case) = reader.property(resource, &[property])? else { return Ok(Fact::Known(true)) };
    let own = reader.template.inputs().value(pseudo);
    let own_is_missing = || Missing::Value(Unknown::Pseudo(pseudo.to_owned()));
    Ok(match &case.value {
        Value::Text(text) => match (text.known(), own) {
            (Some(known), Some(own)) => Fact::Known(known == own),
            (Some(_), None) => Fact::Unknown(own_is_missing()),
            (None, _) => match missing(text) {
                // The very parameter: the same, whatever it is.
                found if found == own_is_missing() && text.parts.len() == 1 => Fact::Known(true),
                found => Fact::Unknown(found),
            },
        },
        Value::Unknown(unknown) => Fact::Unknown(Missing::Value(unknown.clone())),
        _ => Fact::Unknown(Missing::Value(Unknown::Broken)),
    })
}

/// A connection carries traffic once it is accepted: CloudFormation accepts it within one account, in any region, and
/// in another account with the role of `PeerRoleArn`.
fn active(reader: Reader<'_, '_>, resource: &Resource) -> Result<Fact<bool>, Split> {
    if reader.property(resource, &["PeerRoleArn"])?.is_some() {
        return Ok(Fact::Known(true));
    }
    Ok(match same_as(reader, resource, "PeerOwnerId", "AWS::AccountId")? {
        // Somebody in the other account has to accept it.
        Fact::Known(false) => Fact::Unknown(Missing::Component(Name::Logical(resource.id.clone()))),
        own => own,
    })
}
