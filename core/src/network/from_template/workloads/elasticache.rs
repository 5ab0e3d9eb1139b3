//! ElastiCache: clusters, replication groups, serverless caches.

use super::Writer;
use super::standing::SubnetGroups;
use crate::network::from_template::reader::{Split, number};
use crate::network::{Fact, Listener, Missing, Placement, WorkloadKind};
use crate::template::{Resource, Unknown};

const SUBNET_GROUPS: SubnetGroups =
    SubnetGroups { kinds: &["AWS::ElastiCache::SubnetGroup"], name: "CacheSubnetGroupName" };

const REPLICATION_GROUP: &str = "AWS::ElastiCache::ReplicationGroup";
const SERVERLESS: &str = "AWS::ElastiCache::ServerlessCache";

fn is_memcached(engine: &str) -> bool {
    engine.eq_ignore_ascii_case("memcached")
}

impl Writer<'_, '_, '_> {
    /// Caches of every form.
    pub(super) fn caches(&mut self) -> Result<(), Split> {
        for cluster in self.reader.resources(&["AWS::ElastiCache::CacheCluster"])? {
            let group = self.reader.property(cluster, &["CacheSubnetGroupName"])?;
            let groups = self.reader.property(cluster, &["VpcSecurityGroupIds"])?;
            let mut standing = self.in_subnet_group(group.as_ref(), &SUBNET_GROUPS, groups.as_ref())?;
            let zone = self.reader.property(cluster, &["PreferredAvailabilityZone"])?;
            if let Some(zone) = zone.filter(|zone| !zone.value.known().is_some_and(str::is_empty)) {
                let nodes = self.reader.property(cluster, &["NumCacheNodes"])?;
                if nodes.is_none_or(|nodes| number(&nodes) == Fact::Known(1)) {
                    standing.subnets = self.in_zone(&standing.subnets, &zone);
                }
            }
            let default = self.cache_port(cluster, None)?;
            let listeners = self.port(cluster, "Port", default)?;
            let workload = self.workload(cluster, WorkloadKind::Cache, standing, Placement::One, listeners);
            self.builder.workload(workload);
        }
        for group in self.reader.resources(&[REPLICATION_GROUP])? {
            let subnets = self.reader.property(group, &["CacheSubnetGroupName"])?;
            let groups = self.reader.property(group, &["SecurityGroupIds"])?;
            let standing = self.in_subnet_group(subnets.as_ref(), &SUBNET_GROUPS, groups.as_ref())?;
            let default = self.cache_port(group, Some(6379))?;
            let listeners = self.port(group, "Port", default)?;
            let workload = self.workload(group, WorkloadKind::Cache, standing, Placement::One, listeners);
            self.builder.workload(workload);
        }
        for cache in self.reader.resources(&[SERVERLESS])? {
            let standing = self.listed(cache, &["SubnetIds"], &["SecurityGroupIds"])?;
            let listeners = self.serverless_ports(cache)?;
            let workload = self.workload(cache, WorkloadKind::Cache, standing, Placement::Any, listeners);
            self.builder.workload(workload);
        }
        Ok(())
    }

    /// The port of the engine, or of where the cache belongs to; `default` where no engine is written.
    fn cache_port(&self, cache: &Resource, default: Option<u16>) -> Result<Fact<u16>, Split> {
        Ok(match self.reader.text(cache, &["Engine"])? {
            Some(Fact::Known(engine)) => Fact::Known(if is_memcached(&engine) { 11211 } else { 6379 }),
            Some(Fact::Unknown(missing)) => Fact::Unknown(missing),
            None => default.map_or(Fact::Unknown(Missing::Value(Unknown::Broken)), Fact::Known),
        })
    }

    /// A serverless cache of Redis or Valkey answers reads on a second port.
    /// <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/set-up.html>
    fn serverless_ports(&self, cache: &Resource) -> Result<Vec<Listener>, Split> {
        let defaults = super::listeners::defaults;
        Ok(match self.cache_port(cache, None)? {
            Fact::Known(11211) => defaults(&[11211]),
            Fact::Known(_) => defaults(&[6379, 6380]),
            Fact::Unknown(missing) => {
                let protocol = crate::network::Protocol::TCP;
                vec![Listener { protocol, ports: Fact::Unknown(missing), at: None }]
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{DEFAULT_GROUP, group_names, network, ports, subnet_names, workload};
    use super::*;
    use crate::network::{Listed, Name};

    #[test]
    fn caches_stand_in_their_subnet_group() {
        let network = network(
            "  Group:
    Type: AWS::ElastiCache::SubnetGroup
    Properties: {CacheSubnetGroupName: !Sub '${AWS::StackName}-Caches', SubnetIds: [!Ref A, !Ref B]}
  Redis:
    Type: AWS::ElastiCache::ReplicationGroup
    Properties: {CacheSubnetGroupName: !Ref Group, SecurityGroupIds: [!Ref Sg]}
  Memcached:
    Type: AWS::ElastiCache::CacheCluster
    Properties:
      Engine: memcached
      CacheSubnetGroupName: !Sub '${AWS::StackName}-Caches'
      NumCacheNodes: 1
      PreferredAvailabilityZone: !Select [1, !GetAZs '']
  Ported:
    Type: AWS::ElastiCache::CacheCluster
    Properties: {Engine: redis, Port: 7000, CacheSubnetGroupName: by-hand}
",
        );
        let redis = workload(&network, "Redis");
        assert_eq!((redis.kind, redis.placement), (WorkloadKind::Cache, Placement::One));
        assert_eq!((ports(redis), subnet_names(&network, redis)), (vec![6379], vec!["A".into(), "B".into()]));
        assert_eq!(group_names(&network, redis), ["Sg"]);
        let memcached = workload(&network, "Memcached");
        assert_eq!((ports(memcached), subnet_names(&network, memcached)), (vec![11211], vec!["B".into()]));
        assert_eq!(group_names(&network, memcached), [DEFAULT_GROUP]);
        let ported = workload(&network, "Ported");
        assert_eq!(ports(ported), [7000]);
        assert!(ported.listeners[0].at.is_some() && redis.listeners[0].at.is_none());
        let missing = Missing::Component(Name::Aws("by-hand".to_owned()));
        assert_eq!(ported.subnets, Listed::unknown(missing.clone()));
        assert_eq!(ported.groups, Listed::unknown(missing));
    }

    #[test]
    fn serverless_caches_list_their_subnets() {
        let network = network(
            "  Valkey:
    Type: AWS::ElastiCache::ServerlessCache
    Properties: {Engine: valkey, SubnetIds: [!Ref A, !Ref C], SecurityGroupIds: [!Ref Sg]}
  Memcached:
    Type: AWS::ElastiCache::ServerlessCache
    Properties: {Engine: memcached}
",
        );
        let valkey = workload(&network, "Valkey");
        assert_eq!((ports(valkey), valkey.placement), (vec![6379, 6380], Placement::Any));
        assert_eq!(subnet_names(&network, valkey), ["A", "C"]);
        let memcached = workload(&network, "Memcached");
        assert_eq!(ports(memcached), [11211]);
        assert!(memcached.subnets.items.is_empty() && memcached.subnets.rest.is_some());
    }
}
