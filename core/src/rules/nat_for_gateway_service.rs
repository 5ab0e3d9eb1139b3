use super::causes::{Cause, Fault, marked};
use super::subject::in_template;
use super::{Area, RuleInfo, Subject, missing_endpoint};
use crate::finding::{Finding, RuleId, Severity};
use crate::language::Phrase;
use crate::network::{Name, Target};
use crate::phrase;
use crate::text::Span;

pub(super) const ID: RuleId = RuleId("nat-for-gateway-service");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Endpoints,
    severity: Severity::Warning,
    fix: None,
    summary: || {
        phrase!(
            en: "S3 or DynamoDB is called through a NAT gateway, where a gateway endpoint is free",
            ja: "S3 や DynamoDB への通信が、無料のゲートウェイエンドポイントではなく NAT ゲートウェイを通る",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    for cause in Cause::of(subject, ID) {
        if let Fault::NatForGateway(vpc, service) = &cause.fault {
            findings.push(cause.told(subject, finding(subject, cause, vpc, service)));
        }
    }
}

/// A table by which it goes to a NAT gateway, and the route that says so.
#[derive(PartialEq)]
struct Passage {
    table: Name,
    nat: Name,
    at: Option<Span>,
}

fn finding(subject: &Subject<'_, '_>, cause: &Cause, vpc: &Name, service: &str) -> Finding {
    let passages: Vec<Passage> = cause.each(subject, |network, effect| {
        let subnet = network.subnets.get(effect.subnet?.0)?;
        let table = network.tables.get(subnet.table.known()?.0)?;
        let (nat, at) = table.routes.items.iter().find_map(|route| match &route.target {
            Target::NatGateway(nat) => Some((network.nat_gateways.get(nat.0)?, route.at)),
            _ => None,
        })?;
        Some(Passage { table: table.name.clone(), nat: nat.name.clone(), at: in_template(at) })
    });
    let mut nats: Vec<Name> = Vec::new();
    for passage in &passages {
        if !nats.contains(&passage.nat) {
            nats.push(passage.nat.clone());
        }
    }
    let tables: Vec<Name> = passages.iter().map(|passage| passage.table.clone()).collect();
    let word = if tables.len() == 1 { "route table" } else { "route tables" };
    let Phrase { en: tables, ja: tables_ja } = marked(&tables);
    let Phrase { en: through, ja: through_ja } = marked(&nats);
    let several = if nats.len() == 1 { "NAT gateway" } else { "NAT gateways" };
    let mut places = passages.iter().filter_map(|passage| Some((passage, passage.at?)));
    let first = places.next().map(|(_, span)| span);
    let mut finding = Finding::new(
        ID,
        Severity::Warning,
        first.or_else(|| missing_endpoint::place(subject, cause, vpc)),
        phrase!(
            en: "{service} is called through {several} {through}, where a gateway endpoint is free",
            ja: "{service} への通信が NAT ゲートウェイ {through_ja} を通ります。ゲートウェイエンドポイントなら無料です",
        ),
    )
    .help(phrase!(
        en: "add a gateway endpoint for {service} to {word} {tables}: it costs nothing, and the NAT gateway's charge for each GB of this traffic falls away",
        ja: "{service} のゲートウェイエンドポイントを、ルートテーブル {tables_ja} に追加してください。料金はかからず、この通信の分の NAT ゲートウェイの処理料金 (GB 単位) がなくなります",
    ))
    .told_apart_by(service);
    if let Some(nat) = nats.first() {
        finding = finding.about(nat.to_string());
    }
    for (passage, span) in places {
        let (table, nat) = (&passage.table, &passage.nat);
        finding = finding
            .label(span, phrase!(en: "`{table}` sends it to `{nat}`", ja: "`{table}` から `{nat}` へ"));
    }
    finding
}
