//! Sets of addresses and ports as ranges.

use crate::order::Order;
use std::net::Ipv4Addr;

use ipnet::{Ipv4Net, Ipv6Net};

/// The addresses of IP version 4 as numbers; those of version 6 follow them.
const IPV4: u128 = 0xFFFF_FFFF;
/// The first address of `64:ff9b::/96`.
const NAT64: u128 = 0x0064_FF9B << 96;

/// A set of numbers (addresses, ports) as ranges in order that neither overlap nor touch. Both ends belong to a range.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ranges(Vec<(u128, u128)>);

impl Ranges {
    /// No number.
    pub fn empty() -> Self {
        Self::default()
    }

    /// From `first` to `last`, both included; empty where `last` is smaller.
    pub fn between(first: u128, last: u128) -> Self {
        Self(if first <= last { vec![(first, last)] } else { Vec::new() })
    }

    /// All addresses of IP version 4.
    pub fn all_addresses() -> Self {
        Self::between(0, IPV4)
    }

    /// All numbers: addresses of both versions.
    pub fn all() -> Self {
        Self::between(0, u128::MAX)
    }

    /// The addresses of a prefix of IP version 6. Those below 2^32, which nobody uses, stand for version 4 here.
    pub fn of_ipv6_net(net: Ipv6Net) -> Self {
        let first = u128::from(net.network()).max(IPV4 + 1);
        Self::between(first, net.broadcast().into())
    }

    /// Addresses of IP version 6 that are routed on the internet: `2000::/3`. A VPC's own are among them.
    pub fn public_ipv6() -> Self {
        Self::between(0x2000 << 112, (0x4000 << 112) - 1)
    }

    /// The prefix by which a NAT gateway is asked for addresses of IP version 4: `64:ff9b::/96`.
    pub fn nat64() -> Self {
        Self::between(NAT64, NAT64 + IPV4)
    }

    /// The addresses of IP version 4 that those of [`Ranges::nat64`] stand for.
    #[must_use]
    pub fn from_nat64(&self) -> Ranges {
        let inside = self.and(&Self::nat64());
        Self(inside.0.into_iter().map(|(first, last)| (first - NAT64, last - NAT64)).collect())
    }

    /// The addresses of [`Ranges::nat64`] that stand for these of IP version 4.
    #[must_use]
    pub fn to_nat64(&self) -> Ranges {
        let inside = self.and(&Self::all_addresses());
        Self(inside.0.into_iter().map(|(first, last)| (first + NAT64, last + NAT64)).collect())
    }

    /// Whether these are addresses of IP version 6.
    pub fn is_ipv6(&self) -> bool {
        self.0.first().is_some_and(|(first, _)| *first > IPV4)
    }

    /// The addresses of a prefix.
    pub fn of_net(net: Ipv4Net) -> Self {
        Self::between(number_of(net.network()), number_of(net.broadcast()))
    }

    /// The addresses of prefixes.
    pub fn of_nets(nets: impl IntoIterator<Item = Ipv4Net>) -> Self {
        Self::joined(
            nets.into_iter().map(|net| (number_of(net.network()), number_of(net.broadcast()))).collect(),
        )
    }

    /// The addresses of prefixes of IP version 6.
    pub fn of_ipv6_nets(nets: impl IntoIterator<Item = Ipv6Net>) -> Self {
        Self::joined(nets.into_iter().flat_map(|net| Self::of_ipv6_net(net).0).collect())
    }

    fn joined(mut ranges: Vec<(u128, u128)>) -> Self {
        ranges.order();
        let mut joined: Vec<(u128, u128)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match joined.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = (*end).max(last),
                _ => joined.push((first, last)),
            }
        }
        Self(joined)
    }

    /// Addresses that belong to the public internet: neither private, shared, link-local, loopback nor multicast.
    pub fn public_addresses() -> Self {
        const NOT_PUBLIC: [(u32, u8); 9] = [
            (0x0000_0000, 8),
            (0x0A00_0000, 8),
            (0x6440_0000, 10),
            (0x7F00_0000, 8),
            (0xA9FE_0000, 16),
            (0xAC10_0000, 12),
            (0xC0A8_0000, 16),
            (0xE000_0000, 4),
            (0xF000_0000, 4),
        ];
        let nets =
            NOT_PUBLIC.iter().filter_map(|(net, length)| Ipv4Net::new(Ipv4Addr::from(*net), *length).ok());
        Self::all_addresses().without(&Self::of_nets(nets))
    }

    /// Whether there is no number.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The ranges.
    pub fn iter(&self) -> impl Iterator<Item = (u128, u128)> {
        self.0.iter().copied()
    }

    /// The smallest number.
    pub fn first(&self) -> Option<u128> {
        self.0.first().map(|(first, _)| *first)
    }

    /// How many numbers.
    pub fn count(&self) -> u128 {
        self.0.iter().map(|(first, last)| (last - first).saturating_add(1)).fold(0, u128::saturating_add)
    }

    /// Whether `other` lies inside.
    pub fn contains_all(&self, other: &Ranges) -> bool {
        other.0.iter().all(|(first, last)| {
            let at = self.0.partition_point(|(_, end)| end < first);
            self.0.get(at).is_some_and(|(start, end)| start <= first && last <= end)
        })
    }

    /// Whether a number is in both.
    pub fn overlaps(&self, other: &Ranges) -> bool {
        other.0.iter().any(|(first, last)| {
            let at = self.0.partition_point(|(_, end)| end < first);
            self.0.get(at).is_some_and(|(start, _)| start <= last)
        })
    }

    /// The numbers in both.
    #[must_use]
    pub fn and(&self, other: &Ranges) -> Ranges {
        let mut out = Vec::new();
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(&&(a, b)), Some(&&(c, d))) = (left.peek(), right.peek()) {
            if a.max(c) <= b.min(d) {
                out.push((a.max(c), b.min(d)));
            }
            if b < d {
                left.next()
            } else {
                right.next()
            };
        }
        Self(out)
    }

    /// The numbers that are not in `other`.
    #[must_use]
    pub fn without(&self, other: &Ranges) -> Ranges {
        let mut out = Vec::new();
        for &(first, last) in &self.0 {
            let mut start = Some(first);
            let from = other.0.partition_point(|(_, end)| *end < first);
            for &(cut, end) in other.0.get(from..).unwrap_or_default() {
                let Some(at) = start.filter(|_| cut <= last) else { break };
                if at < cut {
                    out.push((at, cut - 1));
                }
                start = end.checked_add(1).filter(|next| *next <= last);
            }
            if let Some(at) = start {
                out.push((at, last));
            }
        }
        Self(out)
    }
}

/// Addresses that AWS can give to an interface in a subnet: all but the first four and the last.
pub fn addresses_of(subnet: Ipv4Net) -> Ranges {
    let (first, last) = (number_of(subnet.network()), number_of(subnet.broadcast()));
    Ranges::between(first + 4, last.saturating_sub(1))
}

/// The number of an address.
pub fn number_of(address: Ipv4Addr) -> u128 {
    u32::from(address).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(list: &[(u128, u128)]) -> Ranges {
        Ranges(list.to_vec())
    }

    #[test]
    fn sets_are_cut_and_joined() {
        let some = ranges(&[(10, 20), (30, 40)]);
        assert_eq!(some.and(&Ranges::between(15, 35)), ranges(&[(15, 20), (30, 35)]));
        assert_eq!(some.without(&Ranges::between(15, 35)), ranges(&[(10, 14), (36, 40)]));
        assert_eq!(some.without(&Ranges::all_addresses()), Ranges::empty());
        assert_eq!(Ranges::all_addresses().without(&Ranges::between(5, u32::MAX.into())), ranges(&[(0, 4)]));
        assert!(some.contains_all(&Ranges::between(31, 40)) && !some.contains_all(&Ranges::between(20, 30)));
        assert!(some.overlaps(&Ranges::between(20, 25)) && !some.overlaps(&Ranges::between(21, 29)));
        assert_eq!(some.count(), 22);
    }

    #[test]
    fn prefixes_that_touch_are_one_range() {
        let nets = ["10.0.1.0/24", "10.0.0.0/24", "10.0.0.128/25"].map(|net| net.parse().unwrap());
        assert_eq!(Ranges::of_nets(nets), Ranges::between(0x0A00_0000, 0x0A00_01FF));
    }

    #[test]
    fn both_versions_are_numbers_that_never_meet() {
        let all = Ranges::of_ipv6_net("::/0".parse().unwrap());
        assert!(!all.overlaps(&Ranges::all_addresses()) && all.is_ipv6());
        let nat64 = Ranges::of_ipv6_net("64:ff9b::/96".parse().unwrap());
        assert_eq!(nat64, Ranges::nat64());
        let four = Ranges::of_net("192.0.2.0/24".parse().unwrap());
        assert_eq!(four.to_nat64(), Ranges::of_ipv6_net("64:ff9b::c000:200/120".parse().unwrap()));
        assert_eq!(four.to_nat64().from_nat64(), four);
        assert_eq!(Ranges::public_ipv6(), Ranges::of_ipv6_net("2000::/3".parse().unwrap()));
    }

    #[test]
    fn five_addresses_of_a_subnet_are_taken() {
        assert_eq!(addresses_of("10.0.0.0/28".parse().unwrap()).count(), 11);
    }

    #[test]
    fn private_addresses_are_not_public() {
        let public = Ranges::public_addresses();
        for (address, expected) in
            [("8.8.8.8", true), ("10.1.1.1", false), ("172.32.0.1", true), ("100.64.0.1", false)]
        {
            let number = number_of(address.parse().unwrap());
            assert_eq!(public.contains_all(&Ranges::between(number, number)), expected, "{address}");
        }
    }
}
