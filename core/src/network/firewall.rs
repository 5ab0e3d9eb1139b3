//! AWS Network Firewall: where its endpoints stand, and the rules that look at each packet by itself.

use super::Place;
use super::components::{Cidr, SubnetIndex, VpcIndex};
use super::fact::{Fact, Listed, Missing};
use super::name::Name;
use super::traffic::{Ports, Protocol};

/// A firewall.
#[derive(Clone, Debug)]
pub struct Firewall {
    /// Its name.
    pub name: Name,
    /// Where it is declared.
    pub at: Option<Place>,
    /// Its VPC.
    pub vpc: Fact<VpcIndex>,
    /// The subnets with an endpoint of it, one a zone.
    pub subnets: Listed<SubnetIndex>,
    /// The stateless rules, in the order in which they are asked.
    pub rules: Listed<FirewallRule>,
    /// What happens to packets that no stateless rule is about.
    pub default: Fact<FirewallAction>,
    /// What the stateful engine does with what it is handed.
    pub stateful: Statefully,
}

/// What a stateless rule does with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirewallAction {
    /// Lets it through (`aws:pass`).
    Pass,
    /// Drops it (`aws:drop`).
    Drop,
    /// Hands it to the stateful engine (`aws:forward_to_sfe`).
    Forward,
}

/// What the stateful engine does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statefully {
    /// It has no rules and lets everything through.
    Passes,
    /// It has no rules and drops everything.
    Drops,
    /// That is up to its rules, which are not read, or not known.
    Open(Missing),
}

/// A stateless rule. An empty list stands for everything.
#[derive(Clone, Debug)]
pub struct FirewallRule {
    /// Where it is written.
    pub at: Option<Place>,
    /// What it does.
    pub action: Fact<FirewallAction>,
    /// The protocols.
    pub protocols: Listed<Protocol>,
    /// Where packets come from.
    pub sources: Listed<Cidr>,
    /// Where they go to.
    pub destinations: Listed<Cidr>,
    /// The ports that they come from.
    pub source_ports: Listed<Ports>,
    /// The ports that they go to.
    pub destination_ports: Listed<Ports>,
    /// Whether it asks for more, such as flags of TCP: then it may be about some packets only.
    pub asks_more: bool,
}
