//! Addresses and network interfaces: what takes them in each subnet, and what is left.
//!
//! What takes addresses is counted as "at least this many": something that stands in one of several subnets is counted
//! in none of them, only in their sum. What others take, who are not in the template, is not known.

mod users;

pub(crate) use users::subnet_of;

use std::cmp::max;

use ipnet::Ipv4Net;

use crate::network::{
    Cidr, Name, NatGateway, NatPlacement, Network, Place, Situated, Subnet, SubnetIndex, VpcIndex,
    WorkloadKind,
};
use crate::template::Template;

/// Addresses of every subnet that AWS keeps: the first four and the last.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html>
pub const RESERVED: u32 = 5;

/// Network interfaces in a VPC, unless AWS has raised it.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
pub const INTERFACES_OF_VPC: u32 = 500;

/// Connections that a NAT gateway holds at once to one destination (address, port and protocol) from each of its
/// addresses. <https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html>
pub const CONNECTIONS_OF_NAT_ADDRESS: u32 = 55_000;

/// What takes addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum UserKind {
    /// An interface endpoint: one in each subnet.
    Endpoint,
    /// A NAT gateway.
    NatGateway,
    /// Lambda: one for each subnet and set of groups, whatever the number of functions and of their executions.
    Functions,
    /// The addresses of a Resolver endpoint.
    Resolver,
    /// Anything else that stands in subnets.
    Workload(WorkloadKind),
}

/// Something that takes addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// What it is.
    pub kind: UserKind,
    /// Its name; of the interface that functions share, the first function's.
    pub name: Name,
    /// Where it is declared.
    pub at: Option<Place>,
    /// What it takes in each subnet that it certainly stands in.
    pub takes: Vec<(SubnetIndex, u32)>,
    /// What it takes at least, over all its subnets.
    pub total: u32,
    /// What AWS wants free for it in each of its subnets, beyond what it takes: for a load balancer to grow.
    pub spare: u32,
    /// Whether its interfaces are surely none of the others': sets of groups that parameters name may be equal.
    pub distinct: bool,
}

/// What is left of a subnet whose range is known.
#[derive(Clone, Debug)]
pub struct Room<'c> {
    /// Its range.
    pub range: Ipv4Net,
    /// Its addresses without those that AWS keeps.
    pub usable: u32,
    /// What is surely taken.
    pub taken: u32,
    /// Addresses that were free when it was described. What the template puts there may have been among the others.
    pub described: Option<u32>,
    /// What AWS wants free beside, for load balancers to grow.
    pub spare: u32,
    /// What takes it, and how many.
    pub users: Vec<(&'c User, u32)>,
}

impl Room<'_> {
    /// Addresses that are left at most; nothing where more are taken than there are.
    pub fn free(&self) -> Option<u32> {
        let left = self.usable.checked_sub(self.taken)?;
        Some(self.described.map_or(left, |described| described.min(left)))
    }
}

/// What takes addresses in a network.
#[derive(Clone, Debug, Default)]
pub struct Capacity {
    /// All that is known to take some.
    pub users: Vec<User>,
}

impl Capacity {
    /// Counts what takes addresses in one situation.
    pub fn of(template: &Template<'_>, situated: &Situated) -> Self {
        Self { users: users::users(template, situated) }
    }

    /// What is left of a subnet; nothing where its range is not known, or where it stands for a list.
    pub fn room(&self, network: &Network, subnet: SubnetIndex) -> Option<Room<'_>> {
        let range = network.subnets.get(subnet.0).and_then(range_of)?;
        let users: Vec<(&User, u32)> =
            self.users.iter().filter_map(|user| Some((user, taken_in(user, subnet)?))).collect();
        let taken = self.sum(|user| taken_in(user, subnet).unwrap_or(0));
        let spare = users.iter().map(|(user, _)| user.spare).sum();
        let described = network.subnets.get(subnet.0).and_then(|subnet| subnet.free);
        Some(Room { range, usable: usable(range), taken, described, spare, users })
    }

    /// Network interfaces of a VPC, at least.
    pub fn interfaces(&self, network: &Network, vpc: VpcIndex) -> u32 {
        self.sum(|user| if stands_in(network, user, vpc) { user.total } else { 0 })
    }

    /// A sum over users that counts nothing twice: what a describe call shows may be what the template makes.
    fn sum(&self, count: impl Fn(&User) -> u32) -> u32 {
        let (mut own, mut described) = (0_u32, 0_u32);
        // Interfaces that may be one and the same.
        let mut alike = 0;
        for user in &self.users {
            let counted = count(user);
            match (&user.name, user.distinct) {
                (_, false) => alike = max(alike, counted),
                (Name::Aws(_), true) => described = described.saturating_add(counted),
                (_, true) => own = own.saturating_add(counted),
            }
        }
        let functions = |user: &User| user.kind == UserKind::Functions && user.distinct && count(user) > 0;
        if self.users.iter().any(functions) {
            alike = 0;
        }
        max(own.saturating_add(alike), described)
    }
}

fn taken_in(user: &User, subnet: SubnetIndex) -> Option<u32> {
    user.takes.iter().find(|(at, _)| *at == subnet).map(|(_, count)| *count)
}

fn stands_in(network: &Network, user: &User, vpc: VpcIndex) -> bool {
    let of = |(at, _): &(SubnetIndex, u32)| network.subnets.get(at.0)?.vpc.known().copied();
    user.takes.first().and_then(of) == Some(vpc)
}

fn range_of(subnet: &Subnet) -> Option<Ipv4Net> {
    match subnet.cidr.known()? {
        Cidr::Known(range) if !subnet.several => Some(*range),
        Cidr::Known(_) | Cidr::Symbol(_) => None,
    }
}

/// The addresses of a range that can be given away.
fn usable(range: Ipv4Net) -> u32 {
    let bits = u32::from(range.max_prefix_len() - range.prefix_len());
    1_u32.checked_shl(bits).unwrap_or(u32::MAX).saturating_sub(RESERVED)
}

/// Room in one of the subnets of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubnetRoom {
    /// The subnet.
    pub subnet: Name,
    /// Addresses that are left at most after all that the template puts there; nothing where its range is not known.
    pub free: Option<u32>,
}

/// The room in each subnet of a function, in one situation. Empty where it stands in no VPC, or where its subnets are
/// not known at all.
pub fn room_of(template: &Template<'_>, situated: &Situated, function: &str) -> Vec<SubnetRoom> {
    let network = &situated.network;
    let found = network.workload(function).and_then(|at| network.workloads.get(at.0));
    let Some(found) = found.filter(|one| one.kind == WorkloadKind::Function && one.in_vpc) else {
        return Vec::new();
    };
    let capacity = Capacity::of(template, situated);
    let room = |at: &SubnetIndex| {
        let subnet = network.subnets.get(at.0)?.name.clone();
        let free = capacity.room(network, *at).map(|room| room.free().unwrap_or(0));
        Some(SubnetRoom { subnet, free })
    };
    found.subnets.items.iter().filter_map(room).collect()
}

/// Connections that a NAT gateway holds at once to one destination; nothing where the number of its addresses is not
/// known, as of a regional one.
pub fn nat_connections(template: &Template<'_>, situated: &Situated, gateway: &NatGateway) -> Option<u32> {
    match (&gateway.placement, &gateway.name) {
        (NatPlacement::Zonal(_), Name::Logical(_)) => {
            let addresses = users::nat_addresses(template, situated.situation, gateway)?;
            Some(addresses.saturating_mul(CONNECTIONS_OF_NAT_ADDRESS))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
