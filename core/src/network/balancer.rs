//! What load balancers and database proxies pass on, and to whom: the second leg of a way.

use std::net::Ipv4Addr;

use super::fact::{Fact, Listed, Missing};
use super::name::Name;
use super::traffic::{Ports, Protocol};
use super::workload::{Workload, WorkloadIndex};
use super::{Network, Place};

/// Position in [`super::Network::target_groups`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TargetGroupIndex(pub usize);

/// The kinds of load balancers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BalancerKind {
    /// An Application Load Balancer.
    Application,
    /// A Network Load Balancer.
    Network,
    /// A Gateway Load Balancer, which nobody calls: routes lead through its endpoints.
    Gateway,
    /// A Classic Load Balancer.
    Classic,
}

/// A load balancer, beside the workload that it is.
#[derive(Clone, Debug)]
pub struct Balancer {
    /// The workload.
    pub workload: WorkloadIndex,
    /// Its kind.
    pub kind: Fact<BalancerKind>,
    /// Whether its interfaces send to targets in other zones than their own, where a target group does not say otherwise.
    pub cross_zone: Fact<bool>,
    /// What it listens on.
    pub listeners: Listed<BalancerListener>,
}

/// A listener of a load balancer.
#[derive(Clone, Debug)]
pub struct BalancerListener {
    /// Where it is written.
    pub at: Option<Place>,
    /// What it is called in words: `Listener`, or nothing for one of a Classic Load Balancer.
    pub name: Option<Name>,
    /// The protocols that it takes; not known is taken as TCP, which all but two are.
    pub protocols: Vec<Protocol>,
    /// The ports.
    pub ports: Fact<Ports>,
    /// The target groups that its actions and those of its rules forward to.
    pub forwards: Listed<TargetGroupIndex>,
    /// Where an action answers without any target: a redirect, a fixed response.
    pub answers: Option<Place>,
}

/// What targets of a group are registered as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TargetKind {
    /// Instances, by their ids.
    Instance,
    /// Addresses.
    Ip,
    /// A function, which is invoked and not sent packets.
    Lambda,
    /// An Application Load Balancer behind a Network Load Balancer.
    Balancer,
}

/// A target group. The instances of a Classic Load Balancer's listener are one too.
#[derive(Clone, Debug)]
pub struct TargetGroup {
    /// Its name.
    pub name: Name,
    /// Where it is declared.
    pub at: Option<Place>,
    /// What its targets are.
    pub kind: Fact<TargetKind>,
    /// The protocols that its targets are sent; empty where that is not known.
    pub protocols: Vec<Protocol>,
    /// The port that targets without one of their own are sent to.
    pub ports: Fact<Ports>,
    /// The port that its health checks ask, where it is another than that of the traffic.
    pub health_port: Option<Fact<Ports>>,
    /// Whether targets of a Network Load Balancer see the caller's address (`preserve_client_ip.enabled`).
    pub keeps_client: Fact<bool>,
    /// Where that is written.
    pub keeps_client_at: Option<Place>,
    /// What it says of zones itself; nothing where the balancer decides.
    pub cross_zone: Option<Fact<bool>>,
    /// Its targets.
    pub targets: Listed<RegisteredTarget>,
}

/// A target of a group.
#[derive(Clone, Debug)]
pub struct RegisteredTarget {
    /// Where it is registered.
    pub at: Option<Place>,
    /// The port, where it has one of its own.
    pub ports: Option<Fact<Ports>>,
    /// Who.
    pub who: Registered,
}

/// Who is registered.
#[derive(Clone, Debug)]
pub enum Registered {
    /// What stands in subnets.
    Workload(WorkloadIndex),
    /// The instances of an Auto Scaling group, which are all alike.
    Members(Box<Workload>),
    /// An address.
    Address(Ipv4Addr),
    /// A function.
    Function(String),
    /// Not known.
    Unknown(Missing),
}

/// The databases behind a proxy.
#[derive(Clone, Debug)]
pub struct ProxiedDatabases {
    /// The proxy, or an endpoint of it.
    pub proxy: WorkloadIndex,
    /// Where its targets are written.
    pub at: Option<Place>,
    /// The proxy whose interfaces open the connections.
    pub sender: WorkloadIndex,
    /// Clusters and instances.
    pub databases: Listed<WorkloadIndex>,
}

impl Network {
    /// What is known of a workload as a load balancer.
    pub fn balancer(&self, workload: WorkloadIndex) -> Option<&Balancer> {
        self.balancers.iter().find(|balancer| balancer.workload == workload)
    }

    /// The databases behind a workload, where it is a proxy.
    pub fn proxied(&self, workload: WorkloadIndex) -> Option<&ProxiedDatabases> {
        self.proxied.iter().find(|proxied| proxied.proxy == workload)
    }
}
