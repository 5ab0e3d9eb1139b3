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

#[cfg(test)]
mod tests {
    use crate::network::from_template::testing::{named, network};
    use crate::network::{Fact, Missing, Name};
    use crate::template::Unknown;

    const TEMPLATE: &str = r"
Parameters: {Account: {Type: String}, Region: {Type: String}}
Resources:
  Here: {Type: AWS::EC2::VPCPeeringConnection, Properties: {VpcId: vpc-1, PeerVpcId: vpc-2}}
  Said: {Type: AWS::EC2::VPCPeeringConnection, Properties: {VpcId: vpc-1, PeerVpcId: vpc-2, PeerOwnerId: !Ref AWS::AccountId, PeerRegion: !Ref AWS::Region}}
  Far: {Type: AWS::EC2::VPCPeeringConnection, Properties: {VpcId: vpc-1, PeerVpcId: vpc-2, PeerRegion: eu-west-1}}
  Other: {Type: AWS::EC2::VPCPeeringConnection, Properties: {VpcId: vpc-1, PeerVpcId: vpc-2, PeerOwnerId: '111122223333'}}
  Asked: {Type: AWS::EC2::VPCPeeringConnection, Properties: {VpcId: vpc-1, PeerVpcId: vpc-2, PeerOwnerId: !Ref Account, PeerRegion: !Ref Region}}
  Role: {Type: AWS::EC2::VPCPeeringConnection, Properties: {VpcId: vpc-1, PeerVpcId: vpc-2, PeerOwnerId: !Ref Account, PeerRoleArn: 'arn:aws:iam::111122223333:role/peer'}}
";

    #[test]
    fn connections_within_the_account_are_accepted() {
        let network = network(TEMPLATE, Some("us-east-1"));
        let peering = |id: &str| named(&network.peerings, |peering| &peering.name, id);
        for id in ["Here", "Said"] {
            assert_eq!(
                (&peering(id).active, &peering(id).same_region),
                (&Fact::Known(true), &Fact::Known(true))
            );
        }
        assert_eq!(
            (&peering("Far").active, &peering("Far").same_region),
            (&Fact::Known(true), &Fact::Known(false))
        );
        assert_eq!(peering("Role").active, Fact::Known(true));
        let vpc = |fact: &Fact<crate::network::VpcIndex>| network.vpcs[fact.known().unwrap().0].name.clone();
        assert_eq!(vpc(&peering("Here").requester), Name::Aws("vpc-1".to_owned()));
        assert_eq!(vpc(&peering("Here").accepter), Name::Aws("vpc-2".to_owned()));
    }

    #[test]
    fn of_other_accounts_and_regions_it_is_said_what_is_missing() {
        let with_region = network(TEMPLATE, Some("us-east-1"));
        let peering = |id: &str| named(&with_region.peerings, |peering| &peering.name, id);
        let pseudo = |name: &str| Missing::Value(Unknown::Pseudo(name.to_owned()));
        let parameter = |name: &str| Missing::Value(Unknown::Parameter(name.to_owned()));
        assert_eq!(peering("Other").active, Fact::Unknown(pseudo("AWS::AccountId")));
        assert_eq!(peering("Asked").active, Fact::Unknown(parameter("Account")));
        assert_eq!(peering("Asked").same_region, Fact::Unknown(parameter("Region")));
        let without = network(TEMPLATE, None);
        let peering = |id: &str| named(&without.peerings, |peering| &peering.name, id);
        assert_eq!(peering("Far").same_region, Fact::Unknown(pseudo("AWS::Region")));
        assert_eq!(peering("Said").same_region, Fact::Known(true));
    }
}
