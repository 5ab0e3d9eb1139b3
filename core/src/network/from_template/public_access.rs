//! VPC Block Public Access and what is left out of it.

use super::reader::{BROKEN, Reader, Split};
use crate::network::{Builder, Fact, PublicAccess};

/// Writes the switch, where the template sets it, with its exclusions: each lets out what its VPC or subnet sends.
pub(super) fn declare(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    for resource in reader.resources(&["AWS::EC2::VPCBlockPublicAccessOptions"])? {
        let outward = match reader.text(resource, &["InternetGatewayBlockMode"])? {
            Some(Fact::Known(mode)) if mode == "block-bidirectional" => Fact::Known(true),
            Some(Fact::Known(_)) => Fact::Known(false),
            Some(Fact::Unknown(missing)) => Fact::Unknown(missing),
            None => Fact::Unknown(BROKEN),
        };
        let at = reader.declared(resource);
        let (vpcs, subnets) = (Vec::new(), Vec::new());
        builder.network.public_access = Some(PublicAccess { at, outward, vpcs, subnets });
    }
    for resource in reader.resources(&["AWS::EC2::VPCBlockPublicAccessExclusion"])? {
        let vpc = reader.component(resource, "VpcId")?.map(|named| builder.vpc(&named.name));
        let subnet = reader.component(resource, "SubnetId")?.map(|named| builder.subnet(&named.name));
        if let Some(access) = &mut builder.network.public_access {
            access.vpcs.extend(vpc);
            access.subnets.extend(subnet);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::network::from_template::testing::network;
    use crate::network::{SubnetIndex, VpcIndex};

    #[test]
    fn exclusions_let_out_what_their_vpc_or_subnet_sends() {
        let network = network(
            r"
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
  Other: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}
  Switch: {Type: AWS::EC2::VPCBlockPublicAccessOptions, Properties: {InternetGatewayBlockMode: block-bidirectional}}
  LeftOut: {Type: AWS::EC2::VPCBlockPublicAccessExclusion, Properties: {InternetGatewayExclusionMode: allow-egress, SubnetId: !Ref Subnet}}
",
            None,
        );
        let access = network.public_access.expect("a switch");
        let stops = |subnet| access.stops(Some(VpcIndex(0)), Some(SubnetIndex(subnet)));
        assert_eq!((stops(0), stops(1)), (Ok(false), Ok(true)));
    }
}
