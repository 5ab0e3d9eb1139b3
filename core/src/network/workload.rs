//! What stands in subnets and sends or takes packets.

use std::net::Ipv4Addr;

use super::Place;
use super::components::{GroupIndex, SubnetIndex, VpcIndex};
use super::fact::{Fact, Listed};
use super::name::Name;
use super::traffic::{Ports, Protocol};

/// Position in [`super::Network::workloads`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorkloadIndex(pub usize);

/// What a workload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WorkloadKind {
    /// A Lambda function.
    Function,
    /// What polls a source inside a VPC for an event source mapping.
    Poller,
    /// The instances of a capacity provider that no function of the template uses.
    CapacityProvider,
    /// An instance of RDS, Aurora, Neptune or DocumentDB.
    DatabaseInstance,
    /// A cluster of Aurora, RDS, Neptune or DocumentDB.
    DatabaseCluster,
    /// RDS Proxy.
    DatabaseProxy,
    /// ElastiCache, provisioned or serverless.
    Cache,
    /// MemoryDB.
    MemoryDb,
    /// An OpenSearch or Elasticsearch domain.
    SearchDomain,
    /// Redshift, provisioned or serverless.
    Redshift,
    /// MSK, provisioned or serverless.
    KafkaCluster,
    /// An Amazon MQ broker.
    Broker,
    /// An EFS file system with its mount targets.
    FileSystem,
    /// An EC2 instance.
    Instance,
    /// An ECS service.
    EcsService,
    /// A network interface on its own.
    NetworkInterface,
    /// A load balancer.
    LoadBalancer,
    /// An inbound or outbound endpoint of Route 53 Resolver.
    ResolverEndpoint,
}

impl WorkloadKind {
    /// Whether it only calls others: traces start there, and none ends there.
    pub fn is_source(self) -> bool {
        matches!(self, Self::Function | Self::Poller | Self::CapacityProvider)
    }

    /// The word for it in JSON: `function`, `database-instance`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Poller => "poller",
            Self::CapacityProvider => "capacity-provider",
            Self::DatabaseInstance => "database-instance",
            Self::DatabaseCluster => "database-cluster",
            Self::DatabaseProxy => "database-proxy",
            Self::Cache => "cache",
            Self::MemoryDb => "memory-db",
            Self::SearchDomain => "search-domain",
            Self::Redshift => "redshift",
            Self::KafkaCluster => "kafka-cluster",
            Self::Broker => "broker",
            Self::FileSystem => "file-system",
            Self::Instance => "instance",
            Self::EcsService => "ecs-service",
            Self::NetworkInterface => "network-interface",
            Self::LoadBalancer => "load-balancer",
            Self::ResolverEndpoint => "resolver-endpoint",
        }
    }
}

/// Which of its subnets a workload uses at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Placement {
    /// One of them, nobody knows which: a database instance. A source of traffic may be in any.
    One,
    /// All of them at once; any may answer: a proxy, an interface endpoint.
    Any,
    /// All of them at once, and every one must be reached: MSK, OpenSearch.
    Each,
    /// The one of the caller's zone: a file system's mount target.
    SameZone,
}

/// A port that a workload listens on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// TCP, for all that we know.
    pub protocol: Protocol,
    /// The ports.
    pub ports: Fact<Ports>,
    /// The property that says so; nothing for the default of its kind.
    pub at: Option<Place>,
}

/// A workload.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Its name.
    pub name: Name,
    /// Other names for it: the access points of a file system.
    pub also_known_as: Vec<Name>,
    /// Where it is declared.
    pub at: Option<Place>,
    /// What it is.
    pub kind: WorkloadKind,
    /// Where its subnets and groups are written; nothing where they are not.
    pub network_at: Option<Place>,
    /// Whether it stands in a VPC at all: a function without `VpcConfig` does not.
    pub in_vpc: bool,
    /// The VPC, where it follows from more than the subnets.
    pub vpc: Option<VpcIndex>,
    /// Its subnets.
    pub subnets: Listed<SubnetIndex>,
    /// Its groups. A workload in a VPC that names none wears the VPC's default group: that is filled in here.
    pub groups: Listed<GroupIndex>,
    /// Its groups in each subnet, where they differ between subnets: mount targets, instances with several interfaces.
    /// Empty where [`Workload::groups`] holds in all; see [`Workload::groups_in`].
    pub groups_by_subnet: Vec<(SubnetIndex, Listed<GroupIndex>)>,
    /// How it uses its subnets.
    pub placement: Placement,
    /// What it listens on; nothing where that is up to what runs there.
    pub listeners: Vec<Listener>,
    /// A fixed private address.
    pub address: Option<Ipv4Addr>,
    /// Whether it has a public address too. Functions never do.
    pub public_address: Fact<bool>,
    /// Whether it uses IPv6 where its subnet has it: functions where `Ipv6AllowedForDualStack` is on.
    pub ipv6: Fact<bool>,
}

impl Workload {
    /// Its groups in one of its subnets.
    pub fn groups_in(&self, subnet: SubnetIndex) -> &Listed<GroupIndex> {
        let own = self.groups_by_subnet.iter().find(|(at, _)| *at == subnet);
        own.map_or(&self.groups, |(_, groups)| groups)
    }
}
