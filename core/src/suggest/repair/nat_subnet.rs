//! A NAT gateway into a subnet that leads to an internet gateway.

use crate::language::Phrase;
use crate::network::{Cidr, Destination, Fact, Name, NatIndex, NatPlacement, Network, SubnetIndex, Target};
use crate::phrase;

use super::named::home;
use super::{Ground, position};

/// A NAT gateway to be moved.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NatSubnetAtom {
    pub(super) nat: Name,
    pub(super) subnet: Name,
}

/// Public subnets of the template for a NAT gateway, those of its zone first.
pub(super) fn against(ground: Ground<'_, '_>, network: &Network, nat: NatIndex) -> Vec<NatSubnetAtom> {
    let Some(own) = network.nat_gateways.get(nat.0) else { return Vec::new() };
    let NatPlacement::Zonal(Fact::Known(at)) = own.placement else { return Vec::new() };
    let (Some(now), Some(resource)) = (network.subnets.get(at.0), home(ground.template, &own.name)) else {
        return Vec::new();
    };
    let mut found: Vec<(bool, NatSubnetAtom)> = Vec::new();
    for (index, other) in network.subnets.iter().enumerate() {
        let is_here = other.vpc.known().is_some() && other.vpc == now.vpc && SubnetIndex(index) != at;
        let table = other.table.known().and_then(|table| network.tables.get(table.0));
        let is_public = table.is_some_and(|table| {
            table.routes.items.iter().any(|route| {
                matches!(route.destination, Destination::Cidr(Cidr::Known(net)) if net.prefix_len() == 0)
                    && matches!(route.target, Target::InternetGateway(_))
            })
        });
        let Some(there) = home(ground.template, &other.name).filter(|_| is_here && is_public) else {
            continue;
        };
        if ground.template.with_guards(|guards| guards.implies(resource.guard, there.guard)) {
            let near = matches!((&other.zone, &now.zone), (Fact::Known(one), Fact::Known(two)) if one.same(two) == Some(true));
            found.push((near, NatSubnetAtom { nat: own.name.clone(), subnet: other.name.clone() }));
        }
    }
    let (mut near, far): (Vec<_>, Vec<_>) = found.into_iter().partition(|(near, _)| *near);
    near.extend(far);
    near.into_iter().map(|(_, atom)| atom).collect()
}

impl NatSubnetAtom {
    pub(super) fn change(&self, network: &mut Network) -> Option<()> {
        let subnet = position(&network.subnets, |subnet| &subnet.name, &self.subnet)?;
        let nat = position(&network.nat_gateways, |nat| &nat.name, &self.nat)?;
        network.nat_gateways.get_mut(nat)?.placement = NatPlacement::Zonal(Fact::Known(SubnetIndex(subnet)));
        Some(())
    }

    pub(super) fn title(&self) -> Phrase {
        let Self { nat, subnet } = self;
        phrase!(en: "put `{nat}` into `{subnet}`", ja: "`{nat}` を `{subnet}` に移す")
    }
}
