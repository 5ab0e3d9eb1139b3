//! What lets names be answered: attributes of a VPC, private DNS of an endpoint, a VPC of a private zone.

use crate::language::Phrase;
use crate::network::{EndpointKind, Fact, HostedZoneIndex, Name, Network, VpcIndex};
use crate::phrase;

use super::named::{home, reference};
use super::{Atom, Ground, position};

/// Both DNS attributes of a VPC, on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct VpcDnsAtom {
    pub(crate) vpc: Name,
}

/// Private DNS of an interface endpoint, on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PrivateDnsAtom {
    pub(crate) endpoint: Name,
}

/// A VPC to be associated with a private zone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ZoneVpcAtom {
    pub(super) zone: Name,
    pub(super) vpc: Name,
}

pub(super) fn against_vpc(ground: Ground<'_, '_>, network: &Network, vpc: VpcIndex) -> Vec<Vec<Atom>> {
    let own = network.vpcs.get(vpc.0).map(|vpc| vpc.name.clone());
    let own = own.filter(|name| home(ground.template, name).is_some());
    own.map(|vpc| vec![Atom::VpcDns(VpcDnsAtom { vpc })]).into_iter().collect()
}

pub(super) fn against_zone(
    ground: Ground<'_, '_>,
    network: &Network,
    zone: HostedZoneIndex,
    vpc: VpcIndex,
) -> Vec<Vec<Atom>> {
    let names = network.zones.get(zone.0).zip(network.vpcs.get(vpc.0));
    let fitting = names.filter(|(zone, vpc)| {
        home(ground.template, &zone.name).is_some() && reference(ground.template, &vpc.name).is_some()
    });
    let atom = fitting.map(|(zone, vpc)| ZoneVpcAtom { zone: zone.name.clone(), vpc: vpc.name.clone() });
    atom.map(|atom| vec![Atom::ZoneVpc(atom)]).into_iter().collect()
}

/// Endpoints of a service in a VPC that have no private DNS.
pub(super) fn against_route(
    ground: Ground<'_, '_>,
    network: &Network,
    service: &str,
    vpc: VpcIndex,
) -> Vec<PrivateDnsAtom> {
    let nameless = network.endpoints.iter().filter(|endpoint| {
        matches!(&endpoint.kind, EndpointKind::Interface { private_dns: Fact::Known(false), .. })
            && endpoint.service.known().is_some_and(|own| own == service)
            && endpoint.vpc.known() == Some(&vpc)
            && home(ground.template, &endpoint.name).is_some()
            && crate::services::has_private_dns(service)
    });
    nameless.map(|endpoint| PrivateDnsAtom { endpoint: endpoint.name.clone() }).collect()
}

impl VpcDnsAtom {
    pub(super) fn change(&self, network: &mut Network) -> Option<()> {
        let at = position(&network.vpcs, |vpc| &vpc.name, &self.vpc)?;
        let vpc = network.vpcs.get_mut(at)?;
        (vpc.dns_support, vpc.dns_hostnames) = (Fact::Known(true), Fact::Known(true));
        Some(())
    }

    pub(super) fn title(&self) -> Phrase {
        let Self { vpc } = self;
        phrase!(en: "switch the DNS attributes of `{vpc}` on", ja: "`{vpc}` の DNS 属性を有効にする")
    }
}

impl PrivateDnsAtom {
    pub(super) fn change(&self, network: &mut Network) -> Option<()> {
        let at = position(&network.endpoints, |endpoint| &endpoint.name, &self.endpoint)?;
        if let EndpointKind::Interface { private_dns, .. } = &mut network.endpoints.get_mut(at)?.kind {
            *private_dns = Fact::Known(true);
        }
        Some(())
    }

    pub(super) fn title(&self) -> Phrase {
        let Self { endpoint } = self;
        phrase!(
            en: "switch private DNS of `{endpoint}` on",
            ja: "`{endpoint}` のプライベート DNS を有効にする",
        )
    }
}

impl ZoneVpcAtom {
    pub(super) fn change(&self, network: &mut Network) -> Option<()> {
        let zone = position(&network.zones, |zone| &zone.name, &self.zone)?;
        let vpc = position(&network.vpcs, |vpc| &vpc.name, &self.vpc)?;
        network.zones.get_mut(zone)?.vpcs.items.push(VpcIndex(vpc));
        Some(())
    }

    pub(super) fn title(&self) -> Phrase {
        let Self { zone, vpc } = self;
        phrase!(
            en: "associate `{zone}` with `{vpc}`",
            ja: "`{zone}` を `{vpc}` と関連付ける",
        )
    }
}
