//! MemoryDB.

use super::Writer;
use super::standing::SubnetGroups;
use crate::network::from_template::reader::Split;
use crate::network::{Fact, Placement, WorkloadKind};

const SUBNET_GROUPS: SubnetGroups =
    SubnetGroups { kinds: &["AWS::MemoryDB::SubnetGroup"], name: "SubnetGroupName" };

impl Writer<'_, '_, '_> {
    /// Clusters of MemoryDB.
    pub(super) fn memory_db(&mut self) -> Result<(), Split> {
        for cluster in self.reader.resources(&["AWS::MemoryDB::Cluster"])? {
            let group = self.reader.property(cluster, &["SubnetGroupName"])?;
            let groups = self.reader.property(cluster, &["SecurityGroupIds"])?;
            let standing = self.in_subnet_group(group.as_ref(), &SUBNET_GROUPS, groups.as_ref())?;
            let listeners = self.port(cluster, "Port", Fact::Known(6379))?;
            let workload =
                self.workload(cluster, WorkloadKind::MemoryDb, standing, Placement::One, listeners);
            self.builder.workload(workload);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{group_names, network, ports, subnet_names, workload};
    use super::*;

    #[test]
    fn a_cluster_stands_in_its_subnet_group() {
        let network = network(
            "  Group:
    Type: AWS::MemoryDB::SubnetGroup
    Properties: {SubnetGroupName: store, SubnetIds: [!Ref A, !Ref B]}
  Store:
    Type: AWS::MemoryDB::Cluster
    Properties: {SubnetGroupName: Store, SecurityGroupIds: [!Ref Sg, !Ref Other]}
",
        );
        let found = workload(&network, "Store");
        assert_eq!(
            (found.kind, found.placement, ports(found)),
            (WorkloadKind::MemoryDb, Placement::One, vec![6379])
        );
        assert_eq!(subnet_names(&network, found), ["A", "B"]);
        assert_eq!(group_names(&network, found), ["Sg", "Other"]);
    }
}
