//! What a repair must know of a blocker: what was asked of whom, and by which packets.

use super::Goal;
use super::filter::Way;
use super::flow::{Addresses, Belongs, Flow, PortSet};
use crate::network::{
    AclIndex, GroupIndex, HostedZoneIndex, NatIndex, Network, Ports, Protocol, Ranges, SubnetIndex,
    TableIndex, VpcIndex,
};

/// What stopped packets.
#[derive(Clone, Debug)]
pub(crate) enum Hindrance {
    /// No rule of the groups that an interface wears lets them through.
    Groups { worn: Vec<GroupIndex>, egress: bool },
    /// A network ACL denies them.
    Acl {
        acl: AclIndex,
        egress: bool,
        /// The number of the entry that denies; nothing where none is about them.
        entry: Option<u16>,
    },
    /// A route table does not lead there.
    Route {
        table: TableIndex,
        /// The subnet that uses it; nothing for the table of a regional NAT gateway.
        subnet: Option<SubnetIndex>,
        vpc: Option<VpcIndex>,
    },
    /// A VPC's DNS attributes are off.
    VpcDns { vpc: VpcIndex },
    /// A VPC is not associated with a private zone.
    Zone { zone: HostedZoneIndex, vpc: VpcIndex },
}

/// One end of a flow.
#[derive(Clone, Debug)]
pub(crate) enum End {
    /// An interface in a subnet.
    Interface { subnet: SubnetIndex, vpc: Option<VpcIndex>, groups: Vec<GroupIndex> },
    /// An AWS service by its public addresses.
    Service(String),
    /// Public addresses of whomever.
    Internet,
    /// Plain addresses.
    Numbers(Ranges),
}

/// What stopped which packets.
#[derive(Clone, Debug)]
pub struct Obstacle {
    pub(crate) by: Hindrance,
    /// Whether the packets are answers: then the far end of filters and routes is the flow's source.
    pub(crate) answer: bool,
    /// The NAT gateway that they had passed last.
    pub(crate) nat: Option<NatIndex>,
    pub(crate) protocol: Protocol,
    /// The ports of the destination, for protocols that have them; nothing where they are not known.
    pub(crate) ports: Option<Vec<Ports>>,
    pub(crate) source: End,
    pub(crate) destination: End,
    /// Whether rules between both ends may name groups.
    pub(crate) named: bool,
}

impl Obstacle {
    pub(super) fn new(by: Hindrance, answer: bool, named: bool, nat: Option<NatIndex>, flow: &Flow) -> Self {
        Self {
            by,
            answer,
            nat,
            protocol: flow.protocol,
            ports: ports(&flow.ports),
            source: End::of(&flow.source),
            destination: End::of(&flow.destination),
            named,
        }
    }

    /// What stops a name from being answered: no packet is sent.
    pub(super) fn of_name(by: Hindrance, goal: &Goal) -> Self {
        let nowhere = || End::Numbers(Ranges::default());
        Self {
            by,
            answer: false,
            nat: None,
            protocol: goal.protocol,
            ports: None,
            source: nowhere(),
            destination: nowhere(),
            named: false,
        }
    }

    /// The end that packets go to.
    pub(crate) fn receiver(&self) -> &End {
        if self.answer { &self.source } else { &self.destination }
    }
}

impl End {
    fn of(addresses: &Addresses) -> Self {
        match &addresses.belongs {
            Belongs::Interface { subnet, vpc, groups, .. } => {
                Self::Interface { subnet: *subnet, vpc: *vpc, groups: groups.items.clone() }
            }
            Belongs::Service(service) => Self::Service(service.clone()),
            Belongs::Internet => Self::Internet,
            Belongs::Stranger { .. } | Belongs::Plain => Self::Numbers(addresses.ranges.clone()),
        }
    }

    /// Whether it is outside of every VPC.
    pub(crate) fn is_public(&self) -> bool {
        match self {
            Self::Service(_) | Self::Internet => true,
            Self::Interface { .. } => false,
            Self::Numbers(ranges) => Ranges::public_addresses().contains_all(ranges),
        }
    }
}

fn ports(set: &PortSet) -> Option<Vec<Ports>> {
    let port = |number: u128| u16::try_from(number).ok();
    if set.open.is_some() {
        return None;
    }
    set.ranges.iter().map(|(first, last)| Some(Ports { first: port(first)?, last: port(last)? })).collect()
}

impl Way {
    pub(super) fn is_egress(self) -> bool {
        self == Self::Egress
    }
}

/// The VPC whose ranges hold all of some addresses, among those that are known.
pub(crate) fn vpc_with(network: &Network, ranges: &Ranges) -> Option<VpcIndex> {
    let holds = |at: &usize| {
        let nets = network.vpcs.get(*at).map(|vpc| &vpc.cidrs.items).into_iter().flatten();
        let known = nets.filter_map(|cidr| match cidr {
            crate::network::Cidr::Known(net) => Some(*net),
            crate::network::Cidr::Symbol(_) => None,
        });
        Ranges::of_nets(known).contains_all(ranges)
    };
    (0..network.vpcs.len()).find(holds).map(VpcIndex)
}
