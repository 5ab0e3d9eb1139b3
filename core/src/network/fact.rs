//! What is known and why something is not.

use super::name::Name;
use crate::template::Unknown;

/// A value, or why it is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact<T> {
    /// Known.
    Known(T),
    /// Not known.
    Unknown(Missing),
}

impl<T> Fact<T> {
    /// The value, where known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// The value, or why it is not known.
    ///
    /// # Errors
    /// What is missing.
    pub fn get(&self) -> Result<&T, &Missing> {
        match self {
            Self::Known(value) => Ok(value),
            Self::Unknown(missing) => Err(missing),
        }
    }

    /// The same fact about something made of the value.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Self::Known(value) => Fact::Known(make(value)),
            Self::Unknown(missing) => Fact::Unknown(missing),
        }
    }
}

/// Things of which some are known, and perhaps more that are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// Those that are known, in order.
    pub items: Vec<T>,
    /// Why there may be more. Nothing where these are all.
    pub rest: Option<Missing>,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self::all(Vec::new())
    }
}

impl<T> Listed<T> {
    /// These and no more.
    pub fn all(items: Vec<T>) -> Self {
        Self { items, rest: None }
    }

    /// None known, and why.
    pub fn unknown(missing: Missing) -> Self {
        Self { items: Vec::new(), rest: Some(missing) }
    }
}

/// Why something is not known, and so what would settle it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Missing {
    /// A value of the template.
    Value(Unknown),
    /// A component that is named but described nowhere: `subnet-0123` without a context file that holds it.
    Component(Name),
    /// The address ranges of a prefix list.
    PrefixList(String),
    /// The public addresses of a service, by the suffix of its endpoint service: `sqs`.
    ServiceAddresses(String),
    /// Which interface has an address, and so which groups it wears.
    Interface(String),
    /// What a host name answers.
    HostAddress(String),
    /// The region, where an answer depends on it.
    Region,
    /// Something that AWS's documentation leaves open.
    Undocumented(Topic),
    /// Something that stands outside of every template, behind what is named.
    Beyond(Topic, Name),
    /// Something that vpcheck does not follow yet.
    NotFollowed(Topic),
    /// More cases than are told apart.
    TooManyCases,
}

/// What [`Missing::Undocumented`], [`Missing::Beyond`] and [`Missing::NotFollowed`] are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// A private address, reached through a NAT gateway.
    PrivateAddressThroughNat,
    /// A gateway endpoint, reached through a NAT gateway.
    GatewayEndpointThroughNat,
    /// Attachments and tables of a transit gateway.
    TransitGateway,
    /// What a virtual private gateway or VPN connection learns from the other side.
    VpnGateway,
    /// What another appliance than AWS Network Firewall lets through.
    Appliance,
    /// What the stateful rules of a firewall let through.
    FirewallRules,
    /// A firewall that packets and their answers do not both pass: AWS supports no such routing.
    OneWayFirewall,
    /// Names of services for both versions of IP (`sqs.us-east-1.api.aws`) where a VPC has an interface endpoint.
    DualStackNames,
    /// A carrier, local or core-network gateway.
    OtherGateway,
    /// What the software of an instance does that forwards packets.
    ForwardingInstance,
    /// What name servers of one's own answer.
    Dns,
    /// IP version 4 where a subnet has version 6 only.
    Ipv6,
    /// A load balancer and its targets.
    LoadBalancer,
    /// Which id AWS gives to what the template makes.
    DeployedId,
    /// In which organization the account is.
    Organization,
    /// The role that a function has.
    CallerRole,
    /// Which of its addresses a caller has.
    CallerAddress,
    /// What VPC Lattice lets through, and where it leads.
    Lattice,
    /// Groups named over a peering connection between regions.
    GroupAcrossRegions,
    /// Where a workload stands.
    Placement,
    /// The zone of a subnet, which AWS chooses where none is written.
    ZoneChoice,
}
