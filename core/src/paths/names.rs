//! Who answers a name: the stage before the first packet.
//!
//! The resolver of a VPC looks at what is known of the name in that VPC, the most specific domain first: private DNS
//! of endpoints, private hosted zones, rules that forward. What none of these is about, the public DNS answers.

use super::flow::Match;
use crate::network::{
    DEFAULT_VPC, Endpoint, EndpointIndex, EndpointKind, Fact, HostedZoneIndex, Listed, Missing, Name,
    Network, REGION, ResolverRuleIndex, ResolverRuleKind, VpcIndex, is_within, labels,
};
use crate::services;

/// A name that is asked for.
#[derive(Clone, Debug)]
pub(super) struct Asked<'a> {
    /// In small letters; nothing for services of which no name is known.
    pub(super) host: Option<String>,
    /// The service that it belongs to, by the suffix of its endpoint service.
    pub(super) service: Option<&'a str>,
}

impl<'a> Asked<'a> {
    pub(super) fn service(network: &Network, service: &'a str) -> Self {
        let host = services::host_of(service, network.region.as_deref().unwrap_or(REGION));
        Self { host, service: Some(service) }
    }

    pub(super) fn host(host: &str) -> Self {
        Self { host: Some(host.trim_end_matches('.').to_owned()), service: None }
    }

    /// The name as people read it.
    pub(super) fn words(&self) -> &str {
        self.host.as_deref().or(self.service).unwrap_or_default()
    }
}

/// What may answer a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// Private DNS of an interface endpoint.
    Endpoint(EndpointIndex),
    /// A hosted zone.
    Zone(HostedZoneIndex),
    /// Servers outside, by a rule.
    Rule(ResolverRuleIndex),
}

/// Who looks for a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Viewpoint<'a> {
    /// Where; nothing where that is not known.
    pub(super) vpc: Option<VpcIndex>,
    /// What would tell where.
    pub(super) unknown: &'a Missing,
    /// Whether the query comes in through an inbound Resolver endpoint.
    pub(super) inbound: bool,
}

/// What may answer a name, the most specific first. With each, what would settle whether it does; nothing behind the
/// first that certainly does.
pub(super) fn answering(
    network: &Network,
    view: Viewpoint<'_>,
    asked: &Asked<'_>,
) -> Vec<(By, Option<Missing>)> {
    // The zone behind an endpoint's private DNS is that of the name itself.
    let mut found: Vec<(usize, By, Match)> = Vec::new();
    for (at, endpoint) in network.endpoints.iter().enumerate() {
        found.push((usize::MAX, By::Endpoint(EndpointIndex(at)), by_endpoint(view, asked, endpoint)));
    }
    if let Some(host) = &asked.host {
        for (at, zone) in network.zones.iter().enumerate() {
            let Some(domain) = zone.domain.known().filter(|domain| is_within(host, domain)) else { continue };
            let is_it = match &zone.private {
                Fact::Known(true) => sees(network, &zone.vpcs, view),
                // What a public zone holds, everybody sees; what it does not hold may be written by others.
                Fact::Known(false) if !zone.answering(host).is_empty() => Match::Yes,
                Fact::Known(false) => Match::No,
                Fact::Unknown(missing) => Match::Maybe(missing.clone()),
            };
            // A private zone goes before a public one of the same domain, a rule before both.
            let rank = 3 * labels(domain) + usize::from(zone.private.known() != Some(&false));
            found.push((rank, By::Zone(HostedZoneIndex(at)), is_it));
        }
        for (at, rule) in network.resolver_rules.iter().enumerate() {
            let Some(domain) = rule.domain.known().filter(|domain| is_within(host, domain)) else { continue };
            let forwards = rule.kind.known() == Some(&ResolverRuleKind::Forward);
            if forwards && !is_exempt(network, view, host, labels(domain)) {
                let is_it = sees(network, &rule.vpcs, view);
                found.push((3 * labels(domain) + 2, By::Rule(ResolverRuleIndex(at)), is_it));
            }
        }
    }
    let mut in_order: Vec<(By, Option<Missing>)> = Vec::new();
    while let Some(best) = found.iter().map(|(rank, ..)| *rank).max() {
        let Some(at) = found.iter().position(|(rank, ..)| *rank == best) else { break };
        let (_, by, is_it) = found.remove(at);
        match is_it {
            Match::Yes => {
                in_order.push((by, None));
                break;
            }
            Match::Maybe(missing) => in_order.push((by, Some(missing))),
            Match::No => {}
        }
    }
    in_order
}

/// Whether a `SYSTEM` rule takes a name out of a rule for a domain of fewer labels.
fn is_exempt(network: &Network, view: Viewpoint<'_>, host: &str, of: usize) -> bool {
    network.resolver_rules.iter().any(|rule| {
        rule.kind.known() == Some(&ResolverRuleKind::System)
            && rule.domain.known().is_some_and(|domain| is_within(host, domain) && labels(domain) >= of)
            && sees(network, &rule.vpcs, view) == Match::Yes
    })
}

/// Whether an endpoint with private DNS answers the name of a service.
fn by_endpoint(view: Viewpoint<'_>, asked: &Asked<'_>, endpoint: &Endpoint) -> Match {
    let (EndpointKind::Interface { private_dns, inbound_resolver_only, .. }, Some(service)) =
        (&endpoint.kind, asked.service)
    else {
        return Match::No;
    };
    let flag = |fact: &Fact<bool>, wanted: bool| match fact {
        Fact::Known(is) if *is == wanted => Match::Yes,
        Fact::Known(_) => Match::No,
        Fact::Unknown(missing) => Match::Maybe(missing.clone()),
    };
    let serves = match &endpoint.service {
        Fact::Known(own) if own == service => Match::Yes,
        Fact::Known(_) => Match::No,
        Fact::Unknown(missing) => Match::Maybe(missing.clone()),
    };
    let here = match &endpoint.vpc {
        Fact::Known(vpc) => match view.vpc {
            Some(own) if own == *vpc => Match::Yes,
            Some(_) => Match::No,
            None => Match::Maybe(view.unknown.clone()),
        },
        Fact::Unknown(missing) => Match::Maybe(missing.clone()),
    };
    let for_all = if view.inbound { Match::Yes } else { flag(inbound_resolver_only, false) };
    flag(private_dns, true).and(for_all).and(here).and(serves)
}

/// Whether a zone or rule that is associated with these VPCs is one of the asker's.
fn sees(network: &Network, vpcs: &Listed<VpcIndex>, view: Viewpoint<'_>) -> Match {
    let Some(own) = view.vpc else {
        return if vpcs.items.is_empty() && vpcs.rest.is_none() {
            Match::No
        } else {
            Match::Maybe(view.unknown.clone())
        };
    };
    if vpcs.items.contains(&own) {
        return Match::Yes;
    }
    if let Some(missing) = &vpcs.rest {
        return Match::Maybe(missing.clone());
    }
    match vpcs.items.iter().find(|other| !are_apart(network, own, **other)) {
        Some(other) => Match::Maybe(undescribed(network, *other).unwrap_or_else(|| view.unknown.clone())),
        None => Match::No,
    }
}

/// Whether a zone that is about a name is certainly not one of the asker's VPC.
pub(super) fn is_elsewhere(network: &Network, zone: HostedZoneIndex, view: Viewpoint<'_>) -> bool {
    network.zones.get(zone.0).is_some_and(|zone| {
        zone.private.known() == Some(&true)
            && view.vpc.is_some()
            && sees(network, &zone.vpcs, view) == Match::No
    })
}

fn undescribed(network: &Network, vpc: VpcIndex) -> Option<Missing> {
    match &network.vpcs.get(vpc.0)?.name {
        Name::Unknown { value, .. } => Some(Missing::Value(value.clone())),
        name => Some(Missing::Component(name.clone())),
    }
}

/// Whether two VPCs are certainly two: both are made here or named by their ids. What a parameter names may be any.
fn are_apart(network: &Network, one: VpcIndex, other: VpcIndex) -> bool {
    enum Kind {
        Own,
        Id,
        Default,
        Open,
    }
    let kind = |at: VpcIndex| match network.vpcs.get(at.0).map(|vpc| (&vpc.name, vpc.at)) {
        Some((Name::Aws(id), _)) if id == DEFAULT_VPC => Kind::Default,
        Some((Name::Aws(id), _)) if id.starts_with("vpc-") => Kind::Id,
        Some((Name::Logical(_), Some(_))) => Kind::Own,
        _ => Kind::Open,
    };
    one != other
        && matches!(
            (kind(one), kind(other)),
            (Kind::Own, Kind::Own | Kind::Id | Kind::Default)
                | (Kind::Id | Kind::Default, Kind::Own)
                | (Kind::Id, Kind::Id)
        )
}
