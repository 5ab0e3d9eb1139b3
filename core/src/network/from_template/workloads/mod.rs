//! Workloads: what stands in subnets. One file a family of services.
//!
//! Subnets, VPCs and internet gateways are to be declared before: a workload without groups wears the default group of
//! its subnets' VPC, and a zone narrows down where a database stands.

mod amazon_mq;
mod databases;
mod ec2;
mod ecs;
mod efs;
mod elasticache;
mod lambda;
mod listeners;
mod load_balancer;
mod memory_db;
mod msk;
mod pollers;
mod rds_proxy;
mod redshift;
mod resolver;
mod search_domain;
mod standing;
mod target_groups;
#[cfg(test)]
mod testing;

use super::reader::{Reader, Split};
use crate::network::{Builder, Fact, Listener, Name, Placement, Workload, WorkloadKind};
use crate::template::Resource;
use standing::Standing;

/// Writes every workload into the network.
pub(super) fn declare(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    let mut writer = Writer { reader, builder };
    writer.functions()?;
    writer.databases()?;
    writer.proxies()?;
    writer.caches()?;
    writer.memory_db()?;
    writer.search_domains()?;
    writer.redshift()?;
    writer.kafka_clusters()?;
    writer.brokers()?;
    writer.file_systems()?;
    writer.network_interfaces()?;
    writer.instances()?;
    writer.ecs_services()?;
    writer.load_balancers()?;
    writer.listeners_of_balancers()?;
    writer.resolver_endpoints()?;
    writer.pollers()?;
    writer.capacity_providers()
}

/// Reads resources and writes workloads.
struct Writer<'a, 't, 'b> {
    reader: Reader<'a, 't>,
    builder: &'b mut Builder,
}

impl Writer<'_, '_, '_> {
    /// A workload in a VPC, without a public address.
    fn workload(
        &self,
        resource: &Resource,
        kind: WorkloadKind,
        standing: Standing,
        placement: Placement,
        listeners: Vec<Listener>,
    ) -> Workload {
        Workload {
            name: Name::Logical(resource.id.clone()),
            also_known_as: Vec::new(),
            at: self.reader.declared(resource),
            kind,
            network_at: standing.at,
            in_vpc: true,
            vpc: self.vpc_of(&standing),
            subnets: standing.subnets,
            groups: standing.groups,
            groups_by_subnet: Vec::new(),
            placement,
            listeners,
            address: None,
            public_address: Fact::Known(false),
            ipv6: Fact::Known(true),
        }
    }

    /// A workload of a service that has no interfaces in a VPC.
    fn outside(
        &self,
        resource: &Resource,
        kind: WorkloadKind,
        public_address: bool,
        listeners: Vec<Listener>,
    ) -> Workload {
        let standing = Standing::default();
        Workload {
            in_vpc: false,
            public_address: Fact::Known(public_address),
            ..self.workload(resource, kind, standing, Placement::Any, listeners)
        }
    }
}
