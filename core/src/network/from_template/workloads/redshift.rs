//! Redshift, provisioned and serverless.

use super::Writer;
use super::standing::SubnetGroups;
use crate::network::from_template::reader::Split;
use crate::network::{Fact, Placement, Workload, WorkloadKind};

const SUBNET_GROUPS: SubnetGroups =
    SubnetGroups { kinds: &["AWS::Redshift::ClusterSubnetGroup"], name: "ClusterSubnetGroupName" };

impl Writer<'_, '_, '_> {
    /// Clusters and workgroups.
    pub(super) fn redshift(&mut self) -> Result<(), Split> {
        let kind = WorkloadKind::Redshift;
        for cluster in self.reader.resources(&["AWS::Redshift::Cluster"])? {
            let group = self.reader.property(cluster, &["ClusterSubnetGroupName"])?;
            let groups = self.reader.property(cluster, &["VpcSecurityGroupIds"])?;
            let mut standing = self.in_subnet_group(group.as_ref(), &SUBNET_GROUPS, groups.as_ref())?;
            if let Some(zone) = self.reader.property(cluster, &["AvailabilityZone"])?
                && self.reader.flag(cluster, &["AvailabilityZoneRelocation"], false)? == Fact::Known(false)
                && self.reader.flag(cluster, &["MultiAZ"], false)? == Fact::Known(false)
            {
                standing.subnets = self.in_zone(&standing.subnets, &zone);
            }
            let listeners = self.port(cluster, "Port", Fact::Known(5439))?;
            let public_address = self.reader.flag(cluster, &["PubliclyAccessible"], false)?;
            let workload = self.workload(cluster, kind, standing, Placement::One, listeners);
            self.builder.workload(Workload { public_address, ..workload });
        }
        for workgroup in self.reader.resources(&["AWS::RedshiftServerless::Workgroup"])? {
            let standing = self.listed(workgroup, &["SubnetIds"], &["SecurityGroupIds"])?;
            let listeners = self.port(workgroup, "Port", Fact::Known(5439))?;
            let public_address = self.reader.flag(workgroup, &["PubliclyAccessible"], false)?;
            let workload = self.workload(workgroup, kind, standing, Placement::Any, listeners);
            self.builder.workload(Workload { public_address, ..workload });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{DEFAULT_GROUP, group_names, network, ports, subnet_names, workload};
    use super::*;

    #[test]
    fn clusters_and_workgroups_listen_on_5439_unless_told_otherwise() {
        let network = network(
            "  Group:
    Type: AWS::Redshift::ClusterSubnetGroup
    Properties: {SubnetIds: [!Ref A, !Ref B]}
  Cluster:
    Type: AWS::Redshift::Cluster
    Properties:
      ClusterSubnetGroupName: !Ref Group
      VpcSecurityGroupIds: [!Ref Sg]
      AvailabilityZone: !Select [0, !GetAZs '']
  Movable:
    Type: AWS::Redshift::Cluster
    Properties:
      ClusterSubnetGroupName: !Ref Group
      AvailabilityZone: !Select [0, !GetAZs '']
      AvailabilityZoneRelocation: true
      PubliclyAccessible: true
  Workgroup:
    Type: AWS::RedshiftServerless::Workgroup
    Properties: {SubnetIds: [!Ref A, !Ref B, !Ref C], Port: 5431}
",
        );
        let cluster = workload(&network, "Cluster");
        assert_eq!((ports(cluster), subnet_names(&network, cluster)), (vec![5439], vec!["A".into()]));
        assert_eq!(group_names(&network, cluster), ["Sg"]);
        let movable = workload(&network, "Movable");
        assert_eq!(subnet_names(&network, movable), ["A", "B"]);
        assert_eq!(movable.public_address, Fact::Known(true));
        let workgroup = workload(&network, "Workgroup");
        assert_eq!((ports(workgroup), workgroup.placement), (vec![5431], Placement::Any));
        assert_eq!(group_names(&network, workgroup), [DEFAULT_GROUP]);
    }
}
