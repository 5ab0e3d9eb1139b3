//! The other way round: endpoints that need not be there, and functions that share a NAT gateway without need.

use crate::analysis::Options;
use crate::cost::{Gigabytes, Hours, PriceItem, Usd};
use crate::network::{EndpointKind, NatIndex, Network, Place, VpcIndex};
use crate::rules::egress::Way;
use crate::rules::subject::resource_of;
use crate::rules::{Mixed, Subject, mixed, unused, vpc_of_nat};

/// What is there and need not be.
#[derive(Clone, Debug, Default)]
pub struct Reverse {
    /// Endpoints that nobody demands.
    pub unused: Vec<Unused>,
    /// Endpoints beside a NAT gateway that could carry the same, with the traffic from which on they are the cheaper.
    pub dear: Vec<Dear>,
    /// Functions that could be parted.
    pub splits: Vec<Split>,
}

/// An interface endpoint that nobody demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unused {
    /// Its logical id.
    pub endpoint: String,
    /// Its service.
    pub service: String,
    /// Where it is declared.
    pub at: Option<Place>,
    /// What it costs a month by the hour.
    pub usd: Option<Usd>,
}

/// An interface endpoint that spares a NAT gateway some of its traffic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dear {
    /// Its logical id.
    pub endpoint: String,
    /// Its service.
    pub service: String,
    /// Where it is declared.
    pub at: Option<Place>,
    /// What it costs a month by the hour.
    pub usd: Usd,
    /// From so many GB a month on it costs less than the NAT gateway would for the same.
    pub pays_from: Gigabytes,
}

/// Functions that share a NAT gateway, of which some do not need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// The NAT gateway.
    pub nat: String,
    /// Those that need it.
    pub outward: Vec<String>,
    /// Those that do not.
    pub inward: Vec<String>,
}

pub(super) fn of(
    subject: &Subject<'_, '_>,
    at: usize,
    vpc: Option<VpcIndex>,
    options: &Options,
    region: Option<&str>,
) -> Reverse {
    let mut found = Reverse::default();
    let (Some(situated), Some(egress), Some(vpc)) = (subject.networks.get(at), subject.egress().get(at), vpc)
    else {
        return found;
    };
    let network = &situated.network;
    let price = |item| Some(options.prices.curve(region?, item)?.first());
    let nats: Vec<NatIndex> = (0..network.nat_gateways.len())
        .map(NatIndex)
        .filter(|nat| vpc_of_nat(network, &network.nat_gateways[nat.0]) == Some(vpc))
        .collect();
    for (number, endpoint) in network.endpoints.iter().enumerate() {
        let Some(resource) = resource_of(subject.template, &endpoint.name) else { continue };
        let (Some(of), Some(service)) = (endpoint.vpc.known(), endpoint.service.known()) else { continue };
        let Some(zones) = zones(network, &endpoint.kind).filter(|_| *of == vpc) else { continue };
        let hour = || price(PriceItem::InterfaceEndpointHour);
        let usd = hour().map(|hour| hour.times(Hours::month_of(zones).0).rounded());
        let place = Some(Place::in_template(subject.template.node(resource.key).span()));
        let (id, service) = (resource.id.clone(), service.clone());
        if subject.is_whole() && unused(subject, network, egress, endpoint).is_some() {
            found.unused.push(Unused { endpoint: id, service, at: place, usd });
            continue;
        }
        let way = Way::Endpoint(crate::network::EndpointIndex(number));
        let is_used = egress.passages.iter().any(|passage| passage.ways.contains(&way));
        let saving = || Some(price(PriceItem::NatGb)? - price(PriceItem::InterfaceEndpointGb)?);
        let pays_from = || hour()?.times(Hours::month_of(zones).0).over(saving()?).map(Gigabytes);
        if !nats.is_empty()
            && is_used
            && let (Some(usd), Some(pays_from)) = (usd, pays_from())
        {
            found.dear.push(Dear { endpoint: id, service, at: place, usd, pays_from });
        }
    }
    for nat in nats {
        let Some(Mixed { nat, outward, inward }) = mixed(subject, network, egress, nat) else { continue };
        let names = |list: Vec<(String, Vec<String>)>| list.into_iter().map(|(id, _)| id).collect();
        let split = Split { nat, outward: names(outward), inward: names(inward) };
        let same = |one: &Split| one.outward == split.outward && one.inward == split.inward;
        if !found.splits.iter().any(same) {
            found.splits.push(split);
        }
    }
    found
}

/// In how many zones an interface endpoint stands; nothing for another kind, or where that is not known.
fn zones(network: &Network, kind: &EndpointKind) -> Option<u64> {
    let EndpointKind::Interface { subnets, .. } = kind else { return None };
    let is_one = |at: &crate::network::SubnetIndex| network.subnets.get(at.0).is_some_and(|one| !one.several);
    (subnets.rest.is_none() && subnets.items.iter().all(is_one)).then_some(subnets.items.len() as u64)
}
