//! The traffic that is traced: sets of addresses and ports, cut only where a rule treats parts of them differently.

use std::net::Ipv4Addr;

use crate::network::{
    AttachmentIndex, Cidr, Fact, FirewallIndex, GroupIndex, Ipv6Cidr, Listed, Missing, Name, NatIndex,
    Network, Ports, Protocol, Ranges, SubnetIndex, Symbol, VpcIndex, WorkloadIndex, addresses_of, number_of,
};
use crate::template::{Part, Unknown};

/// What a set of addresses is cut along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Side {
    Source,
    Destination,
}

/// A rule treats part of the traffic differently: look at what is inside and at what is outside.
#[derive(Clone, Debug)]
pub(super) enum Cut {
    Addresses(Side, Ranges),
    Ports(Side, Ranges),
    /// The same of the addresses, or ports, that are put in place of the source's.
    Translated(Translator, Translation, Ranges),
    /// What stands in several subnets sends packets on from the first of these or from another: look at both.
    Entered(Entrance, Vec<SubnetIndex>),
}

/// What puts its own address in place of the source's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Translator {
    Gateway(NatIndex),
    Instance(WorkloadIndex),
}

/// What packets pass by an interface in one of its subnets, nobody knows which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entrance {
    Attachment(AttachmentIndex),
    Firewall(FirewallIndex),
}

/// What a translator replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Translation {
    Addresses,
    Ports,
}

impl Cut {
    /// The same cut, seen from before a NAT gateway that makes IP version 4 of a flow.
    pub(super) fn before_nat64(self, flow: &Flow) -> Self {
        match self {
            Self::Addresses(Side::Destination, set) if flow.destination.is_ipv6() => {
                Self::Addresses(Side::Destination, set.to_nat64())
            }
            cut => cut,
        }
    }

    /// The same cut, seen from before a translator.
    pub(super) fn before(self, nat: Translator) -> Self {
        match self {
            Self::Addresses(Side::Source, set) => Self::Translated(nat, Translation::Addresses, set),
            Self::Ports(Side::Source, set) => Self::Translated(nat, Translation::Ports, set),
            cut => cut,
        }
    }
}

/// Whether a rule is about some traffic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Match {
    Yes,
    No,
    Maybe(Missing),
}

impl Match {
    pub(super) fn and(self, other: Match) -> Match {
        match (self, other) {
            (Match::No, _) | (_, Match::No) => Match::No,
            (Match::Maybe(missing), _) | (_, Match::Maybe(missing)) => Match::Maybe(missing),
            (Match::Yes, Match::Yes) => Match::Yes,
        }
    }
}

/// What is known of where addresses belong, beyond their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Belongs {
    /// The interface of something in a subnet, with its groups.
    Interface { id: String, subnet: SubnetIndex, vpc: Option<VpcIndex>, groups: Listed<GroupIndex> },
    /// An interface that nothing is known of but the subnet it must be in.
    Stranger { subnet: SubnetIndex, vpc: VpcIndex },
    /// The public name of an AWS service, by its suffix.
    Service(String),
    /// Whatever is no AWS service: the internet at large, a host.
    Internet,
    /// Plain numbers.
    Plain,
}

/// A set of addresses.
#[derive(Clone, Debug)]
pub(super) struct Addresses {
    pub(super) ranges: Ranges,
    /// Set where the addresses are some of the ranges, nobody knows which, and what would tell.
    pub(super) open: Option<Missing>,
    pub(super) belongs: Belongs,
}

impl Addresses {
    /// The interface of something in a subnet.
    pub(super) fn of_interface(
        network: &Network,
        id: &str,
        subnet: SubnetIndex,
        vpc: Option<VpcIndex>,
        groups: Listed<GroupIndex>,
        address: Option<Ipv4Addr>,
    ) -> Self {
        let belongs = Belongs::Interface { id: id.to_owned(), subnet, vpc, groups };
        if let Some(address) = address {
            let number = number_of(address);
            return Self { ranges: Ranges::between(number, number), open: None, belongs };
        }
        let (ranges, open) = match &network.subnets[subnet.0].cidr {
            Fact::Known(Cidr::Known(net)) => (addresses_of(*net), None),
            Fact::Known(Cidr::Symbol(symbol)) => (in_vpc(network, vpc), Some(symbol.missing.clone())),
            Fact::Unknown(missing) => (in_vpc(network, vpc), Some(missing.clone())),
        };
        Self { ranges, open, belongs }
    }

    /// The same of IP version 6.
    pub(super) fn of_ipv6_interface(
        network: &Network,
        id: &str,
        subnet: SubnetIndex,
        vpc: Option<VpcIndex>,
        groups: Listed<GroupIndex>,
    ) -> Self {
        let belongs = Belongs::Interface { id: id.to_owned(), subnet, vpc, groups };
        let (ranges, open) = match &network.subnets[subnet.0].ipv6_cidr {
            Fact::Known(Some(Ipv6Cidr::Known(net))) => (Ranges::of_ipv6_net(*net), None),
            Fact::Known(Some(Ipv6Cidr::Symbol(symbol))) => {
                (Ranges::public_ipv6(), Some(symbol.missing.clone()))
            }
            // Nobody asks for it.
            Fact::Known(None) => (Ranges::public_ipv6(), None),
            Fact::Unknown(missing) => (Ranges::public_ipv6(), Some(missing.clone())),
        };
        Self { ranges, open, belongs }
    }

    /// Whether these are of IP version 6.
    pub(super) fn is_ipv6(&self) -> bool {
        self.ranges.is_ipv6()
    }

    /// The VPC that they belong to.
    pub(super) fn vpc(&self) -> Option<VpcIndex> {
        match &self.belongs {
            Belongs::Interface { vpc, .. } => *vpc,
            Belongs::Stranger { vpc, .. } => Some(*vpc),
            _ => None,
        }
    }

    /// The subnet that they stand in.
    pub(super) fn subnet(&self) -> Option<SubnetIndex> {
        match &self.belongs {
            Belongs::Interface { subnet, .. } | Belongs::Stranger { subnet, .. } => Some(*subnet),
            _ => None,
        }
    }

    /// Whether these are addresses of the internet or of public services.
    pub(super) fn is_public(&self) -> bool {
        match &self.belongs {
            Belongs::Service(_) | Belongs::Internet => true,
            Belongs::Interface { .. } | Belongs::Stranger { .. } => false,
            Belongs::Plain if self.is_ipv6() => Ranges::public_ipv6().contains_all(&self.ranges),
            Belongs::Plain => Ranges::public_addresses().contains_all(&self.ranges),
        }
    }

    /// Whether they lie in a range.
    ///
    /// # Errors
    /// A cut, where some do and some do not.
    pub(super) fn within(&self, network: &Network, cidr: &Cidr, side: Side) -> Result<Match, Cut> {
        match cidr {
            Cidr::Known(net) => self.among(Ranges::of_net(*net), side),
            Cidr::Symbol(_) if self.is_ipv6() => Ok(Match::No),
            Cidr::Symbol(symbol) => {
                let names = |other: &Cidr| matches!(other, Cidr::Symbol(own) if own == symbol);
                let is_subnet =
                    |at: SubnetIndex| matches!(&network.subnets[at.0].cidr, Fact::Known(cidr) if names(cidr));
                let is_vpc = |at: VpcIndex| network.vpcs[at.0].cidrs.items.iter().any(names);
                if let Some(subnet) = self.subnet().filter(|at| !network.subnets[at.0].several) {
                    if is_subnet(subnet) {
                        return Ok(Match::Yes);
                    }
                    // Subnets of one VPC do not overlap.
                    let sibling = (0..network.subnets.len()).map(SubnetIndex).any(|other| {
                        other != subnet
                            && is_subnet(other)
                            && network.subnets[other.0]
                                .vpc
                                .known()
                                .is_some_and(|vpc| Some(*vpc) == self.vpc())
                    });
                    if sibling {
                        return Ok(Match::No);
                    }
                }
                if let Some(vpc) = self.vpc() {
                    let cidrs = &network.vpcs[vpc.0].cidrs;
                    if is_vpc(vpc) && cidrs.items.len() == 1 && cidrs.rest.is_none() {
                        return Ok(Match::Yes);
                    }
                }
                if let Some(own) = self.elastic_ip()
                    && let Some(named) = elastic_ip_in(symbol)
                {
                    let is_of_nat =
                        |id| network.nat_gateways.iter().any(|nat| nat.elastic_ip.as_deref() == Some(id));
                    if own == named {
                        return Ok(Match::Yes);
                    }
                    // Two of them are never one address.
                    if is_of_nat(own) && is_of_nat(named) {
                        return Ok(Match::No);
                    }
                }
                // The internet is what is in no VPC.
                let of_some_vpc = || {
                    (0..network.vpcs.len()).map(VpcIndex).any(is_vpc)
                        || (0..network.subnets.len()).map(SubnetIndex).any(is_subnet)
                };
                if self.is_public() && of_some_vpc() {
                    return Ok(Match::No);
                }
                Ok(Match::Maybe(symbol.missing.clone()))
            }
        }
    }

    /// The resource whose public address this is.
    fn elastic_ip(&self) -> Option<&str> {
        match &self.open {
            Some(Missing::Value(Unknown::Attribute { resource, attribute }))
                if self.belongs == Belongs::Internet && attribute == PUBLIC_IP =>
            {
                Some(resource)
            }
            _ => None,
        }
    }

    /// The same for a range of IP version 6.
    ///
    /// # Errors
    /// A cut, where some do and some do not.
    pub(super) fn within_ipv6(&self, network: &Network, cidr: &Ipv6Cidr, side: Side) -> Result<Match, Cut> {
        match cidr {
            _ if !self.is_ipv6() => Ok(Match::No),
            Ipv6Cidr::Known(net) => self.among(Ranges::of_ipv6_net(*net), side),
            Ipv6Cidr::Symbol(symbol) => Ok(self.named_by(network, symbol)),
        }
    }

    /// Whether a range of IP version 6 that is known by its value alone is that of where they belong.
    fn named_by(&self, network: &Network, symbol: &Symbol) -> Match {
        let names = |other: &Ipv6Cidr| matches!(other, Ipv6Cidr::Symbol(own) if own == symbol);
        let is_subnet = |at: SubnetIndex| matches!(&network.subnets[at.0].ipv6_cidr, Fact::Known(Some(cidr)) if names(cidr));
        let is_vpc = |at: VpcIndex| network.vpcs[at.0].ipv6_cidrs.items.iter().any(names);
        if self.subnet().is_some_and(is_subnet) || self.vpc().is_some_and(is_vpc) {
            return Match::Yes;
        }
        // The ranges of other subnets and VPCs, and the internet, are others.
        let of_others = (0..network.subnets.len()).map(SubnetIndex).any(is_subnet)
            || (0..network.vpcs.len()).map(VpcIndex).any(is_vpc);
        let is_elsewhere =
            self.subnet().is_some() || matches!(self.belongs, Belongs::Internet | Belongs::Service(_));
        if of_others && is_elsewhere { Match::No } else { Match::Maybe(symbol.missing.clone()) }
    }

    /// Whether they lie in a set of numbers.
    ///
    /// # Errors
    /// A cut, where some do and some do not.
    pub(super) fn among(&self, set: Ranges, side: Side) -> Result<Match, Cut> {
        if set.contains_all(&self.ranges) {
            Ok(Match::Yes)
        } else if !set.overlaps(&self.ranges) {
            Ok(Match::No)
        } else if let Some(missing) = &self.open {
            Ok(Match::Maybe(missing.clone()))
        } else {
            Err(Cut::Addresses(side, set))
        }
    }
}

/// Every address of a VPC, as far as its ranges are known.
fn in_vpc(network: &Network, vpc: Option<VpcIndex>) -> Ranges {
    let Some(vpc) = vpc else { return Ranges::all_addresses() };
    let cidrs = &network.vpcs[vpc.0].cidrs;
    let mut nets = Vec::new();
    for cidr in &cidrs.items {
        match cidr {
            Cidr::Known(net) => nets.push(*net),
            Cidr::Symbol(_) => return Ranges::all_addresses(),
        }
    }
    if cidrs.rest.is_some() || nets.is_empty() { Ranges::all_addresses() } else { Ranges::of_nets(nets) }
}

/// A set of ports.
#[derive(Clone, Debug)]
pub(super) struct PortSet {
    pub(super) ranges: Ranges,
    /// Set where it is some of these, nobody knows which.
    pub(super) open: Option<Missing>,
}

impl PortSet {
    pub(super) fn of(ports: Ports) -> Self {
        Self { ranges: Ranges::between(ports.first.into(), ports.last.into()), open: None }
    }

    pub(super) fn within(&self, ports: Ports, side: Side) -> Result<Match, Cut> {
        let set = Ranges::between(ports.first.into(), ports.last.into());
        if set.contains_all(&self.ranges) {
            Ok(Match::Yes)
        } else if !set.overlaps(&self.ranges) {
            Ok(Match::No)
        } else if let Some(missing) = &self.open {
            Ok(Match::Maybe(missing.clone()))
        } else {
            Err(Cut::Ports(side, set))
        }
    }
}

/// The attribute of an elastic IP that is its address; so is what `Ref` gives.
pub(super) const PUBLIC_IP: &str = "PublicIp";

/// The resource in a range that is its address alone: `${Address}/32`.
fn elastic_ip_in(range: &Symbol) -> Option<&str> {
    match range.text.parts.as_slice() {
        [Part::Resource { id, attribute }, Part::Literal(rest)]
            if rest.trim_end() == "/32" && attribute.as_deref().is_none_or(|name| name == PUBLIC_IP) =>
        {
            Some(id)
        }
        _ => None,
    }
}

/// Packets on their way: who sends them, to whom.
#[derive(Clone, Debug)]
pub(super) struct Flow {
    pub(super) protocol: Protocol,
    pub(super) source: Addresses,
    pub(super) destination: Addresses,
    /// The port that answers come back to.
    pub(super) source_ports: PortSet,
    pub(super) ports: PortSet,
    /// The part of what is put in place of the source that this flow is about.
    pub(super) translated: Vec<(Translator, Translation, Ranges)>,
    /// The subnets by which this flow passes what stands in several.
    pub(super) entered: Vec<(Entrance, Vec<SubnetIndex>)>,
}

/// Ports that callers send from; a NAT gateway chooses from the same.
pub(super) const EPHEMERAL: Ports = Ports { first: 1024, last: u16::MAX };

/// ICMP's echo request, and its answer.
pub(super) const ECHO_REQUEST: u8 = 8;
pub(super) const ECHO_REPLY: u8 = 0;

impl Flow {
    /// What is left of the addresses or ports that a translator may use.
    pub(super) fn after(&self, nat: Translator, what: Translation, all: &Ranges) -> Ranges {
        let own = self.translated.iter().filter(|(of, part, _)| *of == nat && *part == what);
        own.fold(all.clone(), |left, (_, _, set)| left.and(set))
    }

    /// The subnet by which something is passed that has an interface in each of `all`.
    ///
    /// # Errors
    /// A cut, where more than one is left.
    pub(super) fn entry(&self, by: Entrance, all: &[SubnetIndex]) -> Result<Option<SubnetIndex>, Cut> {
        let chosen = self.entered.iter().rfind(|(of, _)| *of == by).map(|(_, subnets)| subnets);
        let left: Vec<SubnetIndex> =
            all.iter().copied().filter(|one| chosen.is_none_or(|chosen| chosen.contains(one))).collect();
        match *left {
            [] => Ok(all.first().copied()),
            [only] => Ok(Some(only)),
            _ => Err(Cut::Entered(by, left)),
        }
    }

    /// The part inside and the part outside of a cut.
    pub(super) fn parts(&self, cut: &Cut) -> [Flow; 2] {
        if let Cut::Entered(by, subnets) = cut {
            let (first, rest) = subnets.split_at(1.min(subnets.len()));
            return [first, rest].map(|subnets| {
                let mut part = self.clone();
                part.entered.push((*by, subnets.to_vec()));
                part
            });
        }
        let with = |keep: &dyn Fn(&Ranges, &Ranges) -> Ranges| {
            let mut part = self.clone();
            match cut {
                Cut::Addresses(Side::Source, set) => part.source.ranges = keep(&part.source.ranges, set),
                Cut::Addresses(Side::Destination, set) => {
                    part.destination.ranges = keep(&part.destination.ranges, set);
                }
                Cut::Ports(Side::Source, set) => {
                    part.source_ports.ranges = keep(&part.source_ports.ranges, set);
                }
                Cut::Ports(Side::Destination, set) => part.ports.ranges = keep(&part.ports.ranges, set),
                Cut::Translated(nat, what, set) => {
                    part.translated.push((*nat, *what, keep(&Ranges::all(), set)));
                }
                Cut::Entered(..) => {}
            }
            part
        };
        [with(&|ranges, set| ranges.and(set)), with(&|ranges, set| ranges.without(set))]
    }
}

/// Whether two groups are the same one. What this stack makes cannot be what a parameter names.
pub(super) fn same_group(network: &Network, one: GroupIndex, other: GroupIndex) -> Match {
    if one == other {
        return Match::Yes;
    }
    let made_here = |name: &Name| {
        let own = match name {
            Name::Implied { of, .. } => of,
            name => name,
        };
        matches!(own, Name::Logical(_))
    };
    match (&network.groups[one.0].name, &network.groups[other.0].name) {
        (one, other) if made_here(one) || made_here(other) => Match::No,
        // The default group of a VPC that is described has an id of its own; of one that is not, it may be any.
        (Name::Unknown { value, .. }, _) | (_, Name::Unknown { value, .. }) => {
            Match::Maybe(Missing::Value(value.clone()))
        }
        (Name::Implied { of, .. }, _) | (_, Name::Implied { of, .. }) => match &**of {
            Name::Unknown { value, .. } => Match::Maybe(Missing::Value(value.clone())),
            name => Match::Maybe(Missing::Component(name.clone())),
        },
        _ => Match::No,
    }
}
