//! Does NAT cost what an endpoint would spare?

use super::function::{Answer, Function, Stand};
use super::public_subnet::is_default;
use super::{Evidence, Status};
use crate::demands::Confidence;
use crate::network::{GatewayKind, Missing, NatIndex, Route, Target, Topic};
use crate::paths::{GoalTarget, Verdict};
use crate::phrase;
use crate::rules::subject::in_template;

/// Services whose endpoints cost nothing.
const FREE: [&str; 2] = ["s3", "dynamodb"];

/// Nothing is to be spared where no NAT gateway carries anything, or where everything that it carries is known and no
/// rule knows a cheaper way.
pub(super) fn answer(function: &Function<'_, '_>) -> Answer {
    function.over_situations(|stand| in_one(function, stand))
}

fn in_one(function: &Function<'_, '_>, stand: Stand<'_>) -> Answer {
    let tables = match stand.tables() {
        Ok(tables) => tables,
        Err(missing) => {
            let evidence = missing.iter().map(|missing| function.missing(missing)).collect();
            return Answer { status: Status::Unknown, evidence };
        }
    };
    let routes = || tables.iter().flat_map(|(_, table)| &table.routes.items).filter(|route| !route.blackhole);
    let mut open: Vec<Evidence> = Vec::new();
    let mut gateways: Vec<(NatIndex, &Route)> = Vec::new();
    for route in routes() {
        match &route.target {
            Target::NatGateway(nat) if !gateways.iter().any(|(known, _)| known == nat) => {
                gateways.push((*nat, route));
            }
            Target::Unknown(missing) => open.push(function.missing(missing)),
            // A NAT gateway may stand in the VPC on the other side.
            Target::Gateway { kind: GatewayKind::TransitGateway | GatewayKind::CoreNetwork, name }
                if is_default(route) =>
            {
                open.push(function.missing(&Missing::Beyond(Topic::TransitGateway, name.clone())));
            }
            _ => {}
        }
    }
    if !open.is_empty() {
        open.dedup();
        return Answer { status: Status::Unknown, evidence: open };
    }
    if gateways.is_empty() {
        let text = phrase!(
            en: "no route of its subnets leads to a NAT gateway",
            ja: "サブネットに NAT ゲートウェイへのルートはありません",
        );
        let at = stand.subnets().find_map(|subnet| in_template(subnet.table_at.or(subnet.at)));
        return Answer { status: Status::Pass, evidence: vec![Evidence::new(text, at)] };
    }
    carried(function, stand, &gateways)
}

/// What a NAT gateway carries, where all of it is known.
fn carried(function: &Function<'_, '_>, stand: Stand<'_>, gateways: &[(NatIndex, &Route)]) -> Answer {
    let mut open = function.ignorance();
    let answers = function.subject.answers().iter().filter(|answer| {
        answer.function == function.id && answer.situation == stand.situation && !answer.demand.forbidden
    });
    for missing in
        answers.filter(|answer| answer.sum.verdict == Verdict::Unknown).flat_map(|answer| &answer.sum.missing)
    {
        open.push(function.missing(missing));
    }
    for demand in function.demands(stand.situation) {
        let free = match &demand.goal.target {
            GoalTarget::Service(service) => FREE.iter().find(|free| *free == service),
            _ => None,
        };
        if let Some(service) = free.filter(|_| demand.confidence == Confidence::Possible) {
            let text = phrase!(
                en: "it may call {service}, which a gateway endpoint would carry at no cost",
                ja: "{service} を呼び出すかもしれません。ゲートウェイエンドポイントなら無料で通せます",
            );
            let at = demand.evidence.first().and_then(|evidence| in_template(Some(evidence.at)));
            open.push(Evidence::new(text, at));
        }
    }
    if !open.is_empty() {
        let mut each: Vec<Evidence> = Vec::new();
        for evidence in open {
            if !each.contains(&evidence) {
                each.push(evidence);
            }
        }
        return Answer { status: Status::Unknown, evidence: each };
    }
    let evidence = gateways.iter().map(|(nat, route)| {
        let name = stand.network.nat_gateways.get(nat.0).map(|nat| nat.name.to_string()).unwrap_or_default();
        let text = phrase!(
            en: "`{name}` carries nothing known that an endpoint would carry for less",
            ja: "`{name}` を通る通信のうち、エンドポイントで安くできるものは見つかりません",
        );
        Evidence::new(text, in_template(route.at))
    });
    Answer { status: Status::Pass, evidence: evidence.collect() }
}
