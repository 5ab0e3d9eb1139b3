//! Is a public subnet mistaken for a way out?

use super::function::{Answer, Function, Stand};
use super::{Evidence, Status};
use crate::network::{Cidr, Destination, Place, Route, Subnet, Target};
use crate::phrase;
use crate::rules::subject::in_template;

/// A subnet is no public one where all its routes are known and none leads to an internet gateway.
pub(super) fn answer(function: &Function<'_, '_>) -> Answer {
    function.over_situations(|stand| match stand.tables() {
        Ok(_) => of_routes(function, stand),
        Err(missing) => Answer {
            status: Status::Unknown,
            evidence: missing.iter().map(|missing| function.missing(missing)).collect(),
        },
    })
}

fn of_routes(function: &Function<'_, '_>, stand: Stand<'_>) -> Answer {
    let mut open: Vec<Evidence> = Vec::new();
    let mut closed: Vec<(Way, Vec<&Subnet>)> = Vec::new();
    for (subnet, table) in stand.tables().unwrap_or_default() {
        for route in &table.routes.items {
            open.extend(doubt(function, route));
        }
        let way = way(stand, &table.routes.items, subnet);
        match closed.iter_mut().find(|(known, _)| *known == way) {
            Some((_, subnets)) => subnets.push(subnet),
            None => closed.push((way, vec![subnet])),
        }
    }
    if !open.is_empty() {
        return Answer { status: Status::Unknown, evidence: open };
    }
    let evidence = closed.iter().map(|(way, subnets)| {
        let names: Vec<String> = subnets.iter().map(|subnet| format!("`{}`", subnet.name)).collect();
        let (names, names_ja) = (names.join(", "), names.join("、"));
        let sends = if subnets.len() == 1 { "sends" } else { "send" };
        let text = match &way.to {
            Some(to) => phrase!(
                en: "{names} {sends} what leaves the VPC to `{to}`",
                ja: "{names_ja} から VPC の外へは `{to}` を通ります",
            ),
            None => phrase!(
                en: "no route of {names} leads to an internet gateway",
                ja: "{names_ja} にインターネットゲートウェイへのルートはありません",
            ),
        };
        Evidence::new(text, in_template(way.at))
    });
    Answer { status: Status::Pass, evidence: evidence.collect() }
}

/// Why a route may make a subnet public.
fn doubt(function: &Function<'_, '_>, route: &Route) -> Option<Evidence> {
    let everywhere = is_default(route);
    let missing = match (&route.target, &route.destination) {
        _ if route.blackhole => return None,
        (_, Destination::Ipv6(_)) => return None,
        (Target::InternetGateway(_) | Target::Unknown(_), Destination::Unknown(missing))
        | (Target::Unknown(missing), Destination::Cidr(Cidr::Symbol(_))) => missing.clone(),
        (Target::InternetGateway(_), Destination::Cidr(Cidr::Symbol(symbol))) => symbol.missing.clone(),
        // The rule that owns the question is silent where a function may use IP version 6.
        (Target::InternetGateway(_), _) if everywhere => {
            let text = phrase!(
                en: "the default route leads to an internet gateway, which carries the IPv6 of a function and nothing of its IPv4",
                ja: "デフォルトルートがインターネットゲートウェイに向いています。関数の IPv6 通信は通りますが、IPv4 通信は通りません",
            );
            return Some(Evidence::new(text, in_template(route.at)));
        }
        (Target::InternetGateway(_), _) => {
            let text = phrase!(
                en: "a route leads some addresses to an internet gateway, which carries nothing of a function over IPv4",
                ja: "一部のアドレスへのルートがインターネットゲートウェイに向いていますが、関数の IPv4 通信はそこを通れません",
            );
            return Some(Evidence::new(text, in_template(route.at)));
        }
        (Target::Unknown(missing), _) if everywhere => missing.clone(),
        _ => return None,
    };
    Some(function.missing(&missing))
}

/// Whether a route is for everything that no other is for.
pub(super) fn is_default(route: &Route) -> bool {
    matches!(&route.destination, Destination::Cidr(Cidr::Known(net)) if net.prefix_len() == 0)
}

/// Where a subnet sends what leaves the VPC.
#[derive(PartialEq)]
struct Way {
    to: Option<String>,
    at: Option<Place>,
}

fn way(stand: Stand<'_>, routes: &[Route], subnet: &Subnet) -> Way {
    let default = routes.iter().find(|route| !route.blackhole && is_default(route));
    let to = default.and_then(|route| target_name(stand, &route.target));
    match (to, default) {
        (Some(to), Some(route)) => Way { to: Some(to), at: route.at },
        _ => Way { to: None, at: subnet.table_at.or(subnet.at) },
    }
}

fn target_name(stand: Stand<'_>, target: &Target) -> Option<String> {
    let network = stand.network;
    Some(match target {
        Target::NatGateway(at) => network.nat_gateways.get(at.0)?.name.to_string(),
        Target::Peering(at) => network.peerings.get(at.0)?.name.to_string(),
        Target::Interface { name, .. } | Target::Gateway { name, .. } => name.to_string(),
        Target::Local | Target::InternetGateway(_) | Target::GatewayEndpoint(_) | Target::Unknown(_) => {
            return None;
        }
    })
}
